"""JSON Schemas of every start, update and answer: the contract with upstream systems."""

import difflib
from pathlib import Path
from typing import Any

from starter.answers import schemas
from starter.answers.catalogue import example, models
from starter.answers.tools import SchemaAnswer
from starter.console.exits import Exit, Stop, bad
from starter.console.tables import plain_table
from starter.console.terminal import terminal


def schema(name: str | None, directory: Path | None) -> None:
    """Write them to a directory, print one, or list their names."""
    names = _chosen(name)
    if directory is not None:
        _write(names, directory)
    elif name is not None:
        terminal.document(schema_of(name))
    elif terminal.for_machines:
        terminal.document({each: schema_of(each) for each in names})
    else:
        table = plain_table("name", "what it is")
        for each in names:
            table.add_row(each, (models()[each].__doc__ or "").split(". ")[0].splitlines()[0].removesuffix("."))
        terminal.say(table)


def schema_of(name: str) -> dict[str, Any]:
    """One schema, with an example if there is one."""
    answered = name == "state" or name.startswith("answer.")
    return schemas.schema_of(models()[name], f"tenure:{name}", answered=answered, example=example(name))


def _chosen(name: str | None) -> list[str]:
    known = list(models())
    if name is None:
        return known
    if name not in known:
        close = difflib.get_close_matches(name, known, n=1)
        meant = f', did you mean "{close[0]}"?' if close else "; tenure schema lists them all"
        raise bad(f"is not known{meant}", "NAME")
    return [name]


def _write(names: list[str], directory: Path) -> None:
    try:
        directory.mkdir(parents=True, exist_ok=True)
        for name in names:
            (directory / f"{name}.json").write_text(schemas.written(schema_of(name)), encoding="utf-8")
    except OSError as failed:
        raise Stop(Exit.BAD_INPUT, f"cannot be written: {failed.strerror}", "--out") from None
    terminal.say(f"{len(names)} schemas written to {directory}")
    terminal.answer(SchemaAnswer(written=tuple(str(directory / f"{name}.json") for name in names)))
