"""A story's own account: all it told the store, read from its history, so that it can be told again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from pydantic import ValidationError
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from activities.order import RecordOrder
from activities.ports import OrderPapers, People
from activities.subscription import RecordSubscription
from activities.trial import RecordDevice, RecordTrial
from adapters.sql.store import SqlStore
from domain.device.device import DeviceLife
from domain.events import Event, Journal, Task
from domain.order.order import OrderLife
from domain.subscription.subscription import SubscriptionLife
from domain.trial.trial import TrialLife

AnyLife = OrderLife | SubscriptionLife | TrialLife | DeviceLife
Told = RecordOrder | RecordSubscription | RecordTrial | RecordDevice

TELLING: Final[dict[str, type[Told]]] = {
    "record_order": RecordOrder,
    "record_subscription": RecordSubscription,
    "record_trial": RecordTrial,
    "record_device": RecordDevice,
}
"""Steps by which stories write themselves down."""


@dataclass(frozen=True)
class Account:
    """Where a story stood when it last told the store, and everything it had told by then."""

    life: AnyLife
    events: tuple[Event, ...]
    tasks: tuple[Task, ...]
    run: str

    @classmethod
    def of(cls, told: Sequence[Told], run: str) -> "Account":
        """Of all it told, oldest first: every event, of each task the last word."""
        tasks = {task.key: task for each in told for task in each.journal.changed_tasks}
        events = tuple(event for each in told for event in each.journal.unrecorded)
        return cls(told[-1].life, events, tuple(tasks.values()), run)


async def account_of(client: Client, workflow_id: str, run_id: str) -> Account | None:
    """All runs together; None if Temporal has no history of it, or none that this release can read."""
    told: list[Told] = []
    run: str | None = run_id
    while run:
        try:
            history = await client.get_workflow_handle(workflow_id, run_id=run).fetch_history()
            told[:0] = await _told(client, history.events)
        except ValidationError:
            return None
        except RPCError as failed:
            if failed.status is RPCStatusCode.NOT_FOUND:
                break
            raise
        run = history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id
    return Account.of(told, run_id) if told else None


async def _told(client: Client, events: Sequence[HistoryEvent]) -> list[Told]:
    found: list[Told] = []
    for event in events:
        scheduled = event.activity_task_scheduled_event_attributes
        if model := TELLING.get(scheduled.activity_type.name):
            found += await client.data_converter.decode(list(scheduled.input.payloads), [model])
    return found


def tell_again(store: SqlStore, account: Account, now: datetime) -> bool:
    """Row, events and tasks in one transaction, as the story's own run: what is newer in the store stays.

    Without people and forms: who was erased stays erased. Tasks open in the store that the story knows nothing of
    (an abandoned run of a Reset opened them) are closed.
    """
    life = account.life
    known = {task.key for task in (*account.tasks, *life.journal.tasks)}
    strays = [task for task in open_tasks(store, life) if task.key not in known]
    tasks = [*account.tasks, *closed(strays, now)]
    journal = Journal(sequence=life.journal.sequence, unrecorded=list(account.events), changed_tasks=tasks)
    write(store, life, journal, account.run, now)
    return True


def open_tasks(store: SqlStore, life: AnyLife) -> list[Task]:
    """As the store knows them."""
    return [task for task in store.tasks(life.lifecycle, life.subject) if task.closed_at is None]


def closed(tasks: Sequence[Task], now: datetime) -> list[Task]:
    """The same, done with."""
    return [task.model_copy(update={"closed_at": now}) for task in tasks]


def write(store: SqlStore, life: AnyLife, journal: Journal, run: str, now: datetime) -> None:
    """As the story itself writes. Raises NotKnown for an order or a trial that was never opened."""
    match life:
        case OrderLife():
            store.record_order(life, journal, OrderPapers(), run, now)
        case SubscriptionLife():
            store.record_subscription(life, journal, run, now)
        case TrialLife():
            store.record_trial(life, journal, People(), run, now)
        case DeviceLife():
            store.record_device(life, journal, run, now)
