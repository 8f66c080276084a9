"""A number with what it was counted from: no page shows one that nobody can look behind. domain.md §6.7. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import NamedTuple, Self

from domain.hub.lines import Line


class CustomerKey(NamedTuple):
    """A customer of two partners is two customers: each partner manages its own."""

    partner_id: str
    customer_id: str

    @classmethod
    def of(cls, line: Line) -> Self:
        """Whose line it is."""
        return cls(line.partner_id, line.customer_id)


def customers_of(lines: Iterable[Line]) -> set[CustomerKey]:
    """Whose they are, each once."""
    return {CustomerKey(*each) for each in {(line.partner_id, line.customer_id) for line in lines}}


class Unit(StrEnum):
    """How people read it."""

    CUSTOMERS = "customers"
    LICENCES = "licences"
    SHARE = "share"
    """A ratio, shown as per cent; above 1 where more was assigned than bought."""

    LICENCES_PER_CUSTOMER = "licences_per_customer"
    """A ratio, shown with one decimal."""

    SECONDS = "seconds"
    """A ratio: seconds per call."""

    CALLS = "calls"
    CALLS_PER_USER = "calls_per_user"
    """A ratio, shown with one decimal."""

    MINUTES_PER_USER = "minutes_per_user"
    """Likewise."""


def share(part: int, whole: int) -> Fraction | None:
    """None if the whole is nothing, shown as “–”: a ratio of nothing is no nought."""
    return Fraction(part, whole) if whole else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """One KPI."""

    key: str
    """Of its definition in `domain/hub/definitions.py`."""

    unit: Unit
    value: Fraction | int | None
    """Exact; None: nothing to divide by."""

    part: int | None = None
    whole: int | None = None
    """Of a ratio: the two sums."""

    customers: tuple[CustomerKey, ...] = ()
    """Those behind it, sorted; the rows are those of its section."""


def counted(key: str, customers: Iterable[CustomerKey]) -> Number:
    """How many customers; each once."""
    each = tuple(sorted(set(customers)))
    return Number(key=key, unit=Unit.CUSTOMERS, value=len(each), customers=each)


def total(key: str, licences: int, customers: Iterable[CustomerKey] = ()) -> Number:
    """So many licences."""
    return Number(key=key, unit=Unit.LICENCES, value=licences, customers=tuple(sorted(set(customers))))


def ratio(key: str, part: int, whole: int, customers: Iterable[CustomerKey] = (), *, unit: Unit = Unit.SHARE) -> Number:
    """Of two sums, never an average of ratios. domain.md §6.8."""
    each = tuple(sorted(set(customers)))
    return Number(key=key, unit=unit, value=share(part, whole), part=part, whole=whole, customers=each)
