"""What a health check and an operator see of a worker."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

import worker
from adapters.mail.replies import EHLO_NAME
from adapters.settings import Settings

SERVER_GONE = RPCError("gone", RPCStatusCode.UNAVAILABLE, b"")


def a_worker(*, running: bool = True, failure: Exception | None = None) -> Any:
    async def check_health(**_: object) -> None:
        if failure:
            raise failure

    client = SimpleNamespace(service_client=SimpleNamespace(check_health=check_health))
    return SimpleNamespace(is_running=running, client=client)


async def beats(monkeypatch: pytest.MonkeyPatch, file: Path, problem: Callable[[], str], *workers: Any) -> str:
    """What the file says after a few beats; empty if there is none."""
    monkeypatch.setattr(worker, "BEAT", 0)
    beating = asyncio.create_task(worker.beat(worker.Heartbeat(file, problem), list(workers)))
    for _ in range(20):
        await asyncio.sleep(0)
    beating.cancel()
    with suppress(asyncio.CancelledError):
        await beating
    return text_of(file)


def text_of(file: Path) -> str:
    return file.read_text() if file.exists() else ""


async def test_a_worker_that_works_says_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert await beats(monkeypatch, tmp_path / "beat", lambda: "", a_worker(), a_worker()) == "working\n"


async def test_what_the_relay_has_against_us_stands_there_until_a_mail_goes_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    relay = worker.smtp(Settings())
    relay.alarm.refused("RCPT: 504 5.5.2 <box>: Helo command rejected", EHLO_NAME)
    said = await beats(monkeypatch, tmp_path / "beat", lambda: relay.alarm.problem, a_worker())
    assert said == f"mails wait: RCPT: 504 5.5.2 <box>: Helo command rejected; {EHLO_NAME.advice}\n"
    relay.alarm.went_out()
    assert await beats(monkeypatch, tmp_path / "beat", lambda: relay.alarm.problem, a_worker()) == "working\n"


@pytest.mark.parametrize("other", [{"running": False}, {"failure": SERVER_GONE}])
async def test_there_is_no_sign_of_life_of_one_that_does_not_work(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, other: dict[str, Any]
) -> None:
    assert await beats(monkeypatch, tmp_path / "beat", lambda: "", a_worker(**other)) == ""


async def test_a_sign_of_life_that_cannot_be_written_grows_old_and_ends_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert await beats(monkeypatch, tmp_path / "full" / "beat", lambda: "", a_worker()) == ""


def test_the_settings_reach_the_relay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TENURE_SMTP_EHLO_NAME", "mail.vendor.example")
    assert worker.smtp(Settings())._relay.ehlo_name == "mail.vendor.example"
