"""The tables. JSON holds the whole; columns beside it are for questions; people stand in rows of their own."""

from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, ClassVar, Final

from sqlalchemy import (
    JSON,
    DateTime,
    Dialect,
    Enum,
    ForeignKey,
    Index,
    MetaData,
    Text,
    TypeDecorator,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from domain.events import TaskKind
from domain.mails import Lifecycle, MailState, Role
from domain.order.messages import OrderKind
from domain.order.states import CLOSED, Stage
from domain.subscription.subscription import SubscriptionStage
from domain.values import Source
from domain.working_time import in_utc

NAMES: Final = {
    "pk": "pk_%(table_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
}


class UtcInstant(TypeDecorator[datetime]):
    """An aware instant, kept and given back in UTC on every database; a naive one is refused (NaiveInstant)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite keeps text without a zone: always UTC, so it sorts in time order."""
        if value is None:
            return None
        instant = in_utc(value)
        return instant.replace(tzinfo=None) if dialect.name == "sqlite" else instant

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """PostgreSQL answers in the session's zone."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if dialect.name == "sqlite" else value.astimezone(UTC)


BYTEWISE: Final = Text().with_variant(Text(collation="C"), "postgresql")
"""Text that compares and sorts by its bytes on every database, whatever the server's locale."""


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


def _listed(kind: type[StrEnum], check: str) -> Enum:
    """Values the database itself checks, by a constraint of that name: a new one needs a migration."""
    return Enum(kind, name=check, native_enum=False, create_constraint=True, length=40, values_callable=_values)


def _growing(kind: type[StrEnum]) -> Enum:
    """Values every new lifecycle adds to: not checked by the database."""
    return Enum(kind, native_enum=False, create_constraint=False, length=40, values_callable=_values)


class Base(DeclarativeBase):
    """Every table of the store."""

    metadata = MetaData(naming_convention=NAMES)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        str: BYTEWISE,
        datetime: UtcInstant(),
        dict[str, Any]: JSON(),
        dict[str, str]: JSON(),
        TaskKind: _growing(TaskKind),
        Lifecycle: _growing(Lifecycle),
        Role: _growing(Role),
    }


class OrderRecord(Base):
    """An order as it stands. Its row keeps the SO# taken for ever, long after Temporal forgot the workflow. R9."""

    __tablename__ = "orders"

    number: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[OrderKind] = mapped_column(_listed(OrderKind, "ck_orders_kind"))
    stage: Mapped[Stage] = mapped_column(_listed(Stage, "ck_orders_stage"))
    customer_id: Mapped[str]
    ordering_partner_id: Mapped[str]
    facing_partner_id: Mapped[str]
    subscription_id: Mapped[str] = mapped_column(index=True)
    term_months: Mapped[int]
    placed_at: Mapped[datetime]
    next_deadline: Mapped[datetime | None]
    next_deadline_label: Mapped[str | None]
    attention: Mapped[bool]
    renewal_date: Mapped[date | None]
    """As answered when the order was opened: a repeat gets the same answer."""

    input_hash: Mapped[str]
    """Of what was placed, people left out."""

    first_run: Mapped[str]
    sequence: Mapped[int]
    life: Mapped[dict[str, Any]]
    placed: Mapped[dict[str, Any]]
    """As it was placed, people left out."""

    opened_at: Mapped[datetime]
    recorded_at: Mapped[datetime]

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
    role: Mapped[Role] = mapped_column(primary_key=True)
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


class SubscriptionRecord(Base):
    """A subscription as it stands."""

    __tablename__ = "subscriptions"

    subscription_id: Mapped[str] = mapped_column(primary_key=True)
    customer_id: Mapped[str]
    partner_id: Mapped[str]
    stage: Mapped[SubscriptionStage] = mapped_column(_listed(SubscriptionStage, "ck_subscriptions_stage"))
    renewal_date: Mapped[date]
    next_deadline: Mapped[datetime | None]
    next_deadline_label: Mapped[str | None]
    attention: Mapped[bool]
    sequence: Mapped[int]
    life: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]

    __table_args__ = (Index(None, "stage", "next_deadline", "subscription_id"),)


class CsmAssignment(Base):
    """The Customer Success Manager of a subscription; may be older than the subscription's own row. ORD-27."""

    __tablename__ = "csm_assignments"

    subscription_id: Mapped[str] = mapped_column(primary_key=True)
    csm: Mapped[str] = mapped_column(index=True)


class EventRecord(Base):
    """One fact about one lifecycle; rows are only ever added."""

    __tablename__ = "events"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str]
    occurred_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    actor: Mapped[str]
    source: Mapped[Source] = mapped_column(_listed(Source, "ck_events_source"))
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
    sequence: Mapped[int]
    """Of the journal that brought it: an older one never overwrites it."""


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
    state: Mapped[MailState] = mapped_column(_listed(MailState, "ck_mails_state"), index=True)
    claimed_at: Mapped[datetime]
    handed_over_at: Mapped[datetime | None]
    settled_at: Mapped[datetime | None]
    answer: Mapped[str | None]

    __table_args__ = (Index(None, "lifecycle", "subject"),)
