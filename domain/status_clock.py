"""A clock for what is due again and again: updates on a problem that lasts. SUP-21, AMB-37. Pure."""

from datetime import datetime, timedelta
from typing import ClassVar, Final, Self

from pydantic import model_validator

from domain.clocks import ENDED, Clock, ClockState, Movement, Movements, in_order
from domain.policy import SomeTime, Span
from domain.service_time import ServiceTime
from domain.time_checks import duration
from domain.values import Model
from domain.working_time import Instant, in_utc


class Cadence(Model):
    """When something is due again and again. AMB-37."""

    first_after: SomeTime
    every: SomeTime
    warn_before: Span

    @model_validator(mode="after")
    def _warns_within_the_period(self) -> Self:
        if self.warn_before >= min(self.every, self.first_after):
            raise ValueError("warn_before must be shorter than every and first_after (AMB-37)")
        return self


MISSED_KEPT: Final = 100
"""So many missed instants are kept and told one by one; a longer absence tells the earlier ones in one movement."""


class StatusClock(Clock):
    """Something is due first after a while, then again and again until it ends. AMB-37.

    Due at `first_after` from the start, and at `every` from the last update or the last instant that was missed,
    whichever is later. Each missed instant is one breach. Warned at most once for each.
    """

    reopens: ClassVar[frozenset[ClockState]] = ENDED

    cadence: Cadence
    posted_at: Instant | None = None
    """The last update."""

    warned_at: Instant | None = None
    """Of the next due instant."""

    missed: tuple[Instant, ...] = ()
    """The latest that were missed, MISSED_KEPT at most."""

    missed_count: int = 0
    """All that were missed."""

    @classmethod
    def begin(
        cls, name: str, cadence: Cadence, received_at: datetime, now: datetime, time: ServiceTime
    ) -> tuple[Self, Movements]:
        """Counted from the receipt, however long ago that is. AMB-36."""
        return cls(name=name, cadence=cadence, started_at=received_at, known_at=now)._begun(now, time)

    @property
    def is_breached(self) -> bool:
        return self.missed_count > 0

    def due_at(self, time: ServiceTime) -> datetime | None:
        """When the next update is due. None: the clock does not run, or so much service never passes."""
        return self._next(timedelta(0), time) if self.state is ClockState.RUNNING else None

    def warns_at(self, time: ServiceTime) -> datetime | None:
        """When that is said beforehand. None: the clock does not run, or it was said."""
        awaited = self.state is ClockState.RUNNING and self.warned_at is None
        return self._next(self.cadence.warn_before, time) if awaited else None

    def posted(self, now: datetime, time: ServiceTime) -> tuple[Self, Movements]:
        """An update was given, be it early, late or in a pause. The movements are only what was noticed by that."""
        clock, moved = self.catch_up(now, time)
        if clock.has_ended:
            return clock, moved
        return clock._with(posted_at=in_utc(now), warned_at=None), moved

    def catch_up(self, now: datetime, time: ServiceTime) -> tuple[Self, Movements]:
        if self.has_ended:
            return self, ()
        clock, found = self._past_what_is_too_much(in_utc(now), time)
        moved = list(found)
        while step := clock._step(in_utc(now), time):
            clock, movement = step
            moved.append(movement)
        return clock, tuple(moved)

    def recompute(
        self, cadence: Cadence, now: datetime, time: ServiceTime, *, was: ServiceTime | None = None, why: str = ""
    ) -> tuple[Self, Movements]:
        """The next instant is counted anew; what was missed stays missed. If its warning lies ahead again, it comes."""
        clock, moved = self.catch_up(now, was or time)
        anew = clock._with(cadence=cadence)
        if clock.has_ended or anew._prospects(now, time) == clock._prospects(now, was or time):
            return clock, moved
        warns_at = anew._next(cadence.warn_before, time)
        if warns_at is None or warns_at > in_utc(now):
            anew = anew._with(warned_at=None)
        caught, later = anew.catch_up(now, time)
        return caught, in_order([*moved, *later, Movement("recomputed", in_utc(now), why)])

    def _prospects(self, now: datetime, time: ServiceTime) -> tuple[object, ...]:
        return self.cadence, self.elapsed(now, time), self.due_at(time), self.warns_at(time)

    def _next(self, before: timedelta, time: ServiceTime) -> datetime | None:
        """So much service before the next due instant; None: not as things stand."""
        first = self._reached(self.started_at, self.cadence.first_after - before, time)
        last = max((at for at in (self.posted_at, *self.missed[-1:]) if at is not None), default=None)
        if first is None or last is None:
            return first
        again = self._reached(last, self.cadence.every - before, time)
        return again and max(first, again)

    def _step(self, now: datetime, time: ServiceTime) -> tuple[Self, Movement] | None:
        """The next thing that happened to it until `now`, if anything did."""
        warns_at = None if self.warned_at else self._next(self.cadence.warn_before, time)
        if warns_at is not None and warns_at <= now:
            words = f"{duration(self.cadence.warn_before)} of service until an update is due"
            return self._with(warned_at=warns_at), Movement("warned", warns_at, words)
        due = self._next(timedelta(0), time)
        return self._missing(due, 1, "no update by then") if due is not None and due <= now else None

    def _missing(self, due: datetime, number: int, why: str) -> tuple[Self, Movement]:
        missed, count = (*self.missed, due)[-MISSED_KEPT:], self.missed_count + number
        return self._with(missed=missed, missed_count=count, warned_at=None), Movement("breached", due, why)

    def _past_what_is_too_much(self, now: datetime, time: ServiceTime) -> tuple[Self, Movements]:
        """Of more missed instants than are kept, the earlier ones are counted and told in one movement."""
        due = self._next(timedelta(0), time)
        if due is None or due > now:
            return self, ()
        beyond = self._counted(due, now, time) // self.cadence.every - MISSED_KEPT
        last = self._reached(due, beyond * self.cadence.every, time, within=now) if beyond > 0 else None
        if last is None:
            return self, ()
        clock, movement = self._missing(last, beyond + 1, f"no update by then; {beyond + 1} missed until then")
        return clock, (movement,)
