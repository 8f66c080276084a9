"""All that a lifecycle brought to the store, so that it can be written again."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import Papers, RecordRequest
from adapters.sql.store import SqlStore
from domain.construct import constructed
from domain.events import Event, Journal, Task
from domain.lifecycle import LifecycleState
from domain.lifecycles import KINDS
from domain.values import Person
from starter.audit.records import a_record, records_of
from starter.history.events import started
from starter.kinds import own


@dataclass(frozen=True)
class Account:
    """Where a lifecycle stood at its last record, and everything it had brought by then."""

    state: LifecycleState
    events: tuple[Event, ...]
    tasks: tuple[Task, ...]
    run: str
    records: tuple[RecordRequest, ...]
    """All of them, oldest first."""

    first_run: str
    start: tuple[Payload, ...] = ()
    """What its first run was started with."""

    @classmethod
    def of(
        cls, records: Sequence[RecordRequest], run: str, first_run: str = "", start: Sequence[Payload] = ()
    ) -> "Account":
        """Every event; of each task the last word."""
        tasks = {task.key: task for each in records for task in each.journal.changed_tasks}
        events = tuple(event for each in records for event in each.journal.unrecorded)
        state = constructed(KINDS[records[-1].lifecycle].state, records[-1].state)
        return cls(state, events, tuple(tasks.values()), run, tuple(records), first_run, tuple(start))

    def unknown(self, known: Collection[tuple[int, str]]) -> Iterator[RecordRequest]:
        """Records of which the store has not a word: an older store was restored. `known`: (sequence, type)."""
        for each in self.records:
            events = [(event.sequence, event.type) for event in each.journal.unrecorded]
            if events and not any(event in known for event in events):
                yield each


async def account_of(client: Client, workflow_id: str, run_id: str) -> Account | None:
    """Of all runs together. None if Temporal has no history of it, or none that this release can replay."""
    records: list[RecordRequest] = []
    run, begin = run_id, None
    while run:
        try:
            history = await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()
        except RPCError as failed:
            if failed.status is RPCStatusCode.NOT_FOUND:
                break
            raise
        found = await records_of(history)
        if found is None:
            return None
        records[:0] = found
        begin = started(history.events)
        run = begin.continued_execution_run_id
    if not records or begin is None:
        return None
    return Account.of(records, run_id, begin.first_execution_run_id, begin.input.payloads)


def write_again(
    store: SqlStore, account: Account, now: datetime, run: str, others: Mapping[str, Person] | None = None
) -> bool:
    """Row, events and tasks in one transaction, as `run` would write them: what that very run wrote later stays.

    People and forms only of records that the store has not a word of (an older store was restored), and `others`, who
    stand there otherwise: who was erased stays erased. Tasks open in the store that the lifecycle knows nothing of (a
    run opened them that was Reset, or is lost) are closed.
    """
    state = account.state
    known = {(event.sequence, event.type) for event in store.events(state.lifecycle, state.subject)}
    for record in account.unknown(known):
        if record.papers.people or record.papers.forms:
            nothing = Journal(sequence=record.journal.sequence)
            store.record(record.model_copy(update={"journal": nothing, "at": now}), "")  # nobody's: anybody's counts
    names = {task.key for task in (*account.tasks, *state.journal.tasks)}
    strays = [task for task in open_tasks(store, state) if task.key not in names]
    tasks = [*account.tasks, *closed(strays, now)]
    journal = Journal(sequence=state.journal.sequence, unrecorded=list(account.events), changed_tasks=tasks)
    record = a_record(state, journal, now)
    store.record(record.model_copy(update={"papers": Papers(people=dict(others or {}))}), run)
    own(state.lifecycle).beside(store, state, account.events)
    return True


def open_tasks(store: SqlStore, state: LifecycleState) -> list[Task]:
    """As the store knows them."""
    return [task for task in store.tasks(state.lifecycle, state.subject) if task.closed_at is None]


def closed(tasks: Sequence[Task], now: datetime) -> list[Task]:
    """The same, done with."""
    return [task.model_copy(update={"closed_at": now}) for task in tasks]
