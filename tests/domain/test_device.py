"""A device on loan: the table of domain.md §10.2, and the boundaries of §5.8."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.device import letters
from domain.device.carriers import FALLBACK, return_way
from domain.device.facts import DeviceFacts
from domain.device.mails import DeviceMail
from domain.device.messages import AskForReturnPapers, HandOver, ReportReceived, StartDeviceLoan
from domain.device.policy import DevicePolicy
from domain.device.row import DeviceRow, LoanParties
from domain.device.state import EXPIRY, REMINDERS, RETURN_DUE, DeviceState, check_expires_on
from domain.device.states import DeviceEvent, DeviceStage
from domain.device.view import device_view
from domain.events import TaskKind
from domain.lifecycle import PostedMail
from domain.operator import ExtendDueDate
from domain.regions import data_region
from domain.trial.policy import TrialPolicy
from domain.values import Refused
from domain.working_time import end_of_day, local_day
from tests.makers import MONDAY, a_paid_customer_s_trial, days

S, E = DeviceStage, DeviceEvent

EXPIRES = datetime(2026, 6, 30, 3, tzinfo=UTC)
"""Noon of 30 June in Tokyo."""

DUE = datetime(2026, 7, 14, 15, tzinfo=UTC)
"""The end of 14 July there."""

EXPIRED_AT = DUE - timedelta(days=14)

SECOND = timedelta(seconds=1)


def a_loan(now: datetime = MONDAY, **changes: Any) -> DeviceState:
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
    return DeviceState.shipped(StartDeviceLoan.model_validate(given | changes), now)


def until(state: DeviceState, now: datetime) -> None:
    """The calendar does what is due by then, at that moment."""
    meet = {EXPIRY: lambda _: state.expire(now), RETURN_DUE: lambda _: state.miss_return(now)}
    for deadline in state.agenda.take_due(now).act:
        meet.get(deadline.name, lambda reminder: state.remind(reminder, now))(deadline)


def nine(before: int) -> datetime:
    """09:00 in Tokyo, so many days before 14 July."""
    return DUE - days(before) - timedelta(hours=15)


def reminders(state: DeviceState) -> list[datetime]:
    """Those to come."""
    return [deadline.at for deadline in state.agenda.pending if deadline.ladder == REMINDERS]


def kinds(state: DeviceState) -> list[str]:
    """Mails to the first reader of each kind."""
    return [mail.kind for mail in state.mails.values() if mail.to.endswith("/0") or not mail.to]


def moved(at: datetime) -> ExtendDueDate:
    return ExtendDueDate(by="ops-7", deadline=RETURN_DUE, at=at, reason="customer is on holiday")


def handed_over(state: DeviceState, now: datetime = MONDAY) -> DeviceState:
    state.hand_over(HandOver(by="customer-17"), now)
    return state


def came_back(state: DeviceState, serial: str, now: datetime = MONDAY) -> DeviceState:
    state.report_received(ReportReceived(by="logistics", serial_number=serial), now)
    return state


# Tables.


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
    state = a_loan()
    assert state.return_due_at == DUE
    assert reminders(state) == [nine(14), nine(7), nine(1)], "on the day itself, not at its end"


def test_trl_90_over_the_clocks_going_back_days_stay_days() -> None:
    state = a_loan(zone="Europe/Paris", expires_on=datetime(2026, 10, 20, 10, tzinfo=UTC))
    assert state.return_due_at == datetime(2026, 11, 3, 23, tzinfo=UTC)
    assert reminders(state) == [
        datetime(2026, 10, 20, 7, tzinfo=UTC),
        datetime(2026, 10, 27, 8, tzinfo=UTC),
        datetime(2026, 11, 2, 8, tzinfo=UTC),
    ]


def test_a_loan_that_starts_late_reminds_of_nothing_in_arrears() -> None:
    state = a_loan(DUE - days(3), expires_on=EXPIRES - days(20))
    until(state, DUE - days(3))
    state.extend_due_date(ExtendDueDate(by="ops-7", reason="late", deadline=RETURN_DUE, at=DUE), DUE - days(3))
    assert reminders(state) == [nine(1)]


@pytest.mark.parametrize("late", [timedelta(0), days(3), days(200)])
def test_trl_90_a_loan_that_begins_after_its_eula_date_is_due_at_once_and_somebody_looks(late: timedelta) -> None:
    """The trial waited that long. Nobody is overdue for a device that has just been lent."""
    begins = EXPIRED_AT + late
    state = a_loan(begins)
    assert (state.stage, state.overdue, state.attention) == (S.RETURN_DUE, False, True)
    assert set(kinds(state)) == {DeviceMail.DEVICE_EULA, DeviceMail.DEVICE_RETURN}
    assert state.return_due_at == end_of_day(local_day(begins, state.zone) + days(14), state.zone)
    assert state.journal.task("return/D-1") is not None
    assert "The EULA mail's date had passed when the loan began" in device_view(state, begins).model_dump_json()
    until(state, state.return_due_at - SECOND)
    assert state.overdue is False
    until(state, state.return_due_at)
    assert (state.stage, state.overdue) == (S.OVERDUE, True)


def test_trl_90_a_loan_that_begins_on_its_last_day_is_an_ordinary_one() -> None:
    state = a_loan(EXPIRED_AT - SECOND)
    assert (state.stage, state.attention, kinds(state)) == (S.SHIPPED, False, [DeviceMail.DEVICE_EULA])
    assert state.return_due_at == DUE


def test_what_fell_due_while_an_operator_held_it_is_one_mail_to_the_partner() -> None:
    state = a_loan()
    until(state, DUE + days(3))
    assert (state.stage, kinds(state)) == (S.OVERDUE, [DeviceMail.DEVICE_EULA, DeviceMail.DEVICE_OVERDUE])
    assert "deadline.skipped" in [event.type for event in state.journal.unrecorded]


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
    state = a_loan()
    state.extend_due_date(moved(DUE + days(20)), MONDAY)
    assert state.return_due_at == DUE + days(20)
    assert reminders(state) == [nine(-6), nine(-13), nine(-19)]
    until(state, DUE)
    assert state.stage is S.RETURN_DUE
    until(state, DUE + days(20))
    assert state.overdue
    (overdue,) = [mail for mail in state.mails.values() if mail.kind == DeviceMail.DEVICE_OVERDUE]
    assert overdue.due_at == DUE + days(20)


def test_who_was_reminded_of_the_old_date_is_reminded_of_the_new_one_and_not_at_once() -> None:
    state = a_loan()
    for instant in (DUE - days(14), DUE - days(7)):
        until(state, instant)
    state.extend_due_date(moved(DUE + days(2)), DUE - days(7))
    until(state, DUE - days(7))
    assert kinds(state).count(DeviceMail.DEVICE_RETURN) == 2
    assert reminders(state) == [nine(5), nine(-1)]
    until(state, DUE - days(5))
    assert kinds(state).count(DeviceMail.DEVICE_RETURN) == 3


def test_a_date_moved_nearer_repeats_no_reminder_that_was_sent_for_the_later_one() -> None:
    state = a_loan()
    until(state, DUE - days(7))
    state.extend_due_date(moved(DUE - days(5)), DUE - days(7))
    until(state, DUE - days(7))
    assert kinds(state).count(DeviceMail.DEVICE_RETURN) == 1
    assert reminders(state) == [nine(6)]


def test_a_date_moved_within_its_day_keeps_what_was_sent() -> None:
    state = a_loan()
    until(state, DUE - days(7))
    state.extend_due_date(moved(DUE - timedelta(hours=3)), DUE - days(7))
    assert reminders(state) == [nine(1)]


def test_trl_90_the_return_is_never_due_before_the_device_expires() -> None:
    state = a_loan()
    with pytest.raises(Refused, match=r"^at: must not lie before the device expires"):
        state.extend_due_date(moved(state.expires_at - SECOND), MONDAY)
    state.extend_due_date(moved(state.expires_at), MONDAY)
    until(state, state.expires_at)
    assert state.stage is S.OVERDUE


# On its way back, and what comes back.


def test_a_parcel_on_its_way_at_its_date_is_overdue_and_the_customer_is_left_alone() -> None:
    state = handed_over(a_loan())
    assert reminders(state) == []
    until(state, DUE - SECOND)
    assert not state.overdue
    until(state, DUE)
    assert (state.stage, state.overdue, state.attention) == (S.RETURN_IN_TRANSIT, True, True)
    assert kinds(state) == [DeviceMail.DEVICE_EULA, DeviceMail.DEVICE_OVERDUE]
    assert device_view(state, DUE).facts["overdue"] == "yes"


def test_a_moved_date_of_a_parcel_on_its_way_reminds_nobody() -> None:
    state = handed_over(a_loan())
    state.extend_due_date(moved(DUE + days(20)), MONDAY)
    assert reminders(state) == []
    assert state.return_due_at == DUE + days(20)


def test_trl_94_after_another_one_came_back_the_customer_is_reminded_again_and_it_falls_due() -> None:
    state = a_loan()
    until(state, DUE - days(7))
    came_back(handed_over(state, DUE - days(6)), "FOC9", DUE - days(5))
    assert reminders(state) == [nine(1)]
    until(state, DUE - days(1))
    until(state, DUE)
    assert (state.stage, state.overdue) == (S.SERIAL_MISMATCH, True)
    assert kinds(state)[-2:] == [DeviceMail.DEVICE_RETURN, DeviceMail.DEVICE_OVERDUE]


@pytest.mark.parametrize("late", [False, True])
def test_the_right_one_ends_it_whenever_it_comes(late: bool) -> None:
    state = came_back(handed_over(a_loan()), "FOC9")
    if late:
        until(state, DUE)
    came_back(handed_over(state, DUE), "FOC1", DUE)
    assert (state.closed, state.agenda.pending) == (True, [])
    assert "overdue" not in device_view(state, DUE).facts


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
    row = DeviceRow(state=a_loan().model_copy(update={"stage": stage}))
    wanted = [
        letters.wanted(row, PostedMail(key="k", kind=kind))
        for kind in (DeviceMail.DEVICE_RETURN, DeviceMail.DEVICE_OVERDUE, DeviceMail.RMA_LOOKUP)
    ]
    assert wanted == [customer, partner, True]


# Somebody's task.


def open_tasks(state: DeviceState) -> list[tuple[str, TaskKind, str]]:
    return [(task.key, task.kind, task.assignee) for task in state.journal.tasks if task.closed_at is None]


WANTED_BACK = [("return/D-1", TaskKind.RETURN_DEVICE, "hikari")]


def test_trl_67_from_its_date_the_return_is_the_partners_task_until_the_right_one_is_back() -> None:
    state = a_loan()
    until(state, state.expires_at - SECOND)
    assert open_tasks(state) == []
    until(state, state.expires_at)
    assert open_tasks(state) == WANTED_BACK
    came_back(handed_over(state), "FOC9")
    assert open_tasks(state) == WANTED_BACK
    came_back(handed_over(state), "FOC1")
    assert open_tasks(state) == []


def test_trl_67_so_it_is_when_the_trial_is_over_first() -> None:
    state = a_loan()
    state.trial_over(MONDAY)
    assert open_tasks(state) == WANTED_BACK


def test_trl_67_who_gave_it_back_before_has_no_task_unless_it_does_not_arrive() -> None:
    state = handed_over(a_loan())
    state.trial_over(MONDAY)
    assert open_tasks(state) == []
    until(state, DUE)
    assert open_tasks(state) == WANTED_BACK
    assert open_tasks(came_back(handed_over(a_loan()), "FOC9")) == WANTED_BACK


# Form H.


def asked(state: DeviceState, **said: Any) -> DeviceFacts:
    """What the mail to the trials team names."""
    state.ask_for_papers(
        AskForReturnPapers.model_validate({"by": "hikari", "organization_id": "akasaka"} | said), MONDAY
    )
    return letters.facts(a_row(state), next(reversed(state.mails.values())), MONDAY)


def a_row(state: DeviceState) -> DeviceRow:
    """As the store knows it."""
    placed = a_paid_customer_s_trial()
    return DeviceRow(
        state=state,
        parties=LoanParties(
            customer_company=placed.customer.company,
            facing_partner=placed.partner.company,
            administrator_email=placed.customer.contact.email,
        ),
    )


def test_trl_95_amb_17_the_mail_names_what_was_given_and_nothing_else() -> None:
    state = a_loan(trial_serial_numbers=("FOC1", "FOC2"))
    by_address = asked(state)
    by_serials = asked(state, administrator_email_given=False, serial_numbers=("FOC2", "FOC1"))
    both = asked(state, serial_numbers=("FOC1", "FOC2"))
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
    state = a_loan(trial_serial_numbers=("FOC1", "FOC2", "FOC3"))
    with pytest.raises(Refused, match=rf"^serial_numbers: .* missing: {missing} "):
        asked(state, administrator_email_given=email_given, serial_numbers=named)
    assert state.mails.keys() == a_loan().mails.keys()


def test_trl_95_a_loan_of_its_own_has_its_own_serial_number_only() -> None:
    with pytest.raises(Refused, match="missing: FOC1"):
        asked(a_loan(), administrator_email_given=False)
    assert asked(a_loan(), administrator_email_given=False, serial_numbers=("FOC1",)).serial_numbers == ("FOC1",)


def test_trl_95_the_organization_is_the_customers() -> None:
    with pytest.raises(Refused, match=r"^organization_id: must be the customer's, akasaka"):
        asked(a_loan(), organization_id="other-org")


def test_mails_to_the_customer_carry_no_administrators_address() -> None:
    state = a_loan()
    state.extend_due_date(moved(DUE + days(1)), MONDAY)
    facts = letters.facts(a_row(state), next(iter(state.mails.values())), MONDAY)
    assert (facts.administrator_email, facts.serial_numbers, facts.due_at) == (None, ("FOC1",), DUE + days(1))


@pytest.mark.parametrize("days_on", [0, 400])
def test_trl_94_what_came_back_is_back_though_nobody_reported_a_hand_over(days_on: int) -> None:
    state = a_loan()
    until(state, MONDAY + days(days_on))
    came_back(state, state.serial_number, MONDAY + days(days_on))
    assert state.closed
    assert state.agenda.pending == []
    assert "Handed to the carrier" not in [step.name for step in device_view(state, MONDAY).steps]
    assert [task.closed_at is not None for task in state.journal.tasks] == ([True] if days_on else [])


def test_trl_94_another_one_that_came_back_unannounced_leaves_it_to_be_returned() -> None:
    state = came_back(a_loan(), "FOC9")
    assert state.stage is DeviceStage.SERIAL_MISMATCH
    assert reminders(state)
    assert came_back(state, state.serial_number).closed
