"""A subscription as people see it. Pure."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from domain.subscription.messages import ASKED_FOR
from domain.subscription.site_state import not_carried_out
from domain.subscription.sites import in_words
from domain.subscription.state import RENEWAL_DATE, TARGET, SubscriptionState
from domain.subscription.states import SubscriptionStage, SuspensionReason
from domain.terms import next_term
from domain.values import facts
from domain.view import Awaited, LifecycleView, Mark, Party, Step, awaited, view_of

IN_WORDS: Final = {
    SubscriptionStage.ACTIVE: "is in service",
    SubscriptionStage.SUSPENDED: "is suspended",
    SubscriptionStage.TERMINATED: "was terminated",
}

MISSED: Final = {TARGET: "No renewal was ordered by its target date"}


def subscription_view(state: SubscriptionState, now: datetime) -> LifecycleView:
    """As of `now` (UTC)."""
    return view_of(
        state,
        now,
        missed=MISSED | _not_carried_out(state),
        troubles=_troubles(state),
        kind=state.lifecycle,
        what=f"Subscription {state.subscription_id}",
        stage=state.stage,
        stage_in_words=IN_WORDS[state.stage],
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        steps=_steps(state),
        awaiting=_awaiting(state),
        facts=facts(
            term=state.term,
            term_begins=state.begins_on,
            renewal_date=state.renewal_date,
            suspended_for=", ".join(sorted(state.suspended_for)) or None,
            renewal_order=state.renewal_order,
            next_term=_next_term(state, now),
            renewals=", ".join(state.renewals) or None,
            sites=in_words(state.sites),
        ),
    )


def _not_carried_out(state: SubscriptionState) -> dict[str, str]:
    """Completed option requests that fitted no more when they were heard of."""
    return {
        not_carried_out(request): f"Option request {request} is completed and did not fit any more: see why in the "
        "record, have it corrected, then acknowledge"
        for request in state.options
    }


def _next_term(state: SubscriptionState, now: datetime) -> str | None:
    """What the renewal under way will buy if it is completed now. AMB-54."""
    if state.renewal_months is None:
        return None
    return next_term(state.renewal_date, state.continued_until(state.renewal_months), now, state.rules)


def _troubles(state: SubscriptionState) -> list[str]:
    if state.stage is not SubscriptionStage.SUSPENDED:
        return []
    goes_on = "service goes on" if len(state.suspended_for) == 1 else "this reason is gone"
    renewal = f"the renewal was not complete by {state.renewal_date}; once it is, {goes_on}"
    why = {reason: _asked_for(state, reason, goes_on) for reason in ASKED_FOR}
    why[SuspensionReason.RENEWAL_INCOMPLETE] = renewal
    return [f"Suspended: {why[reason]}" for reason in sorted(state.suspended_for)]


def _asked_for(state: SubscriptionState, reason: SuspensionReason, goes_on: str) -> str:
    known = state.suspensions.get(reason)
    said = f" since {known.since:%Y-%m-%d %H:%M} UTC, by {known.by}: {known.reason}" if known else ""
    return f"{reason}{said}; once lift_suspension says that it is settled, {goes_on}"


def _steps(state: SubscriptionState) -> tuple[Step, ...]:
    terms = [Step(name=f"Term {number}", mark=Mark.DONE) for number in range(1, state.term)]
    return (*terms, Step(name=f"Term {state.term}", mark=Mark.STOPPED if state.closed else Mark.CURRENT))


def _awaiting(state: SubscriptionState) -> tuple[Awaited, ...]:
    """What lets it go on, and its renewal."""
    return () if state.closed else (*_settled_by(state), _renewal(state))


def _settled_by(state: SubscriptionState) -> Iterator[Awaited]:
    """Who can settle what it is suspended for, but for the renewal. AMB-42."""
    if SuspensionReason.UNPAID in state.suspended_for:
        yield awaited(state, "the payment", Party.PARTNER, "lift_suspension", whom=f"partner {state.partner_id}")
    if SuspensionReason.COMPLIANCE in state.suspended_for:
        yield awaited(state, "the word of compliance", Party.OPERATIONS, "lift_suspension")


def _renewal(state: SubscriptionState) -> Awaited:
    if state.renewal_order:
        what = f"completion of renewal order {state.renewal_order}"
        return awaited(state, what, None, "", RENEWAL_DATE, whom=f"order-{state.renewal_order}")
    partner = f"partner {state.partner_id}"
    pressing = state.reminded
    return awaited(state, "a renewal order", Party.PARTNER, "", RENEWAL_DATE, whom=partner, pressing=pressing)
