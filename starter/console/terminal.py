"""What is printed and where: results on stdout, everything else on stderr; text for people, documents for machines."""

import json
import sys
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console

from starter.console.exits import Stop

if TYPE_CHECKING:
    from starter.answers.lifecycle import Answer

UNBROKEN: Final = 500
"""Columns of a line that goes to a file or another program."""


class Output(StrEnum):
    """How a command answers."""

    TABLE = "table"
    JSON = "json"
    YAML = "yaml"


class Terminal:
    """Where a command speaks. One per process; `begin` resets it for a command."""

    def __init__(self) -> None:
        self.output = Output.TABLE
        self.with_traceback = False
        self.temporal: dict[str, str] = {}
        """What --address and --namespace said, as Temporal's own settings."""

        self.warnings: list[str] = []

    def begin(self, output: Output) -> None:
        """A command begins."""
        self.output = output
        self.with_traceback = False
        self.temporal = {}
        self.warnings = []

    @property
    def for_machines(self) -> bool:
        """Nobody reads it but a program."""
        return self.output is not Output.TABLE

    @property
    def out(self) -> Console:
        """Results for people. Lines are not broken when nobody looks."""
        seen = self.watched
        return Console(highlight=False, soft_wrap=not seen, emoji=False, width=None if seen else UNBROKEN)

    @property
    def watched(self) -> bool:
        """Are results read on a terminal, and not by a file or another program?"""
        return sys.stdout.isatty()

    @property
    def err(self) -> Console:
        """Warnings, errors and progress."""
        return Console(stderr=True, highlight=False, soft_wrap=not sys.stderr.isatty(), emoji=False)

    def say(self, *parts: Any) -> None:
        """A line or a table for people; machines don't get it."""
        if not self.for_machines:
            self.out.print(*parts, markup=False)

    def answer(self, answer: "Answer") -> None:
        """The one document for machines; people don't get it."""
        if self.for_machines:
            warned = answer.model_copy(update={"warnings": (*answer.warnings, *self.warnings)})
            self.document(warned.model_dump(mode="json"))

    def document(self, document: Any, *, one_line: bool = False) -> None:
        """On stdout: JSON, indented if somebody looks, or YAML. `one_line`: one of several, each by itself."""
        if self.output is Output.YAML:
            print(_yaml(document), end="", flush=True)
        else:
            print(_json(document, indented=self.watched and not one_line), flush=True)

    def warn(self, text: str) -> None:
        """Something the reader should know; goes on. Machines find it in `warnings` of the answer."""
        self.warnings.append(text)
        if not self.for_machines:
            self.err.print(f"Warning: {shown(text)}", style="yellow", markup=False)

    def warn_once(self, text: str) -> None:
        """The same warning, but not again."""
        if text not in self.warnings:
            self.warn(text)

    def stop(self, stop: Stop) -> None:
        """Why a command ended: lines for people; for machines `{"error": …}` on stderr, as JSON in one line."""
        if self.for_machines:
            problems = [{"field": where or None, "message": what} for where, what in stop.others]
            error = {"code": stop.exit.code, "field": stop.field or None, "message": stop.message, "others": problems}
            error["problems"] = [problem.model_dump(mode="json") for problem in stop.problems]
            text = _yaml({"error": error}) if self.output is Output.YAML else _json({"error": error}) + "\n"
            print(text, end="", file=sys.stderr, flush=True)
            return
        first, *others = stop.lines
        self.err.print(f"Error: {shown(first)}", style="red", markup=False)
        for line in others:
            self.err.print(f"       {shown(line)}", style="red", markup=False)


def _json(document: Any, *, indented: bool = False) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2 if indented else None)


def _yaml(document: Any) -> str:
    """With `---` before it: there may be several."""
    import yaml

    return yaml.safe_dump(document, allow_unicode=True, sort_keys=False, width=UNBROKEN, explicit_start=True)


def shown(text: object) -> str:
    """Text that cannot move the cursor or turn the reading direction of a terminal."""
    return "".join(
        c if unicodedata.category(c) not in {"Cc", "Cf"} or c == "\n" else "\N{REPLACEMENT CHARACTER}"
        for c in str(text)
    )


terminal = Terminal()
