"""What the Web UI shows of a lifecycle: Markdown with headings and bullets (tables render badly)."""

from collections.abc import Mapping
from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from domain.events import Task
from domain.values import Message
from domain.view import Awaited, LifeView, Step

MIDNIGHT: Final = time(0)
ONE_DAY: Final = date.resolution
PASTEABLE: Final = 250
"""Characters of JSON that are still read and pasted from a page; longer ones lie in examples/ui."""


def markdown(view: LifeView, examples: Mapping[str, Message], zone: str, refusal: str | None = None) -> str:
    """Where it stands, what it waits for and until when, what to send now. Dates in the customer's zone."""
    sections = [
        _section(f"{view.lifecycle} {view.id}: {view.stage}", [_step(step, zone) for step in view.steps]),
        _section("Held by an operator", [view.held_by_operator] if view.held_by_operator else []),
        _section("Waits for", [_awaited(awaited) for awaited in view.awaiting]),
        _section("Falls due if nothing happens", [f"{local(d.at, zone)}: {d.label}" for d in view.deadlines]),
        _section("Needs attention", [f"missed: {what}" for what in view.jeopardy]),
        _section("Open tasks", [_task(task) for task in view.tasks if task.closed_at is None]),
        _section("Last refused", [refusal] if refusal else []),
        _section("What you can send now", [_example(view, name, examples) for name in view.can_send]),
        _section("Operators may also send", [_example(view, name, examples) for name in view.desk]),
        f"Dates are those of {zone}.",
    ]
    return "\n\n".join(section for section in sections if section)


def local(instant: datetime, zone: str) -> str:
    """An absolute instant on the customer's clock: `2026-05-07 24:00 JST`; midnight belongs to the day that ends."""
    there = instant.astimezone(ZoneInfo(zone))
    if there.time() == MIDNIGHT:
        return f"{there.date() - ONE_DAY:%Y-%m-%d} 24:00 {there:%Z}"
    return f"{there:%Y-%m-%d %H:%M %Z}"


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([f"### {title}", *(f"- {line}" for line in lines)]) if lines else ""


def _step(step: Step, zone: str) -> str:
    return f"{step.mark} {step.name}" + (f", {local(step.at, zone)}" if step.at else "")


def _awaited(awaited: Awaited) -> str:
    return f"**{awaited.what}** from {awaited.from_whom}"


def _task(task: Task) -> str:
    return f"`{task.key}` for {task.assignee}"


def _example(view: LifeView, name: str, examples: Mapping[str, Message]) -> str:
    pasted = paste_ready(examples[name])
    if len(pasted) > PASTEABLE:
        return f"`{name}`: see `examples/ui/{view.lifecycle}.{name}.json`"
    return f"`{name}`: `{pasted}`"


def paste_ready(message: Message) -> str:
    """A message as one line of JSON, without what has a default."""
    return message.model_dump_json(exclude_defaults=True)
