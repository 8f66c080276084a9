"""A file of orders or trials, JSON Lines or CSV: read one by one, never as a whole, every problem with its line."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from typing import Any, BinaryIO, Final

from starter import csv_rows
from starter.content import digest
from starter.csv_rows import Broken, Misfit
from starter.exits import bad
from starter.intake import ORDERS, Intake, Start
from starter.reading import LARGEST, NotJson, json_of, not_utf8, problems, refuse_binary, unreadable

FORMATS: Final = {".jsonl": "JSON Lines", ".ndjson": "JSON Lines", ".csv": "CSV"}


@dataclass(frozen=True)
class Row:
    """One start of a file: read, or what is wrong with it as (field, message)."""

    line: int
    read: Start | list[tuple[str, str]]


@dataclass
class OrderFile:
    """A file of starts of one kind, read line by line as often as wanted; never as a whole."""

    name: str
    file: BinaryIO
    defaults: dict[str, Any]
    size: int = 0
    intake: Intake = ORDERS

    def rows(self) -> Iterator[Row]:
        """Every start in it. A file that stops making sense ends with a row that says so."""
        self.file.seek(0)
        firsts: dict[str, tuple[int, bytes]] = {}
        last = 0
        try:
            for line, given in self._given():
                last = line
                yield Row(line, self._read(line, given, firsts))
        except Broken as broken:
            yield Row(broken.line, [("", f"{broken.what}; what follows was not read")])
        else:
            if not last:
                raise bad(f"holds no {self.intake.noun}", self.name)

    def _given(self) -> Iterator[tuple[int, Any]]:
        lines = self._lines()
        if self._is_csv:
            yield from csv_rows.rows(lines, self.intake, self.name)
            return
        for number, line in enumerate(lines, start=1):
            if line.strip():
                try:
                    yield number, json_of(line.strip())
                except NotJson as wrong:
                    yield number, Misfit(wrong.at, wrong.what)

    def _lines(self) -> Iterator[str]:
        for number, raw in enumerate(iter(lambda: self.file.readline(LARGEST + 1), b""), start=1):
            if number == 1:
                refuse_binary(raw, self.name)
            if len(raw) > LARGEST:
                raise Broken(number, "is longer than 1 MB")
            try:
                yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise Broken(number, not_utf8()) from None

    def _read(self, line: int, given: Any, firsts: dict[str, tuple[int, bytes]]) -> Start | list[tuple[str, str]]:
        if isinstance(given, Misfit):
            return [(given.field, given.what)]
        if not isinstance(given, dict):
            return [("", "must be one JSON object")]
        found = problems(self.intake.model, self.defaults | given)
        if isinstance(found, list):
            return [(csv_rows.as_column(where), what) for where, what in found] if self._is_csv else found
        content = digest(found)
        first, known = firsts.setdefault(self.intake.subject(found).id, (line, content))
        if known != content:
            return [(self.intake.key, f"stands on line {first} too, with other content")]
        return found

    @property
    def done(self) -> int:
        """Bytes read so far."""
        return self.file.tell()

    @property
    def _is_csv(self) -> bool:
        return self.name.lower().endswith(".csv")


@contextmanager
def opened(path: Path, defaults: dict[str, Any], intake: Intake = ORDERS) -> Iterator[OrderFile]:
    """The file, if it is one that can hold orders, or trials."""
    if path.suffix.lower() not in FORMATS:
        noun = intake.noun
        raise bad(f"must end in .jsonl or .csv; one {noun} by itself: tenure {noun} start", str(path))
    try:
        found = path.stat()
        if not S_ISREG(found.st_mode) and not path.is_dir():
            raise bad("must be a regular file: it is read twice", str(path))
        with path.open("rb") as file:
            yield OrderFile(path.name, file, defaults, found.st_size, intake)
    except OSError as failed:
        raise unreadable(str(path), failed) from None
