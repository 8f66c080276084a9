"""Where all lifecycles stand, whatever their kind: to compare, never to decide."""

from typing import Any, Final, cast

from sqlalchemy import Select, select

from activities.ports import LifeColumns, NotKnown
from adapters.sql.database import Database
from adapters.sql.schema import DeviceRecord, OrderRecord, SubscriptionRecord, TrialRecord
from domain.device.states import DeviceStage
from domain.mails import Lifecycle
from domain.order.states import CLOSED as CLOSED_ORDERS
from domain.subscription.subscription import SubscriptionStage
from domain.trial.states import CLOSED as CLOSED_TRIALS

Record = OrderRecord | SubscriptionRecord | TrialRecord | DeviceRecord

RECORDS: Final[dict[Lifecycle, type[Record]]] = {
    Lifecycle.ORDER: OrderRecord,
    Lifecycle.SUBSCRIPTION: SubscriptionRecord,
    Lifecycle.TRIAL: TrialRecord,
    Lifecycle.DEVICE: DeviceRecord,
}

CLOSED: Final[dict[Lifecycle, frozenset[str]]] = {
    Lifecycle.ORDER: frozenset(CLOSED_ORDERS),
    Lifecycle.SUBSCRIPTION: frozenset({SubscriptionStage.TERMINATED}),
    Lifecycle.TRIAL: frozenset(CLOSED_TRIALS),
    Lifecycle.DEVICE: frozenset({DeviceStage.MATCHED}),
}
"""Stages in which nothing is to come."""


class SqlStandings(Database):
    """Standings on SQL."""

    def open_lives(self) -> list[tuple[Lifecycle, str]]:
        """In one snapshot."""
        with self._reading() as session:
            return [
                (lifecycle, subject) for lifecycle in RECORDS for subject in session.scalars(_still_open(lifecycle))
            ]

    def columns(self, lifecycle: Lifecycle, subject: str) -> LifeColumns:
        """Of one row."""
        with self._reading() as session:
            row = cast("Record | None", session.get(RECORDS[lifecycle], subject))
            if row is None:
                raise NotKnown(f"no {lifecycle} {subject} is known here")
            return LifeColumns(
                open=row.stage not in CLOSED[lifecycle],
                kind=f"{lifecycle}.{row.kind}" if isinstance(row, OrderRecord | TrialRecord) else lifecycle,
                stage=row.stage,
                customer_id=row.customer_id,
                partner_id=row.facing_partner_id if isinstance(row, OrderRecord) else row.partner_id,
                next_deadline=row.next_deadline,
                attention=row.attention,
                run=row.run,
                sequence=row.sequence,
            )


def _still_open(lifecycle: Lifecycle) -> Select[Any]:
    table = RECORDS[lifecycle].__table__
    (id_,) = table.primary_key
    return select(id_).where(table.c.stage.not_in(sorted(CLOSED[lifecycle]))).order_by(id_)
