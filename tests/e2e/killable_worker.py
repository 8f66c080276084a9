"""A worker that dies where a test wants it to, by kill -9, and is started again at once. Never shipped.

`DIRECTORY` is where tests arm it: a file `<workflow id>@<point>` there kills the worker once, when an activity of that
workflow passes that point; a number in it says how often it may pass before. Points are those of MailActivities, and
`<activity>:done`: its effect is committed, and Temporal does not know yet.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from temporalio import activity
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker

import worker
from activities.mail import MailActivities
from adapters.temporal.dev_server import die_with
from adapters.temporal.preload import preload
from workflows import steps
from workflows.registry import WORKFLOWS

AT_ONCE = timedelta(milliseconds=100)
STOPPED_WITHIN = 300.0
"""Seconds."""

FORGETS = {"max_cached_workflows": 0}
"""Else every task would wait 10 s for the worker that died. (Waiting less for it is no way out: SDK 1.35 then writes
histories that do not replay when queries come in between.) So every task is a replay, too."""


class Strikes(Interceptor):
    """Kills this process where it is armed."""

    def __init__(self, armed: Path) -> None:
        self._armed = armed

    def at(self, point: str) -> None:
        """Die here, if so wanted: the wish is taken back first, so it happens once."""
        wish = self._armed / f"{activity.info().workflow_id}@{point}"
        try:
            passes = int(wish.read_text() or 0)
        except FileNotFoundError:
            return
        if passes:
            wish.write_text(str(passes - 1))
            return
        wish.unlink()
        os.kill(os.getpid(), signal.SIGKILL)

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:  # noqa: A002 - the SDK's name
        """See base class."""
        return _AfterActivities(next, self.at)


class _AfterActivities(ActivityInboundInterceptor):
    def __init__(self, following: ActivityInboundInterceptor, at: Callable[[str], None]) -> None:
        super().__init__(following)
        self._at = at

    async def execute_activity(self, input: ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        result = await super().execute_activity(input)
        self._at(f"{activity.info().activity_type}:done")
        return result


def hurry(mail: timedelta, record: timedelta) -> None:
    """That an attempt died shows at the end of its time: let that be soon."""
    for tries, longest in ((steps.MAIL, mail), (steps.RECORD, record)):
        for name, value in {"longest": longest, "first_pause": AT_ONCE, "longest_pause": AT_ONCE}.items():
            object.__setattr__(tries, name, value)
    steps.TOGETHER.update(heartbeat_timeout=mail, start_to_close_timeout=2 * mail)


def killable(armed: Path) -> None:
    """Put the strikes where the real worker has nothing."""
    strikes = Strikes(armed)

    def built(*arguments: Any, interceptors: Any = (), **named: Any) -> Worker:
        named |= FORGETS if "workflows" in named else {}
        return Worker(*arguments, interceptors=[*interceptors, strikes], **named)

    patch.object(worker, "Worker", built).start()
    patch.object(worker, "MailActivities", partial(MailActivities, failpoint=strikes.at)).start()


def keep_alive() -> int:
    """Fork a worker; another one whenever it was killed. SIGTERM goes on to the worker and ends both."""
    stopped: list[int] = []
    child = 0

    def stop(number: int, _frame: object) -> None:
        stopped.append(number)
        with suppress(ProcessLookupError):
            os.kill(child, number)

    while not stopped:
        parent = os.getpid()
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        child = os.fork()
        if child == 0:
            tied = die_with(parent)
            if tied:
                tied()
            return worker.main([])
        signal.signal(signal.SIGTERM, stop)
        os.waitpid(child, 0)
    return 0


@contextmanager
def killable_worker(directory: Path, settings: Mapping[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """The process, for as long as the `with` lasts: takes the place of `starter.service.service._worker`."""
    armed(directory).mkdir(exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("TEMPORAL_")}
    with (directory / "worker.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.e2e.killable_worker", str(armed(directory))],
            env={**inherited, **settings},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
            preexec_fn=die_with(os.getpid()),  # noqa: PLW1509 - no other way to be told of the parent's end
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(STOPPED_WITHIN)


def armed(directory: Path) -> Path:
    """Where the files are that kill it."""
    return directory / "armed"


if __name__ == "__main__":
    hurry(mail=timedelta(seconds=5), record=timedelta(seconds=2))  # what lives needs far less, on a busy machine too
    killable(Path(sys.argv[1]))
    preload(WORKFLOWS)  # once, and not in every process that is to die
    sys.exit(keep_alive())
