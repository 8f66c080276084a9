"""Calling analytics of the last completed week, and of the eight up to it. domain.md §6.9, HUB-60. Pure.

Only organizations that bought Webex Calling: who has it on trial has not. Every ratio is one of sums, and None where
there is nothing to divide by.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Final

from domain.hub.call_rows import (
    PARTS,
    CallWeek,
    CustomerQuality,
    CustomerQueues,
    CustomerUsage,
    EndpointQuality,
    FeatureCalls,
    Statistic,
)
from domain.hub.calls import WeekOfCalls
from domain.hub.lines import Line
from domain.hub.numbers import Number, Unit, ratio, share
from domain.hub.policy import PER_CENT, WEEK, HubPolicy
from domain.hub.products import Product

SHOWN: Final = 8
"""Weeks of a chart, the last completed one among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallingAnalytics:
    """The whole page."""

    week: date
    """The last completed one: the Sunday that ends it."""

    weeks: tuple[CallWeek, ...]
    """SHOWN, oldest first; one of which nothing is known is there, with noughts and without ratios."""

    usage: tuple[CustomerUsage, ...]
    """Falling ones first, then by name."""

    endpoints: tuple[EndpointQuality, ...]
    quality: tuple[CustomerQuality, ...]
    """The highest share of low quality first."""

    features: tuple[FeatureCalls, ...]
    queue_numbers: tuple[Number, ...]
    """avg_answer_time, avg_wait_before_abandonment, avg_abandoned_rate."""

    queues: tuple[CustomerQueues, ...]
    """The highest rate of abandoned calls first."""


def buyers(lines: Sequence[Line]) -> dict[str, str]:
    """Customers with a Calling subscription, also where it is suspended, by id their name. HUB-60."""
    return {
        line.customer_id: line.customer_name for line in lines if line.product == Product.CALLING and not line.trial
    }


def weeks_up_to(week: date) -> tuple[date, ...]:
    """The weeks to fetch, oldest first."""
    return tuple(week - WEEK * back for back in reversed(range(SHOWN)))


def calling(
    calls: Sequence[WeekOfCalls], week: date, customers: Mapping[str, str], policy: HubPolicy
) -> CallingAnalytics:
    """`calls` may hold more weeks and customers than are asked for; `customers` as `buyers` has them."""
    shown = weeks_up_to(week)
    known = [one for one in calls if one.customer_id in customers and one.week in shown]
    of_week: dict[date, list[WeekOfCalls]] = defaultdict(list)
    for one in known:
        of_week[one.week].append(one)
    last = of_week[week]
    with_queues = [one for one in last if one.queue_enabled]
    by_customer = _by_customer(known, shown)
    return CallingAnalytics(
        week=week,
        weeks=tuple(_point(one_week, of_week[one_week]) for one_week in shown),
        usage=_usage(by_customer, customers, policy),
        endpoints=_endpoints(last),
        quality=_quality(by_customer, customers),
        features=_features(with_queues),
        queue_numbers=_queue_numbers(with_queues),
        queues=_queues(with_queues, customers),
    )


Weeks = Sequence[WeekOfCalls | None]
"""Of one customer, SHOWN of them, oldest first; None: nothing is known."""


def _by_customer(known: Iterable[WeekOfCalls], shown: Sequence[date]) -> dict[str, Weeks]:
    found: dict[str, dict[date, WeekOfCalls]] = defaultdict(dict)
    for one in known:
        found[one.customer_id][one.week] = one
    return {customer_id: [weeks.get(week) for week in shown] for customer_id, weeks in found.items()}


def _point(week: date, calls: Sequence[WeekOfCalls]) -> CallWeek:
    users, callers, made, minutes, low = (
        sum(one.users for one in calls),
        sum(one.callers for one in calls),
        sum(one.calls for one in calls),
        sum(one.minutes for one in calls),
        sum(one.low_quality for one in calls),
    )
    return CallWeek(
        week=week,
        customers=len(calls),
        users=users,
        callers=callers,
        calls=made,
        minutes=minutes,
        low_quality=low,
        calls_per_user=share(made, users),
        low_share=share(low, made),
    )


# Customers and usage.


def _usage(
    by_customer: Mapping[str, Weeks], customers: Mapping[str, str], policy: HubPolicy
) -> tuple[CustomerUsage, ...]:
    rows = [
        CustomerUsage(
            customer_id=customer_id, name=customers[customer_id], weeks=tuple(weeks), falling=_falling(weeks, policy)
        )
        for customer_id, weeks in by_customer.items()
    ]
    return tuple(sorted(rows, key=lambda row: (not row.falling, row.name, row.customer_id)))


def _falling(weeks: Weeks, policy: HubPolicy) -> frozenset[Statistic]:
    """Halves, not neighbours: one week of holidays is no trend."""
    half = len(weeks) // 2
    older, newer = ([week for week in some if week] for some in (weeks[:half], weeks[half:]))
    users_before, users_now = (sum(week.users for week in some) for some in (older, newer))
    if not users_before or not users_now:
        return frozenset()

    def falls(part: Callable[[WeekOfCalls], int]) -> bool:
        before, now = sum(map(part, older)) * users_now, sum(map(part, newer)) * users_before
        return before > 0 and now * PER_CENT <= before * (PER_CENT - policy.falling_by)

    return frozenset(statistic for statistic, part in PARTS.items() if falls(part))


# Call quality.


def _endpoints(calls: Iterable[WeekOfCalls]) -> tuple[EndpointQuality, ...]:
    made, low = Counter[str](), Counter[str]()
    for one in calls:
        for endpoint, of_it in one.endpoints.items():
            made[endpoint] += of_it.calls
            low[endpoint] += of_it.low_quality
    rows = [
        EndpointQuality(
            endpoint=endpoint,
            calls=made[endpoint],
            low_quality=low[endpoint],
            low_share=share(low[endpoint], made[endpoint]),
        )
        for endpoint in made
    ]
    return tuple(sorted(rows, key=lambda row: (-row.low_quality, -row.calls, row.endpoint)))


def _quality(by_customer: Mapping[str, Weeks], customers: Mapping[str, str]) -> tuple[CustomerQuality, ...]:
    rows = [
        _quality_of(customers[customer_id], weeks[-1], weeks[-2])
        for customer_id, weeks in by_customer.items()
        if weeks[-1] and weeks[-1].low_quality
    ]
    return tuple(sorted(rows, key=lambda row: (-(row.low_share or 0), -row.low_quality, row.name, row.customer_id)))


def _quality_of(name: str, last: WeekOfCalls, before: WeekOfCalls | None) -> CustomerQuality:
    now = share(last.low_quality, last.calls)
    then = share(before.low_quality, before.calls) if before else None
    return CustomerQuality(
        customer_id=last.customer_id,
        name=name,
        calls=last.calls,
        low_quality=last.low_quality,
        low_share=now,
        change=None if now is None or then is None else now - then,
        endpoints=_endpoints([last]),
    )


# Advanced features, and call queues: only of customers that have queues.


def _features(calls: Sequence[WeekOfCalls]) -> tuple[FeatureCalls, ...]:
    together = Counter[str]()
    for one in calls:
        together.update(one.features)
    made = sum(one.calls for one in calls)
    rows = [
        FeatureCalls(feature=feature, calls=number, share=share(number, made)) for feature, number in together.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.calls, row.feature)))


def _queue_numbers(calls: Sequence[WeekOfCalls]) -> tuple[Number, ...]:
    answered, abandoned = sum(one.queue_answered for one in calls), sum(one.queue_abandoned for one in calls)
    waited = sum(one.queue_answer_seconds for one in calls)
    waited_in_vain = sum(one.queue_abandoned_seconds for one in calls)
    return (
        ratio("avg_answer_time", waited, answered, unit=Unit.SECONDS),
        ratio("avg_wait_before_abandonment", waited_in_vain, abandoned, unit=Unit.SECONDS),
        ratio("avg_abandoned_rate", abandoned, answered + abandoned),
    )


def _queues(calls: Sequence[WeekOfCalls], customers: Mapping[str, str]) -> tuple[CustomerQueues, ...]:
    rows = [_queues_of(one, customers[one.customer_id]) for one in calls]
    return tuple(sorted(rows, key=lambda row: (-(row.abandoned_rate or 0), row.name, row.customer_id)))


def _queues_of(one: WeekOfCalls, name: str) -> CustomerQueues:
    answer_time, wait, rate = (number.value for number in _queue_numbers([one]))
    return CustomerQueues(
        customer_id=one.customer_id,
        name=name,
        answered=one.queue_answered,
        abandoned=one.queue_abandoned,
        answer_time=_exact(answer_time),
        abandoned_wait=_exact(wait),
        abandoned_rate=_exact(rate),
        features=one.features,
    )


def _exact(value: Fraction | int | None) -> Fraction | None:
    return None if value is None else Fraction(value)
