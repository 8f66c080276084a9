"""What a trial's mails say, and while what they are sent. Pure."""

from datetime import datetime
from typing import Final

from domain.letters import Letters
from domain.lifecycle import PostedMail
from domain.trial.facts import TrialFacts
from domain.trial.grace import LAST_CALL
from domain.trial.losses import CALLING_CONFIGURATION, LICENCES, given_by_nobody_else, losses_ahead
from domain.trial.mails import TrialMail
from domain.trial.policy import GraceAccess
from domain.trial.row import TrialRow
from domain.trial.states import RUNNING, TrialStage
from domain.working_time import days_left


def wanted(row: TrialRow, mail: PostedMail) -> bool:
    """Does the trial, as it and its customer stand now, still call for this mail? A warning only for the E it speaks
    of, for what nobody else gives, and while no paid order is placed. AMB-43, AMB-48, AMB-53."""
    state = row.state
    match mail.kind:
        case TrialMail.TRIAL_CONSENT:
            return state.stage is (TrialStage.AWAITING_CONSENT if mail.due_at else TrialStage.AWAITING_DETAILS)
        case TrialMail.TRIAL_EXPIRING | TrialMail.TRIAL_EXPIRING_PARTNER:
            return state.stage is TrialStage.TRIALING and mail.day == state.expires_on and _is_missed(row)
        case TrialMail.TRIAL_EXPIRED | TrialMail.TRIAL_EXPIRED_PARTNER:
            return state.stage in RUNNING and mail.day == state.expires_on and _is_missed(row)
        case TrialMail.TRIAL_LAST_CALL:
            return state.stage is TrialStage.EXPIRED_GRACE and row.paid_order is None and bool(_losses(row))
        case _:
            return True


def _is_missed(row: TrialRow) -> bool:
    """Is there anything to warn of: a service that nobody else gives, and that is not ordered?"""
    return row.paid_order is None and bool(given_by_nobody_else(row.state.services, row.others))


def _losses(row: TrialRow) -> dict[str, tuple[str, ...]]:
    """What its end would take now, step by step."""
    return {fate.step: fate.lost for fate in losses_ahead(row.state.tried, row.others) if fate.lost}


def facts(row: TrialRow, mail: PostedMail, now: datetime) -> TrialFacts:
    """What a trial's mails may say: of what is lost only what nobody else gives. AMB-48."""
    state, placed = row.state, row.placed
    over = mail.kind == TrialMail.TRIAL_ACCESS_ENDED
    losses = dict.fromkeys(state.lost, ()) if over else _losses(row)
    return TrialFacts(
        customer_company=placed.customer.company,
        facing_partner=placed.partner.company,
        trial_id=state.trial_id,
        organization_id=state.customer_id,
        services=_services(row, mail.kind),
        due_at=mail.due_at,
        expires_at=state.expires_at,
        grace_ends_at=state.grace_ends_at,
        grace_access=state.policy.grace_access,
        access_ended_at=state.grace_ends_at if state.policy.grace_access is GraceAccess.FULL else state.expires_at,
        next_call_at=_next_call_at(row, now),
        losses=tuple(losses),
        numbers_until=state.numbers_until if CALLING_CONFIGURATION in losses else None,
        last_day=state.expires_at is not None and now < state.expires_at,
        days_left=max(0, days_left(state.expires_on, now, state.rules)) if state.expires_on else None,
        order_number=state.order_number,
        sites=(state.site.url,) if state.site else (),
    )


def _next_call_at(row: TrialRow, now: datetime) -> datetime | None:
    """Whether the reader may wait for another last call. TRL-78."""
    calls = (due.at for due in row.state.agenda.pending if due.kind == LAST_CALL and due.at > now)
    return min(calls, default=None)


def _services(row: TrialRow, kind: str) -> tuple[str, ...]:
    """Those a mail is about: which end, which would be lost, or all there are."""
    match kind:
        case TrialMail.TRIAL_ACCESS_ENDED:
            return row.state.ended
        case TrialMail.TRIAL_LAST_CALL:
            return _losses(row).get(LICENCES, ())
        case (
            TrialMail.TRIAL_EXPIRING
            | TrialMail.TRIAL_EXPIRING_PARTNER
            | TrialMail.TRIAL_EXPIRED
            | TrialMail.TRIAL_EXPIRED_PARTNER
        ):
            return given_by_nobody_else(row.state.services, row.others)
        case _:
            return row.state.services


LETTERS: Final = Letters(wanted=wanted, facts=facts)
