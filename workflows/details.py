"""What the Web UI shows of a lifecycle: Markdown with headings and bullets (tables render badly)."""

import json
import re
from collections.abc import Collection
from datetime import datetime
from typing import Final

from domain.deadlines import Deadline
from domain.events import Task, TaskKind
from domain.lifecycle import OperatorHold, OperatorNote
from domain.offers import Offer, Offers
from domain.placeholder import PLACEHOLDER, offered
from domain.values import Message
from domain.view import Awaited, LifecycleView, Step
from domain.working_time import Zone, clock_reading, name_of

PASTEABLE: Final = 300
"""Characters of JSON that are still read and pasted from a page; longer ones lie in examples/ui."""

TO_KNOW: Final = (
    *("order", "subscription", "sites", "devices", "licences", "purchased", "managing_partners", "hold"),
    *("answer", "note", "without_effect"),
    *("severity", "account", "service", "why", "agent", "right_door", "minutes_lost"),
    *("first_response", "identification", "status_update"),
    *("country", "location", "dial_in", "organization_package", "packages", "add_ons", "quantities_version", "users"),
    *("compliance", "without_effect", "certificate"),
    *("list_version", "evidence", "decision", "carried_from", "contacts", "deprovision_on", "deprovision_because"),
)
"""Facts that no other section of the page has: what it is related to, what a trial is about, what came of an option
request, why a case is S1 or not and how its clocks stand, what a wholesale customer has, and how much of it is used,
what a check found and when the customer goes. TRL-26, TRL-42, OPT-02, SUP-10, SUP-20, WHS-12, WHS-24, WHS-27, WHS-32.
"""

INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z")
"""As facts have it."""

FACTS: Final = f"`{PLACEHOLDER}` stands for what only you know; a message that still has it is refused"
WHO: Final = "`by` is who you are: an id, never a name"

NO_DATE: Final = "no date: it waits as long as it takes"

MEANS_SOMETHING: Final = re.compile(r"[\\`*\[\]<>|~&]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])", re.ASCII)
"""What Markdown reads as more than text, wherever it stands; an underscore within a word is one."""

AT_THE_START: Final = re.compile(r"^(?P<before> ?[0-9]*)(?P<mark>(?<=[0-9])[.)]|(?<![0-9])[#+=-])", re.ASCII)
"""And what only begins a heading, a list or a line."""

TASKS: Final = {
    TaskKind.RELAY_CONFIRMATION: ("the confirmation document passed on to the Tier-2", "complete_task"),
    TaskKind.VERIFY_RENEWAL: ("the renewal checked with the vendor", "confirm_renewal"),
    TaskKind.RETURN_DEVICE: ("the device seen back", ""),
    TaskKind.SETTLE_MAIL: ("word of what became of a mail", "settle_mail"),
}
"""What each task asks for, and the update that closes it, if it is not closed by itself."""


def markdown(view: LifecycleView, offers: Offers, zone: Zone, refusal: str | None = None) -> str:
    """Where it stands, what it waits for and until when, what to send now. Dates in the customer's zone."""
    due = "Due when resumed" if view.held_by_operator else "Falls due if nothing happens"
    sections = [
        _section(_headline(view), [_step(step, zone) for step in view.steps]),
        _section("Stopped by an operator", _held(view.held_by_operator, zone)),
        _section("Waits for", _waits(view, zone)),
        _section(due, [_deadline(deadline, zone) for deadline in view.deadlines]),
        _section("Needs attention", [plain(trouble) for trouble in view.troubles]),
        _section("Last note", _note(view.last_note, zone)),
        _section("Last refused", [_refused(refusal)] if refusal else []),
        _section("What you can send now", [_offer(view, name, offers[name]) for name in view.can_send]),
        _section("Operators may also send", [_offer(view, name, offers[name]) for name in view.desk]),
        _section("To know", _to_know(view, zone)),
    ]
    return "\n\n".join(section for section in sections if section)


def local(instant: datetime, zone: Zone) -> str:
    """An absolute instant on the customer's clock: `2026-05-07 24:00 JST`."""
    read = clock_reading(instant, zone)
    return f"{read.in_words} {read.there:%Z}"


def _section(title: str, lines: list[str]) -> str:
    return "\n".join([f"### {title}", *(f"- {line}" for line in lines)]) if lines else ""


def _headline(view: LifecycleView) -> str:
    """What it is, for whom, and where it stands, in words and as the machine says it."""
    people = f"customer {view.customer_id}, partner {view.partner_id}"
    return f"{plain(f'{view.what} ({people}) {view.stage_in_words}')} ({code(view.stage)})"


def _step(step: Step, zone: Zone) -> str:
    return f"{step.mark} {plain(step.name)}" + (f", {local(step.at, zone)}" if step.at else "")


def _deadline(deadline: Deadline, zone: Zone) -> str:
    """With the date it had before somebody moved it."""
    was = f" (was {local(deadline.was, zone)})" if deadline.was else ""
    return f"{local(deadline.at, zone)}: {plain(deadline.label)}{was}"


def _held(hold: OperatorHold | None, zone: Zone) -> list[str]:
    if hold is None:
        return []
    return [plain(hold.reason), f"by {code(hold.by)}, since {local(hold.since, zone)}", "goes on with `resume`"]


def _note(note: OperatorNote | None, zone: Zone) -> list[str]:
    return [f"{plain(note.text)} ({code(note.by)}, {local(note.at, zone)})"] if note else []


def _refused(refusal: str) -> str:
    """`hold` at …: why. The name of the update is ours, and why may be said in somebody's words."""
    ours = re.match("`([^`]*)`", refusal)
    return f"{code(ours[1])}{plain(refusal[ours.end() :])}" if ours else plain(refusal)


def _waits(view: LifecycleView, zone: Zone) -> list[str]:
    """On whom, and on which tasks. What is open and waits for nobody goes on by itself."""
    awaited = [_awaited(each, view, zone) for each in view.awaiting]
    tasks = [_task(task) for task in view.tasks if task.closed_at is None]
    return [*awaited, *tasks] or (["nobody, it goes on by itself"] if view.desk else [])


def _awaited(awaited: Awaited, view: LifecycleView, zone: Zone) -> str:
    report = f"report it with `{awaited.update}`" if awaited.update else "nothing to send here, it comes by itself"
    return f"**{plain(awaited.what)}** from {plain(awaited.from_whom)}; {_until(awaited, view, zone)}; {report}"


def _until(awaited: Awaited, view: LifecycleView, zone: Zone) -> str:
    if awaited.until is None:
        return NO_DATE
    due = local(awaited.until, zone)
    return (
        f"no date while stopped (was {due})" if view.held_by_operator else f"until {due}, then: {plain(awaited.then)}"
    )


def _task(task: Task) -> str:
    what, update = TASKS[task.kind]
    closed = f"report it with `{update}`" if update else "closed by itself"
    return f"**{what}** from {plain(task.assignee)} (task {code(task.key)}); {NO_DATE}; {closed}"


def _offer(view: LifecycleView, name: str, offer: Offer) -> str:
    shown = _shown(view, name, offer)
    return f"`{name}`" + (f": {shown}" if shown else "") + (f" – {offer.note}" if offer.note else "")


def _shown(view: LifecycleView, name: str, offer: Offer) -> str:
    if offer.message is None:
        return ""
    pasted = paste_ready(offer.message, offer.known)
    return code(pasted) if len(pasted) <= PASTEABLE else f"see `examples/ui/{view.lifecycle}.{name}.json`"


def _to_know(view: LifecycleView, zone: Zone) -> list[str]:
    found = {name: in_local_time(view.facts[name], zone) for name in TO_KNOW if name in view.facts}
    related = [f"{name.replace('_', ' ')}: {code(value)}" for name, value in found.items()]
    known = [*related, f"dates are those of {name_of(zone)}"]
    return [*known, FACTS, WHO] if view.can_send or view.desk else known


def in_local_time(fact: str, zone: Zone) -> str:
    """Its instants are in UTC; people read those of the customer."""
    return INSTANT.sub(lambda found: local(datetime.fromisoformat(found[0]), zone), fact)


def plain(text: str) -> str:
    """Words that read as they were typed: nothing in them is Markdown, and they stay on their line."""
    on_one_line = " ↵ ".join(re.sub(r"\s+", " ", line) for line in text.splitlines())
    return AT_THE_START.sub(r"\g<before>\\\g<mark>", MEANS_SOMETHING.sub(r"\\\g<0>", on_one_line))


def code(text: str) -> str:
    """An id or JSON to copy, between more backticks than it has itself."""
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", text)), default=0))
    inner = " ".join(text.split("\n"))
    return f"{fence}{inner}{fence}" if len(fence) == 1 else f"{fence} {inner} {fence}"


def paste_ready(message: Message, known: Collection[str] = ()) -> str:
    """A message as one line of JSON, with a placeholder for whatever only people know."""
    return json.dumps(offered(message, known), ensure_ascii=False, separators=(",", ":"))
