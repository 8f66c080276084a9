"""One of operators' updates to many lifecycles: looked at first, asked for, and done to each once however often it is
begun anew."""

from typing import Any, Final

import typer
from temporalio.client import Client

from domain.deadlines import Deadline
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.reasons import Reason
from domain.view import LifecycleView
from starter.console.exits import Exit, Stop, bad
from starter.console.ids import Subject, any_of
from starter.console.terminal import terminal
from starter.reach import gate
from starter.reach.batch_result import Ended, Planned, so_many
from starter.reach.batch_wanted import Wanted
from starter.reach.executions import view_of
from starter.reach.several import each_of, open_that_fit
from starter.reach.update import earlier, send
from workflows.details import local

INSTEAD: Final = "ask for fewer, or say a higher --limit"


async def carry_out(wanted: Wanted, *, dry_run: bool, yes: bool) -> None:
    """Count, look, ask, do; a Stop if not all went well."""
    if terminal.for_machines and not (dry_run or yes):
        raise bad("say --dry-run first; or --yes, as nobody can be asked here", "--yes")
    client = await gate.client()
    ids = await open_that_fit(client, wanted.query, most=wanted.limit, instead=INSTEAD)
    found = [subject for id_ in ids for subject in any_of(id_)]
    plan = await each_of(found, lambda subject: _planned(client, wanted, subject))
    to_do = [each for each in plan if each.message]
    ended = Ended(wanted, len(found), len(to_do), dry_run=dry_run)
    ended.say_plan(plan)
    if not (dry_run or yes or not to_do):
        typer.confirm(f"{so_many(wanted, len(to_do)).capitalize()}?", abort=True, err=True)
    for each in plan:
        if each.message is None or dry_run:
            ended.add(each)
    if not dry_run:
        if to_do:
            terminal.say(
                f"Batch {wanted.batch}: interrupted, the same command with --batch {wanted.batch} does the rest."
            )
        await each_of(to_do, lambda each: do_to_one(client, wanted, each, ended))
    ended.sum_up()


async def _planned(client: Client, wanted: Wanted, subject: Subject) -> Planned:
    """As it stands now."""
    try:
        if wanted.begun_before and (known := await earlier(client, subject, wanted.update_id)):
            known.must_be(wanted.update, wanted.message(**_named(known.said)), but=frozenset({"deadline"}))
            return Planned(subject, "repeated", "this batch did it before")
        return _fitting(wanted, subject, await view_of(client, subject))
    except Stop as stop:
        return _stopped(subject, stop)


def _stopped(subject: Subject, stop: Stop) -> Planned:
    """What is over since it was listed has nothing to be told, nor what somebody else has told it meanwhile."""
    if stop.exit in (Exit.CLOSED, Exit.NOT_FOUND) or Reason.ALREADY_DONE in {each.code for each in stop.problems}:
        return Planned(subject, "left", " ".join(stop.lines))
    return Planned(subject, "failed", " ".join(stop.lines), problem=stop.exit)


def _named(said: Any) -> dict[str, str]:
    """The reminder that was left out then."""
    return {"deadline": str(said["deadline"])} if isinstance(said, dict) and "deadline" in said else {}


def _fitting(wanted: Wanted, subject: Subject, view: LifecycleView) -> Planned:
    held = view.held_by_operator
    match wanted.update:
        case "skip_reminder":
            return _without_reminder(wanted, subject, view)
        case "resume" if held is None:
            return Planned(subject, "left", "nobody holds it")
        case "resume" if held and wanted.only not in ("", held.reason):
            return Planned(subject, "left", f"held by {held.by} for another reason: {held.reason}")
        case "hold" if held:
            return Planned(subject, "left", f"held already by {held.by}: {held.reason}")
    words = f"held by {held.by}: {held.reason}" if held else view.stage_in_words
    return Planned(subject, "planned", words, wanted.message())


def _without_reminder(wanted: Wanted, subject: Subject, view: LifecycleView) -> Planned:
    courtesies = KINDS[Lifecycle(view.lifecycle)].state.courtesies
    pending = [due for due in view.deadlines if (due.ladder or due.name) in courtesies]
    if not pending:
        return Planned(subject, "left", "no reminder is to come")
    following: Deadline = min(pending, key=lambda due: due.at)
    if wanted.only not in ("", following.name, following.kind):
        return Planned(subject, "left", f"the next reminder is another one: {following.name}")
    words = f"{following.name}, due {local(following.at, 'UTC')}"
    return Planned(subject, "planned", words, wanted.message(deadline=following.name))


async def do_to_one(client: Client, wanted: Wanted, planned: Planned, ended: Ended) -> None:
    """Send what is planned, once, and add what became of it."""
    assert planned.message is not None  # noqa: S101 - for the type checker
    try:
        answer = await send(client, planned.subject, wanted.update, planned.message, wanted.update_id)
    except Stop as stop:
        ended.add(_stopped(planned.subject, stop))
    else:
        ended.add(Planned(planned.subject, "repeated" if answer.result == "repeated" else "done", planned.words))
