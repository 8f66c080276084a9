"""What may be done about a lifecycle whose workflow, row or neighbours are gone; each says its own. R9, K6, F2."""

from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Generic, TypeVar

from domain.events import Event
from domain.lifecycle import Lifecycle, LifecycleState, workflow_id
from domain.values import Message
from domain.view import LifecycleView
from domain.working_time import ZoneRules

S = TypeVar("S", bound=LifecycleState)

Other = tuple[Lifecycle, str]
"""Another lifecycle and its id."""


@dataclass(frozen=True)
class News:
    """What one lifecycle tells another by signal; told again, it changes nothing."""

    lifecycle: Lifecycle
    id: str
    signal: str
    content: Mapping[str, str] | None = None
    """As JSON; None: the signal says it all."""

    @property
    def to(self) -> str:
        """The workflow it is for."""
        return workflow_id(self.lifecycle, self.id)


def nobody(_state: Any) -> tuple[()]:
    """Most lifecycles have to do with no other."""
    return ()


def nothing(_state: Any) -> frozenset[str]:
    """Most need nobody's papers."""
    return frozenset()


@dataclass(frozen=True, kw_only=True)
class Repair(Generic[S]):
    """By default nothing special: its start is in the store, it begins anew when lost, and nobody ends it for it."""

    first_state: Callable[[Any, datetime, ZoneRules | None], S] | None = None
    """From its start, if the activity that opens it writes its first state: no record tells of it."""

    start: Callable[[S, Sequence[Event]], Message] | None = None
    """What to start it with again, from its row and its events; None: as it was handed in, which the store keeps."""

    goes_on: bool = False
    """Started again it goes on where the store has it; else it begins anew."""

    never_again: Mapping[str, str] = field(default_factory=dict)
    """Stages after which it is never started again, and why, in words."""

    give_up: Callable[[S, datetime, str], None] | None = None
    """Close it when its workflow was torn off: when, and why in words. None: that would be wrong."""

    ends_by: str = ""
    """What alone ends it, if nobody may close it: `the update terminate`."""

    tells: Callable[[S], Sequence[News]] = nobody
    """Whom it tells that it is over, and what."""

    waits_for: Callable[[LifecycleView], Other | None] = lambda _view: None
    """Another one without whose news it does not go on."""

    hears_of: Callable[[S], Sequence[Other]] = nobody
    """Others whose end it has heard of, or will."""

    people: Callable[[S], Set[str]] = nothing
    """Roles of those whom its mails are for or about, as it stands."""

    forms: Callable[[S], Set[str]] = nothing
    """Forms that its mails are written from, as it stands."""

    decided: Callable[[S], Set[str]] | None = None
    """Steps that cannot be undone and were decided, as it says itself; None: none is kept beside its row."""

    follows: tuple[str, ...] = ()
    """Beginnings of the types of events that come by themselves with what somebody tells it."""
