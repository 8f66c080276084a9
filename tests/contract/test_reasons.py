"""Codes of refusals: every message of the contract, damaged at every place, is refused with a code and that place."""

import ast
import copy
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from temporalio.exceptions import ApplicationError

from activities.errors import problems_of, refused_by
from adapters.temporal import phrases
from adapters.temporal.phrases import Wrong
from domain.case.messages import OpenCase
from domain.option.messages import OptionKind, RequestOption
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.messages import PlaceOrder
from domain.reasons import Problem, Reason
from domain.trial.messages import ConvertTrial, EditServices, StartTrial
from domain.values import Model, Refused
from starter.console.models import judged
from tests.cases import an_opening
from tests.makers import a_form, a_graduation, a_renewal, a_trial, an_order, some
from tests.options import a_request
from tests.support.one_item import in_one_item
from tools import contract, schemas
from tools.compatibility import gaps

SAID = {name: entry for name, entry in schemas.entries().items() if entry.said is not None}
ROOMS = ("domain", "activities", "adapters", "workflows")

Way = tuple[str | int, ...]

OF_ANY_NAME = ("packages", "add_ons")
"""Objects whose keys are names of a catalogue: the catalogue refuses one it does not know. WHS-10"""


def said(name: str) -> Any:
    return json.loads(schemas.one_line(SAID[name].said))  # type: ignore[arg-type]


def places(document: Any, way: Way = ()) -> Iterator[Way]:
    """Every field and entry, outer ones first."""
    inside = (
        document.items() if isinstance(document, dict) else enumerate(document) if isinstance(document, list) else ()
    )
    for part, value in inside:
        yield (*way, part)
        yield from places(value, (*way, part))


def at(document: Any, way: Way) -> Any:
    for part in way:
        document = document[part]
    return document


def with_value(document: Any, way: Way, value: Any) -> Any:
    changed = copy.deepcopy(document)
    at(changed, way[:-1])[way[-1]] = value
    return changed


def refused(name: str, document: Any) -> list[Problem]:
    found = judged(SAID[name].model, document)
    assert isinstance(found, Wrong), document
    assert found.problems
    return list(found.problems)


@in_one_item("name", SAID)
def test_another_type_at_any_place_is_refused_with_that_place(name: str) -> None:
    document = said(name)
    for way in some(places(document)):
        value: Any = {"of another": "type"} if not isinstance(at(document, way), dict) else ["of another type"]
        field = phrases.as_path(way)
        found = refused(name, with_value(document, way, value))
        assert [problem for problem in found if problem.field is not None and problem.field.startswith(field)], (
            field,
            found,
        )
        assert {problem.code for problem in found} <= {Reason.WRONG_TYPE, Reason.NOT_ONE_OF, Reason.WRONG_FORM}, found


@in_one_item("name", SAID)
def test_a_misspelt_field_is_unknown_and_the_one_that_is_missing_is_required(name: str) -> None:
    document = said(name)
    for way in some([(), *(way for way in places(document) if isinstance(at(document, way), dict))]):
        if way and way[-1] in OF_ANY_NAME:
            continue
        field = phrases.as_path((*way, "no_such_field"))
        found = refused(name, with_value(document, (*way, "no_such_field"), 1))
        assert [(problem.code, problem.field) for problem in found] == [(Reason.UNKNOWN_FIELD, field)]
    for required in some(schemas.schema_of(name)["required"]):
        found = refused(name, {field: value for field, value in document.items() if field != required})
        assert (Reason.REQUIRED, required) in [(problem.code, problem.field) for problem in found]


@in_one_item("name", SAID)
def test_what_was_left_to_replace_is_a_placeholder_wherever_it_stands(name: str) -> None:
    document = said(name)
    for way in some(way for way in places(document) if isinstance(at(document, way), str)):
        (problem,) = refused(name, with_value(document, way, "REPLACE-ME"))
        assert (problem.code, problem.field) == (Reason.PLACEHOLDER, phrases.as_path(way))


@in_one_item("name", SAID)
def test_what_is_too_big_or_cannot_be_printed_is_refused_before_it_is_sent(name: str) -> None:
    """As the door of the workflow does."""
    assert [each.code for each in refused(name, said(name) | {"by": "x" * phrases.LARGEST})] == [Reason.TOO_BIG]
    (problem,) = refused(name, said(name) | {"by": "a\u0000b"})
    assert (problem.code, problem.field) == (Reason.WRONG_FORM, "by")


def a_document(message: Model, **changed: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(message.model_dump_json())
    return document | changed


TRIAL = a_document(a_trial("T-1"))
A_DEVICE = {"device_id": "D-1", "model": "Desk", "serial_number": "F-1", "expires_on": "2031-01-31T15:00:00Z"}
CONFIRMED, ASKED = {"confirmed_organization": True}, {"contact_is_full_administrator": True}
ENTERPRISE = {"url": "a.webex.example", "zone": "Asia/Tokyo"}

RULES: list[tuple[type[Model], dict[str, Any], str, str]] = [
    (StartTrial, TRIAL | {"supported_location": False}, "supported_location", "TRL-12"),
    (StartTrial, TRIAL | {"services": ["meetings_enterprise"]}, "site", "TRL-14"),
    (StartTrial, TRIAL | {"site": ENTERPRISE}, "site", "TRL-14"),
    (StartTrial, TRIAL | {"services": ["meetings", "meetings_enterprise"], "site": ENTERPRISE}, "services", "AMB-52"),
    (StartTrial, TRIAL | {"partner": TRIAL["partner"] | {"id": TRIAL["customer"]["id"]}}, "customer", "TRL-03"),
    (StartTrial, TRIAL | {"customer": TRIAL["customer"] | {"country": "KP"}}, "customer.country", "TRL-11"),
    (StartTrial, TRIAL | {"devices": [A_DEVICE, A_DEVICE]}, "devices", "TRL-15"),
    (StartTrial, TRIAL | {"kind": "existing_customer"} | ASKED, "confirmed_organization", "TRL-22"),
    (StartTrial, TRIAL | {"kind": "existing_customer"} | CONFIRMED, "administrators", "TRL-24"),
    (EditServices, {"by": "ops-7"}, "add", "TRL-51"),
    (EditServices, {"by": "ops-7", "add": ["calling"], "remove": ["calling"]}, "add", "TRL-51"),
    (EditServices, {"by": "ops-7", "add": ["calling"], "site": ENTERPRISE}, "site", "TRL-14"),
    (PlaceOrder, a_document(an_order("SO-1"), subscription_id="sub-1"), "subscription_id", "ORD-01"),
    (PlaceOrder, a_document(a_renewal("SO-1"), subscription_id=None), "subscription_id", "REN-01"),
    (PlaceOrder, a_document(a_renewal("SO-1"), converts_trial="T-1"), "converts_trial", "TRL-60"),
    (ProvisioningForm, a_document(a_form(), number_of_sites=7), "number_of_sites", "ORD-32"),
    (GraduationForm, a_document(a_graduation(), outstanding_issues=""), "outstanding_issues", "ORD-30"),
    (GraduationForm, a_document(a_graduation(), copy_email=None), "copy_email", "ORD-30"),
    (RequestOption, a_document(a_request(), language=None), "language", "OPT-02"),
    (RequestOption, a_document(a_request(), kind="logo"), "language", "OPT-02"),
    (RequestOption, a_document(a_request(OptionKind.OTHER), text=None), "text", "OPT-04"),
    (OpenCase, a_document(an_opening(), organization_id=None), "organization_id", "SUP-40"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "document", "field", "rule"), RULES, ids=lambda each: getattr(each, "__name__", None)
)
def test_a_rule_between_fields_names_the_field_to_change_and_itself(
    model: type[Model], document: dict[str, Any], field: str, rule: str
) -> None:
    found = judged(model, document)
    assert isinstance(found, Wrong)
    (problem,) = found.problems
    assert (problem.code, problem.field, problem.rule) == (Reason.CONTRADICTION, field, rule)


def test_a_rule_of_an_inner_message_is_named_from_the_outside() -> None:
    order = a_document(a_renewal("SO-1"), subscription_id=None)
    person = a_document(a_trial("T-1").partner.contact)
    convert = {"by": "ops-7", "tier": 1, "services": ["meetings"], "order": order, "provisioning_contact": person}
    found = judged(ConvertTrial, convert)
    assert isinstance(found, Wrong)
    assert [(each.code, each.field) for each in found.problems] == [(Reason.CONTRADICTION, "order.subscription_id")]


@pytest.mark.parametrize(
    ("words", "rule"),
    [
        ("no trial ABC-12 is known here (AMB-53)", "AMB-53"),
        ("was already taken (R9)", "R9"),
        ("it is shipped (AMB-41: shipping is the point of no return)", "AMB-41"),
        ("is being renewed by SO-R1", None),
    ],
)
def test_the_rule_is_the_one_that_the_words_name_and_never_an_id(words: str, rule: str | None) -> None:
    assert Problem.of(Reason.UNKNOWN, words).rule == rule


def test_a_failure_of_another_release_is_read_as_far_as_it_can_be() -> None:
    newer = {"code": "of_a_newer_release", "field": None, "rule": None, "message": "no"}
    assert problems_of(ApplicationError("no", newer, type="Refused")) == []
    for details in some([(), (newer,)]):
        refused_again = refused_by(ApplicationError("services: no", *details, type="Refused"))
        assert (str(refused_again), refused_again.problem.code) == ("services: no", Reason.NOT_POSSIBLE)


# Every refusal has a code of its own.


def refusals_of(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == Refused.__name__:
            yield node


def test_nothing_is_refused_without_a_code() -> None:
    """`not_possible` is for what an older release wrote."""
    bare = [
        f"{file.relative_to(schemas.ROOT)}:{call.lineno}"
        for room in ROOMS
        for file in sorted((schemas.ROOT / room).rglob("*.py"))
        for call in refusals_of(file)
        if not any(keyword.arg == "code" for keyword in call.keywords)
    ]
    assert [place for place in bare if not place.startswith(("activities/errors.py", *INSIDE))] == []


INSIDE = (
    "domain/device/letters.py",
    "domain/subscription/letters.py",
    "domain/trial/letters.py",
    "domain/order/letters.py",
    "domain/option/letters.py",
    "domain/case/letters.py",
    "domain/wholesale/letters.py",
)
"""What a mail lacks: said to operators in the ledger, never to somebody who asked."""


def test_every_kind_of_refusal_has_a_code_of_its_own() -> None:
    import adapters.sql.store  # noqa: F401 - defines the store's

    kinds = set(_below(Refused))
    assert kinds
    bare = {kind.__name__ for kind in kinds if kind.code is Reason.NOT_POSSIBLE}
    assert bare == {"MailStateRefused"}  # of the ledger: nobody outside is ever told


def _below(kind: type[Refused]) -> Iterator[type[Refused]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


@in_one_item("reason", Reason)
def test_a_code_reads_as_one_and_is_told_on_the_page(reason: Reason) -> None:
    assert reason == reason.lower().replace("-", "_")
    assert f"| `{reason}` | {reason.meaning} |" in contract.page((schemas.ROOT / contract.PAGE).read_text("utf-8"))


# The gate.


def mutated(schema: dict[str, Any], change: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    changed = copy.deepcopy(schema)
    change(changed)
    return changed


def without(code: str) -> Callable[[dict[str, Any]], Any]:
    return lambda schema: schema["x-tenure-stable-values"]["code"].remove(code)


def test_a_code_that_is_gone_or_renamed_breaks_readers_and_one_more_does_not() -> None:
    schema = schemas.schema_of(schemas.PROBLEM)
    fewer = mutated(schema, without(Reason.HELD))
    assert [gap.narrower for gap in gaps(fewer, schema)] == [Reason.HELD]
    assert gaps(schema, fewer) == []
    problem = schemas.broken(
        schemas.PROBLEM, mutated(schema, lambda it: it["x-tenure-stable-values"]["code"].append("old")), schema
    )
    assert problem is not None
    assert "code: value was old, is gone" in problem
