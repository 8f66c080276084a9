"""What a page offers to paste: a message that fits as things stand, and a word on what in it must be replaced. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from domain.agenda import Deadline
from domain.desk_examples import DESK_EXAMPLES
from domain.life import Life
from domain.mails import MailState
from domain.policy import POSTPONED_BY
from domain.values import Message


class Offer(NamedTuple):
    """A message to paste, if there is one that would not be refused, and what to know before sending it."""

    message: Message | None
    note: str = ""
    file: str = ""
    """In examples/ui, if it is too long for a page and not the one that is named like its update."""


Offers = Mapping[str, Offer]


def fitted(example: Message, note: str = "", **known: Any) -> Offer:
    """An example with what is known filled in."""
    return Offer(example.model_copy(update=known), note)


def as_they_are(examples: Mapping[str, Message]) -> dict[str, Offer]:
    """Examples that fit every life."""
    return {name: Offer(example) for name, example in examples.items()}


def desk_offers(life: Life, now: datetime) -> dict[str, Offer]:
    """The desk's verbs for this life: its mails in trouble, its dates. The address of a mail is nobody's to guess."""
    found = as_they_are(DESK_EXAMPLES)
    for mail in life.mails_in(MailState.UNKNOWN)[:1]:
        note = 'say what you found out: outcome "sent", or "resend" to send it once more'
        found["settle_mail"] = fitted(DESK_EXAMPLES["settle_mail"], note, mail=mail.key)
    for mail in life.mails_in(MailState.REFUSED)[:1]:
        note = "if its address is wrong, add the right one as email"
        found["retry_mail"] = fitted(DESK_EXAMPLES["retry_mail"], note, mail=mail.key)
    for due in _pending(life, life.movable):
        later = max(due.at, now) + POSTPONED_BY
        found["extend_due_date"] = fitted(
            DESK_EXAMPLES["extend_due_date"], "or another date", deadline=due.name, at=later
        )
    for due in _pending(life, life.courtesies):
        found["skip_reminder"] = fitted(DESK_EXAMPLES["skip_reminder"], deadline=due.name)
    return found


def _pending(life: Life, allowed: frozenset[str]) -> list[Deadline]:
    """The next deadline of those allowed, if there is one."""
    pending = [due for due in life.agenda.pending if (due.ladder or due.name) in allowed]
    return sorted(pending, key=lambda due: due.at)[:1]
