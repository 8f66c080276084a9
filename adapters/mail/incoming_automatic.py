"""Mails that no person wrote to us: none of them becomes a case, or two machines would write to each other for ever."""

import re
from collections.abc import Callable
from email.message import Message as Part
from typing import Final

from adapters.mail.composer import MARK
from adapters.mail.incoming_headers import BARE, LONGEST_READ
from adapters.mail.incoming_parts import safely
from adapters.mail.incoming_structure import raw_header, raw_headers
from domain.reasons import Reason
from domain.values import Refused

MACHINES: Final = re.compile(r"(mailer-daemon|double-bounce)@", re.IGNORECASE)
REPORT: Final = "multipart/report"


def refuse_automatic(mail: Part) -> None:
    """Raises Refused, with the reason, for what a machine wrote. RFC 3834, RFC 6522."""
    for is_one, what in AUTOMATIC:
        if is_one(mail):
            raise Refused(f"no case is made of {what}: two machines would write to each other", code=Reason.NOT_ALLOWED)


def _is_ours(mail: Part) -> bool:
    return bool(raw_headers(mail, MARK))


def _is_submitted_by_itself(mail: Part) -> bool:
    """By its keyword; parameters and comments may follow."""
    return re.split(r"[;\s(]", raw_header(mail, "Auto-Submitted").lower(), maxsplit=1)[0] not in {"", "no"}


def _is_reply(mail: Part) -> bool:
    marked = raw_headers(mail, "X-Autoreply") or raw_headers(mail, "X-Autorespond")
    return bool(marked) or raw_header(mail, "Precedence").lower() == "auto_reply"


def _is_report(mail: Part) -> bool:
    return safely(mail.get_content_type, "") == REPORT


def _has_no_way_back(mail: Part) -> bool:
    return any(not path.strip(" <>") for path in raw_headers(mail, "Return-Path")[:1])


def _is_from_a_server(mail: Part) -> bool:
    return any(MACHINES.match(address) for address in BARE.findall(raw_header(mail, "From")[:LONGEST_READ]))


AUTOMATIC: Final[tuple[tuple[Callable[[Part], bool], str], ...]] = (
    (_is_ours, f"a mail of our own ({MARK})"),
    (_is_submitted_by_itself, "an automatic mail (Auto-Submitted)"),
    (_is_reply, "an automatic reply"),
    (_is_report, "a bounce or a receipt (multipart/report)"),
    (_has_no_way_back, "a bounce (its Return-Path is empty)"),
    (_is_from_a_server, "a mail of a mail server (mailer-daemon)"),
)
