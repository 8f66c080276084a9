"""How a person's name is written, by its script. Pure."""

import re
import unicodedata
from typing import Final

from domain.values import Person

_KOREAN_NAME: Final = re.compile(r"(?:[가-힣]|남궁|황보|제갈|사공|선우|서문|독고|동방) [가-힣]{1,4}")
"""Family name and given name: a family name has one syllable, but for these."""

_HANGUL: Final = re.compile(r"[가-힣 ]+")
_FAMILY_FIRST: Final = ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "HANGUL")
"""Scripts, as Unicode names their characters, in which a name is written as at home: family name first."""


def name_of(person: Person) -> str:
    """山田 太郎, 김민지, Camille Brossard: family name first in the scripts of China, Japan and Korea.

    In other scripts as it was given, so that nobody has to guess whose name it is; also in Hangul, where the family
    name is not a Korean one (카미유 브로사르).
    """
    first, last = person.first_name, person.last_name
    family_first = f"{last} {first}"
    if _HANGUL.fullmatch(family_first):
        return f"{last}{first}" if _KOREAN_NAME.fullmatch(family_first) else f"{first} {last}"
    at_home = any(unicodedata.name(letter, "").startswith(_FAMILY_FIRST) for letter in family_first)
    return family_first if at_home else f"{first} {last}"
