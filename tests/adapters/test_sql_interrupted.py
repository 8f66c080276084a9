"""What is interrupted at any point, by an error or by kill -9, is whole or not there at all. B7."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count, groupby
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, event, func, inspect, select

from adapters.sql.migrate import VERSION_TABLE, migrate
from adapters.sql.schema import Base
from adapters.sql.store import open_store
from domain.lifecycle import Lifecycle
from domain.mails import MailState
from domain.order.state import OrderState
from domain.trial.state import TrialState
from tests.contracts.test_store_screening import entries, imported
from tests.contracts.test_store_wholesale import CUSTOMER, limits, several
from tests.makers import MONDAY, a_consented_trial, a_form, an_order, some
from tests.postgres import Backend, a_database, connected
from tests.records import papers, recorded

BACKENDS: list[Backend] = ["sqlite", "postgresql"]
TABLES = Base.metadata.tables
ALL_TABLES = {*TABLES, VERSION_TABLE}
MAIL = "order-SO-1/welcome"


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    with a_database(request.param, migrated=False) as url:
        yield url


@contextmanager
def at_statement(number: int, fail: Callable[[], None]) -> Iterator[Callable[[], bool]]:
    """Something happens instead of the Nth statement; yields whether it came to that."""
    statements = 0

    def watch(*_call: object) -> None:
        nonlocal statements
        statements += 1
        if statements == number:
            fail()

    event.listen(Engine, "before_cursor_execute", watch)
    try:
        yield lambda: statements >= number
    finally:
        event.remove(Engine, "before_cursor_execute", watch)


@cache
def statements_of_a_migration(backend: Backend) -> int:
    counted: list[object] = []

    def watch(*call: object) -> None:
        counted.append(call)

    with a_database(backend, migrated=False) as url:
        event.listen(Engine, "before_cursor_execute", watch)
        try:
            migrate(url)
        finally:
            event.remove(Engine, "before_cursor_execute", watch)
    return len(counted)


def some_statements(backend: Backend, every: int) -> list[int]:
    """To be interrupted at: what one before was committed too early is still there, so few are enough with the last."""
    last = statements_of_a_migration(backend)
    assert last > len(ALL_TABLES)
    return sorted({*range(1, last, every), last - 1, last})


class PowerCut(Exception):
    """The end of a migration, as far as it is concerned."""


def power_cut() -> None:
    raise PowerCut


def tables(url: str) -> set[str]:
    with connected(url) as connection:
        return set(inspect(connection).get_table_names())


def checks(connection: Connection) -> dict[str, set[str]]:
    """Constraints Alembic does not compare."""
    look = inspect(connection)
    return {
        table: {f"{check['name']}: {check['sqltext']}" for check in look.get_check_constraints(table)}
        | {f"{index['name']}: {_where(index.get('dialect_options', {}))}" for index in look.get_indexes(table)}
        for table in Base.metadata.tables
    }


def _where(options: dict[str, Any]) -> str:
    return str(options.get("sqlite_where", options.get("postgresql_where")))


class TestMigrating:
    def test_makes_the_tables_of_the_models(self, empty: str) -> None:
        migrate(empty)
        with connected(empty) as connection:
            context = MigrationContext.configure(
                connection, opts={"version_table": VERSION_TABLE, "compare_server_default": True}
            )
            assert compare_metadata(context, Base.metadata) == []

    @pytest.mark.parametrize("backend", BACKENDS)
    def test_makes_the_checks_and_partial_indexes_of_the_models(self, backend: Backend) -> None:
        with a_database(backend) as url, connected(url) as connection:
            from_migration = checks(connection)
        with a_database(backend, migrated=False) as url, connected(url) as connection:
            Base.metadata.create_all(connection)
            assert checks(connection) == from_migration
        assert "uq_lifecycles_open_renewal" in str(from_migration["lifecycles"])

    def test_again_changes_nothing(self, empty: str) -> None:
        migrate(empty)
        with connected(empty) as connection:
            before = checks(connection)
        migrate(empty)
        with connected(empty) as connection:
            assert checks(connection) == before

    def test_by_many_starters_at_once_is_done_once(self, empty: str) -> None:
        with ThreadPoolExecutor(6) as starters:
            done = list(starters.map(migrate, [empty] * 6))
        assert sorted(each.before or "" for each in done) == ["", *[done[0].now] * 5]
        assert tables(empty) == ALL_TABLES
        open_store(empty).close()

    @pytest.mark.parametrize("backend", BACKENDS)
    def test_failing_at_any_statement_leaves_nothing_and_the_next_start_completes_it(self, backend: Backend) -> None:
        """B7."""
        with a_database(backend, migrated=False) as url:
            for step in some(some_statements(backend, every=10)):
                with at_statement(step, power_cut), pytest.raises(PowerCut):
                    migrate(url)
                assert tables(url) == set(), step
            migrate(url)
            assert tables(url) == ALL_TABLES
            open_store(url).close()

    def test_killed_at_any_statement_leaves_nothing_and_the_next_start_completes_it(self) -> None:
        """B7, as kill -9 does it: nobody rolls back, the next to open the file finds the journal."""
        with a_database("sqlite", migrated=False) as url:
            for step in some(some_statements("sqlite", every=15)):
                assert killed_while_migrating(url, step)
                assert tables(url) == set(), step
            assert not killed_while_migrating(url, statements_of_a_migration("sqlite") + 1)
            assert tables(url) == ALL_TABLES
            open_store(url).close()

    def test_works_from_any_directory(self, empty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        monkeypatch.chdir(tmp_path)
        migrate(empty)
        assert list(tmp_path.iterdir()) == []


def killed_while_migrating(url: str, step: int) -> bool:
    child = os.fork()
    if child == 0:
        try:
            with at_statement(step, lambda: os.kill(os.getpid(), signal.SIGKILL)):
                migrate(url)
        finally:
            os._exit(0)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def written(url: str) -> dict[str, int]:
    """How many rows are in each table that has any."""
    with connected(url) as connection:
        counts = {name: connection.scalar(select(func.count()).select_from(table)) for name, table in TABLES.items()}
    return {name: count for name, count in counts.items() if count}


class TestWriting:
    @pytest.mark.parametrize("backend", BACKENDS)
    def test_failing_at_any_statement_leaves_no_part_of_a_write(self, backend: Backend) -> None:
        placed = an_order()
        the_state = OrderState.placed(placed, MONDAY)
        journal = the_state.journal.take()
        seen = []
        with a_database(backend) as url:
            store = open_store(url)
            for step in count(1):
                with at_statement(step, power_cut) as happened, suppress(PowerCut):
                    store.open_order(placed, the_state, "run-1", MONDAY)
                    recorded(store, the_state, journal, "run-1", MONDAY, papers(provisioning_form=a_form()))
                seen.append(written(url))
                if not happened():
                    break
            store.close()
        opened = {"lifecycles": 1, "people": 3}
        with_the_record = opened | {"events": 1, "papers": 1}
        assert [state for state, _ in groupby(seen)] == [{}, opened, with_the_record]

    @pytest.mark.parametrize("backend", BACKENDS)
    def test_failing_at_any_statement_opens_no_part_of_a_trial(self, backend: Backend) -> None:
        placed = a_consented_trial()
        the_state = TrialState.placed(placed, MONDAY)
        seen = []
        with a_database(backend) as url:
            store = open_store(url)
            for step in count(1):
                with at_statement(step, power_cut) as happened, suppress(PowerCut):
                    store.open_lifecycle(placed, the_state, "run-1", MONDAY)
                seen.append(written(url))
                if not happened():
                    break
            store.close()
        assert [state for state, _ in groupby(seen)] == [{}, {"lifecycles": 1, "people": 4}]

    @pytest.mark.parametrize("backend", BACKENDS)
    def test_failing_at_any_statement_assigns_no_part_of_a_batch_and_removes_no_part_of_a_customer(
        self, backend: Backend
    ) -> None:
        """Before, after, or not at all: never some of the users. WHS-12, WHS-27."""
        seen = []
        with a_database(backend) as url:
            store = open_store(url)
            store.lay_down(CUSTOMER, "b-1", several(3), MONDAY)
            for step in count(1):
                with at_statement(step, power_cut) as happened, suppress(PowerCut):
                    store.assign_batch(CUSTOMER, "b-1", limits(), MONDAY)
                    store.take_step(CUSTOMER, "users_removed", MONDAY)
                seen.append((store.assigned(CUSTOMER).users, written(url).get("wholesale_users", 0)))
                if not happened():
                    break
            (taken,) = store.steps(CUSTOMER)
            store.close()
        assert [state for state, _ in groupby(seen)] == [(0, 0), (3, 3), (0, 3)]
        assert taken.removed == 3

    @pytest.mark.parametrize("backend", BACKENDS)
    def test_failing_at_any_statement_imports_no_part_of_a_list(self, backend: Backend) -> None:
        seen = []
        with a_database(backend) as url:
            store = open_store(url)
            for step in count(1):
                with at_statement(step, power_cut) as happened, suppress(PowerCut):
                    imported(store, entries(3))
                seen.append(written(url))
                if not happened():
                    break
            store.close()
        assert [state for state, _ in groupby(seen)] == [{}, {"screening_entries": 3, "screening_lists": 1}]

    def test_a_mail_whose_sender_was_killed_after_handing_it_over_is_in_doubt(self) -> None:
        """After the final dot nobody can know: kill -9 there must not send it again."""
        with a_database("sqlite") as url:
            child = os.fork()
            if child == 0:
                dying = open_store(url)
                dying.claim(MAIL, "welcome", Lifecycle.ORDER, "SO-1", "customer", MONDAY)
                dying.handing_over(MAIL, MONDAY)
                os.kill(os.getpid(), signal.SIGKILL)
            os.waitpid(child, 0)
            store = open_store(url)
            claim = store.claim(MAIL, "welcome", Lifecycle.ORDER, "SO-1", "customer", MONDAY)
            store.close()
        assert claim.state is MailState.UNKNOWN
