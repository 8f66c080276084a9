"""What `tenure audit` may do about a trial."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.lifecycle import Lifecycle
from domain.repair import News, Repair
from domain.trial.state import TrialState
from domain.trial.states import TrialStage

LOST: Final = "it lost something for good and is never started again (TRL-78): release its numbers by hand"


def _tells(state: TrialState) -> Sequence[News]:
    """Its devices have to go back. TRL-67."""
    return [News(Lifecycle.DEVICE, device, "trial_over") for device in state.devices]


def _give_up(state: TrialState, now: datetime, reason: str) -> None:
    state.stage, state.closed_at, state.closing_reason = TrialStage.CANCELLED, now, reason


REPAIR: Final = Repair(
    never_again=dict.fromkeys((TrialStage.LAPSED, TrialStage.NUMBERS_RETAINED, TrialStage.NUMBERS_RELEASED), LOST),
    give_up=_give_up,
    tells=_tells,
    people=lambda state: frozenset(state.several_readers),
    decided=lambda state: {*state.lost, *state.spared},
)
