"""A trial as people see it: tracker, what it waits for and from whom, what may be sent now. Pure."""

from datetime import datetime
from typing import Final

from domain.trial.states import LISTED, TrialStage
from domain.trial.trial import TrialLife
from domain.values import facts
from domain.view import Awaited, LifeView, Mark, Step, view_of

S = TrialStage

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
        kind=f"{life.lifecycle}.{life.kind}",
        stage=life.stage,
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
    """The tracker: ticks only for what happened, a cross where it stopped."""
    told = [("Consent", life.partner_access is not None)] if life.consent_requests else []
    told.append(("Provisioning", life.activated_at is not None))
    told.append(("Trialing", life.expired_at is not None or life.stage is S.CONVERTED))
    if life.stage is S.CONVERTED:
        told.append(("Converted", True))
    else:
        told += [("Grace", life.stage.startswith(S.LAPSED)), ("Lapsed", life.stage.startswith(S.LAPSED))]
    marks: list[Step] = []
    for name, done in told:
        here = not done and all(step.mark is Mark.DONE for step in marks)
        marks.append(Step(name=name, mark=Mark.DONE if done else _unfinished(life, here=here)))
    return tuple(marks)


def _unfinished(life: TrialLife, *, here: bool) -> Mark:
    if not here:
        return Mark.PENDING
    return Mark.STOPPED if life.closed else Mark.CURRENT


def awaiting(life: TrialLife) -> tuple[Awaited, ...]:
    """What the next move waits for, and from whom."""
    match life.stage:
        case S.AWAITING_CONSENT:
            return (Awaited(what="consent", from_whom="a full administrator of the customer", update="accept"),)
        case S.AWAITING_DETAILS:
            what = "provisioning details"
            return (Awaited(what=what, from_whom=f"partner {life.partner_id}", update="give_details"),)
        case S.PROVISIONING:
            missing = ", ".join(service for service in life.services if service not in life.built)
            what = f"services built: {missing}"
            return (Awaited(what=what, from_whom="vendor", update="report_services_built"),)
        case S.TRIALING | S.EXPIRED_GRACE:
            return (Awaited(what="conversion, or the end", from_whom=f"partner {life.partner_id}", update="convert"),)
        case _:
            return ()


def can_send(life: TrialLife) -> tuple[str, ...]:
    """Updates that would not be refused for the stage."""
    return CAN_SEND.get(life.stage, ())
