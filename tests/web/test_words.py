"""Texts of the pages: each in four languages, each of use, and none asked for that is not there."""

import ast
import re
import string
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from domain.hub.entitlements import EntitlementState
from domain.hub.products import Product
from domain.hub.sections import Column, SectionKey
from domain.hub.statuses import Status
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.permissions import RIGHTS, PartnerRole
from domain.trial.losses import LOSSES, NUMBERS_RELEASED
from domain.trial.messages import Service
from domain.values import Language
from web.faults import SAID
from web.words import TEXTS, is_said, texts

WEB: Final = Path(__file__).parents[2] / "web"
AREAS: Final = "|".join(sorted(file.stem for file in TEXTS.glob("*.toml")))
ASKED: Final = re.compile(rf"(?:{AREAS})\.[a-z{{%][a-z0-9_%{{}}]*", re.ASCII)
"""The name of a text in code, perhaps with parts that come from data."""

OF_MODELS: Final = "actions."
"""Named by models, their fields and choices: `web/operations/words.py` asks whether there is one."""

FROM_DATA: Final = re.compile(r"%s|\{\}")


def asked_in_templates() -> Iterator[str]:
    """`say("hub.title")`, `say("hub.tab_%s" % x)`, `say("kpi.name_" ~ x)`, `reader.word("hub.product", x)`."""
    for file in WEB.glob("templates/**/*.html"):
        text = file.read_text("utf-8")
        for found in re.finditer(r"(?P<word>word\()?['\"](?P<name>[^'\"\s]*)['\"](?P<more>\s*[~+])?", text):
            if ASKED.fullmatch(found["name"]):
                yield found["name"] + ("_{}" if found["word"] else "{}" if found["more"] else "")


def asked_in_python() -> Iterator[str]:
    """Texts and f-strings; the first argument of `word` is the beginning of a name."""
    for file in WEB.glob("**/*.py"):
        tree = ast.parse(file.read_text("utf-8"))
        for node in ast.walk(tree):
            name = _pattern(node)
            if name is not None and ASKED.fullmatch(name):
                yield name
                yield f"{name}_{{}}"


def _pattern(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(str(part.value) if isinstance(part, ast.Constant) else "{}" for part in node.values)
    return None


def matches(pattern: str, name: str) -> bool:
    """Is this the text, or one of those, that is asked for?"""
    parts = map(re.escape, FROM_DATA.split(pattern))
    return re.fullmatch(r"\w+".join(parts), name) is not None


PATTERNS: Final = frozenset([*asked_in_templates(), *asked_in_python()])
EXACT: Final = frozenset(pattern for pattern in PATTERNS if not FROM_DATA.search(pattern))
LOOSE: Final = PATTERNS - EXACT


def wrong_with(words: dict[str, str]) -> str:
    """What is wrong with one text; empty: nothing."""
    if set(words) != set(Language):
        return "not in four languages"
    if any(text != text.strip() or not text for text in words.values()):
        return "empty, or with blanks around"
    values = [{part for _, part, *_ in string.Formatter().parse(text) if part} for text in words.values()]
    return "" if all(each == values[0] for each in values) else "other values in another language"


def test_every_text_is_there_in_four_languages_with_the_same_values() -> None:
    found = {name: wrong_with(dict(words)) for name, words in texts().items()}
    assert len(found) > 500
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("change", [{"ko": ""}, {"fr": " x {n}"}, {"ja": "{m}"}])
def test_what_is_wrong_with_a_text_is_seen(change: dict[str, str]) -> None:
    assert not wrong_with(dict.fromkeys(Language, "x {n}"))
    assert wrong_with(dict.fromkeys(Language, "x {n}") | change)
    assert wrong_with({"en": "x"})


def test_every_text_is_of_use() -> None:
    loose = [name for name in texts() if name not in EXACT and not name.startswith(OF_MODELS)]
    assert [name for name in loose if not any(matches(one, name) for one in LOOSE)] == []


def test_every_text_that_a_page_asks_for_is_there() -> None:
    asked = {pattern for pattern in asked_in_templates() if not FROM_DATA.search(pattern)}
    assert len(asked) > 100
    assert sorted(name for name in asked if not is_said(name)) == []


def test_a_text_that_is_missing_or_idle_is_seen() -> None:
    assert not is_said("hub.no_such_text")
    assert not any(matches(one, "hub.no_such_text") for one in LOOSE)
    assert matches("hub.status_{}", "hub.status_trial")
    assert not matches("hub.status_{}", "hub.status_")


@pytest.mark.parametrize(
    "name",
    [
        *(f"hub.status_{status}" for status in Status),
        *(f"hub.why_{status}" for status in Status),
        *(f"hub.state_{state}" for state in EntitlementState),
        *(f"hub.product_{product}" for product in Product),
        *(f"hub.service_{service}" for service in Service),
        *(f"core.role_{role}" for role in RIGHTS),
        *(f"signin.may_{role}" for role in PartnerRole),
        *(f"core.fault_{status}{part}" for status in SAID for part in ("", "_title")),
        *(f"kpi.column_{column}" for column in Column),
        *(f"kpi.section_{section}" for section in SectionKey),
        *(f"kpi.table_{section}" for section in SectionKey),
        *(f"timeline.lifecycle_{lifecycle}" for lifecycle in KINDS),
        *(f"timeline.loss_{step}" for step in (*LOSSES, NUMBERS_RELEASED)),
        *(
            f"hub.stage_{life}_{stage.replace('.', '_')}"
            for life in map(Lifecycle, ("order", "trial", "option", "case"))
            for stage in KINDS[life].stages
        ),
    ],
)
def test_what_comes_from_data_has_words(name: str) -> None:
    assert is_said(name)
