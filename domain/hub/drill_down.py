"""What stands behind the hub's numbers: days of usage, invoices, and what happened. HUB-40. Pure."""

from dataclasses import dataclass
from datetime import date

from domain.events import Event
from domain.lifecycle import Lifecycle


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDay:
    """Licences of one product on one day, as the last import has it."""

    day: date
    assigned: int
    used: int
    used_assigned: int
    purchased: int | None
    """What the vendor said is entitled from this day on; None: it said nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Invoice:
    """Of a subscription. HUB-16, HUB-40."""

    invoice: str
    issued_on: date
    due_on: date
    amount: str
    """Decimal, as text."""

    currency: str
    state: str
    """open, unpaid, paid or void."""

    paid_on: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class HubEvent:
    """Something that happened to one lifecycle of a customer."""

    lifecycle: Lifecycle
    subject: str
    event: Event
