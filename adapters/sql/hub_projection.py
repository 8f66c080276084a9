"""What the hub derives from lifecycles: kept up to date when it is read, never when a worker records."""

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from functools import cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import delete, exists, func, or_, select, update
from sqlalchemy.orm import Session

from adapters.sql.database import Database, hold
from adapters.sql.hub_changes import count_change
from adapters.sql.hub_histories import Key, ReadHistory, by_lifecycle, histories_of
from adapters.sql.hub_known import know_again
from adapters.sql.hub_late import mark_late_entitlements
from adapters.sql.hub_schema import DerivedRecord, HubCustomerRecord, HubEntitlementRecord
from adapters.sql.schema import LifecycleRecord
from adapters.sql.upsert import insert_all_missing, upsert
from domain.hub.entitlements import Entitlement
from domain.hub.fold import FOLDINGS, fold
from domain.hub.history import Catalogue, Span
from domain.hub.start import HubStart, start_of

RELEASE: Final = 1
"""Of the derivation: with another one everything is derived anew. Count it up when a fold answers otherwise."""

BATCH: Final = 200
"""Lifecycles derived in one transaction: SQLite lets nobody else write meanwhile."""

DERIVED: Final = "hub.derived"
"""What is held while somebody writes it."""

FORGOTTEN: Final = ""
"""Rules that nothing is derived by."""

ENTITLEMENT: Final = fields(Entitlement)
START: Final = fields(HubStart)

Heard = Callable[[int], None]


@dataclass(frozen=True)
class Derivation:
    """By which rules, and when."""

    catalogue: Catalogue
    at: datetime

    @cached_property
    def rules(self) -> str:
        """The same for the same: short, for it stands in every row."""
        written = json.dumps([RELEASE, sorted(self.catalogue.items())])
        return hashlib.sha256(written.encode()).hexdigest()[:12]


class HubCounts(NamedTuple):
    """How much there is of what."""

    recorded: int
    """Orders, subscriptions, trials and wholesale customers in the store."""

    derived: int
    """Of them, those that the hub has looked at."""

    entitlements: int
    """That it knows as they are now."""

    customers: int
    """Of partners, one for each; those that are in no list any more are among them."""


class SqlHubProjection(Database):
    """On SQL."""

    def catch_up(self, catalogue: Catalogue, now: datetime, done: Heard | None = None) -> int:
        """Derive anew what changed since; answers how many lifecycles that were. Cheap when nothing did.

        In batches, each a transaction of its own; several processes at once come to the same. `catalogue`:
        `settings.hub.products`; with another one everything is derived anew. `done` hears the count after each batch.
        """
        derivation = Derivation(catalogue, now)
        with self._reading() as session:
            stale = _stale(session, derivation.rules)
        for first in range(0, len(stale), BATCH):
            batch = stale[first : first + BATCH]
            self._derive(batch, derivation)
            if done:
                done(first + len(batch))
        return len(stale)

    def rebuild(self, catalogue: Catalogue, now: datetime, done: Heard | None = None) -> int:
        """Derive all of it anew, whatever was derived before; what came by file stays. Whoever reads meanwhile finds
        each lifecycle as it was, or as it is now."""
        with self._writing() as session:
            hold(session, DERIVED)
            session.execute(update(DerivedRecord).values(rules=FORGOTTEN))
        count = self.catch_up(catalogue, now, done)
        with self._writing() as session:
            hold(session, DERIVED)
            _drop_left_over(session)
            count_change(session)
        return count

    def hub_counts(self) -> HubCounts:
        """In one snapshot."""
        record, known, row = HubEntitlementRecord, HubCustomerRecord, LifecycleRecord
        counted = (
            select(func.count()).select_from(row).where(row.lifecycle.in_(FOLDINGS)),
            select(func.count()).select_from(DerivedRecord),
            select(func.count()).select_from(record).where(record.valid_until.is_(None)),
            select(func.count()).select_from(known),
        )
        with self._reading() as session:
            return HubCounts(*(session.scalar(each) or 0 for each in counted))

    def _derive(self, keys: Sequence[Key], derivation: Derivation) -> None:
        """Read and fold while others write; then write, but for what somebody derived meanwhile."""
        with self._reading() as session:
            read = histories_of(session, keys)
            before = _versions(session, read)
        spans = {key: fold(each.history, derivation.catalogue) for key, each in read.items()}
        with self._writing() as session:
            hold(session, DERIVED)
            meanwhile = _versions(session, read)
            ours = [key for key in read if meanwhile.get(key) == before.get(key)]
            as_before = {key: spans[key] for key in ours if _is_news(before.get(key), derivation)}
            mark_late_entitlements(session, as_before, derivation.at)
            _replace_entitlements(session, {key: spans[key] for key in ours})
            upsert(session, DerivedRecord, [_derived(key, read[key], derivation) for key in ours])
            know_again(session, {read[key].history.state.customer_id for key in ours})
            count_change(session)


def _stale(session: Session, rules: str) -> list[Key]:
    """Lifecycles whose row is another one than what they were derived from."""
    row, known = LifecycleRecord, DerivedRecord
    differs = or_(known.run.is_(None), known.run != row.run, known.sequence != row.sequence, known.rules != rules)
    asked = (
        select(row.lifecycle, row.subject)
        .outerjoin(known, (known.lifecycle == row.lifecycle) & (known.subject == row.subject))
        .where(row.lifecycle.in_(FOLDINGS), differs)
    )
    return [(lifecycle, subject) for lifecycle, subject in session.execute(asked)]


def _drop_left_over(session: Session) -> None:
    """Of what is derived, what comes from no entitlement."""
    record, known, source = HubEntitlementRecord, HubCustomerRecord, DerivedRecord
    its_source = exists().where(source.lifecycle == record.lifecycle, source.subject == record.subject)
    session.execute(delete(record).where(~its_source))
    its_entitlement = exists().where(record.partner_id == known.partner_id, record.customer_id == known.customer_id)
    session.execute(delete(known).where(~its_entitlement))


def _versions(session: Session, keys: Iterable[Key]) -> dict[Key, tuple[Any, ...]]:
    """From what each was derived, and when."""
    known = DerivedRecord
    columns = known.lifecycle, known.subject, known.run, known.sequence, known.rules, known.derived_at
    found: dict[Key, tuple[Any, ...]] = {}
    for lifecycle, subjects in by_lifecycle(keys).items():
        asked = select(*columns).where(known.lifecycle == lifecycle, known.subject.in_(subjects))
        found |= {(row.lifecycle, row.subject): tuple(row) for row in session.execute(asked)}
    return found


def _is_news(known: tuple[Any, ...] | None, derivation: Derivation) -> bool:
    """Something happened to it; that it is derived by other rules changes no closed week."""
    return known is None or known[-2] == derivation.rules


def _replace_entitlements(session: Session, spans: Mapping[Key, Sequence[Span]]) -> None:
    record = HubEntitlementRecord
    for lifecycle, subjects in by_lifecycle(spans).items():
        session.execute(delete(record).where(record.lifecycle == lifecycle, record.subject.in_(subjects)))
    rows = [_entitlement(number, span) for each in spans.values() for number, span in enumerate(each, 1)]
    insert_all_missing(session, record, rows)


def _entitlement(number: int, span: Span) -> dict[str, Any]:
    return {each.name: getattr(span.entitlement, each.name) for each in ENTITLEMENT} | {
        "number": number,
        "valid_until": span.until,
        "suspended_for": list(span.entitlement.suspended_for),
    }


def _derived(key: Key, read: ReadHistory, derivation: Derivation) -> dict[str, Any]:
    """With what its start says of the customer."""
    start = start_of(read.history)
    said = {each.name: getattr(start, each.name, None) for each in START}
    lifecycle, subject = key
    return said | {
        "lifecycle": lifecycle,
        "subject": subject,
        "run": read.run,
        "sequence": read.sequence,
        "rules": derivation.rules,
        "derived_at": derivation.at,
    }
