"""What a customer has bought or tries: which services a new trial may have, and what the end of one must spare."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, NamedTuple

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session, aliased

from activities.ports.trials import ServicesNotAvailable
from adapters.sql.database import hold
from adapters.sql.schema import LifecycleRecord
from adapters.sql.subscriptions import CAME_TO_NOTHING
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.reasons import Reason
from domain.trial.losses import Others
from domain.trial.messages import EDITIONS, Service, TrialKind
from domain.trial.states import TrialStage
from domain.values import Refused

IN_A_SUBSCRIPTION: Final = EDITIONS
"""What a customer with a subscription has bought. TRL-21, TRL-41."""

BOUGHT: Final = "already bought"
TRIED_ELSEWHERE: Final = "on trial with another partner"
"""Which one is nobody's business."""

TRIED: Final = "on trial already, with you"

BOUGHT_UPSTREAM: Final = "bought, as far as upstream knew"
ANOTHER_TRIAL: Final = "another open trial of the customer"


_CONVERTING, _STARTED = aliased(LifecycleRecord), aliased(LifecycleRecord)
"""The order that a trial became, and the subscription that started; made once, which costs more than asking."""


class CustomerNotNew(Refused):
    """Somebody's customer already: it has a live subscription, or a trial that was not cancelled. TRL-20, TRL-40."""

    code = Reason.CUSTOMER_NOT_NEW


class CustomerNotPaying(Refused):
    """Nothing is known that this customer has bought. TRL-40."""

    code = Reason.CUSTOMER_NOT_PAYING


class Wish(NamedTuple):
    """A trial, as far as it decides what it may have."""

    trial_id: str
    customer_id: str
    partner_id: str
    purchased: Collection[str]


def wish_of(trial: LifecycleRecord) -> Wish:
    """Of one that is stored."""
    purchased = trial.placed["purchased"] if trial.placed else ()
    return Wish(trial.subject, trial.customer_id, trial.partner_id, purchased)


def hold_customer(session: Session, customer_id: str) -> None:
    """Until we are done nobody else takes services for this customer, or from it."""
    hold(session, f"trials of {customer_id}")


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
    """Raises ServicesNotAvailable with what speaks against each service, whatever the kind. TRL-21, TRL-41, AMB-52."""
    speaking = dict.fromkeys(_bought(session, wish), BOUGHT)
    tried = _tried(session, wish)
    reasons = {
        service: reason
        for service in services
        if (reason := _any_edition(speaking, service) or _any_edition(tried, service))
    }
    if reasons:
        raise ServicesNotAvailable(reasons, field=field)


def others_of(session: Session, wish: Wish) -> Others:
    """What the customer has beside this trial, at this moment. AMB-48.

    Whoever else tries something has it until its own trial lapses or ends, before it runs, too.
    """
    giving = dict.fromkeys((Service(name) for name in wish.purchased), BOUGHT_UPSTREAM)
    giving |= {service: f"converted trial {trial}" for service, trial in _converted(session, wish.customer_id).items()}
    open_trials = _open_trials(session, wish)
    giving |= {Service(service): ANOTHER_TRIAL for tried in open_trials for service in tried.state["services"]}
    subscription = _subscription(session, wish.customer_id)
    if subscription is not None:
        giving |= dict.fromkeys(IN_A_SUBSCRIPTION, f"subscription {subscription}")
    anything = f"subscription {subscription}" if subscription else next(iter(giving.values()), None)
    return Others(services=giving, organization=anything)


def partners_of(session: Session, trial: LifecycleRecord) -> list[str]:
    """Other partners with something open of the trial's customer, by id."""
    managing = (
        select(LifecycleRecord.partner_id)
        .where(
            LifecycleRecord.lifecycle.in_(sorted(KINDS)),
            LifecycleRecord.customer_id == trial.customer_id,
            LifecycleRecord.open,
            LifecycleRecord.partner_id != trial.partner_id,
        )
        .distinct()
        .order_by(LifecycleRecord.partner_id)
    )
    return list(session.scalars(managing))


def _any_edition(reasons: Mapping[str, str], service: Service) -> str | None:
    same = EDITIONS if service in EDITIONS else (service,)
    return next((reasons[each] for each in same if each in reasons), None)


def _bought(session: Session, wish: Wish) -> set[str]:
    subscribed = IN_A_SUBSCRIPTION if _subscription(session, wish.customer_id) else frozenset()
    return {*wish.purchased, *subscribed, *_converted(session, wish.customer_id)}


def _converted(session: Session, customer_id: str) -> dict[Service, str]:
    """Services of trials that became paid, and which trial.

    Bought from the conversion on, weeks before the order's subscription begins; no longer when that order came to
    nothing or its subscription has ended. An order that has not arrived yet counts.
    """
    order, subscription = _CONVERTING, _STARTED
    paid = (
        select(LifecycleRecord.subject, LifecycleRecord.state["services"])
        .outerjoin(order, (order.lifecycle == Lifecycle.ORDER) & (order.subject == LifecycleRecord.linked_to))
        .outerjoin(
            subscription,
            (subscription.lifecycle == Lifecycle.SUBSCRIPTION) & (subscription.subject == order.linked_to),
        )
        .where(
            *_of_customer(Lifecycle.TRIAL, customer_id),
            LifecycleRecord.stage == TrialStage.CONVERTED,
            or_(order.stage.is_(None), order.stage.not_in(CAME_TO_NOTHING)),
            or_(subscription.open.is_(None), subscription.open),
        )
        .order_by(LifecycleRecord.subject)
    )
    return {Service(service): trial for trial, services in session.execute(paid) for service in services}


def _of_customer(lifecycle: Lifecycle, customer_id: str) -> tuple[ColumnElement[bool], ...]:
    return LifecycleRecord.lifecycle == lifecycle, LifecycleRecord.customer_id == customer_id


def _is_known(session: Session, customer_id: str) -> bool:
    tried = (
        select(LifecycleRecord.subject)
        .where(*_of_customer(Lifecycle.TRIAL, customer_id), LifecycleRecord.stage != TrialStage.CANCELLED)
        .limit(1)
    )
    return _subscription(session, customer_id) is not None or session.scalar(tried) is not None


def _subscription(session: Session, customer_id: str) -> str | None:
    """Active or suspended."""
    live = (
        select(LifecycleRecord.subject)
        .where(*_of_customer(Lifecycle.SUBSCRIPTION, customer_id), LifecycleRecord.open)
        .order_by(LifecycleRecord.subject)
        .limit(1)
    )
    return session.scalar(live)


def _tried(session: Session, wish: Wish) -> dict[str, str]:
    """As they stand: services are added to a running trial and removed from it. TRL-51, AMB-52.

    After the loss phone numbers are all that is kept, and no other service is gone any less for them. TRL-79.
    """
    found: dict[str, str] = {}
    for other in _trials(session, wish):
        services = (Service.CALLING,) if other.stage == TrialStage.NUMBERS_RETAINED else other.state["services"]
        found |= dict.fromkeys(services, TRIED if other.partner_id == wish.partner_id else TRIED_ELSEWHERE)
    return found


def _open_trials(session: Session, wish: Wish) -> Sequence[LifecycleRecord]:
    """The customer's other ones that give something: those that lapsed do not."""
    return _trials(session, wish, LifecycleRecord.stage != TrialStage.NUMBERS_RETAINED)


def _trials(session: Session, wish: Wish, *which: ColumnElement[bool]) -> Sequence[LifecycleRecord]:
    others = select(LifecycleRecord).where(
        *_of_customer(Lifecycle.TRIAL, wish.customer_id), LifecycleRecord.subject != wish.trial_id, LifecycleRecord.open
    )
    return session.scalars(others.where(*which).order_by(LifecycleRecord.subject)).all()
