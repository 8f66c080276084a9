"""The first row of the dashboard: five numbers over Meetings and Calling together. HUB-50, HUB-53. Pure.

Below it everything is about one product (HUB-51, `domain/hub/sections.py`). The last four count those who stand in the
section of the same meaning for either product, so that every one of them can be looked up there.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from domain.hub.lines import Line
from domain.hub.numbers import Number, counted, customers_of
from domain.hub.policy import HubPolicy
from domain.hub.products import MEASURED
from domain.hub.sections import SectionKey, lines_of


def top(
    lines: Sequence[Line], at: datetime, policy: HubPolicy, peers: Sequence[Line] | None = None
) -> tuple[Number, ...]:
    """In the order of HUB-53 (a) to (e). `peers` as in `sections.section`."""
    measured = [line for line in lines if line.product in MEASURED]
    return top_of(measured, {key: lines_of(key, measured, at, policy, peers) for key in SectionKey})


def top_of(measured: Sequence[Line], found: Mapping[SectionKey, Sequence[Line]]) -> tuple[Number, ...]:
    """Of all lines of both products, and of those among them that each section is about."""
    return (
        counted("total_customers", customers_of(measured)),
        counted("nearing_expiration", customers_of(found[SectionKey.EXPIRING])),
        counted("nearing_renewal", customers_of(found[SectionKey.RENEWING])),
        counted("low_licence_assignment", customers_of(found[SectionKey.LOW])),
        counted("over_licence_limit", customers_of(found[SectionKey.OVER])),
    )
