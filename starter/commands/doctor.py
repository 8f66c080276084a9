"""`tenure doctor`: is everything there that Tenure needs, and what to do about what is not."""

import asyncio
from collections.abc import Mapping
from typing import Final, Literal

from rich.text import Text

from adapters.mail.links import FORMS
from adapters.mail.relay_check import relay_trouble
from adapters.mail.signed_links import SignedLinks
from adapters.setting_groups import ScreeningService
from adapters.settings import Links, Settings, variable
from adapters.sql.engine import DatabaseTrouble, StoreUnusable, place
from adapters.sql.migrate import StoreFromNewerRelease, StoreNotMigrated
from adapters.sql.store import SqlStore, open_store
from domain.account.account import Thresholds
from starter.answers.accounts import Check, DoctorAnswer
from starter.commands.doctor_hub import weeks_check
from starter.console.exits import Exit, Stop
from starter.console.terminal import shown, terminal
from starter.reach import gate
from starter.reach.workers import nobody_polls

STYLE: Final = {"ok": "green", "warn": "yellow", "fail": "red"}

SETTINGS: Final = "docs/deployment.md lists every setting"
THRESHOLDS: Final = variable("large_user_thresholds")
UP: Final = "start a worker: tenure up, or python worker.py where you run it"
INVENTED: Final = "@example.com"


async def doctor() -> None:
    """Look at each thing, say how it is; stop if something is missing."""
    try:
        settings = gate.settings()
    except Stop as wrong:
        _tell([_check("settings", "fail", line, SETTINGS) for line in wrong.lines], Exit.BAD_INPUT)
        return
    checks = [_check("settings", "ok", "every variable that is set can be used")]
    checks += await asyncio.to_thread(_store, settings)
    checks += await _temporal(settings.task_queue)
    checks += [await asyncio.to_thread(_relay, settings), _links(settings), _csm(settings)]
    _tell(checks, Exit.UNREACHABLE)


def _check(name: str, status: Literal["ok", "warn", "fail"], said: str, remedy: str | None = None) -> Check:
    return Check(name=name, status=status, said=said, remedy=remedy)


def _tell(checks: list[Check], exit_: Exit) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        said = f"  {check.name:<{width}}  {shown(check.said)}"
        terminal.say(Text.assemble((f"{check.status:<4}", STYLE[check.status]), said))
        if check.remedy:
            terminal.say(Text(f"      {'':<{width}}  → {shown(check.remedy)}", "dim"))
    terminal.answer(DoctorAnswer(checks=tuple(checks)))
    if failed := [check.name for check in checks if check.status == "fail"]:
        raise Stop(exit_, f"not everything is there: {', '.join(dict.fromkeys(failed))}")


def _store(settings: Settings) -> list[Check]:
    """Reachable and of this release; and what only it knows."""
    try:
        store = open_store(settings.database_url)
    except StoreUnusable as unusable:
        return [_unusable(unusable), _threshold({}, settings.large_user_thresholds)]
    try:
        found = _check("store", "ok", f"{place(store.engine.url)} is reachable, and of this release")
        return [found, *_accounts(store, settings.large_user_thresholds), _lists(store, settings), weeks_check(store)]
    finally:
        store.close()


def _unusable(unusable: StoreUnusable) -> Check:
    said, remedy = str(unusable), f"{variable('database_url')} says where it is"
    if isinstance(unusable, StoreNotMigrated | StoreFromNewerRelease):
        said, _, remedy = said.rpartition(": ")  # its own last words
    return _check("store", "fail", said, remedy)


def _accounts(store: SqlStore, thresholds: Thresholds) -> list[Check]:
    """Without one nobody is a large-user account, and no case is S1. AMB-32."""
    try:
        regions = store.account_regions()
    except DatabaseTrouble as failed:
        return [_check("accounts", "fail", f"cannot be read now ({type(failed).__name__})", "try again")]
    count = sum(regions.values())
    known = _check("accounts", "ok", f"{count:,} in {len(regions)} regions") if count else _NO_ACCOUNTS
    return [known, _threshold(regions, thresholds)]


_NO_ACCOUNTS: Final = _check(
    "accounts", "warn", "none: no case can be classified (SUP-03)", "tenure account import FILE"
)


def _lists(store: SqlStore, settings: Settings) -> Check:
    """Without one every compliance check waits. WHS-20."""
    if settings.screening.service is not ScreeningService.EMBEDDED:
        return _check("screening", "ok", f"by {settings.screening.service}, with lists of its own")
    try:
        version = store.current_version()
    except DatabaseTrouble as failed:
        return _check("screening", "fail", f"lists cannot be read now ({type(failed).__name__})", "try again")
    if not version:
        said = "no list was imported: nobody can be screened (WHS-20)"
        return _check("screening", "warn", said, "tenure screening import FILE")
    return _check("screening", "ok", f"by {version}")


def _threshold(regions: Mapping[str, int], thresholds: Thresholds) -> Check:
    name, remedy = "large users", f'set {THRESHOLDS}, a JSON object such as {{"JP": 1000}}'
    if not thresholds:
        said = "no threshold is set for any region, so nobody is a large-user account (AMB-32)"
        return _check(name, "warn", said, remedy)
    if without := sorted(set(regions) - set(thresholds)):
        some = ", ".join(without[:10]) + (", …" if len(without) > 10 else "")  # noqa: PLR2004 - a line's worth
        said = f"no threshold is set for {some}, so nobody there is a large-user account (AMB-32)"
        return _check(name, "warn", said, remedy)
    return _check(name, "ok", f"thresholds for {', '.join(sorted(thresholds))}")


async def _temporal(task_queue: str) -> list[Check]:
    """Reachable, the namespace known; and a worker polls."""
    try:
        client = await gate.client()
        nobody = await nobody_polls(client, task_queue)
    except Stop as stop:
        return [_check("Temporal", "fail", stop.message, "TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE say where it is")]
    reached = _check("Temporal", "ok", f"namespace {client.namespace} at {client.service_client.config.target_host}")
    if nobody:
        return [reached, _check("worker", "fail", f"no worker polls task queue {task_queue}: nothing happens", UP)]
    return [reached, _check("worker", "ok", f"task queue {task_queue} is polled")]


def _relay(settings: Settings) -> Check:
    """It is greeted; no mail is sent."""
    where = f"{settings.smtp_host}:{settings.smtp_port}"
    password = settings.smtp_password.get_secret_value() if settings.smtp_password else None
    trouble = relay_trouble(
        settings.smtp_host,
        settings.smtp_port,
        settings.smtp_ehlo_name or settings.mail_from.email.rpartition("@")[2],
        settings.smtp_security,
        settings.smtp_username,
        password,
        settings.smtp_deadline.total_seconds(),
    )
    if trouble:
        remedy = f"{variable('smtp_host')}, {variable('smtp_port')} and {variable('smtp_security')} say how to reach it"
        return _check("mail relay", "fail", f"{where} lets nobody in: {trouble}", remedy)
    if settings.mail_from.email.endswith(INVENTED):
        said = f"{where} lets us in, but mails come from {INVENTED[1:]}, which is nobody's"
        return _check("mail relay", "warn", said, f"set {variable('mail_from')}")
    return _check("mail relay", "ok", f"{where} lets us in")


def _links(settings: Settings) -> Check:
    """Where our mails send people; forms are pages of ours where there are any."""
    ours = FORMS if SignedLinks.of(settings) else {}
    others = [name for name in Links.model_fields if name not in ours]
    standing = [name for name in others if getattr(settings.links, name) == getattr(Links(), name)]
    if standing:
        said = f"{len(standing)} of {len(Links.model_fields)} links in mails lead to example.com"
        return _check("links", "warn", said, f"set {variable('links', standing[0])} and its like; {SETTINGS}")
    return _check("links", "ok", "all links in mails are set")


def _csm(settings: Settings) -> Check:
    """Who looks after new subscriptions. ORD-27."""
    if settings.csm_roster:
        return _check("CSM roster", "ok", f"{len(settings.csm_roster)} to look after new subscriptions")
    said = "nobody: orders wait where a Customer Success Manager is to be named (ORD-27)"
    return _check("CSM roster", "warn", said, f"set {variable('csm_roster')}")
