"""Lines, usage and calls as of an instant. HUB-50 to HUB-60."""

from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from adapters.sql.database import Database
from adapters.sql.hub_as_of import ENTITLEMENT, Entitlements, entitlement_of
from adapters.sql.hub_file_schema import CallsRecord, UsageRecord
from adapters.sql.hub_invoices import auto_renewing
from adapters.sql.hub_licences import licences_of
from adapters.sql.hub_schema import HubCustomerRecord, HubEntitlementRecord
from domain.hub.calls import WeekOfCalls
from domain.hub.drill_down import UsageDay
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.imports_calls import calls_of
from domain.hub.licences import Licences, entitled, nothing_known
from domain.hub.lines import WEEKS, Line
from domain.hub.statuses import running
from domain.hub.weeks import end_of
from domain.lifecycle import Lifecycle

HAVE_LINES: Final = (
    EntitlementState.ACTIVE,
    EntitlementState.SUSPENDED,
    EntitlementState.TRIALING,
    EntitlementState.GRACE,
)


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
        entitlements = Entitlements(at, partner_id, customer_id, None if subjects is None else frozenset(subjects))
        with self._reading() as session:
            licences, renewing = licences_of(session, entitlements, weeks), auto_renewing(session, entitlements)
            found = session.connection().execute(_with_customers(entitlements)).all()
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


def _with_customers(entitlements: Entitlements) -> Any:
    record, known = HubEntitlementRecord, HubCustomerRecord
    whose = and_(known.partner_id == record.partner_id, known.customer_id == record.customer_id)
    asked = select(*ENTITLEMENT, known.name, known.zone).join(known, whose)
    asked = asked.where(*entitlements.conditions, record.state.in_(HAVE_LINES))
    return asked.order_by(record.partner_id, record.customer_id, record.lifecycle, record.subject)


def _lines(row: Any, licences: Any, renewing: Collection[str], nothing: Licences) -> Iterator[Line]:
    *came, name, zone = row
    entitlement = entitlement_of(*came)
    known = licences.get((entitlement.lifecycle, entitlement.subject), {})
    for product in sorted(entitlement.products.keys() | known.keys()):
        yield _line(entitlement, name, zone, product, known.get(product, nothing), entitlement.subject in renewing)


def _line(entitlement: Entitlement, name: str, zone: str, product: str, known: Licences, auto_renew: bool) -> Line:
    return Line(
        lifecycle=entitlement.lifecycle,
        subject=entitlement.subject,
        partner_id=entitlement.partner_id,
        customer_id=entitlement.customer_id,
        customer_name=name,
        zone=zone,
        product=product,
        trial=entitlement.trial,
        active=running(entitlement),
        total=entitled(entitlement, product, known.purchased),
        assigned=known.assigned_by_week[-1] or 0,
        used=known.used_by_week[-1] or 0,
        used_assigned=known.used_assigned or 0,
        assigned_by_week=known.assigned_by_week,
        used_by_week=known.used_by_week,
        added_on=entitlement.added_on,
        ends_at=entitlement.ends_at,
        auto_renew=auto_renew,
    )


def _calls(session: Session, partner_id: str | None, week: date) -> Iterator[WeekOfCalls]:
    record = CallsRecord
    asked = select(record.customer_id, record.content).where(record.week == week)
    if partner_id is not None:
        in_the_list = select(HubEntitlementRecord.customer_id).where(*Entitlements(end_of(week), partner_id).conditions)
        asked = asked.where(record.customer_id.in_(in_the_list))
    for whose, content in session.execute(asked.order_by(record.customer_id)):
        yield calls_of(whose, week, content)
