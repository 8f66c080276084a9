"""The terms a support case is worked on under: SLA clocks, hours of service, who is told. domain.md §8.3."""

from datetime import timedelta
from typing import Final, Self

from pydantic import model_validator

from domain.policy import SomeTime
from domain.sla import Cadence, ServiceHours, Target
from domain.values import Email, Model


class CasePolicy(Model):
    """Every duration of one case. Severities other than S1 have no clock: the documents state none. SUP-20."""

    first_response: Target = Target(warn_after=timedelta(hours=1), breach_after=timedelta(hours=3))
    """From receipt until somebody responds. SUP-20, AMB-34."""

    identification: Target = Target(warn_after=timedelta(hours=2), breach_after=timedelta(hours=8))
    """From receipt until the problem is identified. SUP-20, AMB-34."""

    updates: Cadence = Cadence(
        first_after=timedelta(hours=24), every=timedelta(hours=4), warn_before=timedelta(hours=1)
    )
    """From receipt, without a complete fix: the partner hears how it stands, again and again. SUP-21, AMB-37."""

    goal: Target = Target(warn_after=timedelta(hours=24), breach_after=timedelta(hours=48))
    """From receipt: a complete fix is striven for within this. Missed, it is an alert, no breach. SUP-21."""

    hours: ServiceHours | None = None
    """When clocks run; None: day and night, every day. AMB-35."""

    close_after: SomeTime = timedelta(days=7)
    """From resolution: the case closes by itself unless it is reopened."""

    duty_manager: Email | None = None
    """Hears of breaches, and of warnings while nobody is assigned; None: nobody is told by mail, an alert stands."""

    @model_validator(mode="after")
    def _can_come(self) -> Self:
        """What never comes would never be warned of, and nobody would notice."""
        if self.hours is not None and not all(map(self.hours.can_pass, self._waited_for)):
            raise ValueError(
                "hours: so much service does not pass within ten years; give more hours or shorter targets (AMB-35)"
            )
        return self

    @property
    def _waited_for(self) -> tuple[timedelta, ...]:
        targets = (self.first_response, self.identification, self.goal)
        return (*(each.breach_after for each in targets), self.updates.first_after, self.updates.every)


FORESEEN: Final = timedelta(days=3)
"""So far a forecast looks: a case that nobody works on alarms again every few hours until it is resolved. AMB-37."""

HOLIDAYS_KNOWN: Final = timedelta(days=800)
"""So far ahead holidays are asked for when a case opens, where its hours of service know any. AMB-35."""

OLDEST_RECEIPT: Final = timedelta(days=30)
"""A mail that says it came in longer ago came in just now: its clock is wrong, or nobody waits any more. AMB-36."""
