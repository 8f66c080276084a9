"""An id is taken once and for ever, unless Temporal has lost whoever took it. R9."""

import pytest
from temporalio.service import RPCError, RPCStatusCode

from activities.ids_taken import take_once
from activities.ports import Taken

TWINS = frozenset({"run-1", "run-1b"})


class SomeRuns:
    """What Temporal says, and what it was asked."""

    def __init__(self, answer: bool | RPCError) -> None:
        self.answer = answer
        self.asked: list[tuple[str, frozenset[str]]] = []

    async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
        self.asked.append((workflow_id, runs))
        if isinstance(self.answer, RPCError):
            raise self.answer
        return self.answer


class AStore:
    """Taken by some runs."""

    def __init__(self, by: frozenset[str] | None) -> None:
        self.by = by
        self.told: list[frozenset[str]] = []

    def take(self, lost: frozenset[str]) -> str:
        self.told.append(lost)
        if self.by is None or (self.by and self.by <= lost):
            return "opened"
        raise Taken("taken (R9)", field="sales_order_number", by=self.by)


async def test_a_free_id_is_taken_and_nobody_is_asked() -> None:
    store, runs = AStore(None), SomeRuns(True)
    assert await take_once(store.take, runs, "order-SO-1") == "opened"
    assert runs.asked == []


async def test_an_id_whose_runs_are_lost_is_taken_over() -> None:
    store, runs = AStore(TWINS), SomeRuns(False)
    assert await take_once(store.take, runs, "order-SO-1") == "opened"
    assert runs.asked == [("order-SO-1", TWINS)]
    assert store.told == [frozenset(), TWINS]


async def test_an_id_with_a_run_that_is_there_open_or_closed_stays_taken() -> None:
    store = AStore(TWINS)
    with pytest.raises(Taken):
        await take_once(store.take, SomeRuns(True), "order-SO-1")
    assert store.told == [frozenset()]


async def test_other_content_or_one_that_is_over_is_refused_without_a_question() -> None:
    runs = SomeRuns(False)
    with pytest.raises(Taken):
        await take_once(AStore(frozenset()).take, runs, "order-SO-1")
    assert runs.asked == []


async def test_a_server_that_does_not_answer_is_asked_again_later() -> None:
    """An RPC error is no refusal: the activity fails and is tried again."""
    store, away = AStore(TWINS), RPCError("away", RPCStatusCode.UNAVAILABLE, b"")
    with pytest.raises(RPCError):
        await take_once(store.take, SomeRuns(away), "order-SO-1")
    assert store.told == [frozenset()]
