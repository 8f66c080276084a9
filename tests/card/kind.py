"""A made-up lifecycle, all of its domain: a library card is requested, made within three days, given back."""

from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from pydantic import Field

from domain.deadlines import Deadline
from domain.desk import Desk, ListFilter
from domain.kind import Kind
from domain.letters import Letters
from domain.lifecycle import Lifecycle, LifecycleState, PostedMail
from domain.mails import LetterFacts, MailKind
from domain.offers import as_they_are
from domain.operator_updates import about
from domain.recompute import Recount
from domain.row import Row
from domain.rules import Rules
from domain.transitions import Table
from domain.updates import Update
from domain.values import Identifier, Line, Message, Person, Zone
from domain.view import LifecycleView, awaited, tracker, view_of

NAME: Final = Lifecycle("card")
MADE_WITHIN: Final = timedelta(days=3)
LATE: Final = "card_late"


class RequestCard(Message):
    """Somebody wants a card."""

    card_id: Identifier = Field(description="Its number.")
    customer_id: Identifier
    partner_id: Identifier
    zone: Zone
    holder: Person


class IssueCard(Message):
    """It is made."""

    shelf: Line = Field(description="Where it lies.")


class GiveBack(Message):
    """It is given back."""


class CardStage(StrEnum):
    """Where a card is."""

    REQUESTED = "requested"
    ISSUED = "issued"
    RETURNED = "returned"


class CardEvent(StrEnum):
    """What happens to it."""

    ISSUED = "card.issued"
    RETURNED = "card.returned"


class CardMail(MailKind):
    """To its holder."""

    CARD_READY = "card_ready", "CRD-1", "holder"
    """It can be fetched. CRD-1."""


TABLE: Final = Table(
    what="card",
    next={
        (CardStage.REQUESTED, CardEvent.ISSUED): CardStage.ISSUED,
        (CardStage.ISSUED, CardEvent.RETURNED): CardStage.RETURNED,
    },
    closed=frozenset({CardStage.RETURNED}),
    asked={CardEvent.ISSUED: "issue the card", CardEvent.RETURNED: "give the card back"},
)

UPDATES: Final = {
    "issue": Update(message=IssueCard, does="The card is made.", event=CardEvent.ISSUED),
    "give_back": Update(message=GiveBack, does="The card is given back.", event=CardEvent.RETURNED),
}


class CardState(LifecycleState):
    """Where one card is."""

    lifecycle: ClassVar = NAME
    mail_kinds: ClassVar = CardMail
    table: ClassVar = TABLE
    updates: ClassVar = UPDATES

    card_id: str
    customer_id: str
    partner_id: str
    stage: CardStage = CardStage.REQUESTED
    shelf: str = ""

    @classmethod
    def requested(cls, start: RequestCard, now: datetime) -> Self:
        """It has to be made."""
        state = cls(card_id=start.card_id, customer_id=start.customer_id, partner_id=start.partner_id, zone=start.zone)
        state.journal.note("card.requested", now, start)
        state.agenda.arm(Deadline(kind=LATE, at=now + MADE_WITHIN, label="Card late: alert"))
        return state

    @property
    def subject(self) -> str:
        """See base class."""
        return self.card_id

    def issue(self, message: IssueCard, now: datetime) -> None:
        """The holder is told. CRD-1."""
        self.stage, self.shelf = self.table.after(self.stage, CardEvent.ISSUED), message.shelf
        self.agenda.disarm(LATE)
        self.journal.note(CardEvent.ISSUED, now, message, stage=self.stage)
        self.post(CardMail.CARD_READY)

    def give_back(self, message: GiveBack, now: datetime) -> None:
        """Nothing more is to come."""
        self.stage = self.table.after(self.stage, CardEvent.RETURNED)
        self.journal.note(CardEvent.RETURNED, now, message, stage=self.stage)


class CardFacts(LetterFacts):
    """What its mail may say."""

    card_id: str


class CardRecount(Recount[CardState]):
    """No date of it hangs on a calendar."""

    def at(self, deadline: Deadline) -> datetime:
        """See base class."""
        return deadline.at


def card_view(state: CardState, now: datetime) -> LifecycleView:
    """As of now."""
    waits = {CardStage.REQUESTED: ("the card", "issue", LATE), CardStage.ISSUED: ("the card back", "give_back", "")}
    owed = waits.get(state.stage)
    done = [("Made", state.stage is not CardStage.REQUESTED), ("Back", state.stage is CardStage.RETURNED)]
    return view_of(
        state,
        now,
        missed={LATE: "The card was not made in time"},
        troubles=[],
        kind=NAME,
        what=f"Card {state.card_id}",
        stage=state.stage,
        stage_in_words=f"is {state.stage}",
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        steps=tracker(((name, so, None) for name, so in done), closed=state.closed),
        awaiting=(awaited(state, owed[0], None, owed[1], owed[2], whom="the library"),) if owed else (),
        facts={"shelf": state.shelf},
    )


def facts(row: Row, _mail: PostedMail, _now: datetime) -> CardFacts:
    """See Letters."""
    return CardFacts(customer_company="Akasaka Trading", card_id=row.state.card_id)


EXAMPLES: Final[dict[str, Message]] = {"issue": IssueCard(by="ops-7", shelf="A 3"), "give_back": GiveBack(by="ops-7")}

CARD: Final[Kind[Any]] = Kind(
    name=NAME,
    workflow="Card",
    start=RequestCard,
    id_field="card_id",
    id_example="C-1",
    state=CardState,
    stages=CardStage,
    examples=EXAMPLES,
    operator_examples=about("card-C-1/card_ready"),
    letters=Letters(
        wanted=lambda row, _mail: row.state.stage is CardStage.ISSUED,
        facts=facts,
        templates=Path(__file__).parent / "letters",
    ),
    view=card_view,
    offers=lambda _state, _now: as_they_are(EXAMPLES),
    recompute=CardRecount,
    desk=Desk(filters=(ListFilter(name="cards to be made", stage="requested"),)),
    rules=Rules(deadlines={LATE: "CRD-2"}, events={CardEvent.ISSUED: "CRD-1"}),
)
