"""The stages of a support case as a table. domain.md §8, §10.4, §13 (TMF621 names)."""

from enum import StrEnum
from typing import Final

from domain.transitions import Table


class CaseStage(StrEnum):
    """Where a case is."""

    ACKNOWLEDGED = "acknowledged"
    PENDING = "pending"
    """The partner owes an answer: a question was asked, or nobody knows whose account it is. AMB-33."""

    IN_PROGRESS = "in_progress"
    RESOLVED = "resolved"
    CLOSED = "closed"


class CaseEvent(StrEnum):
    """What moves a case, or is remembered in a stage."""

    INFORMATION_REQUIRED = "case.information_required"
    ACCOUNT_NAMED = "case.account_named"
    """Somebody said whose account it is, be it one that the registry knows or not. SUP-13."""

    TAKEN_UP = "case.taken_up"
    """An agent had answered before anybody knew whose account it is: work goes on from there."""

    RESPONDED = "case.responded"
    IDENTIFIED = "case.identified"
    PARTNER_ASKED = "case.partner_asked"
    PARTNER_ANSWERED = "case.partner_answered"
    STATUS_POSTED = "case.status_posted"
    RESOLVED = "case.resolved"
    REOPENED = "case.reopened"
    CLOSED = "case.closed"


S, V = CaseStage, CaseEvent

UNRESOLVED: Final = (S.ACKNOWLEDGED, S.PENDING, S.IN_PROGRESS)

NEXT: Final = {
    (S.ACKNOWLEDGED, V.INFORMATION_REQUIRED): S.PENDING,
    (S.PENDING, V.ACCOUNT_NAMED): S.ACKNOWLEDGED,
    (S.ACKNOWLEDGED, V.TAKEN_UP): S.IN_PROGRESS,
    (S.ACKNOWLEDGED, V.RESPONDED): S.IN_PROGRESS,
    (S.IN_PROGRESS, V.RESPONDED): S.IN_PROGRESS,
    (S.PENDING, V.RESPONDED): S.PENDING,
    (S.IN_PROGRESS, V.IDENTIFIED): S.IN_PROGRESS,
    (S.PENDING, V.IDENTIFIED): S.PENDING,
    (S.ACKNOWLEDGED, V.PARTNER_ASKED): S.PENDING,
    (S.IN_PROGRESS, V.PARTNER_ASKED): S.PENDING,
    (S.PENDING, V.PARTNER_ANSWERED): S.IN_PROGRESS,
    (S.IN_PROGRESS, V.STATUS_POSTED): S.IN_PROGRESS,
    (S.PENDING, V.STATUS_POSTED): S.PENDING,
    **{(stage, V.RESOLVED): S.RESOLVED for stage in UNRESOLVED},
    (S.RESOLVED, V.REOPENED): S.IN_PROGRESS,
    (S.RESOLVED, V.CLOSED): S.CLOSED,
}

TABLE: Final = Table(
    what="case",
    next=NEXT,
    closed=frozenset({S.CLOSED}),
    asked={
        V.RESPONDED: "respond",
        V.IDENTIFIED: "report the problem identified",
        V.PARTNER_ASKED: "ask the partner",
        V.PARTNER_ANSWERED: "take an answer of the partner",
        V.STATUS_POSTED: "post a status",
        V.RESOLVED: "resolve the case",
        V.REOPENED: "reopen the case",
        V.CLOSED: "close the case",
    },
)
