"""The hub's rules against a slow reading of the same text, on lines and customers drawn at random. HUB-10 to HUB-54."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.hub.customers import HubCustomer
from domain.hub.entitlements import EntitlementState
from domain.hub.kpis import top
from domain.hub.lines import Line
from domain.hub.policy import HubPolicy
from domain.hub.sections import Section, SectionKey, section
from domain.hub.statuses import statuses
from domain.lifecycle import Lifecycle
from domain.working_time import end_of_day
from tests.domain import hub_reference as reference
from tests.hub_rows import a_hub_customer, a_life, a_line

POLICY = HubPolicy()
ZONES = ("Asia/Tokyo", "Europe/Paris", "America/Los_Angeles", "Pacific/Kiritimati")
TODAY = date(2026, 6, 30)
WITH_SHARES = (SectionKey.EXPIRING, SectionKey.RENEWING, SectionKey.LOW)

instants = st.datetimes(datetime(2026, 6, 29), datetime(2026, 7, 1), timezones=st.just(UTC))
near_the_edge = st.one_of(st.integers(-3, 3), st.integers(27, 33), st.integers(87, 93), st.integers(-93, -87))


@st.composite
def some_lines(draw: st.DrawFn) -> list[Line]:
    """Of few customers of two partners, so that groups of three to nine peers come up, and shares that are equal."""
    found = []
    for number in range(draw(st.integers(0, 14))):
        trial = draw(st.booleans())
        zone = draw(st.sampled_from(ZONES))
        left = draw(st.none() | near_the_edge)
        found.append(
            a_line(
                f"life-{number}",
                lifecycle=Lifecycle.TRIAL if trial else Lifecycle.SUBSCRIPTION,
                trial=trial,
                partner_id=draw(st.sampled_from(["hikari", "hikari", "hikari", "minato"])),
                customer_id=f"c{draw(st.integers(1, 9))}",
                zone=zone,
                product=draw(st.sampled_from(["meetings", "meetings", "calling", "messaging"])),
                active=draw(st.sampled_from([True, True, True, False])),
                total=draw(st.sampled_from([0, 1, 4, 10, 100])),
                assigned=draw(st.integers(0, 12)),
                used=draw(st.integers(0, 12)),
                used_assigned=draw(st.integers(0, 5)),
                added_on=TODAY - timedelta(days=draw(near_the_edge)),
                ends_at=None if left is None else end_of_day(TODAY + timedelta(days=left), zone),
                auto_renew=not trial and draw(st.booleans()),
            )
        )
    return found


@st.composite
def some_customer(draw: st.DrawFn) -> HubCustomer:
    """With any lives in any state."""
    zone = draw(st.sampled_from(ZONES))
    entitlements = []
    for number in range(draw(st.integers(0, 4))):
        left = draw(st.none() | near_the_edge)
        entitlements.append(
            a_life(
                f"life-{number}",
                lifecycle=draw(st.sampled_from([Lifecycle.ORDER, Lifecycle.SUBSCRIPTION, Lifecycle.TRIAL])),
                state=draw(st.sampled_from(EntitlementState)),
                ends_at=None if left is None else end_of_day(TODAY + timedelta(days=left), zone),
            )
        )
    subjects = st.lists(st.sampled_from([f"life-{number}" for number in range(4)])).map(tuple)
    return a_hub_customer(
        zone=zone,
        entitlements=tuple(entitlements),
        overused=draw(subjects),
        auto_renewing=draw(subjects),
        last_sign_in=draw(st.none() | near_the_edge.map(lambda days: TODAY - timedelta(days=abs(days)))),
        known_since=datetime(2026, 4, 1, tzinfo=UTC) + timedelta(hours=draw(st.integers(-30, 30))),
    )


@given(some_lines(), instants, st.sampled_from(["meetings", "calling"]), st.randoms())
def test_lines_are_judged_as_the_reference_judges_them(
    lines: list[Line], at: datetime, product: str, chance: Any
) -> None:
    """The first row, sections and shares, whatever the order of the lines. To draw them costs more than that."""
    every = {key: section(key, lines, product, at, POLICY) for key in SectionKey}
    assert_the_first_row(lines, at)
    assert_sections([*every.values()], lines, product, at)
    for key in WITH_SHARES:
        assert_shares_of_sums(every[key])
    mixed = list(lines)
    chance.shuffle(mixed)
    assert top(mixed, at, POLICY) == top(lines, at, POLICY)
    assert {key: section(key, mixed, product, at, POLICY) for key in SectionKey} == every


def assert_the_first_row(lines: list[Line], at: datetime) -> None:
    found = [set(number.customers) for number in top(lines, at, POLICY)]
    assert found == reference.first_row(lines, at)
    assert [number.value for number in top(lines, at, POLICY)] == list(map(len, found))


def assert_sections(every: list[Section], lines: list[Line], product: str, at: datetime) -> None:
    assert {number.key: number.value for one in every for number in one.numbers} == reference.numbers(
        lines, product, at
    )
    of_product = [line for line in lines if line.product == product]
    expected = {key: {line.subject for line in found} for key, found in reference.rows(of_product, at).items()}
    assert {str(one.key): {row.line.subject for row in one.rows} for one in every} == expected


def assert_shares_of_sums(found: Section) -> None:
    """A reader who adds up the table's columns comes to the same."""
    of: dict[str, Callable[[Line], int]] = {
        "expiring_assignment": lambda line: line.assigned,
        "renewing_assignment": lambda line: line.assigned,
        "low_assignment_share": lambda line: line.assigned,
        "expiring_usage": lambda line: line.used,
        "renewing_usage": lambda line: line.used,
    }
    shares = [number for number in found.numbers if number.key in of]
    assert shares
    whole = sum(row.line.total for row in found.rows)
    for number in shares:
        part = sum(of[number.key](row.line) for row in found.rows)
        assert (number.part, number.whole) == (part, whole)
        assert number.value == (Fraction(part, whole) if whole else None)


@settings(max_examples=300)
@given(some_customer(), instants)
def test_the_statuses_are_as_the_reference_has_them(customer: HubCustomer, now: datetime) -> None:
    found = [str(one.status) for one in statuses(customer, now, POLICY)]
    assert set(found) == reference.statuses_of(customer, now)
    assert len(found) == len(set(found))
