"""Scripts of 0.1.0 still run: every command it had, and every option, is there and takes values as it did."""

import json
from pathlib import Path
from typing import Any, Final

import pytest

from starter.__main__ import commands
from tests.starter.conftest import leaves

KEPT: Final[dict[str, dict[str, str]]] = json.loads((Path(__file__).parent / "commands_0_1_0.json").read_text())
"""By command: its options, and whether each is a `flag`, has `one` value or `many`. As 0.1.0 had them."""

COMMANDS: Final = {" ".join(words): command for words, command in leaves(commands())}


def shape(parameter: Any) -> str:
    if getattr(parameter, "is_flag", False):
        return "flag"
    return "many" if getattr(parameter, "multiple", False) else "one"


@pytest.mark.parametrize("command", KEPT)
def test_a_command_of_0_1_0_has_all_its_options(command: str) -> None:
    now = {name: shape(each) for each in COMMANDS[command].params for name in (*each.opts, each.metavar)}

    assert {name: now.get(name) for name in KEPT[command]} == KEPT[command]
