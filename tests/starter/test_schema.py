"""The contract on paper: everything that can be sent or answered, true to the workflows."""

import inspect
import json
from pathlib import Path
from typing import Any, get_type_hints

import pytest
from jsonschema import Draft202012Validator
from temporalio import workflow

from domain.mails import Lifecycle
from starter.catalogue import COMMANDS, STARTS, UPDATES, example, models
from starter.schemas import schema_of
from tests.starter.conftest import Tenure
from workflows.order import Order
from workflows.subscription import Subscription

STORIES = {Lifecycle.ORDER: Order, Lifecycle.SUBSCRIPTION: Subscription}


@pytest.mark.parametrize("lifecycle", STORIES)
def test_the_catalogue_has_exactly_the_updates_of_the_workflows(lifecycle: Lifecycle) -> None:
    definition = workflow._Definition.must_from_class(STORIES[lifecycle])
    taken = {name: update.arg_types[0] for name, update in definition.updates.items() if name and update.arg_types}

    assert taken == dict(UPDATES[lifecycle])
    assert set(taken) <= set(COMMANDS)


@pytest.mark.parametrize("lifecycle", STORIES)
def test_the_catalogue_has_what_starts_them(lifecycle: Lifecycle) -> None:
    hint = get_type_hints(inspect.unwrap(STORIES[lifecycle].__init__))

    assert STARTS[lifecycle] in next(iter(hint.values())).__args__


@pytest.mark.parametrize("name", models())
def test_every_schema_is_one(name: str) -> None:
    schema = schema_of(name)

    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"tenure:{name}"


@pytest.mark.parametrize("name", [name for name in models() if example(name)])
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
    assert json.loads((tmp_path / "schemas/state.json").read_text()) == schema_of("state")


def test_a_directory_that_cannot_be_written_is_named(tenure: Tenure, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    answered = tenure("schema", "--out", tmp_path / "file")

    assert answered.code == 2
    assert "--out: cannot be written" in answered.err
