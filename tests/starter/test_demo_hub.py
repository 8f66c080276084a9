"""Files of the hub in a demo: their days are moved to those before the demo's own. HUB-10 to HUB-60."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from domain.hub.imports import Imported
from starter.demo.hub import DAY, import_files, moved, the_end
from starter.intake.hub_report import NOUNS
from starter.intake.hub_rows import FORMS, RowsFile
from tests.makers import MONDAY
from tests.postgres import an_open_store, emptied

HUB = Path(__file__).parents[2] / "examples" / "hub" / "demo"
FILES = sorted(path.name for path in HUB.iterdir())
WEEK = timedelta(days=7)


def days_in(text: str) -> list[date]:
    return [date.fromisoformat(day) for day in DAY.findall(text)]


@pytest.mark.parametrize("name", FILES)
def test_every_row_of_the_examples_reads(name: str) -> None:
    kind = Imported(name.partition(".")[0])
    with (HUB / name).open("rb") as opened:
        rows = [row.read for row in RowsFile(name, opened, {}, FORMS[kind], NOUNS[kind]).rows()]
    assert rows
    assert [read for read in rows if isinstance(read, list)] == []


def test_the_examples_are_of_every_sort() -> None:
    assert {Imported(name.partition(".")[0]) for name in FILES} == set(Imported)


@pytest.mark.parametrize("today", [date(2026, 11, 27), date(2028, 1, 2), date(2028, 1, 3), date(2020, 2, 29)])
def test_days_are_moved_by_whole_weeks_and_none_lies_ahead(today: date) -> None:
    """All by as many: what is three days before something else stays so, and a week ends on a Sunday."""
    texts = {kind: (HUB / f"{kind}.csv").read_text(encoding="utf-8") for kind in Imported}

    after = moved(texts, today)

    ahead = {
        new - old for kind in Imported for old, new in zip(days_in(texts[kind]), days_in(after[kind]), strict=True)
    }
    assert len(ahead) == 1
    assert min(ahead) % WEEK == timedelta(0)
    newest = max(day for text in after.values() for day in days_in(text))
    assert today - WEEK < newest <= today


def test_without_files_or_lives_there_is_nothing_to_say(tmp_path: Path) -> None:
    """A directory of one's own examples may have orders only; or none that begin."""
    assert moved({}, MONDAY.date()) == {}
    with an_open_store("sqlite") as opened:
        store = emptied(opened)
        assert import_files(store, HUB, MONDAY) == import_files(store, tmp_path, MONDAY) == []
        assert not the_end(store, MONDAY).customers
