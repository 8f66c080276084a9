"""A replay asks no judge: every recorded history replays when whatever could refuse it refuses everything. H1, issue 8.

A library changes its mind about a phone number, a zone is renamed, a rule gets narrower: a life that was accepted
goes on.
"""

from functools import cache
from pathlib import Path
from typing import Any

import email_validator
import phonenumbers
import pycountry
import pytest
from pydantic import ValidationError
from temporalio.worker import Replayer

from adapters.temporal import converter
from adapters.temporal.converter import data_converter
from adapters.temporal.interceptor import PlainRefusals
from adapters.temporal.sandbox import sandbox
from domain import checks
from domain.checks import Judged
from tests.makers import a_person
from tests.recorder import HISTORIES, read
from workflows.registry import BESIDE, WORKFLOWS
from workflows.unknown import UnknownWorkflow

RECORDED = sorted(HISTORIES.glob("*/*.json"))


class Asked(Exception):
    """Somebody was asked who must not be."""


def refuse(*_: Any, **__: Any) -> Any:
    raise Asked


@pytest.fixture
def nobody_to_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    """Our checks, the libraries behind them, and the door."""
    monkeypatch.setattr(Judged, "__call__", refuse)
    monkeypatch.setattr(converter, "_judged", refuse)
    monkeypatch.setattr(checks, "validate_email", refuse)
    monkeypatch.setattr(email_validator, "validate_email", refuse)
    monkeypatch.setattr(phonenumbers, "parse", refuse)
    monkeypatch.setattr(phonenumbers, "is_valid_number", refuse)
    for known in (pycountry.countries, pycountry.languages, pycountry.scripts):
        monkeypatch.setattr(known, "get", refuse)


@cache
def replayer() -> Replayer:
    return Replayer(
        workflows=[*WORKFLOWS, *BESIDE, UnknownWorkflow],
        data_converter=data_converter,
        workflow_runner=sandbox(),
        interceptors=[PlainRefusals([story.__name__ for story in WORKFLOWS])],
    )


@pytest.mark.usefixtures("nobody_to_ask")
@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
async def test_a_recorded_history_replays_when_everything_would_be_refused(path: Path) -> None:
    replayed = await replayer().replay_workflow(read(path), raise_on_replay_failure=False)
    assert replayed.replay_failure is None


@pytest.mark.usefixtures("nobody_to_ask")
def test_those_who_must_not_be_asked_would_have_refused() -> None:
    with pytest.raises((Asked, ValidationError)):
        a_person()
