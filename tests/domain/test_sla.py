"""SLA clocks that are to be met once: each warning and breach at its instant, whatever happens in between. SUP-20."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from domain.business_days import WorkingCalendar
from domain.case.policy import CasePolicy
from domain.clocks import Clock, ClockState, Movement, Movements, Pause
from domain.service_time import ServiceHours, ServiceTime
from domain.sla import SlaClock, StatusClock, Target, compliance
from domain.working_time import NaiveInstant
from tests.zones import today

HOUR, MINUTE, SECOND, TICK = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1), timedelta.resolution
ALWAYS = ServiceTime()
RESPONSE = CasePolicy().first_response
"""Warned after 1 hour, breached after 3."""

START = datetime(2026, 5, 8, 12, tzinfo=UTC)
"""A Friday; in Paris 14:00."""


def paris(**changes: object) -> ServiceTime:
    """Monday to Friday, 09:00 to 18:00; in May that is 07:00 to 16:00 UTC."""
    hours = ServiceHours.model_validate({"zone": "Europe/Paris"} | changes)
    return ServiceTime(hours=hours, zone_rules=today("Europe/Paris"))


OFFICE = paris()


def begun(time_: ServiceTime = ALWAYS, target: Target = RESPONSE, start: datetime = START) -> SlaClock:
    """A clock that was known at once."""
    clock, _ = SlaClock.begin("first_response", target, start, start, time_)
    return clock


def what(moved: Movements) -> list[tuple[str, timedelta]]:
    """What happened, and how long after START."""
    return [(each.what, each.at - START) for each in moved]


class TestTheInstantOfAWarningAndABreach:
    """Half-open: it is in time in [start, breach)."""

    @pytest.mark.parametrize(
        ("after", "expected"),
        [
            (HOUR - SECOND, []),
            (HOUR - TICK, []),
            (HOUR, ["warned"]),
            (HOUR + TICK, ["warned"]),
            (3 * HOUR - SECOND, ["warned"]),
            (3 * HOUR - TICK, ["warned"]),
            (3 * HOUR, ["warned", "breached"]),
            (3 * HOUR + TICK, ["warned", "breached"]),
            (1000 * HOUR, ["warned", "breached"]),
        ],
    )
    def test_is_the_target_and_not_when_somebody_looks(self, after: timedelta, expected: list[str]) -> None:
        clock, moved = begun().catch_up(START + after, ALWAYS)
        due = {"warned": HOUR, "breached": 3 * HOUR}
        assert what(moved) == [(name, due[name]) for name in expected]
        assert clock.warned_at == (START + HOUR if "warned" in expected else None)
        assert clock.breached_at == (START + 3 * HOUR if "breached" in expected else None)
        assert clock.state is ClockState.RUNNING

    def test_comes_once_however_often_somebody_looks(self) -> None:
        clock = begun()
        counted = []
        for minutes in range(0, 300, 7):
            clock, moved = clock.catch_up(START + minutes * MINUTE, ALWAYS)
            counted += what(moved)
        assert counted == [("warned", HOUR), ("breached", 3 * HOUR)]

    @pytest.mark.parametrize(
        ("after", "breached"), [(3 * HOUR - TICK, False), (3 * HOUR, True), (3 * HOUR + TICK, True), (9 * HOUR, True)]
    )
    def test_what_is_met_at_the_very_instant_of_the_breach_is_late(self, after: timedelta, breached: bool) -> None:
        clock, moved = begun().meet(START + after, ALWAYS)
        assert clock.state is ClockState.MET
        assert clock.ended_at == START + after
        assert clock.is_breached == breached
        assert what(moved)[-1] == ("met", after)

    def test_what_is_met_never_breaches_later(self) -> None:
        clock, _ = begun().meet(START + HOUR, ALWAYS)
        assert clock.catch_up(START + 1000 * HOUR, ALWAYS) == (clock, ())
        assert clock.elapsed(START + 1000 * HOUR, ALWAYS) == HOUR
        assert clock.breaches_at(ALWAYS) is clock.warns_at(ALWAYS) is None

    def test_what_was_met_in_time_is_not_late_by_hours_that_change_afterwards(self) -> None:
        evening = begun(OFFICE, start=START + 3 * HOUR)
        clock, _ = evening.meet(START + 68 * HOUR, OFFICE)
        assert clock.catch_up(START + 71 * HOUR, ALWAYS) == (clock, ())
        assert not clock.is_breached

    def test_is_foretold_until_it_has_come(self) -> None:
        clock = begun()
        assert (clock.warns_at(ALWAYS), clock.breaches_at(ALWAYS)) == (START + HOUR, START + 3 * HOUR)
        clock, _ = clock.catch_up(START + HOUR, ALWAYS)
        assert (clock.warns_at(ALWAYS), clock.breaches_at(ALWAYS)) == (None, START + 3 * HOUR)
        clock, _ = clock.catch_up(START + 3 * HOUR, ALWAYS)
        assert (clock.warns_at(ALWAYS), clock.breaches_at(ALWAYS)) == (None, None)

    def test_warning_and_breach_of_one_instant_come_in_this_order(self) -> None:
        _, moved = begun(target=Target(warn_after=HOUR, breach_after=HOUR)).catch_up(START + HOUR, ALWAYS)
        assert what(moved) == [("warned", HOUR), ("breached", HOUR)]

    def test_that_never_comes_is_none(self) -> None:
        """A span that does not pass in the hours of service within twenty years."""
        few = paris(opens=time(9), closes=time(9, 1))
        clock = begun(few, Target(warn_after=HOUR, breach_after=timedelta(days=3660)))
        assert clock.breaches_at(few) is None
        clock, moved = clock.catch_up(START + timedelta(days=400), few)
        assert [each.what for each in moved] == ["warned"]

    def test_an_instant_without_a_zone_is_refused(self) -> None:
        with pytest.raises(NaiveInstant):
            begun().catch_up(START.replace(tzinfo=None), ALWAYS)


ZONES_AND_CHANGES = [
    ("Europe/Paris", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Europe/Paris", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 4, 4, 15, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 30, tzinfo=UTC)),
]
SHIFTS = {
    "day and night": None,
    "night shift": {"opens": time(22), "closes": time(6), "weekdays": (1, 2, 3, 4, 5, 6, 7)},
    "whole days": {"opens": time(0), "closes": time(0), "weekdays": (1, 2, 3, 4, 5, 6, 7)},
}


class TestAcrossAChangeOfTheClocks:
    """Elapsed time is elapsed time: an hour that is skipped or comes twice on the wall is counted as it passes."""

    @pytest.mark.parametrize(("zone", "change"), ZONES_AND_CHANGES)
    @pytest.mark.parametrize("shift", SHIFTS)
    @pytest.mark.parametrize("offset", [HOUR, 2 * HOUR - SECOND])
    def test_while_the_clock_runs_both_instants_are_exact(
        self, zone: str, change: datetime, shift: str, offset: timedelta
    ) -> None:
        settings = SHIFTS[shift]
        hours = ServiceHours.model_validate({"zone": zone} | settings) if settings else None
        time_ = ServiceTime(hours=hours, zone_rules=today(zone) if hours else None)
        start = change - offset
        clock = begun(time_, start=start)
        assert (clock.warns_at(time_), clock.breaches_at(time_)) == (start + HOUR, start + 3 * HOUR)
        early, moved = clock.catch_up(start + 3 * HOUR - SECOND, time_)
        assert [each.what for each in moved] == ["warned"]
        assert not early.is_breached
        late, _ = early.catch_up(start + 3 * HOUR, time_)
        assert late.breached_at == start + 3 * HOUR

    @pytest.mark.parametrize(
        ("friday", "monday"),
        [
            (datetime(2026, 3, 27, 16, tzinfo=UTC), datetime(2026, 3, 30, 9, tzinfo=UTC)),
            (datetime(2026, 10, 23, 15, tzinfo=UTC), datetime(2026, 10, 26, 10, tzinfo=UTC)),
        ],
    )
    def test_over_the_weekend_of_the_change_the_breach_is_at_the_local_hour(
        self, friday: datetime, monday: datetime
    ) -> None:
        """From 17:00 on Friday in Paris three hours of service end at 11:00 on Monday."""
        clock = begun(OFFICE, start=friday)
        assert clock.breaches_at(OFFICE) == monday
        early, _ = clock.catch_up(monday - SECOND, OFFICE)
        late, _ = early.catch_up(monday, OFFICE)
        assert (early.breached_at, late.breached_at) == (None, monday)


class TestAPause:
    """Zendesk's and ServiceNow's pause: while the partner owes an answer no service is counted."""

    def test_that_begins_before_the_breach_postpones_it_by_its_length(self) -> None:
        clock, moved = begun().pause(START + 2 * HOUR, "partner_asked", ALWAYS)
        assert what(moved) == [("warned", HOUR), ("paused", 2 * HOUR)]
        assert (clock.state, clock.breaches_at(ALWAYS)) == (ClockState.PAUSED, None)
        clock, moved = clock.catch_up(START + 50 * HOUR, ALWAYS)
        assert moved == ()
        clock, moved = clock.resume(START + 50 * HOUR, ALWAYS)
        assert what(moved) == [("resumed", 50 * HOUR)]
        assert clock.breaches_at(ALWAYS) == START + 51 * HOUR
        early, _ = clock.catch_up(START + 51 * HOUR - TICK, ALWAYS)
        late, _ = early.catch_up(START + 51 * HOUR, ALWAYS)
        assert (early.breached_at, late.breached_at) == (None, START + 51 * HOUR)

    def test_across_the_instant_that_was_foretold_hides_no_breach_once_it_is_over(self) -> None:
        """Alga PSA: after a pause that began before the breach and ended after it, the breach is never recorded."""
        clock, _ = begun().pause(START + 2 * HOUR, "partner_asked", ALWAYS)
        clock, _ = clock.resume(START + 4 * HOUR, ALWAYS)
        assert not clock.is_breached
        clock, moved = clock.catch_up(START + 100 * HOUR, ALWAYS)
        assert what(moved) == [("breached", 5 * HOUR)]

    def test_that_begins_after_an_unnoticed_breach_records_it_first_at_its_own_instant(self) -> None:
        """Alga PSA: a pause during a threshold's wait lets the breach go unrecorded."""
        clock, moved = begun().pause(START + 4 * HOUR, "partner_asked", ALWAYS)
        assert what(moved) == [("warned", HOUR), ("breached", 3 * HOUR), ("paused", 4 * HOUR)]
        assert clock.breached_at == START + 3 * HOUR

    def test_during_the_wait_for_a_warning_lets_neither_go_unrecorded(self) -> None:
        clock, _ = begun().pause(START + MINUTE, "partner_asked", ALWAYS)
        clock, _ = clock.resume(START + 10 * HOUR, ALWAYS)
        _, moved = clock.catch_up(START + 100 * HOUR, ALWAYS)
        assert what(moved) == [("warned", 11 * HOUR - MINUTE), ("breached", 13 * HOUR - MINUTE)]

    @pytest.mark.parametrize(("before", "breached"), [(TICK, False), (timedelta(0), True)])
    def test_at_the_very_instant_of_the_breach_comes_too_late(self, before: timedelta, breached: bool) -> None:
        clock, _ = begun().pause(START + 3 * HOUR - before, "partner_asked", ALWAYS)
        assert clock.is_breached == breached
        clock, _ = clock.catch_up(START + 100 * HOUR, ALWAYS)
        assert clock.is_breached == breached

    def test_with_a_tick_left_goes_on_with_a_tick_left(self) -> None:
        clock, _ = begun().pause(START + 3 * HOUR - TICK, "partner_asked", ALWAYS)
        clock, _ = clock.resume(START + 9 * HOUR, ALWAYS)
        assert clock.breaches_at(ALWAYS) == START + 9 * HOUR + TICK

    def test_of_no_length_changes_no_instant(self) -> None:
        clock, first = begun().pause(START + HOUR, "partner_asked", ALWAYS)
        clock, second = clock.resume(START + HOUR, ALWAYS)
        assert what((*first, *second)) == [("warned", HOUR), ("paused", HOUR), ("resumed", HOUR)]
        assert clock.breaches_at(ALWAYS) == START + 3 * HOUR
        assert clock.pauses == (Pause(since=START + HOUR, until=START + HOUR, why="partner_asked"),)

    def test_at_the_receipt_itself_leaves_all_the_time(self) -> None:
        clock, _ = begun().pause(START, "partner_asked", ALWAYS)
        clock, _ = clock.resume(START + HOUR, ALWAYS)
        assert clock.breaches_at(ALWAYS) == START + 4 * HOUR

    def test_is_kept_beside_those_before_and_all_add_up(self) -> None:
        clock = begun()
        for hour in (1, 3, 5):
            clock, _ = clock.pause(START + hour * HOUR, f"question {hour}", ALWAYS)
            clock, _ = clock.resume(START + (hour + 1) * HOUR, ALWAYS)
        assert [pause.why for pause in clock.pauses] == ["question 1", "question 3", "question 5"]
        assert clock.elapsed(START + 6 * HOUR, ALWAYS) == 3 * HOUR
        assert clock.breached_at == START + 5 * HOUR

    def test_over_a_weekend_costs_no_hour_of_service(self) -> None:
        """Alga PSA: a pause counted in minutes of the wall shifts a business-hours deadline by a weekend."""
        plain = begun(OFFICE, start=START + 3 * HOUR)
        clock, _ = plain.pause(START + 4 * HOUR, "partner_asked", OFFICE)
        clock, _ = clock.resume(START + 60 * HOUR, OFFICE)
        monday = datetime(2026, 5, 11, 9, tzinfo=UTC)
        assert plain.breaches_at(OFFICE) == clock.breaches_at(OFFICE) == monday

    def test_from_friday_to_monday_costs_only_the_hours_of_service_in_it(self) -> None:
        clock, _ = begun(OFFICE).pause(START + 2 * HOUR, "partner_asked", OFFICE)
        clock, _ = clock.resume(datetime(2026, 5, 11, 8, tzinfo=UTC), OFFICE)
        assert clock.breaches_at(OFFICE) == datetime(2026, 5, 11, 9, tzinfo=UTC)
        assert clock.elapsed(datetime(2026, 5, 11, 8, 30, tzinfo=UTC), OFFICE) == 2.5 * HOUR

    def test_after_a_weekend_leaves_what_was_left_in_hours_of_service(self) -> None:
        """From 17:00 on Friday to 10:00 on Monday two hours of service pass; one is left when the pause ends."""
        monday = datetime(2026, 5, 11, 8, tzinfo=UTC)
        clock, _ = begun(OFFICE, start=START + 3 * HOUR).pause(monday, "partner_asked", OFFICE)
        clock, _ = clock.resume(monday + 2 * HOUR, OFFICE)
        assert clock.breaches_at(OFFICE) == monday + 3 * HOUR

    def test_that_was_later_does_not_count_for_what_had_passed_before_it(self) -> None:
        clock, _ = begun().pause(START + 2 * HOUR, "partner_asked", ALWAYS)
        assert clock.elapsed(START + HOUR, ALWAYS) == HOUR

    def test_does_not_begin_twice_nor_end_without_having_begun(self) -> None:
        clock, _ = begun().pause(START, "first", ALWAYS)
        assert clock.pause(START + HOUR, "second", ALWAYS) == (clock, ())
        running = begun()
        assert running.resume(START + MINUTE, ALWAYS) == (running, ())

    def test_ends_with_the_clock(self) -> None:
        clock, _ = begun().pause(START + 2 * HOUR, "partner_asked", ALWAYS)
        clock, moved = clock.meet(START + 9 * HOUR, ALWAYS)
        assert what(moved) == [("met", 9 * HOUR)]
        assert clock.pauses[-1].until == clock.ended_at == START + 9 * HOUR
        assert not clock.is_breached
        assert clock.elapsed(START + 99 * HOUR, ALWAYS) == 2 * HOUR


class TestAHoliday:
    def test_between_start_and_breach_is_no_service(self) -> None:
        """From 17:00 on a Thursday; Friday is a holiday, then comes the weekend."""
        calendar = WorkingCalendar(
            country="FR",
            zone="Europe/Paris",
            holidays=frozenset({date(2026, 5, 8)}),
            first=date(2026, 1, 1),
            last=date(2027, 1, 1),
        )
        closed = OFFICE.model_copy(update={"calendar": calendar})
        thursday, monday = datetime(2026, 5, 7, 15, tzinfo=UTC), datetime(2026, 5, 11, 9, tzinfo=UTC)
        clock = begun(closed, start=thursday)
        assert clock.warns_at(closed) == thursday + HOUR
        assert clock.breaches_at(closed) == monday
        early, _ = clock.catch_up(monday - TICK, closed)
        assert not early.is_breached


class TestAStartThatWasKnownLate:
    """ServiceNow's retroactive start and pause: counted from the receipt. AMB-36."""

    @pytest.mark.parametrize(
        ("late", "expected"),
        [
            (timedelta(0), []),
            (59 * MINUTE, []),
            (HOUR - TICK, []),
            (HOUR, ["warned"]),
            (2 * HOUR, ["warned"]),
            (3 * HOUR - TICK, ["warned"]),
            (3 * HOUR, ["warned", "breached"]),
            (30 * HOUR, ["warned", "breached"]),
        ],
    )
    def test_has_all_that_happened_since_the_receipt_in_one_answer(self, late: timedelta, expected: list[str]) -> None:
        clock, moved = SlaClock.begin("first_response", RESPONSE, START, START + late, ALWAYS)
        due = {"warned": HOUR, "breached": 3 * HOUR}
        assert what(moved) == [("started", timedelta(0)), *((name, due[name]) for name in expected)]
        assert (clock.started_at, clock.known_at) == (START, START + late)
        assert clock.breached_at == (START + 3 * HOUR if "breached" in expected else None)

    def test_shows_the_whole_minutes_lost(self) -> None:
        clock, moved = SlaClock.begin("first_response", RESPONSE, START, START + 90 * MINUTE + 59 * SECOND, ALWAYS)
        assert clock.minutes_lost == 90
        assert moved[0].why == "from receipt, known 90 minutes later"
        assert begun().minutes_lost == 0

    def test_that_is_in_the_future_has_lost_nothing_and_counts_nothing_yet(self) -> None:
        clock, _ = SlaClock.begin("first_response", RESPONSE, START + HOUR, START, ALWAYS)
        assert clock.minutes_lost == 0
        assert clock.elapsed(START, ALWAYS) == timedelta(0)
        assert clock.breaches_at(ALWAYS) == START + 4 * HOUR

    def test_leaves_out_earlier_waits_for_the_partner_that_are_told_in_their_order(self) -> None:
        """It is begun at the receipt, and goes through what happened since at the instants at which it happened."""
        clock, began = SlaClock.begin("first_response", RESPONSE, START, START, ALWAYS)
        clock, paused = clock.pause(START + 30 * MINUTE, "partner_asked", ALWAYS)
        clock, resumed = clock.resume(START + 2 * HOUR, ALWAYS)
        clock, now = clock.catch_up(START + 3 * HOUR, ALWAYS)
        assert what((*began, *paused, *resumed, *now)) == [
            ("started", timedelta(0)),
            ("paused", 30 * MINUTE),
            ("resumed", 2 * HOUR),
            ("warned", 2.5 * HOUR),
        ]
        assert clock.breaches_at(ALWAYS) == START + 4.5 * HOUR

    def test_in_hours_of_service_counts_those_only(self) -> None:
        """Received on Friday at 17:30 in Paris, known on Monday at 09:00: half an hour has passed."""
        friday, monday = START + 3.5 * HOUR, datetime(2026, 5, 11, 7, tzinfo=UTC)
        clock, moved = SlaClock.begin("first_response", RESPONSE, friday, monday, OFFICE)
        assert [each.what for each in moved] == ["started"]
        assert clock.elapsed(monday, OFFICE) == 30 * MINUTE
        assert clock.minutes_lost == int((monday - friday) / MINUTE)


class TestAnEnd:
    def test_that_is_a_cancellation_keeps_a_breach_there_was(self) -> None:
        clock, moved = begun().cancel(START + 4 * HOUR, "not covered", ALWAYS)
        assert moved[-1] == Movement("cancelled", START + 4 * HOUR, "not covered")
        assert (clock.state, clock.breached_at) == (ClockState.CANCELLED, START + 3 * HOUR)

    def test_that_is_a_cancellation_in_time_never_breaches(self) -> None:
        clock, _ = begun().cancel(START + 3 * HOUR - TICK, "not covered", ALWAYS)
        assert clock.catch_up(START + 99 * HOUR, ALWAYS) == (clock, ())
        assert not clock.is_breached

    def test_comes_once(self) -> None:
        met, _ = begun().meet(START + HOUR, ALWAYS)
        later = START + 9 * HOUR
        nothing = (met, ())
        assert met.meet(later, ALWAYS) == met.cancel(later, "why", ALWAYS) == met.pause(later, "why", ALWAYS) == nothing
        assert met.resume(later, ALWAYS) == nothing
        assert met.recompute(Target(warn_after=MINUTE, breach_after=MINUTE), later, ALWAYS) == nothing

    def test_that_met_it_is_not_undone_by_a_reopened_case(self) -> None:
        met, _ = begun().meet(START + HOUR, ALWAYS)
        assert met.reopen(START + 9 * HOUR, "not solved", ALWAYS) == (met, ())

    def test_that_was_a_cancellation_is_undone_and_the_time_between_is_a_pause(self) -> None:
        clock, _ = begun().cancel(START + 2 * HOUR, "not covered", ALWAYS)
        clock, moved = clock.reopen(START + 9 * HOUR, "covered after all", ALWAYS)
        assert moved == (Movement("reopened", START + 9 * HOUR, "covered after all"),)
        assert (clock.state, clock.ended_at) == (ClockState.RUNNING, None)
        assert clock.breaches_at(ALWAYS) == START + 10 * HOUR

    def test_is_not_undone_before_there_is_one(self) -> None:
        clock = begun()
        assert clock.reopen(START + MINUTE, "why", ALWAYS) == (clock, ())


LONGER = Target(warn_after=4 * HOUR, breach_after=8 * HOUR)
SHORTER = Target(warn_after=30 * MINUTE, breach_after=HOUR)


class TestOtherTermsForAClockThatRuns:
    """AMB-35: change of hours or policy counts anew, from the start."""

    def test_a_later_target_postpones_warning_and_breach(self) -> None:
        clock, moved = begun().recompute(LONGER, START + 30 * MINUTE, ALWAYS, why="new contract")
        assert moved == (Movement("recomputed", START + 30 * MINUTE, "new contract"),)
        assert (clock.warns_at(ALWAYS), clock.breaches_at(ALWAYS)) == (START + 4 * HOUR, START + 8 * HOUR)
        _, moved = clock.catch_up(START + 4 * HOUR - TICK, ALWAYS)
        assert moved == ()

    def test_a_warning_that_was_given_is_not_given_again(self) -> None:
        clock, moved = begun().recompute(LONGER, START + 2 * HOUR, ALWAYS)
        assert what(moved) == [("warned", HOUR), ("recomputed", 2 * HOUR)]
        assert clock.warns_at(ALWAYS) is None
        _, moved = clock.catch_up(START + 99 * HOUR, ALWAYS)
        assert what(moved) == [("breached", 8 * HOUR)]

    def test_what_was_breached_stays_breached_at_its_instant_even_if_nobody_had_noticed(self) -> None:
        clock, moved = begun().recompute(LONGER, START + 3 * HOUR, ALWAYS)
        assert what(moved) == [("warned", HOUR), ("breached", 3 * HOUR), ("recomputed", 3 * HOUR)]
        assert clock.breached_at == START + 3 * HOUR
        assert clock.breaches_at(ALWAYS) is None

    def test_a_tick_before_the_breach_a_later_target_still_saves_it(self) -> None:
        clock, _ = begun().recompute(LONGER, START + 3 * HOUR - TICK, ALWAYS)
        assert not clock.is_breached
        assert clock.breaches_at(ALWAYS) == START + 8 * HOUR

    def test_what_is_over_by_an_earlier_target_is_over_at_the_instant_of_the_new_count(self) -> None:
        clock, moved = begun().recompute(SHORTER, START + 2 * HOUR, ALWAYS)
        assert what(moved) == [("warned", HOUR), ("breached", HOUR), ("recomputed", 2 * HOUR)]
        assert clock.breached_at == START + HOUR

    def test_what_is_over_by_an_earlier_target_at_the_very_beginning_of_a_pause_is_over_then(self) -> None:
        clock, _ = begun().pause(START + 2 * HOUR, "partner_asked", ALWAYS)
        clock, _ = clock.recompute(Target(warn_after=HOUR, breach_after=2 * HOUR), START + 9 * HOUR, ALWAYS)
        assert clock.breached_at == START + 2 * HOUR

    def test_what_would_be_over_a_tick_after_the_beginning_of_a_pause_is_not(self) -> None:
        clock, _ = begun().pause(START + 2 * HOUR, "partner_asked", ALWAYS)
        clock, _ = clock.recompute(Target(warn_after=HOUR, breach_after=2 * HOUR + TICK), START + 9 * HOUR, ALWAYS)
        assert not clock.is_breached
        clock, _ = clock.resume(START + 9 * HOUR, ALWAYS)
        assert clock.breaches_at(ALWAYS) == START + 9 * HOUR + TICK

    def test_other_hours_move_what_is_to_come(self) -> None:
        friday_evening = begun(start=START + 3 * HOUR)
        clock, moved = friday_evening.recompute(RESPONSE, START + 3.5 * HOUR, OFFICE, was=ALWAYS)
        assert what(moved) == [("recomputed", 3.5 * HOUR)]
        assert clock.warns_at(OFFICE) == START + 4 * HOUR
        assert clock.breaches_at(OFFICE) == datetime(2026, 5, 11, 9, tzinfo=UTC)

    def test_what_was_breached_by_the_hours_before_stays_so_although_nobody_had_noticed(self) -> None:
        late = begun(start=START + 3 * HOUR)
        clock, _ = late.recompute(RESPONSE, START + 6 * HOUR, OFFICE, was=ALWAYS)
        assert clock.breached_at == START + 6 * HOUR

    def test_what_changes_nothing_is_no_movement(self) -> None:
        clock = begun()
        assert clock.recompute(RESPONSE, START + MINUTE, ALWAYS) == (clock, ())
        assert clock.recompute(RESPONSE, START + MINUTE, OFFICE, was=ALWAYS) == (clock, ())

    def test_other_hours_are_a_movement_in_a_pause_too(self) -> None:
        clock, _ = begun(start=START + 3 * HOUR).pause(START + 5 * HOUR, "partner_asked", ALWAYS)
        clock, moved = clock.recompute(RESPONSE, START + 6 * HOUR, OFFICE, was=ALWAYS)
        assert [each.what for each in moved] == ["recomputed"]
        assert clock.elapsed(START + 6 * HOUR, OFFICE) == HOUR

    def test_a_pause_stays_one_and_is_counted_by_the_new_hours(self) -> None:
        clock, _ = begun().pause(START + 2 * HOUR, "partner_asked", ALWAYS)
        clock, moved = clock.recompute(LONGER, START + 3 * HOUR, ALWAYS)
        assert what(moved) == [("recomputed", 3 * HOUR)]
        assert clock.state is ClockState.PAUSED
        clock, _ = clock.resume(START + 4 * HOUR, ALWAYS)
        assert clock.breaches_at(ALWAYS) == START + 10 * HOUR


class TestCompliance:
    def met(self, after: timedelta) -> Clock:
        clock, _ = begun().meet(START + after, ALWAYS)
        return clock

    def test_of_nothing_is_not_a_hundred_percent(self) -> None:
        """Alga PSA: compliance of nothing reads 100 %."""
        assert compliance([]) is None
        assert compliance([begun(), begun().cancel(START + HOUR, "why", ALWAYS)[0]]) is None
        assert compliance([begun().pause(START + HOUR, "why", ALWAYS)[0]]) is None

    def test_is_the_share_met_in_time(self) -> None:
        running_and_late, _ = begun().catch_up(START + 3 * HOUR, ALWAYS)
        cancelled_and_late, _ = begun().cancel(START + 3 * HOUR, "why", ALWAYS)
        assert compliance([self.met(HOUR)]) == 1
        assert compliance([self.met(3 * HOUR)]) == 0
        assert compliance([self.met(HOUR), running_and_late, begun()]) == 0.5
        assert compliance([self.met(HOUR), self.met(9 * HOUR), cancelled_and_late, self.met(2 * HOUR)]) == 0.5

    def test_counts_a_clock_of_updates_as_one(self) -> None:
        updates, _ = StatusClock.begin("status_update", CasePolicy().updates, START, START + 40 * HOUR, ALWAYS)
        assert compliance([updates, self.met(HOUR)]) == 0.5


def test_a_clock_survives_json_with_all_that_happened_to_it() -> None:
    clock, _ = begun(OFFICE).pause(START + 2 * HOUR, "partner_asked", OFFICE)
    clock, _ = clock.resume(START + 90 * HOUR, OFFICE)
    clock, _ = clock.meet(START + 99 * HOUR, OFFICE)
    assert SlaClock.model_validate_json(clock.model_dump_json()) == clock
