"""What every lifecycle has: deadlines, a journal, mails, targets missed. Pure, no personal data."""

from abc import abstractmethod
from datetime import datetime
from typing import ClassVar, Self

from pydantic import AwareDatetime, BaseModel, Field

from domain.agenda import Agenda, Deadline
from domain.desk import ExtendDueDate, Hold, PutNote, Resume, RetryMail, SettleMail, SkipReminder
from domain.events import Journal, TaskKind
from domain.mails import Lifecycle, MailKind, MailState, mail_key
from domain.values import Identifier, Line, Model, Refused


class PostedMail(Model):
    """One mail of a lifecycle: what it is, which occurrence, what it is about, what became of it."""

    key: str
    kind: MailKind
    occurrence: str = ""
    due_at: AwareDatetime | None = None
    to: str = ""
    """The role of its reader, if not the one the kind always has."""

    state: MailState = MailState.PENDING
    sent_at: AwareDatetime | None = None


class OperatorHold(Model):
    """An operator stopped the clock: why, who, since when."""

    reason: Line
    by: Identifier
    since: AwareDatetime


class OperatorNote(Model):
    """What somebody wrote into the record last, for whoever looks at it next."""

    text: Line
    by: Identifier
    at: AwareDatetime


class Life(BaseModel):
    """The common part of an order's, a subscription's, a trial's state. It outlives restarts and continue-as-new."""

    lifecycle: ClassVar[Lifecycle]

    jeopardy: list[str] = Field(default_factory=list)
    """Guides and targets missed so far (TMF622 jeopardy): alerts, never failures."""

    agenda: Agenda = Field(default_factory=Agenda)
    journal: Journal = Field(default_factory=Journal)
    mails: dict[str, PostedMail] = Field(default_factory=dict)
    held_by_operator: OperatorHold | None = None
    """While an operator has stopped the clock."""

    last_note: OperatorNote | None = None

    movable: ClassVar[frozenset[str]] = frozenset()
    """Deadlines an operator may move: guides and targets, never dates of the contract."""

    courtesies: ClassVar[frozenset[str]] = frozenset()
    """Ladders of reminders that may be left out."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """The id within its lifecycle."""

    @property
    @abstractmethod
    def closed(self) -> bool:
        """Nothing will happen to it any more, but for mail that is still under way."""

    @property
    def over(self) -> bool:
        """Closed, and no mail keeps its workflow going. Decision 8."""
        return self.closed and not self.mails_in(MailState.PENDING, MailState.UNKNOWN)

    @property
    def attention(self) -> bool:
        """Should somebody look? In jeopardy, a mail in doubt or refused, or held by an operator."""
        in_trouble = self.mails_in(MailState.UNKNOWN, MailState.REFUSED)
        return bool(self.jeopardy or in_trouble or self.held_by_operator)

    def mails_in(self, *states: MailState) -> list[PostedMail]:
        """Mails in one of the states, oldest first."""
        return [mail for mail in self.mails.values() if mail.state in states]

    def for_the_store(self) -> Self:
        """What the store keeps: of its mails only those in trouble, for hundreds of others the ledger knows."""
        in_trouble = self.mails_in(MailState.UNKNOWN, MailState.REFUSED)
        return self.model_copy(update={"mails": {mail.key: mail for mail in in_trouble}})

    def post(self, kind: MailKind, occurrence: str = "", due_at: datetime | None = None, to: str = "") -> None:
        """A mail is to go out; an occurrence posted before is left alone: each goes out once to each reader."""
        key = mail_key(self.lifecycle, self.subject, kind, occurrence, to)
        if key not in self.mails:
            self.mails[key] = PostedMail(key=key, kind=kind, occurrence=occurrence, due_at=due_at, to=to)

    def mail_reported(self, key: str, state: MailState, sent_at: datetime | None, now: datetime) -> None:
        """What became of a mail; one in doubt waits for an operator. Decision 8."""
        self.mails[key] = self.mails[key].model_copy(update={"state": state, "sent_at": sent_at})
        self.journal.note(f"mail.{state}", now, mail=key)
        if state is MailState.UNKNOWN:
            self.journal.open_task(key, TaskKind.SETTLE_MAIL, "operations", now)

    def check_settle_mail(self, message: SettleMail) -> None:
        """Only a mail nobody knows the fate of can be settled; the first decision counts."""
        mail = self.mails.get(message.mail)
        if mail is None or mail.state is not MailState.UNKNOWN:
            doubtful = ", ".join(known.key for known in self.mails_in(MailState.UNKNOWN)) or "none"
            raise Refused(f"this mail is not in doubt; in doubt are: {doubtful}", field="mail")

    def settle_mail(self, message: SettleMail, now: datetime) -> None:
        """An operator decided what became of a mail in doubt."""
        self.check_settle_mail(message)
        state = MailState.SENT if message.outcome == "sent" else MailState.PENDING
        self.mails[message.mail] = self.mails[message.mail].model_copy(update={"state": state})
        self.journal.close_task(message.mail, now)
        self.journal.note("mail.settled", now, message, mail=message.mail, outcome=message.outcome)

    def endanger(self, what: str, now: datetime, due_at: datetime) -> None:
        """A guide or a target was missed: an alert, never a failure. ORD-19, REN-07, AMB-1."""
        self.jeopardy.append(what)
        self.journal.note(f"{self.lifecycle}.jeopardy", now, what=what, due_at=due_at)

    # What operators may do at every gate.

    def check_retry_mail(self, message: RetryMail) -> None:
        """Only a mail the server refused for good."""
        mail = self.mails.get(message.mail)
        if mail is None or mail.state is not MailState.REFUSED:
            refused = ", ".join(known.key for known in self.mails_in(MailState.REFUSED)) or "none"
            raise Refused(f"this mail was not refused; refused were: {refused}", field="mail")

    def retry_mail(self, message: RetryMail, now: datetime) -> None:
        """Once more, to a corrected address if one is given."""
        self.check_retry_mail(message)
        self.mails[message.mail] = self.mails[message.mail].model_copy(update={"state": MailState.PENDING})
        corrected = "yes" if message.email else "no"
        self.journal.note("mail.retried", now, message, mail=message.mail, address_corrected=corrected)

    def check_hold(self, _message: Hold) -> None:
        """Once at a time."""
        if self.held_by_operator is not None:
            raise Refused(f"already held by {self.held_by_operator.by}: {self.held_by_operator.reason}")

    def hold_for_operator(self, message: Hold, now: datetime) -> None:
        """Nothing falls due and no mail goes out until `resume`; what people report is still taken."""
        self.check_hold(message)
        self.held_by_operator = OperatorHold(reason=message.reason, by=message.by, since=now)
        self.journal.note(f"{self.lifecycle}.operator_hold", now, message)

    def check_resume(self, _message: Resume) -> None:
        """Only what is held."""
        if self.held_by_operator is None:
            raise Refused("nothing to resume: no operator holds it")

    def resume(self, message: Resume, now: datetime) -> None:
        """What fell due meanwhile is done now; of successive reminders only the latest."""
        self.check_resume(message)
        self.held_by_operator = None
        self.journal.note(f"{self.lifecycle}.operator_resumed", now, message)

    def check_extend_due_date(self, message: ExtendDueDate, now: datetime) -> None:
        """A pending guide or target, to a time still to come."""
        self._pending(message.deadline, self.movable, "moved")
        if message.at <= now:
            raise Refused("must lie in the future", field="at")

    def extend_due_date(self, message: ExtendDueDate, now: datetime) -> None:
        """The old and the new date are kept in the record."""
        self.check_extend_due_date(message, now)
        known = self._pending(message.deadline, self.movable, "moved")
        self.agenda.arm(known.model_copy(update={"at": message.at}))
        self.journal.note("deadline.moved", now, message, deadline=known.name, was=known.at, at=message.at)

    def check_skip_reminder(self, message: SkipReminder) -> None:
        """A pending courtesy."""
        self._pending(message.deadline, self.courtesies, "left out")

    def skip_reminder(self, message: SkipReminder, now: datetime) -> None:
        """It will not go out; the next of its kind will."""
        self.check_skip_reminder(message)
        self.agenda.disarm(message.deadline)
        self.agenda.done.append(message.deadline)
        self.journal.note("deadline.left_out", now, message, deadline=message.deadline)

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
        raise Refused(f"no such deadline can be {done}; these can: {known}", field="deadline")
