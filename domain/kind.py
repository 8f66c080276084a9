"""What a lifecycle is, for everybody who treats all of them alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, Generic, TypeVar

from domain.desk import Desk
from domain.letters import Letters
from domain.lifecycle import Lifecycle, LifecycleState, workflow_id
from domain.list_line import ListLine
from domain.offers import Known, Offers
from domain.recompute import Recount
from domain.repair import Other, Repair, nobody
from domain.row import Row
from domain.rules import Rules
from domain.start_people import StartPeople
from domain.updates import Update
from domain.values import Message
from domain.view import LifecycleView

S = TypeVar("S", bound=LifecycleState)

NOT_JUDGED: Final = "acknowledged"
"""The stage of what was received and not looked at yet, where it has a stage of its own. TMF622."""


@dataclass(frozen=True, kw_only=True)
class Continued:
    """Another lifecycle that a start goes on with: it has to be there, this customer's, and not over."""

    lifecycle: Lifecycle
    id: str
    customer_id: str
    field: str
    """Of the start: where it is named."""

    rule: str


@dataclass(frozen=True, kw_only=True)
class Kind(Generic[S]):
    """One row of the table of lifecycles: whoever adds one writes this, and nobody else has to know of it."""

    name: Lifecycle
    workflow: str
    """Its type in Temporal: `Order`."""

    called: str = ""
    """One of them, in words: `wholesale customer`; empty: as its name says."""

    start: type[Message]
    id_field: str
    """Of the start: the lifecycle's id, unique for ever. R9."""

    id_example: str
    handed_in: bool = True
    """People or upstream systems start it; else only our own workflows do."""

    judges_starts: bool = False
    """Whether it may begin, only its own workflow can say: an import waits for what it says."""

    is_taken: Callable[[LifecycleView], bool] = lambda view: view.stage != NOT_JUDGED
    """Has its workflow looked at its start, and found nothing against it?"""

    opened_by_record: bool = False
    """Its first record takes its id; else `open_lifecycle` or an opening of its own does, and comes before."""

    people: type[StartPeople[Any]] = StartPeople
    """Which people its start names."""

    row: type[Any] = Row
    """As it is read from the store: `state`, `placed`, forms by name, and what stands beside them."""

    linked_to: Callable[[S], str | None] = lambda _state: None
    """The id of another lifecycle that questions ask by: of an order its subscription, of a device its trial."""

    list_line: type[ListLine] = ListLine
    """What lists say of it beside what they say of all."""

    state: type[S]
    stages: type[StrEnum]
    examples: Mapping[str, Message]
    """One valid message of each update, by its name."""

    start_examples: Mapping[str, Message] = field(default_factory=dict)
    """One valid start of each sort that people start by a form, by the name of the sort."""

    operator_examples: Mapping[str, Mapping[str, Any]]
    """What in the examples of operators' messages is different here. A message that is never possible is not there."""

    letters: Letters[Any]
    """How its mails are written; which there are, `state.mail_kinds` says."""

    view: Callable[[S, datetime], LifecycleView]
    offers: Callable[[S, datetime], Offers]
    known: Callable[[LifecycleView], Known] = lambda _view: {}
    """For a command that a terminal offers: what its own updates may say, as it stands."""

    recompute: type[Recount[S]]
    readers: Callable[[Any], Mapping[str, str]] = lambda _start: {}
    """Who gets its mails, in words without names, as far as its start says: by role, or by mail."""

    rules: Rules = field(default_factory=Rules)
    """Behind its deadlines, stages and losses."""

    repair: Repair[S] = field(default_factory=Repair)
    """What `tenure audit` may do about it."""

    stands_on: Callable[[Any], Sequence[Other]] = nobody
    """Others that a start is about: what they are only the store knows, and a forecast begins with a copy of them."""

    continues: Callable[[Any], Continued | None] = lambda _start: None
    """Another one that a start goes on with; else it stands by itself."""

    imagined: Mapping[str, Callable[[Any], Any]] = field(default_factory=dict)
    """How a forecast answers its own activities, by name: from the request as JSON, as if all went well."""

    foreseen: timedelta | None = None
    """How far a forecast looks if nobody says; None: until it is over, as far as goes for all."""

    desk: Desk = field(default_factory=Desk)
    """Lists and forms of its own in Temporal's Web UI."""

    @property
    def one(self) -> str:
        """In words: `order`, `wholesale customer`."""
        return self.called or self.name.replace("_", " ")

    @property
    def several(self) -> str:
        """In words: `orders`."""
        return f"{self.one}s"

    @property
    def closed(self) -> frozenset[Any]:
        """Stages in which nothing is to come."""
        return self.state.table.closed

    @property
    def updates(self) -> Mapping[str, Update]:
        """By name; those of operators, alike for all, are in `domain/operator_updates.py`."""
        return self.state.updates

    def workflow_id(self, subject: str) -> str:
        """`order-SO-100001`."""
        return workflow_id(self.name, subject)
