"""`tenure order accept-terms …` and its like: the updates of a lifecycle as commands, made from their messages."""

import asyncio
from collections.abc import Callable
from inspect import Parameter
from typing import Any, Final

import typer

from domain.kind import Kind
from domain.lifecycles import examples_of, updates_of
from domain.operator_updates import OPERATOR_UPDATES
from domain.reasons import without_rules
from domain.updates import Update
from domain.values import Message
from starter.answers.catalogue import command_of
from starter.console.command_lines import example_of
from starter.console.fields import FieldOption, options_of
from starter.console.options import By, Id, Source, UpdateId, WholeMessage, examples
from starter.console.parameters import option, shared, with_options

OPERATORS: Final = "At any stage"
"""Heading of what operators may send to every lifecycle."""


def add_updates(group: typer.Typer, kind: Kind[Any]) -> None:
    """A command for each of its updates, then for those of operators."""
    for name, update in updates_of(kind).items():
        lines = [example_of(kind, name)]
        if any(option.is_file for option in options_of(update.message)):
            lines.append(f"tenure schema {kind.name}.{name}")
        group.command(
            command_of(kind.name, name).split()[1],
            help=_help(kind, name, update),
            rich_help_panel=OPERATORS if name in OPERATOR_UPDATES else update.heading,
            epilog=examples(*lines),
        )(_sending(kind, name, update.message))


def _help(kind: Kind[Any], name: str, update: Update) -> str:
    """What it does, what its message says about that, and whether it is ever possible here."""
    more = without_rules(update.message.__doc__ or "")
    never = "" if name in examples_of(kind) else f"{kind.several.capitalize()} have none: this is always refused."
    return "\n\n".join(filter(None, dict.fromkeys((update.does, more, never))))


def _sending(kind: Kind[Any], update: str, model: type[Message]) -> Callable[..., None]:
    """What the command does: an option for each field, and those that all of them share."""

    def send_update(id_: Id, **given: Any) -> None:
        from starter.commands.send import send
        from starter.console.ids import subject

        whole, key = given.pop("message"), given.pop("update_id")
        asyncio.run(send(subject(kind.name, id_), update, given, whole, key))

    field = model.model_fields["reason"]
    by, reason = shared("by", By), _option(FieldOption(("reason",), field))
    return with_options(
        send_update,
        [
            *map(_option, options_of(model)),
            *((reason, by) if field.is_required() else (by, reason)),
            shared("source", Source),
            shared("message", WholeMessage),
            shared("update_id", UpdateId),
        ],
    )


def _option(field: FieldOption) -> Parameter:
    """Values are text: the model reads them, and says what is wrong with one in its own words."""
    metavar = "" if field.is_flag else field.placeholder
    of = int if field.is_number else str
    return option(field.name, field.option, metavar, field.help, of, repeated=field.is_repeated)
