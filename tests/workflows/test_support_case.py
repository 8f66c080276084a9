"""Support cases, from receipt to their end. domain.md §8, §10.4."""

from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest
from temporalio.client import WorkflowFailureError
from temporalio.exceptions import ApplicationError

from domain.account.account import RegisterAccount
from domain.account.channels import Channel
from domain.case.messages import OpenCase
from domain.case.standing import CLOSES, NAME
from domain.lifecycle import workflow_id
from domain.mails import MailState
from domain.operator import Acknowledge, ExtendDueDate, Hold, PutNote, Resume
from domain.recompute import RecomputeDates
from domain.sla import ServiceHours
from domain.working_time import in_json
from tests.cases import (
    HOUR,
    MANAGER,
    an_account,
    an_opening,
    another_service,
    answered,
    asked,
    assigned,
    closed,
    identified,
    main_email,
    other_policy,
    reopened,
    resolved,
    responded,
    status,
)
from tests.makers import days
from tests.support.embedded import embedded
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping

TO_OUR_PEOPLE = {"sla_warning", "sla_breach", "sla_started_late", "status_wanted"}


async def opened(env: TimeSkipping, *accounts: RegisterAccount, **changes: Any) -> Any:
    """A case received at MONDAY, with the accounts that are known."""
    env.store.upsert_accounts(accounts, MONDAY)
    start = an_opening(**{"received_at": MONDAY} | changes)
    handle = await env.start("SupportCase", start, workflow_id(NAME, start.case_id))
    await env.settled()
    return handle


async def refused_start(env: TimeSkipping, start: OpenCase, id_: str = "case-C-1") -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as failed:
        await env.client.execute_workflow("SupportCase", start, id=id_, task_queue=env.settings.task_queue)
    assert isinstance(failed.value.cause, ApplicationError)
    return failed.value.cause


def told(env: TimeSkipping, *kinds: str, case_id: str = "C-1") -> list[str]:
    """Mails that left, of these kinds if some are given."""
    return [kind for kind in env.mail_kinds(case_id, NAME) if not kinds or kind in kinds]


def last_mail(env: TimeSkipping) -> str:
    body = message_from_bytes(env.transport.taken[-1].content, policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def moved(env: TimeSkipping, what: str) -> list[tuple[str, str]]:
    """Clock and instant of each movement of that kind, as the record has it."""
    events = [event for event in env.store.events(NAME, "C-1") if event.type == f"case.clock_{what}"]
    return [(event.data["clock"], event.data["at"]) for event in events]


async def history_length(env: TimeSkipping, handle: Any) -> int:
    return len((await env.history(handle)).events)


async def test_the_life_of_an_s1_case_that_is_worked_on_in_time(env: TimeSkipping) -> None:
    """SUP-10 to SUP-21, M-30, M-31: nobody of ours is warned, the partner hears each time."""
    case = await opened(env, an_account())
    view = await env.state(case)
    assert (view.stage, view.kind, view.customer_id) == ("acknowledged", "case.s1", "700100200")
    await env.send(case, "assign", assigned())
    await env.send(case, "respond", responded())
    await env.send(case, "identify", identified())
    await env.send(case, "ask_partner", asked("Since when does it happen?"))
    assert "Since when does it happen?" in last_mail(env)
    assert (await env.state(case)).waits_for == ("partner",)
    await env.sleep_until(MONDAY + days(3))
    await env.send(case, "partner_answered", answered())
    await env.send(case, "post_status", status("The fix is being tested."))
    assert "The fix is being tested." in last_mail(env)
    await env.send(case, "resolve", resolved())
    assert "The rule was corrected." in last_mail(env)
    await env.sleep_until(MONDAY + days(10) - HOUR)
    assert (await env.state(case)).stage == "resolved"
    await env.sleep_until(MONDAY + days(10) + TICK)
    assert await case.result() == {"case_id": "C-1", "stage": "closed"}
    assert told(env) == ["case_acknowledged", "case_question", "case_update", "case_resolved"]
    row = env.store.row(NAME, "C-1")
    assert row.forms["question/1"]["question"] == "Since when does it happen?"
    assert row.forms["problem/1"]["problem"] == "a filter rule"
    assert env.store.person(NAME, "C-1", "agent").email == "agent-7@support.example.com"
    assert await history_length(env, case) < 120


async def test_the_life_of_an_s1_case_that_nobody_works_on(env: TimeSkipping) -> None:
    """SUP-20, AMB-34, AMB-37: each warning and each breach once, to whom they belong, until it is resolved."""
    case = await opened(env, an_account())
    await env.sleep_until(MONDAY + HOUR - TICK)
    assert told(env) == ["case_acknowledged"]
    await env.sleep_until(MONDAY + HOUR + TICK)
    assert told(env) == ["case_acknowledged", "sla_warning"]
    assert env.transport.taken[-1].recipient == MANAGER, "nobody is assigned"
    await env.send(case, "assign", assigned())
    await env.sleep_until(MONDAY + 2 * HOUR + TICK)
    assert env.transport.taken[-1].recipient == "agent-7@support.example.com"
    await env.sleep_until(MONDAY + 3 * HOUR - TICK)
    assert told(env, "sla_breach") == []
    await env.sleep_until(MONDAY + 3 * HOUR + TICK)
    assert (told(env, "sla_breach"), env.transport.taken[-1].recipient) == (["sla_breach"], MANAGER)
    await env.sleep_until(MONDAY + 33 * HOUR)
    assert told(env, *TO_OUR_PEOPLE) == [
        *("sla_warning", "sla_warning", "sla_breach", "sla_breach"),
        *("status_wanted", "sla_breach", "status_wanted", "sla_breach", "status_wanted", "sla_breach"),
    ]
    view = await env.state(case)
    assert view.jeopardy == ("first_response_breached", "identification_breached", "status_update_breached")
    await env.send(case, "resolve", resolved())
    await env.send(case, "close", closed())
    assert (await case.result())["stage"] == "closed"
    assert [at for _, at in moved(env, "breached")] == [
        in_json(MONDAY + hours * HOUR) for hours in (3, 8, 24, 28, 32)
    ], "each at its own instant"
    assert told(env, "case_resolved") == ["case_resolved"]


async def test_sup_13_a_case_whose_address_an_agent_finds_late_is_s1_by_itself(env: TimeSkipping) -> None:
    """AMB-36: one notice, minutes lost, and nothing of what lies in the past."""
    case = await opened(env, an_account(), channel=Channel.EMAIL, main_email=None)
    assert (await env.state(case)).kind == "case.normal"
    assert told(env) == ["case_acknowledged", "case_field_explained"]
    await env.sleep_until(MONDAY + 4 * HOUR)
    assert told(env, *TO_OUR_PEOPLE) == [], "no clock runs"
    await env.send(case, "set_main_email", main_email())
    view = await env.state(case)
    assert (view.kind, view.facts["priority_customer"]) == ("case.s1", "yes")
    assert 238 <= int(view.facts["minutes_lost"]) <= 242
    assert told(env, *TO_OUR_PEOPLE) == ["sla_started_late"]
    assert ("first_response", in_json(MONDAY + 3 * HOUR)) in moved(env, "breached")
    await env.sleep_until(MONDAY + 8 * HOUR + TICK)
    assert told(env, *TO_OUR_PEOPLE) == ["sla_started_late", "sla_breach"]


async def test_amb_33_a_case_without_any_identifier_waits_for_the_partner(env: TimeSkipping) -> None:
    case = await opened(env, an_account(), channel=Channel.EMAIL, main_email=None, organization_id=None)
    view = await env.state(case)
    assert (view.stage, view.customer_id, view.waits_for) == ("pending", "unidentified", ("partner",))
    assert view.deadlines == ()
    await env.sleep_until(MONDAY + days(2))
    assert told(env) == ["case_acknowledged", "case_identifier_wanted"]
    await env.send(case, "set_main_email", main_email("Super.Admin@akasaka.example.com"))
    view = await env.state(case)
    assert (view.stage, view.kind, view.customer_id) == ("acknowledged", "case.s1", "700100200")


@pytest.mark.parametrize(
    ("account", "service", "rule"),
    [
        (an_account(subscriptions=[{"service": "Zoho CRM", "licences": 999}]), "Zoho Mail", "SUP-01"),
        (an_account(region="US"), "Zoho Mail", "AMB-32"),
        (an_account(), "Zoho Campaigns", "SUP-04"),
    ],
)
async def test_not_large_no_threshold_or_an_excluded_service_is_normal(
    env: TimeSkipping, account: RegisterAccount, service: str, rule: str
) -> None:
    case = await opened(env, account, service=service)
    view = await env.state(case)
    assert (view.kind, view.deadlines) == ("case.normal", ())
    (classified,) = [event for event in env.store.events(NAME, "C-1") if event.type == "case.classified"]
    assert rule in classified.data["why"]
    await env.sleep_until(MONDAY + days(5))
    assert told(env) == ["case_acknowledged"]


async def test_sup_04_another_service_ends_the_clocks_and_back_again_counts_from_receipt(env: TimeSkipping) -> None:
    """What an agent found out before stays: the account, not only what came with the start."""
    case = await opened(env, an_account(), channel=Channel.PHONE, main_email=None, organization_id=None, zuid="600")
    await env.send(case, "set_main_email", main_email())
    await env.send(case, "change_service", another_service("Zoho DataPrep"))
    view = await env.state(case)
    assert (view.kind, view.customer_id, view.deadlines) == ("case.normal", "700100200", ())
    await env.sleep_until(MONDAY + days(1))
    assert told(env, *TO_OUR_PEOPLE) == []
    await env.send(case, "change_service", another_service("Zoho Mail"))
    assert (await env.state(case)).kind == "case.s1"
    assert told(env, *TO_OUR_PEOPLE) == ["sla_started_late"]


async def test_sup_34_a_case_through_the_wrong_door_is_taken_and_told_the_right_one(env: TimeSkipping) -> None:
    account = an_account(data_centre="EU")
    case = await opened(env, account, channel=Channel.EMAIL, came_through="partner-support@zohocorp.com")
    assert (await env.state(case)).kind == "case.s1"
    assert (await env.state(case)).facts["right_door"] == "partner-support@eu.zohocorp.com"
    assert "partner-support@eu.zohocorp.com" in last_mail(env)


async def test_reopened_in_time_it_does_not_close(env: TimeSkipping) -> None:
    case = await opened(env, an_account(subscriptions=[]))
    await env.send(case, "resolve", resolved())
    await env.sleep_until(MONDAY + days(6))
    await env.send(case, "reopen", reopened())
    await env.sleep_until(MONDAY + days(9))
    assert (await env.state(case)).stage == "in_progress"
    await env.send(case, "resolve", resolved())
    moved_to = MONDAY + days(30)
    await env.send(case, "extend_due_date", ExtendDueDate(by="ops-7", deadline=CLOSES, at=moved_to, reason="agreed"))
    await env.sleep_until(MONDAY + days(29))
    assert (await env.state(case)).stage == "resolved"
    await env.sleep_until(moved_to + TICK)
    assert (await case.result())["stage"] == "closed"


async def test_a_hold_stops_mails_and_what_was_breached_meanwhile_is_recorded_where_it_was(env: TimeSkipping) -> None:
    case = await opened(env, an_account())
    await env.send(case, "hold", Hold(by="ops-7", reason="in dispute"))
    await env.sleep_until(MONDAY + 10 * HOUR)
    assert (told(env), moved(env, "breached")) == (["case_acknowledged"], [])
    await env.send(case, "resume", Resume(by="ops-7", reason="settled"))
    assert moved(env, "breached") == [
        ("first_response", in_json(MONDAY + 3 * HOUR)),
        ("identification", in_json(MONDAY + 8 * HOUR)),
    ]
    assert told(env, *TO_OUR_PEOPLE) == ["sla_breach"] * 2, "one for each clock, and no warning any more"


async def test_amb_35_other_hours_of_service_and_new_rules_count_the_clocks_anew(env: TimeSkipping) -> None:
    """It is Monday, 10:00 in Tokyo: three hours of service from 14:00 on are over at 17:00."""
    case = await opened(env, an_account())
    hours = ServiceHours(zone="Asia/Tokyo", opens="14:00", holidays_of="JP")
    await env.send(case, "change_policy", other_policy(hours=hours))
    view = await env.state(case)
    assert due(view)["first_response_breach"] == MONDAY + 7 * HOUR
    await env.send(case, "recompute_dates", RecomputeDates(by="ops-7", reason="tzdata"))
    assert due(await env.state(case)) == due(view)
    await env.sleep_until(MONDAY + 4 * HOUR + TICK)
    assert told(env, *TO_OUR_PEOPLE) == []
    await env.sleep_until(MONDAY + 5 * HOUR + TICK)
    assert told(env, *TO_OUR_PEOPLE) == ["sla_warning"]


def due(view: Any) -> dict[str, Any]:
    return {deadline.name: deadline.at for deadline in view.deadlines}


async def test_illegal_updates_are_refused_with_both_sides_named(env: TimeSkipping) -> None:
    case = await opened(env, an_account())
    assert (await env.refusal(case, "identify", identified())).startswith(
        "cannot report the problem identified: the case is acknowledged; this is possible while it is"
    )
    await env.send(case, "resolve", resolved())
    assert (await env.refusal(case, "set_main_email", main_email())).startswith(
        "cannot set the main e-mail: the case is resolved"
    )
    assert env.events("C-1", NAME).count("case.main_email_set") == 0


async def test_r9_an_id_is_taken_once(env: TimeSkipping) -> None:
    case = await opened(env, an_account())
    await env.send(case, "resolve", resolved())
    await env.send(case, "close", closed())
    await case.result()
    failed = await refused_start(env, an_opening(received_at=MONDAY))
    assert failed.message.startswith("case_id: C-1 was already taken by a case with the same content")


async def test_starts_that_cannot_be_are_refused_by_their_field(env: TimeSkipping) -> None:
    future = an_opening(received_at=MONDAY + days(1))
    assert (await refused_start(env, future)).message.startswith("received_at: must not lie in the future")
    assert (await refused_start(env, an_opening("C-3"), "C-3")).message == "workflow id: must be case-C-3"
    assert env.store.listed(NAME) == []


async def test_cancel_in_the_web_ui_solves_no_case_and_is_noted(env: TimeSkipping) -> None:
    case = await opened(env, an_account())
    await case.cancel(reason="pressed by mistake")
    await env.settled()
    event = env.store.events(NAME, "C-1")[-1]
    assert (event.type, event.actor, event.reason) == ("case.cancel_refused", "web-ui", "pressed by mistake")
    assert (await env.state(case)).stage == "acknowledged"


async def test_what_is_left_for_people_keeps_a_closed_case_open(env: TimeSkipping) -> None:
    """ADR 21: an alert of a closed case is only remembered, a mail in doubt is not."""
    case = await opened(env, an_account())
    await env.sleep_until(MONDAY + 3 * HOUR + TICK)
    await env.send(case, "acknowledge", Acknowledge(by="ops-7", alert="first_response_breached", reason="seen"))
    assert not (await env.state(case)).attention
    await env.send(case, "resolve", resolved())
    await env.send(case, "close", closed())
    assert (await case.result())["stage"] == "closed"
    assert {mail.state for mail in env.store.mails(NAME, "C-1")} == {MailState.SENT}


LOWERED = {"history.maxTotalUpdates": "16", "history.maxTotalUpdates.suggestContinueAsNewThreshold": "0.5"}
"""A run takes so many updates and no more."""


async def test_adr_7_in_a_new_run_a_case_goes_on_where_it_was_and_says_nothing_twice() -> None:
    async with embedded(LOWERED) as env:
        case = await env.start("SupportCase", an_opening(), "case-C-1")
        await env.settled(case)
        latest = env.client.get_workflow_handle(case.id)
        await env.send(latest, "ask_partner", asked())
        first = (await latest.describe()).run_id
        for number in range(12):
            await env.send(latest, "put_note", PutNote(by="ops-7", text=f"call number {number}"))
        assert (await latest.describe()).run_id != first
        view = await env.state(latest)
        assert view.stage == "pending"
        await env.send(latest, "partner_answered", answered())
        await env.send(latest, "ask_partner", asked("And who else?"))
        kinds = [mail.kind for mail in env.store.mails(NAME, "C-1")]
        assert kinds == ["case_acknowledged", "case_question", "case_question"]
        assert set(env.store.row(NAME, "C-1").forms) == {"question/1", "answer/1", "question/2"}


async def test_the_row_of_a_case_is_found_by_its_account(env: TimeSkipping) -> None:
    await opened(env, an_account())
    (line,) = env.store.listed(NAME, linked_to="700100200")
    assert (line.subject, line.kind, line.customer_id, line.partner_id) == ("C-1", "case.s1", "700100200", "hikari")
    assert env.store.listed(NAME, linked_to="700100201") == []
    assert line.next_deadline == MONDAY + HOUR
