"""The files people start from, and the messages operators paste: every one of them is valid."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel
from temporalio import workflow

from domain.desk_examples import DESK_EXAMPLES
from domain.device.examples import EXAMPLES as DEVICE_EXAMPLES
from domain.mails import Lifecycle, workflow_id
from domain.order.examples import EXAMPLES as ORDER_EXAMPLES
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.messages import OrderKind, PlaceOrder, Terms
from domain.subscription.examples import EXAMPLES as SUBSCRIPTION_EXAMPLES
from domain.trial.examples import EXAMPLES as TRIAL_EXAMPLES
from domain.trial.messages import StartTrial
from domain.values import Message
from starter.intake import ORDERS, TRIALS
from starter.order_files import opened
from starter.world import read_acts
from workflows.device import DeviceLoan
from workflows.order import Order
from workflows.subscription import Subscription
from workflows.trial import Trial

EXAMPLES = Path(__file__).parents[2] / "examples"
FILES = sorted(path.relative_to(EXAMPLES).as_posix() for path in EXAMPLES.rglob("*") if path.is_file())
FORMS: Mapping[str, type[BaseModel]] = {
    "provisioning-form.json": ProvisioningForm,
    "graduation-form.json": GraduationForm,
}
STORIES = {
    Lifecycle.ORDER: (Order, ORDER_EXAMPLES),
    Lifecycle.SUBSCRIPTION: (Subscription, SUBSCRIPTION_EXAMPLES),
    Lifecycle.TRIAL: (Trial, TRIAL_EXAMPLES),
    Lifecycle.DEVICE: (DeviceLoan, DEVICE_EXAMPLES),
}


def updates_of(lifecycle: Lifecycle) -> dict[str, type[Message]]:
    """The model of every update a story takes."""
    found = workflow._Definition.must_from_class(STORIES[lifecycle][0]).updates
    return {str(name): update.arg_types[0] for name, update in found.items() if update.arg_types}


def lines(name: str) -> Iterator[Any]:
    """The JSON of every line."""
    for line in (EXAMPLES / name).read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def starts(name: str) -> list[PlaceOrder | StartTrial]:
    """What a file starts."""
    if name.endswith(".csv"):
        with opened(EXAMPLES / name, {"by": "test"}, TRIALS if "trial" in name else ORDERS) as file:
            found = [row.read for row in file.rows()]
        assert not [problem for problem in found if isinstance(problem, list)]
        return found  # type: ignore[return-value]
    given = lines(name) if name.endswith(".jsonl") else [json.loads((EXAMPLES / name).read_text(encoding="utf-8"))]
    return [(StartTrial if "trial_id" in each else PlaceOrder).model_validate(each) for each in given]


STARTS = [name for name in FILES if name not in FORMS and not name.endswith("world.jsonl")]
ACTS = [name for name in FILES if name.endswith("world.jsonl")]


@pytest.mark.parametrize("name", STARTS)
def test_a_file_of_starts_is_valid_and_starts_nothing_twice(name: str) -> None:
    found = starts(name)
    ids = [start.sales_order_number if isinstance(start, PlaceOrder) else start.trial_id for start in found]
    assert ids
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_is_valid(name: str) -> None:
    FORMS[name].model_validate_json((EXAMPLES / name).read_text(encoding="utf-8"))


def test_the_forms_fit_the_order_of_the_readme() -> None:
    """`tenure order submit-form` and `graduate` with these files are not refused for what is in them."""
    (order,) = starts("order.json")
    form = ProvisioningForm.model_validate_json((EXAMPLES / "provisioning-form.json").read_text(encoding="utf-8"))
    handover = GraduationForm.model_validate_json((EXAMPLES / "graduation-form.json").read_text(encoding="utf-8"))
    assert isinstance(order, PlaceOrder)
    assert form.named_users + form.reserve == order.named_hosts
    assert handover.term_years * 12 == order.term_months
    assert handover.site_url == form.sites[0].url


@pytest.mark.parametrize("name", ACTS)
def test_every_act_of_the_demo_is_a_message_its_story_takes(name: str) -> None:
    for act in read_acts(EXAMPLES / name):
        lifecycle = Lifecycle(act.to.partition("-")[0])
        if act.update is not None:
            updates_of(lifecycle)[act.update].model_validate(act.message)


def test_every_act_of_the_demo_is_about_somebody_who_is_there() -> None:
    orders = [*starts("orders.jsonl"), *starts("renewals.jsonl")]
    known = {
        workflow_id(Lifecycle.ORDER, order.sales_order_number) for order in orders if isinstance(order, PlaceOrder)
    }
    known |= {
        workflow_id(Lifecycle.SUBSCRIPTION, order.subscription) for order in orders if isinstance(order, PlaceOrder)
    }
    renewals = {order.sales_order_number for order in starts("renewals.jsonl") if isinstance(order, PlaceOrder)}
    acts = read_acts(EXAMPLES / "world.jsonl")
    assert {act.to for act in acts if act.to.startswith(("order-", "subscription-"))} <= known
    assert {act.place for act in acts if act.place} == renewals


def test_the_orders_of_the_demo_show_every_kind_of_life() -> None:
    """Both overage terms, a Tier-2, four languages, several countries; and renewals of subscriptions that are there."""
    orders = [order for order in starts("orders.jsonl") if isinstance(order, PlaceOrder)]
    renewals = [order for order in starts("renewals.jsonl") if isinstance(order, PlaceOrder)]
    assert {terms for order in orders for terms in order.required_terms} == set(Terms)
    assert any(order.reselling_partner for order in orders)
    assert {order.customer.contact.language for order in orders} == {"ja", "ko", "fr", "en"}
    assert len({order.customer.country for order in orders}) > 2
    assert all(order.kind is OrderKind.RENEWAL for order in renewals)
    assert {order.subscription for order in renewals} <= {order.subscription for order in orders}


@pytest.mark.parametrize("lifecycle", STORIES)
def test_there_is_a_valid_example_for_every_update(lifecycle: Lifecycle) -> None:
    examples = {**DESK_EXAMPLES, **STORIES[lifecycle][1]}
    assert {name: type(said) for name, said in examples.items()} == updates_of(lifecycle)
    for said in examples.values():
        shown = said.model_dump_json(exclude_defaults=True)
        assert type(said).model_validate_json(shown) == said


def test_every_example_file_is_looked_at() -> None:
    assert sorted([*STARTS, *ACTS, *FORMS]) == FILES
