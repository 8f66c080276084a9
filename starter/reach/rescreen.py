"""Every open wholesale customer is screened anew, as many as asked for at a time, and nobody twice by one list."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self

from activities.ports.store import StoredLifecycle
from adapters.setting_groups import ScreeningService
from adapters.sql.store import SqlStore
from domain.values import Message
from domain.wholesale.messages import ScreenAgain
from domain.wholesale.standing import NAME as WHOLESALE
from starter.answers.batch import BatchAnswer
from starter.answers.screening import RescreenAnswer
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.console.models import valid
from starter.console.options import sender
from starter.reach import gate
from starter.reach.batch import do_to_one
from starter.reach.batch_result import Ended, Planned
from starter.reach.batch_wanted import Wanted
from starter.reach.several import each_of
from starter.reach.store import opened

UPDATE: Final = "screen_again"


@dataclass(frozen=True, kw_only=True)
class Rescreen(Wanted):
    """By which list."""

    list_version: str | None
    """Of the lists in the store; None: a service elsewhere has its own, and nobody here knows which."""

    @classmethod
    def by(cls, list_version: str | None, who: str | None, limit: int) -> Self:
        """A service elsewhere is asked once a day at most."""
        batch = list_version or f"{datetime.now(UTC):%Y%m%d}"
        said = sender(who) | {"reason": f"screened by {list_version or 'the list as it is now'}"}
        return cls(
            update=UPDATE,
            query="",
            said=said,
            batch=batch,
            begun_before=True,
            limit=limit,
            only="",
            list_version=list_version,
        )

    @property
    def update_id(self) -> str:
        """Whoever sends it again gets the answer of the first time."""
        return f"screening/{self.batch}"

    def message(self, **own: str) -> Message:
        return valid(ScreenAgain, self.said | {"list_version": self.list_version} | own)


class Rescreened(Ended):
    """What became of each customer."""

    def __init__(self, wanted: Rescreen, plan: "Plan", *, dry_run: bool) -> None:
        super().__init__(wanted, len(plan.of_each), len(plan.to_do), dry_run=dry_run)
        self._version = wanted.list_version or ""
        self._remaining = plan.remaining

    def _answer(self, told: BatchAnswer) -> BatchAnswer:
        return RescreenAnswer(**dict(told), list_version=self._version, remaining=self._remaining)

    @property
    def _go_on(self) -> str:
        return ""


@dataclass(frozen=True)
class Plan:
    """Who is to be screened now."""

    of_each: list[Planned]
    remaining: int
    """Beyond the limit."""

    @property
    def to_do(self) -> list[Planned]:
        """Those of whom something is wanted."""
        return [each for each in self.of_each if each.message]


async def rescreen(partner: str | None, limit: int, by: str | None, *, dry_run: bool) -> int:
    """How many remain for another time; a Stop if not all went well."""
    wanted, plan = await asyncio.to_thread(_planned, partner, limit, by)
    client = await gate.client()
    ended = Rescreened(wanted, plan, dry_run=dry_run)
    ended.say_plan(plan.of_each)
    for each in plan.of_each:
        if each.message is None or dry_run:
            ended.add(each)
    if not dry_run:
        await each_of(plan.to_do, lambda each: do_to_one(client, wanted, each, ended))
    ended.sum_up()
    return plan.remaining


def _planned(partner: str | None, limit: int, by: str | None) -> tuple[Rescreen, Plan]:
    with opened() as store:
        wanted = Rescreen.by(_list_version(store, gate.settings().screening.service), by, limit)
        return wanted, _plan(store, wanted, partner)


def _list_version(store: SqlStore, service: ScreeningService) -> str | None:
    if service is not ScreeningService.EMBEDDED:
        return None
    if not (version := store.current_version()):
        raise Stop(Exit.REFUSED, "no list was imported yet: tenure screening import FILE")
    return version


def _plan(store: SqlStore, wanted: Rescreen, partner: str | None) -> Plan:
    of_each: list[Planned] = []
    remaining = to_do = 0
    for stored in _open_customers(store, partner):
        subject = Subject(WHOLESALE, stored.columns.subject)
        if by_this_list(stored.state, wanted.list_version):
            of_each.append(Planned(subject, "left", f"screened by {wanted.list_version} already"))
        elif to_do == wanted.limit:
            remaining += 1
        else:
            to_do += 1
            of_each.append(Planned(subject, "planned", _words(stored.state, wanted.list_version), wanted.message()))
    if not of_each:
        whose = " of this partner" if partner else ""
        raise Stop(Exit.NOT_FOUND, f"there is no open wholesale customer{whose}", "--partner" if partner else "")
    return Plan(of_each, remaining)


def _open_customers(store: SqlStore, partner: str | None) -> Iterator[StoredLifecycle]:
    after = ""
    while page := store.open_page(WHOLESALE, after):
        yield from (each for each in page if partner in (None, each.columns.partner_id))
        after = page[-1].columns.subject


def by_this_list(state: dict[str, Any], list_version: str | None) -> bool:
    """Was the newest check made by it?"""
    checks = state.get("checks") or [{}]
    return list_version is not None and checks[-1].get("list_version") == list_version


def _words(state: dict[str, Any], list_version: str | None) -> str:
    before = (state.get("checks") or [{}])[-1].get("list_version")
    last = f"last time by {before}" if before else "for the first time"
    return f"by {list_version or 'the list as it is now'}; {last}"
