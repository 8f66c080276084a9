"""How our commands read and complete: global options anywhere, and no types of Python in the help."""

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

import typer
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption

if TYPE_CHECKING:
    from starter.console.terminal import Output

GLOBAL: Final = {
    "--json": False,
    "--traceback": False,
    "--output": True,
    "-o": True,
    "--address": True,
    "--namespace": True,
}
"""Options that may stand anywhere, and whether a value follows."""

ATTACHED: Final = re.compile(r"-o(json|yaml|table)")
"""`-ojson`."""

MOST_IDS: Final = 50
"""Of more, somebody types another letter."""


def hoisted(words: Sequence[str]) -> list[str]:
    """Global options first, where Typer looks for them; what follows `--` is nobody's option."""
    found: list[str] = []
    rest: list[str] = []
    left = iter(words)
    for word in left:
        name, equals, value = word.partition("=")
        if word == "--":
            rest += [word, *left]
        elif attached := ATTACHED.fullmatch(word):
            found += ["-o", attached[1]]
        elif name in GLOBAL:
            found += [name, value if equals else next(left, "")] if GLOBAL[name] else [word]
        else:
            rest.append(word)
    return found + rest


def output_in(words: Sequence[str]) -> "Output":
    """How to answer, before anybody has judged the rest of the line."""
    from starter.console.terminal import Output

    if "--json" in words:
        return Output.JSON
    said = [after for word, after in pairwise(words) if word in {"-o", "--output"}]
    return Output(said[-1]) if said and said[-1] in set(Output) else Output.TABLE


class Plain(TyperCommand):
    """A command whose options and arguments are called what they stand for."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Also --help, which Typer makes when somebody asks for it."""
        return _without_types(super().get_params(ctx))

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """On a narrow terminal the name of an option goes on in the next line; it is never cut."""
        from typer import rich_utils

        rich_utils.highlighter = _folded  # type: ignore[assignment]
        super().format_help(ctx, formatter)


def _folded(text: str) -> Any:
    from typer.rich_utils import OptionHighlighter

    found = OptionHighlighter()(text)
    found.overflow = "fold"
    return found


class PlainGroup(TyperGroup):
    """A group of such commands."""

    def get_params(self, ctx: Any) -> list[Any]:
        """Also --help, and what installs completion."""
        return _without_types(super().get_params(ctx))


class Root(PlainGroup):
    """`tenure`: its own options may stand anywhere."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Also when a shell asks how a line may go on."""
        return super().parse_args(ctx, hoisted(args))


def _without_types(params: list[Any]) -> list[Any]:
    for param in params:
        if isinstance(param, TyperArgument):
            param.display_type_rich = _nothing  # type: ignore[method-assign, assignment]
        elif isinstance(param, TyperOption) and param.metavar is None:
            of_numbers = param.type_descriptor.annotation in (int, float)
            param.metavar = "" if param.is_flag else "N" if of_numbers else (param.name or "").upper()
    return params


def _nothing(*, ctx: Any) -> str:  # noqa: ARG001 - Typer's signature
    return ""


def dressed(app: typer.Typer) -> typer.Typer:
    """The same, with every command and group of it as ours are."""
    for command in app.registered_commands:
        command.cls = Plain
    for group in app.registered_groups:
        if group.typer_instance is not None:
            group.cls = PlainGroup
            dressed(group.typer_instance)
    return app


def ids_of(lifecycle: str = "") -> Callable[[typer.Context, str], list[str]]:
    """Completes ids of a lifecycle, or of the one whose commands these are, or of all; none if no store answers."""

    def known(ctx: typer.Context, incomplete: str) -> list[str]:
        group = ((ctx.parent and ctx.parent.info_name) or "").replace("-", "_")
        with suppress(Exception):
            return _in_store(lifecycle or group, incomplete)
        return []

    return known


def _in_store(lifecycle: str, beginning: str) -> list[str]:
    from adapters.settings import load_settings
    from adapters.sql.store import open_store
    from domain.lifecycles import KINDS

    asked = [kind.name for kind in KINDS.values() if kind.name == lifecycle] or list(KINDS)
    store = open_store(load_settings().database_url)
    try:
        return [row.subject for name in asked for row in store.listed(name, beginning=beginning, limit=MOST_IDS)]
    finally:
        store.close()
