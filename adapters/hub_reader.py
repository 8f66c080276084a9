"""What one user may read of the hub, now or as of a closed week: whatever is not theirs is not there. HUB-60."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Protocol, TypeVar

from activities.ports.store import NotKnown
from adapters.hub_kept import KeptRows
from adapters.sql.hub_week_rows import Sums, added
from adapters.sql.store import SqlStore
from domain.hub.as_of import AsOf, Basis, ClosedWeek
from domain.hub.calling import SHOWN as CHARTED
from domain.hub.calling import weeks_up_to
from domain.hub.calls import WeekOfCalls
from domain.hub.customers import HubCustomer
from domain.hub.lines import WEEKS, Line
from domain.hub.trend import TrendPoint
from domain.hub.users import HubUser
from domain.hub.weeks import end_of, last_closed
from domain.lifecycle import Lifecycle
from domain.permissions import Right


class OfACustomer(Protocol):
    """A row that says whose it is."""

    @property
    def partner_id(self) -> str: ...

    @property
    def customer_id(self) -> str: ...


LineKey = tuple[Lifecycle, str, str]
"""Lifecycle, subject, product: one line."""

R = TypeVar("R", bound=OfACustomer)
V = TypeVar("V")


class NotThere(NotKnown):
    """It is not there, or the user may not know: nobody can tell which."""

    def __init__(self) -> None:
        super().__init__("nothing is known under that id")


@dataclass(frozen=True)
class HubReading:
    """Rows that one user sees, as of one instant. The one place where other partners' and unassigned customers go."""

    store: SqlStore
    kept: KeptRows
    user: HubUser
    partner_id: str | None
    """None: all partners'. Only who may see all of them has it."""

    basis: Basis
    weeks: int = WEEKS
    """That its lines remember at least. Few are much quicker: see `remembering`."""

    @classmethod
    def of(
        cls, store: SqlStore, kept: KeptRows, user: HubUser, *, now: datetime, as_of: AsOf, partner: str | None
    ) -> "HubReading":
        """Raises NotKnown: for a partner that is not theirs, and for a week that is not closed."""
        return cls(store, kept, user, partner_in_view(user, partner), basis_of(store, as_of, now))

    def customers(self) -> Sequence[HubCustomer]:
        """By partner and customer."""
        store, whose, at, closed = self.store, self.partner_id, self.basis.at, self.basis.closed
        if closed is None:
            return self._in_view(self.kept.now(("customers", whose), at, lambda at: store.hub_customers(whose, at)))
        return self._in_view(
            self.kept.of_week(
                ("customers", whose), closed, lambda: store.week_customers(closed.week, closed.revision, whose)
            )
        )

    def customer(self, partner_id: str, customer_id: str) -> HubCustomer:
        """Raises NotKnown, whether it does not exist or is not theirs."""
        if not self.user.sees(partner_id, customer_id):
            raise NotThere
        closed = self.basis.closed
        if closed is None:
            return self._now(partner_id, customer_id)
        found = self.store.week_customer(closed.week, closed.revision, partner_id, customer_id)
        if found is None:
            raise NotThere
        return found

    def _now(self, partner_id: str, customer_id: str) -> HubCustomer:
        try:
            return self.store.hub_customer(partner_id, customer_id, self.basis.at)
        except NotKnown:
            raise NotThere from None

    def lines(self) -> Sequence[Line]:
        """By partner, customer, lifecycle, subject and product."""
        return self._in_view(self._every_line)

    @property
    def peers(self) -> Sequence[Line] | None:
        """The same of customers that they do not see, too: for comparisons only. AMB-22. None: they see all."""
        return None if self.sees_all else self._every_line

    @cached_property
    def _every_line(self) -> Sequence[Line]:
        store, whose, at, closed = self.store, self.partner_id, self.basis.at, self.basis.closed
        if closed is None:
            weeks = self.weeks
            return self.kept.now(("lines", whose, weeks), at, lambda at: store.lines(whose, at, weeks=weeks))
        return self.kept.of_week(
            ("lines", whose), closed, lambda: store.week_lines(closed.week, closed.revision, whose)
        )

    def remembering(self, few: Iterable[Line]) -> Mapping[LineKey, Line]:
        """The same lines with all their weeks, by key; none, if they have them."""
        subjects = {line.subject for line in few}
        if not subjects or not self.basis.now or self.weeks >= WEEKS:
            return {}
        return {key_of(line): line for line in self.store.lines(self.partner_id, self.basis.at, subjects=subjects)}

    def lines_of(self, customer: HubCustomer) -> list[Line]:
        """Of one customer that they see."""
        whose, closed = customer.partner_id, self.basis.closed
        if closed is None:
            return self.store.lines(whose, self.basis.at, customer.customer_id)
        return self.store.week_lines(closed.week, closed.revision, whose, customer.customer_id)

    def closed_weeks(self, number: int) -> list[ClosedWeek]:
        """The last ones that were closed, the oldest first; as of a week, each as it was known then."""
        closed = self.basis.closed
        if closed is not None:
            return self.store.weeks_before(closed, number)
        return [each for each in self.store.weeks()[:number] if end_of(each.week) <= self.basis.at][::-1]

    def point(self, closed: ClosedWeek, product: str) -> TrendPoint:
        """Licences of all that ran in that week. HUB-54."""
        if not self.sees_all:
            return self._point(closed, product)
        (kept,) = self.kept.of_week(("point", self.partner_id, product), closed, lambda: [self._point(closed, product)])
        return kept

    def _point(self, closed: ClosedWeek, product: str) -> TrendPoint:
        every = self.store.week_sums(closed.week, closed.revision, self.partner_id, product)
        total, assigned, used = 0, None, None
        for customer_total, customer_assigned, customer_used in self._of_assigned(_pairs(every)):
            total += customer_total
            assigned, used = added(assigned, customer_assigned), added(used, customer_used)
        return TrendPoint(ends_on=closed.week, total=total, assigned=assigned, used=used)

    def calls(self) -> list[WeekOfCalls]:
        """Of the last eight completed weeks; as of a week, each as it was known when that revision was closed."""
        if self.basis.now:
            weeks = weeks_up_to(last_closed(self.basis.at))
            calls = self.store.calls(self.partner_id, weeks)
        else:
            kept = (
                self.store.week_calls(each.week, each.revision, self.partner_id) for each in self.closed_weeks(CHARTED)
            )
            calls = [each for week in kept for each in week]
        return list(self._of_assigned((each.customer_id, each) for each in calls))

    def _in_view(self, rows: Sequence[R]) -> Sequence[R]:
        if self.sees_all:
            return rows
        few = (row for row in rows if row.customer_id in self.user.assigned)
        return [row for row in few if self.user.sees(row.partner_id, row.customer_id)]

    @property
    def sees_all(self) -> bool:
        """Of `partner_id`: then nothing is left out."""
        return self.user.may(Right.SEE_ALL_CUSTOMERS)

    def _of_assigned(self, by_customer: Iterable[tuple[str, V]]) -> Iterator[V]:
        """Of one partner's customers: those that they were assigned to are among them."""
        every, assigned = self.sees_all, self.user.assigned
        return (value for customer, value in by_customer if every or customer in assigned)


def key_of(line: Line) -> LineKey:
    """What tells it from every other one."""
    return line.lifecycle, line.subject, line.product


def _pairs(every: Iterable[Sums]) -> Iterator[tuple[str, tuple[int, int | None, int | None]]]:
    return (pair for sums in every for pair in sums.items())


def partner_in_view(user: HubUser, partner: str | None) -> str | None:
    """Whose customers they see, asked for one partner or for none in particular; None: everybody's."""
    if user.may(Right.SEE_ALL_PARTNERS):
        return partner
    if user.partner_id is None or not user.sees_partner(user.partner_id) or partner not in (None, user.partner_id):
        raise NotThere
    return user.partner_id


def basis_of(store: SqlStore, as_of: AsOf, now: datetime) -> Basis:
    """Raises WeekNotClosed."""
    if as_of.week is None:
        return Basis(at=now)
    closed = store.closed_week(as_of)
    return Basis(at=end_of(closed.week), closed=closed)
