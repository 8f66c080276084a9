"""Fresh databases and stores for tests; PostgreSQL is a private one of this machine, gone when the tests end."""

import atexit
import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Barrier
from typing import Literal, TypeVar

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import URL, Connection, delete, make_url, select

from adapters.loopback import free_port
from adapters.sql.engine import engine_for
from adapters.sql.migrate import migrate
from adapters.sql.schema import Base
from adapters.sql.store import SqlStore, open_store
from tests.support.directories import in_memory

T = TypeVar("T")
Backend = Literal["sqlite", "postgresql"]

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "shared_buffers": "32MB",
    "max_connections": "60",
    "dynamic_shared_memory_type": "mmap",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "64MB",
    "log_min_messages": "fatal",
    "autovacuum": "off",  # it comes to a database when it likes, and nobody may copy that meanwhile
}

WITHIN = 300.0
"""Seconds: far longer than the server needs to start or to stop, also on a machine that does much else."""

STARTS = 3
"""Attempts to start on a port that was free a moment ago."""

_names = itertools.count(1)


@contextmanager
def a_database(backend: Backend, *, migrated: bool = True) -> Iterator[str]:
    """The URL of a database nobody else uses, gone afterwards; empty, or migrated to this release."""
    if backend == "sqlite":
        with tempfile.TemporaryDirectory(
            prefix="tenure-sqlite-", dir=in_memory(), ignore_cleanup_errors=True
        ) as directory:
            path = Path(directory) / "store.db"
            if migrated:
                path.write_bytes(migrated_file())
            yield f"sqlite:///{path}"
        return
    server = cluster_or_skip()
    with server.database(_migrated_template() if migrated else "template1") as url:
        yield url.render_as_string(hide_password=False)


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """One transaction on a safe connection."""
    engine = engine_for(url)
    with engine.begin() as connection:
        yield connection
    engine.dispose()


@contextmanager
def an_open_store(backend: Backend) -> Iterator[SqlStore]:
    """A store nobody else uses, gone afterwards."""
    with a_database(backend) as url:
        store = open_store(url, mail_domain="mail.example.com")
        yield store
        store.close()


def emptied(store: SqlStore) -> SqlStore:
    """The same store with nothing in it: a new one costs more than most tests."""
    deletes = _deletes()
    at_a_time = len(deletes) if store.engine.dialect.name == "postgresql" else 1
    with store.engine.begin() as connection:
        for first in range(0, len(deletes), at_a_time):
            connection.exec_driver_sql(";".join(deletes[first : first + at_a_time]))
    return store


@cache
def _deletes() -> tuple[str, ...]:
    return tuple(str(delete(table)) for table in reversed(Base.metadata.sorted_tables))


def everything(store: SqlStore) -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table, to see that nothing changed."""
    with store.engine.connect() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=str)
            for table in Base.metadata.sorted_tables
        }


def at_once(*calls: Callable[[], T]) -> list[T | Exception]:
    """All of them at the same moment, each in a thread: what they answered or raised."""
    together = Barrier(len(calls))

    def one(call: Callable[[], T]) -> T | Exception:
        together.wait()
        try:
            return call()
        except Exception as error:
            return error

    with ThreadPoolExecutor(len(calls)) as threads:
        return list(threads.map(one, calls))


@cache
def migrated_file() -> bytes:
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "store.db"
        migrate(f"sqlite:///{path}")
        return path.read_bytes()


@cache
def _migrated_template() -> str:
    lasting = cluster().database()
    url = lasting.__enter__()
    atexit.register(lasting.__exit__, None, None, None)
    migrate(url.render_as_string(hide_password=False))
    return str(url.database)


class PostgresMissing(Exception):
    """No PostgreSQL server is installed on this machine and TENURE_TEST_POSTGRES_URL is not set."""


class Cluster:
    """Where databases can be made for tests."""

    def __init__(self, maintenance_url: URL) -> None:
        self.maintenance_url = maintenance_url

    @contextmanager
    def database(self, template: str = "template1") -> Iterator[URL]:
        """A fresh database, dropped afterwards; nobody else may be using the template."""
        name = f"tenure_test_{os.getpid()}_{next(_names)}"
        self.execute("CREATE DATABASE {} TEMPLATE {}", name, template)
        try:
            yield self.maintenance_url.set(drivername="postgresql", database=name)
        finally:
            self.execute("DROP DATABASE {} WITH (FORCE)", name)

    def execute(self, statement: str, *names: str) -> None:
        """Run a statement outside any transaction, its {} filled with quoted names."""
        dsn = self.maintenance_url.render_as_string(hide_password=False)
        with psycopg.connect(dsn, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@cache
def cluster() -> Cluster:
    """The one of this process; started at the first call, or the one TENURE_TEST_POSTGRES_URL names."""
    if given := os.environ.get("TENURE_TEST_POSTGRES_URL"):
        return Cluster(make_url(given).set(drivername="postgresql"))
    return Cluster(_start())


def cluster_or_skip() -> Cluster:
    """For fixtures: skips where no PostgreSQL is installed, but never in CI, where it must be."""
    try:
        return cluster()
    except PostgresMissing as missing:
        if os.environ.get("CI"):
            pytest.fail(f"CI needs PostgreSQL: {missing}")
        pytest.skip(f"PostgreSQL left out: {missing}")


def _start() -> URL:
    binaries = _binaries()
    directory = Path(tempfile.mkdtemp(prefix="tenure-pg-", dir=in_memory()))
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres", "postgres")
    data = directory / "data"
    _run(binaries / "initdb", "-D", data, "-U", "tenure", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions")
    for left in reversed(range(STARTS)):
        port = free_port()
        options = SETTINGS | {"port": str(port), "unix_socket_directories": str(directory)}
        given = (f"--{name}={value}" for name, value in options.items())
        server = subprocess.Popen(
            [*_as_server(), binaries / "postgres", "-D", data, *given],
            cwd=directory,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        url = URL.create("postgresql", username="tenure", host="127.0.0.1", port=port, database="postgres")
        if _is_ready(url, server, data):
            break
        assert left, "PostgreSQL does not start"
    atexit.register(_stop, server, directory)
    return url


def _stop(server: subprocess.Popen[bytes], directory: Path) -> None:
    server.send_signal(signal.SIGINT)
    try:
        server.wait(WITHIN)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait(WITHIN)
    shutil.rmtree(directory, ignore_errors=True)


def _is_ready(url: URL, server: subprocess.Popen[bytes], data: Path) -> bool:
    """It answers, and it is ours: on a port that somebody else took meanwhile it ends."""
    give_up_at = time.monotonic() + WITHIN
    while server.poll() is None and time.monotonic() < give_up_at:
        try:
            with psycopg.connect(url.render_as_string(), connect_timeout=60) as connection:
                if connection.execute("SHOW data_directory").fetchone() == (str(data),):
                    return True
        except psycopg.OperationalError:
            time.sleep(0.05)
    server.kill()
    server.wait(WITHIN)
    return False


def _binaries() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    found = str(installed[-1]) if installed else shutil.which("postgres")
    if found is None:
        raise PostgresMissing("no server binaries on this machine; install postgresql or set TENURE_TEST_POSTGRES_URL")
    return Path(found).resolve().parent


def _as_server() -> list[str]:
    """Run as a user who is not root, and die with us even if we are killed: a test run leaves no process behind."""
    as_postgres = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *as_postgres, "--pdeathsig", "INT"] if shutil.which("setpriv") else []


def _run(*command: str | Path) -> None:
    subprocess.run([*_as_server(), *command], check=True, cwd="/", stdout=subprocess.DEVNULL)
