"""`tenure doctor` and the Partner Hub's weeks. HUB-60."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from adapters.sql.store import SqlStore
from starter.commands.doctor_hub import weeks_check
from tests.hub_rows import MIDNIGHT
from tests.hub_world import a_book, a_subscription, closed
from tests.makers import days
from tests.postgres import an_open_store

HOUR = timedelta(hours=1)


@pytest.fixture
def store() -> Iterator[SqlStore]:
    """With one week that ends on the Sunday."""
    with an_open_store("sqlite") as opened:
        yield opened


def test_where_nothing_is_known_nothing_is_wrong(store: SqlStore) -> None:
    found = weeks_check(store, MIDNIGHT)
    assert (found.status, found.said) == ("ok", "none is closed yet")


def test_weeks_that_nobody_closes_are_told_from_an_hour_after_their_end(store: SqlStore) -> None:
    a_subscription(store, "SO-100001", "akasaka", at=MIDNIGHT + days(1))  # ordered a week before
    book = a_book(store)
    closed(book, MIDNIGHT)

    assert weeks_check(store, MIDNIGHT + days(7)).status == "ok"
    assert weeks_check(store, MIDNIGHT + days(7) + HOUR).status == "ok"
    late = weeks_check(store, MIDNIGHT + days(7) + HOUR + timedelta(seconds=1))
    assert (late.status, late.said) == (
        "warn",
        "1 ended and are not closed; the last one that is closed ended on 2026-11-22",
    )
    assert "tenure hub close" in (late.remedy or "")
