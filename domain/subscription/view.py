"""A subscription as people see it. Pure."""

from datetime import datetime
from typing import Final

from domain.subscription.subscription import NOTICE, RENEWAL_DATE, TARGET, SubscriptionLife, SubscriptionStage
from domain.values import facts
from domain.view import Awaited, LifeView, Mark, Step, awaited, view_of

IN_WORDS: Final = {
    SubscriptionStage.ACTIVE: "is in service",
    SubscriptionStage.SUSPENDED: "is suspended",
    SubscriptionStage.TERMINATED: "was terminated",
}

MISSED: Final = {TARGET: "No renewal was ordered by its target date"}


def subscription_view(life: SubscriptionLife, now: datetime) -> LifeView:
    """Everything about a subscription that its state can tell, as of `now` (UTC)."""
    return view_of(
        life,
        now,
        missed=MISSED,
        troubles=_troubles(life),
        kind=life.lifecycle,
        what=f"Subscription {life.subscription_id}",
        stage=life.stage,
        stage_in_words=IN_WORDS[life.stage],
        customer_id=life.customer_id,
        partner_id=life.partner_id,
        steps=_steps(life),
        awaiting=_awaiting(life),
        can_send=_can_send(life),
        facts=facts(
            term=life.term,
            renewal_date=life.renewal_date,
            suspended_for=", ".join(sorted(life.suspended_for)) or None,
            renewal_order=life.renewal_order,
            renewals=", ".join(life.renewals) or None,
        ),
    )


def _troubles(life: SubscriptionLife) -> list[str]:
    if life.stage is not SubscriptionStage.SUSPENDED:
        return []
    return [f"Suspended: the renewal was not complete by {life.renewal_date}; once it is, service goes on"]


def _steps(life: SubscriptionLife) -> tuple[Step, ...]:
    terms = [Step(name=f"Term {number}", mark=Mark.DONE) for number in range(1, life.term)]
    return (*terms, Step(name=f"Term {life.term}", mark=Mark.STOPPED if life.closed else Mark.CURRENT))


def _awaiting(life: SubscriptionLife) -> tuple[Awaited, ...]:
    if life.closed:
        return ()
    if life.renewal_order:
        what = f"completion of renewal order {life.renewal_order}"
        return (awaited(life, what, f"order-{life.renewal_order}", "", RENEWAL_DATE),)
    reminded = any(name.startswith(NOTICE) for name in life.agenda.done)
    partner = f"partner {life.partner_id}"
    return (awaited(life, "a renewal order", partner, "", RENEWAL_DATE, pressing=reminded),)


def _can_send(life: SubscriptionLife) -> tuple[str, ...]:
    if life.closed:
        return ()
    allowed = {"confirm_renewal": bool(life.unverified), "terminate": life.renewal_order is None}
    return tuple(update for update, is_allowed in allowed.items() if is_allowed)
