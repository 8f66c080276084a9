"""Of which week an answer is: how it is asked for. HUB-60."""

from datetime import UTC, date, datetime, timedelta

import pytest

from domain.hub.as_of import NOW, AsOf, Basis, ClosedWeek, NotAWeek
from tests.hub_rows import MIDNIGHT, SUNDAY

ASKED = [
    ("", NOW),
    ("now", NOW),
    ("2026-11-22", AsOf(SUNDAY)),
    ("2026-11-22.3", AsOf(SUNDAY, 3)),
    (" 2026-11-22 ", AsOf(SUNDAY)),
    ("2026-11-28", AsOf(SUNDAY)),
    ("2026-11-21", AsOf(date(2026, 11, 15))),
]


@pytest.mark.parametrize(("text", "meant"), ASKED)
def test_a_day_means_the_week_that_had_ended_last(text: str, meant: AsOf) -> None:
    assert AsOf.read(text) == meant


@pytest.mark.parametrize("as_of", [NOW, AsOf(SUNDAY), AsOf(SUNDAY, 12)])
def test_what_stands_in_a_query_is_read_as_the_same(as_of: AsOf) -> None:
    assert AsOf.read(str(as_of)) == as_of


@pytest.mark.parametrize(
    "text",
    ["yesterday", "2026-11", "2026-13-01", "2026-02-30", "2026-11-22.0", "2026-11-22.", "0001-01-01", "２０２６-11-22"],
)
def test_anything_else_is_refused_in_words(text: str) -> None:
    with pytest.raises(NotAWeek, match="must be a date such as 2026-11-22"):
        AsOf.read(text)


def a_closed_week(revision: int) -> ClosedWeek:
    closed_at = MIDNIGHT + timedelta(hours=revision)
    return ClosedWeek(
        week=SUNDAY, revision=revision, revisions=2, closed_at=closed_at, first_closed_at=MIDNIGHT, rows=3
    )


@pytest.mark.parametrize(("revision", "revised"), [(1, False), (2, True)])
def test_an_answer_says_which_revision_it_is_and_how_to_ask_for_it_again(revision: int, revised: bool) -> None:
    basis = Basis(at=MIDNIGHT, closed=a_closed_week(revision))

    assert not basis.now
    assert basis.as_of == AsOf(SUNDAY, revision)
    assert basis.closed is not None
    assert basis.closed.revised is revised


def test_an_answer_of_now_is_of_no_week() -> None:
    basis = Basis(at=datetime(2026, 11, 25, tzinfo=UTC))

    assert basis.now
    assert basis.as_of == NOW
