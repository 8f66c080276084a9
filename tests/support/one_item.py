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


def in_one_item(names: str | Sequence[str], values: Iterable[Any]) -> Callable[[T], T]:
    """Like `pytest.mark.parametrize`, for a test or a class of tests; each item tries all cases and names who fails.

    All cases share the item's fixtures: not for tests that change them.
    """
    arguments = tuple(each.strip() for each in names.split(",")) if isinstance(names, str) else tuple(names)
    cases = [as_case(arguments, value) for value in some(values)]

    def over(tests: T) -> T:
        if not isinstance(tests, type):
            return trying(tests, arguments, cases)
        for name, test in some((n, t) for n, t in vars(tests).items() if n.startswith("test")):
            setattr(tests, name, trying(test, arguments, cases))
        return tests

    return over


def as_case(arguments: tuple[str, ...], value: Any) -> Case:
    """Its name in a failure, and what the test is given."""
    given = tuple(value) if len(arguments) > 1 else (value,)
    names = (str(getattr(each, "__name__", each)) for each in given)
    return ", ".join(ascii(name)[1:-1][:60] for name in names), dict(zip(arguments, given, strict=True))


def trying(test: T, arguments: tuple[str, ...], cases: list[Case]) -> T:
    """The test of all cases. pytest gives it what is no argument of theirs."""
    assert not inspect.iscoroutinefunction(test), "it would not be waited for"
    signature = inspect.signature(test)
    left = [each for name, each in signature.parameters.items() if name not in arguments]
    assert len(left) == len(signature.parameters) - len(arguments), f"{test.__name__} takes no {arguments}"

    @functools.wraps(test)
    def tries(*args: Any, **fixtures: Any) -> None:
        __tracebackhide__ = True
        failing: dict[str, BaseException] = {}
        for name, given in cases:
            try:
                test(*args, **fixtures, **given)
            except FAILURES as failure:
                failing[name] = failure
        if failing:
            first = next(iter(failing.values()))
            first.add_note("\n".join((f"{len(failing)} of {len(cases)} cases fail:", *map(line, failing.items()))))
            raise first

    tries.__signature__ = signature.replace(parameters=left)  # type: ignore[attr-defined]
    return tries  # type: ignore[return-value]


def line(failed: tuple[str, BaseException]) -> str:
    """One case that fails, and with what."""
    name, failure = failed
    return f"- {name}: {(str(failure).splitlines() or [type(failure).__name__])[0][:160]}"
