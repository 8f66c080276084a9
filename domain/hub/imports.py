"""What a file of the hub holds, and how far its import came. domain.md §6. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, Self


class Imported(StrEnum):
    """What a file holds."""

    USAGE = "usage"
    SIGN_INS = "signins"
    PAYMENTS = "payments"
    CALLING = "calling"


class RowResult(StrEnum):
    """What became of a row that was taken."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


BAD: Final = "bad_input"
"""What became of a row that was not taken."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportProgress:
    """How far the import of one file came."""

    kind: Imported
    digest: str
    """SHA-256 of the file."""

    by: str
    """Who imports it: an id."""

    begun_at: datetime
    lines: int = 0
    """The last line that is done."""

    counts: Mapping[str, int] = field(default_factory=dict)
    """By RowResult, and BAD."""

    finished_at: datetime | None = None

    @property
    def done(self) -> bool:
        """Nothing is left to do: what was wrong is tried again, for its subscription may be known by now."""
        return self.finished_at is not None and not self.counts.get(BAD)

    def after(self, line: int, results: Sequence[RowResult], bad: int) -> Self:
        """Some rows later."""
        counts = Counter(self.counts) + Counter(map(str, results)) + Counter({BAD: bad})
        return replace(self, lines=line, counts=dict(counts))
