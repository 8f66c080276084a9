"""Looking and showing, for the commands that only want to see."""

from collections.abc import Sequence
from datetime import timedelta

from starter.answers.lifecycle import Answer
from starter.console.ids import Subject
from starter.console.pages import forwarded, show
from starter.console.terminal import terminal
from starter.reach.clock import forward
from starter.reach.snapshot import observe


async def see(subject: Subject) -> None:
    """Show a lifecycle."""
    found = await observe(subject)
    show(found)
    _close(found)


async def move(candidates: Sequence[Subject], duration: timedelta) -> None:
    """Move a lifecycle's clock and show what came of it."""
    moved = await forward(candidates, duration)
    forwarded(moved)
    _close(moved)


def _close(answer: Answer) -> None:
    """Warnings last, where they are seen."""
    if not terminal.for_machines:
        for warning in answer.warnings:
            terminal.warn(warning)
    terminal.answer(answer)
