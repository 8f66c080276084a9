"""The directory the embedded server keeps its data in: one process at a time, one server version for life."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from adapters.private import private_directory, private_file, private_files
from adapters.sqlite_check import damage

KEEP_LOG: Final = 5_000_000
"""Bytes; a longer server log is put aside at the next start, and the one put aside before is forgotten."""

DYING: Final = timedelta(seconds=5)
"""How long a server whose parent is gone may still hold its directory."""


class CannotStart(Exception):
    """The embedded server cannot be started; one line says why and what to do."""


class DataDirectoryInUse(CannotStart):
    """Two servers on one database file would both start, and destroy it."""

    def __init__(self, path: Path, pid: int | None) -> None:
        holder = f"process {pid}" if pid else "another process"
        super().__init__(f"{path} is in use by {holder}: stop it, or choose another data directory")
        self.path = path
        self.pid = pid


class DataDirectoryUnusable(CannotStart):
    """We may not write there, or it is no directory."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path} cannot be used as data directory: {reason.lower()}")
        self.path = path


class DatabaseDamaged(CannotStart):
    """The server would start on it, and fail at some workflow later."""

    def __init__(self, path: Path, found: str) -> None:
        super().__init__(f"{path} is damaged ({found}): restore a backup, or choose another data directory")
        self.path = path


class OtherServerVersion(CannotStart):
    """The server never migrates an existing file: another version may read it wrongly."""

    def __init__(self, path: Path, written_by: str, ours: str) -> None:
        super().__init__(
            f"{path} was written by {written_by} and this is {ours}, which does not migrate it: "
            "install the version that wrote it, or choose another data directory; nothing was touched"
        )
        self.path = path
        self.written_by = written_by
        self.ours = ours


@contextmanager
def usable(directory: Path) -> Iterator[None]:
    """While making what we need there: what the system refuses is one line. Raises DataDirectoryUnusable."""
    try:
        yield
    except OSError as refused:
        raise DataDirectoryUnusable(directory, refused.strerror or str(refused)) from None


@dataclass(frozen=True)
class DataDirectory:
    """Where the files are."""

    path: Path

    @property
    def database(self) -> Path:
        """The server's SQLite file; its WAL stands beside it."""
        return self.path / "temporal.db"

    @property
    def stamp(self) -> Path:
        """Which server wrote the database."""
        return self.path / "temporal.db.version"

    @property
    def log(self) -> Path:
        """What the server printed, all starts in one file."""
        return self.path / "temporal.log"

    def log_tail(self, lines: int = 10) -> str:
        """The last the server said."""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else ""

    def prepare(self, version: str) -> None:
        """Check or set the version stamp and put a long log aside; call it with the directory locked."""
        written_by = self.stamp.read_text().strip() if self.stamp.exists() else "an unknown version"
        if self.database.exists() and written_by != version:
            raise OtherServerVersion(self.database, written_by, version)
        if found := damage(self.database):
            raise DatabaseDamaged(self.database, found)
        with usable(self.path):
            private_file(self.stamp).write_text(version + "\n")
            if self.log.exists() and self.log.stat().st_size > KEEP_LOG:
                self.log.replace(self.log.with_suffix(".log.1"))
            private_files(self.path)

    @contextmanager
    def locked(self) -> Iterator[int]:
        """Hold the directory; yields the lock's file descriptor.

        Give it to the server: the lock then lasts until the last of the two processes is gone, however they end.
        """
        with usable(self.path):
            lock = os.open(private_directory(self.path) / "temporal.db.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            self._take(lock)
            os.ftruncate(lock, 0)
            os.pwrite(lock, str(os.getpid()).encode(), 0)
            yield lock
        finally:
            os.close(lock)

    def _take(self, lock: int) -> None:
        patience = time.monotonic() + DYING.total_seconds()
        while True:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                noted = os.pread(lock, 20, 0).decode(errors="replace")
                pid = int(noted) if noted.isdecimal() else None
                if pid is None or _is_alive(pid) or time.monotonic() > patience:
                    raise DataDirectoryInUse(self.database, pid) from None
                time.sleep(0.05)
            else:
                return


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
