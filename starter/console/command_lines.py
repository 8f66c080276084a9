"""Commands to type: one that sends a message as it is, and those that fit a lifecycle as it stands."""

import shlex
from collections.abc import Iterator, Sequence
from typing import Any

from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, examples_of, updates_of
from domain.mails import MailState
from domain.offers import Known
from domain.placeholder import PLACEHOLDER, in_words
from domain.values import Message
from domain.view import LifecycleView
from starter.answers.catalogue import command_of
from starter.console.fields import FieldOption, options_of


def example_of(kind: Kind[Any], update: str) -> str:
    """One that sends the example of an update; where there is none, with what is required."""
    said = examples_of(kind).get(update)
    shared = [f"--reason {_quoted(said.reason)}"] if said and said.reason else []
    shared += [f"--by {said.by}"] if said else []
    return " ".join(["tenure", command_of(kind.name, update), kind.id_example, *_own(kind, update, said), *shared])


def _own(kind: Kind[Any], update: str, said: Message | None) -> Iterator[str]:
    for option in _shown(kind, update):
        value: Any = said
        for name in option.path:
            value = getattr(value, name, None)
        if option.is_flag:
            yield option.option
        elif option.is_file:
            yield f"{option.option} {option.option.lstrip('-')}.json"
        else:
            several = value if option.is_repeated else [value]
            words = [option.placeholder if each is None else _quoted(str(each)) for each in several or [None]]
            yield from (f"{option.option} {word}" for word in words)


def fitting(view: LifecycleView, update: str) -> str:
    """As far as it is known what to say; what only people know is left to them, and refused until it is there."""
    kind = KINDS[Lifecycle(view.lifecycle)]
    words = ["tenure", command_of(view.lifecycle, update), view.id]
    known = {**_known(view), **kind.known(view)}.get(update)
    if known == {}:
        return " ".join(words)
    model = updates_of(kind)[update].message
    for option in _shown(kind, update):
        if option.is_flag:
            required = model.model_fields[option.path[0]].is_required()
            words.append(option.option if required else f"[{option.option}]")
        else:
            words.append(f"{option.option} {_left_open(option, (known or {}).get(option.name, ()))}")
    return " ".join([*words, f"--reason {PLACEHOLDER}"] if model.model_fields["reason"].is_required() else words)


def _left_open(option: FieldOption, known: Sequence[str]) -> str:
    """What is known, if it is one thing; else a placeholder, with the choices there are."""
    if option.is_file:
        return option.placeholder
    if len(known) == 1:
        return known[0]
    choices = known or [str(each) for each in option.choices]
    return _quoted(f"{PLACEHOLDER}: {in_words(choices)}") if choices else PLACEHOLDER


def _known(view: LifecycleView) -> Known:
    """Of what operators may send to every lifecycle."""
    return {
        "settle_mail": {"mail": _mails(view, MailState.UNKNOWN) or _mails(view, MailState.REFUSED)},
        "retry_mail": {"mail": _mails(view, MailState.REFUSED)},
        "send_again": {"mail": _mails(view, MailState.SENT)},
        "settle_step": {"step": [failing.step for failing in view.failing][:1]},
        "acknowledge": {"alert": view.jeopardy[:1]},
    }


def _mails(view: LifecycleView, state: MailState) -> list[str]:
    return [mail.key for mail in view.mails if mail.state is state][:1]


def _shown(kind: Kind[Any], update: str) -> Iterator[FieldOption]:
    """Options of an update that its example has, or that are required."""
    said = examples_of(kind).get(update)
    given, model = (said.model_fields_set if said else frozenset()), updates_of(kind)[update].message
    for option in options_of(model):
        if option.path[0] in given or model.model_fields[option.path[0]].is_required():
            yield option


def _quoted(text: str) -> str:
    """For a shell; with double quotes where that is easier to read."""
    return f'"{text}"' if "'" in text and not set('"$`\\!') & set(text) else shlex.quote(text)
