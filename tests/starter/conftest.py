"""The starter, run as somebody at a terminal would; and, for what goes over the wire, a whole service to reach."""

import gc
import json
import os
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from adapters.temporal.client import connect
from starter.__main__ import main
from starter.reach import gate

if TYPE_CHECKING:
    from adapters.sql.store import SqlStore
    from tests.support.embedded import Background


class Answered:
    """What a command printed and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code = code
        self.out = out
        self.err = err

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    @property
    def lines(self) -> list[Any]:
        """JSON Lines on stdout."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def error(self) -> Any:
        """The error on stderr, for machines."""
        return json.loads(self.err)["error"]


WITHIN = 300
"""Seconds: far longer than anything here takes, also on a machine that does much else."""

PATIENCES = ("PATIENCE", "UPDATE_PATIENCE")


def eventually(looked: Callable[[], Any], so: Callable[[Any], object] = bool) -> Any:
    """What was looked at, as soon as it is so: workflows write down what happened a moment after it happened."""
    give_up_at = time.monotonic() + WITHIN
    while not so(found := looked()):
        assert time.monotonic() < give_up_at, found
        time.sleep(0.05)
    return found


def leaves(command: Any, *words: str) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every command below it, with its words."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from leaves(inner, *words, name)
    if not hasattr(command, "commands"):
        yield words, command


Tenure = Callable[..., Answered]


@pytest.fixture
def tenure(capsys: pytest.CaptureFixture[str]) -> Tenure:
    """`tenure("order", "show", "SO-100001")`."""

    def run(*words: object) -> Answered:
        capsys.readouterr()
        code = main([str(word) for word in words])
        return Answered(code, *capsys.readouterr())

    return run


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("TEMPORAL_", "TENURE_")) or name == "DATABASE_URL"]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/there-is-none.db")
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
    monkeypatch.setenv("COLUMNS", "100")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "Iterator[SqlStore]":
    """The installation's own, empty; commands reach it."""
    from adapters.sql.store import open_store
    from tests.postgres import migrated_file

    database = tmp_path / "tenure.db"
    database.write_bytes(migrated_file())
    url = f"sqlite:///{database}"
    monkeypatch.setenv("DATABASE_URL", url)
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def garbage_goes_as_usual() -> Iterator[None]:
    """Tests have much of it lie about."""
    here = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*here)


IN_DOUBT = "doubt"
"""How an address begins whose mails nobody knows the fate of."""


@pytest.fixture(scope="session")
def one_service() -> "Iterator[Background]":
    """Temporal, a worker and a store, for all tests that need them."""
    from activities.ports import Answer
    from tests.support.embedded import in_background

    with in_background() as running:
        running.env.transport.answers[IN_DOUBT] = Answer.UNKNOWN
        yield running


@pytest.fixture
def service(one_service: "Background", monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> "Background":
    """The same, with the starter's settings pointing there; it waits longer than people do, as a busy machine needs."""
    for name, value in one_service.env.reach.items():
        monkeypatch.setenv(name, value)
    for patience in PATIENCES if "in_vain" not in request.fixturenames else ():
        monkeypatch.setattr(gate, patience, timedelta(seconds=WITHIN))
    return one_service


@pytest.fixture
def in_vain(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """No worker will answer, and no test waits for that as long as people do. A server that is there answers: then."""
    served = "service" in request.fixturenames
    for patience in PATIENCES:
        monkeypatch.setattr(gate, patience, timedelta(seconds=5 if served else 2))
    if served:
        monkeypatch.setattr(gate, "connect", _connected)


async def _connected(*, within: timedelta, **how: Any) -> Any:
    return await connect(within=max(within, timedelta(seconds=WITHIN)), **how)
