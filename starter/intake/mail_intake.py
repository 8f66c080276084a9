"""`tenure case intake`: a mail from a file or a mail server's pipe, handed in as a case or to a case."""

import asyncio
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from adapters.mail.incoming import read_message
from adapters.mail.incoming_structure import LARGEST
from adapters.temporal import phrases
from domain.case.messages import OpenCase
from domain.reasons import Reason
from domain.values import Identifier, Language, Line, Refused, Zone
from starter.answers.intake import ReplyAnswer, ReplyPlanAnswer
from starter.console.exits import Exit, Stop, bad
from starter.console.models import unreadable
from starter.console.options import sender
from starter.console.terminal import terminal
from starter.intake.mail_addressee import OVER
from starter.intake.mail_case import ABOUT_THE_WAY, Given, MailCase, about_its_text, refuse_our_own
from starter.intake.mail_reply import deliver, planned
from starter.intake.mail_route import Found, Inbox, route_of
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
                    raise bad(phrases.said(wrong.errors()[0]), f"--{name}") from None


async def take_in(source: str, options: MailOptions, *, again: bool) -> None:
    """It reaches its case, or starts one, once; say which. Or a Stop."""
    inbox = read_mail(source, options)
    route = await route_of(inbox)
    if isinstance(route, Found):
        _remark(about_its_text(inbox.mail))
        answer = await deliver(await gate.client(), route.reply, route.view)
        if answer is not None:
            _say_taken(answer)
            return
        route = inbox.case_beside(route.reply.case, OVER)
    _remark(route.remarks)
    await hand_in(route.start, again=again, immaterial=ABOUT_THE_WAY)


def look_at(source: str, options: MailOptions) -> OpenCase | None:
    """Say what would be done with it, and give back the case that it would start. Nothing is touched; of a reply the
    store and the case are asked."""
    inbox = read_mail(source, options)
    route = asyncio.run(_previewed(inbox))
    if isinstance(route, ReplyPlanAnswer):
        _remark(about_its_text(inbox.mail))
        _say_planned(route)
        return None
    _remark(route.remarks)
    _say_what_was_read(route.start)
    return route.start


async def _previewed(inbox: Inbox) -> ReplyPlanAnswer | MailCase:
    route = await route_of(inbox)
    return await planned(await gate.client(), route.reply, route.view) if isinstance(route, Found) else route


def _say_what_was_read(start: OpenCase) -> None:
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


def read_mail(source: str, options: MailOptions) -> Inbox:
    """What it says, and what is known beside it. Raises Stop for what cannot be taken."""
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
        mail = read_message(_bytes_of(source))
        refuse_our_own(mail, given)
    except Refused as refused:
        raise _stop(refused) from None
    return Inbox(mail, given, datetime.now(UTC))


def _remark(remarks: Iterable[str]) -> None:
    for remark in remarks:
        terminal.warn(remark)


def _say_taken(answer: ReplyAnswer) -> None:
    """Which case it reached, and how."""
    _warn_to_look(answer.id, look=answer.look)
    text = "Already taken: nothing was changed now by this mail to" if answer.result == "already_taken" else "Taken by"
    terminal.say(f"{text} case {answer.id} ({', '.join(answer.updates)}); it is {answer.stage}.")
    terminal.say(f"See it: tenure case show {answer.id}")
    terminal.answer(answer)


def _say_planned(answer: ReplyPlanAnswer) -> None:
    _warn_to_look(answer.id, look=answer.look)
    text = "has taken it already" if answer.would_be == "already_taken" else "would take it"
    terminal.say(f"Valid; nothing was touched. Case {answer.id} {text} ({', '.join(answer.updates)}).")
    terminal.say(f"It is {answer.stage} now.")
    terminal.answer(answer)


def _warn_to_look(case_id: str, *, look: bool) -> None:
    """A word of thanks reopens nothing; a person can tell it from a complaint. SUP-21."""
    if look:
        terminal.warn(
            f"case {case_id} is resolved and closes by itself: somebody should read this mail, and reopen the case if "
            f"it is not solved (tenure case reopen {case_id} --reason …)"
        )


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
