"""A step that keeps failing is seen, is tried on, and has a way out: every activity of every worker. R5, ADR 13."""

import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import pytest
from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHandle, WorkflowUpdateStage
from temporalio.converter import default as default_converter

from activities.compliance import ComplianceActivities
from activities.mail import MailActivities
from activities.order import OrderActivities
from activities.ports import Answer
from activities.record import RecordActivities
from activities.subscription import SubscriptionActivities
from activities.trial import TrialActivities
from activities.wholesale import WholesaleActivities
from activities.wholesale_users import WholesaleUserActivities
from domain.compliance.standing import NAME as COMPLIANCE
from domain.lifecycle import Lifecycle
from domain.operator import PutNote, RetryMail, SettleMail, SettleStep
from domain.order.messages import Offering
from domain.order.policy import OrderPolicy
from domain.trial.messages import EditServices, Service, TrialDevice
from domain.trial.state import GRACE_END
from domain.view import LifecycleView
from tests.compliance import confirmed
from tests.makers import (
    a_paid_customer_s_trial,
    a_renewal,
    an_order,
    built,
    cleared,
    converted,
    days,
    ended,
    graduated,
    submitted,
)
from tests.options import a_request, begun, done
from tests.support.environment import nobody_looks_twice
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping
from tests.support.transport import Trouble
from tests.wholesale import (
    MEETINGS,
    a_user,
    assignment,
    batch,
    departure,
    new_address,
    other_package,
    quantities,
    removal,
)
from tests.wholesale_scenarios import LISTED, in_service, onboarded
from worker import activities_of
from workflows.steps import MAIL, RECORD

CANARY: Final = "canary@akasaka.example.com"

TROUBLE: Final = Trouble(f"the disk is full\n[parameters: ('{CANARY}',)]")
"""As SQL says it: the second line has values."""

ORDER, SUBSCRIPTION, TRIAL, DEVICE = "order-SO-100001", "subscription-sub-SO-100001", "trial-T-1001", "device-D-1"
RENEWAL = "order-SO-200001"
CUSTOMER, CHECK, SECOND_CHECK = "wholesale-W-1", "compliance-W-1-1", "compliance-W-1-2"

PARTNER: Final = "desk@hikari.example.com"

SEEN_WITHIN: Final = {False: timedelta(minutes=5), True: timedelta(minutes=25)}
"""By then somebody is told of a step that fails at once; of one that has to do with mail later. On a busy machine
this server's clock goes on while a step is tried."""

RECOVERED_WITHIN: Final = timedelta(minutes=2)
"""Far longer than the longest pause between two attempts."""

Act = Callable[[TimeSkipping], Awaitable[None]]


async def send(handle: WorkflowHandle[Any, Any], update: str, message: BaseModel) -> None:
    """Without waiting for what cannot be answered while a step fails."""
    await handle.start_update(update, message, wait_for_stage=WorkflowUpdateStage.ACCEPTED)


async def placed(env: TimeSkipping, **given: Any) -> None:
    await env.place(an_order(**given))


async def site_built(env: TimeSkipping, **given: Any) -> None:
    await placed(env, **given)
    await env.send(env.order(), "clear_compliance", cleared())
    await env.send(env.order(), "submit_provisioning_form", submitted())
    await env.send(env.order(), "report_site_built", built())


async def handed_over(env: TimeSkipping) -> None:
    await site_built(env)
    await env.send(env.order(), "graduate", graduated())


async def language_added(env: TimeSkipping) -> None:
    option = await env.start("OptionRequest", a_request(), "option-OR-1")
    await env.settled(option)
    await env.send(option, "begin_work", begun())
    await env.send(option, "complete", done())


async def renewal_placed(env: TimeSkipping) -> None:
    await env.place(a_renewal())


async def tried_out(env: TimeSkipping, **given: Any) -> None:
    await env.start_trial(a_paid_customer_s_trial("T-1001", **given))


async def converted_by_a_placed_order(env: TimeSkipping) -> None:
    await env.place(an_order("SO-300001"))
    await tried_out(env)
    await send(trial(env), "convert", converted())
    await env.settled()


async def converted_by_its_own_order(env: TimeSkipping) -> None:
    await tried_out(env)
    await send(trial(env), "convert", converted(order=an_order("SO-300001")))
    await env.settled()


async def saved_by_a_shipped_order(env: TimeSkipping) -> None:
    await tried_out(env)
    await env.place(an_order(converts_trial="T-1001"))
    await env.send(env.order(), "clear_compliance", cleared())


async def tried_for_a_day(env: TimeSkipping) -> None:
    await tried_out(env, days=1)


async def lent(env: TimeSkipping) -> None:
    device = TrialDevice(
        device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=datetime(2032, 1, 1, tzinfo=UTC)
    )
    await tried_out(env, devices=(device,))


async def at_its_end(env: TimeSkipping) -> None:
    await env.sleep_until(MONDAY + days(2))
    (end,) = [due.at for due in (await env.state(trial(env))).deadlines if due.name.startswith(GRACE_END)]
    await env.sleep_until(end + TICK)


async def terms_wanted(env: TimeSkipping) -> None:
    await env.place(an_order("SO-100001", Offering.PORT))


async def doubtful_mail_settled(env: TimeSkipping) -> None:
    env.transport.answers[PARTNER] = Answer.UNKNOWN
    await terms_wanted(env)
    env.transport.answers.clear()
    await send(env.order(), "settle_mail", SettleMail(by="ops-7", mail=TERMS, outcome="sent", reason="in the log"))
    await env.settled()


async def refused_mail_retried(env: TimeSkipping) -> None:
    env.transport.answers[PARTNER] = Answer.REFUSED
    await terms_wanted(env)
    env.transport.answers.clear()
    await send(env.order(), "retry_mail", RetryMail(by="ops-7", mail=TERMS, reason="not full any more"))
    await env.settled()


async def cancelled_with_its_device(env: TimeSkipping) -> None:
    await env.send(trial(env), "cancel", ended())


async def customer_screened(env: TimeSkipping) -> None:
    await onboarded(env, "W-1", name=LISTED)


async def served_and_moved(env: TimeSkipping) -> None:
    """In service, with a user and users who wait to be assigned; to `locate` it is not needed until it moves."""
    customer = await in_service(env, "W-1")
    await env.send(customer, "assign", assignment())
    env.store.lay_down("W-1", "B-1", [a_user("U-7")], MONDAY)
    await send(customer, "update_billing_address", new_address())
    await env.settled()


async def time_is_up(env: TimeSkipping) -> None:
    await env.send(env.client.get_workflow_handle(SECOND_CHECK), "confirm_match", confirmed())
    begun = await env.now()
    await env.sleep_until(begun + days(7.5))
    await env.sleep_until(env.store.state(COMPLIANCE, "W-1-2").deprovision_at)


def told_to(life: str, update: str, message: BaseModel) -> Act:
    """Without waiting for an answer."""

    async def act(env: TimeSkipping) -> None:
        await send(env.client.get_workflow_handle(life), update, message)
        await env.settled()

    return act


NOTE: Final = PutNote(by="ops-7", text="seen")
TERMS: Final = f"{ORDER}/terms_wanted"


@dataclass(frozen=True)
class Case:
    """An activity that fails: in whose life, how that comes to it, and what happens once it succeeds."""

    state: str
    act: Act | None
    """Goes on from where the case before it in its course left off. None: it follows from that by itself."""

    then: str = ""
    """An event of the record that proves it went on. Empty: that the next of its course fails proves it."""

    step: str = ""
    optional: bool = False
    of: str = ""
    """Whose record, if not the failing life's."""


Course = Mapping[str, Case]
"""One life after the other, or one into which another grows: each of these activities fails in turn, by its name."""

COURSES: Final[Mapping[str, Course]] = {
    "an order, its subscription, and their renewal": {
        "open_order": Case(ORDER, placed, "order.held"),
        f"record@{ORDER}": Case(
            ORDER, told_to(ORDER, "clear_compliance", cleared()), "order.compliance_cleared", step="record"
        ),
        "working_calendar": Case(
            ORDER, told_to(ORDER, "submit_provisioning_form", submitted()), "order.build_expected"
        ),
        "start_subscription": Case(ORDER, told_to(ORDER, "report_site_built", built())),
        "open_subscription": Case(SUBSCRIPTION, None, "subscription.activated"),
        f"record@{SUBSCRIPTION}": Case(
            SUBSCRIPTION, told_to(SUBSCRIPTION, "put_note", NOTE), "subscription.note", step="record"
        ),
        "check_option": Case(SUBSCRIPTION, language_added, "subscription.language_added", step="check_option/OR-1"),
        "assign_csm": Case(ORDER, told_to(ORDER, "graduate", graduated()), "order.csm_assigned", optional=True),
        "notify_subscription": Case(RENEWAL, renewal_placed, step="notify_subscription/placed"),
        "check_renewal": Case(SUBSCRIPTION, None, "subscription.renewal_placed", step="check_renewal/SO-200001/placed"),
    },
    "a trial to its end": {
        "open_trial": Case(TRIAL, tried_for_a_day, "trial.activated"),
        f"record@{TRIAL}": Case(TRIAL, told_to(TRIAL, "put_note", NOTE), "trial.note", step="record"),
        "reserve_services": Case(
            TRIAL,
            told_to(TRIAL, "edit_services", EditServices(by="hikari", add=(Service.MESSAGING,))),
            "trial.services_edited",
        ),
        "look_for_paid_order": Case(TRIAL, at_its_end),
        "lose": Case(TRIAL, None, "trial.lost", step="lose/users_moved"),
    },
    "a trial that a placed order converts": {
        "reserve_paid_order": Case(TRIAL, converted_by_a_placed_order, "trial.converted"),
    },
    "a trial that its own order converts": {
        "start_order": Case(TRIAL, converted_by_its_own_order, "order.held", of="order-SO-300001"),
    },
    "a trial that a shipped order converts": {
        "notify_trial": Case(ORDER, saved_by_a_shipped_order, "trial.converted", optional=True, of=TRIAL),
        "check_shipped_order": Case(TRIAL, None, "trial.converted", step="paid_order/SO-100001"),
    },
    "a device of a trial": {
        "start_device": Case(TRIAL, lent, "device.shipped", step="start_device/D-1", optional=True, of=DEVICE),
        "open_device": Case(DEVICE, None, "device.shipped"),
        f"record@{DEVICE}": Case(DEVICE, told_to(DEVICE, "put_note", NOTE), "device.note", step="record"),
        "check_trial_over": Case(DEVICE, cancelled_with_its_device, "device.expired"),
    },
    "a customer on the list": {
        "open_wholesale": Case(CUSTOMER, customer_screened),
        "start_check": Case(CUSTOMER, None),
        "open_check": Case(CHECK, None),
        "screen_customer": Case(CHECK, None),
        "tell_customer": Case(CHECK, None, "wholesale.check_reported", optional=True, of=CUSTOMER),
        "look_at_check": Case(CUSTOMER, None, "wholesale.check_reported", step="look_at_check/W-1-1"),
        "look_at_customer": Case(
            CHECK, told_to(CUSTOMER, "update_billing_address", new_address()), "compliance.superseded"
        ),
        "ask_for_deprovisioning": Case(SECOND_CHECK, time_is_up, "compliance.deprovisioned"),
    },
    "a customer in service": {
        "locate": Case(CUSTOMER, served_and_moved, "wholesale.address_changed", optional=True),
        "assign_user": Case(
            CUSTOMER, told_to(CUSTOMER, "assign", assignment("U-2", MEETINGS)), "wholesale.user_assigned", optional=True
        ),
        "change_user_package": Case(
            CUSTOMER, told_to(CUSTOMER, "change_package", other_package()), "wholesale.user_changed", optional=True
        ),
        "remove_one_user": Case(
            CUSTOMER, told_to(CUSTOMER, "remove_user", departure()), "wholesale.user_removed", optional=True
        ),
        "assign_users": Case(
            CUSTOMER, told_to(CUSTOMER, "assign_batch", batch()), "wholesale.users_imported", optional=True
        ),
        "count_users": Case(
            CUSTOMER,
            told_to(CUSTOMER, "change_quantities", quantities(packages={MEETINGS: 9})),
            "wholesale.quantities_changed",
            optional=True,
        ),
        "remove_users": Case(CUSTOMER, told_to(CUSTOMER, "deprovision", removal())),
        "take_deprovisioning_step": Case(CUSTOMER, None, "wholesale.deprovisioned", step="deprovision/users_removed"),
    },
    "a mail": {"send_mail": Case(ORDER, terms_wanted, "mail.sent", step=TERMS, optional=True)},
    "a mail in doubt": {
        "settle_mail": Case(ORDER, doubtful_mail_settled, "mail.sent", step=f"settle/{TERMS}"),
    },
    "a mail refused": {"retry_mail": Case(ORDER, refused_mail_retried, "mail.sent", step=f"retry/{TERMS}")},
}
"""Every activity of every worker, once. Those a life can do without are optional."""

CASES: Final[Course] = {activity: case for course in COURSES.values() for activity, case in course.items()}


def by_act(course: Course) -> Iterator[list[str]]:
    """The activities that one act comes to, in their order."""
    begins = [number for number, case in enumerate(course.values()) if case.act]
    for begin, end in zip(begins, [*begins[1:], len(course)], strict=True):
        yield list(course)[begin:end]


def trial(env: TimeSkipping) -> WorkflowHandle[Any, Any]:
    return env.client.get_workflow_handle(TRIAL)


def told(env: TimeSkipping, state: str) -> list[str]:
    lifecycle, _, subject = state.partition("-")
    return env.events(subject, Lifecycle(lifecycle))


def told_of(env: TimeSkipping, activity: str) -> list[str]:
    """What became of the step, by its own life's record."""
    case = CASES[activity]
    lifecycle, _, subject = case.state.partition("-")
    events = env.store.events(Lifecycle(lifecycle), subject)
    return [event.type for event in events if event.data.get("step") == (case.step or activity)]


async def page(handle: WorkflowHandle[Any, Any]) -> str:
    shown = await handle.query("__temporal_workflow_metadata", result_type=WorkflowMetadata)
    return str(shown.current_details)


async def attention_shown(env: TimeSkipping, handle: WorkflowHandle[Any, Any]) -> bool | None:
    """What lists and filters know: the last that was written of it."""
    found = None
    for event in (await env.history(handle)).events:
        if event.event_type == EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES:
            fields = event.upsert_workflow_search_attributes_event_attributes.search_attributes.indexed_fields
            if "TenureAttention" in fields:
                found = default_converter().payload_converter.from_payload(fields["TenureAttention"], bool)
    return found


def decided(step: str, outcome: str) -> SettleStep:
    return SettleStep(by="ops-7", step=step, outcome=outcome, reason="looked into it")


async def seen(env: TimeSkipping, handle: WorkflowHandle[Any, Any], step: str) -> LifecycleView:
    """Wait until attention is raised; the state then."""
    await env.sleep_until(await env.now() + SEEN_WITHIN[step.endswith(TERMS)])
    view = await env.state(handle)
    assert step in [failing.step for failing in view.failing]
    return view


def test_every_activity_has_a_case() -> None:
    """Several mails in one activity, or a mail tried on the spot, never fail as a step: what is left is sent alone."""
    real = activities_of(
        RecordActivities,
        OrderActivities,
        SubscriptionActivities,
        TrialActivities,
        WholesaleActivities,
        WholesaleUserActivities,
        ComplianceActivities,
        MailActivities,
    )
    assert {name.partition("@")[0] for name in CASES} == {method.__name__ for method in real} - {
        "send_mails",
        "send_mail_on_the_spot",
    }


@pytest.mark.parametrize("course", COURSES)
async def test_a_step_that_keeps_failing_is_seen_with_its_reason_and_clears_by_itself(
    env: TimeSkipping, course: str
) -> None:
    with nobody_looks_twice():
        for activities in by_act(COURSES[course]):
            env.faults.broken[activities[0]] = TROUBLE
            await act_of(activities, env)
            for activity, following in zip(activities, [*activities[1:], None], strict=True):
                await is_shown(env, activity)
                if following is not None:
                    env.faults.broken[following] = TROUBLE
                await clears(env, activity, following)


async def act_of(activities: list[str], env: TimeSkipping) -> None:
    act = CASES[activities[0]].act
    assert act is not None
    await act(env)


async def is_shown(env: TimeSkipping, activity: str) -> None:
    """To operators, in the store, in lists and on the page; with its reason and nobody's values."""
    case = CASES[activity]
    step, handle = case.step or activity, env.client.get_workflow_handle(case.state)
    view = await seen(env, handle, step)
    assert view.attention
    assert "settle_step" in view.desk
    assert [failing.reason for failing in view.failing] == ["Trouble: the disk is full"]
    assert "Trouble: the disk is full" in view.troubles[0]
    assert "operations" in view.waits_for
    assert await attention_shown(env, handle) is True
    shown = await page(handle)
    assert "the disk is full" in shown
    assert "settle_step" in shown
    assert CANARY not in shown + view.model_dump_json()
    if not case.optional:
        assert "nothing can go on without this step" in await env.refusal(
            handle, "settle_step", decided(step, "leave_out")
        )


async def clears(env: TimeSkipping, activity: str, following: str | None) -> None:
    """It goes on, to the next that fails if there is one."""
    case = CASES[activity]
    handle, before = env.client.get_workflow_handle(case.state), told(env, case.of or case.state).count(case.then)
    del env.faults.broken[activity]
    await env.sleep_until(await env.now() + RECOVERED_WITHIN)
    assert [*dict.fromkeys(told_of(env, activity))] == ["step.failing", "step.recovered"]
    if following is None:
        assert told(env, case.of or case.state).count(case.then) > before
        view = await env.state(handle)
        assert view.failing == ()
        assert (view.attention, await attention_shown(env, handle)) == (False, False)


async def test_nobody_is_troubled_by_what_fails_for_a_moment(env: TimeSkipping) -> None:
    """Nine attempts of ten."""
    env.faults.broken["record"] = TROUBLE
    await placed(env)
    await env.sleep_until(await env.now() + timedelta(seconds=60))
    assert not (await env.state(env.order())).attention
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + RECOVERED_WITHIN)
    assert "order.held" in told(env, ORDER)
    assert "step.failing" not in told(env, ORDER)


def test_attention_comes_after_minutes_not_hours() -> None:
    for tries in (RECORD, MAIL):
        assert timedelta(minutes=1) < tries.before_attention * tries.longest_pause < timedelta(minutes=30)


@pytest.mark.parametrize(
    ("activity", "lead", "step", "then"),
    [
        ("record", placed, "record", "order.held"),
        ("send_mail", terms_wanted, TERMS, "mail.sent"),
        ("open_order", placed, "open_order", "order.held"),
    ],
)
async def test_an_operator_has_it_tried_again_at_once(
    env: TimeSkipping, activity: str, lead: Act, step: str, then: str
) -> None:
    env.faults.broken[activity] = TROUBLE
    await lead(env)
    await seen(env, env.order(), step)
    env.faults.broken.clear()
    before = await env.now()
    await env.send(env.order(), "settle_step", decided(step, "retry"))
    assert then in told(env, ORDER)
    assert await env.now() - before < RECORD.first_pause * 10, "no pause was waited for"
    assert {"step.settled", "step.recovered"} <= {*told(env, ORDER)}


LEFT_OUT: Final[Mapping[str, str]] = {
    "assign_csm": "order.graduated",
    "notify_trial": "order.shipped",
    "start_device": "trial.activated",
    "locate": "wholesale.provisioned",
    "assign_user": "wholesale.provisioned",
    "change_user_package": "wholesale.provisioned",
    "remove_one_user": "wholesale.provisioned",
    "assign_users": "wholesale.provisioned",
    "count_users": "wholesale.provisioned",
    "tell_customer": "compliance.match_found",
    "send_mail": "step.left_out",
}
"""What is optional, and what the record has all the same."""


def test_every_optional_step_is_left_out_once() -> None:
    assert {*LEFT_OUT} == {activity for activity, case in CASES.items() if case.optional}


@pytest.mark.parametrize(
    "course", [name for name, course in COURSES.items() if {*course} & {*LEFT_OUT} and name != "a mail"]
)
async def test_what_a_life_can_do_without_is_left_out_by_an_operator_and_the_life_goes_on(
    env: TimeSkipping, course: str
) -> None:
    to_come = [activity for activity in COURSES[course] if activity in LEFT_OUT]
    for activities in by_act(COURSES[course]):
        failing = [activity for activity in activities if activity in LEFT_OUT]
        env.faults.broken.update(dict.fromkeys(failing, TROUBLE))
        await act_of(activities, env)
        for activity in failing:
            await is_left_out(env, activity)
            to_come.remove(activity)
        if not to_come:
            return


async def is_left_out(env: TimeSkipping, activity: str) -> None:
    case = CASES[activity]
    step, handle = case.step or activity, env.client.get_workflow_handle(case.state)
    await seen(env, handle, step)
    before = told(env, case.of or case.state).count(case.then)
    await env.send(handle, "settle_step", decided(step, "leave_out"))
    assert step not in [failing.step for failing in (await env.state(handle)).failing]
    assert LEFT_OUT[activity] in told(env, case.state)
    assert told_of(env, activity) == ["step.failing", "step.settled", "step.left_out"]
    assert told(env, case.of or case.state).count(case.then) == before


async def test_a_mail_left_out_never_leaves(env: TimeSkipping) -> None:
    env.faults.broken["send_mail"] = TROUBLE
    await terms_wanted(env)
    await is_left_out(env, "send_mail")
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + days(1))
    assert env.mails() == []
    assert {mail.state for mail in env.store.mails(Lifecycle.ORDER, "SO-100001")} <= {"moot"}


async def test_only_what_keeps_failing_can_be_settled(env: TimeSkipping) -> None:
    await placed(env)
    words = await env.refusal(env.order(), "settle_step", decided("record", "retry"))
    assert "no such step keeps failing; these do: none" in words


async def test_two_requests_that_need_the_same_step_go_one_after_the_other(env: TimeSkipping) -> None:
    """An operator decides about a name: no request may take the decision for another's, nor be stuck without one."""
    await tried_out(env)
    env.faults.broken["reserve_services"] = TROUBLE
    for service in (Service.MESSAGING, Service.CONTACT_CENTER):
        await send(trial(env), "edit_services", EditServices(by="hikari", add=(service,)))
    await seen(env, trial(env), "reserve_services")
    env.faults.broken.clear()
    await env.send(trial(env), "settle_step", decided("reserve_services", "retry"))
    await env.sleep_until(await env.now() + RECOVERED_WITHIN)
    assert "messaging" in (await env.state(trial(env))).facts["services"]
    assert (await env.state(trial(env))).failing == ()


async def test_a_note_reaches_the_store_though_another_step_keeps_failing(env: TimeSkipping) -> None:
    """What is accepted is kept, whatever else hangs."""
    await tried_out(env)
    env.faults.broken["reserve_services"] = TROUBLE
    await send(trial(env), "edit_services", EditServices(by="hikari", add=(Service.MESSAGING,)))
    await seen(env, trial(env), "reserve_services")
    await env.send(trial(env), "put_note", PutNote(by="ops-7", text="the store is looked at"))
    assert "trial.note" in told(env, TRIAL)


async def test_deadlines_mails_and_notes_go_on_while_a_step_keeps_failing(env: TimeSkipping) -> None:
    """The Welcome leaves, its link ends in time, and the record has it, though the subscription cannot be started."""
    env.faults.broken["start_subscription"] = TROUBLE
    await site_built(env, policy=OrderPolicy(password_link_life=timedelta(minutes=10)))
    await seen(env, env.order(), "start_subscription")
    assert "welcome" in env.mail_kinds()
    await env.send(env.order(), "put_note", PutNote(by="ops-7", text="looked at"))
    assert "order.note" in told(env, ORDER)
    await env.sleep_until(await env.now() + timedelta(minutes=11))
    assert "order.password_link_ended" in told(env, ORDER)
    env.faults.broken.clear()
    await env.send(env.order(), "settle_step", decided("start_subscription", "retry"))
    assert (await env.state(env.subscription())).stage == "active"


async def test_a_mail_goes_out_though_nobody_can_be_assigned(env: TimeSkipping) -> None:
    env.faults.broken["assign_csm"] = TROUBLE
    await handed_over(env)
    await seen(env, env.order(), "assign_csm")
    assert "graduation_copy" in env.mail_kinds()
    await env.send(env.order(), "settle_step", decided("assign_csm", "leave_out"))
    assert (await env.order().result())["stage"] == "completed"


async def test_a_mail_that_a_restored_store_has_forgotten_is_decided_about_all_the_same(env: TimeSkipping) -> None:
    """To look for its row for ever would leave nobody a way out."""
    env.transport.answers[PARTNER] = Answer.UNKNOWN
    await terms_wanted(env)
    env.transport.answers.clear()
    with closing(sqlite3.connect(env.settings.database_url.removeprefix("sqlite:///"), isolation_level=None)) as store:
        store.execute("DELETE FROM mails")
    resent = SettleMail(by="ops-7", mail=TERMS, outcome="resend", reason="not in the log")
    await env.send(env.order(), "settle_mail", resent)
    assert env.mail_kinds() == ["terms_wanted"]
    assert not (await env.state(env.order())).attention
