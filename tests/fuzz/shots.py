"""What one cast is sent: good messages, bent ones, and whatever else somebody may put on the wire."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from pydantic import BaseModel
from temporalio import workflow

from adapters.temporal.converter import external_model
from tests.fuzz.generator import Generator, Json, problems
from tests.fuzz.hostile import Raw, mutated, payloads, plain
from tests.fuzz.wire import CRON, Kind, Shot
from workflows.registry import WORKFLOWS

STORIES: Final = {story.__name__: workflow._Definition.must_from_class(story) for story in WORKFLOWS}

STARTS: Final[dict[str, type[BaseModel]]] = {
    name: model for name, story in STORIES.items() if story.arg_types and (model := external_model(story.arg_types[0]))
}

UPDATES: Final[dict[str, dict[str, type[BaseModel]]]] = {
    name: {update: found.arg_types[0] for update, found in story.updates.items() if update and found.arg_types}
    for name, story in STORIES.items()
}

SIGNALS: Final[dict[str, dict[str, type[BaseModel] | None]]] = {
    name: {signal: found.arg_types[0] if found.arg_types else None for signal, found in story.signals.items() if signal}
    for name, story in STORIES.items()
}

QUERIES: Final = ("state", "__stack_trace", "__temporal_workflow_metadata", "__enhanced_stack_trace", "no_such_query")
FOREIGN: Final = ("no_such_thing", "accept", "cancel", "renewal", "trial_over", "state", "__temporal_thing", "ünknown")
"""Names that are no update or signal of this lifecycle, or only of another one."""

ID_FIELDS: Final = {
    "Order": "sales_order_number",
    "Subscription": "subscription_id",
    "Trial": "trial_id",
    "DeviceLoan": "device_id",
    "OptionRequest": "request_id",
    "SupportCase": "case_id",
    "WholesaleCustomer": "external_id",
    "ComplianceCheck": "check_id",
}
"""What a workflow id is made of, after its prefix."""

EXTREME: Final = 0.35
ENDS: Final = frozenset({"cancel", "decline", "withdraw", "terminate", "refuse_compliance", "deprovision"})
"""Updates that would end a life too early for what is still to be tried on it."""

AGAIN: Final = "send_again"
"""Of every lifecycle, and never in order by chance: it names a mail."""

SELDOM: Final = 0.1
HOUR: Final = timedelta(hours=1)


@dataclass
class LifecycleState:
    """One workflow of the cast."""

    id: str
    type: str
    started: Json
    stage: str = ""
    before: list[Shot] = field(default_factory=list)
    """The last messages it was sent."""


@dataclass
class Shots:
    """Makes the messages of one cast, each time the same ones from the same chance."""

    number: int
    """The cast's."""

    chance: random.Random
    _made: int = 0

    def generator(self, extreme: float) -> Generator:
        """Of the next message."""
        self._made += 1
        return Generator(self.chance, f"cnry{self.number:04x}{self._made:04x}q", extreme)

    def extreme(self) -> float:
        """How strange the next message may be."""
        return self.chance.choice((0.0, EXTREME))

    def shot(
        self,
        kind: Kind,
        name: str,
        state: LifecycleState,
        given: tuple[Raw, ...],
        form: str,
        model: type[BaseModel] | None = None,
        message: Any = None,
        **more: Any,
    ) -> Shot:
        """A message with the canary of the last generator."""
        in_order = None if model is None else not problems(model, message)
        canary = f"cnry{self.number:04x}{self._made:04x}q"
        return Shot(kind, name, more.pop("to", state.id), given, canary, form, in_order, **more)

    def hostile(self, the_state: LifecycleState, state: Json) -> Shot:
        """One message of any kind, but none that would end the life too early."""
        make: Callable[[LifecycleState, Json], Shot | None] = self.chance.choices(
            (self._update, self._start, self._query, self._signal, self._nameless), (58, 14, 10, 12, 6)
        )[0]
        return make(the_state, state) or self._query(the_state, state)

    def again(self, state: LifecycleState, mails: Sequence[Json]) -> list[Shot]:
        """One of the mails that there were, once more; none, if there was none."""
        if not mails:
            return []
        model = UPDATES[state.type][AGAIN]
        message = self.generator(self.extreme()).message(model) | {"mail": self.chance.choice(mails)["key"]}
        return [self.shot(Kind.UPDATE, AGAIN, state, plain(message), "extreme", model, message)]

    def _update(self, the_state: LifecycleState, state: Json) -> Shot | None:
        name = self.chance.choice(list(UPDATES[the_state.type]))
        model = UPDATES[the_state.type][name]
        gen = self.generator(self.extreme())
        message: Any = gen.message(model)
        moves_on = name in ENDS or name in state.get("can_send", ())
        return self._bent(Kind.UPDATE, name, the_state, model, message, keep=not moves_on)

    def _bent(
        self,
        kind: Kind,
        name: str,
        state: LifecycleState,
        model: type[BaseModel],
        message: Any,
        *,
        keep: bool,
        **more: Any,
    ) -> Shot | None:
        """A message as it is, mutated, or as something that is no message; None if it must not be in order and is."""
        canary = f"cnry{self.number:04x}{self._made:04x}q"
        match self.chance.randrange(10):
            case 0 | 1 | 2 if keep:
                return self.shot(kind, name, state, plain(message), "extreme", model, message, **more)
            case 3 | 4 | 5:
                given = payloads(self.chance, message, canary)
                if not keep and _may_be_read(model, given):
                    return None
                return self.shot(kind, name, state, given, "raw", **more)
        message = mutated(self.chance, message, canary)
        if not keep and not problems(model, message):
            return None
        return self.shot(kind, name, state, plain(message), "mutated", model, message, **more)

    def _start(self, state: LifecycleState, _state: Json) -> Shot | None:
        """Under an id of its own, or the one that is taken."""
        model = STARTS[state.type]
        message = self.generator(self.extreme()).message(model)
        own = f"{state.id}-{self._made}"
        message[ID_FIELDS[state.type]] = own.partition("-")[2]
        if state.type == "ComplianceCheck" and self.chance.random() < SELDOM:  # else refused at once
            message["external_id"], _, number = message["check_id"].rpartition("-")
            message["number"] = int(number)
        to = self.chance.choice((own, own, own, state.id))
        if self.chance.random() < SELDOM:
            options = self.chance.choice(({CRON: "@every 1s"}, {"run_timeout": HOUR}, {"execution_timeout": HOUR}))
            unwanted = self.shot(Kind.START, state.type, state, plain(message), "extreme", to=own, options=options)
            return replace(unwanted, in_order=False)
        return self._bent(Kind.START, state.type, state, model, message, keep=True, to=to)

    def _query(self, state: LifecycleState, _state: Json) -> Shot:
        canary = self.generator(0.0).values.canary
        name = self.chance.choice(QUERIES)
        given = () if self.chance.random() < 0.4 else payloads(self.chance, {"by": canary}, canary)
        return self.shot(Kind.QUERY, name, state, given, "raw")

    def _signal(self, state: LifecycleState, _state: Json) -> Shot | None:
        """A signal it knows, or one it does not; a press on Cancel only where it must not end anything."""
        gen = self.generator(0.9)
        known = SIGNALS[state.type]
        name = self.chance.choice([*known, *known, self.chance.choice(FOREIGN)])
        model = known.get(name)
        message = gen.message(model) if model else {"by": gen.values.canary}
        if model:
            return self._bent(Kind.SIGNAL, name, state, model, message, keep=True)
        given = self.chance.choice(((), plain(message), payloads(self.chance, message, gen.values.canary)))
        return self.shot(Kind.SIGNAL, name, state, given, "raw")

    def _nameless(self, state: LifecycleState, _state: Json) -> Shot | None:
        """An update nobody knows, one sent twice under one id, or Cancel in the Web UI."""
        gen = self.generator(0.0)
        canary = gen.values.canary
        note = {"by": "ops-7", "text": canary}
        match self.chance.randrange(3):
            case 0:
                name = self.chance.choice([each for each in FOREIGN if each not in UPDATES[state.type]])
                given = payloads(self.chance, note, canary)
                return self.shot(Kind.UPDATE, name, state, given, "raw")
            case 1:
                again = self.chance.choice(("same", f"id-{canary}", "x" * 900))
                return self.shot(Kind.UPDATE, "put_note", state, plain(note), "extreme", update_id=again)
        return None


def _may_be_read(model: type[BaseModel], given: tuple[Raw, ...]) -> bool:
    """Could these payloads be a message in order?"""
    if len(given) != 1:
        return False
    try:
        model.model_validate_json(given[0].data)
    except ValueError:
        return False
    return True
