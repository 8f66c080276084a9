"""One update to one lifecycle, answered once however often it is sent."""

from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from pydantic import ValidationError
from temporalio.client import Client

from domain.values import Message
from domain.view import LifecycleView
from starter.answers.lifecycle import UpdateAnswer
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.reach import gate
from starter.reach.executions import asking, described, outcome
from starter.reach.snapshot import from_store

ABOUT_THE_SENDING: Final = frozenset({"by", "source"})
"""Who sent it: no part of what was said. The reason is: partners are sent some."""


@dataclass(frozen=True)
class Earlier:
    """An update accepted before under the same id."""

    run_id: str
    update: str
    said: Any

    def must_be(self, update: str, message: Message, but: frozenset[str] = frozenset()) -> None:
        """Raises Stop if the id was used for something else: Temporal itself would give the old answer to it. E4.

        `but` names fields that may differ.
        """
        try:
            before = type(message).model_validate(self.said)
        except ValidationError:
            before = None
        names = [name for name in type(message).model_fields if name not in ABOUT_THE_SENDING | but]
        if self.update != update or before is None or any(getattr(message, n) != getattr(before, n) for n in names):
            text = f"was used before, for {self.update} with other content; nothing was changed by this one"
            raise Stop(Exit.CONFLICT, text, "--update-id")


async def send(client: Client, subject: Subject, update: str, message: Message, update_id: str | None) -> UpdateAnswer:
    """Send it and wait for the answer. An `update_id` used before gets the answer it got then, across runs too."""
    sent = {"workflow_id": subject.workflow_id, "update": update, "update_id": update_id or str(uuid4())}
    if update_id and (known := await earlier(client, subject, update_id)):
        known.must_be(update, message)
        state = await _answer(client, subject, known, update_id)
        return UpdateAnswer(result="repeated", state=state, **sent)
    state = await _send(client, subject, update, message, sent["update_id"])
    if update_id and (known := await earlier(client, subject, update_id)):
        known.must_be(update, message)  # somebody may have used the id at the very same moment
    return UpdateAnswer(result="accepted", state=state, **sent)


async def earlier(client: Client, subject: Subject, update_id: str) -> Earlier | None:
    """Update ids are unique to a run, and a subscription has a run for each term: look through all of them."""
    run_id: str | None = None
    while True:
        try:
            async with asking(subject.workflow_id):
                found, run_id = await _in_run(client, subject, run_id, update_id)
        except Stop as stop:
            if stop.exit is Exit.NOT_FOUND:
                return None
            raise
        if found or not run_id:
            return found


async def _in_run(client: Client, subject: Subject, run: str | None, update_id: str) -> tuple[Earlier | None, str]:
    """What was accepted under that id in this run, and the run before it."""
    this = before = ""
    handle = client.get_workflow_handle(subject.workflow_id, run_id=run)
    async for event in handle.fetch_history_events():
        if event.HasField("workflow_execution_started_event_attributes"):
            started = event.workflow_execution_started_event_attributes
            this, before = started.original_execution_run_id, started.continued_execution_run_id
        request = event.workflow_execution_update_accepted_event_attributes.accepted_request
        if request.meta.update_id == update_id:
            said = await client.data_converter.decode(list(request.input.args.payloads))
            return Earlier(this, request.input.name, said[0] if said else None), before
    return None, before


async def _answer(client: Client, subject: Subject, earlier: Earlier, update_id: str) -> LifecycleView:
    handle = client.get_workflow_handle(subject.workflow_id)
    accepted = handle.get_update_handle(update_id, workflow_run_id=earlier.run_id, result_type=LifecycleView)
    async with asking(subject.workflow_id):
        state: LifecycleView = await accepted.result(rpc_timeout=gate.UPDATE_PATIENCE)
        return state


async def _send(client: Client, subject: Subject, update: str, message: Message, update_id: str) -> LifecycleView:
    handle = client.get_workflow_handle(subject.workflow_id)
    try:
        async with asking(subject.workflow_id):
            state: LifecycleView = await handle.execute_update(
                update, message, id=update_id, result_type=LifecycleView, rpc_timeout=gate.UPDATE_PATIENCE
            )
            return state
    except Stop as stop:
        raise await _better(client, subject, stop, update_id) from None


async def _better(client: Client, subject: Subject, stop: Stop, update_id: str) -> Stop:
    """What the server could not say: how it ended, that it ended long ago, that the update may still take effect."""
    match stop.exit:
        case Exit.CLOSED:
            status, _ = await described(client, subject.workflow_id) or (None, "")
            ended = await outcome(client.get_workflow_handle(subject.workflow_id), status)
            return Stop(Exit.CLOSED, f"{subject} is over: {ended}")
        case Exit.NOT_FOUND:
            return await _from_the_store(subject) or Stop(Exit.NOT_FOUND, f"there is no {subject}", "ID")
        case Exit.UNREACHABLE:
            text = f"{stop.message} It may still take effect; to ask again without harm, add --update-id {update_id}"
            return Stop(Exit.UNREACHABLE, text)
    return stop


async def _from_the_store(subject: Subject) -> Stop | None:
    """Temporal forgets after a while what is over, the store does not; what still goes on there was lost. R9."""
    kept = await from_store(subject)
    if kept.lost:
        return Stop(Exit.UNREACHABLE, f"nobody heard this for {subject}: {kept.lost}")
    return Stop(Exit.CLOSED, f"{subject} is over: the store has it as {kept.view.stage}") if kept.view else None
