"""What a completed option request changes: sites of the subscription, and who gets mails from then on. domain.md §4."""

from email import message_from_bytes, policy
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from activities.ports import Answer, Envelope
from domain.lifecycle import Lifecycle
from domain.mails import Role
from domain.operator import Acknowledge, RetryMail
from domain.option.messages import (
    AddLanguage,
    BeginWork,
    ChangeContact,
    CompleteWork,
    ContactOf,
    OptionKind,
    RequestOption,
    SplitSite,
)
from domain.order.forms import SitePlan
from domain.subscription.messages import OptionNews
from domain.subscription.sites import SubscriptionSite
from domain.values import Language, Person
from tests.makers import (
    a_form,
    a_paid_customer_s_trial,
    a_person,
    a_renewal,
    an_order,
    built,
    cleared,
    days,
    renewal_done,
    submitted,
)
from tests.support.environment import nobody_looks_twice
from tests.support.in_service import in_service
from tests.support.time_skipping import TimeSkipping

HEAD = "akasaka.webex.example"
SUBSCRIPTION = "sub-SO-100001"
NEW = a_person("aoi.kato@hikari.example.com", first_name="Aoi", last_name="Kato", language=Language.ENGLISH)
CUSTOMER, DESK = "hanako.yamada@akasaka.example.com", "desk@hikari.example.com"


async def built_by_its_order(env: TimeSkipping) -> Any:
    """An order lived through to the built site; the subscription it started."""
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted(a_form(additional_languages=("French",))))
    await env.send(order, "report_site_built", built())
    return env.subscription()


async def subscribed(env: TimeSkipping) -> Any:
    """In service for long, in Japanese and French."""
    return await in_service(env, sites=(SubscriptionSite(url=HEAD, named_users=25, languages=("ja", "fr")),))


async def renewed(env: TimeSkipping, *sites: SitePlan) -> None:
    renewal = await env.place(a_renewal())
    await env.send(renewal, "clear_compliance", cleared())
    form = a_form(existing_customer=True, sites=sites, number_of_sites=len(sites))
    await env.send(renewal, "submit_provisioning_form", submitted(form))
    await env.send(renewal, "report_site_built", renewal_done())


def a_request(request_id: str = "OR-1", **details: Any) -> RequestOption:
    """Of the kind that its details are of."""
    (kind,) = details
    given = {"by": "portal", "request_id": request_id, "subscription_id": SUBSCRIPTION, "partner_id": "hikari"}
    return RequestOption(**given, requester=a_person(DESK), kind=OptionKind(kind), **details)


def a_language(language: str, request_id: str = "OR-1") -> RequestOption:
    return a_request(request_id, language=AddLanguage(site=HEAD, language=language))


def a_split(url: str, named_users: int, request_id: str = "OR-1") -> RequestOption:
    return a_request(request_id, site_split=SplitSite(url=url, named_users=named_users, taken_from=HEAD))


def a_contact(whose: ContactOf, person: Person = NEW, request_id: str = "OR-1") -> RequestOption:
    return a_request(request_id, contact=ChangeContact(contact_of=whose, person=person))


async def requested(env: TimeSkipping, request: RequestOption) -> Any:
    option = await env.start("OptionRequest", request, f"option-{request.request_id}")
    await env.settled(option)
    return option


async def completed(env: TimeSkipping, request: RequestOption) -> None:
    """Requested, worked on and done."""
    option = await requested(env, request)
    await env.send(option, "begin_work", BeginWork(by="vendor-desk"))
    await env.send(option, "complete", CompleteWork(by="vendor-desk"))


def known(env: TimeSkipping) -> list[tuple[str, int, tuple[str, ...]]]:
    sites = env.store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION).state.sites
    return [(site.url, site.named_users, site.languages) for site in sites]


def recipients(env: TimeSkipping, since: int) -> set[str]:
    """Of mails that left after so many."""
    return {mail.recipient for mail in env.transport.taken[since:]}


def text(mail: Envelope) -> str:
    body = message_from_bytes(mail.content, policy=policy.default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


async def test_ord_33_a_subscription_begins_with_the_sites_and_languages_of_the_form(env: TimeSkipping) -> None:
    subscription = await built_by_its_order(env)
    assert known(env) == [(HEAD, 25, ("ja", "fr"))]
    assert (await env.state(subscription)).facts["sites"] == f"{HEAD} (25: ja, fr)"


async def test_opt_02_a_language_and_a_site_are_part_of_the_subscription_from_then_on(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await completed(env, a_language("pt-BR"))
    await completed(env, a_split("shiba.webex.example", 5, "OR-2"))
    both = ("ja", "fr", "pt-BR")
    assert known(env) == [(HEAD, 20, both), ("shiba.webex.example", 5, both)]
    state = await env.state(subscription)
    assert state.facts["sites"] == f"{HEAD} (20: ja, fr, pt-BR), shiba.webex.example (5: ja, fr, pt-BR)"
    assert not state.attention
    told = env.events(SUBSCRIPTION, Lifecycle.SUBSCRIPTION)
    assert told[-2:] == ["subscription.language_added", "subscription.site_split"]


async def test_opt_02_a_mail_lists_the_sites_as_they_are_by_then(env: TimeSkipping) -> None:
    await subscribed(env)
    await completed(env, a_split("shiba.webex.example", 5))
    await env.sleep_until(await env.now() + days(370))
    assert env.mail_kinds(SUBSCRIPTION, Lifecycle.SUBSCRIPTION)[-1] == "subscription_suspended"
    assert "shiba.webex.example" in text(env.transport.taken[-1])


async def test_a_completed_option_told_again_changes_nothing_also_in_the_next_term(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await completed(env, a_split("shiba.webex.example", 5))
    before = known(env)
    await subscription.signal("option_completed", OptionNews(request_id="OR-1"))
    await renewed(env, SitePlan(url=HEAD, named_users=20), SitePlan(url="shiba.webex.example", named_users=5))
    await subscription.signal("option_completed", OptionNews(request_id="OR-1"))
    await env.settled()
    assert known(env) == before
    state = await env.state(subscription)
    assert (state.facts["term"], state.attention) == ("2", False)
    assert env.events(SUBSCRIPTION, Lifecycle.SUBSCRIPTION).count("subscription.site_split") == 1


async def test_ord_33_a_renewal_s_form_says_which_sites_there_are_and_keeps_the_languages(env: TimeSkipping) -> None:
    await subscribed(env)
    await completed(env, a_language("pt-BR"))
    await completed(env, a_split("shiba.webex.example", 5, "OR-2"))
    await renewed(env, SitePlan(url=HEAD, named_users=15), SitePlan(url="ginza.webex.example", named_users=10))
    assert known(env) == [(HEAD, 15, ("ja", "fr", "pt-BR")), ("ginza.webex.example", 10, ("ja",))]


async def test_what_anybody_says_of_an_option_that_is_not_so_is_noted_and_ignored(env: TimeSkipping) -> None:
    subscription = await subscribed(env)
    await requested(env, a_language("ko"))
    await completed(env, a_contact(ContactOf.CUSTOMER, request_id="OR-2"))
    before, sites = await env.state(subscription), known(env)
    for request_id in ("OR-9", "OR-1", "OR-2"):
        await subscription.signal("option_completed", OptionNews(request_id=request_id))
    await env.settled()
    told = env.store.events(Lifecycle.SUBSCRIPTION, SUBSCRIPTION)[-3:]
    assert [(event.type, event.data["why"]) for event in told] == [
        ("subscription.report_ignored", "no such option request is known"),
        ("subscription.report_ignored", "the option request is acknowledged"),
        ("subscription.report_ignored", "the option request changes no site"),
    ]
    after = await env.state(subscription)
    assert after.model_copy(update={"as_of": before.as_of, "events": before.events}) == before
    assert known(env) == sites


async def test_an_option_of_another_subscription_changes_nothing_here(env: TimeSkipping) -> None:
    await subscribed(env)
    await completed(env, a_language("ko"))
    other = await env.place(an_order("SO-100002"))
    await env.send(other, "clear_compliance", cleared())
    await env.send(other, "submit_provisioning_form", submitted())
    await env.send(other, "report_site_built", built())
    subscription = env.subscription("sub-SO-100002")
    await subscription.signal("option_completed", OptionNews(request_id="OR-1"))
    await env.settled()
    assert "ko" not in (await env.state(subscription)).facts["sites"]
    (told,) = env.store.events(Lifecycle.SUBSCRIPTION, "sub-SO-100002")[-1:]
    assert told.data["why"] == "the option request is about another subscription"


async def test_two_options_completed_of_which_one_fits_no_more_are_an_alert_that_somebody_acknowledges(
    env: TimeSkipping,
) -> None:
    """Both fitted when their work was done; the subscription takes one after the other."""
    subscription = await subscribed(env)
    env.faults.broken["check_option"] = OSError("the disk is full")
    with nobody_looks_twice():
        await completed(env, a_split("shiba.webex.example", 20))
        await completed(env, a_split("ginza.webex.example", 20, "OR-2"))
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + days(1))
    assert [(url, users) for url, users, _ in known(env)] == [(HEAD, 5), ("shiba.webex.example", 20)]
    state = await env.state(subscription)
    assert (state.attention, state.jeopardy) == (True, ("option_not_carried_out/OR-2",))
    lifted = Acknowledge(by="ops-7", reason="asked the partner", alert="option_not_carried_out/OR-2")
    await env.send(subscription, "acknowledge", lifted)
    assert not (await env.state(subscription)).attention


# Whom mails go to.


async def test_opt_02_a_new_renewal_contact_gets_the_notices_and_the_old_one_none(env: TimeSkipping) -> None:
    await subscribed(env)
    since = len(env.transport.taken)
    await completed(env, a_contact(ContactOf.RENEWAL_CONTACT))
    await env.sleep_until(await env.now() + days(340))
    assert "renewal_notice" in env.mail_kinds(SUBSCRIPTION, Lifecycle.SUBSCRIPTION)
    assert recipients(env, since) == {NEW.email, DESK}, "the desk asked, and gets word of it"
    to_new = [mail for mail in env.transport.taken[since:] if mail.recipient == NEW.email]
    assert len(to_new) == 3
    assert "Dear Aoi Kato" in text(to_new[0]), "in their language"


async def test_ord_31_a_renewal_contact_is_named_by_an_option_before_any_graduation(env: TimeSkipping) -> None:
    await built_by_its_order(env)
    await completed(env, a_contact(ContactOf.RENEWAL_CONTACT))
    await env.sleep_until(await env.now() + days(280))
    assert env.mails(SUBSCRIPTION, Lifecycle.SUBSCRIPTION)[-1].to == NEW.email
    assert env.transport.taken[-1].recipient == NEW.email


async def test_opt_02_a_new_partner_contact_gets_the_mails_of_order_subscription_and_trial(env: TimeSkipping) -> None:
    await built_by_its_order(env)
    await env.start_trial(a_paid_customer_s_trial())
    asked = a_contact(ContactOf.PARTNER).model_copy(update={"requester": a_person("asks@hikari.example.com")})
    await completed(env, asked)
    since = len(env.transport.taken)
    await env.sleep_until(await env.now() + days(85))
    assert NEW.email in recipients(env, since)
    assert DESK not in recipients(env, since)
    assert "graduation_reminder" in env.mail_kinds("SO-100001")
    assert {mail.kind for mail in env.mails("T-1001", Lifecycle.TRIAL) if mail.to == NEW.email}
    since = len(env.transport.taken)
    await env.sleep_until(await env.now() + days(285))
    assert "renewal_not_ordered" in env.mail_kinds(SUBSCRIPTION, Lifecycle.SUBSCRIPTION)
    assert recipients(env, since) == {NEW.email, CUSTOMER}, "the customer reads of the trial's end"


async def test_opt_02_a_new_customer_contact_gets_the_mails_of_the_trial(env: TimeSkipping) -> None:
    await subscribed(env)
    await env.start_trial(a_paid_customer_s_trial())
    person = a_person("rin.abe@akasaka.example.com")
    await completed(env, a_contact(ContactOf.CUSTOMER, person))
    since = len(env.transport.taken)
    await env.sleep_until(await env.now() + days(85))
    assert person.email in recipients(env, since)
    assert CUSTOMER not in recipients(env, since)


async def test_opt_02_a_new_site_administrator_gets_the_welcome_that_was_refused(env: TimeSkipping) -> None:
    admin = a_form().admin_email
    env.transport.answers[admin] = Answer.REFUSED
    await built_by_its_order(env)
    person = a_person("rin.abe@akasaka.example.com")
    await completed(env, a_contact(ContactOf.SITE_ADMINISTRATOR, person))
    await env.send(
        env.order(), "retry_mail", RetryMail(by="ops-7", reason="another administrator", mail="order-SO-100001/welcome")
    )
    to = {mail.recipient for mail in env.transport.taken}
    assert person.email in to
    assert admin not in to


async def test_a_partner_s_address_is_no_site_administrator_s(env: TimeSkipping) -> None:
    """AMB-56: also that of the partner contact in the Provisioning form."""
    await built_by_its_order(env)
    person = a_person(a_form().partner_email)
    option = await env.start("OptionRequest", a_contact(ContactOf.SITE_ADMINISTRATOR, person), "option-OR-1")
    await env.settled(option)
    with pytest.raises(WorkflowFailureError) as failed:
        await option.result()
    assert "address of a partner" in str(failed.value.cause)
    assert env.store.person(Lifecycle.ORDER, "SO-100001", Role.SITE_ADMINISTRATOR).email == a_form().admin_email
