"""Importing users of a wholesale customer: laid down in the store batch by batch, and assigned by an update each.

Users never travel through the workflow: its history has one small update a batch, however many users there are.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final, NamedTuple
from uuid import uuid4

from temporalio.client import Client

from activities.ports import NotKnown
from adapters.sql.store import SqlStore
from domain.values import Refused
from domain.view import LifecycleView
from domain.wholesale.messages import AssignBatch, WholesaleUser
from domain.wholesale.users import UserChange, UserResult
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.console.models import valid
from starter.console.options import sender
from starter.intake.files import text_of
from starter.intake.report import checked, watched
from starter.intake.wholesale_users import AT_A_TIME, FORM, ImportedUser, UsersFile, batch_id
from starter.intake.wholesale_users_report import BAD, UsersReport
from starter.reach import gate
from starter.reach.executions import asking
from starter.reach.store import opened

UPDATE: Final = "assign_batch"


class Numbered(NamedTuple):
    """A user, and where it stands in the file."""

    line: int
    user: WholesaleUser


@dataclass(frozen=True)
class How:
    """What whoever imports has asked for."""

    by: str | None
    skip_bad: bool
    dry_run: bool
    again: bool
    """Also what was assigned before is handed in once more."""

    most_bad: int


def import_users(subject: Subject, path: Path, how: How) -> None:
    """Check, assign, sum up; a Stop if not all went well."""
    report = UsersReport(subject.id, how.most_bad)
    with text_of(path) as text:
        file = UsersFile(path.name, text, sender(how.by, "import"), FORM, "user")
        if how.dry_run or not how.skip_bad:
            valid = checked(file, report)
            if how.dry_run or report.counts[BAD]:
                report.sum_up(valid, finished=how.dry_run)
                report.all_good("nothing was touched" if how.dry_run else "nobody was assigned (see --error-policy)")
                return
        _assign_all(subject, file, report, how)
    report.all_good("see the lines above")


def _assign_all(subject: Subject, file: UsersFile, report: UsersReport, how: How) -> None:
    stop: Stop | None = None
    try:
        asyncio.run(_assign(subject, file, report, how))
    except KeyboardInterrupt:
        stop = Stop(Exit.INTERRUPTED, "interrupted")
    except Stop as ended:
        stop = ended
    report.sum_up(report.answered, finished=stop is None)
    if stop:
        goes_on = stop.exit in {Exit.INTERRUPTED, Exit.UNREACHABLE}
        again = f"{stop.message.rstrip('.')}. Run it again to go on: what is assigned stays."
        raise Stop(stop.exit, again if goes_on else stop.message, stop.field, stop.others, stop.problems)


async def _assign(subject: Subject, file: UsersFile, report: UsersReport, how: How) -> None:
    with opened("written") as store, watched(file, "assigning") as rows:
        await asyncio.to_thread(_refuse_unless_open, store, subject)
        run = Assigning(await gate.client(), store, subject, report, how)
        batch: list[Numbered] = []
        for row in rows:
            if isinstance(row.read, list):
                report.bad(row.line, row.read)
                continue
            assert isinstance(row.read, ImportedUser)  # noqa: S101 - for the type checker
            batch.append(Numbered(row.line, row.read.user))
            if len(batch) == AT_A_TIME:
                await run.all_of(batch)
                batch = []
        await run.all_of(batch)


def _refuse_unless_open(store: SqlStore, subject: Subject) -> None:
    try:
        columns = store.columns(*subject)
    except NotKnown:
        raise Stop(Exit.NOT_FOUND, f"there is no {subject}", "EXTERNAL_ID") from None
    if not columns.open:
        raise Stop(Exit.CLOSED, f"{subject} is over: it is {columns.stage}", "EXTERNAL_ID")


async def assign_batch(client: Client, subject: Subject, message: AssignBatch) -> None:
    """Under a new update id each time: that a batch is assigned once, the store sees to. Raises Stop."""
    handle = client.get_workflow_handle(subject.workflow_id)
    async with asking(subject.workflow_id):
        await handle.execute_update(
            UPDATE, message, id=str(uuid4()), result_type=LifecycleView, rpc_timeout=gate.UPDATE_PATIENCE
        )


@dataclass(frozen=True)
class Assigning:
    """One run over a file, for one customer."""

    client: Client
    store: SqlStore
    subject: Subject
    report: UsersReport
    how: How

    async def all_of(self, batch: Sequence[Numbered]) -> None:
        """Each is told what became of it; those that were refused the last time are tried once more."""
        attempt = 0
        while batch:
            name = batch_id(self.subject.id, [each.user for each in batch], attempt)
            known = await asyncio.to_thread(self.store.batch_results, self.subject.id, name)
            if known is None:
                self._tell(batch, await self._carried_out(name, batch), name, before=False)
                return
            attempt += 1
            if self.how.again:
                continue
            refused = {result.user_id for result in known if result.change is UserChange.REFUSED}
            done = [each for each in batch if each.user.user_id not in refused]
            self._tell(done, known, name, before=True)
            batch = [each for each in batch if each.user.user_id in refused]

    async def _carried_out(self, name: str, batch: Sequence[Numbered]) -> Sequence[UserResult]:
        """Interrupted after either step, the next run takes it up there: both are done once under this name."""
        users = [each.user for each in batch]
        try:
            lay = partial(self.store.lay_down, self.subject.id, name, users, datetime.now(UTC))
            await asyncio.to_thread(lay)
        except Refused as refused:
            raise Stop(Exit.REFUSED, refused.problem.message, problems=(refused.problem,)) from None
        await assign_batch(
            self.client, self.subject, valid(AssignBatch, sender(self.how.by, "import") | {"batch_id": name})
        )
        self.report.batches += 1
        return await asyncio.to_thread(self.store.batch_results, self.subject.id, name) or ()

    def _tell(self, batch: Sequence[Numbered], results: Sequence[UserResult], name: str, *, before: bool) -> None:
        by_user = {result.user_id: result for result in results}
        for each in batch:
            self.report.became(each.line, by_user[each.user.user_id], name, before=before)
