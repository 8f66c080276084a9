"""Orders at saturation: from the answer to a message until it is in the store, and its mail is out."""

import asyncio
import sqlite3
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import partial
from typing import Final, Self

from bench import lives
from bench.lives import Heard
from bench.outcome import Figures, Outcome, once
from bench.plan import Plan
from bench.spread import quantile
from bench.systems import Place

RECORDED_AS: Final = {
    "accept_terms": "order.terms_accepted",
    "clear_compliance": "order.compliance_cleared",
    "submit_provisioning_form": "order.form_submitted",
    "report_site_built": "order.site_built",
    "graduate": "order.graduated",
}
"""The store's event of each message."""

MAILED_AS: Final = {
    "clear_compliance": "confirmation",
    "submit_provisioning_form": "provisioning_copy",
    "report_site_built": "welcome",
    "graduate": "graduation_copy",
}
"""The mail that each message brings."""

LOOK_AGAIN: Final = 0.01
"""Seconds."""

MEDIAN, TAIL = 0.5, 0.99


class StoreWatch:
    """Sees events appear in the SQLite store, by reading on from where it was."""

    def __init__(self, url: str) -> None:
        self._path = url.removeprefix("sqlite:///")
        self.seen: dict[tuple[str, str], float] = {}
        """When an event of a type was there, by order and type."""

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._watching.cancel()

    async def _watch(self) -> None:
        last = 0
        with closing(sqlite3.connect(f"file:{self._path}?mode=ro", uri=True)) as store:
            while True:
                rows = store.execute("SELECT rowid, subject, type FROM events WHERE rowid > ?", (last,)).fetchall()
                for last, subject, kind in rows:  # noqa: B007 - the last one is where to go on
                    self.seen.setdefault((subject, kind), time.time())
                await asyncio.sleep(LOOK_AGAIN)


async def saturated(place: Place, how: Plan) -> Outcome:
    """As many orders in flight as in the rounds, each waiting for nothing but its customer's mail."""
    client, queue = place.stack.client, (await place.sqlite_worker()).queue
    every = [lives.order(f"SATURATED-{number:05}") for number in range(how.saturated)]
    async with StoreWatch(place.stack.store("tenure")) as store:
        told = await lives.several(
            [partial(lives.lived, client, queue, life, place.mailbox.when_asked) for life in every], how.in_flight
        )
        await asyncio.sleep(1)
    heard = [each for of_one in told for each in of_one]
    in_store = [(each, at) for each in heard if (at := _recorded(store, each))]
    mailed = [(each, at) for each in heard if (at := _mailed(place, each))]
    figures = {
        **_quantiles("saturated.sent_to_accepted", [each.answered - each.sent for each in heard]),
        **_quantiles("saturated.sent_to_store", [at - each.sent for each, at in in_store]),
        **_quantiles("saturated.sent_to_mail", [at - each.sent for each, at in mailed]),
        **_quantiles("saturated.accepted_to_store", [at - each.answered for each, at in in_store]),
        **_quantiles("saturated.accepted_to_mail", [at - each.answered for each, at in mailed]),
    }
    counts = {"messages": len(heard), "in_the_store": len(in_store), "with_a_mail": len(mailed)}
    return Outcome(figures, {"saturated": counts | {"in_flight": how.in_flight}})


def _quantiles(name: str, seconds: Iterable[float]) -> Figures:
    """What was there before the answer counts as nothing."""
    waited = [max(0.0, each) for each in seconds]
    part: Callable[[float], float] = partial(quantile, waited)
    return {f"{name}_p50_s": once(part(MEDIAN)), f"{name}_p99_s": once(part(TAIL))} if waited else {}


def _recorded(store: StoreWatch, heard: Heard) -> float | None:
    return store.seen.get((_number(heard), RECORDED_AS[heard.update]))


def _mailed(place: Place, heard: Heard) -> float | None:
    return place.mailbox.arrived.get(f"{MAILED_AS.get(heard.update)} {_number(heard)}")


def _number(heard: Heard) -> str:
    return heard.workflow_id.removeprefix("order-")
