"""Who wrote a mail, as a person whom we can write to: a name of two parts, from whatever the mail says."""

import re
from typing import Final

from adapters.mail.incoming_text import cleaned
from domain.checks import shown
from domain.values import Language, Person

HAN: Final = re.compile(r"[\u4e00-\u9fff\u3005]{2,6}")
HANGUL: Final = re.compile(r"[가-힣]{2,4}")
IN_EAST_ASIA: Final = re.compile(r"[\u3040-\u30ff\u3005\u4e00-\u9fff가-힣]")
ASIDE: Final = re.compile(r"\s*[(（\[][^()（）\[\]]{0,100}[)）\]]")
TITLE: Final = re.compile(r"(?<=\S)\s*(様|さん|氏|님)$")

LONGEST: Final = 200


def person_of(name: str, address: str, company: str, language: Language, zone: str) -> Person:
    """A name of one part is completed by the company's: `Support, hikari.example`."""
    first, last = _parts(name) or _parts(_from_address(address)) or (_from_address(address), company)
    return Person(first_name=first, last_name=last, email=address, language=language, zone=zone)


def _parts(name: str) -> tuple[str, str] | None:
    """First and last name; None if it cannot be told."""
    bare = TITLE.sub("", shown(ASIDE.sub("", name).strip("\"' "), LONGEST))
    if "@" in bare:
        return None
    last, comma, first = (part.strip() for part in bare.partition(","))
    if comma and _is_visible(first) and _is_visible(last):
        return first, last
    words = [word for word in bare.split() if _is_visible(word)]
    if len(words) > 1 and IN_EAST_ASIA.search(bare):
        return " ".join(words[1:]), words[0]
    if len(words) > 1:
        return " ".join(words[:-1]), words[-1]
    return _unparted(bare)


def _is_visible(name: str) -> bool:
    """Is there anything but characters that nobody sees?"""
    return bool(cleaned(name))


def _unparted(name: str) -> tuple[str, str] | None:
    """A family name has one syllable in Korea, and mostly two characters in Japan and one in China's names of three."""
    if HANGUL.fullmatch(name):
        return name[1:], name[0]
    if HAN.fullmatch(name):
        family = min(2, len(name) - 1) if len(name) != 3 else 2  # noqa: PLR2004 - 佐藤 健
        return name[family:], name[:family]
    return None


def _from_address(address: str) -> str:
    """`taro.yamada` is Taro Yamada; `support` is Support."""
    local = re.split(r"\+", address.partition("@")[0])[0]
    words = [word for word in re.split(r"[._-]+", local) if word]
    return shown(" ".join(word[:1].upper() + word[1:] for word in words), LONGEST) or "Partner"
