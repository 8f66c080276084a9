"""A support case: the table of domain.md §10.4, classification, clocks at their boundaries, and who hears of what."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from adapters.calendars import LibraryCalendars
from domain.account.channels import Channel
from domain.business_days import WorkingCalendar
from domain.case.classification import LookedUp, Severity
from domain.case.examples import EXAMPLES
from domain.case.facts import CaseFacts
from domain.case.kind import CASE
from domain.case.letters import LETTERS
from domain.case.list_line import CaseLine
from domain.case.policy import CasePolicy
from domain.case.row import CaseRow
from domain.case.standing import CLOSES, GOAL_MISSED
from domain.case.state import CaseState
from domain.case.states import CaseEvent, CaseStage
from domain.case.view import case_view
from domain.events import Event
from domain.lifecycle import PostedMail
from domain.operator import Acknowledge, ExtendDueDate
from domain.recompute import PresentRules, RecomputeDates
from domain.sla import Cadence, ServiceHours, ServiceTime, Target
from domain.values import Message, Refused
from domain.view import Mark
from domain.working_time import ZoneRules, in_json
from tests.cases import (
    HOUR,
    MANAGER,
    MINUTE,
    NOBODY,
    POLICY,
    SECOND,
    a_case,
    an_opening,
    another_service,
    answered,
    asked,
    assigned,
    found,
    identified,
    look,
    mails,
    main_email,
    noted,
    noted_types,
    other_policy,
    pass_time,
    reopened,
    resolved,
    responded,
    status,
)
from tests.makers import MONDAY, days, some

S = CaseStage

TO_OUR_PEOPLE = ("sla_warning", "sla_breach", "sla_started_late", "status_wanted")


def acted(state: CaseState, update: str, now: datetime) -> None:
    """One valid message of that kind is taken."""
    message = EXAMPLES[update]
    match update:
        case "set_main_email" | "change_service":
            getattr(state, update)(message, now, found())
        case "change_policy":
            state.change_policy(message, now, ServiceTime(), None)  # type: ignore[arg-type]  # it is one
        case _:
            getattr(state, update)(message, now)


# Stages.

WAYS: dict[CaseStage, Callable[[], CaseState]] = {
    S.ACKNOWLEDGED: a_case,
    S.PENDING: lambda: done(a_case(), "ask_partner"),
    S.IN_PROGRESS: lambda: done(a_case(), "respond"),
    S.RESOLVED: lambda: done(a_case(), "resolve"),
    S.CLOSED: lambda: done(a_case(), "resolve", "close"),
}
"""A case in each stage."""

EVERYWHERE = {"assign", "change_policy", "partner_wrote"}
UNRESOLVED_ONLY = {"set_main_email", "change_service"}

TAKEN: dict[CaseStage, dict[str, CaseStage]] = {
    S.ACKNOWLEDGED: {"respond": S.IN_PROGRESS, "ask_partner": S.PENDING, "resolve": S.RESOLVED},
    S.PENDING: {
        "respond": S.PENDING,
        "identify": S.PENDING,
        "partner_answered": S.IN_PROGRESS,
        "post_status": S.PENDING,
        "resolve": S.RESOLVED,
    },
    S.IN_PROGRESS: {
        "respond": S.IN_PROGRESS,
        "identify": S.IN_PROGRESS,
        "ask_partner": S.PENDING,
        "post_status": S.IN_PROGRESS,
        "resolve": S.RESOLVED,
    },
    S.RESOLVED: {"reopen": S.IN_PROGRESS, "close": S.CLOSED},
    S.CLOSED: {},
}
"""What moves it, and where to; everything else is refused and changes nothing."""


def done(state: CaseState, *updates: str) -> CaseState:
    for update in updates:
        acted(state, update, MONDAY)
    return state


def expected(stage: CaseStage, update: str) -> CaseStage | None:
    if update in EVERYWHERE:
        return stage if stage is not S.CLOSED else None
    if update in UNRESOLVED_ONLY:
        return stage if stage not in {S.RESOLVED, S.CLOSED} else None
    return TAKEN[stage].get(update)


@pytest.mark.parametrize("stage", S)
@pytest.mark.parametrize("update", sorted(CASE.updates))
def test_every_message_in_every_stage_is_done_or_refused_with_both_sides_named(stage: CaseStage, update: str) -> None:
    state = WAYS[stage]()
    assert state.stage is stage
    before = state.model_dump()
    goes_to = expected(stage, update)
    assert state.can_take(update) == (goes_to is not None)
    if goes_to is not None:
        acted(state, update, MONDAY + MINUTE)
        assert state.stage is goes_to
        return
    with pytest.raises(Refused, match=f"^cannot .*: the case is {stage}"):
        acted(state, update, MONDAY + MINUTE)
    assert state.model_dump() == before


def test_what_the_partner_writes_raises_an_alert_only_once_it_is_resolved_and_the_alert_outlasts_the_case() -> None:
    """ADR 21: it may be thanks, or not solved at all."""
    state = done(a_case(), "partner_wrote")
    assert not state.jeopardy
    done(state, "resolve", "partner_wrote", "partner_wrote")
    assert state.jeopardy == ["partner_wrote"]
    assert state.texts["message"] == 3
    done(state, "close")
    assert state.alerts == ("partner_wrote",)
    assert not state.over


def test_a_refusal_says_in_which_stages_it_is_possible() -> None:
    with pytest.raises(Refused, match=r"this is possible while it is acknowledged or pending or in_progress$"):
        done(a_case(), "resolve", "set_main_email")
    with pytest.raises(
        Refused, match=r"cannot reopen the case: the case is acknowledged; this is possible while it is"
    ):
        done(a_case(), "reopen")


# Classification.


def test_sup_10_a_large_user_account_is_s1_at_once_and_its_clocks_run_from_receipt() -> None:
    state = a_case()
    assert (state.severity, state.priority_customer, state.stage) == (Severity.S1_CRITICAL, True, S.ACKNOWLEDGED)
    assert due(state) == {
        "first_response_warn": MONDAY + HOUR,
        "first_response_breach": MONDAY + 3 * HOUR,
        "identification_warn": MONDAY + 2 * HOUR,
        "identification_breach": MONDAY + 8 * HOUR,
        "status_warn": MONDAY + 23 * HOUR,
        "status_due": MONDAY + 24 * HOUR,
        "goal_missed": MONDAY + 48 * HOUR,
    }
    assert mails(state) == ["case_acknowledged"]


def due(state: CaseState) -> dict[str, datetime]:
    return {deadline.name: deadline.at for deadline in state.agenda.pending}


@pytest.mark.parametrize(
    ("looked_up", "rule"),
    [
        (found(covered=False), "SUP-04"),
        (found(large=False, why="not a large-user account (SUP-01)"), "SUP-01"),
        (found(large=False, why="no threshold is set for region JP (AMB-32)"), "AMB-32"),
    ],
)
def test_an_excluded_service_or_an_account_that_is_not_large_is_normal_and_no_clock_runs(
    looked_up: LookedUp, rule: str
) -> None:
    """SUP-04, SUP-01, AMB-32. Nobody of ours is written to, whatever time passes."""
    state = pass_time(a_case(looked_up=looked_up), MONDAY + days(400))
    assert (state.severity, state.priority_customer, state.clocks, state.status_clock) == ("normal", False, {}, None)
    assert (due(state), mails(state), state.attention) == ({}, ["case_acknowledged"], False)
    (classified,) = [event for event in state.journal.unrecorded if event.type == "case.classified"]
    assert rule in classified.data["why"]


def test_sup_14_amb_33_without_any_identifier_the_partner_is_asked_and_no_clock_runs() -> None:
    state = a_case(looked_up=NOBODY, channel=Channel.EMAIL, main_email=None, organization_id=None)
    pass_time(state, MONDAY + days(30))
    assert (state.stage, state.severity, state.customer_id) == (S.PENDING, Severity.NORMAL, "unidentified")
    assert mails(state) == ["case_acknowledged", "case_identifier_wanted"], "it explains the field by itself"
    assert due(state) == {}
    (waits,) = case_view(state, MONDAY).awaiting
    assert (waits.from_whom, waits.update) == ("partner hikari", "set_main_email")


def test_amb_33_an_identifier_nobody_knows_is_none() -> None:
    state = a_case(looked_up=NOBODY, channel=Channel.EMAIL, main_email=None)
    assert (state.stage, state.customer_id) == (S.PENDING, "700100200"), "listed under what the partner gave"


def test_sup_13_an_identifier_without_the_main_email_is_normal_until_an_agent_fills_the_field() -> None:
    state = a_case(channel=Channel.PHONE, main_email=None)
    assert (state.stage, state.severity, due(state)) == (S.ACKNOWLEDGED, Severity.NORMAL, {})
    assert mails(state) == ["case_acknowledged"], "who called left no field out"
    assert "set_main_email" in {each.update for each in case_view(state, MONDAY).awaiting}
    assert state.attention
    state.set_main_email(main_email(), MONDAY + 30 * MINUTE, found())
    assert (state.severity, state.priority_customer, state.attention) == (Severity.S1_CRITICAL, True, False)
    assert due(state)["first_response_warn"] == MONDAY + HOUR, "retroactive: from receipt. AMB-36"
    assert case_view(state, MONDAY + 30 * MINUTE).facts["minutes_lost"] == "30"


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.WIDGET, Channel.PORTAL])
def test_sup_15_who_left_the_field_out_of_a_form_or_an_email_hears_once_why_it_matters(channel: Channel) -> None:
    state = a_case(channel=channel, main_email=None)
    assert mails(state) == ["case_acknowledged", "case_field_explained"]
    state.change_service(another_service("Zoho CRM"), MONDAY, found())
    assert mails(state).count("case_field_explained") == 1
    assert mails(a_case(channel=channel)) == ["case_acknowledged"], "the field is there"


def test_sup_13_the_field_found_for_a_case_nobody_could_place_raises_it_by_itself() -> None:
    state = a_case(looked_up=NOBODY, channel=Channel.EMAIL, main_email=None, organization_id=None)
    state.set_main_email(main_email(), MONDAY + 10 * MINUTE, found())
    assert (state.stage, state.severity) == (S.ACKNOWLEDGED, Severity.S1_CRITICAL)
    assert mails(state, *TO_OUR_PEOPLE) == []
    assert not LETTERS.wanted(CaseRow(state=state), posted(state, "case_identifier_wanted")), "not asked any more"


def test_work_on_a_case_nobody_could_place_goes_on_where_it_was() -> None:
    state = a_case(looked_up=NOBODY, channel=Channel.EMAIL, main_email=None, organization_id=None)
    state.respond(responded(), MONDAY + MINUTE)
    state.set_main_email(main_email(), MONDAY + 10 * MINUTE, found())
    assert state.stage is S.IN_PROGRESS
    assert state.clocks["first_response"].state == "met"


def test_an_address_that_leads_nowhere_takes_no_account_away() -> None:
    state = a_case()
    with pytest.raises(Refused, match=r"^main_email: leads to no account, and the case is about account 700100200"):
        state.set_main_email(main_email("typo@akasaka.example.com"), MONDAY, NOBODY)
    assert state.critical
    unknown = a_case(looked_up=NOBODY, channel=Channel.EMAIL, main_email=None, organization_id=None)
    unknown.set_main_email(main_email(), MONDAY, NOBODY)
    assert (unknown.stage, unknown.severity) == (S.ACKNOWLEDGED, Severity.NORMAL), "taken: nothing is lost by it"


def test_sup_04_another_service_cancels_the_clocks_and_back_starts_them_from_receipt() -> None:
    state = a_case()
    state.change_service(another_service(), MONDAY + 30 * MINUTE, found(covered=False))
    assert (state.severity, state.priority_customer, due(state)) == (Severity.NORMAL, False, {})
    cancelled = [event for event in state.journal.unrecorded if event.type == "case.clock_cancelled"]
    assert [event.data["clock"] for event in cancelled] == ["first_response", "identification", "goal", "status_update"]
    assert "SUP-04" in cancelled[0].data["why"]
    state.change_service(another_service("Zoho Mail"), MONDAY + 90 * MINUTE, found())
    assert due(state)["first_response_breach"] == MONDAY + 3 * HOUR
    assert mails(state, *TO_OUR_PEOPLE) == ["sla_started_late"], "past its warning already: one notice"


@pytest.mark.parametrize("after", [HOUR, 2 * HOUR])
def test_what_is_awaited_says_since_when_it_is_overdue(after: timedelta) -> None:
    """SUP-20. Nothing falls due any more, but it does not "wait as long as it takes"."""
    state = pass_time(a_case(), MONDAY + after)
    (answer,) = case_view(state, MONDAY + after).awaiting
    assert (answer.until, answer.then) == (MONDAY + 3 * HOUR, "First response: breach")
    pass_time(state, MONDAY + 3 * HOUR)
    (answer,) = case_view(state, MONDAY + 3 * HOUR).awaiting
    assert (answer.until, answer.then) == (MONDAY + 3 * HOUR, "overdue")
    state.change_service(another_service(), MONDAY + 4 * HOUR, found(covered=False))
    assert case_view(state, MONDAY + 4 * HOUR).awaiting[0].until is None, "no clock any more"


def test_what_follows_from_what_people_told_need_not_be_told_again() -> None:
    """R9: of a case that Temporal lost, only what somebody said is named."""
    state = a_case(looked_up=NOBODY, channel=Channel.EMAIL, main_email=None, organization_id=None)
    before = state.journal.sequence
    state.set_main_email(main_email(), MONDAY + MINUTE, found())
    state.ask_partner(asked(), MONDAY + 2 * MINUTE)
    events = [each.type for each in state.journal.unrecorded if each.sequence > before]
    assert "case.clock_paused" in events
    told = [each for each in events if not each.startswith(CASE.repair.follows)]
    assert told == ["case.main_email_set", "case.partner_asked"]


def test_another_service_must_be_another_one() -> None:
    with pytest.raises(Refused, match=r"^service: is the service of this case already"):
        a_case().change_service(another_service("Zoho Mail"), MONDAY, found())


def test_sup_03_identifiers_that_contradict_each_other_are_said_and_need_somebody() -> None:
    state = a_case(looked_up=found(contradicting=("organization_id",)))
    view = case_view(state, MONDAY)
    assert view.attention
    assert view.troubles == (
        "Identifiers lead to different accounts: organization_id to another than account 700100200",
    )


def test_sup_30_a_wrong_door_is_told_and_the_case_is_taken_all_the_same() -> None:
    door = "partner-support@eu.zohocorp.com"
    state = a_case(looked_up=found(right_door=door), came_through="partner-support@zohocorp.com")
    assert state.critical
    assert case_view(state, MONDAY).facts["right_door"] == door
    told = letter(state, "case_acknowledged")
    assert (told.came_through, told.right_door) == ("partner-support@zohocorp.com", door)
    assert letter(a_case(came_through="help.zoho.com"), "case_acknowledged").came_through is None


def test_a_case_received_in_the_future_is_refused_by_its_field() -> None:
    state = CaseState.received(an_opening(received_at=MONDAY + SECOND), MONDAY)
    with pytest.raises(Refused, match=r"^received_at: must not lie in the future"):
        state.check_received_at(MONDAY)
    state.check_received_at(MONDAY + SECOND)


# Clocks: the instant before, at, after. SUP-20, AMB-34, AMB-37.


@pytest.mark.parametrize(
    ("after", "kind", "how_many"),
    [
        (HOUR - SECOND, "sla_warning", 0),
        (HOUR, "sla_warning", 1),
        (HOUR + SECOND, "sla_warning", 1),
        (2 * HOUR - SECOND, "sla_warning", 1),
        (2 * HOUR, "sla_warning", 2),
        (3 * HOUR - SECOND, "sla_breach", 0),
        (3 * HOUR, "sla_breach", 1),
        (3 * HOUR + SECOND, "sla_breach", 1),
        (8 * HOUR - SECOND, "sla_breach", 1),
        (8 * HOUR, "sla_breach", 2),
        (23 * HOUR - SECOND, "status_wanted", 0),
        (23 * HOUR, "status_wanted", 1),
        (24 * HOUR - SECOND, "sla_breach", 2),
        (24 * HOUR, "sla_breach", 3),
        (27 * HOUR, "status_wanted", 2),
        (28 * HOUR - SECOND, "sla_breach", 3),
        (28 * HOUR, "sla_breach", 4),
    ],
)
def test_each_warning_and_breach_of_a_case_nobody_works_on_is_told_at_its_instant(
    after: timedelta, kind: str, how_many: int
) -> None:
    state = pass_time(a_case(), MONDAY + after)
    assert mails(state).count(kind) == how_many
    assert state.stage is S.ACKNOWLEDGED


@pytest.mark.parametrize(
    ("after", "breached"), [(3 * HOUR - SECOND, False), (3 * HOUR, True), (3 * HOUR + SECOND, True)]
)
def test_a_first_answer_is_in_time_before_its_limit_and_late_from_it_on(after: timedelta, breached: bool) -> None:
    """Also where nobody looked before: what is past by then is breached first."""
    state = a_case()
    state.respond(responded(), MONDAY + after)
    clock = state.clocks["first_response"]
    assert (clock.state, clock.is_breached) == ("met", breached)
    assert ("sla_breach" in mails(state)) == breached
    pass_time(state, MONDAY + 7 * HOUR)
    assert clock == state.clocks["first_response"], "what is met never breaches later"


def test_the_goal_is_an_alert_and_nobody_s_mail() -> None:
    """SUP-21."""
    state = a_case(policy=CasePolicy(duty_manager=MANAGER, updates=NEVER))
    state.respond(responded(), MONDAY)
    state.identify(identified(), MONDAY)
    pass_time(state, MONDAY + 48 * HOUR - SECOND)
    assert not state.alerts
    pass_time(state, MONDAY + 48 * HOUR)
    assert set(state.alerts) == {GOAL_MISSED}
    assert mails(state, *TO_OUR_PEOPLE) == []


NEVER = Cadence(first_after=days(100), every=days(100), warn_before=HOUR)


def test_amb_37_a_status_every_four_hours_after_a_day_until_it_is_resolved() -> None:
    state = done(a_case(), "respond", "identify")
    pass_time(state, MONDAY + 23 * HOUR + 30 * MINUTE)
    state.post_status(status(), MONDAY + 23 * HOUR + 30 * MINUTE)
    pass_time(state, MONDAY + 27 * HOUR)
    assert due(state)["status_due"] == MONDAY + 27 * HOUR + 30 * MINUTE
    state.post_status(status(), MONDAY + 27 * HOUR)
    pass_time(state, MONDAY + 31 * HOUR)
    assert noted(state, "clock_breached") == [("status_update", in_json(MONDAY + 31 * HOUR))]
    state.resolve(resolved(), MONDAY + 32 * HOUR)
    pass_time(state, MONDAY + 40 * HOUR)
    assert mails(state, "sla_breach", "status_wanted") == ["status_wanted"] * 3 + ["sla_breach"]
    assert mails(state, "case_update") == ["case_update"] * 2


def test_warnings_go_to_the_agent_and_breaches_to_the_duty_manager() -> None:
    """AMB-34; nobody assigned: both to the duty manager."""
    state = a_case()
    pass_time(state, MONDAY + HOUR)
    state.assign(assigned(), MONDAY + HOUR)
    pass_time(state, MONDAY + 3 * HOUR)
    told = [(mail.kind, mail.to) for mail in state.mails.values() if mail.kind in TO_OUR_PEOPLE]
    assert told == [("sla_warning", "duty_manager"), ("sla_warning", "agent"), ("sla_breach", "duty_manager")]


def test_without_a_duty_manager_a_breach_is_an_alert_and_no_mail() -> None:
    state = pass_time(a_case(policy=CasePolicy()), MONDAY + 3 * HOUR)
    assert mails(state, *TO_OUR_PEOPLE) == []
    assert state.alerts == ("first_response_breached",)
    assert "Nobody answered the partner in time" in case_view(state, MONDAY + 3 * HOUR).troubles
    state.acknowledge(Acknowledge(by="ops-7", alert="first_response_breached", reason="seen"), MONDAY + 4 * HOUR)
    assert not state.attention


def test_a_status_that_is_missed_for_months_alarms_each_time_and_alerts_once() -> None:
    """What is told of each miss is AMB-37's; what travels from run to run stays small."""
    state = pass_time(done(a_case(), "respond", "identify"), MONDAY + days(60))
    misses = 1 + (60 - 1) * 6
    assert mails(state, "sla_breach").count("sla_breach") == misses
    assert state.jeopardy == ["status_update_breached", GOAL_MISSED]
    for key, mail in state.mails.items():
        state.mails[key] = mail.model_copy(update={"state": "sent"})
    state.journal.take()
    state.forget_what_is_settled()
    assert (state.mails, len(state.agenda.done) < 10) == ({}, True)
    assert len(state.model_dump_json()) < 10_000


# Pauses.


def test_clocks_stand_still_while_the_partner_owes_an_answer_and_earlier_pauses_are_kept() -> None:
    state = done(a_case(), "respond")
    state.ask_partner(asked(), MONDAY + HOUR)
    pass_time(state, MONDAY + 30 * HOUR)
    assert (due(state), mails(state, *TO_OUR_PEOPLE)) == ({}, [])
    state.partner_answered(answered(), MONDAY + 30 * HOUR)
    assert due(state)["identification_breach"] == MONDAY + 37 * HOUR
    assert due(state)["status_due"] == MONDAY + 53 * HOUR
    state.ask_partner(asked(), MONDAY + 31 * HOUR)
    state.partner_answered(answered(), MONDAY + 41 * HOUR)
    assert due(state)["identification_breach"] == MONDAY + 47 * HOUR, "both are left out"
    pass_time(state, MONDAY + 47 * HOUR - SECOND)
    assert noted(state, "clock_breached") == []
    pass_time(state, MONDAY + 47 * HOUR)
    assert noted(state, "clock_breached") == [("identification", in_json(MONDAY + 47 * HOUR))]


@pytest.mark.parametrize(("asked_after", "breached"), [(8 * HOUR - SECOND, False), (8 * HOUR, True), (9 * HOUR, True)])
def test_a_question_asked_after_a_breach_that_nobody_saw_does_not_hide_it(
    asked_after: timedelta, breached: bool
) -> None:
    """A fault of a public system: a pause during a threshold's wait let the breach go unrecorded."""
    state = done(a_case(), "respond")
    state.ask_partner(asked(), MONDAY + asked_after)
    state.partner_answered(answered(), MONDAY + days(2))
    expected = [("identification", in_json(MONDAY + 8 * HOUR))] if breached else []
    assert noted(state, "clock_breached") == expected
    look(state, MONDAY + days(3))
    assert noted(state, "clock_breached")[:1] == [("identification", in_json(MONDAY + 8 * HOUR + later(asked_after)))]


def later(asked_after: timedelta) -> timedelta:
    """What a question asked in time puts the breach off by."""
    return days(2) - asked_after if asked_after < 8 * HOUR else timedelta(0)


def test_an_agent_s_question_is_a_first_answer() -> None:
    state = a_case()
    state.ask_partner(asked(), MONDAY + HOUR)
    assert (state.responded_at, state.clocks["first_response"].state) == (MONDAY + HOUR, "met")
    assert mails(state, "case_question") == ["case_question"]


# Found late. AMB-36.


def late(after: timedelta, **changes: Any) -> CaseState:
    """By phone without the main e-mail, which an agent finds so much later."""
    state = a_case(**{"channel": Channel.PHONE, "main_email": None} | changes)
    pass_time(state, MONDAY + after)
    state.set_main_email(main_email(), MONDAY + after, found())
    return state


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (HOUR - SECOND, []),
        (HOUR, ["sla_started_late"]),
        (90 * MINUTE, ["sla_started_late"]),
        (3 * HOUR, ["sla_started_late"]),
        (9 * HOUR, ["sla_started_late"]),
        (days(10), ["sla_started_late"]),
    ],
)
def test_amb_36_s1_found_late_makes_one_notice_and_no_storm(after: timedelta, told: list[str]) -> None:
    state = late(after)
    assert mails(state, *TO_OUR_PEOPLE) == told
    assert {clock.minutes_lost for clock in state.clocks.values()} == {int(after.total_seconds() // 60)}


def test_amb_36_what_was_past_is_recorded_at_its_own_instant() -> None:
    state = late(9 * HOUR)
    assert sorted(noted(state, "clock_breached")) == [
        ("first_response", in_json(MONDAY + 3 * HOUR)),
        ("identification", in_json(MONDAY + 8 * HOUR)),
    ]
    assert set(noted(state, "clock_started")) == {
        (name, in_json(MONDAY)) for name in ("first_response", "identification", "status_update", "goal")
    }
    assert set(state.alerts) == {"first_response_breached", "identification_breached"}
    pass_time(state, MONDAY + 23 * HOUR)
    assert mails(state, *TO_OUR_PEOPLE) == ["sla_started_late", "status_wanted"], "from then on as usual"


def test_amb_36_the_notice_goes_to_the_duty_manager_for_a_breach_and_to_the_agent_before_one() -> None:
    def readers(after: timedelta, policy: CasePolicy = POLICY) -> list[str]:
        state = a_case(channel=Channel.PHONE, main_email=None, policy=policy)
        state.assign(assigned(), MONDAY)
        state.set_main_email(main_email(), MONDAY + after, found())
        return [mail.to for mail in state.mails.values() if mail.kind == "sla_started_late"]

    assert (readers(HOUR), readers(3 * HOUR)) == (["agent"], ["duty_manager"])
    assert readers(3 * HOUR, CasePolicy()) == ["agent"], "nobody else is there"


def test_amb_36_a_case_handed_in_late_counts_from_its_receipt() -> None:
    state = a_case(MONDAY + 4 * HOUR, received_at=MONDAY)
    assert noted(state, "clock_breached") == [("first_response", in_json(MONDAY + 3 * HOUR))]
    assert mails(state) == ["sla_started_late", "case_acknowledged"]


def test_what_was_done_before_anybody_knew_that_it_is_s1_counts() -> None:
    """An answer in time, a question and its answer, a word to the partner: as if the clocks had run."""
    state = a_case(channel=Channel.PHONE, main_email=None)
    state.respond(responded(), MONDAY + 30 * MINUTE)
    state.ask_partner(asked(), MONDAY + HOUR)
    state.partner_answered(answered(), MONDAY + 11 * HOUR)
    state.post_status(status(), MONDAY + 12 * HOUR)
    state.set_main_email(main_email(), MONDAY + 12 * HOUR, found())
    response, identification = state.clocks["first_response"], state.clocks["identification"]
    assert (response.state, response.is_breached, response.ended_at) == ("met", False, MONDAY + 30 * MINUTE)
    assert (identification.state, identification.is_breached) == ("running", False)
    assert due(state)["identification_breach"] == MONDAY + 18 * HOUR
    assert [mail.occurrence for mail in state.mails.values() if mail.kind == "sla_started_late"] == ["1"]
    assert noted(state, "clock_breached") == []


def test_s1_found_while_the_partner_owes_an_answer_stands_still_at_once() -> None:
    state = a_case(channel=Channel.PHONE, main_email=None)
    state.ask_partner(asked(), MONDAY + 30 * MINUTE)
    state.set_main_email(main_email(), MONDAY + 5 * HOUR, found())
    assert (due(state), mails(state, *TO_OUR_PEOPLE), state.stage) == ({}, [], S.PENDING)
    state.partner_answered(answered(), MONDAY + 6 * HOUR)
    assert due(state)["identification_breach"] == MONDAY + 8 * HOUR + 5 * HOUR + 30 * MINUTE


# Resolved, reopened, closed.


def test_a_solution_answers_everything_and_nothing_more_is_due_but_the_end() -> None:
    state = a_case()
    state.resolve(resolved(), MONDAY + 30 * MINUTE)
    assert {clock.state for clock in (*state.clocks.values(), state.status_clock) if clock} == {"met"}
    assert due(state) == {CLOSES: MONDAY + 30 * MINUTE + days(7)}
    assert mails(state) == ["case_acknowledged", "case_resolved"]


@pytest.mark.parametrize(("after", "stage"), [(days(7) - SECOND, S.RESOLVED), (days(7), S.CLOSED)])
def test_a_resolved_case_closes_by_itself_after_the_policy_s_time(after: timedelta, stage: CaseStage) -> None:
    state = pass_time(done(a_case(), "resolve"), MONDAY + after)
    assert (state.stage, state.closed_at) == (stage, MONDAY + days(7) if stage is S.CLOSED else None)


def test_reopened_it_does_not_close_and_the_partner_hears_again_how_it_stands() -> None:
    state = done(a_case(), "respond", "identify")
    pass_time(state, MONDAY + 20 * HOUR)
    state.resolve(resolved(), MONDAY + 20 * HOUR)
    state.reopen(reopened(), MONDAY + days(2))
    pass_time(state, MONDAY + days(2) + 4 * HOUR - SECOND)
    assert (state.stage, noted(state, "clock_breached")) == (S.IN_PROGRESS, [])
    assert CLOSES not in due(state)
    pass_time(state, MONDAY + days(2) + 4 * HOUR)
    assert noted(state, "clock_breached") == [("status_update", in_json(MONDAY + days(2) + 4 * HOUR))]
    assert {state.clocks[name].state for name in ("first_response", "identification", "goal")} == {"met"}
    state.resolve(resolved(), MONDAY + days(3))
    assert due(state) == {CLOSES: MONDAY + days(10)}
    assert mails(state, "case_resolved") == ["case_resolved"] * 2


def test_a_case_that_is_s1_no_more_has_no_clock_when_it_is_reopened() -> None:
    state = a_case()
    state.change_service(another_service(), MONDAY, found(covered=False))
    state.resolve(resolved(), MONDAY)
    state.reopen(reopened(), MONDAY + HOUR)
    assert due(state) == {}
    pass_time(state, MONDAY + days(30))
    assert mails(state, *TO_OUR_PEOPLE) == []


def test_the_end_of_a_resolved_case_may_be_moved_and_stays_where_it_was_put() -> None:
    state = done(a_case(), "resolve")
    later_on = MONDAY + days(20)
    state.extend_due_date(ExtendDueDate(by="ops-7", deadline=CLOSES, at=later_on, reason="on holiday"), MONDAY)
    state.change_policy(other_policy(close_after=days(1)), MONDAY + HOUR, ServiceTime(), None)
    assert due(state) == {CLOSES: later_on}
    other = done(a_case(), "resolve")
    other.change_policy(other_policy(close_after=days(1)), MONDAY + HOUR, ServiceTime(), None)
    assert due(other) == {CLOSES: MONDAY + days(1)}


# Other terms, other rules.

TOKYO = ServiceHours(zone="Asia/Tokyo")
FRIDAY = datetime(2026, 6, 5, 8, 0, tzinfo=UTC)
"""17:00 in Tokyo."""


def hours(given: ServiceHours, rules: ZoneRules | None = None) -> ServiceTime:
    return ServiceTime(hours=given, zone_rules=rules)


def test_amb_35_in_business_hours_a_clock_stands_still_over_the_weekend() -> None:
    state = a_case(FRIDAY, time=hours(TOKYO), policy=CasePolicy(duty_manager=MANAGER, hours=TOKYO))
    assert due(state)["first_response_warn"] == FRIDAY + HOUR, "18:00"
    assert due(state)["first_response_breach"] == datetime(2026, 6, 8, 2, 0, tzinfo=UTC), "Monday 11:00"
    pass_time(state, datetime(2026, 6, 8, 2, 0, tzinfo=UTC) - SECOND)
    assert noted(state, "clock_breached") == []


ONE_HOUR_A_WEEK = ServiceHours(zone="Asia/Tokyo", weekdays=(1,), closes=time(10, 0))
TEN_YEARS_OF_IT = 522 * HOUR


@pytest.mark.parametrize("span", ["first_response", "identification", "goal", "first_after", "every"])
def test_amb_35_targets_that_the_hours_of_service_never_reach_are_refused(span: str) -> None:
    """The last one that is reached in ten years is taken; without hours all are."""

    def terms(longest: timedelta) -> dict[str, object]:
        if span in {"first_after", "every"}:
            usual = {"first_after": 24 * HOUR, "every": 4 * HOUR, "warn_before": HOUR}
            return {"updates": Cadence(**{**usual, span: longest})}
        return {span: Target(warn_after=HOUR, breach_after=longest)}

    assert CasePolicy(hours=ONE_HOUR_A_WEEK, **terms(TEN_YEARS_OF_IT))
    assert CasePolicy(**terms(TEN_YEARS_OF_IT + HOUR))
    with pytest.raises(ValueError, match=r"hours: so much service does not pass within ten years; .*\(AMB-35\)"):
        CasePolicy(hours=ONE_HOUR_A_WEEK, **terms(TEN_YEARS_OF_IT + HOUR))


def test_other_targets_count_anew_and_what_is_over_by_them_is_over() -> None:
    state = a_case()
    shorter = Target(warn_after=30 * MINUTE, breach_after=50 * MINUTE)
    state.change_policy(other_policy(first_response=shorter), MONDAY + HOUR, ServiceTime(), None)
    assert noted(state, "clock_breached") == [("first_response", in_json(MONDAY + 50 * MINUTE))]
    assert mails(state, *TO_OUR_PEOPLE) == ["sla_breach"], "no warning beside it"
    assert ("first_response", in_json(MONDAY + HOUR)) in noted(state, "clock_recomputed")
    told = next(each for each in state.journal.unrecorded if each.type == "case.clock_recomputed")
    assert (told.data["why"], told.reason) == ("other terms", "agreed"), "each is said once"


def test_hours_of_service_put_a_breach_off_and_the_zone_becomes_theirs() -> None:
    state = a_case(FRIDAY)
    rules = LibraryCalendars().zone_rules("Asia/Tokyo")
    state.change_policy(other_policy(hours=TOKYO), FRIDAY + MINUTE, hours(TOKYO, rules), rules)
    assert due(state)["first_response_breach"] == datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
    assert (state.zone, state.zone_rules) == ("Asia/Tokyo", rules)


def recomputed(state: CaseState, now: datetime, calendar: WorkingCalendar | None = None) -> None:
    rules = PresentRules(zone_rules=LibraryCalendars().zone_rules(state.zone), calendar=calendar)
    message = RecomputeDates(by="ops-7", reason="a new holiday")
    CASE.recompute(state, rules).take(message, now)


def test_adr_5_a_new_holiday_puts_a_breach_off_once_the_case_takes_it() -> None:
    with_holidays = TOKYO.model_copy(update={"holidays_of": "JP"})
    rules = LibraryCalendars().zone_rules("Asia/Tokyo")
    monday = datetime(2026, 6, 8).date()
    known = WorkingCalendar(
        country="JP", zone="Asia/Tokyo", holidays=frozenset(), first=FRIDAY.date(), last=datetime(2028, 1, 1).date()
    )
    time = ServiceTime(hours=with_holidays, calendar=known, zone_rules=rules)
    state = a_case(FRIDAY, time=time, policy=CasePolicy(duty_manager=MANAGER, hours=with_holidays))
    asked_for = CASE.recompute.guide_of(state)
    assert asked_for is not None
    assert (asked_for.country, asked_for.zone, asked_for.start) == ("JP", "Asia/Tokyo", FRIDAY)
    today = known.model_copy(update={"holidays": frozenset({monday})})
    recomputed(state, FRIDAY + MINUTE, today)
    breach = next(each for each in state.agenda.pending if each.name == "first_response_breach")
    assert breach.at == datetime(2026, 6, 9, 2, 0, tzinfo=UTC)
    assert breach.was == datetime(2026, 6, 8, 2, 0, tzinfo=UTC)
    again = state.journal.sequence
    recomputed(state, FRIDAY + 2 * MINUTE, today)
    assert state.journal.sequence == again, "where nothing differs, nothing is noted"


def test_day_and_night_no_calendar_is_asked_for() -> None:
    assert CASE.recompute.guide_of(a_case()) is None
    state = a_case()
    before = due(state)
    recomputed(state, MONDAY + MINUTE)
    assert due(state) == before


# A hold.


def test_what_was_breached_under_a_hold_is_recorded_at_its_own_instant_with_one_notice_a_clock() -> None:
    state = a_case()
    look(state, MONDAY + 40 * HOUR)
    breached = noted(state, "clock_breached")
    assert breached[:2] == [
        ("first_response", in_json(MONDAY + 3 * HOUR)),
        ("identification", in_json(MONDAY + 8 * HOUR)),
    ]
    assert [at for clock, at in breached if clock == "status_update"] == [
        in_json(MONDAY + number * HOUR) for number in (24, 28, 32, 36, 40)
    ]
    assert mails(state, *TO_OUR_PEOPLE) == ["sla_breach"] * 3


def test_a_missed_update_is_told_beside_the_warning_of_the_next_one() -> None:
    state = done(a_case(), "respond", "identify")
    look(state, MONDAY + 27 * HOUR)
    told = [(mail.kind, mail.due_at) for mail in state.mails.values() if mail.kind in TO_OUR_PEOPLE]
    assert told == [("sla_breach", MONDAY + 24 * HOUR), ("status_wanted", MONDAY + 28 * HOUR)]


# People see it.


def test_the_tracker_ticks_only_what_happened() -> None:
    state = a_case(looked_up=NOBODY, channel=Channel.EMAIL, main_email=None, organization_id=None)
    assert marks(state) == {"Received": "✓", "Classified": "→"} | dict.fromkeys(
        ("Responded", "Identified", "Resolved", "Closed"), "○"
    )
    state = done(a_case(), "respond", "identify", "resolve")
    assert [name for name, mark in marks(state).items() if mark != Mark.DONE] == ["Closed"]
    acted(state, "reopen", MONDAY + HOUR)
    assert marks(state)["Resolved"] == Mark.CURRENT
    acted(state, "resolve", MONDAY + HOUR)
    acted(state, "close", MONDAY + HOUR)
    assert set(marks(state).values()) == {Mark.DONE}


def marks(state: CaseState) -> dict[str, str]:
    return {step.name: step.mark for step in case_view(state, MONDAY).steps}


def test_the_view_says_of_each_clock_how_it_stands_and_until_when() -> None:
    state = pass_time(done(a_case(), "respond"), MONDAY + 8 * HOUR)
    view = case_view(state, MONDAY + 8 * HOUR)
    assert (view.kind, view.facts["severity"], view.facts["in_time"]) == ("case.s1", "S1 – Critical", "50%")
    assert view.facts["first_response"] == f"met, at {in_json(MONDAY)}"
    assert view.facts["identification"] == "running, breached"
    assert view.facts["status_update"] == f"running, due {in_json(MONDAY + 24 * HOUR)}"
    assert case_view(a_case(), MONDAY).facts["in_time"] == "–", "the share of nothing is no 100 %"
    normal = case_view(a_case(looked_up=found(large=False)), MONDAY)
    assert (normal.kind, "in_time" in normal.facts) == ("case.normal", False)


@pytest.mark.parametrize(
    ("updates", "whom"),
    [((), "vendor"), (("ask_partner",), "partner"), (("respond",), "vendor"), (("respond", "identify"), "vendor")],
)
def test_who_lets_it_wait_is_named(updates: tuple[str, ...], whom: str) -> None:
    assert case_view(done(a_case(), *updates), MONDAY).waits_for == (whom,)


def test_nobody_owes_a_resolved_case_anything() -> None:
    view = case_view(done(a_case(), "resolve"), MONDAY)
    assert (view.waits_for, [each.update for each in view.awaiting]) == ((), ["reopen"])


def test_the_desk_s_lists_tell_cases_apart() -> None:
    """Breaching within the hour, breached, waiting for the partner, unclassified, by agent."""
    state = a_case()
    state.assign(assigned(), MONDAY)
    assert kept(state, MONDAY + 2 * HOUR - SECOND) == set()
    assert kept(state, MONDAY + 2 * HOUR) == {"breaching"}
    assert kept(state, MONDAY + 3 * HOUR) == {"breached"}, "also if nobody has noted it yet"
    assert kept(done(a_case(), "ask_partner"), MONDAY) == {"waiting"}
    assert kept(a_case(main_email=None), MONDAY) == {"unclassified"}
    assert kept(a_case(looked_up=NOBODY, main_email=None), MONDAY) == {"waiting", "unclassified"}
    assert kept(a_case(looked_up=NOBODY), MONDAY) == {"unclassified"}, "its main e-mail may be mistyped"
    assert "unclassified" not in kept(a_case(), MONDAY)
    (by_agent,) = [each for each in CaseLine.narrowings if each.name == "agent"]
    line = CaseLine.of(state, MONDAY)
    assert (by_agent.fits(line, "agent-7"), by_agent.fits(line, "agent-8")) == (True, False)
    assert (line.next_breach, line.next_breach_at) == ("first_response", MONDAY + 3 * HOUR)


def kept(state: CaseState, now: datetime) -> set[str]:
    """The narrowings that keep it."""
    line = CaseLine.of(state, now)
    assert set(line.cells()) == {"severity", "agent", "next breach", "breached"}
    return {each.name for each in CaseLine.narrowings if not each.placeholder and each.fits(line, "")}


# Letters.


def posted(state: CaseState, kind: str) -> PostedMail:
    return next(mail for mail in state.mails.values() if mail.kind == kind)


def letter(state: CaseState, kind: str, **papers: Message) -> CaseFacts:
    """What that mail would say."""
    forms = {name.replace("_", "/"): paper.model_dump(mode="json") for name, paper in papers.items()}
    facts = LETTERS.facts(CaseRow(state=state, placed=an_opening(), forms=forms), posted(state, kind), MONDAY)
    assert isinstance(facts, CaseFacts)
    return facts


def test_m_30_the_acknowledgement_promises_a_first_answer_where_a_clock_runs() -> None:
    assert letter(a_case(), "case_acknowledged").first_response_hours == (1.0, 3.0)
    assert letter(a_case(looked_up=found(large=False)), "case_acknowledged").first_response_hours is None


def test_a_mail_with_a_text_of_its_own_says_that_text_or_is_not_written() -> None:
    state = done(a_case(), "respond")
    state.post_status(status("First."), MONDAY)
    assert letter(state, "case_update", status_1=status("First.")).text == "First."
    assert letter(state, "case_update", status_1=status("First.")).next_update_at == MONDAY + 24 * HOUR
    with pytest.raises(Refused, match="the status of this mail is not known here"):
        letter(state, "case_update")


def test_mails_about_clocks_name_the_clock_its_limit_and_how_long_it_allows() -> None:
    state = pass_time(a_case(), MONDAY + 3 * HOUR)
    warned, breached = letter(state, "sla_warning").clock, letter(state, "sla_breach").clock
    assert warned is not None
    assert breached is not None
    assert (warned.name, warned.due_at, warned.breached) == ("first_response", MONDAY + 3 * HOUR, False)
    assert (breached.name, breached.due_at, breached.breached, breached.hours) == (
        "first_response",
        MONDAY + 3 * HOUR,
        True,
        3.0,
    )


def test_amb_36_the_notice_of_a_late_start_names_every_clock_and_the_minutes_lost() -> None:
    told = letter(late(9 * HOUR), "sla_started_late")
    assert told.minutes_lost == 540
    assert {(clock.name, clock.breached) for clock in told.clocks} == {
        ("first_response", True),
        ("identification", True),
        ("status_update", False),
    }


def test_nobody_is_warned_of_what_is_done_by_then() -> None:
    state = pass_time(a_case(), MONDAY + HOUR)
    row = CaseRow(state=state)
    assert LETTERS.wanted(row, posted(state, "sla_warning"))
    state.respond(responded(), MONDAY + HOUR)
    assert not LETTERS.wanted(row, posted(state, "sla_warning"))
    state.ask_partner(asked(), MONDAY + HOUR)
    assert LETTERS.wanted(row, posted(state, "case_question"))
    state.partner_answered(answered(), MONDAY + HOUR)
    assert not LETTERS.wanted(row, posted(state, "case_question"))


def test_mails_to_the_duty_manager_go_to_the_policy_s_address_and_no_other_mail_does() -> None:
    state = pass_time(a_case(), MONDAY + 3 * HOUR)
    row = CaseRow(state=state)
    manager = LETTERS.reader(row, posted(state, "sla_breach"))
    assert manager is not None
    assert manager.email == MANAGER
    assert LETTERS.reader(row, posted(state, "case_acknowledged")) is None


# What is kept, and where.


def test_no_text_and_no_address_stands_in_the_state_or_its_events() -> None:
    """But for the duty manager's, which is a policy's."""
    state = a_case(customer_email="taro@akasaka.example.com")
    for update in ("assign", "respond", "identify", "ask_partner", "partner_answered", "post_status", "resolve"):
        acted(state, update, MONDAY)
    written = state.model_dump_json().replace(MANAGER, "")
    assert "@" not in written
    for said in some(["filter", "Since", "cause", "Mei", "corrected", "arrive", "Ken"]):
        assert said not in written


def test_addresses_of_a_start_are_people_and_come_back() -> None:
    placed = an_opening(customer_email="taro@akasaka.example.com")
    people = CASE.people(CASE.start)
    known, stored = people.of(placed), people.without(placed)
    assert set(known) == {"partner_contact", "main_email", "customer_email"}
    assert "@" not in str(stored).replace(MANAGER, "")
    assert people.back(stored, known) == placed
    del known["main_email"]
    assert people.back(stored, known).main_email == "erased@example.com"
    bare = an_opening(main_email=None)
    assert people.back(people.without(bare), people.of(bare)) == bare


def test_every_movement_of_a_clock_is_an_event_with_its_reason() -> None:
    state = pass_time(a_case(), MONDAY + HOUR)
    state.ask_partner(asked(), MONDAY + HOUR)
    state.partner_answered(answered(), MONDAY + 2 * HOUR)
    state.resolve(resolved(), MONDAY + 3 * HOUR)
    told: list[Event] = [event for event in state.journal.unrecorded if "case.clock_" in event.type]
    assert {event.type.removeprefix("case.clock_") for event in told} == {
        "started",
        "warned",
        "paused",
        "resumed",
        "met",
    }
    assert all(event.data["why"] for event in told)
    assert noted_types(state)[-1] == "case.clock_met"
    assert CaseEvent.RESOLVED in noted_types(state)
