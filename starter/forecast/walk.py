"""Who acts next if everybody does what is waited for, as late as the guides allow: so every mail has its turn."""

from collections import Counter
from datetime import datetime
from typing import Final

from domain.lifecycle import LifecycleState
from domain.lifecycles import KINDS
from domain.view import LifecycleView
from starter.console.ids import Subject
from starter.forecast.acts import Act

OFTEN: Final = 3
"""An update is sent again while it is waited for: terms may be two."""


class Walk:
    """Sends the messages that the lifecycles themselves offer."""

    def __init__(self) -> None:
        self._sent: Counter[tuple[str, str]] = Counter()

    def next(self, views: dict[str, LifecycleView], states: dict[str, LifecycleState], now: datetime) -> Act | None:
        """What somebody does now, if nothing has to pass before."""
        for name, view in views.items():
            if not _guides_ahead(view, states[name]) and (act := self._owed(name, view, states[name], now)):
                return act
        return None

    def _owed(self, name: str, view: LifecycleView, state: LifecycleState, now: datetime) -> Act | None:
        kind = KINDS[state.lifecycle]
        offers = kind.offers(state, now)
        for awaited in view.awaiting:
            offer = offers.get(awaited.update)
            if awaited.pressing and offer and offer.message and self._sent[name, awaited.update] < OFTEN:
                self._sent[name, awaited.update] += 1
                return Act(now, Subject(kind.name, state.subject), awaited.update, offer.message)
        return None


def _guides_ahead(view: LifecycleView, state: LifecycleState) -> bool:
    """Is there a guide, a target or a reminder still to pass? Dates of the contract are met."""
    harmless = state.movable | state.courtesies
    return any((deadline.ladder or deadline.kind) in harmless for deadline in view.deadlines)
