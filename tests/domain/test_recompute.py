"""New rules of zones and holidays for a life under way: which dates move, which stay, what is kept. ADR 5."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from domain.business_days import WorkingCalendar
from domain.deadlines import Deadline
from domain.device.messages import StartDeviceLoan
from domain.device.recompute import DeviceRecount
from domain.device.state import EXPIRY, RETURN_DUE, DeviceState
from domain.lifecycle import LifecycleState
from domain.mails import MailState
from domain.operator import ExtendDueDate, Hold
from domain.order.recompute import OrderRecount
from domain.order.state import BUILD_LATE, GRADUATION_DUE, HOLD_OVERDUE, LINK_VOID, OrderState
from domain.recompute import PresentRules, RecomputeDates, Recount
from domain.subscription.messages import StartSubscription, TerminateSubscription
from domain.subscription.recompute import SubscriptionRecount
from domain.subscription.state import RENEWAL_DATE, TARGET, SubscriptionState
from domain.trial.mails import TrialMail
from domain.trial.recompute import TrialRecount
from domain.trial.state import CONSENT, EXPIRED, GRACE_END, NUMBERS, TrialState
from domain.values import Refused
from domain.working_time import ZoneRules, end_of_day
from tests.makers import (
    a_consented_trial,
    a_customer,
    a_form,
    a_paid_customer_s_trial,
    an_order,
    built,
    cleared,
    submitted,
)
from tests.zones import changed, today

OPENED = datetime(2026, 6, 1, 1, tzinfo=UTC)
RULES_CHANGE = datetime(2026, 6, 15, tzinfo=UTC)
"""Between opening and the deadlines."""

NOW = datetime(2026, 6, 10, tzinfo=UTC)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ASKED = RecomputeDates(by="ops-7", reason="new rules were proclaimed")

IN_THREE_ZONES = pytest.mark.parametrize(
    ("zone", "proclaimed", "by"),
    [
        ("America/New_York", "EDT4", -HOUR),
        ("Europe/Paris", "GMT0", HOUR),
        ("Asia/Tokyo", "JST-9JDT,M9.5.0,M4.5.0", -HOUR),
    ],
)
"""Summer time for good, a zone left, summer time in winter. `by`: how far midnights move in January."""

RECOUNTS: Mapping[type[LifecycleState], type[Recount[Any]]] = {
    OrderState: OrderRecount,
    SubscriptionState: SubscriptionRecount,
    TrialState: TrialRecount,
    DeviceState: DeviceRecount,
}


def proclaimed_in(zone: str, posix: str) -> ZoneRules:
    """Known from now on."""
    return changed(zone, RULES_CHANGE, posix)


def recount(state: LifecycleState, rules: ZoneRules, calendar: WorkingCalendar | None = None) -> Recount[Any]:
    return RECOUNTS[type(state)](state, PresentRules(zone_rules=rules, calendar=calendar))


def due(state: LifecycleState) -> dict[str, datetime]:
    return {deadline.name: deadline.at for deadline in state.agenda.pending}


def events(state: LifecycleState) -> list[str]:
    return [event.type for event in state.journal.take().unrecorded]


def a_subscription(zone: str, rules: ZoneRules | None = None) -> SubscriptionState:
    start = StartSubscription(
        by="tenure",
        subscription_id="sub-1",
        order_number="SO-100001",
        customer_id="akasaka",
        partner_id="hikari",
        zone=zone,
        service_start_at=OPENED,
        term_months=8,
    )
    return SubscriptionState.started(start, OPENED, rules or today(zone))


def a_trial(zone: str, rules: ZoneRules | None = None, **changes: Any) -> TrialState:
    """In use, until the end of some day in January."""
    placed = a_paid_customer_s_trial(customer=a_customer(zone=zone), days=230, **changes)
    return begun(TrialState.placed(placed, OPENED), rules or today(zone))


def begun(state: TrialState, rules: ZoneRules) -> TrialState:
    state.zone_rules = rules
    state.begin(OPENED)
    return state


def in_grace(state: TrialState) -> TrialState:
    """E has come."""
    at = state.expires_at
    assert at
    state.agenda.take_due(at)
    state.expire(at)
    return state


def a_loan(zone: str, rules: ZoneRules | None = None) -> DeviceState:
    start = StartDeviceLoan(
        by="tenure",
        device_id="D-1",
        trial_id="T-1001",
        customer_id="akasaka",
        partner_id="hikari",
        model="Desk Pro",
        serial_number="FOC1",
        expires_on=datetime(2027, 1, 10, 12, tzinfo=UTC),
        country="JP",
        zone=zone,
        customer_administrators=1,
        partner_administrators=1,
    )
    return DeviceState.shipped(start, OPENED, rules or today(zone))


def a_held_order(zone: str, rules: ZoneRules | None = None) -> OrderState:
    """A renewal of a subscription that ends in January."""
    state = OrderState.placed(an_order(customer=a_customer(zone=zone)), OPENED)
    state.zone_rules = rules or today(zone)
    state.hold_for_compliance(OPENED, tokyo().end(state), date(2027, 1, 20))
    return state


class tokyo:  # noqa: N801 - reads as a place
    """Business days there, with holidays of our own."""

    def __init__(self, *holidays: date) -> None:
        self.calendar = WorkingCalendar(
            country="JP",
            zone="Asia/Tokyo",
            zone_rules=today("Asia/Tokyo"),
            holidays=frozenset(holidays),
            first=date(2026, 1, 1),
            last=date(2027, 1, 1),
        )

    def end(self, state: OrderState) -> datetime:
        return state.business_day_end(OPENED, state.policy.hold_overdue, self.calendar)


# Days stay, instants move.


@IN_THREE_ZONES
@pytest.mark.parametrize("opened", [a_subscription, a_trial, a_loan, a_held_order])
def test_a_life_has_the_dates_it_would_have_if_it_had_been_opened_by_the_new_rules(
    opened: Any, zone: str, proclaimed: str, by: timedelta
) -> None:
    rules = proclaimed_in(zone, proclaimed)
    state, afresh = opened(zone), opened(zone, rules)
    before, after = due(state), due(afresh)
    assert before != after, "the rules must matter"
    assert {after[name] - before[name] for name in before} <= {timedelta(0), by}
    recount(state, rules).take(ASKED, NOW)
    expected = {name: max(at, before[name]) if name == RENEWAL_DATE else at for name, at in after.items()}
    assert due(state) == expected
    assert state.rules == rules
    if isinstance(state, SubscriptionState):
        assert state.suspends_at == due(state)[RENEWAL_DATE], "mails and pages say the same"


@IN_THREE_ZONES
def test_dates_of_the_contract_stay_calendar_days(zone: str, proclaimed: str, by: timedelta) -> None:
    trial, subscription = a_trial(zone), a_subscription(zone)
    days = (trial.expires_on, trial.grace_ends_on, subscription.renewal_date, subscription.first_day)
    rules = proclaimed_in(zone, proclaimed)
    for state in (trial, subscription):
        recount(state, rules).take(ASKED, NOW)
    assert (trial.expires_on, trial.grace_ends_on, subscription.renewal_date, subscription.first_day) == days
    assert trial.expires_on
    assert due(trial)[f"{EXPIRED}/{trial.expires_on}"] == trial.expires_at == end_of_day(trial.expires_on, rules)


def test_a_reminder_keeps_its_time_of_day() -> None:
    rules = proclaimed_in("Europe/Paris", "CEST-2")
    state = a_subscription("Europe/Paris")
    assert due(state)["renewal_notice/30"] == datetime(2027, 1, 2, 8, tzinfo=UTC)
    recount(state, rules).take(ASKED, NOW)
    assert due(state)["renewal_notice/30"] == datetime(2027, 1, 2, 7, tzinfo=UTC), "09:00 in Paris"


def test_hours_are_hours_by_any_rules() -> None:
    """ORD-22: the password link lives 72 hours; Graduation is due at the end of a day."""
    state = a_held_order("America/New_York")
    state.clear_compliance(cleared(), OPENED)
    state.submit_provisioning_form(submitted(a_form()), OPENED)
    state.report_site_built(built(), OPENED)
    state.welcome_sent(OPENED, OPENED)
    before = due(state)
    recount(state, changed("America/New_York", OPENED, "EST5")).take(ASKED, OPENED)
    assert due(state)[LINK_VOID] == before[LINK_VOID]
    assert due(state)[GRADUATION_DUE] == before[GRADUATION_DUE] + HOUR


# Holidays.


def test_a_holiday_proclaimed_later_moves_a_guide() -> None:
    """ORD-03, AMB-40."""
    state = a_held_order("Asia/Tokyo")
    assert due(state)[HOLD_OVERDUE] == datetime(2026, 6, 8, 15, tzinfo=UTC)
    recount(state, today("Asia/Tokyo"), tokyo(date(2026, 6, 4)).calendar).take(ASKED, NOW)
    assert due(state)[HOLD_OVERDUE] == datetime(2026, 6, 9, 15, tzinfo=UTC)


def test_amb_58_closing_days_are_counted_by_any_rules() -> None:
    state = a_held_order("Asia/Tokyo")
    state.policy = state.policy.model_copy(update={"closing_days": {"JP": ("06-04",)}})
    recount(state, today("Asia/Tokyo"), tokyo().calendar).take(ASKED, NOW)
    assert due(state)[HOLD_OVERDUE] == datetime(2026, 6, 9, 15, tzinfo=UTC)


def test_the_build_guide_is_shown_where_it_is_due_now() -> None:
    """ORD-18."""
    state = a_held_order("Asia/Tokyo")
    state.clear_compliance(cleared(), OPENED)
    state.submit_provisioning_form(submitted(a_form()), OPENED)
    state.expect_build_by(state.business_day_end(OPENED, 7, tokyo().calendar), OPENED)
    guide = OrderRecount.guide_of(state)
    assert guide
    assert (guide.start, guide.days, guide.country, guide.zone) == (OPENED, 7, "JP", "Asia/Tokyo")
    recount(state, today("Asia/Tokyo"), tokyo(date(2026, 6, 4), date(2026, 6, 5)).calendar).take(ASKED, NOW)
    assert due(state)[BUILD_LATE] == state.build_due_at == datetime(2026, 6, 12, 15, tzinfo=UTC)


def test_amb_40_once_more_holidays_are_known_nobody_is_told_of_plain_weekdays() -> None:
    state = a_held_order("Asia/Tokyo")
    state.plain_weekdays = True
    recount(state, today("Asia/Tokyo"), tokyo(date(2026, 6, 4)).calendar).take(ASKED, NOW)
    assert not state.plain_weekdays


def test_without_anything_counted_in_business_days_no_calendar_is_needed() -> None:
    state = a_held_order("Asia/Tokyo")
    state.agenda.disarm(HOLD_OVERDUE)
    assert OrderRecount.guide_of(state) is None


# What cannot be undone never comes earlier than announced.


@pytest.mark.parametrize(("proclaimed", "moves"), [("JST-9JDT,M3.5.0,M10.5.0", False), ("JST-8", True)])
def test_consent_lapses_never_earlier_than_was_said(proclaimed: str, moves: bool) -> None:
    """TRL-25: in Tokyo with summer time midnight comes an hour earlier, west of it an hour later."""
    state = begun(TrialState.placed(a_consented_trial(), OPENED), today("Asia/Tokyo"))
    before = due(state)[CONSENT]
    recount(state, changed("Asia/Tokyo", NOW, proclaimed)).take(ASKED, NOW)
    assert due(state)[CONSENT] == (before + HOUR if moves else before)


@pytest.mark.parametrize(("proclaimed", "moves"), [("CEST-2", False), ("GMT0", True)])
def test_nothing_is_lost_earlier_than_was_announced(proclaimed: str, moves: bool) -> None:
    """TRL-77, TRL-80: the end of grace and the release of numbers; warnings of them follow the clocks."""
    state = in_grace(a_trial("Europe/Paris"))
    before = due(state)
    recount(state, proclaimed_in("Europe/Paris", proclaimed)).take(ASKED, NOW)
    assert due(state)[GRACE_END] == before[GRACE_END] + (HOUR if moves else timedelta(0))
    assert due(state)["last_call/7"] == before["last_call/7"] + (HOUR if moves else -HOUR)
    assert state.grace_ends_at == due(state)[GRACE_END], "mails and pages say the same"


def test_numbers_are_released_not_a_moment_before_it_was_said() -> None:
    """TRL-80."""
    state = in_grace(a_trial("Europe/Paris"))
    assert state.numbers_until
    state.agenda.arm(Deadline(kind=NUMBERS, at=state.numbers_until, label="Phone numbers are released"))
    before = due(state)[NUMBERS]
    recount(state, proclaimed_in("Europe/Paris", "CEST-2")).take(ASKED, NOW)
    assert due(state)[NUMBERS] == before
    recount(state, proclaimed_in("Europe/Paris", "GMT0")).take(ASKED, NOW)
    assert due(state)[NUMBERS] == before + HOUR


def test_what_was_kept_from_coming_earlier_does_not_drift_when_rules_change_back() -> None:
    state = in_grace(a_trial("Europe/Paris"))
    before = due(state)
    for rules in (proclaimed_in("Europe/Paris", "CEST-2"), today("Europe/Paris")) * 3:
        recount(state, rules).take(ASKED, NOW)
    assert due(state) == before


# What stays.


def moved_to(name: str, at: datetime) -> ExtendDueDate:
    return ExtendDueDate(by="ops-7", deadline=name, at=at, reason="agreed")


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (a_held_order("Europe/Paris"), HOLD_OVERDUE),
        (a_subscription("Europe/Paris"), TARGET),
        (a_loan("Europe/Paris"), RETURN_DUE),
    ],
    ids=["order", "subscription", "device"],
)
def test_what_an_operator_moved_stays_there(state: LifecycleState, name: str) -> None:
    agreed = datetime(2027, 1, 25, 15, 30, tzinfo=UTC)
    state.extend_due_date(moved_to(name, agreed), NOW)
    recount(state, proclaimed_in("Europe/Paris", "CEST-2"), tokyo(date(2026, 6, 4)).calendar).take(ASKED, NOW)
    assert due(state)[name] == agreed
    if isinstance(state, DeviceState):
        assert state.return_due_at == agreed


def test_a_device_s_own_dates_move_with_its_deadlines() -> None:
    state = a_loan("Europe/Paris")
    recount(state, proclaimed_in("Europe/Paris", "CEST-2")).take(ASKED, NOW)
    assert (state.expires_at, state.return_due_at) == (due(state)[EXPIRY], due(state)[RETURN_DUE])
    assert state.return_due_at == datetime(2027, 1, 24, 22, tzinfo=UTC)


def test_what_was_acted_on_stays() -> None:
    state = a_loan("Europe/Paris")
    state.agenda.take_due(state.expires_at)
    state.expire(state.expires_at)
    was, done = state.expires_at, list(state.agenda.done)
    recount(state, proclaimed_in("Europe/Paris", "CEST-2")).take(ASKED, NOW)
    assert state.expires_at == was
    assert state.agenda.done == done
    assert EXPIRY not in due(state)


def test_a_moved_deadline_that_is_past_now_is_due_at_once() -> None:
    state = a_subscription("Europe/Paris")
    at = due(state)[TARGET]
    now = at - HOUR / 2
    recount(state, proclaimed_in("Europe/Paris", "CEST-2")).take(ASKED, now)
    assert [deadline.name for deadline in state.agenda.take_due(now).act if deadline.name == TARGET] == [TARGET]


def test_what_is_over_has_no_date_to_come() -> None:
    state = a_subscription("Europe/Paris")
    state.check_recompute_dates(ASKED, NOW)
    state.terminate(TerminateSubscription(by="ops-7", reason="done"), NOW)
    with pytest.raises(Refused, match="it is over"):
        state.check_recompute_dates(ASKED, NOW)


def test_a_held_life_may_be_dated_anew() -> None:
    state = a_subscription("Europe/Paris")
    state.hold(Hold(by="ops-7", reason="wait"), NOW)
    state.check_recompute_dates(ASKED, NOW)


# What is kept and said.


def test_old_and_new_dates_are_in_the_record_with_who_asked_and_why() -> None:
    state = a_held_order("Asia/Tokyo")
    state.journal.take()
    recount(state, today("Asia/Tokyo"), tokyo(date(2026, 6, 4)).calendar).take(ASKED, NOW)
    summary, moved = state.journal.take().unrecorded
    assert (summary.type, summary.data) == ("order.dates_recomputed", {"moved": "1"})
    assert (moved.type, moved.actor, moved.reason) == ("deadline.recomputed", "ops-7", "new rules were proclaimed")
    assert moved.data == {
        "deadline": "hold_overdue",
        "was": "2026-06-08T15:00:00Z",
        "at": "2026-06-09T15:00:00Z",
    }


def test_a_moved_deadline_shows_the_date_it_had() -> None:
    state = a_loan("Europe/Paris")
    was = due(state)
    recount(state, proclaimed_in("Europe/Paris", "CEST-2")).take(ASKED, NOW)
    assert {each.name: each.was for each in state.agenda.pending} == was
    state.extend_due_date(moved_to(RETURN_DUE, datetime(2027, 3, 1, tzinfo=UTC)), NOW)
    assert {each.was for each in state.agenda.pending if each.name == RETURN_DUE} == {was[RETURN_DUE] - HOUR}


def test_asked_again_nothing_moves_and_nothing_is_noted() -> None:
    state, rules = a_loan("Europe/Paris"), proclaimed_in("Europe/Paris", "CEST-2")
    recount(state, rules).take(ASKED, NOW)
    state.journal.take()
    before = state.model_dump_json()
    assert recount(state, rules).moved() == ()
    recount(state, rules).take(ASKED, NOW)
    assert state.model_dump_json() == before


def test_rules_that_move_no_date_are_taken_and_noted() -> None:
    state = a_loan("Europe/Paris")
    state.journal.take()
    rules = changed("Europe/Paris", datetime(2030, 1, 1, tzinfo=UTC), "CET-1")
    recount(state, rules).take(ASKED, NOW)
    assert events(state) == ["device.dates_recomputed"]
    assert state.rules == rules


def test_looking_what_would_move_changes_nothing() -> None:
    for state in (a_loan("Europe/Paris"), a_trial("Europe/Paris"), a_held_order("Europe/Paris")):
        before = state.model_dump_json()
        assert recount(state, proclaimed_in("Europe/Paris", "CEST-2"), tokyo(date(2026, 6, 4)).calendar).moved()
        assert state.model_dump_json() == before


def test_a_mail_that_is_still_to_be_sent_names_the_new_date() -> None:
    state = a_trial("Europe/Paris")
    warning = next(each for each in state.agenda.pending if each.name.startswith("expiring/"))
    state.agenda.take_due(warning.at)
    state.warn(warning, warning.at)
    told = [mail for mail in state.mails.values() if mail.kind == TrialMail.TRIAL_EXPIRING]
    state.mails[told[0].key] = sent = told[0].model_copy(update={"state": MailState.SENT})
    state.post(TrialMail.TRIAL_EXPIRING, "again", state.expires_at, "customer_administrator/0")
    recount(state, proclaimed_in("Europe/Paris", "CEST-2")).take(ASKED, NOW)
    waiting = [mail for mail in state.mails_in(MailState.PENDING) if mail.kind == TrialMail.TRIAL_EXPIRING]
    assert waiting
    assert {mail.due_at for mail in waiting} == {state.expires_at}
    assert state.mails[sent.key] == sent, "what was said was said"


def test_nobody_recomputes_without_a_reason() -> None:
    with pytest.raises(ValidationError, match="reason"):
        RecomputeDates.model_validate({"by": "ops-7"})
