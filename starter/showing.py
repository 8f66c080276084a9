"""Lifecycles on a terminal: tracker, what is awaited, what falls due, what happened. Dates in the customer's zone."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from rich.table import Table
from rich.text import Text

from activities.ports import OrderSummary
from domain.events import Event
from domain.mails import MailState
from domain.view import Awaited, LifeView, Mark
from starter.answers import ListedTrial, OverdueDevice, PlannedMail, ShowAnswer, ShownMail
from starter.catalogue import command_of
from starter.terminal import shown, terminal
from starter.tool_answers import ForwardAnswer
from workflows.details import local

COLOURS: Final = {Mark.DONE: "green", Mark.CURRENT: "bold cyan", Mark.STOPPED: "red", Mark.PENDING: "dim"}
ALARMING: Final = {MailState.UNKNOWN: "bold red", MailState.REFUSED: "red", MailState.SENT: "green"}
SHORT: Final = frozenset({"  when", "order", "trial", "device", "E", "next deadline (UTC)", "was due (UTC)"})
STATUS: Final = {"running": "", "completed": "", None: "no longer in Temporal; "}


def show(found: ShowAnswer) -> None:
    """Everything about one lifecycle."""
    view, zone = found.state, found.zone
    status = STATUS.get(found.workflow_status, f"workflow {found.workflow_status}; ")
    terminal.say(
        Text.assemble((f"{view.lifecycle} {view.id}", "bold"), ": ", (view.stage, "bold cyan" if view.can_send else ""))
    )
    terminal.say(f"  {view.kind}, customer {view.customer_id}, partner {view.partner_id}; {status}times in {zone}")
    if facts := [f"{name.replace('_', ' ')} {value}" for name, value in view.facts.items() if ":" not in value]:
        terminal.say(f"  {shown('; '.join(facts))}")
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
    _section("What can be sent now", [command(view, update) for update in (*view.can_send, *_urgent(view))])


def _awaited(awaited: Awaited, view: LifeView, zone: str) -> str:
    """What, from whom, and until when if there is a date."""
    until = f", until {local(awaited.until, zone)}" if awaited.until and not view.held_by_operator else ""
    return f"{awaited.what}, from {awaited.from_whom}{until}"


def _urgent(view: LifeView) -> list[str]:
    """Of what operators may do at any time, only what waits for them is told; the rest is in the help."""
    return [verb for verb in view.desk if verb in {"settle_mail", "retry_mail", "resume"}]


def _tracker(view: LifeView, zone: str) -> list[Text]:
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


def plain_table(*columns: str) -> Table:
    """Columns without lines: narrow, and easy to cut with other programs."""
    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False, header_style="dim")
    for column in columns:
        table.add_column(column, overflow="fold", no_wrap=column in SHORT)
    return table


def planned_table(mails: Iterable[PlannedMail]) -> Table:
    """The mails that would go out."""
    table = plain_table("  mail", "to", "when")
    for mail in mails:
        table.add_row(f"  {mail.kind}", mail.to, mail.when)
    return table


def mails_table(mails: Iterable[ShownMail], zone: str) -> Table:
    """The mail ledger of one lifecycle: to whom by role, never by address."""
    table = plain_table("  when", "mail", "to", "state", "mail server")
    for mail in mails:
        when, state = local(mail.settled_at or mail.claimed_at, zone), Text(mail.state, ALARMING.get(mail.state, ""))
        table.add_row(f"  {when}", mail.kind, mail.to, state, Text(shown(mail.answer or "")))
    return table


def events_table(events: Iterable[Event], zone: str) -> Table:
    """What happened, in order."""
    table = plain_table("  when", "event", "by", "what")
    for event in events:
        facts = ", ".join(_fact(name, value, zone) for name, value in event.data.items() if name != "stage")
        what = "; ".join(filter(None, (facts, event.reason)))
        table.add_row(f"  {local(event.occurred_at, zone)}", event.type, event.actor, Text(shown(what)))
    return table


def _fact(name: str, value: str, zone: str) -> str:
    """Instants among the facts are in UTC: they too are shown in the customer's zone. A mail's key begins with the id
    that stands above anyway."""
    if name == "mail":
        return value.partition("/")[2]
    try:
        instant = datetime.fromisoformat(value) if "T" in value else None
    except ValueError:
        instant = None
    return f"{name} {local(instant, zone) if instant and instant.tzinfo else value}"


def command(view: LifeView, update: str) -> str:
    """How to send an update from a terminal, as things stand."""
    if update == "report_site_built" and view.kind == "order.renewal":
        return f"tenure order site-built {view.id}"
    tasks = [task.key for task in view.tasks if task.closed_at is None]
    terms = [awaited.what.split()[0] for awaited in view.awaiting if awaited.update == "accept_terms"]
    filled = command_of(view.lifecycle, update).format(
        id=view.id,
        terms="|".join(terms),
        task="|".join(key for key in tasks if "/" not in key),
        mail=next((mail.key for mail in view.mails if mail.state is MailState.UNKNOWN), ""),
        refused=next((mail.key for mail in view.mails if mail.state is MailState.REFUSED), ""),
        order="|".join(key.removeprefix("verify/") for key in tasks if key.startswith("verify/")),
    )
    return f"tenure {filled}"


def stands(view: LifeView) -> None:
    """One line after something changed: stage, and what comes next."""
    terminal.say(Text.assemble("Now ", (view.stage, "bold cyan"), "."))
    for awaited in view.awaiting:
        terminal.say(f"Waits for {awaited.what}, from {awaited.from_whom}.")


def orders_table(orders: Iterable[OrderSummary]) -> Table:
    """The list of orders; the zone of a list of many customers is UTC."""
    table = plain_table("order", "kind", "stage", "customer", "next deadline (UTC)", "what for", "")
    for order in orders:
        due = f"{order.next_deadline:%Y-%m-%d %H:%M}" if order.next_deadline else "–"
        mark = Text("attention", "yellow") if order.attention else ""
        row = (order.number, order.kind, order.stage, order.customer_id, due, order.next_deadline_label or "")
        table.add_row(*row, mark)
    return table


def trials_table(trials: Iterable[ListedTrial]) -> Table:
    """The list of trials. E is a day of the customer's calendar; the last instant of it counts."""
    table = plain_table("trial", "stage", "customer", "services", "E", "left", "next deadline (UTC)", "what for", "")
    for trial in trials:
        due = f"{trial.next_deadline:%Y-%m-%d %H:%M}" if trial.next_deadline else "–"
        mark = Text("attention", "yellow") if trial.attention else ""
        expiry = trial.expires_on.isoformat() if trial.expires_on else "–"
        row = (trial.trial_id, trial.stage, trial.customer_id, ", ".join(trial.services), expiry, _left(trial), due)
        table.add_row(*row, trial.next_deadline_label or "", mark)
    return table


def _left(trial: ListedTrial) -> str:
    if trial.days_left is not None:
        return days(trial.days_left)
    return f"grace: {days(trial.grace_days_left)}" if trial.grace_days_left is not None else "–"


def days(number: int) -> str:
    """`1 day`, `30 days`."""
    return f"{number} day{'' if abs(number) == 1 else 's'}"


def devices_table(devices: Iterable[OverdueDevice]) -> Table:
    """The list of devices that should be back by now."""
    table = plain_table("device", "model", "serial number", "trial", "customer", "stage", "was due (UTC)", "carrier")
    for device in devices:
        due = f"{device.return_due_at:%Y-%m-%d %H:%M}"
        what = (device.device, device.model, device.serial_number, device.trial, device.customer_id)
        table.add_row(*what, device.stage, due, device.carrier)
    return table


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
