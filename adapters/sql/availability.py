"""What a customer has bought or tries elsewhere: which services, and which kind of start, a new trial may have."""

import hashlib
from collections.abc import Collection
from typing import Final, NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from activities.ports import ServicesNotAvailable
from adapters.sql.schema import OrderRecord, SubscriptionRecord, TrialRecord
from adapters.sql.subscriptions import CAME_TO_NOTHING
from domain.subscription.subscription import SubscriptionStage
from domain.trial.messages import Service, TrialKind
from domain.trial.states import CLOSED, TrialStage
from domain.values import Refused

IN_A_SUBSCRIPTION: Final = frozenset({Service.MEETINGS, Service.MEETINGS_ENTERPRISE})
"""What a customer with a subscription has bought. TRL-21, TRL-41."""

BOUGHT: Final = "already bought"
TRIED_ELSEWHERE: Final = "on trial with another partner"
"""Which one is nobody's business."""


class CustomerNotNew(Refused):
    """Somebody's customer already: it has a live subscription, or a trial that was not cancelled. TRL-20, TRL-40."""


class CustomerNotPaying(Refused):
    """Nothing is known that this customer has bought. TRL-40."""


class Wish(NamedTuple):
    """A trial, as far as it decides what it may have."""

    customer_id: str
    partner_id: str
    purchased: Collection[str]


def hold_customer(session: Session, customer_id: str) -> None:
    """Until we are done nobody else takes services for this customer; on SQLite nobody else writes at all."""
    if session.get_bind().dialect.name == "postgresql":
        digest = hashlib.sha256(f"trials of {customer_id}".encode()).digest()
        session.execute(select(func.pg_advisory_xact_lock(int.from_bytes(digest[:8], signed=True))))


def refuse_kind(session: Session, kind: TrialKind, wish: Wish) -> None:
    """A new customer is nobody's yet; a paying one has bought something. TRL-10, TRL-20, TRL-40."""
    if kind is TrialKind.NEW_CUSTOMER and _is_known(session, wish.customer_id):
        raise CustomerNotNew(
            "this customer has a subscription or a trial already: say existing_customer, or paying_customer if it is "
            "your own (TRL-20, TRL-40)",
            field="kind",
        )
    if kind is TrialKind.PAYING_CUSTOMER and not _bought(session, wish):
        raise CustomerNotPaying(
            "no live subscription of this customer is known: name what it has bought in purchased, or say "
            "existing_customer (TRL-20, TRL-40)",
            field="kind",
        )


def refuse_unavailable(session: Session, wish: Wish, services: Collection[Service], field: str) -> None:
    """Raises ServicesNotAvailable with what speaks against each service, whatever the kind. TRL-21, TRL-41."""
    bought, elsewhere = _bought(session, wish), _tried_elsewhere(session, wish)
    reasons = {
        service: BOUGHT if service in bought else TRIED_ELSEWHERE
        for service in services
        if service in bought or service in elsewhere
    }
    if reasons:
        raise ServicesNotAvailable(reasons, field=field)


def _bought(session: Session, wish: Wish) -> set[str]:
    subscribed = IN_A_SUBSCRIPTION if _has_subscription(session, wish.customer_id) else frozenset()
    return {*wish.purchased, *subscribed, *_converted(session, wish.customer_id)}


def _converted(session: Session, customer_id: str) -> set[str]:
    """Services of trials that became paid.

    Bought from the conversion on, weeks before the order's subscription begins; no longer when that order came to
    nothing or its subscription has ended. An order that has not arrived yet counts.
    """
    paid = (
        select(TrialRecord.life["services"])
        .outerjoin(OrderRecord, OrderRecord.number == TrialRecord.life["order_number"].as_string())
        .outerjoin(SubscriptionRecord, SubscriptionRecord.subscription_id == OrderRecord.subscription_id)
        .where(
            TrialRecord.customer_id == customer_id,
            TrialRecord.stage == TrialStage.CONVERTED,
            or_(OrderRecord.stage.is_(None), OrderRecord.stage.not_in(CAME_TO_NOTHING)),
            or_(SubscriptionRecord.stage.is_(None), SubscriptionRecord.stage != SubscriptionStage.TERMINATED),
        )
    )
    return {service for services in session.scalars(paid) for service in services}


def _is_known(session: Session, customer_id: str) -> bool:
    tried = (
        select(TrialRecord.trial_id)
        .where(TrialRecord.customer_id == customer_id, TrialRecord.stage != TrialStage.CANCELLED)
        .limit(1)
    )
    return _has_subscription(session, customer_id) or session.scalar(tried) is not None


def _has_subscription(session: Session, customer_id: str) -> bool:
    live = (
        select(SubscriptionRecord.subscription_id)
        .where(SubscriptionRecord.customer_id == customer_id, SubscriptionRecord.stage != SubscriptionStage.TERMINATED)
        .limit(1)
    )
    return session.scalar(live) is not None


def _tried_elsewhere(session: Session, wish: Wish) -> set[str]:
    """As they stand: services are added to a running trial and removed from it. TRL-51.

    After the loss phone numbers are all that is kept, and no other service is gone any less for them. TRL-79.
    """
    others = select(TrialRecord.stage, TrialRecord.life["services"]).where(
        TrialRecord.customer_id == wish.customer_id,
        TrialRecord.partner_id != wish.partner_id,
        TrialRecord.stage.not_in(CLOSED),
    )
    found: set[str] = set()
    for stage, services in session.execute(others):
        found.update((Service.CALLING,) if stage is TrialStage.NUMBERS_RETAINED else services)
    return found
