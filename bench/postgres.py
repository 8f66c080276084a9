"""A private PostgreSQL server on this machine, durable as it comes, gone at the end."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psycopg

from bench.processes import STOPPED_WITHIN

SETTINGS: Final = {
    "listen_addresses": "127.0.0.1",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "dynamic_shared_memory_type": "mmap",
}
"""All else is PostgreSQL's default: fsync and synchronous_commit are on."""

READY_WITHIN: Final = 20.0
"""Seconds."""


class PostgresMissing(Exception):
    """No server binaries on this machine."""

    def __init__(self) -> None:
        super().__init__("no PostgreSQL server on this machine: install postgresql, or leave out order_pg and dbos")


@dataclass(frozen=True)
class Postgres:
    """The server while it runs."""

    pid: int
    port: int

    def url(self, database: str) -> str:
        """Of one of its databases."""
        return f"postgresql://bench@127.0.0.1:{self.port}/{database}"

    def create(self, database: str) -> str:
        """A new, empty database; its URL."""
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {database}".encode())
        return self.url(database)


@contextmanager
def postgres() -> Iterator[Postgres]:
    """A fresh server. Its processes run as `postgres` where we are root, for it refuses to be root."""
    binaries = _binaries()
    directory = Path(tempfile.mkdtemp(prefix="tenure-bench-pg-"))
    try:
        if os.geteuid() == 0:
            shutil.chown(directory, "postgres", "postgres")
        data = directory / "data"
        initdb: list[str | Path] = [
            binaries / "initdb",
            "-D",
            data,
            "-U",
            "bench",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-instructions",
        ]
        subprocess.run([*_as_server(), *initdb], check=True, cwd="/", stdout=subprocess.DEVNULL)  # noqa: S603 - no shell
        port = _free_port()
        options = SETTINGS | {"port": str(port), "unix_socket_directories": str(directory)}
        flags = [f"--{name}={value}" for name, value in options.items()]
        with _served([*_as_server(), binaries / "postgres", "-D", data, *flags], directory) as pid:
            server = Postgres(pid, port)
            _until_ready(server)
            yield server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def _served(command: list[str | Path], directory: Path) -> Iterator[int]:
    with (directory / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=directory, stdout=log, stderr=log)  # noqa: S603 - no shell
    try:
        yield process.pid
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGQUIT)
            process.wait()


def _until_ready(server: Postgres) -> None:
    give_up_at = time.monotonic() + READY_WITHIN
    while True:
        try:
            psycopg.connect(server.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            if time.monotonic() > give_up_at:
                raise
            time.sleep(0.05)
        else:
            return


def _binaries() -> Path:
    installed = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    found = str(installed[-1]) if installed else shutil.which("postgres")
    if found is None:
        raise PostgresMissing
    return Path(found).resolve().parent


def _as_server() -> list[str]:
    """Not as root, and it ends when we do, even by kill -9."""
    as_postgres = ["--reuid=postgres", "--regid=postgres", "--clear-groups"] if os.geteuid() == 0 else []
    return ["setpriv", *as_postgres, "--pdeathsig", "INT"] if shutil.which("setpriv") else []


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
