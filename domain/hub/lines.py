"""Licences of one product of one subscription or trial: what every KPI, table and chart is counted from. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from domain.lifecycle import Lifecycle

WEEKS: Final = 13
"""How far back a line remembers: three months. domain.md §6.8."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """As of one instant. Counts are licences."""

    lifecycle: Lifecycle
    subject: str
    """The subscription's or the trial's id."""

    partner_id: str
    customer_id: str
    customer_name: str
    zone: str
    """The customer's: in it days are counted. AMB-39."""

    product: str
    trial: bool
    active: bool
    """Active, or a trial in use: what is suspended, in grace or over has a line, and counts nowhere as running."""

    total: int
    """Purchased: what is entitled now. AMB-19."""

    assigned: int
    used: int
    """In the last seven days: the highest of their days."""

    used_assigned: int
    """Of those, licences that are assigned, too: the highest of the same days. AMB-25."""

    assigned_by_week: tuple[int | None, ...]
    used_by_week: tuple[int | None, ...]
    """Of the last WEEKS weeks of seven days before the instant, the oldest first; None: nothing is known of that week.
    The last one is `assigned`, or `used`, if it is known. What was assigned stays so until a newer day says else."""

    added_on: date
    ends_at: datetime | None
    auto_renew: bool
    """Set to be renewed by itself; never of a trial. HUB-53, AMB-23."""

    @property
    def measured(self) -> bool:
        """Has a file ever said how many are assigned? Else nobody knows, and none is not what was said."""
        return self.assigned_by_week[-1] is not None

    @property
    def available(self) -> int:
        """Not assigned; never less than none."""
        return max(0, self.total - self.assigned)

    @property
    def over(self) -> int:
        """Assigned beyond what was purchased. HUB-53, AMB-19."""
        return max(0, self.assigned - self.total)
