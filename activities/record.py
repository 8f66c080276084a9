"""One record for every lifecycle: its row, what happened, open tasks, people and forms, in one transaction. R8."""

from collections.abc import Callable
from typing import Protocol

from activities.context import activity_in_a_thread, run
from activities.errors import refusals_are_final
from activities.ports.store import Papers, RecordRequest
from domain.values import Model

__all__ = ["Papers", "RecordActivities", "RecordRequest", "Recorded"]


class Recorded(Model):
    """What else the worker knew when it wrote the record; kept in the history, so that a replay knows it too."""

    mail_flows: bool = False
    """Its mail server took the last mail at once: the next one may be tried on the spot. ADR 31."""


class Recorder(Protocol):
    """The part of the store that a record touches."""

    def record(self, request: RecordRequest, run: str) -> None:
        """See LifecycleStore."""
        ...


class RecordActivities:
    """May be repeated without harm."""

    def __init__(self, store: Recorder, mail_flows: Callable[[], bool] = lambda: False) -> None:
        self._store = store
        self._mail_flows = mail_flows

    @activity_in_a_thread
    def record(self, request: RecordRequest) -> Recorded:
        """Keyed by id and sequence: a repeat is a no-op."""
        with refusals_are_final():
            self._store.record(request, run())
        return Recorded(mail_flows=self._mail_flows())
