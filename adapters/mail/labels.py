"""What forms call their fields, and mails the pages they lead to, in the four languages."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from domain.links import Purpose
from domain.values import Language

_TEMPLATES: Final = Path(__file__).with_name("templates")

LABELS: Final[Mapping[str, Mapping[str, Mapping[str, str]]]] = tomllib.loads(
    (_TEMPLATES / "labels.toml").read_text("utf-8")
)
"""By model and field: the label in each language. `words` are those of the values."""

_PAGES: Final[Mapping[str, Mapping[str, str]]] = tomllib.loads((_TEMPLATES / "links.toml").read_text("utf-8"))


def label_of(model: str, field: str, language: Language) -> str | None:
    """Of a field of one of the two forms; None for what only the form itself names."""
    labels = LABELS.get(model, {}).get(field)
    return None if labels is None else labels[language]


def page_label(purpose: Purpose, language: Language) -> str:
    """Of a link to a page of the web room. Raises KeyError for one that no mail names so."""
    return _PAGES[purpose][language]
