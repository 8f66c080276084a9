"""How a lifecycle is shown to people: a tracker, what is awaited, what may be sent. Pure."""

from datetime import datetime
from enum import StrEnum

from pydantic import AwareDatetime

from domain.agenda import Deadline
from domain.events import Task
from domain.life import Life, PostedMail
from domain.mails import MailState
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


class Awaited(Model):
    """Something a lifecycle waits for: what, from whom, and the message that reports it."""

    what: str
    from_whom: str
    update: str
    """The update to send when it happened."""


def desk_verbs(life: Life) -> tuple[str, ...]:
    """What operators may do now, whatever the stage."""
    ladders = {deadline.ladder or deadline.name for deadline in life.agenda.pending}
    possible = {
        "settle_mail": bool(life.mails_in(MailState.UNKNOWN)),
        "retry_mail": bool(life.mails_in(MailState.REFUSED)),
        "resume": life.held_by_operator is not None,
        "hold": life.held_by_operator is None,
        "extend_due_date": bool(ladders & life.movable),
        "skip_reminder": bool(ladders & life.courtesies),
        "put_note": True,
    }
    return tuple(verb for verb, is_possible in possible.items() if is_possible)


class LifeView(Model):
    """Where a lifecycle stands. Instants are UTC; `as_of` is the last time something happened to it."""

    lifecycle: str
    id: str
    kind: str
    """`order.new`, `order.renewal`, `subscription`."""

    stage: str
    customer_id: str
    partner_id: str
    """Who faces the customer."""

    as_of: AwareDatetime
    steps: tuple[Step, ...]
    awaiting: tuple[Awaited, ...]
    can_send: tuple[str, ...]
    """Updates that move it on and are allowed now."""

    desk: tuple[str, ...] = ()
    """What operators may do now, whatever the stage."""

    held_by_operator: str | None = None
    last_refusal: str | None = None
    """The last message that was refused, when and why; forgotten when the worker restarts."""

    events: int = 0
    """How many events there are: the store has as many when it is up to date."""

    deadlines: tuple[Deadline, ...]
    """What falls due if nothing happens, next first."""

    jeopardy: tuple[str, ...]
    attention: bool
    tasks: tuple[Task, ...]
    mails: tuple[PostedMail, ...]
    facts: dict[str, str]


def view_of(life: Life, now: datetime, **own: object) -> LifeView:
    """What every lifecycle shows alike, and what one shows of its `own`: kind, stage, steps, facts and the like."""
    return LifeView.model_validate(
        {
            "lifecycle": life.lifecycle,
            "id": life.subject,
            "as_of": now,
            "desk": desk_verbs(life),
            "held_by_operator": life.held_by_operator,
            "events": life.journal.sequence,
            "deadlines": tuple(sorted(life.agenda.pending, key=lambda deadline: deadline.at)),
            "jeopardy": tuple(life.jeopardy),
            "attention": life.attention,
            "tasks": tuple(life.journal.tasks),
            "mails": tuple(life.mails.values()),
            **own,
        }
    )
