"""Records as workflows make them, for tests that have no workflow."""

from collections.abc import Mapping
from datetime import datetime

from activities.ports import Papers, RecordRequest
from adapters.sql.store import SqlStore
from domain.events import Journal
from domain.lifecycle import LifecycleState
from domain.values import Model, Person


def recorded(
    store: SqlStore, state: LifecycleState, journal: Journal, run: str, at: datetime, papers: Papers | None = None
) -> None:
    """What the workflow run `run` brings at that time."""
    request = RecordRequest(
        lifecycle=state.lifecycle,
        subject=state.subject,
        state=state.model_dump(mode="json"),
        journal=journal,
        papers=papers or Papers(),
        at=at,
    )
    store.record(request, run)


def papers(people: Mapping[str, Person] | None = None, **forms: Model) -> Papers:
    """Forms by name."""
    return Papers(people=dict(people or {}), forms={name: form.model_dump(mode="json") for name, form in forms.items()})
