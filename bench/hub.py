"""`python -m bench.hub`: what pages of the Partner Hub cost at 10,000 customers, and how many rows imports take."""

import argparse
import asyncio
import logging
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Final

import structlog
from httpx import ASGITransport, AsyncClient, codes
from sqlalchemy import insert, text

from adapters.hub_book import HubBook
from adapters.setting_groups import Web
from adapters.settings import Settings
from adapters.sql.migrate import migrate
from adapters.sql.schema import LifecycleRecord
from adapters.sql.store import SqlStore, open_store
from adapters.tokens import digest
from bench.hub_rows import AT_ONCE, PARTNER, a_subscription, fill, sign_in_lines, usage_lines
from bench.machine import machine
from bench.postgres import postgres
from bench.processes import module, run
from domain.hub.as_of import AsOf
from domain.hub.filters import Filter
from domain.hub.policy import SESSION_ENDS_AFTER
from domain.hub.users import HubUser, NewUser
from web.app import app
from web.session import name_of
from web.world import World

NOW: Final = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HERE: Final = "http://127.0.0.1:8080"
TOKEN: Final = "a token of nobody"  # noqa: S105 - of a store that is gone in a minute

PAGES: Final = (
    "/",
    "/?sort=status",
    "/?sort=-ends&status=over_licence",
    "/?q=umeda&product=calling&status=expiring_soon&sort=status",
    "/?status=no_recent_activity&tag=VIP&sort=-status",
    "/customers/hikari/c00042",
    "/kpi",
    "/kpi?product=calling",
    "/kpi/rows?number=low_customers",
    "/kpi?as_of={week}",
    "/calling",
)
FOR_OPERATORS: Final = ("/", "/?sort=status", "/operations")

DAYS: Final = 50


def main(arguments: list[str] | None = None) -> int:
    """Prints a table; writes nothing."""
    asked = _parser().parse_args(arguments)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    _say(str(machine()))
    for backend in asked.backends:
        with tempfile.TemporaryDirectory(dir=asked.directory) as directory, _store_url(backend, directory) as url:
            asyncio.run(_pages(backend, url, asked.customers, asked.rounds))
        with tempfile.TemporaryDirectory(dir=asked.directory) as directory, _store_url(backend, directory) as url:
            asyncio.run(_imports(backend, url, Path(directory), asked.rows))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.hub", description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=20, help="requests of each page after the first one")
    parser.add_argument("--rows", type=int, default=200_000, help="of each import; 0: no imports")
    parser.add_argument("--directory", help="where databases lie; a disk, not memory, for imports as they will be")
    parser.add_argument("backends", nargs="*", default=["sqlite", "postgresql"])
    return parser


@contextmanager
def _store_url(backend: str, directory: str) -> Iterator[str]:
    if backend == "sqlite":
        url = f"sqlite:///{directory}/store.db"
        migrate(url)
        yield url
        return
    with postgres() as server:
        url = server.create("hub")
        migrate(url)
        yield url


async def _pages(backend: str, url: str, customers: int, rounds: int) -> None:
    store = open_store(url)
    try:
        with store.engine.begin() as connection:
            _say(f"{backend} {fill(connection, customers, NOW)}")
        _analyzed(store)
        settings = Settings(web=Web(secret="of a measurement, and of nothing else"))  # noqa: S106
        book = HubBook(store, settings.hub.policy, settings.hub.products)
        week = [closed.week for closed in book.close_weeks(NOW)][-1]
        world = World(store=store, settings=settings, book=book, clock=lambda: NOW)
        for partner, role, paths in ((PARTNER, "full_administrator", PAGES), (None, "operator", FOR_OPERATORS)):
            async with _signed_in(world, partner, role) as browser:
                for path in paths:
                    await _page(browser, f"{backend} {role}", path.format(week=week), rounds)
        user, as_of = store.hub_user("full_administrator"), AsOf(week)
        _told(f"{backend} list as of {week}", [_timed(book, user, as_of) for _ in range(rounds + 1)])
    finally:
        store.close()


def _analyzed(store: SqlStore) -> None:
    """As autovacuum leaves a PostgreSQL that has run for a while."""
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("VACUUM ANALYZE"))


@asynccontextmanager
async def _signed_in(world: World, partner: str | None, role: str) -> AsyncIterator[AsyncClient]:
    world.store.add_hub_user(NewUser(user_id=role, partner_id=partner, roles=(role,), name="Somebody"), "bench", NOW)
    world.store.accept_hub_terms(role, NOW)
    token = f"{TOKEN} {role}"
    world.store.begin_session(digest(token), role, NOW, NOW + SESSION_ENDS_AFTER)
    async with AsyncClient(transport=ASGITransport(app(world)), base_url=HERE) as browser:
        browser.cookies.set(name_of("session", https=False), token, domain=browser.base_url.host, path="/")
        yield browser


async def _page(browser: AsyncClient, whose: str, path: str, rounds: int) -> None:
    every = []
    for _ in range(rounds + 1):
        began, cpu = time.perf_counter(), time.process_time()
        answer = await browser.get(path)
        every.append((time.perf_counter() - began, time.process_time() - cpu))
        if answer.status_code != codes.OK:
            raise RuntimeError(f"{path} was answered {answer.status_code}")
    _told(f"{whose} {path}", every)


def _timed(book: HubBook, user: HubUser, as_of: AsOf) -> tuple[float, float]:
    began, cpu = time.perf_counter(), time.process_time()
    book.customers(user, Filter(), now=NOW, as_of=as_of)
    return time.perf_counter() - began, time.process_time() - cpu


def _told(what: str, every: Sequence[tuple[float, float]]) -> None:
    """The first request apart from the others; CPU is that of this process, all threads."""
    (first, _), *others = every
    wall, cpu = ([1000 * pair[place] for pair in others] for place in (0, 1))
    figures = {"first": 1000 * first, "p50": median(wall), "p95": quantiles(wall, n=20)[-1], "cpu p50": median(cpu)}
    said = "  ".join(f"{name} {value:5.0f}" for name, value in figures.items())
    _say(f"{what:95} {said} ms  load {os.getloadavg()[0]:.1f}")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


async def _imports(backend: str, url: str, directory: Path, rows: int) -> None:
    """The command's time without that for one row."""
    if not rows:
        return
    subjects = rows // (2 * DAYS)
    store = open_store(url)
    with store.engine.begin() as connection:
        for first in range(0, subjects, AT_ONCE):
            lives = [a_subscription(number, NOW) for number in range(first, min(first + AT_ONCE, subjects))]
            connection.execute(insert(LifecycleRecord), lives)
    store.close()
    for kind, lines in (("usage", usage_lines), ("signins", sign_in_lines)):
        seconds = {}
        for number in (1, rows):
            file = directory / f"{kind}-{number}.csv"
            file.write_text("".join(islice(lines(subjects, DAYS), number + 1)))
            ran = await run(module("starter", kind, "import", str(file)), directory / "log", DATABASE_URL=url)
            if ran.code:
                raise RuntimeError((directory / "log").read_text()[-500:])
            seconds[number] = ran.seconds
        alone = seconds[rows] - seconds[1]
        _say(f"{backend} {kind} import: {rows / alone:,.0f} rows a second ({rows:,} rows in {alone:.1f} s)")


if __name__ == "__main__":
    sys.exit(main())
