"""Which rows stood where in a file, however many there are: on disk, and gone with the process."""

import sqlite3
from collections.abc import Mapping, Sequence
from typing import Any, Final

TABLE: Final = "CREATE TABLE rows (key TEXT PRIMARY KEY, line INTEGER, content INTEGER) WITHOUT ROWID"
ADD: Final = "INSERT OR IGNORE INTO rows VALUES (?, ?, ?)"
FIND: Final = "SELECT line, content FROM rows WHERE key = ?"


class RowKeys:
    """Of two rows of one key nobody can tell which one is meant, unless they say the same."""

    def __init__(self, key: Sequence[str]) -> None:
        self._key = key
        self._known = sqlite3.connect("", isolation_level=None, check_same_thread=False)  # a file without a name
        self._known.execute("PRAGMA journal_mode = OFF")
        self._known.execute(TABLE)
        self._known.execute("BEGIN")

    def apart(self, rows: Sequence[tuple[int, Mapping[str, Any]]]) -> dict[int, int]:
        """Of these lines, those that contradict an earlier one: which it is."""
        given = [(self._text(row), line, _content(row)) for line, row in rows]
        added = self._known.executemany(ADD, given).rowcount
        if added == len(given):
            return {}
        found = {line: (content, *self._known.execute(FIND, (key,)).fetchone()) for key, line, content in given}
        return {line: first for line, (content, first, known) in found.items() if content != known}

    def close(self) -> None:
        """Forget all of it."""
        self._known.close()

    def _text(self, row: Mapping[str, Any]) -> str:
        return "\n".join([str(row[name]) for name in self._key])


def _content(row: Mapping[str, Any]) -> int:
    """Enough to tell two rows of one key apart."""
    return hash(repr(row.values()))
