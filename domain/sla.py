"""SLA clocks: targets in hours of service, pauses, warnings, breaches, each at its instant. SUP-20, AMB-34 to AMB-37.

Pure: reads no clock. A clock is in time within [started_at, breach): at the very instant of its breach it is breached.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import ClassVar, Self

from pydantic import model_validator

from domain.clocks import Clock, ClockState, Movement, Movements, Pause, in_order
from domain.policy import SomeTime
from domain.service_time import ServiceHours, ServiceTime
from domain.status_clock import Cadence, StatusClock
from domain.time_checks import duration
from domain.values import Model
from domain.working_time import Instant, in_utc

__all__ = (
    "Cadence",
    "Clock",
    "ClockState",
    "Movement",
    "Movements",
    "Pause",
    "ServiceHours",
    "ServiceTime",
    "SlaClock",
    "StatusClock",
    "Target",
    "compliance",
)


class Target(Model):
    """Until when something should be done, and until when it has to be. AMB-34."""

    warn_after: SomeTime
    breach_after: SomeTime

    @model_validator(mode="after")
    def _warns_first(self) -> Self:
        if self.warn_after > self.breach_after:
            raise ValueError("warn_after must not be longer than breach_after (AMB-34)")
        return self


class SlaClock(Clock):
    """Something is to be done once: warned and breached at most once each. SUP-20, AMB-34."""

    reopens: ClassVar[frozenset[ClockState]] = frozenset({ClockState.CANCELLED})
    """What is met stays met."""

    target: Target
    warned_at: Instant | None = None
    breached_at: Instant | None = None

    @classmethod
    def begin(
        cls, name: str, target: Target, received_at: datetime, now: datetime, time: ServiceTime
    ) -> tuple[Self, Movements]:
        """Counted from the receipt, however long ago that is. AMB-36."""
        return cls(name=name, target=target, started_at=received_at, known_at=now)._begun(now, time)

    @property
    def is_breached(self) -> bool:
        return self.breached_at is not None

    def warns_at(self, time: ServiceTime) -> datetime | None:
        """None: it does not run, was warned already, or so much service never passes."""
        awaited = self.state is ClockState.RUNNING and self.warned_at is None
        return self._reached(self.started_at, self.target.warn_after, time) if awaited else None

    def breaches_at(self, time: ServiceTime) -> datetime | None:
        """None: it does not run, is breached already, or so much service never passes."""
        awaited = self.state is ClockState.RUNNING and self.breached_at is None
        return self._reached(self.started_at, self.target.breach_after, time) if awaited else None

    def catch_up(self, now: datetime, time: ServiceTime) -> tuple[Self, Movements]:
        if self.has_ended:
            return self, ()
        awaited = {
            "warned": (self.warned_at, self.target.warn_after),
            "breached": (self.breached_at, self.target.breach_after),
        }
        moved = []
        for what, (known, span) in awaited.items():
            at = None if known else self._reached(self.started_at, span, time)
            if at is not None and at <= in_utc(now):
                moved.append(Movement(what, at, f"{duration(span)} of service passed"))
        clock = self._with(**{f"{each.what}_at": each.at for each in moved}) if moved else self
        return clock, in_order(moved)

    def recompute(
        self, target: Target, now: datetime, time: ServiceTime, *, was: ServiceTime | None = None, why: str = ""
    ) -> tuple[Self, Movements]:
        """It is counted anew from its start, by another target or other hours (`was`: those it had). What is warned or
        breached stays so, at its instant; what is over by the new count is over at the instant of the new count."""
        clock, moved = self.catch_up(now, was or time)
        anew = clock._with(target=target)
        if clock.has_ended or anew._prospects(now, time) == clock._prospects(now, was or time):
            return clock, moved
        caught, later = anew.catch_up(now, time)
        return caught, in_order([*moved, *later, Movement("recomputed", in_utc(now), why)])

    def _prospects(self, now: datetime, time: ServiceTime) -> tuple[object, ...]:
        return self.target, self.elapsed(now, time), self.warns_at(time), self.breaches_at(time)


def compliance(clocks: Iterable[Clock]) -> float | None:
    """The share of those met in time among those met or breached. None, shown as –, where there are none of them."""
    judged = [clock for clock in clocks if clock.is_breached or clock.state is ClockState.MET]
    in_time = [clock for clock in judged if not clock.is_breached]
    return len(in_time) / len(judged) if judged else None
