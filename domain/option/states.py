"""The stages of an option request as a table. domain.md §4, §10.5."""

from enum import StrEnum
from typing import Final

from domain.transitions import Table


class OptionStage(StrEnum):
    """Where a request is."""

    ACKNOWLEDGED = "acknowledged"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    REJECTED = "rejected"
    CANCELLED = "cancelled"


class OptionEvent(StrEnum):
    """What happens to a request."""

    BEGUN = "option.begun"
    ANSWERED = "option.answered"
    COMPLETED = "option.completed"
    REJECTED = "option.rejected"
    CANCELLED = "option.cancelled"


S, V = OptionStage, OptionEvent

NEXT: Final = {
    (S.ACKNOWLEDGED, V.ANSWERED): S.COMPLETED,
    (S.ACKNOWLEDGED, V.BEGUN): S.IN_PROGRESS,
    (S.ACKNOWLEDGED, V.REJECTED): S.REJECTED,
    (S.ACKNOWLEDGED, V.CANCELLED): S.CANCELLED,
    (S.IN_PROGRESS, V.COMPLETED): S.COMPLETED,
    (S.IN_PROGRESS, V.REJECTED): S.REJECTED,
}

TABLE: Final = Table(
    what="request",
    next=NEXT,
    closed=frozenset({S.COMPLETED, S.REJECTED, S.CANCELLED}),
    asked={
        V.BEGUN: "begin the work",
        V.COMPLETED: "complete the work",
        V.REJECTED: "reject the request",
        V.CANCELLED: "cancel the request",
    },
    hints={(S.IN_PROGRESS, V.CANCELLED): "; work has begun, and it can be completed or rejected"},
)
