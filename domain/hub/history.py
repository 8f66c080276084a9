"""What the store has of one lifecycle, for the hub to fold. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from domain.events import Event
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.lifecycle import Lifecycle
from domain.order.messages import OrderItem
from domain.working_time import local_day

Catalogue = Mapping[str, str]
"""Product by part number or package, where that is not the usual one. `settings.hub.products`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoughtBy:
    """An order that started or renewed a subscription."""

    items: tuple[OrderItem, ...]
    built_at: datetime | None
    """When its site was built. AMB-3."""


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """How it was started, what happened to it, and where it stands."""

    lifecycle: Lifecycle
    subject: str
    placed: Mapping[str, Any]
    """As it was started, people left out; empty of a subscription."""

    state: Any
    """Its LifecycleState: where it stands."""

    events: Sequence[Event]
    """In the order in which they were recorded."""

    opened_at: datetime | None
    """When it took its id."""

    recorded_at: datetime
    """Since when the store knows that it stands there."""

    orders: Mapping[str, BoughtBy] = field(default_factory=dict)
    """Of a subscription: by SO#."""

    began_at: datetime | None = None
    """Of an order: when its subscription began. None: it has not."""

    @property
    def stands_at(self) -> datetime:
        """From when on the state has the last word."""
        return max((self.recorded_at, *(event.occurred_at for event in self.events)))

    def pending(
        self, partner_id: str, products: Mapping[str, int], *, since: datetime, ordered_at: datetime | None = None
    ) -> Entitlement:
        """What nobody can use yet, as it is at first; ordered then, or by what happened `since`."""
        return Entitlement(
            lifecycle=self.lifecycle,
            subject=self.subject,
            partner_id=partner_id,
            customer_id=self.state.customer_id,
            state=EntitlementState.PENDING_ACTIVE,
            products=products,
            added_on=local_day(ordered_at or since, self.state.rules),
            ends_at=None,
            valid_from=since,
        )


class Span(NamedTuple):
    """An entitlement as it was in [entitlement.valid_from, until)."""

    entitlement: Entitlement
    until: datetime | None
    """None: it is so now. What ends and has no next one is in no list any more."""


class Folding(NamedTuple):
    """How one lifecycle is folded."""

    events: frozenset[str]
    """Types of those that say something: others need not be read."""

    after: Callable[[Entitlement | None, Event, History, Catalogue], Entitlement | None]
    """The entitlement after an event; None: it is in no list. It decides nothing: what was recorded has happened."""

    as_it_stands: Callable[[Entitlement, History], Entitlement | None]
    """The entitlement as the state has it."""

    beside: Callable[[History], Iterable[Event]] = lambda _history: ()
    """What happens at an instant that others name."""
