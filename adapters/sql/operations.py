"""What the operations page asks: of all lifecycles at once, a page of lines that somebody reads."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, SQLColumnExpression, and_, exists, func, or_, select

from activities.ports.store import RowColumns
from adapters.sql.database import Database
from adapters.sql.hub_acts import record_act
from adapters.sql.hub_people_schema import ActRecord
from adapters.sql.hub_schema import HubCustomerRecord, HubEntitlementRecord
from adapters.sql.lists import COLUMNS
from adapters.sql.schema import LifecycleRecord, TaskRecord
from domain.construct import constructed
from domain.deadlines import Deadline
from domain.events import TaskKind
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS

ROW: Final = LifecycleRecord


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrowed:
    """What somebody wants to see of it."""

    lifecycle: str = ""
    partner: str = ""
    search: str = ""
    """The beginning of an id: its own, its customer's or its partner's; or part of the customer's name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """Work that waits for a person outside."""

    lifecycle: Lifecycle
    subject: str
    key: str
    kind: TaskKind
    assignee: str
    opened_at: datetime
    customer_id: str
    partner_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DueLine:
    """One deadline of one lifecycle, whichever of its deadlines it is."""

    lifecycle: Lifecycle
    subject: str
    customer_id: str
    partner_id: str
    recorded_at: datetime
    """When its lifecycle was recorded last."""

    deadline: Deadline


CALENDAR_RENEWED: Final = "calendar.renewed"

STARTS_READ: Final = 20
"""Of a partner, the newest: one of them says how it is called."""


class SqlOperations(Database):
    """Reads, and one thing that is written: that somebody renewed the link of their calendar."""

    def due_rows(
        self, wanted: Narrowed, since: datetime | None, until: datetime, offset: int = 0, limit: int = 25
    ) -> tuple[list[RowColumns], int]:
        """Open ones whose next deadline lies in `[since, until)`, the earliest first; and how many there are."""
        due = [
            ROW.lifecycle.in_(list(KINDS)),
            ROW.open,
            ROW.next_deadline < until,
            *([ROW.next_deadline >= since] if since else []),
        ]
        return self._page(wanted, due, [ROW.next_deadline, ROW.lifecycle, ROW.subject], offset, limit)

    def rows_to_look_at(self, wanted: Narrowed, limit: int) -> list[RowColumns]:
        """Those that want attention, closed ones too: what is left to do of them keeps them there."""
        rows, _ = self._page(wanted, [ROW.attention], [ROW.recorded_at.desc(), ROW.lifecycle, ROW.subject], 0, limit)
        return rows

    def open_tasks(self, wanted: Narrowed, offset: int = 0, limit: int = 25) -> tuple[list[OpenTask], int]:
        """The oldest first; and how many there are."""
        whose = and_(ROW.lifecycle == TaskRecord.lifecycle, ROW.subject == TaskRecord.subject)
        filtered = [TaskRecord.closed_at.is_(None), *_narrowed(wanted)]
        columns = [
            getattr(TaskRecord, name) for name in ("lifecycle", "subject", "key", "kind", "assignee", "opened_at")
        ]
        lines = select(*columns, ROW.customer_id, ROW.partner_id).join(ROW, whose).where(*filtered)
        lines = lines.order_by(TaskRecord.opened_at, TaskRecord.lifecycle, TaskRecord.subject, TaskRecord.key)
        with self._reading() as session:
            number = session.scalar(select(func.count()).select_from(TaskRecord).join(ROW, whose).where(*filtered)) or 0
            found = session.execute(lines.offset(offset).limit(limit)).mappings()
            return [OpenTask(**row) for row in found], number

    def deadlines(self, wanted: Narrowed, since: datetime, until: datetime) -> Iterator[DueLine]:
        """Every pending deadline of every open lifecycle in `[since, until)`, in no order."""
        pending: Any = ROW.state["agenda"]["pending"]
        columns = (ROW.lifecycle, ROW.subject, ROW.customer_id, ROW.partner_id, ROW.recorded_at)
        rows = select(*columns, pending.label("pending"))
        with self._reading() as session:
            found = (
                session.execute(rows.where(ROW.open, ROW.next_deadline < until, *_narrowed(wanted))).mappings().all()
            )
        for row in found:
            known = {name: value for name, value in row.items() if name != "pending"}
            for each in row["pending"] or ():
                deadline = constructed(Deadline, each)
                if since <= deadline.at < until:
                    yield DueLine(**known, deadline=deadline)

    def calendar_number(self, user_id: str) -> int:
        """How often the link of a user's calendar was renewed: only the newest is theirs."""
        renewed = select(func.count()).where(ActRecord.act == CALENDAR_RENEWED, ActRecord.subject == user_id)
        with self._reading() as session:
            return session.scalar(renewed) or 0

    def renew_calendar(self, user_id: str, now: datetime) -> None:
        """The link that was, is dead; twice does no harm."""
        with self._writing() as session:
            record_act(session, at=now, by=user_id, act=CALENDAR_RENEWED, partner_id=None, subject=user_id, data={})

    def partners(self) -> list[str]:
        """Everyone whose customer something belongs to."""
        with self._reading() as session:
            return list(session.scalars(select(ROW.partner_id).distinct().order_by(ROW.partner_id)))

    def company_of_partner(self, partner_id: str) -> str | None:
        """As the newest thing that it started calls it; None: nothing says."""
        wanted = select(ROW.placed).where(ROW.partner_id == partner_id, ROW.placed.is_not(None))
        with self._reading() as session:
            starts = session.scalars(wanted.order_by(ROW.opened_at.desc()).limit(STARTS_READ)).all()
        companies = [each for start in starts for each in (start or {}).values() if isinstance(each, dict)]
        named = (each.get("company") for each in companies if each.get("id") == partner_id)
        return next((str(name) for name in named if name), None)

    def names_of_customers(self, customer_ids: Collection[str]) -> dict[tuple[str, str], str]:
        """By partner and customer; whom the partner's list does not have now is left out."""
        known, record = HubCustomerRecord, HubEntitlementRecord
        whose = and_(record.partner_id == known.partner_id, record.customer_id == known.customer_id)
        wanted = select(known.partner_id, known.customer_id, known.name).where(
            known.customer_id.in_(customer_ids), exists().where(whose, record.valid_until.is_(None))
        )
        with self._reading() as session:
            return {(row.partner_id, row.customer_id): row.name for row in session.execute(wanted)}

    def _page(
        self,
        wanted: Narrowed,
        which: Sequence[SQLColumnExpression[bool]],
        order: Sequence[Any],
        offset: int,
        limit: int,
    ) -> tuple[list[RowColumns], int]:
        filtered = (*which, *_narrowed(wanted))
        lines: Select[Any] = select(*COLUMNS).where(*filtered).order_by(*order).offset(offset).limit(limit)
        with self._reading() as session:
            number = session.scalar(select(func.count()).select_from(ROW).where(*filtered)) or 0
            return [constructed(RowColumns, dict(row)) for row in session.execute(lines).mappings()], number


def _narrowed(wanted: Narrowed) -> Iterator[ColumnElement[bool]]:
    if wanted.lifecycle:
        yield ROW.lifecycle == wanted.lifecycle
    if wanted.partner:
        yield ROW.partner_id == wanted.partner
    if words := wanted.search.strip():
        named = select(HubCustomerRecord.customer_id).where(HubCustomerRecord.name.icontains(words, autoescape=True))
        ids = (ROW.subject, ROW.customer_id, ROW.partner_id)
        yield or_(*(each.istartswith(words, autoescape=True) for each in ids), ROW.customer_id.in_(named))
