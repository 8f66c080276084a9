"""`make bench`: targets, what it prints, what it refuses to run beside, what it counts. Nothing is timed."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from bench import consumption, plan, processes, report, sink, strays
from bench.histories import trace
from bench.lives import order, renewal, trial
from bench.outcome import Outcome, attempt, once
from bench.picture import svg
from bench.results import result
from bench.spread import Spread, quantile, ratios, spread
from bench.targets import TARGETS, Target, judged
from domain.order.messages import PlaceOrder, Terms
from domain.trial.messages import StartTrial

WANTED = (
    "order.cpu_per_reference",
    "order.lives_per_reference",
    "order.lives_per_dbos",
    "order.events",
    "order_plain.events",
    "renewal.events",
    "trial.events",
    "order.history_bytes",
    "worker.mb_per_1000",
    "replay.s_per_1000",
    "import.per_bare",
    "update.p50_ms",
    "update.p99_ms",
    "saturated.accepted_to_store_p50_s",
    "saturated.accepted_to_mail_p50_s",
    "audit.s_5000",
    "audit.mb_5000",
    "document.ms",
)


A_RUN = {
    "at": "2030-01-31 09:00 UTC",
    "seconds": 200,
    "quick": True,
    "only": "",
    "machine": {"cores": 2, "python": "3.11.7"},
    "disturbed_by": [],
}
"""Of everything, with nothing beside it."""


def a_result(**figures: float) -> dict[str, Any]:
    """Of a run of some parts that measured these, `__` for the dot in a name."""
    found = Outcome({name.replace("__", "."): once(value) for name, value in figures.items()})
    found.left_out["audit.s_5000"] = "the quick run opens 200 orders"
    return result(found, A_RUN | {"only": "order,open", "disturbed_by": ["1 × -m worker"]})


# Targets, and what is printed.


def test_every_figure_has_one_target_and_one_side_to_reach() -> None:
    assert len({target.figure for target in TARGETS}) == len(TARGETS)
    assert set(WANTED) <= {target.figure for target in TARGETS}
    assert all((target.least is None) != (target.most is None) for target in TARGETS)


def test_a_moonshot_is_on_the_far_side_of_the_target() -> None:
    shot = [target for target in TARGETS if target.moonshot is not None]
    assert shot
    assert all(target.is_met(target.moonshot or 0) for target in shot)


@pytest.mark.parametrize(
    ("target", "value", "met"),
    [
        (Target("a", "", "", most=1.6), 1.6, True),
        (Target("a", "", "", most=1.6), 1.61, False),
        (Target("a", "", "", least=0.7), 0.7, True),
        (Target("a", "", "", least=0.7), 0.69, False),
    ],
)
def test_a_target_is_met_on_its_edge(target: Target, value: float, met: bool) -> None:
    assert target.is_met(value) is met


def test_a_figure_that_was_not_measured_is_null_with_its_reason_and_never_made_up() -> None:
    kept = json.loads(json.dumps(a_result(order__events=88)))
    assert kept["figures"]["order.events"] == 88
    assert kept["figures"]["audit.s_5000"] is None
    assert kept["left_out"]["audit.s_5000"] == "the quick run opens 200 orders"
    assert kept["left_out"]["document.ms"] == "left out by --only"
    assert set(WANTED) <= set(kept["figures"])
    assert {each.verdict for each in judged(kept["figures"]) if each.value is None} == {"not measured"}


def test_the_run_ends_with_each_figure_beside_its_target() -> None:
    printed = report.lines(a_result(order__events=88, replay__s_per_1000=36.04, import__per_bare=0.95))
    rows = {line.split()[0]: " ".join(line.split()) for line in printed if line}
    assert rows["order.events"] == "order.events 88 ≤ 90 60 met events, order with terms, paced"
    assert rows["replay.s_per_1000"] == "replay.s_per_1000 36.04 s ≤ 35 20 NOT MET replay of 1,000 orders"
    assert rows["import.per_bare"].split()[:6] == ["import.per_bare", "0.95", "×", "≥", "0.9", "met"]
    assert rows["audit.s_5000"].startswith("audit.s_5000 – ≤ 10 not measured")
    assert "not measured: audit.s_5000 (the quick run opens 200 orders)" in printed
    assert "beside this run: 1 × -m worker" in printed
    assert "document.ms" not in rows, "nobody asked for it"


def test_a_part_that_failed_is_said_and_its_figures_are_not_made_up() -> None:
    measured = result(Outcome({"order.events": once(88)}, failed={"replay": "RuntimeError"}), A_RUN)
    printed = report.lines(measured)
    assert measured["figures"]["replay.s_per_1000"] is None
    assert "not measured: replay.s_per_1000 (failed: replay)" in printed
    assert "FAILED: replay (RuntimeError; see above)" in printed


def test_a_run_of_everything_prints_every_target() -> None:
    everything = {target.figure.replace(".", "__"): 1.0 for target in TARGETS}
    printed = report.lines(a_result(**everything))
    assert [line.split()[0] for line in printed if " met " in line or " NOT MET " in line] == [
        target.figure for target in TARGETS
    ]


def test_the_picture_has_a_bar_for_each_system_that_was_measured() -> None:
    measured = a_result(order__cpu_ms=300, order__lives_per_s=4, dbos__cpu_ms=100, dbos__lives_per_s=8)
    drawn = ElementTree.fromstring(svg(measured))
    assert len(drawn.findall("{*}rect")) == 4
    assert "Tenure: order with terms" in {text.text for text in drawn.findall("{*}text")}


async def test_what_was_found_before_a_failure_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    async def part(outcome: Outcome | None) -> Outcome:
        if outcome is None:
            raise RuntimeError("tenure replay ended with 3")
        return outcome

    found = Outcome()
    await attempt(found, "histories", part(Outcome({"order.events": once(88)})))
    await attempt(found, "replay", part(None))
    await attempt(found, "document", part(Outcome({"document.ms": once(4)})))
    assert found.figures.keys() == {"order.events", "document.ms"}
    assert found.failed == {"replay": "RuntimeError"}
    assert "tenure replay ended with 3" in capsys.readouterr().err


# What it refuses.

ORDINARY = ["bash", "-c", "python -m worker"]
"""A shell that speaks of one is none."""


@pytest.mark.parametrize(
    "words",
    [
        ["/somewhere/python", "-m", "worker"],
        ["/somewhere/temporal", "server", "start-dev", "--ip", "127.0.0.1"],
        ["/somewhere/python", "-m", "bench.peers.plain", "127.0.0.1:7233"],
    ],
)
def test_it_refuses_beside_a_worker_or_a_server(words: list[str]) -> None:
    with pytest.raises(strays.Disturbed, match=r"4711: .*"):
        strays.refuse_beside({1: ORDINARY, 4711: words})


def test_it_runs_beside_everything_else() -> None:
    strays.refuse_beside({1: ORDINARY, 2: ["/somewhere/python", "-m", "pytest"], 3: [""]})


def test_what_is_kept_of_a_stray_names_no_path() -> None:
    commands = {1: ["/somewhere/python", "-m", "worker"], 2: ["/elsewhere/python", "-m", "worker"]}
    assert strays.kinds(commands) == ["2 × -m worker"]


@pytest.fixture
def asleep() -> Iterator["subprocess.Popen[bytes]"]:
    """A process that looks like a worker."""
    code = "import time; print(flush=True); time.sleep(600)"
    process = subprocess.Popen([sys.executable, "-c", code, "-m", "worker"], stdout=subprocess.PIPE)
    assert process.stdout
    process.stdout.readline()
    yield process
    process.stdout.close()
    process.kill()
    process.wait()


def test_a_running_one_is_seen(asleep: "subprocess.Popen[bytes]") -> None:
    assert strays.running()[asleep.pid][-2:] == ["-m", "worker"]
    with pytest.raises(strays.Disturbed, match=rf"\b{asleep.pid}: "):
        strays.refuse_beside(strays.running())


def test_children_end_with_a_run_that_is_killed(tmp_path: Path) -> None:
    said = tmp_path / "pid"
    parent = f"""
import time
from pathlib import Path
from bench.processes import start
child = start(["sleep", "600"], Path({str(tmp_path / "log")!r}))
Path({str(said)!r}).write_text(str(child.pid))
time.sleep(600)
"""
    process = subprocess.Popen([sys.executable, "-c", parent], cwd=processes.ROOT)
    give_up_at = time.monotonic() + 300
    while not (said.exists() and said.read_text()):
        assert process.poll() is None
        assert time.monotonic() < give_up_at
        time.sleep(0.05)
    process.kill()
    process.wait()
    while int(said.read_text()) in strays.running():
        assert time.monotonic() < give_up_at, "it lives on"
        time.sleep(0.05)


# What it counts.


def an_event(kind: str) -> HistoryEvent:
    return HistoryEvent(event_type=EventType.Value(f"EVENT_TYPE_{kind}"))


def test_a_history_is_counted_without_the_test_clock_s_own_events() -> None:
    local = [an_event("MARKER_RECORDED") for _ in range(3)]
    for marker, task in zip(local, (4, 4, 9), strict=True):
        marker.marker_recorded_event_attributes.workflow_task_completed_event_id = task
    kinds = ("WORKFLOW_EXECUTION_STARTED", "ACTIVITY_TASK_SCHEDULED", "WORKFLOW_EXECUTION_OPTIONS_UPDATED")
    found = trace([*map(an_event, kinds), *local])
    assert found.events == 5
    assert found.actions == 4, "the local activities of one workflow task are one action"
    assert found.kinds["MARKER_RECORDED"] == 3
    assert "WORKFLOW_EXECUTION_OPTIONS_UPDATED" not in found.kinds


def test_what_upstream_sends_is_what_the_product_takes() -> None:
    with_terms = PlaceOrder.model_validate(order("SO-1").start)
    without = PlaceOrder.model_validate(order("SO-2", terms=False).start)
    assert with_terms.required_terms == (Terms.PORT,)
    assert without.required_terms == ()
    assert [name for name, _ in order("SO-1").updates][:2] == ["accept_terms", "clear_compliance"]
    assert with_terms.customer.id != without.customer.id, "nobody's orders pile up"
    assert PlaceOrder.model_validate(renewal("SO-3", "SO-1").start).subscription_id == "sub-SO-1"
    assert StartTrial.model_validate(trial("T-1").start).days == 40


def test_mails_are_read_on_from_where_one_was_and_never_half(tmp_path: Path) -> None:
    log = tmp_path / "mails.log"
    log.write_text("1.5 welcome SO-1\n2.5 wel")
    first, after = sink.arrivals(log)
    log.write_text("1.5 welcome SO-1\n2.5 welcome SO-2\n")
    assert [arrival.mark for arrival in first] == ["welcome SO-1"]
    assert [arrival.mark for arrival in sink.arrivals(log, after)[0]] == ["welcome SO-2"]
    assert sink.arrivals(log, sink.arrivals(log, after)[1])[0] == []


def test_a_process_s_cpu_is_that_of_all_its_threads() -> None:
    burn = "import threading; t = threading.Thread(target=lambda: sum(range(10**7))); t.start(); t.join(); input()"
    with subprocess.Popen([sys.executable, "-c", burn], stdin=subprocess.PIPE) as process:
        give_up_at = time.monotonic() + 300
        while consumption.cpu(process.pid) < 0.05:
            assert time.monotonic() < give_up_at
            time.sleep(0.01)
        assert consumption.memory(process.pid) <= consumption.most_memory(process.pid)
        process.communicate(b"\n")


def test_ratios_are_taken_round_by_round() -> None:
    assert ratios([2, 30, 4], [1, 10, 4]) == Spread(median=2, least=1, most=3, rounds=3)
    assert spread([3, 1, 2]) == Spread(median=2, least=1, most=3, rounds=3)
    assert quantile(range(1, 101), 0.99) == 100
    assert quantile([5], 0.5) == 5


def test_both_runs_measure_the_same() -> None:
    assert plan.QUICK.lives.keys() == plan.FULL.lives.keys() == set(plan.SYSTEMS)
