"""The tables of wholesale customers, written down a second time, from domain.md §7 and §10.3: see tests/domain."""

from collections.abc import Mapping
from typing import Final

from domain.wholesale.states import WholesaleEvent as E
from domain.wholesale.states import WholesaleStage as S

WHAT: Final = "customer"

DEADLINES: Final[Mapping[str, str]] = {}
"""When it is expected to be provisioned, the specification does not say."""

EVENTS: Final[Mapping[str, str]] = {
    "wholesale.created": "WHS-01, WHS-12, WHS-30",
    "wholesale.onboarded": "WHS-31, WHS-32",
    "wholesale.check_wanted": "WHS-20, WHS-21",
    "wholesale.check_started": "WHS-20, WHS-22",
    "wholesale.reported": "WHS-10",
    "wholesale.provisioned": "WHS-10",
    "wholesale.provisioned_with_errors": "WHS-10",
    "wholesale.failed": "WHS-10",
    "wholesale.update_begun": "WHS-10",
    "wholesale.quantities_changed": "WHS-12",
    "wholesale.address_changed": "WHS-20, WHS-31",
    "wholesale.deprovisioning": "WHS-27",
    "wholesale.deprovisioned": "WHS-27",
}

LOSSES: Final[Mapping[str, str]] = {
    "users_removed": "WHS-27",
    "add_ons_removed": "WHS-27",
    "packages_removed": "WHS-27",
    "organization_deprovisioned": "WHS-27",
}

ASKED: Final[Mapping[str, str]] = {
    "wholesale.reported": "report a package",
    "wholesale.update_begun": "set a package up anew",
    "wholesale.users_changed": "change users",
    "wholesale.quantities_changed": "change quantities",
    "wholesale.address_changed": "change the billing address",
    "wholesale.check_started": "screen the customer",
    "wholesale.deprovisioning": "deprovision the customer",
}

CLOSED: Final = {"deprovisioned"}

_RUNNING: Final = (E.USERS_CHANGED, E.QUANTITIES_CHANGED, E.ADDRESS_CHANGED, E.CHECK_STARTED)
"""What changes no stage."""

_OUTCOMES: Final = {
    E.PROVISIONED: S.PROVISIONED,
    E.PROVISIONED_WITH_ERRORS: S.PROVISIONED_WITH_ERRORS,
    E.FAILED: S.ERROR,
}

BEGINS: Final = S.PROVISIONING

ALLOWED: Final[Mapping[S, Mapping[E, S]]] = {
    **{
        stage: {
            E.REPORTED: stage,
            **_OUTCOMES,
            E.UPDATE_BEGUN: stage,
            **dict.fromkeys(_RUNNING, stage),
            E.DEPROVISIONING: S.DEPROVISIONING,
        }
        for stage in (S.PROVISIONING, S.UPDATING)
    },
    **{
        stage: {
            E.UPDATE_BEGUN: S.UPDATING,
            **dict.fromkeys(_RUNNING, stage),
            E.DEPROVISIONING: S.DEPROVISIONING,
        }
        for stage in (S.PROVISIONED, S.PROVISIONED_WITH_ERRORS, S.ERROR)
    },
    S.DEPROVISIONING: {E.DEPROVISIONED: S.DEPROVISIONED},
    S.DEPROVISIONED: {},
}
