"""What `tenure audit` may do about a compliance check: it goes on where the store has it, and nobody ends it for it."""

from collections.abc import Sequence
from typing import Final

from domain.compliance.mails import PARTNER
from domain.compliance.standing import CUSTOMER
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.lifecycle import Lifecycle
from domain.repair import News, Other, Repair
from domain.view import LifecycleView


def _people(_state: CheckState) -> frozenset[str]:
    return frozenset({PARTNER})


def _tells(state: CheckState) -> Sequence[News]:
    """The customer's workflow deprovisions, or knows that nothing is open. WHS-27."""
    return (News(CUSTOMER, state.external_id, "check_changed", {"check_id": state.check_id}),)


def _waits_for(view: LifecycleView) -> Other | None:
    """Once the deprovisioning has begun, only the customer's workflow can end it."""
    return (CUSTOMER, view.customer_id) if view.stage == CheckStage.DEPROVISIONING else None


def _hears_of(state: CheckState) -> Sequence[tuple[Lifecycle, str]]:
    return ((CUSTOMER, state.external_id),)


REPAIR: Final = Repair(
    goes_on=True,
    ends_by="a decision of the compliance team, or the end of the customer,",
    tells=_tells,
    waits_for=_waits_for,
    hears_of=_hears_of,
    people=_people,
)
