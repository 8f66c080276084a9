"""What the hub answers pages and commands with, each with the instant of which it is. HUB-10 to HUB-60."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from domain.hub.as_of import Basis
from domain.hub.calling import CallingAnalytics
from domain.hub.customer_list import Listed
from domain.hub.customers import HubCustomer
from domain.hub.drill_down import HubEvent, Invoice
from domain.hub.lines import Line
from domain.hub.numbers import Number
from domain.hub.sections import Section, SectionKey
from domain.hub.statuses import Found
from domain.hub.trend import TrendPoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The KPI dashboard."""

    basis: Basis
    product: str
    """Of everything below the first row. HUB-51."""

    numbers: tuple[Number, ...]
    """The first row, of both products together. HUB-53."""

    trend: tuple[TrendPoint, ...]
    """HUB-54."""

    sections: Mapping[SectionKey, Section]
    """All five, in the order of the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SectionAnswer:
    """One of them."""

    basis: Basis
    section: Section


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingAnswer:
    """HUB-60."""

    basis: Basis
    calling: CallingAnalytics


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerList:
    """One page of the list."""

    basis: Basis
    listed: Listed
    visible: int
    """Customers that the user sees, whatever the filter."""

    products: tuple[str, ...]
    tags: tuple[str, ...]
    """That one of these has: what to filter by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomerAnswer:
    """One customer, with everything that the page of a customer shows of the hub's own."""

    basis: Basis
    customer: HubCustomer
    statuses: tuple[Found, ...]
    lines: tuple[Line, ...]
    invoices: Mapping[str, Sequence[Invoice]]
    """By subscription, the newest first; as of now only."""

    events: tuple[HubEvent, ...]
    """Of all its lifecycles, the oldest first; as of now only."""
