"""A store of each database, for what every database has to keep."""

from collections.abc import Iterator

import pytest

from adapters.sql.store import SqlStore
from tests.postgres import an_open_store, emptied


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def one_store(request: pytest.FixtureRequest) -> Iterator[SqlStore]:
    with an_open_store(request.param) as opened:
        yield opened


@pytest.fixture
def store(one_store: SqlStore) -> SqlStore:
    """An empty store for each test."""
    return emptied(one_store)
