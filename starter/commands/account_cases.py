"""The open support cases of an account, with their clocks, from the store."""

from datetime import datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from adapters.sql.store import SqlStore
from domain.case.classification import SHOWN, Severity
from domain.case.clocks import breach_of
from domain.case.kind import CASE
from domain.case.state import CaseState
from domain.working_time import clock_reading
from starter.answers.accounts import AccountCase, CaseClock
from starter.console.tables import NOTHING, list_table

MOST: Final = 500
"""Cases of one account that are shown."""


def open_cases(store: SqlStore, zoid: str, now: datetime) -> tuple[AccountCase, ...]:
    """What falls due first stands first."""
    rows = store.listed(CASE.name, linked_to=zoid, open_only=True, limit=MOST)
    states = store.states(CASE.name, [row.subject for row in rows]) if rows else {}
    pairs = [(row, states[row.subject]) for row in rows]
    return tuple(
        AccountCase(
            case=row.subject,
            stage=row.stage,
            severity=state.severity,
            agent_id=state.agent_id,
            attention=row.attention,
            clocks=_clocks(state, now),
        )
        for row, state in pairs
        if isinstance(state, CaseState)
    )


def _clocks(state: CaseState, now: datetime) -> tuple[CaseClock, ...]:
    """As they stand now: what fell due since the case was recorded is breached."""
    return tuple(
        CaseClock(
            name=clock.name,
            state=clock.state,
            due_at=breach_of(clock, state.service_time),
            breached=clock.is_breached,
        )
        for clock in state.clocks_at(now)
    )


def cases_table(cases: tuple[AccountCase, ...]) -> Table:
    """Each with what its clocks say; instants are in UTC."""
    rows: list[list[str | Text]] = [
        [
            each.case,
            each.stage,
            SHOWN[Severity(each.severity)],
            each.agent_id or NOTHING,
            Text("\n").join(map(_clock, each.clocks)) if each.clocks else NOTHING,
        ]
        for each in cases
    ]
    return list_table(["case", "stage", "severity", "agent", "clocks (UTC)"], rows, kept=3)


def _clock(clock: CaseClock) -> Text:
    due = f", due {clock_reading(clock.due_at, 'UTC').in_words}" if clock.due_at else ""
    breached = Text(", breached", "red") if clock.breached else Text("")
    return Text.assemble(f"{clock.name.replace('_', ' ')} {clock.state}{due}", breached)
