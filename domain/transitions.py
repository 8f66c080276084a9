"""The stages of a lifecycle as a table: which event leads where. A refusal names both sides. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from domain.reasons import Reason
from domain.values import Refused

S = TypeVar("S", bound=StrEnum)
E = TypeVar("E", bound=StrEnum)


class TransitionRefused(Refused):
    """The stage does not allow what was asked for."""

    code = Reason.WRONG_STAGE


@dataclass(frozen=True, kw_only=True)
class Table(Generic[S, E]):
    """The stages of one lifecycle, the events that lead from one to another or are remembered in one, and the words."""

    what: str
    """What stands in a stage: `order`."""

    next: Mapping[tuple[S, E], S]
    closed: frozenset[S]
    """Stages in which nothing is to come."""

    asked: Mapping[E, str]
    """What somebody asks for who causes the event: `cancel`."""

    hints: Mapping[tuple[S, E], str] = field(default_factory=dict)
    """Where there is more to say than in which stages it is possible."""

    def after(self, stage: S, event: E) -> S:
        """The stage that follows; raises TransitionRefused, naming stage and request, when there is none."""
        following = self.next.get((stage, event))
        if following is None:
            raise TransitionRefused(
                f"cannot {self.asked.get(event, event)}: the {self.what} is {stage}{self._hint(stage, event)}"
            )
        return following

    def allows(self, stage: S, event: E) -> bool:
        return (stage, event) in self.next

    def _hint(self, stage: S, event: E) -> str:
        if hint := self.hints.get((stage, event)):
            return hint
        possible = [str(at) for at, known in self.next if known is event]
        return (
            f"; this is possible while it is {' or '.join(possible)}" if possible and stage not in self.closed else ""
        )
