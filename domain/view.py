"""How a lifecycle is shown to people: a tracker, what is awaited, what may be sent. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Final

from pydantic import AwareDatetime

from domain.deadlines import Deadline
from domain.events import Task, TaskKind
from domain.lifecycle import FailingStep, LifecycleState, OperatorHold, OperatorNote, PostedMail
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

    _party: Party | None = None

    @property
    def party(self) -> Party | None:
        """Whose it is to bring; None: another lifecycle's. Only what `awaited` made knows it, and no view says it."""
        return self._party

    def owed_by(self, party: Party | None) -> "Awaited":
        """The same, and whose it is to bring."""
        self._party = party
        return self


def awaited(
    state: LifecycleState,
    what: str,
    party: Party | None,
    update: str,
    deadline: str = "",
    *,
    whom: str = "",
    pressing: bool = True,
) -> Awaited:
    """Something awaited until the pending deadline of that kind, if there is one; `whom` says who it is exactly."""
    pending = [due for due in state.agenda.pending if due.kind == deadline]
    due = min(pending, key=lambda due: due.at, default=None)
    known = {"until": due.at, "then": due.label} if due else {}
    said = {"what": what, "from_whom": whom or party, "update": update, "pressing": pressing, **known}
    return Awaited.model_validate(said).owed_by(party)


def tracker(known: Iterable[tuple[str, bool, datetime | None]], *, closed: bool) -> tuple[Step, ...]:
    """Steps by name, whether each was done, and when. The first that was not is where it stands or stopped."""
    steps: list[Step] = []
    here = Mark.STOPPED if closed else Mark.CURRENT
    for name, done, at in known:
        steps.append(Step(name=name, mark=Mark.DONE, at=at) if done else Step(name=name, mark=here))
        here = here if done else Mark.PENDING
    return tuple(steps)


def can_send(state: LifecycleState, awaiting: Iterable[Awaited]) -> tuple[str, ...]:
    """Its own updates that would not be refused for what it is now; what somebody owes comes first."""
    owed = [each.update for each in awaiting if each.pressing]
    possible = [update for update in state.updates if state.can_take(update)]
    return tuple(sorted(possible, key=lambda update: owed.index(update) if update in owed else len(owed)))


def operators_can_send(state: LifecycleState) -> tuple[str, ...]:
    """What operators may do now, whatever the stage; of what is closed only what keeps it open. ADR 21.

    Not `send_again`, though it can be sent: it is nothing that waits for anybody, and the desks of recorded workflows
    are as they were.
    """
    if state.over:
        return ()
    doubtful = bool(state.mails_in(MailState.UNKNOWN))
    refused = bool(state.mails_in(MailState.REFUSED))
    ladders = {deadline.ladder or deadline.name for deadline in state.agenda.pending}
    possible = {
        "settle_step": bool(state.failing),
        "settle_mail": doubtful or refused,
        "retry_mail": refused,
        "acknowledge": bool(state.alerts),
        "resume": state.held_by_operator is not None,
        "hold": not state.closed and state.held_by_operator is None,
        "extend_due_date": bool(ladders & state.movable),
        "skip_reminder": bool(ladders & state.courtesies),
        "recompute_dates": not state.closed,
        "put_note": not state.closed,
    }
    return tuple(update for update, is_possible in possible.items() if is_possible)


_NOBODY_KNOWS: Final = "Nobody knows whether this mail arrived"
_REFUSED: Final = "This mail was refused for good"


def mail_in_words(mail: PostedMail, role: str) -> str:
    """A mail in trouble: which, for whom by role, its key, and what to do."""
    doubtful = mail.state is MailState.UNKNOWN
    which = f"{mail.kind.replace('_', ' ')} to the {role.replace('_', ' ')} ({mail.key})"
    said = f"{_NOBODY_KNOWS if doubtful else _REFUSED}: {which}"
    if mail.answer:
        said = f"{said}: {mail.answer}"
    if doubtful:
        return f"{said}; find out, then send settle_mail"
    return f"{said}; correct the address or mend the cause, then send retry_mail"


def step_in_words(step: FailingStep) -> str:
    """A step that keeps failing: which, since when, why, and the way out."""
    what, since = step.step.replace("_", " "), f"{step.since:%Y-%m-%d %H:%M} UTC"
    way_out = "mend its cause, or send settle_step" if step.may_be_left_out else "mend its cause"
    return f"This step keeps failing since {since}: {what}: {step.reason}; it is tried on, {way_out}"


class LifecycleView(Model):
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
    failing: tuple[FailingStep, ...] = ()
    """Steps that keep failing; each is tried on."""

    troubles: tuple[str, ...] = ()
    """Why somebody should look, in words; an operator's hold stands by itself."""

    tasks: tuple[Task, ...]
    mails: tuple[PostedMail, ...]
    facts: dict[str, str]


def _waits_for(state: LifecycleState, awaiting: Iterable[Awaited], *, mails_in_trouble: bool) -> list[Party]:
    found = {each.party for each in awaiting if each.pressing}
    for task in state.journal.tasks:
        if task.closed_at is None:
            found.add(Party.OPERATIONS if task.kind is TaskKind.SETTLE_MAIL else Party.PARTNER)
    if state.held_by_operator or state.failing or mails_in_trouble:
        found.add(Party.OPERATIONS)
    return sorted(party for party in found if party)


def view_of(
    state: LifecycleState,
    now: datetime,
    *,
    missed: Mapping[str, str],
    awaiting: tuple[Awaited, ...],
    troubles: Iterable[str] = (),
    **own: object,
) -> LifecycleView:
    """What every lifecycle shows alike, and what one shows of its `own`: kind, stage, steps, facts and the like.

    `missed` says in words what each guide or target is whose miss puts it in jeopardy.
    """
    over, in_trouble = state.over, state.mails_in_trouble
    return LifecycleView.model_validate(
        {
            "lifecycle": state.lifecycle,
            "id": state.subject,
            "as_of": now,
            "desk": operators_can_send(state),
            "held_by_operator": None if over else state.held_by_operator,
            "last_note": state.last_note,
            "events": state.journal.sequence,
            "deadlines": tuple(sorted(state.agenda.pending, key=lambda deadline: deadline.at)),
            "jeopardy": state.alerts,
            "attention": state.attention,
            "failing": tuple(state.failing.values()),
            "troubles": (
                *map(step_in_words, state.failing.values()),
                *(missed.get(what, f"Missed: {what}") for what in dict.fromkeys(state.alerts)),
                *troubles,
                *(mail_in_words(mail, state.role_of(mail)) for mail in in_trouble),
            ),
            "awaiting": awaiting,
            "can_send": can_send(state, awaiting),
            "waits_for": () if over else _waits_for(state, awaiting, mails_in_trouble=bool(in_trouble)),
            "tasks": tuple(state.journal.tasks),
            "mails": tuple(state.mails.values()),
            **own,
        }
    )
