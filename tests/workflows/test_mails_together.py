"""Mails of one cause go out in one activity; what its server wants later goes out alone. R1."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType

from activities.ports import Answer
from adapters.mail.transport import PAUSE
from domain.lifecycle import Lifecycle
from tests.makers import a_paid_customer_s_trial, an_administrator
from tests.support.environment import Handle
from tests.support.time_skipping import TimeSkipping
from tests.support.transport import Trouble
from workflows.steps import MAIL

FIRST = "hanako.yamada@"


def a_trial_of(administrators: int) -> Any:
    """All of them are told that it has begun, at once."""
    more = tuple(an_administrator(f"admin{number}@akasaka.example.com") for number in range(1, administrators))
    return a_paid_customer_s_trial(administrators=more)


async def queued(env: TimeSkipping, handle: Handle) -> Counter[str]:
    """Activities of the post, by name: how often each was scheduled."""
    events = (await env.history(handle)).events
    scheduled = [event for event in events if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
    names = (event.activity_task_scheduled_event_attributes.activity_type.name for event in scheduled)
    return Counter(name for name in names if "mail" in name)


def arrived(env: TimeSkipping) -> list[str]:
    return sorted(mail.to.partition("@")[0] for mail in env.mails("T-1001", Lifecycle.TRIAL))


def everybody(administrators: int) -> list[str]:
    return sorted([FIRST[:-1], *(f"admin{number}" for number in range(1, administrators))])


async def test_mails_of_one_cause_are_one_activity(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_trial_of(3))
    assert arrived(env) == everybody(3)
    assert await queued(env, trial) == {"send_mails": 1}


async def test_one_mail_needs_no_activity_of_the_post(env: TimeSkipping) -> None:
    """It is tried on the spot: tests/workflows/test_mails_on_the_spot.py."""
    trial = await env.start_trial(a_trial_of(1))
    assert arrived(env) == everybody(1)
    assert await queued(env, trial) == {}


async def test_many_go_out_in_batches(env: TimeSkipping, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workflows.mails.MAILS_AT_ONCE", 2)
    trial = await env.start_trial(a_trial_of(5))
    assert arrived(env) == everybody(5)
    assert await queued(env, trial) == {"send_mails": 2}


async def test_one_that_its_server_wants_later_holds_up_no_other_and_goes_out_alone(env: TimeSkipping) -> None:
    env.transport.answers = {FIRST: Answer.LATER}
    trial = await env.start_trial(a_trial_of(3))
    assert arrived(env) == ["admin1", "admin2"]
    env.transport.answers.clear()
    await env.sleep_until(await env.now() + MAIL.longest_pause)
    assert await queued(env, trial) == {"send_mails": 1, "send_mail": 1}
    assert arrived(env) == everybody(3)


async def test_what_becomes_of_each_is_told_of_each(env: TimeSkipping) -> None:
    env.transport.answers = {FIRST: Answer.REFUSED, "admin1@": Answer.UNKNOWN}
    trial = await env.start_trial(a_trial_of(3))
    mails = {mail.to.rpartition("/")[2]: mail.state.value for mail in (await env.state(trial)).mails}
    assert mails == {"0": "refused", "1": "unknown", "2": "sent"}
    assert await queued(env, trial) == {"send_mails": 1}


async def test_while_the_relay_takes_nothing_from_us_no_mail_is_refused_and_no_life_asks_for_attention(
    env: TimeSkipping,
) -> None:
    """There is one alarm for that, in the worker; a life says so only after three hours."""
    env.transport.again_in = PAUSE
    trial = await env.start_trial(a_trial_of(3))
    await env.sleep_until(await env.now() + timedelta(hours=3))
    state = await env.state(trial)
    assert ({mail.state.value for mail in state.mails}, state.attention) == ({"pending"}, False)
    await env.sleep_until(await env.now() + timedelta(minutes=30))
    state = await env.state(trial)
    assert state.attention
    (reason,) = {step.reason for step in state.failing}
    assert reason.startswith("MailRelayRefusesUs: mail server takes nothing from us at present: RCPT: 554 5.7.1 ")
    env.transport.again_in = None
    await env.sleep_until(await env.now() + PAUSE)
    assert arrived(env) == everybody(3)
    assert not (await env.state(trial)).attention


async def test_when_the_activity_dies_each_goes_out_alone(env: TimeSkipping) -> None:
    env.faults.broken["send_mails"] = Trouble("its worker is gone")
    trial = await env.start_trial(a_trial_of(3))
    assert arrived(env) == everybody(3)
    assert await queued(env, trial) == {"send_mails": 1, "send_mail": 3}
