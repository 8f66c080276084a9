"""The same for several, a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Final, TypeVar

AT_ONCE: Final = 8
"""Lifecycles asked at one time: each asks the worker for an activity or two."""

T = TypeVar("T")
R = TypeVar("R")


async def each_of(given: Iterable[T], do: Callable[[T], Awaitable[R]]) -> list[R]:
    """What became of each, in the order given."""
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def one(each: T) -> R:
        async with turnstile:
            return await do(each)

    return await asyncio.gather(*(one(each) for each in given))
