"""The store, as a contract: lifecycles, whichever they are, and what was written about them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Protocol

from pydantic import AwareDatetime, field_serializer

from domain.events import Event, Journal, Task
from domain.lifecycle import Lifecycle, LifecycleState
from domain.mails import MailState
from domain.reasons import Reason
from domain.values import Identifier, Message, Model, Person, Refused


class NotKnown(Refused):
    """Nothing is stored under that id."""

    code = Reason.NOT_KNOWN


class Taken(Refused):
    """An id belongs to another one, or to one that is over already. R9.

    `by` names the runs of an open one with the very same content: if Temporal has lost them all (restored from an older
    backup), its row may be taken over.
    """

    code = Reason.ID_TAKEN

    def __init__(self, message: str, *, field: str, by: frozenset[str] = frozenset()) -> None:
        super().__init__(message, field=field)
        self.by = by


class Papers(Model):
    """Personal data and forms that came with a message: stored once, then known by id."""

    people: dict[str, Person] = {}
    """By role, numbered where there are several."""

    forms: dict[str, dict[str, Any]] = {}
    """As they were submitted, by name."""


class RecordRequest(Model):
    """What the store does not know yet about one lifecycle."""

    lifecycle: Lifecycle
    subject: Identifier
    state: dict[str, Any]
    """As it is dumped: the store keeps it as it is."""

    journal: Journal
    papers: Papers = Papers()
    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class RecordedMail(Model):
    """One row of the mail ledger, for people to look at."""

    key: str
    message_id: str
    kind: str
    recipient: str
    state: MailState
    claimed_at: datetime
    settled_at: datetime | None
    answer: str | None
    """What the mail server said, or what went wrong."""


class MailLine(RecordedMail):
    """One row of the whole ledger, and whose it is; no customer if the store has no such lifecycle."""

    lifecycle: Lifecycle
    subject: str
    customer_id: str | None
    partner_id: str | None


class RowColumns(Model):
    """What the columns of a lifecycle's row say: what lists and questions see of it, beside its JSON."""

    lifecycle: Lifecycle
    subject: str
    kind: str
    """As in LifecycleView."""

    stage: str
    open: bool
    """Is something still to come?"""

    customer_id: str
    partner_id: str
    """Who faces the customer."""

    linked_to: str | None
    """`Kind.linked_to`."""

    next_deadline: datetime | None
    next_deadline_label: str | None
    attention: bool
    """In jeopardy, overdue, held by an operator, a step that keeps failing, or a mail in doubt."""

    run: str
    """The workflow run that told it."""

    sequence: int
    """Of the last event told."""


class StoredLifecycle(Model):
    """All the store has of a lifecycle but for its history's and people's content: to compare, never to decide."""

    columns: RowColumns
    state: dict[str, Any]
    events: frozenset[int]
    """Their sequences."""

    open_tasks: frozenset[str]
    mails: tuple[RecordedMail, ...]
    roles: frozenset[str]
    """Whose people are stored for it."""

    forms: frozenset[str]

    @field_serializer("events", "open_tasks", "roles", "forms", when_used="json")
    def _in_order(self, members: frozenset[Any]) -> list[Any]:
        """One content is one text, whatever order a set has in this process."""
        return sorted(members)


class LifecycleStore(Protocol):
    """All lifecycles. Every write is one transaction and idempotent: repeating it changes nothing."""

    def record(self, request: RecordRequest, run: str) -> None:
        """Write the current row, new events, changed tasks, papers, as workflow run `run` says. In one transaction.

        An event's key is (subject, sequence, type): the first one stays, so a run that was Reset may bring it again;
        one that goes another way adds its own events. What a lost workflow task told and another one tells again under
        another sequence stays one event and takes that sequence. Within a run the current row never goes back: a state
        whose journal.sequence is below the stored one, and which was recorded no later, leaves it alone. Another run's
        word always counts. Raises NotKnown for a lifecycle that takes its id first (`Kind.opened_by_record` is False)
        and never did.

        Whoever an option request has put in somebody's place stays there when that somebody is named once more. OPT-02.
        """
        ...

    def open_lifecycle(
        self,
        placed: Message,
        state: LifecycleState,
        run: str,
        recorded_at: datetime,
        lost: frozenset[str] = frozenset(),
    ) -> None:
        """Take the id: insert the row, what it was started with, and its people.

        `run` is the workflow's first run id: the same run may repeat this (retry, Reset) and gets the same answer.
        Raises Taken (same id, another run) on the id's field.

        `lost` are runs that Temporal has no more. An open one of the same content that only they told is taken over:
        the row stands where `state` stands, people are those of `placed`, open tasks are closed,
        `<lifecycle>.started_again` is recorded. What was recorded stays. One under way (an older store was restored and
        lacks its row) is inserted as it stands: whether it may begin was asked when it began.
        """
        ...

    def row(self, lifecycle: Lifecycle, subject: str) -> Any:
        """The model `Kind.row`, with what stands beside it. Raises NotKnown."""
        ...

    def state(self, lifecycle: Lifecycle, subject: str) -> Any:
        """The model `Kind.state` alone. Raises NotKnown."""
        ...


class Standings(Protocol):
    """Where lifecycles stand, whatever their kind."""

    def columns(self, lifecycle: Lifecycle, subject: str) -> RowColumns:
        """Raises NotKnown."""
        ...

    def listed(
        self,
        lifecycle: Lifecycle,
        *,
        stage: str | None = None,
        due_before: datetime | None = None,
        linked_to: str | None = None,
        customer: str | None = None,
        partner: str | None = None,
        beginning: str = "",
        attention: bool = False,
        open_only: bool = False,
        limit: int = 500,
    ) -> list[RowColumns]:
        """By next deadline (before `due_before`, if given), then id; those that wait for nothing last. `stage` matches
        exactly or by prefix before a dot; `beginning` is how the id begins; `attention` leaves out those that need
        none."""
        ...

    def listed_mails(
        self,
        *,
        customer: str | None = None,
        partner: str | None = None,
        kind: str | None = None,
        states: Collection[MailState] = (),
        limit: int = 500,
    ) -> list[MailLine]:
        """Of all lifecycles, the newest first; in any of `states`, if some are given."""
        ...

    def states(self, lifecycle: Lifecycle, subjects: list[str]) -> dict[str, LifecycleState]:
        """Of those that are known, by id."""
        ...

    def open_page(self, lifecycle: Lifecycle, after: str = "", limit: int = 200) -> list[StoredLifecycle]:
        """Open ones by id, from the first one after `after`; an empty page is the end."""
        ...

    def stored(self, lifecycle: Lifecycle, subject: str) -> StoredLifecycle:
        """Raises NotKnown."""
        ...

    def unknown(self, lifecycle: Lifecycle, subjects: list[str]) -> set[str]:
        """Of these ids those that have no row."""
        ...


class Archive(Protocol):
    """What was written about a lifecycle, to read."""

    def events(self, lifecycle: Lifecycle, subject: str) -> list[Event]:
        """Oldest first; empty when nothing is known. Mails that went out, or were moot, stand among them as the ledger
        has them, with sequence 0: no record tells of them."""
        ...

    def tasks(self, lifecycle: Lifecycle, subject: str) -> list[Task]:
        """All tasks, open ones first."""
        ...

    def mails(self, lifecycle: Lifecycle, subject: str) -> list[RecordedMail]:
        """The mail ledger of one lifecycle, oldest first."""
        ...

    def person(self, lifecycle: Lifecycle, subject: str, role: str) -> Person:
        """A subscription's people are those of its orders: its own if stored, else the one in that role of its
        newest order that has it, else, for a renewal contact, the facing partner likewise. Raises NotKnown: nobody,
        or erased."""
        ...

    def correct_address(self, lifecycle: Lifecycle, subject: str, role: str, email: str) -> None:
        """From now on the person whom `person` finds has this address. Raises NotKnown. A repeat changes nothing."""
        ...
