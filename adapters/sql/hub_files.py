"""What comes by file: licences, sign-ins, invoices, calls; and how far each file came. domain.md §6."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from datetime import date, datetime
from operator import itemgetter
from typing import Any, Final, NamedTuple

from sqlalchemy import Table, and_, select
from sqlalchemy.orm import Session

from adapters.sql.hub_changes import count_change
from adapters.sql.hub_file_schema import (
    CallsRecord,
    HubImportRecord,
    InvoiceRecord,
    MeasuredRecord,
    SignInRecord,
    UsageRecord,
)
from adapters.sql.hub_late import mark_from, mark_weeks
from adapters.sql.hub_payments import SqlHubPayments
from adapters.sql.keyed import STAMP, as_text, replace_all, rows_in
from adapters.sql.schema import Base, LifecycleRecord
from adapters.sql.upsert import insert_all_missing, table_of, upsert
from domain.hub.imports import Imported, ImportProgress, RowResult
from domain.hub.weeks import week_of
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.reasons import Reason
from domain.values import Refused
from domain.wholesale.standing import NAME as WHOLESALE

RECORDS: Final[Mapping[Imported, type[Base]]] = {
    Imported.USAGE: UsageRecord,
    Imported.SIGN_INS: SignInRecord,
    Imported.PAYMENTS: InvoiceRecord,
    Imported.CALLING: CallsRecord,
}

HAVE_LICENCES: Final = (Lifecycle.SUBSCRIPTION, Lifecycle.TRIAL, WHOLESALE)
AT_A_TIME: Final = 500
"""Ids of one question."""


class SqlHubFiles(SqlHubPayments):
    """On SQL."""

    def import_progress(self, kind: Imported, digest: str) -> ImportProgress | None:
        """How far this very file came; None: it never was begun."""
        with self._reading() as session:
            known = session.get(HubImportRecord, (kind, digest))
            return _progress(known) if known else None

    def keep_rows(
        self,
        before: ImportProgress,
        rows: Sequence[Mapping[str, Any]],
        *,
        line: int,
        bad: int,
        now: datetime,
        before_commit: Callable[[Sequence[RowResult]], None],
    ) -> ImportProgress:
        """Write rows and how far the file came, in one transaction: a row of the same key is replaced.

        `before_commit` gets the results: whoever keeps them has those of all lines that are done.
        Rows that say the same stay as they are, and mark no week. Raises Refused if somebody else imports this file.
        """
        record = RECORDS[before.kind]
        with self._writing() as session:
            _still_ours(session, before)
            results, changes = _compared(session, table_of(record), rows)
            changed = [each.row for each in changes]
            replace_all(session, record, changed, now)
            if before.kind is Imported.USAGE:
                insert_all_missing(session, MeasuredRecord, measured_in(changed))
            after = before.after(line, results, bad)
            upsert(session, HubImportRecord, [asdict(after)])
            before_commit(results)
            if before.kind is Imported.CALLING:
                mark_weeks(session, {row["week"] for row in changed}, now)
            else:
                mark_from(session, {week_of(day) for day in _days(before.kind, changes)}, now)
            if changes:
                count_change(session)
        return after

    def begin_import(self, progress: ImportProgress) -> None:
        """From its first line, whatever was done before."""
        with self._writing() as session:
            upsert(session, HubImportRecord, [asdict(progress)])

    def finish_import(self, progress: ImportProgress, now: datetime) -> ImportProgress:
        """Every line of it is done."""
        finished = replace(progress, finished_at=now)
        with self._writing() as session:
            _still_ours(session, progress)
            upsert(session, HubImportRecord, [asdict(finished)])
        return finished

    def with_licences(self, ids: Collection[str]) -> dict[str, set[Lifecycle]]:
        """Which of these ids are known, and what has them: subscriptions, trials, wholesale customers."""
        found: dict[str, set[Lifecycle]] = {}
        row = LifecycleRecord
        with self._reading() as session:
            for some in _parts(ids):
                asked = select(row.subject, row.lifecycle).where(
                    row.lifecycle.in_(HAVE_LICENCES), row.subject.in_(some)
                )
                for subject, lifecycle in session.execute(asked):
                    found.setdefault(subject, set()).add(Lifecycle(lifecycle))
        return found

    def known_customers(self, ids: Collection[str]) -> set[str]:
        """Those of which some entitlement is known."""
        row = LifecycleRecord
        found: set[str] = set()
        with self._reading() as session:
            for some in _parts(ids):
                asked = select(row.customer_id).where(row.lifecycle.in_(list(KINDS)), row.customer_id.in_(some))
                found.update(session.scalars(asked.distinct()))
        return found


def measured_in(usage: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows of MeasuredRecord, in one order, so that two imports never wait for each other."""
    names = [each.name for each in table_of(MeasuredRecord).columns]
    return [dict(zip(names, key, strict=True)) for key in sorted({itemgetter(*names)(row) for row in usage})]


def _parts(ids: Collection[str]) -> list[list[str]]:
    listed = sorted(ids)
    return [listed[first : first + AT_A_TIME] for first in range(0, len(listed), AT_A_TIME)]


def _progress(known: HubImportRecord) -> ImportProgress:
    names = ("digest", "by", "begun_at", "lines", "counts", "finished_at")
    return ImportProgress(kind=Imported(known.kind), **{name: getattr(known, name) for name in names})


def _still_ours(session: Session, before: ImportProgress) -> None:
    """The row is locked: the other one waits, and then sees that it is too late."""
    known = session.get(HubImportRecord, (before.kind, before.digest), with_for_update=True)
    if known is None or (known.lines, known.begun_at) != (before.lines, before.begun_at):
        raise Refused("another run imports this very file: wait for it, then run it again", code=Reason.DOES_NOT_FIT)


class Change(NamedTuple):
    """A row that is to be written."""

    row: Mapping[str, Any]
    before: Mapping[str, Any] | None
    """What is written of the same key; None: nothing is."""


def _compared(
    session: Session, table: Table, rows: Sequence[Mapping[str, Any]]
) -> tuple[list[RowResult], list[Change]]:
    """What becomes of each, and those that are to be written: in one order, so that two imports of the same rows never
    wait for each other."""
    keys = [column.name for column in table.primary_key]
    values = [column.name for column in table.columns if not column.primary_key and column.name != STAMP]
    known = _known(session, table, keys, values, rows)
    key_of, content_of = _of(keys), _of(values)
    results: list[RowResult] = []
    changed: dict[tuple[Any, ...], Change] = {}
    written = dict(known)
    for row in rows:
        key, content = key_of(row), content_of(row)
        before = known.get(key)
        if before == content:
            results.append(RowResult.SAME)
            continue
        results.append(RowResult.NEW if before is None else RowResult.CHANGED)
        known[key] = content
        there = written.get(key)
        changed[key] = Change(row, None if there is None else dict(zip(values, there, strict=True)))
    return results, [changed[key] for key in sorted(changed)]


def _known(
    session: Session, table: Table, keys: list[str], values: list[str], rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    if not rows:
        return {}
    dialect = session.get_bind().dialect.name
    asked, given = rows_in(dialect, table, keys)
    found = select(*(table.c[name] for name in (*keys, *values))).select_from(
        asked.join(table, and_(*(table.c[name] == given[name] for name in keys)))
    )
    said = as_text(dialect, keys, map(_of(keys), rows))
    return {tuple(row[: len(keys)]): tuple(row[len(keys) :]) for row in session.connection().execute(found, said).all()}


def _of(names: Sequence[str]) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    if not names:
        return lambda _row: ()
    get = itemgetter(*names)
    return get if len(names) > 1 else lambda row: (get(row),)


def _days(kind: Imported, changes: Sequence[Change]) -> set[date]:
    """Those from which on something else is said. Of an invoice: of renewal; what is owed is told as of now only."""
    if kind is Imported.PAYMENTS:
        return {day for each in changes for day, _ in _renewal(each.row) ^ _renewal(each.before)}
    return {each.row["day"] for each in changes}


def _renewal(invoice: Mapping[str, Any] | None) -> set[tuple[date, bool]]:
    """What it says, and since when. AMB-23."""
    if invoice is None or invoice["auto_renew"] is None:
        return set()
    return {(invoice["issued_on"], invoice["auto_renew"])}
