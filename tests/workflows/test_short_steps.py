"""Short steps run in the workflow task; a store that is down or hangs holds up no answer. ADR 16."""

import threading
from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle

from activities.record import RecordRequest
from domain.operator import PutNote
from domain.view import LifecycleView
from tests.makers import an_order, cleared, submitted
from tests.support.environment import WITHIN, eventually
from tests.support.time_skipping import TimeSkipping
from tests.support.transport import Trouble
from workflows.steps import ON_THE_SPOT

NOTE = PutNote(by="ops-7", text="seen")


async def steps(env: TimeSkipping, handle: WorkflowHandle[Any, Any]) -> tuple[int, Counter[str]]:
    """How many steps ran in workflow tasks, and which activities had a task of their own."""
    history = (await env.history(handle)).events
    markers = sum(event.event_type == EventType.EVENT_TYPE_MARKER_RECORDED for event in history)
    queued = [event for event in history if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED]
    return markers, Counter(event.activity_task_scheduled_event_attributes.activity_type.name for event in queued)


async def test_every_step_runs_in_the_workflow_task(env: TimeSkipping) -> None:
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    markers, queued = await steps(env, order)
    assert queued.total() == 0
    assert markers >= 7


async def test_the_form_and_the_build_guide_are_one_record(env: TimeSkipping, monkeypatch: pytest.MonkeyPatch) -> None:
    told = []
    keep = env.store.record

    def listen(request: RecordRequest, run: str) -> None:
        told.append([event.type for event in request.journal.unrecorded])
        keep(request, run)

    monkeypatch.setattr(env.store, "record", listen)
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "submit_provisioning_form", submitted())
    assert told[-1] == ["order.form_submitted", "order.build_expected"]
    assert {name for names in told[:-1] for name in names}.isdisjoint(told[-1])


async def test_what_happened_is_recorded_before_a_step_that_does_not_succeed_on_the_spot(env: TimeSkipping) -> None:
    """Without holidays there is no build guide; the form is in the store all the same, and not the guide."""
    order = await env.place(an_order())
    await env.send(order, "clear_compliance", cleared())
    env.faults.broken["working_calendar"] = Trouble("no holidays today")
    await order.execute_update("submit_provisioning_form", submitted())
    await eventually(lambda: "order.form_submitted" in env.events())
    state = await order.query("state", result_type=LifecycleView)
    assert not state.failing  # minutes later somebody would be told of the step, and the form recorded in any case
    assert "order.build_expected" not in env.events()
    env.faults.broken.clear()
    await eventually(lambda: "order.build_expected" in env.events())
    assert env.events().count("order.form_submitted") == 1


async def test_a_store_that_refuses_every_write_holds_up_no_update_and_gets_everything_once_it_is_back(
    env: TimeSkipping,
) -> None:
    order = await env.place(an_order())
    env.faults.broken["record"] = Trouble("the disk is full")
    for _ in range(3):
        await order.execute_update("put_note", NOTE)
    await order.execute_update("clear_compliance", cleared())
    assert "order.note" not in env.events()
    env.faults.broken.clear()
    await eventually(lambda: "order.shipped" in env.events())
    assert env.events().count("order.note") == 3
    _, queued = await steps(env, order)
    assert queued["record"] >= 1


async def test_a_store_that_hangs_holds_up_no_update_for_longer_than_one_try(
    env: TimeSkipping, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The record under way waits in the queue, whatever comes meanwhile is answered."""
    monkeypatch.setitem(ON_THE_SPOT, "schedule_to_close_timeout", timedelta(seconds=2))
    order = await env.place(an_order())
    keep, free = env.store.record, threading.Event()

    def hang(request: RecordRequest, run: str) -> None:
        assert free.wait(WITHIN)
        keep(request, run)

    monkeypatch.setattr(env.store, "record", hang)
    for _ in range(5):
        await order.execute_update("put_note", NOTE)
    assert (await order.execute_update("clear_compliance", cleared(), result_type=LifecycleView)).stage != "held"
    assert "order.note" not in env.events()
    free.set()
    await eventually(lambda: "order.shipped" in env.events())
    assert env.events().count("order.note") == 5
