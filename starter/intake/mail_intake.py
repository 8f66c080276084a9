"""`tenure case intake`: a mail from a file or a mail server's pipe, handed in as a case."""

import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from adapters.mail.incoming import read_message
from adapters.mail.incoming_structure import LARGEST
from adapters.temporal import wording
from domain.case.messages import OpenCase
from domain.reasons import Reason
from domain.values import Identifier, Language, Line, Refused, Zone
from starter.console.exits import Exit, Stop, bad
from starter.console.models import unreadable
from starter.console.options import sender
from starter.console.terminal import terminal
from starter.intake.mail_case import ABOUT_THE_WAY, Given, MailCase, case_of
from starter.intake.start import hand_in
from starter.reach import gate

OPTIONS: Final[dict[str, TypeAdapter[Any]]] = {
    "partner": TypeAdapter(Identifier),
    "company": TypeAdapter(Line),
    "zone": TypeAdapter(Zone),
}


@dataclass(frozen=True)
class MailOptions:
    """As the command line has them."""

    partner: str | None
    company: str | None
    language: Language
    zone: str
    by: str | None

    def judged(self) -> None:
        """Raises Stop with the option's name: a mail is not at fault for it."""
        for name, wanted in OPTIONS.items():
            if (value := getattr(self, name)) is not None:
                try:
                    wanted.validate_python(value)
                except ValidationError as wrong:
                    raise bad(wording.said(wrong.errors()[0]), f"--{name}") from None


async def take_in(source: str, options: MailOptions, *, again: bool) -> None:
    """Start its case once, and say so; or a Stop."""
    found = read_case(source, options)
    await hand_in(found.start, again=again, immaterial=ABOUT_THE_WAY)


def read_case(source: str, options: MailOptions) -> MailCase:
    """What a mail would start; its remarks are said. Nothing is touched."""
    options.judged()
    settings = gate.settings()
    given = Given(
        about=sender(options.by),
        doors=settings.support_doors,
        our_address=settings.mail_from.email,
        partner=options.partner,
        company=options.company,
        language=options.language,
        zone=options.zone,
    )
    try:
        found = case_of(read_message(_bytes_of(source)), given, datetime.now(UTC))
    except Refused as refused:
        raise _stop(refused) from None
    for remark in found.remarks:
        terminal.warn(remark)
    return found


def say_what_was_read(start: OpenCase) -> None:
    """For a dry run: ids, and which addresses there are; not whose."""
    read = {
        "partner": start.partner_id,
        "service": start.service,
        "organization": start.organization_id,
        "ZUID": start.zuid,
        "customer main e-mail": start.main_email and "given",
        "customer e-mail": start.customer_email and "given",
        "came through": start.came_through,
        "received": start.received_at and f"{start.received_at:%Y-%m-%d %H:%M} UTC",
        "description": f"{len(start.description):,} characters",
    }
    for name, value in read.items():
        terminal.say(f"{name:<20}  {value or '–'}")
    terminal.say("")


def _stop(refused: Refused) -> Stop:
    """What no person wrote is refused; all else is no mail that can be taken."""
    exit_ = Exit.REFUSED if refused.problem.code is Reason.NOT_ALLOWED else Exit.BAD_INPUT
    return Stop(exit_, refused.problem.message, refused.field or "", problems=[refused.problem])


def _bytes_of(source: str) -> bytes:
    """One byte more than is taken shows that there are more."""
    try:
        if source == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(source).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as failed:
        raise unreadable(source, failed) from None
