"""Looking and showing, for the commands that only want to see."""

from collections.abc import Sequence
from datetime import timedelta

from starter.answers import Answer
from starter.ids import Subject
from starter.looking import look
from starter.moving import forward
from starter.showing import forwarded, show
from starter.terminal import terminal


async def see(subject: Subject) -> None:
    """Show a lifecycle."""
    found = await look(subject)
    show(found)
    _close(found)


async def move(candidates: Sequence[Subject], duration: timedelta) -> None:
    """Move a lifecycle's clock and show what came of it."""
    moved = await forward(candidates, duration)
    forwarded(moved)
    _close(moved)


def _close(answer: Answer) -> None:
    """Warnings last, where they are seen."""
    if not terminal.as_json:
        for warning in answer.warnings:
            terminal.warn(warning)
    terminal.answer(answer)
