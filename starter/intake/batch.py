"""Starting everything of a file: a few at a time, each once."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from domain.values import Message
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject, kind_of, subject_of
from starter.console.terminal import terminal
from starter.intake.files import Row, StartsFile
from starter.intake.report import StartsReport, watched
from starter.intake.start import Desk, Result
from starter.reach import gate
from starter.reach.executions import first_stage
from starter.reach.records import Records
from starter.reach.workers import nobody_polls, nobody_there

IN_FLIGHT: Final = 16
"""Starts under way at one time: enough to keep a server busy, few enough to be polite."""

AHEAD: Final = 50
"""Lines that are read before they are started: the store is asked once which of them it knows."""


class Ahead:
    """The rows of a file, each with whether the store knows what it starts."""

    def __init__(self, rows: Iterator[Row], records: Records) -> None:
        self._rows = rows
        self._records = records
        self._looked_up: deque[tuple[Row, bool]] = deque()
        self._turn = asyncio.Lock()

    async def next(self) -> tuple[Row, bool] | None:
        """None at the end."""
        async with self._turn:
            if not self._looked_up:
                rows = list(islice(self._rows, AHEAD))
                subjects = [None if isinstance(row.read, list) else subject_of(row.read) for row in rows]
                known = await self._known([subject for subject in subjects if subject])
                self._looked_up.extend((row, subject in known) for row, subject in zip(rows, subjects, strict=True))
            return self._looked_up.popleft() if self._looked_up else None

    async def _known(self, subjects: list[Subject]) -> list[Subject]:
        """A file holds one lifecycle."""
        if not subjects:
            return []
        lifecycle, ids = subjects[0].lifecycle, [subject.id for subject in subjects]
        found = await self._records.ask(lambda store: store.known(lifecycle, ids))
        return [Subject(lifecycle, id_) for id_ in found or ()]


@dataclass
class Import:
    """One run over a file."""

    desk: Desk
    report: StartsReport
    skip_bad: bool
    polled: bool = True
    """Does a worker take up what is started?"""

    ended: Stop | None = None
    """Why nothing further is tried."""

    async def all_of(self, file: StartsFile) -> None:
        """Start all that the file holds, a few at a time."""
        with watched(file, "starting") as rows:
            ahead = Ahead(rows, self.desk.records)
            async with asyncio.TaskGroup() as group:
                for _ in range(IN_FLIGHT):
                    group.create_task(self._some(ahead))
        self.report.finished = self.ended is None

    async def _some(self, ahead: Ahead) -> None:
        try:
            while not self.ended and (found := await ahead.next()):
                await self._one(*found)
        except Stop as stop:
            self.ended = self.ended or stop

    async def _one(self, row: Row, known: bool) -> None:
        if not isinstance(row.read, list):
            await self._start(row.line, row.read, known)
        elif self.skip_bad:
            self.report.bad(row.line, row.read)
        else:
            raise Stop(Exit.BAD_INPUT, "the file changed while it was read: run it again")

    async def _start(self, line: int, start: Message, known: bool) -> None:
        subject = subject_of(start)
        try:
            started = await self.desk.start(start, known=known)
            if started.result is Result.STARTED and self.polled and kind_of(start).judges_starts:
                await first_stage(self.desk.client, subject)
        except Stop as stop:
            if stop.exit in {Exit.UNREACHABLE, Exit.UNEXPECTED}:
                raise
            self.report.became(line, subject.id, stop.exit.code, stop.field, stop.message)
            return
        ordinary = started.result in {Result.STARTED, Result.ALREADY_STARTED}
        text = "" if ordinary else started.text
        self.report.became(line, subject.id, started.result, ", ".join(started.differing), text)


async def start_all(file: StartsFile, report: StartsReport, *, skip_bad: bool) -> Stop | None:
    """Connect, start everything, and say why it ended if it did not get to the end."""
    task_queue = gate.settings().task_queue
    client, records = await gate.client(), await Records.opened()
    try:
        if unpolled := await nobody_polls(client, task_queue):
            terminal.warn(nobody_there(task_queue))
        run = Import(Desk(client, task_queue, records), report, skip_bad, polled=not unpolled)
        await run.all_of(file)
    finally:
        records.close()
    return run.ended
