"""A mail's parts by the standard library's parser, with bounds on all that a hostile sender could make large."""

from email.message import Message as Part
from email.parser import BytesParser
from email.policy import compat32
from typing import Any, Final

from domain.reasons import Reason
from domain.values import Refused

LARGEST: Final = 25 * 1024 * 1024
"""Bytes of a whole mail, as mail servers commonly have it."""

MOST_LINES: Final = 500_000
MOST_PARTS: Final = 500
DEEPEST: Final = 20
MOST_HEADERS: Final = 5_000
"""Of all parts together; a mail that came a long way has some hundred."""

LONGEST_HEADER: Final = 20_000
"""Characters of one header: what is longer is cut."""

LONGEST_DESCRIPTION: Final = 2_000
"""Of one that describes a part (`Content-…`): the standard library reads these again and again."""


def too_big(what: str) -> Refused:
    """Beyond a bound."""
    return Refused(f"this mail is not taken: it {what}", code=Reason.TOO_BIG)


class BoundedPart(Part):
    """A part of a mail, which is counted while the parser makes it."""

    def __init__(self, policy: Any = compat32) -> None:
        super().__init__(policy)
        self.depth = 0
        self.counted = {"parts": 1, "headers": 0}
        """In the whole mail: all parts have the same."""

    def attach(self, payload: Any) -> None:
        """The parser calls it for every part within, before it reads it."""
        payload.depth, payload.counted = self.depth + 1, self.counted
        if payload.depth > DEEPEST:
            raise too_big(f"has parts within parts more than {DEEPEST} deep")
        self._count("parts", MOST_PARTS)
        super().attach(payload)

    def set_raw(self, name: str, value: Any) -> None:
        """The parser calls it for every header."""
        self._count("headers", MOST_HEADERS)
        is_description = name.lower().startswith("content-")
        super().set_raw(name, value[: LONGEST_DESCRIPTION if is_description else LONGEST_HEADER])

    def _count(self, what: str, most: int) -> None:
        self.counted[what] += 1
        if self.counted[what] > most:
            raise too_big(f"has more than {most:,} {what}")


def parts_of(content: bytes) -> Part:
    """The whole mail. Raises Refused where a bound is exceeded."""
    if len(content) > LARGEST:
        raise too_big(f"has more than {LARGEST // 1024 // 1024} MB")
    lines = content.count(b"\n") + content.count(b"\r") - content.count(b"\r\n")
    if lines > MOST_LINES:
        raise too_big(f"has more than {MOST_LINES:,} lines")
    return BytesParser(BoundedPart, policy=compat32).parsebytes(content)


def raw_header(part: Part, name: str) -> str:
    """The first of that name, unfolded, as it came; empty if there is none."""
    return next(iter(raw_headers(part, name)), "")


def raw_headers(part: Part, name: str) -> list[str]:
    """All of that name, topmost first."""
    wanted = name.lower()
    return [" ".join(str(value).split()) for known, value in part.raw_items() if known.lower() == wanted]
