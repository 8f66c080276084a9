"""What the commands of lifecycles answer with --json, and every error. Keys are stable: they are only ever added to."""

from typing import Literal

from pydantic import AwareDatetime, Field

from activities.ports import OrderSummary, TrialSummary
from domain.events import Event
from domain.mails import MailState
from domain.values import Model
from domain.view import LifeView


class Answer(Model):
    """What all answers have."""

    warnings: tuple[str, ...] = Field(default=(), description="What the reader should know, one sentence each.")


class PlannedMail(Model):
    """A mail an order sends on its way."""

    kind: str
    to: str = Field(description="Whom it goes to: a partner's id, or where that person will be named.")
    when: str


class PlanAnswer(Answer):
    """`order start --dry-run`: what would happen; nothing was touched."""

    result: Literal["valid"] = "valid"
    order: str
    kind: str
    workflow_id: str
    subscription_id: str
    required_terms: tuple[str, ...]
    mails: tuple[PlannedMail, ...]


class StartAnswer(Answer):
    """`order start`, `trial start`."""

    result: Literal["started", "already_started"]
    order: str | None = Field(default=None, description="The SO#; null for a trial.")
    trial: str | None = Field(default=None, description="The trial's id; null for an order.")
    workflow_id: str
    run_id: str
    stage: str | None = Field(default=None, description="Where it stood a moment later; null if nobody could say.")


class ImportLine(Model):
    """`order import`, `trial import`: one line of JSON for each line of the file that has something to tell."""

    line: int = Field(description="Line of the file, from 1; of a CSV row its first line.")
    order: str | None = None
    trial: str | None = None
    result: Literal["started", "already_started", "closed", "conflict", "refused", "not_found", "bad_input"]
    field: str | None = None
    message: str | None = None


class ImportAnswer(Answer):
    """`order import`, `trial import`: the last line."""

    summary: Literal[True] = True
    lines: int = Field(description="Orders or trials read, good and bad.")
    valid: int
    bad_input: int
    started: int = 0
    already_started: int = 0
    closed: int = 0
    conflict: int = 0
    refused: int = 0
    not_found: int = 0
    finished: bool = Field(description="False: interrupted, run it again. Nothing is started twice.")


class UpdateAnswer(Answer):
    """Every update."""

    result: Literal["accepted", "repeated"] = Field(description="repeated: this update id was accepted before.")
    workflow_id: str
    update: str
    update_id: str
    state: LifeView


class ShownMail(Model):
    """A mail of the ledger, without its address."""

    key: str
    kind: str
    to: str = Field(description="The recipient's role.")
    state: MailState
    claimed_at: AwareDatetime
    settled_at: AwareDatetime | None = None
    answer: str | None = Field(default=None, description="What the mail server said.")
    message_id: str


class ShowAnswer(Answer):
    """`order show`, `subscription show`, `trial show`."""

    workflow_id: str
    workflow_status: str | None = Field(
        description="As Temporal has it: running, completed, …; null: it is gone, unknown: not asked."
    )
    told_by: Literal["workflow", "store"] = Field(description="Who told the state: the workflow itself, or the store.")
    zone: str = Field(description="The customer's time zone; instants in JSON are UTC.")
    state: LifeView
    events: tuple[Event, ...] = ()
    mails: tuple[ShownMail, ...] = ()


class ListAnswer(Answer):
    """`order list`."""

    orders: tuple[OrderSummary, ...]


class LentDevice(Model):
    """What a trial lends."""

    device: str
    workflow_id: str
    model: str
    expires_on: AwareDatetime = Field(description="As its EULA mail says; two weeks later it must be back.")


class TrialPlanAnswer(Answer):
    """`trial start --dry-run`: what would happen; nothing was touched."""

    result: Literal["valid"] = "valid"
    trial: str
    kind: str
    workflow_id: str
    data_region: str
    services: tuple[str, ...]
    days: int = Field(description="From the day it becomes active to its expiry E.")
    mails: tuple[PlannedMail, ...]
    devices: tuple[LentDevice, ...]


class ListedTrial(TrialSummary):
    """One trial of a list, with the time left. TRL-74."""

    services: tuple[str, ...]
    zone: str = Field(description="The customer's: a day ends at its midnight.")
    days_left: int | None = Field(description="Until E, while the trial runs.")
    grace_days_left: int | None = Field(description="Until what it has is lost for good, while it is in grace.")


class TrialListAnswer(Answer):
    """`trial list`."""

    trials: tuple[ListedTrial, ...]


class OverdueDevice(Model):
    """A device that should be back."""

    device: str
    trial: str
    customer_id: str
    partner_id: str
    model: str
    serial_number: str
    stage: str
    return_due_at: AwareDatetime
    carrier: str


class DeviceListAnswer(Answer):
    """`trial list --overdue-devices`."""

    devices: tuple[OverdueDevice, ...]


class Problem(Model):
    """What is wrong, and where."""

    field: str | None = None
    message: str


class Error(Problem):
    """Why a command ended."""

    code: str = Field(description="The name of the exit code: bad_input, refused, conflict, …")
    others: tuple[Problem, ...] = ()


class ErrorAnswer(Model):
    """On stderr, one line, when a command does not end well."""

    error: Error
