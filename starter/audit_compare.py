"""What may differ between the store, the lists and the workflow, each kind a small comparison. Pure."""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import Final, NamedTuple

from activities.ports import RecordedMail
from domain.life import PostedMail
from domain.mails import Lifecycle, MailState
from domain.order.states import Stage
from domain.view import LifeView
from starter.audit_seen import COMPLETED, GONE, RUNNING, Seen
from starter.tool_answers import Difference, Finding
from workflows import attributes

DEAD: Final = frozenset({"terminated", "failed", "timed_out", GONE})
"""Torn off in the middle: nobody lives it any more."""

OVER: Final = frozenset({Stage.COMPLETED, Stage.CANCELLED, Stage.REJECTED})
"""Of a renewal order: its subscription should have heard of it."""

JUST_NOW: Final = timedelta(minutes=1)
"""So long a story may not know yet what the ledger knows: a send's time-out and the pause before it is tried again."""

UNDER_WAY: Final = frozenset({MailState.PENDING, MailState.DATA})

RESET: Final = "bring it back with Reset to its last workflow task (a developer does that; see the operator's guide)"
FROM_HISTORY: Final = "--repair writes it anew from the workflow's own history"
FROM_STORY: Final = "--repair lets the workflow write itself down anew"

NO_ROW_REMEDY: Final = (
    "not by this command: restore the store from its backup; or have a developer Reset the workflow to its first "
    "workflow task: it takes its number anew and tells everything again, and mails the ledger knows do not go out twice"
)

LISTS_REMEDY: Final = (
    "not by this command: the workflow has it right and the server did not take it over into its lists. It does with "
    "the next change of stage, due date or attention (hold, then resume, is such a change unless attention is set "
    "already), or when those who run the server refresh the workflow's tasks (tdbg workflow refresh-tasks)"
)


class _Fact(NamedTuple):
    """One thing two sides tell."""

    name: str
    store: object
    workflow: object

    def __str__(self) -> str:
        return f"{self.name}: the store has {_shown(self.store)}, the workflow {_shown(self.workflow)}"


def differences(seen: Seen) -> list[Finding]:
    """Everything that differs."""
    return [finding for compare in COMPARISONS if (finding := compare(seen)) is not None]


def strange_name(seen: Seen) -> Finding | None:
    """Nobody finds it under its id."""
    view, subject = seen.view, seen.subject
    if subject is None:
        told = "no id that Tenure gives, or of a workflow of another type: nobody finds it by it"
    elif view and (view.lifecycle, view.id) != subject:
        told = f"it is {view.lifecycle} {view.id}, which everybody looks for under another id"
    else:
        return None
    remedy = "not by this command: terminate it, and start it under an id such as order-SO-100001 if it is wanted"
    return _finding(seen, Difference.STRANGE_NAME, told, remedy)


def no_answer(seen: Seen) -> Finding | None:
    """It runs, and nothing can be compared."""
    if seen.subject is None or seen.view or seen.status != RUNNING:
        return None
    return _finding(
        seen, Difference.NO_ANSWER, seen.silent, "not by this command: start a worker (tenure up), look again"
    )


def not_running(seen: Seen) -> Finding | None:
    """Open in the store, and nobody lives it."""
    if seen.stored is None or not seen.stored.columns.open or seen.status == RUNNING:
        return None
    told = f"open in the store ({seen.stored.columns.stage}), its workflow is {seen.status.replace('_', ' ')}"
    return _finding(seen, Difference.NOT_RUNNING, told, _end_of(seen))


def _end_of(seen: Seen) -> str:
    lifecycle = seen.subject.lifecycle if seen.subject else None
    if seen.status == COMPLETED:
        return FROM_HISTORY
    if seen.status not in DEAD:
        return "not by this command: look at it in the Web UI"
    if lifecycle in {Lifecycle.ORDER, Lifecycle.TRIAL}:
        keep = "" if seen.status == GONE else f"; if it should go on, {RESET} instead"
        return f"--repair closes it, as cancelled unless its record says how it ended{_who_hears(seen)}{keep}"
    if seen.status == GONE:
        return "not by this command: its history is gone too; a developer can start it anew from its row"
    proper = "the update terminate" if lifecycle is Lifecycle.SUBSCRIPTION else "its return"
    return f"not by this command, for only {proper} ends it: {RESET}"


def _who_hears(seen: Seen) -> str:
    kind = seen.stored.columns.kind if seen.stored else ""
    if kind == "order.renewal":
        return ", and tells its subscription"
    return ", and calls its devices back" if kind.startswith(Lifecycle.TRIAL) else ""


def row(seen: Seen) -> Finding | None:
    """Columns and content of its row, against what the workflow says."""
    if seen.view is None:
        return None
    if seen.stored is None:
        lost = seen.subject is not None and seen.subject.lifecycle in {Lifecycle.ORDER, Lifecycle.TRIAL}
        told = f"the store does not know it; the workflow is {seen.view.stage}"
        return _finding(seen, Difference.NO_ROW, told, NO_ROW_REMEDY if lost else FROM_HISTORY)
    facts = [*_columns(seen), *_content(seen.stored.told, seen.view)]
    differing = dict.fromkeys(str(fact) for fact in facts if fact.store != fact.workflow)
    if not differing:
        return None
    remedy = FROM_HISTORY if seen.status == COMPLETED else FROM_STORY
    if seen.stored.columns.sequence > seen.view.events:
        remedy = (
            "the store has heard more than the workflow knows (was Temporal restored from a backup?): ask a developer"
        )
    return _finding(seen, Difference.STORE_BEHIND, "; ".join(differing), remedy)


def _columns(seen: Seen) -> Iterator[_Fact]:
    if seen.stored and (view := seen.view):
        has = seen.stored.columns
        yield _Fact("stage", has.stage, view.stage)
        yield _Fact("kind", has.kind, view.kind)
        yield _Fact("customer", has.customer_id, view.customer_id)
        yield _Fact("partner", has.partner_id, view.partner_id)
        yield _Fact("attention", has.attention, view.attention)
        yield _Fact("next deadline", has.next_deadline, view.deadlines[0].at if view.deadlines else None)
        yield _Fact("last event", has.sequence, view.events)


def _content(has: LifeView | None, view: LifeView) -> Iterator[_Fact]:
    if has is None:
        yield _Fact("its content", "something this release cannot read", "its own")
        return
    yield _Fact("stage", has.stage, view.stage)
    yield _Fact("kind", has.kind, view.kind)
    yield _Fact("customer", has.customer_id, view.customer_id)
    yield _Fact("partner", has.partner_id, view.partner_id)
    yield _Fact("attention", has.attention, view.attention)
    yield _Fact("last event", has.events, view.events)
    yield _Fact("held by an operator", has.held_by_operator, view.held_by_operator)
    yield _Fact("targets missed", ", ".join(has.jeopardy), ", ".join(view.jeopardy))
    known, wanted = ({each.name: each.at for each in side.deadlines} for side in (has, view))
    yield from (_Fact(f"due {name}", known.get(name), wanted.get(name)) for name in dict.fromkeys([*known, *wanted]))
    names = dict.fromkeys([*has.facts, *view.facts])
    yield from (_Fact(name.replace("_", " "), has.facts.get(name), view.facts.get(name)) for name in names)


def lists(seen: Seen) -> Finding | None:
    """Search attributes as lists have them; the workflow's own page may have them right all the same."""
    if seen.view is None or seen.status != RUNNING:
        return None
    if seen.listed is None:
        return _finding(seen, Difference.ATTRIBUTES_BEHIND, "it runs, and no list shows it", LISTS_REMEDY)
    shown = seen.listed
    behind = [
        f"{update.key.name}: lists have {_shown(shown.get(update.key))}, the workflow {_shown(update.value)}"
        for update in attributes.changed(shown, seen.view)
    ]
    remedy = FROM_STORY if lags(seen) else LISTS_REMEDY
    return _finding(seen, Difference.ATTRIBUTES_BEHIND, "; ".join(behind), remedy) if behind else None


def lags(seen: Seen) -> bool:
    """Did the workflow itself not say yet what it should? Then it does so when something happens to it."""
    return bool(seen.view and seen.own is not None and attributes.changed(seen.own, seen.view))


def events(seen: Seen) -> Finding | None:
    """A run that was Reset may have left more than it knows; never less."""
    if seen.view is None or seen.stored is None:
        return None
    missing = [number for number in range(1, seen.view.events + 1) if number not in seen.stored.events]
    if not missing:
        return None
    named = ", ".join(map(str, missing[:5])) + (", …" if missing[5:] else "")
    told = f"{len(missing)} of {seen.view.events} events are missing from the store's record: {named}"
    return _finding(seen, Difference.EVENTS_MISSING, told, FROM_HISTORY)


def tasks(seen: Seen) -> Finding | None:
    """What people still have to do."""
    if seen.view is None or seen.stored is None:
        return None
    wanted = {task.key for task in seen.view.tasks if task.closed_at is None}
    told = [f"{key}: open in the workflow, not in the store" for key in sorted(wanted - seen.stored.tasks)]
    told += [f"{key}: open in the store, not in the workflow" for key in sorted(seen.stored.tasks - wanted)]
    return _finding(seen, Difference.TASKS_DIFFER, "; ".join(told), FROM_HISTORY) if told else None


def mails(seen: Seen) -> Finding | None:
    """What became of each mail: a story may know it a moment after the ledger does."""
    if seen.view is None or seen.stored is None:
        return None
    ledger = seen.stored.mails
    differing = [mail for mail in seen.view.mails if not _agree(seen, mail, ledger.get(mail.key))]
    if not differing:
        return None
    told = [f"{mail.key}: {mail.state} in the workflow, {_fate(ledger.get(mail.key))}" for mail in differing]
    remedies = dict.fromkeys(_mail_remedy(mail, ledger.get(mail.key)) for mail in differing)
    return _finding(seen, Difference.MAILS_DIFFER, "; ".join(told), "; ".join(remedies))


def _agree(seen: Seen, mail: PostedMail, known: RecordedMail | None) -> bool:
    if mail.state is not MailState.PENDING:
        return known is not None and known.state is mail.state
    if known is None or known.state in UNDER_WAY:
        return True
    return known.settled_at is not None and seen.at - known.settled_at < JUST_NOW


def _fate(known: RecordedMail | None) -> str:
    return f"{known.state} in the ledger" if known else "not in the ledger"


def _mail_remedy(mail: PostedMail, known: RecordedMail | None) -> str:
    if ledger_lags(mail, known):
        return "--repair writes into the ledger what the workflow knows, so that the mail never goes out twice"
    if mail.state is MailState.PENDING:
        return "not by this command: the workflow hears of it from the worker for mail; is one running?"
    return "not by this command: find out what became of the mail, then ask a developer"


def ledger_lags(mail: PostedMail, known: RecordedMail | None) -> bool:
    """Does the workflow know the end of a mail, and the ledger not? So it is after a restored backup."""
    if mail.state in UNDER_WAY:
        return False
    found = known is not None and known.state is MailState.UNKNOWN and mail.state is MailState.SENT
    return known is None or known.state in UNDER_WAY or found


def in_vain(seen: Seen) -> Finding | None:
    """A subscription takes no other renewal order while it waits for one, and cannot be terminated."""
    if seen.view is None or seen.renewal not in OVER:
        return None
    told = f"it waits for renewal order {seen.view.facts['renewal_order']}, which is {seen.renewal}"
    return _finding(seen, Difference.WAITS_IN_VAIN, told, "--repair tells it what became of the order")


COMPARISONS: Final[tuple[Callable[[Seen], Finding | None], ...]] = (
    strange_name,
    no_answer,
    not_running,
    row,
    lists,
    events,
    tasks,
    mails,
    in_vain,
)


def kinds(findings: Iterable[Finding]) -> frozenset[Difference]:
    """Which there are."""
    return frozenset(finding.difference for finding in findings)


def _finding(seen: Seen, difference: Difference, told: str, remedy: str) -> Finding:
    return Finding(workflow_id=seen.workflow_id, difference=difference, told=told, remedy=remedy)


def _shown(value: object) -> str:
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
