"""Who assigned few licences, compared with peers: the percentile, its edge, and groups too small for one. AMB-22."""

from fractions import Fraction

import pytest

from domain.hub.lines import Line
from domain.hub.low import Assigned, low_lines, percentile
from domain.hub.policy import HubPolicy
from tests.hub_rows import a_line

POLICY = HubPolicy()


def group(*assigned: int, total: int = 100, **changes: object) -> list[Line]:
    """So many licences of a hundred, each of a customer of its own."""
    return [
        a_line(f"sub-{number}", customer_id=f"c{number}", total=total, assigned=licences, **changes)
        for number, licences in enumerate(assigned, start=1)
    ]


def low(lines: list[Line], policy: HubPolicy = POLICY) -> list[str]:
    return [line.subject for line in low_lines(lines, policy)]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((10, 20, 30, 40, 50), 20),  # five: the second lowest
        ((10, 20, 30, 40, 50, 60), Fraction(45, 2)),  # six: a quarter of the way from the second to the third
        ((10, 20, 30, 40, 50, 60, 70), 25),  # seven: half of it
        ((10, 20, 30, 40, 50, 60, 70, 80), Fraction(55, 2)),
        ((10, 20, 30, 40, 50, 60, 70, 80, 90), 30),  # nine: the third
        ((50, 10, 40, 20, 30), 20),  # in whatever order
        ((7, 7, 7, 7, 7), 7),
        ((3,), 3),
    ],
)
def test_the_25th_percentile_lies_between_ranks_in_proportion(values: tuple[int, ...], expected: Fraction) -> None:
    assert percentile([Assigned(value, 1) for value in values], 25) == expected


def test_ratios_that_differ_least_are_ranked_as_they_are() -> None:
    """A millionth of a millionth apart, and however large."""
    nearly = [Assigned(999_999, 1_000_000), Assigned(999_998, 999_999), Assigned(1, 1), Assigned(10**6 - 1, 1)]
    assert sorted(nearly, key=lambda one: one.rank) == [nearly[1], nearly[0], nearly[2], nearly[3]]
    assert nearly[1].below(Fraction(*nearly[0]))
    assert not nearly[0].below(Fraction(*nearly[0]))


@pytest.mark.parametrize(("per_cent", "expected"), [(1, Fraction(52, 50)), (50, 3), (75, 4), (99, Fraction(248, 50))])
def test_any_percentile_of_one_to_five(per_cent: int, expected: Fraction) -> None:
    assert percentile([Assigned(value, 1) for value in (1, 2, 3, 4, 5)], per_cent) == expected


@pytest.mark.parametrize(
    ("assigned", "expected"),
    [
        ((60, 70, 80, 90, 100), ["sub-1"]),  # five peers: below 70 is 60 alone; it lies above 50 % and is low
        ((70, 70, 80, 90, 100), []),  # on the percentile: not below it
        ((10, 10, 10, 10, 10), []),  # nobody is low among equals, however low all are
        ((10, 10, 90, 90, 90), []),
        ((10, 20, 90, 90, 90), ["sub-1"]),
        ((60, 70, 80, 90), []),  # four: below 50 % decides
        ((49, 50, 51, 90), ["sub-1"]),  # 50 is not below 50
        ((10, 20, 30, 40), ["sub-1", "sub-2", "sub-3", "sub-4"]),
        ((49,), ["sub-1"]),
        ((50,), []),
        ((), []),
    ],
)
def test_five_peers_have_a_percentile_and_four_have_half(assigned: tuple[int, ...], expected: list[str]) -> None:
    assert low(group(*assigned)) == expected


def test_over_assigned_peers_are_peers() -> None:
    assert low(group(90, 100, 110, 120, 130)) == ["sub-1"]


def test_who_has_no_licences_is_no_peer_and_never_low() -> None:
    """With a fifth peer the percentile would decide, and 60 be low."""
    none = a_line("sub-none", customer_id="none", total=0, assigned=0)
    assert low([*group(60, 70, 80, 90), none]) == []


def test_what_does_not_run_is_no_peer_and_never_low() -> None:
    stopped = group(1, 2, active=False)
    assert low([*group(60, 70, 80, 90), *[a_line("x", customer_id="x", assigned=1, active=False)], *stopped]) == []


@pytest.mark.parametrize("changes", [{"partner_id": "minato"}, {"product": "calling"}])
def test_peers_are_of_one_partner_and_one_product(changes: dict[str, str]) -> None:
    other = a_line("sub-other", customer_id="other", total=100, assigned=95, **changes)
    assert low([*group(60, 70, 80, 90), other]) == []


def test_a_customer_s_subscriptions_are_one_assignment() -> None:
    """1 of 20 and 99 of 100: 100 of 120 is 83 %, above the 50 %; so none of them is listed."""
    lines = [
        a_line("sub-a", customer_id="c1", total=20, assigned=1),
        a_line("sub-b", customer_id="c1", total=100, assigned=99),
    ]
    assert low(lines) == []


def test_of_a_low_customer_only_what_is_low_itself_is_listed() -> None:
    """2 + 8 of 10 + 10 + 10: 33 %."""
    lines = [
        a_line("sub-a", customer_id="c1", total=10, assigned=2),
        a_line("sub-b", customer_id="c1", total=10, assigned=8),
        a_line("sub-c", customer_id="c1", total=10, assigned=0),
        a_line("sub-d", customer_id="c1", total=0, assigned=0),
    ]
    assert low(lines) == ["sub-a", "sub-c"]


def test_a_customer_on_the_limit_is_not_low_whatever_its_subscriptions_are() -> None:
    """2 + 8 of 10 + 10: exactly 50 %."""
    lines = [
        a_line("sub-a", customer_id="c1", total=10, assigned=2),
        a_line("sub-b", customer_id="c1", total=10, assigned=8),
    ]
    assert low(lines) == []


def test_how_many_make_peers_and_how_much_is_low_are_terms_of_the_policy() -> None:
    assert low(group(60, 70, 80, 90), HubPolicy(low_peers=4, low_percentile=50)) == ["sub-1", "sub-2"]
    assert low(group(60, 70, 80, 90), HubPolicy(low_without_peers=80)) == ["sub-1", "sub-2"]
