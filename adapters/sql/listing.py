"""Lists that people work through: what is due first stands first."""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Select, select

from adapters.sql.schema import OrderRecord, TrialRecord
from domain.values import Model


def by_deadline(
    record: type[OrderRecord] | type[TrialRecord],
    summary: type[Model],
    stages: Iterable[StrEnum] | None,
    due_before: datetime | None,
    limit: int,
) -> Select[Any]:
    """The summary's columns by next deadline, then id; those that wait for nothing last. One query on an index."""
    columns = [getattr(record, field) for field in summary.model_fields]
    (id_,) = record.__table__.primary_key
    wanted = select(*columns).order_by(record.next_deadline.nulls_last(), id_).limit(limit)
    if stages is not None:
        wanted = wanted.where(record.stage.in_(stages))
    if due_before is not None:
        wanted = wanted.where(record.next_deadline < due_before)
    return wanted


def stages_of(kind: type[StrEnum], wanted: str | None) -> list[StrEnum] | None:
    """Every stage that matches exactly or by prefix before a dot; None when no stage is wanted."""
    if wanted is None:
        return None
    return [stage for stage in kind if stage == wanted or stage.startswith(f"{wanted}.")]
