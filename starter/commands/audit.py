"""`tenure audit`: do the store, the lists and the workflows themselves say the same?"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Final

from starter.answers.tools import AuditAnswer, Finding
from starter.audit.compare import differences, kinds
from starter.audit.observer import Observer
from starter.audit.repair import repair as repair_one
from starter.audit.snapshot import Snapshot
from starter.audit.survey import Survey
from starter.console.exits import Exit, Stop
from starter.console.terminal import terminal
from starter.reach import gate
from starter.reach.executions import asking
from starter.reach.records import Records
from starter.reach.several import each_of

LOOKS: Final = 3
"""Lists lag behind by moments, and so does a store that is written right now: what counts is there at every look."""

BETWEEN_LOOKS: Final = 1.0
GROUP: Final = 200
"""Lifecycles looked at, and reported, before the next ones: so much is held at one time."""


async def audit(*, repair: bool, thorough: bool = False) -> None:
    """Compare everything that is open; stop with exit code 3 if differences remain.

    Before anything is repaired every workflow is asked, as with `thorough`.
    """
    client, records = await gate.client(), await Records.required()
    findings: list[Finding] = []
    try:
        async with asking("the Temporal server"):
            observer = Observer(client, records, thorough=thorough or repair)
            await observer.unattended(gate.settings().task_queue)
            survey = Survey(observer, thorough=thorough or repair)
            async for group in _groups(survey.doubtful()):
                differing = await _that_differ(observer, group)
                found = await _repaired(observer, differing) if repair else _found(differing)
                for finding in found:
                    _report(finding)
                findings += found
    finally:
        await asyncio.to_thread(records.close)
    count = "1 difference" if len(findings) == 1 else f"{len(findings)} differences"
    terminal.say(f"{survey.compared} open lifecycles compared, {count}.")
    terminal.answer(AuditAnswer(compared=survey.compared, findings=tuple(findings)))
    if any(not finding.repaired for finding in findings):
        rest = "each says what to do" if repair else "tenure audit --repair repairs what can be repaired"
        raise Stop(Exit.REFUSED, f"differences remain: {rest}")


async def _groups(workflow_ids: AsyncIterator[str]) -> AsyncIterator[list[str]]:
    group: list[str] = []
    async for each in workflow_ids:
        group.append(each)
        if len(group) == GROUP:
            yield group
            group = []
    if group:
        yield group


async def _that_differ(observer: Observer, workflow_ids: Sequence[str]) -> list[Snapshot]:
    """What still differs at the last look."""
    differing = await _observed(observer, workflow_ids)
    for _ in range(LOOKS - 1):
        if differing:
            await asyncio.sleep(BETWEEN_LOOKS)
            differing = await _observed(observer, [snapshot.workflow_id for snapshot in differing])
    return differing


async def _observed(observer: Observer, workflow_ids: Sequence[str]) -> list[Snapshot]:
    return [each for each in await each_of(workflow_ids, observer.observe) if differences(each)]


async def _repaired(observer: Observer, differing: Sequence[Snapshot]) -> list[Finding]:
    """Repaired is what no longer differs when looked at again."""
    hindered = await each_of(differing, lambda snapshot: repair_one(observer, snapshot, differences(snapshot)))
    remaining = await _that_differ(observer, [snapshot.workflow_id for snapshot in differing])
    left = {snapshot.workflow_id: kinds(differences(snapshot)) for snapshot in remaining}
    return [
        _after(finding, hindrance, repaired=finding.difference not in left.get(snapshot.workflow_id, ()))
        for snapshot, hindrance in zip(differing, hindered, strict=True)
        for finding in differences(snapshot)
    ]


def _after(finding: Finding, hindrance: str, *, repaired: bool) -> Finding:
    """What was to be done could not be: then say so."""
    remedy = f"{finding.remedy} (tried: {hindrance})" if hindrance and not repaired else finding.remedy
    return finding.model_copy(update={"repaired": repaired, "remedy": remedy})


def _found(differing: Sequence[Snapshot]) -> list[Finding]:
    return [finding for snapshot in differing for finding in differences(snapshot)]


def _report(finding: Finding) -> None:
    state = "repaired" if finding.repaired else f"open; {finding.remedy}"
    terminal.say(f"{finding.workflow_id}: {finding.difference.replace('_', ' ')}: {finding.told} ({state})")
    for news in finding.tell_again:
        terminal.say(f"{finding.workflow_id}: tell it again: {news}")
