"""The clock of updates: the first after a day, then one every few hours; each that is missed is one breach. AMB-37."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.case.policy import CasePolicy
from domain.clocks import ClockState, Movement, Movements
from domain.service_time import ServiceHours, ServiceTime
from domain.sla import Cadence, StatusClock
from domain.status_clock import MISSED_KEPT
from tests.zones import today

HOUR, MINUTE, TICK = timedelta(hours=1), timedelta(minutes=1), timedelta.resolution
ALWAYS = ServiceTime()
OFFICE = ServiceTime(hours=ServiceHours(zone="Europe/Paris"), zone_rules=today("Europe/Paris"))
UPDATES = CasePolicy().updates
"""First after 24 hours, then every 4, said 1 hour before."""

START = datetime(2026, 5, 8, 12, tzinfo=UTC)
"""A Friday; in Paris 14:00."""


def begun(known: timedelta = timedelta(0), cadence: Cadence = UPDATES, time_: ServiceTime = ALWAYS) -> StatusClock:
    clock, _ = StatusClock.begin("status_update", cadence, START, START + known, time_)
    return clock


def what(moved: Movements) -> list[tuple[str, float]]:
    """What happened, and how many hours after START."""
    return [(each.what, (each.at - START) / HOUR) for each in moved]


def due(clock: StatusClock, time_: ServiceTime = ALWAYS) -> float | None:
    """In how many hours after START."""
    at = clock.due_at(time_)
    return None if at is None else (at - START) / HOUR


class TestTheInstants:
    @pytest.mark.parametrize(
        ("after", "expected"),
        [
            (23 * HOUR - TICK, []),
            (23 * HOUR, [("warned", 23)]),
            (24 * HOUR - TICK, [("warned", 23)]),
            (24 * HOUR, [("warned", 23), ("breached", 24)]),
            (27 * HOUR - TICK, [("warned", 23), ("breached", 24)]),
            (27 * HOUR, [("warned", 23), ("breached", 24), ("warned", 27)]),
            (28 * HOUR - TICK, [("warned", 23), ("breached", 24), ("warned", 27)]),
            (28 * HOUR, [("warned", 23), ("breached", 24), ("warned", 27), ("breached", 28)]),
        ],
    )
    def test_are_the_first_after_a_day_and_then_every_four_hours(
        self, after: timedelta, expected: list[tuple[str, float]]
    ) -> None:
        clock, moved = begun().catch_up(START + after, ALWAYS)
        assert what(moved) == expected
        assert clock.missed == tuple(each.at for each in moved if each.what == "breached")
        assert clock.missed_count == len(clock.missed)
        assert clock.is_breached == (after >= 24 * HOUR)

    def test_are_each_told_once_however_often_somebody_looks(self) -> None:
        clock = begun()
        told = []
        for minutes in range(0, 40 * 60, 7):
            clock, moved = clock.catch_up(START + minutes * MINUTE, ALWAYS)
            told += what(moved)
        assert told == what(begun().catch_up(START + 2399 * MINUTE, ALWAYS)[1])
        assert [at for name, at in told if name == "breached"] == [24, 28, 32, 36]

    def test_missed_while_nobody_looked_come_each_at_its_own_instant_in_one_answer(self) -> None:
        clock, moved = begun().catch_up(START + 41 * HOUR, ALWAYS)
        assert [at for name, at in what(moved) if name == "breached"] == [24, 28, 32, 36, 40]
        assert [at for name, at in what(moved) if name == "warned"] == [23, 27, 31, 35, 39]
        assert clock.missed_count == 5
        assert due(clock) == 44

    def test_are_said_beforehand_once_each(self) -> None:
        clock, _ = begun().catch_up(START + 23 * HOUR, ALWAYS)
        assert (clock.warns_at(ALWAYS), due(clock)) == (None, 24)
        clock, _ = clock.catch_up(START + 24 * HOUR, ALWAYS)
        assert (clock.warns_at(ALWAYS), due(clock)) == (START + 27 * HOUR, 28)

    def test_without_a_warning_before_are_warned_of_when_they_come(self) -> None:
        at_once = Cadence(first_after=2 * HOUR, every=HOUR, warn_before=timedelta(0))
        _, moved = begun(cadence=at_once).catch_up(START + 3 * HOUR, ALWAYS)
        assert what(moved) == [("warned", 2), ("breached", 2), ("warned", 3), ("breached", 3)]


class TestAnUpdate:
    @pytest.mark.parametrize(
        ("posted", "next_due"), [(0, 24), (2, 24), (19, 24), (20, 24), (21, 25), (23.5, 27.5), (24, 28), (25, 29)]
    )
    def test_is_followed_by_the_next_four_hours_later_but_not_before_a_day_has_passed(
        self, posted: float, next_due: float
    ) -> None:
        clock, _ = begun().posted(START + posted * HOUR, ALWAYS)
        assert due(clock) == next_due
        assert clock.posted_at == START + posted * HOUR

    def test_in_time_is_no_breach_however_many_follow(self) -> None:
        clock = begun()
        for posted in range(23, 100, 3):
            clock, _ = clock.posted(START + posted * HOUR, ALWAYS)
        assert not clock.is_breached

    def test_a_tick_before_it_is_due_is_in_time_and_at_the_instant_late(self) -> None:
        in_time, _ = begun().posted(START + 24 * HOUR - TICK, ALWAYS)
        late, moved = begun().posted(START + 24 * HOUR, ALWAYS)
        assert (in_time.missed_count, late.missed_count) == (0, 1)
        assert what(moved) == [("warned", 23), ("breached", 24)]

    def test_after_missed_ones_leaves_them_missed(self) -> None:
        clock, moved = begun().posted(START + 33 * HOUR, ALWAYS)
        assert [at for name, at in what(moved) if name == "breached"] == [24, 28, 32]
        assert (clock.missed_count, due(clock)) == (3, 37)

    def test_after_the_warning_brings_the_next_warning(self) -> None:
        clock, _ = begun().posted(START + 23.5 * HOUR, ALWAYS)
        _, moved = clock.catch_up(START + 27 * HOUR, ALWAYS)
        assert what(moved) == [("warned", 26.5)]

    def test_early_brings_no_second_warning_of_the_same_instant(self) -> None:
        clock, first = begun().posted(START + 22 * HOUR, ALWAYS)
        _, then = clock.catch_up(START + 26 * HOUR - TICK, ALWAYS)
        assert (what(first), what(then)) == ([], [("warned", 25)])

    def test_makes_none_due_where_the_first_never_is(self) -> None:
        never = Cadence(first_after=timedelta(days=3660), every=HOUR, warn_before=MINUTE)
        clock, _ = begun(cadence=never, time_=OFFICE).posted(START + HOUR, OFFICE)
        assert clock.due_at(OFFICE) is clock.warns_at(OFFICE) is None


class TestAPause:
    def test_postpones_what_is_due_by_the_service_in_it(self) -> None:
        clock, _ = begun().pause(START + 22 * HOUR, "partner_asked", ALWAYS)
        assert (due(clock), clock.warns_at(ALWAYS)) == (None, None)
        clock, moved = clock.resume(START + 60 * HOUR, ALWAYS)
        assert what(moved) == [("resumed", 60)]
        assert due(clock) == 62

    def test_hides_nothing_that_was_missed_before_it(self) -> None:
        _, moved = begun().pause(START + 29 * HOUR, "partner_asked", ALWAYS)
        assert what(moved)[-2:] == [("breached", 28), ("paused", 29)]

    def test_at_the_very_instant_that_is_due_comes_too_late(self) -> None:
        clock, _ = begun().pause(START + 24 * HOUR, "partner_asked", ALWAYS)
        assert clock.missed == (START + 24 * HOUR,)

    def test_in_which_an_update_is_given_counts_from_its_end(self) -> None:
        clock, _ = begun().pause(START + 30 * HOUR, "partner_asked", ALWAYS)
        clock, _ = clock.posted(START + 40 * HOUR, ALWAYS)
        clock, _ = clock.resume(START + 50 * HOUR, ALWAYS)
        assert due(clock) == 54

    def test_over_a_weekend_costs_no_hour_of_service(self) -> None:
        """24 hours of service after Friday 14:00 in Paris end on Wednesday at 11:00."""
        clock, _ = begun(time_=OFFICE).pause(START + 4 * HOUR, "partner_asked", OFFICE)
        clock, _ = clock.resume(START + 60 * HOUR, OFFICE)
        wednesday = datetime(2026, 5, 13, 9, tzinfo=UTC)
        assert clock.due_at(OFFICE) == begun(time_=OFFICE).due_at(OFFICE) == wednesday


class TestALateStart:
    """AMB-36: counted from the receipt."""

    def test_before_anything_was_due_changes_nothing(self) -> None:
        clock, moved = StatusClock.begin("status_update", UPDATES, START, START + 5 * HOUR, ALWAYS)
        assert what(moved) == [("started", 0)]
        assert (due(clock), clock.minutes_lost) == (24, 300)

    def test_has_all_that_was_missed_since_the_receipt(self) -> None:
        clock, moved = StatusClock.begin("status_update", UPDATES, START, START + 30 * HOUR, ALWAYS)
        assert what(moved) == [("started", 0), ("warned", 23), ("breached", 24), ("warned", 27), ("breached", 28)]
        assert due(clock) == 32

    def test_leaves_out_earlier_waits_for_the_partner_that_are_told_in_their_order(self) -> None:
        clock, _ = begun().pause(START + HOUR, "partner_asked", ALWAYS)
        clock, _ = clock.resume(START + 11 * HOUR, ALWAYS)
        clock, moved = clock.catch_up(START + 30 * HOUR, ALWAYS)
        assert (moved, due(clock)) == ((), 34)


class TestAnEnd:
    def test_after_which_no_update_is_due(self) -> None:
        clock, _ = begun().meet(START + 25 * HOUR, ALWAYS)
        assert clock.catch_up(START + 99 * HOUR, ALWAYS) == clock.posted(START + 99 * HOUR, ALWAYS) == (clock, ())
        assert (clock.missed_count, due(clock), clock.warns_at(ALWAYS)) == (1, None, None)

    @pytest.mark.parametrize(("resolved", "next_due"), [(10, 64), (23, 51), (25, 51), (27.5, 52.5)])
    def test_that_is_undone_by_a_reopened_case_goes_on_with_what_was_left(
        self, resolved: float, next_due: float
    ) -> None:
        clock, _ = begun().posted(START + 22 * HOUR, ALWAYS) if resolved > 24 else (begun(), ())
        clock, _ = clock.meet(START + resolved * HOUR, ALWAYS)
        clock, moved = clock.reopen(START + 50 * HOUR, "not solved", ALWAYS)
        assert moved == (Movement("reopened", START + 50 * HOUR, "not solved"),)
        assert clock.state is ClockState.RUNNING
        assert (due(clock), clock.missed_count) == (next_due, 1 if resolved > 26 else 0)


class TestOtherTerms:
    def test_a_longer_cadence_postpones_what_is_to_come_and_keeps_what_was_missed(self) -> None:
        longer = Cadence(first_after=24 * HOUR, every=8 * HOUR, warn_before=HOUR)
        clock, moved = begun().recompute(longer, START + 25 * HOUR, ALWAYS, why="agreed")
        assert what(moved) == [("warned", 23), ("breached", 24), ("recomputed", 25)]
        assert moved[-1].why == "agreed"
        assert (clock.missed_count, due(clock)) == (1, 32)

    def test_a_warning_of_an_instant_that_moved_away_comes_again(self) -> None:
        later = Cadence(first_after=48 * HOUR, every=4 * HOUR, warn_before=HOUR)
        clock, _ = begun().recompute(later, START + 23.5 * HOUR, ALWAYS)
        assert clock.warns_at(ALWAYS) == START + 47 * HOUR

    def test_a_warning_of_an_instant_that_moved_away_in_a_pause_comes_again(self) -> None:
        later = Cadence(first_after=48 * HOUR, every=4 * HOUR, warn_before=HOUR)
        clock, _ = begun().pause(START + 23.5 * HOUR, "partner_asked", ALWAYS)
        clock, _ = clock.recompute(later, START + 30 * HOUR, ALWAYS)
        clock, _ = clock.resume(START + 33.5 * HOUR, ALWAYS)
        assert clock.warns_at(ALWAYS) == START + 57 * HOUR

    def test_a_warning_of_an_instant_that_only_moved_a_little_does_not_come_again(self) -> None:
        sooner = Cadence(first_after=24 * HOUR - MINUTE, every=4 * HOUR, warn_before=HOUR)
        clock, moved = begun().recompute(sooner, START + 23.5 * HOUR, ALWAYS)
        assert what(moved) == [("warned", 23), ("recomputed", 23.5)]
        assert clock.warns_at(ALWAYS) is None

    def test_a_shorter_cadence_has_what_was_missed_by_it(self) -> None:
        shorter = Cadence(first_after=10 * HOUR, every=4 * HOUR, warn_before=HOUR)
        clock, moved = begun().recompute(shorter, START + 15 * HOUR, ALWAYS)
        assert what(moved) == [("warned", 9), ("breached", 10), ("warned", 13), ("breached", 14), ("recomputed", 15)]
        assert due(clock) == 18

    def test_other_hours_move_what_is_to_come(self) -> None:
        clock, moved = begun().recompute(UPDATES, START + HOUR, OFFICE, was=ALWAYS)
        assert what(moved) == [("recomputed", 1)]
        assert clock.due_at(OFFICE) == datetime(2026, 5, 13, 9, tzinfo=UTC)

    def test_other_hours_are_a_movement_in_a_pause_too(self) -> None:
        clock, _ = begun().pause(START + 5 * HOUR, "partner_asked", ALWAYS)
        _, moved = clock.recompute(UPDATES, START + 6 * HOUR, OFFICE, was=ALWAYS)
        assert what(moved) == [("recomputed", 6)]

    def test_what_changes_nothing_is_no_movement(self) -> None:
        clock = begun()
        assert clock.recompute(UPDATES, START + HOUR, ALWAYS) == (clock, ())


class TestALongAbsence:
    """What nobody could read is counted and told in one movement."""

    @pytest.mark.parametrize("missed", [MISSED_KEPT - 1, MISSED_KEPT, MISSED_KEPT + 1, 3 * MISSED_KEPT])
    @pytest.mark.parametrize("time_", [ALWAYS, OFFICE], ids=["day and night", "office"])
    def test_all_are_counted_and_the_latest_are_kept(self, missed: int, time_: ServiceTime) -> None:
        instants = [time_.after(START, 24 * HOUR + n * 4 * HOUR) for n in range(missed)]
        assert instants[-1] is not None
        clock, moved = begun(time_=time_).catch_up(instants[-1], time_)
        breached = [each for each in moved if each.what == "breached"]
        assert clock.missed_count == missed
        assert list(clock.missed) == instants[-MISSED_KEPT:] == [each.at for each in breached][-MISSED_KEPT:]
        assert len(breached) == min(missed, MISSED_KEPT + 1)

    def test_says_how_many_one_movement_stands_for(self) -> None:
        _, moved = begun().catch_up(START + 24 * HOUR + 4 * 104 * HOUR, ALWAYS)
        assert moved[0] == Movement("breached", START + 40 * HOUR, "no update by then; 5 missed until then")
        assert moved[1].what == "warned"

    def test_of_a_century_at_every_minute_is_short_work(self) -> None:
        every_minute = Cadence(first_after=MINUTE, every=MINUTE, warn_before=timedelta(0))
        long_ago, now = datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, tzinfo=UTC)
        clock, moved = StatusClock.begin("status_update", every_minute, long_ago, now, ALWAYS)
        assert clock.missed_count == (now - long_ago) // MINUTE
        assert len(moved) <= 2 * MISSED_KEPT + 3

    def test_of_decades_in_hours_of_service_is_longer_than_anybody_looks_ahead(self) -> None:
        long_ago, now = datetime(2000, 1, 1, tzinfo=UTC), datetime(2040, 1, 1, tzinfo=UTC)
        clock, moved = StatusClock.begin("status_update", UPDATES, long_ago, now, OFFICE)
        assert len(moved) <= 2 * MISSED_KEPT + 3
        assert clock.missed_count == (OFFICE.between(long_ago, now) - 24 * HOUR) // (4 * HOUR) + 1


def test_a_clock_of_updates_survives_json() -> None:
    clock, _ = begun().posted(START + 33 * HOUR, ALWAYS)
    assert StatusClock.model_validate_json(clock.model_dump_json()) == clock
