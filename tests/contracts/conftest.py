"""A store of each database, for what every database has to keep."""

from collections.abc import Iterator

import pytest

from adapters.sql.store import SqlStore
from tests.hub_world import a_book, a_hub, closed
from tests.postgres import an_open_store, emptied
from tests.support.kept_store import KeptStore


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    with an_open_store(request.param) as opened:
        yield opened


@pytest.fixture
def store(one_store: SqlStore) -> SqlStore:
    """An empty store for each test."""
    return emptied(one_store)


@pytest.fixture(scope="module")
def small_hub(one_store: SqlStore) -> KeptStore:
    """No week of it is closed yet."""
    a_hub(emptied(one_store))
    return KeptStore(one_store)


@pytest.fixture(scope="module")
def small_hub_with_weeks(small_hub: KeptStore) -> KeptStore:
    """All that have ended by then are closed."""
    closed(a_book(small_hub.put_back()))
    return KeptStore(small_hub.store)
