"""What pages are made of: a class that a page names has its style, a style is of use, and so is every macro."""

import re
from pathlib import Path
from typing import Final

import pytest

import web

ROOM: Final = Path(web.__file__).parent
TEMPLATES: Final = "\n".join(path.read_text("utf-8") for path in sorted(ROOM.glob("templates/**/*.html")))
CODE: Final = "\n".join(path.read_text("utf-8") for path in sorted(ROOM.rglob("*.py")))
STYLE: Final = (ROOM / "static/tenure.css").read_text("utf-8")
SCRIPT: Final = (ROOM / "static/tenure.js").read_text("utf-8")

SET_BY_HTMX: Final = frozenset({"htmx-request"})

JINJA: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
CLASSES: Final = re.compile(r'(?:class=|classes=)"((?:[^"{]|\{(?![{%])|\{\{.*?\}\}|\{%.*?%\})*)"')
A_PART: Final = "-"
"""How a class begins, or ends, of which the rest comes from data: `group-{{ name }}`."""


def styled(style: str) -> set[str]:
    """Classes that stand in a selector."""
    bare = re.sub(r"/\*.*?\*/", "", style, flags=re.DOTALL)
    selectors = re.findall(r"([^{}]+)\{", bare)
    return {name for each in selectors for name in re.findall(r"\.(-?[a-zA-Z_][\w-]*)", re.sub(r'"[^"]*"', "", each))}


def named(pages: str) -> set[str]:
    """Classes that stand in a page as they are."""
    found = (JINJA.sub(" ", each) for each in CLASSES.findall(pages))
    return {name for each in found for name in each.split() if "{" not in name}


def without_style(pages: str, style: str) -> set[str]:
    """Classes of pages that no rule is about."""
    known = styled(style)
    return {
        name
        for name in named(pages)
        if not (any(each.startswith(name) for each in known) if name.endswith(A_PART) else name in known)
    }


def idle(style: str, *sources: str) -> set[str]:
    """Classes of rules that nobody says. One that is put together of data begins as its source does."""
    words = {word for source in sources for word in re.findall(r"[\w-]+", source)}
    begins = tuple(name for name in words if re.fullmatch(r"[a-z][a-z-]*-", name))
    return {name for name in styled(style) if name not in words and not name.startswith(begins)} - SET_BY_HTMX


def uncalled(pages: str) -> set[str]:
    """Macros that no page calls."""
    bare = re.sub(r"\{#.*?#\}", "", pages, flags=re.DOTALL)
    made = re.findall(r"\{% macro (\w+)\(", bare)
    return {name for name in made if len(re.findall(rf"\b{name}\(", bare)) == made.count(name)}


def test_every_class_of_a_page_has_its_style() -> None:
    assert len(named(TEMPLATES)) > 50
    assert without_style(TEMPLATES + CODE, STYLE) == set()


def test_every_style_is_of_use() -> None:
    assert idle(STYLE, TEMPLATES, CODE, SCRIPT) == set()


def test_every_macro_is_called() -> None:
    assert uncalled(TEMPLATES) == set()


def test_the_dark_is_other_colours_and_nothing_else() -> None:
    """So a page that looks right in the light need be asked for nothing else in the dark."""
    light, *dark = STYLE.split("@media (prefers-color-scheme: dark) {\n  :root {")
    assert len(dark) == 1
    changed = re.findall(r"^ *([\w-]+):", dark[0].partition("}")[0], re.MULTILINE)
    assert len(changed) > 20
    assert set(changed) <= set(re.findall(r"^ *(--[\w-]+):", light, re.MULTILINE))
    assert dark[0].partition("}")[2].startswith("\n}\n")


@pytest.mark.parametrize(
    ("page", "style"),
    [
        ('<p class="row{% if x == "y" %} odd{% endif %} {{ tone }} when-{{ name }}">', ".row .odd, .when-logo {}"),
        ('<p class="{{ tone }}">', ""),
    ],
)
def test_what_comes_from_data_is_left_out(page: str, style: str) -> None:
    assert without_style(page, style) == idle(style, page) == set()


def test_what_is_missing_or_idle_is_seen() -> None:
    assert without_style('<p class="row bare">', ".row { color: red }") == {"bare"}
    assert idle(".row, .old:hover > a { color: red } /* .gone */", '<p class="row">') == {"old"}
    assert uncalled("{% macro one(x) %}{% endmacro %}{# one(2) #}{% macro two() %}{{ one(1) }}{% endmacro %}") == {
        "two"
    }
