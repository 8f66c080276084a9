"""`tenure`: how upstream systems and people at a terminal reach Tenure."""

import functools
import logging
import os
import sys
import traceback
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, cast

import typer
from typer.core import TyperGroup

from starter.commands import (
    accounts,
    batch,
    desk,
    history,
    hub,
    mails,
    recompute,
    screening,
    service,
    tools,
    users,
)
from starter.commands.hub_imports import GROUPS as HUB_IMPORTS
from starter.console.commands import Root, dressed, hoisted, output_in
from starter.console.exits import MEANING, Exit, Stop
from starter.console.options import flag
from starter.console.terminal import Output, terminal

EPILOG: Final = "\n".join(
    [
        "[bold]Examples[/]\ntenure demo\ntenure order start examples/order.json\ntenure order show SO-100001",
        "\n[bold]Exit codes[/]",
        *(f"{exit_.value:<3}  {meaning}" for exit_, meaning in MEANING.items()),
    ]
)


IN_OUR_WORDS: Final = {
    "Value error, ": "",
    "Input should be a valid integer, unable to parse string as an integer": "must be a whole number",
    "Input should be a valid number, unable to parse string as a number": "must be a number",
    "Input should be greater than or equal to": "must be at least",
    "Input should be less than or equal to": "must be at most",
    "Input should be": "must be",
}
"""What pydantic says of an option's value."""


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        print(f"tenure {version('tenure')}")
        raise typer.Exit


def tenure(
    json: Annotated[bool, flag("--json", "The same as --output json.")] = False,
    output: Annotated[
        Output,
        typer.Option(
            "--output",
            "-o",
            metavar="json|yaml|table",
            help='For programs: the answer on stdout, errors as {"error": …} on stderr.',
            show_default=False,
        ),
    ] = Output.TABLE,
    with_traceback: Annotated[
        bool, flag("--traceback", "Of a fault, show where it is. May show personal data.")
    ] = False,
    address: Annotated[str, typer.Option(metavar="HOST:PORT", help="Temporal's address.", show_default=False)] = "",
    namespace: Annotated[str, typer.Option(metavar="NAME", help="Temporal's namespace.", show_default=False)] = "",
    version: Annotated[  # noqa: ARG001 - said by its callback
        bool, typer.Option("--version", metavar="", help="Say which release this is.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """Tenure: the customer lifecycle of a SaaS partner channel.

    The options below may stand anywhere in a command. Temporal is found by its
    own settings (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_CONFIG_FILE, …),
    the store by DATABASE_URL. Results are on stdout, everything else on stderr.
    The keys of every answer with --json: tenure schema answer.start and so on.
    """
    terminal.begin(Output.JSON if json else output)
    terminal.with_traceback = with_traceback
    terminal.temporal = {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": namespace}


def main(words: Sequence[str] | None = None) -> int:
    """The exit code; every error told in a line or two."""
    words = list(sys.argv[1:] if words is None else words)
    terminal.begin(output_in(hoisted(words)))
    logging.getLogger().addHandler(logging.NullHandler())  # what libraries log is no part of an answer
    try:
        code = int(commands()(words, prog_name="tenure", standalone_mode=False) or Exit.OK)
        if code == Exit.INTERRUPTED:
            raise KeyboardInterrupt
        return code
    except Stop as stop:
        return _stopped(stop)
    except typer.TyperException as wrong:
        return _usage(wrong)
    except (KeyboardInterrupt, typer.Abort):
        return _stopped(Stop(Exit.INTERRUPTED, "interrupted"))
    except (BrokenPipeError, SystemExit) as left:
        return _unread(left)
    except Exception as fault:
        return _fault(fault)


def commands() -> TyperGroup:
    """All there are. The table of lifecycles is read now, not when this file is imported."""
    from domain.lifecycles import KINDS

    return _commands(tuple(KINDS))


@functools.cache
def _commands(_lifecycles: tuple[str, ...]) -> TyperGroup:
    from starter.commands.lifecycles import forecasts, groups

    app = typer.Typer(
        cls=Root,
        no_args_is_help=True,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
        epilog=EPILOG,
    )
    app.callback()(tenure)
    for group in groups():
        app.add_typer(group, rich_help_panel="Lifecycles")
    app.add_typer(accounts.app, name="account", rich_help_panel="Lifecycles")
    app.add_typer(mails.app, name="mail", rich_help_panel="Lifecycles")
    app.add_typer(screening.app, name="screening", rich_help_panel="Lifecycles")
    app.add_typer(hub.app, name="hub", rich_help_panel="Partner Hub")
    for name, group in HUB_IMPORTS.items():
        app.add_typer(group, name=name, rich_help_panel="Partner Hub")
    app.add_typer(users.app, name="user", rich_help_panel="Partner Hub")
    for tools_ in (batch.app, tools.app, desk.app, recompute.app, history.app, service.app):
        app.add_typer(tools_)
    app.add_typer(forecasts(), name="forecast", rich_help_panel="Tools")
    return cast("TyperGroup", typer.main.get_command(dressed(app)))


def _stopped(stop: Stop) -> int:
    """Why is told; the code is the same if nobody reads that, as after `2>&1 | head`."""
    with suppress(BrokenPipeError, SystemExit):  # of a broken pipe Rich makes an exit of its own
        terminal.stop(stop)
    return stop.exit


def _usage(wrong: typer.TyperException) -> int:
    context = getattr(wrong, "ctx", None)
    if type(wrong).__name__ == "NoArgsIsHelpError":
        return Exit.BAD_INPUT
    command = context.command_path if context else "tenure"
    return _stopped(Stop(Exit.BAD_INPUT, f"{_plainly(wrong.format_message())} Try: {command} --help"))


def _plainly(message: str) -> str:
    """Without the words of the library that read the value."""
    for words, plain in IN_OUR_WORDS.items():
        message = message.replace(words, plain)
    return message if message.endswith(".") or "?" in message[-1:] else f"{message}."


def _unread(left: BaseException) -> int:
    """Nobody reads on, as after `| head`: no error. Of a broken pipe Rich makes an exit of its own."""
    if not isinstance(left.__context__ if isinstance(left, SystemExit) else left, BrokenPipeError):
        raise left
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return Exit.OK


def _fault(fault: Exception) -> int:
    """Its text may hold somebody's data, so only its place is told; whoever looks for it asks for more."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    text = f"a fault of Tenure: {type(fault).__name__} at {where} (--traceback shows more)"
    _stopped(Stop(Exit.UNEXPECTED, text))
    if terminal.with_traceback:
        traceback.print_exception(fault)
    return Exit.UNEXPECTED


if __name__ == "__main__":
    sys.exit(main())
