"""Of which instant an answer is: now, or of a week that was closed, as one of its revisions has it. HUB-60. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Final, Self

from domain.hub.weeks import last_closed

WRITTEN: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:\.([1-9]\d{0,5}))?", re.ASCII)
SAYING_NOW: Final = ("", "now")


class NotAWeek(ValueError):
    """Text that names no week."""

    def __init__(self) -> None:
        super().__init__("must be a date such as 2026-11-22; .1 after it is the first revision of that week")


@dataclass(frozen=True, slots=True)
class AsOf:
    """What is asked for."""

    week: date | None = None
    """The Sunday that ends it. None: now."""

    revision: int | None = None
    """None: the newest."""

    @classmethod
    def on(cls, day: date, revision: int | None = None) -> Self:
        """The week that had ended last on a day (UTC)."""
        return cls(last_closed(datetime.combine(day, time(), UTC)), revision)

    @classmethod
    def read(cls, text: str) -> Self:
        """Of what `str` writes, or of any other day. Raises NotAWeek."""
        if text.strip() in SAYING_NOW:
            return cls()
        found = WRITTEN.fullmatch(text.strip())
        if found is None:
            raise NotAWeek
        try:
            return cls.on(date.fromisoformat(found[1]), int(found[2]) if found[2] else None)
        except (ValueError, OverflowError):
            raise NotAWeek from None

    def __str__(self) -> str:
        """As it stands in a query: empty for now."""
        revision = f".{self.revision}" if self.revision else ""
        return f"{self.week}{revision}" if self.week else ""


NOW: Final = AsOf()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedWeek:
    """One revision of a week."""

    week: date
    revision: int
    revisions: int
    """How many there are now."""

    closed_at: datetime
    first_closed_at: datetime
    rows: int
    late_since: datetime | None = None
    """Rows of that week, or of one before, have come since: the next closing revises it, if they change it.
    None: none have."""

    @property
    def revised(self) -> bool:
        """Is it another one than what was closed first?"""
        return self.revision > 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """Of which instant an answer is, and how it came to be: every answer says so."""

    at: datetime
    """Now, or the first instant after the week: statuses and days left are as of it."""

    closed: ClosedWeek | None = None
    """None: as of now."""

    @property
    def now(self) -> bool:
        """Is it as things stand?"""
        return self.closed is None

    @property
    def as_of(self) -> AsOf:
        """To ask once more for the very same."""
        return AsOf(self.closed.week, self.closed.revision) if self.closed else NOW
