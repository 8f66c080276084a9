"""What is printed and where: results on stdout, everything else on stderr; text for people or JSON for machines."""

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from starter.exits import Stop

if TYPE_CHECKING:
    from starter.answers import Answer

UNBROKEN: Final = 500
"""Columns of a line that goes to a file or another program."""


class Terminal:
    """Where a command speaks. One per process; `begin` resets it for a command."""

    def __init__(self) -> None:
        self.as_json = False
        self.with_traceback = False
        self.temporal: dict[str, str] = {}
        """What --address and --namespace said, as Temporal's own settings."""

        self.warnings: list[str] = []

    def begin(self, *, as_json: bool) -> None:
        """A command begins."""
        self.as_json = as_json
        self.with_traceback = False
        self.temporal = {}
        self.warnings = []

    @property
    def out(self) -> Console:
        """Results for people. Lines are not broken when nobody looks."""
        seen = sys.stdout.isatty()
        return Console(highlight=False, soft_wrap=not seen, emoji=False, width=None if seen else UNBROKEN)

    @property
    def err(self) -> Console:
        """Warnings, errors and progress."""
        return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty(), emoji=False)

    def say(self, *parts: Any) -> None:
        """A line or a table for people; machines don't get it."""
        if not self.as_json:
            self.out.print(*parts, markup=False)

    def answer(self, answer: "Answer") -> None:
        """The one JSON document for machines; people don't get it."""
        if self.as_json:
            warned = answer.model_copy(update={"warnings": (*answer.warnings, *self.warnings)})
            self.document(warned.model_dump(mode="json"))

    def document(self, document: Any, *, one_line: bool = False) -> None:
        """JSON on stdout, indented if somebody looks."""
        print(_json(document, indented=sys.stdout.isatty() and not one_line), flush=True)

    def warn(self, text: str) -> None:
        """Something the reader should know; goes on. Machines find it in `warnings` of the answer."""
        self.warnings.append(text)
        if not self.as_json:
            self.err.print(f"Warning: {shown(text)}", style="yellow", markup=False)

    def warn_once(self, text: str) -> None:
        """The same warning, but not again."""
        if text not in self.warnings:
            self.warn(text)

    def stop(self, stop: Stop) -> None:
        """Why a command ended: lines for people; for machines `{"error": …}`, one line on stderr."""
        if self.as_json:
            problems = [{"field": where or None, "message": what} for where, what in stop.others]
            error = {"code": stop.exit.code, "field": stop.field or None, "message": stop.message, "others": problems}
            print(_json({"error": error}), file=sys.stderr, flush=True)
            return
        first, *others = stop.lines
        self.err.print(f"Error: {shown(first)}", style="red", markup=False)
        for line in others:
            self.err.print(f"       {shown(line)}", style="red", markup=False)


def _json(document: Any, *, indented: bool = False) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2 if indented else None)


def shown(text: object) -> str:
    """Text that cannot move the cursor or turn the reading direction of a terminal."""
    return "".join(
        c if unicodedata.category(c) not in {"Cc", "Cf"} or c == "\n" else "\N{REPLACEMENT CHARACTER}"
        for c in str(text)
    )


terminal = Terminal()
