"""The parts of our pages that are written from the code: `python -m tools.generated --write` brings them up to date.

A block stands between `<!-- generated: NAME -->` and `<!-- end -->`. A test fails when a page and the code differ.
"""

import copy
import json
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from enum import Enum
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from temporalio import workflow

from domain.case.mails import CaseMail
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, mail_kinds
from domain.mails import MailKind, Role
from domain.operator_updates import OPERATOR_EXAMPLES
from domain.order import examples as order_examples
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.order.view import awaiting
from domain.view import can_send
from domain.wholesale.mails import PARTNER
from starter.console.command_lines import example_of
from starter.console.exits import MEANING
from tools import hub_tables
from tools.docstrings import attribute_docs, cited, meaning
from tools.markdown import rewritten, table
from tools.policy_tables import policy
from tools.schemas import classes
from workflows import attributes

ROOT: Final = Path(__file__).resolve().parent.parent

PAGES: Final = (
    "README.md",
    "docs/cases.md",
    "docs/command-line.md",
    "docs/hub.md",
    "docs/lifecycles.md",
    "docs/mails.md",
    "docs/options.md",
    "docs/orders.md",
    "docs/screening.md",
    "docs/web-ui.md",
    "docs/wholesale.md",
)

NOON: Final = datetime(2026, 6, 1, 3, tzinfo=UTC)
"""Some instant: what the blocks say does not depend on it."""


class NoSuchBlock(Exception):
    """A page asks for a block nobody writes."""


# Pages.


def block(name: str) -> str:
    """One block's text."""
    kind, _, of = name.partition(" ")
    if kind not in WRITERS:
        raise NoSuchBlock(f"{name}: known are {', '.join(WRITERS)}")
    return WRITERS[kind](*([of] if of else []))


def stale(root: Path = ROOT) -> dict[Path, str]:
    """Pages that differ from the code, and what they should be."""
    found = {root / name: (root / name).read_text(encoding="utf-8") for name in PAGES}
    wanted = {path: rewritten(text, block) for path, text in found.items()}
    return {path: text for path, text in wanted.items() if found[path] != text}


def main(words: Sequence[str]) -> int:
    """1 if a page was not up to date and nobody asked to write it."""
    found = stale()
    for path, text in found.items():
        if "--write" in words:
            path.write_text(text, encoding="utf-8")
        sys.stdout.write(f"{path.relative_to(ROOT)} {'written' if '--write' in words else 'is not up to date'}\n")
    return 1 if found and "--write" not in words else 0


# Lifecycles.

Moves = Mapping[tuple[Enum, Enum], list[str]]


def lifecycles() -> str:
    """Every lifecycle as a state diagram."""
    return "\n\n".join(_diagram(lifecycle, *_moves(lifecycle)) for lifecycle in KINDS)


def _moves(lifecycle: Lifecycle) -> tuple[Moves, frozenset[Enum]]:
    """What leads where, by which events; and the stages in which nothing is to come."""
    found: dict[tuple[Enum, Enum], list[str]] = defaultdict(list)
    states = KINDS[lifecycle].state.table
    for (start, event), end in states.next.items():
        found[start, end].append(event.partition(".")[2].replace("_", " "))
    return found, states.closed


def _diagram(lifecycle: Lifecycle, moves: Moves, closed: frozenset[Enum]) -> str:
    stages = type(next(iter(moves))[0])
    lines = [f'    state "{stage.value}" as {stage.name}' for stage in stages]
    lines += [f"    [*] --> {next(iter(stages)).name}"]
    lines += [f"    {start.name} --> {end.name}: {', '.join(labels)}" for (start, end), labels in moves.items()]
    lines += [f"    {stage.name} --> [*]" for stage in stages if stage in closed]
    return "\n".join([f"**{str(lifecycle).capitalize()}**", "", "```mermaid", "stateDiagram-v2", *lines, "```"])


# Mails.


def mails() -> str:
    """Every mail: its template, its reader, when and why."""
    docs = {name: said for kind in KINDS.values() for name, said in attribute_docs(kind.state.mail_kinds).items()}
    rows = [
        (f"`{kind}`", _reader(kind), meaning(docs.get(kind.name, "")), cited(docs.get(kind.name, "")) or kind.rule)
        for kind in mail_kinds()
    ]
    return table(("mail", "to", "when and why", "rules"), rows)


READERS: Final[dict[str, str]] = {
    Role.FACING_PARTNER: "partner who faces the customer",
    Role.ORDERING_PARTNER: "Tier-1 that ordered",
    Role.FORM_PARTNER: "partner contact of the Provisioning form",
    Role.SITE_ADMINISTRATOR: "site administrator of the Provisioning form",
    Role.GRADUATION_COPY: "address in the Graduation form",
    Role.RENEWAL_CONTACT: "renewal contact of the Graduation form",
    PARTNER: "contact at the service provider",
}
"""Whom people know by another name than the code."""

CHOSEN: Final[Mapping[MailKind, str]] = {
    CaseMail.SLA_WARNING: "agent, else duty manager",
    CaseMail.SLA_STARTED_LATE: "duty manager if something is breached, else agent",
    CaseMail.STATUS_WANTED: "agent, else duty manager",
}
"""One reader, who depends on how the case stands."""


def _reader(kind: MailKind) -> str:
    if kind in CHOSEN:
        return CHOSEN[kind]
    if kind.reader is None:
        return "several, each by a mail of their own"
    return READERS.get(kind.reader, kind.reader.replace("_", " "))


# The command line and the Web UI.


def exits() -> str:
    """The exit codes of every command."""
    return table(("code", "meaning"), [(str(code.value), said) for code, said in MEANING.items()])


def commands() -> str:
    """Every command with the first sentences of its help; what several lifecycles have stands once."""
    from starter.__main__ import commands as all_commands

    groups: dict[tuple[str, str], list[str]] = defaultdict(list)
    for group, name, help_ in _commands(all_commands()):
        groups[name, help_].append(group)
    rows = [(f"`{' '.join(['tenure', *_named(of), name])}`", said) for (name, said), of in groups.items()]
    return table(("command", "what it does"), rows)


def _named(groups: list[str]) -> list[str]:
    """`order/trial`; in brackets if the command also does without."""
    named = "/".join(filter(None, groups))
    return [] if not named else [f"[{named}]" if "" in groups else named]


def _commands(command: Any, group: str = "") -> Iterator[tuple[str, str, str]]:
    for name, each in command.commands.items():
        if hasattr(each, "commands"):
            yield from _commands(each, name)
        elif not each.hidden:
            yield group, name, " ".join((each.help or "").partition("\n\n")[0].split()).replace("<", "&lt;")


LOOKED_FOR: Final = {
    attributes.STAGE.name: ("TenureStage = 'held'", "where it stands"),
    attributes.KIND.name: ("TenureKind = 'order.renewal'", "order.new, order.renewal, subscription, …"),
    attributes.CUSTOMER.name: ("TenureCustomer = 'akasaka'", "the customer's id"),
    attributes.PARTNER.name: ("TenurePartner = 'hikari'", "the id of the partner who faces the customer"),
    attributes.AWAITING.name: ("TenureAwaiting = 'clear_compliance'", "the updates it waits for"),
    attributes.WAITS_FOR.name: (
        "TenureWaitsFor = 'partner' AND ExecutionStatus = 'Running'",
        "who owes it something now: customer, partner, vendor or operations",
    ),
    attributes.JEOPARDY.name: (
        "TenureJeopardy = true AND ExecutionStatus = 'Running'",
        "a guide or a target was missed",
    ),
    attributes.DUE.name: ("TenureDue < '2027-01-01T00:00:00Z'", "its next deadline"),
    attributes.ATTENTION.name: (
        "TenureAttention = true AND ExecutionStatus = 'Running'",
        "somebody should look: late, suspended, held, a mail in doubt or refused, a step that keeps failing",
    ),
}
"""One list an operator wants, by search attribute."""


def search() -> str:
    """Every search attribute with a list to open."""
    rows = [(f"`{key.name}`", LOOKED_FOR[key.name][1], _link(LOOKED_FOR[key.name][0])) for key in attributes.ALL]
    return table(("attribute", "says", "a list to open"), rows)


def _link(query: str) -> str:
    return f"[{query}](http://127.0.0.1:8233/namespaces/default/workflows?query={quote(query)})"


# An order, stage by stage.


def stages() -> str:
    """What an order waits for at each stage, and what may be sent."""
    seen = {state.stage: state for state in _a_life()}
    rows = [
        (
            f"`{stage}`",
            _waits(state),
            ", ".join(f"`{name}`" for name in can_send(state, awaiting(state))),
        )
        for stage, state in seen.items()
    ]
    return table(("stage", "waits for", "what can be sent"), rows)


def _waits(state: OrderState) -> str:
    who = {f"partner {state.facing_partner_id}": "the partner who faces the customer"}
    return (
        "; ".join(f"{each.what}, from {who.get(each.from_whom, f'the {each.from_whom}')}" for each in awaiting(state))
        or "–"
    )


def _a_life() -> Iterator[OrderState]:
    """A new order with ports, told everything it waits for, stage by stage."""
    given = json.loads((ROOT / "examples/order.json").read_text(encoding="utf-8"))
    given["items"].append({"part_number": "A-PORTS", "offering": "port", "quantity": 50})
    said: Mapping[str, Any] = order_examples.EXAMPLES
    state = OrderState.placed(PlaceOrder.model_validate(given), NOON)
    yield copy.deepcopy(state)
    state.hold_for_compliance(NOON, NOON, None)
    yield copy.deepcopy(state)
    state.accept_terms(said["accept_terms"], NOON)
    state.clear_compliance(said["clear_compliance"], NOON)
    yield copy.deepcopy(state)
    state.submit_provisioning_form(said["submit_provisioning_form"], NOON)
    yield copy.deepcopy(state)
    state.report_site_built(said["report_site_built"], NOON)
    yield copy.deepcopy(state)
    state.graduate(said["graduate"], NOON)
    yield copy.deepcopy(state)


def messages(of: str) -> str:
    """The updates of a lifecycle, or of the desk, which every lifecycle takes: their command and JSON to paste. Those
    of the desk are shown as the first lifecycle has them."""
    updates = {name: said for each in reversed(_classes(of)) for name, said in sorted(_updates(each).items())}
    mine = {name: said for name, said in updates.items() if (name in OPERATOR_EXAMPLES) is (of == DESK)}
    return "\n\n".join(_message(of, name, description) for name, description in mine.items())


def _classes(of: str) -> list[type]:
    """The workflow of one lifecycle; all of them take the desk's verbs."""
    return [each for lifecycle, each in classes().items() if of in {lifecycle, DESK}]


def _updates(workflow_class: type) -> dict[str, str]:
    """Name and description, as the Web UI shows them."""
    found = workflow._Definition.must_from_class(workflow_class).updates
    return {str(name): update.description or "" for name, update in found.items()}


def _message(of: str, name: str, description: str) -> str:
    text, _, example = description.partition(" Example: ")
    command = f"```\n{example_of(KINDS[Lifecycle(of)], name)}\n```\n" if of != DESK else ""
    if example.startswith("examples/"):
        return f"**`{name}`** – {text}\n\n{command}JSON to paste: [{example}](../{example})"
    return f"**`{name}`** – {text}\n\n{command}```json\n{example}\n```"


DESK: Final = "desk"


def hub(of: str) -> str:
    """A table of the Partner Hub: `rights`, `sections`, or what a group of numbers means."""
    tables = {"rights": hub_tables.rights, "sections": hub_tables.sections}
    return table(*(tables[of]() if of in tables else hub_tables.numbers(of)))


WRITERS: Final[Mapping[str, Callable[..., str]]] = {
    writer.__name__: writer for writer in (lifecycles, policy, mails, commands, exits, search, stages, messages, hub)
}
"""By the first word of a block's name."""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
