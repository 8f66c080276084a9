"""What operators may do at every gate, whatever the lifecycle: each with a reason, each in the record. Pure."""

from typing import Literal

from pydantic import Field

from domain.values import Email, Line, Message, Moment, Text


class SettleMail(Message):
    """An operator found out what became of a mail whose fate nobody knew."""

    mail: Line = Field(description="The mail's key, as `show --json` or the state query gives it.")
    outcome: Literal["sent", "resend", "leave_out"] = Field(
        description="It had arrived; send it once more; or do without it, which a refused mail allows, too."
    )
    reason: Line = Field(description="How you know.")


class RetryMail(Message):
    """A mail was refused for good: try it again, to a corrected address if need be."""

    mail: Line = Field(description="The mail's key, as `show --json` or the state query gives it.")
    email: Email | None = Field(default=None, description="The right address, if the one we have is wrong.")
    reason: Line = Field(description="Why it will work now.")


class SendAgain(Message):
    """A mail went out, and its reader needs it once more: the same one, with facts and links as they are now."""

    mail: Line = Field(description="The mail's key, as `show --json` or the state query gives it.")
    reason: Line = Field(description="Why, for the audit trail.")


class SettleStep(Message):
    """A step keeps failing: try it again at once, or go on without it where that is possible."""

    step: Line = Field(description="The step's name, as `show --json` or the state query gives it.")
    outcome: Literal["retry", "leave_out"] = Field(description="Its cause is mended; or do without it.")
    reason: Line = Field(description="What was done, or why it can be done without.")


class Hold(Message):
    """Stop the clock of our own doing: no deadline is acted on, no mail goes out, until `resume`."""

    reason: Line = Field(description="Why, for the audit trail.")


class Resume(Message):
    """Go on: what fell due meanwhile is done now, once."""


class ExtendDueDate(Message):
    """Move a guide or a target that people set; dates of the contract and the law stay."""

    deadline: Line = Field(description="The deadline's name, as `show --json` or the state query gives it.")
    at: Moment = Field(description="When it is due instead; in the future.")
    reason: Line = Field(description="Why, for the audit trail.")


class SkipReminder(Message):
    """Leave out a courtesy mail that is still to come."""

    deadline: Line = Field(description="The reminder's name, as `show --json` or the state query gives it.")
    reason: Line = Field(description="Why, for the audit trail.")


class Acknowledge(Message):
    """Somebody looked at an alert (a guide or a target missed, a lifecycle nobody could reach) and took care of it."""

    alert: Line = Field(description="The alert's name, as `show --json` or the state query gives it: one of jeopardy.")
    reason: Line = Field(description="What was found out, or done.")


class PutNote(Message):
    """Write something down in the record."""

    text: Text = Field(description="No personal data, please.", min_length=1)
