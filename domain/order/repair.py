"""What `tenure audit` may do about an order."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.lifecycle import Lifecycle
from domain.mails import Role
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.repair import News, Repair

PLACED_BY: Final = frozenset({Role.ORDERING_PARTNER, Role.FACING_PARTNER, Role.CUSTOMER})
IN_THE_FORM: Final = frozenset({Role.FORM_PARTNER, Role.SITE_ADMINISTRATOR})
FORMS: Final = {
    Stage.PROVISIONING: frozenset({"provisioning_form"}),
    Stage.SERVICE_READY: frozenset({"provisioning_form", "access"}),
}


def _people(state: OrderState) -> frozenset[str]:
    return PLACED_BY | IN_THE_FORM if state.stage in FORMS else PLACED_BY


def _forms(state: OrderState) -> frozenset[str]:
    return FORMS.get(state.stage, frozenset())


def _tells(state: OrderState) -> Sequence[News]:
    """Its subscription may be renewed by another order."""
    if not state.is_renewal:
        return ()
    step = "completed" if state.stage is Stage.COMPLETED else "withdrawn"
    content = {"order_number": state.number, "step": step}
    return (News(Lifecycle.SUBSCRIPTION, state.subscription_id, "renewal", content),)


def _give_up(state: OrderState, now: datetime, reason: str) -> None:
    state.stage, state.closed_at, state.closing_reason = Stage.CANCELLED, now, reason


REPAIR: Final = Repair(
    give_up=_give_up,
    tells=_tells,
    people=_people,
    forms=_forms,
)
