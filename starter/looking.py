"""Looking at one lifecycle: what it says itself while it can, and what the store knows."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

from temporalio.client import Client, WorkflowExecutionStatus, WorkflowQueryFailedError

from activities.ports import DeviceRow, OrderRow, RecordedMail, SubscriptionRow, TrialRow
from domain.device.view import device_view
from domain.events import Event
from domain.mails import RECIPIENT, MailKind
from domain.order.view import order_view
from domain.subscription.view import subscription_view
from domain.trial.view import trial_view
from domain.view import LifeView
from starter import gate
from starter.answers import ShowAnswer, ShownMail
from starter.existing import described, first_input, zone_in
from starter.exits import Exit, Stop
from starter.gate import asking
from starter.ids import Subject
from starter.records import Records, Row, row_of


@dataclass
class Told:
    """What Temporal could tell about a workflow."""

    status: WorkflowExecutionStatus | None = None
    view: LifeView | None = None
    zone: str = ""
    problem: str = ""

    @property
    def running(self) -> bool:
        """Is it still open?"""
        return self.status is WorkflowExecutionStatus.RUNNING


@dataclass
class Kept:
    """What the store could tell."""

    row: Row | None
    events: list[Event]
    mails: list[RecordedMail]
    problem: str = ""

    @property
    def view(self) -> LifeView | None:
        """The same view the workflow would give, as of the last event that was recorded."""
        as_of = self.events[-1].occurred_at if self.events else datetime.now(UTC)
        match self.row:
            case OrderRow():
                return order_view(self.row.life, as_of)
            case SubscriptionRow():
                return subscription_view(self.row.life, as_of)
            case TrialRow():
                return trial_view(self.row.life, as_of)
            case DeviceRow():
                return device_view(self.row.life, as_of)
        return None


async def look(subject: Subject) -> ShowAnswer:
    """Everything there is to see; warnings say what could not be asked."""
    kept, told = await asyncio.gather(kept_of(subject), told_of(subject))
    view = told.view or kept.view
    if view is None:
        raise _nothing_to_see(subject, told, kept)
    return ShowAnswer(
        workflow_id=subject.workflow_id,
        workflow_status=_status(told),
        told_by="workflow" if told.view else "store",
        zone=kept.row.life.zone if kept.row else told.zone or "UTC",
        state=view,
        events=tuple(kept.events),
        mails=tuple(_without_address(mail, view) for mail in kept.mails),
        warnings=tuple(_doubts(told, kept, view)),
    )


def _status(told: Told) -> str | None:
    if told.status is not None:
        return told.status.name.lower()
    return "unknown" if told.problem else None


def _nothing_to_see(subject: Subject, told: Told, kept: Kept) -> Stop:
    unasked = ". ".join(filter(None, (told.problem, kept.problem and f"Store: {kept.problem}")))
    if told.status is not None and not told.running:
        ended = told.status.name.lower().replace("_", " ")
        return Stop(Exit.CLOSED, f"{subject} is closed: {ended}; nothing else is known about it. {unasked}".strip())
    if told.problem:
        return Stop(Exit.UNREACHABLE, f"nothing can be said about {subject}: {unasked}")
    return Stop(Exit.NOT_FOUND, f"there is no {subject}", "ID")


def _doubts(told: Told, kept: Kept, view: LifeView) -> list[str]:
    doubts = []
    if told.problem and told.view is None:
        doubts.append(f"{told.problem}. This is what the store knew on {view.as_of:%Y-%m-%d %H:%M} UTC")
    if told.status is WorkflowExecutionStatus.TERMINATED:
        doubts.append("its workflow was terminated: nothing will happen any more")
    if kept.problem:
        doubts.append(f"no events and no mails, for the store cannot be asked: {kept.problem}")
    return doubts


def _without_address(mail: RecordedMail, view: LifeView) -> ShownMail:
    """The ledger's row, with its reader's role instead of an address."""
    posted = next((posted.to for posted in view.mails if posted.key == mail.key), "")
    kind = next((kind for kind in MailKind if kind == mail.kind), None)
    to = posted or (RECIPIENT.get(kind) if kind else None) or "–"
    return ShownMail(**mail.model_dump(exclude={"recipient"}), to=to)


async def told_of(subject: Subject) -> Told:
    """Ask Temporal, and the workflow itself while it runs; for a few seconds at most."""
    told = Told()
    try:
        client = await gate.client()
        found = await described(client, subject.workflow_id)
        told.status = found[0] if found else None
        if told.running:
            told.view = await asked(client, subject)
            told.zone = zone_in(await first_input(client, subject.workflow_id))
    except Stop as stop:
        if stop.exit is not Exit.UNREACHABLE:
            raise
        told.problem = stop.message
    return told


async def asked(client: Client, subject: Subject) -> LifeView:
    """What the workflow itself says, soon or not at all."""
    handle = client.get_workflow_handle(subject.workflow_id)
    try:
        async with asking(subject.workflow_id):
            found: LifeView = await handle.query("state", result_type=LifeView, rpc_timeout=gate.PATIENCE)
            return found
    except WorkflowQueryFailedError as failed:
        raise Stop(Exit.UNREACHABLE, f"{subject.workflow_id} cannot answer: {failed}") from None
    except Stop as stop:
        if stop.exit is not Exit.UNREACHABLE:
            raise
        seconds = gate.PATIENCE.total_seconds()
        text = f"{subject.workflow_id} is running, but no worker answered for it within {seconds:g} s"
        raise Stop(Exit.UNREACHABLE, text) from None


async def kept_of(subject: Subject) -> Kept:
    """Ask the store."""
    records = await Records.opened()
    try:
        return Kept(
            row=await records.ask(lambda store: row_of(store, subject)),
            events=await records.ask(lambda store: store.events(subject.lifecycle, subject.id)) or [],
            mails=await records.ask(lambda store: store.mails(subject.lifecycle, subject.id)) or [],
            problem=records.problem,
        )
    finally:
        records.close()
