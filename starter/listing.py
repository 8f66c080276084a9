"""Lists of orders, trials and devices, from the store."""

import asyncio
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final, TypeVar

from activities.ports import DeviceRow, OrderSummary, TrialSummary
from adapters.sql.store import SqlStore
from domain.order.states import Stage
from domain.trial.states import TrialStage
from domain.trial.trial import TrialLife
from domain.working_time import local_day
from starter.answers import DeviceListAnswer, ListAnswer, ListedTrial, OverdueDevice, TrialListAnswer
from starter.exits import Exit, Stop, bad
from starter.records import Records
from starter.showing import devices_table, orders_table, trials_table
from starter.terminal import terminal

EVERYTHING: Final = 1_000_000
"""Rows to look through when only some of them are wanted."""

UNITS: Final = {"d": "days", "h": "hours", "w": "weeks"}

R = TypeVar("R")
S = TypeVar("S", OrderSummary, TrialSummary)


async def list_orders(stage: str | None, due_before: str | None, *, attention: bool, limit: int) -> None:
    """Show those that fit."""
    before = _wanted(Stage, stage, due_before)
    most = EVERYTHING if attention else limit + 1
    found = await _from_the_store(lambda store: _fitting(store.orders(stage, before, most), attention))
    shown = _shortened(found, limit)
    if shown:
        terminal.say(orders_table(shown))
    else:
        _say_none("orders", filtered=bool(stage or due_before or attention))
    terminal.answer(ListAnswer(orders=tuple(shown)))


async def list_trials(stage: str | None, due_before: str | None, *, attention: bool, limit: int) -> None:
    """Show those that fit, with services and time left. TRL-74."""
    before = _wanted(TrialStage, stage, due_before)
    most = EVERYTHING if attention else limit + 1

    def fitting(store: SqlStore) -> list[ListedTrial]:
        found = _fitting(store.trials(stage, before, most), attention)
        now = datetime.now(UTC)
        return [listed(each, store.trial(each.trial_id).life, now) for each in found[: limit + 1]]

    shown = _shortened(await _from_the_store(fitting), limit)
    if shown:
        terminal.say(trials_table(shown))
    else:
        _say_none("trials", filtered=bool(stage or due_before or attention))
    terminal.answer(TrialListAnswer(trials=tuple(shown)))


async def list_overdue_devices(limit: int) -> None:
    """Show devices that should be back by now, longest overdue first. TRL-90."""
    shown = _shortened(await _from_the_store(lambda store: store.devices(overdue=True)), limit)
    listed_devices = tuple(overdue(row) for row in shown)
    terminal.say(devices_table(listed_devices) if shown else "No overdue devices.")
    terminal.answer(DeviceListAnswer(devices=listed_devices))


def listed(summary: TrialSummary, life: TrialLife, now: datetime) -> ListedTrial:
    """Days are those of the customer's calendar; the last one is 0. TRL-74."""
    today, grace_ends = local_day(now, life.zone), life.policy.grace
    left = (life.expires_on - today).days if life.expires_on else None
    return ListedTrial(
        **summary.model_dump(),
        services=life.services,
        zone=life.zone,
        days_left=left if life.stage is TrialStage.TRIALING else None,
        grace_days_left=left + grace_ends.days if left is not None and life.stage is TrialStage.EXPIRED_GRACE else None,
    )


def overdue(row: DeviceRow) -> OverdueDevice:
    """As it is shown."""
    life = row.life
    return OverdueDevice(
        device=life.device_id,
        trial=life.trial_id,
        customer_id=life.customer_id,
        partner_id=life.partner_id,
        model=life.model,
        serial_number=life.serial_number,
        stage=life.stage,
        return_due_at=life.return_due_at,
        carrier=life.way_back.carrier,
    )


def _wanted(stages: type[StrEnum], stage: str | None, due_before: str | None) -> datetime | None:
    """The instant of `due_before`; a stage that is none is refused. Several have the word before a dot in common."""
    known = tuple(dict.fromkeys(name for each in stages for name in (each.partition(".")[0], str(each))))
    if stage is not None and stage not in known:
        raise bad(f"must be one of {', '.join(known)}", "--stage")
    return instant(due_before, datetime.now(UTC)) if due_before else None


def _fitting(found: list[S], attention: bool) -> list[S]:
    return [each for each in found if each.attention or not attention]


def _shortened(found: Sequence[R], limit: int) -> Sequence[R]:
    if len(found) > limit:
        terminal.warn(f"only the first {limit} are shown (--limit)")
    return found[:limit]


def _say_none(what: str, *, filtered: bool) -> None:
    terminal.say(f"No {what} like that." if filtered else f"No {what}.")


async def _from_the_store(question: Callable[[SqlStore], R]) -> R:
    records = await Records.required()
    try:
        found = await records.ask(question)
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
