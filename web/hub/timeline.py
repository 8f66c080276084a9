"""What happened to a customer, and what will if nobody does anything: in words. HUB-40."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.hub.drill_down import HubEvent
from domain.hub.foreseen import Foreseen, foreseen
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.permissions import INTERNAL
from domain.trial.losses import Others
from web.hub.asked import Asked
from web.reader import Reader
from web.words import is_said

GUIDES: Final = frozenset(
    {
        "hold_overdue",
        "build_late",
        "provisioned_late",
        "option_expected",
        "first_response_warn",
        "identification_warn",
        "status_warn",
    }
)
"""Dates that the vendor alone keeps: nobody promised them to a partner. AMB-1, AMB-5, AMB-34."""

EVENT: Final = "timeline.event"
DUE: Final = "timeline.due"
LOSS: Final = "timeline.loss"

BAD: Final = ("refused", "rejected", "suspended", "expired", "overdue", "lost", "failed", "terminated", "jeopardy")
GOOD: Final = ("completed", "renewed", "activated", "converted", "graduated", "site_built", "lifted", "resolved")


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One thing that happened, or that will."""

    at: datetime
    lifecycle: Lifecycle
    subject: str
    text: str
    more: str
    """For operators: by whom, why; of what will be: from when it was moved, and what is lost by it."""

    coming: bool
    tone: str
    certain: bool = True
    """It happened, or its date is set; else it follows from what comes before it, if nobody does anything."""

    @property
    def mark(self) -> str:
        """How its point looks."""
        if not self.coming:
            return self.tone
        return "coming" if self.certain else "foreseen"

    @property
    def about(self) -> tuple[Lifecycle, str]:
        """Whose it is."""
        return self.lifecycle, self.subject


def happened(events: Iterable[HubEvent], reader: Reader, *, operator: bool) -> list[Moment]:
    """The newest first. A partner's people see what has words of its own; an operator everything."""
    return [
        _happened(each, reader, operator=operator)
        for each in sorted(events, key=lambda each: (each.event.occurred_at, each.event.sequence), reverse=True)
        if operator or (each.lifecycle not in INTERNAL and is_said(_name(EVENT, each.event.type)))
    ]


def coming(asked: Asked, *, operator: bool) -> list[Moment]:
    """The next first: what is set for all that is open, and what follows from it if nobody does anything."""
    states = list(_open(asked))
    return [
        _coming(each, asked.reader)
        for each in foreseen(states, asked.now, _beside(asked, states))
        if operator or (each.lifecycle not in INTERNAL and each.deadline.kind not in GUIDES)
    ]


def _open(asked: Asked) -> Iterable[LifecycleState]:
    """One query for each kind."""
    store, customer = asked.world.store, asked.customer
    for lifecycle in KINDS:
        found = store.listed(lifecycle, customer=customer.customer_id, partner=customer.partner_id, open_only=True)
        yield from store.states(lifecycle, [each.subject for each in found]).values()


def _beside(asked: Asked, states: Iterable[LifecycleState]) -> dict[str, Others]:
    """By trial, what the customer has from others: that is not lost with it. AMB-48."""
    trials = (state.subject for state in states if state.lifecycle == Lifecycle.TRIAL)
    return {trial: asked.world.store.row(Lifecycle.TRIAL, trial).others for trial in trials}


def _happened(found: HubEvent, reader: Reader, *, operator: bool) -> Moment:
    event = found.event
    who = [event.actor, event.reason or ""] if operator else []
    return Moment(
        at=event.occurred_at,
        lifecycle=found.lifecycle,
        subject=found.subject,
        text=_words(EVENT, event.type, reader),
        more=" · ".join(part for part in who if part),
        coming=False,
        tone=_tone(event.type),
    )


def _coming(found: Foreseen, reader: Reader) -> Moment:
    due = found.deadline
    lost = reader.all_of([reader.say(_name(LOSS, step)) for step in found.lost])
    more = [
        reader.say("timeline.moved", at=reader.at(due.was)) if due.was else "",
        reader.say("timeline.lost", what=lost) if lost else "",
    ]
    return Moment(
        at=due.at,
        lifecycle=found.lifecycle,
        subject=found.subject,
        text=_words(DUE, due.kind, reader),
        more=" · ".join(part for part in more if part),
        coming=True,
        tone="bad" if found.lost else "",
        certain=found.armed,
    )


def _words(area: str, value: str, reader: Reader) -> str:
    """Its own; without, the name as it is, for operators know them."""
    return reader.say(_name(area, value)) if is_said(_name(area, value)) else value.replace("_", " ").replace(".", ": ")


def _name(area: str, value: str) -> str:
    return f"{area}_{value.replace('.', '_').replace('/', '_')}"


def _tone(type_: str) -> str:
    last = type_.rpartition(".")[2]
    return "bad" if last.endswith(BAD) else "good" if last.endswith(GOOD) else ""


def subjects_of(moments: Sequence[Moment]) -> list[tuple[Lifecycle, str]]:
    """Whose moments these are, by when they were first heard of."""
    first: dict[tuple[Lifecycle, str], datetime] = {}
    for moment in moments:
        first[moment.about] = min(first.get(moment.about, moment.at), moment.at)
    return sorted(first, key=lambda about: (first[about], about))
