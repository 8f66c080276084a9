"""Tags of a customer or a subscription, replaced as a whole: what they may be. HUB-20 to HUB-22. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from enum import StrEnum
from typing import Final

from domain.checks import one_line
from domain.reasons import Reason
from domain.values import Refused

LONGEST: Final = 25
"""Characters of a tag."""

MOST: Final = 5
"""Tags of one customer, and of one subscription."""

SEPARATORS: Final = re.compile(r"[,、，\n]")
"""Between tags that were typed in one field. None is part of a tag."""


class About(StrEnum):
    """What a tag is on."""

    CUSTOMER = "customer"
    SUBSCRIPTION = "subscription"


def typed(text: str) -> list[str]:
    """The tags of one field, separated by commas; what is empty between them is none."""
    return [part for part in map(str.strip, SEPARATORS.split(text)) if part]


def same(tag: str) -> str:
    """Equal for two tags that differ in case, width or what nobody sees only: they are one tag."""
    plain = unicodedata.normalize("NFKC", tag).casefold()
    return "".join(character for character in plain if unicodedata.category(character) != "Cf")


def wanted(given: Iterable[str]) -> tuple[str, ...]:
    """The tags that somebody asks for: trimmed, composed (NFC), each once in the spelling that came first, sorted.

    Raises Refused, with the field (`tags[2]`), when one cannot be a tag or there are too many. HUB-20.
    """
    found: dict[str, str] = {}
    for number, tag in enumerate(given):
        one = _checked(tag, f"tags[{number}]")
        found.setdefault(same(one), one)
    if len(found) > MOST:
        raise Refused(
            f"at most {MOST} tags for one customer or subscription, not {len(found)} (HUB-20)",
            field="tags",
            code=Reason.TOO_LONG,
        )
    return tuple(sorted(found.values(), key=same))


def spelled(tags: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """As others of the partner spell them already: one process has one name. HUB-20."""
    spelling = {same(tag): tag for tag in known}
    return tuple(sorted((spelling.get(same(tag), tag) for tag in tags), key=same))


def _checked(given: str, field: str) -> str:
    tag = re.sub(" +", " ", unicodedata.normalize("NFC", given).strip())
    if not tag:
        raise Refused("must not be empty (HUB-20)", field=field, code=Reason.TOO_SHORT)
    if SEPARATORS.search(tag):
        raise Refused(
            "must not contain a comma or a line break: they separate tags (HUB-20)", field=field, code=Reason.WRONG_FORM
        )
    if len(tag) > LONGEST:
        raise Refused(f"at most {LONGEST} characters, not {len(tag)} (HUB-20)", field=field, code=Reason.TOO_LONG)
    try:
        one_line(tag)
    except ValueError as error:
        raise Refused(f"{error} (HUB-20)", field=field, code=Reason.WRONG_FORM) from None
    return tag
