"""The record of a lifecycle: what the store does not know yet is written in one transaction. Decision 8."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.errors import NOT_KNOWN
    from activities.open_lifecycle import OpeningActivities, OpenLifecycle
    from activities.record import Papers, RecordActivities, Recorded, RecordRequest
    from domain.events import Journal
    from domain.values import Message, Model, Person
    from workflows.attempts import L
    from workflows.mails import Mails

SUMMARY: Final = 150
"""Characters of a summary that a list of event types may take: Temporal keeps 400 bytes of it."""


class Records(Mails[L]):
    """Takes its id, and keeps its row, its events and its papers up to date."""

    start: Message
    """What it was started with: each run hands it to the next, with `state` as it is then."""

    def __init__(self) -> None:
        super().__init__()
        self._papers = Papers()

    async def register(self) -> Any:
        """Take the id and a row in the store, or do so again after a restore. Some have rules of their own."""
        request = OpenLifecycle(
            lifecycle=self.state.lifecycle,
            placed=self.start.model_dump(mode="json"),
            state=self.state.for_the_store().model_dump(mode="json"),
            run=workflow.info().first_execution_run_id,
            at=workflow.now(),
        )
        return await self.carry_out(OpeningActivities.open_lifecycle, request, summary="Take the id")

    async def record(self) -> None:
        """What the store does not know yet, in one transaction. One restored from a backup older than this lifecycle
        gets its row anew."""
        papers, self._papers = self._papers, Papers()
        state = self.state.for_the_store()
        request = RecordRequest(
            lifecycle=state.lifecycle,
            subject=state.subject,
            state=state.model_dump(mode="json"),
            journal=self.state.journal.take(),
            papers=papers,
            at=workflow.now(),
        )
        summary = f"Record: {_in_words(state.lifecycle, request.journal)}"
        try:
            recorded: Recorded | None = await self.carry_out(RecordActivities.record, request, summary=summary)
        except ApplicationError as refused:
            if refused.type != NOT_KNOWN:
                raise
            await self.register()
            recorded = await self.carry_out(RecordActivities.record, request, summary=summary)
        self._mail_flows = recorded is not None and recorded.mail_flows  # none from a worker of before 0.3

    def file(self, people: Mapping[str, Person], **forms: Model) -> None:
        """Personal data that came with a message: with the next record they are the store's, and no longer here."""
        dumped = {name: form.model_dump(mode="json") for name, form in forms.items()}
        known = self._papers
        self._papers = Papers(people={**known.people, **people}, forms={**known.forms, **dumped})


def _in_words(lifecycle: str, journal: Journal) -> str:
    """What happened, in as few words: `terms accepted, note ×2`; without the lifecycle, whose page it is."""
    types = [event.type.removeprefix(f"{lifecycle}.") for event in journal.unrecorded]
    counted = Counter(type_.replace(".", " ").replace("_", " ") for type_ in types)
    words = ", ".join(f"{name} ×{times}" if times > 1 else name for name, times in counted.items())
    return (words or "tasks")[:SUMMARY]
