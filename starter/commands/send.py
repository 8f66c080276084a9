"""From a command's options, or a whole message, to one update and its answer in words."""

from typing import Any

from pydantic import TypeAdapter, ValidationError

from adapters.temporal import phrases
from domain.lifecycles import KINDS, updates_of
from domain.values import Identifier, Message
from starter.console.exits import bad
from starter.console.fields import nested, options_of
from starter.console.ids import Subject
from starter.console.models import document, message, problems, valid
from starter.console.options import sender
from starter.console.pages import stands
from starter.console.terminal import terminal
from starter.reach import gate
from starter.reach.update import send as send_update


async def send(subject: Subject, update: str, given: dict[str, Any], whole: str | None, key: str | None) -> None:
    """Check what can be checked here, send, and say where the lifecycle stands now."""
    model = updates_of(KINDS[subject.lifecycle])[update].message
    about = {name: value for name in ("by", "reason", "source") if (value := given.get(name)) is not None}
    said = _whole(model, whole, nested(model, given), about) if whole is not None else _of_options(model, given, about)
    checked = _checked(key)
    answer = await send_update(await gate.client(), subject, update, said, checked)
    taken = (
        "was told before, with this update id; this is the answer it gave then:" if answer.result == "repeated" else ""
    )
    terminal.say(f"{subject.workflow_id} {taken or 'took'} {update}.")
    stands(answer.state)
    terminal.answer(answer)


def _whole(model: type[Message], whole: str, own: dict[str, Any], about: dict[str, Any]) -> Message:
    """It has everything that its own options and the reason would say."""
    if mixed := [option.option for option in options_of(model) if option.path[0] in own] or (
        ["--reason"] if "reason" in about else []
    ):
        raise bad("is part of the message: give it there, or leave --message out", mixed[0])
    return message(whole, model, sender(about.get("by"), about.get("source")))


def _of_options(model: type[Message], given: dict[str, Any], about: dict[str, Any]) -> Message:
    files = {each.name for each in options_of(model) if each.is_file and given.get(each.name) is not None}
    read = given | {name: document(given[name]) for name in files}
    said = sender(about.get("by")) | about | nested(model, read)
    found = problems(model, said)
    missing = [field for field, _ in found if field not in said] if isinstance(found, list) else []
    options = {option.path[0]: option.option for option in options_of(model)} | {"reason": "--reason"}
    if wanted := [options[field] for field in missing if field in options]:
        raise bad("is required; or give the whole message with --message", wanted[0])
    return valid(model, said)


def _checked(key: str | None) -> str | None:
    """An update id is seen in the Web UI and in logs: like every id it carries no personal data."""
    try:
        return TypeAdapter(Identifier | None).validate_python(key)
    except ValidationError as wrong:
        raise bad(phrases.said(wrong.errors()[0]), "--update-id") from None
