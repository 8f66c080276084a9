"""Help of the trial and device commands, and their part of the contract."""

import inspect
from typing import get_type_hints

import pytest
from temporalio import workflow

from domain.mails import Lifecycle
from domain.trial.view import CAN_SEND
from starter.catalogue import COMMANDS, STARTS, UPDATES, command_of
from tests.starter.conftest import Tenure
from workflows.device import DeviceLoan
from workflows.trial import Trial

TRIAL = [
    *("start", "import", "show", "list", "accept", "decline", "resend", "withdraw", "give-details", "services-built"),
    *("extend", "edit", "cancel", "convert", "return-device", "settle-mail", "hold", "resume", "note"),
]
DEVICE = ["show", "settle-mail", "hold", "resume", "note"]
STORIES = {Lifecycle.TRIAL: Trial, Lifecycle.DEVICE: DeviceLoan}


@pytest.mark.parametrize(
    "words", [*(("trial", name) for name in TRIAL), *(("device", name) for name in DEVICE)], ids=" ".join
)
def test_every_command_shows_how_it_is_used(words: tuple[str, ...], tenure: Tenure) -> None:
    answered = tenure(*words, "--help")

    assert answered.code == 0
    assert f"\n tenure {' '.join(words)}" in answered.out.partition("Example")[2]


@pytest.mark.parametrize("lifecycle", STORIES)
def test_the_catalogue_has_exactly_the_updates_of_the_workflows(lifecycle: Lifecycle) -> None:
    definition = workflow._Definition.must_from_class(STORIES[lifecycle])
    taken = {name: update.arg_types[0] for name, update in definition.updates.items() if name and update.arg_types}

    assert taken == dict(UPDATES[lifecycle])
    assert set(taken) <= set(COMMANDS)
    hint = get_type_hints(inspect.unwrap(STORIES[lifecycle].__init__))
    assert STARTS[lifecycle] in next(iter(hint.values())).__args__


@pytest.mark.parametrize(
    ("lifecycle", "update"), [(lifecycle, update) for lifecycle in STORIES for update in UPDATES[lifecycle]]
)
def test_every_update_has_a_command_that_exists(lifecycle: Lifecycle, update: str, tenure: Tenure) -> None:
    group, command, *_ = command_of(lifecycle, update).split()

    assert tenure(group, command, "--help").code == 0


def test_what_a_stage_allows_is_in_the_catalogue() -> None:
    assert {update for updates in CAN_SEND.values() for update in updates} <= set(UPDATES[Lifecycle.TRIAL])


def test_a_device_goes_back_by_the_trials_commands_and_operators_have_a_group_of_its_own() -> None:
    assert command_of("device", "hand_over") == "trial return-device {id} --handed-over"
    assert command_of("device", "hold") == "device hold {id} --reason …"
    assert command_of("trial", "cancel") == "trial cancel {id} --reason … --confirm"
    assert command_of("order", "cancel") == "order cancel {id} --reason …"
