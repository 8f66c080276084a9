"""A trial as it is stored, with what its customer has beside it."""

from domain.trial.losses import Others
from domain.trial.messages import StartTrial
from domain.trial.state import TrialState
from domain.values import Model


class TrialRow(Model):
    """A trial as it stands in the store."""

    state: TrialState
    placed: StartTrial
    """As it was started."""

    others: Others = Others()
    """What the customer has beside it. AMB-48."""

    paid_order: str | None = None
    """The SO# of the live order that names it. AMB-53."""
