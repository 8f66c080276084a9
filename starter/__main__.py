"""`tenure`: how upstream systems and people at a terminal reach Tenure."""

import functools
import logging
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Final

import typer

from starter import (
    desk,
    desk_links,
    forecast,
    history,
    orders,
    service_commands,
    subscriptions,
    tools,
    trial_updates,
    trials,
    updates,
)
from starter.exits import MEANING, Exit, Stop
from starter.options import examples, flag
from starter.terminal import terminal

GLOBAL: Final = {"--json": False, "--traceback": False, "--address": True, "--namespace": True}
"""Options that may stand anywhere, and whether a value follows."""

EPILOG: Final = "\n".join(
    [
        "[bold]Examples[/]\ntenure demo\ntenure order start examples/order.json\ntenure order show SO-100001",
        "\n[bold]Exit codes[/]",
        *(f"{exit_.value:<3}  {meaning}" for exit_, meaning in MEANING.items()),
    ]
)

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    epilog=EPILOG,
)
app.add_typer(orders.app, name="order", rich_help_panel="Lifecycles")
orders.app.add_typer(updates.app)
orders.app.add_typer(desk.desk_commands("order", "SO-100001"))
app.add_typer(subscriptions.app, name="subscription", rich_help_panel="Lifecycles")
subscriptions.app.add_typer(desk.desk_commands("subscription", "sub-SO-100001"))
app.add_typer(trials.app, name="trial", rich_help_panel="Lifecycles")
trials.app.add_typer(trial_updates.app)
trials.app.add_typer(desk.desk_commands("trial", "T-1001"))
app.add_typer(trials.devices, name="device", rich_help_panel="Lifecycles")
trials.devices.add_typer(desk.desk_commands("device", "D-5001"))
for group, like in (
    (orders.app, "order forward SO-100001"),
    (subscriptions.app, "subscription forward sub-SO-100001"),
    (trials.app, "trial forward T-1001"),
    (trials.devices, "device forward D-5001"),
):
    group.command("forward", rich_help_panel="Test clock", epilog=examples(f"tenure {like} --days 5"))(tools.forward)
app.add_typer(tools.app)
app.add_typer(desk_links.app)
app.add_typer(forecast.app, name="forecast", rich_help_panel="Tools")
app.add_typer(history.app)  # with `replay`
app.add_typer(service_commands.app)  # `up` and `demo`: what they do is in starter/up.py and starter/demo.py


@app.callback()
def tenure(
    json: Annotated[bool, flag("--json", 'Answer as JSON on stdout, errors as {"error": …} on stderr.')] = False,
    with_traceback: Annotated[
        bool, flag("--traceback", "Of a fault, show where it is. May show personal data.")
    ] = False,
    address: Annotated[str, typer.Option(metavar="HOST:PORT", help="Temporal's address.", show_default=False)] = "",
    namespace: Annotated[str, typer.Option(metavar="NAME", help="Temporal's namespace.", show_default=False)] = "",
) -> None:
    """Tenure: the customer lifecycle of a SaaS partner channel.

    The options below may stand anywhere in a command. Temporal is found by its
    own settings (TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_CONFIG_FILE, …),
    the store by DATABASE_URL. Results are on stdout, everything else on stderr.
    The keys of every answer with --json: tenure schema answer.start and so on.
    """
    terminal.begin(as_json=json)
    terminal.with_traceback = with_traceback
    terminal.temporal = {"TEMPORAL_ADDRESS": address, "TEMPORAL_NAMESPACE": namespace}


def hoisted(words: Sequence[str]) -> list[str]:
    """Global options first, where Typer looks for them; what follows `--` is nobody's option."""
    found: list[str] = []
    rest: list[str] = []
    left = iter(words)
    for word in left:
        name, equals, _ = word.partition("=")
        if word == "--":
            rest += [word, *left]
        elif name in GLOBAL:
            found += [word, *([next(left, "")] if GLOBAL[name] and not equals else [])]
        else:
            rest.append(word)
    return found + rest


def main(words: Sequence[str] | None = None) -> int:
    """The exit code; every error told in a line or two."""
    words = hoisted(sys.argv[1:] if words is None else words)
    terminal.begin(as_json="--json" in words)
    logging.getLogger().addHandler(logging.NullHandler())  # what libraries log is no part of an answer
    try:
        code = int(_commands()(words, prog_name="tenure", standalone_mode=False) or Exit.OK)
        if code == Exit.INTERRUPTED:
            raise KeyboardInterrupt
        return code
    except Stop as stop:
        terminal.stop(stop)
        return stop.exit
    except typer.TyperException as wrong:
        return _usage(wrong)
    except (KeyboardInterrupt, typer.Abort):
        terminal.stop(Stop(Exit.INTERRUPTED, "interrupted"))
        return Exit.INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads on: nothing left to say
        return Exit.OK
    except Exception as fault:
        return _fault(fault)


@functools.cache
def _commands() -> Callable[..., int | None]:
    return typer.main.get_command(app)


def _usage(wrong: typer.TyperException) -> int:
    context = getattr(wrong, "ctx", None)
    if type(wrong).__name__ == "NoArgsIsHelpError":
        return Exit.BAD_INPUT
    command = context.command_path if context else "tenure"
    terminal.stop(Stop(Exit.BAD_INPUT, f"{wrong.format_message()} Try: {command} --help"))
    return Exit.BAD_INPUT


def _fault(fault: Exception) -> int:
    """Its text may hold somebody's data, so only its place is told; whoever looks for it asks for more."""
    place = traceback.extract_tb(fault.__traceback__)[-1]
    where = f"{Path(place.filename).name}:{place.lineno}"
    text = f"a fault of Tenure: {type(fault).__name__} at {where} (--traceback shows more)"
    terminal.stop(Stop(Exit.UNEXPECTED, text))
    if terminal.with_traceback:
        traceback.print_exception(fault)
    return Exit.UNEXPECTED


if __name__ == "__main__":
    sys.exit(main())
