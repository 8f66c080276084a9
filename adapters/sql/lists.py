"""Where lifecycles stand: lists that people work through, and pages of what is open."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from activities.ports.store import MailLine, RecordedMail, RowColumns, StoredLifecycle
from adapters.sql.database import Database
from adapters.sql.rows import stored
from adapters.sql.schema import EventRecord, LifecycleRecord, MailRecord, PaperRecord, PersonRecord, TaskRecord
from domain.construct import constructed
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.mails import MailState

Beside = type[EventRecord] | type[TaskRecord] | type[PersonRecord] | type[PaperRecord]

COLUMNS: Final = [getattr(LifecycleRecord, name) for name in RowColumns.model_fields]


class SqlStandings(Database):
    """Standings on SQL."""

    def columns(self, lifecycle: Lifecycle, subject: str) -> RowColumns:
        """Of one row."""
        with self._reading() as session:
            return constructed(RowColumns, stored(session, lifecycle, subject))

    def known(self, lifecycle: Lifecycle, subjects: Collection[str]) -> frozenset[str]:
        """Which of these have a row."""
        record = LifecycleRecord
        wanted = select(record.subject).where(record.lifecycle == lifecycle, record.subject.in_(subjects))
        with self._reading() as session:
            return frozenset(session.scalars(wanted))

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
        """One query, on an index."""
        record = LifecycleRecord
        flags = [flag for flag, is_asked in ((record.attention, attention), (record.open, open_only)) if is_asked]
        wanted = select(*COLUMNS).where(record.lifecycle == lifecycle, *flags)
        wanted = wanted.where(*_asked(lifecycle, stage, due_before, linked_to), *_whose(customer, partner))
        if beginning:
            wanted = wanted.where(record.subject.startswith(beginning, autoescape=True))
        return self._lines(wanted.order_by(record.next_deadline.nulls_last(), record.subject).limit(limit))

    def listed_mails(
        self,
        *,
        customer: str | None = None,
        partner: str | None = None,
        kind: str | None = None,
        states: Collection[MailState] = (),
        limit: int = 500,
    ) -> list[MailLine]:
        """One query."""
        mail, whose = MailRecord, LifecycleRecord
        same = (whose.lifecycle == mail.lifecycle) & (whose.subject == mail.subject)
        wanted = select(mail, whose.customer_id, whose.partner_id).join(whose, same, isouter=True)
        wanted = wanted.where(*_whose(customer, partner), *([mail.kind == kind] if kind is not None else []))
        if states:
            wanted = wanted.where(mail.state.in_(states))
        with self._reading() as session:
            found = session.execute(wanted.order_by(mail.claimed_at.desc(), mail.key).limit(limit))
            return [_mail_line(*each) for each in found]

    def _lines(self, wanted: Select[Any]) -> list[RowColumns]:
        with self._reading() as session:
            return [constructed(RowColumns, dict(row)) for row in session.execute(wanted).mappings()]

    def states(self, lifecycle: Lifecycle, subjects: list[str]) -> dict[str, LifecycleState]:
        """One query."""
        record, model = LifecycleRecord, KINDS[lifecycle].state
        wanted = select(record.subject, record.state).where(*_among(record, lifecycle, subjects))
        with self._reading() as session:
            return {subject: constructed(model, state) for subject, state in session.execute(wanted)}

    def open_page(self, lifecycle: Lifecycle, after: str = "", limit: int = 200) -> list[StoredLifecycle]:
        """In one snapshot: a query for the page, and five for what stands beside it, whatever its size."""
        wanted = _whole(lifecycle).where(LifecycleRecord.open, LifecycleRecord.subject > after)
        with self._reading() as session:
            return _stored(session, lifecycle, wanted.order_by(LifecycleRecord.subject).limit(limit))

    def stored(self, lifecycle: Lifecycle, subject: str) -> StoredLifecycle:
        """In one snapshot."""
        with self._reading() as session:
            stored(session, lifecycle, subject)
            (found,) = _stored(session, lifecycle, _whole(lifecycle).where(LifecycleRecord.subject == subject))
            return found

    def unknown(self, lifecycle: Lifecycle, subjects: list[str]) -> set[str]:
        """One query."""
        known = select(LifecycleRecord.subject).where(*_among(LifecycleRecord, lifecycle, subjects))
        with self._reading() as session:
            return set(subjects) - set(session.scalars(known))


def _asked(
    lifecycle: Lifecycle, stage: str | None, due_before: datetime | None, linked_to: str | None
) -> Iterator[ColumnElement[bool]]:
    if stage is not None:
        yield LifecycleRecord.stage.in_(_stages(lifecycle, stage))
    if due_before is not None:
        yield LifecycleRecord.next_deadline < due_before
    if linked_to is not None:
        yield LifecycleRecord.linked_to == linked_to


def _whose(customer: str | None, partner: str | None) -> Iterator[ColumnElement[bool]]:
    if customer is not None:
        yield LifecycleRecord.customer_id == customer
    if partner is not None:
        yield LifecycleRecord.partner_id == partner


def _mail_line(mail: MailRecord, customer_id: str | None, partner_id: str | None) -> MailLine:
    columns = {name: getattr(mail, name) for name in (*RecordedMail.model_fields, "lifecycle", "subject")}
    return constructed(MailLine, columns | {"customer_id": customer_id, "partner_id": partner_id})


def _stages(lifecycle: Lifecycle, wanted: str) -> list[str]:
    """Every stage that matches exactly or by prefix before a dot."""
    return [stage for stage in KINDS[lifecycle].stages if stage == wanted or stage.startswith(f"{wanted}.")]


def _whole(lifecycle: Lifecycle) -> Select[Any]:
    return select(*COLUMNS, LifecycleRecord.state).where(LifecycleRecord.lifecycle == lifecycle)


def _stored(session: Session, lifecycle: Lifecycle, wanted: Select[Any]) -> list[StoredLifecycle]:
    rows = session.execute(wanted).mappings().all()
    ids = [row["subject"] for row in rows]
    still_open = TaskRecord.closed_at.is_(None)
    events = _beside(session, lifecycle, ids, EventRecord.sequence)
    tasks = _beside(session, lifecycle, ids, TaskRecord.key, still_open)
    roles = _beside(session, lifecycle, ids, PersonRecord.role)
    forms = _beside(session, lifecycle, ids, PaperRecord.name)
    mails = _mails(session, lifecycle, ids)
    return [
        StoredLifecycle(
            columns=constructed(RowColumns, {name: row[name] for name in RowColumns.model_fields}),
            state=row["state"],
            events=frozenset(events[row["subject"]]),
            open_tasks=frozenset(tasks[row["subject"]]),
            mails=tuple(mails[row["subject"]]),
            roles=frozenset(roles[row["subject"]]),
            forms=frozenset(forms[row["subject"]]),
        )
        for row in rows
    ]


def _beside(
    session: Session, lifecycle: Lifecycle, ids: Sequence[str], column: InstrumentedAttribute[Any], *which: Any
) -> defaultdict[str, list[Any]]:
    """The values of one column of a table beside, by id."""
    table = column.class_
    found: defaultdict[str, list[Any]] = defaultdict(list)
    for subject, value in session.execute(select(table.subject, column).where(*_among(table, lifecycle, ids), *which)):
        found[subject].append(value)
    return found


def _mails(session: Session, lifecycle: Lifecycle, ids: Sequence[str]) -> defaultdict[str, list[RecordedMail]]:
    found: defaultdict[str, list[RecordedMail]] = defaultdict(list)
    wanted = select(MailRecord).where(*_among(MailRecord, lifecycle, ids))
    for mail in session.scalars(wanted.order_by(MailRecord.claimed_at, MailRecord.key)):
        found[mail.subject].append(constructed(RecordedMail, mail))
    return found


def _among(table: Any, lifecycle: Lifecycle, subjects: Sequence[str]) -> tuple[Any, ...]:
    return table.lifecycle == lifecycle, table.subject.in_(subjects)
