"""What the pages say of every number, column and status: in four languages, with the terms that stand in it. HUB-50."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

import web
from domain.hub.definitions import COLUMNS, DEFINITIONS, STATUSES, terms
from domain.hub.policy import HubPolicy
from domain.values import Language
from tests.makers import some

TEXTS: dict[str, Any] = tomllib.loads((Path(web.__file__).parent / "texts/kpi.toml").read_text(encoding="utf-8"))
NUMBERS = [key for key in DEFINITIONS if key not in COLUMNS | STATUSES]


def named_in(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


@pytest.mark.parametrize("language", Language)
def test_a_page_says_what_the_definition_says_with_the_same_terms(language: Language) -> None:
    for key, definition in some(DEFINITIONS.items()):
        said = TEXTS[f"means_{key.replace('.', '_')}"][language]
        assert named_in(said) == named_in(definition.formula) <= set(terms(HubPolicy())), key


@pytest.mark.parametrize("language", Language)
def test_every_number_has_a_name(language: Language) -> None:
    names = {key: TEXTS[f"name_{key}"][language] for key in NUMBERS}
    assert names
    assert {key: name for key, name in names.items() if not name or named_in(name)} == {}


def test_nothing_is_said_of_a_number_that_is_not_there() -> None:
    expected = {f"means_{key.replace('.', '_')}" for key in DEFINITIONS} | {f"name_{key}" for key in NUMBERS}
    assert {key for key in TEXTS if key.startswith(("means_", "name_"))} == expected
