"""What a workflow asks of the world, with every argument: of what runs in its own tasks the history keeps none."""

import json
from functools import cache
from typing import Any

import pytest
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

from adapters.temporal.sandbox import GuardedRunner
from starter.history.replay import a_replayer
from tests.histories.plain_text import scrubbed
from workflows.attempts import Attempts


async def asked(history: WorkflowHistory, replayer: Replayer | None = None) -> list[str]:
    """By the code on disk, in order, when this history is replayed: the replayer itself does not look at arguments."""
    found: list[str] = []
    attempt = Attempts._attempt

    def listening(self: Any, step: str, first: Any, then: Any, tries: Any) -> Any:
        activity, request = then.args
        found.append(f"{activity.__name__} {json.dumps(request.model_dump(mode='json'), sort_keys=True)}")
        return attempt(self, step, first, then, tries)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Attempts, "_attempt", listening)
        await (replayer or _outside_the_sandbox()).replay_workflow(history)
    return found


def in_history(history: WorkflowHistory) -> list[str]:
    """What had a task of its own; several mails at once are asked for one by one in the workflow."""
    scheduled = (event for event in history.events if event.HasField("activity_task_scheduled_event_attributes"))
    return [said for event in scheduled if not (said := _said(event)).startswith("send_mails ")]


def _said(event: HistoryEvent) -> str:
    scheduled = event.activity_task_scheduled_event_attributes
    given = json.loads(scheduled.input.payloads[0].data)
    return f"{scheduled.activity_type.name} {json.dumps(given, sort_keys=True)}"


@cache
def _outside_the_sandbox() -> Replayer:
    return a_replayer(GuardedRunner())


async def asked_as_text(history: WorkflowHistory, replayer: Replayer | None = None) -> str:
    """To compare with another day's: without times and ids; rules and holidays are the release's."""
    return "".join(f"{scrubbed(line)}\n" for line in await asked(history, replayer))
