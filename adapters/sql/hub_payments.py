"""Invoices and subscriptions that say different things: what is left to suspend, or to lift. HUB-16, AMB-42."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from adapters.sql.database import Database
from adapters.sql.hub_file_schema import InvoiceRecord
from adapters.sql.schema import EventRecord, LifecycleRecord
from domain.hub.imports_rows import UNPAID
from domain.hub.payments import InvoiceStands, LastWord, PaymentNeed, need_of
from domain.lifecycle import Lifecycle
from domain.subscription.states import SubscriptionEvent, SubscriptionStage, SuspensionReason

PAGE: Final = 500
"""Subscriptions of one question."""

SUSPENDING: Final = (SubscriptionEvent.SUSPENDED, SubscriptionEvent.REASON_ADDED)


class SqlHubPayments(Database):
    """On SQL."""

    def payment_needs(self, since: datetime) -> Iterator[PaymentNeed]:
        """By subscription; each page as it stands when it is asked for.

        Of those that are over only what became unpaid from `since` on: somebody may want to know it, once.
        """
        after = ""
        while True:
            with self._reading() as session:
                rows = session.execute(_perhaps(after, since)).all()
                found = _needs(session, rows)
            yield from found
            if len(rows) < PAGE:
                return
            after = rows[-1].subject


def _perhaps(after: str, since: datetime) -> Select[Any]:
    """Subscriptions with invoices, of which it takes a closer look to say that all is well."""
    invoice, row = InvoiceRecord, LifecycleRecord
    unpaid = func.max(case((invoice.state == UNPAID, 1), else_=0)).label("unpaid")
    news = func.max(invoice.recorded_at).label("news")
    grouped = select(invoice.subscription_id, unpaid, news).group_by(invoice.subscription_id).subquery()
    over = and_(~row.open, grouped.c.unpaid == 1, grouped.c.news >= since)
    suspended = row.stage == SubscriptionStage.SUSPENDED
    return (
        select(row.subject, row.open, row.stage, row.state["suspended_for"].label("suspended_for"))
        .join(grouped, grouped.c.subscription_id == row.subject)
        .where(row.lifecycle == Lifecycle.SUBSCRIPTION, row.subject > after)
        .where(or_(over, and_(row.open, or_(grouped.c.unpaid == 1, suspended))))
        .order_by(row.subject)
        .limit(PAGE)
    )


def _needs(session: Session, rows: Sequence[Any]) -> list[PaymentNeed]:
    invoices = _invoices(session, [row.subject for row in rows])
    found = []
    for row in rows:
        suspended = SuspensionReason.UNPAID in (row.suspended_for or ())
        word = _last_word(session, row.subject) if suspended else None
        need = need_of(row.subject, invoices[row.subject], suspended=suspended, word=word, over=not row.open)
        found += [need] if need else []
    return found


def _invoices(session: Session, subscriptions: Sequence[str]) -> dict[str, list[InvoiceStands]]:
    record = InvoiceRecord
    asked = select(record.subscription_id, record.invoice, record.state, record.recorded_at)
    found: dict[str, list[InvoiceStands]] = defaultdict(list)
    for row in session.execute(asked.where(record.subscription_id.in_(subscriptions))):
        found[row.subscription_id].append(InvoiceStands(row.invoice, row.state, row.recorded_at))
    return found


def _last_word(session: Session, subscription_id: str) -> LastWord | None:
    event = EventRecord
    asked = (
        select(event.source, event.recorded_at)
        .where(event.lifecycle == Lifecycle.SUBSCRIPTION, event.subject == subscription_id)
        .where(event.type.in_(SUSPENDING), event.data["why"].as_string() == SuspensionReason.UNPAID)
        .order_by(event.recorded_at.desc(), event.sequence.desc())
        .limit(1)
    )
    found = session.execute(asked).first()
    return LastWord(*found) if found else None
