"""The tables. JSON holds the whole; columns beside it are for questions; people stand in rows of their own."""

from datetime import date, datetime
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, ForeignKey, Index, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from adapters.sql.columns import BYTEWISE, UtcInstant, growing, listed
from domain.device.states import DeviceStage
from domain.events import TaskKind
from domain.mails import Lifecycle, MailState
from domain.order.messages import OrderKind
from domain.order.states import CLOSED, Stage
from domain.subscription.subscription import SubscriptionStage
from domain.trial.messages import TrialKind
from domain.trial.states import TrialStage
from domain.values import Source

NAMES: Final = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}


class Base(DeclarativeBase):
    """Every table of the store."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: BYTEWISE,
        datetime: UtcInstant(),
        dict[str, Any]: JSON(),
        dict[str, str]: JSON(),
        TaskKind: growing(TaskKind),
        Lifecycle: growing(Lifecycle),
    }


class Standing:
    """Where a lifecycle stands: columns every current row has."""

    next_deadline: Mapped[datetime | None]
    next_deadline_label: Mapped[str | None]
    attention: Mapped[bool]
    run: Mapped[str]
    """The workflow run that told it. Its own word never goes back; another run's word always counts."""

    sequence: Mapped[int]
    life: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]


class Taken:
    """An id that is taken for ever, long after Temporal forgot the workflow. R9."""

    input_hash: Mapped[str]
    """Of what was placed, people left out."""

    first_run: Mapped[str]
    """Which may take it again and again."""

    placed: Mapped[dict[str, Any]]
    """As it was placed, people left out."""

    opened_at: Mapped[datetime]


class OrderRecord(Standing, Taken, Base):
    """An order as it stands; its row keeps the SO# taken."""

    __tablename__ = "orders"

    number: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[OrderKind] = mapped_column(listed(OrderKind, "ck_orders_kind"))
    stage: Mapped[Stage] = mapped_column(listed(Stage, "ck_orders_stage"))
    customer_id: Mapped[str]
    ordering_partner_id: Mapped[str]
    facing_partner_id: Mapped[str]
    subscription_id: Mapped[str] = mapped_column(index=True)
    term_months: Mapped[int]
    converts_trial: Mapped[str | None] = mapped_column(index=True)
    placed_at: Mapped[datetime]
    renewal_date: Mapped[date | None]
    """As answered when the order was opened: a repeat gets the same answer."""

    __table_args__ = (
        Index(None, "next_deadline", "number"),
        Index(None, "stage", "next_deadline", "number"),
    )


Index(
    "uq_orders_open_renewal",
    OrderRecord.subscription_id,
    unique=True,
    sqlite_where=(OrderRecord.kind == OrderKind.RENEWAL) & OrderRecord.stage.not_in(sorted(CLOSED)),
    postgresql_where=(OrderRecord.kind == OrderKind.RENEWAL) & OrderRecord.stage.not_in(sorted(CLOSED)),
)
"""A subscription has one open renewal order at most, whatever the code believes."""


class OrderItemRecord(Base):
    """One item of an order, in the order's own sequence."""

    __tablename__ = "order_items"

    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    part_number: Mapped[str]
    offering: Mapped[str]
    quantity: Mapped[int]


class PersonRecord(Base):
    """Somebody in one role of one lifecycle: the only place of their name and address outside the papers."""

    __tablename__ = "people"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    role: Mapped[str] = mapped_column(primary_key=True)
    """A Role, numbered where there are several: `facing_partner`, `customer_administrator/1`."""

    first_name: Mapped[str]
    last_name: Mapped[str]
    email: Mapped[str]
    language: Mapped[str]
    zone: Mapped[str]
    phone: Mapped[str | None]


class PaperRecord(Base):
    """A form as it was submitted, personal data included: erased by its row."""

    __tablename__ = "papers"

    order_number: Mapped[str] = mapped_column(ForeignKey("orders.number"), primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]


class SubscriptionRecord(Standing, Base):
    """A subscription as it stands."""

    __tablename__ = "subscriptions"

    subscription_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str] = mapped_column(index=True)
    partner_id: Mapped[str]
    stage: Mapped[SubscriptionStage] = mapped_column(listed(SubscriptionStage, "ck_subscriptions_stage"))
    renewal_date: Mapped[date]

    __table_args__ = (Index(None, "stage", "next_deadline", "subscription_id"),)


class CsmAssignment(Base):
    """The Customer Success Manager of a subscription; may be older than the subscription's own row. ORD-27."""

    __tablename__ = "csm_assignments"

    subscription_id: Mapped[str] = mapped_column(primary_key=True)
    csm: Mapped[str] = mapped_column(index=True)


class TrialRecord(Standing, Taken, Base):
    """A trial as it stands; its row keeps the trial id taken."""

    __tablename__ = "trials"

    trial_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[TrialKind] = mapped_column(listed(TrialKind, "ck_trials_kind"))
    stage: Mapped[TrialStage] = mapped_column(listed(TrialStage, "ck_trials_stage"))
    customer_id: Mapped[str] = mapped_column(index=True)
    partner_id: Mapped[str]
    expires_on: Mapped[date | None]

    __table_args__ = (
        Index(None, "next_deadline", "trial_id"),
        Index(None, "stage", "next_deadline", "trial_id"),
    )


class TrialLossRecord(Base):
    """One irreversible step of a trial's end, taken once. TRL-77, TRL-78."""

    __tablename__ = "trial_losses"

    trial_id: Mapped[str] = mapped_column(ForeignKey("trials.trial_id"), primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]


class DeviceRecord(Standing, Base):
    """A device on loan as it stands."""

    __tablename__ = "devices"

    device_id: Mapped[str] = mapped_column(primary_key=True)
    trial_id: Mapped[str] = mapped_column(index=True)
    customer_id: Mapped[str]
    partner_id: Mapped[str]
    stage: Mapped[DeviceStage] = mapped_column(listed(DeviceStage, "ck_devices_stage"))
    return_due_at: Mapped[datetime]
    overdue: Mapped[bool]
    """It should be back and is not. TRL-90."""

    __table_args__ = (
        Index(None, "return_due_at", "device_id"),
        Index(None, "overdue", "return_due_at", "device_id"),
    )


class EventRecord(Base):
    """One fact about one lifecycle; rows are only ever added.

    A run that was Reset tells the same again: the first telling stays. Or it goes another way: then two facts of
    different types have the same sequence.
    """

    __tablename__ = "events"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(primary_key=True)
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
    source: Mapped[Source] = mapped_column(listed(Source, "ck_events_source"))
    reason: Mapped[str | None]
    data: Mapped[dict[str, str]]


class TaskRecord(Base):
    """Work that waits, or waited, for a person outside."""

    __tablename__ = "tasks"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[TaskKind]
    assignee: Mapped[str]
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    run: Mapped[str]
    sequence: Mapped[int]
    """Of the journal that brought it: an older one of the same run never overwrites it."""


class MailRecord(Base):
    """One mail and what is known of its fate. R1."""

    __tablename__ = "mails"

    key: Mapped[str] = mapped_column(primary_key=True)
    message_id: Mapped[str] = mapped_column(index=True)
    """Made from the key, so as unique. No constraint: a second one beside the key breaks ON CONFLICT under a race."""

    kind: Mapped[str]
    lifecycle: Mapped[Lifecycle]
    subject: Mapped[str]
    recipient: Mapped[str]
    """A role (`facing_partner`, `customer_administrator/1`), never an address: erasing somebody is deleting one row of
    `people`, and what was sent to whom can still be read."""

    state: Mapped[MailState] = mapped_column(listed(MailState, "ck_mails_state"), index=True)
    claimed_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    answer: Mapped[str | None]

    __table_args__ = (Index(None, "lifecycle", "subject"),)
