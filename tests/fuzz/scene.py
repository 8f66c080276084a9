"""One cast of lives that belong together, driven forward by good messages with bursts of hostile ones in between."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from temporalio.service import RPCError

from adapters.temporal.clock import CannotMoveClock, current_time
from tests.fuzz.generator import Json
from tests.fuzz.hostile import plain
from tests.fuzz.report import Fault, Report
from tests.fuzz.shots import SIGNALS, STARTS, UPDATES, LifecycleState, Shots
from tests.fuzz.wire import Answer, Fate, Kind, Shot, Wire
from tests.support.clock import forward

AT_ONCE: Final = 6
"""Messages on their way to one workflow at a time; the server takes ten."""

MOVED_WITHIN: Final = 240.0
"""Seconds for one move in time; a step that fails meanwhile would be tried again and again without a pause."""

SECOND: Final = timedelta(seconds=1)
TRIES: Final = 4


class Stuck(Exception):
    """A life of this cast cannot go on: nothing more is to be learned from it."""


@dataclass
class Scene:
    """What a plot tells its lives with."""

    wire: Wire
    report: Report
    number: int
    size: int
    """Messages of one burst."""

    enough: int
    """So many messages in all, and there are no more bursts: what has begun is only told to its end."""

    import_list: Callable[[str], None] = field(default=lambda _name: None)
    """Whoever is named is on the list of restricted parties from then on; before there is no list."""

    chance: random.Random = field(init=False)
    shots: Shots = field(init=False)
    lives: list[LifecycleState] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.report.seed}/{self.number}")
        self.shots = Shots(self.number, self.chance)

    # What a plot says.

    async def begin(self, story: str, name: str, /, *, rush: int = 0, **fixed: Any) -> LifecycleState:
        """Start a life; `rush` messages come along with the start, before it can have taken its id."""
        message = self.shots.generator(self.shots.extreme()).message(STARTS[story], **fixed)
        state = LifecycleState(name, story, message)
        self.lives.append(state)
        start = self.shots.shot(Kind.START, story, state, plain(message), "valid", STARTS[story], message)
        hurry = [self.shots.hostile(state, {}) for _ in range(rush)]
        await self._send_all(state, [start, *hurry])
        await self.look(state)
        return state

    async def known(self, story: str, name: str) -> LifecycleState:
        """A life that another one starts: wait until it is there."""
        state = LifecycleState(name, story, {})
        self.lives.append(state)
        for _ in range(100):
            if await self.look(state):
                break
            await asyncio.sleep(0.1)
        return state

    async def tell(
        self, the_state: LifecycleState, update: str, shape: Callable[[Json], None] | None = None, **fixed: Any
    ) -> bool:
        """A good message; was it done? If an operator holds the life, it goes on first."""
        state = await self.look(the_state)
        if state.get("held_by_operator") and update != "resume":
            await self.tell(the_state, "resume")
        fate = Fate.REFUSED
        for attempt in range(TRIES):
            calm = 0.0 if attempt else self.shots.extreme()
            message = self.shots.generator(calm).message(UPDATES[the_state.type][update], shape, **fixed)
            shot = self.shots.shot(
                Kind.UPDATE, update, the_state, plain(message), "valid", UPDATES[the_state.type][update], message
            )
            fate = (await self._send_all(the_state, [shot]))[0].fate
            if fate is not Fate.REFUSED:
                break
        await self.look(the_state)
        return fate is Fate.DONE

    async def at_once(self, state: LifecycleState, *told: tuple[str, Callable[[Json], None] | None]) -> None:
        """Good messages that cross each other: the second comes while the first is being recorded."""
        shots = []
        for update, shape in told:
            model = UPDATES[state.type][update]
            message = self.shots.generator(0.0).message(model, shape)
            shots.append(self.shots.shot(Kind.UPDATE, update, state, plain(message), "extreme", model, message))
        await self._send_all(state, shots)
        await self.look(state)

    async def signal(self, state: LifecycleState, name: str, **fixed: Any) -> None:
        """A good signal, as another life sends it."""
        model = SIGNALS[state.type][name]
        message = self.shots.generator(0.0).message(model, **fixed) if model else None
        given = plain(message) if model else ()
        await self._send_all(state, [self.shots.shot(Kind.SIGNAL, name, state, given, "valid")])
        await self.look(state)

    async def burst(self, the_state: LifecycleState) -> None:
        """Hostile messages at the stage where it stands: one by one, or several at once."""
        state = await self.look(the_state)
        if self.report.count >= self.enough:
            return
        shots = self.shots.again(the_state, state.get("mails", ()))
        shots += [self.shots.hostile(the_state, state) for _ in range(self.size)]
        while shots:
            some = self.chance.choice((1, 1, 2, AT_ONCE))
            await self._send_all(the_state, shots[:some])
            shots = shots[some:]
        await self.look(the_state)

    async def pass_deadline(self, the_state: LifecycleState, name: str = "") -> bool:
        """Let time pass for it until just after its next deadline, or the next of that name; was there one?"""
        state = await self.look(the_state)
        if state.get("held_by_operator"):
            await self.tell(the_state, "resume")
            state = await self.look(the_state)
        due = [each["at"] for each in state.get("deadlines", ()) if each["name"].startswith(name)]
        if not due:
            return False
        return await self.move(the_state, datetime.fromisoformat(due[0]))

    async def move(self, state: LifecycleState, until: datetime) -> bool:
        """Let time pass for it until then."""
        if await self.wire.failing_steps(state.id):
            return False  # the pauses between attempts would be skipped: hundreds of thousands of them
        try:
            now = (await current_time(self.wire.client, state.id)).astimezone(UTC)
            async with asyncio.timeout(MOVED_WITHIN):
                if until > now:
                    await forward(self.wire.client, state.id, until - now + SECOND)
        except (CannotMoveClock, TimeoutError) as held:
            if await self.wire.is_wedged(state.id):
                await self._wedged(state, [])
            self.report.notes.append(f"cast {self.number}: {held!r}")
            return False
        await self.look(state)
        return True

    async def look(self, the_state: LifecycleState) -> Json:
        """Where it stands; counted, and the end of the plot if it can not tell."""
        answer = await self.wire.state(the_state.id)
        if answer.fate is Fate.WEDGED:
            await self._wedged(the_state, [])
        if answer.fate in {Fate.HUNG, Fate.FAILED}:
            self.report.find(
                Fault.HUNG, self.number, f"the state of a {the_state.type}: {answer.words}", _shown(the_state.before)
            )
            raise Stuck
        state: Json = answer.result or {}
        stage = state.get("stage", "")
        if stage and stage != the_state.stage:
            the_state.stage = stage
            self.report.stages[state["kind"], stage] += 1
        return state

    # How.

    async def cancel(self, state: LifecycleState) -> None:
        """Cancel as the Web UI sends it, with a reason nobody checks."""
        gen = self.shots.generator(0.5)
        reason = self.chance.choice((gen.values.words(200), f"{gen.values.canary}\n\u202ebad\x07", "x" * 2000, ""))
        shot = self.shots.shot(Kind.SIGNAL, "(cancel)", state, (), "raw", options={"reason": reason})
        await self._send_all(state, [shot])
        await self.look(state)

    async def _send_all(self, state: LifecycleState, shots: list[Shot]) -> list[Answer]:
        state.before = [*state.before, *shots][-AT_ONCE:]
        answers = list(await asyncio.gather(*(self.wire.send(shot) for shot in shots)))
        for shot, answer in zip(shots, answers, strict=True):
            self.report.answered(self.number, shot, answer)
        for shot, answer in zip(shots, answers, strict=True):
            if answer.fate is Fate.WEDGED:
                if shot.to == state.id:
                    await self._wedged(state, shots)
                await self._wedged(LifecycleState(shot.to, shot.name, {}), [shot])
        if any(answer.fate is Fate.HUNG for answer in answers):
            raise Stuck
        return answers

    async def _wedged(self, state: LifecycleState, shots: list[Shot]) -> None:
        """Say so with the failing event, and end it: a task that fails for ever only keeps the worker busy."""
        handle = self.wire.handle(state.id)
        failed = [
            event.workflow_task_failed_event_attributes.failure.message
            async for event in handle.fetch_history_events()
            if event.HasField("workflow_task_failed_event_attributes")
        ]
        why = failed[-1] if failed else "its workflow task does not end"
        sent = _shown(shots or state.before)
        self.report.find(
            Fault.WEDGED, self.number, f"{state.type} ({state.stage or 'start'}): {why}", f"{state.id}\n{sent}"
        )
        with suppress(RPCError):  # it went on after all, and is over
            await handle.terminate("wedged")
        if state in self.lives or not shots:
            raise Stuck


def _shown(shots: list[Shot]) -> str:
    return "\n  ".join(f"after {shot.shown()}" for shot in shots)


Plot = Callable[[Scene], Awaitable[None]]
