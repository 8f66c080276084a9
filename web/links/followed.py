"""What became of a link that somebody follows: looked up in the ledger of mails, the claims and the lifecycle's row."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from activities.ports import NotKnown, RecordedMail
from adapters.mail.signed_links import Link, SignedLinks, about, occurrence_of
from adapters.sql.store import SqlStore
from adapters.sql.web_forms import FormClaim
from adapters.tokens import digest
from domain.lifecycle import Lifecycle
from domain.links import CARRIED_BY, DOCUMENT, Purpose
from domain.mails import MailState, Role
from domain.order.mails import OrderMail
from domain.values import Person
from web.links.causes import ALWAYS_GOOD, Cause, cause_of

REACHED: Final = frozenset({MailState.SENT, MailState.UNKNOWN, MailState.DATA})
"""Its reader has it, or may have it."""


class Standing(StrEnum):
    """What a link is worth now."""

    OPEN = "open"
    ANSWERED = "answered"
    MOOT = "moot"
    """Its cause is over, and nobody answered."""

    REPLACED = "replaced"
    """A newer mail has another one."""

    EXPIRED = "expired"
    """Too old; a fresh one goes to the same reader, if they ask for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Followed:
    """A link of ours, and what is known about it."""

    link: Link
    mark: str
    """By which the store keeps its claim."""

    standing: Standing
    at: datetime | None = None
    """When it was answered, or when the newer mail went out."""

    why: str = ""
    row: Any
    """Of the lifecycle; of an option request, of its subscription."""

    role: str
    mail: RecordedMail | None
    """The one it stands in, or that the document came with."""

    reader: Person | None
    """None if they were erased."""

    @property
    def purpose(self) -> Purpose:
        """What it is for."""
        return self.link.purpose

    @property
    def about(self) -> tuple[Lifecycle, str]:
        """What it is about; an option request is about its subscription."""
        return about(self.link)

    @property
    def draft_key(self) -> str:
        """By which the store keeps what its reader typed: a newer mail to them has it, too. The document is passed on,
        and has its own."""
        whose = DOCUMENT if self.link.occurrence == DOCUMENT else self.role
        return digest(f"draft {self.purpose} {self.link.lifecycle} {self.link.subject} {whose}")

    @property
    def by(self) -> str:
        """Who answers: an id, and no person. Several may have the link; each of them has it from this reader."""
        return f"link-{self.role.replace('_', '-').replace('/', '-')}"


def follow(store: SqlStore, signed: SignedLinks, token: str, now: datetime, live_for: timedelta) -> Followed | None:
    """None for what we never signed, and for a mail or a lifecycle that nobody knows here. It changes nothing."""
    link, mark = signed.read(token), signed.mark(token)
    if link is None or mark is None:
        return None
    try:
        return _followed(store, link, mark, now, live_for)
    except NotKnown:
        return None


def _followed(store: SqlStore, link: Link, mark: str, now: datetime, live_for: timedelta) -> Followed | None:
    lifecycle, subject = about(link)
    mails = store.mails(lifecycle, subject)
    mail = _of_document(mails) if link.occurrence == DOCUMENT else _carrier(mails, link)
    if mail is None:
        return None
    row = _row(store, link.purpose, lifecycle, subject)
    found = Followed(
        link=link,
        mark=mark,
        standing=Standing.OPEN,
        row=row,
        role=mail.recipient,
        mail=mail,
        reader=_reader(store, lifecycle, subject, mail.recipient),
    )
    cause = cause_of(link.purpose, row)
    claims = [store.form_claim(mark), *store.forms_answered(link.purpose, lifecycle, subject)]
    return _judged(found, cause, claims, mails) or _aged(found, now, live_for)


def _judged(
    found: Followed, cause: Cause, claims: list[FormClaim | None], mails: list[RecordedMail]
) -> Followed | None:
    """Answered, without a cause, or replaced; None: neither."""
    own, *others = claims
    if own is not None and own.answered_at is not None:
        return replace(found, standing=Standing.ANSWERED, at=own.answered_at)
    if cause.answered_at is not None:
        return replace(found, standing=Standing.ANSWERED, at=cause.answered_at)
    if not cause.open:
        if others and others[-1] is not None:
            return replace(found, standing=Standing.ANSWERED, at=others[-1].answered_at)
        return replace(found, standing=Standing.MOOT, why=cause.why)
    newer = _newer(found, mails)
    if newer is not None and found.purpose not in ALWAYS_GOOD and found.link.occurrence != DOCUMENT:
        return replace(found, standing=Standing.REPLACED, at=newer.settled_at or newer.claimed_at)
    return None


def _aged(found: Followed, now: datetime, live_for: timedelta) -> Followed:
    sent_at = found.mail.claimed_at if found.mail else now
    if found.purpose in ALWAYS_GOOD or now < sent_at + live_for:
        return found
    return replace(found, standing=Standing.EXPIRED)


def _carrier(mails: list[RecordedMail], link: Link) -> RecordedMail | None:
    """The mail that it stands in, if that is one which carries such links."""
    return next(
        (
            mail
            for mail in mails
            if occurrence_of(mail.message_id) == link.occurrence and mail.kind in CARRIED_BY[link.purpose]
        ),
        None,
    )


def _of_document(mails: list[RecordedMail]) -> RecordedMail | None:
    """What the document goes with; sent again, the newest: so long the link in it is good."""
    sent = [mail for mail in mails if mail.kind == OrderMail.CONFIRMATION and mail.recipient == Role.ORDERING_PARTNER]
    return sent[-1] if sent else None


def _newer(found: Followed, mails: list[RecordedMail]) -> RecordedMail | None:
    """The newest to the same reader for the same purpose, if it is not this one."""
    carriers = [
        mail
        for mail in mails
        if mail.kind in CARRIED_BY[found.purpose] and mail.recipient == found.role and mail.state in REACHED
    ]
    after = [mail for mail in carriers if found.mail and mail.claimed_at > found.mail.claimed_at]
    return after[-1] if after else None


def _row(store: SqlStore, purpose: Purpose, lifecycle: Lifecycle, subject: str) -> Any:
    row = store.row(lifecycle, subject)
    if purpose is not Purpose.OPTION or lifecycle == Lifecycle.SUBSCRIPTION:
        return row
    return store.row(Lifecycle.SUBSCRIPTION, row.state.subscription_id)


def _reader(store: SqlStore, lifecycle: Lifecycle, subject: str, role: str) -> Person | None:
    try:
        return store.person(lifecycle, subject, role)
    except NotKnown:
        return None
