"""Where a mail goes: to the case that it answers, or to a case of its own."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, TypeVar

from adapters.mail.incoming import IncomingMail
from adapters.sql.store import SqlStore
from domain.case.standing import NAME
from domain.view import LifecycleView
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.intake.mail_addressee import NOT_THEIRS, OVER, case_answered, is_its_partner, open_view
from starter.intake.mail_case import Given, MailCase, case_id_of, case_of
from starter.intake.mail_reply import Reply, reply_of, taken_before
from starter.reach import gate
from starter.reach.records import Records

R = TypeVar("R")


@dataclass(frozen=True)
class Inbox:
    """One mail as it was read, and what is known beside it."""

    mail: IncomingMail
    given: Given
    now: datetime

    def case(self, first_line: str = "") -> MailCase:
        """What it would start."""
        return case_of(self.mail, self.given, self.now, first_line)

    def case_beside(self, other: Subject, first_line: str) -> MailCase:
        """A case of its own, that names the one which the mail answers."""
        found, why = self.case(first_line.format(id=other.id)), WHY[first_line].format(case=other)
        return replace(found, remarks=(why, *found.remarks))


WHY: Final = {
    OVER: "the mail answers one about {case}, which takes no answers any more: this is a case of its own",
    NOT_THEIRS: (
        "the mail says that it answers one about {case}, and its sender has neither the address nor the mail domain of "
        "that case's partner: this is a case of its own, and {case} stays as it is"
    ),
}


@dataclass(frozen=True)
class Found:
    """The case that takes it."""

    reply: Reply
    view: LifecycleView | None
    """None: it is over, and took this mail before."""


async def route_of(inbox: Inbox) -> Found | MailCase:
    """A mail that answers none is a case, and nobody is asked. Raises Stop while store or case cannot be asked."""
    if not inbox.mail.answers:
        return inbox.case()
    records = await Records.required()
    try:
        case = await _asked(records, lambda store: case_answered(store, inbox.mail))
        if case is None:
            return inbox.case()
        if before := await _started_before(records, inbox, case):
            return before
        client, reply = await gate.client(), reply_of(inbox.mail, case, inbox.given)
        view = await open_view(client, case)
        if view is None and not await taken_before(client, reply):
            return inbox.case_beside(case, OVER)
        if view is not None and not await _asked(records, lambda store: is_its_partner(store, case, inbox.mail)):
            return inbox.case_beside(case, NOT_THEIRS)
        return Found(reply, view)
    finally:
        records.close()


async def _started_before(records: Records, inbox: Inbox, case: Subject) -> MailCase | None:
    """What the same mail started earlier, so that it starts nothing else now; None if it started nothing."""
    start = await _asked(records, lambda store: store.start_as_given(NAME, case_id_of(inbox.mail)))
    if start is None:
        return None
    possible = [inbox.case(), *(inbox.case_beside(case, first_line) for first_line in (OVER, NOT_THEIRS))]
    same = (each for each in possible if each.start.description == start.description)
    return next(same, possible[0])


async def _asked(records: Records, question: Callable[[SqlStore], R]) -> R | None:
    """The store's answer, None if it knows nothing; a Stop while it cannot be read: a reply must not become a case."""
    answer = await records.ask(question)
    if records.problem:
        raise Stop(Exit.UNREACHABLE, f"store: {records.problem}")
    return answer
