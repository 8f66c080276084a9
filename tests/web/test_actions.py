"""Pages that send: to a workflow that runs, once, and with what was typed kept whatever comes back. Real server, real
worker, one for the whole file."""

import asyncio
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import worker
from adapters.settings import Settings
from domain.lifecycle import Lifecycle
from domain.permissions import PartnerRole
from domain.trial.messages import Service
from domain.trial.policy import TrialPolicy
from domain.values import Source
from tests.makers import a_customer, a_partner, a_trial, an_order, services_built
from tests.support.embedded import Background, in_background
from tests.support.page_reader import Browser, errors_in, form_of, said_in
from tests.support.trial_form import NEW
from tests.support.web_site import AKASAKA, HIKARI, Site, populate
from web import reach

ONCE = {"days": "30", "confirm_shorten": "yes"}


@pytest.fixture(scope="module")
def background() -> Iterator[Background]:
    with in_background() as running:
        yield running


@pytest.fixture(scope="module")
def site(background: Background) -> Site:
    made = populate(Site(background.store, client=background.client))
    made.now = datetime.now(UTC)
    return made


def browser(background: Background, site: Site, user_id: str) -> Browser:
    site.world.client = background.client
    return Browser(site.client(user_id), background.do)


def a_running_trial(background: Background, trial_id: str, *services: Service) -> str:
    """Of akasaka, at hikari; its services are built. The path of its updates."""
    env = background.env
    customer = f"{AKASAKA}-{trial_id}"
    trial = a_trial(trial_id, *services, customer=a_customer(id=customer), partner=a_partner(HIKARI))
    handle = background.do(env.start_trial(trial))
    background.do(env.send(handle, "report_services_built", services_built(*trial.services)))
    return f"/act/trial/{trial_id}"


def happened(background: Background, trial_id: str, what: str) -> list[Any]:
    """As the store has it, once the workflow has nothing in hand."""
    background.do(background.env.settled(background.env.trial(trial_id)))
    events = background.store.events(Lifecycle.TRIAL, trial_id)
    return [event for event in events if event.type == what]


async def both(browser: Browser, path: str, typed: dict[str, str]) -> list[int]:
    """The button pressed twice, before anything came back."""
    sent = [browser.client.post(path, data=typed) for _ in range(2)]
    return [answer.status_code for answer in await asyncio.gather(*sent)]


def test_a_trial_is_extended_by_its_partner_and_the_record_says_by_whom(background: Background, site: Site) -> None:
    """TRL-50. Back where it was asked for, with a word that is said once."""
    path, sales = a_running_trial(background, "T-1"), browser(background, site, "full")
    taken = sales.fill(f"{path}/extend?next=/resources", **ONCE)
    assert (taken.status_code, taken.headers["location"]) == (303, "/resources")
    assert "T-1" in said_in(sales.get("/resources"))
    assert said_in(sales.get("/resources")) == ""
    (extended,) = happened(background, "T-1", "trial.extended")
    assert (extended.actor, extended.source) == ("full", Source.PORTAL)


def test_what_the_workflow_refuses_stands_at_its_field_and_nothing_typed_is_lost(
    background: Background, site: Site
) -> None:
    """AMB-11: it would shorten, and nobody said that it may."""
    path, full = a_running_trial(background, "T-2"), browser(background, site, "full")
    refused = full.fill(f"{path}/extend", days="30", reason="they asked for it")
    assert refused.status_code == 422
    assert set(errors_in(refused)) == {"confirm_shorten"}
    again = full.send(f"{path}/extend", refused, confirm_shorten="yes")
    assert again.status_code == 303
    (extended,) = happened(background, "T-2", "trial.extended")
    assert extended.reason == "they asked for it"


def test_what_the_model_refuses_is_never_sent(background: Background, site: Site) -> None:
    path, full = a_running_trial(background, "T-3"), browser(background, site, "full")
    refused = full.fill(f"{path}/extend", days="900")
    assert (refused.status_code, set(errors_in(refused))) == (422, {"days"})
    assert 'value="900"' in refused.text


def test_the_button_pressed_twice_takes_effect_once(background: Background, site: Site) -> None:
    """Both presses are answered as done. R9"""
    path, full = a_running_trial(background, "T-4"), browser(background, site, "full")
    typed = {"csrf": site.csrf(full.client), "form": "one form", **ONCE}
    assert background.do(both(full, f"{path}/extend", typed)) == [303, 303]
    assert len(happened(background, "T-4", "trial.extended")) == 1


def test_another_form_or_other_content_is_another_act(background: Background, site: Site) -> None:
    """So the one above was kept from happening twice by its form alone."""
    path, full = a_running_trial(background, "T-5"), browser(background, site, "full")
    for days in ("30", "29", "30"):
        assert full.fill(f"{path}/extend", **ONCE | {"days": days}).status_code == 303
    assert len(happened(background, "T-5", "trial.extended")) == 3


def test_with_no_worker_what_was_typed_stays_and_the_same_button_asks_again(
    background: Background, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may still take effect, and it does so once."""
    full, path = browser(background, site, "full"), "/act/trial/T-6/extend"
    with a_worker(background, "another"):
        trial = a_trial("T-6", customer=a_customer(id="osaka"), partner=a_partner(HIKARI))
        started = background.client.start_workflow("Trial", trial, id="trial-T-6", task_queue="another")
        handle = background.do(started)
        background.do(background.env.send(handle, "report_services_built", services_built(*trial.services)))
    for patience in ("QUERY_PATIENCE", "UPDATE_PATIENCE"):
        monkeypatch.setattr(reach, patience, timedelta(milliseconds=200))
    shown = full.get(path)
    assert "what was recorded last" in said_in(shown)
    unanswered = full.send(path, shown, **ONCE, reason="a word of theirs")
    assert (unanswered.status_code, "a word of theirs" in unanswered.text) == (503, True)
    assert "may still take effect" in said_in(unanswered)
    monkeypatch.undo()
    with a_worker(background, "another"):
        assert full.send(path, unanswered).status_code == 303
        assert len(happened(background, "T-6", "trial.extended")) == 1


@contextmanager
def a_worker(background: Background, queue: str) -> Iterator[None]:
    """Beside the one that the environment has, on a queue of its own."""
    env, held = background.env, AsyncExitStack()
    settings = Settings.model_validate({"DATABASE_URL": env.reach["DATABASE_URL"], "task_queue": queue})

    async def begin() -> None:
        threads = held.enter_context(ExitStack())
        for each in worker.workers(env.client, settings, env.store, env.transport, threads):
            await held.enter_async_context(each)

    try:
        background.do(begin())
        yield
    finally:
        background.do(held.aclose())


def test_before_the_server_was_ever_reached_nothing_is_sent(background: Background, site: Site) -> None:
    path, full = a_running_trial(background, "T-7"), browser(background, site, "full")
    site.world.client = None
    unsent = full.fill(f"{path}/extend", **ONCE)
    assert unsent.status_code == 503
    assert "nothing was sent" in said_in(unsent)
    assert not happened(background, "T-7", "trial.extended")


def test_a_trial_ends_only_when_that_is_confirmed_and_then_nothing_can_be_sent(
    background: Background, site: Site
) -> None:
    """TRL-52: the bin icon asks Yes."""
    path, full = a_running_trial(background, "T-8"), browser(background, site, "full")
    open_form = full.get(f"{path}/extend")
    asked = full.fill(f"{path}/cancel", reason="ordered by mistake")
    assert (asked.status_code, set(errors_in(asked))) == (422, {"confirm"})
    assert full.send(f"{path}/cancel", asked, confirm="yes").status_code == 303
    assert happened(background, "T-8", "trial.cancelled")
    assert full.get(f"{path}/extend").status_code == 409
    assert full.send(f"{path}/extend", open_form, **ONCE).status_code == 409


def test_an_operator_resumes_an_order_in_three_clicks_from_the_operations_page(
    background: Background, site: Site
) -> None:
    """The page, the button of the line, the button of the form."""
    env = background.env
    handle = background.do(env.place(an_order("SO-900001", customer=a_customer(id="ginza"))))
    operator = browser(background, site, "operator")
    held = operator.fill("/act/order/SO-900001/hold", reason="in dispute")
    assert held.headers["location"] == "/operations"
    background.do(env.settled(handle))
    page = operator.get("/operations?search=SO-900001")
    assert "in dispute (operator)" in page.text
    assert operator.fill("/act/order/SO-900001/resume?next=/operations").status_code == 303
    background.do(env.settled(handle))
    assert "in dispute" not in operator.get("/operations?search=SO-900001").text


def test_a_mail_that_went_out_is_sent_once_more_from_the_page_of_its_life(background: Background, site: Site) -> None:
    """It waits for nobody, so no desk has it; whoever cannot find the mail asks an operator."""
    path = a_running_trial(background, "T-9")
    background.do(background.env.settled(background.env.trial("T-9")))
    full, operator = browser(background, site, "full"), browser(background, site, "operator")
    pages = [each.get(path).text for each in (full, operator)]
    assert [f"{path}/send_again" in page for page in pages] == [False, True]
    mail = background.store.mails(Lifecycle.TRIAL, "T-9")[0].key
    sent = operator.fill(f"{path}/send_again", mail=mail, reason="they cannot find it")
    assert sent.status_code == 303
    (again,) = happened(background, "T-9", "mail.sent_again")
    assert again.data["mail"] == f"{mail}/again-1"


def test_what_cannot_be_undone_wants_its_id_typed(background: Background, site: Site) -> None:
    """An order refused for compliance is refused for good."""
    handle = background.do(background.env.place(an_order("SO-900002", customer=a_customer(id="shiba"))))
    operator, path = browser(background, site, "operator"), "/act/order/SO-900002/refuse_compliance"
    asked = operator.fill(path, reason="export restrictions", confirmed="yes")
    assert (asked.status_code, set(errors_in(asked))) == (422, {"f-confirmed"})
    assert operator.send(path, asked, confirmed="SO-900002").status_code == 303
    background.do(background.env.settled(handle))
    assert background.store.columns(Lifecycle.ORDER, "SO-900002").stage == "rejected"


FORGED = {
    "by": "operator",
    "source": "operator",
    "partner.id": "minato",
    "partner_role": "sales_administrator",
    "trial_id": "T-1",
    "purchased": "calling",
    "policy.grace": "P300D",
}
"""What no input of the page asks for: the session says it, or this installation."""


def test_a_trial_is_started_once_by_whoever_may_start_one(background: Background, site: Site) -> None:
    """TRL-02. Who starts it, for which partner and as what, the session says; its id is made by the page."""
    full = browser(background, site, "full")
    shown = full.get("/start/trial")
    first, again = (full.send("/start/trial", shown, **NEW | FORGED) for _ in range(2))
    assert (first.status_code, again.status_code) == (303, 303)
    (row,) = background.store.listed(Lifecycle.TRIAL, customer="meguro")
    placed: Any = background.store.start_as_given(Lifecycle.TRIAL, row.subject)
    started = (placed.by, placed.source, placed.partner_role, placed.partner.id)
    assert started == ("full", Source.PORTAL, PartnerRole.FULL_ADMINISTRATOR, HIKARI)
    assert (row.subject != "T-1", placed.purchased, placed.policy) == (True, (), TrialPolicy())


def test_a_start_that_its_workflow_refuses_is_refused_on_the_page(background: Background, site: Site) -> None:
    """AMB-52: the same service twice for one customer. The page waits for what the workflow says."""
    full = browser(background, site, "full")
    other = {"customer.id": "ebisu", "licences": "10"}
    assert full.fill("/start/trial", **NEW | other).status_code == 303
    shown = full.get("/start/trial")
    refused = full.send("/start/trial", shown, **NEW | other | {"licences": "11"})
    assert refused.status_code == 422
    assert dict(form_of(refused))["form"] != dict(form_of(shown))["form"]
    assert "Meguro Books" in refused.text
    assert len(background.store.listed(Lifecycle.TRIAL, customer="ebisu")) == 1
