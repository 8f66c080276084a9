"""Calling analytics of four customers over nine weeks, counted by hand. domain.md §6.9, HUB-60."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

import pytest

from domain.hub.call_rows import CustomerUsage, Statistic
from domain.hub.calling import CallingAnalytics, buyers, calling, weeks_up_to
from domain.hub.calls import EndpointCalls, WeekOfCalls
from domain.hub.numbers import Unit
from domain.hub.policy import HubPolicy
from tests.domain.hub_twelve import LINES
from tests.hub_rows import SUNDAY, a_line, a_week_of_calls

WEEK = timedelta(days=7)
POLICY = HubPolicy()
NAMES = {"aoi": "Aoi Clinic", "biwa": "Biwa Boats", "chita": "Chita Steel", "doi": "Doi Farm"}
CALLS, CALLERS, MINUTES = Statistic


def week(customer: str, back: int, calls: int, users: int = 10, callers: int = 8, low: int = 0) -> WeekOfCalls:
    """So many weeks before the last one; a call takes two minutes."""
    return a_week_of_calls(
        customer,
        SUNDAY - WEEK * back,
        users=users,
        callers=callers,
        calls=calls,
        minutes=calls * 2,
        low_quality=low,
        endpoints={},
        features={},
    )


AOI = replace(
    week("aoi", 0, 100, low=10),
    endpoints={
        "desk_phone": EndpointCalls(calls=60, low_quality=2),
        "mobile_app": EndpointCalls(calls=40, low_quality=8),
    },
    features={"call_queue": 30, "hunt_group": 20},
    queue_enabled=True,
    queue_answered=20,
    queue_answer_seconds=300,
    queue_abandoned=5,
    queue_abandoned_seconds=200,
)
BIWA = replace(
    week("biwa", 0, 50, users=20, callers=5),
    endpoints={"desk_phone": EndpointCalls(calls=50, low_quality=0)},
    features={"call_queue": 10},
    queue_enabled=True,
    queue_answered=4,
    queue_answer_seconds=180,
    queue_abandoned=6,
    queue_abandoned_seconds=30,
)
CHITA = replace(
    week("chita", 0, 30, low=3),
    endpoints={"desktop_app": EndpointCalls(calls=30, low_quality=3)},
    features={"auto_attendant": 7},
    queue_enabled=False,
    queue_answered=9,
    queue_answer_seconds=9,
)
KNOWN = [
    *(AOI, *(week("aoi", back, 100, low=10 if back == 1 else 1) for back in range(1, 9))),
    # 80 a week, and 50 in the last four: 2.5 calls per user of 4; 37.5 % less.
    *(BIWA, *(week("biwa", back, 50 if back < 4 else 80, users=20, callers=5) for back in range(1, 9))),
    CHITA,
    # Nothing of the last week.
    *(week("doi", back, 10) for back in range(1, 9)),
    # Has not bought Calling.
    replace(AOI, customer_id="stranger", calls=10_000, low_quality=10_000),
    # Not completed, or older than eight weeks.
    week("aoi", -1, 10_000),
]


def analytics(*known: WeekOfCalls) -> CallingAnalytics:
    return calling(known or KNOWN, SUNDAY, NAMES, POLICY)


def used(customer: str, found: CallingAnalytics) -> CustomerUsage:
    (row,) = (row for row in found.usage if row.customer_id == customer)
    return row


# Whose calls, and of which weeks.


def test_only_who_bought_calling_is_in_it() -> None:
    """c10 has it on trial, c03 had; c06 and the others have never had it."""
    assert buyers(LINES) == {"c08": "Hakone Railway", "c09": "Ise Pearls", "c11": "Lyon Textiles"}


def test_who_is_suspended_has_bought_it_all_the_same() -> None:
    assert buyers([a_line(product="calling", active=False)]) == {"akasaka": "赤坂商事"}


def test_eight_weeks_end_with_the_last_completed_one() -> None:
    weeks = weeks_up_to(SUNDAY)
    assert (len(weeks), weeks[0], weeks[-1]) == (8, date(2026, 10, 4), date(2026, 11, 22))
    assert {day.weekday() for day in weeks} == {6}


# The charts of eight weeks.


def test_the_last_week_of_all_customers_together() -> None:
    last = analytics().weeks[-1]
    assert (last.week, last.customers) == (SUNDAY, 3)
    # 10 + 20 + 10 users; 8 + 5 + 8 callers; 100 + 50 + 30 calls; 10 + 0 + 3 of low quality.
    assert (last.users, last.callers, last.calls, last.minutes, last.low_quality) == (40, 21, 180, 360, 13)
    assert (last.calls_per_user, last.low_share) == (Fraction(180, 40), Fraction(13, 180))


def test_every_week_is_in_the_chart_oldest_first() -> None:
    found = analytics().weeks
    assert [point.week for point in found] == list(weeks_up_to(SUNDAY))
    # aoi 100, biwa 80 and later 50, doi 10.
    assert [point.calls for point in found] == [190, 190, 190, 190, 160, 160, 160, 180]
    assert [point.low_quality for point in found] == [1, 1, 1, 1, 1, 1, 10, 13]


def test_of_a_week_without_calls_there_is_no_ratio() -> None:
    first = analytics(AOI).weeks[0]
    assert (first.customers, first.calls, first.calls_per_user, first.low_share) == (0, 0, None, None)


# Customers and usage.


def test_each_customer_has_its_statistics_and_their_trend() -> None:
    row = used("biwa", analytics())
    assert row.last == BIWA
    assert row.values == {CALLS: Fraction(50, 20), CALLERS: Fraction(5, 20), MINUTES: Fraction(100, 20)}
    assert row.trend[CALLS] == (*[Fraction(4)] * 4, *[Fraction(5, 2)] * 4)


def test_who_falls_stands_first_with_what_falls() -> None:
    """As many people call, each of them less."""
    rows = analytics().usage
    assert [(row.customer_id, row.falling) for row in rows] == [
        ("biwa", {CALLS, MINUTES}),
        ("aoi", frozenset()),
        ("chita", frozenset()),
        ("doi", frozenset()),
    ]


def test_who_is_not_in_the_file_any_more_is_listed_and_unknown() -> None:
    row = used("doi", analytics())
    assert (row.last, set(row.values.values())) == (None, {None})
    assert row.trend[CALLS] == (*[Fraction(1)] * 7, None)


def test_who_bought_it_and_was_never_in_the_file_has_no_row() -> None:
    assert [row.customer_id for row in analytics(AOI).usage] == ["aoi"]


@pytest.mark.parametrize(
    ("older", "newer", "falls"),
    [
        ([100] * 4, [91] * 4, False),
        ([100] * 4, [90] * 4, True),  # exactly 10 % less
        ([100] * 4, [100, 100, 100, 61], False),  # one bad week: 361 of 400
        ([100] * 4, [100, 100, 100, 60], True),  # 360 of 400
        ([100] * 4, [60, 100, 100, 100], True),  # and wherever it was: halves, not neighbours
        ([100] * 4, [0] * 4, True),
        ([0] * 4, [0] * 4, False),
        ([0] * 4, [10] * 4, False),
        ([90] * 4, [100] * 4, False),
        ([None, None, None, 100], [90, None, None, None], True),  # unknown weeks are left out
        ([None] * 4, [10] * 4, False),  # new
        ([100] * 4, [None] * 4, False),  # nothing is known: nothing is said
    ],
)
def test_a_tenth_less_in_the_newer_half_is_falling(
    older: list[int | None], newer: list[int | None], falls: bool
) -> None:
    known = [week("aoi", 7 - place, calls) for place, calls in enumerate([*older, *newer]) if calls is not None]
    assert (CALLS in used("aoi", analytics(*known)).falling) is falls


def test_falling_is_per_user_and_a_term_of_the_policy() -> None:
    """Half the people with a licence make half the calls: nothing falls."""
    halved = [week("aoi", back, 50 if back < 4 else 100, users=5 if back < 4 else 10, callers=4) for back in range(8)]
    assert used("aoi", analytics(*halved)).falling == frozenset()
    slower = [week("aoi", back, 80 if back < 4 else 100) for back in range(8)]
    assert CALLS in used("aoi", analytics(*slower)).falling
    assert CALLS not in used("aoi", calling(slower, SUNDAY, NAMES, HubPolicy(falling_by=21))).falling


# Call quality.


def test_by_endpoint_type_the_worst_first() -> None:
    found = [(row.endpoint, row.calls, row.low_quality, row.low_share) for row in analytics().endpoints]
    assert found == [
        ("mobile_app", 40, 8, Fraction(8, 40)),
        ("desktop_app", 30, 3, Fraction(3, 30)),
        ("desk_phone", 110, 2, Fraction(2, 110)),  # aoi's 60 and biwa's 50
    ]


def test_customers_with_calls_of_low_quality_and_nobody_else() -> None:
    """biwa has none."""
    found = analytics().quality
    assert [(row.name, row.calls, row.low_quality, row.low_share, row.change) for row in found] == [
        ("Aoi Clinic", 100, 10, Fraction(1, 10), Fraction(0)),  # as many as the week before
        ("Chita Steel", 30, 3, Fraction(1, 10), None),
    ]
    assert [row.endpoint for row in found[0].endpoints] == ["mobile_app", "desk_phone"]


def test_a_share_that_grew_says_by_how_much() -> None:
    (row,) = analytics(week("aoi", 0, 50, low=10), week("aoi", 1, 100, low=5)).quality
    assert row.change == Fraction(10, 50) - Fraction(5, 100)


# Features and queues: of customers with queues only.


def test_calls_by_feature() -> None:
    """30 + 10, and 20, of the 150 calls of the two; chita's attendant is not counted: it has no queue."""
    found = [(row.feature, row.calls, row.share) for row in analytics().features]
    assert found == [("call_queue", 40, Fraction(40, 150)), ("hunt_group", 20, Fraction(20, 150))]


def test_the_three_numbers_of_queues_are_ratios_of_sums() -> None:
    found = [(number.key, number.value, number.unit) for number in analytics().queue_numbers]
    assert found == [
        # (300 + 180) ÷ (20 + 4) = 20 s; the average of 15 s and 45 s would be 30.
        ("avg_answer_time", Fraction(20), Unit.SECONDS),
        # (200 + 30) ÷ (5 + 6)
        ("avg_wait_before_abandonment", Fraction(230, 11), Unit.SECONDS),
        # 11 ÷ (11 + 24); the average of 20 % and 60 % would be 40 %.
        ("avg_abandoned_rate", Fraction(11, 35), Unit.SHARE),
    ]


def test_queues_of_each_customer_the_most_abandoned_first() -> None:
    found = analytics().queues
    assert [(row.name, row.answered, row.abandoned) for row in found] == [("Biwa Boats", 4, 6), ("Aoi Clinic", 20, 5)]
    assert [row.answer_time for row in found] == [Fraction(45), Fraction(15)]
    assert [row.abandoned_wait for row in found] == [Fraction(5), Fraction(40)]
    assert [row.abandoned_rate for row in found] == [Fraction(6, 10), Fraction(1, 5)]
    assert found[0].features == {"call_queue": 10}


def test_without_queues_there_is_nothing_to_divide_by() -> None:
    found = analytics(CHITA)
    assert (found.features, found.queues) == ((), ())
    assert [number.value for number in found.queue_numbers] == [None, None, None]


def test_a_queue_that_nobody_called_is_listed_without_ratios() -> None:
    (row,) = analytics(replace(CHITA, queue_enabled=True, queue_answered=0)).queues
    assert (row.answer_time, row.abandoned_wait, row.abandoned_rate) == (None, None, None)


def test_of_nobody_there_is_nothing() -> None:
    found = calling(KNOWN, SUNDAY, {}, POLICY)
    assert (found.usage, found.endpoints, found.quality, found.features, found.queues) == ((), (), (), (), ())
    assert {point.calls for point in found.weeks} == {0}
