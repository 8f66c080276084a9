"""The orders of a subscription in SQL."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.sql.schema import LifecycleRecord
from domain.lifecycle import Lifecycle
from domain.order.states import Stage

CAME_TO_NOTHING: Final = frozenset({Stage.REJECTED, Stage.CANCELLED})
"""Orders that neither started nor renewed a subscription."""

RENEWAL: Final = "order.renewal"
"""The kind of a renewal order."""


def by_age(orders: Iterable[Any]) -> tuple[str, ...]:
    """Ids in the order in which they were placed; of each its id and when."""
    return tuple(number for number, _ in sorted(orders, key=lambda each: (datetime.fromisoformat(each[1]), each[0])))


def orders_of(session: Session, subscription_id: str, partner_id: str | None = None) -> tuple[str, ...]:
    """Those that came to something, oldest first; with `partner_id` only those of whom it faced the customer."""
    orders = select(LifecycleRecord.subject, LifecycleRecord.state["placed_at"].as_string()).where(
        LifecycleRecord.lifecycle == Lifecycle.ORDER,
        LifecycleRecord.linked_to == subscription_id,
        LifecycleRecord.stage.not_in(CAME_TO_NOTHING),
    )
    if partner_id is not None:
        orders = orders.where(LifecycleRecord.partner_id == partner_id)
    return by_age(session.execute(orders))
