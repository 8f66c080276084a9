"""From a command's options, or a whole message, to one update and its answer in words."""

from typing import Any, Final

from domain.values import Message
from starter.catalogue import UPDATES
from starter.exits import bad
from starter.ids import Subject
from starter.options import sender, update_key
from starter.reading import document, message, problems, valid
from starter.showing import stands
from starter.telling import tell
from starter.terminal import terminal

FILES: Final = frozenset({"form", "order", "provisioning_contact"})
"""Fields given as a file."""

OPTIONS: Final = {"services": "--service", "serial_number": "--received", "organization_id": "--ask-papers"}
"""Options that have another name than their field."""


async def send(subject: Subject, update: str, sent: dict[str, Any], whole: str | None, key: str | None) -> None:
    """Check what can be checked here, send, and say where the lifecycle stands now."""
    model = UPDATES[subject.lifecycle][update]
    said = read(model, {name: value for name, value in sent.items() if value not in (None, [])}, whole)
    answer = await tell(subject, update, said, update_key(key))
    taken = (
        "was told before, with this update id; this is the answer it gave then:" if answer.result == "repeated" else ""
    )
    terminal.say(f"{subject.workflow_id} {taken or 'took'} {update}.")
    stands(answer.state)
    terminal.answer(answer)


def read(model: type[Message], sent: dict[str, Any], whole: str | None) -> Message:
    """The message of the options, or the whole one that was given instead."""
    if whole is not None:
        if mixed := sorted(set(sent) - {"by", "source"}):
            raise bad("is part of the message: give it there, or leave --message out", option(mixed[0]))
        return message(whole, model, sender(sent.get("by"), sent.get("source")))
    sent = sent | {name: document(sent[name]) for name in FILES & sent.keys()}
    given = sender(sent.get("by")) | sent
    found = problems(model, given)
    if isinstance(found, list) and (
        missing := [name for name, _ in found if name in model.model_fields and name not in given]
    ):
        raise bad("is required; or give the whole message with --message", option(missing[0]))
    return valid(model, given)


def option(field: str) -> str:
    """The option that gives a field."""
    return OPTIONS.get(field, "--" + field.replace("_", "-"))
