"""What reality refuses a forecast refuses: the same start, the same update, the same code and field."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.device.messages import StartDeviceLoan
from domain.order.messages import Graduate, PlaceOrder, Terms
from domain.reasons import Reason
from domain.trial.messages import EditServices, Service, StartTrial, TrialDevice
from domain.values import Message
from starter.console.exits import Stop
from starter.console.ids import Subject, kind_of, subject_of
from starter.forecast.acts import Act
from starter.forecast.question import Question
from starter.forecast.run import forecast
from tests.makers import (
    a_customer,
    a_graduation,
    a_paid_customer_s_trial,
    a_renewal,
    accepted,
    an_order,
    converted,
    ended,
    extended,
    some,
)
from tests.support.embedded import Background

Said = list[tuple[Reason, str | None]]

NOW = datetime.now(UTC).replace(microsecond=0)
LENT = {"device_id": "D-8301", "model": "Desk", "serial_number": "F-8301", "expires_on": NOW - timedelta(days=9)}
OF_NOBODY = {
    "trial_id": "T-8300",
    "customer_id": "c-8300",
    "partner_id": "hikari",
    "country": "JP",
    "zone": "Asia/Tokyo",
    "customer_administrators": 1,
    "partner_administrators": 1,
}


def paying(number: int, *services: Service, **changes: Any) -> StartTrial:
    customer = a_customer(id=f"c-{number}")
    return a_paid_customer_s_trial(f"T-{number}", *services, customer=customer, **changes)


def ordered(number: int, **changes: Any) -> PlaceOrder:
    return an_order(f"SO-{number}", customer=a_customer(id=f"c-{number}"), **changes)


STARTS: dict[str, tuple[Message, Said]] = {
    "nothing purchased": (paying(8301, purchased=()), [(Reason.CUSTOMER_NOT_PAYING, "kind")]),
    "purchased already": (paying(8302, Service.MEETINGS), [(Reason.SERVICES_NOT_AVAILABLE, "services")]),
    "a device whose date has passed": (
        paying(8303, devices=(TrialDevice(**LENT),)),
        [(Reason.WRONG_DATE, "devices[0].expires_on")],
    ),
    "a loan whose date has passed": (
        StartDeviceLoan(**LENT, by="ops-7", **OF_NOBODY),
        [(Reason.WRONG_DATE, "expires_on")],
    ),
    "placed in the future": (ordered(8304, placed_at=NOW + timedelta(days=3)), [(Reason.WRONG_DATE, "placed_at")]),
}  # fmt: skip

Told = dict[str, tuple[str, Message, Said]]

TRIAL: StartTrial = paying(8311)
OF_THE_TRIAL: Told = {
    "by an order that names another trial": (
        "convert",
        converted(Service.CALLING, order_number=None, order=ordered(8311, converts_trial="T-1")),
        [(Reason.DOES_NOT_CONVERT, "order.converts_trial")],
    ),
    "by a renewal": (
        "convert",
        converted(
            Service.CALLING, order_number=None, order=a_renewal("SO-8312", "sub-1", customer=a_customer(id="c-8311"))
        ),
        [(Reason.DOES_NOT_CONVERT, "order.kind")],
    ),
    "by an order of tomorrow": (
        "convert",
        converted(Service.CALLING, order_number=None, order=ordered(8311, placed_at=NOW + timedelta(days=400))),
        [(Reason.WRONG_DATE, "order.placed_at")],
    ),
    "by another customer's order": (
        "convert",
        converted(Service.CALLING, order_number=None, order=an_order("SO-8314", customer=a_customer(id="c-8315"))),
        [(Reason.ANOTHER_CUSTOMER, "order.customer.id")],
    ),
    "by Tier-2": ("convert", converted(Service.CALLING, tier=2), [(Reason.NOT_ALLOWED, "tier")]),
    "a service that was bought": (
        "edit_services",
        EditServices(by="ops-7", add=(Service.MEETINGS,)),
        [(Reason.SERVICES_NOT_AVAILABLE, "add")],
    ),
    "too long": ("extend", extended(99), [(Reason.TOO_LARGE, "days")]),
    "shorter": ("extend", extended(1), [(Reason.UNCONFIRMED, "confirm_shorten")]),
    "not confirmed": ("cancel", ended(confirm=False), [(Reason.UNCONFIRMED, "confirm")]),
}
ORDER: PlaceOrder = ordered(8320)
OF_THE_ORDER: Told = {
    "not now": ("graduate", Graduate(by="ops-7", form=a_graduation()), [(Reason.WRONG_STAGE, None)]),
    "terms that nobody needs": ("accept_terms", accepted(Terms.PORT), [(Reason.NOT_NEEDED, "terms")]),
}


def said_by(cause: BaseException | None) -> Said:
    assert isinstance(cause, ApplicationError)
    return [(Reason(each["code"]), each["field"]) for each in cause.details]


def begun(service: Background, start: Message) -> Any:
    subject, kind = subject_of(start), kind_of(start)
    return service.do(
        service.client.start_workflow(kind.workflow, start, id=subject.workflow_id, task_queue=service.env.task_queue)
    )


def imagined(start: Message, *acts: Act) -> Said:
    question = Question(start, "Asia/Tokyo", NOW, timedelta(days=2), acts)
    try:
        found = asyncio.run(forecast(question)).refusals
    except Stop as stop:
        found = stop.problems
    return [(problem.code, problem.field) for problem in found]


@pytest.mark.parametrize("case", STARTS)
def test_a_start_that_reality_refuses_is_refused(case: str, service: Background) -> None:
    start, wanted = STARTS[case]
    with pytest.raises(WorkflowFailureError) as failed:
        service.do(begun(service, start).result())
    assert said_by(failed.value.cause) == wanted
    assert imagined(start) == wanted


@pytest.mark.parametrize(("start", "told"), [(TRIAL, OF_THE_TRIAL), (ORDER, OF_THE_ORDER)], ids=["trial", "order"])
def test_an_update_that_reality_refuses_is_refused(start: Message, told: Told, service: Background) -> None:
    """One after the other: none of them changes anything."""
    running = begun(service, start)
    for case, (update, message, wanted) in some(told.items()):
        with pytest.raises(WorkflowUpdateFailedError) as failed:
            service.do(running.execute_update(update, message))
        assert said_by(failed.value.cause) == wanted, case
    acts = [
        Act(NOW + timedelta(hours=hour), Subject(*subject_of(start)), update, message)
        for hour, (update, message, _) in enumerate(told.values(), 1)
    ]
    assert imagined(start, *acts) == [each for _, _, wanted in told.values() for each in wanted]


def test_what_only_the_store_knows_is_taken_to_exist() -> None:
    """An SO# of an order placed already, a trial that an order names."""
    start = paying(8331)
    convert = Act(NOW + timedelta(hours=1), subject_of(start), "convert", converted(Service.CALLING))
    assert imagined(start, convert) == []
    assert imagined(ordered(8332, converts_trial="T-8333")) == []
