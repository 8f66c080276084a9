"""A device on loan: the table of domain.md §10.2, and the boundaries of §5.8."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.letters import device_facts, still_wanted_by_device
from activities.ports import DeviceRow, TrialRow
from domain.desk import ExtendDueDate
from domain.device.carriers import FALLBACK, return_way
from domain.device.device import EXPIRY, REMINDERS, RETURN_DUE, DeviceLife, check_expires_on
from domain.device.messages import AskForReturnPapers, HandOver, ReportReceived, StartDeviceLoan
from domain.device.policy import DevicePolicy
from domain.device.states import NEXT, OUT, DeviceEvent, DeviceStage, DeviceTransitionRefused, after
from domain.device.view import device_view
from domain.events import TaskKind
from domain.life import PostedMail
from domain.mails import LetterFacts, MailKind
from domain.trial.policy import TrialPolicy
from domain.trial.regions import data_region
from domain.trial.trial import TrialLife
from domain.values import Refused
from tests.makers import MONDAY, a_paid_customer_s_trial, days

S, E = DeviceStage, DeviceEvent

ALLOWED: dict[DeviceStage, dict[DeviceEvent, DeviceStage]] = {
    S.SHIPPED: {E.DELIVERED: S.IN_USE, E.EXPIRED: S.RETURN_DUE, E.HANDED_OVER: S.RETURN_IN_TRANSIT},
    S.IN_USE: {E.EXPIRED: S.RETURN_DUE, E.HANDED_OVER: S.RETURN_IN_TRANSIT},
    S.RETURN_DUE: {E.RETURN_OVERDUE: S.OVERDUE, E.HANDED_OVER: S.RETURN_IN_TRANSIT},
    S.OVERDUE: {E.HANDED_OVER: S.RETURN_IN_TRANSIT},
    S.RETURN_IN_TRANSIT: {
        E.RETURN_OVERDUE: S.RETURN_IN_TRANSIT,
        E.RECEIVED: S.MATCHED,
        E.RECEIVED_OTHER: S.SERIAL_MISMATCH,
    },
    S.SERIAL_MISMATCH: {E.RETURN_OVERDUE: S.SERIAL_MISMATCH, E.HANDED_OVER: S.RETURN_IN_TRANSIT},
    S.MATCHED: {},
}
"""Written down a second time, from the rules: the code's table must say the same."""

EXPIRES = datetime(2026, 6, 30, 3, tzinfo=UTC)
"""Noon of 30 June in Tokyo."""

DUE = datetime(2026, 7, 14, 15, tzinfo=UTC)
"""The end of 14 July there."""

SECOND = timedelta(seconds=1)


def a_loan(now: datetime = MONDAY, **changes: Any) -> DeviceLife:
    """One device of Akasaka's trial."""
    given = {
        "by": "tenure",
        "device_id": "D-1",
        "trial_id": "T-1001",
        "customer_id": "akasaka",
        "partner_id": "hikari",
        "model": "Desk Pro",
        "serial_number": "FOC1",
        "expires_on": EXPIRES,
        "country": "JP",
        "zone": "Asia/Tokyo",
        "customer_administrators": 2,
        "partner_administrators": 1,
    }
    return DeviceLife.shipped(StartDeviceLoan.model_validate(given | changes), now)


def until(life: DeviceLife, now: datetime) -> None:
    """The calendar does what is due by then, at that moment."""
    meet = {EXPIRY: lambda _: life.expire(now), RETURN_DUE: lambda _: life.miss_return(now)}
    for deadline in life.agenda.take_due(now).act:
        meet.get(deadline.name, lambda reminder: life.remind(reminder, now))(deadline)


def reminders(life: DeviceLife) -> list[datetime]:
    """Those to come."""
    return [deadline.at for deadline in life.agenda.pending if deadline.ladder == REMINDERS]


def kinds(life: DeviceLife) -> list[str]:
    """Mails to the first reader of each kind."""
    return [mail.kind for mail in life.mails.values() if mail.to.endswith("/0") or not mail.to]


def moved(at: datetime) -> ExtendDueDate:
    return ExtendDueDate(by="ops-7", deadline=RETURN_DUE, at=at, reason="customer is on holiday")


def handed_over(life: DeviceLife, now: datetime = MONDAY) -> DeviceLife:
    life.hand_over(HandOver(by="customer-17"), now)
    return life


def came_back(life: DeviceLife, serial: str, now: datetime = MONDAY) -> DeviceLife:
    life.received(ReportReceived(by="logistics", serial_number=serial), now)
    return life


# Tables.


@pytest.mark.parametrize("stage", S)
@pytest.mark.parametrize("event", E)
def test_every_stage_and_event_has_the_outcome_of_the_rules(stage: DeviceStage, event: DeviceEvent) -> None:
    if event in ALLOWED[stage]:
        assert after(stage, event) is ALLOWED[stage][event]
    else:
        with pytest.raises(DeviceTransitionRefused, match=f"the device is {stage}"):
            after(stage, event)


def test_every_stage_can_be_reached_and_only_the_right_device_ends_it() -> None:
    assert set(NEXT.values()) | {S.SHIPPED} == set(S)
    assert set(S) - {stage for stage, _ in NEXT} == {S.MATCHED}
    assert {stage for stage, event in NEXT if event is E.HANDED_OVER} == set(OUT)


@pytest.mark.parametrize(
    ("country", "carrier", "label"),
    [
        ("US", "UPS", True),
        ("CA", "DHL", False),
        ("DE", "DHL", False),
        ("AE", "DHL", False),
        ("AU", "Expeditors", False),
        ("JP", FALLBACK.carrier, False),
        ("NZ", FALLBACK.carrier, False),
    ],
)
def test_trl_91_93_amb_16_the_carrier_by_country(country: str, carrier: str, label: bool) -> None:
    way = return_way(country, data_region(country))
    assert (way.carrier, way.label_in_box, way.new_label_possible) == (carrier, label, label)


def test_amb_16_a_policy_may_name_the_carrier_of_countries_the_rules_leave_out() -> None:
    policy = DevicePolicy(other_carrier="Yamato")
    assert a_loan(policy=policy).way_back.carrier == "Yamato"
    assert a_loan(policy=policy, country="AU").way_back.carrier == "Expeditors"


@pytest.mark.parametrize(("country", "told"), [("US", "yes"), ("JP", "no")])
def test_trl_92_the_details_say_whether_a_new_label_can_be_asked_for(country: str, told: str) -> None:
    assert device_view(a_loan(country=country), MONDAY).facts["new_label_possible"] == told


def test_a_trial_s_policy_holds_the_terms_of_its_devices() -> None:
    assert TrialPolicy().devices == DevicePolicy()
    assert TrialPolicy.model_validate({"devices": {"return_within": "P7D"}}).devices.return_within == days(7)


# Boundaries.


def test_trl_90_amb_15_39_due_at_the_end_of_the_fourteenth_day_on_the_customers_calendar() -> None:
    life = a_loan()
    assert life.return_due_at == DUE
    assert reminders(life) == [DUE - days(14), DUE - days(7), DUE - days(1)]


def test_trl_90_over_the_clocks_going_back_days_stay_days() -> None:
    life = a_loan(zone="Europe/Paris", expires_on=datetime(2026, 10, 20, 10, tzinfo=UTC))
    assert life.return_due_at == datetime(2026, 11, 3, 23, tzinfo=UTC)
    assert reminders(life)[0] == datetime(2026, 10, 20, 22, tzinfo=UTC)


def test_a_loan_that_starts_late_reminds_of_nothing_in_arrears() -> None:
    life = a_loan(DUE - days(3))
    until(life, DUE - days(3))
    assert (life.stage, kinds(life)) == (S.RETURN_DUE, [MailKind.DEVICE_EULA])
    assert reminders(life) == [DUE - days(1)]


def test_what_fell_due_while_an_operator_held_it_is_one_mail_to_the_partner() -> None:
    life = a_loan()
    until(life, DUE + days(3))
    assert (life.stage, kinds(life)) == (S.OVERDUE, [MailKind.DEVICE_EULA, MailKind.DEVICE_OVERDUE])
    assert "deadline.skipped" in [event.type for event in life.journal.unrecorded]


@pytest.mark.parametrize(
    ("now", "passed"),
    [
        (datetime(2026, 6, 30, 14, 59, 59, tzinfo=UTC), False),
        (datetime(2026, 6, 30, 15, tzinfo=UTC), True),
    ],
    ids=["last second of the day in Tokyo", "the next day"],
)
def test_trl_90_a_date_passed_on_the_customers_calendar_is_refused(now: datetime, passed: bool) -> None:
    if not passed:
        check_expires_on(EXPIRES, "Asia/Tokyo", now)
        return
    with pytest.raises(Refused, match=r"^devices\[0\]\.expires_on: the EULA mail's date 2026-06-30 has passed"):
        check_expires_on(EXPIRES, "Asia/Tokyo", now, "devices[0].expires_on")


# The return date moves.


def test_a_moved_date_is_the_date_of_everything() -> None:
    life = a_loan()
    life.extend_due_date(moved(DUE + days(20)), MONDAY)
    assert life.return_due_at == DUE + days(20)
    assert reminders(life) == [DUE + days(6), DUE + days(13), DUE + days(19)]
    until(life, DUE)
    assert life.stage is S.RETURN_DUE
    until(life, DUE + days(20))
    assert life.overdue
    (overdue,) = [mail for mail in life.mails.values() if mail.kind is MailKind.DEVICE_OVERDUE]
    assert overdue.due_at == DUE + days(20)


def test_who_was_reminded_of_the_old_date_is_reminded_of_the_new_one_and_not_at_once() -> None:
    life = a_loan()
    for instant in (DUE - days(14), DUE - days(7)):
        until(life, instant)
    life.extend_due_date(moved(DUE + days(2)), DUE - days(7))
    until(life, DUE - days(7))
    assert kinds(life).count(MailKind.DEVICE_RETURN) == 2
    assert reminders(life) == [DUE - days(5), DUE + days(1)]
    until(life, DUE - days(5))
    assert kinds(life).count(MailKind.DEVICE_RETURN) == 3


def test_a_date_moved_nearer_repeats_no_reminder_that_was_sent_for_the_later_one() -> None:
    life = a_loan()
    until(life, DUE - days(7))
    life.extend_due_date(moved(DUE - days(5)), DUE - days(7))
    until(life, DUE - days(7))
    assert kinds(life).count(MailKind.DEVICE_RETURN) == 1
    assert reminders(life) == [DUE - days(6)]


def test_a_date_moved_within_its_day_keeps_what_was_sent() -> None:
    life = a_loan()
    until(life, DUE - days(7))
    life.extend_due_date(moved(DUE - timedelta(hours=3)), DUE - days(7))
    assert reminders(life) == [DUE - days(1)]


def test_trl_90_the_return_is_never_due_before_the_device_expires() -> None:
    life = a_loan()
    with pytest.raises(Refused, match=r"^at: must not lie before the device expires"):
        life.extend_due_date(moved(life.expires_at - SECOND), MONDAY)
    life.extend_due_date(moved(life.expires_at), MONDAY)
    until(life, life.expires_at)
    assert life.stage is S.OVERDUE


# On its way back, and what comes back.


def test_a_parcel_on_its_way_at_its_date_is_overdue_and_the_customer_is_left_alone() -> None:
    life = handed_over(a_loan())
    assert reminders(life) == []
    until(life, DUE - SECOND)
    assert not life.overdue
    until(life, DUE)
    assert (life.stage, life.overdue, life.attention) == (S.RETURN_IN_TRANSIT, True, True)
    assert kinds(life) == [MailKind.DEVICE_EULA, MailKind.DEVICE_OVERDUE]
    assert device_view(life, DUE).facts["overdue"] == "yes"


def test_a_moved_date_of_a_parcel_on_its_way_reminds_nobody() -> None:
    life = handed_over(a_loan())
    life.extend_due_date(moved(DUE + days(20)), MONDAY)
    assert reminders(life) == []
    assert life.return_due_at == DUE + days(20)


def test_trl_94_after_another_one_came_back_the_customer_is_reminded_again_and_it_falls_due() -> None:
    life = a_loan()
    until(life, DUE - days(7))
    came_back(handed_over(life, DUE - days(6)), "FOC9", DUE - days(5))
    assert reminders(life) == [DUE - days(1)]
    until(life, DUE - days(1))
    until(life, DUE)
    assert (life.stage, life.overdue) == (S.SERIAL_MISMATCH, True)
    assert kinds(life)[-2:] == [MailKind.DEVICE_RETURN, MailKind.DEVICE_OVERDUE]


@pytest.mark.parametrize("late", [False, True])
def test_the_right_one_ends_it_whenever_it_comes(late: bool) -> None:
    life = came_back(handed_over(a_loan()), "FOC9")
    if late:
        until(life, DUE)
    came_back(handed_over(life, DUE), "FOC1", DUE)
    assert (life.closed, life.agenda.pending) == (True, [])
    assert "overdue" not in device_view(life, DUE).facts


@pytest.mark.parametrize(
    ("stage", "customer", "partner"),
    [
        (S.RETURN_DUE, True, True),
        (S.RETURN_IN_TRANSIT, False, True),
        (S.SERIAL_MISMATCH, True, True),
        (S.MATCHED, False, False),
    ],
)
def test_who_still_gets_a_mail_that_waited(stage: DeviceStage, customer: bool, partner: bool) -> None:
    row = DeviceRow(life=a_loan().model_copy(update={"stage": stage}))
    wanted = [
        still_wanted_by_device(row, PostedMail(key="k", kind=kind))
        for kind in (MailKind.DEVICE_RETURN, MailKind.DEVICE_OVERDUE, MailKind.RMA_LOOKUP)
    ]
    assert wanted == [customer, partner, True]


# Somebody's task.


def open_tasks(life: DeviceLife) -> list[tuple[str, TaskKind, str]]:
    return [(task.key, task.kind, task.assignee) for task in life.journal.tasks if task.closed_at is None]


WANTED_BACK = [("return/D-1", TaskKind.RETURN_DEVICE, "hikari")]


def test_trl_67_from_its_date_the_return_is_the_partners_task_until_the_right_one_is_back() -> None:
    life = a_loan()
    until(life, life.expires_at - SECOND)
    assert open_tasks(life) == []
    until(life, life.expires_at)
    assert open_tasks(life) == WANTED_BACK
    came_back(handed_over(life), "FOC9")
    assert open_tasks(life) == WANTED_BACK
    came_back(handed_over(life), "FOC1")
    assert open_tasks(life) == []


def test_trl_67_so_it_is_when_the_trial_is_over_first() -> None:
    life = a_loan()
    life.trial_over(MONDAY)
    assert open_tasks(life) == WANTED_BACK


def test_trl_67_who_gave_it_back_before_has_no_task_unless_it_does_not_arrive() -> None:
    life = handed_over(a_loan())
    life.trial_over(MONDAY)
    assert open_tasks(life) == []
    until(life, DUE)
    assert open_tasks(life) == WANTED_BACK
    assert open_tasks(came_back(handed_over(a_loan()), "FOC9")) == WANTED_BACK


# Form H.


def asked(life: DeviceLife, **said: Any) -> LetterFacts:
    """What the mail to the trials team names."""
    life.ask_for_papers(
        AskForReturnPapers.model_validate({"by": "hikari", "organization_id": "akasaka"} | said), MONDAY
    )
    placed = a_paid_customer_s_trial()
    mail = next(reversed(life.mails.values()))
    return device_facts(DeviceRow(life=life), TrialRow(life=TrialLife.placed(placed, MONDAY), placed=placed), mail)


def test_trl_95_amb_17_the_mail_names_what_was_given_and_nothing_else() -> None:
    life = a_loan(trial_serial_numbers=("FOC1", "FOC2"))
    by_address = asked(life)
    by_serials = asked(life, administrator_email_given=False, serial_numbers=("FOC2", "FOC1"))
    both = asked(life, serial_numbers=("FOC1", "FOC2"))
    email = a_paid_customer_s_trial().customer.contact.email
    assert (by_address.administrator_email, by_address.serial_numbers) == (email, ())
    assert (by_serials.administrator_email, by_serials.serial_numbers) == (None, ("FOC2", "FOC1"))
    assert (both.administrator_email, both.serial_numbers) == (email, ("FOC1", "FOC2"))
    assert {facts.organization_id for facts in (by_address, by_serials, both)} == {"akasaka"}


@pytest.mark.parametrize("email_given", [False, True])
@pytest.mark.parametrize(("named", "missing"), [(("FOC1",), "FOC2, FOC3"), (("FOC9", "FOC3", "FOC2"), "FOC1")])
def test_trl_95_serial_numbers_are_those_of_all_trial_devices(
    named: tuple[str, ...], missing: str, email_given: bool
) -> None:
    life = a_loan(trial_serial_numbers=("FOC1", "FOC2", "FOC3"))
    with pytest.raises(Refused, match=rf"^serial_numbers: .* missing: {missing} "):
        asked(life, administrator_email_given=email_given, serial_numbers=named)
    assert life.mails.keys() == a_loan().mails.keys()


def test_trl_95_a_loan_of_its_own_has_its_own_serial_number_only() -> None:
    with pytest.raises(Refused, match="missing: FOC1"):
        asked(a_loan(), administrator_email_given=False)
    assert asked(a_loan(), administrator_email_given=False, serial_numbers=("FOC1",)).serial_numbers == ("FOC1",)


def test_trl_95_the_organization_is_the_customers() -> None:
    with pytest.raises(Refused, match=r"^organization_id: must be the customer's, akasaka"):
        asked(a_loan(), organization_id="other-org")


def test_mails_to_the_customer_carry_no_administrators_address() -> None:
    life, placed = a_loan(), a_paid_customer_s_trial()
    trial = TrialRow(life=TrialLife.placed(placed, MONDAY), placed=placed)
    life.extend_due_date(moved(DUE + days(1)), MONDAY)
    facts = device_facts(DeviceRow(life=life), trial, next(iter(life.mails.values())))
    assert (facts.administrator_email, facts.serial_numbers, facts.due_at) == (None, ("FOC1",), DUE + days(1))
