"""Starting everything of a file: a few at a time, each once."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from domain.values import Message
from starter.console.exits import Exit, Stop
from starter.console.ids import kind_of, subject_of
from starter.console.terminal import terminal
from starter.intake.existing import first_stage
from starter.intake.files import Row, StartsFile
from starter.intake.report import Tally, watched
from starter.intake.start import Desk, Result
from starter.reach import gate
from starter.reach.records import Records

IN_FLIGHT: Final = 16
"""Starts under way at one time: enough to keep a server busy, few enough to be polite."""


@dataclass
class Import:
    """One run over a file."""

    desk: Desk
    tally: Tally
    skip_bad: bool
    polled: bool = True
    """Does a worker take up what is started?"""

    ended: Stop | None = None
    """Why nothing further is tried."""

    async def all_of(self, file: StartsFile) -> None:
        """Start all that the file holds, a few at a time."""
        with watched(file, "starting") as rows:
            async with asyncio.TaskGroup() as group:
                for _ in range(IN_FLIGHT):
                    group.create_task(self._some(rows))
        self.tally.finished = self.ended is None

    async def _some(self, rows: Iterator[Row]) -> None:
        try:
            for row in rows:
                await self._one(row)
                if self.ended:
                    return
        except Stop as stop:
            self.ended = self.ended or stop

    async def _one(self, row: Row) -> None:
        if not isinstance(row.read, list):
            await self._start(row.line, row.read)
        elif self.skip_bad:
            self.tally.bad(row.line, row.read)
        else:
            raise Stop(Exit.BAD_INPUT, "the file changed while it was read: run it again")

    async def _start(self, line: int, start: Message) -> None:
        subject = subject_of(start)
        try:
            started = await self.desk.start(start)
            if started.result is Result.STARTED and self.polled and kind_of(start).judges_starts:
                await first_stage(self.desk.client, subject)
        except Stop as stop:
            if stop.exit in {Exit.UNREACHABLE, Exit.UNEXPECTED}:
                raise
            self.tally.became(line, subject.id, stop.exit.code, stop.field, stop.message)
            return
        ordinary = started.result in {Result.STARTED, Result.ALREADY_STARTED}
        text = "" if ordinary else started.text
        self.tally.became(line, subject.id, started.result, ", ".join(started.differing), text)


async def start_all(file: StartsFile, tally: Tally, *, skip_bad: bool) -> Stop | None:
    """Connect, start everything, and say why it ended if it did not get to the end."""
    task_queue = gate.settings().task_queue
    client, records = await gate.client(), await Records.opened()
    try:
        if unpolled := await gate.nobody_polls(client, task_queue):
            terminal.warn(gate.nobody_there(task_queue))
        run = Import(Desk(client, task_queue, records), tally, skip_bad, polled=not unpolled)
        await run.all_of(file)
    finally:
        records.close()
    return run.ended
