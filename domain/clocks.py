"""What every clock of service is: it runs, stands still and ends, and is counted in hours of service. AMB-35, AMB-36.

Pure: reads no clock. A clock never changes; each operation first catches up to `now`, and answers the clock as it is
then and what happened to it, in time order. What has no effect (a second pause, a response to what is met) is no
movement.
"""

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final, NamedTuple, Self

from domain.service_time import ServiceTime
from domain.values import Model
from domain.working_time import Instant, in_utc


class ClockState(StrEnum):
    """Zendesk's and ServiceNow's words. Breached is none of them: a breached clock runs on until it is met."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    CANCELLED = "cancelled"


ENDED: Final = frozenset({ClockState.MET, ClockState.CANCELLED})


class Pause(Model):
    """A clock stands still in [since, until)."""

    since: Instant
    until: Instant | None = None
    """None: it stands still now."""

    why: str


class Movement(NamedTuple):
    """What happened to a clock, at its own instant, however late it was noticed."""

    what: str
    """`started`, `warned`, `breached`, `paused`, `resumed`, `met`, `cancelled`, `reopened`, `recomputed`."""

    at: datetime
    why: str


Movements = tuple[Movement, ...]
"""In time order; of one instant, in the order in which they happened."""


def in_order(movements: Iterable[Movement]) -> Movements:
    """Of one instant they stay as they are."""
    return tuple(sorted(movements, key=lambda each: each.at))


class Clock(Model):
    """What every clock is: it counts hours of service from a start, but for its pauses."""

    reopens: ClassVar[frozenset[ClockState]]
    """Ends after which it can go on."""

    name: str
    started_at: Instant
    """The receipt, however late it was known that this clock is to run. AMB-36."""

    known_at: Instant
    """When it began to be counted."""

    state: ClockState = ClockState.RUNNING
    pauses: tuple[Pause, ...] = ()
    """All of them, in time order; only the last may be open."""

    ended_at: Instant | None = None

    @property
    @abstractmethod
    def is_breached(self) -> bool:
        """Was it late, once?"""

    @property
    def has_ended(self) -> bool:
        return self.state in ENDED

    @property
    def minutes_lost(self) -> int:
        """Whole minutes from the receipt until it was known that this clock is to run. AMB-36."""
        return max(0, int((self.known_at - self.started_at).total_seconds() // 60))

    def elapsed(self, now: datetime, time: ServiceTime) -> timedelta:
        """How much service has passed while it ran: pauses are left out, whatever the clock on the wall says."""
        return self._counted(self.started_at, now, time)

    @abstractmethod
    def catch_up(self, now: datetime, time: ServiceTime) -> tuple[Self, Movements]:
        """The clock as it is at `now`: what it was warned of or breached since somebody looked is recorded."""

    def pause(self, now: datetime, why: str, time: ServiceTime) -> tuple[Self, Movements]:
        """It stands still from now on. SUP-21."""
        clock, moved = self.catch_up(now, time)
        if clock.state is not ClockState.RUNNING:
            return clock, moved
        pauses = (*clock.pauses, Pause(since=now, why=why))
        return clock._with(state=ClockState.PAUSED, pauses=pauses), (*moved, Movement("paused", in_utc(now), why))

    def resume(self, now: datetime, time: ServiceTime, why: str = "") -> tuple[Self, Movements]:
        """It goes on with what was left when it stood still."""
        clock, moved = self.catch_up(now, time)
        if clock.state is not ClockState.PAUSED:
            return clock, moved
        pauses = clock._pauses_until(now)
        return clock._with(state=ClockState.RUNNING, pauses=pauses), (*moved, Movement("resumed", in_utc(now), why))

    def meet(self, now: datetime, time: ServiceTime, why: str = "") -> tuple[Self, Movements]:
        """What was wanted is done: in time, unless it is breached. It never breaches later."""
        return self._end(ClockState.MET, now, why, time)

    def cancel(self, now: datetime, why: str, time: ServiceTime) -> tuple[Self, Movements]:
        """It is not wanted any more."""
        return self._end(ClockState.CANCELLED, now, why, time)

    def reopen(self, now: datetime, why: str, time: ServiceTime) -> tuple[Self, Movements]:
        """It goes on with what was left at its end; the time since then is a pause. Not after every end."""
        clock, moved = self.catch_up(now, time)
        if clock.state not in clock.reopens or clock.ended_at is None:
            return clock, moved
        pauses = (*clock.pauses, Pause(since=clock.ended_at, until=now, why=str(clock.state)))
        again = clock._with(state=ClockState.RUNNING, pauses=pauses, ended_at=None)
        return again, (*moved, Movement("reopened", in_utc(now), why))

    def _end(self, state: ClockState, now: datetime, why: str, time: ServiceTime) -> tuple[Self, Movements]:
        clock, moved = self.catch_up(now, time)
        if clock.has_ended:
            return clock, moved
        ended = clock._with(state=state, pauses=clock._pauses_until(now), ended_at=in_utc(now))
        return ended, (*moved, Movement(str(state), in_utc(now), why))

    def _with(self, **changed: object) -> Self:
        return self.model_copy(update=changed)

    def _pauses_until(self, now: datetime) -> tuple[Pause, ...]:
        if self.state is not ClockState.PAUSED:
            return self.pauses
        *earlier, last = self.pauses
        return (*earlier, Pause(since=last.since, until=now, why=last.why))

    def _begun(self, now: datetime, time: ServiceTime) -> tuple[Self, Movements]:
        """What happened to it since the receipt, before anybody knew that it is to run."""
        late = f", known {self.minutes_lost} minutes later" if self.minutes_lost else ""
        clock, moved = self.catch_up(now, time)
        return clock, (Movement("started", self.started_at, f"from receipt{late}"), *moved)

    def _stretches(self, since: datetime) -> Iterator[tuple[datetime, datetime | None]]:
        """When it ran from `since` on, [from, to); `to` is None while it runs."""
        start = self.started_at
        for pause in self.pauses:
            if pause.since > since:
                yield max(start, since), pause.since
            if pause.until is None:
                return
            start = pause.until
        yield max(start, since), self.ended_at

    def _counted(self, since: datetime, until: datetime, time: ServiceTime) -> timedelta:
        """How much service passed in [since, until) while it ran."""
        ran = self._stretches(since)
        return sum((time.between(start, min(end or until, until)) for start, end in ran), timedelta(0))

    def _reached(
        self, since: datetime, span: timedelta, time: ServiceTime, within: datetime | None = None
    ) -> datetime | None:
        """The earliest instant at which it has counted `span` since `since`; None: not as things stand."""
        left = span
        for start, end in self._stretches(since):
            at = time.after(start, left, within=within)
            if end is None or (at is not None and at <= end):
                return at
            left -= time.between(start, end)
        return None
