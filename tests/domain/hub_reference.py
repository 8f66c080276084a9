"""The hub's rules once more, slowly and from the text of domain.md §6 alone: no function of ours is asked."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from statistics import quantiles
from typing import Any
from zoneinfo import ZoneInfo

from domain.hub.customers import HubCustomer
from domain.hub.entitlements import Entitlement
from domain.hub.lines import Line

Answers = dict[str, Any]


def day_in(zone: str, instant: datetime) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def nights(first: date, last: date) -> int:
    """How many midnights lie between, one by one; 9999 if `last` is earlier."""
    count = 0
    while first < last:
        first, count = first + timedelta(days=1), count + 1
    return count if first == last else 9999


def ends_in(line: Any, zone: str, at: datetime) -> int:
    """9999: over, or without end."""
    if line.ends_at is None or line.ends_at <= at:
        return 9999
    return nights(day_in(zone, at), day_in(zone, line.ends_at - timedelta(microseconds=1)))


def total_of(lines: list[Line], what: str) -> int:
    total = 0
    for line in lines:
        total += getattr(line, what)
    return total


def divided(part: int, whole: int) -> Fraction | None:
    return None if whole == 0 else Fraction(part, whole)


def people(lines: list[Line]) -> set[tuple[str, str]]:
    return {(line.partner_id, line.customer_id) for line in lines}


def ratio_of(partner: str, customer: str, product: str, lines: list[Line]) -> Fraction | None:
    own = [
        line
        for line in lines
        if (line.partner_id, line.customer_id, line.product) == (partner, customer, product) and line.active
    ]
    return divided(total_of(own, "assigned"), total_of(own, "total"))


def limit_of(partner: str, product: str, lines: list[Line]) -> Fraction:
    """AMB-22, by the standard library's quartiles."""
    peers = []
    for customer in {line.customer_id for line in lines if line.partner_id == partner}:
        own = ratio_of(partner, customer, product, lines)
        if own is not None:
            peers.append(own)
    return Fraction(1, 2) if len(peers) < 5 else quantiles(peers, n=4, method="inclusive")[0]


def is_low(line: Line, lines: list[Line]) -> bool:
    if line.assigned_by_week[-1] is None:
        return False
    lines = [each for each in lines if each.assigned_by_week[-1] is not None]
    limit = limit_of(line.partner_id, line.product, lines)
    customer = ratio_of(line.partner_id, line.customer_id, line.product, lines)
    own = divided(line.assigned, line.total)
    return customer is not None and own is not None and customer < limit and own < limit


def rows(lines: list[Line], at: datetime) -> dict[str, list[Line]]:
    """Of any product: which lines each section is about."""
    running = [line for line in lines if line.active]
    return {
        "recently_added": [line for line in running if nights(line.added_on, day_in(line.zone, at)) <= 90],
        "expiring": [line for line in running if not line.auto_renew and ends_in(line, line.zone, at) <= 90],
        "renewing": [line for line in running if line.auto_renew and ends_in(line, line.zone, at) <= 90],
        "low_assignment": [line for line in running if is_low(line, lines)],
        "over_limit": [line for line in running if line.assigned > line.total],
    }


def first_row(lines: list[Line], at: datetime) -> list[set[tuple[str, str]]]:
    """HUB-53 (a) to (e)."""
    measured = [line for line in lines if line.product in ("meetings", "calling")]
    of = rows(measured, at)
    sections = ("expiring", "renewing", "low_assignment", "over_limit")
    return [people(measured), *(people(of[section]) for section in sections)]


def numbers(lines: list[Line], product: str, at: datetime) -> Answers:
    """domain.md §6.8, every KPI by its key."""
    own = [line for line in lines if line.product == product]
    of = rows(own, at)
    added, expiring, renewing, low, over = of.values()
    theirs = [line for line in own if line.active and (line.partner_id, line.customer_id) in people(added)]
    overage = sum(max(line.assigned - line.total, 0) for line in over)
    return {
        "new_customers": len(people(added)),
        "new_customers_licences": total_of(theirs, "total"),
        "expiring_customers": len(people(expiring)),
        "expiring_assignment": divided(total_of(expiring, "assigned"), total_of(expiring, "total")),
        "expiring_usage": divided(total_of(expiring, "used"), total_of(expiring, "total")),
        "renewing_customers": len(people(renewing)),
        "renewing_assignment": divided(total_of(renewing, "assigned"), total_of(renewing, "total")),
        "renewing_usage": divided(total_of(renewing, "used"), total_of(renewing, "total")),
        "low_customers": len(people(low)),
        "low_assignment_share": divided(total_of(low, "assigned"), total_of(low, "total")),
        "low_usage_of_assigned": divided(total_of(low, "used_assigned"), total_of(low, "total")),
        "low_usage_among_assigned": divided(total_of(low, "used_assigned"), total_of(low, "assigned")),
        "low_unassigned": sum(max(line.total - line.assigned, 0) for line in low),
        "over_customers": len(people(over)),
        "over_licences": overage,
        "over_average": divided(overage, len(people(over))),
    }


def statuses_of(customer: HubCustomer, now: datetime) -> set[str]:
    """HUB-10 to HUB-17."""
    found: set[str] = set().union(*(of_one_life(life, customer, now) for life in customer.entitlements))
    had = [
        life
        for life in customer.entitlements
        if life.state != "pending_active"
        and (life.lifecycle == "subscription" or (life.lifecycle == "trial" and life.ends_at is not None))
    ]
    if had and not {"active", "trialing"} & {str(life.state) for life in customer.entitlements}:
        found.add("expired")
    since = customer.last_sign_in or customer.known_since.astimezone(UTC).date()
    today = now.astimezone(UTC).date()
    if since <= today and nights(since, today) >= 90:
        found.add("no_recent_activity")
    return found


def of_one_life(life: Entitlement, customer: HubCustomer, now: datetime) -> set[str]:
    state = str(life.state)
    by_state = {
        "trialing": "trial",
        "active": "subscription",
        "suspended": "suspended",
        "pending_active": "ready_for_setup",
    }
    found = {by_state[state]} if state in by_state else set[str]()
    if life.lifecycle == "trial":
        found.discard("ready_for_setup")
    renews = life.subject in customer.auto_renewing
    if state in ("active", "trialing") and not renews and ends_in(life, customer.zone, now) <= 30:
        found.add("expiring_soon")
    there = state not in ("over", "pending_active")
    if life.lifecycle != "trial" and life.subject in customer.overused and there:
        found.add("over_licence")
    return found
