"""One record for every lifecycle: its row, what happened, open tasks, people and forms, in one transaction. R8."""

from typing import Protocol

from activities.context import activity_in_a_thread, run
from activities.errors import refusals_are_final
from activities.ports.store import Papers, RecordRequest

__all__ = ["Papers", "RecordActivities", "RecordRequest"]


class Recorder(Protocol):
    """The part of the store that a record touches."""

    def record(self, request: RecordRequest, run: str) -> None:
        """See LifecycleStore."""
        ...


class RecordActivities:
    """May be repeated without harm."""

    def __init__(self, store: Recorder) -> None:
        self._store = store

    @activity_in_a_thread
    def record(self, request: RecordRequest) -> None:
        """Keyed by id and sequence: a repeat is a no-op."""
        with refusals_are_final():
            self._store.record(request, run())
