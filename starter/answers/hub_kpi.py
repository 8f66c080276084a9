"""What `tenure hub kpi` and `tenure hub calling` answer with --json. Keys are stable: they are only ever added to."""

from datetime import date

from pydantic import Field

from domain.hub.numbers import Unit
from domain.hub.sections import Column, SectionKey
from domain.values import Model
from starter.answers.hub import HubLine, OfAnInstant
from starter.answers.lifecycle import Answer

RATIO = "Null: nothing to divide by, or unknown."


class HubCustomerKey(Model):
    """A customer of a partner."""

    partner_id: str
    customer_id: str


class HubNumber(Model):
    """One KPI, with what it was counted from."""

    key: str = Field(description="Of its definition: hub definitions KEY.")
    unit: Unit
    value: float | int | None = Field(description=RATIO)
    part: int | None = Field(description="Of a ratio, the upper sum.")
    whole: int | None = Field(description="Of a ratio, the lower sum.")
    customers: tuple[HubCustomerKey, ...] = Field(description="Those behind it.")


class HubRow(Model):
    """One line of a section's table, with every column of all of them."""

    partner_id: str
    customer_id: str
    customer: str = Field(description="The organization's name.")
    subscription: str = Field(description="The subscription's id, or Enterprise Trial.")
    line: HubLine
    days_since_added: int
    days_to_end: int | None = Field(description="To expiry, or to renewal; 0 on the last day.")
    months_since_added: int
    months_to_end: int | None
    assigned_share: float | None = Field(description=RATIO)
    used_share: float | None = Field(description=RATIO)
    assignment_change: int | None = Field(description="Assigned now − a week ago.")
    usage_change: int | None = Field(description="Used now − a week ago.")
    usage_3_months: int | None = Field(description="The most that were used in one of the last 13 weeks.")


class HubSection(Model):
    """One section of the dashboard."""

    key: SectionKey
    numbers: tuple[HubNumber, ...]
    columns: tuple[Column, ...] = Field(description="Those that its table shows, in order.")
    rows: tuple[HubRow, ...]


class HubTrendPoint(Model):
    """A week of the trend. HUB-54."""

    ends_on: date
    total: int | None
    assigned: int | None
    used: int | None


class HubKpiAnswer(OfAnInstant, Answer):
    """`hub kpi`: the whole dashboard, or one section of it."""

    product: str
    numbers: tuple[HubNumber, ...] = Field(description="The first row, of Meetings and Calling together.")
    trend: tuple[HubTrendPoint, ...] = Field(description="The oldest week first.")
    sections: tuple[HubSection, ...]


class HubCallWeek(Model):
    """All customers together in one week."""

    week: date
    customers: int
    users: int
    callers: int
    calls: int
    minutes: int
    low_quality: int
    calls_per_user: float | None = Field(description=RATIO)
    low_share: float | None = Field(description=RATIO)


class HubUsageTrend(Model):
    """One statistic of a customer's use of Calling."""

    value: float | None = Field(description="Of the last week.")
    trend: tuple[float | None, ...] = Field(description="Of eight weeks, the oldest first.")
    falling: bool


class HubCallingUsage(Model):
    """A row of *Customers and usage*."""

    customer_id: str
    name: str
    calls: int | None = Field(description="In the last week; null: nothing is known of it.")
    statistics: dict[str, HubUsageTrend]


class HubEndpoint(Model):
    """Calls of the last week by one type of endpoint."""

    endpoint: str
    calls: int
    low_quality: int
    low_share: float | None = Field(description=RATIO)


class HubCallingQuality(Model):
    """A row of *Customers and quality*."""

    customer_id: str
    name: str
    calls: int
    low_quality: int
    low_share: float | None = Field(description=RATIO)
    change: float | None = Field(description="Of the share, against the week before.")
    endpoints: tuple[HubEndpoint, ...]


class HubFeature(Model):
    """Calls with one feature, of customers with call queues."""

    feature: str
    calls: int
    share: float | None = Field(description=RATIO)


class HubQueues(Model):
    """A row of *Customers and feature use*."""

    customer_id: str
    name: str
    answered: int
    abandoned: int
    answer_time: float | None = Field(description="Seconds.")
    abandoned_wait: float | None = Field(description="Seconds.")
    abandoned_rate: float | None = Field(description=RATIO)
    features: dict[str, int]


class HubCallingAnswer(OfAnInstant, Answer):
    """`hub calling`: of the last completed week, and of the eight up to it."""

    week: date = Field(description="The Sunday that ends it.")
    weeks: tuple[HubCallWeek, ...]
    usage: tuple[HubCallingUsage, ...]
    endpoints: tuple[HubEndpoint, ...]
    quality: tuple[HubCallingQuality, ...]
    features: tuple[HubFeature, ...]
    queue_numbers: tuple[HubNumber, ...]
    queues: tuple[HubQueues, ...]
