"""The stages of an order as a table; a refusal names both sides. domain.md §10.1 (TMF622 names)."""

from enum import StrEnum
from typing import Final

from domain.transitions import Table


class Stage(StrEnum):
    """Where an order stands."""

    ACKNOWLEDGED = "acknowledged"
    HELD = "held"
    AWAITING_DETAILS = "pending.awaiting_provisioning_details"
    PROVISIONING = "in_progress.provisioning"
    SERVICE_READY = "in_progress.service_ready"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class OrderEvent(StrEnum):
    """What moves an order from stage to stage, or is remembered while it stays."""

    HELD = "order.held"
    TERMS_ACCEPTED = "order.terms_accepted"
    COMPLIANCE_CLEARED = "order.compliance_cleared"
    COMPLIANCE_REFUSED = "order.compliance_refused"
    SHIPPED = "order.shipped"
    CANCELLED = "order.cancelled"
    FORM_SUBMITTED = "order.form_submitted"
    SITE_BUILT = "order.site_built"
    RENEWED = "order.renewed"
    GRADUATED = "order.graduated"


CLOSED: Final = frozenset({Stage.COMPLETED, Stage.REJECTED, Stage.CANCELLED})
BEFORE_SHIPPING: Final = frozenset({Stage.ACKNOWLEDGED, Stage.HELD})
"""Before the point of no return: an order may still be cancelled. AMB-41."""

NEXT: Final = {
    (Stage.ACKNOWLEDGED, OrderEvent.HELD): Stage.HELD,
    (Stage.ACKNOWLEDGED, OrderEvent.CANCELLED): Stage.CANCELLED,
    (Stage.HELD, OrderEvent.TERMS_ACCEPTED): Stage.HELD,
    (Stage.HELD, OrderEvent.COMPLIANCE_CLEARED): Stage.HELD,
    (Stage.HELD, OrderEvent.COMPLIANCE_REFUSED): Stage.REJECTED,
    (Stage.HELD, OrderEvent.CANCELLED): Stage.CANCELLED,
    (Stage.HELD, OrderEvent.SHIPPED): Stage.AWAITING_DETAILS,
    (Stage.AWAITING_DETAILS, OrderEvent.FORM_SUBMITTED): Stage.PROVISIONING,
    (Stage.PROVISIONING, OrderEvent.SITE_BUILT): Stage.SERVICE_READY,
    (Stage.PROVISIONING, OrderEvent.RENEWED): Stage.COMPLETED,
    (Stage.SERVICE_READY, OrderEvent.GRADUATED): Stage.COMPLETED,
}

ASKED: Final = {
    OrderEvent.TERMS_ACCEPTED: "accept terms",
    OrderEvent.COMPLIANCE_CLEARED: "clear compliance",
    OrderEvent.COMPLIANCE_REFUSED: "refuse compliance",
    OrderEvent.CANCELLED: "cancel",
    OrderEvent.FORM_SUBMITTED: "submit the provisioning form",
    OrderEvent.SITE_BUILT: "report the site built",
    OrderEvent.RENEWED: "report the renewal done",
    OrderEvent.GRADUATED: "graduate",
}

SHIPPED: Final = frozenset(Stage) - BEFORE_SHIPPING - CLOSED

TABLE: Final = Table(
    what="order",
    next=NEXT,
    closed=CLOSED,
    asked=ASKED,
    hints=dict.fromkeys(
        ((stage, OrderEvent.CANCELLED) for stage in SHIPPED),
        ", and a shipped order can no longer be cancelled (AMB-41: shipping is the point of no return)",
    ),
)
