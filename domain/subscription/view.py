"""A subscription as people see it. Pure."""

from datetime import datetime

from domain.subscription.subscription import SubscriptionLife, SubscriptionStage
from domain.values import facts
from domain.view import Awaited, LifeView, Mark, Step, view_of


def subscription_view(life: SubscriptionLife, now: datetime) -> LifeView:
    """Everything about a subscription that its state can tell, as of `now` (UTC)."""
    return view_of(
        life,
        now,
        kind=life.lifecycle,
        stage=life.stage,
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


def _steps(life: SubscriptionLife) -> tuple[Step, ...]:
    terms = [Step(name=f"Term {number}", mark=Mark.DONE) for number in range(1, life.term)]
    ended = life.stage is SubscriptionStage.TERMINATED
    return (*terms, Step(name=f"Term {life.term}", mark=Mark.STOPPED if ended else Mark.CURRENT))


def _awaiting(life: SubscriptionLife) -> tuple[Awaited, ...]:
    if life.stage is SubscriptionStage.TERMINATED:
        return ()
    if life.renewal_order:
        what = f"completion of renewal order {life.renewal_order}"
        return (Awaited(what=what, from_whom=f"order-{life.renewal_order}", update=""),)
    return (Awaited(what="a renewal order", from_whom=f"partner {life.partner_id}", update=""),)


def _can_send(life: SubscriptionLife) -> tuple[str, ...]:
    allowed = []
    if any(task.closed_at is None for task in life.journal.tasks if task.key.startswith("verify/")):
        allowed.append("confirm_renewal")
    if life.stage is not SubscriptionStage.TERMINATED and life.renewal_order is None:
        allowed.append("terminate")
    return tuple(allowed)
