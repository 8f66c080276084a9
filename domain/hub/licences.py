"""What is known by file of the licences of one product of one entitlement, as of an instant. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from domain.hub.entitlements import Entitlement
from domain.hub.lines import WEEKS
from domain.hub.policy import WEEK


def last_day_at(at: datetime) -> date:
    """The last day (UTC) that had begun before an instant: at the end of a week its Saturday."""
    return (at.astimezone(UTC) - datetime.resolution).date()


def last_days_of_weeks(last_day: date, weeks: int = WEEKS) -> tuple[date, ...]:
    """Of the last weeks, the oldest first: each is seven days that end with one of these."""
    return tuple(last_day - back * WEEK for back in reversed(range(weeks)))


@dataclass(frozen=True, slots=True)
class Purchased:
    """The vendor's newest word on what is entitled."""

    licences: int
    day: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Licences:
    """Nothing but what was in files. Weeks: the oldest first."""

    assigned_by_week: tuple[int | None, ...]
    """At the end of each, as the newest day until then has it. None: no day has said anything."""

    used_by_week: tuple[int | None, ...]
    """The highest of its days. None: it has none."""

    used_assigned: int | None
    """The highest of the last seven days."""

    purchased: Purchased | None


def nothing_known(weeks: int) -> Licences:
    """Of so many weeks."""
    nothing = (None,) * weeks
    return Licences(assigned_by_week=nothing, used_by_week=nothing, used_assigned=None, purchased=None)


def carried(by_week: Iterable[int | None]) -> tuple[int | None, ...]:
    """What was assigned stays so until a newer day says else."""
    found, known = list[int | None](), None
    for week in by_week:
        known = known if week is None else week
        found.append(known)
    return tuple(found)


def entitled(entitlement: Entitlement, product: str, purchased: Purchased | None) -> int:
    """What the vendor said last, or what was ordered, if that is newer. AMB-19."""
    if purchased is None or (entitlement.entitled_since and purchased.day < entitlement.entitled_since):
        return entitlement.products.get(product, 0)
    return purchased.licences
