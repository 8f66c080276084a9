"""Comparing customers with lists of restricted parties. WHS-20 to WHS-28."""

from datetime import UTC, datetime


def time_of_this_machine() -> datetime:
    """UTC."""
    return datetime.now(UTC)
