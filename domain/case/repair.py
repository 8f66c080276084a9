"""What `tenure audit` may do about a support case."""

from datetime import datetime
from typing import Final

from domain.case.mails import AGENT, PARTNER_CONTACT
from domain.case.standing import NAME
from domain.case.state import CaseState
from domain.case.states import CaseEvent, CaseStage
from domain.repair import Repair


def _people(state: CaseState) -> frozenset[str]:
    return frozenset({PARTNER_CONTACT, AGENT} if state.agent_id else {PARTNER_CONTACT})


def _give_up(state: CaseState, now: datetime, _reason: str) -> None:
    state.stage, state.closed_at = CaseStage.CLOSED, now


FOLLOWS: Final = (f"{NAME}.classified", CaseEvent.ACCOUNT_NAMED.value, f"{NAME}.clock_")
"""What the registry says, and what clocks do, follows from what people tell it."""

REPAIR: Final = Repair(give_up=_give_up, people=_people, follows=FOLLOWS)
