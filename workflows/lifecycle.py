"""What every story does between its sentences: wait, write the journal, post mail, show where it stands."""

import asyncio
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.mail import MailActivities, SendMail, SettledMail
    from domain.agenda import Deadline
    from domain.life import Life
    from domain.mails import MailKind, MailState
    from domain.values import Message
    from domain.view import LifeView
    from workflows.attributes import changed
    from workflows.details import markdown
    from workflows.steps import MAIL, MAIL_TASK_QUEUE_SUFFIX, RECORD

L = TypeVar("L", bound=Life)
R = TypeVar("R")


@contextmanager
def in_words_of_the_store() -> Iterator[None]:
    """What the store refuses (an id taken, a subscription unknown) fails the start at once, in its own words."""
    try:
        yield
    except ActivityError as failure:
        cause = failure.cause
        if isinstance(cause, ApplicationError):
            raise ApplicationError(cause.message, type=cause.type, non_retryable=True) from None
        raise


class Story(Generic[L]):
    """One lifecycle. A subclass tells what happens, in order; this class keeps its promises in between.

    Handlers change `life` in one step and return; the story notices, writes the journal to the store and goes on.
    """

    life: L

    def __init__(self) -> None:
        self._posting: dict[str, asyncio.Task[None]] = {}

    # What a subclass says about itself.

    def view(self) -> LifeView:
        """Where it stands, for people."""
        raise NotImplementedError

    def examples(self) -> Mapping[str, Message]:
        """A valid message for each update, as things are now."""
        raise NotImplementedError

    def zone(self) -> str:
        """The customer's zone: dates shown to operators are in it."""
        raise NotImplementedError

    async def write_journal(self) -> None:
        """Bring the store up to date."""
        raise NotImplementedError

    def meet(self, deadline: Deadline) -> None:
        """A deadline is due: do what it is there for."""
        raise NotImplementedError

    def asked_to_stop(self, reason: str) -> None:
        """Somebody pressed Cancel in the Web UI: end in good order, or note why not."""
        raise NotImplementedError

    # What the story says.

    async def through(self, story: Coroutine[Any, Any, R]) -> R:
        """Tell the story to its end. A Cancel from outside is a request put to it, not an axe."""
        telling = asyncio.create_task(story)
        while True:
            try:
                return await asyncio.shield(telling)
            except asyncio.CancelledError:
                if telling.cancelled():
                    raise
                self.asked_to_stop(workflow.cancellation_reason() or "no reason given")

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait until `done`, acting on every deadline in between, each once and at once if it is past already.

        When it returns, the store knows everything that has happened.
        """
        while True:
            self._meet_what_is_due()
            if self.life.journal.dirty:
                await self.write_journal()
                continue
            self._send_what_waits()
            self.show()
            if done():
                return
            await self._something_happens(done)

    async def written(self) -> None:
        """Wait until the store knows everything that has happened so far."""
        await self.until(lambda: True)

    async def post_is_settled(self) -> None:
        """Wait until no mail is under way and none is in doubt: an operator settles those. Decision 8."""
        await self.until(lambda: not self._posting and not self.life.mails_in(MailState.UNKNOWN, MailState.PENDING))

    def post(self, kind: MailKind, occurrence: str = "", deadline: Deadline | None = None) -> None:
        """A mail goes out once the store knows why, in the background: a mail server that is down holds up nobody."""
        self.life.post(kind, occurrence, deadline.at if deadline else None)

    def settle(self, key: str) -> None:
        """An operator decided about a mail in doubt: the ledger first, then it is sent again if so decided."""
        self._posting[key] = asyncio.create_task(self._settle(key))

    def mail_was_sent(self, kind: MailKind) -> None:
        """A mail is out: some stories care."""

    def with_doubtful_mail(self, examples: Mapping[str, Message]) -> Mapping[str, Message]:
        """The example of `settle_mail` names the mail in doubt, if there is one."""
        doubtful = self.life.mails_in(MailState.UNKNOWN)
        if not doubtful:
            return examples
        return {**examples, "settle_mail": examples["settle_mail"].model_copy(update={"mail": doubtful[0].key})}

    def show(self) -> None:
        """Search attributes and current details, as they are now."""
        view = self.view()
        updates = changed(workflow.info().typed_search_attributes, view)
        if updates:
            workflow.upsert_search_attributes(updates)
        workflow.set_current_details(markdown(view, self.examples(), self.zone()))

    # How.

    def _meet_what_is_due(self) -> None:
        due = self.life.agenda.take_due(workflow.now())
        for deadline in due.skipped:
            self.life.journal.note("deadline.skipped", workflow.now(), deadline=deadline.name, due_at=deadline.at)
        for deadline in due.act:
            self.meet(deadline)

    async def _something_happens(self, done: Callable[[], bool]) -> None:
        deadline = self.life.agenda.next()
        timeout = deadline.at - workflow.now() if deadline else None
        try:
            await workflow.wait_condition(
                lambda: done() or self._has_work() or self.life.agenda.next() != deadline,
                timeout=timeout,
                timeout_summary=deadline.label if deadline else None,
            )
        except TimeoutError:
            return

    def _has_work(self) -> bool:
        return self.life.journal.dirty or bool(self._waiting())

    def _waiting(self) -> list[str]:
        return [mail.key for mail in self.life.mails_in(MailState.PENDING) if mail.key not in self._posting]

    def _send_what_waits(self) -> None:
        for key in self._waiting():
            self._posting[key] = asyncio.create_task(self._deliver(key))

    async def _deliver(self, key: str) -> None:
        mail = self.life.mails[key]
        report = await workflow.execute_activity_method(
            MailActivities.send_mail,
            SendMail(lifecycle=self.life.lifecycle, subject=self.life.subject, mail=mail),
            task_queue=workflow.info().task_queue + MAIL_TASK_QUEUE_SUFFIX,
            summary=f"Mail: {mail.kind.replace('_', ' ')}",
            **MAIL,
        )
        del self._posting[key]
        self.life.mail_reported(key, report.state, report.sent_at, workflow.now())
        if report.state is MailState.SENT:
            self.mail_was_sent(mail.kind)

    async def _settle(self, key: str) -> None:
        decided = self.life.mails[key].state
        await workflow.execute_activity_method(
            MailActivities.settle_mail,
            SettledMail(key=key, resend=decided is MailState.PENDING),
            summary="Mail in doubt: an operator decided",
            task_queue=workflow.info().task_queue + MAIL_TASK_QUEUE_SUFFIX,
            **RECORD,
        )
        del self._posting[key]
