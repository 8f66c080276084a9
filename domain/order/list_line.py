"""What a list says of an order. Pure."""

from datetime import datetime
from typing import Self

from domain.list_line import ListLine
from domain.order.state import OrderState


class OrderLine(ListLine):
    """Of the order itself."""

    number: str
    subscription_id: str

    @classmethod
    def of(cls, state: OrderState, _now: datetime) -> Self:
        """Whatever its stage."""
        return cls(number=state.subject, subscription_id=state.subscription_id)
