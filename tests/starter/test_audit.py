"""`tenure audit`: K6, F2. Differences are made by hand, found, and mended."""

import json
import sqlite3
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from domain.order.messages import PlaceOrder
from starter import audit as auditing
from starter.exits import Stop
from starter.service import Ports, Service, service
from starter.terminal import terminal
from tests.makers import an_order


@pytest.fixture
async def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Service]:
    async with service(tmp_path / "service", Ports(0, 0, 0)) as up:
        for name, value in up.environment.items():
            monkeypatch.setenv(name, value)
        yield up


async def placed(running: Service, order: PlaceOrder) -> str:
    """Started and held."""
    id_ = f"order-{order.sales_order_number}"
    handle = await running.client.start_workflow("Order", order, id=id_, task_queue=running.task_queue)
    while (await handle.query("state"))["stage"] != "held":
        pass
    return id_


async def audited(capsys: pytest.CaptureFixture[str], *, repair: bool = False) -> dict[str, object]:
    """The answer, whether differences remain or not."""
    terminal.begin(as_json=True)
    capsys.readouterr()
    try:
        await auditing.audit(repair=repair)
    except Stop as stop:
        if "differences remain" not in str(stop):
            raise
    return dict(json.loads(capsys.readouterr().out))


def tamper(running: Service, statement: str) -> None:
    with sqlite3.connect(running.directory / "tenure.db", timeout=10) as database:
        database.execute(statement)


async def test_what_differs_is_found_and_mended(running: Service, capsys: pytest.CaptureFixture[str]) -> None:
    one = await placed(running, an_order("SO-1A1"))
    two = await placed(running, an_order("SO-2A2"))
    clean = await audited(capsys)
    assert (clean["compared"], clean["findings"]) == (2, [])
    tamper(running, "UPDATE orders SET life = replace(life, '\"held\"', '\"completed\"') WHERE number = 'SO-1A1'")
    await running.client.get_workflow_handle(two).terminate(reason="by mistake")
    found = await audited(capsys)
    told = {(finding["workflow_id"], finding["difference"]) for finding in found["findings"]}
    assert told == {(one, "store_behind"), (two, "not_running")}
    mended = await audited(capsys, repair=True)
    assert [finding["repaired"] for finding in mended["findings"]] == [True, True]
    assert (await audited(capsys))["findings"] == []
