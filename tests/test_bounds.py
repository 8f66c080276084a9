"""Whatever people or other lives may send is bounded: no text, number or list of any size gets into a workflow."""

from collections.abc import Iterator
from typing import Any

import pytest
from pydantic import AwareDatetime, BaseModel, Field, TypeAdapter

from domain import deadlines, events, mails, row, standing, view
from domain.checks import Judged
from domain.lifecycle import LifecycleState
from domain.values import Message, Model, Signal
from tests.makers import some
from workflows.registry import WORKFLOWS

BOUNDS = {
    "str": ("max_length", "pattern"),
    "bytes": ("max_length",),
    "int": ("le", "lt"),
    "float": ("le", "lt"),
    "decimal": ("le", "lt"),
    "datetime": ("le", "lt"),
    "date": ("le", "lt"),
    "timedelta": ("le", "lt"),
    "list": ("max_length",),
    "set": ("max_length",),
    "frozenset": ("max_length",),
    "dict": ("max_length",),
    "any": ("nothing bounds it",),
}
"""By kind of schema: one of these must be said. A tuple needs a bound when it goes on and on."""


def unbounded(schema: Any, way: str = "", known: dict[str, Any] | None = None) -> Iterator[str]:
    """The ways to everything that may be of any size."""
    known = (known or {}) | {each["ref"]: each for each in schema.get("definitions", ())}
    kind = schema["type"]
    if kind == "definition-ref":
        yield from unbounded(known[schema["schema_ref"]], way, known)
        return
    endless = kind == "tuple" and "variadic_item_index" in schema
    if any(kind == each or endless for each in BOUNDS) and not any(
        bound in schema for bound in BOUNDS.get(kind, ("max_length",))
    ):
        yield way
    for name, inner in parts(schema):
        yield from unbounded(inner, f"{way}.{name}".strip(".") if name else way, known)


def parts(schema: Any) -> Iterator[tuple[str, Any]]:
    for name, field in schema.get("fields", {}).items():
        yield name, field["schema"]
    for name in ("schema", "items_schema", "keys_schema", "values_schema", "choices"):
        inner = schema.get(name)
        several = inner.values() if isinstance(inner, dict) and "type" not in inner else inner
        for each in several if isinstance(several, (list, type({}.values()))) else [inner] if inner else []:
            yield "", each[0] if isinstance(each, tuple) else each


def below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for known in model.__subclasses__():
        yield known
        yield from below(known)


SENT = sorted(
    (each for kind in (Message, Signal) for each in below(kind) if each.__module__.startswith("domain.")),
    key=lambda model: model.__name__,
)


def test_every_field_of_what_is_sent_has_a_bound() -> None:
    endless = {model: list(unbounded(TypeAdapter(model).core_schema)) for model in some(SENT)}
    assert not {model: ways for model, ways in endless.items() if ways}


class Endless(Model):
    """Everything that must be found."""

    text: str
    number: int
    texts: tuple[str, ...] = Field(max_length=3)
    numbers: tuple[bool, ...] = ()
    listed: list[bool] = []
    named: dict[str, int] = {}
    at: AwareDatetime | None = None
    anything: Any = None


def test_what_has_no_bound_is_found() -> None:
    found = set(unbounded(TypeAdapter(Endless).core_schema))
    assert found == {"text", "number", "texts", "numbers", "listed", "named", "at", "anything"}


@pytest.mark.parametrize("story", WORKFLOWS, ids=lambda story: story.__name__)
def test_a_signal_takes_a_signal_and_everything_else_a_message(story: Any) -> None:
    """What reaches a workflow is one of the two: judged when it arrives, or read the same for ever."""
    defined = story.__temporal_workflow_definition
    signals = [(Signal, signal) for signal in defined.signals.values()]
    updates = [(Message, update) for update in defined.updates.values()]
    taken = [(handler.name, kind, given) for kind, handler in [*signals, *updates] for given in handler.arg_types or ()]
    for name, kind, given in some(taken):
        assert issubclass(given, kind), name


def judged(schema: Any) -> Iterator[Judged]:
    if isinstance(found := schema.get("function", {}).get("function"), Judged):
        yield found
    for _, inner in parts(schema):
        yield from judged(inner)


def test_a_signal_is_never_asked_about_a_library() -> None:
    """It is read at every replay: its checks are bounds and patterns, which never change."""
    assert not [model for model in some(below(Signal)) if list(judged(TypeAdapter(model).core_schema))]


def test_no_model_says_in_an_error_what_it_was_given() -> None:
    """pydantic's `input_value` would reach the history and the log."""
    ours = [each for each in below(BaseModel) if each.__module__.split(".")[0] in {"domain", "activities", "workflows"}]
    assert not [model for model in some(ours) if not model.model_config.get("hide_input_in_errors")]


KEPT_IN = (events, mails, deadlines, view, standing, row)
KEEPERS = [
    each
    for each in below(BaseModel)
    if not issubclass(each, Message)
    and (
        issubclass(each, LifecycleState)
        or each.__module__ in {room.__name__ for room in KEPT_IN}
        or each.__module__.startswith("activities.")
    )
]
"""What holds a message's words on: states, events, letters, and what activities are asked."""


def of_itself(schema: Any, *, nested: bool = False) -> Iterator[Judged]:
    """The checks of a model's own fields; a message or a form inside brings its own, and was judged by them."""
    if schema["type"] == "model" and nested:
        return
    if isinstance(found := schema.get("function", {}).get("function"), Judged):
        yield found
    for _, inner in parts(schema):
        yield from of_itself(inner, nested=nested or schema["type"] == "model-fields")


def test_what_holds_a_message_s_words_is_not_narrower_than_the_message() -> None:
    """Nothing is judged a second time: a note that the message allowed and the state refused stood still for ever."""
    assert not [model for model in some(KEEPERS) if list(of_itself(TypeAdapter(model).core_schema))]
