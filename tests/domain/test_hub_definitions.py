"""Every number that the hub shows says what it means, with its rules and its terms. HUB-50 to HUB-60."""

import re
from datetime import timedelta

import pytest

from domain.hub.call_rows import Statistic
from domain.hub.calling import calling
from domain.hub.definitions import CALLING, COLUMNS, DEFINITIONS, SECTIONS, STATUSES, TOP, TREND
from domain.hub.kpis import top
from domain.hub.policy import HubPolicy
from domain.hub.section_rows import Column
from domain.hub.sections import SectionKey, section
from domain.hub.statuses import Status
from tests.domain.hub_twelve import AT, LINES
from tests.hub_rows import SUNDAY

POLICY = HubPolicy()


def test_the_first_row_is_defined_in_its_order() -> None:
    assert [number.key for number in top(LINES, AT, POLICY)] == list(TOP)


def test_the_sections_are_defined_in_their_order() -> None:
    shown = [number.key for key in SectionKey for number in section(key, LINES, "meetings", AT, POLICY).numbers]
    assert shown == list(SECTIONS)


def test_calling_is_defined() -> None:
    """Three statistics of use, what falls, quality and its change, features, and three numbers of queues."""
    queues = [number.key for number in calling([], SUNDAY, {}, POLICY).queue_numbers]
    others = ["falling", "low_quality_share", "low_quality_change", "calls_by_feature"]
    assert list(CALLING) == [*map(str, Statistic), *others, *queues]


def test_columns_statuses_and_the_trend_are_defined() -> None:
    assert list(COLUMNS) == [f"column.{column}" for column in Column]
    assert list(STATUSES) == [f"status.{status}" for status in Status]
    assert list(TREND) == ["trend_total", "trend_assigned", "trend_used"]


def test_nothing_is_defined_twice() -> None:
    assert len(DEFINITIONS) == sum(map(len, (TOP, TREND, SECTIONS, CALLING, COLUMNS, STATUSES)))


@pytest.mark.parametrize("key", DEFINITIONS)
def test_each_definition_names_its_rules_and_ends_as_a_sentence(key: str) -> None:
    found = DEFINITIONS[key]
    assert found.key == key
    assert all(re.fullmatch(r"(HUB|AMB)-\d\d", rule) for rule in found.rules)
    assert re.fullmatch(r"[A-ZΣ].+[.?]", found.said(POLICY))


@pytest.mark.parametrize("key", DEFINITIONS)
def test_a_definition_leaves_no_term_open(key: str) -> None:
    assert not re.search(r"[{}]", DEFINITIONS[key].said(POLICY))


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("nearing_expiration", "whose last day is 0 to 60 days away"),
        ("nearing_renewal", "is 0 to 60 days away"),
        ("new_customers", "added 0 to 60 days ago"),
        ("expiring_customers", "0 to 60 days away"),
        ("renewing_customers", "0 to 60 days from now"),
        ("low_licence_assignment", "below percentile 33 of the partner's customers"),
        ("low_licence_assignment", "fewer than 7, below 44 %"),
        ("low_customers", "fewer than 7, below 44 %"),
        ("falling", "lies 22 % or more below"),
        ("status.expiring_soon", "in 0 to 14 days"),
        ("status.no_recent_activity", "for 45 days (UTC) or more"),
    ],
)
def test_a_definition_says_the_terms_of_the_installation(key: str, said: str) -> None:
    """A term that changes changes the words."""
    policy = HubPolicy(
        window=timedelta(days=60),
        expiring_within=timedelta(days=14),
        inactive_after=timedelta(days=45),
        low_percentile=33,
        low_peers=7,
        low_without_peers=44,
        falling_by=22,
    )
    assert said in DEFINITIONS[key].said(policy)
