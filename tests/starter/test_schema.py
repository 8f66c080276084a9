"""The contract on paper: everything that can be sent or answered, true to the workflows."""

import inspect
import json
import pkgutil
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pytest
from jsonschema import Draft202012Validator
from temporalio import workflow

import starter
from adapters.temporal import phrases
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, updates_of
from starter.answers import hub, hub_kpi, lists, schemas, screening, wholesale
from starter.answers import lifecycle as answers
from starter.answers import tools as tool_answers
from starter.answers.catalogue import ANSWERS, command_of, example, models
from starter.answers.lifecycle import Answer
from starter.answers.lists import ListAnswer, list_answer
from starter.commands.schemas import schema_of
from tests.starter.conftest import Tenure
from tests.support.one_item import in_one_item
from workflows.device import DeviceLoan
from workflows.order import Order
from workflows.subscription import Subscription
from workflows.trial import Trial

STORIES = {
    Lifecycle.ORDER: Order,
    Lifecycle.SUBSCRIPTION: Subscription,
    Lifecycle.TRIAL: Trial,
    Lifecycle.DEVICE: DeviceLoan,
}


@pytest.mark.parametrize("lifecycle", STORIES)
def test_the_catalogue_has_exactly_the_updates_of_the_workflows(lifecycle: Lifecycle) -> None:
    definition = workflow._Definition.must_from_class(STORIES[lifecycle])
    taken = {name: update.arg_types[0] for name, update in definition.updates.items() if name and update.arg_types}

    assert taken == {name: update.message for name, update in updates_of(KINDS[lifecycle]).items()}


@pytest.mark.parametrize("lifecycle", STORIES)
def test_the_catalogue_has_what_starts_them(lifecycle: Lifecycle) -> None:
    hint = get_type_hints(inspect.unwrap(vars(STORIES[lifecycle])["__init__"]))

    assert KINDS[lifecycle].start in next(iter(hint.values())).__args__


def patterns(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict) and isinstance(found := schema.get("pattern"), str):
        yield found
    for inner in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else []:
        yield from patterns(inner)


def test_every_pattern_of_a_field_has_words_for_people() -> None:
    asked = {each for name in models() if not name.startswith("answer.") for each in patterns(schema_of(name))}

    assert asked == set(phrases.SHAPES)


def test_an_update_has_the_command_of_its_own_lifecycle() -> None:
    assert command_of("device", "hand_over") == "device hand-over"
    assert command_of("device", "hold") == "device hold"
    assert command_of("order", "clear_compliance") == "order clear"


def answers_of(answer: type[Answer]) -> Iterator[type[Answer]]:
    """Every kind of answer there is, wherever in starter/ it stands."""
    for kind in answer.__subclasses__():
        yield kind
        yield from answers_of(kind)


def test_every_answer_is_listed() -> None:
    for module in pkgutil.iter_modules(starter.__path__):
        import_module(f"starter.{module.name}")

    lists = {list_answer(kind) for kind in KINDS.values()}
    made = {answer for answer in answers_of(Answer) if issubclass(answer, ListAnswer)} - lists

    assert set(answers_of(Answer)) - made <= set(models().values())
    assert {answer.__name__ for answer in made} <= {"ListAnswer", "CardListAnswer"}  # of a made-up row of the table


@cache
def in_answers() -> set[str]:
    """Every answer and its parts, by name."""
    parts = {part for model in ANSWERS.values() for part in model.model_json_schema().get("$defs", {})}
    return parts | {model.__name__ for model in ANSWERS.values()}


@pytest.mark.parametrize(
    "home", [answers, tool_answers, lists, screening, wholesale, hub, hub_kpi], ids=lambda home: home.__name__
)
def test_every_model_of_an_answer_is_listed_or_part_of_one(home: ModuleType) -> None:
    """Also of what is answered line by line, or as a list."""
    own = {found for found in vars(home).values() if isinstance(found, type) and found.__module__ == home.__name__}
    bases = {"Answer", "ListAnswer", "Listed", "OfAnInstant"}

    assert {model.__name__ for model in own} - bases <= in_answers()


@in_one_item("name", models())
def test_every_schema_is_one(name: str) -> None:
    schema = schema_of(name)

    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"tenure:{name}"


@in_one_item("name", [name for name in models() if example(name)])
def test_every_example_fits_its_schema(name: str) -> None:
    schema = schema_of(name)

    Draft202012Validator(schema).validate(schema["examples"][0])


def test_the_examples_of_the_readme_fit_too() -> None:
    order = json.loads((Path(__file__).parents[2] / "examples/order.json").read_text())

    Draft202012Validator(schema_of("order.start")).validate(order)


def test_names_are_listed_one_is_printed_all_are_written(tenure: Tenure, tmp_path: Path) -> None:
    listed: list[str] = [line.split()[0] for line in tenure("schema").out.splitlines()[1:]]
    printed: dict[str, Any] = tenure("schema", "order.cancel").json
    written = tenure("schema", "--out", tmp_path / "schemas")

    assert listed == list(models())
    assert printed == schema_of("order.cancel")
    assert printed["required"] == ["by", "reason"]
    assert set(tenure("schema", "--json").json) == set(models())
    assert written.code == 0
    assert {file.stem for file in (tmp_path / "schemas").iterdir()} == set(models())
    assert (tmp_path / "schemas/state.json").read_text() == schemas.written(schema_of("state"))
    written_one = tenure("schema", "state", "--out", tmp_path, "--json").json
    assert written_one == {"warnings": [], "written": [str(tmp_path / "state.json")]}


def test_a_directory_that_cannot_be_written_is_named(tenure: Tenure, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    answered = tenure("schema", "--out", tmp_path / "file")

    assert answered.code == 2
    assert "--out: cannot be written" in answered.err
