"""The SLA clocks of a case: from receipt, paused while the partner owes an answer, each movement an event, each warning
and breach one notice. SUP-20, SUP-21, AMB-34 to AMB-37. Pure."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from functools import partial
from typing import Any, Final, NamedTuple, TypeVar

from domain.case.mails import CaseMail
from domain.case.standing import (
    FIRST_RESPONSE,
    GOAL,
    GOAL_MISSED,
    IDENTIFICATION,
    STATUS_UPDATE,
    CaseStanding,
)
from domain.deadlines import Deadline
from domain.lifecycle import PostedMail
from domain.sla import Clock, Movements, ServiceTime, SlaClock, StatusClock, Target
from domain.values import Message

LABELS: Final = {
    FIRST_RESPONSE: "First response",
    IDENTIFICATION: "Identification",
    STATUS_UPDATE: "Status update to the partner",
}

TIMED: Final = {
    f"{FIRST_RESPONSE}_warn",
    f"{FIRST_RESPONSE}_breach",
    f"{IDENTIFICATION}_warn",
    f"{IDENTIFICATION}_breach",
    "status_warn",
    "status_due",
    GOAL_MISSED,
}
"""Deadlines that clocks arm."""

ALL: Final = (FIRST_RESPONSE, IDENTIFICATION, GOAL, STATUS_UPDATE)

C = TypeVar("C", bound=Clock)

Moves = dict[str, Movements]
"""What clocks did in one act, by clock."""

Operation = Callable[[Any], Any]
"""From a clock to the same one afterwards, and what happened to it."""

Past = tuple[datetime, Operation]
"""What a clock went through, and when."""


def occurrence(clock: str, due_at: datetime) -> str:
    """Which of several notices about a clock: those about one instant are one."""
    return f"{clock}/{due_at:%Y%m%dT%H%M%SZ}"


def clock_of(notice: PostedMail) -> str | None:
    """The clock that a notice is about; None: it is about none."""
    due_at = notice.due_at
    return next((name for name in ALL if due_at and occurrence(name, due_at) == notice.occurrence), None)


class CaseClocks(CaseStanding):
    """What clocks do. Each act first lets them catch up, so that nothing is recorded at a wrong instant."""

    def look_at_clocks(self, now: datetime) -> None:
        """What is past by now is warned of, or breached, at its own instant."""
        self._turn(now, partial(_catch_up, now, self.service_time))

    @property
    def targets(self) -> Mapping[str, Target]:
        """Of S1, by clock. SUP-20, SUP-21."""
        policy = self.policy
        return {FIRST_RESPONSE: policy.first_response, IDENTIFICATION: policy.identification, GOAL: policy.goal}

    def _start_clocks(self, now: datetime, message: Message | None = None) -> None:
        """All as they would stand if they had run from receipt; what is past already makes one notice. AMB-36."""
        moves = Moves()
        for name, target in self.targets.items():
            begun = SlaClock.begin(name, target, self.received_at, self.received_at, self.service_time)
            self.clocks[name], moves[name] = _replayed(*begun, self._past_of(name, now), now)
        cadence = self.policy.updates
        status = StatusClock.begin(STATUS_UPDATE, cadence, self.received_at, self.received_at, self.service_time)
        self.status_clock, moves[STATUS_UPDATE] = _replayed(*status, self._past_of(STATUS_UPDATE, now), now)
        late = self.status_clock.minutes_lost
        self._note_moves(moves, now, message, f"known {late} minutes after receipt (AMB-36)" if late else None)
        self._tell_of_late_start(moves, now)
        self._arm_clocks()

    def _past_of(self, name: str, now: datetime) -> Iterator[Past]:
        """What a clock would have gone through, had it run from receipt."""
        time = self.service_time
        for wait in self.waits:
            yield wait.since, partial(_pause, wait.since, wait.why, time)
            if wait.until is not None:
                yield wait.until, partial(_resume, wait.until, time)
        met = {FIRST_RESPONSE: self.responded_at, IDENTIFICATION: self.identified_at, GOAL: self.solved_at}.get(name)
        if met is not None:
            yield met, partial(_meet, met, time)
        for posted in self.posted_at if name == STATUS_UPDATE else ():
            yield posted, partial(_posted, posted, time)
        yield now, partial(_catch_up, now, time)

    def _turn(
        self, now: datetime, operation: Operation, message: Message | None = None, clocks: Iterable[str] = ALL
    ) -> None:
        """Let clocks do something; who has to hear of it hears of it, once."""
        moves = Moves()
        for name in clocks:
            if name == STATUS_UPDATE and self.status_clock is not None:
                self.status_clock, moves[name] = operation(self.status_clock)
            elif name in self.clocks:
                self.clocks[name], moves[name] = operation(self.clocks[name])
        self._note_moves(moves, now, message)
        self._tell_of(moves)
        self._arm_clocks()

    def _note_moves(self, moves: Moves, now: datetime, message: Message | None, why: str | None = None) -> None:
        """Every movement is an event, with its reason; what is past is told with its own instant."""
        for name, moved in moves.items():
            for movement in moved:
                said = "; ".join(words for words in (movement.why, why) if words) or None
                self._note(f"clock_{movement.what}", now, message, clock=name, at=movement.at, why=said)
                if movement.what == "breached":
                    self._alert(name, now, movement.at)

    def _alert(self, name: str, now: datetime, due_at: datetime) -> None:
        """Once for each clock, however often an update to the partner was missed."""
        alert = GOAL_MISSED if name == GOAL else f"{name}_breached"
        if alert not in self.jeopardy:
            self.endanger(alert, now, due_at)

    def _tell_of(self, moves: Moves) -> None:
        """Of several breaches of one clock the last says it all, and of what is breached nobody is warned."""
        for name, moved in moves.items():
            past = [movement for movement in moved if movement.what in {"warned", "breached"}]
            if name == GOAL or not past:
                continue
            breaches = [movement.at for movement in past if movement.what == "breached"]
            if breaches:
                self._post_notice(CaseMail.SLA_BREACH, self.breach_reader, name, breaches[-1])
            if past[-1].what == "warned" and (due_at := self._due_at(name)) is not None:
                kind = CaseMail.STATUS_WANTED if name == STATUS_UPDATE else CaseMail.SLA_WARNING
                self._post_notice(kind, self.first_reader, name, due_at)

    def _post_notice(self, kind: CaseMail, reader: str | None, name: str, due_at: datetime) -> None:
        """Nobody configured: an alert stands, and no mail goes out."""
        if reader is not None:
            self.post(kind, occurrence(name, due_at), due_at, reader)

    def _tell_of_late_start(self, moves: Moves, now: datetime) -> None:
        """One notice instead of a storm: to the duty manager if something is breached, else to the agent. AMB-36."""
        past = {movement.what for name, moved in moves.items() if name != GOAL for movement in moved}
        if now <= self.received_at or not past & {"warned", "breached"}:
            return
        self.late_starts += 1
        readers = (self.breach_reader, self.first_reader) if "breached" in past else (self.first_reader,)
        reader = next((reader for reader in readers if reader), None)
        if reader is not None:
            self.post(CaseMail.SLA_STARTED_LATE, str(self.late_starts), to=reader)

    def _due_at(self, name: str) -> datetime | None:
        """When it would be breached next, while it runs."""
        clock = self.clock(name)
        return breach_of(clock, self.service_time) if clock is not None else None

    def clock(self, name: str) -> Clock | None:
        """As it was noted last."""
        return self.status_clock if name == STATUS_UPDATE else self.clocks.get(name)

    def running(self, name: str) -> bool:
        """Does this clock run, or wait, still?"""
        clock = self.clock(name)
        return clock is not None and not clock.has_ended

    def clocks_at(self, now: datetime) -> Iterator[Clock]:
        """Those that people are told of, as they are at `now`, noted or not; the goal is no promise."""
        known: tuple[Clock | None, ...] = (
            self.clocks.get(FIRST_RESPONSE),
            self.clocks.get(IDENTIFICATION),
            self.status_clock,
        )
        for clock in known:
            if clock is not None:
                yield clock.catch_up(now, self.service_time)[0]

    def clock_deadlines(self, time: ServiceTime) -> Iterator[Deadline]:
        """What its clocks wait for, by the rules given."""
        for name in (FIRST_RESPONSE, IDENTIFICATION):
            if (clock := self.clocks.get(name)) is not None:
                yield from _deadline(f"{name}_warn", clock.warns_at(time), f"{LABELS[name]}: warn")
                yield from _deadline(f"{name}_breach", clock.breaches_at(time), f"{LABELS[name]}: breach")
        if GOAL in self.clocks:
            yield from _deadline(GOAL_MISSED, self.clocks[GOAL].breaches_at(time), "Goal of a complete fix: alert")
        if self.status_clock is not None:
            yield from _deadline("status_warn", self.status_clock.warns_at(time), f"{LABELS[STATUS_UPDATE]}: warn")
            yield from _deadline("status_due", self.status_clock.due_at(time), f"{LABELS[STATUS_UPDATE]}: due")

    def _arm_clocks(self) -> None:
        """One deadline for each that may still come; the clocks alone know which were."""
        wanted = {each.name: each for each in self.clock_deadlines(self.service_time)}
        stay = {each.name for each in self.agenda.pending if each.name in wanted and each.at == wanted[each.name].at}
        self.agenda.disarm(*(TIMED - wanted.keys()))
        self.agenda.arm(*(each for name, each in wanted.items() if name not in stay), again=True)


class Breach(NamedTuple):
    """What comes if nothing happens."""

    clock: str
    at: datetime


def breach_of(clock: Clock, time: ServiceTime) -> datetime | None:
    """When a clock is breached next; None: it does not run, or can be breached no more."""
    match clock:
        case SlaClock():
            return clock.breaches_at(time)
        case StatusClock():
            return clock.due_at(time)
    return None


def next_breach(state: CaseClocks, now: datetime) -> Breach | None:
    """Of all its clocks."""
    coming = [(breach_of(clock, state.service_time), clock.name) for clock in state.clocks_at(now)]
    return min((Breach(name, at) for at, name in coming if at is not None), key=lambda each: each.at, default=None)


def _deadline(kind: str, at: datetime | None, label: str) -> Iterator[Deadline]:
    if at is not None:
        yield Deadline(kind=kind, at=at, label=label)


def _replayed(clock: C, moved: Movements, past: Iterable[Past], now: datetime) -> tuple[C, Movements]:
    """The clock after all of it in order of time, known from `now` on, and what it did."""
    moves = [*moved]
    for _, operation in sorted(past, key=lambda each: each[0]):
        clock, more = operation(clock)
        moves += more
    return clock.model_copy(update={"known_at": now}), tuple(moves)


def _catch_up(now: datetime, time: ServiceTime, clock: Any) -> Any:
    return clock.catch_up(now, time)


def _pause(now: datetime, why: str, time: ServiceTime, clock: Any) -> Any:
    return clock.pause(now, why, time)


def _resume(now: datetime, time: ServiceTime, clock: Any) -> Any:
    return clock.resume(now, time)


def _meet(now: datetime, time: ServiceTime, clock: Any) -> Any:
    return clock.meet(now, time)


def _posted(now: datetime, time: ServiceTime, clock: Any) -> Any:
    return clock.posted(now, time)
