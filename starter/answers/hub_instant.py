"""Of which instant an answer of `tenure hub …` is. Keys are stable: they are only ever added to."""

from datetime import date

from pydantic import Field

from domain.values import Model
from domain.working_time import Instant


class HubWeek(Model):
    """A week that was closed, as one of its revisions has it."""

    week: date = Field(description="The Sunday at whose first instant (UTC) it ended.")
    revision: int = Field(description="From 1; a later one has rows that came late.")
    revisions: int = Field(description="How many there are.")
    closed_at: Instant
    first_closed_at: Instant
    rows: int = Field(description="Customers, lines, sums and weeks of calls that were kept.")
    late_since: Instant | None = Field(description="Rows came since: the next closing revises it. Null: none did.")


class OfAnInstant(Model):
    """What answers of the hub have that are of now, or of a week."""

    at: Instant = Field(description="Of which instant everything is: now, or the end of the week.")
    as_of: HubWeek | None = Field(default=None, description="The week that it is of; null: as of now.")
