"""`tenure replay`: the gate before a deploy lets pass what goes on, and stops what would stand still."""

import base64
import json
from collections.abc import AsyncIterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from temporalio.client import WorkflowHistory

from starter.console.exits import Exit
from starter.history import replay
from tests.makers import an_order
from tests.starter.conftest import Tenure, eventually
from tests.starter.test_e2e_start import saved
from tests.support.embedded import Background


@pytest.fixture
def recorded(service: Background, tenure: Tenure, tmp_path: Path, request: pytest.FixtureRequest) -> dict[str, Any]:
    """A held order's history."""
    number = f"SO-72{abs(hash(request.node.name)) % 10_000:04}"
    tenure("order", "start", saved(tmp_path, an_order(number)))
    handle = service.client.get_workflow_handle(f"order-{number}")
    eventually(lambda: tenure("history", number).out, lambda told: "held" in told)
    history: WorkflowHistory = service.do(handle.fetch_history())
    return history.to_json_dict()


def of_another_code(recorded: dict[str, Any]) -> dict[str, Any]:
    """As if the code of then had begun with another activity than ours does."""
    life = deepcopy(recorded)
    for event in life["events"]:
        if "markerRecordedEventAttributes" in event:
            (payload,) = event["markerRecordedEventAttributes"]["details"]["data"]["payloads"]
            data = json.loads(base64.b64decode(payload["data"])) | {"activity_type": "ask_the_oracle"}
            payload["data"] = base64.b64encode(json.dumps(data).encode()).decode()
    return life


def test_a_history_of_other_commands_would_break(recorded: dict[str, Any], tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "old.json"
    file.write_text(json.dumps(of_another_code(recorded)))

    answered = tenure("replay", file)

    assert answered.code == Exit.REFUSED
    told = answered.out.splitlines()
    assert f"{file} (Order, " in told[0]
    assert "would break: the code does other things than the history: " in told[0]
    assert "ask_the_oracle" in told[0]
    assert told[-1] == "1 replayed, 1 would break"
    assert "workflow.patched" in answered.err
    assert "docs/versioning.md" in answered.err

    for_machines = tenure("replay", file, "--json")
    assert (for_machines.code, for_machines.json["broken"]) == (Exit.REFUSED, 1)
    assert for_machines.json["verdicts"][0]["workflow_type"] == "Order"


def test_each_of_several_files_has_a_verdict_of_its_own(
    recorded: dict[str, Any], tenure: Tenure, tmp_path: Path
) -> None:
    """One worker replays them all, in turn: what breaks one says nothing about the next."""
    for name, life in {"good": recorded, "bad": of_another_code(recorded)}.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(life))
    given = ["good", "bad", "good", "bad", "bad", "good"]
    answered = tenure("replay", *(tmp_path / f"{name}.json" for name in given), "--json")
    found = [(Path(each["source"]).stem, bool(each["breaks"])) for each in answered.json["verdicts"]]
    assert found == [(name, name == "bad") for name in given]


def test_a_sample_of_what_runs_replays(service: Background, recorded: dict[str, Any], tenure: Tenure) -> None:
    """The server's list lags behind a little."""
    id_ = recorded["events"][0]["workflowExecutionStartedEventAttributes"]["workflowId"]
    answered = eventually(
        lambda: tenure("replay", "--query", f"WorkflowId = '{id_}'", "--sample", "3", "--json"),
        lambda seen: seen.json["replayed"],
    )
    assert (answered.code, answered.json["replayed"], answered.json["broken"]) == (0, 1, 0)
    assert answered.json["verdicts"][0]["source"].startswith(f"{id_}/")


def test_a_query_that_finds_nothing_opens_no_gate(service: Background, tenure: Tenure) -> None:
    """It may be mistyped: `held` for `Held` finds nobody."""
    answered = tenure("replay", "--query", "TenureStage = 'Held'", "--json")
    assert (answered.code, answered.json["replayed"]) == (Exit.NOT_FOUND, 0)
    assert answered.error["field"] == "--query"
    assert answered.error["message"].startswith("nothing was replayed: no running workflow fits. Nothing is proved")


async def nothing(*_: object) -> AsyncIterator[tuple[str, WorkflowHistory]]:
    nobody: list[tuple[str, WorkflowHistory]] = []
    for each in nobody:
        yield each


def test_where_nothing_runs_nothing_can_break_and_that_is_said(
    service: Background, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A first deploy is no mistake."""
    monkeypatch.setattr(replay, "_running", nothing)
    answered = tenure("replay")
    assert (answered.code, answered.out) == (0, "0 replayed, 0 would break\n")
    assert "nothing was replayed: none is running there of order, subscription, trial, device" in answered.err


def test_a_pattern_that_fits_no_file_opens_no_gate(tenure: Tenure, tmp_path: Path) -> None:
    """A shell hands it on as it is."""
    answered = tenure("replay", tmp_path / "*.json")
    assert (answered.code, "*.json cannot be read" in answered.err) == (Exit.BAD_INPUT, True)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"events": []}', '{"events": [{"eventId": "1"}]}', "\x00"])
def test_what_is_no_history_is_told(text: str, tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "wrong.json"
    file.write_text(text)
    answered = tenure("replay", file)
    assert (answered.code, "is not a workflow's history" in answered.err) == (2, True)
    assert "cannot be read" in tenure("replay", tmp_path / "none.json").err
    assert "either files or --query" in tenure("replay", file, "--query", "x").err


@pytest.mark.parametrize(
    ("sample", "taken"), [(1, [9]), (2, [0, 9]), (3, [0, 4, 9]), (10, list(range(10))), (11, list(range(10)))]
)
def test_a_sample_has_the_oldest_the_newest_and_some_between(sample: int, taken: list[int]) -> None:
    assert replay.spread(range(10), sample) == taken
