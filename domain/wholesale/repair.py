"""What `tenure audit` may do about a wholesale customer."""

from collections.abc import Sequence
from typing import Final

from domain.lifecycle import Lifecycle
from domain.repair import News, Other, Repair
from domain.wholesale.mails import PARTNER
from domain.wholesale.state import WholesaleState

CHECK: Final = Lifecycle("compliance")


def _tells(state: WholesaleState) -> Sequence[News]:
    """Checks that are still open: the customer is gone. WHS-27."""
    content = {"external_id": state.external_id}
    return [News(CHECK, check.check_id, "customer_changed", content) for check in state.checks if check.is_open]


def _hears_of(state: WholesaleState) -> Sequence[Other]:
    """A check that is over tells nobody again."""
    return [(CHECK, check.check_id) for check in state.checks if check.started]


def _people(_state: WholesaleState) -> frozenset[str]:
    return frozenset({PARTNER})


REPAIR: Final = Repair(
    goes_on=True,
    ends_by="the update deprovision",
    tells=_tells,
    hears_of=_hears_of,
    people=_people,
    follows=("wholesale.check_",),
)
"""It goes on where the store has it: its users are there, and so is how far a deprovisioning had come."""
