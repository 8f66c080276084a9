"""What the commands of lifecycles answer with --json, and every error. Keys are stable: they are only ever added to."""

from typing import Any, Literal

from pydantic import AwareDatetime, Field

from domain.events import Event
from domain.mails import MailState
from domain.reasons import Problem
from domain.values import Model
from domain.view import LifecycleView
from domain.working_time import Instant


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


def names(lifecycle: str, id_: str) -> dict[str, str]:
    """The keys that say what it is about; of the first lifecycles also those that they had before."""
    return {"lifecycle": lifecycle, "id": id_} | ({lifecycle: id_} if lifecycle in StartAnswer.model_fields else {})


class StartPlanAnswer(Answer):
    """`start --dry-run`: nothing was touched."""

    result: Literal["valid"] = "valid"
    lifecycle: str
    id: str
    workflow_id: str
    mails: tuple[PlannedMail, ...] = ()


class StartAnswer(Answer):
    """`start`."""

    result: Literal["started", "already_started"]
    lifecycle: str
    id: str
    order: str | None = Field(default=None, description="The SO#, if it is an order.")
    trial: str | None = Field(default=None, description="The trial's id, if it is one.")
    workflow_id: str
    run_id: str
    stage: str | None = Field(default=None, description="Where it stood a moment later; null if nobody could say.")


class ImportLine(Model):
    """`import`: one line of JSON for each line of the file that has something to tell."""

    line: int = Field(description="Line of the file, from 1; of a CSV row its first line.")
    lifecycle: str | None = Field(default=None, description="Null, as its id, if the line does not read.")
    id: str | None = None
    order: str | None = None
    trial: str | None = None
    result: Literal["started", "already_started", "closed", "conflict", "refused", "not_found", "bad_input"]
    field: str | None = None
    column: str | None = Field(default=None, description="Of a CSV, as spreadsheets name it: A, B, … AA.")
    message: str | None = None


class ImportAnswer(Answer):
    """`import`: the last line."""

    summary: Literal[True] = True
    lines: int = Field(description="Starts read, good and bad.")
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
    state: LifecycleView


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
    """`show`."""

    workflow_id: str
    workflow_status: str | None = Field(
        description="As Temporal has it: running, completed, …; null: it is gone, unknown: not asked."
    )
    told_by: Literal["workflow", "store"] = Field(description="Who told the state: the workflow itself, or the store.")
    zone: str = Field(description="The customer's time zone; instants in JSON are UTC.")
    state: LifecycleView
    line: dict[str, Any] = Field(default={}, description="As its list says it: with ages and days left, as of now.")
    events: tuple[Event, ...] = ()
    mails: tuple[ShownMail, ...] = ()


class LentDevice(Model):
    """What a trial lends."""

    device: str
    workflow_id: str
    model: str
    expires_on: Instant = Field(description="As its EULA mail says; two weeks later it must be back.")


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


class WrongField(Model):
    """What is wrong, and where."""

    field: str | None = None
    message: str


class Error(WrongField):
    """Why a command ended."""

    code: str = Field(description="The name of the exit code: bad_input, refused, conflict, …")
    others: tuple[WrongField, ...] = ()
    problems: tuple[Problem, ...] = Field(default=(), description="The same for programs, where a message was judged.")


class ErrorAnswer(Model):
    """On stderr, one line, when a command does not end well."""

    error: Error
