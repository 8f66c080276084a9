"""What `tenure hub …` answers with --json: of which instant, customers, weeks, tags. Keys are only ever added to."""

from datetime import date
from fractions import Fraction
from typing import Any

from pydantic import Field

from domain.events import Event
from domain.hub.customers import Managed
from domain.hub.entitlements import EntitlementState
from domain.hub.statuses import Status
from domain.values import Model
from domain.working_time import Instant
from starter.answers.lifecycle import Answer


class HubWeek(Model):
    """A week that was closed, as one of its revisions has it."""

    week: date = Field(description="The Sunday at whose first instant (UTC) it ended.")
    revision: int = Field(description="From 1; a later one has rows that came late.")
    revisions: int = Field(description="How many there are.")
    closed_at: Instant
    first_closed_at: Instant
    rows: int = Field(description="Customers, lines, sums and weeks of calls that were kept.")
    late_since: Instant | None = Field(description="Rows came late; if they change it, the next closing revises it.")


class OfAnInstant(Model):
    """What answers of the hub have that are of now, or of a week."""

    at: Instant = Field(description="Of which instant everything is: now, or the end of the week.")
    as_of: HubWeek | None = Field(default=None, description="The week that it is of; null: as of now.")


class HubStatus(Model):
    """One status of a customer. HUB-18."""

    status: Status
    subjects: tuple[str, ...] = Field(description="What it is about: ids, what ends first stands first.")
    on: date | None = Field(description="Of what ends or ended: the last day. Of no recent activity: the last sign-in.")
    days: int | None = Field(description="Left until then, or since.")
    reasons: tuple[str, ...] = Field(description="Why something is suspended. AMB-42.")


class HubCustomerLine(Model):
    """One customer, as one partner sees it."""

    partner_id: str
    customer_id: str
    name: str
    country: str
    managed: Managed
    statuses: tuple[HubStatus, ...] = Field(description="All that apply, in the order of display.")
    licences: dict[str, int] = Field(description="Of what runs, by product.")
    ends_on: date | None = Field(description="The earliest last day of what runs, in the customer's zone.")
    last_sign_in: date | None = Field(description="Of any administrator of the customer, UTC.")
    known_since: Instant
    tags: tuple[str, ...]
    subscription_tags: dict[str, tuple[str, ...]]


class HubCustomersAnswer(OfAnInstant, Answer):
    """`hub customers`: one page, sorted."""

    total: int = Field(description="Customers that fit, on all pages.")
    visible: int = Field(description="Customers that the user sees, whatever the filter.")
    page: int
    pages: int
    query: str = Field(description="The filter, as it stands in the address of the page.")
    customers: tuple[HubCustomerLine, ...]


class HubLife(Model):
    """An order, subscription, trial or wholesale customer of the customer."""

    lifecycle: str
    id: str
    workflow_id: str
    state: EntitlementState
    licences: dict[str, int]
    added_on: date
    ends_at: Instant | None
    suspended_for: tuple[str, ...]
    since: Instant = Field(description="Since when it is so.")


class HubLine(Model):
    """Licences of one product of one subscription or trial."""

    lifecycle: str
    id: str
    workflow_id: str
    product: str
    total: int
    assigned: int
    used: int = Field(description="In the last seven days: the highest of their days.")
    available: int
    over: int = Field(description="Assigned beyond the total.")
    assigned_by_week: tuple[int | None, ...] = Field(description="13 weeks, the oldest first; null: unknown.")
    used_by_week: tuple[int | None, ...]
    auto_renew: bool


class HubInvoice(Model):
    """Of a subscription. HUB-40."""

    invoice: str
    subscription_id: str
    issued_on: date
    due_on: date
    amount: str
    currency: str
    state: str
    paid_on: date | None


class HubHappened(Model):
    """Something that happened to one of its lives."""

    lifecycle: str
    id: str
    event: Event


class HubCustomerAnswer(OfAnInstant, Answer):
    """`hub customer`: invoices and events as of now only."""

    customer: HubCustomerLine
    lives: tuple[HubLife, ...]
    lines: tuple[HubLine, ...]
    invoices: tuple[HubInvoice, ...]
    events: tuple[HubHappened, ...] = Field(description="The oldest first.")


class HubUsageDay(Model):
    """Licences on one day, as the last import has it."""

    day: date
    assigned: int
    used: int
    used_assigned: int = Field(description="Used, and assigned too. AMB-25.")
    purchased: int | None = Field(description="What the vendor said is entitled from this day on; null: nothing.")


class HubUsageAnswer(OfAnInstant, Answer):
    """`hub usage`: the rows behind a line's numbers, the oldest first."""

    customer_id: str
    id: str
    product: str
    days: tuple[HubUsageDay, ...]


class HubWeeksAnswer(Answer):
    """`hub weeks`: the newest first; of one week its revisions, the first one first. `hub close`: what it closed."""

    weeks: tuple[HubWeek, ...]


class HubRebuildAnswer(Answer):
    """`hub rebuild`: how much was derived anew."""

    derived: int = Field(description="Orders, subscriptions, trials and wholesale customers that were looked at.")
    lives: int = Field(description="Of them, those that the hub knows as they are now.")
    customers: int = Field(description="One for each partner; those that are in no list any more are among them.")


class HubDefinition(Model):
    """What a number, a column or a status means."""

    key: str
    rules: tuple[str, ...] = Field(description="Of the specification.")
    formula: str


class HubDefinitionsAnswer(Answer):
    """`hub definitions`."""

    definitions: tuple[HubDefinition, ...]


class HubTagsAnswer(Answer):
    """`hub tags set`: the tags as they are now."""

    partner_id: str
    customer_id: str
    subscription_id: str | None = Field(description="Null: the customer's own.")
    tags: tuple[str, ...]


def fields_of(each: Any, model: type[Model], **more: Any) -> dict[str, Any]:
    """What a model has of a value of the domain, by the same names; `more` stands for the rest."""
    return {name: exact(getattr(each, name)) for name in model.model_fields if name not in more} | more


def exact(value: Any) -> Any:
    """JSON knows no fractions."""
    return float(value) if isinstance(value, Fraction) else value
