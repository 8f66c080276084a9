"""Customers as partners see them, at any instant. HUB-10 to HUB-18, HUB-40."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from activities.ports.store import NotKnown
from adapters.sql.archive import all_events_of
from adapters.sql.database import Database
from adapters.sql.hub_as_of import ENTITLEMENT, Entitlements, as_it_came, entitlement_of, instant
from adapters.sql.hub_file_schema import SignInRecord
from adapters.sql.hub_invoices import auto_renewing
from adapters.sql.hub_licences import LastUse, last_uses
from adapters.sql.hub_people_schema import TagRecord
from adapters.sql.hub_schema import HubCustomerRecord, HubEntitlementRecord
from adapters.sql.schema import LifecycleRecord
from adapters.sql.upsert import table_of
from domain.compliance.standing import NAME as COMPLIANCE
from domain.hub.customers import HubCustomer, Managed
from domain.hub.drill_down import HubEvent
from domain.hub.entitlements import Entitlement
from domain.hub.licences import entitled
from domain.hub.tags import About, same
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.trial.states import TrialStage

Whose = tuple[str, str]
"""Partner and customer; or of an entitlement, its key."""

SHOWN: Final = [name for name in KINDS if name != COMPLIANCE]
"""Whose events a customer's page shows."""

OWN_OR_NOT: Final[Mapping[str, Managed]] = {str(each): each for each in Managed}


class SqlHubCustomers(Database):
    """On SQL. Reads what is derived: whoever wants it up to date calls `catch_up` before."""

    def hub_customers(self, partner_id: str | None, at: datetime) -> list[HubCustomer]:
        """Those that the partner has in its list at `at`, or all partners' (one for each partner); sorted by partner
        and customer. Entitlements are as they were at `at`; tags and names as they are now.

        Who faces the customer has it: with a renewal through another partner the customer goes to that one. AMB-59. A
        trial that was cancelled keeps nobody in the list. AMB-12.
        """
        with self._reading() as session:
            return _customers(session, Entitlements(at, partner_id))

    def hub_customer(self, partner_id: str, customer_id: str, at: datetime) -> HubCustomer:
        """The same of one; raises NotKnown."""
        with self._reading() as session:
            found = _customers(session, Entitlements(at, partner_id, customer_id))
        if not found:
            raise NotKnown(f"no customer {customer_id} is known here")
        return found[0]

    def hub_partners(self, customer_id: str | None = None) -> list[str]:
        """Everybody who has, or had, a customer; or this one."""
        record = HubEntitlementRecord
        asked = select(record.partner_id).distinct().order_by(record.partner_id)
        if customer_id is not None:
            asked = asked.where(record.customer_id == customer_id)
        with self._reading() as session:
            return list(session.scalars(asked))

    def hub_events(self, partner_id: str, customer_id: str) -> list[HubEvent]:
        """Of everything of this customer with this partner, the oldest first; screening is nobody's in the hub."""
        row = LifecycleRecord
        asked = select(row.lifecycle, row.subject).where(
            row.lifecycle.in_(SHOWN), row.customer_id == customer_id, row.partner_id == partner_id
        )
        with self._reading() as session:
            found = [
                HubEvent(lifecycle=lifecycle, subject=subject, event=event)
                for lifecycle, subject in session.execute(asked.order_by(row.lifecycle, row.subject))
                for event in all_events_of(session, lifecycle, subject)
            ]
        return sorted(found, key=lambda each: each.event.occurred_at)


@dataclass(frozen=True, slots=True)
class Beside:
    """What is known beside entitlements."""

    overused: frozenset[Whose]
    renewing: frozenset[str]
    tags: Mapping[tuple[str, str, str], tuple[str, ...]]
    """By partner, About, and what it is on."""

    sign_ins_known: bool
    asked_for: frozenset[Whose]


class Gathered:
    """Entitlements by customer, and which of them are overused, renewed by themselves, tagged."""

    def __init__(self, beside: Beside) -> None:
        self.beside = beside
        self.entitlements: dict[Whose, list[Entitlement]] = defaultdict(list)
        self.overused: dict[Whose, list[str]] = defaultdict(list)
        self.renewing: dict[Whose, list[str]] = defaultdict(list)
        self.tags: dict[Whose, list[tuple[str, str]]] = defaultdict(list)

    def add(self, entitlement: Entitlement) -> None:
        """One more."""
        whose = entitlement.partner_id, entitlement.customer_id
        self.entitlements[whose].append(entitlement)
        if entitlement.subject in self.beside.renewing:
            self.renewing[whose].append(entitlement.subject)
        if (entitlement.lifecycle, entitlement.subject) in self.beside.overused:
            self.overused[whose].append(entitlement.subject)
        for tag in self.beside.tags.get((entitlement.partner_id, About.SUBSCRIPTION, entitlement.subject), ()):
            self.tags[whose].append((entitlement.subject, tag))


def overused(entitlements: Sequence[Entitlement], uses: Iterable[tuple[str, str, str, LastUse]]) -> frozenset[Whose]:
    """Of which more is used, of some product, than was purchased. HUB-13, AMB-19."""
    known: dict[Whose, Entitlement] = {(each.lifecycle, each.subject): each for each in entitlements}
    return frozenset(
        (lifecycle, subject)
        for lifecycle, subject, product, use in uses
        if use.used and use.used > entitled(known[lifecycle, subject], product, use.purchased)
    )


def _customers(session: Session, entitlements: Entitlements) -> list[HubCustomer]:
    asked = (
        select(*ENTITLEMENT)
        .where(*entitlements.conditions)
        .order_by(HubEntitlementRecord.lifecycle, HubEntitlementRecord.subject)
    )
    found = [entitlement_of(*row) for row in session.connection().execute(asked).all()]
    gathered = Gathered(
        Beside(
            overused=overused(found, last_uses(session, entitlements)),
            renewing=auto_renewing(session, entitlements),
            tags=_tags(session, entitlements.partner_id),
            sign_ins_known=_sign_ins_known(session, entitlements),
            asked_for=_asked_for(session),
        )
    )
    for entitlement in found:
        gathered.add(entitlement)
    known = session.connection().execute(_known(entitlements)).all()
    return [_customer(row, gathered) for row in known if row[:2] in gathered.entitlements]


def _sign_ins_known(session: Session, entitlements: Entitlements) -> bool:
    """Was any imported by then, of whichever customer?"""
    return bool(
        session.scalar(select(select(SignInRecord.day).where(SignInRecord.day <= entitlements.last_day).exists()))
    )


def _customer(row: Sequence[Any], gathered: Gathered) -> HubCustomer:
    partner_id, customer_id, name, country, zone, managed, known_since, last_sign_in = row
    whose = partner_id, customer_id
    entitlements, beside = tuple(gathered.entitlements[whose]), gathered.beside
    may_know = beside.sign_ins_known and any(
        (each.lifecycle, each.subject) not in beside.asked_for for each in entitlements
    )
    return HubCustomer(
        partner_id=partner_id,
        customer_id=customer_id,
        name=name,
        country=country,
        zone=zone,
        managed=OWN_OR_NOT[managed],
        entitlements=entitlements,
        overused=tuple(gathered.overused.get(whose, ())),
        auto_renewing=tuple(gathered.renewing.get(whose, ())),
        last_sign_in=last_sign_in if may_know else None,
        sign_ins_known=may_know,
        known_since=instant(known_since),
        tags=gathered.beside.tags.get((partner_id, About.CUSTOMER, customer_id), ()),
        subscription_tags=tuple(gathered.tags.get(whose, ())),
    )


def _asked_for(session: Session) -> frozenset[Whose]:
    """Trials that another organization was asked for, and has not consented to: when its administrators sign in is not
    this partner's to know. TRL-20, TRL-25."""
    row = LifecycleRecord
    asked = select(row.lifecycle, row.subject)
    waiting = asked.where(row.lifecycle == Lifecycle.TRIAL, row.stage == TrialStage.AWAITING_CONSENT)
    return frozenset((lifecycle, subject) for lifecycle, subject in session.execute(waiting))


def _known(entitlements: Entitlements) -> Any:
    known, sign_in = HubCustomerRecord, SignInRecord
    last = select(func.max(sign_in.day)).where(
        sign_in.customer_id == known.customer_id, sign_in.day <= entitlements.last_day
    )
    asked = select(
        known.partner_id,
        known.customer_id,
        known.name,
        known.country,
        known.zone,
        known.managed,
        as_it_came(table_of(known).c.known_since).label("known_since"),
        last.scalar_subquery().label("last_sign_in"),
    )
    if entitlements.partner_id is not None:
        asked = asked.where(known.partner_id == entitlements.partner_id)
    if entitlements.customer_id is not None:
        asked = asked.where(known.customer_id == entitlements.customer_id)
    return asked.order_by(known.partner_id, known.customer_id)


def _tags(session: Session, partner_id: str | None) -> Mapping[tuple[str, str, str], tuple[str, ...]]:
    record = TagRecord
    asked = select(record.partner_id, record.about, record.subject, record.tag)
    if partner_id is not None:
        asked = asked.where(record.partner_id == partner_id)
    found: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for whose, about, subject, tag in session.execute(asked):
        found[whose, about, subject].append(tag)
    return {key: tuple(sorted(tags, key=same) if len(tags) > 1 else tags) for key, tags in found.items()}
