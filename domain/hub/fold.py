"""How an entitlement was, from one instant to the next: folded from its start and its events. Pure.

What is said of an instant comes from facts that have an instant: from events, and from the start, which never changes.
The state as it stands is asked for three things only:

- its zone, for the days on which something ends: where the rules of a zone changed and a new term took the new ones, a
  past end may lie an hour off;
- who faces the customer, as long as no event says that this changed;
- the last word. Where a workflow was Reset and went another way, there are events of both ways, and the state says on
  which it is. That counts from when it was recorded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from domain.events import Event
from domain.hub.entitlements import Entitlement
from domain.hub.fold_order import ORDER
from domain.hub.fold_subscription import SUBSCRIPTION
from domain.hub.fold_trial import TRIAL
from domain.hub.fold_wholesale import WHOLESALE
from domain.hub.history import Catalogue, Folding, History, Span
from domain.lifecycle import Lifecycle
from domain.wholesale.standing import NAME

FOLDINGS: Final[Mapping[Lifecycle, Folding]] = {
    Lifecycle.ORDER: ORDER,
    Lifecycle.SUBSCRIPTION: SUBSCRIPTION,
    Lifecycle.TRIAL: TRIAL,
    NAME: WHOLESALE,
}
"""Of what the hub knows of. Devices, cases, options and checks are no customers' entitlements."""

STANDS: Final = "hub.stands"

Step = tuple[datetime, Entitlement | None]


def fold(history: History, catalogue: Catalogue) -> tuple[Span, ...]:
    """In time order; none of two follow each other that say the same."""
    last_of_each_instant = dict(_steps(history, catalogue))
    spans: list[Span] = []
    for at, entitlement in sorted(last_of_each_instant.items()):
        known = spans[-1].entitlement if spans and spans[-1].until is None else None
        if entitlement == (known and replace(known, valid_from=at)):
            continue
        if known is not None:
            spans[-1] = Span(known, at)
        if entitlement is not None:
            spans.append(Span(entitlement, None))
    return tuple(spans)


def _steps(history: History, catalogue: Catalogue) -> Iterator[Step]:
    """What it was after each event; of one instant, the last one counts."""
    folding = FOLDINGS[history.lifecycle]
    entitlement = known = None
    for event in _events(history, folding):
        if event.type != STANDS:
            entitlement = folding.after(entitlement, event, history, catalogue)
        elif known is not None:
            entitlement = folding.as_it_stands(known, history)
        known = entitlement or known
        yield event.occurred_at, replace(entitlement, valid_from=event.occurred_at) if entitlement else None


def _events(history: History, folding: Folding) -> list[Event]:
    """In time order: a Reset tells some anew. Those of one instant stay in the order in which they were recorded."""
    stands = Event(sequence=0, type=STANDS, occurred_at=history.stands_at)
    events = (*history.events, *folding.beside(history), stands)
    return sorted(events, key=lambda event: event.occurred_at)
