"""Whole lives of trials on the time-skipping server. domain.md §5, §10.2."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError

from domain.mails import Lifecycle
from domain.trial.messages import (
    AcceptTrial,
    DeclineTrial,
    EditServices,
    GiveDetails,
    ResendConsent,
    Service,
    WithdrawTrial,
)
from domain.trial.policy import TrialPolicy
from domain.values import Country
from tests.makers import (
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_trial,
    an_administrator,
    an_order,
    built,
    cleared,
    converted,
    days,
    ended,
    extended,
    services_built,
    submitted,
)
from tests.town import MONDAY, SECOND, Town

TICK = SECOND / 2
ZONES = [("Asia/Tokyo", "JP"), ("Europe/Paris", "FR"), ("America/Los_Angeles", "US")]


def sent(town: Town, trial: str = "T-1001") -> list[tuple[str, str]]:
    return [(mail.kind, mail.to.split("@")[0]) for mail in town.mails(trial, Lifecycle.TRIAL)]


def kinds(town: Town, trial: str = "T-1001") -> list[str]:
    return town.kinds(trial, Lifecycle.TRIAL)


async def expiry(town: Town, handle: Any) -> datetime:
    return datetime.fromisoformat((await town.state(handle)).facts["expires_at"])


async def test_a_trial_that_nobody_converts_to_the_release_of_its_numbers(town: Town) -> None:
    """TRL-10 to TRL-18, TRL-71 to TRL-80: every mail to everybody it is for, and to nobody else."""
    start = a_trial(
        "T-1001",
        Service.CALLING,
        administrators=(an_administrator("second@akasaka.example.com"),),
        partner_administrators=(a_person("other@hikari.example.com"),),
        users=(a_person("user1@akasaka.example.com"), a_person("user2@akasaka.example.com")),
    )
    trial = await town.try_out(start)
    await town.tell(trial, "report_services_built", services_built(Service.CALLING))
    e = await expiry(town, trial)
    await town.sleep_until(e + days(45) + TICK)
    outcome = await trial.result()
    assert outcome.stage == "lapsed.numbers_released"
    customers, partners = ["hanako.yamada", "second"], ["desk", "other"]
    assert sent(town) == sorted_by_time(
        [("trial_welcome", "hanako.yamada")],
        [("trial_expiring", who) for who in customers] + [("trial_expiring_partner", who) for who in partners],
        [("trial_expired", who) for who in customers] + [("trial_expired_partner", who) for who in partners],
        [("trial_last_call", who) for who in customers + partners],
        [("trial_last_call", who) for who in customers + partners],
        [("trial_access_ended", "user1"), ("trial_access_ended", "user2")],
        actual=sent(town),
    )
    losses = town.store.losses("T-1001")
    assert list(losses) == [
        "users_moved",
        "licences_removed",
        "roles_removed",
        "calling_configuration_removed",
        "numbers_released",
    ]
    assert all(e + days(30) <= at < e + days(31) for step, at in losses.items() if step != "numbers_released")
    assert e + days(45) <= losses["numbers_released"] < e + days(46)


def sorted_by_time(*groups: list[tuple[str, str]], actual: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """The groups in order; within a group mails leave together, so their order there is the actual one."""
    ordered: list[tuple[str, str]] = []
    for group in groups:
        ordered += sorted(group, key=lambda mail: actual.index(mail) if mail in actual else -1)
    return ordered


@pytest.mark.parametrize(("zone", "country"), ZONES)
async def test_the_second_before_and_after_every_date(town: Town, zone: str, country: str) -> None:
    """Consent aside: E−7, E, E+30, E+45 in a zone with DST, in Tokyo and west of UTC. E lies after the change."""
    await town.sleep_until(datetime(2031, 10, 1, 12, tzinfo=UTC))
    customer = a_customer(zone=zone, country=Country(country))
    trial = await town.try_out(a_paid_customer_s_trial(customer=customer, days=40))
    e = await expiry(town, trial)
    for at, before, after in (
        (e - days(7), [], ["trial_expiring", "trial_expiring_partner"]),
        (e, [], ["trial_expired", "trial_expired_partner"]),
    ):
        known = len(kinds(town))
        await town.sleep_until(at - (days(7) - days(7)) - TICK)
        assert kinds(town)[known:] == before
        await town.sleep_until(at + TICK)
        assert sorted(kinds(town)[known:]) == after
    await town.sleep_until(e + days(30) - TICK)
    assert (await town.state(trial)).stage == "expired_grace"
    assert town.store.losses("T-1001") == {}
    facts = (await town.state(trial)).facts
    await town.sleep_until(datetime.fromisoformat(facts["grace_ends_at"]) + TICK)
    assert (await town.state(trial)).stage == "lapsed.numbers_retained"
    until = datetime.fromisoformat(facts["numbers_until"])
    await town.sleep_until(until - TICK)
    assert "numbers_released" not in town.store.losses("T-1001")
    await town.sleep_until(until + TICK)
    assert "numbers_released" in town.store.losses("T-1001")


@pytest.mark.parametrize(("at", "stage"), [(-TICK, "pending.customer_consent"), (TICK, "cancelled")])
async def test_trl_31_consent_lapses_at_the_end_of_the_tenth_day(town: Town, at, stage: str) -> None:
    trial = await town.try_out(a_consented_trial())
    assert sorted(sent(town)) == [("trial_consent", "full"), ("trial_consent", "hanako.yamada")]
    await town.tell(trial, "resend", ResendConsent(by="hikari"))
    lapses = datetime(2031, 6, 12, 15, tzinfo=UTC)
    await town.sleep_until(lapses + at)
    row = town.store.trial("T-1001")
    assert row.life.stage == stage
    assert kinds(town) == ["trial_consent"] * 4, "AMB-46: no mail about the lapse"


async def test_amb_46_the_partner_is_told_of_lapsed_consent_if_the_policy_says_so(town: Town) -> None:
    await town.try_out(a_consented_trial(policy=TrialPolicy(tell_partner_of_lapsed_consent=True)))
    await town.sleep_until(MONDAY + days(12))
    assert kinds(town)[-1] == "trial_consent_lapsed"


async def test_trl_25_to_29_consent_details_provisioning(town: Town) -> None:
    trial = await town.try_out(a_consented_trial())
    await town.tell(trial, "accept", AcceptTrial(by="admin", full_administrator=True))
    assert (await town.state(trial)).stage == "pending.awaiting_provisioning_details"
    await town.sleep_until(MONDAY + days(30))
    assert (await town.state(trial)).stage == "pending.awaiting_provisioning_details", "the ten days are over and done"
    await town.tell(trial, "give_details", GiveDetails(by="hikari"))
    await town.tell(trial, "report_services_built", services_built())
    assert (await town.state(trial)).facts["partner_access"] == "full_administrator"
    assert (await town.state(trial)).stage == "trialing"


@pytest.mark.parametrize(
    ("update", "message"), [("decline", DeclineTrial(by="admin")), ("withdraw", WithdrawTrial(by="hikari"))]
)
async def test_a_request_declined_or_withdrawn_is_cancelled_at_once(town: Town, update: str, message: Any) -> None:
    trial = await town.try_out(a_consented_trial())
    await town.tell(trial, update, message)
    assert (await trial.result()).stage == "cancelled"
    assert set(kinds(town)) == {"trial_consent"}


async def test_trl_21_services_bought_or_tried_elsewhere_fail_the_start_with_a_reason_each(town: Town) -> None:
    await town.try_out(a_consented_trial("T-1", Service.CALLING))
    other = a_partner("midori", "みどり商会")
    start = a_consented_trial("T-2", Service.CALLING, Service.MESSAGING, partner=other, purchased=(Service.MESSAGING,))
    refused = await town.try_out(start)
    with pytest.raises(WorkflowFailureError) as failure:
        await refused.result()
    told = str(failure.value.cause)
    assert "calling" in told
    assert "messaging" in told
    allowed = await town.try_out(a_consented_trial("T-3", Service.MEETINGS, partner=other))
    assert (await town.state(allowed)).stage == "pending.customer_consent"


async def test_trl_41_a_paying_customer_tries_only_what_it_has_not_bought(town: Town) -> None:
    order = await town.place(an_order())
    await town.tell(order, "clear_compliance", cleared())
    await town.tell(order, "submit_provisioning_form", submitted())
    await town.tell(order, "report_site_built", built())
    refused = await town.try_out(a_paid_customer_s_trial("T-1", Service.MEETINGS))
    with pytest.raises(WorkflowFailureError) as failure:
        await refused.result()
    assert "meetings" in str(failure.value.cause)
    allowed = await town.try_out(a_paid_customer_s_trial("T-2", Service.CALLING))
    assert (await town.state(allowed)).stage == "trialing"


async def test_trl_51_an_added_service_follows_the_rules_of_a_start(town: Town) -> None:
    trial = await town.try_out(a_paid_customer_s_trial(purchased=(Service.MESSAGING,)))
    refusal = await town.refusal(trial, "edit_services", EditServices(by="hikari", add=(Service.MESSAGING,)))
    assert refusal.startswith("add: messaging")
    assert (await town.state(trial)).facts["services"] == "calling"
    await town.tell(trial, "edit_services", EditServices(by="hikari", add=(Service.CONTACT_CENTER,)))
    assert (await town.state(trial)).facts["services"] == "calling, contact_center"


async def test_amb_43_a_trial_shorter_than_seven_days_warns_at_once_and_once(town: Town) -> None:
    await town.try_out(a_paid_customer_s_trial(days=3))
    assert kinds(town).count("trial_expiring") == 1
    await town.sleep_until(MONDAY + days(5))
    assert kinds(town).count("trial_expiring") == 1
    assert kinds(town).count("trial_expired") == 1


async def test_amb_11_43_extended_twice_each_e_is_warned_of_once_and_no_old_one(town: Town) -> None:
    trial = await town.try_out(a_paid_customer_s_trial(days=20))
    await town.sleep_until(MONDAY + days(15))
    assert kinds(town).count("trial_expiring") == 1
    await town.tell(trial, "extend", extended(30))
    await town.sleep_until(MONDAY + days(30))
    assert kinds(town).count("trial_expired") == 0, "the old E means nothing any more"
    refusal = await town.refusal(trial, "extend", extended(5))
    assert refusal.startswith("confirm_shorten")
    await town.tell(trial, "extend", extended(5, shorten=True))
    assert kinds(town).count("trial_expiring") == 2, "less than seven days: at once"
    await town.sleep_until(MONDAY + days(37))
    assert kinds(town).count("trial_expiring") == 2
    assert kinds(town).count("trial_expired") == 1
    assert (await town.state(trial)).stage == "expired_grace"
    assert "cannot extend" in await town.refusal(trial, "extend", extended(30))


async def test_trl_66_converted_in_grace_starts_the_order_and_loses_nothing(town: Town) -> None:
    trial = await town.try_out(a_paid_customer_s_trial(days=10))
    e = await expiry(town, trial)
    await town.sleep_until(e + days(20))
    order = an_order("SO-300001", converts_trial="T-1001")
    await town.tell(trial, "convert", converted(order=order))
    assert (await trial.result()).order_number == "SO-300001"
    await town.settled()
    assert town.store.order("SO-300001").life.stage == "held"
    assert kinds(town)[-1] == "trial_setup", "M-19"
    await town.sleep_until(e + days(50))
    assert town.store.losses("T-1001") == {}
    assert "trial_access_ended" not in kinds(town)


async def test_trl_60_an_order_nobody_knows_is_refused_by_its_field(town: Town) -> None:
    trial = await town.try_out(a_paid_customer_s_trial())
    refusal = await town.refusal(trial, "convert", converted())
    assert refusal.startswith("order_number: no order with that SO# is known")
    assert (await town.state(trial)).stage == "trialing"


async def test_the_last_look_finds_a_paid_order_and_nothing_is_lost(town: Town) -> None:
    trial = await town.try_out(a_paid_customer_s_trial(days=1))
    e = await expiry(town, trial)
    await town.place(an_order("SO-300001", converts_trial="T-1001"))
    await town.sleep_until(e + days(30) + TICK)
    assert (await trial.result()).stage == "converted"
    assert town.store.losses("T-1001") == {}


@pytest.mark.parametrize("offset", [-TICK * 2, -TICK / 2, TICK / 2, TICK * 2])
async def test_convert_against_the_end_of_grace_exactly_one_wins(town: Town, offset) -> None:
    """E6."""
    trial = await town.try_out(a_paid_customer_s_trial(days=1))
    e = await expiry(town, trial)
    await town.place(an_order("SO-300001"))
    await town.sleep_until(e + days(29))
    moment = e + days(30) + offset
    passing = asyncio.create_task(town.env.sleep(moment - await town.now()))
    await passing
    try:
        await town.tell(trial, "convert", converted())
        accepted = True
    except Exception:
        accepted = False
    await town.sleep_until(e + days(31))
    stage = town.store.trial("T-1001").life.stage
    assert stage == ("converted" if accepted else "lapsed.numbers_retained")
    assert bool(town.store.losses("T-1001")) is not accepted
    events = town.events("T-1001", Lifecycle.TRIAL)
    assert events.count("trial.converted") + events.count("trial.grace_ended") == 1


async def test_trl_52_a_cancelled_trial_ends_at_once_without_grace_or_further_mail(town: Town) -> None:
    trial = await town.try_out(a_paid_customer_s_trial())
    await town.tell(trial, "cancel", ended())
    assert (await trial.result()).stage == "cancelled"
    await town.sleep_until(MONDAY + days(200))
    assert kinds(town) == ["trial_started"]


async def test_the_same_trial_id_again_is_refused(town: Town) -> None:
    trial = await town.try_out(a_paid_customer_s_trial())
    await town.tell(trial, "cancel", ended())
    await trial.result()
    again = await town.try_out(a_paid_customer_s_trial())
    with pytest.raises(WorkflowFailureError):
        await again.result()
