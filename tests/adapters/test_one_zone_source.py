"""Every process reads zone rules from the pinned package tzdata, whatever the operating system offers. ADR 5."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.zones import always

ROOT = Path(__file__).parents[2]
NOON_OFF = always("XXX-7")
"""Seven hours ahead of UTC at all times, wherever it is."""

ASK = """
import {module}
from datetime import datetime, date, UTC
from zoneinfo import TZPATH, ZoneInfo
from babel.dates import get_timezone
from adapters.calendars import LibraryCalendars
from domain.working_time import end_of_day
at = datetime(2026, 7, 1, tzinfo=UTC)
assert TZPATH == (), TZPATH
for zone in ("Asia/Tokyo", "Europe/Paris"):
    told = [at.astimezone(clock).utcoffset() for clock in (ZoneInfo(zone), get_timezone(zone))]
    print(zone, *told, *(end_of_day(date(2026, 7, 1), each) for each in (zone, LibraryCalendars().zone_rules(zone))))
"""
"""In a process of its own, as its first act of ours."""

KNOWN = """\
Asia/Tokyo 9:00:00 9:00:00 2026-07-01 15:00:00+00:00 2026-07-01 15:00:00+00:00
Europe/Paris 2:00:00 2:00:00 2026-07-01 22:00:00+00:00 2026-07-01 22:00:00+00:00
"""


@pytest.fixture
def poisoned(tmp_path: Path) -> dict[str, str]:
    """An environment in which every way to zone files leads to made-up ones."""
    for zone in ("Asia/Tokyo", "Europe/Paris", "localtime"):
        (tmp_path / zone).parent.mkdir(exist_ok=True)
        (tmp_path / zone).write_bytes(NOON_OFF)
    given = {"PYTHONTZPATH": str(tmp_path), "TZDIR": str(tmp_path), "TZ": "Asia/Tokyo", "PYTHONPATH": str(ROOT)}
    return os.environ | given


def run(code: str, environment: dict[str, str]) -> str:
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout


ENTRIES = (
    "worker",
    "starter.__main__",
    "starter.history.replay",
    "starter.forecast.server",
    "domain.address_checks",
    "domain.values",
    "adapters.mail.reader",
    "adapters.documents.confirmation",
    "workflows.details",
    "tests.recorder",
)

EACH_AFRESH = """
import os, sys
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo
import babel.dates, jinja2, pydantic, temporalio.worker, typer

class Domain(Exception):
    pass

class Enough:
    def find_spec(name, path=None, target=None):
        if name.startswith("domain."):
            raise Domain

for module in {entries}:
    print(module, flush=True)
    child = os.fork()
    if not child:
        sys.meta_path.insert(0, Enough)
        try:
            __import__(module)
        except Domain:
            sys.meta_path.remove(Enough)
            noon = [tz("Asia/Tokyo").utcoffset(datetime(2026, 7, 1)) for tz in (ZoneInfo, babel.dates.get_timezone)]
            os._exit(noon != [timedelta(hours=9)] * 2)
    assert os.waitpid(child, 0)[1] == 0, module
"""
"""Other people's libraries are imported once, ours by a process of its own for each entry. The package `domain` settles
it: with the first module of it that an entry wants, the entry has done enough."""


def test_no_entry_reads_zone_files_of_the_operating_system(poisoned: dict[str, str]) -> None:
    assert run(EACH_AFRESH.format(entries=ENTRIES), poisoned).split() == [*ENTRIES]


def test_what_another_library_read_before_counts_no_more(poisoned: dict[str, str]) -> None:
    before = "from zoneinfo import ZoneInfo as Z; Z('Asia/Tokyo'), Z('Europe/Paris')\n"
    assert run(before + ASK.format(module="domain.values"), poisoned) == KNOWN


def test_the_poison_works(poisoned: dict[str, str]) -> None:
    """A test of the test: a process without a word of ours does read them."""
    code = "from datetime import datetime as D, UTC; from zoneinfo import ZoneInfo as Z\n"
    code += "print(D(2026, 7, 1, tzinfo=Z('Asia/Tokyo')))"
    assert run(code, poisoned) == "2026-07-01 00:00:00+07:00\n"
