"""From files to models: every problem with the place it is at, none with the value it was."""

import json
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from adapters.temporal import phrases
from adapters.temporal.phrases import Wrong
from domain.reasons import Problem, Reason
from starter.console.exits import Stop, bad, bad_input

M = TypeVar("M", bound=BaseModel)

LARGEST: Final = 1_000_000
"""Bytes of one message: far beyond any real one, below what Temporal takes (2 MB)."""

MAGIC: Final = {
    b"\x1f\x8b": "is compressed with gzip: unpack it first",
    b"PK\x03\x04": "is a ZIP archive or an Excel workbook: save it as CSV UTF-8, or as JSON",
    b"%PDF": "is a PDF",
}
"""How files that are mistaken for text begin."""

UTF_16: Final = (b"\xff\xfe", b"\xfe\xff")
"""How it begins, from Windows' own programs."""


class NotJson(Exception):
    """Text that is no JSON. `at` says where, `what` says why."""

    def __init__(self, what: str, at: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.at = at


def message(source: str, model: type[M], defaults: dict[str, Any]) -> M:
    """A message from `-` (standard input), inline JSON or a file; `defaults` fill in what it leaves out."""
    given = document(source)
    if isinstance(given, dict):
        given = defaults | given
    return valid(model, given)


def document(source: str) -> Any:
    """The JSON of `-` (standard input), of inline `{…}`, or of a file."""
    name = "JSON" if source.lstrip().startswith("{") else "standard input" if source == "-" else source
    text = source if name == "JSON" else decoded(_bytes_of(source), name)
    if not text.strip():
        raise bad("is empty", name)
    try:
        return json_of(text)
    except NotJson as wrong:
        raise bad(wrong.what, f"{name}: {wrong.at}" if wrong.at else name) from None


def valid(model: type[M], given: Any) -> M:
    """Read as the model, or every problem with its field."""
    if not isinstance(given, dict):
        raise bad("must be one JSON object")
    found = judged(model, given)
    if isinstance(found, model):
        return found
    assert isinstance(found, Wrong)  # noqa: S101 - for the type checker
    raise bad_input(_at_most(found.told), found.problems[: phrases.AT_MOST])


def problems(model: type[M], given: Any) -> M | list[tuple[str, str]]:
    """The model, or what is wrong as (field, message)."""
    found = judged(model, given)
    return list(found.told) if isinstance(found, Wrong) else found


def judged(model: type[M], given: Any) -> M | Wrong:
    """As a workflow judges what arrives."""
    beyond = list(phrases.unprintable_in(given))
    if len(json.dumps(given, ensure_ascii=False, default=str).encode(errors="replace")) > phrases.LARGEST:
        beyond = [Problem.of(Reason.TOO_BIG, phrases.TOO_LARGE)]
    if beyond:
        return Wrong.of(beyond)
    try:
        return model.model_validate(given)
    except ValidationError as refused:
        return phrases.wrong(refused, given, model)


def _at_most(found: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    left_out = len(found) - phrases.AT_MOST
    return [*found[: phrases.AT_MOST], *([("", f"and {left_out} more")] if left_out > 0 else [])]


def _bytes_of(source: str) -> bytes:
    if not source.strip():
        raise bad("names no file", "FILE")
    try:
        if source == "-":
            raw = sys.stdin.buffer.read(LARGEST + 1)
        else:
            with Path(source).open("rb") as file:
                raw = file.read(LARGEST + 1)
    except OSError as failed:
        raise unreadable(source, failed) from None
    if len(raw) > LARGEST:
        raise bad("is larger than 1 MB: too large for one message", source)
    return raw


def unreadable(source: str, failed: OSError) -> Stop:
    """Why a file cannot be read."""
    match failed:
        case FileNotFoundError():
            return bad("there is no such file", source)
        case IsADirectoryError():
            return bad("is a directory, not a file", source)
        case PermissionError():
            return bad("may not be read by you", source)
    return bad(f"cannot be read: {failed.strerror or type(failed).__name__}", source)


def decoded(raw: bytes, name: str) -> str:
    """UTF-8 text, with or without a byte order mark; or UTF-16, which has one."""
    if raw.startswith(UTF_16):
        try:
            return raw.decode("utf-16")
        except UnicodeDecodeError:
            raise bad("begins as UTF-16, and is not: save it as UTF-8", name) from None
    refuse_binary(raw, name)
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        raise bad(not_utf8(), f"{name}: line {raw.count(10, 0, wrong.start) + 1}") from None


def refuse_binary(beginning: bytes, name: str) -> None:
    """By how it begins: a file that is no text at all."""
    for magic, what in MAGIC.items():
        if beginning.startswith(magic):
            raise bad(what, name)
    if b"\0" in beginning[:1000]:
        raise bad("is not text", name)


def not_utf8() -> str:
    """Why text does not decode, and what to do."""
    return "is not UTF-8: save the file as UTF-8 (it may be Latin-1 or Shift_JIS now)"


def json_of(text: str) -> Any:
    """Strict JSON: no field twice, no NaN. Raises NotJson."""
    try:
        return json.loads(text, object_pairs_hook=_each_once, parse_constant=_no_constant)
    except json.JSONDecodeError as wrong:
        at = f"line {wrong.lineno}, column {wrong.colno}" if "\n" in text.strip() else f"column {wrong.colno}"
        raise NotJson(f"is not valid JSON: {wrong.msg[0].lower()}{wrong.msg[1:].removesuffix(' at')}", at) from None
    except RecursionError:
        raise NotJson("is nested too deeply") from None
    except ValueError:
        raise NotJson("has a number with too many digits") from None


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        known = twice if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]{0,39}", twice) else "a field"
        raise NotJson(f"{known} stands twice in one object")
    return found


def _no_constant(_name: str) -> None:
    raise NotJson("NaN and Infinity are not JSON")
