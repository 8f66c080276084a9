"""The same for several, a few at a time."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Final, TypeVar

from temporalio.client import Client

from starter.console.exits import Exit, Stop, bad
from starter.reach.executions import asking, running

AT_ONCE: Final = 8
"""Lifecycles asked at one time: each asks the worker for an activity or two."""

T = TypeVar("T")
R = TypeVar("R")


async def open_that_fit(client: Client, query: str, *, most: int, instead: str) -> list[str]:
    """Workflow ids of a list filter, sorted; a Stop if there is none, or if there are more than `most`."""
    query = f"({query}) AND {running()}"
    async with asking("the list"):
        count = (await client.count_workflows(query)).count
        if count > most:
            raise bad(f"{count} fit, more than {most}: {instead}", "--query")
        ids = [each.id async for each in client.list_workflows(query, limit=most)]
    if not ids:
        raise Stop(Exit.NOT_FOUND, "nothing that is open fits; nothing was done", "--query")
    return sorted(ids)


def worst(problems: Collection[Exit]) -> Exit:
    """Who did not answer may be asked again; a refusal wants to be looked at."""
    order = (Exit.UNEXPECTED, Exit.CONFLICT, Exit.REFUSED, Exit.BAD_INPUT, Exit.UNREACHABLE)
    return next((exit_ for exit_ in order if exit_ in problems), min(problems))


async def each_of(given: Iterable[T], do: Callable[[T], Awaitable[R]]) -> list[R]:
    """What became of each, in the order given."""
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def one(each: T) -> R:
        async with turnstile:
            return await do(each)

    return await asyncio.gather(*(one(each) for each in given))
