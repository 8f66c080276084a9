"""What a link is worth, and what comes of it: pages behind real mails of real workflows, without a browser."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from httpx import AsyncClient, Response

from adapters.mail.signed_links import SignedLinks
from domain.lifecycle import Lifecycle
from domain.links import Purpose
from domain.operator import SendAgain
from domain.order.messages import Terms
from domain.trial.messages import ResendConsent
from domain.values import Source
from tests.makers import (
    a_form,
    accepted,
    cancelled,
    known,
    some,
    submitted,
)
from tests.postgres import everything
from tests.support.environment import eventually
from tests.support.html_forms import sent
from tests.support.link_lives import changes_of, lending, wanting_a_form, wanting_consent, wanting_terms
from tests.support.link_room import LinkRoom, link_room
from web.links.answers import UNDER_WAY
from web.links.routes import OF_ONE_LINK
from web.reach import once

pytestmark = pytest.mark.asyncio(loop_scope="module")

ENGLISH = {"Accept-Language": "en"}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def room() -> AsyncIterator[LinkRoom]:
    async with link_room() as made:
        yield made


@pytest_asyncio.fixture(loop_scope="module")
async def browser(room: LinkRoom) -> AsyncIterator[AsyncClient]:
    """Somebody who chose English; the clock of the room is right again afterwards."""
    async with room.browser() as opened:
        opened.cookies.set("language", "en")
        yield opened
    room.ahead, room.world.client = timedelta(0), room.client


async def times(room: LinkRoom, lifecycle: Lifecycle, subject: str, event: str) -> int:
    """How often something happened."""
    return [each.type for each in room.store.events(lifecycle, subject)].count(event)


def heading(answer: Response) -> str:
    return answer.text.partition("<h1>")[2].partition("</h1>")[0]


async def test_looking_changes_nothing_however_often_and_by_whatever_program(
    room: LinkRoom, browser: AsyncClient
) -> None:
    """Scanners of mail follow every link; some ask for the head only."""
    consent, terms, form = await asyncio.gather(
        wanting_consent(room, "T-800001"), wanting_terms(room, "SO-800001"), wanting_a_form(room, "SO-800002")
    )
    device = await lending(room, 810001)
    await room.settled(room.client.get_workflow_handle("order-SO-800002"))
    before = changes_of(room)
    for path in (consent, terms, form, *device.values()):
        assert (await browser.get(path)).status_code == 200
        assert (await browser.head(path)).status_code == 200
        assert (await browser.get(f"{path}?done&do=accept&full_administrator=yes")).status_code == 200
        assert (await browser.put(path)).status_code == 405
    assert changes_of(room) == before
    assert await room.stage(Lifecycle.TRIAL, "T-800001") == "pending.customer_consent"


async def test_a_decision_is_taken_once_and_said_to_be_taken_ever_after(room: LinkRoom, browser: AsyncClient) -> None:
    path = await wanting_terms(room, "SO-800003")
    first = await browser.post(path, data={"do": "submit", "agreed": "yes"})
    assert (first.status_code, first.headers["location"]) == (303, f"{path}?done")
    assert heading(await browser.get(first.headers["location"])) == "Thank you, we have your answer"
    again = await browser.post(path, data={"do": "submit", "agreed": "yes"})
    assert (again.status_code, heading(again)) == (409, "Already answered")
    assert heading(await browser.get(path)) == "Already answered"
    assert await times(room, Lifecycle.ORDER, "SO-800003", "order.terms_accepted") == 1


async def test_two_at_the_same_moment_have_one_effect(room: LinkRoom, browser: AsyncClient) -> None:
    path = await wanting_consent(room, "T-800002")
    said = [{"do": "accept"}, {"do": "accept"}, {"do": "decline"}, {"do": "accept", "full_administrator": "yes"}]
    answers = await asyncio.gather(*(browser.post(path, data=each) for each in said))
    assert 303 in {answer.status_code for answer in answers}
    assert {answer.status_code for answer in answers} <= {303, 409, 422}
    taken = [
        await times(room, Lifecycle.TRIAL, "T-800002", event)
        for event in ("trial.consent_given", "trial.consent_declined")
    ]
    assert sum(taken) == 1


async def test_a_full_administrator_may_decline(room: LinkRoom, browser: AsyncClient) -> None:
    """AMB-10. Whoever was written to besides may only look."""
    path = await wanting_consent(room, "T-800003")
    other = await room.link("consent", "trial_consent", "T-800003", "hanako")
    looked = await browser.post(other, data={"do": "decline"})
    assert "Only a full administrator" in looked.text
    assert await room.stage(Lifecycle.TRIAL, "T-800003") == "pending.customer_consent"
    assert (await browser.post(path, data={"do": "decline"})).status_code == 303
    assert await room.stage(Lifecycle.TRIAL, "T-800003") == "cancelled"
    assert heading(await browser.get(path)) == "Already answered"
    await eventually(lambda: "declined" in known(room.store.state(Lifecycle.TRIAL, "T-800003").closing_reason))
    assert heading(await browser.get(other)) == "Already answered", "by whatever link it was"


async def test_what_was_answered_in_another_way_is_answered_here_too(room: LinkRoom, browser: AsyncClient) -> None:
    path = await wanting_terms(room, "SO-800004")
    order = room.client.get_workflow_handle("order-SO-800004")
    await room.send(order, "accept_terms", accepted(Terms.PORT))
    await eventually(lambda: room.store.state(Lifecycle.ORDER, "SO-800004").terms_accepted)
    found = await browser.get(path)
    assert heading(found) == "Already answered"
    assert "accepted on" in found.text


async def test_what_nobody_wants_any_more_says_why(room: LinkRoom, browser: AsyncClient) -> None:
    path = await wanting_terms(room, "SO-800005")
    await room.send(room.client.get_workflow_handle("order-SO-800005"), "cancel", cancelled())
    await eventually(lambda: room.store.state(Lifecycle.ORDER, "SO-800005").closed)
    found = await browser.get(path)
    assert heading(found) == "No longer needed"
    assert "was cancelled" in found.text
    assert (await browser.post(path, data={"do": "submit", "agreed": "yes"})).status_code == 409


async def test_a_newer_link_ends_the_older(room: LinkRoom, browser: AsyncClient) -> None:
    path = await wanting_consent(room, "T-800004")
    await room.send(room.client.get_workflow_handle("trial-T-800004"), "resend", ResendConsent(by="partner-hikari"))
    newer = await room.link("consent", "trial_consent", "T-800004", "full@", number=2)
    found = await browser.get(path)
    assert heading(found) == "A newer link was sent"
    refused = await browser.post(path, data={"do": "accept"})
    assert refused.status_code == 409
    assert await room.stage(Lifecycle.TRIAL, "T-800004") == "pending.customer_consent"
    assert (await browser.post(newer, data={"do": "accept"})).status_code == 303


async def test_a_link_that_is_too_old_sends_a_fresh_one_to_the_same_reader_and_shows_nobody(
    room: LinkRoom, browser: AsyncClient
) -> None:
    path = await wanting_terms(room, "SO-800006")
    room.ahead = room.settings.web.links_live_for - timedelta(minutes=1)
    assert heading(await browser.get(path)) == "Port overage terms"
    room.ahead = room.settings.web.links_live_for
    old = await browser.get(path)
    assert heading(old) == "This link is too old"
    assert "@" not in old.text
    assert heading(await browser.post(path, data={"do": "fresh"})) == "A fresh link is on its way"
    again = await browser.post(path, data={"do": "fresh"})
    assert again.status_code in {200, 409}, "the same request, or one to which a newer link was sent"
    room.ahead = timedelta(0)
    fresh = await room.link("port-terms", "terms_wanted", "SO-800006", number=2)
    assert fresh != path
    await eventually(lambda: len(room.store.mails(Lifecycle.ORDER, "SO-800006")) == 2)
    assert heading(await browser.get(path)) == "A newer link was sent"
    assert (await browser.post(fresh, data={"do": "submit", "agreed": "yes"})).status_code == 303


async def test_a_link_grows_old_by_the_clock_on_the_wall(room: LinkRoom, browser: AsyncClient) -> None:
    """In a demo lives are years ahead; a fresh link would be too old again."""
    path = await wanting_terms(room, "SO-800016")
    room.world.newest = room.now() + room.settings.web.links_live_for
    shown = await browser.get(path)
    room.world.newest = None
    assert heading(shown) == "Port overage terms"


async def test_the_link_in_the_document_outlives_the_mail_s(room: LinkRoom, browser: AsyncClient) -> None:
    """ORD-07, ORD-17: whoever the document was passed on to fills the form in, and finds nobody's address there."""
    path = await wanting_a_form(room, "SO-800007")
    signed = known(SignedLinks.of(room.settings))
    link = known(signed.read(path.removeprefix("/f/"))).model_copy(update={"occurrence": "document"})
    shown = await browser.get(f"/f/{signed.token(link)}")
    assert heading(shown) == "Provisioning Form"
    assert "赤坂商事" in shown.text
    assert "hanako.yamada@" not in shown.text
    assert "hanako.yamada@" in (await browser.get(path)).text


@pytest.mark.parametrize(
    "changed",
    [
        lambda path: path[:-2],
        lambda path: path.replace("SO-8", "SO-9"),
        lambda path: path.replace("port-terms", "audio-terms"),
        lambda _path: "/f/x",
        lambda _path: "/f/" + "x" * 5000,
    ],
)
async def test_a_link_that_is_none_of_ours_leads_nowhere(room: LinkRoom, browser: AsyncClient, changed: Any) -> None:
    path = changed(await room.link("port-terms", "terms_wanted", "SO-800003"))
    before = changes_of(room)
    for answer in (await browser.get(path), await browser.post(path, data={"do": "submit", "agreed": "yes"})):
        assert (answer.status_code, heading(answer)) == (404, "This link does not work")
    assert changes_of(room) == before


async def test_a_link_signed_by_us_for_a_mail_that_never_was_leads_nowhere(
    room: LinkRoom, browser: AsyncClient
) -> None:
    signed = known(SignedLinks.of(room.settings))
    path = await room.link("port-terms", "terms_wanted", "SO-800003")
    link = known(signed.read(path.removeprefix("/f/")))
    others = (
        link.model_copy(update={"occurrence": "0" * 16}),
        link.model_copy(update={"subject": "SO-999999"}),
        link.model_copy(update={"purpose": Purpose.PROVISIONING}),
    )
    for other in some(others):
        assert (await browser.get(f"/f/{signed.token(other)}")).status_code == 404


async def test_a_page_of_another_site_sends_nothing(room: LinkRoom, browser: AsyncClient) -> None:
    path = await wanting_terms(room, "SO-800008")
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        answer = await browser.post(path, data={"do": "submit", "agreed": "yes"}, headers=headers)
        assert answer.status_code == 403
    assert await times(room, Lifecycle.ORDER, "SO-800008", "order.terms_accepted") == 0


async def test_one_link_is_not_pressed_without_end(room: LinkRoom, browser: AsyncClient) -> None:
    path = await wanting_terms(room, "SO-800009")
    codes = [(await browser.post(path, data={"do": "submit"})).status_code for _ in range(OF_ONE_LINK + 1)]
    assert codes == [422] * OF_ONE_LINK + [429]
    assert (await browser.get(path)).status_code == 200


async def test_nothing_typed_is_lost_when_nobody_can_be_reached_or_it_is_wrong(
    room: LinkRoom, browser: AsyncClient
) -> None:
    path = await wanting_a_form(room, "SO-800010")
    typed = form_a_typed(await browser.get(path))
    wrong = await browser.post(path, data={**typed, "form.sites[0].named_users": "24", "do": "submit"})
    assert wrong.status_code == 422
    assert "must add up to the 25 purchased" in wrong.text
    room.world.client = None
    away = await browser.post(path, data={**typed, "form.city": "港区", "do": "submit"})
    assert away.status_code == 503
    async with room.browser() as another:
        kept = dict(sent((await another.get(path)).text))
    assert kept["form.city"] == "港区"
    assert {name: kept[name] for name in typed} == typed | {"form.city": "港区"}
    room.world.client = room.client
    assert (await browser.post(path, data={**kept, "do": "submit"})).status_code == 303
    assert await room.stage(Lifecycle.ORDER, "SO-800010") == "in_progress.provisioning"
    assert known(room.store.row(Lifecycle.ORDER, "SO-800010").provisioning_form).city == "港区"
    assert everything(room.store)["web_form_drafts"] == [], "what was typed is gone with the answer"


async def test_a_draft_is_kept_until_it_is_submitted(room: LinkRoom, browser: AsyncClient) -> None:
    path = await wanting_a_form(room, "SO-800011")
    saved = await browser.post(path, data={"form.city": "Minato", "do": "save"})
    assert (saved.status_code, saved.headers["location"]) == (303, path)
    found = await browser.get(path)
    assert "This is your draft of" in found.text
    assert dict(sent(found.text))["form.city"] == "Minato"
    assert await room.stage(Lifecycle.ORDER, "SO-800011") == "pending.awaiting_provisioning_details"


async def test_what_was_typed_behind_an_older_link_stands_behind_the_newer(
    room: LinkRoom, browser: AsyncClient
) -> None:
    """Reminders come while somebody still fills the form in; the document, which is passed on, shows nothing of it."""
    path = await wanting_a_form(room, "SO-800014")
    await browser.post(path, data={"form.city": "Minato", "do": "save"})
    again = SendAgain(by="ops-7", mail="order-SO-800014/confirmation", reason="they cannot find it")
    await room.send(room.client.get_workflow_handle("order-SO-800014"), "send_again", again)
    newer = await room.link("provisioning", "confirmation", "SO-800014", number=2)
    await eventually(lambda: len(room.store.mails(Lifecycle.ORDER, "SO-800014")) == 2)
    assert dict(sent((await browser.get(newer)).text))["form.city"] == "Minato"
    late = await browser.post(path, data={"form.city": "Shibuya", "do": "submit"})
    assert (late.status_code, heading(late)) == (409, "A newer link was sent")
    assert "you find it behind the newer link" in late.text
    assert dict(sent((await browser.get(newer)).text))["form.city"] == "Shibuya"
    signed = known(SignedLinks.of(room.settings))
    link = known(signed.read(path.removeprefix("/f/"))).model_copy(update={"occurrence": "document"})
    assert dict(sent((await browser.get(f"/f/{signed.token(link)}")).text))["form.city"] == ""


async def test_a_draft_of_what_was_answered_in_another_way_goes_when_it_is_pressed_again(
    room: LinkRoom, browser: AsyncClient
) -> None:
    """As after nobody had answered in time, and it was taken nevertheless."""
    path = await wanting_a_form(room, "SO-800015")
    before = everything(room.store)["web_form_drafts"]
    await browser.post(path, data={"form.city": "Minato", "do": "save"})
    await room.send(room.client.get_workflow_handle("order-SO-800015"), "submit_provisioning_form", submitted())
    await eventually(lambda: room.store.state(Lifecycle.ORDER, "SO-800015").form_submitted_at)
    assert (await browser.post(path, data={"form.city": "Minato", "do": "submit"})).status_code == 409
    assert everything(room.store)["web_form_drafts"] == before


@pytest.mark.parametrize(("number", "was_sent"), [("SO-800012", False), ("SO-800013", True)])
async def test_an_answer_that_was_interrupted_is_finished_by_the_next(
    room: LinkRoom, browser: AsyncClient, number: str, was_sent: bool
) -> None:
    """The process died between claiming and sending, or between sending and noting: the same id, one effect."""
    path = await wanting_terms(room, number)
    signed = known(SignedLinks.of(room.settings))
    mark = known(signed.mark(path.removeprefix("/f/")))
    message = accepted(Terms.PORT).model_copy(update={"by": "link-facing-partner", "source": Source.PORTAL})
    id_ = once(mark, message, Purpose.PORT_TERMS, "accept_terms")
    room.store.claim_form(mark, Purpose.PORT_TERMS, Lifecycle.ORDER, number, id_, room.now())
    if was_sent:
        await room.client.get_workflow_handle(f"order-{number}").execute_update("accept_terms", message, id=id_)
    pressed = await browser.post(path, data={"do": "submit", "agreed": "yes"})
    assert pressed.status_code in {303, 409}
    assert heading(await browser.get(path)) == "Already answered"
    assert known(room.store.form_claim(mark)).update_id == id_
    assert await times(room, Lifecycle.ORDER, number, "order.terms_accepted") == 1


async def test_another_answer_that_is_under_way_is_waited_for_and_one_that_was_given_up_is_not(
    room: LinkRoom, browser: AsyncClient
) -> None:
    path = await wanting_consent(room, "T-800005")
    signed = known(SignedLinks.of(room.settings))
    mark = known(signed.mark(path.removeprefix("/f/")))
    room.store.claim_form(mark, Purpose.CONSENT, Lifecycle.TRIAL, "T-800005", "another", room.now())
    busy = await browser.post(path, data={"do": "accept"})
    assert busy.status_code == 409
    assert "being processed" in busy.text
    room.ahead = UNDER_WAY + timedelta(seconds=1)
    assert (await browser.post(path, data={"do": "accept"})).status_code == 303
    assert await room.stage(Lifecycle.TRIAL, "T-800005") == "pending.awaiting_provisioning_details"


async def test_where_no_carrier_is_fixed_the_page_names_none(room: LinkRoom, browser: AsyncClient) -> None:
    """As the mail does not; what stands in its place is English. AMB-16."""
    links = await lending(room, 810009)
    page = (await browser.get(f"{links['return']}?language=ja")).text
    assert "FOC810009" in page
    assert "the trials team" not in page


async def test_a_mail_program_ends_the_reminders_by_one_post(room: LinkRoom, browser: AsyncClient) -> None:
    """RFC 8058: no cookie, no field of ours, no origin."""
    links = await lending(room, 810002)
    mail = await room.mail("device_return", "T-810002")
    assert room.header(mail, "List-Unsubscribe") == f"<{room.url}{links['reminders']}>"
    async with room.program() as program:
        answer = await program.post(links["reminders"], data={"List-Unsubscribe": "One-Click"})
        again = await program.post(links["reminders"], data={"List-Unsubscribe": "One-Click"})
    assert (answer.status_code, again.status_code) == (303, 200)
    deadlines = (await room.state(room.client.get_workflow_handle("device-D-810002"))).deadlines
    assert {due.kind for due in deadlines} == {"device_return_due"}
    assert heading(await browser.get(links["reminders"])) == "Already answered"


async def test_lost_papers_are_asked_for_by_what_was_chosen(room: LinkRoom, browser: AsyncClient) -> None:
    """TRL-95, AMB-17, form H."""
    links = await lending(room, 810003)
    assert (await browser.post(links["papers"], data={"do": "submit"})).status_code == 422
    assert (await browser.post(links["papers"], data={"do": "submit", "how": "serials"})).status_code == 303
    assert "FOC810003" in (await room.mail("rma_lookup", "T-810003")).text
    assert (await browser.post(links["return"], data={"do": "submit"})).status_code == 303
    assert await room.stage(Lifecycle.DEVICE, "D-810003") == "return_in_transit"


def form_a_typed(page: Response) -> dict[str, str]:
    """Form A as somebody fills it in: what the page knew already stays."""
    shown = dict(sent(page.text))
    form = a_form().model_dump(mode="json", exclude={"sites", "additional_languages", "existing_customer"})
    typed = {f"form.{name}": str(value) for name, value in some(form.items()) if value is not None}
    sites = {"form.sites[0].url": "akasaka.webex.example", "form.sites[0].named_users": "25"}
    return {**shown, **typed, **sites, "form.existing_customer": "no"}
