"""What is asked of a forecast, and what it finds."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.reasons import Problem
from domain.values import Message
from starter.answers.tools import ForecastEntry
from starter.console.ids import Subject, subject_of
from starter.forecast.acts import Act
from starter.forecast.notes import MailNote


@dataclass(frozen=True)
class Question:
    """What is to be forecast."""

    start: Message
    zone: str
    """The customer's; empty if the start does not say it."""

    begins_at: datetime
    horizon: timedelta
    acts: tuple[Act, ...] = ()
    before: tuple[Message, ...] = ()
    """Starts of what was there before: the subscription a renewal continues, the customer of a check."""

    beside: tuple[Message, ...] = ()
    """Starts of what runs beside it: the open check of a customer."""

    goes_on: bool = False
    """It runs already: the forecast's store has a copy of it, and of what was there before."""

    everybody_acts: bool = False
    """Does everybody do what is waited for?"""

    @property
    def subject(self) -> Subject:
        """Whose future it is."""
        return subject_of(self.start)

    @property
    def supposing(self) -> str:
        """On what it rests."""
        return "with the acts of the what-if file" if self.acts else "if nobody acts"


@dataclass(frozen=True)
class Forecast:
    """What is to come."""

    question: Question
    entries: tuple[ForecastEntry, ...]
    standing: tuple[str, ...]
    """Where every lifecycle stands at the end, one sentence each."""

    cut: bool
    """More is due after the horizon."""

    mails: tuple[MailNote, ...] = ()
    refusals: tuple[Problem, ...] = ()
    """What was said to acts that were refused."""
