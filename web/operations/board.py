"""What an operator works through today, over all lifecycles: which lines, why, and what may be done. From the store."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import Final

from activities.ports.store import RowColumns
from adapters.sql.operations import Narrowed, OpenTask
from adapters.sql.store import SqlStore
from domain.deadlines import Deadline
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.view import LifecycleView, mail_in_words, step_in_words
from domain.working_time import end_of_day, local_day

PAGE: Final = 25
"""Lines on a page."""

FIRST: Final = 5
"""Lines of a group where all groups stand on one page."""

MOST: Final = 2000
"""Lifecycles in trouble that are looked into; whoever has more of them has one cause to repair."""


class Group(StrEnum):
    """Why somebody should look at it, the most pressing first."""

    FAILING = "failing"
    MAILS = "mails"
    JEOPARDY = "jeopardy"
    OVERDUE = "overdue"
    HELD = "held"
    DUE_TODAY = "due_today"
    TASKS = "tasks"


IN_TROUBLE: Final = (Group.FAILING, Group.MAILS, Group.JEOPARDY, Group.HELD)
"""What only the state of a lifecycle tells; its row says that there is something."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """A button: one update, and what of its form is known already."""

    update: str
    known: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One thing to look at."""

    lifecycle: Lifecycle
    subject: str
    what: str
    customer_id: str
    partner_id: str
    why: str
    at: datetime | None = None
    """Since when, or when it is due."""

    acts: tuple[Act, ...] = ()


@dataclass(frozen=True, slots=True)
class Trouble:
    """One thing that is wrong with a lifecycle."""

    group: Group
    state: LifecycleState
    key: str = ""
    """Which step, mail or alert."""


@dataclass(frozen=True, slots=True)
class Lines:
    """A page of a group."""

    lines: tuple[Line, ...]
    total: int


@dataclass(frozen=True)
class Board:
    """As of one instant, for one reader's zone."""

    store: SqlStore
    now: datetime
    zone: str
    wanted: Narrowed = field(default_factory=Narrowed)

    def total(self, group: Group) -> int:
        """How many lines it has."""
        return self.lines(group, limit=0).total

    def lines(self, group: Group, offset: int = 0, limit: int = PAGE) -> Lines:
        """A page of one group."""
        if group in IN_TROUBLE:
            every = self._troubles[group]
            return Lines(tuple(map(self._line, every[offset : offset + limit])), len(every))
        if group is Group.TASKS:
            tasks, total = self.store.open_tasks(self.wanted, offset, limit)
            return Lines(tuple(self._of_tasks(tasks)), total)
        tomorrow = end_of_day(local_day(self.now, self.zone), self.zone)
        since, until = (None, self.now) if group is Group.OVERDUE else (self.now, tomorrow)
        rows, total = self.store.due_rows(self.wanted, since, until, offset, limit)
        return Lines(tuple(self._of_rows(rows)), total)

    @cached_property
    def _troubles(self) -> Mapping[Group, Sequence[Trouble]]:
        found: dict[Group, list[Trouble]] = {group: [] for group in IN_TROUBLE}
        rows = self.store.rows_to_look_at(self.wanted, MOST)
        states = _states(self.store, [(row.lifecycle, row.subject) for row in rows])
        for row in rows:
            if (state := states.get((row.lifecycle, row.subject))) is not None:
                for trouble in troubles_of(state):
                    found[trouble.group].append(trouble)
        return found

    def _line(self, trouble: Trouble) -> Line:
        """When a guide or target was missed is in the record."""
        line = line_of(trouble, self.now)
        if trouble.group is not Group.JEOPARDY:
            return line
        events = self.store.events(line.lifecycle, line.subject)
        missed = [e.occurred_at for e in events if e.type.endswith(".jeopardy") and e.data.get("what") == trouble.key]
        return replace(line, at=missed[-1] if missed else None)

    def _of_rows(self, rows: Sequence[RowColumns]) -> Iterator[Line]:
        states = _states(self.store, [(row.lifecycle, row.subject) for row in rows])
        for row in rows:
            if (state := states.get((row.lifecycle, row.subject))) is not None:
                view, due = _view(state, self.now), state.agenda.next()
                yield _line(view, row.next_deadline_label or "", row.next_deadline, acts_when_due(state, view, due))

    def _of_tasks(self, tasks: Sequence[OpenTask]) -> Iterator[Line]:
        states = _states(self.store, [(task.lifecycle, task.subject) for task in tasks])
        for task in tasks:
            if (state := states.get((task.lifecycle, task.subject))) is not None:
                view = _view(state, self.now)
                why = f"{task.kind.replace('_', ' ')}, {task.assignee}"
                yield _line(
                    view,
                    why,
                    task.opened_at,
                    _possible(view, [_about("complete_task", task=task.key), _about("settle_mail", mail=task.key)]),
                )


def troubles_of(state: LifecycleState) -> Iterator[Trouble]:
    """Everything that is wrong with a lifecycle."""
    for step in state.failing:
        yield Trouble(Group.FAILING, state, step)
    for mail in state.mails_in_trouble:
        yield Trouble(Group.MAILS, state, mail.key)
    for alert in dict.fromkeys(state.alerts):
        yield Trouble(Group.JEOPARDY, state, alert)
    if state.held_by_operator is not None and not state.over:
        yield Trouble(Group.HELD, state)


def line_of(trouble: Trouble, now: datetime) -> Line:
    """With why, since when, and what may be done about it."""
    state, key, view = trouble.state, trouble.key, _view(trouble.state, now)
    match trouble.group:
        case Group.FAILING:
            step = state.failing[key]
            return _line(view, step_in_words(step), step.since, _possible(view, [_about("settle_step", step=key)]))
        case Group.MAILS:
            mail = state.mails[key]
            acts = [_about("retry_mail", mail=key)] if mail.state is MailState.REFUSED else []
            possible = _possible(view, [*acts, _about("settle_mail", mail=key)], others=False)
            return _line(view, mail_in_words(mail, state.role_of(mail)), mail.due_at, possible)
        case Group.JEOPARDY:
            place = len(state.failing) + list(dict.fromkeys(state.alerts)).index(key)
            return _line(view, view.troubles[place], None, _possible(view, [_about("acknowledge", alert=key)]))
    assert state.held_by_operator is not None  # noqa: S101 - for the type checker: nothing else is left
    hold = state.held_by_operator
    return _line(view, f"{hold.reason} ({hold.by})", hold.since, _possible(view, [Act(update="resume")]))


def acts_when_due(state: LifecycleState, view: LifecycleView, due: Deadline | None) -> tuple[Act, ...]:
    """What may be done about a date: what is awaited until then, another date, leave it out."""
    if due is None:
        return _possible(view, [])
    name = due.ladder or due.name
    moves = [_about("extend_due_date", deadline=due.name)] if name in state.movable else []
    skips = [_about("skip_reminder", deadline=due.name)] if name in state.courtesies else []
    return _possible(view, [*moves, *skips])


def _about(update: str, **known: str) -> Act:
    return Act(update=update, known=tuple(known.items()))


def _possible(view: LifecycleView, wanted: Sequence[Act], *, others: bool = True) -> tuple[Act, ...]:
    """Those that would not be refused now; then what its next move waits for."""
    now = {*view.can_send, *view.desk}
    awaited = [Act(update=each.update) for each in view.awaiting if each.pressing and each.update]
    found: dict[str, Act] = {}
    for each in [*wanted, *(awaited if others else [])]:
        if each.update in now:
            found.setdefault(each.update, each)
    return tuple(found.values())


def _line(view: LifecycleView, why: str, at: datetime | None, acts: tuple[Act, ...]) -> Line:
    return Line(
        lifecycle=Lifecycle(view.lifecycle),
        subject=view.id,
        what=view.what,
        customer_id=view.customer_id,
        partner_id=view.partner_id,
        why=why,
        at=at,
        acts=acts,
    )


def _view(state: LifecycleState, now: datetime) -> LifecycleView:
    return KINDS[state.lifecycle].view(state, now)


def _states(store: SqlStore, keys: Sequence[tuple[Lifecycle, str]]) -> dict[tuple[Lifecycle, str], LifecycleState]:
    """One query for each lifecycle among them."""
    by_kind: dict[Lifecycle, list[str]] = defaultdict(list)
    for lifecycle, subject in keys:
        by_kind[lifecycle].append(subject)
    return {
        (lifecycle, subject): state
        for lifecycle, subjects in by_kind.items()
        for subject, state in store.states(lifecycle, subjects).items()
    }
