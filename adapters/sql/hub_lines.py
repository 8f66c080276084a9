"""Lines, usage and calls as of an instant. HUB-50 to HUB-60."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from adapters.sql.database import Database
from adapters.sql.hub_as_of import LIFE, Lives, life_of
from adapters.sql.hub_file_schema import CallsRecord, UsageRecord
from adapters.sql.hub_invoices import auto_renewing
from adapters.sql.hub_licences import licences_of
from adapters.sql.hub_schema import HubCustomerRecord, HubLifeRecord
from domain.hub.calls import WeekOfCalls
from domain.hub.drill_down import UsageDay
from domain.hub.imports_calls import calls_of
from domain.hub.licences import Licences, entitled, nothing_known
from domain.hub.lines import WEEKS, Line
from domain.hub.lives import Life, LifeState
from domain.hub.statuses import running
from domain.hub.weeks import end_of
from domain.lifecycle import Lifecycle

HAVE_LINES: Final = (LifeState.ACTIVE, LifeState.SUSPENDED, LifeState.TRIALING, LifeState.GRACE)


class SqlHubLines(Database):
    """On SQL. Reads what is derived: whoever wants it up to date calls `catch_up` before."""

    def lines(
        self,
        partner_id: str | None,
        at: datetime,
        customer_id: str | None = None,
        *,
        subjects: Collection[str] | None = None,
        weeks: int = WEEKS,
    ) -> list[Line]:
        """One of each product of each subscription, trial and wholesale customer that is active, suspended, trialing
        or in grace at `at`; of one partner, or of all; of some subjects (hundreds, not thousands), or of all. Sorted by
        partner, customer, lifecycle, subject, product.

        A day of usage counts from its first instant (UTC) on: at the end of a week, its Saturday is the last. A product
        that was never ordered and is used has a line, too: its total is none, if the vendor says no other. Fewer
        `weeks` to remember are much less to look up.
        """
        lives = Lives(at, partner_id, customer_id, None if subjects is None else frozenset(subjects))
        with self._reading() as session:
            licences, renewing = licences_of(session, lives, weeks), auto_renewing(session, lives)
            found = session.connection().execute(_with_customers(lives)).all()
        nothing = nothing_known(weeks)
        return [line for row in found for line in _lines(row, licences, renewing, nothing)]

    def usage_rows(self, lifecycle: Lifecycle, subject: str, product: str, since: date, until: date) -> list[UsageDay]:
        """Of the days in [since, until), the oldest first: what a line's numbers are counted from."""
        record = UsageRecord
        asked = select(record).where(
            record.lifecycle == lifecycle,
            record.subject == subject,
            record.product == product,
            record.day >= since,
            record.day < until,
        )
        with self._reading() as session:
            found = session.scalars(asked.order_by(record.day))
            return [UsageDay(**{name: getattr(row, name) for name in UsageDay.__dataclass_fields__}) for row in found]

    def calls(self, partner_id: str | None, weeks: Collection[date]) -> list[WeekOfCalls]:
        """Of these weeks (each by the Sunday that ends it) and of the customers that this partner had at the end of
        each; None: of all customers, each once. Sorted by week, customer. HUB-60."""
        with self._reading() as session:
            return [known for week in sorted(weeks) for known in _calls(session, partner_id, week)]


def _with_customers(lives: Lives) -> Any:
    life, known = HubLifeRecord, HubCustomerRecord
    whose = and_(known.partner_id == life.partner_id, known.customer_id == life.customer_id)
    asked = select(*LIFE, known.name, known.zone).join(known, whose)
    asked = asked.where(*lives.conditions, life.state.in_(HAVE_LINES))
    return asked.order_by(life.partner_id, life.customer_id, life.lifecycle, life.subject)


def _lines(row: Any, licences: Any, renewing: Collection[str], nothing: Licences) -> Iterator[Line]:
    *came, name, zone = row
    life = life_of(*came)
    known = licences.get((life.lifecycle, life.subject), {})
    for product in sorted(life.products.keys() | known.keys()):
        yield _line(life, name, zone, product, known.get(product, nothing), life.subject in renewing)


def _line(life: Life, name: str, zone: str, product: str, known: Licences, auto_renew: bool) -> Line:
    return Line(
        lifecycle=life.lifecycle,
        subject=life.subject,
        partner_id=life.partner_id,
        customer_id=life.customer_id,
        customer_name=name,
        zone=zone,
        product=product,
        trial=life.trial,
        active=running(life),
        total=entitled(life, product, known.purchased),
        assigned=known.assigned_by_week[-1] or 0,
        used=known.used_by_week[-1] or 0,
        used_assigned=known.used_assigned or 0,
        assigned_by_week=known.assigned_by_week,
        used_by_week=known.used_by_week,
        added_on=life.added_on,
        ends_at=life.ends_at,
        auto_renew=auto_renew,
    )


def _calls(session: Session, partner_id: str | None, week: date) -> Iterator[WeekOfCalls]:
    record = CallsRecord
    asked = select(record.customer_id, record.content).where(record.week == week)
    if partner_id is not None:
        in_the_list = select(HubLifeRecord.customer_id).where(*Lives(end_of(week), partner_id).conditions)
        asked = asked.where(record.customer_id.in_(in_the_list))
    for whose, content in session.execute(asked.order_by(record.customer_id)):
        yield calls_of(whose, week, content)
