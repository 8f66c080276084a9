"""How much is measured: the whole run, and the quick one."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

ORDER, ORDER_PLAIN, ORDER_PG, RENEWAL, TRIAL = "order", "order_plain", "order_pg", "renewal", "trial"
FLOOR, REFERENCE, DBOS = "floor", "reference", "dbos"
SYSTEMS: Final = (ORDER, ORDER_PLAIN, ORDER_PG, RENEWAL, TRIAL, FLOOR, REFERENCE, DBOS)
"""Whose lives are lived."""

HISTORIES, SATURATED, OPEN, REPLAY, IMPORT, DOCUMENT = "histories", "saturated", "open", "replay", "import", "document"
PARTS: Final = (HISTORIES, SATURATED, OPEN, REPLAY, IMPORT, DOCUMENT)
"""What is measured beside them."""


@dataclass(frozen=True)
class Plan:
    """Counts. Their figures are the same in both runs; what a run leaves out, it says."""

    quick: bool
    rounds: int
    lives: Mapping[str, int]
    """In a round."""

    in_flight: int
    saturated: int
    """Orders whose latencies are looked at."""

    alone: int
    """The same, one after the other."""

    open_at: tuple[int, ...]
    """Open orders at which updates, memory, lists and the audit are looked at."""

    updates: int
    """Sent one after the other at each of these."""

    replayed: int
    imported: int
    documents: int


FULL: Final = Plan(
    quick=False,
    rounds=5,
    lives={ORDER: 60, ORDER_PLAIN: 40, ORDER_PG: 40, RENEWAL: 40, TRIAL: 8, FLOOR: 60, REFERENCE: 60, DBOS: 60},
    in_flight=25,
    saturated=100,
    alone=20,
    open_at=(1000, 5000),
    updates=300,
    replayed=1000,
    imported=10_000,
    documents=50,
)

QUICK: Final = Plan(
    quick=True,
    rounds=2,
    lives={ORDER: 25, ORDER_PLAIN: 10, ORDER_PG: 10, RENEWAL: 10, TRIAL: 2, FLOOR: 25, REFERENCE: 25, DBOS: 25},
    in_flight=25,
    saturated=30,
    alone=8,
    open_at=(200,),
    updates=100,
    replayed=40,
    imported=1000,
    documents=10,
)
