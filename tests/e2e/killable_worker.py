"""A worker that dies where a test wants it to: see strikes.py. Never shipped.

It dies for a workflow's id. Points are those of MailActivities; `<activity>:done`: its effect is committed, and
Temporal does not know yet; `week:written`: a week's rows are written and not committed; `week:kept`: it is closed.
"""

import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from importlib import import_module
from pathlib import Path
from subprocess import Popen
from typing import Any
from unittest.mock import patch

from temporalio import activity
from temporalio.common import RetryPolicy
from temporalio.worker import ActivityInboundInterceptor, ExecuteActivityInput, Interceptor, Worker
from temporalio.worker._worker import load_default_build_id

import worker
from activities.mail import MailActivities
from adapters.documents.typesetter import typesetter
from adapters.sql import hub_weeks
from adapters.sql.store import SqlStore
from adapters.temporal.preload import preload
from tests.e2e.strikes import keep_alive, killable, strike, strike_after
from workflows import steps
from workflows.registry import BESIDE, WORKFLOWS

AT_ONCE = timedelta(milliseconds=100)

FORGETS = {"max_cached_workflows": 0}
"""Else every task would wait 10 s for the worker that died. (Waiting less for it is no way out: SDK 1.35 then writes
histories that do not replay when queries come in between.) So every task is a replay, too."""


class Strikes(Interceptor):
    """Kills this process where it is armed."""

    def __init__(self, armed: Path) -> None:
        self._armed = armed

    def at(self, point: str) -> None:
        """Die here, if so wanted for the workflow whose activity this is."""
        strike(self._armed, activity.info().workflow_id or "", point)

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
    steps.CLOSING.update(
        heartbeat_timeout=record, retry_policy=RetryPolicy(initial_interval=AT_ONCE, maximum_interval=AT_ONCE)
    )


def strikes_of(armed: Path) -> None:
    """Put them where the real worker has nothing."""
    strikes = Strikes(armed)

    def built(*arguments: Any, interceptors: Any = (), **named: Any) -> Worker:
        named |= FORGETS if "workflows" in named else {}
        return Worker(*arguments, interceptors=[*interceptors, strikes], **named)

    patch.object(worker, "Worker", built).start()
    patch.object(worker, "MailActivities", partial(MailActivities, failpoint=strikes.at)).start()
    strike_after(hub_weeks, "_write", partial(strikes.at, "week:written"))
    strike_after(SqlStore, "keep_week", partial(strikes.at, "week:kept"))


def killable_worker(directory: Path, settings: Mapping[str, str]) -> AbstractContextManager["Popen[bytes]"]:
    """Takes the place of `starter.service.service._worker`."""
    return killable("tests.e2e.killable_worker", directory / "worker.log", settings)


def learn() -> None:
    """What a worker reads and reckons when it starts: once here, and not in every process that is to die."""
    for module in ("adapters.screening.embedded", "holidays.countries"):
        import_module(module)
    preload([*WORKFLOWS, *BESIDE])
    typesetter()
    load_default_build_id()


if __name__ == "__main__":
    hurry(mail=timedelta(seconds=5), record=timedelta(seconds=2))  # what lives needs far less, on a busy machine too
    strikes_of(Path(sys.argv[1]))
    learn()
    sys.exit(keep_alive(lambda: worker.main([])))
