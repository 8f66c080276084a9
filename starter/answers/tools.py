"""What the tools answer with --json, from `schema` to `replay`. Keys are stable: they are only ever added to."""

from enum import StrEnum
from typing import Literal

from pydantic import AwareDatetime, Field

from domain.deadlines import Deadline
from domain.events import Event
from domain.values import Model
from domain.view import LifecycleView
from domain.working_time import Instant
from starter.answers.lifecycle import Answer


class SchemaAnswer(Answer):
    """`schema --out`. Without it the answer is one schema, or all of them by name."""

    written: tuple[str, ...] = Field(description="The files.")


class MigrateAnswer(Answer):
    """`migrate`."""

    result: Literal["created", "upgraded", "up_to_date"]
    store: str = Field(description="Where it is, without user and password.")
    schema_before: str | None = Field(description="Null if there was no store.")
    schema_now: str


class ForwardAnswer(Answer):
    """`forward`."""

    workflow_id: str
    was: AwareDatetime
    now: AwareDatetime
    zone: str
    passed: tuple[Deadline, ...] = Field(description="Deadlines that fell due on the way.")
    events: tuple[Event, ...] = Field(description="What happened on the way.")
    state: LifecycleView | None = Field(description="Where it stands now; null if it is not there any more.")


class Difference(StrEnum):
    """What may be wrong."""

    STRANGE_NAME = "strange_name"
    """A workflow runs under an id by which nobody looks for it."""

    NO_ANSWER = "no_answer"
    """The workflow runs and does not answer: no worker, or its task fails."""

    NOT_RUNNING = "not_running"
    """Open in the store, and no workflow runs: completed, terminated, failed or gone."""

    NO_ROW = "no_row"
    """A running workflow the store does not know."""

    STORE_BEHIND = "store_behind"
    """The store's row says something else than the workflow."""

    ATTRIBUTES_BEHIND = "attributes_behind"
    """Lists and filters of the Web UI show something else than the workflow."""

    EVENTS_MISSING = "events_missing"
    """The store's record lacks something that happened."""

    TASKS_DIFFER = "tasks_differ"
    """Other tasks are open in the store than in the workflow."""

    MAILS_DIFFER = "mails_differ"
    """The mail ledger tells another fate of a mail than the workflow."""

    WAITS_IN_VAIN = "waits_in_vain"
    """A subscription waits for a renewal order that is over."""

    LACKING = "lacking"
    """The store has no people or forms that the workflow needs: erased, or an older store was restored."""

    LOSSES_DIFFER = "losses_differ"
    """What the store keeps of a trial's end is not what the trial says it lost and spared."""

    PEOPLE_DIFFER = "people_differ"
    """Somebody stands in the store with another name, address, language or zone than the workflow was told."""

    STEP_FAILING = "step_failing"
    """A step of the workflow is tried again and again."""

    TASK_FAILING = "task_failing"
    """Temporal reports problems: the workflow's own task fails, and nobody is heard."""


class Finding(Model):
    """One difference."""

    workflow_id: str
    difference: Difference
    told: str
    remedy: str = Field(default="", description="What --repair does about it, or what a person has to do.")
    tell_again: tuple[str, ...] = Field(
        default=(), description="What people told it and it does not know, for Temporal was restored: tell it again."
    )
    repaired: bool = False


class AuditAnswer(Answer):
    """`audit`: how many lifecycles were compared, and what differs."""

    compared: int
    findings: tuple[Finding, ...]


class FilterLink(Model):
    """One list of the Web UI."""

    name: str
    query: str
    url: str


class StartLink(Model):
    """One form of the Web UI to start something, filled in as far as a link can."""

    name: str
    workflow_type: str
    workflow_id: str
    url: str
    example: str = Field(description="The file whose content is pasted as the input.")


class DeskAnswer(Answer):
    """`desk`: links into the Web UI."""

    ui: str
    filters: tuple[FilterLink, ...]
    starts: tuple[StartLink, ...]


class Coming(StrEnum):
    """What sort of thing is to come."""

    MAIL = "mail"
    DEADLINE = "deadline"
    STATE = "state"
    LOSS = "loss"


class ForecastEntry(Model):
    """`forecast`: one thing to come. The answer is a list of them."""

    at: Instant
    kind: Coming
    what: str
    to: str | None = Field(default=None, description="The role of a mail's reader: never a name or an address.")
    rule: str | None = Field(default=None, description="The rules of domain.md it follows from.")


HistoryKind = Literal["start", "update", "signal", "wait", "due", "step", "mail", "stage", "clock", "fault", "end"]


class HistoryEntry(Model):
    """One thing that happened."""

    at: AwareDatetime = Field(description="On the workflow's own clock: virtual where a test clock moved it.")
    event: int = Field(description="The event's id in this run's history.")
    kind: HistoryKind
    text: str
    due: AwareDatetime | None = Field(default=None, description="For a wait: until when.")


class Run(Model):
    """One run: an order has one, a subscription one a term."""

    run_id: str
    entries: tuple[HistoryEntry, ...]


class HistoryAnswer(Answer):
    """`history`: what happened, run by run."""

    workflow_id: str
    workflow_type: str
    zone: str = Field(description="The customer's, in which people are shown the times.")
    runs: tuple[Run, ...]
    saved: tuple[str, ...] = Field(default=(), description="Files written by --save: they hold personal data.")


class Verdict(Model):
    """How one history replays."""

    source: str = Field(description="The file, or `workflow id/run id`.")
    workflow_type: str
    events: int
    breaks: str | None = Field(default=None, description="Why, in one line; null if the code can go on.")


class ReplayAnswer(Answer):
    """`replay`: which histories the code on disk would break."""

    replayed: int
    broken: int
    verdicts: tuple[Verdict, ...]
