"""The demo's world plays the examples' trials: to the release of numbers, and with devices on clocks of their own."""

import asyncio
from pathlib import Path

from domain.trial.messages import StartTrial
from starter.acts import Happening, read_acts
from starter.demo_tables import Ended
from starter.world import World
from tests.starter.service import TASK_QUEUE
from tests.starter.service import Service as Running

EXAMPLES = Path(__file__).parents[2] / "examples"


def trial(trial_id: str) -> StartTrial:
    lines = (EXAMPLES / "trials.jsonl").read_text(encoding="utf-8").splitlines()
    return next(found for found in map(StartTrial.model_validate_json, lines) if found.trial_id == trial_id)


def played(service: Running, *trials: StartTrial) -> tuple[World, list[Happening]]:
    """What the world tells while they live."""
    told: list[Happening] = []

    async def show(happening: Happening) -> None:
        told.append(happening)

    world = World(service.client, TASK_QUEUE, read_acts(EXAMPLES / "world.jsonl"), {}, show)

    async def all_of_them() -> None:
        async with asyncio.TaskGroup() as lives:
            for each in trials:
                lives.create_task(world.play(each))

    asyncio.run_coroutine_threadsafe(all_of_them(), service.loop).result(60)
    return world, told


def test_from_consent_that_lapses_to_numbers_that_are_released(service: Running) -> None:
    """TRL-31, TRL-71 to TRL-80."""
    world, told = played(service, trial("T-1002"), trial("T-1003"))

    lost = [happening.text for happening in told if happening.workflow_id == "trial-T-1002"]
    lapsed = [happening.text for happening in told if happening.workflow_id == "trial-T-1003"]
    assert lost == [
        "the partner starts a trial (new customer)",
        "all services are built",
        "Expiry warning, 7 days before",
        "Trial expires: grace begins",
        "Last call, 7 days before the loss",
        "Last call, 1 day before the loss",
        "Grace ends: the trial is lost for good",
        "lost for good: users moved, licences removed, site url released, roles removed, calling configuration removed",
        "Phone numbers are released",
    ]
    assert lapsed == ["the partner starts a trial (existing customer)", "Consent lapses: cancel the trial"]
    views = {name: service.do(world.view(name)) for name in ("trial-T-1002", "trial-T-1003")}
    assert views["trial-T-1002"].stage == "lapsed.numbers_released"
    (table,) = list(Ended(views).tables([trial("T-1002"), trial("T-1003")]))[1:]
    assert table.row_count == 2


def test_devices_come_back_or_are_overdue_on_clocks_of_their_own(service: Running) -> None:
    """TRL-90, TRL-94, TRL-95."""
    world, told = played(service, trial("T-1005"))

    stages = {name: service.do(world.view(name)).stage for name in ("device-D-5001", "device-D-5002", "trial-T-1005")}
    assert stages == {"device-D-5001": "matched", "device-D-5002": "overdue", "trial-T-1005": "lapsed"}
    assert not [happening for happening in told if happening.refused]
    when = {happening.text: happening.at for happening in told}
    assert when["Return due: then it is overdue"] < when["Grace ends: the trial is lost for good"]
    minutes = [happening.at.replace(second=0, microsecond=0) for happening in told]
    assert minutes == sorted(minutes)
