"""What pages say, in four languages: one table a text in `web/texts/<area>.toml`, one line a language."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Final

from domain.values import Language

TEXTS: Final = Path(__file__).with_name("texts")


@cache
def texts() -> Mapping[str, Mapping[str, str]]:
    """By name: `area.key`, then by language."""
    found: dict[str, Mapping[str, str]] = {}
    for file in sorted(TEXTS.glob("*.toml")):
        with file.open("rb") as opened:
            areas = tomllib.load(opened)
        found |= {f"{file.stem}.{key}": words for key, words in areas.items()}
    return found


def said(name: str, language: Language, /, **values: object) -> str:
    """A text with its values filled in; raises KeyError for one that is not there, in that language or at all."""
    return texts()[name][language].format_map({key: str(value) for key, value in values.items()})


def is_said(name: str) -> bool:
    """Is there such a text? For names that come from data: of a product, of a state."""
    return name in texts()
