"""Is a SQLite file whole? Asked before anything is written to it."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Thread
from typing import Final
from urllib.parse import quote

WITHIN: Final = timedelta(seconds=20)
"""We wait so long at most, for about 4 GB; of a bigger file the rest is found when it is read."""

DAMAGED: Final = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB})


def damage(file: Path, within: timedelta = WITHIN) -> str | None:
    """What is wrong with it, in SQLite's words; None if nothing was found in time, or if it cannot be asked now."""
    if not file.is_file() or not file.stat().st_size:
        return None
    found: list[str] = []
    asking = Thread(target=lambda: found.extend(_found(file)), daemon=True)  # SQLite hears no interrupt while it looks
    asking.start()
    asking.join(within.total_seconds())
    return found[0] if found else None


def _found(file: Path) -> list[str]:
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file.absolute()))}?mode=rw", uri=True)) as connection:
            (said,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    except sqlite3.Error as error:
        code = getattr(error, "sqlite_errorcode", 0) & 0xFF
        return [str(error)] if code in DAMAGED else []
    return [] if said == "ok" else [" ".join(str(said).split())]
