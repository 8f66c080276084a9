"""Ids as people type them: a lifecycle's own, such as an SO#, or its workflow's."""

from functools import cache
from typing import Annotated, Any, NamedTuple

from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.kind import Kind
from domain.lifecycle import Lifecycle, workflow_id
from domain.lifecycles import KINDS
from domain.values import Message
from starter.console.exits import bad


class Subject(NamedTuple):
    """Which lifecycle a command is about."""

    lifecycle: Lifecycle
    id: str

    @property
    def workflow_id(self) -> str:
        """`order-SO-100001`."""
        return workflow_id(self.lifecycle, self.id)

    def __str__(self) -> str:
        return f"{KINDS[self.lifecycle].one} {self.id}"


def kind_of(start: Message) -> Kind[Any]:
    """Whose start it is."""
    return next(kind for kind in KINDS.values() if type(start) is kind.start)


def subject_of(start: Message) -> Subject:
    """What it starts."""
    kind = kind_of(start)
    return Subject(kind.name, getattr(start, kind.id_field))


def subject(lifecycle: Lifecycle, text: str) -> Subject:
    """Of one lifecycle: `SO-100001`, or `order-SO-100001`."""
    kind = KINDS[lifecycle]
    id_ = text.strip().removeprefix(f"{lifecycle}-")
    if _is_id(kind, id_):
        return Subject(lifecycle, id_)
    example = kind.id_example
    if id_.islower() and _is_id(kind, id_.upper()):
        raise bad(f"must be in capital letters, such as {example}", "ID")
    raise bad(f"must be an id such as {example}, or {kind.workflow_id(example)}", "ID")


def any_of(text: str) -> list[Subject]:
    """What it may mean: a workflow id means one thing, any other id something of each lifecycle that has such ids."""
    text = text.strip()
    for lifecycle in KINDS:
        if text.startswith(f"{lifecycle}-"):
            return [subject(lifecycle, text)]
    found = [Subject(kind.name, text) for kind in KINDS.values() if _is_id(kind, text)]
    if not found:
        known = ", ".join(kind.id_example for kind in KINDS.values())
        raise bad(f"must be an id such as {known}, or a workflow's", "ID")
    return found


def _is_id(kind: Kind[Any], text: str) -> bool:
    """As the field of its start has it."""
    try:
        _id_of(kind.start, kind.id_field).validate_python(text)
    except ValidationError:
        return False
    return True


@cache
def _id_of(start: type[BaseModel], name: str) -> TypeAdapter[Any]:
    field = start.model_fields[name]
    type_: Any = Annotated[field.annotation, field]
    return TypeAdapter(type_)
