"""Compliance checks on a server, with the customer's own workflow: from the screening to the end. WHS-20 to WHS-27."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from temporalio import activity
from temporalio.client import WorkflowFailureError, WorkflowUpdateRPCTimeoutOrCancelledError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

import worker
from activities.ports.screening import ScreeningUnavailable
from domain.compliance.messages import CustomerNews
from domain.compliance.policy import PROMPT
from domain.compliance.screening import Screened
from domain.compliance.standing import NAME
from domain.lifecycle import workflow_id
from domain.operator import Hold, Resume
from domain.values import Message
from domain.wholesale.messages import OnboardCustomer
from domain.wholesale.policy import WholesalePolicy
from domain.wholesale.state import NAME as WHOLESALE
from tests.compliance import LISTED, POLICY, TEAM, FakeScreener, a_start, approved, confirmed, replied
from tests.makers import a_partner, a_person, days, some
from tests.support.environment import ANSWER, refusal_of
from tests.support.time_skipping import TICK, TimeSkipping, time_skipping
from tests.support.transport import Trouble
from tests.wholesale import CALLING, CONSOLE, MEETINGS, an_onboarding, assignment, new_address, removal, report

PARTNER = a_partner(contact=a_person("desk@hikari.example.com", first_name="Ken", language="en"))

EVIDENCE = (LISTED, "E-4711", "Invented Restricted Parties", "after transliteration")


@pytest.fixture
def lists(monkeypatch: pytest.MonkeyPatch) -> FakeScreener:
    """Whoever is screened is on it, until a test says otherwise."""
    screener = FakeScreener()
    monkeypatch.setattr(worker, "screener", lambda *_: screener)
    return screener


@pytest.fixture
async def env(lists: FakeScreener, tmp_path: Path) -> AsyncIterator[TimeSkipping]:
    """With that list."""
    async with time_skipping(tmp_path) as fresh:
        yield fresh


def a_customer(external_id: str = "W-1", **changes: Any) -> OnboardCustomer:
    terms = WholesalePolicy(compliance=POLICY)
    return an_onboarding(external_id, **{"partner": PARTNER, "policy": terms} | changes)


async def onboarded(env: TimeSkipping, *customers: OnboardCustomer) -> Any:
    """Taken, and screened; the first one's handle."""
    for start in customers or (a_customer(),):
        env.started += [workflow_id(NAME, f"{start.external_id}-{number}") for number in (1, 2)]
        await env.start("WholesaleCustomer", start, workflow_id(WHOLESALE, start.external_id))
    await env.settled()
    return env.client.get_workflow_handle(env.started[-1])


def check(env: TimeSkipping, check_id: str = "W-1-1") -> Any:
    return env.client.get_workflow_handle(workflow_id(NAME, check_id))


def customer(env: TimeSkipping, external_id: str = "W-1") -> Any:
    return env.client.get_workflow_handle(workflow_id(WHOLESALE, external_id))


def stage(env: TimeSkipping, check_id: str = "W-1-1") -> str:
    """As the store has it."""
    return env.store.columns(NAME, check_id).stage


def events(env: TimeSkipping, check_id: str = "W-1-1") -> list[str]:
    """Without mails and names."""
    return [event.removeprefix("compliance.") for event in env.events(check_id, NAME) if "mail." not in event]


def mails(env: TimeSkipping, check_id: str = "W-1-1") -> list[str]:
    return [kind.removeprefix("compliance_") for kind in env.mail_kinds(check_id, NAME)]


def texts_to(env: TimeSkipping, address: str) -> list[str]:
    """Subject and text of the mails that left for somebody."""
    told = [
        message_from_bytes(mail.content, policy=default) for mail in env.transport.taken if mail.recipient == address
    ]
    bodies = [(message, message.get_body(("plain",))) for message in told]
    return [f"{message['subject']}\n{body.get_content()}" for message, body in bodies if body is not None]


async def the_end(env: TimeSkipping, check_id: str = "W-1-1") -> datetime:
    """When the deprovisioning is due, as things stand."""
    state = env.store.state(NAME, check_id)
    assert state.deprovision_at is not None
    return state.deprovision_at  # type: ignore[no-any-return]


async def three_contacts(env: TimeSkipping) -> datetime:
    """A confirmed match, and nobody answers; when it will end."""
    await onboarded(env)
    await env.send(check(env), "confirm_match", confirmed())
    begun = await env.now()
    await env.sleep_until(begun + days(7.5))
    return await the_end(env)


async def test_whs_27_a_whole_life_from_the_screening_to_the_certificate(env: TimeSkipping) -> None:
    """Confirm, three contacts, a last call, one last look; then the customer and all its users are deprovisioned."""
    await onboarded(env)
    for name in (CALLING, MEETINGS, CONSOLE):
        await env.send(customer(env), "report_package", report(name))
    await env.send(customer(env), "assign", assignment("U-1"))
    assert mails(env) == ["review_wanted"]
    await env.sleep_until(await env.now() + POLICY.review_within + TICK)
    assert mails(env) == ["review_wanted", "review_late"]
    await env.send(check(env), "confirm_match", confirmed(), customer(env))
    await env.sleep_until(await env.now() + days(10.5))
    assert stage(env) == "non_compliant", "the day of the last answer is not over"
    assert (await env.state(customer(env))).stage == "provisioned"
    await env.sleep_until(await the_end(env) + TICK)
    assert (await check(env).result())["stage"] == "deprovisioned"
    assert (await customer(env).result())["stage"] == "deprovisioned"
    assert env.store.users("W-1") == []
    assert env.store.state(WHOLESALE, "W-1").certificate == "C-W-1"
    assert mails(env) == ["review_wanted", "review_late", "contact", "contact", "contact", "last_call"]
    assert events(env) == [
        *("started", "match_found", "jeopardy", "match_confirmed"),
        *("contact_posted", "partner_contacted") * 3,
        *("deprovisioning_announced", "end_reached", "deprovisioning", "deprovisioned"),
    ]


async def test_no_mail_to_the_partner_has_evidence_and_the_team_has_it(env: TimeSkipping) -> None:
    await env.sleep_until(await three_contacts(env) + TICK)
    for text in some(texts_to(env, "desk@hikari.example.com")):
        assert not [each for each in EVIDENCE if each in text], text
    assert [each for each in EVIDENCE if each in texts_to(env, TEAM)[0]] == list(EVIDENCE)


async def test_whs_23_clean_is_done_and_nobody_hears_of_it(env: TimeSkipping, lists: FakeScreener) -> None:
    lists.lists_them = False
    await onboarded(env)
    assert (await check(env).result())["stage"] == "clear"
    assert env.transport.taken == []
    assert (await env.state(customer(env))).facts["compliance"] == "W-1-1 clear"


async def test_whs_25_a_review_that_takes_weeks_decides_nothing_and_writes_to_no_partner(env: TimeSkipping) -> None:
    await onboarded(env)
    await env.sleep_until(await env.now() + days(45))
    assert stage(env) == "in_review"
    assert mails(env) == ["review_wanted", "review_late"]
    assert texts_to(env, "desk@hikari.example.com") == []


async def test_nobody_can_be_asked_somebody_is_told_what_to_do_and_it_goes_on_by_itself(
    env: TimeSkipping, lists: FakeScreener
) -> None:
    """The customer notices nothing."""
    lists.says_why_not = "no list was imported yet: tenure screening import FILE"
    await onboarded(env)
    await env.sleep_until(await env.now() + TICK * 3)
    view = await env.state(check(env))
    assert (view.stage, view.attention) == ("checking", True)
    assert "tenure screening import FILE" in view.troubles[0]
    lists.says_why_not = ""
    await env.sleep_until(await env.now() + TICK)
    assert stage(env) == "in_review"
    assert not (await env.state(check(env))).attention


async def test_whs_20_another_address_while_nobody_can_be_asked_ends_the_older_check(
    env: TimeSkipping, lists: FakeScreener
) -> None:
    """It needs no list any more; the newer one waits for it."""
    lists.says_why_not = "no list was imported yet"
    await onboarded(env)
    await env.sleep_until(await env.now() + TICK * 3)
    await env.send(customer(env), "update_billing_address", new_address(), check(env))
    assert (await check(env).result())["stage"] == "superseded"
    assert (await env.state(check(env, "W-1-2"))).stage == "checking"


async def test_whs_20_another_address_during_a_review_keeps_what_the_older_check_found(env: TimeSkipping) -> None:
    await onboarded(env)
    await env.send(customer(env), "update_billing_address", new_address(), check(env), check(env, "W-1-2"))
    assert (stage(env), stage(env, "W-1-2")) == ("superseded", "in_review")
    older = env.store.state(NAME, "W-1-1")
    assert older.screening is not None
    assert older.screening.matches[0].listed_name == LISTED


async def test_whs_27_another_address_after_the_confirmation_does_not_begin_the_thirty_days_anew(
    env: TimeSkipping,
) -> None:
    """The older check goes on until somebody, or the list, has said something of the newer one."""
    await onboarded(env)
    await env.send(check(env), "confirm_match", confirmed())
    since = env.store.state(NAME, "W-1-1").non_compliant_since
    await env.send(check(env), "partner_replied", replied())
    await env.sleep_until(await env.now() + days(5))
    await env.send(customer(env), "update_billing_address", new_address(), check(env), check(env, "W-1-2"))
    assert (stage(env), stage(env, "W-1-2")) == ("non_compliant", "in_review")
    await env.send(check(env, "W-1-2"), "confirm_match", confirmed(), check(env), customer(env))
    assert (stage(env), stage(env, "W-1-2")) == ("superseded", "non_compliant")
    newer = env.store.state(NAME, "W-1-2")
    assert newer.non_compliant_since == since
    assert newer.was_reached
    assert mails(env, "W-1-2") == ["review_wanted"]


async def test_another_address_that_is_clean_resolves_it_and_the_partner_hears_of_it(
    env: TimeSkipping, lists: FakeScreener
) -> None:
    await onboarded(env)
    await env.send(check(env), "confirm_match", confirmed())
    lists.lists_them = False
    await env.send(customer(env), "update_billing_address", new_address(), check(env), check(env, "W-1-2"))
    assert (stage(env), stage(env, "W-1-2")) == ("superseded", "clear")
    assert mails(env) == ["review_wanted", "contact", "resolved"]


async def test_a_customer_that_is_deprovisioned_for_another_reason_withdraws_the_check(env: TimeSkipping) -> None:
    await onboarded(env)
    await env.send(check(env), "confirm_match", confirmed())
    await env.send(customer(env), "deprovision", removal(), check(env))
    assert (await check(env).result())["stage"] == "withdrawn"
    assert mails(env) == ["review_wanted", "contact"]


async def test_clean_at_the_last_look_nothing_is_deprovisioned(env: TimeSkipping, lists: FakeScreener) -> None:
    end = await three_contacts(env)
    lists.lists_them = False
    await env.sleep_until(end + TICK)
    assert (await check(env).result())["stage"] == "clear"
    assert (await env.state(customer(env))).stage == "provisioning"
    assert mails(env)[-1] == "resolved"
    assert len(lists.asked) == 2, "at the beginning, and immediately before the act"


async def test_whs_24_an_approval_ends_it_and_the_customer_knows(env: TimeSkipping) -> None:
    await onboarded(env)
    await env.send(check(env), "approve", approved(), customer(env))
    assert (await check(env).result())["stage"] == "approved"
    assert (await env.state(customer(env))).facts["compliance"] == "W-1-1 approved"


async def test_amb_30_a_reply_ends_the_contacts_and_its_words_are_the_store_s(env: TimeSkipping) -> None:
    await onboarded(env)
    await env.send(check(env), "confirm_match", confirmed())
    begun = await env.now()
    await env.send(check(env), "partner_replied", replied("Papers will come on Friday."))
    await env.sleep_until(begun + days(20))
    assert mails(env) == ["review_wanted", "contact"]
    assert env.store.row(NAME, "W-1-1").forms["reply/1"]["reply"] == "Papers will come on Friday."
    await env.sleep_until(begun + days(32))
    assert stage(env) == "deprovisioned"
    assert mails(env)[2:] == ["last_call", "last_call"]


async def test_held_across_the_end_nothing_happens_at_resume_and_it_is_announced_anew(env: TimeSkipping) -> None:
    end = await three_contacts(env)
    await env.send(check(env), "hold", Hold(by="ops-7", reason="asked by counsel"))
    await env.sleep_until(end + days(5))
    assert stage(env) == "non_compliant"
    before = len(mails(env))
    await env.send(check(env), "resume", Resume(by="ops-7"), customer(env))
    assert stage(env) == "non_compliant"
    fresh = await the_end(env)
    assert fresh > await env.now()
    await env.sleep_until(fresh - TICK)
    assert mails(env)[before:] == ["last_call"]
    assert stage(env) == "non_compliant"
    await env.sleep_until(fresh + TICK)
    assert stage(env) == "deprovisioned"


async def test_held_while_the_last_look_is_taken_nothing_is_deprovisioned(
    env: TimeSkipping, lists: FakeScreener
) -> None:
    """The hold comes while the list is asked."""
    end = await three_contacts(env)
    held = Hold(by="ops-7", reason="asked by counsel")
    lists.first = once_on_the_queue(lambda: told(check(env), "hold", held))
    await env.sleep_until(end + TICK)
    assert stage(env) == "non_compliant"
    assert events(env)[-2:] == ["end_reached", "operator_hold"]
    lists.first = None
    await env.send(check(env), "resume", Resume(by="ops-7"))
    assert stage(env) == "non_compliant"
    assert (await the_end(env)) > await env.now()


def once_on_the_queue(act: Callable[[], Awaitable[Any]]) -> Callable[[Screened], Awaitable[None]]:
    """Done while the list is asked in a task of its own: meanwhile the workflow hears everybody. On the spot, where it
    hears nobody, nobody can be asked."""

    async def first(_screened: Screened) -> None:
        if activity.info().is_local:
            raise ScreeningUnavailable("busy")
        await act()

    return first


AT_ONCE = POLICY.model_copy(update={"contacts": (days(0),), "answer_within": days(1), "last_call": (days(1),)})
"""It ends with the day after the confirmation."""

ROUNDS, RACES = 3, 7
"""A few at a time, so that a loaded machine can follow."""

IN_TIME, TOO_LATE = 0, 1
"""Who is approved while the list is asked, and who when the deprovisioning has begun; the others as it comes."""


@pytest.mark.parametrize("_round", range(ROUNDS))
async def test_whs_27_approve_against_deprovision_one_of_them_wins_and_the_record_says_which(
    env: TimeSkipping, lists: FakeScreener, _round: int
) -> None:
    """Sent while the last look is taken, when the deprovisioning has begun, and in between, as it comes."""
    names = [f"Zaribon {number}" for number in range(RACES)]
    terms = WholesalePolicy(compliance=AT_ONCE)
    await onboarded(env, *(a_customer(f"W-{n}", name=name, policy=terms) for n, name in enumerate(names)))
    checks = [check(env, f"W-{number}-1") for number in range(RACES)]
    for each in checks:
        await told(each, "confirm_match", confirmed())
    await env.settled()
    sent: dict[int, asyncio.Task[str | None]] = {}

    def send(number: int) -> asyncio.Task[str | None]:
        if number not in sent:  # an activity may be tried again
            sent[number] = asyncio.create_task(told(checks[number], "approve", approved()))
        return sent[number]

    async def first(screened: Screened) -> None:
        number = names.index(screened.name)
        if number == IN_TIME:
            await once_on_the_queue(lambda: send(number))(screened)
        elif number != TOO_LATE:
            send(number)

    lists.first = first
    env.faults.broken[f"ask_for_deprovisioning@{checks[TOO_LATE].id}"] = Trouble("gone for a while")
    await env.sleep_until(max([await the_end(env, f"W-{number}-1") for number in range(RACES)]) + TICK)
    await send(TOO_LATE)
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + TICK)
    won = [which_won(env, f"W-{number}-1", await send(number)) for number in range(RACES)]
    assert (won[IN_TIME], won[TOO_LATE]) == ("approve", "deprovision")


async def told(handle: Any, update: str, message: Message) -> str | None:
    """Send an update, and once more if the server does not answer; why it was refused: empty if it was done. None: the
    server never said, or the workflow was over by then."""
    key = str(uuid4())
    for _ in range(2):
        with suppress(RPCError, WorkflowUpdateRPCTimeoutOrCancelledError):
            refusal = await refusal_of(handle.execute_update(update, message, id=key, rpc_timeout=ANSWER))
            return refusal.message if refusal else ""
    return None


def which_won(env: TimeSkipping, check_id: str, answer: str | None) -> str:
    """By the record, which agrees with the answer that the compliance team got."""
    record, external_id = events(env, check_id), check_id.removesuffix("-1")
    if "approved" in record:
        assert not answer
        assert "deprovisioning" not in record
        assert (stage(env, check_id), env.store.columns(WHOLESALE, external_id).stage) == ("approved", "provisioning")
        return "approve"
    if answer is not None:
        assert "the deprovisioning has begun" in answer
        assert record.index("deprovisioning") < record.index("approval_too_late")
    assert stage(env, check_id) == env.store.columns(WHOLESALE, external_id).stage == "deprovisioned"
    return "deprovision"


async def test_an_approval_while_the_last_look_is_taken_wins_and_the_record_says_what_it_called_off(
    env: TimeSkipping, lists: FakeScreener
) -> None:
    end = await three_contacts(env)
    lists.first = once_on_the_queue(lambda: told(check(env), "approve", approved()))
    await env.sleep_until(end + TICK)
    assert events(env)[-3:] == ["end_reached", "deprovisioning_called_off", "approved"]
    assert mails(env)[-1] == "resolved"


async def test_at_the_end_nobody_can_be_asked_then_it_waits_and_is_announced_anew(
    env: TimeSkipping, lists: FakeScreener
) -> None:
    end = await three_contacts(env)
    lists.says_why_not = "the service does not answer"
    await env.sleep_until(end + PROMPT + TICK)
    view = await env.state(check(env))
    assert (view.stage, view.attention) == ("non_compliant", True)
    lists.says_why_not = ""
    await env.sleep_until(await env.now() + TICK)
    assert stage(env) == "non_compliant"
    fresh = await the_end(env)
    assert fresh > await env.now()
    await env.sleep_until(fresh + TICK)
    assert stage(env) == "deprovisioned"
    assert mails(env).count("last_call") == 2


async def test_an_approval_while_nobody_can_be_asked_needs_no_list(env: TimeSkipping, lists: FakeScreener) -> None:
    end = await three_contacts(env)
    lists.says_why_not = "the service does not answer"
    await env.sleep_until(end + TICK * 3)
    await env.send(check(env), "approve", approved(), customer(env))
    assert (await check(env).result())["stage"] == "approved"


async def test_a_signal_says_nothing_by_itself(env: TimeSkipping) -> None:
    """Anybody can send one."""
    await onboarded(env)
    await check(env).signal("customer_changed", CustomerNews(external_id="W-1"))
    await env.settled(check(env))
    assert stage(env) == "in_review"


async def test_cancel_in_the_web_ui_ends_no_check(env: TimeSkipping) -> None:
    await onboarded(env)
    await check(env).cancel()
    await env.settled(check(env))
    assert events(env)[-1] == "cancel_refused"
    assert stage(env) == "in_review"


async def test_r9_a_number_is_taken_once_and_its_id_is_its_own(env: TimeSkipping) -> None:
    for id_, said in (("compliance-W-9", "must be compliance-W-1-1"), ("compliance-W-1-1", "W-1-1")):
        if id_ == "compliance-W-1-1":
            await onboarded(env)
            await env.send(check(env), "approve", approved())
        with pytest.raises(WorkflowFailureError) as failed:
            await env.client.execute_workflow("ComplianceCheck", a_start(), id=id_, task_queue=env.task_queue)
        assert isinstance(failed.value.cause, ApplicationError)
        assert said in failed.value.cause.message
