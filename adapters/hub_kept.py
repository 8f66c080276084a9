"""Rows of the hub that a process keeps in memory: the same page is asked for again and again, in another order."""

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from threading import Lock
from typing import Any, Final, TypeVar

from adapters.sql.store import SqlStore
from domain.hub.as_of import ClosedWeek
from domain.hub.licences import last_day_at

MOST: Final = 200_000
"""Rows, of all answers together: some hundred megabytes."""

LATELY: Final = timedelta(minutes=15)
"""What nobody asked for since is read when somebody does."""

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class _Kept:
    rows: Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Now(_Kept):
    """As of now."""

    read: Callable[[datetime], Sequence[Any]]
    changes: int
    """How often rows had changed when these were read."""

    since: datetime
    until: datetime | None
    asked_at: datetime

    def count(self, changes: int, at: datetime) -> bool:
        """Would the store give these very rows at `at`? Statuses are judged by whoever asks: they are no rows."""
        same_day = last_day_at(self.since) == last_day_at(at)
        begun, over = self.since <= at, self.until is not None and self.until <= at
        return self.changes == changes and same_day and begun and not over


class KeptRows:
    """Never another answer than the store's: rows as of now are known by the number of changes, which the store counts
    where it changes them, and by the instants at which they count. What was asked for longest ago goes first. Threads
    may share it."""

    def __init__(self, store: SqlStore) -> None:
        self._store = store
        self._kept: OrderedDict[Hashable, _Kept] = OrderedDict()
        self._lock = Lock()

    def now(self, what: Hashable, at: datetime, read: Callable[[datetime], Sequence[R]]) -> Sequence[R]:
        """What the store reads at `at`."""
        known = self._known(what)
        if isinstance(known, _Now) and known.count(self._store.hub_changes(), at):
            return self._keep(what, replace(known, asked_at=at)).rows
        return self._read(what, read, at, asked_at=at)

    def of_week(self, what: Hashable, closed: ClosedWeek, read: Callable[[], Sequence[R]]) -> Sequence[R]:
        """What it reads of a revision of a week."""
        key = what, closed.week, closed.revision
        known = self._known(key) or self._keep(key, _Kept(tuple(read())))
        return known.rows

    def read_again(self, at: datetime) -> None:
        """What was asked for lately, where it is other rows now; nobody waits for these then."""
        changes = self._store.hub_changes()
        with self._lock:
            known = [(key, each) for key, each in self._kept.items() if isinstance(each, _Now)]
        for key, each in known:
            if at - each.asked_at < LATELY and not each.count(changes, at):
                self._read(key, each.read, at, asked_at=each.asked_at)

    def _read(
        self, key: Hashable, read: Callable[[datetime], Sequence[R]], at: datetime, *, asked_at: datetime
    ) -> Sequence[R]:
        """The number is asked for first: rows that change while they are read are known by a number that is over."""
        changes = self._store.hub_changes()
        rows = tuple(read(at))
        self._keep(key, _Now(rows, read, changes, at, self._store.hub_stands_until(at), asked_at))
        return rows

    def _known(self, key: Hashable) -> _Kept | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def _keep(self, key: Hashable, kept: _Kept) -> _Kept:
        with self._lock:
            self._kept[key] = kept
            self._kept.move_to_end(key)
            while sum(1 + len(each.rows) for each in self._kept.values()) > MOST:
                self._kept.popitem(last=False)
        return kept
