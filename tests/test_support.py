"""What the tests stand on can fail itself."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from inspect import signature
from pathlib import Path

import pytest

from tests.conftest import EVERY_LIFE, LONG, together
from tests.makers import an_order
from tests.support.environment import eventually
from tests.support.one_item import LISTED, in_one_item
from tests.support.time_skipping import TimeSkipping
from tests.support.transport import Trouble


def test_the_files_that_come_first_are_there() -> None:
    there = Counter(path.name for path in Path(__file__).parent.rglob("test_*.py"))
    assert {name: there[name] for name in LONG} == dict.fromkeys(LONG, 1)


def test_files_that_go_through_every_life_are_done_by_one_process() -> None:
    """And no others are: `lives.lives()` takes some seconds."""
    files = [path for path in Path(__file__).parent.rglob("test_*.py") if re.search(r"\blives\(\)", path.read_text())]
    assert sorted(path.name for path in files if path.name != "test_support.py") == sorted(EVERY_LIFE)
    assert {together(f"tests/domain/{name}::test_it[a-1]") for name in EVERY_LIFE} == {"every life"}
    assert together("tests/domain/test_sla.py::TestIt::test_it[a::b]") == "tests/domain/test_sla.py"


async def test_a_workflow_that_never_answers_is_not_settled(env: TimeSkipping, monkeypatch: pytest.MonkeyPatch) -> None:
    order = await env.client.start_workflow("Order", an_order(), id="order-SO-100001", task_queue="nobody-there")
    monkeypatch.setattr(TimeSkipping, "patience", 0.5)
    with pytest.raises(AssertionError, match=r"not at rest after 0.5 s: \['order-SO-100001'\]"):
        await env.settled(order)


async def test_a_step_that_waits_for_its_next_attempt_is_settled_and_time_brings_it(env: TimeSkipping) -> None:
    env.faults.broken["record"] = Trouble("the disk is full")
    order = await env.place(an_order())
    assert "order.held" not in env.events()
    env.faults.broken.clear()
    await env.sleep_until(await env.now() + timedelta(minutes=2))
    assert "order.held" in env.events()
    assert (await env.state(order)).failing == ()


async def test_what_never_comes_is_not_waited_for_for_ever() -> None:
    with pytest.raises(AssertionError, match=r"after 0\.1 s still 0"):
        await eventually(lambda: 0, within=0.1)


class TestManyCasesInOneItem:
    def test_all_are_tried_and_those_that_fail_are_named_with_the_first_one_s_failure(self) -> None:
        tried = []

        @in_one_item(("number", "word"), [(1, "a"), (2, "b"), (3, "c")])
        def test(number: int, word: str) -> None:
            tried.append(word)
            assert number == 1, f"no {word}"

        with pytest.raises(AssertionError, match="no b") as failure:
            test()  # type: ignore[call-arg]  # the cases give the rest
        assert tried == ["a", "b", "c"]
        (note,) = failure.value.__notes__
        assert [line.partition("\n")[0] for line in note.split("\n- ")] == [
            "2 of 3 cases fail:",
            "2, b: no b",
            "3, c: no c",
        ]

    def test_what_is_not_raised_or_skipped_fails_too(self) -> None:
        @in_one_item(("name", "act"), [("skip", pytest.skip), ("fail", pytest.fail), ("int", int)])
        def test(name: str, act: Callable[..., object]) -> None:
            with pytest.raises(ValueError, match="invalid literal"):
                act("x")

        with pytest.raises(BaseException, match="x") as failure:
            test()  # type: ignore[call-arg]  # the cases give the rest
        note = failure.value.__notes__[0]
        assert note.startswith("2 of 3 cases fail:\n- skip, ")
        assert re.search("\n- fail, .*: x$", note)

    def test_a_class_of_tests_keeps_what_else_its_tests_are_given(self) -> None:
        @in_one_item("number", [1, 2])
        class Tests:
            def test_one(self, number: int, limit: int) -> None:
                assert number < limit

            def maker(self, number: int) -> int:
                return number

        assert list(signature(Tests.test_one).parameters) == ["self", "limit"]
        assert list(signature(Tests.maker).parameters) == ["self", "number"]
        Tests.test_one(Tests(), limit=3)  # type: ignore[call-arg]  # the cases give the rest
        with pytest.raises(AssertionError):
            Tests.test_one(Tests(), limit=2)  # type: ignore[call-arg]  # the cases give the rest

    def test_no_cases_and_names_that_a_test_does_not_take_are_refused(self) -> None:
        def test(number: int) -> None: ...

        async def waits(number: int) -> None: ...

        with pytest.raises(AssertionError, match="nothing to look at"):
            in_one_item("number", [])
        for names, tests, why in (("letter", test, "does not take"), ("number", waits, "nobody would wait")):
            with pytest.raises(AssertionError, match=why):
                in_one_item(names, [1])(tests)

    def test_hundreds_that_fail_are_counted_and_the_first_ones_named(self) -> None:
        @in_one_item("number", range(LISTED + 5))
        def test(number: int) -> None:
            raise KeyError(number)

        with pytest.raises(KeyError) as failure:
            test()  # type: ignore[call-arg]  # the cases give the rest
        assert failure.value.__notes__[0].endswith(f"- {LISTED - 1}: {LISTED - 1}\n- and 5 more")
