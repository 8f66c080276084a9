"""`show --watch`: a lifecycle again at each change, until it is over or somebody has seen enough."""

import asyncio
from datetime import timedelta
from typing import Final

from domain.working_time import in_json
from starter.answers.lifecycle import ShowAnswer
from starter.console.ids import Subject
from starter.console.pages import show
from starter.console.terminal import terminal
from starter.reach.snapshot import observe
from workflows.details import local

AGAIN: Final = timedelta(seconds=2)

GOES_ON: Final = frozenset({"running", "unknown"})
"""Statuses in which something may still change; of `unknown` Temporal did not answer this time."""


async def watch(subject: Subject) -> None:
    """Ctrl-C is the usual end, and no error."""
    before = None
    try:
        while True:
            found = await observe(subject)
            if (now := _content(subject, found)) != before:
                _draw(subject, found)
            before = now
            if found.workflow_status not in GOES_ON:
                return
            await asyncio.sleep(AGAIN.total_seconds())
    except asyncio.CancelledError:
        return


def _content(subject: Subject, found: ShowAnswer) -> object:
    """What is to be seen of it, but for when it was asked."""
    if not (terminal.for_machines or terminal.watched):
        return _line(subject, found)
    return found.model_copy(update={"state": found.state.model_copy(update={"as_of": None})})


def _draw(subject: Subject, found: ShowAnswer) -> None:
    if terminal.for_machines:
        terminal.document(found.model_dump(mode="json"), one_line=True)
    elif terminal.watched:
        terminal.out.clear()
        show(found)
        terminal.say(f"\n[as of {local(found.state.as_of, found.zone)}; again at the next change, Ctrl-C ends]")
    else:
        terminal.say(f"{in_json(found.state.as_of.replace(microsecond=0))} {_line(subject, found)}")


def _line(subject: Subject, found: ShowAnswer) -> str:
    view = found.state
    last = found.events[-1].type if found.events else ""
    waits = ", ".join(f"{each.what} from {each.from_whom}" for each in view.awaiting)
    what = [f"{subject}: {view.stage}", last, f"waits for {waits}" if waits else "", *view.troubles]
    return "; ".join(filter(None, what))
