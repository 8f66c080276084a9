"""What each story asks of Temporal, in order, in a few canonical lives: a change of it may break lives under way."""

import json
import os
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from datetime import UTC, datetime
from difflib import unified_diff
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowHistory
from temporalio.worker import Replayer

import worker
from activities.record import Recorded
from adapters.temporal.sandbox import GuardedRunner
from domain.account.channels import Channel
from domain.device.messages import HandOver, ReportDelivered, ReportReceived
from domain.lifecycle import Lifecycle
from domain.operator import Hold, Resume, SendAgain
from domain.option.messages import OptionKind
from domain.option.policy import OptionPolicy
from domain.order.messages import Offering, Terms
from domain.subscription.messages import TerminateSubscription
from domain.trial.messages import AcceptTrial, GiveDetails, Service, TrialDevice
from starter.answers.tools import Verdict
from starter.history import replay
from starter.history.events import patch, started
from tests.case_scenarios import received
from tests.cases import HOUR, answered, asked, assigned, closed, identified, main_email, reopened, resolved, responded
from tests.compliance import approved, confirmed, replied
from tests.compliance_scenarios import unresolved
from tests.hub_scenarios import two_missed_weeks
from tests.makers import (
    a_consented_trial,
    a_form,
    a_paid_customer_s_trial,
    a_renewal,
    accepted,
    an_order,
    built,
    cancelled,
    cleared,
    converted,
    days,
    graduated,
    renewal_done,
    services_built,
    submitted,
)
from tests.options import a_request, begun, done
from tests.support.environment import eventually
from tests.support.time_skipping import MONDAY, TimeSkipping
from tests.support.transport import Trouble
from tests.wholesale import (
    a_user,
    assignment,
    batch,
    departure,
    new_address,
    other_package,
    quantities,
    removal,
    report,
    retry,
)
from tests.wholesale_scenarios import LISTED, check, in_service, onboarded
from workflows.order import Order
from workflows.registry import BESIDE, WORKFLOWS
from workflows.steps import LAST_WORDS
from workflows.unknown import UnknownWorkflow

OUTSIDE = "> "
"""How a line begins that is no command: the story was told something, or its time had come."""

HERE = Path(__file__).parent / "fingerprints"

REBASELINE = "REBASELINE"
"""Set to 1: write the fingerprints anew instead of comparing."""

Histories = Mapping[str, WorkflowHistory]
"""By `workflow type/life`."""


# The lives.


async def a_graduated_order(env: TimeSkipping) -> WorkflowHandle[Any, Any]:
    """From hold to graduation; its subscription has begun."""
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())
    await env.send(order, "graduate", graduated(term_years=1))
    return order


async def a_subscription_that_is_renewed(env: TimeSkipping) -> Histories:
    """In time, so there is a next term, with a run of its own."""
    order = await a_graduated_order(env)
    first_term = await env.subscription().describe()
    await env.sleep_until(datetime(2032, 4, 10, tzinfo=UTC))
    renewal = await env.place(a_renewal())
    await env.send(renewal, "clear_compliance", cleared())
    await env.send(renewal, "submit_provisioning_form", submitted(a_form(existing_customer=True)))
    await env.send(renewal, "report_site_built", renewal_done())
    renewed = env.client.get_workflow_handle(first_term.id, run_id=first_term.run_id)
    await eventually(lambda: is_another_run(env, first_term.run_id))
    await env.settled()
    next_term = await env.history(env.subscription())
    return {
        "Order/graduated": await env.history(order),
        "Order/renewal": await env.history(renewal),
        "Subscription/renewed": continued(await env.history(renewed), next_term),
        "Subscription/next_term": next_term,
    }


async def is_another_run(env: TimeSkipping, than: str) -> bool:
    return (await env.history(env.subscription())).run_id != than


def continued(run: WorkflowHistory, following: WorkflowHistory) -> WorkflowHistory:
    """With its last event, which this server loses when a query meets the end of a run; the next run knows of it."""
    assert started(following.events).continued_execution_run_id == run.run_id
    end = HistoryEvent(event_type=EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW)
    lost = run.events[-1].event_type != end.event_type
    return WorkflowHistory(run.workflow_id, [*run.events, end] if lost else run.events)


async def a_subscription_that_nobody_renews(env: TimeSkipping) -> Histories:
    """Notices, alert, suspension, end."""
    await a_graduated_order(env)
    await env.sleep_until(datetime(2032, 6, 10, tzinfo=UTC))
    await env.send(env.subscription(), "terminate", TerminateSubscription(by="ops-7", reason="moved on"))
    return {"Subscription/suspended_and_ended": await env.history(env.subscription())}


async def an_order_that_is_late_everywhere(env: TimeSkipping) -> Histories:
    """Terms to accept, hold overdue, cancelled; another one: build late, then built, and its password link over."""
    held = await env.place(an_order("SO-100001", Offering.PORT))
    await env.sleep_until(datetime(2031, 6, 12, tzinfo=UTC))
    await env.send(held, "accept_terms", accepted(Terms.PORT))
    await env.send(held, "cancel", cancelled())
    late = await env.place(an_order("SO-100002"))
    await env.send(late, "clear_compliance", cleared())
    await env.send(late, "submit_provisioning_form", submitted())
    await env.sleep_until(datetime(2031, 7, 12, tzinfo=UTC))
    await env.send(late, "report_site_built", built())
    await env.sleep_until(datetime(2031, 7, 20, tzinfo=UTC))
    return {"Order/cancelled": await env.history(held), "Order/built_late": await env.history(late)}


async def a_trial_with_consent_and_a_device(env: TimeSkipping) -> Histories:
    """Accepted, used, expired, lost for good; the device comes back late."""
    device = TrialDevice(
        device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=datetime(2031, 8, 1, 3, tzinfo=UTC)
    )
    trial = await env.start_trial(a_consented_trial("T-1001", Service.CALLING, devices=(device,)))
    await env.send(trial, "accept", AcceptTrial(by="admin-1", full_administrator=True))
    await env.send(trial, "give_details", GiveDetails(by="hikari"))
    await env.send(trial, "report_services_built", services_built(Service.CALLING))
    loan = env.device("D-1")
    await env.send(loan, "report_delivered", ReportDelivered(by="logistics"))
    for month in (8, 9, 10, 11, 12):
        await env.sleep_until(datetime(2031, month, 20, tzinfo=UTC))
    await env.send(loan, "hand_over", HandOver(by="admin-1"))
    await env.send(loan, "report_received", ReportReceived(by="logistics", serial_number="FOC1"))
    return {"Trial/lost": await env.history(trial), "DeviceLoan/late": await env.history(loan)}


async def a_trial_that_is_converted(env: TimeSkipping) -> Histories:
    """A paying customer's: active at once. And a start of no known type."""
    trial = await env.start_trial(a_paid_customer_s_trial())
    await env.sleep_until(await env.now() + days(10))
    await env.send(trial, "convert", converted(order=an_order("SO-300001", converts_trial="T-1001")))
    unknown = await env.client.start_workflow("Ordr", id="unknown", task_queue=env.settings.task_queue)
    with pytest.raises(WorkflowFailureError):
        await unknown.result()
    return {"Trial/converted": await env.history(trial), "UnknownWorkflow/refused": await env.history(unknown)}


async def an_option_request_and_an_inquiry(env: TimeSkipping) -> Histories:
    """Work later than expected, with an effect; and an answer at once."""
    await a_graduated_order(env)
    asked = a_request(OptionKind.LANGUAGE, "OR-1", policy=OptionPolicy(expected_within=days(2)))
    option = await env.start("OptionRequest", asked, "option-OR-1")
    await env.sleep_until(await env.now() + days(3))
    await env.send(option, "begin_work", begun())
    await env.send(option, "complete", done(), env.subscription())
    inquiry = await env.start("OptionRequest", a_request(OptionKind.CSM, "OR-2"), "option-OR-2")
    await inquiry.result()
    return {"OptionRequest/completed": await env.history(option), "OptionRequest/answered": await env.history(inquiry)}


async def cases_in_time_and_late(env: TimeSkipping) -> Histories:
    """One is asked about, solved, solved again and closes by itself; one is found to be S1 when much was missed."""
    case = await received(env, "C-1")
    unknown = await received(env, "C-2", channel=Channel.EMAIL, main_email=None, organization_id=None)
    await env.send(case, "assign", assigned())
    await env.send(case, "respond", responded())
    await env.send(case, "ask_partner", asked())
    await env.sleep_until(MONDAY + 12 * HOUR)
    await env.send(case, "partner_answered", answered())
    await env.send(unknown, "set_main_email", main_email())
    await env.sleep_until(MONDAY + 30 * HOUR)
    await env.send(case, "identify", identified())
    await env.send(case, "resolve", resolved())
    await env.send(case, "reopen", reopened())
    await env.send(case, "resolve", resolved())
    await env.send(unknown, "resolve", resolved())
    await env.send(unknown, "close", closed())
    await env.sleep_until(MONDAY + days(9))
    return {"SupportCase/in_time": await env.history(case), "SupportCase/late": await env.history(unknown)}


async def a_customer_that_is_never_compliant(env: TimeSkipping) -> Histories:
    """Provisioned with users, confirmed to be the one on the list, nobody answers: deprovisioned with its users. Mails
    go by the queue: customer and check hear of each other at the end, and whether before or after a mail on the spot is
    chance."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("activities.record.Recorded", lambda **_: Recorded(mail_flows=False))
        customer = await unresolved(env)
    found = await env.history(check(env, "W-1"))
    return {"WholesaleCustomer/unresolved": await env.history(customer), "ComplianceCheck/unresolved": found}


async def a_customer_that_changes(env: TimeSkipping) -> Histories:
    """Users, quantities, something that fails, another address; it is removed while its second check is open."""
    customer = await in_service(env, "W-1", name=LISTED)
    env.store.lay_down("W-1", "B-1", [a_user()], MONDAY)
    await env.send(customer, "assign_batch", batch())
    await env.send(customer, "assign", assignment("U-2"))
    await env.send(customer, "change_package", other_package("U-2"))
    await env.send(customer, "remove_user", departure("U-2"))
    await env.send(customer, "change_quantities", quantities(packages={"webex_suite": 3}))
    await env.send(customer, "report_package", report("webex_suite", fails=True))
    await env.send(customer, "retry_package", retry("webex_suite"))
    await env.sleep_until(MONDAY + days(2))
    broken = f"screen_customer@{check(env, 'W-1', 2).id}"
    env.faults.broken[broken] = Trouble("its older check is to be over first")
    await env.send(customer, "update_billing_address", new_address())
    env.faults.broken.clear()
    await env.sleep_until(MONDAY + days(3))
    await env.send(check(env, "W-1", 2), "confirm_match", confirmed())
    await env.send(customer, "hold", Hold(by="ops-7", reason="its check is to be over first"))
    await env.send(customer, "deprovision", removal())
    await env.send(customer, "resume", Resume(by="ops-7"))
    return {
        "WholesaleCustomer/changed": await env.history(customer),
        "ComplianceCheck/superseded": await env.history(check(env, "W-1")),
        "ComplianceCheck/withdrawn": await env.history(check(env, "W-1", 2)),
    }


async def a_check_that_people_resolve(env: TimeSkipping) -> Histories:
    """Reviewed late and confirmed, the partner replies, it is approved; another one finds nobody."""
    await onboarded(env, "W-1", name=LISTED)
    await onboarded(env, "W-2")
    await env.sleep_until(MONDAY + days(1))
    await env.send(check(env, "W-1"), "confirm_match", confirmed())
    await env.send(check(env, "W-1"), "partner_replied", replied())
    await env.send(check(env, "W-1"), "approve", approved())
    return {
        "ComplianceCheck/approved": await env.history(check(env, "W-1")),
        "ComplianceCheck/clear": await env.history(check(env, "W-2")),
    }


async def mails_that_go_out_again(env: TimeSkipping) -> Histories:
    """About terms; and about consent, while an operator holds the trial."""
    order = await env.place(an_order("SO-100001", Offering.PORT))
    await env.send(order, "send_again", again(env, Lifecycle.ORDER, "SO-100001"))
    trial = await env.start_trial(a_consented_trial(contact_is_full_administrator=True))
    await env.send(trial, "hold", Hold(by="ops-7", reason="its mail server is down"))
    await env.send(trial, "send_again", again(env, Lifecycle.TRIAL, "T-1001"))
    await env.send(trial, "resume", Resume(by="ops-7"))
    return {"Order/mail_sent_again": await env.history(order), "Trial/consent_sent_again": await env.history(trial)}


def again(env: TimeSkipping, lifecycle: Lifecycle, subject: str) -> SendAgain:
    """Its first mail."""
    mail = env.store.mails(lifecycle, subject)[0].key
    return SendAgain(by="ops-7", mail=mail, reason="they cannot find it")


async def weeks_of_the_hub_that_were_missed(env: TimeSkipping) -> Histories:
    """Two of them. HUB-60."""
    return {"CloseHubWeek/two_missed": await env.history(await two_missed_weeks(env))}


LIVES: tuple[Callable[[TimeSkipping], Awaitable[Histories]], ...] = (
    a_subscription_that_is_renewed,
    a_subscription_that_nobody_renews,
    an_order_that_is_late_everywhere,
    a_trial_with_consent_and_a_device,
    a_trial_that_is_converted,
    an_option_request_and_an_inquiry,
    cases_in_time_and_late,
    a_customer_that_is_never_compliant,
    a_customer_that_changes,
    a_check_that_people_resolve,
    mails_that_go_out_again,
    weeks_of_the_hub_that_were_missed,
)


# The fingerprint.

ASKED: dict[str, Callable[[Any], str]] = {
    "ACTIVITY_TASK_SCHEDULED": lambda of: f"activity {of.activity_type.name}",
    "TIMER_STARTED": lambda _: "timer",
    "TIMER_CANCELED": lambda _: "timer cancelled",
    "SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED": lambda of: f"signal {of.signal_name}",
    "START_CHILD_WORKFLOW_EXECUTION_INITIATED": lambda of: f"child {of.workflow_type.name}",
    "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES": lambda of: f"upsert {', '.join(sorted(of.search_attributes.indexed_fields))}",
    "MARKER_RECORDED": lambda of: f"marker {of.marker_name}{patch(of)}",
}
"""Events that a command of the story becomes."""

ENDS = ("WORKFLOW_EXECUTION_COMPLETED", "WORKFLOW_EXECUTION_FAILED", "WORKFLOW_EXECUTION_CONTINUED_AS_NEW")

CAME: dict[str, Callable[[Any], str]] = {
    "WORKFLOW_EXECUTION_UPDATE_ACCEPTED": lambda of: f"update {of.accepted_request.input.name}",
    "WORKFLOW_EXECUTION_SIGNALED": lambda of: f"signal {of.signal_name}",
    "TIMER_FIRED": lambda _: "timer fired",
}
"""Events from outside."""


def fingerprint(history: WorkflowHistory) -> list[str]:
    """The commands in order as `what: summary`, and between them (`>`) what came from outside.

    Between two of those a command counts when it comes first: mails that leave together are reported one by one or
    all at once, as it happens, and so are recorded once or more. What comes again is for tests/test_replay.py to see.
    The timer of a millisecond that ends a task fires in the task after it, or with what came at the same time.
    """
    told: list[str] = []
    since: set[str] = set()
    brief = {event.event_id for event in history.events if is_brief(event)}
    events = [event for event in history.events if event.timer_fired_event_attributes.started_event_id not in brief]
    for line in (line for event in events for line in lines_of(event)):
        if line.startswith(OUTSIDE):
            since.clear()
        if line not in since:
            told.append(line)
        since.add(line)
    return told


def is_brief(event: HistoryEvent) -> bool:
    """A timer that only ends a task."""
    begun = event.HasField("timer_started_event_attributes")
    return begun and event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta() <= LAST_WORDS


def lines_of(event: HistoryEvent) -> Iterator[str]:
    """At most one."""
    name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")
    of: Any = getattr(event, event.WhichOneof("attributes") or "", None)
    summary = f": {json.loads(event.user_metadata.summary.data)}" if event.user_metadata.summary.data else ""
    if name in ASKED:
        yield ASKED[name](of) + summary
    elif name in ENDS:
        yield name.removeprefix("WORKFLOW_EXECUTION_").lower().replace("_", " ")
    elif name in CAME:
        yield OUTSIDE + CAME[name](of)


def commands(lines: list[str]) -> list[str]:
    """What Temporal compares in a replay: kinds and names, not the words of a summary."""
    return [line.partition(": ")[0] for line in lines]


def file_of(name: str) -> Path:
    """Where a story's fingerprints are: `Order/renewal` in order.json."""
    return HERE / f"{re.sub(r'(?<=[a-z])(?=[A-Z])', '_', name.partition('/')[0]).lower()}.json"


def kept(name: str) -> list[str]:
    """The committed fingerprint of one life."""
    file = file_of(name)
    found = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    return list(found.get(name.partition("/")[2], ()))


def keep(name: str, lines: list[str]) -> None:
    """Write one life's fingerprint anew."""
    file = file_of(name)
    known = json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}
    known[name.partition("/")[2]] = lines
    HERE.mkdir(exist_ok=True)
    file.write_text(json.dumps(dict(sorted(known.items())), ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


HARMLESS = """Only words of summaries changed. Temporal does not compare those: no patch is needed."""

PATCH = """The story asks other things of Temporal than it did, or in another order. Lives under way were begun with
the old order and run for a year: on replay they fail with a nondeterminism error (TMPRL1100) and stand still.
Keep both:

    if workflow.patched("what-is-new"):   # new lives, and the patched part of old ones
        ...                               # what you wrote
    else:
        ...                               # what was here before, word for word

Then replay: `pytest tests/test_replay.py` and, against the live server, `tenure replay`. docs/versioning.md."""


def complaint(name: str, was: list[str], now: list[str]) -> str | None:
    """What is to be done about a fingerprint that changed; None if it did not."""
    if was == now:
        return None
    changed = "\n".join(unified_diff(was, now, "committed", "now", lineterm="", n=2))
    meant = HARMLESS if commands(was) == commands(now) else PATCH
    anew = f"When that is done: {REBASELINE}=1 pytest tests/test_fingerprints.py, and commit tests/fingerprints."
    return f"The fingerprint of {name} changed.\n\n{changed}\n\n{meant}\n\n{anew}"


@pytest.mark.parametrize("state", LIVES, ids=lambda state: state.__name__)
async def test_the_stories_ask_of_temporal_what_they_did(
    state: Callable[[TimeSkipping], Awaitable[Histories]], env: TimeSkipping
) -> None:
    found = {name: fingerprint(history) for name, history in (await state(env)).items()}
    if os.environ.get(REBASELINE) == "1":
        for name, lines in found.items():
            keep(name, lines)
    complaints = [said for name, lines in found.items() if (said := complaint(name, kept(name), lines))]
    assert not complaints, "\n\n".join(complaints)


def test_every_story_has_a_fingerprint() -> None:
    assert {path.name for path in HERE.glob("*.json")} == {
        file_of(story.__name__).name for story in (*WORKFLOWS, *BESIDE, UnknownWorkflow)
    }


# Proof that the gate can fail.


async def judged(replayer: Replayer, history: WorkflowHistory) -> Verdict:
    return replay.judge("here", await replayer.replay_workflow(history, raise_on_replay_failure=False))


async def test_a_mutated_story_has_another_fingerprint_and_breaks_old_lives(
    env: TimeSkipping, monkeypatch: pytest.MonkeyPatch
) -> None:
    order = await env.place(an_order("SO-100001", Offering.PORT))
    await env.send(order, "cancel", cancelled())
    history = await env.history(order)
    outside = GuardedRunner()  # inside the sandbox the story is imported anew, unmutated
    assert (await judged(replay.a_replayer(runner=outside), history)).breaks is None

    opened = Order.open

    async def slowly(self: Order) -> None:
        await workflow.sleep(1, summary="Breathe in")
        await opened(self)

    monkeypatch.setattr(Order, "open", slowly)
    verdict = await judged(replay.a_replayer(runner=outside), history)
    does_not = "Missing associated machine for LocalActivity(1)"
    assert verdict.breaks == f"the code does other things than the history: {does_not}"

    async def fails(_self: Order) -> None:
        raise KeyError("Hanako Yamada")

    monkeypatch.setattr(Order, "open", fails)
    told = (await judged(replay.a_replayer(runner=outside), history)).breaks or ""
    assert "the code fails with KeyError" in told
    assert "Yamada" not in told


def test_a_change_is_explained() -> None:
    was = ["activity open_order: Take the order number", "timer: Hold overdue", "completed"]
    assert complaint("Order/x", was, was) is None
    assert HARMLESS in (complaint("Order/x", was, ["activity open_order: Take it", *was[1:]]) or "")
    more = complaint("Order/x", was, [was[0], "timer: Breathe in", *was[1:]]) or ""
    assert "+timer: Breathe in" in more
    assert "workflow.patched" in more
    assert f"{REBASELINE}=1 pytest" in more


# The replayer is the worker's twin.


def test_a_replay_knows_the_stories_and_the_sandbox_of_the_worker() -> None:
    for shared in ("WORKFLOWS", "sandbox"):
        assert vars(replay)[shared] is vars(worker)[shared]


async def test_a_life_of_now_replays_in_the_sandbox(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    verdict = await judged(replay.a_replayer(), await env.history(order))
    assert (verdict.breaks, verdict.workflow_type) == (None, "Order")
