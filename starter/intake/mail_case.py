"""A mail becomes one case: what it says, and what stands where it says nothing. SUP-07, SUP-11, SUP-12, SUP-34."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from adapters.mail.composer import in_ascii
from adapters.mail.incoming import IncomingMail
from domain.account.channels import Channel
from domain.account.doors import Doors
from domain.case.messages import OpenCase
from domain.case.policy import OLDEST_RECEIPT
from domain.case.template import UNKNOWN_SERVICE, TemplateFields, fields_of
from domain.checks import shown
from domain.reasons import Reason
from domain.values import Language, Refused
from starter.console.models import valid
from starter.intake.mail_person import person_of

NO_SUBJECT: Final = "(no subject)"
LONGEST_SUBJECT: Final = 200
LONGEST_DESCRIPTION: Final = 20_000
LONGEST_ID: Final = 64

ABOUT_THE_WAY: Final = frozenset({"received_at", "came_through"})
"""What a mail that is delivered twice may say differently: it is the same mail."""


@dataclass(frozen=True)
class Given:
    """What is known beside the mail."""

    about: dict[str, Any]
    """Who hands it in."""

    doors: Doors
    our_address: str
    """That our own mails come from."""

    partner: str | None = None
    """Whose mails these are, where a mail itself does not say so."""

    company: str | None = None
    language: Language = Language.ENGLISH
    zone: str = "UTC"

    @property
    def ours(self) -> frozenset[str]:
        """Addresses that are no partner's and no customer's."""
        return self.mail_doors | {self.our_address.lower()}

    @property
    def mail_doors(self) -> frozenset[str]:
        """In small letters. SUP-34, SUP-35."""
        return frozenset({self.doors.email_com.lower(), self.doors.email_eu.lower()})


@dataclass(frozen=True)
class MailCase:
    """The start of a case, and what people should know about it."""

    start: OpenCase
    remarks: tuple[str, ...]


def refuse_our_own(mail: IncomingMail, given: Given) -> None:
    """Raises Refused: two machines would write to each other."""
    if mail.sender.address.lower() in given.ours:
        words = "no case is made of a mail of our own address: two machines would write to each other"
        raise Refused(words, field="From", code=Reason.NOT_ALLOWED)


def case_of(mail: IncomingMail, given: Given, now: datetime, first_line: str = "") -> MailCase:
    """The same mail gives the same case at any time, but for when it was received. Raises Refused for our own.

    `first_line` stands before the mail's text.
    """
    refuse_our_own(mail, given)
    found, received_at = _theirs(fields_of(mail.text, mail.subject), given), _received_at(mail, now)
    start = {
        **given.about,
        **_partner(mail, found, given),
        "case_id": case_id_of(mail),
        "channel": Channel.EMAIL,
        "came_through": next((address for address in mail.recipients if address.lower() in given.mail_doors), None),
        "service": found.service or UNKNOWN_SERVICE,
        "organization_id": found.organization,
        "subject": _subject(mail, found),
        "description": _description(mail, found, first_line),
        "main_email": found.main_email,
        "customer_email": found.customer_email,
        "zuid": found.zuid,
        "received_at": received_at,
    }
    remarks = (*_missing(found), *about_its_text(mail), *_about_its_date(dated=received_at is not None))
    return MailCase(valid(OpenCase, start), remarks)


def _partner(mail: IncomingMail, found: TemplateFields, given: Given) -> dict[str, Any]:
    """As the mail says, else as is known, else by the sender's mail domain."""
    address, name = mail.sender
    company = given.company or address.rpartition("@")[2]
    contact = person_of(name, address, company, given.language, given.zone)
    return {
        "partner_id": found.partner_id or given.partner or _id_of_host(address),
        "partner_company": company,
        "partner_contact": contact.model_dump(mode="json"),
    }


def case_id_of(mail: IncomingMail) -> str:
    """By its Message-ID alone: the same mail is the same case. R9."""
    return f"mail-{sha256(mail.message_id.encode()).hexdigest()[:20]}"


def main_email_of(mail: IncomingMail, text: str, given: Given) -> str | None:
    """The SuperAdmin's address, where it has its label: in `text`, else in all of the mail. SUP-11."""
    read = (_theirs(fields_of(each), given).main_email for each in (text, mail.text))
    return next(filter(None, read), None)


def _theirs(found: TemplateFields, given: Given) -> TemplateFields:
    """Without our own addresses: none of them is a customer's."""
    ours = {
        name: None for name in ("main_email", "customer_email") if (getattr(found, name) or "").lower() in given.ours
    }
    return found._replace(**ours)


def _id_of_host(address: str) -> str:
    """The sender's mail domain, as an id; of a very long one the last labels."""
    labels = in_ascii(address).rpartition("@")[2].split(".")
    while len(".".join(labels)) > LONGEST_ID:
        labels.pop(0)
    return ".".join(labels)


def _received_at(mail: IncomingMail, now: datetime) -> datetime | None:
    """By our mail server, else by the sender's clock; None, which is just now, if neither can be right."""
    known = (at for at in (mail.received_at, mail.sent_at) if at is not None)
    return next((at for at in known if now - OLDEST_RECEIPT <= at <= now), None)


def _subject(mail: IncomingMail, found: TemplateFields) -> str:
    subject = shown(mail.subject or found.subject or "", LONGEST_DESCRIPTION)
    if len(subject) > LONGEST_SUBJECT:
        return subject[: LONGEST_SUBJECT - 1].rstrip() + "…"
    return subject or NO_SUBJECT


def _description(mail: IncomingMail, found: TemplateFields, first_line: str) -> str:
    """The whole text, as far as a case has room for it; the last line says how much it has not."""
    subject = mail.subject or found.subject or NO_SUBJECT
    whole = f"{subject}\n\n{mail.text}" if len(subject) > LONGEST_SUBJECT and mail.text else mail.text or subject
    begun = f"{first_line}\n\n{whole}" if first_line else whole
    return fitting(begun, attached(mail), LONGEST_DESCRIPTION, mail.left_out)


def attached(mail: IncomingMail) -> str:
    """The names of its attachments, as the end of a text; empty where there are none."""
    names = ", ".join(name.replace("=?", "").replace("?=", "") for name in mail.attachments)
    return f"\n\n[Attached to the mail, not taken: {names}]" if names else ""


def fitting(text: str, end: str, longest: int, left_out: int = 0) -> str:
    """The text and its end, in at most so many characters; the last line says how many of the text are not there."""
    if not left_out and len(text) + len(end) <= longest:
        return text + end
    room = longest - len(end) - len(_cut(len(text) + left_out))
    return text[:room] + end + _cut(max(0, len(text) - room) + left_out)


def _cut(number: int) -> str:
    return f"\n\n[{number:,} more characters of the mail were left out]"


def _missing(found: TemplateFields) -> Iterator[str]:
    """Of what a case should say."""
    if found.service is None:
        yield f"the mail names no service: the case is opened for {UNKNOWN_SERVICE!r} (SUP-40)"
    if found.main_email is None:
        yield "the mail does not give the customer's main e-mail (SUP-11)"
    if found.main_email is None and not (found.organization or found.zuid or found.customer_email):
        yield "the mail names no account: no ZOID, ZGID, ZUID or customer e-mail (SUP-12)"


def about_its_text(mail: IncomingMail) -> Iterator[str]:
    """What people should know of how it was read."""
    if mail.notes:
        yield f"of the mail's text: {'; '.join(mail.notes)}"
    if mail.attachments:
        yield f"attachments are not taken: {len(mail.attachments)}"


def _about_its_date(*, dated: bool) -> Iterator[str]:
    if not dated:
        yield "the mail's date is missing or cannot be right: it counts as received now (AMB-36)"
