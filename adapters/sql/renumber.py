"""One fact that is recorded twice, under two numbers: it stays one fact."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Select, Table, Update, and_, bindparam, exists, or_, select, update
from sqlalchemy.orm import Session

from adapters.sql.schema import EventRecord
from adapters.sql.upsert import table_of

EVENTS: Final[Table] = table_of(EventRecord)
OVER: Final = EVENTS.alias("over")

SAME: Final = ("type", "actor", "source", "reason", "data")
"""What two records of one fact have in common; when it happened, the first one says."""

BACK: Final = 50
"""Numbers, before those that are recorded now: one workflow task brings fewer."""

STRAYS: Final[Select[Any]] = (
    select(EVENTS.c.sequence, *(EVENTS.c[name] for name in SAME))
    .where(EVENTS.c.lifecycle == bindparam("lifecycle"), EVENTS.c.subject == bindparam("subject"))
    .where(EVENTS.c.sequence >= bindparam("first") - BACK)
    .where(
        or_(
            EVENTS.c.sequence >= bindparam("first"),
            exists().where(
                and_(
                    *(OVER.c[name] == EVENTS.c[name] for name in ("lifecycle", "subject", "sequence")),
                    OVER.c.type != EVENTS.c.type,
                    OVER.c.recorded_at > EVENTS.c.recorded_at,
                )
            ),
        )
    )
    .order_by(EVENTS.c.sequence)
)
"""Recorded before under a number from here on, or under one that means something else since."""

RENUMBER: Final[Update] = (
    update(EVENTS)
    .where(EVENTS.c.lifecycle == bindparam("of_lifecycle"), EVENTS.c.subject == bindparam("of_subject"))
    .where(EVENTS.c.sequence == bindparam("of_sequence"), EVENTS.c.type == bindparam("of_type"))
    .values(sequence=bindparam("now_sequence"))
)


def renumber(session: Session, events: Sequence[Mapping[str, Any]]) -> None:
    """Rows of one lifecycle, in order, that are to be written next.

    A workflow task that had something recorded is lost if its worker dies. If something came meanwhile, the same fact
    is recorded again under another number: the row takes that number, and keeps when it happened.
    """
    if not events:
        return
    found = session.connection().execute(STRAYS, {**events[0], "first": events[0]["sequence"]}).mappings().all()
    there, now = ({(each["sequence"], each["type"]) for each in rows} for rows in (found, events))
    strays = [each for each in found if (each["sequence"], each["type"]) not in now]
    for event in events:
        same = (each for each in strays if all(each[name] == event[name] for name in SAME))
        if (event["sequence"], event["type"]) not in there and (stray := next(same, None)) is not None:
            strays.remove(stray)
            of = {f"of_{name}": event[name] for name in ("lifecycle", "subject", "type")}
            session.connection().execute(
                RENUMBER, {**of, "of_sequence": stray["sequence"], "now_sequence": event["sequence"]}
            )
