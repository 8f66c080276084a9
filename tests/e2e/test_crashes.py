"""What kill -9 of the worker does to orders under way: nothing is lost, nothing is sent twice. A1, A2."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowHandle

from activities.order import OrderActivities
from activities.subscription import SubscriptionActivities
from activities.trial import TrialActivities
from domain.desk import SettleMail
from domain.mails import Lifecycle, MailKind, mail_key, workflow_id
from domain.order.messages import Offering
from domain.trial.messages import EditServices, Service, StartTrial, TrialDevice
from tests.e2e.city import City, QuickServer, a_city, assert_whole, eventually
from tests.e2e.killable_worker import armed, killable_worker
from tests.makers import (
    a_customer,
    a_paid_customer_s_trial,
    an_order,
    built,
    cleared,
    converted,
    graduated,
    submitted,
)
from worker import activities_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """The service with a worker that dies on demand and is restarted at once."""
    async with a_mortal_city(tmp_path_factory.mktemp("city"), time_travel=False) as running:
        yield running


@asynccontextmanager
async def a_mortal_city(directory: Path, *, time_travel: bool) -> AsyncIterator[City]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("starter.service.DevServer", QuickServer)
        patched.setattr("starter.service._worker", killable_worker)
        patched.setenv("TENURE_SMTP_DEADLINE", "1.5")
        async with a_city(directory, time_travel=time_travel) as running:
            yield running


def arm(city: City, workflow_id: str, point: str) -> None:
    """The worker is to die there, once."""
    (armed(city.directory) / f"{workflow_id}@{point}").touch()


async def struck(city: City, workflow_id: str, point: str) -> None:
    """Wait until it did."""
    await eventually(lambda: not (armed(city.directory) / f"{workflow_id}@{point}").exists())


# A1: in the midst of a mail.

NEVER, ONCE = 0, 1

POINTS = {
    "claimed": (NEVER, "sent"),
    "before_data": (NEVER, "sent"),
    "handed_over": (NEVER, "unknown"),
    "answered": (ONCE, "unknown"),
    "settled": (ONCE, "sent"),
}
"""By point: how often the mail has arrived when the worker dies, and what becomes of it with nobody's help."""


@pytest.mark.parametrize("point", POINTS)
async def test_a1_a_worker_killed_in_the_midst_of_a_mail_loses_none_and_sends_none_twice(
    city: City, point: str
) -> None:
    arrived, becomes = POINTS[point]
    number = f"SO-30000{list(POINTS).index(point)}"
    arm(city, f"order-{number}", point)
    order = await city.start(an_order(number, Offering.PORT))
    await struck(city, order.id, point)
    assert len(city.arrived(number)) == arrived
    await eventually(lambda: f"mail.{becomes}" in city.told(number))
    if becomes == "unknown":
        await settle(city, order, outcome="sent" if arrived else "resend")
    await city.settled(order)
    assert len(city.arrived(number)) == 1
    assert [mail.state for mail in city.store.mails(Lifecycle.ORDER, number)] == ["sent"]
    assert [mail.state for mail in (await city.state(order)).mails] == ["sent"]


async def settle(city: City, order: WorkflowHandle[Any, Any], outcome: str) -> None:
    """An operator is asked, looks at the mail server's log and decides; the worker dies over the decision too."""
    number = order.id.removeprefix("order-")
    key = mail_key(Lifecycle.ORDER, number, MailKind.TERMS_WANTED)
    await city.settled(order)
    assert [(task.key, task.assignee) for task in city.store.tasks(Lifecycle.ORDER, number)] == [(key, "operations")]
    arm(city, order.id, "settle_mail:done")
    decision = SettleMail(by="ops-7", mail=key, outcome=outcome, reason="seen in the log")
    await order.execute_update("settle_mail", decision)
    await struck(city, order.id, "settle_mail:done")


# A2: in every other activity, after it has done its work and before Temporal knows.


KILLED_IN = {
    "open_order": "order-SO-310001",
    "working_calendar": "order-SO-310001",
    "record_order": "order-SO-310001",
    "start_subscription": "order-SO-310001",
    "assign_csm": "order-SO-310001",
    "record_subscription": "subscription-sub-SO-310001",
}


async def test_a2_a_worker_killed_in_every_activity_of_a_life_leaves_one_row_each(city: City) -> None:
    assert {*KILLED_IN} == {*names_of(OrderActivities), *names_of(SubscriptionActivities)}, "all of them"
    for activity, life in KILLED_IN.items():
        arm(city, life, f"{activity}:done")
    order = await city.place(an_order("SO-310001"))
    await city.tell(order, "clear_compliance", cleared())
    await city.tell(order, "submit_provisioning_form", submitted())
    await city.tell(order, "report_site_built", built())
    await city.settled(city.subscription("sub-SO-310001"))
    await order.execute_update("graduate", graduated())
    assert (await order.result())["stage"] == "completed"
    assert not [*armed(city.directory).iterdir()], "every one was struck"
    assert_whole(city, "SO-310001")
    assert city.told("sub-SO-310001", Lifecycle.SUBSCRIPTION) == ["subscription.activated"]


KILLED_IN_A_TRIAL = {
    "open_trial": "trial-T-3100",
    "start_device": "trial-T-3100",
    "record_device": "device-D-3100",
    "record_trial": "trial-T-3100",
    "reserve_services": "trial-T-3100",
    "look_for_paid_order": "trial-T-3100",
    "lose": "trial-T-3100",
    "release_numbers": "trial-T-3100",
    "check_paid_order": "trial-T-3200",
    "start_order": "trial-T-3200",
}


FAR = datetime(2040, 8, 1, tzinfo=UTC)


async def test_a2_a_worker_killed_in_every_activity_of_a_trial_takes_each_loss_once(tmp_path: Path) -> None:
    """One trial to the release of its numbers, with a device; another one converted by an order of its own."""
    async with a_mortal_city(tmp_path, time_travel=True) as city:
        await a_trial_s_end(city)


async def a_trial_s_end(city: City) -> None:
    assert {*KILLED_IN_A_TRIAL} == {*names_of(TrialActivities)}, "all of them"
    for activity, life in KILLED_IN_A_TRIAL.items():
        arm(city, life, f"{activity}:done")
    device = TrialDevice(device_id="D-3100", model="Desk Pro", serial_number="FOC1", expires_on=FAR)
    lapses, converts = await asyncio.gather(
        try_out(city, a_paid_customer_s_trial("T-3100", customer=a_customer(id="lapses"), days=1, devices=(device,))),
        try_out(city, a_paid_customer_s_trial("T-3200", customer=a_customer(id="converts"))),
    )
    await city.tell(lapses, "edit_services", EditServices(by="hikari", add=(Service.MESSAGING,)))
    order = an_order("SO-320001", customer=a_customer(id="converts"))
    await city.tell(converts, "convert", converted(order=order))
    assert (await converts.result())["order_number"] == "SO-320001"
    await eventually(lambda: city.told("SO-320001")[-1:] == ["order.held"])

    await city.move(lapses, timedelta(days=80))
    assert (await lapses.result())["stage"] == "lapsed.numbers_released"
    assert not [*armed(city.directory).iterdir()], "every one was struck"
    told = Counter(city.told("T-3100", Lifecycle.TRIAL))
    steps = {"users_moved", "licences_removed", "roles_removed", "calling_configuration_removed"}
    assert {*city.store.losses("T-3100")} == steps | {"numbers_released"}
    assert told["trial.lost"] == len(steps)
    assert (told["trial.grace_ended"], told["trial.numbers_released"]) == (1, 1)
    ledger = city.store.mails(Lifecycle.TRIAL, "T-3100") + city.store.mails(Lifecycle.DEVICE, "D-3100")
    assert {mail.state for mail in ledger} == {"sent"}
    assert sorted(mail.kind for mail in ledger) == sorted(city.arrived("T-3100"))


async def try_out(city: City, trial: StartTrial) -> WorkflowHandle[Any, Any]:
    """Start a trial and wait until it has nothing in hand."""
    id_ = workflow_id(Lifecycle.TRIAL, trial.trial_id)
    handle = await city.client.start_workflow("Trial", trial, id=id_, task_queue=city.service.task_queue)
    await city.settled(handle)
    return city.client.get_workflow_handle(id_)


def names_of(activities: type) -> list[str]:
    return [method.__name__ for method in activities_of(activities)]
