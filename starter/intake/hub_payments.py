"""What invoices mean for subscriptions: suspended while one is unpaid, and no longer. HUB-16, AMB-42.

What is left to do is read from the store each time, never from what this run has written: so a run that ended between
both, or found nobody, is mended by the next one.
"""

import asyncio
from datetime import datetime
from typing import Any, Final

from temporalio.client import Client

from adapters.sql.store import SqlStore
from domain.hub.payments import PaymentNeed
from domain.lifecycle import Lifecycle
from domain.reasons import Reason
from domain.subscription.messages import UPDATES
from domain.subscription.states import SuspensionReason
from starter.answers.hub_imports import PaymentEffectLine
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.console.models import valid
from starter.console.options import sender
from starter.console.terminal import shown, terminal
from starter.intake.hub_report import RowsReport
from starter.reach import gate
from starter.reach.several import each_of
from starter.reach.update import send

NOT_NEEDED: Final = frozenset({Reason.ALREADY_DONE, Reason.NOT_NEEDED})
"""Somebody was faster."""

WORDS: Final = {"suspend": "suspended", "lift_suspension": "suspension lifted"}
REPEATED: Final = "an earlier run sent it, and somebody decided otherwise since"


class PaymentEffects:
    """Of all invoices that the store has."""

    def __init__(self, store: SqlStore, by: str, report: RowsReport) -> None:
        self._store = store
        self._by = by
        self._report = report
        self._problems: set[Exit] = set()

    def carry_out(self, since: datetime) -> Stop | None:
        """Tell each subscription; what kept some of them from being told. `since`: when this import began."""
        needs = list(self._store.payment_needs(since))
        for need in (each for each in needs if each.over):
            self._tell(need, "over", f"it is over, and {need.reason}")
        left = [each for each in needs if not each.over]
        if left:
            asyncio.run(self._all(left))
        return self._ended()

    def _ended(self) -> Stop | None:
        if not self._problems:
            return None
        waiting = self._report.effects["failed"]
        several = f"{waiting:,} subscriptions wait" if waiting > 1 else "1 subscription waits"
        exit_ = Exit.UNREACHABLE if Exit.UNREACHABLE in self._problems else max(self._problems)
        return Stop(exit_, f"all rows are written, and {several} to be told (see above): run it again")

    async def _all(self, needs: list[PaymentNeed]) -> None:
        try:
            client = await gate.client()
        except Stop as stop:
            terminal.warn(stop.message)
            self._problems.add(stop.exit)
            self._report.effects["failed"] += len(needs)
            return
        await each_of(needs, lambda need: self._one(client, need))

    async def _one(self, client: Client, need: PaymentNeed) -> None:
        if Exit.UNREACHABLE in self._problems:  # nor will the next one be answered
            self._report.effects["failed"] += 1
            return
        said = sender(self._by, "import") | {"why": SuspensionReason.UNPAID.value, "reason": need.reason}
        message = valid(UPDATES[need.update].message, said)
        try:
            answer = await send(client, _subject(need), need.update, message, need.update_id)
        except Stop as stop:
            self._stopped(need, stop)
        else:
            self._answered(need, repeated=answer.result == "repeated")

    def _answered(self, need: PaymentNeed, *, repeated: bool) -> None:
        if repeated:
            self._tell(need, "repeated", REPEATED)
            return
        self._report.effects[need.update] += 1
        self._tell(need, "done", need.reason)

    def _stopped(self, need: PaymentNeed, stop: Stop) -> None:
        """One that is over, or was faster, stops no other; nor does one that is refused."""
        said = " ".join(stop.lines)
        if stop.exit is Exit.CLOSED:
            self._tell(need, "over", said)
        elif {each.code for each in stop.problems} & NOT_NEEDED:
            self._tell(need, "left", said)
        else:
            self._report.effects["failed"] += 1
            self._problems.add(stop.exit)
            self._tell(need, "failed", said, stop.exit)

    def _tell(self, need: PaymentNeed, result: Any, said: str, problem: Exit | None = None) -> None:
        if terminal.for_machines:
            line = PaymentEffectLine(
                subscription_id=need.subscription_id,
                workflow_id=_subject(need).workflow_id,
                update=need.update,
                update_id=need.update_id,
                result=result,
                message=said,
                problem_code=problem.code if problem else None,
            )
            terminal.document(line.model_dump(mode="json"), one_line=True)
            return
        became = WORDS[need.update] if result == "done" else result
        terminal.say(f"{need.subscription_id} {became}: {shown(said)}")


def _subject(need: PaymentNeed) -> Subject:
    return Subject(Lifecycle.SUBSCRIPTION, need.subscription_id)
