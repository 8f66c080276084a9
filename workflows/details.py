"""What the Web UI shows of a lifecycle: Markdown with headings and bullets (tables render badly)."""

from datetime import date, datetime, time
from typing import Final
from zoneinfo import ZoneInfo

from domain.events import Task, TaskKind
from domain.life import OperatorHold, OperatorNote
from domain.offers import Offer, Offers
from domain.values import Message
from domain.view import Awaited, LifeView, Step

MIDNIGHT: Final = time(0)
ONE_DAY: Final = date.resolution
PASTEABLE: Final = 250
"""Characters of JSON that are still read and pasted from a page; longer ones lie in examples/ui."""

RELATED: Final = ("order", "subscription", "devices")
"""Facts that name other lifecycles."""

NO_DATE: Final = "no date: it waits as long as it takes"

TASKS: Final = {
    TaskKind.RELAY_CONFIRMATION: ("the confirmation document passed on to the Tier-2", "complete_task"),
    TaskKind.VERIFY_RENEWAL: ("the renewal checked with the vendor", "confirm_renewal"),
    TaskKind.RETURN_DEVICE: ("the device seen back", ""),
    TaskKind.SETTLE_MAIL: ("word of what became of a mail", "settle_mail"),
}
"""What each task asks for, and the update that closes it, if it is not closed by itself."""


def markdown(view: LifeView, offers: Offers, zone: str, refusal: str | None = None) -> str:
    """Where it stands, what it waits for and until when, what to send now. Dates in the customer's zone."""
    due = "Due when resumed" if view.held_by_operator else "Falls due if nothing happens"
    sections = [
        _section(_headline(view), [_step(step, zone) for step in view.steps]),
        _section("Stopped by an operator", _held(view.held_by_operator, zone)),
        _section("Waits for", _waits(view, zone)),
        _section(due, [f"{local(d.at, zone)}: {d.label}" for d in view.deadlines]),
        _section("Needs attention", [*view.troubles]),
        _section("Last note", _note(view.last_note, zone)),
        _section("Last refused", [refusal] if refusal else []),
        _section("What you can send now", [_offer(view, name, offers[name]) for name in view.can_send]),
        _section("Operators may also send", [_offer(view, name, offers[name]) for name in view.desk]),
        _section("To know", _to_know(view, zone)),
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


def _headline(view: LifeView) -> str:
    """What it is, for whom, and where it stands, in words and as the machine says it."""
    people = f"customer {view.customer_id}, partner {view.partner_id}"
    return f"{view.what} ({people}) {view.stage_in_words} (`{view.stage}`)"


def _step(step: Step, zone: str) -> str:
    return f"{step.mark} {step.name}" + (f", {local(step.at, zone)}" if step.at else "")


def _held(hold: OperatorHold | None, zone: str) -> list[str]:
    if hold is None:
        return []
    return [hold.reason, f"by `{hold.by}`, since {local(hold.since, zone)}", "goes on with `resume`"]


def _note(note: OperatorNote | None, zone: str) -> list[str]:
    return [f"{note.text} (`{note.by}`, {local(note.at, zone)})"] if note else []


def _waits(view: LifeView, zone: str) -> list[str]:
    """On whom, and on which tasks. What is open and waits for nobody goes on by itself."""
    awaited = [_awaited(each, view, zone) for each in view.awaiting]
    tasks = [_task(task) for task in view.tasks if task.closed_at is None]
    return [*awaited, *tasks] or (["nobody, it goes on by itself"] if view.desk else [])


def _awaited(awaited: Awaited, view: LifeView, zone: str) -> str:
    report = f"report it with `{awaited.update}`" if awaited.update else "nothing to send here, it is told by itself"
    return f"**{awaited.what}** from {awaited.from_whom}; {_until(awaited, view, zone)}; {report}"


def _until(awaited: Awaited, view: LifeView, zone: str) -> str:
    if awaited.until is None:
        return NO_DATE
    due = local(awaited.until, zone)
    return f"no date while stopped (was {due})" if view.held_by_operator else f"until {due}, then: {awaited.then}"


def _task(task: Task) -> str:
    what, update = TASKS[task.kind]
    closed = f"report it with `{update}`" if update else "closed by itself"
    return f"**{what}** from {task.assignee} (task `{task.key}`); {NO_DATE}; {closed}"


def _offer(view: LifeView, name: str, offer: Offer) -> str:
    shown = _shown(view, name, offer)
    return f"`{name}`" + (f": {shown}" if shown else "") + (f" – {offer.note}" if offer.note else "")


def _shown(view: LifeView, name: str, offer: Offer) -> str:
    if offer.message is None:
        return ""
    pasted = paste_ready(offer.message)
    if len(pasted) <= PASTEABLE:
        return f"`{pasted}`"
    return f"see `examples/ui/{offer.file or f'{view.lifecycle}.{name}'}.json`"


def _to_know(view: LifeView, zone: str) -> list[str]:
    related = [f"{name}: `{view.facts[name]}`" for name in RELATED if name in view.facts]
    told = [*related, f"dates are those of {zone}"]
    return [*told, "`by` is who you are: an id, never a name"] if view.can_send or view.desk else told


def paste_ready(message: Message) -> str:
    """A message as one line of JSON, without what has a default."""
    return message.model_dump_json(exclude_defaults=True)
