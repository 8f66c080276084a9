"""The stages of a wholesale customer as a table: its provisioning axis. domain.md §7.1, §10.3.

What its compliance checks say is the other axis, and moves none of these; only a deprovisioning is asked for by it.
"""

from enum import StrEnum
from typing import Final

from domain.transitions import Table


class WholesaleStage(StrEnum):
    """Where a customer's provisioning is."""

    PROVISIONING = "provisioning"
    """Created; packages and add-ons are being set up by the vendor."""

    PROVISIONED = "provisioned"
    PROVISIONED_WITH_ERRORS = "provisioned_with_errors"
    ERROR = "error"
    """Nothing of it could be provisioned."""

    UPDATING = "updating"
    """Provisioned before; something new is being set up."""

    DEPROVISIONING = "deprovisioning"
    DEPROVISIONED = "deprovisioned"


class WholesaleEvent(StrEnum):
    """What happens to a customer."""

    REPORTED = "wholesale.reported"
    """One package or add-on is provisioned, or failed, and others are still to come."""

    PROVISIONED = "wholesale.provisioned"
    PROVISIONED_WITH_ERRORS = "wholesale.provisioned_with_errors"
    FAILED = "wholesale.failed"
    UPDATE_BEGUN = "wholesale.update_begun"
    """Something new, or something that had failed, is being set up."""

    USERS_CHANGED = "wholesale.users_changed"
    QUANTITIES_CHANGED = "wholesale.quantities_changed"
    ADDRESS_CHANGED = "wholesale.address_changed"
    CHECK_STARTED = "wholesale.check_started"
    DEPROVISIONING = "wholesale.deprovisioning"
    DEPROVISIONED = "wholesale.deprovisioned"


S, V = WholesaleStage, WholesaleEvent

AT_WORK: Final = (S.PROVISIONING, S.UPDATING)
"""The vendor owes a report."""

AT_REST: Final = (S.PROVISIONED, S.PROVISIONED_WITH_ERRORS, S.ERROR)
RUNNING: Final = (*AT_WORK, *AT_REST)
"""Not on its way out."""

NEXT: Final = {
    **{(stage, V.REPORTED): stage for stage in AT_WORK},
    **{(stage, V.PROVISIONED): S.PROVISIONED for stage in AT_WORK},
    **{(stage, V.PROVISIONED_WITH_ERRORS): S.PROVISIONED_WITH_ERRORS for stage in AT_WORK},
    **{(stage, V.FAILED): S.ERROR for stage in AT_WORK},
    (S.PROVISIONING, V.UPDATE_BEGUN): S.PROVISIONING,
    **{(stage, V.UPDATE_BEGUN): S.UPDATING for stage in (S.UPDATING, *AT_REST)},
    **{
        (stage, event): stage
        for stage in RUNNING
        for event in (V.USERS_CHANGED, V.QUANTITIES_CHANGED, V.ADDRESS_CHANGED, V.CHECK_STARTED)
    },
    **{(stage, V.DEPROVISIONING): S.DEPROVISIONING for stage in RUNNING},
    (S.DEPROVISIONING, V.DEPROVISIONED): S.DEPROVISIONED,
}

TABLE: Final = Table(
    what="customer",
    next=NEXT,
    closed=frozenset({S.DEPROVISIONED}),
    asked={
        V.REPORTED: "report a package",
        V.UPDATE_BEGUN: "set a package up anew",
        V.USERS_CHANGED: "change users",
        V.QUANTITIES_CHANGED: "change quantities",
        V.ADDRESS_CHANGED: "change the billing address",
        V.CHECK_STARTED: "screen the customer",
        V.DEPROVISIONING: "deprovision the customer",
    },
)
