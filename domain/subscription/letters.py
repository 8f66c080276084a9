"""What a subscription's mails say, and while what they are sent. Pure."""

from datetime import datetime
from typing import Final

from domain.letters import Letters
from domain.lifecycle import PostedMail
from domain.subscription.facts import SubscriptionFacts
from domain.subscription.mails import SubscriptionMail
from domain.subscription.messages import ASKED_FOR
from domain.subscription.row import SubscriptionRow
from domain.values import Refused
from domain.working_time import days_left


def wanted(row: SubscriptionRow, mail: PostedMail) -> bool:
    """Does the subscription, as it stands now, still call for this mail? Only in the term it speaks of, whatever else
    it is suspended for. AMB-42."""
    state = row.state
    if state.closed or mail.day != state.renewal_date:
        return False
    if mail.kind == SubscriptionMail.SUBSCRIPTION_SUSPENDED:
        return state.renewal_missed
    return not state.renewal_missed and state.renewal_order is None


def facts(row: SubscriptionRow, mail: PostedMail, now: datetime) -> SubscriptionFacts:
    """The company names are those of its newest order; the sites its own, as they are now."""
    state, order = row.state, row.newest
    if order is None:
        raise Refused(f"no order of subscription {state.subscription_id} is known here")
    return SubscriptionFacts(
        customer_company=order.customer_company,
        subscription_id=state.subscription_id,
        order_number=order.number,
        facing_partner=order.facing_partner,
        due_at=mail.due_at or state.suspends_at,
        renewal_date=state.renewal_date,
        target_days=state.policy.renewal_target.days,
        days_left=days_left(state.renewal_date, now, state.rules),
        other_reasons=bool(ASKED_FOR & state.suspended_for),
        sites=tuple(site.url for site in row.sites),
    )


LETTERS: Final = Letters(wanted=wanted, facts=facts)
