"""Every KPI and every cell of every table, of twelve customers, against what was counted by hand. HUB-50 to HUB-54."""

from datetime import timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest

from domain.hub.kpis import top
from domain.hub.numbers import CustomerKey, Number, Unit
from domain.hub.policy import HubPolicy
from domain.hub.section_rows import ENTERPRISE_TRIAL, Column
from domain.hub.sections import COLUMNS, Section, SectionKey, section
from domain.hub.trend import point, trend_of_lines
from tests.domain.hub_twelve import AT, LINES, of

POLICY = HubPolicy()
HIKARI = [line for line in LINES if line.partner_id == "hikari"]
MINATO = [line for line in LINES if line.partner_id == "minato"]


def named(number: Number) -> tuple[str, Any, str]:
    """Its value, and the customers behind it."""
    return number.key, number.value, " ".join(customer_id for _, customer_id in number.customers)


def table(found: Section) -> list[tuple[Any, ...]]:
    """All cells, as the columns are."""
    return [tuple(row.value(column) for column in found.columns) for row in found.rows]


def asked(key: SectionKey, product: str) -> Section:
    return section(key, LINES, product, AT, POLICY)


# The first row. HUB-53.


def test_the_first_row_of_both_partners_together() -> None:
    """`c06` has Messaging only and is in none. HUB-50."""
    assert [named(number) for number in top(LINES, AT, POLICY)] == [
        # Everybody but c06; c03's grace and c10's suspension do not make them fewer.
        ("total_customers", 11, "c01 c03 c04 c05 c07 c08 c09 c10 c11 c02 c12"),
        # c02: day 90. c04: day 0. c08: day 15. c10: day 70, of Calling. c11: day 90 in Paris, twice and counted once.
        # Not c01, c09, c12b: they renew. Not c03 and c12a: day 91. Not c05: what ends is Messaging. Not c10's sub-10:
        # it is suspended. Not c07: no end.
        ("nearing_expiration", 5, "c04 c08 c10 c11 c02"),
        # c01: day 90. c09: day 30. c12b: day 90 in Los Angeles. Not c05: day 123.
        ("nearing_renewal", 3, "c01 c09 c12"),
        # c03: 10/40 = 25 % below the percentile of 80 %. c08: 29/60 below 50 %. c12: 9/20 below 50 %.
        ("low_licence_assignment", 3, "c03 c08 c12"),
        # c05: 36 of 30. c10: 30 of 25. Not c12a, where 4 are used and 2 assigned of 10.
        ("over_licence_limit", 2, "c05 c10"),
    ]


@pytest.mark.parametrize(
    ("lines", "values"), [(HIKARI, [9, 4, 2, 2, 2]), (MINATO, [2, 1, 1, 1, 0]), ([], [0, 0, 0, 0, 0])]
)
def test_the_first_row_of_one_partner_and_of_nobody(lines: list[Any], values: list[int]) -> None:
    assert [number.value for number in top(lines, AT, POLICY)] == values


def test_a_customer_of_two_partners_is_one_of_each() -> None:
    twice = [of("c01", "sub-x", "meetings", (1, 1, 1), None, partner_id=partner) for partner in ("hikari", "minato")]
    (total, *_) = top(twice, AT, POLICY)
    assert total.customers == (CustomerKey("hikari", "c01"), CustomerKey("minato", "c01"))


@pytest.mark.parametrize(
    ("kpi", "key"),
    [
        ("nearing_expiration", SectionKey.EXPIRING),
        ("nearing_renewal", SectionKey.RENEWING),
        ("low_licence_assignment", SectionKey.LOW),
        ("over_licence_limit", SectionKey.OVER),
    ],
)
def test_whoever_is_in_the_first_row_stands_in_a_section(kpi: str, key: SectionKey) -> None:
    """Nobody asks for a number and finds no rows behind it. HUB-51."""
    (number,) = (number for number in top(LINES, AT, POLICY) if number.key == kpi)
    rows = (*asked(key, "meetings").rows, *asked(key, "calling").rows)
    assert {row.customer for row in rows} == set(number.customers)


# Recently added. Columns: customer, subscription, days since added, total, used/assigned/available, weekly changes.


def test_recently_added_meetings() -> None:
    found = asked(SectionKey.ADDED, "meetings")
    assert [named(number) for number in found.numbers] == [
        ("new_customers", 3, "c04 c07 c12"),  # not c05: 91 days
        # All Meetings licences of the three: 20 + 0 + 10 + 10; sub-12b is old, and counts.
        ("new_customers_licences", 40, "c04 c07 c12"),
    ]
    assert table(found) == [
        # Added today: nothing is known of a week ago.
        ("Ginza Optics", "sub-07", 0, 0, (0, 0, 0), None, None),
        # 1 April to 29 June: 29 + 31 + 29 = 89 days. 2 − 5; 4 − 4.
        ("Monterey Books", "sub-12a", 89, 10, (4, 2, 8), -3, 0),
        # 1 April to 30 June: 90 days. 20 − 15; 20 − 22.
        ("Daikanyama Design", ENTERPRISE_TRIAL, 90, 20, (20, 20, 0), 5, -2),
    ]


def test_recently_added_calling() -> None:
    """Not c03: its trial is in grace."""
    found = asked(SectionKey.ADDED, "calling")
    assert [named(number) for number in found.numbers] == [
        ("new_customers", 1, "c10"),
        ("new_customers_licences", 25, "c10"),
    ]
    # 30 of 25 are assigned: none is available, not −5. 30 − 31; 10 − 4.
    assert table(found) == [("Kobe Leather", ENTERPRISE_TRIAL, 20, 25, (10, 30, 0), -1, 6)]


# Expiring and renewing. Columns: customer, subscription, days, total, used/assigned/available, usage of 3 months.


def test_expiring_meetings() -> None:
    found = asked(SectionKey.EXPIRING, "meetings")
    assert [named(number) for number in found.numbers] == [
        ("expiring_customers", 3, "c04 c11 c02"),
        # (20 + 50 + 9) ÷ (20 + 50 + 10); (20 + 30 + 9) ÷ 80
        ("expiring_assignment", Fraction(79, 80), "c04 c11 c02"),
        ("expiring_usage", Fraction(59, 80), "c04 c11 c02"),
    ]
    assert table(found) == [
        ("Daikanyama Design", ENTERPRISE_TRIAL, 0, 20, (20, 20, 0), 22),  # 22 in the week before
        ("Bunkyo Press", "sub-02", 90, 50, (30, 50, 0), 30),
        ("Lyon Textiles", "sub-11", 90, 10, (9, 9, 1), 9),
    ]


def test_expiring_calling() -> None:
    found = asked(SectionKey.EXPIRING, "calling")
    assert [named(number) for number in found.numbers] == [
        ("expiring_customers", 3, "c08 c10 c11"),
        # (29 + 30 + 12) ÷ (60 + 25 + 12): above what one average of 48 %, 120 % and 100 % would say. (20 + 10 + 0) ÷ 97
        ("expiring_assignment", Fraction(71, 97), "c08 c10 c11"),
        ("expiring_usage", Fraction(30, 97), "c08 c10 c11"),
    ]
    assert table(found) == [
        ("Hakone Railway", "sub-08", 15, 60, (20, 29, 31), 41),
        ("Kobe Leather", ENTERPRISE_TRIAL, 70, 25, (10, 30, 0), 10),  # 30 June + 31 + 31 + 8
        ("Lyon Textiles", "sub-11", 90, 12, (0, 12, 0), 0),  # bought, assigned, and nobody makes a call
    ]


def test_renewing_meetings() -> None:
    found = asked(SectionKey.RENEWING, "meetings")
    assert [named(number) for number in found.numbers] == [
        ("renewing_customers", 2, "c01 c12"),
        ("renewing_assignment", Fraction(87, 110), "c01 c12"),  # (80 + 7) ÷ (100 + 10)
        ("renewing_usage", Fraction(66, 110), "c01 c12"),  # (60 + 6) ÷ 110
    ]
    assert table(found) == [
        ("Akasaka Trading", "sub-01", 90, 100, (60, 80, 20), 70),  # 70, 65, unknown, 60
        ("Monterey Books", "sub-12b", 90, 10, (6, 7, 3), 6),
    ]


def test_renewing_calling() -> None:
    found = asked(SectionKey.RENEWING, "calling")
    assert [named(number) for number in found.numbers] == [
        ("renewing_customers", 1, "c09"),
        ("renewing_assignment", Fraction(20, 40), "c09"),
        ("renewing_usage", Fraction(12, 40), "c09"),
    ]
    assert table(found) == [("Ise Pearls", "sub-09", 30, 40, (12, 20, 20), 12)]


# Low assignment. Columns: customer, subscription, months since added, assigned, total, used/assigned/available, change.


def test_low_assignment_of_meetings() -> None:
    """Of hikari 25 %, 80 %, 90 %, 100 %, 120 %: five, whose 25th percentile is the second lowest. c07 has no licences
    and is no peer, c10's are suspended. Of minato 100 % and 45 %: two, so 50 % decides. AMB-22."""
    found = asked(SectionKey.LOW, "meetings")
    assert [named(number) for number in found.numbers] == [
        ("low_customers", 2, "c03 c12"),
        ("low_assignment_share", Fraction(12, 50), "c03 c12"),  # (10 + 2) ÷ (40 + 10)
        ("low_usage_of_assigned", Fraction(6, 50), "c03 c12"),  # (5 + 1) ÷ 50: 3 of the 4 used are not assigned
        ("low_usage_among_assigned", Fraction(6, 12), "c03 c12"),
        ("low_unassigned", 38, "c03 c12"),  # 30 + 8
    ]
    assert table(found) == [
        # 7 of 10 of sub-12b are above 50 %: the customer is low, that subscription is not.
        ("Monterey Books", "sub-12a", 2, (2, Fraction(1, 5)), 10, (4, 2, 8), -3),
        # From the 31st of December to the 30th of June, the last of its month: six months.
        ("Chiyoda Foods", "sub-03", 6, (10, Fraction(1, 4)), 40, (5, 10, 30), -2),
    ]


def test_low_assignment_of_calling() -> None:
    """Of hikari 29/60, 50 %, 100 %, 120 %: four, so 50 % decides, and is not below itself. c03's trial is in grace."""
    found = asked(SectionKey.LOW, "calling")
    assert [named(number) for number in found.numbers] == [
        ("low_customers", 1, "c08"),
        ("low_assignment_share", Fraction(29, 60), "c08"),
        ("low_usage_of_assigned", Fraction(18, 60), "c08"),
        ("low_usage_among_assigned", Fraction(18, 29), "c08"),
        ("low_unassigned", 31, "c08"),
    ]
    # From 15 January to 30 June: five months. Of a week ago nothing is known.
    assert table(found) == [("Hakone Railway", "sub-08", 5, (29, Fraction(29, 60)), 60, (20, 29, 31), None)]


# Over the limit. Columns: customer, subscription, months to expiry, auto-renew, total, assigned, used.


def test_over_the_limit_of_meetings() -> None:
    found = asked(SectionKey.OVER, "meetings")
    assert [named(number) for number in found.numbers] == [
        ("over_customers", 1, "c05"),
        ("over_licences", 6, "c05"),
        ("over_average", Fraction(6, 1), "c05"),
    ]
    # 30 June to 31 October: four months. 36/30 and 33/30.
    assert table(found) == [("Ebisu Brewing", "sub-05", 4, True, 30, (36, Fraction(6, 5)), (33, Fraction(11, 10)))]


def test_over_the_limit_of_calling() -> None:
    found = asked(SectionKey.OVER, "calling")
    assert [named(number) for number in found.numbers] == [
        ("over_customers", 1, "c10"),
        ("over_licences", 5, "c10"),
        ("over_average", Fraction(5, 1), "c10"),
    ]
    # 30 June to 8 September: two months.
    assert table(found) == [
        ("Kobe Leather", ENTERPRISE_TRIAL, 2, False, 25, (30, Fraction(6, 5)), (10, Fraction(2, 5)))
    ]


def test_the_average_overage_is_by_customer_and_the_most_stands_first() -> None:
    """6 + 1 + 2 over two customers: 4.5, not 3 of each subscription. AMB-26."""
    more = [of("c01", f"sub-x{over}", "meetings", (10, 10 + over, 0), None) for over in (1, 2)]
    found = section(SectionKey.OVER, [*LINES, *more], "meetings", AT, POLICY)
    assert [number.value for number in found.numbers] == [2, 9, Fraction(9, 2)]
    assert [row.subscription for row in found.rows] == ["sub-05", "sub-x2", "sub-x1"]
    assert found.numbers[-1].unit is Unit.LICENCES_PER_CUSTOMER


# What is nothing, and what is elsewhere.


@pytest.mark.parametrize("key", SectionKey)
def test_of_nobody_there_are_noughts_and_no_ratio(key: SectionKey) -> None:
    """A ratio of nothing is “–”."""
    found = section(key, [], "meetings", AT, POLICY)
    assert {number.value for number in found.numbers if number.whole is None} == {0}
    assert {number.value for number in found.numbers if number.whole is not None} <= {None}
    assert found.rows == ()


def test_without_licences_a_row_has_no_shares() -> None:
    """Three assigned of none are three too many. AMB-19."""
    found = section(SectionKey.OVER, [of("c07", "sub-x", "meetings", (0, 3, 1), None)], "meetings", AT, POLICY)
    assert table(found) == [("Ginza Optics", "sub-x", None, False, 0, (3, None), (1, None))]


@pytest.mark.parametrize("product", ["meetings", "calling"])
@pytest.mark.parametrize("key", SectionKey)
def test_no_section_shows_messaging_what_is_suspended_or_in_grace(key: SectionKey, product: str) -> None:
    """HUB-50, HUB-51."""
    shown = {row.line.subject for row in asked(key, product).rows}
    assert not shown & {"sub-06", "trial-05", "trial-03", "sub-10"}
    assert {row.line.product for row in asked(key, product).rows} == {product}


@pytest.mark.parametrize("product", ["meetings", "calling"])
def test_nothing_expires_and_renews(product: str) -> None:
    """AMB-23."""
    expiring, renewing = (
        {row.line.subject for row in asked(key, product).rows} for key in (SectionKey.EXPIRING, SectionKey.RENEWING)
    )
    assert expiring
    assert renewing
    assert not expiring & renewing


def test_the_same_customers_whoever_reads_and_wherever() -> None:
    """A partner's administrator of c01 and c03 finds those low whom everybody finds low: the peers are all. AMB-22."""
    seen = [line for line in LINES if line.customer_id in {"c01", "c03"}]
    low = section(SectionKey.LOW, seen, "meetings", AT, POLICY, peers=LINES)
    assert [row.line.subject for row in low.rows] == ["sub-03"]
    (_, _, _, number, _) = top(seen, AT, POLICY, peers=LINES)
    assert number.value == 1


def test_peers_are_all_customers_of_the_partner_not_those_that_are_seen() -> None:
    """62 % is low among 80 % and more, and above the 50 % that would decide of one alone."""
    others = [line for line in HIKARI if line.subject != "sub-03"]
    own = of("c03", "sub-x", "meetings", (100, 62, 0), None)
    assert not section(SectionKey.LOW, [own], "meetings", AT, POLICY).rows
    assert section(SectionKey.LOW, [own], "meetings", AT, POLICY, peers=[*others, own]).rows


@pytest.mark.parametrize("days", [30, 89, 91])
def test_the_window_is_a_term_of_the_policy(days: int) -> None:
    policy = HubPolicy(window=timedelta(days=days))
    expiring = section(SectionKey.EXPIRING, LINES, "meetings", AT, policy)
    assert {row.line.subject for row in expiring.rows} == {
        30: {"trial-04"},
        89: {"trial-04"},
        91: {"trial-04", "sub-02", "sub-11", "sub-03", "sub-12a"},
    }[days]


def test_every_column_has_a_place() -> None:
    assert {column for columns in COLUMNS.values() for column in columns} == set(Column)


# The trend. HUB-54.


def test_the_trend_of_meetings_week_by_week() -> None:
    """What runs of Meetings: sub-01, 02, 03, trial-04, sub-05, 07, 11, 12a, 12b."""
    found = trend_of_lines(LINES, "meetings", AT)
    assert len(found) == 13
    now, before = found[-1], found[-2]
    # 100 + 50 + 40 + 20 + 30 + 0 + 10 + 10 + 10; 80 + 50 + 10 + 20 + 36 + 0 + 9 + 2 + 7
    assert (now.total, now.assigned) == (270, 214)
    assert now.used == 60 + 30 + 5 + 20 + 33 + 0 + 9 + 4 + 6
    assert (now.assigned_share, now.used_share) == (Fraction(214, 270), Fraction(167, 270))
    # A week ago: sub-01 78, sub-03 12, trial-04 15, sub-12a 5; used are trial-04's 22 and sub-12a's 4.
    assert (before.total, before.assigned, before.used) == (None, 110, 26)
    assert (found[-4].assigned, found[-4].used) == (None, 70)
    assert {(point.assigned, point.used) for point in found[:9]} == {(None, None)}


def test_the_points_of_the_trend_are_weeks_apart_and_the_last_is_today() -> None:
    days = [point.ends_on for point in trend_of_lines(LINES, "calling", AT)]
    assert days[-1] == AT.date()
    assert {later - earlier for earlier, later in pairwise(days)} == {timedelta(days=7)}


def test_a_point_of_a_closed_week_has_who_was_there_then() -> None:
    """60 + 40 + 25 + 12 = 137; 29 + 20 + 30 + 12 = 91; c03's trial is in grace."""
    found = point(LINES, "calling", AT.date())
    assert (found.ends_on, found.total, found.assigned, found.used) == (AT.date(), 137, 91, 42)


def test_of_a_week_without_anything_known_nothing_is_drawn() -> None:
    """None assigned, and nobody knows how many, are two things."""
    silent = of("c01", "sub-x", "meetings", (10, 0, 0), None, assigned_by_week=(None,) * 13, used_by_week=(None,) * 13)
    assert point([silent], "meetings", AT.date()).assigned is None
    assert point([], "meetings", AT.date()).total == 0
