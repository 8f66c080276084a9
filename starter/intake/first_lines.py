"""Which ids stood where in a file, however many there are: on disk, and gone with the process."""

import sqlite3
from collections.abc import Sequence
from typing import Final, NamedTuple

from domain.values import Model
from starter.intake.content import digest

TABLE: Final = "CREATE TABLE lines (id TEXT PRIMARY KEY, line INTEGER, content) WITHOUT ROWID"
ADD: Final = "INSERT OR IGNORE INTO lines VALUES (?, ?, ?)"
FIND: Final = "SELECT line, content FROM lines WHERE id = ?"


class FirstLine(NamedTuple):
    """Where an id stood first, and whether the same stood there."""

    line: int
    is_same: bool


class FirstLines:
    """Memory that does not grow with the file: a million ids need a few MB."""

    def __init__(self) -> None:
        self._known = sqlite3.connect("", isolation_level=None, check_same_thread=False)  # a file without a name
        self._known.execute("PRAGMA journal_mode = OFF")
        self._known.execute(TABLE)
        self._known.execute("BEGIN")

    def of(self, id_: str, line: int, message: Model) -> FirstLine:
        """This very line, if the id was not there before."""
        content = digest(message)
        added = self._known.execute(ADD, (id_, line, content)).rowcount
        if added:
            return FirstLine(line, is_same=True)
        first, known = self._known.execute(FIND, (id_,)).fetchone()
        return FirstLine(first, is_same=known == content)

    def contradicted(self, rows: Sequence[tuple[str, int, int]]) -> dict[int, int]:
        """Of many ids with their lines and what stands for their content: the lines that say something else than an
        earlier one of the same id, and which one that is."""
        if self._known.executemany(ADD, rows).rowcount == len(rows):
            return {}
        found = {line: (content, *self._known.execute(FIND, (id_,)).fetchone()) for id_, line, content in rows}
        return {line: first for line, (content, first, known) in found.items() if content != known}

    def close(self) -> None:
        """Forget all of it."""
        self._known.close()
