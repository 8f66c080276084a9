"""Text of a mail as we keep it: nothing that a terminal, a mail or a reader could be deceived by. Never refuses."""

import re
from typing import Final

from domain.checks import visible
from domain.placeholder import PLACEHOLDER

LINE_BREAK: Final = re.compile("\r\n?|[\v\f\x1c-\x1e\x85\u2028\u2029]")
INVISIBLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069]")
"""Controls, halves of characters, and what turns the direction of text; line breaks and tabs were replaced before."""

TAB: Final = "    "
"""So that two cells stay two, for people and for whoever looks for labels."""

EMPTY_LINES: Final = re.compile(r"\n{3,}")

FORWARDED: Final = re.compile(
    r"^[>\s]{0,20}(?:-{2,20}\s{0,5}(?:forwarded message|original message|message transféré|転送|元のメッセージ"
    r"|전달된 메시지|원본 메시지)|begin forwarded message)",
    re.IGNORECASE | re.MULTILINE,
)
FORWARDED_SUBJECT: Final = re.compile(r"(?:fwd?|tr|転送|전달)\s{0,3}[:：]", re.IGNORECASE)


def cleaned(text: str) -> str:
    """Line breaks as ours, no controls, no overrides of direction, no encoded words, no placeholder of ours."""
    text = INVISIBLE.sub("", LINE_BREAK.sub("\n", text).replace("\t", TAB))
    text = text.replace(PLACEHOLDER, PLACEHOLDER.replace("-", " "))
    if "=?" in text and "?=" in text:
        text = text.replace("=?", "= ?")
    lines = [line.rstrip() for line in text.removeprefix("\ufeff").split("\n")]
    kept = EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
    return kept if _is_visible(kept) else ""


def _is_visible(text: str) -> bool:
    try:
        visible(text)
    except ValueError:
        return False
    return True
