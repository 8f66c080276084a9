"""The agenda: every deadline once, one notice a ladder, nothing lost over a restart."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.deadlines import Agenda, Deadline, Due
from domain.working_time import NaiveInstant

SECOND = timedelta(seconds=1)
EXPIRY = datetime(2026, 7, 1, tzinfo=UTC)


def a_deadline(name: str = "warn", at: datetime = EXPIRY, ladder: str | None = None) -> Deadline:
    return Deadline(kind=name, at=at, ladder=ladder, label=f"until {name}")


def the_warnings() -> list[Deadline]:
    """Two warnings and the expiry itself, all notices of the same end."""
    days_before = {"seven-days": 7, "one-day": 1, "today": 0}
    return [a_deadline(name, EXPIRY - timedelta(days=days), "expiry") for name, days in days_before.items()]


def an_agenda(*deadlines: Deadline) -> Agenda:
    agenda = Agenda()
    agenda.arm(*deadlines)
    return agenda


def names(deadlines: list[Deadline]) -> list[str]:
    return [deadline.name for deadline in deadlines]


class Counted(str):
    """A name that counts how often it is looked at."""

    looks = 0

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return super().__eq__(other)

    def __hash__(self) -> int:
        Counted.looks += 1
        return super().__hash__()


def looks_at(number: int) -> int:
    """How often names are looked at to arm so many deadlines of two ladders twice and then take them all."""
    made = [
        Deadline.model_construct(kind=Counted(f"d{n}"), at=EXPIRY, ladder=f"l{n % 2}", label="due")
        for n in range(number)
    ]
    Counted.looks = 0
    agenda = Agenda()
    agenda.arm(*made)
    agenda.arm(*made, again=True)
    agenda.take_due(EXPIRY)
    agenda.arm(*made)
    return Counted.looks


def test_twice_as_many_deadlines_are_twice_the_work() -> None:
    """Not four times: a policy may name hundreds."""
    assert looks_at(400) <= 2.2 * looks_at(200)


class TestTheNextDeadline:
    def test_is_the_earliest(self) -> None:
        agenda = an_agenda(a_deadline("later", EXPIRY + SECOND), a_deadline("first", EXPIRY))
        assert agenda.next() == a_deadline("first", EXPIRY)

    def test_is_the_first_armed_of_two_at_the_same_instant(self) -> None:
        assert an_agenda(a_deadline("b"), a_deadline("a")).next() == a_deadline("b")

    def test_keeps_its_place_when_armed_once_more(self) -> None:
        agenda = an_agenda(a_deadline("b"), a_deadline("a"))
        agenda.arm(a_deadline("b"))
        assert agenda.next() == a_deadline("b")

    def test_of_an_empty_agenda_is_none(self) -> None:
        assert Agenda().next() is None

    def test_is_not_misled_by_an_hour_the_clocks_show_twice(self) -> None:
        paris = ZoneInfo("Europe/Paris")
        second_pass = a_deadline("second-pass", datetime(2026, 10, 25, 2, 10, fold=1, tzinfo=paris))
        first_pass = a_deadline("first-pass", datetime(2026, 10, 25, 2, 30, tzinfo=paris))
        agenda = an_agenda(second_pass, first_pass)
        assert agenda.next() == first_pass
        assert names(agenda.take_due(datetime(2026, 10, 25, 2, 30, tzinfo=paris)).act) == ["first-pass"]


class TestADueDeadline:
    @pytest.mark.parametrize(("now", "taken"), [(EXPIRY - SECOND, []), (EXPIRY, ["warn"]), (EXPIRY + SECOND, ["warn"])])
    def test_is_due_from_its_very_instant(self, now: datetime, taken: list[str]) -> None:
        agenda = an_agenda(a_deadline("warn", EXPIRY))
        assert names(agenda.take_due(now).act) == taken
        assert agenda.done == taken

    def test_is_acted_on_once(self) -> None:
        agenda = an_agenda(a_deadline())
        agenda.take_due(EXPIRY)
        again = agenda.take_due(EXPIRY + SECOND)
        assert (again.act, again.skipped, agenda.next()) == ([], [], None)

    def test_already_past_when_armed_is_due_at_once(self) -> None:
        """AMB-43: an extension may leave less time than the warning wants."""
        agenda = an_agenda(a_deadline("warn", EXPIRY - timedelta(days=7)))
        assert names(agenda.take_due(EXPIRY).act) == ["warn"]

    def test_without_a_ladder_is_acted_on_however_many_there_are_in_time_order(self) -> None:
        agenda = an_agenda(
            a_deadline("third", EXPIRY),
            a_deadline("first", EXPIRY - SECOND),
            a_deadline("fourth", EXPIRY),
            a_deadline("second", EXPIRY - SECOND),
        )
        due = agenda.take_due(EXPIRY)
        assert names(due.act) == ["first", "second", "third", "fourth"]
        assert due.skipped == []

    def test_leaves_those_to_come_alone(self) -> None:
        agenda = an_agenda(*the_warnings())
        assert names(agenda.take_due(EXPIRY - timedelta(days=7)).act) == ["seven-days"]
        assert names(agenda.pending) == ["one-day", "today"]

    def test_is_asked_for_with_an_aware_instant(self) -> None:
        with pytest.raises(NaiveInstant):
            an_agenda(a_deadline()).take_due(datetime(2026, 7, 1))

    def test_has_an_aware_instant_itself(self) -> None:
        with pytest.raises(ValidationError):
            a_deadline(at=datetime(2026, 7, 1))


class TestALadder:
    def test_on_time_is_one_notice_after_the_other(self) -> None:
        agenda = an_agenda(*the_warnings())
        taken = [agenda.take_due(warning.at) for warning in the_warnings()]
        assert [names(due.act) for due in taken] == [["seven-days"], ["one-day"], ["today"]]
        assert not any(due.skipped for due in taken)

    def test_taken_late_gives_its_latest_notice_only_and_no_burst(self) -> None:
        agenda = an_agenda(*the_warnings())
        due = agenda.take_due(EXPIRY + timedelta(days=90))
        assert (names(due.act), names(due.skipped)) == (["today"], ["seven-days", "one-day"])
        assert agenda.done == ["seven-days", "one-day", "today"]
        assert agenda.take_due(EXPIRY + timedelta(days=91)).act == []

    def test_started_late_skips_the_notice_that_was_overtaken(self) -> None:
        agenda = an_agenda(*the_warnings())
        due = agenda.take_due(EXPIRY - timedelta(hours=1))
        assert (names(due.act), names(due.skipped)) == (["one-day"], ["seven-days"])
        assert names(agenda.pending) == ["today"]

    def test_does_not_overtake_another_ladder_or_a_deadline_without_one(self) -> None:
        agenda = an_agenda(*the_warnings(), a_deadline("grace-over", EXPIRY, "grace"), a_deadline("suspend"))
        due = agenda.take_due(EXPIRY)
        assert names(due.act) == ["today", "grace-over", "suspend"]

    def test_with_two_notices_at_one_instant_gives_the_last_armed(self) -> None:
        agenda = an_agenda(a_deadline("a", ladder="expiry"), a_deadline("b", ladder="expiry"))
        due = agenda.take_due(EXPIRY)
        assert (names(due.act), names(due.skipped)) == (["b"], ["a"])


class TestArming:
    def test_a_pending_name_moves_its_date(self) -> None:
        agenda = an_agenda(a_deadline("warn", EXPIRY))
        agenda.arm(a_deadline("warn", EXPIRY + timedelta(days=30)))
        assert agenda.take_due(EXPIRY).act == []
        assert names(agenda.take_due(EXPIRY + timedelta(days=30)).act) == ["warn"]

    def test_a_done_name_does_nothing(self) -> None:
        agenda = an_agenda(*the_warnings())
        agenda.take_due(EXPIRY)
        agenda.arm(*the_warnings())
        assert (agenda.pending, agenda.take_due(EXPIRY).act) == ([], [])

    def test_a_done_name_again_brings_it_back_once(self) -> None:
        agenda = an_agenda(a_deadline("warn", EXPIRY))
        agenda.take_due(EXPIRY)
        agenda.arm(a_deadline("warn", EXPIRY + SECOND), again=True)
        assert names(agenda.take_due(EXPIRY + SECOND).act) == ["warn"]
        assert (agenda.take_due(EXPIRY + SECOND).act, agenda.done) == ([], ["warn"])

    def test_a_name_twice_keeps_the_later_word(self) -> None:
        agenda = an_agenda(a_deadline("warn", EXPIRY), a_deadline("warn", EXPIRY + SECOND))
        assert agenda.pending == [a_deadline("warn", EXPIRY + SECOND)]


class TestDisarming:
    def test_takes_only_the_names_given(self) -> None:
        agenda = an_agenda(*the_warnings())
        agenda.disarm("seven-days", "today")
        assert names(agenda.pending) == ["one-day"]

    def test_an_unknown_name_changes_nothing(self) -> None:
        agenda = an_agenda(*the_warnings())
        agenda.disarm("nobody")
        assert agenda.pending == the_warnings()

    def test_leaves_a_name_free_to_be_armed(self) -> None:
        agenda = an_agenda(a_deadline())
        agenda.disarm("warn")
        assert agenda.take_due(EXPIRY).act == []
        agenda.arm(a_deadline())
        assert names(agenda.take_due(EXPIRY).act) == ["warn"]

    def test_a_ladder_takes_all_its_notices_and_no_other(self) -> None:
        agenda = an_agenda(*the_warnings(), a_deadline("suspend"), a_deadline("grace-over", ladder="grace"))
        agenda.disarm_ladder("expiry")
        assert names(agenda.pending) == ["suspend", "grace-over"]


class TestContinuing:
    def test_a_round_trip_through_json_keeps_everything(self) -> None:
        agenda = an_agenda(*the_warnings(), a_deadline("suspend", EXPIRY + timedelta(microseconds=1)))
        agenda.take_due(EXPIRY - timedelta(days=1))
        continued = Agenda.model_validate_json(agenda.model_dump_json())
        assert continued == agenda
        assert all(deadline.at.tzinfo is UTC for deadline in continued.pending)

    def test_a_deadline_written_in_a_local_zone_stays_the_same_instant(self) -> None:
        local = EXPIRY.astimezone(ZoneInfo("Asia/Tokyo"))
        assert Deadline.model_validate_json(a_deadline(at=local).model_dump_json()) == a_deadline(at=EXPIRY)

    @pytest.mark.parametrize(
        ("pending", "done"), [(["warn", "warn"], []), (["warn"], ["warn"]), ([], ["warn", "warn"])]
    )
    def test_a_name_that_stands_twice_is_refused(self, pending: list[str], done: list[str]) -> None:
        with pytest.raises(ValidationError, match="more than once in the agenda: warn"):
            Agenda(pending=[a_deadline(name) for name in pending], done=done)

    def test_agendas_do_not_share_their_lists(self) -> None:
        an_agenda(a_deadline()).take_due(EXPIRY)
        assert (Agenda().pending, Agenda().done) == ([], [])


NAMES = st.sampled_from("abcdefgh")
HOURS = st.integers(0, 20).map(lambda hours: EXPIRY + timedelta(hours=hours))
DEADLINES = st.builds(a_deadline, NAMES, HOURS, st.sampled_from([None, "expiry", "grace"]))
TURNS = st.lists(st.tuples(st.lists(DEADLINES, max_size=6), st.sets(NAMES, max_size=2), HOURS), max_size=8)


class TestALife:
    """Whatever is armed, moved and called off between looks at the clock, and wherever the run is continued."""

    @settings(deadline=None)
    @given(turns=TURNS)
    def test_loses_nothing_and_acts_on_nothing_twice(
        self, turns: list[tuple[list[Deadline], set[str], datetime]]
    ) -> None:
        agenda, waiting, taken = Agenda(), dict[str, Deadline](), list[str]()
        for armed, called_off, now in turns:
            agenda.arm(*armed)
            agenda.disarm(*called_off)
            waiting |= {deadline.name: deadline for deadline in armed if deadline.name not in taken}
            waiting = {name: deadline for name, deadline in waiting.items() if name not in called_off}
            expected = {name for name, deadline in waiting.items() if deadline.at <= now}
            due = agenda.take_due(now)
            assert sorted(names(due.act + due.skipped)) == sorted(expected)
            waiting = {name: deadline for name, deadline in waiting.items() if name not in expected}
            taken += expected
            agenda = Agenda.model_validate_json(agenda.model_dump_json())
        assert {deadline.name: deadline for deadline in agenda.pending} == waiting
        assert sorted(agenda.done) == sorted(set(taken)) == sorted(taken)

    @settings(deadline=None)
    @given(armed=st.lists(DEADLINES), now=HOURS)
    def test_gives_at_most_one_notice_a_ladder_and_it_is_the_latest(self, armed: list[Deadline], now: datetime) -> None:
        due = an_agenda(*armed).take_due(now)
        ladders = [deadline.ladder for deadline in due.act if deadline.ladder]
        assert len(ladders) == len(set(ladders))
        assert [deadline.at for deadline in due.act] == sorted(deadline.at for deadline in due.act)
        for skipped in due.skipped:
            assert skipped.ladder is not None
            assert any(act.ladder == skipped.ladder and act.at >= skipped.at for act in due.act)

    @settings(deadline=None)
    @given(armed=st.lists(DEADLINES), now=HOURS)
    def test_waits_next_for_the_first_thing_a_look_at_the_clock_would_take(
        self, armed: list[Deadline], now: datetime
    ) -> None:
        agenda = an_agenda(*armed)
        upcoming, due = agenda.next(), agenda.take_due(now)
        assert bool(due.act) is (upcoming is not None and upcoming.at <= now)
        assert upcoming is None or not due.act or upcoming in due.act + due.skipped


@pytest.mark.parametrize(
    ("day", "days", "name"),
    [
        (None, None, "expiring"),
        (None, 7, "expiring/7"),
        (date(2026, 9, 30), None, "expiring/2026-09-30"),
        (date(2026, 9, 30), 0, "expiring/2026-09-30/0"),
    ],
)
def test_a_deadline_is_named_by_its_parts_which_it_keeps(day: date | None, days: int | None, name: str) -> None:
    deadline = Deadline(kind="expiring", day=day, days=days, at=EXPIRY, label="warn")
    again = Deadline.model_validate_json(deadline.model_dump_json())
    assert (again.name, again.kind, again.day, again.days) == (name, "expiring", day, days)


@pytest.mark.parametrize(("value", "field"), [(a_deadline(), "at"), (Due(act=[], skipped=[]), "act")])
def test_a_deadline_and_what_fell_due_never_change(value: Deadline | Due, field: str) -> None:
    with pytest.raises(ValidationError, match="frozen"):
        setattr(value, field, None)
