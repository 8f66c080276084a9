"""What a wholesale customer's mails say, and while what they are sent. Pure."""

from datetime import datetime
from typing import Final

from domain.letters import Letters
from domain.lifecycle import PostedMail
from domain.values import Refused
from domain.wholesale.facts import StepFacts, WholesaleFacts
from domain.wholesale.row import WholesaleRow


def wanted(row: WholesaleRow, _mail: PostedMail) -> bool:
    """What is gone is gone: the partner is told in any case."""
    return row.state.closed


def facts(row: WholesaleRow, _mail: PostedMail, _now: datetime) -> WholesaleFacts:
    """What was removed when, and why."""
    state, placed, asked = row.state, row.placed, row.state.deprovisioning
    if placed is None or asked is None or state.certificate is None:
        raise Refused("what the customer was onboarded with, or its end, is not known here")
    return WholesaleFacts(
        customer_company=placed.name,
        external_id=state.external_id,
        partner=placed.partner.company,
        for_compliance=asked.check_id is not None,
        check_id=asked.check_id,
        why=asked.reason,
        steps=tuple(StepFacts(step=each.step, at=each.at, removed=each.removed) for each in state.steps),
        certificate=state.certificate,
    )


LETTERS: Final = Letters(wanted=wanted, facts=facts)
