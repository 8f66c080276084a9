"""What the state of every lifecycle is made of: its name and id, its mails, a hold, steps that keep failing, a note."""

from datetime import date
from typing import Any, ClassVar

from pydantic import AwareDatetime, GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from domain.mails import MailState
from domain.values import Model


class Lifecycle(str):
    """The name of a lifecycle: what a mail, an event or a task is about, and the first word of its workflow's id.

    Open: whoever adds one to the table of `domain/lifecycles.py` makes its name. Data holds it as plain text.
    """

    ORDER: ClassVar["Lifecycle"]
    SUBSCRIPTION: ClassVar["Lifecycle"]
    TRIAL: ClassVar["Lifecycle"]
    DEVICE: ClassVar["Lifecycle"]

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.str_schema()


Lifecycle.ORDER = Lifecycle("order")
Lifecycle.SUBSCRIPTION = Lifecycle("subscription")
Lifecycle.TRIAL = Lifecycle("trial")
Lifecycle.DEVICE = Lifecycle("device")


def workflow_id(lifecycle: Lifecycle, subject: str) -> str:
    """The workflow of a lifecycle: `order-SO-100001`, `subscription-sub-SO-100001`. Ids carry no personal data."""
    return f"{lifecycle}-{subject}"


def mail_key(lifecycle: Lifecycle, subject: str, kind: str, occurrence: str = "", to: str = "") -> str:
    """The identity of one mail: workflow id, business step, occurrence and reader; the same after a Reset."""
    return "/".join(part for part in (workflow_id(lifecycle, subject), kind, occurrence, to) if part)


class PostedMail(Model):
    """One mail of a lifecycle: what it is, which occurrence, what it is about, what became of it."""

    key: str
    kind: str
    """A MailKind of its lifecycle."""

    day: date | None = None
    """The calendar day it speaks of, where that day may move: an expiry, a renewal date."""

    occurrence: str = ""
    """Which of several of its kind, about that day."""

    due_at: AwareDatetime | None = None
    to: str = ""
    """The role of its reader, if not the one the kind always has."""

    state: MailState = MailState.PENDING
    sent_at: AwareDatetime | None = None
    answer: str = ""
    """Why it was refused or is in doubt, in the mail server's words or ours; without addresses."""


class OperatorHold(Model):
    """An operator stopped the clock: why, who, since when."""

    reason: str
    by: str
    since: AwareDatetime


class FailingStep(Model):
    """Work for the world outside that was tried again and again, and still is; it ends by itself once it succeeds."""

    step: str
    """Its name, unique within its lifecycle: a mail's key, `record`, `start_subscription`, …"""

    reason: str
    """What went wrong last, in the words of whoever refused; no personal data."""

    since: AwareDatetime
    may_be_left_out: bool
    """Can it go on without it? Then an operator may say so."""


class OperatorNote(Model):
    """What somebody wrote into the record last, for whoever looks at it next."""

    text: str
    by: str
    at: AwareDatetime
