"""Mails, each sent once unless nobody can know. The world as the post sees it. Decision 8, R1."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from contextlib import suppress
from datetime import timedelta
from typing import Annotated, Any, Final, Literal, Protocol

from pydantic import AwareDatetime, Field
from temporalio import activity
from temporalio.exceptions import ApplicationError, ApplicationErrorCategory

from activities.context import activity_in_a_thread, at_this_time, now
from activities.ports import (
    Answer,
    Archive,
    Attachment,
    Claim,
    Composer,
    Connection,
    Delivery,
    Documents,
    Envelope,
    MailLedger,
    NotKnown,
    Transport,
    UnsafeMail,
)
from domain.letters import Letters
from domain.lifecycle import SETTLED_AS, Lifecycle, PostedMail
from domain.lifecycles import KINDS
from domain.mails import Letter, MailState
from domain.values import Identifier, Model, Person, Refused, as_line

UNWRITABLE: Final = (Refused, UnsafeMail, ValueError)
"""What speaks against a mail for good: nobody in its role, a fact that is missing or would not be what was meant."""

ON_THE_SPOT: Final = 3.0
"""Seconds: so long a workflow task, and whoever writes to the workflow meanwhile, waits for a mail server. ADR 31."""

UNDER_WAY: Final = "MailUnderWay"
"""The failure type of an attempt on the spot that goes on without the workflow, until the mail server's deadline."""

NOT_BEGUN: Final = "MailNotBegun"
"""The failure type of one that came to no thread in time, and never will."""

MAILS_AT_ONCE: Final = 50
"""So many of one cause go to one activity: a mail server at hand takes them in a second or two, and what a kill makes
the next attempt look up in the ledger again stays small."""

_STATE_OF: Final = {
    Answer.ACCEPTED: MailState.SENT,
    Answer.REFUSED: MailState.REFUSED,
    Answer.UNKNOWN: MailState.UNKNOWN,
    Answer.LATER: MailState.PENDING,
}


class SendMail(Model):
    """A mail of a lifecycle, by ids only."""

    lifecycle: Lifecycle
    subject: Identifier
    mail: PostedMail


class SendMailOnTheSpot(SendMail):
    """The same, from within a workflow task."""

    at: AwareDatetime
    """On the workflow's clock."""


class SendMails(Model):
    """Mails of one lifecycle that one cause set going, by ids only."""

    lifecycle: Lifecycle
    subject: Identifier
    mails: Annotated[tuple[PostedMail, ...], Field(min_length=1, max_length=MAILS_AT_ONCE)]


class MailReport(Model):
    """What became of a mail."""

    state: MailState
    """PENDING: nothing yet. Its mail server said later, or the attempt failed: it is to be sent by itself."""

    sent_at: AwareDatetime | None = None
    """When the mail server took it, on the workflow's clock."""

    answer: str = ""
    """What the mail server said, or why it was not written; without addresses."""


class MailReports(Model):
    """What became of several. One without a report was not tried: its turn comes with the next batch."""

    reports: dict[str, MailReport]
    """By the mails' keys."""


class MailDeferred(ApplicationError):
    """Nothing is wrong with this mail or its reader, and what it says must not sound so."""

    def __init__(self, delivery: Delivery) -> None:
        self.answer = delivery.words
        us = " takes nothing from us at present" if delivery.about_us else ""
        super().__init__(
            f"mail server{us}: {delivery.words}; tried again",
            type="MailRelayRefusesUs" if delivery.about_us else "MailDeferred",
            category=ApplicationErrorCategory.BENIGN,
            next_retry_delay=delivery.again_in,
        )


class SettledMail(Model):
    """An operator's decision about a mail in doubt, refused or failing."""

    key: str
    outcome: Literal["sent", "resend", "leave_out"]


class RetriedMail(Model):
    """An operator's order to try a refused mail again, to a corrected address if there is one."""

    lifecycle: Lifecycle
    subject: Identifier
    mail: PostedMail
    email: str | None = None


class MailRecords(Archive, MailLedger, Protocol):
    """The parts of the store that the post touches."""

    def row(self, lifecycle: Lifecycle, subject: str) -> Any:
        """As the lifecycle's kind reads it. Raises NotKnown."""
        ...


class MailActivities:
    """Runs on a task queue and executor of its own, so that a hung mail server holds nothing else up."""

    def __init__(
        self,
        store: MailRecords,
        composer: Composer,
        transport: Transport,
        documents: Documents,
        clock: Callable[[], float],
        failpoint: Callable[[str], None] = lambda _name: None,
        on_the_spot: Executor | None = None,
    ) -> None:
        self._store = store
        self._composer = composer
        self._transport = transport
        self._documents = documents
        self._clock = clock
        self._taken_at_once = True
        self._on_the_spot = on_the_spot
        """Threads of their own: attempts on the spot wait for no mail of the queue."""
        self._failpoint = failpoint

    @activity_in_a_thread
    def send_mail(self, request: SendMail) -> MailReport:
        """Send one mail, keyed by the mail's key: what was sent, refused or is in doubt is never sent again.

        One that cannot be written (its reader erased, its form missing) is refused: to try on would never end.
        """
        return self._send(request.lifecycle, request.subject, request.mail, self._transport)

    def flows(self) -> bool:
        """May the next mail be tried on the spot? If the mail server took the last one of this worker at once."""
        return self._taken_at_once and self._on_the_spot is not None

    @activity.defn
    async def send_mail_on_the_spot(self, request: SendMailOnTheSpot) -> MailReport:
        """The same, and a repeat as harmless; but people's answers wait for a local activity, so it ends in time.

        Raises what `send_mail` raises, and ApplicationError where that is too short: of type `UNDER_WAY` if the attempt
        goes on to its end, which the ledger will know, or `NOT_BEGUN`.
        """
        if self._on_the_spot is None:
            raise ApplicationError("this worker has no threads for it", type=NOT_BEGUN)
        attempt = self._on_the_spot.submit(at_this_time(request.at).run, self.send_mail, request)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(attempt), ON_THE_SPOT)
        except TimeoutError:
            self._taken_at_once = False
            ended = NOT_BEGUN if attempt.cancelled() else UNDER_WAY
            raise ApplicationError("the mail server takes its time", type=ended) from None

    @activity_in_a_thread
    def send_mails(self, request: SendMails) -> MailReports:
        """Send mails one after the other, each keyed as `send_mail` does: a repeat sends what is still to be sent.

        No mail stands in another's way: what becomes of one is in its report. Ends early, with those that were tried,
        when one more might take longer than there is time, or the worker stops. A mail under way is never interrupted.
        """
        until = self._clock() + _time_to_begin().total_seconds()
        reports: dict[str, MailReport] = {}
        with self._transport.kept() as post:
            for mail in request.mails:
                if reports and (self._clock() > until or activity.is_worker_shutdown() or activity.is_cancelled()):
                    break
                activity.heartbeat()
                reports[mail.key] = self._tried(request, mail, post)
        return MailReports(reports=reports)

    @activity_in_a_thread
    def settle_mail(self, decision: SettledMail) -> MailReport:
        """Write an operator's decision into the ledger and say what it holds then; a repeat changes nothing. R2.

        A mail the ledger does not know (it never came so far, or the store was restored) is what was decided.
        """
        settle = {
            "sent": self._store.mark_arrived,
            "resend": self._store.reopen,
            "leave_out": self._store.leave_out,
        }[decision.outcome]
        try:
            claim = settle(decision.key, now())
        except NotKnown:
            return MailReport(state=SETTLED_AS[decision.outcome])
        return MailReport(state=claim.state, sent_at=claim.sent_at)

    @activity_in_a_thread
    def retry_mail(self, retried: RetriedMail) -> MailReport:
        """Correct the reader's address, then open the ledger's row again; a repeat changes nothing. It stays refused if
        there is nobody whose address could be corrected."""
        try:
            if retried.email is not None:
                role = KINDS[retried.lifecycle].state.reader_of(retried.mail)
                self._store.correct_address(retried.lifecycle, retried.subject, role, retried.email)
        except Refused as problem:
            return MailReport(state=MailState.REFUSED, answer=f"not written: {in_one_line(problem)}")
        with suppress(NotKnown):
            self._store.reopen(retried.mail.key, now())
        return MailReport(state=MailState.PENDING)

    def _tried(self, request: SendMails, mail: PostedMail, post: Connection) -> MailReport:
        """Whatever goes wrong on our side shows when the mail is sent by itself."""
        try:
            return self._send(request.lifecycle, request.subject, mail, post)
        except MailDeferred as later:
            return MailReport(state=MailState.PENDING, answer=later.answer)
        except Exception as problem:
            return MailReport(state=MailState.PENDING, answer=type(problem).__name__)

    def _send(self, lifecycle: Lifecycle, subject: str, mail: PostedMail, post: Connection) -> MailReport:
        """One mail as far as it gets now. Raises MailDeferred if nothing was taken and it is to be tried again."""
        letters, role = KINDS[lifecycle].letters, KINDS[lifecycle].state.reader_of(mail)
        claim = self._store.claim(mail.key, mail.kind, lifecycle, subject, role, now())
        self._failpoint("claimed")
        if claim.state is not MailState.PENDING:
            return MailReport(state=claim.state, sent_at=claim.sent_at, answer=claim.answer or "")
        try:
            row = self._store.row(lifecycle, subject)
            if not letters.wanted(row, mail):
                return self._ended(mail.key, MailState.MOOT, "no longer called for")
            reader = letters.reader(row, mail) or self._store.person(lifecycle, subject, role)
            envelope = self._envelope((lifecycle, subject), row, mail, reader, claim)
        except UNWRITABLE as problem:
            return self._ended(mail.key, MailState.REFUSED, f"not written: {in_one_line(problem)}")
        return self._deliver(mail.key, envelope, post)

    def _envelope(
        self, about: tuple[Lifecycle, str], row: Any, mail: PostedMail, reader: Person, claim: Claim
    ) -> Envelope:
        """Looked at before anything is written: who must not read it, and what is not known."""
        letters: Letters[Any] = KINDS[about[0]].letters
        letters.check_reader(row, mail, reader)
        letter = Letter(
            lifecycle=about[0],
            subject=about[1],
            kind=mail.kind,
            to=reader,
            facts=letters.facts(row, mail, now()),
            with_document=mail.kind in letters.with_document,
        )
        return self._composer.compose(letter, claim.message_id, self._attachments(letter))

    def _attachments(self, letter: Letter) -> tuple[Attachment, ...]:
        return (self._documents.confirmation(letter.facts, letter.to),) if letter.with_document else ()

    def _ended(self, key: str, state: MailState, answer: str) -> MailReport:
        self._store.settle(key, state, answer, now())
        return MailReport(state=state, answer=answer)

    def _deliver(self, key: str, envelope: Envelope, post: Connection) -> MailReport:
        self._failpoint("before_data")
        began = self._clock()
        delivery = post.send(envelope, lambda: self._hand_over(key))
        self._taken_at_once = delivery.answer is not Answer.LATER and self._clock() - began < ON_THE_SPOT
        self._failpoint("answered")
        return self._settle(key, delivery)

    def _hand_over(self, key: str) -> None:
        self._store.handing_over(key, now())
        self._failpoint("handed_over")

    def _settle(self, key: str, delivery: Delivery) -> MailReport:
        state = _STATE_OF[delivery.answer]
        self._store.settle(key, state, delivery.words, now())
        if state is MailState.PENDING:
            raise MailDeferred(delivery)
        self._failpoint("settled")
        return MailReport(state=state, sent_at=now() if state is MailState.SENT else None, answer=delivery.words)


def _time_to_begin() -> timedelta:
    """How long after its start an attempt may begin a mail: one may take as long as there need be no sign of life."""
    info = activity.info()
    return (info.start_to_close_timeout or timedelta()) - (info.heartbeat_timeout or timedelta())


def in_one_line(problem: Exception) -> str:
    """The first line of what went wrong: further ones may carry values."""
    return as_line(str(problem).partition("\n")[0])
