"""The end of trials of customers who have more than the trial, and of trials that are ordered. AMB-48 to AMB-53."""

from datetime import datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import Any

import pytest

from domain.lifecycle import Lifecycle
from domain.operator import Hold, Resume
from domain.subscription.messages import TerminateSubscription
from domain.trial.messages import EditServices, PaidOrderNews, Service
from tests.makers import (
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_trial,
    an_order,
    built,
    cancelled,
    cleared,
    days,
    services_built,
    submitted,
)
from tests.support.time_skipping import TICK, TimeSkipping

USERS = (a_person("user@akasaka.example.com"),)
OF_CALLING = {"licences_removed", "calling_configuration_removed"}


async def in_use(env: TimeSkipping, order: Any) -> None:
    """The order becomes a subscription."""
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    await env.send(order, "report_site_built", built())


def kinds(env: TimeSkipping, trial: str = "T-1001") -> list[str]:
    return env.mail_kinds(trial, Lifecycle.TRIAL)


def texts(env: TimeSkipping, words: str) -> list[str]:
    """The English text of the mails that left with these words in it."""
    bodies = [message_from_bytes(mail.content, policy=default).get_body(("plain",)) for mail in env.transport.taken]
    return [text for body in bodies if body is not None and words in (text := " ".join(body.get_content().split()))]


async def fact(env: TimeSkipping, trial: Any, name: str) -> str | None:
    return (await env.state(trial)).facts.get(name)


async def e_of(env: TimeSkipping, trial: Any) -> datetime:
    return datetime.fromisoformat((await env.state(trial)).facts["expires_at"])


async def test_amb_48_an_add_on_trial_of_a_paying_organization_takes_calling_and_nothing_else(
    env: TimeSkipping,
) -> None:
    """Its users and administrators stay, and no mail says anything else."""
    await in_use(env, await env.place(an_order()))
    english = [a_person(f"{name}@akasaka.example.com", language="en") for name in ("user", "admin")]
    start = a_paid_customer_s_trial(days=10, purchased=(), users=(english[0],), partner=a_partner(contact=english[1]))
    trial = await env.start_trial(start)
    e = await e_of(env, trial)
    await env.sleep_until(e + days(30) + TICK)
    assert set(env.store.losses("T-1001")) == OF_CALLING
    assert set(env.store.spared("T-1001")) == {"users_moved", "roles_removed"}
    assert "users_moved: organization: subscription sub-SO-100001" in (await fact(env, trial, "spared") or "")
    (ended,) = texts(env, "Access ended")
    assert "Your user account stays as it is" in ended
    calls = texts(env, "What is lost at that moment")
    assert [("once more" in call, "our last message" in call) for call in calls] == [(True, False), (False, True)]
    for call in calls:
        assert "Calling configuration is removed" in call
        assert "Users and administrator roles stay" in call
        assert "moved to the free consumer organization" not in call
    await env.sleep_until(e + days(45) + TICK)
    assert (await trial.result())["stage"] == "lapsed.numbers_released"
    assert env.events("T-1001", Lifecycle.TRIAL).count("trial.spared") == 2


async def test_amb_48_a_subscription_that_ends_before_the_loss_spares_nothing(env: TimeSkipping) -> None:
    """Looked at in the moment of the act; a last call says what will be lost as things stand."""
    await in_use(env, await env.place(an_order()))
    trial = await env.start_trial(a_paid_customer_s_trial(days=10, purchased=(), users=USERS))
    e = await e_of(env, trial)
    await env.sleep_until(e + days(29) + days(0.5))
    await env.send(env.subscription(), "terminate", TerminateSubscription(by="ops-7", reason="left"))
    await env.sleep_until(e + days(30) + TICK)
    assert {"users_moved", "roles_removed"} <= set(env.store.losses("T-1001"))
    assert (await fact(env, trial, "spared")) is None


async def test_amb_49_calling_that_another_partner_took_over_is_left_alone(env: TimeSkipping) -> None:
    """No loss, no release of numbers, no mail about it."""
    first = await env.start_trial(a_trial("T-1001", Service.CALLING, Service.MESSAGING, days=10, users=USERS))
    await env.send(first, "report_services_built", services_built(Service.CALLING, Service.MESSAGING))
    await env.send(first, "edit_services", EditServices(by="hikari", remove=(Service.CALLING,)))
    midori = a_partner("midori", "みどり商会", contact=a_person("desk@midori.example.com", language="en"))
    second = a_paid_customer_s_trial("T-2", Service.CALLING, purchased=(Service.MEETINGS,), days=200, partner=midori)
    await env.start_trial(second)
    e = await e_of(env, first)
    await env.sleep_until(e + days(60))
    assert (await first.result())["stage"] == "lapsed"
    assert set(env.store.losses("T-1001")) == {"licences_removed"}
    assert "calling" in env.store.spared("T-1001")["licences_removed"]
    assert (await fact(env, env.client.get_workflow_handle("trial-T-2"), "services")) == "calling"
    assert kinds(env).count("trial_access_ended") == 1, "of Messaging"
    assert env.store.losses("T-2") == {}


async def test_amb_48_with_nothing_to_lose_nobody_is_warned_and_nothing_happens(env: TimeSkipping) -> None:
    """Meetings were bought beside the trial, by an order that did not name it."""
    trial = await env.start_trial(a_trial(days=10, users=USERS))
    await env.send(trial, "report_services_built", services_built())
    await in_use(env, await env.place(an_order()))
    e = await e_of(env, trial)
    await env.sleep_until(e + days(46))
    assert (await trial.result())["stage"] == "lapsed"
    assert kinds(env) == ["trial_welcome"]
    assert env.store.losses("T-1001") == {}
    assert set(env.store.spared("T-1001")) == {"users_moved", "licences_removed", "site_url_released", "roles_removed"}
    lapsed_at = next(e for e in env.store.events(Lifecycle.TRIAL, "T-1001") if e.type == "trial.grace_ended")
    assert lapsed_at.occurred_at < e + days(30) + TICK, "there was nothing to announce, so nothing was prolonged"


HOLDS = [(-1, 1), (22, 24), (22, 29.9), (22, 31), (29.9, 30.1), (29.9, 50), (-5, 47), (31, 50), (44.9, 45.1)]


@pytest.mark.parametrize(("held", "resumed"), HOLDS)
async def test_amb_50_51_held_and_resumed_anywhere_nothing_is_lost_unannounced(
    env: TimeSkipping, held: float, resumed: float
) -> None:
    """Days after E. A last call a day before the loss at least; the numbers fifteen days after it, and last."""
    trial = await env.start_trial(a_trial("T-1001", Service.CALLING, days=10, users=USERS))
    await env.send(trial, "report_services_built", services_built(Service.CALLING))
    e = await e_of(env, trial)
    await env.sleep_until(e + days(held))
    await env.send(trial, "hold", Hold(by="ops-7", reason="in dispute"))
    await env.sleep_until(e + days(resumed))
    before = set(env.store.losses("T-1001"))
    await env.send(trial, "resume", Resume(by="ops-7"))
    if held < 30:
        assert set(env.store.losses("T-1001")) == before == set()
    await env.sleep_until(e + days(90))
    losses = env.store.losses("T-1001")
    assert list(losses)[-1] == "numbers_released"
    lost_at = min(losses.values())
    calls = [mail.at for mail in env.mails("T-1001", Lifecycle.TRIAL) if mail.kind == "trial_last_call"]
    assert lost_at >= e + days(30)
    assert any(at <= lost_at - days(1) + TICK for at in calls)
    if held < 30 <= resumed:
        assert any(e + days(resumed) <= at <= lost_at - days(1) + TICK for at in calls), "a fresh one"
    kept = losses["numbers_released"] - losses["calling_configuration_removed"]
    assert kept >= days(15) - TICK
    assert (await trial.result())["stage"] == "lapsed.numbers_released"


async def test_amb_53_once_it_is_ordered_nobody_is_warned_and_it_converts_when_the_order_ships(
    env: TimeSkipping,
) -> None:
    trial = await env.start_trial(a_trial(days=20))
    await env.send(trial, "report_services_built", services_built())
    e = await e_of(env, trial)
    order = await env.place(an_order("SO-300001", converts_trial="T-1001"))
    await env.sleep_until(e + days(29.9))
    assert kinds(env) == ["trial_welcome"], "no warning, no last call"
    assert (await env.state(trial)).stage == "expired_grace"
    await env.send(order, "clear_compliance", cleared())
    assert (await trial.result())["order_number"] == "SO-300001"
    await env.sleep_until(e + days(60))
    assert env.store.losses("T-1001") == {}
    assert kinds(env) == ["trial_welcome", "trial_setup"]


async def test_amb_53_a_false_report_that_an_order_shipped_changes_nothing(env: TimeSkipping) -> None:
    trial = await env.start_trial(a_paid_customer_s_trial(days=20))
    await env.place(an_order("SO-300001", converts_trial="T-1001"))
    for number in ("SO-300001", "SO-404"):
        await trial.signal("paid_order", PaidOrderNews(order_number=number))
    await env.settled()
    assert (await env.state(trial)).stage == "trialing"
    ignored = [e.data["why"] for e in env.store.events(Lifecycle.TRIAL, "T-1001") if e.type.endswith("_ignored")]
    assert ["has not shipped" in ignored[0], "no order" in ignored[1]] == [True, True]


@pytest.mark.parametrize("withdrawn", [10.0, 29.5])
async def test_amb_53_an_order_that_comes_to_nothing_lets_the_ladder_go_on(env: TimeSkipping, withdrawn: float) -> None:
    """Whatever was not said while it was placed is said before the loss."""
    trial = await env.start_trial(a_trial(days=20))
    await env.send(trial, "report_services_built", services_built())
    e = await e_of(env, trial)
    order = await env.place(an_order("SO-300001", converts_trial="T-1001"))
    await env.sleep_until(e + days(withdrawn))
    assert kinds(env) == ["trial_welcome"]
    await env.send(order, "cancel", cancelled())
    await env.sleep_until(e + days(30) + TICK)
    lost = set(env.store.losses("T-1001"))
    assert (lost == set()) is (withdrawn > 29)
    await env.sleep_until(e + days(40))
    assert "users_moved" in env.store.losses("T-1001")
    calls = [mail.at for mail in env.mails("T-1001", Lifecycle.TRIAL) if mail.kind == "trial_last_call"]
    assert calls
    assert min(calls) <= min(env.store.losses("T-1001").values()) - days(1) + timedelta(minutes=15)
