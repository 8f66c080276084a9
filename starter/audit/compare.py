"""What may differ between the lists, the store and the workflow, each kind a small comparison. Pure."""

from collections.abc import Callable, Iterable
from typing import Any, Final

from domain.events import Event
from domain.lifecycles import KINDS
from domain.repair import Repair
from starter.answers.tools import Difference, Finding
from starter.audit.compare_mails import mails
from starter.audit.facts import columns, content, shown
from starter.audit.remedies import (
    AHEAD_REMEDY,
    FAILING_REMEDY,
    FROM_HISTORY,
    FROM_WORKFLOW,
    GO_ON,
    LACKING_REMEDY,
    LISTS_REMEDY,
    NO_ROW_REMEDY,
    OTHERS_REMEDY,
    RESET,
    START_AGAIN,
    TASK_REMEDY,
    UNTAKEN_REMEDY,
)
from starter.audit.restart import obstacle
from starter.audit.snapshot import COMPLETED, GONE, RUNNING, Snapshot
from workflows import attributes
from workflows.details import local

DEAD: Final = frozenset({"terminated", "failed", "timed_out", GONE})
"""Torn off in the middle: nothing runs it any more."""

OFTEN: Final = 10
"""Attempts after which a step that is not shown as failing is said to fail."""


def differences(snapshot: Snapshot) -> list[Finding]:
    """Everything that differs."""
    return [finding for compare in COMPARISONS if (finding := compare(snapshot)) is not None]


def strange_name(snapshot: Snapshot) -> Finding | None:
    """Nobody finds it under its id."""
    view, subject = snapshot.view, snapshot.subject
    if subject is None:
        told = "no id that Tenure gives, or of a workflow of another type: nobody finds it by it"
    elif view and (view.lifecycle, view.id) != subject:
        told = f"it is {view.lifecycle} {view.id}, which everybody looks for under another id"
    else:
        return None
    remedy = "not by this command: terminate it, and start it under an id such as order-SO-100001 if it is wanted"
    return snapshot.finding(Difference.STRANGE_NAME, told, remedy)


def no_answer(snapshot: Snapshot) -> Finding | None:
    """It runs, and nothing can be compared."""
    if snapshot.subject is None or snapshot.view or snapshot.status != RUNNING:
        return None
    return snapshot.finding(
        Difference.NO_ANSWER, snapshot.silent, "not by this command: start a worker (tenure up), look again"
    )


def not_running(snapshot: Snapshot) -> Finding | None:
    """Open in the store, and nothing runs it."""
    stored = snapshot.stored
    if stored is None or not stored.columns.open or snapshot.status == RUNNING:
        return None
    told = f"open in the store ({stored.columns.stage}), its workflow is {snapshot.status.replace('_', ' ')}"
    if snapshot.status == GONE and (expires := stored.view and stored.view.facts.get("expires_on")):
        told += f"; started again its days count anew (it was to expire on {expires}): extend it if that matters"
    found = snapshot.finding(Difference.NOT_RUNNING, told, _end_of(snapshot))
    return found.model_copy(update={"tell_again": _news(snapshot, 0)}) if _begins_anew(snapshot) else found


def repair_of(snapshot: Snapshot) -> Repair[Any]:
    """What may be done about one of its kind."""
    return KINDS[snapshot.subject.lifecycle].repair if snapshot.subject else Repair()


def _begins_anew(snapshot: Snapshot) -> bool:
    """Temporal lost it; one that goes on where the store has it has to be told nothing."""
    return snapshot.status == GONE and not repair_of(snapshot).goes_on


def _news(snapshot: Snapshot, after: int) -> tuple[str, ...]:
    """What people told it after that event, by whom and when, as the record has it."""
    news = snapshot.stored.news if snapshot.stored else ()
    return tuple(_in_words(event) for event in news if event.sequence > after)


def _in_words(event: Event) -> str:
    facts = ", ".join(f"{name}: {value}" for name, value in event.data.items() if name != "stage")
    return f"{event.type}{f' ({facts})' if facts else ''}, by {event.actor} at {local(event.occurred_at, 'UTC')}"


def _end_of(snapshot: Snapshot) -> str:
    if snapshot.status == COMPLETED:
        return FROM_HISTORY
    if snapshot.status not in DEAD:
        return "not by this command: look at it in the Web UI"
    if snapshot.status == GONE:
        again = START_AGAIN if _begins_anew(snapshot) else GO_ON
        return f"not by this command: {stands}" if (stands := obstacle(snapshot)) else again
    repair = repair_of(snapshot)
    if repair.give_up:
        closes = f"--repair closes it, as cancelled unless its record says how it ended{_who_hears(snapshot)}"
        return f"{closes}; if it should go on, {RESET} instead"
    only = f", for only {repair.ends_by} ends it" if repair.ends_by else ""
    return f"not by this command{only}: {RESET}"


def _who_hears(snapshot: Snapshot) -> str:
    state = snapshot.stored.state if snapshot.stored else None
    told = [news.to for news in repair_of(snapshot).tells(state)] if state else []
    return f", and tells {', '.join(told)}" if told else ""


def row(snapshot: Snapshot) -> Finding | None:
    """Columns and content of its row, against what the workflow says."""
    if snapshot.view is None:
        return None
    if snapshot.stored is None:
        lost = repair_of(snapshot).start is None
        told = f"the store does not know it; the workflow is {snapshot.view.stage}"
        return snapshot.finding(Difference.NO_ROW, told, NO_ROW_REMEDY if lost else FROM_HISTORY)
    facts = [*columns(snapshot.stored.columns, snapshot.view), *content(snapshot.stored.view, snapshot.view)]
    differing = dict.fromkeys(str(fact) for fact in facts if fact.differs)
    if not differing:
        return None
    told, remedy = "; ".join(differing), FROM_HISTORY if snapshot.status == COMPLETED else FROM_WORKFLOW
    if not ahead(snapshot):
        return snapshot.finding(Difference.STORE_BEHIND, told, remedy)
    found = snapshot.finding(Difference.STORE_BEHIND, told, AHEAD_REMEDY)
    return found.model_copy(update={"tell_again": _news(snapshot, snapshot.view.events)})


def ahead(snapshot: Snapshot) -> bool:
    """Has the store heard more than the workflow knows? So it is when Temporal was restored from an older backup."""
    return bool(snapshot.view and snapshot.stored and snapshot.stored.columns.sequence > snapshot.view.events)


def lists(snapshot: Snapshot) -> Finding | None:
    """Search attributes as lists have them; the workflow's own page may have them right all the same."""
    if snapshot.view is None or snapshot.status != RUNNING:
        return None
    if snapshot.listed is None:
        return snapshot.finding(Difference.ATTRIBUTES_BEHIND, "it runs, and no list shows it", LISTS_REMEDY)
    listed = snapshot.listed
    behind = [
        f"{update.key.name}: lists have {shown(listed.get(update.key))}, the workflow {shown(update.value)}"
        for update in attributes.changed(listed, snapshot.view)
    ]
    remedy = FROM_WORKFLOW if lags(snapshot) else LISTS_REMEDY
    return snapshot.finding(Difference.ATTRIBUTES_BEHIND, "; ".join(behind), remedy) if behind else None


def lags(snapshot: Snapshot) -> bool:
    """Did the workflow itself not say yet what it should? Then it does so when something happens to it."""
    return bool(snapshot.view and snapshot.own is not None and attributes.changed(snapshot.own, snapshot.view))


def events(snapshot: Snapshot) -> Finding | None:
    """A run that was Reset may have left more than it knows; never less."""
    if snapshot.view is None or snapshot.stored is None:
        return None
    missing = [number for number in range(1, snapshot.view.events + 1) if number not in snapshot.stored.events]
    if not missing:
        return None
    named = ", ".join(map(str, missing[:5])) + (", …" if missing[5:] else "")
    told = f"{len(missing)} of {snapshot.view.events} events are missing from the store's record: {named}"
    return snapshot.finding(Difference.EVENTS_MISSING, told, FROM_HISTORY)


def tasks(snapshot: Snapshot) -> Finding | None:
    """What people still have to do."""
    if snapshot.view is None or snapshot.stored is None:
        return None
    wanted = {task.key for task in snapshot.view.tasks if task.closed_at is None}
    told = [f"{key}: open in the workflow, not in the store" for key in sorted(wanted - snapshot.stored.tasks)]
    told += [f"{key}: open in the store, not in the workflow" for key in sorted(snapshot.stored.tasks - wanted)]
    return snapshot.finding(Difference.TASKS_DIFFER, "; ".join(told), FROM_HISTORY) if told else None


def in_vain(snapshot: Snapshot) -> Finding | None:
    """It does not go on without the news of another lifecycle, which is over and should have told it."""
    other = repair_of(snapshot).waits_for(snapshot.view) if snapshot.view else None
    if other is None or snapshot.awaited_stage not in KINDS[other[0]].closed:
        return None
    told = f"it waits for {other[0]} {other[1]}, which is {snapshot.awaited_stage}"
    return snapshot.finding(Difference.WAITS_IN_VAIN, told, f"--repair tells it what became of the {other[0]}")


def lacking(snapshot: Snapshot) -> Finding | None:
    """People and forms that mails are written from."""
    if snapshot.view is None or snapshot.stored is None or snapshot.status != RUNNING:
        return None
    lacks = snapshot.stored.lacks
    told = f"the store does not have {', '.join(each.replace('_', ' ') for each in lacks)}"
    return snapshot.finding(Difference.LACKING, told, LACKING_REMEDY) if lacks else None


def losses(snapshot: Snapshot) -> Finding | None:
    """What cannot be undone: each step that was taken, or spared something, is kept by itself."""
    stored = snapshot.stored
    if stored is None or stored.state is None:
        return None
    whose = stored.state.lifecycle
    if (decided := KINDS[whose].repair.decided) is None:
        return None
    said = decided(stored.state)
    told = [f"{step}: taken by the {whose}, not kept in the store" for step in sorted(said - stored.losses)]
    told += [f"{step}: kept in the store, not taken by the {whose}" for step in sorted(stored.losses - said)]
    remedy = FROM_HISTORY if said - stored.losses else UNTAKEN_REMEDY
    return snapshot.finding(Difference.LOSSES_DIFFER, "; ".join(told), remedy) if told else None


def people(snapshot: Snapshot) -> Finding | None:
    """As the store has them, against what the workflow was told; who was erased is not there, and stays so."""
    if snapshot.stored is None or not snapshot.stored.others:
        return None
    roles = ", ".join(each.replace("_", " ") for each in snapshot.stored.others)
    return snapshot.finding(Difference.PEOPLE_DIFFER, f"the store has others than it was told: {roles}", OTHERS_REMEDY)


def step_failing(snapshot: Snapshot) -> Finding | None:
    """As the workflow shows it, or else as Temporal counts it."""
    failing = snapshot.view.failing if snapshot.view else ()
    told = [f"{each.step} since {local(each.since, 'UTC')}: {each.reason}" for each in failing]
    if not failing:
        often = [each for each in snapshot.retried if each.attempts >= OFTEN]
        told = [f"{each.step}, {each.attempts} attempts, the last ended by {each.failure}" for each in often]
    return snapshot.finding(Difference.STEP_FAILING, "; ".join(told), FAILING_REMEDY) if told else None


def task_failing(snapshot: Snapshot) -> Finding | None:
    """Temporal's own word."""
    if not snapshot.problems or snapshot.subject is None or snapshot.status != RUNNING:
        return None
    return snapshot.finding(Difference.TASK_FAILING, f"Temporal reports {', '.join(snapshot.problems)}", TASK_REMEDY)


COMPARISONS: Final[tuple[Callable[[Snapshot], Finding | None], ...]] = (
    strange_name,
    no_answer,
    not_running,
    row,
    lists,
    events,
    tasks,
    mails,
    in_vain,
    lacking,
    losses,
    people,
    step_failing,
    task_failing,
)


def kinds(findings: Iterable[Finding]) -> frozenset[Difference]:
    """Which there are."""
    return frozenset(finding.difference for finding in findings)
