"""Lifecycles in SQL, whichever they are: one record, one way to take an id, one way to read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from sqlalchemy.orm import Session

from activities.ports.store import RecordRequest
from adapters.sql.contact_changes import in_their_places
from adapters.sql.csm import count_again
from adapters.sql.database import Database
from adapters.sql.journal import keep_forms, keep_journal
from adapters.sql.open_lifecycle import Answer, Opening, take
from adapters.sql.orders import check_order
from adapters.sql.people import keep_people
from adapters.sql.row_models import row_of
from adapters.sql.rows import columns_of, move, move_or_begin, stored
from adapters.sql.trials import check_trial
from domain.construct import constructed
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.values import Message

FOLLOWS: Final[dict[str, Callable[[Session, dict[str, Any]], None]]] = {Lifecycle.SUBSCRIPTION: count_again}
"""What else changes when the row does."""


CHECKS: Final[dict[str, Callable[[Session, Any, Any], Answer]]] = {
    Lifecycle.ORDER: check_order,
    Lifecycle.TRIAL: check_trial,
}
"""Rules of its own that a new one has to keep; others have none."""


class SqlLifecycles(Database):
    """LifecycleStore on SQL."""

    def record(self, request: RecordRequest, run: str) -> None:
        """In one transaction; `state` is kept as it came."""
        kind, key = KINDS[request.lifecycle], (request.lifecycle, request.subject)
        row = columns_of(kind, constructed(kind.state, request.state), run, request.at) | {"state": request.state}
        keep, follows = move_or_begin if kind.opened_by_record else move, FOLLOWS.get(request.lifecycle)
        with self._writing() as session:
            if keep(session, row) and follows:
                follows(session, row)
            keep_journal(session, *key, request.journal, run, request.at)
            keep_people(session, *key, in_their_places(session, *key, request.papers.people))
            keep_forms(session, *key, request.papers.forms, request.at)

    def open_lifecycle(
        self,
        placed: Message,
        state: LifecycleState,
        run: str,
        recorded_at: datetime,
        lost: frozenset[str] = frozenset(),
    ) -> None:
        """In one transaction. Whoever comes second waits for the first and then reads its row."""
        with self._writing() as session:
            check = CHECKS.get(state.lifecycle, _anything_goes)
            take(session, Opening(placed, state, run, recorded_at), lost, check)

    def row(self, lifecycle: Lifecycle, subject: str) -> Any:
        """In one snapshot."""
        with self._reading() as session:
            return row_of(session, stored(session, lifecycle, subject))

    def state(self, lifecycle: Lifecycle, subject: str) -> Any:
        """One query."""
        with self._reading() as session:
            return constructed(KINDS[lifecycle].state, stored(session, lifecycle, subject).state)


def _anything_goes(_session: Session, _placed: Message, _state: LifecycleState) -> None:
    return None
