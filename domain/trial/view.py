"""A trial as people see it: tracker, what it waits for and from whom, what may be sent now. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.trial.messages import TrialKind
from domain.trial.states import LISTED, TrialStage
from domain.trial.trial import CONSENT, EXPIRED, GRACE_END, TrialLife
from domain.values import facts
from domain.view import Awaited, LifeView, Step, awaited, tracker, view_of

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

CAN_SEND: Final = {
    S.AWAITING_CONSENT: ("accept", "decline", "resend", "withdraw"),
    S.AWAITING_DETAILS: ("give_details", "withdraw"),
    S.PROVISIONING: ("report_services_built", "cancel"),
    S.TRIALING: ("extend", "edit_services", "convert", "cancel"),
    S.EXPIRED_GRACE: ("convert",),
}


def trial_view(life: TrialLife, now: datetime) -> LifeView:
    """Everything about a trial that its state can tell, as of `now` (UTC)."""
    return view_of(
        life,
        now,
        missed={},
        kind=f"{life.lifecycle}.{life.kind}",
        what=f"Trial {life.trial_id} for {WHOSE[life.kind]}",
        stage=life.stage,
        stage_in_words=IN_WORDS[life.stage],
        customer_id=life.customer_id,
        partner_id=life.partner_id,
        steps=steps(life),
        awaiting=awaiting(life),
        can_send=can_send(life),
        facts=_facts(life),
    )


def _facts(life: TrialLife) -> dict[str, str]:
    return facts(
        services=", ".join(life.services),
        built=", ".join(life.built) or None,
        partner_access=life.partner_access,
        listed="yes" if life.stage in LISTED else "no",
        activated_at=life.activated_at,
        expires_on=life.expires_on,
        expires_at=life.expires_at,
        grace_ends_at=life.grace_ends_at,
        grace_access=life.policy.grace_access if life.stage is S.EXPIRED_GRACE else None,
        numbers_until=life.numbers_until,
        lost=", ".join(life.lost) or None,
        order=life.order_number,
        devices=", ".join(life.devices) or None,
        closed_at=life.closed_at,
        closing_reason=life.closing_reason,
    )


def steps(life: TrialLife) -> tuple[Step, ...]:
    """The tracker: ticks only for what happened, a cross where it stopped, both ends while both are open."""
    return tracker(((name, done, at if done else None) for name, done, at in _told(life)), closed=life.closed)


def _told(life: TrialLife) -> Iterator[tuple[str, bool, datetime | None]]:
    converted = life.stage is S.CONVERTED
    if life.kind is TrialKind.EXISTING_CUSTOMER:
        yield "Consent", life.consented_at is not None, life.consented_at
    if life.kind is not TrialKind.PAYING_CUSTOMER:
        yield "Services built", life.activated_at is not None, life.activated_at
    yield "Trialing", life.expired_at is not None or converted, life.expired_at or life.closed_at
    if life.expired_at is not None:
        yield "Grace", life.lapsed_at is not None or converted, life.lapsed_at or life.closed_at
    yield from _end(life)


def _end(life: TrialLife) -> Iterator[tuple[str, bool, datetime | None]]:
    if life.stage is S.CONVERTED:
        yield "Converted", True, life.closed_at
    elif life.lapsed_at is not None:
        yield "Lapsed", True, life.lapsed_at
        if life.numbers_until is not None:
            yield "Phone numbers released", life.stage is S.NUMBERS_RELEASED, life.closed_at
    else:
        yield "Converted or lapsed" if life.expired_at else "Converted or expired", False, None


def awaiting(life: TrialLife) -> tuple[Awaited, ...]:
    """What the next move waits for, from whom, until when."""
    partner = f"partner {life.partner_id}"
    match life.stage:
        case S.AWAITING_CONSENT:
            return (awaited(life, "consent", "a full administrator of the customer", "accept", CONSENT),)
        case S.AWAITING_DETAILS:
            return (awaited(life, "provisioning details", partner, "give_details"),)
        case S.PROVISIONING:
            missing = ", ".join(service for service in life.services if service not in life.built)
            return (awaited(life, f"services built: {missing}", "vendor", "report_services_built"),)
        case S.TRIALING:
            return (awaited(life, "conversion to a paid order", partner, "convert", EXPIRED, pressing=False),)
        case S.EXPIRED_GRACE:
            return (awaited(life, "conversion to a paid order", partner, "convert", GRACE_END, pressing=False),)
        case _:
            return ()


def can_send(life: TrialLife) -> tuple[str, ...]:
    """Updates that would not be refused for the stage."""
    return CAN_SEND.get(life.stage, ())
