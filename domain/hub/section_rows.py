"""Rows and columns of the dashboard's tables. domain.md §6.8. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from typing import Any, Final

from domain.hub.days import days_since, days_to, last_day, months_between, today
from domain.hub.lines import Line
from domain.hub.numbers import CustomerKey, share

ENTERPRISE_TRIAL: Final = "Enterprise Trial"
"""Stands for the subscription's id in the row of a trial. domain.md §6.8."""


class Column(StrEnum):
    """Of a section's table. Each one's meaning stands in `domain/hub/definitions.py`."""

    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"
    DAYS_SINCE_ADDED = "days_since_added"
    DAYS_TO_EXPIRY = "days_to_expiry"
    DAYS_TO_RENEWAL = "days_to_renewal"
    MONTHS_SINCE_ADDED = "months_since_added"
    MONTHS_TO_EXPIRY = "months_to_expiry"
    AUTO_RENEW = "auto_renew"
    TOTAL = "total_licences"
    ASSIGNED = "assigned_licences"
    """Number and share."""

    USED = "used_licences"
    """Number and share. AMB-27."""

    DISTRIBUTION = "used_assigned_available"
    """A bar."""

    ASSIGNMENT_CHANGE = "weekly_assignment_change"
    USAGE_CHANGE = "weekly_usage_change"
    USAGE_3_MONTHS = "usage_past_3_months"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of a section's table: what the columns show is reckoned where it is shown, for most rows are on other
    pages."""

    line: Line
    at: datetime

    @property
    def days_since_added(self) -> int:
        """In the customer's zone."""
        return days_since(self.line.added_on, self.at, self.line.zone)

    @property
    def days_to_end(self) -> int | None:
        """0 on the last day; of what is set to renew, to its renewal. None: it has no end."""
        return days_to(self.line.ends_at, self.at, self.line.zone)

    @property
    def months_since_added(self) -> int:
        """Whole months."""
        return months_between(self.line.added_on, today(self.at, self.line.zone))

    @property
    def months_to_end(self) -> int | None:
        """Whole months; 0 in the last one."""
        if self.line.ends_at is None:
            return None
        return months_between(today(self.at, self.line.zone), last_day(self.line.ends_at, self.line.zone))

    @property
    def assigned_share(self) -> Fraction | None:
        """Assigned ÷ total; None if the total is nothing."""
        return share(self.line.assigned, self.line.total)

    @property
    def used_share(self) -> Fraction | None:
        """Used ÷ total. AMB-27."""
        return share(self.line.used, self.line.total)

    @property
    def assignment_change(self) -> int | None:
        """Assigned now − a week ago; None: it is not known of either."""
        return _change(self.line.assigned_by_week)

    @property
    def usage_change(self) -> int | None:
        """Used now − a week ago, likewise."""
        return _change(self.line.used_by_week)

    @property
    def usage_3_months(self) -> int | None:
        """The most that were used in one of the last 13 weeks; `line.used_by_week` has each. None: nothing is known."""
        return max((used for used in self.line.used_by_week if used is not None), default=None)

    @property
    def customer(self) -> CustomerKey:
        """Whose it is."""
        return CustomerKey.of(self.line)

    @property
    def subscription(self) -> str:
        """The subscription's id, or `Enterprise Trial`."""
        return ENTERPRISE_TRIAL if self.line.trial else self.line.subject

    def value(self, column: Column) -> Any:
        """What stands there: a count, a text, yes or no, or several of them. None: unknown, shown as “–”."""
        return VALUES[column](self)


VALUES: Final[Mapping[Column, Callable[[Row], Any]]] = {
    Column.CUSTOMER: lambda row: row.line.customer_name,
    Column.SUBSCRIPTION: lambda row: row.subscription,
    Column.DAYS_SINCE_ADDED: lambda row: row.days_since_added,
    Column.DAYS_TO_EXPIRY: lambda row: row.days_to_end,
    Column.DAYS_TO_RENEWAL: lambda row: row.days_to_end,
    Column.MONTHS_SINCE_ADDED: lambda row: row.months_since_added,
    Column.MONTHS_TO_EXPIRY: lambda row: row.months_to_end,
    Column.AUTO_RENEW: lambda row: row.line.auto_renew,
    Column.TOTAL: lambda row: row.line.total,
    Column.ASSIGNED: lambda row: (row.line.assigned, row.assigned_share),
    Column.USED: lambda row: (row.line.used, row.used_share),
    Column.DISTRIBUTION: lambda row: (row.line.used, row.line.assigned, row.line.available),
    Column.ASSIGNMENT_CHANGE: lambda row: row.assignment_change,
    Column.USAGE_CHANGE: lambda row: row.usage_change,
    Column.USAGE_3_MONTHS: lambda row: row.usage_3_months,
}
"""Numbers with their shares stand as a pair; the bar as used, assigned, available."""


def _change(by_week: Sequence[int | None]) -> int | None:
    """Two weeks that are known, side by side at the end."""
    before, now = by_week[-2:] if len(by_week) > 1 else (None, None)
    return None if before is None or now is None else now - before
