"""What the activities need from the world, as contracts. Every adapter of a port passes the same tests."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from domain.device.device import DeviceLife
from domain.events import Event, Journal, Task
from domain.mails import Letter, LetterFacts, Lifecycle, MailState
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.messages import PlaceOrder, ReportSiteBuilt
from domain.order.order import OrderLife
from domain.subscription.subscription import SubscriptionLife
from domain.trial.messages import Service, StartTrial
from domain.trial.trial import TrialLife
from domain.values import Model, Person, Refused
from domain.working_time import WorkingCalendar


class People(Model):
    """Who plays which role in one lifecycle: a Role, numbered where there are several."""

    by_role: dict[str, Person] = {}


class OrderNumberTaken(Refused):
    """The SO# belongs to another order, or this order's life is over already. R9."""


class SubscriptionUnknown(Refused):
    """A renewal names a subscription that does not exist. REN-01."""


class RenewalNotPossible(Refused):
    """The subscription cannot be renewed by this order: terminated, another customer's, or renewed by another now."""


class TrialIdTaken(Refused):
    """The trial id belongs to another trial, or this trial's life is over already. R9."""


class ServicesNotAvailable(Refused):
    """Services already bought, or on trial with another partner: each named with its reason. TRL-21, TRL-41."""

    def __init__(self, reasons: Mapping[Service, str], *, field: str) -> None:
        told = "; ".join(f"{service}: {reason}" for service, reason in reasons.items())
        super().__init__(f"{told} (TRL-21, TRL-41)", field=field)
        self.reasons = reasons


class NotKnown(Refused):
    """Nothing is stored under that id."""


class OpenedOrder(Model):
    """What the store knows that the order needs."""

    renewal_date: date | None = None
    """Of the subscription a renewal continues, local to the customer."""


class OrderRow(Model):
    """An order as it stands in the store."""

    life: OrderLife
    placed: PlaceOrder
    """As it was placed."""

    provisioning_form: ProvisioningForm | None = None
    graduation_form: GraduationForm | None = None
    access: ReportSiteBuilt | None = None
    """Access data for the Welcome, as reported with the built site."""


class SubscriptionRow(Model):
    """A subscription as it stands in the store."""

    life: SubscriptionLife
    csm: str | None = None
    orders: tuple[str, ...] = ()
    """Orders that started or renew it, oldest first; rejected and cancelled ones left out."""


class OrderPapers(Model):
    """Personal data and forms that came with a message: stored once, then known by id."""

    people: People = People()
    provisioning_form: ProvisioningForm | None = None
    graduation_form: GraduationForm | None = None
    access: ReportSiteBuilt | None = None


class OrderSummary(Model):
    """One line of a list."""

    number: str
    kind: str
    stage: str
    customer_id: str
    subscription_id: str
    next_deadline: datetime | None
    next_deadline_label: str | None
    attention: bool
    """In jeopardy, overdue, or a mail in doubt."""


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


class OrderStore(Protocol):
    """Orders. Every write is one transaction and idempotent: repeating it changes nothing."""

    def open_order(self, placed: PlaceOrder, life: OrderLife, run: str, recorded_at: datetime) -> OpenedOrder:
        """Insert the order, its people (roles ordering_partner, facing_partner, customer) and items.

        `run` is the workflow's first run id: the same run may repeat this (retry, Reset) and gets the same answer.
        Raises OrderNumberTaken (same SO#, another run), SubscriptionUnknown, RenewalNotPossible.
        """
        ...

    def record_order(
        self, life: OrderLife, journal: Journal, papers: OrderPapers, run: str, recorded_at: datetime
    ) -> None:
        """Write the current row, new events, changed tasks, papers, as workflow run `run` tells them.

        An event's key is (subject, sequence, type): the first telling stays, so a run that was Reset may tell it
        again; one that goes another way adds its own events. Within a run the current row never goes back: a life
        whose journal.sequence is below the stored one leaves it alone. Another run's word always counts. Raises
        NotKnown for an order never opened.
        """
        ...

    def order(self, number: str) -> OrderRow:
        """Raises NotKnown."""
        ...

    def orders(
        self, stage: str | None = None, due_before: datetime | None = None, limit: int = 500
    ) -> list[OrderSummary]:
        """Open and closed orders by next deadline (before `due_before`, if given), then number; those that wait for
        nothing last. `stage` matches exactly or by prefix before a dot."""
        ...


class SubscriptionStore(Protocol):
    """Subscriptions; writes as in OrderStore."""

    def record_subscription(self, life: SubscriptionLife, journal: Journal, run: str, recorded_at: datetime) -> None:
        """Insert or update the current row, append events, keep tasks."""
        ...

    def subscription(self, subscription_id: str) -> SubscriptionRow:
        """Raises NotKnown."""
        ...

    def assign_csm(self, subscription_id: str, roster: tuple[str, ...]) -> str:
        """Give the subscription to the CSM with the fewest, ties by roster order; a repeat gets the same answer.
        Works before the subscription's own row exists; terminated ones no longer count. ORD-27."""
        ...


class TrialRow(Model):
    """A trial as it stands in the store."""

    life: TrialLife
    placed: StartTrial
    """As it was started."""


class TrialSummary(Model):
    """One line of a list."""

    trial_id: str
    kind: str
    stage: str
    customer_id: str
    partner_id: str
    expires_on: date | None
    next_deadline: datetime | None
    next_deadline_label: str | None
    attention: bool


class TrialStore(Protocol):
    """Trials; writes as in OrderStore."""

    def open_trial(self, placed: StartTrial, life: TrialLife, run: str, recorded_at: datetime) -> None:
        """Insert the trial and its people: `customer_administrator/0` is the customer's contact, further ones as in
        `administrators`; `partner_administrator/0` is the partner's contact, further ones; `trial_user/n`.

        The same run may repeat it. Raises, decided in this transaction, TrialIdTaken, ServicesNotAvailable (field
        services), and Refused on kind (a new customer who is known, a paying one who bought nothing) or devices (lent
        for another trial).

        Bought: named in the trial's `purchased`; meetings and meetings_enterprise when the customer has an active or
        suspended subscription; what its trials were converted for, unless that order came to nothing or its
        subscription ended. On trial: in another open trial of the customer by another partner; of a lapsed one only
        calling. TRL-21, TRL-41, TRL-79.
        """
        ...

    def reserve_services(self, trial_id: str, services: tuple[Service, ...]) -> None:
        """Add these to a running trial's row, all or none: from now on nobody else gets them. TRL-51.

        The story's next record says the same, or puts the row right. A repeat changes nothing. Raises NotKnown, and
        ServicesNotAvailable (field add) as in open_trial.
        """
        ...

    def record_trial(self, life: TrialLife, journal: Journal, people: People, run: str, recorded_at: datetime) -> None:
        """Write the current row, events, tasks and people."""
        ...

    def trial(self, trial_id: str) -> TrialRow:
        """Raises NotKnown."""
        ...

    def trials(
        self, stage: str | None = None, due_before: datetime | None = None, limit: int = 500
    ) -> list[TrialSummary]:
        """As OrderStore.orders."""
        ...

    def take_loss(self, trial_id: str, step: str, now: datetime) -> None:
        """Record one irreversible step of a trial's end; a repeat keeps the first instant. TRL-77, TRL-78."""
        ...

    def losses(self, trial_id: str) -> dict[str, datetime]:
        """Steps taken and when, in order."""
        ...

    def check_paid_order(self, trial_id: str, number: str, order: PlaceOrder | None = None) -> None:
        """May the order `number` make this trial paid? `order` is given when it is still to be placed. TRL-60, TRL-65.

        Placed already, raises Refused on field order_number: not known, another customer's, rejected or cancelled, a
        renewal, for another trial. To be placed, on order.kind or order.converts_trial, and OrderNumberTaken (field
        order.sales_order_number) unless nobody has that SO# or a live order has it with the same content.
        """
        ...

    def paid_order_of(self, trial_id: str) -> str | None:
        """The SO# of the customer's order with `converts_trial` for this trial, neither rejected nor cancelled."""
        ...


class DeviceRow(Model):
    """A device on loan as it stands in the store."""

    life: DeviceLife


class DeviceStore(Protocol):
    """Devices on loan; writes as in OrderStore."""

    def record_device(self, life: DeviceLife, journal: Journal, run: str, recorded_at: datetime) -> None:
        """Insert or update the current row, append events, keep tasks."""
        ...

    def device(self, device_id: str) -> DeviceRow:
        """Raises NotKnown."""
        ...

    def devices(self, trial_id: str | None = None, *, overdue: bool = False) -> list[DeviceRow]:
        """By return date, then id; `overdue` keeps those that are overdue. TRL-90."""
        ...


class Archive(Protocol):
    """What was written about a lifecycle, to read."""

    def events(self, lifecycle: Lifecycle, subject: str) -> list[Event]:
        """Oldest first; empty when nothing is known."""
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


class LifeColumns(Model):
    """What the columns of a lifecycle's row say: what lists and questions see of it, beside its JSON."""

    open: bool
    """Is something still to come?"""

    kind: str
    """As in LifeView."""

    stage: str
    customer_id: str
    partner_id: str
    """Who faces the customer."""

    next_deadline: datetime | None
    attention: bool
    run: str
    """The workflow run that told it."""

    sequence: int
    """Of the last event told."""


class Standings(Protocol):
    """Where all lifecycles stand, whatever their kind: to compare, never to decide."""

    def open_lives(self) -> list[tuple[Lifecycle, str]]:
        """Every lifecycle whose row says that something is still to come."""
        ...

    def columns(self, lifecycle: Lifecycle, subject: str) -> LifeColumns:
        """Raises NotKnown."""
        ...


class Claim(Model):
    """What the ledger says before a mail is sent."""

    state: MailState
    """PENDING: go ahead. Anything else: what became of it."""

    message_id: str
    sent_at: datetime | None = None
    """When it was handed over, if it was sent: not when an operator found that out."""


class MailLedger(Protocol):
    """One row for each mail, keyed by `mail_key` and never removed by us. R1: PENDING, DATA, SENT, UNKNOWN, REFUSED.

    Every method but `claim` raises NotKnown for a key that was never claimed.
    """

    def claim(self, key: str, kind: str, lifecycle: Lifecycle, subject: str, recipient: str, now: datetime) -> Claim:
        """Insert as PENDING or read what is there. A row found in DATA means an attempt died after handing the
        text over: it becomes UNKNOWN and is answered as that."""
        ...

    def handing_over(self, key: str, now: datetime) -> None:
        """PENDING → DATA, committed before the first byte of the text leaves. Raises Refused in any other state."""
        ...

    def settle(self, key: str, state: MailState, answer: str, now: datetime) -> None:
        """DATA or PENDING → SENT, UNKNOWN, REFUSED or MOOT; DATA → PENDING when the server surely did not take it.
        The same end again changes nothing; any other step raises Refused."""
        ...

    def reopen(self, key: str, now: datetime) -> None:
        """UNKNOWN or REFUSED → PENDING: an operator decided to send once more. Another state stays as it is."""
        ...

    def mark_arrived(self, key: str, now: datetime) -> None:
        """UNKNOWN → SENT: an operator found that it had arrived. Another state stays as it is."""
        ...


class Attachment(Model):
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


class Envelope(Model):
    """A mail ready for the wire: who from, who to, and the bytes with CRLF line ends."""

    sender: str
    recipient: str
    content: bytes


class Composer(Protocol):
    """Writes mails."""

    def compose(self, letter: Letter, message_id: str, attachments: tuple[Attachment, ...] = ()) -> Envelope:
        """Text and HTML in the reader's language, dates in their zone. The same input gives the same bytes.

        Raises UnsafeMail when the serialised headers are not exactly the intended ones (CVE-2024-6923).
        """
        ...


class UnsafeMail(Exception):
    """A mail that would not be what was meant; it is never sent."""


class Answer(StrEnum):
    """How a mail server's answer is to be read."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    LATER = "later"
    UNKNOWN = "unknown"


class Delivery(Model):
    """What the mail server made of a mail, and its own words (without addresses)."""

    answer: Answer
    words: str


class Transport(Protocol):
    """Hands one mail to a mail server."""

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        """Calls `handing_over` after RCPT was accepted and just before DATA. Never raises for what SMTP can do:
        5xx is REFUSED; 4xx and no connection are LATER; an answer lost after the final dot is UNKNOWN."""
        ...


class Documents(Protocol):
    """Writes and keeps documents."""

    def confirmation(self, facts: LetterFacts, reader: Person) -> Attachment:
        """The confirmation document as a PDF in the reader's language; kept, and the same on every call. ORD-04."""
        ...


class Calendars(Protocol):
    """Holidays, as data."""

    def working_calendar(self, country: str, zone: str, first: date, last: date) -> WorkingCalendar:
        """Holidays in [first, last). Raises UnknownCountry."""
        ...
