"""Which lifecycles need a closer look: what lists and store say of them, page by page. No workflow is asked."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError
from temporalio.client import WorkflowExecution
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from activities.ports import StoredLifecycle
from adapters.sql.store import SqlStore
from domain.construct import constructed
from domain.kind import Kind
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.view import LifecycleView
from starter.audit.facts import columns
from starter.audit.observer import PROBLEMS, Observer, subject_of
from starter.reach.executions import ours, running
from workflows import attributes

PAGE: Final = 200
"""Rows of the store, or lines of a list, held at one time."""

SETTLED: Final = frozenset({MailState.SENT, MailState.REFUSED, MailState.MOOT})


DOUBTED: Final = 0
"""In place of a fingerprint: nothing of it has to be compared any more."""


class Survey:
    """Goes through all that is open. Of what it has seen it keeps an id and a fingerprint of what lists show."""

    def __init__(self, observer: Observer, *, thorough: bool = False) -> None:
        self.compared = 0
        self._observer = observer
        self._thorough = thorough
        self._running: dict[str, int] = {}

    async def doubtful(self) -> AsyncIterator[str]:
        """Workflow ids: those whose list and row differ, or say too little. `thorough`: all of them."""
        async for each in self._observer.client.list_workflows(running(), page_size=PAGE):
            self.compared += 1
            if self._thorough or await self._is_doubtful(each):
                yield each.id
                self._running[each.id] = DOUBTED
            else:
                self._running[each.id] = fingerprint(each.typed_search_attributes)
        for kind in KINDS.values():
            async for workflow_id in self._in_the_store(kind):
                yield workflow_id
        for workflow_id, listed in self._running.items():
            if listed != DOUBTED:
                yield workflow_id  # the store has no row of it, or a closed one
        async for workflow_id in self._over_and_unknown():
            yield workflow_id

    async def _is_doubtful(self, execution: WorkflowExecution) -> bool:
        """By itself: a strange name, nobody to answer for it, or tasks that fail."""
        strange = subject_of(execution.id, execution) is None
        silent = await self._observer.unattended(execution.task_queue)
        return strange or silent or bool(execution.typed_search_attributes.get(PROBLEMS))

    async def _in_the_store(self, kind: Kind[Any]) -> AsyncIterator[str]:
        after = ""
        while page := await self._observer.ask(SqlStore.open_page, kind.name, after, PAGE):
            for stored in page:
                workflow_id = kind.workflow_id(stored.columns.subject)
                listed = self._running.pop(workflow_id, None)
                if listed is None:
                    self.compared += 1
                if listed != DOUBTED and (listed is None or not agrees(kind, stored, listed)):
                    yield workflow_id
            after = page[-1].columns.subject

    async def _over_and_unknown(self) -> AsyncIterator[str]:
        """Completed, and the store has no row: it was restored from an older backup, and the id is free again. R9."""
        page: list[WorkflowExecution] = []
        async for each in self._observer.client.list_workflows(f"{ours()} AND ExecutionStatus = 'Completed'"):
            page.append(each)
            if len(page) == PAGE:
                for workflow_id in await self._unknown(page):
                    yield workflow_id
                page = []
        for workflow_id in await self._unknown(page):
            yield workflow_id

    async def _unknown(self, page: Sequence[WorkflowExecution]) -> list[str]:
        subjects = [subject for each in page if (subject := subject_of(each.id, each))]
        found: list[str] = []
        for kind in KINDS.values():
            if ids := [id_ for lifecycle, id_ in subjects if lifecycle == kind.name]:
                unknown = await self._observer.ask(SqlStore.unknown, kind.name, ids) or ()
                found += map(kind.workflow_id, sorted(unknown))
        self.compared += len(found)
        return found


def fingerprint(listed: TypedSearchAttributes) -> int:
    """Of what lists show of one."""
    shown = (listed.get(key) for key in attributes.ALL)
    return hash(tuple(tuple(each) if isinstance(each, list) else each for each in shown)) or 1


def shown_in_lists(view: LifecycleView) -> TypedSearchAttributes:
    """As lists would show it."""
    updates = attributes.changed(TypedSearchAttributes.empty, view)
    return TypedSearchAttributes(
        [SearchAttributePair(each.key, each.value) for each in updates if each.value is not None]
    )


def agrees(kind: Kind[Any], stored: StoredLifecycle, listed: int) -> bool:
    """Do list and row say the same, and is everything there that has to be?"""
    try:
        state = constructed(kind.state, stored.state)
    except ValidationError:
        return False
    view: LifecycleView = kind.view(state, datetime.now(UTC))
    needed = kind.repair.people(state) | kind.repair.forms(state)
    return (
        listed == fingerprint(shown_in_lists(view))
        and not any(fact.differs for fact in columns(stored.columns, view))
        and stored.events >= frozenset(range(1, view.events + 1))
        and stored.open_tasks == {task.key for task in view.tasks if task.closed_at is None}
        and not view.failing
        and not view.mails  # of a row: those in trouble
        and all(mail.state in SETTLED for mail in stored.mails)
        and needed <= stored.roles | stored.forms
        and stored.columns.stage not in kind.repair.never_again  # what it lost is kept beside its row
        and kind.repair.waits_for(view) is None
    )
