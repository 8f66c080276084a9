"""Zone rules that nobody proclaimed, for tests of what a life does when rules change."""

import struct
from base64 import b64encode
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from itertools import pairwise
from typing import Final, NamedTuple
from zlib import compress
from zoneinfo import ZoneInfo

from adapters.calendars import LibraryCalendars
from domain.working_time import ZoneRules


class Change(NamedTuple):
    """From a second since 1970 on, clocks are so many seconds ahead of UTC."""

    at: int
    offset: int
    summer: bool
    name: str


BEGINNING: Final = datetime(2024, 1, 1, tzinfo=UTC)
"""What was before is of no interest here."""

DAY: Final = timedelta(days=1)


def today(zone: str) -> ZoneRules:
    """As the package tzdata has them."""
    return LibraryCalendars().zone_rules(zone)


def changed(zone: str, since: datetime, to: str) -> ZoneRules:
    """Those of today until `since`; from then on as POSIX writes it: `EST5`, `JST-9JDT,M3.5.0,M10.5.0`."""
    at_once = _change(int(since.timestamp()), ZoneInfo.from_file(BytesIO(always(to))))
    return as_rules(zone, compiled([*_changes(ZoneInfo(zone), since), at_once], to))


def always(to: str) -> bytes:
    """A compiled zone of POSIX rules at all times."""
    return compiled([Change(0, 0, False, "LMT")], to)


def as_rules(zone: str, compiled_zone: bytes) -> ZoneRules:
    """As they are recorded."""
    return ZoneRules(name=zone, tzif=b64encode(compress(compiled_zone)).decode())


def compiled(changes: Sequence[Change], to: str) -> bytes:
    """RFC 9636: these changes, and POSIX rules after the last of them."""
    kinds = sorted({change[1:] for change in changes})
    names = b"".join(name.encode() + b"\0" for *_, name in kinds)
    starts = [sum(len(name) + 1 for *_, name in kinds[:number]) for number in range(len(kinds))]
    head = b"TZif2" + bytes(15)
    return b"".join(
        [
            *(head, struct.pack(">6l", 0, 0, 0, 0, 1, 1), struct.pack(">lbB", 0, 0, 0), b"\0"),
            *(head, struct.pack(">6l", 0, 0, 0, len(changes), len(kinds), len(names))),
            *(struct.pack(">q", change.at) for change in changes),
            bytes(kinds.index(change[1:]) for change in changes),
            *(struct.pack(">lbB", offset, summer, at) for (offset, summer, _), at in zip(kinds, starts, strict=True)),
            *(names, b"\n", to.encode(), b"\n"),
        ]
    )


def _changes(zone: ZoneInfo, until: datetime) -> Iterator[Change]:
    """Found by looking at every midnight; nobody changes clocks twice a day."""
    days = [BEGINNING + n * DAY for n in range((until - BEGINNING).days + 1)]
    yield _change(int(BEGINNING.timestamp()), zone)
    for before, after in pairwise([*days, until]):
        offset = before.astimezone(zone).utcoffset()
        seconds = range(int(before.timestamp()), int(after.timestamp()))
        found = bisect_left(seconds, True, key=lambda s: _at(s, zone).utcoffset() != offset)
        if found < len(seconds):
            yield _change(seconds[found], zone)


def _change(second: int, zone: ZoneInfo) -> Change:
    there = _at(second, zone)
    offset, summer = there.utcoffset() or timedelta(0), there.dst() or timedelta(0)
    return Change(second, int(offset.total_seconds()), bool(summer), there.tzname() or "")


def _at(second: int, zone: ZoneInfo) -> datetime:
    return datetime.fromtimestamp(second, zone)
