"""What every lifecycle has: deadlines, a journal, mails, targets missed. Pure, no personal data."""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import AwareDatetime, BaseModel, Field

from domain.agenda import Agenda
from domain.events import Journal, TaskKind
from domain.mails import Lifecycle, MailKind, MailState, mail_key
from domain.values import Line, Message, Model, Refused


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


class SettleMail(Message):
    """An operator found out what became of a mail whose fate nobody knew."""

    mail: Line = Field(description="The mail's key, as shown by the state query.")
    outcome: Literal["sent", "resend"] = Field(description="It had arrived, or send it once more.")
    reason: Line = Field(description="How you know.")


class Life(BaseModel):
    """The common part of an order's, a subscription's, a trial's state. It outlives restarts and continue-as-new."""

    lifecycle: ClassVar[Lifecycle]

    jeopardy: list[str] = Field(default_factory=list)
    """Guides and targets missed so far (TMF622 jeopardy): alerts, never failures."""

    agenda: Agenda = Field(default_factory=Agenda)
    journal: Journal = Field(default_factory=Journal)
    mails: dict[str, PostedMail] = Field(default_factory=dict)

    @property
    def subject(self) -> str:
        """The id within its lifecycle."""
        raise NotImplementedError

    @property
    def attention(self) -> bool:
        """Should somebody look? In jeopardy, or a mail in doubt or refused."""
        return bool(self.jeopardy) or bool(self.mails_in(MailState.UNKNOWN, MailState.REFUSED))

    def mails_in(self, *states: MailState) -> list[PostedMail]:
        """Mails in one of the states, oldest first."""
        return [mail for mail in self.mails.values() if mail.state in states]

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
