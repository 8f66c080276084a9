"""What `tenure audit` may do about an option request."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.lifecycle import Lifecycle
from domain.option.mails import REQUESTER
from domain.option.messages import OptionKind
from domain.option.people import NEW_CONTACT
from domain.option.state import OptionState
from domain.option.states import OptionStage
from domain.repair import News, Repair

REPORTED: Final = frozenset({OptionKind.LANGUAGE, OptionKind.SITE_SPLIT})
"""Kinds of which the subscription's own workflow hears."""


def _people(state: OptionState) -> frozenset[str]:
    """A new contact is somebody's until it is in effect; after that it is theirs for whom it was meant."""
    contact = state.kind is OptionKind.CONTACT and not state.closed
    return frozenset({REQUESTER, NEW_CONTACT} if contact else {REQUESTER})


def _tells(state: OptionState) -> Sequence[News]:
    """The subscription has one more site or language. OPT-02."""
    if state.stage is not OptionStage.COMPLETED or state.kind not in REPORTED:
        return ()
    content = {"request_id": state.request_id}
    return (News(Lifecycle.SUBSCRIPTION, state.subscription_id, "option_completed", content),)


def _give_up(state: OptionState, now: datetime, reason: str) -> None:
    state.stage, state.closed_at, state.closing_reason = OptionStage.CANCELLED, now, reason


REPAIR: Final = Repair(give_up=_give_up, tells=_tells, people=_people)
