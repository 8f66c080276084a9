"""Nothing that anybody can send makes a lifecycle stand still, hang, echo what it was given, or fail unseen."""

import asyncio
from pathlib import Path
from typing import Final

from domain.case.states import CaseStage
from domain.compliance.states import CheckStage
from domain.device.states import DeviceStage
from domain.lifecycles import KINDS
from domain.option.states import OptionStage
from domain.order.states import Stage
from domain.subscription.states import SubscriptionStage
from domain.trial.states import TrialStage
from domain.wholesale.states import WholesaleStage
from tests.fuzz.campaign import campaign
from tests.fuzz.report import Report
from tests.fuzz.shots import AGAIN

SEED: Final = 8
MESSAGES: Final = 1500
BURST: Final = 16
"""At every stage of every plot, at every `make test`; `make fuzz` sends as many as one likes, by any seed."""

PASSING: Final = frozenset({Stage.ACKNOWLEDGED, TrialStage.ACKNOWLEDGED, TrialStage.LAPSED})
"""Stages that are over before anybody can ask."""


def test_nothing_anybody_sends_at_any_stage_wedges_hangs_echoes_or_fails_unseen(tmp_path: Path) -> None:
    report = Report(SEED)
    asyncio.run(campaign(tmp_path, report, MESSAGES, burst=BURST, is_whole=lambda: not missing(report)))
    print(report.figures())  # noqa: T201 - the figures are for who runs it with -s
    assert not report.findings, f"{report.faults()}\n\n{report.figures()}"
    assert report.count >= MESSAGES
    assert not missing(report), f"a campaign that does not reach {missing(report)} proves nothing there"


SENT_ONCE: Final = frozenset({"wholesale", "compliance"})
"""The first sends nothing before its end; what the other sends counts as a contact, or is asked for as it goes out."""


def missing(report: Report) -> set[str]:
    """Stages no life was seen in, `trial.lapsed`, and lifecycles no mail of which went out once more, `trial again`."""
    seen = {f"{kind.partition('.')[0]}.{stage}" for kind, stage in report.stages}
    silent = {f"{lifecycle} again" for lifecycle in KINDS.keys() - SENT_ONCE if not report.taken[lifecycle, AGAIN]}
    return (
        silent
        | {
            f"{lifecycle}.{stage}"
            for lifecycle, stages in (
                ("order", Stage),
                ("subscription", SubscriptionStage),
                ("trial", TrialStage),
                ("device", DeviceStage),
                ("option", OptionStage),
                ("case", CaseStage),
                ("wholesale", WholesaleStage),
                ("compliance", CheckStage),
            )
            for stage in stages
            if stage not in PASSING
        }
        - seen
    )
