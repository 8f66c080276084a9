"""A lifecycle as it is read: its row model, with what stands beside it."""

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy.orm import Session

from activities.sites import sites_of
from adapters.sql.availability import others_of, wish_of
from adapters.sql.journal import forms_of
from adapters.sql.paid_orders import first_paid_order
from adapters.sql.people import known_people
from adapters.sql.rows import stored
from adapters.sql.schema import CsmAssignment, LifecycleRecord
from adapters.sql.subscriptions import orders_of
from domain.construct import constructed
from domain.device.row import LoanParties
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.order.row import OrderRow
from domain.subscription.row import NewestOrder
from domain.trial.messages import StartTrial

Parts = dict[str, Any]


def row_of(session: Session, found: LifecycleRecord) -> Any:
    """The model `Kind.row`: state, start, forms by name, and what others have to do with it."""
    kind, key = KINDS[found.lifecycle], (found.lifecycle, found.subject)
    forms = forms_of(session, *key)
    parts = {**forms, "forms": forms, "state": constructed(kind.state, found.state), "placed": _placed(session, found)}
    beside = BESIDE.get(found.lifecycle)
    return constructed(kind.row, parts | (beside(session, found) if beside else {}))


def _placed(session: Session, found: LifecycleRecord) -> Any:
    if found.placed is None:
        return None
    kind = KINDS[found.lifecycle]
    people = known_people(session, found.lifecycle, found.subject)
    return kind.people(kind.start).back(found.placed, people)


def _beside_trial(session: Session, trial: LifecycleRecord) -> Parts:
    return {"others": others_of(session, wish_of(trial)), "paid_order": first_paid_order(session, trial.subject)}


def _beside_subscription(session: Session, subscription: LifecycleRecord) -> Parts:
    assigned = session.get(CsmAssignment, subscription.subject)
    orders = orders_of(session, subscription.subject)
    newest = next(iter(orders_of(session, subscription.subject, subscription.partner_id)[::-1]), None)
    spoken_of = newest or next(iter(orders[::-1]), None)
    return {
        "csm": assigned.csm if assigned else None,
        "orders": orders,
        "newest_order": newest,
        "newest": _newest(session, spoken_of) if spoken_of else None,
    }


def _newest(session: Session, number: str) -> NewestOrder:
    order: OrderRow = row_of(session, stored(session, Lifecycle.ORDER, number))
    return NewestOrder(
        number=number,
        customer_company=order.placed.customer.company,
        facing_partner=order.placed.facing_partner.company,
        sites=sites_of(order.provisioning_form),
    )


def _beside_device(session: Session, device: LifecycleRecord) -> Parts:
    trial = session.get(LifecycleRecord, (Lifecycle.TRIAL, device.linked_to))
    return {"parties": _parties(_placed(session, trial)) if trial else None}


def _parties(placed: StartTrial) -> LoanParties:
    return LoanParties(
        customer_company=placed.customer.company,
        facing_partner=placed.partner.company,
        administrator_email=placed.customer.contact.email,
    )


BESIDE: Final[dict[str, Callable[[Session, LifecycleRecord], Parts]]] = {
    Lifecycle.SUBSCRIPTION: _beside_subscription,
    Lifecycle.TRIAL: _beside_trial,
    Lifecycle.DEVICE: _beside_device,
}
"""What a row model says of others, by field."""
