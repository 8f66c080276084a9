"""The rules of domain.md behind an order's deadlines and stages."""

from typing import Final

from domain.order import state as order
from domain.order.states import OrderEvent
from domain.rules import Rules

RULES: Final = Rules(
    deadlines={
        order.HOLD_OVERDUE: "ORD-03, AMB-1",
        order.RENEWAL_TARGET: "REN-07",
        order.BUILD_LATE: "ORD-18, ORD-19",
        order.LINK_VOID: "ORD-22",
        order.REMINDER: "ORD-27, ORD-28",
        order.GRADUATION_DUE: "ORD-27, AMB-45",
    },
    events={
        OrderEvent.HELD: "ORD-02, REN-04",
        OrderEvent.TERMS_ACCEPTED: "ORD-11",
        OrderEvent.COMPLIANCE_CLEARED: "ORD-03",
        OrderEvent.COMPLIANCE_REFUSED: "ORD-03",
        OrderEvent.SHIPPED: "ORD-04, ORD-11",
        OrderEvent.CANCELLED: "AMB-41",
        OrderEvent.FORM_SUBMITTED: "ORD-15",
        OrderEvent.SITE_BUILT: "ORD-20, ORD-21",
        OrderEvent.RENEWED: "REN-09",
        OrderEvent.GRADUATED: "ORD-27",
    },
)
