"""The promise to upstream systems: schemas change only in ways that break nobody, or get a new version."""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import pytest
from jsonschema import Draft202012Validator

from starter.answers.schemas import written
from tests.support.one_item import in_one_item
from tools import contract, schemas
from tools.compatibility import gaps

Schema = dict[str, Any]
Mutation = Callable[[Schema], Any]

COMMITTED = sorted((schemas.ROOT / schemas.SCHEMAS).glob("v*/*.json"))


def test_no_schema_breaks_what_was_promised() -> None:
    problems = list(schemas.breaches(schemas.kept))
    assert not problems, "\n\n".join(problems)


def test_schemas_and_page_are_as_the_code_says() -> None:
    stale = sorted(contract.stale())
    assert not stale, f"not up to date: {', '.join(stale)}. Run: python -m tools.contract --write"


@in_one_item("name", schemas.entries())
def test_every_schema_is_one_and_its_example_fits_it(name: str) -> None:
    schema = schemas.schema_of(name)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == f"tenure:v{schema['x-tenure-version']}/{name}"
    assert ("examples" in schema) is not schemas.entries()[name].is_answer
    for said in schema.get("examples", ()):
        Draft202012Validator(schema).validate(said)


@in_one_item("file", COMMITTED)
def test_examples_we_published_are_still_accepted(file: Path) -> None:
    """Rules between fields, and of texts, are beyond JSON Schema: what we once showed as valid has to stay so."""
    schema = json.loads(file.read_text(encoding="utf-8"))
    if schema["x-tenure-version"] == schemas.VERSIONS.get(file.stem, 1) and file.stem not in schemas.RETIRED:
        for said in schema.get("examples", ()):
            schemas.entries()[file.stem].model.model_validate(said)


def test_every_field_of_an_answer_is_always_there() -> None:
    """What the schema calls required is what we send: the converter leaves nothing out."""
    state = {"type": "object"} | schemas.schema_of(schemas.ANSWER)
    assert state["required"] == list(state["properties"])
    assert state["additionalProperties"] is True
    assert '"enum"' not in written(state)


# Proof of the gate.

ORDER: Schema = json.loads(written(schemas.schema_of("order.start")))
VIEW: Schema = json.loads(written(schemas.schema_of(schemas.ANSWER)))


def at(schema: Schema, *path: str) -> Schema:
    """A part of a schema."""
    found: Any = schema
    for name in path:
        found = found[name]
    return cast(Schema, found)


def field(schema: Schema, name: str) -> Schema:
    """A field of the whole."""
    return at(schema, "properties", name)


BREAKING: dict[str, tuple[Mutation, str]] = {
    "a field removed": (lambda s: s["properties"].pop("term_months"), "term_months: property"),
    "a field of a part removed": (
        lambda s: at(s, "$defs", "Person", "properties").pop("phone"),
        "customer.contact.phone: property",
    ),
    "an optional field required": (lambda s: s["required"].append("placed_at"), "placed_at: required"),
    "a new required field": (
        lambda s: (s["properties"].update(budget={"type": "string"}), s["required"].append("budget")),
        "budget: required",
    ),
    "another type": (lambda s: field(s, "term_months").update(type="string"), "term_months: type"),
    "a number that must be an integer": (lambda s: field(s, "number").update(type="integer"), "number: type"),
    "no null any more": (
        lambda s: s["properties"].update(subscription_id=field(s, "subscription_id")["anyOf"][0] | {"default": None}),
        "subscription_id: type",
    ),
    "a value removed": (lambda s: at(s, "$defs", "Offering")["enum"].remove("port"), "items[].offering: enum"),
    "a list of values where any text was": (
        lambda s: at(s, "$defs", "Customer", "properties", "zone").update(enum=["Asia/Tokyo"]),
        "customer.zone: enum",
    ),
    "another pattern": (lambda s: field(s, "by").update(pattern="^[a-z]+$"), "by: pattern"),
    "a pattern where none was": (
        lambda s: at(s, "$defs", "Person", "properties", "first_name").update(pattern="^[A-Z]"),
        "customer.contact.first_name: pattern",
    ),
    "a format where none was": (lambda s: field(s, "by").update(format="email"), "by: format"),
    "a higher minimum": (lambda s: field(s, "term_months").update(minimum=2), "term_months: minimum"),
    "a lower maximum": (lambda s: field(s, "term_months").update(maximum=60), "term_months: maximum"),
    "shorter texts": (
        lambda s: at(s, "$defs", "Customer", "properties", "company").update(maxLength=100),
        "customer.company: maxLength",
    ),
    "fewer items": (lambda s: field(s, "items").update(maxItems=10), "items: maxItems"),
    "a limit in one alternative": (
        lambda s: field(s, "reason")["anyOf"][0].update(maxLength=10),
        "reason: maxLength",
    ),
    "unknown fields refused": (lambda s: field(s, "labels").update(additionalProperties=False), "labels: additional"),
    "other fields of another type": (
        lambda s: field(s, "labels").update(additionalProperties={"type": "integer"}),
        "labels.*: type",
    ),
    "another meaning of a field left out": (lambda s: field(s, "kind").update(default="renewal"), "kind: default"),
    "a keyword nobody has a rule for": (lambda s: field(s, "items").update(uniqueItems=True), "items: uniqueItems"),
}

HARMLESS: dict[str, Mutation] = {
    "texts": lambda s: (s.update(title="X", description="Y", examples=[]), field(s, "by").update(description="Z")),
    "our own keywords": lambda s: s.update({"x-anything": 1}),
    "a new optional field": lambda s: s["properties"].update(budget={"type": "string"}),
    "a required field optional": lambda s: s["required"].remove("ordering_partner"),
    "a new value": lambda s: at(s, "$defs", "Offering")["enum"].append("lease"),
    "any value": lambda s: at(s, "$defs", "Offering").pop("enum"),
    "wider limits": lambda s: field(s, "term_months").update(minimum=0, maximum=240),
    "no pattern": lambda s: field(s, "by").pop("pattern"),
    "null as well": lambda s: s["properties"].update(
        by={"anyOf": [field(s, "by"), {"type": "null"}]},
    ),
    "a number where an integer was": lambda s: field(s, "term_months").update(type="number"),
    "unknown fields taken": lambda s: s.update(additionalProperties=True),
    "other terms for new lives": lambda s: at(s, "$defs", "OrderPolicy", "properties", "hold_overdue").update(
        default=9
    ),
    "a model renamed": lambda s: json.loads(json.dumps(s).replace("Person", "Human")),
    "a model written out": lambda s: s["properties"].update(customer=at(s, "$defs", "Customer")),
}


def an_input() -> Schema:
    """An order's start, with what it has not got."""
    schema = copy.deepcopy(ORDER)
    schema["properties"] |= {"number": {"type": "number"}, "labels": {"type": "object", "additionalProperties": True}}
    return schema


@pytest.mark.parametrize("change", BREAKING)
def test_a_breaking_change_of_a_message_is_found_and_named(change: str) -> None:
    mutation, named = BREAKING[change]
    today = an_input()
    mutation(today)

    found = schemas.broken("order.start", an_input(), today)

    assert found is not None
    assert f"\n  {named}" in found


@pytest.mark.parametrize("change", HARMLESS)
def test_a_harmless_change_of_a_message_is_let_through(change: str) -> None:
    today = an_input()
    changed = HARMLESS[change](today)
    today = changed if isinstance(changed, dict) and "$schema" in changed else today
    assert today != an_input()
    assert schemas.broken("order.start", an_input(), today) is None


BREAKING_ANSWERS: dict[str, tuple[Mutation, str]] = {
    "a field removed": (
        lambda s: (s["properties"].pop("stage"), s["required"].remove("stage")),
        "stage: required was required, is optional or absent",
    ),
    "a field perhaps absent": (lambda s: s["required"].remove("stage"), "stage: required"),
    "another type": (lambda s: field(s, "events").update(type="string"), "events: type was integer, is string"),
    "null where none was": (
        lambda s: s["properties"].update(stage={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "stage: type was string, is null",
    ),
    "a part of another type": (
        lambda s: at(s, "$defs", "Deadline", "properties", "at").update(type="integer"),
        "deadlines[].at: type",
    ),
    "instants no longer instants": (lambda s: field(s, "as_of").pop("format"), "as_of: format"),
    "other facts": (
        lambda s: field(s, "facts").update(additionalProperties={"type": "integer"}),
        "facts.*: type was string, is integer",
    ),
}

HARMLESS_ANSWERS: dict[str, Mutation] = {
    "texts": lambda s: s.update(description="X"),
    "a new field": lambda s: (s["properties"].update(budget={"type": "string"}), s["required"].append("budget")),
    "a new field of a part": lambda s: at(s, "$defs", "Step", "properties").update(budget={"type": "string"}),
    "a new value": lambda s: at(s, "$defs", "Mark")["x-tenure-known-values"].append("?"),
    "never null any more": lambda s: s["properties"].update(last_refusal={"type": "string"}),
}


@pytest.mark.parametrize("change", BREAKING_ANSWERS)
def test_a_breaking_change_of_an_answer_is_found_and_named(change: str) -> None:
    mutation, named = BREAKING_ANSWERS[change]
    today = copy.deepcopy(VIEW)
    mutation(today)

    found = schemas.broken(schemas.ANSWER, VIEW, today)

    assert found is not None
    assert f"\n  {named}" in found


@pytest.mark.parametrize("change", HARMLESS_ANSWERS)
def test_a_harmless_change_of_an_answer_is_let_through(change: str) -> None:
    today = copy.deepcopy(VIEW)
    HARMLESS_ANSWERS[change](today)
    assert today != VIEW
    assert schemas.broken(schemas.ANSWER, VIEW, today) is None


@in_one_item("name", schemas.entries())
def test_nothing_differs_from_itself(name: str) -> None:
    schema = schemas.schema_of(name)
    assert not gaps(schema, schema)


def test_a_model_that_contains_itself_ends() -> None:
    tree = {"properties": {"inner": {"$ref": "#/$defs/Tree"}, "size": {"maximum": 9}}, "type": "object"}
    was = {"$ref": "#/$defs/Tree", "$defs": {"Tree": tree}}
    now = json.loads(json.dumps(was).replace("9", "5"))
    assert not gaps(now, was)
    assert [gap.path for gap in gaps(was, now)] == ["size"]


# What the gate says and does.


@pytest.fixture
def broken_checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout whose committed contract promised more than the code keeps."""
    (tmp_path / schemas.SCHEMAS / "v1").mkdir(parents=True)
    for name in schemas.entries():
        (tmp_path / schemas.file_of(name)).write_text(written(schemas.schema_of(name)), encoding="utf-8")
    promised = json.loads(json.dumps(ORDER))
    promised["properties"]["budget"] = {"type": "string"}
    (tmp_path / schemas.file_of("order.start")).write_text(json.dumps(promised), encoding="utf-8")
    monkeypatch.setattr(schemas, "ROOT", tmp_path)
    return tmp_path


def test_a_broken_promise_is_not_overwritten_and_says_what_to_do(
    broken_checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    promised = (broken_checkout / schemas.file_of("order.start")).read_text(encoding="utf-8")

    assert contract.main(["--write"]) == 1

    said = capsys.readouterr().out
    assert "order.start would break systems that keep to docs/schemas/v1/order.start.json" in said
    assert "  budget: property was known, is unknown\n" in said
    assert 'raise "order.start" to 2 in VERSIONS of tools/schemas.py' in said
    assert (broken_checkout / schemas.file_of("order.start")).read_text(encoding="utf-8") == promised


def test_a_new_version_is_a_new_file_beside_the_old(broken_checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    promised = (broken_checkout / "docs/schemas/v1/order.start.json").read_text(encoding="utf-8")
    monkeypatch.setattr(schemas, "VERSIONS", {"order.start": 2})

    assert contract.main(["--write"]) == 0

    assert (broken_checkout / "docs/schemas/v1/order.start.json").read_text(encoding="utf-8") == promised
    second = json.loads((broken_checkout / "docs/schemas/v2/order.start.json").read_text(encoding="utf-8"))
    assert second["x-tenure-version"] == 2
    assert second["$id"] == "tenure:v2/order.start"
    assert contract.main([]) == 0


def test_a_message_nobody_takes_any_more_is_missed(broken_checkout: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (broken_checkout / "docs/schemas/v1/order.start.json").unlink()
    (broken_checkout / "docs/schemas/v1/order.forget.json").write_text("{}", encoding="utf-8")
    (problem,) = schemas.breaches(schemas.kept)
    assert problem.startswith("order.forget is in docs/schemas and nobody takes it any more")

    monkeypatch.setattr(schemas, "RETIRED", frozenset({"order.forget"}))
    assert not list(schemas.breaches(schemas.kept))
