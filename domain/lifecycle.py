"""What every lifecycle is: where it stands, and what operators may do at every gate. Pure, no personal data."""

from datetime import datetime
from typing import Final

from domain.deadlines import Deadline
from domain.elements import (
    FailingStep,
    Lifecycle,
    OperatorHold,
    OperatorNote,
    PostedMail,
    mail_key,
    workflow_id,
)
from domain.mails import MailState
from domain.operator import (
    Acknowledge,
    ExtendDueDate,
    Hold,
    PutNote,
    Resume,
    RetryMail,
    SendAgain,
    SettleMail,
    SettleStep,
    SkipReminder,
)
from domain.policy import SENT_AGAIN_AT_MOST
from domain.reasons import Reason
from domain.standing import Standing
from domain.values import Message, Refused
from domain.working_time import in_utc

__all__ = (
    "FailingStep",
    "Lifecycle",
    "LifecycleState",
    "OperatorHold",
    "OperatorNote",
    "PostedMail",
    "mail_key",
    "workflow_id",
)

SETTLED_AS: Final = {"sent": MailState.SENT, "resend": MailState.PENDING, "leave_out": MailState.MOOT}
"""What an operator's word makes of a mail."""


class LifecycleState(Standing):
    """The common part of an order's, a subscription's, a trial's state. It outlives restarts and continue-as-new."""

    def check_settle_mail(self, message: SettleMail, _now: datetime) -> None:
        """A mail nobody knows the fate of; to leave one out, also one that was refused. The first decision counts."""
        possible = [MailState.UNKNOWN, *([MailState.REFUSED] if message.outcome == "leave_out" else [])]
        mail = self.mails.get(message.mail)
        if mail is None or mail.state not in possible:
            found = ", ".join(known.key for known in self.mails_in(*possible)) or "none"
            what = "in doubt or refused" if len(possible) > 1 else "in doubt"
            raise Refused(f"this mail is not {what}; {what} are: {found}", field="mail", code=Reason.UNKNOWN)

    def settle_mail(self, message: SettleMail, now: datetime) -> None:
        """An operator decided what became of a mail in doubt, or that a refused one is done without."""
        self.check_settle_mail(message, now)
        self.mails[message.mail] = self.mails[message.mail].model_copy(update={"state": SETTLED_AS[message.outcome]})
        self.journal.close_task(message.mail, now)
        self.journal.note("mail.settled", now, message, mail=message.mail, outcome=message.outcome)

    def check_settle_step(self, message: SettleStep, _now: datetime) -> None:
        """Only a step that keeps failing, and to leave it out, one that can be done without."""
        failing = self.failing.get(message.step)
        if failing is None:
            known = ", ".join(self.failing) or "none"
            raise Refused(f"no such step keeps failing; these do: {known}", field="step", code=Reason.UNKNOWN)
        if message.outcome == "leave_out" and not failing.may_be_left_out:
            raise Refused(
                "nothing can go on without this step: mend its cause, then say retry",
                field="outcome",
                code=Reason.NOT_ALLOWED,
            )

    def settle_step(self, message: SettleStep, now: datetime) -> None:
        """An operator decided what becomes of it; the workflow does so."""
        self.check_settle_step(message, now)
        self.journal.note("step.settled", now, message, step=message.step, outcome=message.outcome)

    def check_retry_mail(self, message: RetryMail, _now: datetime) -> None:
        """Only a mail the server refused for good."""
        mail = self.mails.get(message.mail)
        if mail is None or mail.state is not MailState.REFUSED:
            refused = ", ".join(known.key for known in self.mails_in(MailState.REFUSED)) or "none"
            raise Refused(f"this mail was not refused; refused were: {refused}", field="mail", code=Reason.UNKNOWN)

    def retry_mail(self, message: RetryMail, now: datetime) -> None:
        """Once more, to a corrected address if one is given."""
        self.check_retry_mail(message, now)
        self.mails[message.mail] = self.mails[message.mail].model_copy(update={"state": MailState.PENDING})
        corrected = "yes" if message.email else "no"
        self.journal.note("mail.retried", now, message, mail=message.mail, address_corrected=corrected)

    @property
    def may_go_again(self) -> list[PostedMail]:
        """Mails that went out and may go out once more, oldest first: none that is under way, and none without end."""
        found = [mail for mail in self.mails_in(MailState.SENT) if mail.kind not in self.sent_once]
        return [mail for mail in found if not self.closed and self._is_repeatable(mail)]

    def _is_repeatable(self, mail: PostedMail) -> bool:
        sendings = self.sendings_of(mail.key)
        under_way = any(each.state is not MailState.SENT for each in sendings)
        return not under_way and len(sendings) <= SENT_AGAIN_AT_MOST

    def check_send_again(self, message: SendAgain, _now: datetime) -> None:
        """A mail that went out, of something that is not over."""
        possible = {mail.key for mail in self.may_go_again}
        if message.mail not in possible:
            known = ", ".join(sorted(possible)[-3:]) or "none"
            raise Refused(
                f"this mail cannot go out again now; these can, among others: {known}",
                field="mail",
                code=Reason.UNKNOWN,
            )

    def send_again(self, message: SendAgain, now: datetime) -> None:
        """To the same reader, written anew: its text says what is so then, and its links are new ones."""
        self.check_send_again(message, now)
        again = self.post_again(message.mail)
        self.journal.note("mail.sent_again", now, message, mail=again)

    def check_hold(self, _message: Hold, _now: datetime) -> None:
        """Once at a time."""
        if self.held_by_operator is not None:
            raise Refused(
                f"already held by {self.held_by_operator.by}: {self.held_by_operator.reason}", code=Reason.HELD
            )

    def hold(self, message: Hold, now: datetime) -> None:
        """Nothing falls due and no mail goes out until `resume`; what people report is still taken."""
        self.check_hold(message, now)
        self.held_by_operator = OperatorHold(reason=message.reason, by=message.by, since=now)
        self.journal.note(f"{self.lifecycle}.operator_hold", now, message)

    def check_resume(self, _message: Resume, _now: datetime) -> None:
        """Only what is held."""
        if self.held_by_operator is None:
            raise Refused("nothing to resume: no operator holds it", code=Reason.NOT_NEEDED)

    def resume(self, message: Resume, now: datetime) -> None:
        """What fell due meanwhile is done now; of successive reminders only the latest."""
        self.check_resume(message, now)
        self.held_by_operator = None
        self.journal.note(f"{self.lifecycle}.operator_resumed", now, message)

    def check_extend_due_date(self, message: ExtendDueDate, now: datetime) -> None:
        """A pending guide or target, to a time still to come."""
        self._pending(message.deadline, self.movable, "moved")
        if message.at <= now:
            raise Refused("must lie in the future", field="at", code=Reason.WRONG_DATE)

    def extend_due_date(self, message: ExtendDueDate, now: datetime) -> None:
        """The old and the new date are kept in the record."""
        self.check_extend_due_date(message, now)
        known = self._pending(message.deadline, self.movable, "moved")
        moved = {"at": in_utc(message.at), "was": known.at, "set_by_operator": True}
        self.agenda.arm(known.model_copy(update=moved))
        self.journal.note("deadline.moved", now, message, deadline=known.name, was=known.at, at=message.at)

    def check_skip_reminder(self, message: SkipReminder, _now: datetime) -> None:
        """A pending courtesy."""
        self._pending(message.deadline, self.courtesies, "left out")

    def skip_reminder(self, message: SkipReminder, now: datetime) -> None:
        """It will not go out; the next of its kind will."""
        self.check_skip_reminder(message, now)
        self.agenda.disarm(message.deadline)
        self.agenda.done.append(message.deadline)
        self.journal.note("deadline.left_out", now, message, deadline=message.deadline)

    def check_recompute_dates(self, _message: Message, _now: datetime) -> None:
        """Possible as long as something is still to come."""
        if self.closed:
            raise Refused("it is over: no date of it is still to come", code=Reason.WRONG_STAGE)

    def check_acknowledge(self, message: Acknowledge, _now: datetime) -> None:
        """Only an alert that stands."""
        if message.alert not in self.alerts:
            known = ", ".join(self.alerts) or "none"
            raise Refused(f"no such alert; there are: {known}", field="alert", code=Reason.UNKNOWN)

    def acknowledge(self, message: Acknowledge, now: datetime) -> None:
        """It is lifted, and kept in the record with what was done."""
        self.check_acknowledge(message, now)
        self.jeopardy = [what for what in self.jeopardy if what != message.alert]
        self.journal.note(f"{self.lifecycle}.alert_acknowledged", now, message, what=message.alert)

    def put_note(self, message: PutNote, now: datetime) -> None:
        """In the record, with who wrote it."""
        self.last_note = OperatorNote(text=message.text, by=message.by, at=now)
        self.journal.note(f"{self.lifecycle}.note", now, message, text=message.text)

    def _pending(self, name: str, allowed: frozenset[str], done: str) -> Deadline:
        possible = [d for d in self.agenda.pending if (d.ladder or d.name) in allowed]
        for deadline in possible:
            if deadline.name == name:
                return deadline
        known = ", ".join(deadline.name for deadline in possible) or "none"
        raise Refused(f"no such deadline can be {done}; these can: {known}", field="deadline", code=Reason.UNKNOWN)
