"""The store on its databases: what durability rests on, what is refused at start, what trouble it survives."""

import os
import shutil
import sqlite3
import stat
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from sqlalchemy import event, inspect, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from adapters import sqlite_check
from adapters.sql import engine as engine_module
from adapters.sql.engine import (
    NotAStore,
    StoreNotReachable,
    StoreUnusable,
    UnsafeStore,
    UnsupportedDatabase,
    engine_for,
)
from adapters.sql.migrate import VERSION_TABLE, StoreFromNewerRelease, StoreNotMigrated, migrate
from adapters.sql.store import SqlStore, open_store
from adapters.sqlite_check import damage
from domain.lifecycle import Lifecycle
from domain.order.state import OrderState
from domain.subscription.messages import StartSubscription
from domain.subscription.state import SubscriptionState
from tests.makers import MONDAY, a_renewal, an_order, items, some
from tests.postgres import Backend, a_database, connected
from tests.records import recorded

BACKENDS: list[Backend] = ["sqlite", "postgresql"]
IMPATIENT, CALM = timedelta(seconds=2), timedelta(minutes=5)


@pytest.fixture(params=BACKENDS)
def empty(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database with nothing in it."""
    with a_database(request.param, migrated=False) as url:
        yield url


@pytest.fixture(params=BACKENDS)
def migrated(request: pytest.FixtureRequest) -> Iterator[str]:
    """The URL of a database of this release."""
    with a_database(request.param) as url:
        yield url


@pytest.fixture
def sqlite_url() -> Iterator[str]:
    with a_database("sqlite") as url:
        yield url


@pytest.fixture
def postgresql_url() -> Iterator[str]:
    with a_database("postgresql") as url:
        yield url


@contextmanager
def a_store(url: str, patience: timedelta = CALM) -> Iterator[SqlStore]:
    store = SqlStore(engine_for(url, patience), "mail.example.com")
    yield store
    store.close()


def file_of(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def claim(store: SqlStore, key: str = "order-SO-1/welcome") -> None:
    store.claim(key, "welcome", Lifecycle.ORDER, "SO-1", "customer", MONDAY)


def refusal(action: Callable[[], object], kind: type[StoreUnusable]) -> str:
    """What is said: one line, whatever happened."""
    with pytest.raises(kind) as raised:
        action()
    words = str(raised.value)
    assert "\n" not in words
    assert raised.type is kind
    return words


class TestSqliteSettings:
    def test_are_the_safe_ones_on_every_connection_of_the_pool(self, sqlite_url: str) -> None:
        store = open_store(sqlite_url)
        connections = [store.engine.connect() for _ in range(3)]
        for connection in some(connections):
            read = {
                name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete", "busy_timeout")
            }
            assert read == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "secure_delete": 1,
                "busy_timeout": 10_000,
            }
            connection.close()
        store.close()

    @pytest.mark.parametrize(
        ("instead_of", "weaker", "named"),
        [
            ("PRAGMA synchronous = FULL", "PRAGMA synchronous = NORMAL", "synchronous is 1, must be 2"),
            ("PRAGMA synchronous = FULL", "PRAGMA synchronous = OFF", "synchronous is 0, must be 2"),
            ("PRAGMA journal_mode = WAL", "PRAGMA journal_mode = DELETE", "journal_mode is delete, must be wal"),
            ("PRAGMA foreign_keys = ON", "PRAGMA foreign_keys = OFF", "foreign_keys is 0, must be 1"),
            ("PRAGMA secure_delete = ON", "PRAGMA secure_delete = OFF", "secure_delete is 0, must be 1"),
        ],
    )
    def test_weaker_than_that_are_refused(
        self, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, instead_of: str, weaker: str, named: str
    ) -> None:
        """A8: WAL with NORMAL lost acknowledged commits in 994 of 1,200 simulated power cuts."""
        mutated = [
            (weaker if setting == instead_of else setting, question, wanted)
            for setting, question, wanted in engine_module.SQLITE_SETTINGS
        ]
        monkeypatch.setattr(engine_module, "SQLITE_SETTINGS", mutated)
        for start in (open_store, migrate):
            assert named in refusal(lambda start=start: start(sqlite_url), UnsafeStore)  # type: ignore[misc]

    def test_a_database_in_memory_is_refused(self) -> None:
        assert "journal_mode is memory" in refusal(lambda: migrate("sqlite://"), UnsafeStore)

    def test_a_write_is_immediate_and_a_read_is_not(self, sqlite_url: str) -> None:
        with a_store(sqlite_url) as store:
            said: list[str] = []
            event.listen(store.engine, "before_cursor_execute", lambda *call: said.append(call[2].split("\n")[0]))
            claim(store)
            store.listed(Lifecycle.ORDER)
            store.assign_csm("sub-1", ("csm-a",))
            store.events(Lifecycle.ORDER, "SO-1")
        begins = [statement for statement in said if statement.startswith("BEGIN")]
        assert begins == ["BEGIN IMMEDIATE", "BEGIN", "BEGIN IMMEDIATE", "BEGIN"]

    def test_only_the_owner_may_read_the_files(self, sqlite_url: str) -> None:
        path = file_of(sqlite_url)
        path.unlink()
        migrate(sqlite_url)
        with a_store(sqlite_url) as store:
            claim(store)
            files = list(path.parent.iterdir())
            assert len(files) == 3
            assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


class TestPostgresqlSettings:
    def test_an_acknowledgement_before_the_disk_has_it_is_refused(self, postgresql_url: str) -> None:
        with connected(postgresql_url) as connection:
            name = connection.engine.dialect.identifier_preparer.quote(str(connection.engine.url.database))
            connection.exec_driver_sql(f"ALTER DATABASE {name} SET synchronous_commit = off")
        for start in (open_store, migrate):
            words = refusal(lambda start=start: start(postgresql_url), UnsafeStore)  # type: ignore[misc]
            assert "synchronous_commit is off, must be on or remote_apply" in words

    @pytest.mark.parametrize("setting", ["fsync", "full_page_writes"])
    def test_are_looked_at(self, postgresql_url: str, monkeypatch: pytest.MonkeyPatch, setting: str) -> None:
        monkeypatch.setitem(engine_module.POSTGRESQL_SETTINGS, setting, ("something else",))
        assert f"{setting} is on" in refusal(lambda: open_store(postgresql_url), UnsafeStore)

    def test_text_is_compared_by_its_bytes_and_instants_have_a_zone(self, postgresql_url: str) -> None:
        columns = text(
            "SELECT DISTINCT data_type, collation_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name <> :version AND data_type IN ('text') "
            "UNION SELECT DISTINCT data_type, NULL FROM information_schema.columns "
            "WHERE table_schema = 'public' AND column_name LIKE '%\\_at'"
        )
        with connected(postgresql_url) as connection:
            found = {tuple(row) for row in connection.execute(columns, {"version": VERSION_TABLE})}
        assert found == {("text", "C"), ("timestamp with time zone", None)}


class TestStarting:
    """What cannot be used is refused in one line that says what and where. B6."""

    def test_a_missing_file_is_not_created(self, tmp_path: Path) -> None:
        words = refusal(lambda: open_store(f"sqlite:///{tmp_path}/store.db"), StoreNotMigrated)
        assert words == f"there is no store at {tmp_path}/store.db yet: run tenure migrate, or start a worker"
        assert list(tmp_path.iterdir()) == []

    def test_an_empty_database_is_not_ready(self, empty: str) -> None:
        if empty.startswith("sqlite"):
            file_of(empty).touch()
        assert "run tenure migrate" in refusal(lambda: open_store(empty), StoreNotMigrated)

    @pytest.mark.parametrize("start", [open_store, migrate])
    def test_a_file_that_is_no_database(self, tmp_path: Path, start: Callable[[str], object]) -> None:
        path = tmp_path / "letter.txt"
        path.write_text("Dear Sir or Madam, " * 100)
        words = refusal(lambda: start(f"sqlite:///{path}"), NotAStore)
        assert words.startswith(f"{path} is not a store of Tenure, or it is damaged: file is not a database")
        assert path.read_text().startswith("Dear Sir")

    @pytest.mark.parametrize("start", [open_store, migrate])
    def test_a_file_that_was_cut_short(self, sqlite_url: str, start: Callable[[str], object]) -> None:
        path = file_of(sqlite_url)
        os.truncate(path, path.stat().st_size // 2)
        assert "or it is damaged: " in refusal(lambda: start(sqlite_url), NotAStore)

    def test_a_page_that_nobody_has_read_yet_is_found_damaged_at_start(self, sqlite_url: str) -> None:
        path = file_of(sqlite_url)
        content = bytearray(path.read_bytes())
        page = int.from_bytes(content[16:18], "big")
        for number in range(2, len(content) // page):  # the first two hold what every start reads
            content[number * page : number * page + 8] = b"\xff" * 8
        path.write_bytes(content)
        words = refusal(lambda: migrate(sqlite_url), NotAStore)
        assert words.startswith(f"{path} is not a store of Tenure, or it is damaged: ")
        assert words.endswith("; restore a backup of it")

    def test_a_big_file_is_looked_through_for_a_time_only(
        self, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        path = file_of(sqlite_url)
        connection = sqlite3.connect(path)
        connection.execute(
            "CREATE TABLE big AS WITH n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 300000) SELECT x FROM n"
        )
        connection.commit()
        connection.close()
        content = bytearray(path.read_bytes())
        content[-4096:-4088] = b"\xff" * 8
        path.write_bytes(content)
        assert damage(path) is not None
        time_is_over = Event()
        found = sqlite_check._found
        monkeypatch.setattr(sqlite_check, "_found", lambda file: found(file) if time_is_over.wait(60) else [])
        assert damage(path, within=timedelta(0)) is None
        time_is_over.set()

    @pytest.mark.parametrize("start", [open_store, migrate])
    def test_the_database_of_something_else(self, empty: str, start: Callable[[str], object]) -> None:
        with connected(empty) as connection:
            connection.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
        assert "holds tables of something else" in refusal(lambda: start(empty), NotAStore)
        with connected(empty) as connection:
            assert inspect(connection).get_table_names() == ["alembic_version"]

    @pytest.mark.parametrize("start", [open_store, migrate])
    def test_a_store_of_a_newer_release(self, migrated: str, start: Callable[[str], object]) -> None:
        newer = text("UPDATE tenure_schema_version SET version_num = '9999'")
        with connected(migrated) as connection:
            connection.execute(newer)
        words = refusal(lambda: start(migrated), StoreFromNewerRelease)
        assert "was written by a newer release (schema 9999): run that one; nothing was changed" in words

    @pytest.mark.parametrize("start", [open_store, migrate])
    def test_a_directory_in_the_place_of_the_file(self, tmp_path: Path, start: Callable[[str], object]) -> None:
        expected = StoreNotMigrated if start is open_store else StoreNotReachable
        refusal(lambda: start(f"sqlite:///{tmp_path}"), expected)

    def test_a_directory_that_is_not_there(self, tmp_path: Path) -> None:
        words = refusal(lambda: migrate(f"sqlite:///{tmp_path}/no/store.db"), StoreNotReachable)
        assert words == f"{tmp_path}/no/store.db cannot be opened: its directory does not exist"

    def test_a_directory_one_may_not_write_to(self, sqlite_url: str) -> None:
        directory = Path(tempfile.mkdtemp(prefix="tenure-readonly-"))
        shutil.copy(file_of(sqlite_url), directory / "store.db")
        (directory / "store.db").chmod(0o444)
        directory.chmod(0o555)
        for start in (open_store, migrate):
            words = said_by_nobody(lambda start=start: start(f"sqlite:///{directory}/store.db"))  # type: ignore[misc]
            assert words.startswith(f"StoreNotReachable: {directory}/store.db cannot be used: ")
        directory.chmod(0o755)
        shutil.rmtree(directory)

    @pytest.mark.parametrize("start", [open_store, migrate])
    def test_a_server_that_does_not_answer_is_named_without_the_password(self, start: Callable[[str], object]) -> None:
        url = "postgresql://tenure:s3cret@127.0.0.1:1/tenure"
        words = refusal(lambda: start(url), StoreNotReachable)
        assert words.startswith("PostgreSQL 127.0.0.1:1/tenure cannot be used: ")
        assert "s3cret" not in words

    @pytest.mark.parametrize("url", ["", "tenure.db", "mysql://tenure:s3cret@example.com/tenure"])
    def test_another_kind_of_database(self, url: str) -> None:
        assert "s3cret" not in refusal(lambda: open_store(url), UnsupportedDatabase)

    def test_postgres_is_spelt_in_either_way(self) -> None:
        for scheme in ("postgres", "postgresql", "postgresql+psycopg"):
            assert engine_for(f"{scheme}://tenure@example.com/tenure").url.drivername == "postgresql+psycopg"


def said_by_nobody(start: Callable[[], object]) -> str:
    """What is said to a user with no rights at all, in a process of their own: root may write anywhere."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(65534)
                os.setuid(65534)
            start()
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        return said.read()


class TestTheTablesThemselves:
    """What the database refuses, whatever the code believes."""

    def test_refuse_a_second_open_renewal_of_one_subscription(self, migrated: str) -> None:
        with a_store(migrated) as store:
            for number in ("SO-1", "SO-2"):
                subscribe(store, f"sub-{number}")
                placed = a_renewal(number, f"sub-{number}")
                store.open_order(placed, OrderState.placed(placed, MONDAY), "run-1", MONDAY)
            both = text("UPDATE lifecycles SET linked_to = 'sub-SO-1' WHERE lifecycle = 'order'")
            with store.engine.begin() as connection, pytest.raises(IntegrityError):
                connection.execute(both)

    def test_which_of_many_ids_are_known_is_one_question(self, sqlite_url: str) -> None:
        with a_store(sqlite_url) as store:
            subscribe(store, "sub-SO-1")
            said: list[str] = []
            event.listen(store.engine, "before_cursor_execute", lambda *call: said.append(call[2]))
            assert store.known(Lifecycle.SUBSCRIPTION, ["sub-SO-1", *map(str, range(50))]) == {"sub-SO-1"}
            assert store.known(Lifecycle.ORDER, ["sub-SO-1"]) == frozenset()
            assert sum(each.startswith("SELECT") for each in said) == 2

    @pytest.mark.parametrize(
        ("index", "wanted"),
        [
            ("next_deadline", {}),
            ("next_deadline", {"due_before": MONDAY}),
            ("stage", {"stage": "held"}),
            ("next_deadline", {"stage": "in_progress", "due_before": MONDAY}),
            ("linked_to", {"linked_to": "sub-SO-1"}),
            ("next_deadline", {"open_only": True}),
        ],
    )
    def test_list_lifecycles_by_an_index(self, sqlite_url: str, index: str, wanted: dict[str, Any]) -> None:
        with a_store(sqlite_url) as store:
            plan = plan_of(store, lambda: store.listed(Lifecycle.ORDER, **wanted))
        assert f"USING INDEX ix_lifecycles_{index} (lifecycle=?" in plan

    def test_page_through_what_is_open_by_an_index_without_sorting(self, sqlite_url: str) -> None:
        with a_store(sqlite_url) as store:
            plan = plan_of(store, lambda: store.open_page(Lifecycle.ORDER, "SO-1"))
        assert "USING INDEX ix_lifecycles_open (lifecycle=? AND subject>?)" in plan
        assert "TEMP B-TREE" not in plan


def plan_of(store: SqlStore, read: Callable[[], object]) -> str:
    """How SQLite answers the first query of a read."""
    asked: list[tuple[str, Any]] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
    read()
    statement, parameters = asked[1]
    with store.engine.connect() as connection:
        return str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all())


def subscribe(store: SqlStore, subscription_id: str) -> None:
    start = StartSubscription(
        by="tenure",
        subscription_id=subscription_id,
        order_number="SO-100001",
        customer_id="akasaka",
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=MONDAY,
        term_months=12,
    )
    state = SubscriptionState.started(start, MONDAY)
    recorded(store, state, state.journal.take(), "run-1", MONDAY)


class TestTrouble:
    """A database that is busy, gone or full: an error to be tried again, and afterwards all is well."""

    def test_another_process_holds_sqlite_for_a_moment_and_the_write_waits(self, sqlite_url: str) -> None:
        """B4."""
        holder = sqlite3.connect(file_of(sqlite_url), isolation_level=None, check_same_thread=False)
        holder.execute("BEGIN IMMEDIATE")
        with a_store(sqlite_url) as store, ThreadPoolExecutor(1) as threads:
            writing = threads.submit(claim, store)
            time.sleep(0.2)
            assert not writing.done()
            assert store.listed(Lifecycle.ORDER) == [], "a read does not wait"
            holder.execute("COMMIT")
            writing.result()
        holder.close()

    def test_a_row_held_for_too_long_fails_the_write_in_time_and_then_it_heals(
        self, migrated: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """B2, B4."""
        monkeypatch.setattr(engine_module, "PATIENCE", CALM)  # nobody else's patience would end in time
        with a_store(migrated, IMPATIENT) as store, a_store(migrated) as other:
            claim(store)
            with other._writing() as session:
                session.execute(text("UPDATE mails SET answer = 'held'"))
                started = time.monotonic()
                with pytest.raises(OperationalError):
                    claim(store)
                assert time.monotonic() - started < CALM.total_seconds() / 2
            claim(store)

    def test_connections_that_died_in_the_pool_are_replaced_unseen(self, postgresql_url: str) -> None:
        """B3."""
        others = text(
            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid, 300000)) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        with a_store(postgresql_url) as store, connected(postgresql_url) as connection:
            claim(store)
            assert connection.execute(others).scalar() == 1
            claim(store)

    def test_a_full_disk_is_an_error_and_when_there_is_room_it_heals(self, sqlite_url: str) -> None:
        """B5."""
        placed = an_order(items=items() or an_order().items * 100)
        state = OrderState.placed(placed, MONDAY)
        with a_store(sqlite_url) as store:
            with store.engine.connect() as connection:
                pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
                connection.exec_driver_sql(f"PRAGMA max_page_count = {pages}")
            with pytest.raises(DBAPIError, match="full"):
                store.open_order(placed, state, "run-1", MONDAY)
            assert store.listed(Lifecycle.ORDER) == []
            with store.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA max_page_count = 1000000")
                assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
            store.open_order(placed, state, "run-1", MONDAY)

    def test_what_is_raised_says_nothing_about_people(self, migrated: str) -> None:
        """I2: SQLAlchemy prints the parameters of a failed statement unless told not to."""
        placed = an_order()
        with a_store(migrated) as store:
            with store.engine.begin() as connection:
                connection.execute(text("DROP TABLE people"))
            with pytest.raises(DBAPIError) as raised:
                store.open_order(placed, OrderState.placed(placed, MONDAY), "run-1", MONDAY)
        assert "yamada" not in str(raised.value).lower()
