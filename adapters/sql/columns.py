"""Kinds of columns: each keeps on every database what it was given."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import DateTime, Dialect, Enum, Text, TypeDecorator

from domain.working_time import in_utc


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


def listed(kind: type[StrEnum], check: str) -> Enum:
    """Values the database itself checks, by a constraint of that name: a new one needs a migration."""
    return Enum(kind, name=check, native_enum=False, create_constraint=True, length=40, values_callable=_values)


def growing(kind: type[StrEnum]) -> Enum:
    """Values every new lifecycle adds to: not checked by the database."""
    return Enum(kind, native_enum=False, create_constraint=False, length=40, values_callable=_values)


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]
