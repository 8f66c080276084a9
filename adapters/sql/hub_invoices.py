"""Invoices of subscriptions, and what the order desk says with them of their renewal. HUB-16, HUB-40, AMB-23."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from adapters.sql.database import Database
from adapters.sql.hub_as_of import Entitlements
from adapters.sql.hub_file_schema import InvoiceRecord
from adapters.sql.hub_schema import HubEntitlementRecord
from domain.hub.drill_down import Invoice
from domain.lifecycle import Lifecycle


class SqlHubInvoices(Database):
    """On SQL."""

    def invoices(self, subscription_id: str) -> list[Invoice]:
        """The newest first. HUB-40."""
        record = InvoiceRecord
        asked = select(record).where(record.subscription_id == subscription_id)
        with self._reading() as session:
            found = session.scalars(asked.order_by(record.issued_on.desc(), record.invoice.desc()))
            return [Invoice(**{name: getattr(row, name) for name in Invoice.__dataclass_fields__}) for row in found]


def auto_renewing(session: Session, entitlements: Entitlements) -> frozenset[str]:
    """Subscriptions set to be renewed by themselves: so says the newest invoice that was issued by then and says
    anything about it. AMB-23."""
    record, invoice = HubEntitlementRecord, InvoiceRecord
    says = select(invoice.auto_renew).where(
        invoice.subscription_id == record.subject,
        invoice.auto_renew.is_not(None),
        invoice.issued_on <= entitlements.last_day,
    )
    newest = says.order_by(invoice.issued_on.desc(), invoice.invoice.desc()).limit(1).scalar_subquery()
    asked = select(record.subject).where(*entitlements.conditions, record.lifecycle == Lifecycle.SUBSCRIPTION, newest)
    return frozenset(session.scalars(asked))
