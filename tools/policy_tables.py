"""Every number and reading of the rules, as a table of docs/lifecycles.md."""

import ast
from collections.abc import Iterator
from datetime import time
from enum import Enum
from importlib import import_module
from typing import Any, Final

from domain.lifecycles import KINDS
from domain.sla import Cadence, Target
from domain.values import Model
from tools.docstrings import assigned, attribute_docs, body_of, cited, meaning
from tools.markdown import table

NONE: Final = "none"
"""The default of a term that nobody has by itself."""


def policy() -> str:
    """Every number and reading of the rules, by lifecycle."""
    return "\n\n".join(_policies())


def _policies() -> Iterator[str]:
    for lifecycle in KINDS:
        module = import_module(f"domain.{lifecycle}.policy")
        for model in vars(module).values():
            if isinstance(model, type) and issubclass(model, Model) and model.__module__ == module.__name__:
                head = f"**{str(lifecycle).capitalize()}** – {(model.__doc__ or '').splitlines()[0]}"
                yield f"{head}\n\n{_policy_table(model)}"


def _policy_table(model: type[Model]) -> str:
    docs = attribute_docs(model)
    code = {name: value for statement in body_of(model) for name, value in assigned(statement).items()}
    rows = [
        (
            f"`{name}`",
            duration(code.get(name)) or (NONE if field.default is None else shown(field.default)),
            cited(docs.get(name, "")),
            meaning(docs.get(name, "")).replace("None:", f"{NONE}:"),
        )
        for name, field in model.model_fields.items()
    ]
    return table(("name", "default", "rules", "meaning"), rows)


def duration(code: ast.expr | None) -> str:
    """A duration in the unit it is written in: `timedelta(hours=72)` is 72 hours and not 3 days."""
    match code:
        case ast.Call(
            func=ast.Name(id="timedelta"), keywords=[ast.keyword(arg=str(unit), value=ast.Constant(value=int(n)))]
        ):
            return f"{n} {unit.removesuffix('s') if n == 1 else unit}"
        case ast.Call(func=ast.Name(id="timedelta"), args=[ast.Constant(value=0)]):
            return "at once"
        case ast.Tuple(elts=several):
            return ", ".join(filter(None, map(duration, several)))
        case ast.Call(func=ast.Name(id=str(name)), keywords=parts) if name in IN_PARTS:
            return ", ".join(f"{part.arg} {duration(part.value)}" for part in parts).replace("_", " ")
    return ""


IN_PARTS: Final = frozenset({Target.__name__, Cadence.__name__})
"""Terms of several durations, shown with their names: `warn after 1 hour, breach after 3 hours`."""


def shown(value: Any) -> str:
    """Any other default as people say it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case time():
            return f"{value:%H:%M}"
        case Enum():
            return f"`{value.value}`"
        case Model():
            return "see below"
        case dict():
            return "; ".join(f"`{name}`: {', '.join(some)}" for name, some in value.items())
    return f"`{value}`" if isinstance(value, str) else str(value)
