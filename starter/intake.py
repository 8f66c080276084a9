"""What can be handed in: orders and trials. Told apart here; everything after treats them alike."""

from dataclasses import dataclass
from typing import Final

from domain.mails import Lifecycle
from domain.order.messages import PlaceOrder
from domain.order.states import Stage
from domain.trial.messages import StartTrial
from domain.trial.states import TrialStage
from starter.ids import Subject

Start = PlaceOrder | StartTrial
"""The message that starts a life."""


@dataclass(frozen=True)
class Intake:
    """One kind of thing handed in."""

    lifecycle: Lifecycle
    model: type[Start]
    workflow: str
    """The workflow type that lives it."""

    key: str
    """The field with its id."""

    one: str
    born: str
    """The stage before its own rules had a look at it."""

    @property
    def noun(self) -> str:
        """Without its article."""
        return self.one.split()[-1]

    def subject(self, start: Start) -> Subject:
        """Whose life it starts."""
        return Subject(self.lifecycle, getattr(start, self.key))


ORDERS: Final = Intake(Lifecycle.ORDER, PlaceOrder, "Order", "sales_order_number", "an order", Stage.ACKNOWLEDGED)
TRIALS: Final = Intake(Lifecycle.TRIAL, StartTrial, "Trial", "trial_id", "a trial", TrialStage.ACKNOWLEDGED)


def intake_of(start: Start) -> Intake:
    """Which kind it is."""
    return ORDERS if isinstance(start, PlaceOrder) else TRIALS


def subject_of(start: Start) -> Subject:
    """Whose life it starts."""
    return intake_of(start).subject(start)


def judged_at_birth(start: Start) -> bool:
    """Can only its own workflow say whether it may begin? So with services of customers there already. TRL-21."""
    return isinstance(start, StartTrial)
