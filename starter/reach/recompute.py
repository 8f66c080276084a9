"""Many lifecycles take today's rules of zones and holidays: one update each, and a repeat does nothing more. ADR 5."""

from collections.abc import Callable, Iterable
from typing import Final
from uuid import uuid4

import typer
from temporalio.client import Client

from domain.recompute import RecomputeDates
from domain.view import LifecycleView
from domain.working_time import clock_reading
from starter.answers.recompute import MovedDate, RecomputeAnswer, Recomputed
from starter.console.exits import Exit, Stop, bad
from starter.console.models import valid
from starter.console.options import sender
from starter.console.terminal import shown, terminal
from starter.reach import gate
from starter.reach.executions import asking
from starter.reach.several import each_of, open_that_fit, worst

AS_MANY: Final = 10_000
"""Workflows at one time: of more, say which with --query."""

NOT_ALL: Final = "some took nothing: repair what is wrong and repeat the command, which moves nothing twice"


async def recompute(query: str, *, by: str | None, reason: str | None, dry_run: bool, yes: bool) -> None:
    """Show what would move, ask, and let it move."""
    message = valid(RecomputeDates, sender(by) | {"reason": reason or "a dry run", "dry_run": dry_run})
    if reason is None and not dry_run:
        raise bad("is required: which rules have changed?", "--reason")
    if terminal.for_machines and not (dry_run or yes):
        raise bad("say --dry-run first; or --yes, as nobody can be asked here", "--yes")
    client = await gate.client()
    workflow_ids = await open_that_fit(client, query, most=AS_MANY, instead="take them in parts")
    if not (dry_run or yes):
        would = await _asked(client, workflow_ids, message.model_copy(update={"dry_run": True}))
        _say(would, dry_run=True)
        typer.confirm(f"Let {len(workflow_ids)} take today's rules?", abort=True, err=True)
    found = await _asked(client, workflow_ids, message)
    _say(found, dry_run=dry_run)
    terminal.answer(_answer(found, dry_run=dry_run))
    if problems := [each.problem_code for each in found if each.problem_code]:
        exits = {exit_ for exit_ in Exit if exit_.code in problems}
        raise Stop(worst(exits), f"{len(problems)} of {len(found)}: {NOT_ALL}")


async def _asked(client: Client, workflow_ids: Iterable[str], message: RecomputeDates) -> list[Recomputed]:
    return await each_of(workflow_ids, lambda workflow_id: _ask(client, workflow_id, message))


async def _ask(client: Client, state: str, message: RecomputeDates) -> Recomputed:
    handle = client.get_workflow_handle(state)
    try:
        async with asking(state):
            view: LifecycleView = await handle.execute_update(
                "recompute_dates", message, id=str(uuid4()), result_type=LifecycleView, rpc_timeout=gate.UPDATE_PATIENCE
            )
    except Stop as stop:
        if stop.exit in (Exit.CLOSED, Exit.NOT_FOUND):
            return Recomputed(workflow_id=state)  # over since it was listed: no date of it is still to come
        return Recomputed(workflow_id=state, problem=" ".join(stop.lines), problem_code=stop.exit.code)
    moved = tuple(
        MovedDate(deadline=each.name, label=each.label, was=each.was, at=each.at)
        for each in view.deadlines
        if each.was is not None
    )
    return Recomputed(workflow_id=state, moved=moved)


def _answer(found: list[Recomputed], *, dry_run: bool) -> RecomputeAnswer:
    return RecomputeAnswer(
        dry_run=dry_run,
        asked=len(found),
        with_moved_dates=_count(found, lambda each: bool(each.moved)),
        failed=_count(found, lambda each: each.problem is not None),
        lives=tuple(each for each in found if each.moved or each.problem),
    )


def _say(found: list[Recomputed], *, dry_run: bool) -> None:
    for state in found:
        if state.problem:
            terminal.say(f"{state.workflow_id}: {shown(state.problem)}")
        for each in state.moved:
            was, at = (clock_reading(instant, "UTC").in_words for instant in (each.was, each.at))
            terminal.say(f"{state.workflow_id}: {was} → {at} UTC  {each.label}")
    verb = "would move" if dry_run else "moved"
    terminal.say(f"{len(found)} asked, dates of {_count(found, lambda each: bool(each.moved))} {verb}")


def _count(found: list[Recomputed], so: Callable[[Recomputed], bool]) -> int:
    return sum(map(so, found))
