"""Records how stories run: `python -m tests.recorder [SCENARIO …]`. What is recorded once is replayed for ever.

What people do is recorded on a plain dev server, in real time; what takes a trial months, on the time-skipping test
server. Files are only ever added: a changed story is recorded under another `--release`.
"""

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from temporalio.client import WorkflowHistory

from tests import (
    calendar_scenarios,
    case_scenarios,
    compliance_scenarios,
    hub_scenarios,
    option_scenarios,
    scenarios,
    trial_scenarios,
    wholesale_scenarios,
)
from tests.histories.plain_text import told
from tests.support.arguments import asked_as_text
from tests.support.embedded import SIGNED, Embedded, embedded
from tests.support.environment import Handle, Recordings
from tests.support.time_skipping import TimeSkipping, time_skipping

HISTORIES: Final = Path(__file__).parent / "histories"
MANIFEST: Final = HISTORIES / "MANIFEST.sha256"
WITHIN: Final = 600
"""Seconds that all scenarios may take together: one that waits for ever is found, and a slow machine is no fault."""

AT_ONCE: Final = 6
"""Scenarios: more would only wait for each other, and what waits may take another course."""


def named(*played: Callable[[Any], Awaitable[Recordings]]) -> dict[str, Any]:
    return {scenario.__name__: scenario for scenario in played}


SCENARIOS: Final[dict[str, Callable[[Embedded], Awaitable[Recordings]]]] = named(
    scenarios.held,
    scenarios.held_with_terms,
    scenarios.cancelled_before_shipping,
    scenarios.rejected,
    scenarios.completed,
    scenarios.mail_in_doubt,
    scenarios.renewed,
    scenarios.suspended_and_lifted,
    scenarios.suspended_twice,
    scenarios.terminated,
    scenarios.renewed_elsewhere,
    scenarios.many_notes,
    scenarios.starts_refused,
    trial_scenarios.consented,
    trial_scenarios.asked_both,
    trial_scenarios.declined_and_withdrawn,
    trial_scenarios.tried_elsewhere,
    trial_scenarios.changed_and_converted,
    trial_scenarios.converted_by_a_new_order,
    trial_scenarios.cancelled_with_a_device,
    option_scenarios.options,
    case_scenarios.worked_on,
    case_scenarios.found_late,
    case_scenarios.solved_twice,
    case_scenarios.changed,
    wholesale_scenarios.provisioned,
    wholesale_scenarios.nothing_provisioned,
    wholesale_scenarios.used,
    wholesale_scenarios.screened_again,
    wholesale_scenarios.moved,
    wholesale_scenarios.refused,
    scenarios.mail_sent_again,
    trial_scenarios.asked_again,
)
"""In real time. Each plays, and says which workflows to record under which names."""

LONG: Final[dict[str, Callable[[TimeSkipping], Awaitable[Handle]]]] = {
    "order_service_ready": calendar_scenarios.service_ready,
    "order_steps_fail": calendar_scenarios.steps_fail,
    "trial_consent_lapsed": calendar_scenarios.consent_lapses,
    "trial_lost_with_numbers": calendar_scenarios.lost_with_numbers,
    "trial_add_on_lost": calendar_scenarios.add_on_lost,
    "trial_held_across_the_end_of_grace": calendar_scenarios.held_across_the_end_of_grace,
    "trial_lost": calendar_scenarios.lost_without_calling,
    "trial_converted_in_grace": calendar_scenarios.converted_in_grace,
    "trial_converted_when_its_order_ships": calendar_scenarios.converted_when_its_order_ships,
    "trial_saved_by_the_last_look": calendar_scenarios.saved_by_the_last_look,
    "trial_dates_recomputed": calendar_scenarios.dates_recomputed,
    "device_overdue": calendar_scenarios.device_overdue,
    "option_expected_in_vain": option_scenarios.expected_in_vain,
    "case_closes_by_itself": case_scenarios.closes_by_itself,
    "case_missed": case_scenarios.missed,
    "case_in_hours_of_service": case_scenarios.in_hours_of_service,
    "wholesale_unresolved": compliance_scenarios.unresolved,
    "wholesale_late": compliance_scenarios.late,
    "wholesale_held_between_two_steps": compliance_scenarios.held_between_two_steps,
    "wholesale_user_given_up": compliance_scenarios.user_given_up,
    "compliance_never_answered": compliance_scenarios.never_answered,
    "compliance_replied_in_vain": compliance_scenarios.replied_in_vain,
    "compliance_saved_by_the_last_look": compliance_scenarios.saved_by_the_last_look,
    "compliance_held_across_its_end": compliance_scenarios.held_across_its_end,
    "compliance_approved_in_time": compliance_scenarios.approved_in_time,
    "compliance_approved_too_late": compliance_scenarios.approved_too_late,
    "compliance_screened_late": compliance_scenarios.screened_late,
    "hub_week_two_missed": hub_scenarios.two_missed_weeks,
}
"""With skipped time, each on a server of its own, under the name of its one recording."""

IN_ANY_ORDER: Final = {
    "order_mail_in_doubt",
    "order_many_notes_2",
    "subscription_suspended_and_lifted_1",
    "trial_asks_for_consent",
    "trial_cancelled",
    "trial_converted_by_a_new_order",
    "wholesale_screened_again",
    "wholesale_moved",
    "compliance_superseded",
    "compliance_carried",
    "compliance_carried_on",
}
"""Recordings with several activities, or workflows, under way at one time, or with a message that may come with the
first task of a new run: they replay, but are not the same text each time."""


async def recorded(*names: str) -> dict[str, WorkflowHistory]:
    """Play scenarios in real time, a few at once; the histories by name of recording."""
    stages = asyncio.Semaphore(AT_ONCE)

    async def played_alone(env: Embedded, name: str) -> Recordings:
        async with stages:
            return await SCENARIOS[name](env)

    async with embedded(scenarios.LOWERED) as env:
        async with asyncio.timeout(WITHIN):
            played = await asyncio.gather(*(played_alone(env, name) for name in names))
        return {name: history for recordings in played for name, history in (await histories_of(recordings)).items()}


async def recorded_with_skipped_time(name: str) -> WorkflowHistory:
    """Play one scenario of months on a server of its own."""
    with tempfile.TemporaryDirectory() as directory:
        async with time_skipping(Path(directory), identity=SIGNED) as env:
            history = await (await LONG[name](env)).fetch_history()
            started = history.events[0].workflow_execution_started_event_attributes
            started.workflow_id = history.workflow_id  # this server leaves it out
            return history


async def histories_of(recordings: Recordings) -> dict[str, WorkflowHistory]:
    return {name: await handle.fetch_history() for name, handle in recordings.items()}


async def all_recorded(names: Iterable[str]) -> dict[str, WorkflowHistory]:
    """Both kinds."""
    found = await recorded(*(name for name in names if name in SCENARIOS))
    return found | {name: await recorded_with_skipped_time(name) for name in names if name in LONG}


def read(path: Path) -> WorkflowHistory:
    """A recording; the workflow's id stands in its first event."""
    unnamed = WorkflowHistory.from_json("", path.read_text(encoding="utf-8"))
    return WorkflowHistory(unnamed.events[0].workflow_execution_started_event_attributes.workflow_id, unnamed.events)


def listed() -> dict[Path, str]:
    """What the manifest lists, oldest first: file and hash."""
    lines = MANIFEST.read_text(encoding="utf-8").splitlines() if MANIFEST.exists() else []
    return {HISTORIES / name: digest for digest, name in (line.split("  ", 1) for line in lines)}


def keep(release: str, histories: dict[str, WorkflowHistory]) -> Iterable[Path]:
    """Write what is new and list it, with its text beside it; what is there stays as it is."""
    for name, history in sorted(histories.items()):
        path = HISTORIES / release / f"{name}.json"
        if path.exists():
            continue
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(written(history), encoding="utf-8")
        path.with_suffix(".txt").write_text(told(history), encoding="utf-8")
        path.with_suffix(".asked.txt").write_text(asyncio.run(asked_as_text(history)), encoding="utf-8")
        with MANIFEST.open("a", encoding="utf-8") as manifest:
            manifest.write(f"{digest(path)}  {path.relative_to(HISTORIES)}\n")
        yield path


def written(history: WorkflowHistory) -> str:
    """JSON, one event a line; no stack traces, which tell of files on somebody's disk."""
    events = without("stackTrace", history.to_json_dict()["events"])
    return '{"events": [\n' + ",\n".join(json.dumps(event, ensure_ascii=False) for event in events) + "\n]}\n"


def without(key: str, told: Any) -> Any:
    match told:
        case dict():
            return {name: without(key, inner) for name, inner in told.items() if name != key}
        case list():
            return [without(key, inner) for inner in told]
        case _:
            return told


def digest(path: Path) -> str:
    """SHA-256, as `sha256sum` writes it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Record the scenarios named, or all of them."""
    known = [*SCENARIOS, *LONG]
    parser = argparse.ArgumentParser(prog="python -m tests.recorder", description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(known)}; all, if none")
    parser.add_argument("--release", default=version("tenure"), help="the directory to add them to")
    given = parser.parse_args()
    if unknown := set(given.scenarios) - set(known):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    histories = asyncio.run(all_recorded(given.scenarios or known))
    added = list(keep(given.release, histories))
    sys.stdout.writelines(f"recorded {path.relative_to(HISTORIES)}\n" for path in added)
    left = len(histories) - len(added)
    if left:
        sys.stdout.write(f"{left} were there already and stay: record a changed story under another --release\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
