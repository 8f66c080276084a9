"""Any sequence of what can happen to a clock and of elapsed minutes, against a model that counts minute by minute."""

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from functools import cache
from itertools import chain, pairwise
from typing import Final, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.clocks import Clock, Movements
from domain.service_time import ServiceHours, ServiceTime
from domain.sla import Cadence, SlaClock, StatusClock, Target
from tests.zones import today

C = TypeVar("C", bound=Clock)

MINUTE: Final = timedelta(minutes=1)
ORIGIN: Final = datetime(2026, 3, 26, tzinfo=UTC)
"""The Thursday before clocks go forward in Paris."""

FORESEEN: Final = 60 * 24 * 60
"""So many minutes after it the model knows which are minutes of service."""

MANY = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)


DAY_AND_NIGHT: Final = "day and night"

FULL_HOURS: Final = {
    "office": (9, 18, (1, 2, 3, 4, 5)),
    "nights": (22, 6, (1, 3, 5, 6)),
    "whole days": (0, 0, (1, 2, 6, 7)),
}
"""From one to another, on these weekdays."""


class Service(NamedTuple):
    """The hours under test, and by minute from ORIGIN on whether it is one of service."""

    time: ServiceTime
    serves: tuple[bool, ...]


@cache
def service(name: str) -> Service:
    """In Paris. The model asks the wall clock of every minute."""
    if name == DAY_AND_NIGHT:
        return Service(ServiceTime(), (True,) * FORESEEN)
    opens, closes, weekdays = FULL_HOURS[name]
    hours = ServiceHours(zone="Europe/Paris", weekdays=weekdays, opens=time(opens), closes=time(closes))
    zone, day = ZoneInfo("Europe/Paris"), timedelta(days=1)

    def serves(minute: int) -> bool:
        wall = (ORIGIN + minute * MINUTE).astimezone(zone)
        if opens < closes:
            return wall.isoweekday() in weekdays and opens <= wall.hour < closes
        yesterday = (wall.replace(tzinfo=None) - day).isoweekday()
        return (wall.isoweekday() in weekdays and wall.hour >= opens) or (yesterday in weekdays and wall.hour < closes)

    rules = today("Europe/Paris")
    return Service(ServiceTime(hours=hours, zone_rules=rules), tuple(serves(each) for each in range(FORESEEN)))


MINUTES = st.integers(0, 200) | st.integers(0, 1500)
TARGETS = st.tuples(st.integers(1, 300), st.integers(0, 500)).map(
    lambda drawn: Target(warn_after=drawn[0] * MINUTE, breach_after=sum(drawn) * MINUTE)
)
CADENCES = st.tuples(st.integers(120, 600), st.integers(120, 400), st.integers(0, 119)).map(
    lambda drawn: Cadence(first_after=drawn[0] * MINUTE, every=drawn[1] * MINUTE, warn_before=drawn[2] * MINUTE)
)
RECEIPTS = st.integers(0, 7000)
HOURS = st.sampled_from(sorted([DAY_AND_NIGHT, *FULL_HOURS]))
STEPS: Final = (
    *("look", "meet", "cancel", "recompute"),
    *("pause", "resume", "reopen", "post") * 3,
)
WHATS = st.sampled_from(STEPS)
SLA_STEPS = st.lists(st.tuples(MINUTES, WHATS, TARGETS, HOURS), min_size=3, max_size=14)
STATUS_STEPS = st.lists(st.tuples(MINUTES, WHATS, CADENCES, HOURS), min_size=3, max_size=14)


class Minutes:
    """What both models are: they write down for every minute since the receipt whether the clock ran in it."""

    ends_undone: frozenset[str]

    def __init__(self, hours: str, receipt: int) -> None:
        self.service = service(hours)
        self.receipt = receipt
        self.ran: list[bool] = []
        self.counted: list[bool] = []
        self.state = "running"
        self.log: list[tuple[str, int]] = [("started", 0)]

    @property
    def elapsed(self) -> int:
        return sum(self.counted)

    def serve(self, hours: str) -> None:
        """By other hours every minute is counted anew."""
        self.service = service(hours)
        serves = self.service.serves[self.receipt :]
        self.counted = [ran and served for ran, served in zip(self.ran, serves, strict=False)]

    def live(self, minutes: int) -> None:
        since, ran = len(self.ran), self.state == "running"
        self.ran += [ran] * minutes
        self.counted += [ran and served for served in self.to_come()[:minutes]]
        if self.state in {"running", "paused"}:
            self.notice(since)

    def to_come(self) -> tuple[bool, ...]:
        """The minutes of service after those that are counted."""
        return self.service.serves[self.receipt + len(self.counted) :]

    def notice(self, since: int) -> None:
        """Write down what happened from that minute on."""
        raise NotImplementedError

    def do(self, step: str) -> None:
        """One operation, now. What has no effect is written down nowhere."""
        moves = {
            ("pause", "running"): ("paused", "paused"),
            ("resume", "paused"): ("running", "resumed"),
            ("meet", "running"): ("met", "met"),
            ("meet", "paused"): ("met", "met"),
            ("cancel", "running"): ("cancelled", "cancelled"),
            ("cancel", "paused"): ("cancelled", "cancelled"),
        } | {("reopen", end): ("running", "reopened") for end in self.ends_undone}
        if move := moves.get((step, self.state)):
            self.state = move[0]
            self.log.append((move[1], len(self.ran)))


class SlaMinutes(Minutes):
    """A clock that is to be met once."""

    ends_undone = frozenset({"cancelled"})

    def __init__(self, hours: str, receipt: int, target: Target) -> None:
        super().__init__(hours, receipt)
        self.target = target
        self.at: dict[str, int] = {}

    def reached(self, span: timedelta, to_come: Sequence[bool] = ()) -> int | None:
        """The minute at whose beginning so many have been counted."""
        left = span // MINUTE
        for minute, counts in enumerate(chain(self.counted, to_come), start=1):
            left -= counts
            if not left:
                return minute
        return None

    def notice(self, since: int) -> None:
        for what, span in (("warned", self.target.warn_after), ("breached", self.target.breach_after)):
            at = self.reached(span) if what not in self.at else None
            if at is not None:
                self.at[what] = at
                self.log.append((what, at))

    def recompute(self, target: Target, hours: str) -> None:
        if self.state in {"running", "paused"}:
            self.target = target
            self.serve(hours)
            self.notice(0)

    def foretold(self, what: str, span: timedelta) -> int | None:
        """When it will come, should nothing else happen."""
        awaited = self.state == "running" and what not in self.at
        return self.reached(span, self.to_come()) if awaited else None


class StatusMinutes(Minutes):
    """A clock of updates: every minute it is asked whether one should have been there by now."""

    ends_undone = frozenset({"met", "cancelled"})

    def __init__(self, hours: str, receipt: int, cadence: Cadence) -> None:
        super().__init__(hours, receipt)
        self.cadence = cadence
        self.last: int | None = None
        self.warned = False
        self.missed: list[int] = []

    def is_due(self, total: int, since_last: int, before: timedelta) -> bool:
        first, every = (self.cadence.first_after - before) // MINUTE, (self.cadence.every - before) // MINUTE
        return total >= first and (self.last is None or since_last >= every)

    def notice(self, since: int) -> None:
        total, since_last = sum(self.counted[:since]), sum(self.counted[self.last or 0 : since])
        for minute in range(since, len(self.ran)):
            if not self.counted[minute]:
                continue
            total, since_last = total + 1, since_last + 1
            if not self.warned and self.is_due(total, since_last, self.cadence.warn_before):
                self.warned = True
                self.log.append(("warned", minute + 1))
            if self.is_due(total, since_last, timedelta(0)):
                self.last, self.warned, since_last = minute + 1, False, 0
                self.missed.append(minute + 1)
                self.log.append(("breached", minute + 1))

    def foretold(self, before: timedelta) -> int | None:
        """When it will come, should nothing else happen."""
        if self.state != "running":
            return None
        total, since_last = self.elapsed, sum(self.counted[self.last or 0 :])
        for minute, counts in enumerate(self.to_come(), start=len(self.ran) + 1):
            total, since_last = total + counts, since_last + counts
            if counts and self.is_due(total, since_last, before):
                return minute
        return None

    def do(self, step: str) -> None:
        super().do(step)
        if step == "post" and self.state in {"running", "paused"}:
            self.last, self.warned = len(self.ran), False

    def recompute(self, cadence: Cadence, hours: str) -> None:
        if self.state in {"running", "paused"}:
            self.cadence, last = cadence, self.last or 0
            self.serve(hours)
            self.warned = self.warned and self.is_due(self.elapsed, sum(self.counted[last:]), cadence.warn_before)
            self.notice(last)


def assert_same(clock: Clock, model: Minutes, moved: Movements, written: list[tuple[str, int]]) -> None:
    """What both clocks have in common. That terms changed is no movement of the model."""
    now = clock.started_at + len(model.ran) * MINUTE
    assert str(clock.state) == model.state
    assert clock.elapsed(now, model.service.time) == model.elapsed * MINUTE
    assert all(earlier.at <= later.at for earlier, later in pairwise(moved))
    told = [(each.what, each.at) for each in moved if each.what != "recomputed"]
    assert told == [(what, clock.started_at + at * MINUTE) for what, at in sorted(written, key=lambda each: each[1])]
    pauses = [(pause.until or now) - pause.since for pause in clock.pauses]
    over = (now - clock.ended_at) if clock.ended_at else timedelta(0)
    assert sum(pauses, over) == model.ran.count(False) * MINUTE


def instant(minute: int | None, receipt: datetime) -> datetime | None:
    return None if minute is None else receipt + minute * MINUTE


def done(clock: C, step: str, now: datetime, service_time: ServiceTime) -> tuple[C, Movements]:
    """The same step with the clock under test. To look is to catch up."""
    match step:
        case "pause":
            return clock.pause(now, "why", service_time)
        case "resume":
            return clock.resume(now, service_time)
        case "meet":
            return clock.meet(now, service_time)
        case "cancel":
            return clock.cancel(now, "why", service_time)
        case "reopen":
            return clock.reopen(now, "why", service_time)
        case _:
            return clock.catch_up(now, service_time)


@MANY
@given(hours=HOURS, receipt=RECEIPTS, late=MINUTES, target=TARGETS, steps=SLA_STEPS)
def test_a_clock_does_what_the_model_does(
    hours: str, receipt: int, late: int, target: Target, steps: list[tuple[int, str, Target, str]]
) -> None:
    """A met clock never breaches later, pauses add up, nothing is told twice, each at the instant of the model."""
    model, start = SlaMinutes(hours, receipt, target), ORIGIN + receipt * MINUTE
    model.live(late)
    clock, moved = SlaClock.begin("c", target, start, start + late * MINUTE, model.service.time)
    assert_same(clock, model, moved, model.log)
    counted, met = Counter(each.what for each in moved), None
    for minutes, step, terms, other_hours in steps:
        written, was = len(model.log), model.service.time
        now = start + (len(model.ran) + minutes) * MINUTE
        model.live(minutes)
        if step == "recompute":
            model.recompute(terms, other_hours)
            clock, moved = clock.recompute(terms, now, model.service.time, was=was)
        else:
            model.do(step)
            clock, moved = done(clock, step, now, was)
        assert_same(clock, model, moved, model.log[written:])
        assert_same_instants(clock, model)
        counted.update(each.what for each in moved)
        assert met in (None, clock)
        met = clock if model.state == "met" else None
    assert max(counted["warned"], counted["breached"], counted["met"]) <= 1


def assert_same_instants(clock: SlaClock, model: SlaMinutes) -> None:
    """Those there were, and those foretold."""
    start, service_time = clock.started_at, model.service.time
    assert (clock.warned_at, clock.breached_at) == tuple(
        instant(model.at.get(what), start) for what in ("warned", "breached")
    )
    assert clock.warns_at(service_time) == instant(model.foretold("warned", model.target.warn_after), start)
    assert clock.breaches_at(service_time) == instant(model.foretold("breached", model.target.breach_after), start)


@MANY
@given(hours=HOURS, receipt=RECEIPTS, late=MINUTES, cadence=CADENCES, steps=STATUS_STEPS)
def test_a_clock_of_updates_does_what_the_model_does(
    hours: str, receipt: int, late: int, cadence: Cadence, steps: list[tuple[int, str, Cadence, str]]
) -> None:
    """Each instant is missed once, at the minute of the model, whoever posts, pauses or changes terms."""
    model, start = StatusMinutes(hours, receipt, cadence), ORIGIN + receipt * MINUTE
    model.live(late)
    clock, moved = StatusClock.begin("c", cadence, start, start + late * MINUTE, model.service.time)
    assert_same(clock, model, moved, model.log)
    for minutes, step, terms, other_hours in steps:
        written, was = len(model.log), model.service.time
        now = start + (len(model.ran) + minutes) * MINUTE
        model.live(minutes)
        if step == "recompute":
            model.recompute(terms, other_hours)
            clock, moved = clock.recompute(terms, now, model.service.time, was=was)
        else:
            model.do(step)
            clock, moved = clock.posted(now, was) if step == "post" else done(clock, step, now, was)
        assert_same(clock, model, moved, model.log[written:])
        assert clock.missed == tuple(instant(each, start) for each in model.missed)
        assert len(set(clock.missed)) == clock.missed_count
        assert (clock.warned_at is not None) == model.warned
        assert clock.due_at(model.service.time) == instant(model.foretold(timedelta(0)), start)
