"""What is compared of a name: its words in Latin letters, without legal forms, trades apart. Pure; see scripts.py."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from adapters.screening import scripts
from adapters.screening.parts import Part, parts_of, trades_of
from adapters.screening.scripts import Script, folded, skeleton

REMEMBERED: Final = 4_000
"""Names whose readings are kept: those that were compared last."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that says who it is."""

    letters: str
    """Folded; of Arabic and Hebrew words nothing, they are written without vowels."""

    bones: str
    """Its skeleton."""

    signs: tuple[str, ...] = ()
    """Of Chinese signs their syllables, of Arabic and Hebrew words their letters: two such are compared by them."""

    said: str = field(default="", compare=False)
    """In Latin letters, for people."""

    @property
    def weight(self) -> float:
        """Long words say more: 1 is six letters."""
        return min(max((len(self.letters) or 1.6 * len(self.bones)) / 6, 0.25), 3.0)


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name."""

    words: tuple[Word, ...]
    trades: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()

    @property
    def said(self) -> str:
        """For people: `tsukikage, machinery, precision`."""
        words = " ".join(word.said for word in self.words)
        return ", ".join([*([words] if words else []), *sorted(self.numbers), *sorted(self.trades)])


@lru_cache(maxsize=REMEMBERED)
def readings(name: str) -> tuple[Reading, ...]:
    """As `read`, which it remembers: a list is read once, and a few of its names again with each screening."""
    return read(name)


def read(name: str) -> tuple[Reading, ...]:
    """Every way to read it: of Chinese signs without kana the Mandarin and the Japanese one, else one."""
    trades: set[str] = set()
    numbers: set[str] = set()
    rest: list[Part] = []
    for part in parts_of(name):
        if found := trades_of(part):
            trades.update(found)
        elif part.key.isdigit():
            numbers.add(part.key.lstrip("0") or "0")
        else:
            rest.append(part)
    ways = dict.fromkeys(tuple(words) for words in _ways(rest))
    return tuple(Reading(words, frozenset(trades), frozenset(numbers)) for words in ways)


def _ways(parts: list[Part]) -> Iterator[list[Word]]:
    has_kana = any(part.script == Script.KANA for part in parts)
    has_signs = any(part.script == Script.HAN for part in parts)
    if has_kana or has_signs:
        yield [_word(part, as_japanese=True) for part in parts]
    if not has_kana:
        yield [_word(part, as_japanese=False) for part in parts]


def _word(part: Part, *, as_japanese: bool) -> Word:
    if part.script == Script.ABJAD:
        bones = scripts.abjad_skeleton(part.key)
        return Word("", bones, tuple(part.key), bones)
    signs: tuple[str, ...] = ()
    match part.script:
        case Script.HAN:
            signs = tuple(map(scripts.in_letters, part.text))
            letters = scripts.japanese(part.text) if as_japanese else "".join(signs)
        case Script.KANA:
            letters = scripts.romaji(part.text)
        case Script.HANGUL:
            letters = scripts.korean(part.text)
        case _:
            letters = part.key
    fold = folded(letters)
    return Word(fold, skeleton(fold), signs, letters)
