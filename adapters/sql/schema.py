"""The tables. JSON holds the whole; columns beside it are for questions; people stand in rows of their own."""

from datetime import datetime
from typing import Any, ClassVar, Final

from sqlalchemy import JSON, Index, MetaData, String, text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from adapters.sql.columns import BYTEWISE, UtcInstant, growing, listed
from domain.events import TaskKind
from domain.lifecycle import Lifecycle
from domain.mails import MailState
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
        Lifecycle: String(40),
        datetime: UtcInstant(),
        dict[str, Any]: JSON(none_as_null=True),
        dict[str, str]: JSON(),
        list[str]: JSON(),
        TaskKind: growing(TaskKind),
    }


class LifecycleRecord(Base):
    """A lifecycle as it stands, whichever it is; its row keeps its id taken, long after Temporal forgot it. R9."""

    __tablename__ = "lifecycles"

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    """As in LifecycleView: `order.new`."""

    stage: Mapped[str]
    open: Mapped[bool]
    """Is something still to come?"""

    customer_id: Mapped[str]
    partner_id: Mapped[str]
    """Who faces the customer."""

    linked_to: Mapped[str | None]
    """`Kind.linked_to`: an order's subscription, a device's trial, the order that makes a trial paid."""

    next_deadline: Mapped[datetime | None]
    next_deadline_label: Mapped[str | None]
    attention: Mapped[bool]
    run: Mapped[str]
    """The workflow run that told it. Its own word never goes back, unless the workflow task that told it was lost with
    its worker and goes another way; another run's word always counts."""

    sequence: Mapped[int]
    state: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]

    placed: Mapped[dict[str, Any] | None]
    """As it was started, people left out; None for one that its first record opened, like the four below."""

    input_hash: Mapped[str | None]
    """Of that."""

    first_run: Mapped[str | None]
    """Which may take the id again and again."""

    opened_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    """What its opening was answered: a repeat gets the same."""

    __table_args__ = (
        Index("ix_lifecycles_next_deadline", "lifecycle", "next_deadline", "subject"),
        Index("ix_lifecycles_stage", "lifecycle", "stage", "next_deadline", "subject"),
        Index("ix_lifecycles_customer_id", "lifecycle", "customer_id"),
        Index("ix_lifecycles_linked_to", "lifecycle", "linked_to", "next_deadline", "subject"),
        Index("ix_lifecycles_sequence", "lifecycle", "subject", "run", "sequence"),  # what is new for the hub?
        Index(
            "ix_lifecycles_attention",
            "recorded_at",
            "lifecycle",
            "subject",
            sqlite_where=text("attention = 1"),
            postgresql_where=text("attention"),
        ),
        Index(
            "ix_lifecycles_open", "lifecycle", "subject", sqlite_where=text("open = 1"), postgresql_where=text("open")
        ),
    )


Index(
    "uq_lifecycles_open_renewal",
    LifecycleRecord.linked_to,
    unique=True,
    sqlite_where=text("kind = 'order.renewal' AND open = 1"),
    postgresql_where=text("kind = 'order.renewal' AND open"),
)
"""A subscription has one open renewal order at most, whatever the code believes."""


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

    lifecycle: Mapped[Lifecycle] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime]


class CsmAssignment(Base):
    """The Customer Success Manager of a subscription; may be older than the subscription's own row. ORD-27."""

    __tablename__ = "csm_assignments"

    subscription_id: Mapped[str] = mapped_column(primary_key=True)
    csm: Mapped[str]
    counted: Mapped[bool]
    """Is it one of those in `csm_loads`? Not once the subscription is terminated."""


class CsmLoad(Base):
    """How many subscriptions a Customer Success Manager has. ORD-27."""

    __tablename__ = "csm_loads"

    csm: Mapped[str] = mapped_column(primary_key=True)
    subscriptions: Mapped[int]


class TrialLossRecord(Base):
    """One irreversible step of a trial's end, decided once. TRL-77, TRL-78."""

    __tablename__ = "trial_losses"

    trial_id: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    taken_at: Mapped[datetime]
    lost: Mapped[list[str]]
    """Services, or the organization; empty: all of it was spared."""

    spared: Mapped[dict[str, str]]
    """What somebody else gives, and who. AMB-48."""


class EventRecord(Base):
    """One fact about one lifecycle; rows are added, and never change but for their number.

    A run that was Reset tells the same again: the first telling stays. Or it goes another way: then two facts of
    different types have the same sequence, until one of them is recorded again under another: see renumber.py.
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


class AccountRecord(Base):
    """A service organization as the last import has it. SUP-01, SUP-03."""

    __tablename__ = "accounts"

    zoid: Mapped[str] = mapped_column(primary_key=True)
    zgid: Mapped[str | None] = mapped_column(index=True)
    name: Mapped[str]
    region: Mapped[str]
    data_centre: Mapped[str]
    super_admin: Mapped[str | None] = mapped_column(index=True)
    """A mail address, here and nowhere else: erased by emptying it."""

    partner_id: Mapped[str | None]
    subscriptions: Mapped[list[dict[str, Any]]] = mapped_column(JSON())
    changed_at: Mapped[datetime]
    changed_by: Mapped[str]

    __table_args__ = (Index(None, "region", "zoid"),)


class AccountKeyRecord(Base):
    """A domain or a user's id by which an account is found, too. SUP-03, SUP-12."""

    __tablename__ = "account_keys"

    zoid: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(40), primary_key=True)
    """`domain` or `zuid`."""

    value: Mapped[str] = mapped_column(primary_key=True)

    __table_args__ = (Index(None, "kind", "value"),)


class WholesaleUserRecord(Base):
    """A user of a wholesale customer; the only place of their name and address, but for a batch laid down. WHS-11."""

    __tablename__ = "wholesale_users"

    external_id: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str | None]
    """Gone like both names once the user was removed: that is how somebody is erased. The id stays."""

    first_name: Mapped[str | None]
    last_name: Mapped[str | None]
    package: Mapped[str | None]
    """None: the user has nothing any more."""

    add_ons: Mapped[list[str]]
    """Sorted: the same ones are the same text."""

    administrator: Mapped[bool]
    with_customer: Mapped[bool]
    """Removed because the customer was deprovisioned: its certificate counts them. WHS-27."""

    changed_at: Mapped[datetime]

    __table_args__ = (Index(None, "external_id", "package", "user_id"),)


class WholesaleBatchRecord(Base):
    """Users of an import, until they are assigned; then what became of each."""

    __tablename__ = "wholesale_batches"

    external_id: Mapped[str] = mapped_column(primary_key=True)
    batch_id: Mapped[str] = mapped_column(primary_key=True)
    users: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))
    """With names and addresses; None as soon as they were assigned, or their customer was deprovisioned."""

    laid_down_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
    answer: Mapped[dict[str, Any] | None]
    """What the first attempt was answered: a repeat gets the same."""

    results: Mapped[list[dict[str, Any]] | None] = mapped_column(JSON(none_as_null=True))


class DeprovisioningStepRecord(Base):
    """One step of a customer's deprovisioning, as it was taken first. WHS-27."""

    __tablename__ = "deprovisioning_steps"

    external_id: Mapped[str] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    """From 1, in the order in which they were taken."""

    taken_at: Mapped[datetime]
    removed: Mapped[int]
    digest: Mapped[str]


class ScreeningListRecord(Base):
    """One version of a list of restricted parties; rows are only ever added. WHS-20."""

    __tablename__ = "screening_lists"

    version: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    number: Mapped[int]
    """Of its name, from 1: the highest one is the current one."""

    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    entries: Mapped[int]
    digest: Mapped[str]

    __table_args__ = (Index("uq_screening_lists_name_number", "name", "number", unique=True),)


class ScreeningEntryRecord(Base):
    """One restricted party of one version; rows are only ever added."""

    __tablename__ = "screening_entries"

    version: Mapped[str] = mapped_column(primary_key=True)
    entry: Mapped[str] = mapped_column(primary_key=True)
    source: Mapped[str]
    name: Mapped[str]
    aliases: Mapped[list[str]]
    countries: Mapped[list[str]]
    kind: Mapped[str]
    begins_on: Mapped[str]
    ends_on: Mapped[str]
