"""Rules of zones and holidays travel with a life: no other release moves its dates, only an operator does. ADR 5."""

from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from holidays import country_holidays
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters import calendars
from domain.deadlines import Deadline
from domain.lifecycle import Lifecycle
from domain.operator import ExtendDueDate
from domain.recompute import RecomputeDates
from domain.trial.messages import Service, TrialDevice
from domain.trial.state import TrialState
from domain.trial.view import trial_view
from domain.view import LifecycleView
from domain.working_time import ZoneRules, at_local_time, end_of_day
from starter.history.replay import a_replayer
from tests.makers import (
    a_customer,
    a_form,
    a_paid_customer_s_trial,
    a_renewal,
    an_order,
    built,
    cleared,
    days,
    graduated,
    renewal_done,
    some,
    submitted,
)
from tests.support.another_release import another_release
from tests.support.arguments import asked, in_history
from tests.support.time_skipping import MONDAY, TimeSkipping
from tests.zones import changed
from workflows.details import markdown

HOUR = timedelta(hours=1)


# Another tzdata, other holidays: the same dates.


async def the_same(history: WorkflowHistory, before: list[str]) -> None:
    """What it asks of the world, with every argument: its own dates are among them."""
    assert sorted(await asked(history, one_replayer())) == before


@cache
def one_replayer() -> Replayer:
    return a_replayer()


async def test_lives_of_three_zones_have_their_dates_under_any_release(env: TimeSkipping) -> None:
    """An order over the end of summer time, its subscription over a renewal, a trial to its loss, a device overdue."""
    await tried_out(env)
    term = await subscribe(env)
    await env.sleep_until(MONDAY + days(200))
    await recompute(env, env.subscription())
    await env.sleep_until(MONDAY + days(350))
    await renew(env)
    handles = [env.order(), env.order("SO-200001"), env.client.get_workflow_handle("trial-T-1001")]
    lived = [await env.history(handle) for handle in (*handles, env.device("D-1"), term, env.subscription())]
    assert len(lived) == len({history.run_id for history in lived})
    known = [sorted(await asked(history)) for history in lived]
    assert all(known[:-1]), "the last has begun just now"
    assert all({*in_history(history)} <= {*found} for history, found in zip(lived, known, strict=True))
    with another_release():
        for history, before in zip(lived, known, strict=True):
            await the_same(history, before)


async def test_a_life_that_asks_the_release_is_caught(env: TimeSkipping, monkeypatch: pytest.MonkeyPatch) -> None:
    """A test of the test."""
    await subscribe(env)
    history = await env.history(env.order())
    before = sorted(await asked(history))
    monkeypatch.setattr("domain.order.state.OrderState.rules", property(lambda state: state.zone))
    with another_release(), pytest.raises(AssertionError):
        await the_same(history, before)


async def subscribe(env: TimeSkipping) -> Any:
    """A customer in New York orders and is graduated; the first run of the subscription."""
    handle = await env.place(an_order(customer=a_customer(zone="America/New_York"), term_months=12))
    await env.send(handle, "clear_compliance", cleared())
    await env.send(handle, "submit_provisioning_form", submitted())
    await env.send(handle, "report_site_built", built())
    await env.send(handle, "graduate", graduated(term_years=1))
    first = env.subscription()
    return env.client.get_workflow_handle(first.id, run_id=(await env.history(first)).run_id)


async def renew(env: TimeSkipping) -> None:
    renewal = await env.place(a_renewal(customer=a_customer(zone="America/New_York")))
    await env.send(renewal, "clear_compliance", cleared())
    await env.send(renewal, "submit_provisioning_form", submitted(a_form(existing_customer=True)))
    await env.send(renewal, "report_site_built", renewal_done())


async def tried_out(env: TimeSkipping) -> Any:
    """A customer in Paris tries Calling, on a device that they will not bring back."""
    device = TrialDevice(device_id="D-1", model="Desk Pro", serial_number="FOC1", expires_on=MONDAY + days(100))
    paris = a_customer(id="opera", zone="Europe/Paris")
    return await env.start_trial(a_paid_customer_s_trial("T-1001", Service.CALLING, customer=paris, devices=(device,)))


# An operator lets a life take the rules of today.


@pytest.fixture
def proclaim(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The worker's next release knows other rules of a zone, or other holidays."""

    def proclaim(zone: str, since: datetime, posix: str) -> ZoneRules:
        rules, known = changed(zone, since, posix), calendars._rules_of
        monkeypatch.setattr(calendars, "_rules_of", lambda name: rules if name == zone else known(name))
        return rules

    return proclaim


async def recompute(env: TimeSkipping, handle: Any, **given: Any) -> LifecycleView:
    """Ask, and see what it answers."""
    message = RecomputeDates(by="ops-7", reason="new rules were proclaimed", **given)
    answer: LifecycleView = await handle.execute_update("recompute_dates", message, result_type=LifecycleView)
    await env.settled()
    return answer


def due(view: LifecycleView) -> dict[str, datetime]:
    return {deadline.name: deadline.at for deadline in view.deadlines}


def a_view(*deadlines: Deadline) -> LifecycleView:
    """Of a trial that has nothing but these, and that nobody can send anything."""
    state = TrialState.placed(a_paid_customer_s_trial(), MONDAY)
    state.agenda.arm(*deadlines)
    return trial_view(state, MONDAY).model_copy(update={"can_send": (), "desk": ()})


def was(view: LifecycleView) -> dict[str, datetime]:
    return {deadline.name: deadline.was for deadline in view.deadlines if deadline.was}


async def test_every_lifecycle_takes_the_rules_of_today_when_asked_and_not_before(
    env: TimeSkipping, proclaim: Any
) -> None:
    trial, _ = await tried_out(env), await subscribe(env)
    lives = (trial, env.device("D-1"), env.subscription())
    before = [await env.state(state) for state in lives]
    for zone, posix in (("America/New_York", "<-06>6"), ("Europe/Paris", "<+00>0")):
        proclaim(zone, MONDAY + days(1), posix)
    await env.sleep_until(MONDAY + days(2))
    for state, known in some(zip(lives, before, strict=True)):
        now = await env.state(state)
        assert due(now) == due(known), "nothing moves by itself"
        answer = await recompute(env, state)
        assert was(answer) == {name: at for name, at in due(known).items() if due(answer)[name] != at} != {}
        assert {at - due(known)[name] for name, at in due(answer).items()} <= {HOUR, 2 * HOUR}
        assert due(await env.state(state)) == due(answer)
        assert was(await env.state(state)) == was(answer), "the page shows it from here on"
        row = [event for event in env.store.events(Lifecycle(now.lifecycle), now.id) if event.actor == "ops-7"]
        assert [event.type for event in row][-len(was(answer)) :] == ["deadline.recomputed"] * len(was(answer))


def test_a_page_shows_the_life_s_own_midnight_and_the_date_it_had() -> None:
    """Whatever the release knows of the zone by now."""
    own = changed("Europe/Paris", MONDAY, "<+00>0")
    at = end_of_day(date(2031, 9, 1), own)
    moved = Deadline(kind="target", at=at, was=at - days(1), label="Target")
    page = markdown(a_view(moved), {}, own)
    assert "- 2031-09-01 24:00 +00: Target (was 2031-08-31 24:00 +00)" in page
    assert "- dates are those of Europe/Paris" in page


async def test_a_dry_run_says_what_would_move_and_changes_nothing(env: TimeSkipping, proclaim: Any) -> None:
    trial = await tried_out(env)
    before, events = await env.state(trial), env.events("T-1001", Lifecycle.TRIAL)
    proclaim("Europe/Paris", MONDAY, "<+00>0")
    answer = await recompute(env, trial, dry_run=True)
    assert was(answer) == due(before)
    assert {due(answer)[name] - at for name, at in due(before).items()} == {2 * HOUR}
    assert (await env.state(trial)).deadlines == before.deadlines
    assert env.events("T-1001", Lifecycle.TRIAL) == events


async def test_asked_again_nothing_moves_and_nothing_is_noted(env: TimeSkipping, proclaim: Any) -> None:
    trial = await tried_out(env)
    proclaim("Europe/Paris", MONDAY, "<+00>0")
    first = await recompute(env, trial)
    events = env.events("T-1001", Lifecycle.TRIAL)
    again = await recompute(env, trial)
    assert (due(again), was(again)) == (due(first), {})
    assert env.events("T-1001", Lifecycle.TRIAL) == events


async def test_a_held_order_counts_by_the_holidays_of_today(env: TimeSkipping, monkeypatch: pytest.MonkeyPatch) -> None:
    """ORD-03, AMB-40: a day off that was proclaimed after the order was placed."""
    order = await env.place(an_order())
    before = due(await env.state(order))["hold_overdue"]

    def with_one_more(country: str, first_year: int, last_year: int) -> Any:
        holidays = country_holidays(country, years=range(first_year, last_year + 1))
        holidays[date(2031, 6, 4)] = "Proclaimed Day"
        return holidays

    monkeypatch.setattr(calendars, "days_off", with_one_more)
    assert due(await recompute(env, order))["hold_overdue"] == before + days(1)


async def test_what_an_operator_moved_stays_there(env: TimeSkipping, proclaim: Any) -> None:
    await tried_out(env)
    device, agreed = env.device("D-1"), MONDAY + days(120)
    moved = ExtendDueDate(by="ops-7", deadline="device_return_due", at=agreed, reason="agreed")
    await env.send(device, "extend_due_date", moved)
    proclaim("Europe/Paris", MONDAY, "<+00>0")
    answer = await recompute(env, device)
    assert due(answer)["device_return_due"] == agreed
    assert "device_return_due" not in was(answer)
    assert "device_expires" in was(answer)


async def test_a_warning_that_is_past_by_the_new_rules_goes_out_at_once_and_an_end_does_not(
    env: TimeSkipping, proclaim: Any
) -> None:
    """TRL-71, AMB-43: nobody loses the hours they were promised."""
    trial = await tried_out(env)
    known = due(await env.state(trial))
    warning = next(at for name, at in known.items() if name.startswith("expiring/"))
    await env.sleep_until(warning - HOUR)
    assert "trial_expiring" not in env.mail_kinds("T-1001", Lifecycle.TRIAL)
    proclaim("Europe/Paris", MONDAY + days(1), "<+09>-9")
    await recompute(env, trial)
    assert "trial_expiring" in env.mail_kinds("T-1001", Lifecycle.TRIAL)
    assert (await env.state(trial)).stage == "trialing"


async def test_nothing_is_lost_before_the_instant_that_was_announced(env: TimeSkipping, proclaim: Any) -> None:
    """TRL-77, TRL-78."""
    trial = await tried_out(env)
    expired = next(at for name, at in due(await env.state(trial)).items() if name.startswith("expired/"))
    await env.sleep_until(expired + HOUR)
    announced = due(await env.state(trial))["grace_ends"]
    proclaim("Europe/Paris", expired, "<+09>-9")
    assert due(await recompute(env, trial))["grace_ends"] == announced
    await env.sleep_until(announced - HOUR)
    assert (await env.state(trial)).stage == "expired_grace"
    await env.sleep_until(announced + HOUR)
    assert (await env.state(trial)).stage.startswith("lapsed")


async def test_a_life_without_rules_of_its_zone_any_more_says_so_and_goes_on(
    env: TimeSkipping, monkeypatch: pytest.MonkeyPatch
) -> None:
    trial = await tried_out(env)
    before = await env.state(trial)

    def unknown(_name: str) -> ZoneRules:
        raise calendars.NoSuchZone

    monkeypatch.setattr(calendars, "_rules_of", unknown)
    asked = RecomputeDates(by="ops-7", reason="new rules were proclaimed")
    assert (await env.refusal(trial, "recompute_dates", asked)).startswith("zone: must be an IANA time zone")
    assert (await env.state(trial)).deadlines == before.deadlines


async def test_a_reminder_keeps_its_time_of_day_on_the_customer_s_clock(env: TimeSkipping, proclaim: Any) -> None:
    """REN-07, AMB-39."""
    await subscribe(env)
    rules = proclaim("America/New_York", MONDAY + days(1), "<-06>6")
    view = await recompute(env, env.subscription())
    notice = due(view)["renewal_notice/30"]
    day = notice.astimezone(UTC).date()
    assert notice == at_local_time(day, datetime(2031, 1, 1, 9).time(), rules)
