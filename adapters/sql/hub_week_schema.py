"""The hub's tables of closed weeks. HUB-60."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Date
from sqlalchemy.orm import Mapped, mapped_column

from adapters.sql.schema import Base


class WeekRecord(Base):
    """A week that was closed; a later revision stands beside the earlier one, which stays as it is. HUB-60."""

    __tablename__ = "hub_weeks"

    week: Mapped[date] = mapped_column(Date(), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    closed_at: Mapped[datetime]
    """Later than that of everything closed before it, whatever the clock says."""

    rows: Mapped[int]
    digest: Mapped[str]
    """SHA-256 of its rows: what would say the same again is no revision."""


class WeekRowRecord(Base):
    """What a week's numbers are counted from; rows are only ever added."""

    __tablename__ = "hub_week_rows"

    week: Mapped[date] = mapped_column(Date(), primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    partner_id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """`RowKind`."""

    key: Mapped[str] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]


class LateWeekRecord(Base):
    """A week that got rows since it was looked at last, or one before it: if it is closed, the next closing looks."""

    __tablename__ = "hub_late_weeks"

    week: Mapped[date] = mapped_column(Date(), primary_key=True)
    since: Mapped[datetime]
    marks: Mapped[int]
    """How often: a closing forgets those only that it saw before it read."""
