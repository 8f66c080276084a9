"""`python -m web`: what keeps it from starting is one line, and it waits for a worker that migrates the store."""

import asyncio
import socket
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.settings import Settings, WrongSetting
from adapters.sql.migrate import StoreFromNewerRelease, StoreNotMigrated, migrate
from adapters.sql.store import open_store
from tests.support.environment import eventually
from web import __main__ as process
from web.signin.issuer import Issuer


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Of a store that is not there yet."""
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/store.db")
    return Settings()


def test_a_port_that_is_taken_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(WrongSetting) as refused:
            process.listen("127.0.0.1", port)
    assert refused.value.problems == [f"TENURE_WEB__PORT: cannot listen on 127.0.0.1:{port}: address already in use"]


def test_any_free_port_is_taken_for_nought() -> None:
    with process.listen("127.0.0.1", 0) as listening:
        assert listening.getsockname()[1] > 0


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("TENURE_WEB__PORT", "x", "TENURE_WEB__PORT"),
        ("TENURE_WEB__SECRET", "short", "32 characters"),
        ("TENURE_WEB__URL", "https://hub.example.com", "secret is required"),
        ("TENURE_WEB__ISSUER", "https://login.example.com", "client_id"),
    ],
)
def test_a_setting_that_is_wrong_is_said_and_nothing_starts(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    assert process.main([]) == 2
    assert said in capsys.readouterr().err
    assert value != "short" or "short" not in capsys.readouterr().err


async def test_the_store_is_waited_for(settings: Settings) -> None:
    waiting = asyncio.create_task(process.migrated(settings, asyncio.Event()))
    done, _ = await asyncio.wait([waiting], timeout=0.2)
    assert not done
    await asyncio.to_thread(migrate, settings.database_url)
    store = await waiting
    assert store is not None
    store.ping()
    store.close()


async def test_whoever_is_stopped_before_waits_no_longer(settings: Settings) -> None:
    stop = asyncio.Event()
    stop.set()
    assert await process.migrated(settings, stop) is None


async def test_it_is_not_waited_for_without_end(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "monotonic", iter([0.0, 121.0]).__next__)
    with pytest.raises(StoreNotMigrated, match="start a worker"):
        await process.migrated(settings, asyncio.Event())


async def test_a_store_of_a_newer_release_is_refused_at_once(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def newer(*_given: object) -> None:
        raise StoreFromNewerRelease("there", "9999")

    monkeypatch.setattr(process, "open_store", newer)
    with pytest.raises(StoreFromNewerRelease):
        await process.migrated(settings, asyncio.Event())


def test_the_libraries_of_an_issuer_are_for_whoever_has_one(settings: Settings) -> None:
    assert process.issuer_of(settings) is None
    web = settings.web.model_copy(update={"issuer": "https://login.example.com", "client_id": "x"})
    assert isinstance(process.issuer_of(settings.model_copy(update={"web": web})), Issuer)


async def test_what_fails_in_the_background_ends_the_process() -> None:
    stop = asyncio.Event()

    async def failing() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await process.or_stop(failing(), stop)
    assert stop.is_set()


async def test_what_was_typed_and_never_submitted_goes_without_anybody_s_request(settings: Settings) -> None:
    """A draft has people in it. Who still may come back finds theirs."""
    await asyncio.to_thread(migrate, settings.database_url)
    store = open_store(settings.database_url)
    world = process.world_of_production(settings, store)
    too_old = world.now() - settings.web.links_live_for
    store.keep_draft("old", {"form.city": ["x"]}, too_old - timedelta(minutes=1))
    store.keep_draft("young", {"form.city": ["x"]}, too_old + timedelta(minutes=10))

    async def gone() -> bool:
        return await asyncio.to_thread(store.draft, "old") is None

    keeping_up = asyncio.create_task(process.keep_up(world))
    try:
        await eventually(gone)
    finally:
        keeping_up.cancel()
        await asyncio.wait([keeping_up])

    assert store.draft("young")
    store.close()
