"""Backup and restore as docs/deployment.md says, with lives that begin before, between and after the two backups.

Temporal is backed up first, the store after it, then both are lost and put back. Nothing that is in the store's backup
is lost, no mail it knows goes out twice, and what has to be told again is said.
"""

import asyncio
import io
import json
import shutil
import sqlite3
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import closing, redirect_stdout, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.client import WorkflowFailureError

from activities.ports import NotKnown
from domain.lifecycle import Lifecycle
from domain.mails import MailState
from domain.order.messages import PlaceOrder
from domain.trial.messages import StartTrial, TrialDevice
from starter.commands import audit as auditing
from starter.console.exits import Stop
from starter.console.terminal import Output, terminal
from starter.intake.start import Desk, Result
from starter.reach import gate
from starter.reach.records import Records
from tests.makers import (
    a_customer,
    a_paid_customer_s_trial,
    an_order,
    built,
    cancelled,
    cleared,
    ended,
    extended,
    graduated,
    submitted,
)
from tests.support.environment import WITHIN, eventually
from tests.support.whole_service import WholeService, whole_service

pytestmark = pytest.mark.asyncio(loop_scope="module")

TEMPORAL, STORE = "temporal/temporal.db", "tenure.db"

BEFORE = ("SO-BEFORE", "SO-CLEARED", "SO-CANCELLED")
BETWEEN = ("SO-BETWEEN", "SO-SERVICE", "SO-WEB", "SO-DESK")
TO_THE_END = ("SO-BEFORE", "SO-CLEARED", "SO-BETWEEN", "SO-SERVICE", "SO-WEB")
"""Until the customer is handed over; the others are cancelled."""

AFTER = "SO-AFTER"
LOST = {
    "order-SO-BETWEEN",
    "order-SO-SERVICE",
    "subscription-sub-SO-SERVICE",
    "trial-T-BETWEEN",
    "device-D-BETWEEN",
}
"""Open in the store's backup, not in Temporal's, and nobody started them again by hand."""

TOLD_BETWEEN = {
    "order-SO-CLEARED": ["order.compliance_cleared"],
    "order-SO-CANCELLED": ["order.cancelled"],
    "order-SO-SERVICE": ["order.compliance_cleared", "order.form_submitted", "order.site_built"],
    "trial-T-BETWEEN": ["trial.extended"],
    "order-SO-BETWEEN": [],
    "subscription-sub-SO-SERVICE": [],
    "device-D-BETWEEN": [],
}
"""What people told each between the backups and have to tell again."""


def a_lent_trial(name: str) -> StartTrial:
    """Active at once, with a device on loan."""
    expires_on = datetime.now(UTC) + timedelta(days=60)
    device = TrialDevice(device_id=f"D-{name}", model="Desk", serial_number=f"SN-{name}", expires_on=expires_on)
    return a_paid_customer_s_trial(f"T-{name}", customer=a_customer(id=f"customer-{name}"), devices=(device,))


@dataclass
class Drill:
    """What the tests ask about."""

    env: WholeService
    known_mails: frozenset[str] = frozenset()
    """Message-IDs of what had arrived when the store was backed up."""

    sent_before: int = 0
    first_day: Any = None
    by_hand: dict[str, Result] = field(default_factory=dict)
    other_content: Result | None = None
    found: list[dict[str, Any]] = field(default_factory=list)
    mended: list[dict[str, Any]] = field(default_factory=list)
    sent_at_repair: int = 0
    after: list[dict[str, Any]] = field(default_factory=list)

    def state(self, workflow_id: str) -> Any:
        """Of its latest run."""
        return self.env.client.get_workflow_handle(workflow_id)

    def start(self, type_: str, start: PlaceOrder | StartTrial, id_: str) -> Any:
        """As the Web UI's form does it."""
        return self.env.client.start_workflow(type_, start, id=id_, task_queue=self.env.service.task_queue)

    async def send(self, number: str, **told: Any) -> None:
        """One update after another, each with its consequences."""
        for update, message in told.items():
            await self.env.send(self.env.order(number), update, message)

    async def at_rest(self, *workflow_ids: str) -> None:
        """Everything of them is written down."""
        for id_ in workflow_ids:
            await eventually(partial(self.is_written, id_))
            await self.env.settled(self.state(id_))

    def is_written(self, id_: str) -> bool:
        """Does the store know it?"""
        lifecycle, _, subject = id_.partition("-")
        try:
            return bool(self.env.store.columns(Lifecycle(lifecycle), subject))
        except NotKnown:
            return False

    def stage(self, number: str) -> str:
        """In the store."""
        return self.env.store.columns(Lifecycle.ORDER, number).stage


async def before_both(drill: Drill) -> None:
    """Known to both backups."""
    await asyncio.gather(
        *(drill.env.start_order(an_order(number)) for number in BEFORE),
        drill.start("Trial", a_lent_trial("BEFORE"), "trial-T-BEFORE"),
    )
    await drill.at_rest(*(f"order-{number}" for number in BEFORE), "trial-T-BEFORE", "device-D-BEFORE")


async def between(drill: Drill) -> None:
    """Known to the store's backup only."""
    await asyncio.gather(
        *(drill.env.start_order(an_order(number)) for number in BETWEEN),
        drill.env.start_order(an_order("SO-OVER")),
        drill.start("Trial", a_lent_trial("BETWEEN"), "trial-T-BETWEEN"),
    )
    ids = (*(f"order-{number}" for number in (*BETWEEN, "SO-OVER")), "trial-T-BETWEEN", "device-D-BETWEEN")
    await drill.at_rest(*ids)
    await asyncio.gather(
        drill.send("SO-CLEARED", clear_compliance=cleared()),
        drill.send("SO-CANCELLED", cancel=cancelled()),
        drill.send("SO-OVER", cancel=cancelled()),
        drill.send(
            "SO-SERVICE", clear_compliance=cleared(), submit_provisioning_form=submitted(), report_site_built=built()
        ),
        drill.state("trial-T-BETWEEN").execute_update("extend", extended(29, shorten=True)),
    )
    await drill.at_rest("trial-T-BETWEEN", "order-SO-SERVICE", "subscription-sub-SO-SERVICE")
    await eventually(lambda: len(drill.env.arrived("SO-SERVICE")) == 3)
    await drill.env.settled(drill.env.order("SO-SERVICE"))
    drill.first_day = drill.env.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-SERVICE").state.first_day


async def after_both(drill: Drill) -> None:
    """Known to nobody afterwards."""
    await drill.env.place(an_order(AFTER))
    await drill.send("SO-BEFORE", clear_compliance=cleared())
    await eventually(lambda: drill.env.arrived("SO-BEFORE"))
    await drill.env.settled(drill.env.order("SO-BEFORE"))


def copied(directory: Path, file: str, to: Path) -> None:
    """While it is in use, as pg_dump does."""
    to.mkdir(exist_ok=True)
    with closing(sqlite3.connect(directory / file)) as source, closing(sqlite3.connect(to / Path(file).name)) as copy:
        source.backup(copy)


def put_back(directory: Path, file: str, kept: Path) -> None:
    """Nothing of the lost database is left."""
    for lost in (directory / file).parent.glob(f"{Path(file).name}-*[lm]"):
        lost.unlink()
    shutil.copyfile(kept / Path(file).name, directory / file)


async def started_by_hand(drill: Drill, reach: Mapping[str, str]) -> None:
    """From the Web UI, and by `tenure order start`; what is over or has other content is not started."""
    web = await drill.start("Order", an_order("SO-WEB"), "order-SO-WEB")
    await drill.at_rest(web.id)
    desk = Desk(drill.env.client, reach["TENURE_TASK_QUEUE"], Records(drill.env.store))
    drill.other_content = (await desk.start(an_order("SO-DESK", term_months=24))).result
    for number in ("SO-DESK", "SO-DESK", "SO-OVER"):
        drill.by_hand[f"{number}/{len(drill.by_hand)}"] = (await desk.start(an_order(number))).result
    again = await drill.start("Order", an_order("SO-OVER"), "order-SO-OVER")
    with pytest.raises(WorkflowFailureError):
        await again.result()
    await drill.at_rest("order-SO-DESK")


async def audit(*, repair: bool = False) -> list[dict[str, Any]]:
    """What `tenure audit --json` finds."""
    terminal.begin(Output.JSON)
    printed = io.StringIO()
    with redirect_stdout(printed), suppress(Stop):
        await auditing.audit(repair=repair)
    return list(json.loads(printed.getvalue())["findings"])


async def told_again(drill: Drill) -> None:
    """What the audit said, and then every life goes on to its end."""
    drill.sent_at_repair = len(drill.env.mails())
    whole = {"clear_compliance": cleared(), "submit_provisioning_form": submitted(), "report_site_built": built()}
    trials = [drill.state(f"trial-T-{name}") for name in ("BEFORE", "BETWEEN")]
    await asyncio.gather(
        *(drill.send(number, **whole, graduate=graduated()) for number in TO_THE_END),
        *(drill.send(number, cancel=cancelled()) for number in ("SO-CANCELLED", "SO-DESK")),
        *(trial.execute_update("cancel", ended()) for trial in trials),
    )
    orders = [drill.env.order(number) for number in (*BEFORE, *BETWEEN)]
    await asyncio.gather(*(ended_life.result() for ended_life in (*orders, *trials)))
    await eventually(lambda: drill.env.store.row(Lifecycle.DEVICE, "D-BETWEEN").state.stage == "return_due")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def drill(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Drill]:
    """The whole drill, once."""
    directory, kept = tmp_path_factory.mktemp("drill") / "service", tmp_path_factory.mktemp("backup")
    async with whole_service(directory, time_travel=False) as env:
        lived = Drill(env)
        await before_both(lived)
        copied(directory, TEMPORAL, kept)
        await between(lived)
        lived.known_mails = frozenset(mail.message_id for mail in env.mails())
        copied(directory, STORE, kept)
        await after_both(lived)
        lived.sent_before = len(env.mails())
        env.store.close()
    for file in (TEMPORAL, STORE):
        put_back(directory, file, kept)
    async with whole_service(directory, time_travel=False) as env:
        lived.env = env
        with pytest.MonkeyPatch.context() as patched:
            for patience in ("PATIENCE", "UPDATE_PATIENCE"):
                patched.setattr(gate, patience, timedelta(seconds=WITHIN))
            for name, value in env.service.environment.items():
                patched.setenv(name, value)
            await started_by_hand(lived, env.service.environment)
            lived.found = await audit()
            lived.mended = await audit(repair=True)
            await told_again(lived)
            lived.after = await audit()
        yield lived
        env.store.close()


def of(findings: list[dict[str, Any]]) -> set[tuple[str, str]]:
    return {(each["workflow_id"], each["difference"]) for each in findings}


async def test_what_was_started_between_the_backups_may_be_started_again_by_hand(drill: Drill) -> None:
    assert list(drill.by_hand.values()) == [Result.STARTED, Result.ALREADY_STARTED, Result.CLOSED]
    assert drill.other_content is Result.CONFLICT


async def test_what_is_over_never_runs_again(drill: Drill) -> None:
    assert drill.stage("SO-OVER") == "cancelled"


async def test_the_audit_names_every_life_that_is_lost_or_behind_and_nothing_else(drill: Drill) -> None:
    lost = {(id_, "not_running") for id_ in LOST}
    behind = {("order-SO-CLEARED", "store_behind"), ("order-SO-CANCELLED", "store_behind")}
    assert of(drill.found) - {(id_, "mails_differ") for id_ in TOLD_BETWEEN} == lost | behind
    for each in drill.found:
        if each["difference"] == "not_running":
            assert "--repair starts it again" in each["remedy"]
            goes_on = each["workflow_id"].startswith("subscription-")
            assert ("goes on where the store has it" in each["remedy"]) is goes_on
            assert "cancelled" not in each["remedy"]


async def test_it_says_what_people_have_to_tell_again(drill: Drill) -> None:
    said = {each["workflow_id"]: each["tell_again"] for each in drill.found}
    assert {id_: [news.split(",")[0].split(" ")[0] for news in told] for id_, told in said.items()} == TOLD_BETWEEN


async def test_the_repair_mends_all_of_it_and_sends_nothing(drill: Drill) -> None:
    assert [each for each in drill.mended if not each["repaired"]] == []
    assert drill.sent_at_repair == drill.sent_before
    assert drill.after == []


async def test_a_subscription_started_again_keeps_its_first_day_and_a_loan_its_dates(drill: Drill) -> None:
    assert drill.env.store.row(Lifecycle.SUBSCRIPTION, "sub-SO-SERVICE").state.first_day == drill.first_day
    loan = drill.env.store.row(Lifecycle.DEVICE, "D-BETWEEN").state
    assert (loan.trial_serial_numbers, loan.stage) == (("SN-BETWEEN",), "return_due")


async def test_no_order_of_the_store_s_backup_is_lost_and_all_live_on_to_their_end(drill: Drill) -> None:
    assert {drill.stage(number) for number in TO_THE_END} == {"completed"}
    assert {drill.stage(number) for number in ("SO-CANCELLED", "SO-DESK")} == {"cancelled"}
    for number in TO_THE_END:
        kinds = [mail.kind for mail in drill.env.store.mails(Lifecycle.ORDER, number) if mail.state is MailState.SENT]
        assert sorted(kinds) == ["confirmation", "graduation_copy", "provisioning_copy", "welcome"], number


async def test_no_mail_arrived_twice_that_had_arrived_before_the_store_s_backup(drill: Drill) -> None:
    """What went out after it nobody remembers: the one confirmation comes once more, with the same Message-ID."""
    arrived = Counter(mail.message_id for mail in drill.env.mails())
    twice = {id_ for id_, times in arrived.items() if times > 1}
    assert drill.known_mails
    assert not twice & drill.known_mails
    assert [mail.kind for mail in drill.env.mails() if mail.message_id in twice] == ["confirmation", "confirmation"]


async def test_that_it_was_started_again_stands_in_the_record(drill: Drill) -> None:
    for number in BETWEEN:
        assert "order.started_again" in drill.env.events(number)
    assert "trial.started_again" in drill.env.events("T-BETWEEN", Lifecycle.TRIAL)
    assert "order.started_again" not in drill.env.events("SO-BEFORE")
