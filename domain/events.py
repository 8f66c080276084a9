"""What happened, in the past tense: the append-only record of a lifecycle. Pure."""

from enum import StrEnum

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.values import Identifier, Message, Model, Source, facts

SYSTEM = "tenure"
"""The actor of what a deadline or the service itself did."""


class Event(Model):
    """One fact about one lifecycle. (subject, sequence) is its identity: writing it twice changes nothing."""

    sequence: int
    type: str
    occurred_at: AwareDatetime
    actor: str = SYSTEM
    source: Source = Source.TIMER
    reason: str | None = None
    data: dict[str, str] = {}


class TaskKind(StrEnum):
    """Work that waits for a person outside."""

    RELAY_CONFIRMATION = "relay_confirmation"
    """M-02: the Tier-1 passes the confirmation document to its Tier-2. ORD-07."""

    VERIFY_RENEWAL = "verify_renewal"
    """REN-10: the partner checks with the vendor that the renewal completed."""

    RETURN_DEVICE = "return_device"
    """TRL-67: the partner sees to it that the trial device comes back."""

    SETTLE_MAIL = "settle_mail"
    """A mail nobody knows the fate of: an operator finds out and says so."""


class Task(Model):
    """An open or closed piece of work. `key` is unique within its subject."""

    key: str
    kind: TaskKind
    assignee: str
    opened_at: AwareDatetime
    closed_at: AwareDatetime | None = None


class Journal(BaseModel):
    """The events and tasks of a lifecycle that are not in the store yet, and the running number."""

    model_config = ConfigDict(hide_input_in_errors=True)

    sequence: int = 0
    unrecorded: list[Event] = Field(default_factory=list)
    tasks: list[Task] = Field(default_factory=list)
    changed_tasks: list[Task] = Field(default_factory=list)

    def note(self, type_: str, now: AwareDatetime, message: Message | None = None, **data: object) -> None:
        """Something happened at `now` (UTC): by the sender of `message`, else by the service itself."""
        self.sequence += 1
        self.unrecorded.append(
            Event(
                sequence=self.sequence,
                type=type_,
                occurred_at=now,
                actor=message.by if message else SYSTEM,
                source=message.source if message else Source.TIMER,
                reason=message.reason if message else None,
                data=facts(**data),
            )
        )

    def retell(self, event: Event) -> None:
        """An event of another journal, next in this one."""
        self.sequence += 1
        self.unrecorded.append(event.model_copy(update={"sequence": self.sequence}))

    def open_task(self, key: str, kind: TaskKind, assignee: Identifier, now: AwareDatetime) -> None:
        """Open a task, or open it again; one that is open is left alone."""
        known = self.task(key)
        if known is None or known.closed_at is not None:
            self._keep(Task(key=key, kind=kind, assignee=assignee, opened_at=now))

    def close_task(self, key: str, now: AwareDatetime) -> None:
        """Close a task if it is open."""
        task = self.task(key)
        if task and task.closed_at is None:
            self._keep(task.model_copy(update={"closed_at": now}))

    def task(self, key: str) -> Task | None:
        """The task of that key, open or closed."""
        return next((task for task in self.tasks if task.key == key), None)

    def _keep(self, task: Task) -> None:
        self.tasks = [*(t for t in self.tasks if t.key != task.key), task]
        self.changed_tasks = [*(t for t in self.changed_tasks if t.key != task.key), task]

    def take(self) -> "Journal":
        """Everything not recorded yet; afterwards there is nothing left to record."""
        taken = Journal(sequence=self.sequence, unrecorded=self.unrecorded, changed_tasks=self.changed_tasks)
        self.unrecorded, self.changed_tasks = [], []
        return taken

    @property
    def dirty(self) -> bool:
        """Is there something that the store does not have?"""
        return bool(self.unrecorded or self.changed_tasks)
