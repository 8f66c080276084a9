"""Charts are drawn to scale, say what is not known, and take no markup from names. HUB-54."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.values import Language
from web.charts import Figure, Series, bar_chart, licence_bar, line_chart
from web.kpi.sparks import spark
from web.reader import Reader

READER = Reader(Language.ENGLISH, "UTC")


def figure(*labels: str) -> Figure:
    return Figure(name="Licences", over="Week", labels=labels)


def a_series(*values: float | None, name: str = "Used") -> Series:
    return Series(name=name, values=values, colour="series-1")


def widths(bar: str) -> dict[str, float]:
    return {
        kind: float(width) for kind, width in re.findall(r'class="([\w-]+)" x="[\d.]+" y="0" width="([\d.]+)"', bar)
    }


def test_a_week_of_which_nothing_is_known_is_a_gap_and_a_dash() -> None:
    drawn = line_chart(figure("a", "b", "c", "d"), [a_series(1, None, 3, 4)], READER)
    (path,) = re.findall(r'<path class="line series-1" d="([^"]+)"', drawn.svg)
    assert path.count("M") == 2
    assert drawn.svg.count("<circle") == 3
    assert drawn.rows[1] == ["b", "–"]
    assert "b\nUsed: –" in drawn.svg


def test_names_are_no_markup() -> None:
    drawn = bar_chart(figure("<b>", "&"), [a_series(1, 2, name='"><script>')], READER)
    assert "<b>" not in drawn.svg
    assert "<script>" not in drawn.svg
    assert "<script>" not in licence_bar(1, 2, 3, "<script>")
    assert "<script>" not in spark([1, 2], "<script>")


@pytest.mark.parametrize("values", [(), (0, 0), (None, None)])
def test_nothing_is_drawn_of_nothing(values: tuple[float | None, ...]) -> None:
    labels = [str(number) for number in range(len(values))]
    for drawn in (
        line_chart(figure(*labels), [a_series(*values)], READER),
        bar_chart(figure(*labels), [a_series(*values)], READER),
    ):
        assert "<svg" in drawn.svg
        assert '"nan' not in drawn.svg
        assert "bar-of" not in drawn.svg


def test_stacked_bars_stand_on_each_other() -> None:
    drawn = bar_chart(figure("x"), [a_series(30), a_series(10, name="Low")], READER, stacked=True)
    (below, above) = re.findall(
        r'class="bar-of [^"]+" x="[^"]+" y="([\d.]+)" width="[^"]+" height="([\d.]+)"', drawn.svg
    )
    assert float(above[0]) + float(above[1]) == pytest.approx(float(below[0]), abs=0.2)


def test_a_bar_shows_used_assigned_and_available_of_the_purchased() -> None:
    """domain.md §6.8."""
    assert widths(licence_bar(50, 75, 100, "x")) == {"free": 200, "series-2": 150, "series-1": 100}


def test_what_is_beyond_the_purchased_has_its_own_colour() -> None:
    """HUB-13, AMB-19."""
    assert widths(licence_bar(40, 125, 100, "x")) == {"free": 160, "series-2": 160, "series-1": 64, "series-bad": 40}


@given(st.lists(st.floats(0, 1e7), min_size=1, max_size=20))
def test_the_highest_value_is_never_above_the_frame(values: list[float]) -> None:
    drawn = line_chart(figure(*map(str, range(len(values)))), [a_series(*values)], READER)
    heights = [float(y) for y in re.findall(r'<circle[^>]* cy="([\d.]+)"', drawn.svg)]
    assert min(heights) >= 14 - 0.1
    assert max(heights) <= 250 - 30 + 0.1
