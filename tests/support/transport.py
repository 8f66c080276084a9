"""A mail server and activities of the test: what leaves, and what fails, is the test's to say."""

import os
import shutil
import subprocess
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from temporalio import activity, client, worker

from activities.ports import Answer, Connection, Delivery, Envelope


@dataclass
class Sent:
    """One mail that left."""

    kind: str
    key: str
    to: str
    at: datetime


@dataclass
class FakeTransport:
    """Takes every mail unless told otherwise for recipients whose addresses begin so."""

    answers: dict[str, Answer] = field(default_factory=dict)
    taken: list[Envelope] = field(default_factory=list)
    again_in: timedelta | None = None
    """While it is set, nobody's mail is taken, for reasons that are ours."""

    def send(self, envelope: Envelope, handing_over: Callable[[], None]) -> Delivery:
        """See Transport."""
        if self.again_in is not None:
            return Delivery(answer=Answer.LATER, words="RCPT: 554 5.7.1 Relay access denied", again_in=self.again_in)
        handing_over()
        told = (answer for address, answer in self.answers.items() if envelope.recipient.startswith(address))
        answer = next(told, Answer.ACCEPTED)
        if answer is Answer.ACCEPTED:
            self.taken.append(envelope)
        return Delivery(answer=answer, words="said the test")

    def kept(self) -> AbstractContextManager[Connection]:
        """See Transport."""
        return nullcontext(self)


class Trouble(Exception):
    """What may happen to a store or a server for a while: it is tried again."""


class Faults(client.Interceptor, worker.Interceptor):
    """Activities that fail whenever they are tried, by name; by workflow id too where it makes a difference."""

    def __init__(self) -> None:
        self.broken: dict[str, Exception] = {}
        """What is raised, by `lose` or `lose@trial-T-1001`."""

    def intercept_activity(
        self,
        next: worker.ActivityInboundInterceptor,  # noqa: A002 - the SDK's name
    ) -> worker.ActivityInboundInterceptor:
        """See base class."""
        return _Broken(next, self.broken)


class _Broken(worker.ActivityInboundInterceptor):
    def __init__(self, following: worker.ActivityInboundInterceptor, broken: dict[str, Exception]) -> None:
        super().__init__(following)
        self._broken = broken

    async def execute_activity(self, input: worker.ExecuteActivityInput) -> Any:  # noqa: A002 - the SDK's name
        info = activity.info()
        broken = info.activity_type.removesuffix("_on_the_spot")
        for name in (broken, f"{broken}@{info.workflow_id}"):
            if name in self._broken:
                raise self._broken[name].with_traceback(None)  # else every attempt makes its traceback longer
        return await super().execute_activity(input)


def a_certificate(directory: Path) -> Path:
    """For localhost, its key in front of it; the certificate alone is beside it, in `….pem.crt`."""
    openssl = shutil.which("openssl")
    if openssl is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)("needs openssl to make a certificate")
    path = directory / "localhost.pem"
    wanted = "req -x509 -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /CN=localhost -days 2"
    name = ["-addext", "subjectAltName=DNS:localhost"]
    files = ["-keyout", str(path), "-out", f"{path}.crt"]
    subprocess.run([openssl, *wanted.split(), *name, *files], check=True, capture_output=True)
    path.write_bytes(path.read_bytes() + Path(f"{path}.crt").read_bytes())
    return path
