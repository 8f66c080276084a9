"""The twin of worker.py: settings → store → pages. `python -m web` serves them until SIGTERM or SIGINT."""

import argparse
import asyncio
import gc
import os
import signal
import socket
import sys
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from time import monotonic
from typing import Any, Final

import structlog
import uvicorn
import uvloop
from temporalio.runtime import Runtime

from adapters.hub_book import HubBook
from adapters.logs import configure_logs
from adapters.settings import Settings, WrongSetting, load_settings, variable
from adapters.sql.engine import DatabaseTrouble, StoreUnusable
from adapters.sql.migrate import StoreNotMigrated
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.client import ServerUnreachable, WrongConnectionSettings, connect
from web.app import app
from web.connections import Punctual
from web.signin.vouch import Vouches
from web.world import World

MIGRATED_WITHIN: Final = timedelta(minutes=2)
"""A worker that starts at the same time migrates the store; then this one has it."""

CATCHES_UP_EVERY: Final = timedelta(seconds=3)
TRIES_AGAIN_AFTER: Final = timedelta(seconds=5)

log = structlog.get_logger("tenure.web")


class Server(uvicorn.Server):
    """Uvicorn, stopped by us: by itself it ends the process by the signal that it got."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ours are in `serve`."""
        yield


async def serve(settings: Settings) -> None:
    """Open the store, listen, answer until SIGTERM or SIGINT, end in good order. R11."""
    runtime = configure_logs(settings.log_format, settings.log_level)
    listening = listen(settings.web.host, settings.web.port)
    stop = asyncio.Event()
    for received in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(received, stop.set)
    store = await migrated(settings, stop)
    if store is None:
        return
    world = world_of_production(settings, store)
    gc.collect()
    gc.freeze()  # what was imported stays; looked through again and again, it doubled the time of a list of 10,000
    server = Server(config(world))
    others = [asyncio.create_task(or_stop(each, stop)) for each in (keep_up(world), reach(world, runtime))]
    answering = asyncio.create_task(server.serve([listening]))
    asked = asyncio.create_task(stop.wait())
    log.info("web.started", port=listening.getsockname()[1])
    await asyncio.wait([asked, answering], return_when=asyncio.FIRST_COMPLETED)
    log.info("web.stopping")
    server.should_exit = True
    await answering
    for other in (asked, *others):
        other.cancel()
    ended = await asyncio.gather(*others, return_exceptions=True)
    await asyncio.to_thread(store.close)
    log.info("web.stopped")
    for failure in ended:
        if isinstance(failure, Exception):
            raise failure


def world_of_production(settings: Settings, store: SqlStore) -> World:
    """What its settings say; the client comes later."""
    book = HubBook(store, settings.hub.policy, settings.hub.products)
    return World(store=store, settings=settings, book=book, issuer=issuer_of(settings))


def issuer_of(settings: Settings) -> Vouches | None:
    """Its libraries are loaded where there is one only."""
    if settings.web.issuer is None:
        return None
    from web.signin.issuer import Issuer

    return Issuer(settings.web)


def config(world: World) -> uvicorn.Config:
    """No log of uvicorn's own: it would have addresses in it, and with them the tokens of links."""
    proxies = world.settings.web.trusted_proxies
    return uvicorn.Config(
        app(world),
        http=Punctual,
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies,
        timeout_graceful_shutdown=int(world.settings.graceful_shutdown.total_seconds()),
        h11_max_incomplete_event_size=32_768,
    )


def listen(host: str, port: int) -> socket.socket:
    """Before anything else: who has no port needs no store. Raises WrongSetting."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=128)
    except OSError as refused:
        words = os.strerror(refused.errno or 0).lower()
        raise WrongSetting([f"{variable('web', 'port')}: cannot listen on {host}:{port}: {words}"]) from None


async def migrated(settings: Settings, stop: asyncio.Event) -> SqlStore | None:
    """The store, once a worker has migrated it; None if we are stopped before. Raises StoreUnusable."""
    until = monotonic() + MIGRATED_WITHIN.total_seconds()
    mail_domain = settings.mail_from.email.rpartition("@")[2]
    while not stop.is_set():
        try:
            return await asyncio.to_thread(open_store, settings.database_url, mail_domain)
        except StoreNotMigrated as not_yet:
            if monotonic() > until:
                raise
            log.info("web.waiting", what=str(not_yet))
        await _pause(stop, 1)
    return None


async def or_stop(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """What fails in the background ends us: nobody would notice otherwise."""
    try:
        await work
    except Exception:
        stop.set()
        raise


async def keep_up(world: World) -> None:
    """What happened to lifecycles is in the pages seconds later, not reckoned when a page is asked for. Once a day what
    was typed into forms goes, where nobody came back to it: it has people in it."""
    erased_on: date | None = None
    while True:
        try:
            if world.settings.web.follows_test_clock:
                world.newest = await asyncio.to_thread(world.store.newest_event_at)
            await asyncio.to_thread(world.book.catch_up, world.now())
            if erased_on != (now := world.now()).date():
                await asyncio.to_thread(world.store.forget_drafts, now - world.settings.web.links_live_for)
                erased_on = now.date()
        except DatabaseTrouble as trouble:
            log.warning("hub.not_caught_up", why=type(trouble).__name__)
        await asyncio.sleep(CATCHES_UP_EVERY.total_seconds())


async def reach(world: World, runtime: Runtime) -> None:
    """The Temporal server may come later than we; once reached, the client finds it again by itself."""
    while world.client is None:
        try:
            world.client = await connect(runtime=runtime)
            log.info("web.connected")
        except ServerUnreachable as unreachable:
            log.warning("web.not_connected", why=str(unreachable))
            await asyncio.sleep(TRIES_AGAIN_AFTER.total_seconds())


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return


def main(arguments: list[str] | None = None) -> int:
    """Serve the pages of the environment's store; 2 if something there is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m web",
        description="Tenure's pages. Where they listen, are reached, and who vouches for people by TENURE_WEB__*; "
        "store, Temporal and everything else as the worker has it: see docs/deployment.md.",
    )
    parser.parse_args(arguments)
    try:
        uvloop.run(serve(load_settings()))
    except (WrongSetting, StoreUnusable, WrongConnectionSettings) as problem:
        sys.stderr.write(f"{problem}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
