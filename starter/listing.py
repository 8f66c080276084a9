"""The list of orders, from the store."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Final

from activities.ports import OrderSummary
from domain.order.states import Stage
from starter.answers import ListAnswer
from starter.exits import Exit, Stop, bad
from starter.records import Records
from starter.showing import orders_table
from starter.terminal import terminal

EVERYTHING: Final = 1_000_000
"""Rows to look through when only some of them are wanted."""

STAGES: Final = tuple(dict.fromkeys(name for stage in Stage for name in (stage.partition(".")[0], str(stage))))
"""Stages, and what several have in common."""

UNITS: Final = {"d": "days", "h": "hours", "w": "weeks"}


async def list_orders(stage: str | None, due_before: str | None, *, attention: bool, limit: int) -> None:
    """Show those that fit."""
    if stage is not None and stage not in STAGES:
        raise bad(f"must be one of {', '.join(STAGES)}", "--stage")
    before = instant(due_before, datetime.now(UTC)) if due_before else None
    found = [
        order
        for order in await _orders(stage, before, EVERYTHING if attention else limit + 1)
        if order.attention or not attention
    ]
    if not found:
        terminal.say("No orders." if not (stage or due_before or attention) else "No orders like that.")
    else:
        terminal.say(orders_table(found[:limit]))
    if len(found) > limit:
        terminal.warn(f"only the first {limit} are shown (--limit)")
    terminal.answer(ListAnswer(orders=tuple(found[:limit])))


async def _orders(stage: str | None, before: datetime | None, limit: int) -> list[OrderSummary]:
    records = await Records.required()
    try:
        found = await records.ask(lambda store: store.orders(stage, before, limit))
    finally:
        await asyncio.to_thread(records.close)
    if found is None:
        raise Stop(Exit.UNREACHABLE, f"store: {records.problem}")
    return found


def instant(text: str, now: datetime) -> datetime:
    """`2026-08-01` (midnight UTC), `2026-08-01T09:00+09:00`, or from now on: `+7d`, `+36h`, `+2w`."""
    if ahead := re.fullmatch(r"\+(\d{1,5})([dhw])", text):
        return now + timedelta(**{UNITS[ahead[2]]: int(ahead[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad("must be a date such as 2026-08-01, or +7d, +36h, +2w", "--due-before") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
