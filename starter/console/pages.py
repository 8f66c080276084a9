"""Lifecycles on a terminal: tracker, what is awaited, what falls due, what happened. Dates in the customer's zone."""

from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from domain.view import Awaited, LifecycleView, Mark
from starter.answers.lifecycle import ShowAnswer
from starter.answers.tools import ForwardAnswer
from starter.console.command_lines import fitting
from starter.console.tables import events_table, mails_table
from starter.console.terminal import shown, terminal
from workflows.details import INSTANT, in_local_time, local

COLOURS: Final = {Mark.DONE: "green", Mark.CURRENT: "bold cyan", Mark.STOPPED: "red", Mark.PENDING: "dim"}
STATUS: Final = {"running": "", "completed": "", None: "not in Temporal; "}


def show(found: ShowAnswer) -> None:
    """Everything about one lifecycle."""
    view, zone = found.state, found.zone
    status = STATUS.get(found.workflow_status, f"workflow {found.workflow_status}; ")
    terminal.say(
        Text.assemble((f"{view.lifecycle} {view.id}", "bold"), ": ", (view.stage, "bold cyan" if view.can_send else ""))
    )
    terminal.say(f"  {view.kind}, customer {view.customer_id}, partner {view.partner_id}; {status}times in {zone}")
    told = {name: in_local_time(value, zone) for name, value in view.facts.items() if not INSTANT.fullmatch(value)}
    if facts := [f"{name.replace('_', ' ')} {value}" for name, value in told.items()]:
        terminal.say(f"  {shown('; '.join(facts))}")
    if ages := [f"{name.replace('_', ' ')} {value}" for name, value in found.line.items() if type(value) is int]:
        terminal.say(f"  {'; '.join(ages)}")
    _section("", _tracker(view, zone))
    _section("Waits for", [_awaited(awaited, view, zone) for awaited in view.awaiting])
    _section(
        "Falls due once resumed" if view.held_by_operator else "Falls due if nothing happens",
        [f"{local(due.at, zone)}  {due.label}" for due in view.deadlines],
    )
    held = view.held_by_operator
    stopped = [f"Stopped by {held.by} since {local(held.since, zone)}: {held.reason}"] if held else []
    _section("Needs attention", [*view.troubles, *stopped], "yellow")
    _section("Open tasks", [f"{task.key}, for {task.assignee}" for task in view.tasks if task.closed_at is None])
    _table("Mails", mails_table(found.mails, zone), found.mails)
    _table("What happened", events_table(found.events, zone), found.events)
    _section("What can be sent now", [fitting(view, update) for update in (*view.can_send, *_urgent(view))])


def _awaited(awaited: Awaited, view: LifecycleView, zone: str) -> str:
    """What, from whom, and until when if there is a date."""
    until = f", until {local(awaited.until, zone)}" if awaited.until and not view.held_by_operator else ""
    return f"{awaited.what}, from {awaited.from_whom}{until}"


def _urgent(view: LifecycleView) -> list[str]:
    """Of what operators may do at any time, only what waits for them is told; the rest is in the help."""
    return [verb for verb in view.desk if verb in {"settle_mail", "retry_mail", "settle_step", "acknowledge", "resume"}]


def _tracker(view: LifecycleView, zone: str) -> list[Text]:
    width = max(len(step.name) for step in view.steps)
    return [
        Text(
            f"{step.mark} {step.name:<{width}}  {local(step.at, zone) if step.at else ''}".rstrip(), COLOURS[step.mark]
        )
        for step in view.steps
    ]


def _section(title: str, lines: Sequence[str | Text], style: str = "") -> None:
    if not lines:
        return
    terminal.say("")
    if title:
        terminal.say(Text(title, "bold"))
    for line in lines:
        terminal.say(Text("  ") + (line if isinstance(line, Text) else Text(shown(line), style)))


def _table(title: str, table: Table, rows: Sequence[object]) -> None:
    if rows:
        terminal.say("")
        terminal.say(Text(title, "bold"))
        terminal.say(table)


def stands(view: LifecycleView) -> None:
    """One line after something changed: stage, and what comes next."""
    terminal.say(Text.assemble("Now ", (view.stage, "bold cyan"), "."))
    for awaited in view.awaiting:
        terminal.say(f"Waits for {awaited.what}, from {awaited.from_whom}.")


def forwarded(moved: ForwardAnswer) -> None:
    """What a move of the test clock brought about."""
    zone = moved.zone
    was, now = local(moved.was, zone), local(moved.now, zone)
    terminal.say(f"{moved.workflow_id} moved from {was} to {now} ({zone})")
    _section("Deadlines passed", [f"{local(due.at, zone)}  {due.label}" for due in moved.passed] or ["none"])
    _table("What happened", events_table(moved.events, zone), moved.events)
    terminal.say("")
    if moved.state is None:
        terminal.say("It is closed now.")
        return
    stands(moved.state)
    for due in moved.state.deadlines[:1]:
        terminal.say(f"Next: {due.label}, {local(due.at, zone)}.")
