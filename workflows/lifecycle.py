"""What every story does between its sentences: wait, write the journal, post mail, show where it stands."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.mail import MailActivities, RetriedMail, SendMail, SettledMail
    from domain.agenda import Deadline
    from domain.desk import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SettleMail, SkipReminder
    from domain.desk_examples import DESK_EXAMPLES
    from domain.life import Life
    from domain.mails import Lifecycle, MailKind, MailState, workflow_id
    from domain.offers import Offers, desk_offers
    from domain.values import Model, Refused
    from domain.view import LifeView
    from workflows.attributes import changed
    from workflows.details import local, markdown
    from workflows.messages import BAD_INPUT, described, of_this_life
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


@contextmanager
def as_bad_input() -> Iterator[None]:
    """What the domain refuses about a start fails it at once."""
    try:
        yield
    except Refused as refused:
        raise ApplicationError(str(refused), type=BAD_INPUT, non_retryable=True) from None


def expect_id(lifecycle: Lifecycle, subject: str) -> None:
    """A life runs under the id that everybody looks for it by; another one fails the start at once. R7."""
    expected = workflow_id(lifecycle, subject)
    if workflow.info().workflow_id != expected:
        raise ApplicationError(f"workflow id: must be {expected}", type=BAD_INPUT, non_retryable=True)


@dataclass
class _Alarm:
    """A deadline and the timer that runs for it."""

    deadline: Deadline
    ringing: asyncio.Task[None]

    @classmethod
    def set_for(cls, deadline: Deadline) -> Self:
        """From now until the deadline."""
        left = deadline.at - workflow.now()
        return cls(deadline, asyncio.create_task(workflow.sleep(left, summary=deadline.label)))


class Story(ABC, Generic[L]):
    """One lifecycle. A subclass tells what happens, in order; this class keeps its promises in between.

    Handlers change `life` in one step and return; the story notices, writes the journal to the store and goes on.
    """

    life: L

    def __init__(self) -> None:
        self._posting: dict[str, asyncio.Task[None]] = {}
        self._alarm: _Alarm | None = None
        self._last_refusal: str | None = None

    # What a subclass says about itself.

    @abstractmethod
    def view(self) -> LifeView:
        """Where it stands, for people."""

    @abstractmethod
    def offers(self) -> Offers:
        """What to paste for each update, as things are now."""

    @abstractmethod
    def zone(self) -> str:
        """The customer's zone: dates shown to operators are in it."""

    @abstractmethod
    async def write_journal(self) -> None:
        """Bring the store up to date."""

    @abstractmethod
    def meet(self, deadline: Deadline) -> None:
        """A deadline is due: do what it is there for."""

    def ready(self) -> bool:
        """May people's messages be judged already? One that comes before waits: a Reset puts all of them here."""
        return True

    @abstractmethod
    def asked_to_stop(self, reason: str) -> None:
        """Somebody pressed Cancel in the Web UI: end in good order, or note why not."""

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

    def mail_was_sent(self, kind: MailKind) -> None:
        """A mail is out: some stories care."""

    def show(self) -> None:
        """Search attributes, as they are now: what lists and filters see."""
        updates = changed(workflow.info().typed_search_attributes, self.view())
        if updates:
            workflow.upsert_search_attributes(updates)

    def details(self) -> str:
        """The page the Web UI shows, written when it is looked at: see adapters/temporal/interceptor.py."""
        offers = {**desk_offers(self.life, workflow.now()), **self.offers()}
        return markdown(self.view(), offers, self.zone(), self._last_refusal)

    def description(self, update: str, written: str) -> str:
        """An update's description in the Web UI, of this lifecycle: the desk's are written once, with an order's."""
        return of_this_life(written, update, self.life) if update in DESK_EXAMPLES else written

    def was_refused(self, update: str, why: str) -> None:
        """Remember what was refused last, for the state query and the details.

        A refusal leaves no trace in the history: nothing may depend on it, and it is forgotten with the worker.
        """
        self._last_refusal = f"`{update}` at {local(workflow.now(), self.zone())}: {why}"

    def forget_refusal(self) -> None:
        """Somebody was heard since."""
        self._last_refusal = None

    # How.

    def _meet_what_is_due(self) -> None:
        if self.life.held_by_operator is not None:
            return
        due = self.life.agenda.take_due(workflow.now())
        for deadline in due.skipped:
            self.life.journal.note("deadline.skipped", workflow.now(), deadline=deadline.name, due_at=deadline.at)
        for deadline in due.act:
            self.meet(deadline)

    async def _something_happens(self, done: Callable[[], bool]) -> None:
        self._set_alarm()
        await workflow.wait_condition(lambda: done() or self._has_work() or self._alarm_is_over())

    def _set_alarm(self) -> None:
        """One timer, for the next deadline: it runs on while mails and messages come and go."""
        deadline = self._next_deadline()
        if self._alarm is not None:
            if self._alarm.deadline == deadline and not self._alarm.ringing.done():
                return
            self._alarm.ringing.cancel()
        self._alarm = None if deadline is None else _Alarm.set_for(deadline)

    def _alarm_is_over(self) -> bool:
        """It rang, or another deadline is the next one now."""
        if self._alarm is None:
            return self._next_deadline() is not None
        return self._alarm.ringing.done() or self._alarm.deadline != self._next_deadline()

    def _next_deadline(self) -> Deadline | None:
        """None while an operator holds the clock."""
        return None if self.life.held_by_operator is not None else self.life.agenda.next()

    def _has_work(self) -> bool:
        return self.life.journal.dirty or bool(self._waiting())

    def _waiting(self) -> list[str]:
        if self.life.held_by_operator is not None:
            return []
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
        decision = SettledMail(key=key, resend=decided is MailState.PENDING)
        await self._tell_the_post(MailActivities.settle_mail, decision, "Mail in doubt: an operator decided")
        del self._posting[key]

    async def _retry(self, message: RetryMail) -> None:
        mail = self.life.mails[message.mail]
        retried = RetriedMail(lifecycle=self.life.lifecycle, subject=self.life.subject, mail=mail, email=message.email)
        await self._tell_the_post(MailActivities.retry_mail, retried, "Mail refused: once more")
        del self._posting[message.mail]

    async def _tell_the_post(self, activity: Callable[[Any, Any], None], request: Model, summary: str) -> None:
        queue = workflow.info().task_queue + MAIL_TASK_QUEUE_SUFFIX
        await workflow.execute_activity_method(activity, request, summary=summary, task_queue=queue, **RECORD)

    # What operators may do at every gate, and what everybody may ask.

    @workflow.query(description="Where it stands: tracker, what is awaited from whom, deadlines, tasks, mails.")
    def state(self) -> LifeView:
        """Everything the story knows about itself, without personal data."""
        return self.view().model_copy(update={"last_refusal": self._last_refusal})

    @workflow.update(description=described("Say what became of a mail in doubt.", DESK_EXAMPLES, "order.settle_mail"))
    def settle_mail(self, message: SettleMail) -> LifeView:
        """The ledger first, then it is sent again if so decided; the first decision counts. Decision 8."""
        self.life.settle_mail(message, workflow.now())
        self._posting[message.mail] = asyncio.create_task(self._settle(message.mail))
        return self.view()

    @settle_mail.validator
    def _may_settle_mail(self, message: SettleMail) -> None:
        self.life.check_settle_mail(message)

    @workflow.update(description=described("Try a refused mail again.", DESK_EXAMPLES, "order.retry_mail"))
    def retry_mail(self, message: RetryMail) -> LifeView:
        """The address is corrected in the store first; the mail server took nothing, so it is sent once."""
        self.life.retry_mail(message, workflow.now())
        self._posting[message.mail] = asyncio.create_task(self._retry(message))
        return self.view()

    @retry_mail.validator
    def _may_retry_mail(self, message: RetryMail) -> None:
        self.life.check_retry_mail(message)

    @workflow.update(description=described("Stop deadlines and mails until resume.", DESK_EXAMPLES, "order.hold"))
    def hold(self, message: Hold) -> LifeView:
        """What people report is still taken; nothing falls due and no mail goes out."""
        self.life.hold_for_operator(message, workflow.now())
        return self.view()

    @hold.validator
    def _may_hold(self, message: Hold) -> None:
        self.life.check_hold(message)

    @workflow.update(description=described("Go on after a hold.", DESK_EXAMPLES, "order.resume"))
    def resume(self, message: Resume) -> LifeView:
        """What fell due meanwhile is done now, once."""
        self.life.resume(message, workflow.now())
        return self.view()

    @resume.validator
    def _may_resume(self, message: Resume) -> None:
        self.life.check_resume(message)

    @workflow.update(description=described("Move a guide or target date.", DESK_EXAMPLES, "order.extend_due_date"))
    def extend_due_date(self, message: ExtendDueDate) -> LifeView:
        """Dates of the contract stay; the old and the new date are in the record."""
        self.life.extend_due_date(message, workflow.now())
        return self.view()

    @extend_due_date.validator
    def _may_extend_due_date(self, message: ExtendDueDate) -> None:
        self.life.check_extend_due_date(message, workflow.now())

    @workflow.update(description=described("Leave out a courtesy mail to come.", DESK_EXAMPLES, "order.skip_reminder"))
    def skip_reminder(self, message: SkipReminder) -> LifeView:
        """It will not go out; the next of its kind will."""
        self.life.skip_reminder(message, workflow.now())
        return self.view()

    @skip_reminder.validator
    def _may_skip_reminder(self, message: SkipReminder) -> None:
        self.life.check_skip_reminder(message)

    @workflow.update(description=described("Write a note into the record.", DESK_EXAMPLES, "order.put_note"))
    def put_note(self, message: PutNote) -> LifeView:
        """With who wrote it and when."""
        self.life.put_note(message, workflow.now())
        return self.view()

    @put_note.validator
    def _may_put_note(self, message: PutNote) -> None:
        """Always."""
