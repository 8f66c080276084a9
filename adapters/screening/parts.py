"""A name, cut into the parts that are read as one; what every name has (legal forms, titles) is left out. Pure."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import process
from rapidfuzz.distance import Indel

from adapters.screening import scripts
from adapters.screening.scripts import Script, folded, latin, runs
from adapters.screening.words import COMPOUNDS, LEGAL_FORMS, LEGAL_PHRASES, TITLES, TRADES

SHORT: Final = 3
"""A legal form of so many letters counts at an end of the name only: AS Roma is no AS."""


LONG: Final = 7
MISSPELT: Final = 0.88
"""A word of so many letters that is so much like one for a trade, with the same first one, is that misspelt:
`electornics`."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of a name that is read as one, in the order in which it stands there."""

    script: Script
    text: str
    key: str
    """In Latin letters, folded; of Arabic and Hebrew words as they are spelled without an article."""


def parts_of(name: str) -> list[Part]:
    """In the order in which they stand there; never none, unless it has no letter."""
    return _joined_trades(_without_legal_forms(list(_parts(name))))


# Cutting it up

_ENCLOSED: Final = re.compile(r"\((株|有|同|名|資|주|유|社)\)")
_VOWEL_SIGNS: Final = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670\u0591-\u05c7]")
_APOSTROPHES: Final = re.compile("['`\u2018\u2019\u02bc\u02bb\u00b4]")
_GREEK_U: Final = re.compile("ο[υύ]")
_INITIALISM: Final = re.compile(r"(?<!\w)((?:\w\.){2,}\w?)(?!\w)")
_ORDINAL: Final = re.compile(r"(\d+)(?:st|nd|rd|th)?$")
_NUMBERED: Final = re.compile(r"(?<=\d)\s*[号號호](?!\w)")
_ARTICLE: Final = re.compile(r"^(?:وال|بال|ال|لل)(?=.{2})")
_LETTERS_OF_ARABIC: Final = str.maketrans(
    {**dict.fromkeys("أإآٱ", "ا"), "ى": "ي", "ی": "ي", "ئ": "ي", "ة": "ه", "ک": "ك"}
)
_LATIN_ARTICLES: Final = re.compile(r"^(?:al|el|ul)$")
_SUN_ARTICLES: Final = re.compile(r"^[aeu](?:dh|th|sh|[dnrstz])$")


def _cleaned(name: str) -> str:
    text = _ENCLOSED.sub(" ", unicodedata.normalize("NFKC", name).lower())
    text = _GREEK_U.sub("ou", _APOSTROPHES.sub("", _VOWEL_SIGNS.sub("", text)))
    text = _INITIALISM.sub(lambda found: found[1].replace(".", ""), _NUMBERED.sub("", text))
    return "".join(sign if unicodedata.category(sign)[0] in "LNM" else " " for sign in text)


def _parts(name: str) -> Iterator[Part]:
    for word in _cleaned(name).split():
        for script, text in runs(word):
            if script in {Script.HAN, Script.KANA, Script.HANGUL}:
                yield from _cut(script, text)
            elif script == Script.ABJAD:
                yield Part(script, text, _spelled(text))
            else:
                yield from _letters(text)


def _spelled(word: str) -> str:
    """Arabic without an article, in one way of writing alif, ya and kaf; `for` is cut off a trade."""
    plain = _ARTICLE.sub("", word.translate(_LETTERS_OF_ARABIC))
    return plain[1:] if plain not in _TRADE_OF and plain[1:] in _TRADE_OF else plain


def _letters(text: str) -> Iterator[Part]:
    letters = latin(text)
    for piece in re.findall(r"\d+(?:st|nd|rd|th)?(?![a-z])|\d+|[a-z]+", letters):
        number = _ORDINAL.match(piece)
        yield Part(Script.LETTERS, piece, number[1] if number else piece)


def _cut(script: Script, text: str) -> Iterator[Part]:
    """Signs stand without spaces: what is known of them is cut out, the longest first."""
    at = 0
    for found in _KNOWN_SIGNS.finditer(text):
        if found.start() > at:
            yield Part(script, text[at : found.start()], "")
        yield Part(script, found[0], found[0])
        at = found.end()
    if at < len(text):
        yield Part(script, text[at:], "")


# What says little


def _without_legal_forms(parts: list[Part]) -> list[Part]:
    """All but the last of what there is: a name is never nothing."""
    left = _initials_joined([part for part in _without_phrases(parts) if part.key not in _TITLES])
    left = [part for part in left if not _is_said_anywhere(part)]
    while len(left) > 1 and left[-1].key in _LEGAL:
        left.pop()
    while len(left) > 1 and left[0].key in _LEGAL:
        left.pop(0)
    return _without_articles(left) or parts


def _is_said_anywhere(part: Part) -> bool:
    return part.key in _LEGAL_SIGNS or (part.key in _LEGAL and len(part.key) > SHORT)


def _without_phrases(parts: list[Part]) -> list[Part]:
    text = " ".join(part.key or "\u0000" for part in parts)
    at = 0
    starts: dict[int, int] = {}
    dropped: set[int] = set()
    for index, part in enumerate(parts):
        starts[at] = index
        at += len(part.key or "\u0000") + 1
    for found in _PHRASES.finditer(text):
        dropped.update(range(starts[found.start()], starts[found.start()] + found[0].count(" ") + 1))
    return [part for index, part in enumerate(parts) if index not in dropped]


def _without_articles(parts: list[Part]) -> list[Part]:
    """Of Arabic names in Latin letters: `An-Nakhla` and `Al Nakhla`."""
    left = []
    for part, following in zip(parts, [*(part.key for part in parts[1:]), ""], strict=False):
        sun = _SUN_ARTICLES.match(part.key) and following.startswith(part.key[1:])
        if not (following and (sun or _LATIN_ARTICLES.match(part.key))):
            left.append(part)
    return left


def _initials_joined(parts: list[Part]) -> list[Part]:
    """`A & C` is `ac`."""
    left: list[Part] = []
    for part in parts:
        if len(part.key) == 1 and part.key.isalpha() and part.script == Script.LETTERS and left and left[-1].text == "":
            left[-1] = Part(part.script, "", left[-1].key + part.key)
        elif len(part.key) == 1 and part.key.isalpha() and part.script == Script.LETTERS:
            left.append(Part(part.script, "", part.key))
        else:
            left.append(part)
    return left


def _joined_trades(parts: list[Part]) -> list[Part]:
    """`aero space` is a trade that `aero` is not."""
    left: list[Part] = []
    for part in parts:
        both = Part(part.script, part.text, left[-1].key + part.key) if left else part
        if left and {part.script, left[-1].script} == {Script.LETTERS} and not trades_of(part) and trades_of(both):
            left[-1] = both
        else:
            left.append(part)
    return left


def trades_of(part: Part) -> tuple[str, ...]:
    """Nothing, if it is no word for a trade."""
    if part.script != Script.LETTERS:
        return _TRADE_OF.get(part.key, ())
    return _trades_in_letters(folded(part.key))


@lru_cache(maxsize=5_000)
def _trades_in_letters(key: str) -> tuple[str, ...]:
    if key in _TRADE_OF:
        return _TRADE_OF[key]
    for at in range(4, len(key) - 3):  # kokukeiki: koku and keiki
        if key[:at] in _TRADE_OF and key[at:] in _TRADE_OF:
            return _TRADE_OF[key[:at]] + _TRADE_OF[key[at:]]
    if len(key) < LONG:
        return ()
    nearest = process.extractOne(key, _LONG.get(key[0], ()), scorer=Indel.normalized_similarity, score_cutoff=MISSPELT)
    return _TRADE_OF[nearest[0]] if nearest else ()


# Tables


def _key(word: str) -> str:
    """As `_parts` has it."""
    script = scripts.script_of(word[0])
    if script == Script.ABJAD:
        plain = word.translate(_LETTERS_OF_ARABIC).replace(".", "")
        return _ARTICLE.sub("", plain)
    return word if script in {Script.HAN, Script.KANA, Script.HANGUL} else latin(word)


def _trade_table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for trade, words in TRADES.items():
        for word in (trade, *words):
            table.update(dict.fromkeys(_spellings(word), (trade,)))
    for word, trades in COMPOUNDS.items():
        table.update(dict.fromkeys(_spellings(word), trades))
    return table


def _spellings(word: str) -> Iterator[str]:
    """As it is written, and in Latin letters."""
    key, script = _key(word), scripts.script_of(word[0])
    yield folded(key) if script == Script.LETTERS else key
    if script == Script.HANGUL:
        yield folded(scripts.korean(word))
    elif script == Script.HAN:
        yield folded(latin(word))
    elif script == Script.KANA:
        yield folded(scripts.romaji(word))


_TRADE_OF: Final = _trade_table()
_LONG: Final = {
    first: [key for key in _TRADE_OF if len(key) >= LONG and key[0] == first] for first in {key[0] for key in _TRADE_OF}
}
_LEGAL: Final = frozenset(_key(word) for word in LEGAL_FORMS.split() if not word.startswith("("))
_LEGAL_SIGNS: Final = frozenset(
    key for key in _LEGAL if scripts.script_of(key[0]) not in {Script.LETTERS, Script.ABJAD}
)
_TITLES: Final = frozenset(TITLES.split())
_PHRASES: Final = re.compile(
    r"(?<!\S)(?:" + "|".join(sorted(map(re.escape, LEGAL_PHRASES), key=len, reverse=True)) + r")(?!\S)"
)
_SIGNS: Final = {
    word
    for word in {*_LEGAL_SIGNS, *_TRADE_OF}
    if scripts.script_of(word[0]) in {Script.HAN, Script.KANA, Script.HANGUL}
}
_KNOWN_SIGNS: Final = re.compile("|".join(sorted(map(re.escape, _SIGNS), key=len, reverse=True)))
