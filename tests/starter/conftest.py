"""The starter, run as somebody at a terminal would; and, for what goes over the wire, a whole service to reach."""

import json
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from starter.__main__ import main

if TYPE_CHECKING:
    from tests.starter.service import Service


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


def eventually(looked: Callable[[], Any], so: Callable[[Any], object] = bool) -> Any:
    """What was looked at, as soon as it is so: workflows write down what happened a moment after it happened."""
    give_up_at = time.monotonic() + 20
    while not so(found := looked()):
        assert time.monotonic() < give_up_at, found
        time.sleep(0.05)
    return found


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


@pytest.fixture(scope="session")
def one_service(tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Service]":
    """Temporal, a worker and a store, for all tests that need them."""
    from tests.starter.service import running_service

    with running_service(tmp_path_factory.mktemp("service")) as service:
        yield service


@pytest.fixture
def service(one_service: "Service", monkeypatch: pytest.MonkeyPatch) -> "Service":
    """The same, with the starter's settings pointing there."""
    for name, value in one_service.environment.items():
        monkeypatch.setenv(name, value)
    return one_service
