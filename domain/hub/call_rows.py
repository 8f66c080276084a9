"""What the page of calling analytics shows: its points and rows. domain.md §6.9, HUB-60. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import Final

from domain.hub.calls import WeekOfCalls
from domain.hub.numbers import share


class Statistic(StrEnum):
    """Of a customer's use, each with a trend."""

    CALLS_PER_USER = "calls_per_user"
    CALLING_USERS = "calling_users"
    """Users who made a call ÷ users with a licence."""

    MINUTES_PER_USER = "minutes_per_user"


@dataclass(frozen=True, slots=True, kw_only=True)
class CallWeek:
    """All customers together in one week: a point of both charts."""

    week: date
    """The Sunday that ends it."""

    customers: int
    """Of whom something is known."""

    users: int
    callers: int
    calls: int
    minutes: int
    low_quality: int
    calls_per_user: Fraction | None
    low_share: Fraction | None
    """Calls of low quality ÷ calls."""


PARTS: Final[Mapping[Statistic, Callable[[WeekOfCalls], int]]] = {
    Statistic.CALLS_PER_USER: lambda week: week.calls,
    Statistic.CALLING_USERS: lambda week: week.callers,
    Statistic.MINUTES_PER_USER: lambda week: week.minutes,
}
"""Of each statistic, what is divided by the users with a licence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerUsage:
    """A row of *Customers and usage*."""

    customer_id: str
    name: str
    weeks: tuple[WeekOfCalls | None, ...]
    """The eight of the charts, oldest first; None: nothing is known of it."""

    falling: frozenset[Statistic]
    """Whose newer half of the weeks lies below the older one by `HubPolicy.falling_by` or more: contact them."""

    @property
    def last(self) -> WeekOfCalls | None:
        """The last completed week."""
        return self.weeks[-1]

    @property
    def values(self) -> Mapping[Statistic, Fraction | None]:
        """Of the last week; None: unknown, or nothing to divide by."""
        return {statistic: values[-1] for statistic, values in self.trend.items()}

    @property
    def trend(self) -> Mapping[Statistic, tuple[Fraction | None, ...]]:
        """Of each week, likewise. Reckoned when it is asked for: a page shows few of many customers."""
        return {
            statistic: tuple(share(part(week), week.users) if week else None for week in self.weeks)
            for statistic, part in PARTS.items()
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointQuality:
    """Calls of the last week by one type of endpoint, of all customers."""

    endpoint: str
    calls: int
    low_quality: int
    low_share: Fraction | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerQuality:
    """A row of *Customers and quality*: one that had calls of low quality in the last week."""

    customer_id: str
    name: str
    calls: int
    low_quality: int
    low_share: Fraction | None
    change: Fraction | None
    """That share now − the week before; None: one of them is unknown."""

    endpoints: tuple[EndpointQuality, ...]
    """By type, the one with the most calls of low quality first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FeatureCalls:
    """Calls with one feature in the last week, of customers with call queues."""

    feature: str
    calls: int
    share: Fraction | None
    """Of all calls of these customers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerQueues:
    """A row of *Customers and feature use*."""

    customer_id: str
    name: str
    answered: int
    abandoned: int
    answer_time: Fraction | None
    """Seconds, as the KPI of the same meaning."""

    abandoned_wait: Fraction | None
    abandoned_rate: Fraction | None
    features: Mapping[str, int]
