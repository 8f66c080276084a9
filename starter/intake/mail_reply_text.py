"""What somebody wrote anew in a reply, without the mail that it quotes. Pure."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from adapters.mail.incoming import IncomingMail
from adapters.mail.incoming_text import cleaned
from starter.intake.mail_case import attached, fitting

LONGEST_TEXT: Final = 2_000
"""Characters of a message's text."""

LONGEST_READ: Final = 50_000
"""Characters of a mail in which a quoted one is looked for."""

LONGEST_NAMES: Final = 500
"""Of attachments that an answer names."""

NO_TEXT: Final = "(the mail has no text)"
LEFT_OUT: Final = "[The mail quoted below it was left out]"

MARK: Final = re.compile(r"\s{0,3}[>＞]")
"""How a program marks a line of the mail that is answered."""

SEPARATOR: Final = re.compile(
    r"\s{0,3}[-_=*]{2,30}\s{0,5}"
    r"(?:original (?:message|mail)|message (?:d.origine|original)|元のメッセージ|원본 (?:메시지|메일))"
    r"\s{0,5}[-_=*]{2,30}",
    re.IGNORECASE,
)
RULE: Final = re.compile(r"\s{0,3}[_-]{20,}")
"""Outlook's line above the header of the mail that is answered."""

FROM: Final = re.compile(r"\s{0,3}\*?(?:from|de|差出人|送信者|보낸 ?사람)\*?\s{0,3}[:：]", re.IGNORECASE)
SENT: Final = re.compile(
    r"\s{0,3}\*?(?:sent|date|envoyé|送信日時|日時|日付|보낸 ?날짜|날짜)\*?\s{0,3}[:：]", re.IGNORECASE
)
HEADER: Final = re.compile(r"\s{0,3}\*?[^\s:：<>@][^:：<>@]{0,20}[:：]")
LONGEST_HEADER: Final = 8
"""Lines of such a header."""

BEGINS: Final = re.compile(r"\s{0,3}(?:On|Le|Am|El)\b|\s{0,3}\d{2,4}\s?[-/.年년]")
DATED: Final = re.compile(r".{0,100}\d{1,2}[:：h]\d{2}.{0,200}<[^<>\s@]{1,64}@[^<>\s@]{1,190}>.{0,40}[:：]\s*")
WROTE: Final = re.compile(
    r"(?=.{0,250}\d).{0,400}(?:\bwrote|\ba écrit|\bschrieb|\bescribió|書きました|のメール|작성|썼습니다)\s?[:：]\s*"
)
LONGEST_ATTRIBUTION: Final = 3
"""Lines of `On … somebody wrote:`, which programs break."""


class NewText(NamedTuple):
    """What was written anew."""

    text: str
    """Empty if there is nothing."""

    left_out: bool = False
    """Was something left out that no program had marked as quoted?"""


def new_text(text: str) -> NewText:
    """Without what is quoted, where that can be told; all of it if nothing else would be left."""
    lines = text[:LONGEST_READ].split("\n")
    at, after = _quoted_mail(lines)
    before, rest = lines[:at], lines[after:]
    is_marked = any(MARK.match(line) for line in rest)
    kept = [line for line in (*before, *(rest if is_marked else ())) if not MARK.match(line)]
    found = cleaned("\n".join(kept))
    return NewText(found, at < len(lines) and not is_marked) if found else NewText(cleaned(text[:LONGEST_READ]))


def _quoted_mail(lines: Sequence[str]) -> tuple[int, int]:
    """Where the mail that is answered begins, and where its text does; beyond the last line if that cannot be told."""
    for at in range(len(lines)):
        if after := _head_at(lines, at):
            return at, after
    return len(lines), len(lines)


def _head_at(lines: Sequence[str], at: int) -> int:
    """The line after what announces a quoted mail; nought if nothing does."""
    for size in range(1, LONGEST_ATTRIBUTION + 1):
        if _is_attribution(lines[at : at + size], size):
            return at + size
    if SEPARATOR.match(lines[at]):
        return _after_header(lines, at + 1)
    begin = at + 1 if RULE.fullmatch(lines[at]) else at
    block = lines[begin : begin + LONGEST_HEADER]
    if block and FROM.match(block[0]) and any(SENT.match(line) for line in block):
        return _after_header(lines, begin)
    return 0


def _after_header(lines: Sequence[str], at: int) -> int:
    end = at
    while end < min(len(lines), at + LONGEST_HEADER) and HEADER.match(lines[end]):
        end += 1
    return end


def _is_attribution(some: Sequence[str], size: int) -> bool:
    """`On Friday … <address> wrote:`, on so many lines."""
    if len(some) < size or not all(some) or any(map(BEGINS.match, some[1:])) or any(map(MARK.match, some)):
        return False
    line = " ".join(part.strip() for part in some)
    if BEGINS.match(line):
        return bool(DATED.fullmatch(line) or WROTE.fullmatch(line))
    return size == 1 and bool(DATED.fullmatch(line))


def answer_of(mail: IncomingMail) -> str:
    """What a partner wrote, as a message has room for it."""
    names = attached(mail)
    end = names if len(names) <= LONGEST_NAMES else f"\n\n[Attached to the mail, not taken: {len(mail.attachments)}]"
    new = new_text(mail.text)
    left_out = f"\n\n{LEFT_OUT}" if new.left_out else ""
    unread = mail.left_out + max(0, len(mail.text) - LONGEST_READ)
    return fitting(new.text or NO_TEXT, left_out + end, LONGEST_TEXT, unread)


def says_more_than(text: str, address: str) -> bool:
    """Is there anything beside the line with that address?"""
    lines = (line for line in text.split("\n") if address.lower() not in line.lower())
    return any(character.isalnum() for line in lines for character in line)
