"""`tenure audit`: do the store, the lists and the workflows themselves tell the same?"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final, TypeVar

from starter import gate
from starter.audit_compare import differences, kinds
from starter.audit_mend import mend
from starter.audit_seen import Lookout, Seen
from starter.exits import Exit, Stop
from starter.records import Records
from starter.terminal import terminal
from starter.tool_answers import AuditAnswer, Finding

LOOKS: Final = 3
"""Lists lag behind by moments, and so does a store that is written right now: what counts is there at every look."""

BETWEEN_LOOKS: Final = 1.0
AT_ONCE: Final = 8
"""Lifecycles under way at one time."""

T = TypeVar("T")
R = TypeVar("R")


async def audit(*, repair: bool) -> None:
    """Compare everything that is open; stop with exit code 3 if differences remain."""
    client, records = await gate.client(), await Records.required()
    try:
        async with gate.asking("the Temporal server"):
            lookout = Lookout(client, records)
            open_ids = await lookout.everything_open()
            _warn_of_silence(lookout)
            doubtful = await _that_differ(lookout, open_ids)
            findings = await _mended(lookout, doubtful) if repair else _found(doubtful)
    finally:
        await asyncio.to_thread(records.close)
    _tell(len(open_ids), findings)
    if any(not finding.repaired for finding in findings):
        rest = "each says what to do" if repair else "tenure audit --repair mends what can be mended"
        raise Stop(Exit.REFUSED, f"differences remain: {rest}")


async def _that_differ(lookout: Lookout, workflow_ids: Sequence[str]) -> list[Seen]:
    """What still differs at the last look."""
    doubtful = await _looked_at(lookout, workflow_ids)
    for _ in range(LOOKS - 1):
        if doubtful:
            await asyncio.sleep(BETWEEN_LOOKS)
            await lookout.refresh()
            doubtful = await _looked_at(lookout, [seen.workflow_id for seen in doubtful])
    return doubtful


async def _looked_at(lookout: Lookout, workflow_ids: Sequence[str]) -> list[Seen]:
    return [seen for seen in await _side_by_side(workflow_ids, lookout.look) if differences(seen)]


async def _mended(lookout: Lookout, doubtful: Sequence[Seen]) -> list[Finding]:
    """Mended is what no longer differs when looked at again."""
    hindered = await _side_by_side(doubtful, lambda seen: mend(lookout, seen, differences(seen)))
    await lookout.refresh()
    remaining = await _that_differ(lookout, [seen.workflow_id for seen in doubtful])
    left = {seen.workflow_id: kinds(differences(seen)) for seen in remaining}
    return [
        _after(finding, hindrance, repaired=finding.difference not in left.get(seen.workflow_id, ()))
        for seen, hindrance in zip(doubtful, hindered, strict=True)
        for finding in differences(seen)
    ]


def _after(finding: Finding, hindrance: str, *, repaired: bool) -> Finding:
    """What was to be done could not be: then say so."""
    remedy = f"{finding.remedy} (tried: {hindrance})" if hindrance and not repaired else finding.remedy
    return finding.model_copy(update={"repaired": repaired, "remedy": remedy})


def _found(doubtful: Sequence[Seen]) -> list[Finding]:
    return [finding for seen in doubtful for finding in differences(seen)]


async def _side_by_side(given: Iterable[T], do: Callable[[T], Awaitable[R]]) -> list[R]:
    """For each, a few at a time, in the order given."""
    turnstile = asyncio.Semaphore(AT_ONCE)

    async def one(each: T) -> R:
        async with turnstile:
            return await do(each)

    return await asyncio.gather(*(one(each) for each in given))


def _warn_of_silence(lookout: Lookout) -> None:
    for queue, unattended in lookout.unattended.items():
        if unattended:
            terminal.warn(gate.nobody_there(queue))


def _tell(compared: int, findings: Sequence[Finding]) -> None:
    for finding in findings:
        state = "mended" if finding.repaired else f"open; {finding.remedy}"
        terminal.say(f"{finding.workflow_id}: {finding.difference.replace('_', ' ')}: {finding.told} ({state})")
    terminal.say(f"{compared} open lifecycles compared, {len(findings)} differences.")
    terminal.answer(AuditAnswer(compared=compared, findings=tuple(findings)))
