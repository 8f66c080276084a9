"""The five sections of the KPI dashboard, with every number and column. domain.md §6.8. Pure.

Only what runs is counted (`Line.active`): what is suspended, in grace or over stands in no section. Each section is
about one product (HUB-51); its ratios are sums over its own rows.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from domain.hub import section_numbers
from domain.hub.days import days_since, days_to, within
from domain.hub.lines import Line
from domain.hub.low import Assigned, low_lines
from domain.hub.numbers import Number
from domain.hub.policy import HubPolicy
from domain.hub.section_rows import Column, Row

__all__ = ("COLUMNS", "Column", "Row", "Section", "SectionKey", "lines_of", "section")


class SectionKey(StrEnum):
    """In the order of the page."""

    ADDED = "recently_added"
    EXPIRING = "expiring"
    RENEWING = "renewing"
    LOW = "low_assignment"
    OVER = "over_limit"


C = Column
START: Final = (C.CUSTOMER, C.SUBSCRIPTION)

COLUMNS: Final[Mapping[SectionKey, tuple[Column, ...]]] = {
    SectionKey.ADDED: (
        *START, C.DAYS_SINCE_ADDED, C.TOTAL, C.DISTRIBUTION, C.ASSIGNMENT_CHANGE, C.USAGE_CHANGE,
    ),
    SectionKey.EXPIRING: (*START, C.DAYS_TO_EXPIRY, C.TOTAL, C.DISTRIBUTION, C.USAGE_3_MONTHS),
    SectionKey.RENEWING: (*START, C.DAYS_TO_RENEWAL, C.TOTAL, C.DISTRIBUTION, C.USAGE_3_MONTHS),
    SectionKey.LOW: (
        *START, C.MONTHS_SINCE_ADDED, C.ASSIGNED, C.TOTAL, C.DISTRIBUTION, C.ASSIGNMENT_CHANGE,
    ),
    SectionKey.OVER: (*START, C.MONTHS_TO_EXPIRY, C.AUTO_RENEW, C.TOTAL, C.ASSIGNED, C.USED),
}  # fmt: skip
"""As the source lists them, complete. domain.md §6.8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Of one product, as of one instant."""

    key: SectionKey
    product: str
    numbers: tuple[Number, ...]
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]


def section(
    key: SectionKey,
    lines: Sequence[Line],
    product: str,
    at: datetime,
    policy: HubPolicy,
    peers: Sequence[Line] | None = None,
) -> Section:
    """`lines` of all products, of the customers that somebody sees; `peers`: of all customers of the partners, if these
    are more. AMB-22."""
    of_product = [line for line in lines if line.product == product]
    return section_of(key, lines_of(key, of_product, at, policy, peers), of_product, product, at)


def section_of(
    key: SectionKey, found: Sequence[Line], of_product: Sequence[Line], product: str, at: datetime
) -> Section:
    """Of lines that were found, and all of the product."""
    rows = sorted((Row(line=line, at=at) for line in found), key=ORDER[key])
    numbers = NUMBERS[key](found, of_product)
    return Section(key=key, product=product, numbers=numbers, columns=COLUMNS[key], rows=tuple(rows))


def lines_of(
    key: SectionKey, lines: Sequence[Line], at: datetime, policy: HubPolicy, peers: Sequence[Line] | None = None
) -> list[Line]:
    """Those that a section is about. What renews by itself does not expire: no line is in both. AMB-23."""
    running = [line for line in lines if line.active]
    match key:
        case SectionKey.ADDED:
            return [line for line in running if within(days_since(line.added_on, at, line.zone), policy.window)]
        case SectionKey.EXPIRING:
            return [line for line in running if not line.auto_renew and _ends_within(line, at, policy)]
        case SectionKey.RENEWING:
            return [line for line in running if line.auto_renew and _ends_within(line, at, policy)]
        case SectionKey.LOW:
            return low_lines(running, policy, peers)
        case SectionKey.OVER:
            return [line for line in running if line.over]


def _ends_within(line: Line, at: datetime, policy: HubPolicy) -> bool:
    return within(days_to(line.ends_at, at, line.zone), policy.window)


NUMBERS: Final[Mapping[SectionKey, Callable[[Sequence[Line], Sequence[Line]], tuple[Number, ...]]]] = {
    SectionKey.ADDED: section_numbers.added,
    SectionKey.EXPIRING: section_numbers.expiring,
    SectionKey.RENEWING: section_numbers.renewing,
    SectionKey.LOW: section_numbers.low,
    SectionKey.OVER: section_numbers.over,
}
"""Each is asked with the section's lines, and with all lines of the product."""


def _named(row: Row) -> tuple[str, ...]:
    line = row.line
    return line.customer_name, line.partner_id, line.customer_id, line.lifecycle, line.subject


ORDER: Final[Mapping[SectionKey, Callable[[Row], tuple[Any, ...]]]] = {
    SectionKey.ADDED: lambda row: (row.days_since_added, _named(row)),
    SectionKey.EXPIRING: lambda row: (row.days_to_end, _named(row)),
    SectionKey.RENEWING: lambda row: (row.days_to_end, _named(row)),
    SectionKey.LOW: lambda row: (Assigned(row.line.assigned, row.line.total).rank, _named(row)),
    SectionKey.OVER: lambda row: (-row.line.over, _named(row)),
}
"""What somebody should look at first stands first: the newest, the soonest, the lowest, the most."""
