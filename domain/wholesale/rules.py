"""The rules of domain.md behind a wholesale customer's deadline and stages."""

from typing import Final

from domain.rules import Rules
from domain.wholesale.standing import (
    STEPS,
)
from domain.wholesale.states import WholesaleEvent

RULES: Final = Rules(
    events={
        "wholesale.created": "WHS-01, WHS-12, WHS-30",
        "wholesale.onboarded": "WHS-31, WHS-32",
        "wholesale.check_wanted": "WHS-20, WHS-21",
        WholesaleEvent.CHECK_STARTED: "WHS-20, WHS-22",
        WholesaleEvent.REPORTED: "WHS-10",
        WholesaleEvent.PROVISIONED: "WHS-10",
        WholesaleEvent.PROVISIONED_WITH_ERRORS: "WHS-10",
        WholesaleEvent.FAILED: "WHS-10",
        WholesaleEvent.UPDATE_BEGUN: "WHS-10",
        WholesaleEvent.QUANTITIES_CHANGED: "WHS-12",
        WholesaleEvent.ADDRESS_CHANGED: "WHS-20, WHS-31",
        WholesaleEvent.DEPROVISIONING: "WHS-27",
        WholesaleEvent.DEPROVISIONED: "WHS-27",
    },
    losses=dict.fromkeys(STEPS, "WHS-27"),
)
