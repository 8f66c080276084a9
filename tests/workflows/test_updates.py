"""Handlers made from the table of lifecycles: what Temporal reads from them, what they do, who judges a message."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio import workflow

from adapters.temporal.interceptor import TakesUpdates
from domain.case.standing import NAME as CASE
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, updates_of
from domain.option.state import NAME as OPTION
from domain.order.messages import AcceptTerms, CancelOrder, Terms
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.transitions import TransitionRefused
from domain.values import Refused
from domain.view import LifecycleView
from domain.wholesale.state import NAME as WHOLESALE
from tests.makers import MONDAY, an_order
from workflows.case import SupportCase
from workflows.compliance import ComplianceCheck
from workflows.device import DeviceLoan
from workflows.messages import described
from workflows.option import OptionRequest
from workflows.order import Order
from workflows.subscription import Subscription
from workflows.trial import Trial
from workflows.unknown import UnknownWorkflow
from workflows.wholesale import WholesaleCustomer

CLASSES: Mapping[Lifecycle, type] = {
    Lifecycle.ORDER: Order,
    Lifecycle.SUBSCRIPTION: Subscription,
    Lifecycle.TRIAL: Trial,
    Lifecycle.DEVICE: DeviceLoan,
    OPTION: OptionRequest,
    CASE: SupportCase,
    WHOLESALE: WholesaleCustomer,
    COMPLIANCE: ComplianceCheck,
}


def definitions(lifecycle: Lifecycle) -> dict[str, Any]:
    return {str(name): each for name, each in workflow._Definition.must_from_class(CLASSES[lifecycle]).updates.items()}


@pytest.mark.parametrize("lifecycle", KINDS)
def test_every_update_of_the_table_has_a_handler_that_names_its_message(lifecycle: Lifecycle) -> None:
    kind, found = KINDS[lifecycle], definitions(lifecycle)
    assert {name: each.arg_types for name, each in found.items()} == {
        name: [update.message] for name, update in updates_of(kind).items()
    }
    assert {each.ret_type for each in found.values()} == {LifecycleView}
    assert {name: each.description for name, each in found.items()} == {name: described(kind, name) for name in found}


@pytest.fixture
def order(monkeypatch: pytest.MonkeyPatch) -> Any:
    """As much of a workflow as a handler needs."""
    monkeypatch.setattr(workflow, "now", lambda: MONDAY)
    state = OrderState.placed(an_order(), MONDAY)
    state.hold_for_compliance(MONDAY, MONDAY, None)
    return SimpleNamespace(state=state, view=lambda: "the view")


def test_a_handler_changes_the_state_and_answers_with_the_view(order: Any) -> None:
    cancel = definitions(Lifecycle.ORDER)["cancel"]
    assert cancel.fn(order, CancelOrder(by="ops-7", reason="ordered twice")) == "the view"
    assert order.state.stage is Stage.CANCELLED


def test_a_validator_asks_the_state_s_own_check(order: Any) -> None:
    validator = definitions(Lifecycle.ORDER)["accept_terms"].validator
    with pytest.raises(Refused, match=r"^terms: this order needs no port overage terms"):
        validator(order, AcceptTerms(by="customer-17", terms=Terms.PORT))


def test_a_validator_asks_the_stage_where_there_is_no_more_to_check(order: Any) -> None:
    assert not hasattr(OrderState, "check_cancel")
    validator, message = definitions(Lifecycle.ORDER)["cancel"].validator, CancelOrder(by="ops-7", reason="twice")
    validator(order, message)
    order.state.cancel(message, MONDAY)
    with pytest.raises(TransitionRefused, match=r"^cannot cancel: the order is cancelled$"):
        validator(order, message)


@pytest.mark.parametrize("lifecycle", KINDS)
def test_every_update_has_a_method_of_its_name_in_the_state(lifecycle: Lifecycle) -> None:
    """All but the dates: those are counted anew by more than the state knows."""
    names = {name for name in updates_of(KINDS[lifecycle]) if not hasattr(KINDS[lifecycle].state, name)}
    assert names == {"recompute_dates"}


@pytest.mark.parametrize("lifecycle", KINDS)
def test_the_worker_asks_every_lifecycle_what_it_asks_for(lifecycle: Lifecycle) -> None:
    """Another workflow is asked nothing: a method that is renamed would not be missed."""
    assert isinstance(object.__new__(CLASSES[lifecycle]), TakesUpdates)
    assert not isinstance(UnknownWorkflow(), TakesUpdates)
