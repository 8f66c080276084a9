"""Lifecycles that Temporal lost in a restore: what each is started with again, from what the store knows of it. R9."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from temporalio.client import Client, WorkflowHandle
from temporalio.common import WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.ports import NotKnown
from adapters.sql.store import SqlStore
from domain.lifecycle import LifecycleState
from domain.lifecycles import KINDS
from domain.repair import News, Other
from domain.values import Message
from starter.audit.snapshot import GONE, Snapshot
from starter.console.ids import Subject
from starter.reach import gate


@dataclass(frozen=True)
class Restart:
    """How one begins once more."""

    start: Message
    signal: str = ""
    """What another lifecycle told it, and has to tell it again before anything else happens; empty: nothing."""


def obstacle(snapshot: Snapshot) -> str:
    """Why a lost one cannot be started again from the store; empty if it can."""
    if snapshot.subject is None or snapshot.stored is None or snapshot.status != GONE:
        return "it is not lost"
    if snapshot.stored.state is None:
        return "what the store has of it is nothing this release can read: ask a developer"
    if never := KINDS[snapshot.subject.lifecycle].repair.never_again.get(snapshot.stored.columns.stage):
        return never
    if snapshot.stored.erased:
        gone, (lifecycle, id_) = ", ".join(snapshot.stored.erased), snapshot.subject
        return (
            f"people of its start were erased ({gone}): hand it in again, with whoever takes their place: "
            f"tenure {lifecycle} start FILE; {id_} is then started from the beginning"
        )
    return ""


def restart_of(store: SqlStore, subject: Subject) -> Restart | None:
    """As it was handed in, or from its row if nobody hands it in; None if the store has neither."""
    row, repair = store.row(*subject), KINDS[subject.lifecycle].repair
    if repair.start is None:
        placed = dict(row).get("placed")
        return Restart(placed) if placed else None
    start = repair.start(row.state, store.events(*subject))
    return Restart(start, "" if repair.goes_on else _signal_heard(store, subject, row.state))


def _signal_heard(store: SqlStore, subject: Subject, state: LifecycleState) -> str:
    """Of those whose end it hears of: what one that is over told it."""
    for other in KINDS[subject.lifecycle].repair.hears_of(state):
        for news in news_of(store, other):
            if news.to == subject.workflow_id:
                return news.signal
    return ""


def news_of(store: SqlStore, other: Other) -> Sequence[News]:
    """What one that is over tells others; one that goes on, or is not known, tells nothing."""
    kind = KINDS[other[0]]
    try:
        state = store.row(*other).state
    except NotKnown:
        return ()
    over = state.stage in kind.closed or state.stage in kind.repair.never_again
    return kind.repair.tells(state) if over else ()


async def start(client: Client, subject: Subject, restart: Restart) -> WorkflowHandle[Any, Any] | None:
    """Under its own id; None if somebody else was faster. Never over a run that completed."""
    workflow = KINDS[subject.lifecycle].workflow
    try:
        return await client.start_workflow(
            workflow,
            restart.start,
            id=subject.workflow_id,
            task_queue=gate.settings().task_queue,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE_FAILED_ONLY,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"{workflow} {subject.id}, started again after a restore",
            start_signal=restart.signal or None,
        )
    except WorkflowAlreadyStartedError:
        return None


def readable(store: SqlStore, subject: Subject) -> Restart | str:
    """What it is started with, or why its input cannot be had from the store."""
    try:
        restart = restart_of(store, subject)
    except ValidationError:
        return "its stored input is nothing this release may start with: hand it in again, or ask a developer"
    return restart or "the store does not have what it was started with: hand it in again"
