"""What is shown of accounts: one as a whole, lists without people, and how they are classified."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, TypeVar

from rich.table import Table
from rich.text import Text

from activities.ports.accounts import SeveralAccounts
from adapters.settings import variable
from adapters.sql.store import SqlStore
from domain.account.account import ServiceOrganization, Thresholds
from domain.account.channels import Channel, DataCentre
from domain.account.classification import AccountClass, classify, measured_by
from domain.account.doors import Doors, right_door
from starter.answers.accounts import (
    AccountCase,
    AccountClassAnswer,
    AccountListAnswer,
    AccountShowAnswer,
    ListedAccount,
    RegionClass,
    RegionClassAnswer,
    RightDoors,
)
from starter.commands.account_cases import cases_table, open_cases
from starter.console.exits import Exit, Stop
from starter.console.tables import NOTHING, list_table, plain_table
from starter.console.terminal import shown, terminal
from starter.reach.gate import settings
from starter.reach.records import Records

PAGE: Final = 1_000
"""Accounts that are read at one time."""

THRESHOLDS: Final = variable("large_user_thresholds")

R = TypeVar("R")


async def show_account(id_: str) -> None:
    """All of one."""
    installed = settings()

    def asked(store: SqlStore) -> tuple[ServiceOrganization, tuple[AccountCase, ...]]:
        account = _known(store, id_)
        return account, open_cases(store, account.zoid, datetime.now(UTC))

    account, cases = await _from_the_store(asked)
    found = classify(account, installed.large_user_thresholds)
    doors = _doors(account.data_centre, installed.support_doors)
    terminal.say(Text(shown(account.name), "bold"))
    terminal.say(_facts(account, doors))
    _say_class(found)
    terminal.say("")
    terminal.say(cases_table(cases) if cases else "No open cases.")
    terminal.answer(AccountShowAnswer(account=account, classification=found, doors=doors, cases=cases))


async def list_accounts(region: str | None, *, large: bool, after: str, limit: int) -> None:
    """Those that fit."""
    thresholds = settings().large_user_thresholds
    region = region and region.strip().upper()

    def asked(store: SqlStore) -> list[ListedAccount]:
        found: list[ListedAccount] = []
        for account in _accounts(store, region=region, after=after):
            listed = _listed(account, thresholds)
            if listed.large or not large:
                found.append(listed)
            if len(found) > limit:
                break
        return found

    found = await _from_the_store(asked)
    if len(found) > limit:
        terminal.warn(f"only the first {limit} are shown (--limit, --after {found[limit - 1].zoid})")
    if large:
        _warn_of(thresholds, [region] if region else [])
    narrowed = region is not None or large or bool(after)
    accounts = tuple(found[:limit])
    terminal.say(_list_table(accounts) if accounts else f"No accounts{' like that' if narrowed else ''}.")
    terminal.answer(AccountListAnswer(accounts=accounts))


async def classify_account(id_: str) -> None:
    """One, and why."""
    thresholds = settings().large_user_thresholds
    account = await _from_the_store(lambda store: _known(store, id_))
    found = classify(account, thresholds)
    _say_class(found)
    _warn_of(thresholds, [account.region])
    terminal.answer(AccountClassAnswer(account=account.zoid, region=account.region, classification=found))


async def classify_all() -> None:
    """How many there are in each region, and how many of them are large."""
    thresholds = settings().large_user_thresholds

    def asked(store: SqlStore) -> tuple[Counter[str], Counter[str]]:
        accounts, large = Counter[str](), Counter[str]()
        for account in _accounts(store):
            accounts[account.region] += 1
            large[account.region] += classify(account, thresholds).large
        return accounts, large

    accounts, large = await _from_the_store(asked)
    regions = tuple(
        RegionClass(region=region, threshold=thresholds.get(region), accounts=accounts[region], large=large[region])
        for region in sorted({*accounts, *thresholds})
    )
    terminal.say(_regions_table(regions) if regions else "No accounts.")
    _warn_of(thresholds, sorted(accounts))
    terminal.answer(RegionClassAnswer(regions=regions))


def _warn_of(thresholds: Thresholds, regions: list[str]) -> None:
    """A missing threshold means that nobody is large. AMB-32."""
    without = [region for region in regions if region not in thresholds]
    if not thresholds:
        terminal.warn(f"no threshold is set for any region, so nobody is a large-user account: set {THRESHOLDS}")
    elif without:
        some = ", ".join(without[:10]) + (", …" if len(without) > 10 else "")  # noqa: PLR2004 - a line's worth
        terminal.warn(f"no threshold is set for {some}, so nobody there is a large-user account: set {THRESHOLDS}")


def _known(store: SqlStore, id_: str) -> ServiceOrganization:
    try:
        return store.account(id_.strip())
    except SeveralAccounts as several:
        raise Stop(Exit.REFUSED, str(several), "ID") from None


def _accounts(store: SqlStore, region: str | None = None, after: str = "") -> Iterator[ServiceOrganization]:
    while page := store.listed_accounts(after, PAGE, region=region):
        yield from page
        after = page[-1].zoid


def _listed(account: ServiceOrganization, thresholds: Thresholds) -> ListedAccount:
    found = classify(account, thresholds)
    return ListedAccount(
        zoid=account.zoid,
        zgid=account.zgid,
        name=account.name,
        region=account.region,
        data_centre=account.data_centre,
        partner_id=account.partner_id,
        large=found.large,
        licences=found.licences,
        left_out=sum(each.licences for each in found.left_out),
        threshold=found.threshold,
    )


def _doors(data_centre: DataCentre, doors: Doors) -> RightDoors:
    channels = (Channel.WIDGET, Channel.PORTAL, Channel.EMAIL)
    return RightDoors.model_validate({channel: right_door(channel, data_centre, doors) for channel in channels})


def _facts(account: ServiceOrganization, doors: RightDoors) -> Table:
    facts: dict[str, Any] = {
        "ZOID": account.zoid,
        "ZGID": account.zgid,
        "region": account.region,
        "data centre": account.data_centre,
        "partner": account.partner_id,
        "SuperAdmin": account.super_admin,
        "domains": ", ".join(account.domains),
        "ZUIDs": ", ".join(account.zuids),
        "send cases to": f"{doors.widget}\n{doors.portal}\n{doors.email}",
    }
    table = plain_table("", "")
    table.show_header = False
    for name, value in facts.items():
        table.add_row(Text(name, "dim"), Text(shown(value or NOTHING)))
    return table


def _say_class(found: AccountClass) -> None:
    terminal.say(f"\n{found.why[0].upper()}{found.why[1:]}.")
    table = plain_table("  service", "licences", "")
    table.columns[1].justify = "right"
    for each in found.counted:
        table.add_row(Text(f"  {shown(each.service)}"), f"{each.licences:,}", "")
    for each in found.left_out:
        measured = f"left out: measured by {measured_by(each.service)} (SUP-06)"
        table.add_row(Text(f"  {shown(each.service)}"), f"{each.licences:,}", measured)
    terminal.say(table if found.counted or found.left_out else "It has no subscriptions.")


def _list_table(accounts: tuple[ListedAccount, ...]) -> Table:
    columns = ["account", "name", "region", "data centre", "partner", "licences", "left out", "large"]
    rows: list[list[str | Text]] = [
        [
            each.zoid,
            Text(shown(each.name)),
            each.region,
            each.data_centre,
            each.partner_id or NOTHING,
            f"{each.licences:,}",
            f"{each.left_out:,}",
            "large" if each.large else NOTHING,
        ]
        for each in accounts
    ]
    return list_table(columns, rows, kept=3)


def _regions_table(regions: tuple[RegionClass, ...]) -> Table:
    table = plain_table("region", "threshold", "accounts", "large")
    for each in regions:
        threshold = "none set" if each.threshold is None else f"{each.threshold:,}"
        table.add_row(each.region, threshold, f"{each.accounts:,}", f"{each.large:,}")
    return table


async def _from_the_store(question: Callable[[SqlStore], R]) -> R:
    records = await Records.required()
    try:
        found = await records.ask(question)
    finally:
        await asyncio.to_thread(records.close)
    if found is None:
        if records.problem:
            raise Stop(Exit.UNREACHABLE, f"store: {records.problem}")
        raise Stop(Exit.NOT_FOUND, "no account of that id is known here: tenure account list", "ID")
    return found
