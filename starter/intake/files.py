"""A file of starts, JSON Lines or CSV: read one by one, never as a whole, every problem with its line."""

import codecs
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from stat import S_ISREG
from tempfile import TemporaryFile
from typing import IO, Any, Final, cast

from domain.kind import Kind
from domain.values import Message
from starter.answers.catalogue import group_of
from starter.console.exits import bad
from starter.console.ids import subject_of
from starter.console.models import LARGEST, UTF_16, NotJson, json_of, not_utf8, problems, refuse_binary, unreadable
from starter.intake import csv_rows
from starter.intake.content import digest
from starter.intake.csv_rows import Broken, CsvRow, Form, Header, LineProblem, Misfit

JSON_LINES: Final = frozenset({".jsonl", ".ndjson"})
SHEETS: Final = frozenset({".csv", ".tsv", ".txt"})
"""A spreadsheet calls what it writes as "Unicode text" .txt: UTF-16 with tabs."""

CHUNK: Final = 65_536


@dataclass(frozen=True)
class Row:
    """One line of a file: read, or what is wrong with it."""

    line: int
    read: Message | list[LineProblem]


@dataclass
class LinesFile:
    """A file of messages of one form, read line by line as often as wanted; never as a whole."""

    name: str
    file: IO[bytes]
    defaults: dict[str, Any]
    form: Form
    noun: str
    """What a line is, for people."""

    def rows(self) -> Iterator[Row]:
        """Every message in it. A file that stops making sense ends with a row that says so."""
        self.file.seek(0)
        last = 0
        try:
            header, starts = self._starts()
            for line, start in starts:
                last = line
                yield Row(line, self._read(start, header))
        except Broken as broken:
            yield Row(broken.line, [LineProblem("", f"{broken.what}; what follows was not read")])
        else:
            if not last:
                raise bad(f"holds no {self.noun}", self.name)

    def count(self) -> int:
        """How many lines there are, good and bad; quickly, for nobody asks what they say."""
        self.file.seek(0)
        try:
            return sum(1 for _ in self._starts()[1])
        except Broken:
            return 0

    def _starts(self) -> tuple[Header | None, Iterator[tuple[int, Any]]]:
        if self._is_sheet:
            return csv_rows.read(self._lines(), self.form, self.name)
        return None, self._documents()

    def _documents(self) -> Iterator[tuple[int, Any]]:
        for number, line in enumerate(self._lines(), start=1):
            if line.strip():
                try:
                    yield number, json_of(line.strip())
                except NotJson as wrong:
                    yield number, Misfit(wrong.at, wrong.what)

    def _lines(self) -> Iterator[str]:
        return lines_of(self.file, self.name)

    def _read(self, start: Any, header: Header | None) -> Message | list[LineProblem]:
        if isinstance(start, Misfit):
            return [LineProblem(start.field, start.what)]
        given, doubts = (start.given, start.doubts) if isinstance(start, CsvRow) else (start, {})
        if not isinstance(given, dict):
            return [LineProblem("", "must be one JSON object")]
        found = problems(self.form.model, self.defaults | given)
        wrong = found if isinstance(found, list) else []
        if header and (wrong or doubts):
            return header.problems(start, wrong)
        if isinstance(found, list):
            return [LineProblem(*each) for each in found]
        return cast("Message", found)  # or what else the form is of: whoever has chosen it knows

    @property
    def _is_sheet(self) -> bool:
        return Path(self.name).suffix.lower() in SHEETS


def lines_of(file: IO[bytes], name: str) -> Iterator[str]:
    """Of UTF-8, with or without a byte order mark. Raises Broken, and Stop if it is no text at all."""
    for number, raw in enumerate(iter(lambda: file.readline(LARGEST + 1), b""), start=1):
        if number == 1:
            refuse_binary(raw, name)
        if len(raw) > LARGEST:
            raise Broken(number, "is longer than 1 MB")
        try:
            yield raw.decode("utf-8-sig" if number == 1 else "utf-8")
        except UnicodeDecodeError:
            raise Broken(number, not_utf8()) from None


@dataclass
class StartsFile(LinesFile):
    """A file of starts, each id once."""

    def rows(self) -> Iterator[Row]:
        """The same start twice is one; an id that comes again with other content is wrong."""
        firsts: dict[str, tuple[int, bytes]] = {}
        for row in super().rows():
            yield row if isinstance(row.read, list) else self._once(row.line, row.read, firsts)

    def _once(self, line: int, start: Message, firsts: dict[str, tuple[int, bytes]]) -> Row:
        content = digest(start)
        first, known = firsts.setdefault(subject_of(start).id, (line, content))
        if known == content:
            return Row(line, start)
        return Row(line, [LineProblem(self.form.id_field, f"stands on line {first} too, with other content")])


@contextmanager
def opened(path: Path, defaults: dict[str, Any], kind: Kind[Any]) -> Iterator[StartsFile]:
    """The file, if it is one that can hold starts."""
    form = Form(kind.start, f"{kind.name}.start", kind.id_field)
    with text_of(path, f"one {kind.one} by itself: tenure {group_of(kind.name)} start") as text:
        yield StartsFile(path.name, text, defaults, form, kind.one)


@contextmanager
def text_of(path: Path, otherwise: str = "") -> Iterator[IO[bytes]]:
    """Its content as UTF-8, if it is a file of many; `otherwise` says what to do with another one."""
    if path.suffix.lower() not in JSON_LINES | SHEETS:
        raise bad("; ".join(filter(None, ("must end in .jsonl or .csv", otherwise))), str(path))
    try:
        if not S_ISREG(path.stat().st_mode) and not path.is_dir():
            raise bad("must be a regular file: it is read twice", str(path))
        with path.open("rb") as file, _in_utf_8(file, path.name) as text:
            yield text
    except OSError as failed:
        raise unreadable(str(path), failed) from None


@contextmanager
def _in_utf_8(file: IO[bytes], name: str) -> Iterator[IO[bytes]]:
    """The same, or what UTF-16 says in a file that has no name and is gone with us."""
    if not file.peek(2).startswith(UTF_16):  # type: ignore[attr-defined]
        yield file
        return
    decoder = codecs.getincrementaldecoder("utf-16")()
    with TemporaryFile() as text:
        try:
            while chunk := file.read(CHUNK):
                text.write(decoder.decode(chunk).encode())
            text.write(decoder.decode(b"", final=True).encode())
        except UnicodeError:
            raise bad("begins as UTF-16, and is not: save it as CSV UTF-8", name) from None
        yield text


def digest_of(path: Path) -> str:
    """SHA-256 in hex, as `sha256sum` says it."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
