"""What else the store has of a customer: orders, requests, cases. HUB-40."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from activities.ports.store import RowColumns
from domain.hub.entitlements import EntitlementState
from domain.lifecycle import Lifecycle, LifecycleState
from domain.permissions import Right
from web.hub.asked import Asked
from web.hub.chips import Chip
from web.reader import Reader

ENDED_WELL: Final = frozenset({"completed", "converted", "matched", "closed", "provisioned"})
ENDED_BADLY: Final = frozenset({"rejected", "cancelled", "lapsed"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OtherRow:
    """One line of a list of them."""

    columns: RowColumns
    stage: Chip
    next: str
    """What falls due next, in words."""

    next_at: Any
    workflow: str


def rows_of(asked: Asked, found: Sequence[RowColumns]) -> list[OtherRow]:
    """What is open first, the newest first."""
    states: dict[str, LifecycleState] = {}
    if found:
        states = asked.world.store.states(found[0].lifecycle, [each.subject for each in found if each.open])
    return [_row(asked, each, states.get(each.subject)) for each in sorted(found, key=lambda each: not each.open)]


def _row(asked: Asked, columns: RowColumns, state: LifecycleState | None) -> OtherRow:
    due = state.agenda.next() if state else None
    return OtherRow(
        columns=columns,
        stage=stage_chip(columns.lifecycle, columns.stage, asked.reader),
        next=asked.reader.word("timeline.due", due.kind) if due else "",
        next_at=due.at if due else None,
        workflow=asked.workflow(columns.lifecycle, columns.subject),
    )


def stage_chip(lifecycle: Lifecycle, stage: str, reader: Reader) -> Chip:
    """Of a lifecycle, in words."""
    first = stage.partition(".")[0]
    tone = "good" if first in ENDED_WELL else "neutral" if first in ENDED_BADLY else "accent"
    return Chip(reader.word(f"hub.stage_{lifecycle}", stage), tone)


def requests_tab(asked: Asked) -> dict[str, Any]:
    """Option requests, and for which subscriptions one may be made. OPT-01."""
    bought = [each for each in asked.customer.entitlements if each.lifecycle == Lifecycle.SUBSCRIPTION]
    running = [each.subject for each in bought if each.state is not EntitlementState.OVER]
    return {
        "rows": rows_of(asked, asked.others.requests),
        "for_subscriptions": running if asked.may(Right.REQUEST_OPTIONS) else [],
    }


def cases_tab(asked: Asked) -> dict[str, Any]:
    """Support cases."""
    return {"rows": rows_of(asked, asked.others.cases)}
