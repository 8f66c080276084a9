"""Options of commands that stand in no function's head, for only the table of lifecycles knows them."""

from collections.abc import Callable, Iterable
from inspect import Parameter, Signature, signature
from typing import Annotated, Any

import typer


def option(name: str, declared: str, metavar: str, help_: str, of: type = str, *, repeated: bool = False) -> Parameter:
    """`--site URL`; without a metavar a flag."""
    type_: Any = (list[of] if repeated else of) | None if metavar else bool  # type: ignore[valid-type]
    said = typer.Option(declared, metavar=metavar, help=help_, show_default=False)
    return shared(name, Annotated[type_, said], None if metavar else False)


def shared(name: str, annotation: Any, default: Any = None) -> Parameter:
    """One that several commands have, as `starter/console/options.py` describes it."""
    return Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=default)


def with_options(run: Callable[..., None], options: Iterable[Parameter]) -> Callable[..., None]:
    """These instead of its `**given`. Typer makes a command's options of a signature, and of nothing else (PEP 362)."""
    own = [each for each in signature(run).parameters.values() if each.kind is not Parameter.VAR_KEYWORD]
    run.__signature__ = Signature([*own, *options])  # type: ignore[attr-defined]
    return run
