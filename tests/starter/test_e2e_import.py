"""Importing files over the wire: each order once, however often it is interrupted. D4, D5."""

import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities.ports.store import RowColumns
from adapters.sql.store import SqlStore
from domain.lifecycle import Lifecycle
from domain.values import Source
from starter.intake.batch import AHEAD
from starter.intake.start import Desk
from tests.makers import a_renewal, an_order
from tests.starter.conftest import Tenure, eventually
from tests.starter.test_csv import a_csv, a_row
from tests.support.embedded import Background

ROOT = Path(__file__).parents[2]
SMALLEST_PIPE, MANY = 4096, 180
"""Bytes, and orders of which an import tells more than twice that: once read ahead, and once in the pipe."""


def orders(prefix: str, count: int) -> list[str]:
    line = an_order("SO-0000").model_dump_json(exclude_defaults=True)
    return [line.replace("SO-0000", f"{prefix}-{number:03}") for number in range(count)]


def test_a_csv_is_imported_and_a_second_time_starts_nothing(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    file = tmp_path / "orders.csv"
    file.write_text(a_csv(*(a_row(f"SO-40{number:02}") for number in range(10))), encoding="utf-8")

    first, again = tenure("order", "import", file), tenure("order", "import", file, "--json")

    assert first.code == 0, first.err
    assert first.out.splitlines()[-1] == "10 orders: 10 started"
    assert "line 2: SO-4000 started" in first.out.splitlines()
    assert again.code == 0
    assert Counter(line.get("result") for line in again.lines) == {"already_started": 10, None: 1}
    assert again.lines[-1]["finished"] is True
    acknowledged = eventually(lambda: service.store.events(Lifecycle.ORDER, "SO-4000"))[0]
    assert acknowledged.source is Source.IMPORT


def test_killed_half_way_and_run_again_every_order_is_started_once(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads on: it has to wait before it is through, however late the signal comes."""
    monkeypatch.setenv("TENURE_TASK_QUEUE", "nobody-there")
    file, prefix = tmp_path / "orders.jsonl", f"SO-41-{'LONG-' * 5}X"
    file.write_text("\n".join(orders(prefix, MANY)), encoding="utf-8")
    words = [sys.executable, "-m", "starter", "order", "import", str(file)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT, pipesize=SMALLEST_PIPE) as process:
        assert process.stdout is not None
        for _ in range(10):
            assert "started" in process.stdout.readline()
        process.send_signal(signal.SIGKILL)

    again = tenure("order", "import", file, "--json")

    assert again.code == 0, again.err
    summary = again.lines[-1]
    assert summary["started"] + summary["already_started"] == MANY
    assert summary["already_started"] >= 10
    assert summary["started"] > 0
    for number in range(MANY):
        described = service.do(service.client.get_workflow_handle(f"order-{prefix}-{number:03}").describe())
        assert described.raw_description.workflow_execution_info.first_run_id == described.run_id


def test_one_wrong_line_and_nothing_is_started(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    lines = orders("SO-42", 5)
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join([*lines[:3], "{}", *lines[3:]]), encoding="utf-8")

    rejected = tenure("order", "import", file)
    assert rejected.code == 2
    assert "line 4: sales_order_number: is required" in rejected.out
    assert "--error-policy skip" in rejected.err
    assert tenure("order", "show", "SO-42-000").code == 6

    skipped = tenure("order", "import", file, "--error-policy", "skip")
    assert skipped.code == 2
    assert skipped.out.splitlines()[-1] == "6 orders: 5 started, 1 wrong"
    assert tenure("order", "show", "SO-42-004").code == 0


def test_conflicts_and_unknown_subscriptions_are_told_and_the_rest_is_started(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    file, second = tmp_path / "orders.jsonl", tmp_path / "second.jsonl"
    file.write_text("\n".join(orders("SO-43", 3)), encoding="utf-8")
    tenure("order", "import", file)
    renewal = a_renewal("SO-43-900", of="sub-nobody").model_dump_json(exclude_defaults=True)
    changed = orders("SO-43", 4)
    changed[1] = changed[1].replace('"quantity":25', '"quantity":26')
    second.write_text("\n".join([*changed, renewal]), encoding="utf-8")

    answered = tenure("order", "import", second, "--json")

    results = {line.get("order"): (line.get("result"), line.get("field")) for line in answered.lines[:-1]}
    assert answered.code == 4
    assert results == {
        "SO-43-000": ("already_started", None),
        "SO-43-001": ("conflict", "items"),
        "SO-43-002": ("already_started", None),
        "SO-43-003": ("started", None),
        "SO-43-900": ("not_found", "subscription_id"),
    }


def test_the_store_is_asked_for_many_lines_at_once_and_about_a_line_only_if_it_knows_it(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, more = tmp_path / "orders.jsonl", tmp_path / "more.jsonl"
    file.write_text("\n".join(orders("SO-47", 2)), encoding="utf-8")
    more.write_text("\n".join(orders("SO-47", AHEAD + 5)), encoding="utf-8")
    tenure("order", "import", file)
    for id_ in ("SO-47-000", "SO-47-001"):
        eventually(lambda id_=id_: service.store.events(Lifecycle.ORDER, id_))  # type: ignore[misc]
    questions: list[tuple[str, int]] = []

    known, columns = SqlStore.known, SqlStore.columns

    def many(store: SqlStore, lifecycle: Lifecycle, subjects: Collection[str]) -> frozenset[str]:
        questions.append(("known", len(subjects)))
        return known(store, lifecycle, subjects)

    def one(store: SqlStore, lifecycle: Lifecycle, subject: str) -> RowColumns:
        questions.append((subject, 1))
        return columns(store, lifecycle, subject)

    monkeypatch.setattr(SqlStore, "known", many)
    monkeypatch.setattr(SqlStore, "columns", one)

    answered = tenure("order", "import", more)

    assert answered.out.splitlines()[-1] == f"{AHEAD + 5} orders: {AHEAD + 3} started, 2 already started"
    assert Counter(questions) == Counter([("known", AHEAD), ("known", 5), ("SO-47-000", 1), ("SO-47-001", 1)])


def test_a_header_that_is_wrong_ends_a_skipping_import_too(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    file = tmp_path / "orders.csv"
    file.write_text("sales_order_numbr\nSO-1\n")

    answered = tenure("order", "import", file, "--error-policy", "skip")

    assert answered.code == 2
    assert 'did you mean "sales_order_number"?' in answered.err


def test_without_a_worker_an_import_warns(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join(orders("SO-44", 2)), encoding="utf-8")
    monkeypatch.setenv("TENURE_TASK_QUEUE", "nobody-there")

    answered = tenure("order", "import", file)

    assert answered.code == 0
    assert "no worker polls task queue nobody-there" in answered.err


def test_a_server_that_goes_away_ends_the_import_and_says_how_to_go_on(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "orders.jsonl"
    file.write_text("\n".join(orders("SO-45", 40)), encoding="utf-8")
    begun = Desk._start
    count = 0

    async def fails_after_ten(self: Desk, *words: object, **more: object) -> object:
        nonlocal count
        count += 1
        if count > 10:
            raise RPCError("connection refused", RPCStatusCode.UNAVAILABLE, b"")
        return await begun(self, *words, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(Desk, "_start", fails_after_ten)
    answered = tenure("order", "import", file, "--json")
    monkeypatch.undo()

    assert answered.code == 7
    assert "nothing is started twice" in answered.error["message"]
    assert (answered.lines[-1]["started"], answered.lines[-1]["finished"]) == (10, False)
