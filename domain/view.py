"""How a lifecycle is shown to people: a tracker, what is awaited, what may be sent. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime

from domain.agenda import Deadline
from domain.events import Task, TaskKind
from domain.life import Life, OperatorHold, OperatorNote, PostedMail
from domain.mails import RECIPIENT, MailState
from domain.values import Model


class Mark(StrEnum):
    """How far one step of a lifecycle is. A step that did not happen is never ticked."""

    DONE = "✓"
    CURRENT = "→"
    STOPPED = "✗"
    PENDING = "○"


class Step(Model):
    """One step of the tracker."""

    name: str
    mark: Mark
    at: AwareDatetime | None = None
    """When it was done."""


class Party(StrEnum):
    """Who lets a lifecycle wait."""

    CUSTOMER = "customer"
    PARTNER = "partner"
    VENDOR = "vendor"
    OPERATIONS = "operations"


class Awaited(Model):
    """Something a lifecycle waits for: what, from whom, until when, and the message that reports it."""

    what: str
    from_whom: str
    update: str
    """The update to send when it happened; empty when nobody has to send anything."""

    until: AwareDatetime | None = None
    """None: no date, it waits as long as it takes."""

    then: str = ""
    """What happens at that date, in the words of its deadline."""

    pressing: bool = True
    """Somebody owes it now; else it may come or not, until its date."""

    @property
    def party(self) -> Party | None:
        """Who that is; None for another lifecycle."""
        words = self.from_whom.replace(",", "").split()
        return next((party for party in Party if party in words), None)


def awaited(
    life: Life, what: str, from_whom: str, update: str, deadline: str = "", *, pressing: bool = True
) -> Awaited:
    """Something awaited until the pending deadline of that name, `expired` or `expired/2026-09-30`, if there is one."""
    pending = [due for due in life.agenda.pending if deadline and due.name.partition("/")[0] == deadline]
    due = min(pending, key=lambda due: due.at, default=None)
    known = {"until": due.at, "then": due.label} if due else {}
    return Awaited.model_validate(
        {"what": what, "from_whom": from_whom, "update": update, "pressing": pressing, **known}
    )


def tracker(told: Iterable[tuple[str, bool, datetime | None]], *, closed: bool) -> tuple[Step, ...]:
    """Steps by name, whether each was done, and when. The first that was not is where it stands or stopped."""
    steps: list[Step] = []
    here = Mark.STOPPED if closed else Mark.CURRENT
    for name, done, at in told:
        steps.append(Step(name=name, mark=Mark.DONE, at=at) if done else Step(name=name, mark=here))
        here = here if done else Mark.PENDING
    return tuple(steps)


def desk_verbs(life: Life) -> tuple[str, ...]:
    """What operators may do now, whatever the stage; of what is closed only what its mail still waits for."""
    ladders = {deadline.ladder or deadline.name for deadline in life.agenda.pending}
    possible = {
        "settle_mail": bool(life.mails_in(MailState.UNKNOWN)),
        "retry_mail": not life.over and bool(life.mails_in(MailState.REFUSED)),
        "resume": life.held_by_operator is not None,
        "hold": not life.closed and life.held_by_operator is None,
        "extend_due_date": bool(ladders & life.movable),
        "skip_reminder": bool(ladders & life.courtesies),
        "put_note": not life.closed,
    }
    return tuple(verb for verb, is_possible in possible.items() if is_possible)


_NOBODY_KNOWS: Final = "Nobody knows whether this mail arrived"
_REFUSED: Final = "The mail server refused this mail for good"


def mail_in_words(mail: PostedMail, *, over: bool) -> str:
    """A mail in trouble: which, for whom by role, its key, and what to do while something can be done."""
    reader = (mail.to or RECIPIENT[mail.kind]).partition("/")[0].replace("_", " ")
    doubtful = mail.state is MailState.UNKNOWN
    said = f"{_NOBODY_KNOWS if doubtful else _REFUSED}: {mail.kind.replace('_', ' ')} to the {reader} ({mail.key})"
    if doubtful:
        return f"{said}; find out, then send settle_mail"
    return said if over else f"{said}; correct the address or mend the cause, then send retry_mail"


class LifeView(Model):
    """Where a lifecycle stands. Instants are UTC; `as_of` is the last time something happened to it."""

    lifecycle: str
    id: str
    kind: str
    """`order.new`, `order.renewal`, `subscription`."""

    what: str
    """What it is, in words, without personal data: `New order SO-100001`."""

    stage: str
    stage_in_words: str
    """As `what` goes on: `is on compliance hold`."""

    customer_id: str
    partner_id: str
    """Who faces the customer."""

    as_of: AwareDatetime
    steps: tuple[Step, ...]
    awaiting: tuple[Awaited, ...]
    waits_for: tuple[Party, ...] = ()
    """Who owes it something now: what is awaited and pressing, open tasks, mails in trouble."""

    can_send: tuple[str, ...]
    """Updates that move it on and are allowed now."""

    desk: tuple[str, ...] = ()
    """What operators may do now, whatever the stage."""

    held_by_operator: OperatorHold | None = None
    last_note: OperatorNote | None = None
    last_refusal: str | None = None
    """The last message that was refused, when and why; forgotten when the worker restarts."""

    events: int = 0
    """How many events there are: the store has as many when it is up to date."""

    deadlines: tuple[Deadline, ...]
    """What falls due if nothing happens, next first."""

    jeopardy: tuple[str, ...]
    attention: bool
    troubles: tuple[str, ...] = ()
    """Why somebody should look, in words; an operator's hold stands by itself."""

    tasks: tuple[Task, ...]
    mails: tuple[PostedMail, ...]
    facts: dict[str, str]


def _waits_for(life: Life, awaiting: Iterable[Awaited]) -> list[Party]:
    found = {each.party for each in awaiting if each.pressing}
    for task in life.journal.tasks:
        if task.closed_at is None:
            found.add(Party.OPERATIONS if task.kind is TaskKind.SETTLE_MAIL else Party.PARTNER)
    if life.held_by_operator or life.mails_in(MailState.REFUSED):
        found.add(Party.OPERATIONS)
    return sorted(party for party in found if party)


def view_of(
    life: Life,
    now: datetime,
    *,
    missed: Mapping[str, str],
    awaiting: tuple[Awaited, ...],
    troubles: Iterable[str] = (),
    **own: object,
) -> LifeView:
    """What every lifecycle shows alike, and what one shows of its `own`: kind, stage, steps, facts and the like.

    `missed` says in words what each guide or target is whose miss puts it in jeopardy.
    """
    mails = life.mails_in(MailState.UNKNOWN, MailState.REFUSED)
    return LifeView.model_validate(
        {
            "lifecycle": life.lifecycle,
            "id": life.subject,
            "as_of": now,
            "desk": desk_verbs(life),
            "held_by_operator": life.held_by_operator,
            "last_note": life.last_note,
            "events": life.journal.sequence,
            "deadlines": tuple(sorted(life.agenda.pending, key=lambda deadline: deadline.at)),
            "jeopardy": tuple(life.jeopardy),
            "attention": life.attention,
            "troubles": (
                *(missed.get(what, f"Missed: {what}") for what in dict.fromkeys(life.jeopardy)),
                *troubles,
                *(mail_in_words(mail, over=life.over) for mail in mails),
            ),
            "awaiting": awaiting,
            "waits_for": () if life.over else _waits_for(life, awaiting),
            "tasks": tuple(life.journal.tasks),
            "mails": tuple(life.mails.values()),
            **own,
        }
    )
