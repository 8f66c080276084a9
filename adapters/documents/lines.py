"""Text made fit for paper: only characters the font has, broken into lines the way each script breaks. Pure."""

import re
import unicodedata
from collections.abc import Callable, Container, Iterator
from typing import Final

REPLACEMENT: Final = "□"

_WIDE = "\u2e80-\ua4cf\uf900-\ufaff\uff00-\uff60\U00020000-\U0003ffff"
"""Kana, kanji and full-width punctuation: lines may break between any two of them. Hangul breaks at spaces."""

_OPENING = "（「『【〔［｛〈《"
_CLOSING = "、。，．・：；？！）」』】〕］｝〉》％ー々ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮ…"
_PIECE = re.compile(rf"[{_OPENING}]*(?:[{_WIDE}]|[^ {_WIDE}]+| )[{_CLOSING}]* *")
"""What stays together: no line starts with a closing mark or ends with an opening one (禁則)."""

_COMPOSABLE = re.compile("[\u1100-\u11ff]+|.[\u0300-\u036f\u3099\u309a]+")
_CONTROLS = {"Cc", "Cf", "Cs", "Zl", "Zp"}
_MARKS = {"Mn", "Me"}


def shown(text: str, font: Container[int]) -> str:
    """The text as the font can show it: one line, nothing invisible, □ for what the font does not have."""
    composed = _COMPOSABLE.sub(lambda found: unicodedata.normalize("NFC", found[0]), text)
    return re.sub(" +", " ", "".join(_shown(character, font) for character in composed)).strip(" ")


def _shown(character: str, font: Container[int]) -> str:
    if character in "\n\t":
        return " "
    category = unicodedata.category(character)
    if category in _CONTROLS:  # joiners, direction overrides, soft hyphens
        return ""
    if ord(character) in font:
        return character
    if category in _MARKS:  # variation selectors: the kanji before them is shown without its variant
        return ""
    return "\u00a0" if category == "Zs" else REPLACEMENT


def broken(text: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """The text as lines no wider than `width`; a word too wide for a line of its own is cut."""
    lines = [""]
    for piece in _pieces(text, width, measure):
        if lines[-1] and measure((lines[-1] + piece).rstrip(" ")) > width:
            lines.append("")
        lines[-1] += piece
    return [line.rstrip(" ") for line in lines]


def _pieces(text: str, width: float, measure: Callable[[str], float]) -> Iterator[str]:
    for piece in _PIECE.findall(text):
        if measure(piece.rstrip(" ")) <= width:
            yield piece
        else:
            yield from piece
