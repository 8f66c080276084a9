"""What pages say: in four languages, nothing missing, nothing left over."""

import re
from pathlib import Path
from string import Formatter

import pytest

from domain.permissions import OPERATOR, PartnerRole
from domain.values import Language
from web.faults import SAID
from web.resources.library import ANSWERS
from web.words import texts

ROOT = Path(__file__).parents[2] / "web"
SOURCES = "\n".join(
    path.read_text(encoding="utf-8") for path in sorted(ROOT.rglob("*")) if path.suffix in {".py", ".html", ".svg"}
)
NAMED = set(re.findall(r"[\"']([a-z_]+\.[a-z0-9_]+)[\"']", SOURCES))
BEGINNINGS = set(re.findall(r"[\"']([a-z_]+\.[a-z0-9_]*_)(?:%s|\{)", SOURCES)) | {
    f"{area}.{word}_" for area, word in re.findall(r"word\(\s*[\"']([a-z_]+)\.([a-z_]+)[\"']", SOURCES)
}
"""Of names that are put together: `core.fault_` and a status."""

OURS = ("core.", "signin.", "resources.")
HELP = {f"resources.{answer.key}_{part}" for answer in ANSWERS for part in ("title", "summary")}


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", list(Language))
def test_every_text_is_said_in_every_language(language: Language) -> None:
    assert not [name for name, said in texts().items() if not said.get(language, "").strip()]


def test_every_text_has_the_same_values_in_every_language() -> None:
    assert not [name for name, said in texts().items() if len({frozenset(fields(text)) for text in said.values()}) > 1]


def test_every_text_that_is_named_is_there() -> None:
    areas = {name.partition(".")[0] for name in texts()}
    called = set(re.findall(r"\bsay\(\s*[\"']([a-z_]+\.[a-z0-9_]+)[\"']\s*[,)]", SOURCES))
    assert {name for name in called if name.partition(".")[0] in areas} <= set(texts())
    assert len(called) > 50


def test_no_text_is_left_over() -> None:
    """In our own areas."""
    left = [
        name
        for name in texts()
        if name.startswith(OURS) and name not in NAMED | HELP and not name.startswith(tuple(BEGINNINGS))
    ]
    assert left == []


def test_every_role_and_every_fault_has_words() -> None:
    wanted = {f"core.role_{role}" for role in (*PartnerRole, OPERATOR)} | {f"signin.may_{role}" for role in PartnerRole}
    wanted |= {f"core.fault_{status}{part}" for status in SAID for part in ("", "_title")} | HELP
    assert wanted <= set(texts())
