"""`tenure hub rebuild`: what the hub derives from lives is derived anew, with a bar on a terminal."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from starter.answers.hub import HubRebuildAnswer
from starter.console.terminal import terminal
from starter.intake.report import progress_bar
from starter.reach import gate
from starter.reach.store import opened

GOES_ON = "; run it again: what is derived already is not lost"


def rebuild_hub() -> None:
    """Of all lives in the store. Whoever reads the hub meanwhile finds each as it was or as it is."""
    catalogue = gate.settings().hub.products
    with opened("written", GOES_ON) as store:
        with _bar(store.hub_counts().recorded) as heard:
            derived = store.rebuild(catalogue, datetime.now(UTC), heard)
        counts = store.hub_counts()
    terminal.say(
        f"Derived {derived:,} orders, subscriptions, trials and wholesale customers anew: {counts.entitlements:,} "
        f"are in the hub, with {counts.customers:,} customer{'s' if counts.customers != 1 else ''}."
    )
    terminal.answer(HubRebuildAnswer(derived=derived, lives=counts.entitlements, customers=counts.customers))


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int], None]]:
    """How many of how many, and how long it takes yet."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    with progress_bar("deriving") as bar:
        task = bar.add_task("", total=total or None)
        yield lambda done: bar.update(task, completed=done)
