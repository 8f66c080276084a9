"""From every script to Latin letters, and from these to what different romanisations have in common. Pure, but for a
dictionary of Japanese that is loaded when the first kanji comes."""

import re
from collections.abc import Iterator
from enum import StrEnum
from functools import lru_cache
from threading import Lock
from typing import TYPE_CHECKING, Final

from anyascii import anyascii

if TYPE_CHECKING:
    from janome.tokenizer import Tokenizer


class Script(StrEnum):
    """What has rules of its own; everything else is read letter by letter."""

    HAN = "han"
    KANA = "kana"
    HANGUL = "hangul"
    ABJAD = "abjad"
    LETTERS = "letters"


_RANGES: Final = (
    (0x0590, 0x05FF, Script.ABJAD),  # Hebrew
    (0x0600, 0x077F, Script.ABJAD),  # Arabic, Persian, Urdu
    (0x08A0, 0x08FF, Script.ABJAD),
    (0x3005, 0x3007, Script.HAN),
    (0x3040, 0x30FF, Script.KANA),
    (0x3400, 0x9FFF, Script.HAN),
    (0xAC00, 0xD7A3, Script.HANGUL),
    (0xF900, 0xFAFF, Script.HAN),
    (0x20000, 0x323AF, Script.HAN),
)


@lru_cache(maxsize=5_000)
def script_of(sign: str) -> Script:
    """Of one character."""
    point = ord(sign)
    if point < 0x0590:  # noqa: PLR2004 - Latin, Greek, Cyrillic and Armenian come first
        return Script.LETTERS
    return next((script for first, last, script in _RANGES if first <= point <= last), Script.LETTERS)


def runs(word: str) -> Iterator[tuple[Script, str]]:
    """A word, cut where its script changes: `ミライ電子` is two."""
    if word.isascii():
        yield Script.LETTERS, word
        return
    begin = 0
    for at in range(1, len(word) + 1):
        if at == len(word) or script_of(word[at]) != script_of(word[begin]):
            yield script_of(word[begin]), word[begin:at]
            begin = at


@lru_cache(maxsize=20_000)
def in_letters(sign: str) -> str:
    """One character in lower-case Latin letters and digits: of a Chinese sign its Mandarin reading, without a tone."""
    return re.sub(r"[^a-z0-9]", "", anyascii(sign).lower())


def latin(text: str) -> str:
    """Letters and digits alone."""
    return "".join(map(in_letters, text))


# Japanese

_SMALL_Y: Final = frozenset("ゃゅょャュョ")
_SMALL_VOWELS: Final = frozenset("ぁぃぅぇぉァィゥェォ")
_ALONE: Final = frozenset("うウ")
_DOUBLES: Final = frozenset("っッ")
_HEPBURN: Final = ("sh", "ch", "j")


def romaji(kana: str) -> str:
    """Kana in Hepburn's letters, long vowels as vowels are written: `シュミット` is `shumitto`."""
    letters = before = ""
    doubled = False
    for sign in kana:
        if sign in _DOUBLES:
            doubled = True
            continue
        syllable = in_letters(sign)
        if sign in _SMALL_Y and letters.endswith("i"):
            letters = letters[:-1]
            syllable = syllable[1:] if letters.endswith(_HEPBURN) else syllable
        elif sign in _SMALL_VOWELS and letters.endswith(("a", "i", "u", "e", "o")):
            letters = letters[:-1] + "w" * (before in _ALONE)
        letters += syllable[:1] * doubled + syllable
        doubled, before = False, sign
    return letters


_dictionary: "Tokenizer | None" = None
_one_at_a_time = Lock()


def japanese(text: str) -> str:
    """How a Japanese reads it; what the dictionary does not know is read sign by sign in Mandarin."""
    global _dictionary  # noqa: PLW0603 - 60 MB and a quarter of a second, for those who need it
    with _one_at_a_time:
        if _dictionary is None:
            from janome.tokenizer import Tokenizer

            _dictionary = Tokenizer()
        words = [word for word in _dictionary.tokenize(text) if not isinstance(word, str)]
    return "".join(romaji(word.reading) if word.reading != "*" else latin(word.surface) for word in words)


# Korean

_INITIALS: Final = tuple(re.split(",", "g,kk,n,d,tt,r,m,b,pp,s,ss,,j,jj,ch,k,t,p,h"))
_VOWELS: Final = tuple(re.split(",", "a,ae,ya,yae,eo,e,yeo,ye,o,wa,wae,oe,yo,u,wo,we,wi,yu,eu,ui,i"))
_FINALS: Final = tuple(re.split(",", ",k,k,k,n,n,n,t,l,k,m,l,l,l,p,l,m,p,p,t,t,ng,t,t,k,t,p,t"))
_FIRST_SYLLABLE: Final = 0xAC00


def korean(text: str) -> str:
    """Syllables in the letters of the Revised Romanization, each for itself: `새벽빛` is `saebyeokbit`."""
    letters = ""
    for sign in text:
        rest, final = divmod(ord(sign) - _FIRST_SYLLABLE, len(_FINALS))
        initial, vowel = divmod(rest, len(_VOWELS))
        letters += _INITIALS[initial] + _VOWELS[vowel] + _FINALS[final]
    return letters.replace("lr", "ll")


# What romanisations have in common

_SOUNDS: Final = {
    **dict.fromkeys(("chtch", "shch", "sch", "sh", "sz", "ts", "tz", "c!"), "s"),
    **dict.fromkeys(("tsch", "tch", "ch", "cz"), "c"),
    **dict.fromkeys(("dzh", "dj", "zh"), "j"),
    **dict.fromkeys(("c", "qu", "q"), "k"),
    "dh": "z",
    "ph": "f",
    "th": "t",
    "kh": "h",
    "gh": "g",
    "x": "ks",
    "w": "v",
    "y": "i",
    **dict.fromkeys(("j!", "ij", "yj"), "i"),
    **dict.fromkeys(("eo", "ou"), "o"),
    **dict.fromkeys(("ae", "oe"), "e"),
    **dict.fromkeys(("eu", "oo", "ue"), "u"),
}
"""What one sound is written by; `!` marks a letter that has it in some places only."""

_SOFT_C: Final = re.compile(r"c(?=[eiyv])")
_SOFT_J: Final = re.compile(r"(?<=[b-df-hk-np-tv-z])j(?=[aeou])")  # Worobjanskij
_SOUND: Final = re.compile("(?:ij|yj)$|" + "|".join(sorted({*_SOUNDS} - {"ij", "yj"}, key=len, reverse=True)))
_REST: Final = re.compile(r"(?<=[aeiou])h$|(.)(?=\1)")  # Nakhlah; one of two


@lru_cache(maxsize=5_000)
def folded(letters: str) -> str:
    """Letters as most romanisations would have them: `Vorob'yanskiy` and `Worobjanskij` are both `vorobianski`."""
    soft = _SOFT_J.sub("j!", _SOFT_C.sub("c!", letters))
    return _REST.sub("", _SOUND.sub(lambda found: _SOUNDS[found[0]], soft))


_VOICELESS: Final = str.maketrans({"g": "k", "d": "t", "b": "p", "j": "c", "z": "s", **dict.fromkeys("aeiou", "")})


def skeleton(fold: str) -> str:
    """Consonants alone, voiced as voiceless: vowels are what romanisations differ in, and Arabic writes few."""
    return fold.translate(_VOICELESS)


_ABJAD: Final = {
    **dict.fromkeys("اأإآٱىیيئؤءعةەאעיוو", ""),
    **dict.fromkeys("بپב", "p"),
    **dict.fromkeys("تثطدضتדטתث", "t"),
    **dict.fromkeys("جچژ", "c"),
    **dict.fromkeys("حخهھהחכך", "h"),
    **dict.fromkeys("ذزسشصظזסשצץ", "s"),
    **dict.fromkeys("غقكکگקג", "k"),
    **dict.fromkeys("رר", "r"),
    **dict.fromkeys("لל", "l"),
    **dict.fromkeys("مמם", "m"),
    **dict.fromkeys("نנן", "n"),
    **dict.fromkeys("فפף", "f"),
}


def abjad_skeleton(word: str) -> str:
    """Consonants of a word in Arabic or Hebrew letters, as `skeleton` has them; a final h is a vowel."""
    word = word[:-1] if word.endswith(("ه", "ה")) and len(word) > 2 else word  # noqa: PLR2004 - a word is left
    return re.sub(r"(.)\1+", r"\1", "".join(_ABJAD.get(sign, "") for sign in word))
