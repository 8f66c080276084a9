"""A fresh process in which a workflow drives every validator; prints what was opened or imported meanwhile.

`python -m tests.preloaded [--without]`, the values as JSON on standard input. Used by tests/test_preload.py.
"""

import asyncio
import json
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from temporalio import workflow
from temporalio.worker import Worker

from adapters.temporal.client import connect
from adapters.temporal.dev_server import DevServer
from adapters.temporal.preload import preload
from adapters.temporal.sandbox import GuardedRunner
from domain.address_checks import ZONES
from domain.construct import constructed_json
from domain.values import Country, Email, LanguageTag, Model, Phone, SiteUrl, WebUrl, Zone
from domain.working_time import local_day
from tests.examples import MESSAGES
from workflows.registry import WORKFLOWS

TOUCHED: list[str] = []
WATCHED: set[int] = set()
"""Threads in which nothing may be opened just now."""


class Spelled(Model):
    """One of each kind of value that a library knows about."""

    email: Email | None = None
    phone: Phone | None = None
    country: Country | None = None
    language: LanguageTag | None = None
    zone: Zone | None = None
    site: SiteUrl | None = None
    page: WebUrl | None = None


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    if event in {"open", "import"} and threading.get_ident() in WATCHED:
        TOUCHED.append(f"{event} {arguments[0]}")


def drive(given: dict[str, list[str]]) -> int:
    """Every example and every value given, judged and constructed; how many were taken."""
    taken = 0
    for message in MESSAGES:
        said = message.model_dump_json()
        constructed_json(type(message), said.encode())
        taken += bool(is_taken(type(message), said))
    for field, values in given.items():
        taken += sum(is_taken(Spelled, json.dumps({field: value})) for value in values)
    for zone in ZONES.intersection(given["zone"]):
        reckoned(zone)
    return taken


def reckoned(zone: str) -> None:
    """What a calendar does with a zone that was taken."""
    local_day(datetime(2027, 1, 1, tzinfo=UTC), zone)


def is_taken(model: type[Any], said: str) -> bool:
    try:
        model.model_validate_json(said)
    except ValidationError:
        return False
    return True


@workflow.defn(sandboxed=False)
class Drives:
    @workflow.run
    async def run(self, given: dict[str, list[str]]) -> tuple[int, float]:
        """How many were taken, in how many seconds of its own: what others do on this machine counts for nothing."""
        WATCHED.add(threading.get_ident())
        began = time.thread_time()
        try:
            return drive(given), time.thread_time() - began
        finally:
            WATCHED.clear()


async def main() -> None:
    """Without the SDK's deadlock detector, which goes by the clock on the wall: the seconds are said instead."""
    given = json.load(sys.stdin)
    if "--without" not in sys.argv:
        preload(WORKFLOWS)
    sys.addaudithook(watch)
    with tempfile.TemporaryDirectory() as folder:
        async with DevServer(Path(folder), port=0, ui_port=0) as server:
            client = await connect(server.address)
            async with Worker(
                client,
                task_queue="drives",
                workflows=[Drives],
                unsandboxed_workflow_runner=GuardedRunner(),
                debug_mode=True,
            ):
                taken, seconds = await client.execute_workflow("Drives", given, id="drives", task_queue="drives")
    sys.stdout.write(json.dumps({"taken": taken, "seconds": seconds, "touched": TOUCHED}))


if __name__ == "__main__":
    asyncio.run(main())
