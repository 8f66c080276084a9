"""`tenure order list` and its like, `tenure mail list`: from the store, the same for all rows of the table."""

import asyncio
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeVar

from activities.ports.store import RowColumns
from adapters.sql.store import SqlStore
from domain.device.list_line import DeviceLine
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, mail_kinds
from domain.list_line import ListLine
from domain.mails import MailState
from starter.answers.lists import Listed, ListedMail, MailListAnswer, lines_of, list_answer
from starter.console.exits import Exit, Stop, bad
from starter.console.tables import listed_mails_table, listed_table
from starter.console.terminal import terminal
from starter.reach.records import Records

UNITS: Final = {"d": "days", "h": "hours", "w": "weeks"}

EVERYTHING: Final = 1_000_000
"""Rows to look through when only some of them are wanted."""

IN_TROUBLE: Final = frozenset({MailState.UNKNOWN, MailState.REFUSED})

R = TypeVar("R")


@dataclass(frozen=True)
class Wanted:
    """Which lifecycles a list shows, and how many at most."""

    stage: str | None = None
    customer: str | None = None
    partner: str | None = None
    due_before: str | None = None
    attention: bool = False
    open_only: bool = False
    limit: int = 500
    own: Mapping[str, str] = field(default_factory=dict)
    """What was given of the lifecycle's own narrowings, by name."""

    @property
    def is_all(self) -> bool:
        """Nothing is left out."""
        named = (self.stage, self.customer, self.partner, self.due_before, self.attention, self.open_only, self.own)
        return not any(named)

    def fits(self, line: ListLine) -> bool:
        """By all that was given of its own narrowings."""
        return all(each.fits(line, self.own[each.name]) for each in line.narrowings if each.name in self.own)


Line = tuple[RowColumns, ListLine]


async def list_lifecycle(kind: Kind[Any], wanted: Wanted) -> None:
    """Show those that fit; what falls due first stands first."""
    before = _checked(kind, wanted)

    def asked(store: SqlStore) -> list[Line]:
        rows = store.listed(
            kind.name,
            stage=wanted.stage,
            due_before=before,
            customer=wanted.customer,
            partner=wanted.partner,
            attention=wanted.attention,
            open_only=wanted.open_only,
            limit=EVERYTHING if wanted.own or kind.list_line.may_be_left_out else wanted.limit + 1,
        )
        return [each for each in _lines(store, kind, rows) if each[1].is_listed and wanted.fits(each[1])]

    _show(kind, _shortened(await _from_the_store(asked), wanted.limit), none=f"No {kind.several}", all_=wanted.is_all)


async def list_overdue_devices(limit: int) -> None:
    """Show devices that should be back by now, longest overdue first. TRL-90."""
    kind = KINDS[Lifecycle.DEVICE]

    def asked(store: SqlStore) -> list[Line]:
        found = _lines(store, kind, store.listed(kind.name, open_only=True, limit=EVERYTHING))
        late = [(line.return_due_at, row, line) for row, line in found if isinstance(line, DeviceLine) and line.overdue]
        return [(row, line) for _, row, line in sorted(late, key=lambda each: (each[0], each[1].subject))]

    _show(kind, _shortened(await _from_the_store(asked), limit), none="No overdue devices", all_=True)


async def list_mails(
    customer: str | None, partner: str | None, kind: str | None, state: MailState | None, *, attention: bool, limit: int
) -> None:
    """Show mails of the ledger, the newest first."""
    if kind is not None and kind not in set(mail_kinds()):
        raise bad("is no kind of mail; docs/mails.md has them all", "--kind")
    if attention and state:
        raise bad("stands instead of --state", "--attention")
    states: Collection[MailState] = IN_TROUBLE if attention else {state} if state else ()
    found = await _from_the_store(
        lambda store: store.listed_mails(customer=customer, partner=partner, kind=kind, states=states, limit=limit + 1)
    )
    mails = tuple(
        ListedMail(**mail.model_dump(include=set(ListedMail.model_fields)), id=mail.subject, to=mail.recipient)
        for mail in _shortened(found, limit)
    )
    narrowed = any((customer, partner, kind, states))
    terminal.say(listed_mails_table(mails) if mails else f"No mails{' like that' if narrowed else ''}.")
    terminal.answer(MailListAnswer(mails=mails))


def _lines(store: SqlStore, kind: Kind[Any], rows: Sequence[RowColumns]) -> list[Line]:
    if kind.list_line is ListLine:
        return [(row, ListLine()) for row in rows]
    now, states = datetime.now(UTC), store.states(kind.name, [row.subject for row in rows])
    return [(row, kind.list_line.of(states[row.subject], now)) for row in rows]


def _show(kind: Kind[Any], found: Sequence[Line], *, none: str, all_: bool) -> None:
    listed = [(Listed(**_columns(row)), line) for row, line in found]
    terminal.say(listed_table(kind, listed) if listed else f"{none}{'' if all_ else ' like that'}.")
    lines = tuple(each.model_dump() | line.model_dump() for each, line in listed)
    terminal.answer(list_answer(kind).model_validate({"lifecycle": kind.name, lines_of(kind): lines}))


def _columns(row: RowColumns) -> dict[str, Any]:
    known = row.model_dump(include=set(Listed.model_fields))
    return known | {"id": row.subject, "kind": row.kind.partition(".")[2] or row.kind}


def _checked(kind: Kind[Any], wanted: Wanted) -> datetime | None:
    """The instant of `due_before`; a stage, or a choice of its own, that is none is refused."""
    stages = (name for each in kind.stages for name in (each.partition(".")[0], str(each)))  # several have the first
    own = ((each.name, wanted.own.get(each.name), each.choices) for each in kind.list_line.narrowings if each.choices)
    for option, given, choices in (("stage", wanted.stage, tuple(dict.fromkeys(stages))), *own):
        if given is not None and given not in choices:
            raise bad(f"must be one of {', '.join(choices)}", f"--{option}")
    return instant(wanted.due_before, datetime.now(UTC)) if wanted.due_before else None


def instant(text: str, now: datetime) -> datetime:
    """`2026-08-01` (midnight UTC), `2026-08-01T09:00+09:00`, or from now on: `+7d`, `+36h`, `+2w`."""
    if ahead := re.fullmatch(r"\+(\d{1,5})([dhw])", text):
        return now + timedelta(**{UNITS[ahead[2]]: int(ahead[1])})
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise bad("must be a date such as 2026-08-01, or +7d, +36h, +2w", "--due-before") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _shortened(found: Sequence[R], limit: int) -> Sequence[R]:
    if len(found) > limit:
        terminal.warn(f"only the first {limit} are shown (--limit)")
    return found[:limit]


async def _from_the_store(question: Callable[[SqlStore], R]) -> R:
    records = await Records.required()
    try:
        found = await records.ask(question)
    finally:
        await asyncio.to_thread(records.close)
    if found is None:
        raise Stop(Exit.UNREACHABLE, f"store: {records.problem}")
    return found
