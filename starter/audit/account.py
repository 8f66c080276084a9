"""All that a lifecycle brought to the store, so that it can be written again."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from temporalio.api.common.v1 import Payload
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.ports import NotKnown, Papers, RecordRequest
from adapters.sql.store import SqlStore
from domain.construct import constructed
from domain.events import Event, Journal, Task
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.option.state import NAME as OPTION
from domain.order.state import OrderState
from domain.trial.losses import fates_told
from domain.trial.state import TrialState
from domain.values import Person
from starter.audit.records import a_record, records_of
from starter.history.events import started

TOOK_EFFECT: Final = "option.took_effect"
"""The event of a request whose work changed what is stored of others."""


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
    if beside := BESIDE.get(state.lifecycle):
        beside(store, account)
    return True


def _csm(store: SqlStore, account: Account) -> None:
    if isinstance(account.state, OrderState) and account.state.csm:
        store.assign_csm(account.state.subscription_id, (account.state.csm,))


def _losses(store: SqlStore, account: Account) -> None:
    if isinstance(account.state, TrialState):
        for fate, decided_at in fates_told(account.events):
            store.keep_fate(account.state.subject, fate, decided_at)


def _contact(store: SqlStore, account: Account) -> None:
    for event in account.events:
        if event.type == TOOK_EFFECT:
            with suppress(NotKnown):  # it changes no contact, or whoever was to be the new one was erased
                store.change_contact(account.state.subject, event.occurred_at)


BESIDE: Final[Mapping[Lifecycle, Callable[[SqlStore, Account], None]]] = {
    Lifecycle.ORDER: _csm,
    Lifecycle.TRIAL: _losses,
    OPTION: _contact,
}
"""What other steps wrote beside the row: who looks after a subscription, what a trial lost and kept, and when, who gets
whose mails. Nothing is decided again: others may have taken over since. AMB-48, OPT-02."""


def open_tasks(store: SqlStore, state: LifecycleState) -> list[Task]:
    """As the store knows them."""
    return [task for task in store.tasks(state.lifecycle, state.subject) if task.closed_at is None]


def closed(tasks: Sequence[Task], now: datetime) -> list[Task]:
    """The same, done with."""
    return [task.model_copy(update={"closed_at": now}) for task in tasks]
