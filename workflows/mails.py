"""The mails of a lifecycle: each goes out once, several of one cause together; operators settle what is in doubt."""

import asyncio
from datetime import timedelta
from functools import partial
from typing import Final

from temporalio import workflow
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

with workflow.unsafe.imports_passed_through():
    from activities.mail import (
        MAILS_AT_ONCE,
        UNDER_WAY,
        MailActivities,
        MailReport,
        RetriedMail,
        SendMail,
        SendMailOnTheSpot,
        SendMails,
        SettledMail,
    )
    from domain.deadlines import Deadline
    from domain.lifecycle import PostedMail
    from domain.mails import MailKind, MailState
    from domain.operator import RetryMail, SettleMail
    from domain.view import LifecycleView
    from workflows.attempts import L, LeftOut
    from workflows.recompute import Recomputing
    from workflows.steps import MAIL, MAIL_ON_THE_SPOT, MAIL_TASK_QUEUE_SUFFIX, TOGETHER

ALONE: Final = MailReport(state=MailState.PENDING)
"""Of a mail that is to be sent by an activity of its own."""


class Mails(Recomputing[L]):
    """What was posted goes out in the background: a mail server that is down holds up nobody."""

    def __init__(self) -> None:
        super().__init__()
        self._posting: dict[str, asyncio.Task[None]] = {}
        self._mail_flows = False
        """As the worker said that wrote the last record."""

    def post(self, kind: MailKind, occurrence: str = "", deadline: Deadline | None = None) -> None:
        """A mail goes out once the store knows why, in the background: a mail server that is down holds up nobody."""
        self.state.post(kind, occurrence, deadline.at if deadline else None)

    def mail_was_sent(self, kind: str) -> None:
        """A mail is out: some lifecycles go on from there."""

    def _waiting(self) -> list[str]:
        if self.state.held_by_operator is not None:
            return []
        return [mail.key for mail in self.state.mails_in(MailState.PENDING) if mail.key not in self._posting]

    def _send_what_waits(self) -> None:
        waiting = self._waiting()
        for first in range(0, len(waiting), MAILS_AT_ONCE):
            keys = waiting[first : first + MAILS_AT_ONCE]
            sending = asyncio.create_task(self._deliver_together(keys) if len(keys) > 1 else self._deliver(keys[0]))
            self._posting |= dict.fromkeys(keys, sending)

    async def _deliver_together(self, keys: list[str]) -> None:
        """Mails of one cause. One that the server wants later is sent alone; one that was not tried waits on."""
        mails = tuple(self.state.mails[key] for key in keys)
        reports = await self._reports_of(mails)
        for key in keys:
            report = reports.get(key) if reports is not None else ALONE
            if report is None:
                del self._posting[key]
            elif report.state is MailState.PENDING:
                self._posting[key] = asyncio.create_task(self._deliver(key, tried=True))
            else:
                self._reported(key, report)

    async def _reports_of(self, mails: tuple[PostedMail, ...]) -> dict[str, MailReport] | None:
        """None if it ended without an answer: each mail's own row in the ledger knows how far it came."""
        request = SendMails(lifecycle=self.state.lifecycle, subject=self.state.subject, mails=mails)
        kinds = ", ".join(dict.fromkeys(mail.kind.replace("_", " ") for mail in mails))
        try:
            answer = await workflow.execute_activity_method(
                MailActivities.send_mails,
                request,
                summary=f"{len(mails)} mails: {kinds}",
                task_queue=workflow.info().task_queue + MAIL_TASK_QUEUE_SUFFIX,
                **TOGETHER,
            )
        except ActivityError:
            return None
        return answer.reports

    async def _deliver(self, key: str, *, tried: bool = False) -> None:
        mail = self.state.mails[key]
        request = SendMail(lifecycle=self.state.lifecycle, subject=self.state.subject, mail=mail)
        summary = f"Mail: {as_words(mail.kind)}"
        try:
            report = await self.carry_out(
                MailActivities.send_mail,
                request,
                step=key,
                summary=summary,
                optional=True,
                mail=True,
                first=partial(self._send_on_the_spot, request) if self._mail_flows and not tried else None,
            )
        except LeftOut:
            report = await self._settled_in_the_ledger(key, "leave_out")
        self._reported(key, report)

    async def _send_on_the_spot(self, request: SendMail) -> MailReport:
        """Within a workflow task, after the one that made it due. Raises FailureError once no attempt is under way and
        the mail server may be asked again. ADR 31."""
        mail = request.mail
        summary = f"Mail: {as_words(mail.kind)} to {as_words(self.state.reader_of(mail))}"
        await self.beyond_recall(summary)
        local = SendMailOnTheSpot(**dict(request), at=workflow.now())
        try:
            return await workflow.execute_local_activity_method(
                MailActivities.send_mail_on_the_spot, local, summary=summary, **MAIL_ON_THE_SPOT
            )
        except FailureError as failure:
            if pause := _pause_after(failure):
                await workflow.sleep(pause, summary="The mail server takes its time")
            raise

    async def _settle(self, key: str, outcome: str) -> None:
        self._decided_about(key, await self._settled_in_the_ledger(key, outcome))

    def _decided_about(self, key: str, report: MailReport) -> None:
        """What the state has already, or has forgotten since, is no news."""
        mail = self.state.mails.get(key)
        if mail is None or report.state in (MailState.PENDING, mail.state):
            del self._posting[key]
        else:
            self._reported(key, report)

    async def _settled_in_the_ledger(self, key: str, outcome: str) -> MailReport:
        return await self.carry_out(
            MailActivities.settle_mail,
            SettledMail(key=key, outcome=outcome),
            step=f"settle/{key}",
            summary="Mail in doubt: an operator decided",
            mail=True,
        )

    async def _retry(self, message: RetryMail) -> None:
        mail = self.state.mails[message.mail]
        retried = RetriedMail(
            lifecycle=self.state.lifecycle, subject=self.state.subject, mail=mail, email=message.email
        )
        report = await self.carry_out(
            MailActivities.retry_mail,
            retried,
            step=f"retry/{message.mail}",
            summary="Mail refused: once more",
            mail=True,
        )
        self._decided_about(message.mail, report)

    def _reported(self, key: str, report: MailReport) -> None:
        del self._posting[key]
        self.state.mail_reported(key, report.state, report.sent_at, workflow.now(), report.answer)
        if report.state is MailState.SENT:
            self.mail_was_sent(self.state.mails[key].kind)

    def settle_mail(self, message: SettleMail) -> LifecycleView:
        """The ledger first, then it is sent again if so decided; the first decision counts. Decision 8."""
        self.state.settle_mail(message, workflow.now())
        self._posting[message.mail] = asyncio.create_task(self._settle(message.mail, message.outcome))
        return self.view()

    def retry_mail(self, message: RetryMail) -> LifecycleView:
        """The address is corrected in the store first; the mail server took nothing, so it is sent once."""
        self.state.retry_mail(message, workflow.now())
        self._posting[message.mail] = asyncio.create_task(self._retry(message))
        return self.view()


def as_words(name: str) -> str:
    """`trial_expired` is a trial expired."""
    return name.replace("_", " ")


def _pause_after(failure: FailureError) -> timedelta | None:
    """Until an attempt that may still be under way has ended, or the mail server wants to be asked again."""
    if not isinstance(failure, ApplicationError) or failure.type == UNDER_WAY:
        return MAIL.longest
    return failure.next_retry_delay
