"""A lifecycle without rules of its own takes its id."""

from functools import partial
from typing import Any

from pydantic import AwareDatetime
from temporalio import activity

from activities.errors import refusals_are_final
from activities.ids_taken import take_once
from activities.ports.store import LifecycleStore
from activities.ports.world import Calendars, Runs
from domain.construct import constructed
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.values import Model
from domain.working_time import ZoneRules


class OpenLifecycle(Model):
    """A new one, for the store."""

    lifecycle: Lifecycle
    placed: dict[str, Any]
    """What it was started with, as it is dumped."""

    state: dict[str, Any]
    """As it is dumped."""

    run: str
    """The first one of the workflow."""

    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class OpenedLifecycle(Model):
    """What its dates are computed from."""

    zone_rules: ZoneRules


class OpeningActivities:
    """May be repeated without harm."""

    def __init__(self, store: LifecycleStore, calendars: Calendars, runs: Runs) -> None:
        self._store = store
        self._calendars = calendars
        self._runs = runs

    @activity.defn
    async def open_lifecycle(self, request: OpenLifecycle) -> OpenedLifecycle:
        """Take the id and keep what came with the start. Repeated by the same run: the same answer. R9."""
        kind = KINDS[request.lifecycle]
        placed, state = constructed(kind.start, request.placed), constructed(kind.state, request.state)
        take = partial(self._store.open_lifecycle, placed, state, request.run, request.at)
        with refusals_are_final():
            await take_once(take, self._runs, kind.workflow_id(state.subject))
        return OpenedLifecycle(zone_rules=self._calendars.zone_rules(state.zone))
