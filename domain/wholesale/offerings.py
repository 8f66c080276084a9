"""What became of each package and add-on at the vendor's, and what follows for the customer. domain.md §10.3. Pure."""

from collections.abc import Mapping
from enum import StrEnum

from pydantic import AwareDatetime

from domain.values import Model
from domain.wholesale.states import WholesaleEvent


class OfferingStatus(StrEnum):
    """Of one package or add-on."""

    PENDING = "pending"
    """The vendor sets it up, and owes a report."""

    PROVISIONED = "provisioned"
    FAILED = "failed"


class Offering(Model):
    """A package or add-on of one customer."""

    status: OfferingStatus = OfferingStatus.PENDING
    at: AwareDatetime
    """Since when it is so, in UTC."""

    detail: str | None = None
    """Why it failed, in the vendor's words."""


Offerings = Mapping[str, Offering]
"""By package or add-on."""


def in_status(offerings: Offerings, status: OfferingStatus) -> tuple[str, ...]:
    """Their names, in the order in which they were ordered."""
    return tuple(name for name, offering in offerings.items() if offering.status is status)


def what_follows(offerings: Offerings) -> WholesaleEvent:
    """Pending ones left: only reported. All there: provisioned. None there: failed. Else provisioned with errors."""
    if in_status(offerings, OfferingStatus.PENDING):
        return WholesaleEvent.REPORTED
    failed = len(in_status(offerings, OfferingStatus.FAILED))
    if not failed:
        return WholesaleEvent.PROVISIONED
    return WholesaleEvent.FAILED if failed == len(offerings) else WholesaleEvent.PROVISIONED_WITH_ERRORS
