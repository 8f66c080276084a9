"""The files people start from, and the messages operators paste: every one of them is valid."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from temporalio import workflow

from domain.account.account import RegisterAccount
from domain.case.examples import EXAMPLES as CASE_EXAMPLES
from domain.case.messages import OpenCase
from domain.case.standing import NAME as CASE
from domain.case.view import MISSED as CASE_ALERTS
from domain.compliance.examples import EXAMPLES as COMPLIANCE_EXAMPLES
from domain.compliance.messages import StartCheck
from domain.compliance.standing import NAME as COMPLIANCE
from domain.compliance.view import MISSED as COMPLIANCE_ALERTS
from domain.device.examples import EXAMPLES as DEVICE_EXAMPLES
from domain.device.messages import StartDeviceLoan
from domain.device.view import MISSED as DEVICE_ALERTS
from domain.lifecycle import Lifecycle, LifecycleState, workflow_id
from domain.lifecycles import KINDS, examples_of
from domain.operator_updates import NOT_EVERYWHERE, OPERATOR_EXAMPLES
from domain.option.examples import EXAMPLES as OPTION_EXAMPLES
from domain.option.messages import RequestOption
from domain.option.state import NAME as OPTION
from domain.option.view import MISSED as OPTION_ALERTS
from domain.order.examples import EXAMPLES as ORDER_EXAMPLES
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.messages import OrderKind, PlaceOrder, Terms
from domain.order.view import MISSED as ORDER_ALERTS
from domain.subscription.examples import EXAMPLES as SUBSCRIPTION_EXAMPLES
from domain.subscription.messages import StartSubscription
from domain.subscription.view import MISSED as SUBSCRIPTION_ALERTS
from domain.trial.examples import EXAMPLES as TRIAL_EXAMPLES
from domain.trial.messages import StartTrial
from domain.values import Message, Person
from domain.wholesale.examples import EXAMPLES as WHOLESALE_EXAMPLES
from domain.wholesale.messages import OnboardCustomer, WholesaleUser
from domain.wholesale.state import NAME as WHOLESALE
from domain.wholesale.view import MISSED as WHOLESALE_ALERTS
from starter.demo.acts import read_acts
from starter.intake.files import opened
from tests.lives import starts
from tests.makers import some
from workflows.case import SupportCase
from workflows.compliance import ComplianceCheck
from workflows.device import DeviceLoan
from workflows.option import OptionRequest
from workflows.order import Order
from workflows.subscription import Subscription
from workflows.trial import Trial
from workflows.wholesale import WholesaleCustomer

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = [
    name
    for path in sorted(EXAMPLES.rglob("*"))
    if path.is_file() and not (name := path.relative_to(EXAMPLES).as_posix()).startswith("hub/")
]
"""But for those of the hub: tests/starter/test_hub_imports.py."""

OTHERS = {"accounts.csv", "wholesale-users.csv", "screening/consolidated.csv"}
"""Tables of no starts: the tests of their commands read them."""

ALERTS = {
    "order": ORDER_ALERTS.keys(),
    "subscription": SUBSCRIPTION_ALERTS.keys(),
    "device": DEVICE_ALERTS.keys(),
    "option": OPTION_ALERTS.keys(),
    "case": CASE_ALERTS.keys(),
    "wholesale": WHOLESALE_ALERTS.keys(),
    "compliance": COMPLIANCE_ALERTS.keys(),
}
"""By lifecycle; a trial has none."""

STORIES = {
    Lifecycle.ORDER: (Order, ORDER_EXAMPLES),
    Lifecycle.SUBSCRIPTION: (Subscription, SUBSCRIPTION_EXAMPLES),
    Lifecycle.TRIAL: (Trial, TRIAL_EXAMPLES),
    Lifecycle.DEVICE: (DeviceLoan, DEVICE_EXAMPLES),
    OPTION: (OptionRequest, OPTION_EXAMPLES),
    CASE: (SupportCase, CASE_EXAMPLES),
    WHOLESALE: (WholesaleCustomer, WHOLESALE_EXAMPLES),
    COMPLIANCE: (ComplianceCheck, COMPLIANCE_EXAMPLES),
}
STARTS: Mapping[Lifecycle, type[Message]] = {
    Lifecycle.ORDER: PlaceOrder,
    Lifecycle.SUBSCRIPTION: StartSubscription,
    Lifecycle.TRIAL: StartTrial,
    Lifecycle.DEVICE: StartDeviceLoan,
    OPTION: RequestOption,
    CASE: OpenCase,
    WHOLESALE: OnboardCustomer,
    COMPLIANCE: StartCheck,
}
PARTS: Mapping[str, type[BaseModel]] = {
    "provisioning-form.json": ProvisioningForm,
    "graduation-form.json": GraduationForm,
    "trial-contact.json": Person,
}
"""Files that are a part of a message."""


def updates_of(lifecycle: Lifecycle) -> dict[str, type[Message]]:
    """The model of every update a story takes."""
    found = workflow._Definition.must_from_class(STORIES[lifecycle][0]).updates
    return {str(name): update.arg_types[0] for name, update in found.items() if update.arg_types}


def documents(name: str) -> list[dict[str, Any]]:
    """The JSON of a file, or of each of its lines."""
    text = (EXAMPLES / name).read_text(encoding="utf-8")
    return [json.loads(part) for part in (text.splitlines() if name.endswith(".jsonl") else [text]) if part.strip()]


def orders(name: str) -> list[PlaceOrder]:
    """The orders of a file."""
    return [PlaceOrder.model_validate(each) for each in documents(name)]


HANDED_IN = [kind for kind in reversed(KINDS.values()) if kind.handed_in]

PLACED = {
    document[kind.id_field]: document
    for name in FILES
    if "/" not in name and ".json" in name
    for document in documents(name)
    for kind in HANDED_IN
    if kind.id_field in document
}
"""Every start of the files, by its id."""


def read(name: str, document: dict[str, Any]) -> list[BaseModel]:
    """What one document of a file stands for; raises if it stands for nothing."""
    if name in PARTS:
        return [PARTS[name].model_validate(document)]
    if name.startswith("invented/"):
        lifecycle, update = name.removeprefix("invented/").split(".")[:2]
        models = updates_of(Lifecycle(lifecycle)) | {"start": STARTS[Lifecycle(lifecycle)]}
        return [models[update].model_validate(document)]
    if "at" in document:
        return [said(document)]
    if "zoid" in document:
        return [RegisterAccount.model_validate(document)]
    if "user_id" in document:
        return [WholesaleUser.model_validate(document)]
    start = next(kind.start for kind in HANDED_IN if kind.id_field in document)
    return [start.model_validate(document)]


def said(act: dict[str, Any]) -> BaseModel:
    """The message of an act: to the lifecycle it names, or one that takes it."""
    lifecycles = [Lifecycle(act["to"].partition("-")[0])] if "to" in act else list(KINDS)
    model = next(found for each in lifecycles if (found := updates_of(each).get(act["update"])))
    return model.model_validate(act["message"])


@pytest.mark.parametrize(
    "name",
    [
        name
        for name in FILES
        if name.endswith((".json", ".jsonl")) and not name.startswith("ui/") and name != "world.jsonl"
    ],
)
def test_every_file_is_valid(name: str) -> None:
    """Those of examples/ui are there to be filled in: tests/starter/test_desk.py."""
    assert [each for document in documents(name) for each in read(name, document)]


@pytest.mark.parametrize("name", [name for name in FILES if name.endswith(".csv") and name not in OTHERS])
def test_every_table_is_valid(name: str) -> None:
    with opened(
        EXAMPLES / name, {"by": "test"}, KINDS[Lifecycle.TRIAL if "trial" in name else Lifecycle.ORDER]
    ) as file:
        rows = list(file.rows())
    assert rows
    assert not [row for row in rows if isinstance(row.read, list)]


@pytest.mark.parametrize("name", ["orders.jsonl", "renewals.jsonl"])
def test_no_order_stands_twice(name: str) -> None:
    numbers = [order.sales_order_number for order in orders(name)]
    assert sorted(set(numbers)) == sorted(numbers)


def test_every_act_of_the_demo_is_a_message_its_story_takes() -> None:
    for act in some(read_acts(EXAMPLES / "world.jsonl")):
        if act.update is not None:
            assert said(act.model_dump())


def test_a_trial_of_the_demo_is_converted_by_the_order_that_is_placed_for_it() -> None:
    acts = [act for act in read_acts(EXAMPLES / "world.jsonl") if act.update == "convert" and act.place]
    assert acts
    for act in acts:
        assert act.message["order_number"] == act.place
        assert PLACED[str(act.place)]["converts_trial"] == act.to.removeprefix("trial-")


def test_every_act_of_the_demo_is_about_an_order_that_is_there() -> None:
    known = [*orders("orders.jsonl"), *orders("renewals.jsonl")]
    ids = {workflow_id(Lifecycle.ORDER, order.sales_order_number) for order in known}
    ids |= {workflow_id(Lifecycle.SUBSCRIPTION, order.subscription) for order in known}
    for act in some(read_acts(EXAMPLES / "world.jsonl")):
        assert act.to in ids or act.to.partition("-")[2] in PLACED or not act.to.startswith(("order-", "subscription-"))
        assert act.place is None or act.place in PLACED


def test_the_forms_fit_the_order_of_the_readme() -> None:
    """`tenure order submit-form` and `graduate` with these files are not refused for what is in them."""
    (order,) = orders("order.json")
    form = ProvisioningForm.model_validate(documents("provisioning-form.json")[0])
    handover = GraduationForm.model_validate(documents("graduation-form.json")[0])
    assert form.named_users + form.reserve == order.named_hosts
    assert handover.term_years * 12 == order.term_months
    assert handover.site_url == form.sites[0].url


def test_the_orders_of_the_demo_show_every_kind_of_life() -> None:
    """Both overage terms, a Tier-2, four languages, several countries; and renewals of subscriptions that are there."""
    new, renewals = orders("orders.jsonl"), orders("renewals.jsonl")
    assert {terms for order in new for terms in order.required_terms} == set(Terms)
    assert any(order.reselling_partner for order in new)
    assert {order.customer.contact.language for order in new} == {"ja", "ko", "fr", "en"}
    assert len({order.customer.country for order in new}) > 2
    continued = [order for order in renewals if order.kind is OrderKind.RENEWAL]
    assert continued
    assert {order.subscription for order in continued} <= {order.subscription for order in new}


@pytest.mark.parametrize("lifecycle", STORIES)
def test_there_is_a_valid_example_for_every_update(lifecycle: Lifecycle) -> None:
    examples = {**OPERATOR_EXAMPLES, **STORIES[lifecycle][1]}
    assert {name: type(example) for name, example in examples.items()} == updates_of(lifecycle)
    for example in examples.values():
        shown = example.model_dump_json(exclude_defaults=True)
        assert type(example).model_validate_json(shown) == example


@pytest.mark.parametrize("start", list(starts()), ids=lambda state: f"{state.lifecycle}-{state.subject}")
def test_the_desk_s_examples_name_what_a_lifecycle_has(start: LifecycleState) -> None:
    """A mail of its own, a date it may move, a courtesy it may leave out; and no file for what it never can."""
    examples = examples_of(KINDS[start.lifecycle])
    for mail in ("settle_mail", "retry_mail"):
        assert str(getattr(examples[mail], "mail", "")).startswith(f"{start.lifecycle}-")
    possible = {
        "extend_due_date": start.movable,
        "skip_reminder": start.courtesies,
        "acknowledge": frozenset(ALERTS.get(str(start.lifecycle), ())),
    }
    assert possible.keys() == NOT_EVERYWHERE
    for verb, allowed in possible.items():
        assert (verb in examples) == bool(allowed)
        assert (EXAMPLES / f"ui/{start.lifecycle}.{verb}.json").exists() == bool(allowed)
        if verb in examples:
            named = str(getattr(examples[verb], "deadline", "") or getattr(examples[verb], "alert", "")).partition("/")[
                0
            ]
            assert named.rstrip("s") in {ladder.rstrip("s") for ladder in allowed}


def test_a_file_that_is_not_valid_is_seen() -> None:
    with pytest.raises(ValueError, match="sales_order_number"):
        read("order.json", documents("order.json")[0] | {"sales_order_number": "x"})
    with pytest.raises(StopIteration):
        said({"to": "order-SO-1", "update": "fly", "message": {}})
