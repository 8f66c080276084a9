"""What kill -9 of the worker does to orders under way: nothing is lost, nothing is sent twice. A1, A2."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import select
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.service import RPCError

from activities.case import CaseActivities
from activities.option import OptionActivities
from activities.order import OrderActivities
from activities.ports import RecordedMail
from activities.subscription import SubscriptionActivities
from activities.trial import TrialActivities
from adapters.sql.schema import MailRecord
from domain.lifecycle import Lifecycle, mail_key, workflow_id
from domain.mails import MailState
from domain.operator import SettleMail
from domain.order.mails import OrderMail
from domain.order.messages import Offering
from domain.trial.messages import EditServices, Service, TrialDevice
from starter.service.service import Ports
from tests.cases import an_opening, main_email, other_policy
from tests.e2e.killable_worker import killable_worker
from tests.e2e.strikes import armed
from tests.makers import (
    a_customer,
    a_paid_customer_s_trial,
    a_renewal,
    an_administrator,
    an_order,
    built,
    cleared,
    converted,
    graduated,
    submitted,
)
from tests.options import a_request, begun, done
from tests.support.environment import AT_LAST, eventually
from tests.support.whole_service import ANY_PORTS, QuickServer, WholeService, assert_whole, whole_service
from worker import activities_of

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def env(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[WholeService]:
    """The service with a worker that dies on demand and is restarted at once."""
    async with a_mortal_service(tmp_path_factory.mktemp("service")) as running:
        yield running


@asynccontextmanager
async def a_mortal_service(directory: Path, ports: Ports = ANY_PORTS) -> AsyncIterator[WholeService]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("starter.service.service.DevServer", QuickServer)
        patched.setattr("starter.service.service._worker", killable_worker)
        patched.setenv("TENURE_SMTP_DEADLINE", "4")
        async with whole_service(directory, ports=ports) as running:
            yield running


def arm(env: WholeService, workflow_id: str, point: str, passes: int = 0) -> None:
    """The worker is to die there, once, after so many passes."""
    (armed(env.directory) / f"{workflow_id}@{point}").write_text(str(passes))


async def struck(env: WholeService, workflow_id: str, point: str) -> None:
    """Wait until it did."""
    await eventually(lambda: not (armed(env.directory) / f"{workflow_id}@{point}").exists())


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
    env: WholeService, point: str
) -> None:
    arrived, becomes = POINTS[point]
    number = f"SO-30000{list(POINTS).index(point)}"
    arm(env, f"order-{number}", point)
    order = await env.start_order(an_order(number, Offering.PORT))
    await struck(env, order.id, point)
    assert len(env.arrived(number)) == arrived
    await eventually(lambda: f"mail.{becomes}" in env.events(number))
    if becomes == "unknown":
        await settle(env, order, outcome="sent" if arrived else "resend")
    await env.settled(order)
    assert len(env.arrived(number)) == 1
    assert [mail.state for mail in env.store.mails(Lifecycle.ORDER, number)] == ["sent"]
    assert [mail.state for mail in (await env.state(order)).mails] == ["sent"]


@pytest.mark.parametrize("point", POINTS)
async def test_a1_a_worker_killed_between_mails_of_one_cause_loses_none_and_sends_none_twice(
    env: WholeService, point: str
) -> None:
    """Of three in one activity it dies over the second."""
    number = f"T-30000{list(POINTS).index(point)}"
    arm(env, f"trial-{number}", point, passes=1)
    more = (an_administrator("sub1@akasaka.example"), an_administrator("sub2@akasaka.example"))
    started = a_paid_customer_s_trial(number, customer=a_customer(id=f"of-{number}"), administrators=more)
    trial = await env.client.start_workflow("Trial", started, id=f"trial-{number}", task_queue=env.service.task_queue)
    await struck(env, trial.id, point)
    async with an_operator(env):
        await eventually(lambda: sorted(m.state for m in env.store.mails(Lifecycle.TRIAL, number)) == ["sent"] * 3)
    assert env.events(number, Lifecycle.TRIAL).count("mail.unknown") == (POINTS[point][1] == "unknown")
    assert sorted(mail.to for mail in env.mails(f"*{number}")) == sorted(
        [started.customer.contact.email, *(each.person.email for each in more)]
    )


@asynccontextmanager
async def an_operator(env: WholeService) -> AsyncIterator[None]:
    """A worker killed for another reason leaves a mail in doubt that it was just sending: somebody looks into the mail
    server's log and says whether it arrived."""
    watching = asyncio.create_task(_settle_all(env))
    try:
        yield
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


async def _settle_all(env: WholeService) -> None:
    in_doubt = select(MailRecord.__table__).where(MailRecord.state == MailState.UNKNOWN)
    while True:
        with env.store.engine.connect() as connection:
            mails = connection.execute(in_doubt).all()
        for mail in mails:
            arrived = any(each.message_id == mail.message_id for each in env.mails())
            outcome = "sent" if arrived else "resend"
            decision = SettleMail(by="ops-7", mail=mail.key, outcome=outcome, reason="seen in the log")
            state = env.client.get_workflow_handle(workflow_id(mail.lifecycle, mail.subject))
            with suppress(RPCError, WorkflowUpdateFailedError):  # it does not know yet, or no more
                await state.execute_update("settle_mail", decision)
        await asyncio.sleep(AT_LAST)


async def settle(env: WholeService, order: WorkflowHandle[Any, Any], outcome: str, of: str = "") -> None:
    """An operator is asked, looks at the mail server's log and decides; the worker dies over the decision too."""
    number = order.id.removeprefix("order-")
    key = of or mail_key(Lifecycle.ORDER, number, OrderMail.TERMS_WANTED)
    await env.settled(order)
    assert [(task.key, task.assignee) for task in env.store.tasks(Lifecycle.ORDER, number)] == [(key, "operations")]
    arm(env, order.id, "settle_mail:done")
    decision = SettleMail(by="ops-7", mail=key, outcome=outcome, reason="seen in the log")
    await order.execute_update("settle_mail", decision)
    await struck(env, order.id, "settle_mail:done")


# A2: in every other activity, after it has done its work and before Temporal knows.


KILLED_IN = {
    "open_subscription": "subscription-sub-SO-310001",
    "open_order": "order-SO-310001",
    "working_calendar": "order-SO-310001",
    "record": "order-SO-310001",
    "start_subscription": "order-SO-310001",
    "assign_csm": "order-SO-310001",
    "notify_subscription": "order-SO-310002",
    "check_renewal": "subscription-sub-SO-310001",
}
"""The first of each; a renewal follows, for those that only it has."""


async def test_a2_a_worker_killed_in_every_activity_of_a_life_leaves_one_row_each(env: WholeService) -> None:
    real = {"record", *names_of(OrderActivities), *names_of(SubscriptionActivities)}
    assert {*KILLED_IN} == real - {"notify_trial", "check_option"}, "all but a trial's and an option request's, below"
    for activity, state in KILLED_IN.items():
        arm(env, state, f"{activity}:done")
    async with an_operator(env):
        order = await env.place(an_order("SO-310001"))
        await env.send(order, "clear_compliance", cleared())
        await env.send(order, "submit_provisioning_form", submitted())
        await env.send(order, "report_site_built", built())
        await env.settled(env.subscription("sub-SO-310001"))
        await order.execute_update("graduate", graduated())
        assert (await order.result())["stage"] == "completed"
        await env.place(a_renewal("SO-310002", "sub-SO-310001"))
    told = ["subscription.activated", "subscription.renewal_placed"]
    await eventually(lambda: env.events("sub-SO-310001", Lifecycle.SUBSCRIPTION) == told)
    assert not [*armed(env.directory).iterdir()], "every one was struck"
    assert_whole(env, "SO-310001", disturbed=True)


KILLED_BESIDE_AN_ORDER = {
    "open_option": "option-OR-3400",
    "check_effect": "option-OR-3400",
    "apply_option": "option-OR-3400",
    "check_option": "subscription-sub-SO-340001",
    "open_case": "case-C-3400",
    "look_up_account": "case-C-3400",
    "hours_of_service": "case-C-3400",
}


async def test_a2_a_worker_killed_in_every_activity_of_a_request_and_a_case_does_each_thing_once(
    env: WholeService,
) -> None:
    """OPT-02, SUP-13, AMB-35."""
    assert {*KILLED_BESIDE_AN_ORDER} == {"check_option", *names_of(OptionActivities), *names_of(CaseActivities)}
    for activity, state in KILLED_BESIDE_AN_ORDER.items():
        arm(env, state, f"{activity}:done")
    async with an_operator(env):
        order = await env.place(an_order("SO-340001"))
        await env.send(order, "clear_compliance", cleared())
        await env.send(order, "submit_provisioning_form", submitted())
        await env.send(order, "report_site_built", built())
        await env.settled(env.subscription("sub-SO-340001"))
        request = a_request(request_id="OR-3400", subscription_id="sub-SO-340001")
        option, case = await asyncio.gather(
            env.start("OptionRequest", request, "option-OR-3400"),
            env.start("SupportCase", an_opening("C-3400", main_email=None), "case-C-3400"),
        )
        await env.settled(option, case)
        await env.send(option, "begin_work", begun())
        await env.send(option, "complete", done())
        assert (await option.result())["stage"] == "completed"
        await env.send(case, "set_main_email", main_email())
        await env.send(case, "change_policy", other_policy())
    assert not [*armed(env.directory).iterdir()], "every one was struck"
    told = Counter(env.events("OR-3400", Lifecycle("option")))
    assert (told["option.completed"], told["option.took_effect"]) == (1, 1)
    heard = env.events("sub-SO-340001", Lifecycle.SUBSCRIPTION)
    assert heard.count("subscription.language_added") == 1
    noted = Counter(env.events("C-3400", Lifecycle("case")))
    assert (noted["case.received"], noted["case.main_email_set"], noted["case.policy_changed"]) == (1, 1, 1)
    assert sorted(env.arrived("OR-3400")) == ["option_acknowledged", "option_completed"]


KILLED_IN_A_TRIAL = {
    "open_trial": "trial-T-3100",
    "start_device": "trial-T-3100",
    "open_device": "device-D-3100",
    "check_trial_over": "device-D-3100",
    "record": "trial-T-3100",
    "reserve_services": "trial-T-3100",
    "look_for_paid_order": "trial-T-3100",
    "lose": "trial-T-3100",
    "reserve_paid_order": "trial-T-3200",
    "start_order": "trial-T-3200",
    "notify_trial": "order-SO-330001",
    "check_shipped_order": "trial-T-3300",
}


FAR = datetime(2040, 8, 1, tzinfo=UTC)


async def test_a2_a_worker_killed_in_every_activity_of_a_trial_takes_each_loss_once(env: WholeService) -> None:
    """One trial to the release of its numbers, with a device; another one converted by an order of its own."""
    async with an_operator(env):
        await a_trial_s_end(env)


async def a_trial_s_end(env: WholeService) -> None:
    assert {*KILLED_IN_A_TRIAL} == {"record", *names_of(TrialActivities), "notify_trial"}, "all of them"
    for activity, state in KILLED_IN_A_TRIAL.items():
        arm(env, state, f"{activity}:done")
    device = TrialDevice(device_id="D-3100", model="Desk Pro", serial_number="FOC1", expires_on=FAR)
    lapses, converts, saved = await asyncio.gather(
        env.start_trial(a_paid_customer_s_trial("T-3100", customer=a_customer(id="lapses"), days=1, devices=(device,))),
        env.start_trial(a_paid_customer_s_trial("T-3200", customer=a_customer(id="converts"))),
        env.start_trial(a_paid_customer_s_trial("T-3300", customer=a_customer(id="saved"))),
    )
    await env.send(lapses, "edit_services", EditServices(by="hikari", add=(Service.MESSAGING,)))
    order = an_order("SO-320001", customer=a_customer(id="converts"))
    await env.send(converts, "convert", converted(order=order))
    assert (await converts.result())["order_number"] == "SO-320001"
    await eventually(lambda: env.events("SO-320001")[-1:] == ["order.held"])
    paid = await env.place(an_order("SO-330001", customer=a_customer(id="saved"), converts_trial="T-3300"))
    await env.send(paid, "clear_compliance", cleared())
    assert (await saved.result())["order_number"] == "SO-330001"

    await env.pass_time(lapses, timedelta(days=80))
    assert (await lapses.result())["stage"] == "lapsed.numbers_released"
    await eventually(lambda: not any(armed(env.directory).iterdir()))  # every one was struck: a device has its own pace
    told = Counter(env.events("T-3100", Lifecycle.TRIAL))
    steps = {"licences_removed", "calling_configuration_removed"}
    assert {*env.store.losses("T-3100")} == steps | {"numbers_released"}
    assert told["trial.lost"] == len(steps)
    assert (told["trial.grace_ended"], told["trial.numbers_released"]) == (1, 1)
    await eventually(lambda: {mail.state for mail in mails_of(env)} == {"sent"})
    assert sorted(mail.kind for mail in mails_of(env)) == sorted(env.arrived("T-3100"))


def mails_of(env: WholeService) -> list[RecordedMail]:
    """The first trial's, and those of its device."""
    return env.store.mails(Lifecycle.TRIAL, "T-3100") + env.store.mails(Lifecycle.DEVICE, "D-3100")


def names_of(activities: type) -> list[str]:
    return [method.__name__ for method in activities_of(activities)]
