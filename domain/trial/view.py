"""A trial as people see it: tracker, what it waits for and from whom, what may be sent now. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.trial.messages import TrialKind
from domain.trial.state import CONSENT, EXPIRED, GRACE_END, TrialState
from domain.trial.states import LISTED, TrialStage
from domain.values import facts
from domain.view import Awaited, LifecycleView, Party, Step, awaited, tracker, view_of

S = TrialStage

IN_WORDS: Final = {
    S.ACKNOWLEDGED: "was taken and is being checked",
    S.AWAITING_CONSENT: "waits for the customer's consent",
    S.AWAITING_DETAILS: "waits for the provisioning details",
    S.PROVISIONING: "waits for its services to be built",
    S.TRIALING: "is running",
    S.EXPIRED_GRACE: "has expired and may still be converted",
    S.CONVERTED: "was converted and is paid from here on",
    S.LAPSED: "is lost for good",
    S.NUMBERS_RETAINED: "is lost for good, its phone numbers are kept for a while",
    S.NUMBERS_RELEASED: "is lost for good, its phone numbers too",
    S.CANCELLED: "was cancelled",
}

WHOSE: Final = {
    TrialKind.NEW_CUSTOMER: "a new customer",
    TrialKind.EXISTING_CUSTOMER: "an existing customer",
    TrialKind.PAYING_CUSTOMER: "a paying customer",
}


ON_HOLD: Final = "its dates go on, the ten days of a consent and E too; what falls due meanwhile is done at resume"
"""What an operator's hold does. AMB-51."""


def trial_view(state: TrialState, now: datetime) -> LifecycleView:
    """As of `now` (UTC)."""
    return view_of(
        state,
        now,
        missed={},
        kind=f"{state.lifecycle}.{state.kind}",
        what=f"Trial {state.trial_id} for {WHOSE[state.kind]}",
        stage=state.stage,
        stage_in_words=IN_WORDS[state.stage],
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        steps=steps(state),
        awaiting=awaiting(state),
        facts=_facts(state),
    )


def _facts(state: TrialState) -> dict[str, str]:
    return facts(
        services=", ".join(state.services),
        licences=state.licences,
        purchased=", ".join(state.purchased) or None,
        managing_partners=", ".join(state.managing_partners) or None,
        built=", ".join(state.built) or None,
        partner_access=state.partner_access,
        listed="yes" if state.stage in LISTED else "no",
        activated_at=state.activated_at,
        expires_on=state.expires_on,
        expires_at=state.expires_at,
        grace_ends_at=state.grace_ends_at,
        grace_access=state.policy.grace_access if state.stage is S.EXPIRED_GRACE else None,
        numbers_until=state.numbers_until,
        lost=", ".join(state.lost) or None,
        spared="; ".join(f"{step}: {why}" for step, why in state.spared.items()) or None,
        order=state.order_number,
        devices=", ".join(state.devices) or None,
        hold=ON_HOLD if state.held_by_operator and not state.closed else None,
        closed_at=state.closed_at,
        closing_reason=state.closing_reason,
    )


def steps(state: TrialState) -> tuple[Step, ...]:
    """The tracker: ticks only for what happened, a cross where it stopped, both ends while both are open."""
    return tracker(((name, done, at if done else None) for name, done, at in _known(state)), closed=state.closed)


def _known(state: TrialState) -> Iterator[tuple[str, bool, datetime | None]]:
    converted = state.stage is S.CONVERTED
    if state.kind is TrialKind.EXISTING_CUSTOMER:
        yield "Consent", state.consented_at is not None, state.consented_at
    if state.kind is not TrialKind.PAYING_CUSTOMER:
        yield "Services built", state.activated_at is not None, state.activated_at
    yield "Trialing", state.expired_at is not None or converted, state.expired_at or state.closed_at
    if state.expired_at is not None:
        yield "Grace", state.lapsed_at is not None or converted, state.lapsed_at or state.closed_at
    yield from _end(state)


def _end(state: TrialState) -> Iterator[tuple[str, bool, datetime | None]]:
    if state.stage is S.CONVERTED:
        yield "Converted", True, state.closed_at
    elif state.lapsed_at is not None:
        yield "Lapsed", True, state.lapsed_at
        if state.numbers_until is not None:
            yield "Phone numbers released", state.stage is S.NUMBERS_RELEASED, state.closed_at
    else:
        yield "Converted or lapsed" if state.expired_at else "Converted or expired", False, None


def _conversion(state: TrialState, until: str) -> Awaited:
    """May come or not."""
    what, partner = "conversion to a paid order", f"partner {state.partner_id}"
    return awaited(state, what, Party.PARTNER, "convert", until, whom=partner, pressing=False)


def awaiting(state: TrialState) -> tuple[Awaited, ...]:
    """What the next move waits for, from whom, until when."""
    match state.stage:
        case S.AWAITING_CONSENT:
            whom = "a full administrator of the customer"
            return (awaited(state, "consent", Party.CUSTOMER, "accept", CONSENT, whom=whom),)
        case S.AWAITING_DETAILS:
            return (
                awaited(
                    state, "provisioning details", Party.PARTNER, "give_details", whom=f"partner {state.partner_id}"
                ),
            )
        case S.PROVISIONING:
            missing = ", ".join(service for service in state.services if service not in state.built)
            return (awaited(state, f"services built: {missing}", Party.VENDOR, "report_services_built"),)
        case S.TRIALING:
            return (_conversion(state, EXPIRED),)
        case S.EXPIRED_GRACE:
            return (_conversion(state, GRACE_END),)
        case _:
            return ()
