"""New rules of zones and holidays for a lifecycle under way: what is still to come is counted anew. ADR 5. Pure."""

from abc import ABC, abstractmethod
from datetime import date, datetime, time
from typing import Annotated, Generic, NamedTuple, TypeVar

from pydantic import Field

from domain.business_days import WorkingCalendar
from domain.deadlines import Deadline
from domain.lifecycle import LifecycleState
from domain.mails import MailState
from domain.placeholder import Harmless
from domain.values import Line, Message, Model
from domain.working_time import ZoneRules, at_local_time, end_of_day, local_day

L = TypeVar("L", bound=LifecycleState)


class RecomputeDates(Message):
    """The rules of a time zone or the holidays have changed: count the dates still to come anew."""

    reason: Line = Field(description="Which rules have changed.")
    dry_run: Annotated[bool, Harmless] = Field(default=False, description="Only say what would move; nothing changes.")


class BusinessDays(NamedTuple):
    """A guide: so many business days of a country after an instant. ORD-03, ORD-18."""

    start: datetime
    days: int
    country: str
    zone: str


class PresentRules(Model):
    """What dates are computed from today."""

    zone_rules: ZoneRules
    """Of the customer's zone."""

    calendar: WorkingCalendar | None = None
    """Business days of the vendor's country, if something pending is counted in them."""


class Recount(ABC, Generic[L]):
    """The pending deadlines of one lifecycle by other rules. Days of the contract stay, their instants move."""

    def __init__(self, state: L, rules: PresentRules) -> None:
        self.state = state
        self.rules = rules
        announced = {**state.announced_ends, **self._ends_announced()}
        self.dated = state.model_copy(update={"zone_rules": rules.zone_rules, "announced_ends": announced})
        """The same by the present rules."""

    @staticmethod
    def guide_of(_state: L) -> BusinessDays | None:
        """What is pending in business days, if anything is: its calendar is asked for."""
        return None

    @abstractmethod
    def at(self, deadline: Deadline) -> datetime:
        """When a pending deadline is due by the present rules."""

    def final_days(self) -> tuple[date | None, ...]:
        """Days at whose end something happens that cannot be undone: none ends earlier than was announced."""
        return ()

    def on_the_same_day(self, at: datetime) -> datetime:
        """The end, by the present rules, of the calendar day that ended at `at` by those it had."""
        return end_of_day(local_day(at - datetime.resolution, self.state.rules), self.dated.rules)

    def at_the_same_hour(self, at: datetime, notices_at: time) -> datetime:
        """When the notices of the calendar day of `at` go out by the present rules."""
        return at_local_time(local_day(at, self.state.rules), notices_at, self.dated.rules)

    def moved(self) -> tuple[Deadline, ...]:
        """The pending deadlines that move, each with the date it had. What an operator moved stays where it is."""
        pending = self.state.agenda.pending
        counted = {each.name: self.at(each) for each in pending if not each.set_by_operator}
        return tuple(
            each.model_copy(update={"at": counted[each.name], "was": each.at})
            for each in pending
            if counted.get(each.name, each.at) != each.at
        )

    def take(self, message: RecomputeDates, now: datetime) -> None:
        """It has the present rules from here on. Old and new dates are kept in the record; where nothing differs,
        nothing is noted."""
        moved = self.moved()
        if not moved and self.state.zone_rules == self.rules.zone_rules:
            return
        self.state.journal.note(f"{self.state.lifecycle}.dates_recomputed", now, message, moved=len(moved))
        for each in moved:
            self.state.journal.note("deadline.recomputed", now, message, deadline=each.name, was=each.was, at=each.at)
        self.state.agenda.arm(*moved)
        self.state.zone_rules = self.rules.zone_rules
        self.state.announced_ends = self.dated.announced_ends
        self._date_mails(moved)

    def _ends_announced(self) -> dict[date, datetime]:
        known = {day: self.state.end_of(day) for day in self.final_days() if day is not None}
        return {day: at for day, at in known.items() if end_of_day(day, self.rules.zone_rules) < at}

    def _date_mails(self, moved: tuple[Deadline, ...]) -> None:
        """Mails still to be sent name the dates of today."""
        due = {each.was: each.at for each in moved}
        for mail in self.state.mails_in(MailState.PENDING):
            if mail.due_at in due:
                self.state.mails[mail.key] = mail.model_copy(update={"due_at": due[mail.due_at]})
