"""Many small cases in one item of pytest, which spends several milliseconds on each item."""

import functools
import inspect
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final, TypeVar

import pytest

from tests.makers import some

T = TypeVar("T", bound=Callable[..., Any])
Case = tuple[str, dict[str, Any]]
FAILURES: Final = (Exception, pytest.fail.Exception, pytest.skip.Exception)
LISTED: Final = 30
"""Cases that a failure names one by one."""


def in_one_item(names: str | Sequence[str], values: Iterable[Any]) -> Callable[[T], T]:
    """Like `pytest.mark.parametrize`, but one item tries all cases; a failure is that of the first and names them all.

    For a test, or a class of them. The cases share their fixtures: not for a test that changes what it is given.
    """
    arguments = (names,) if isinstance(names, str) else tuple(names)
    cases = [as_case(arguments, value) for value in some(values)]

    def over(tests: T) -> T:
        if not isinstance(tests, type):
            return trying(tests, arguments, cases)
        for name, test in some((name, test) for name, test in vars(tests).items() if name.startswith("test")):
            setattr(tests, name, trying(test, arguments, cases))
        return tests

    return over


def as_case(arguments: tuple[str, ...], value: Any) -> Case:
    """What a failure calls it, and what the test is given."""
    given = tuple(value) if len(arguments) > 1 else (value,)
    return ", ".join(map(called, given)), dict(zip(arguments, given, strict=True))


def called(value: Any) -> str:
    """A value in a few printable words."""
    words = ascii(str(getattr(value, "__name__", value)))[1:-1]
    return words if len(words) <= 90 else f"{words[:45]}...{words[-42:]}"


def trying(test: T, arguments: tuple[str, ...], cases: list[Case]) -> T:
    """The test of all cases. pytest sees only those of its parameters that the cases do not give."""
    assert not inspect.iscoroutinefunction(test), "nobody would wait for it"
    signature = inspect.signature(test)
    left = [each for name, each in signature.parameters.items() if name not in arguments]
    assert len(left) + len(arguments) == len(signature.parameters), f"{test.__name__} does not take {arguments}"

    @functools.wraps(test)
    def tries(*args: Any, **fixtures: Any) -> None:
        __tracebackhide__ = True
        failing: list[tuple[str, BaseException]] = []
        for name, given in cases:
            try:
                test(*args, **fixtures, **given)
            except FAILURES as failure:
                failing.append((name, failure))
        if failing:
            first = failing[0][1]
            first.add_note("\n".join((f"{len(failing)} of {len(cases)} cases fail:", *lines(failing))))
            raise first

    tries.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
    return tries  # type: ignore[return-value]


def lines(failing: list[tuple[str, BaseException]]) -> list[str]:
    """One for each case that fails, with the beginning of what it says."""
    shown = [f"- {name}: {(str(said).splitlines() or [type(said).__name__])[0][:120]}" for name, said in failing]
    return shown[:LISTED] + [f"- and {len(shown) - LISTED} more"] * (len(shown) > LISTED)
