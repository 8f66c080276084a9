"""What kill -9 and SIGTERM do to orders under way: nothing is lost, nothing is sent twice. A1, A2, A4, A6."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, TypeVar

import pytest
import pytest_asyncio
from temporalio.client import RPCTimeoutOrCancelledError, WorkflowHandle
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError, RPCStatusCode

from activities.order import OrderActivities
from activities.subscription import SubscriptionActivities
from domain.desk import SettleMail
from domain.mails import Lifecycle, MailKind, mail_key
from domain.order.messages import Offering, PlaceOrder
from domain.order.order import LINK_VOID
from domain.order.policy import OrderPolicy
from tests.e2e.city import LOOK_EVERY, City, a_city, eventually
from tests.e2e.killable_worker import armed, killable_worker
from tests.makers import an_order, built, cleared, graduated, submitted
from worker import activities_of

T = TypeVar("T")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def city(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[City]:
    """The service with a worker that dies on demand and is restarted at once."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("starter.service._worker", killable_worker)
        patched.setenv("TENURE_SMTP_DEADLINE", "1.5")
        async with a_city(tmp_path_factory.mktemp("city"), time_travel=False) as running:
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
    assert len(city.mails(number)) == arrived
    await eventually(lambda: state_of_mail(city, order, becomes))
    if becomes == "unknown":
        await settle(city, order, outcome="sent" if arrived else "resend")
    await city.settled(order)
    assert len(city.mails(number)) == 1
    assert [mail.state for mail in city.store.mails(Lifecycle.ORDER, number)] == ["sent"]
    assert [mail.state for mail in (await city.state(order)).mails] == ["sent"]


async def state_of_mail(city: City, order: WorkflowHandle[Any, Any], wanted: str) -> bool:
    return [mail.state for mail in (await city.state(order)).mails] == [wanted]


async def settle(city: City, order: WorkflowHandle[Any, Any], outcome: str) -> None:
    """An operator is asked, looks at the mail server's log and decides; the worker dies over the decision too."""
    number = order.id.removeprefix("order-")
    key = mail_key(Lifecycle.ORDER, number, MailKind.TERMS_WANTED)
    await city.settled(order)
    assert [(task.key, task.assignee) for task in city.store.tasks(Lifecycle.ORDER, number)] == [(key, "operations")]
    arm(city, order.id, "settle_mail:done")
    decision = SettleMail(by="ops-7", mail=key, outcome=outcome, reason="seen in the log")
    await city.tell(order, "settle_mail", decision)
    await eventually(lambda: state_of_mail(city, order, "sent"))


# A2: in every other activity, after it has done its work and before Temporal knows.


KILLED_IN = {
    "open_order": "order-SO-310001",
    "working_calendar": "order-SO-310001",
    "record_order": "order-SO-310001",
    "start_subscription": "order-SO-310001",
    "assign_csm": "order-SO-310001",
    "record_subscription": "subscription-sub-SO-310001",
}

MAILS = ["confirmation", "provisioning_copy", "welcome", "graduation_copy"]


async def test_a2_a_worker_killed_in_every_activity_of_a_life_leaves_one_row_each(city: City) -> None:
    assert {*KILLED_IN} == {*names_of(OrderActivities), *names_of(SubscriptionActivities)}, "all of them"
    for activity, workflow_id in KILLED_IN.items():
        arm(city, workflow_id, f"{activity}:done")
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


def names_of(activities: type) -> list[str]:
    return [method.__name__ for method in activities_of(activities)]


def assert_whole(city: City, number: str) -> None:
    """A straight life: each thing happened once, each mail went once, and nothing is missing."""
    events = city.store.events(Lifecycle.ORDER, number)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
    assert sorted(event.type for event in events if not event.type.startswith(("mail.", "order.password"))) == [
        "order.acknowledged",
        "order.compliance_cleared",
        "order.csm_assigned",
        "order.form_submitted",
        "order.graduated",
        "order.held",
        "order.shipped",
        "order.site_built",
        "order.welcome_sent",
    ]
    assert sorted(mail.kind for mail in city.mails(number)) == sorted(MAILS)
    assert [(mail.kind, mail.state) for mail in city.store.mails(Lifecycle.ORDER, number)] == [
        (kind, "sent") for kind in MAILS
    ]


# A4: the Temporal server.

LIVES = 10
PASSING = {RPCStatusCode.UNAVAILABLE, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED}
"""What a server says that is not there, or not yet."""

LINK = timedelta(seconds=1)
"""A timer that falls due while the server is down, or while it comes back."""


async def test_a4_a_server_killed_under_load_loses_nothing_it_has_acknowledged(city: City) -> None:
    ledger: list[tuple[str, str]] = []
    numbers = [f"SO-3200{n:02}" for n in range(LIVES)]
    lives = [asyncio.create_task(live(city, number, ledger)) for number in numbers]
    await eventually(lambda: len(ledger) > LIVES)
    acknowledged = list(ledger)
    server = city.service.server
    os.kill(server.pid or 0, signal.SIGKILL)
    await server.stop()
    await server.__aenter__()
    await asyncio.gather(*lives)
    assert len(acknowledged) < len(ledger) == LIVES * 5
    for number in numbers:
        assert_whole(city, number)
        assert "order.password_link_ended" in city.told(number)


async def live(city: City, number: str, ledger: list[tuple[str, str]]) -> None:
    """A straight life, told by somebody who tries again until there is an answer, and notes what was acknowledged."""
    placed = an_order(number, policy=OrderPolicy(password_link_life=LINK))
    order = await insistently(lambda: started(city, placed))
    ledger.append((number, "start"))
    for stage, update, message in (
        ("held", "clear_compliance", cleared()),
        ("pending.awaiting_provisioning_details", "submit_provisioning_form", submitted()),
        ("in_progress.provisioning", "report_site_built", built()),
        ("in_progress.service_ready", "graduate", graduated()),
    ):
        await eventually(lambda wanted=stage: insistently(lambda: is_at(city, order, wanted)))
        await insistently(lambda told=update, words=message: order.execute_update(told, words, id=f"{number}-{told}"))
        ledger.append((number, update))
    assert (await insistently(order.result))["stage"] == "completed"


async def started(city: City, placed: PlaceOrder) -> WorkflowHandle[Any, Any]:
    try:
        return await city.start(placed)
    except WorkflowAlreadyStartedError:  # the answer was lost, not the start
        return city.order(placed.sales_order_number)


async def is_at(city: City, order: WorkflowHandle[Any, Any], stage: str) -> bool:
    """Is it there, and if the site is ready, has the password link ended?"""
    view = await city.state(order)
    waits_for_link = any(deadline.name == LINK_VOID for deadline in view.deadlines) or "link_void_at" not in view.facts
    return view.stage == stage and not (stage == "in_progress.service_ready" and waits_for_link)


async def insistently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask until the server answers; what it refuses stays refused."""
    while True:
        try:
            return await ask()
        except RPCTimeoutOrCancelledError:
            await asyncio.sleep(LOOK_EVERY)
        except RPCError as unreachable:
            if unreachable.status not in PASSING:
                raise
            await asyncio.sleep(LOOK_EVERY)
