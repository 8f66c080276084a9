"""Statuses of a customer: a set, derived whenever somebody looks, and never kept. HUB-10 to HUB-18. Pure."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from operator import itemgetter
from typing import Final

from domain.hub.customers import HubCustomer
from domain.hub.days import days_since, days_to, last_day, within
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.policy import HubPolicy
from domain.lifecycle import Lifecycle


class Status(StrEnum):
    """In the order of display: what somebody has to look at stands first. HUB-18."""

    SUSPENDED = "suspended"
    """A subscription is stopped: unpaid, its renewal was not complete, or compliance. HUB-16, AMB-42."""

    EXPIRED = "expired"
    """Had a subscription or a trial, and has none that is active. HUB-17, AMB-21."""

    EXPIRING_SOON = "expiring_soon"
    """One of its subscriptions or trials ends within days, and is not set to renew. HUB-12, AMB-18, AMB-23."""

    OVER_LICENCE = "over_licence"
    """A subscription uses more licences than were purchased. HUB-13, AMB-19."""

    READY_FOR_SETUP = "ready_for_setup"
    """Something ordered is not completely set up. HUB-15."""

    NO_RECENT_ACTIVITY = "no_recent_activity"
    """None of the organization's administrators has signed in for long. HUB-14, AMB-20."""

    SUBSCRIPTION = "subscription"
    """Has an active one. HUB-11."""

    TRIAL = "trial"
    """Has one that runs. HUB-10."""


RUNNING: Final = (EntitlementState.ACTIVE, EntitlementState.TRIALING)
DAYS_OF_SIGN_INS: Final = "UTC"
NOT_THERE: Final = (EntitlementState.PENDING_ACTIVE, EntitlementState.OVER)

DISPLAYED: Final = tuple(Status)
"""The first one that a customer has is the one to show where there is place for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One status of one customer, and what it is about."""

    status: Status
    entitlements: tuple[Entitlement, ...] = ()
    """The one that ends first stands first, then by id; none, where it is about the organization."""

    on: date | None = None
    """Expiring: the last day, in the customer's zone. Expired: the latest such day, if any is known. No recent
    activity: the day of the last sign-in (UTC)."""

    days: int | None = None
    """Expiring: days left, 0 on the last day. No recent activity: days since the last sign-in, or since the customer is
    known if there was none."""

    reasons: tuple[str, ...] = ()
    """Why it is suspended, of all its subscriptions, sorted. AMB-42."""

    @property
    def subjects(self) -> tuple[str, ...]:
        """Ids of what it is about."""
        return tuple(each.subject for each in self.entitlements)


def statuses(customer: HubCustomer, now: datetime, policy: HubPolicy) -> tuple[Found, ...]:
    """All that apply, in the order of display. HUB-18."""
    return tuple(_found(customer, now, policy))


def first_status(customer: HubCustomer, now: datetime, policy: HubPolicy) -> Status | None:
    """The one to show where there is place for one. HUB-18."""
    return next((status for status, question in QUESTIONS.items() if question(customer, now, policy)), None)


def has_one_of(customer: HubCustomer, asked: Collection[Status], now: datetime, policy: HubPolicy) -> bool:
    """Looks for no other ones."""
    return any(QUESTIONS[status](customer, now, policy) for status in asked)


def _found(customer: HubCustomer, now: datetime, policy: HubPolicy) -> Iterator[Found]:
    for question in QUESTIONS.values():
        if found := question(customer, now, policy):
            yield found


def running(entitlement: Entitlement) -> bool:
    """An active subscription or a trial in use. A suspended one is neither, nor is a trial in grace. AMB-21."""
    return entitlement.state in RUNNING


def ends_first(customer: HubCustomer) -> tuple[Entitlement, datetime] | None:
    """Of what runs, and when."""
    ends = ((each.ends_at, each.subject, each) for each in customer.entitlements if running(each) and each.ends_at)
    found = min(ends, key=itemgetter(0, 1), default=None)
    return (found[2], found[0]) if found else None


def ends_on(customer: HubCustomer) -> date | None:
    """The earliest last day of what runs, in the customer's zone."""
    first = ends_first(customer)
    return last_day(first[1], customer.zone) if first else None


def suspended(customer: HubCustomer, _now: datetime, _policy: HubPolicy) -> Found | None:
    """HUB-16, AMB-42."""
    entitlements = _in_state(customer, EntitlementState.SUSPENDED)
    if not entitlements:
        return None
    reasons = tuple(sorted({why for each in entitlements for why in each.suspended_for}))
    return Found(status=Status.SUSPENDED, entitlements=entitlements, reasons=reasons)


def expired(customer: HubCustomer, _now: datetime, _policy: HubPolicy) -> Found | None:
    """An order under way alone was never a subscription, nor was a trial that nobody used. AMB-21."""
    if any(map(running, customer.entitlements)) or not (had := _of(customer, _was_in_use)):
        return None
    ends = [last_day(each.ends_at, customer.zone) for each in had if each.ends_at]
    return Found(status=Status.EXPIRED, entitlements=had, on=max(ends, default=None))


def expiring_soon(customer: HubCustomer, now: datetime, policy: HubPolicy) -> Found | None:
    """HUB-12: AMB-18 says within how many days, AMB-23 that what renews by itself does not expire."""

    def soon(entitlement: Entitlement) -> bool:
        if not running(entitlement) or entitlement.subject in customer.auto_renewing:
            return False
        return within(days_to(entitlement.ends_at, now, customer.zone), policy.expiring_within)

    entitlements = _of(customer, soon)
    if not entitlements or entitlements[0].ends_at is None:
        return None
    first, zone = entitlements[0].ends_at, customer.zone
    return Found(
        status=Status.EXPIRING_SOON, entitlements=entitlements, on=last_day(first, zone), days=days_to(first, now, zone)
    )


def over_licence(customer: HubCustomer, _now: datetime, _policy: HubPolicy) -> Found | None:
    """Used, not assigned, is what counts here; of subscriptions that are not over. AMB-19."""
    if not customer.overused:
        return None
    entitlements = _of(
        customer,
        lambda each: not each.trial and _is_there(each) and each.subject in customer.overused,
    )
    return Found(status=Status.OVER_LICENCE, entitlements=entitlements) if entitlements else None


def ready_for_setup(customer: HubCustomer, _now: datetime, _policy: HubPolicy) -> Found | None:
    """What was bought; a trial that is not in use yet is nothing to set up by an order. HUB-15."""
    entitlements = tuple(each for each in _in_state(customer, EntitlementState.PENDING_ACTIVE) if not each.trial)
    return Found(status=Status.READY_FOR_SETUP, entitlements=entitlements) if entitlements else None


def no_recent_activity(customer: HubCustomer, now: datetime, policy: HubPolicy) -> Found | None:
    """Days of UTC, as those of sign-ins are. Of somebody who never signed in, they are counted from when the customer
    was first known: who is new had no time to. While no sign-in of anybody was imported, nobody can tell. AMB-20."""
    if not customer.sign_ins_known:
        return None
    since = customer.last_sign_in or customer.known_since.astimezone(UTC).date()
    days = days_since(since, now, DAYS_OF_SIGN_INS)
    if days < policy.inactive_after.days:
        return None
    return Found(status=Status.NO_RECENT_ACTIVITY, on=customer.last_sign_in, days=days)


def subscription(customer: HubCustomer, _now: datetime, _policy: HubPolicy) -> Found | None:
    """HUB-11."""
    entitlements = _in_state(customer, EntitlementState.ACTIVE)
    return Found(status=Status.SUBSCRIPTION, entitlements=entitlements) if entitlements else None


def trial(customer: HubCustomer, _now: datetime, _policy: HubPolicy) -> Found | None:
    """HUB-10."""
    entitlements = _in_state(customer, EntitlementState.TRIALING)
    return Found(status=Status.TRIAL, entitlements=entitlements) if entitlements else None


QUESTIONS: Final[Mapping[Status, Callable[[HubCustomer, datetime, HubPolicy], Found | None]]] = {
    Status.SUSPENDED: suspended,
    Status.EXPIRED: expired,
    Status.EXPIRING_SOON: expiring_soon,
    Status.OVER_LICENCE: over_licence,
    Status.READY_FOR_SETUP: ready_for_setup,
    Status.NO_RECENT_ACTIVITY: no_recent_activity,
    Status.SUBSCRIPTION: subscription,
    Status.TRIAL: trial,
}
"""In the order of display."""


def _is_there(entitlement: Entitlement) -> bool:
    return entitlement.state not in NOT_THERE


def _was_in_use(entitlement: Entitlement) -> bool:
    """A subscription always was. A trial has an end once it is in use, a wholesale customer a day since when it is."""
    if entitlement.lifecycle == Lifecycle.ORDER or entitlement.state is EntitlementState.PENDING_ACTIVE:
        return False
    return (
        entitlement.lifecycle == Lifecycle.SUBSCRIPTION
        or entitlement.ends_at is not None
        or entitlement.entitled_since is not None
    )


def _in_state(customer: HubCustomer, state: EntitlementState) -> tuple[Entitlement, ...]:
    return _in_order([each for each in customer.entitlements if each.state is state])


def _of(customer: HubCustomer, fits: Callable[[Entitlement], bool]) -> tuple[Entitlement, ...]:
    return _in_order([each for each in customer.entitlements if fits(each)])


def _in_order(entitlements: list[Entitlement]) -> tuple[Entitlement, ...]:
    return tuple(sorted(entitlements, key=_ends_first) if len(entitlements) > 1 else entitlements)


def _ends_first(entitlement: Entitlement) -> tuple[bool, datetime, str]:
    return entitlement.ends_at is None, entitlement.ends_at or entitlement.valid_from, entitlement.subject
