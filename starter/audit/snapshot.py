"""One lifecycle as every side that knows it has it: the lists, the workflow itself, the store."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from temporalio.common import TypedSearchAttributes

from activities.ports import RecordedMail, RowColumns
from domain.events import Event
from domain.lifecycle import LifecycleState
from domain.values import Person
from domain.view import LifecycleView
from starter.answers.tools import Difference, Finding
from starter.console.ids import Subject

GONE: Final = "gone"
"""What Temporal says of a workflow it does not know, in place of a status."""

RUNNING: Final = "running"
COMPLETED: Final = "completed"
CONTINUED: Final = "continued_as_new"


@dataclass(frozen=True)
class Stored:
    """What the store knows of one lifecycle."""

    columns: RowColumns
    state: LifecycleState | None
    """None when its row cannot be read."""

    view: LifecycleView | None
    """Its row, shown as the workflow shows itself."""

    events: frozenset[int]
    tasks: frozenset[str]
    """The open ones."""

    mails: Mapping[str, RecordedMail]
    news: tuple[Event, ...] = ()
    """What people told it after its start, oldest first."""

    erased: tuple[str, ...] = ()
    """Where somebody stood in its start who is not there (any more): `customer.contact`."""

    losses: frozenset[str] = frozenset()
    """Steps of a trial's end that are decided there."""

    others: Mapping[str, Person] = field(default_factory=dict)
    """Who stands there otherwise than the workflow's own history has them, as it has them. By role; never printed."""

    lacks: tuple[str, ...] = ()
    """People, by role, and forms that its mails need and that are not there (any more)."""


@dataclass(frozen=True)
class Retried:
    """A step that Temporal tries again and again."""

    step: str
    attempts: int
    failure: str
    """What kind of failure it was last, without its words: they may hold personal data."""


@dataclass(frozen=True)
class Snapshot:
    """One lifecycle at one moment, and what everybody says about it."""

    workflow_id: str
    at: datetime
    subject: Subject | None = None
    """None if the id is not one that Tenure gives."""

    status: str = RUNNING
    """Of the run that counts, in lower case, or `gone`."""

    run_id: str = ""
    silent: str = ""
    """Why the workflow did not answer, if it should have."""

    view: LifecycleView | None = None
    listed: TypedSearchAttributes | None = None
    """As lists have it; None if no list of what runs shows it."""

    own: TypedSearchAttributes | None = None
    """As the workflow's own page has it, which does not lag behind."""

    stored: Stored | None = None
    awaited_stage: str | None = None
    """The stage in the store of the lifecycle that it waits for."""

    retried: tuple[Retried, ...] = ()
    """Steps tried more often than once, as Temporal has them."""

    problems: tuple[str, ...] = ()
    """What Temporal itself reports of its tasks."""

    def finding(self, difference: Difference, told: str, remedy: str) -> Finding:
        """Something differs."""
        return Finding(workflow_id=self.workflow_id, difference=difference, told=told, remedy=remedy)
