"""Records how stories run: `python -m tests.recorder [SCENARIO …]`. What is recorded once is replayed for ever.

On a plain dev server, in real time: a history with skipped time is no history a customer's order would have. Policies
are short where they may be. Files are only ever added: a changed story is recorded under another `--release`.
"""

import argparse
import asyncio
import hashlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import Client, WorkflowFailureError, WorkflowHandle, WorkflowHistory

import worker
from activities.ports import Answer
from adapters.settings import Settings
from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from adapters.temporal.bootstrap import prepare_namespace
from adapters.temporal.converter import data_converter
from adapters.temporal.dev_server import DevServer
from domain.desk import SettleMail
from domain.mails import Lifecycle, MailKind, mail_key, workflow_id
from domain.order.messages import CompleteTask, Offering, PlaceOrder, Terms
from domain.order.order import RELAY
from domain.order.policy import OrderPolicy
from domain.subscription.messages import ConfirmRenewal, StartSubscription, TerminateSubscription
from tests.histories.telling import told
from tests.makers import (
    a_form,
    a_partner,
    a_renewal,
    accepted,
    an_order,
    built,
    cancelled,
    cleared,
    graduated,
    refused,
    renewal_done,
    submitted,
)
from tests.town import Wire
from workflows import attributes

HISTORIES: Final = Path(__file__).parent / "histories"
MANIFEST: Final = HISTORIES / "MANIFEST.sha256"
QUEUE: Final = "tenure"
LOOK_EVERY: Final = 0.02
WITHIN: Final = 60
"""Seconds that all scenarios may take together."""

LINK: Final = timedelta(seconds=5)
"""The life of a password link, so that a timer fires: long enough that it is not over before it is waited for."""

Handle = WorkflowHandle[Any, Any]
Recordings = dict[str, Handle]


@dataclass
class Studio:
    """Where scenarios are played: each step is over before the next begins, so that it runs the same each time."""

    client: Client
    store: SqlStore
    wire: Wire

    async def place(self, order: PlaceOrder) -> Handle:
        """Start an order and wait until it is held, or refused."""
        started = await self.client.start_workflow(
            "Order", order, id=workflow_id(Lifecycle.ORDER, order.sales_order_number), task_queue=QUEUE
        )
        await self.quiet(started)
        return self.run_of(started)

    def run_of(self, started: Handle) -> Handle:
        """This very run, whatever follows it."""
        return self.client.get_workflow_handle(started.id, run_id=started.result_run_id)

    async def subscription(self, subscription_id: str) -> Handle:
        """The present run of a subscription."""
        handle = self.client.get_workflow_handle(workflow_id(Lifecycle.SUBSCRIPTION, subscription_id))
        return self.client.get_workflow_handle(handle.id, run_id=(await handle.describe()).run_id)

    async def next_run(self, run: Handle) -> Handle:
        """The run that follows, once it is there and has nothing in hand."""
        while True:
            latest = await self.subscription(run.id.removeprefix("subscription-"))
            if latest.run_id != run.run_id:
                await self.quiet(latest)
                return latest
            await asyncio.sleep(LOOK_EVERY)

    async def tell(self, handle: Handle, update: str, message: BaseModel, *also: Handle) -> None:
        """Send an update and wait for what follows from it, there and elsewhere."""
        await handle.execute_update(update, message)
        for each in (handle, *also):
            await self.quiet(each)

    async def quiet(self, handle: Handle) -> None:
        """Wait until nothing is in hand there: no task, no activity, no signal on its way."""
        while True:
            raw = (await handle.describe()).raw_description
            events = (await handle.fetch_history()).events
            in_hand = raw.pending_activities or raw.HasField("pending_workflow_task") or signals_under_way(events)
            if not in_hand and raw.workflow_execution_info.history_length == len(events):
                return
            await asyncio.sleep(LOOK_EVERY)

    async def fired(self, handle: Handle) -> None:
        """Wait until a timer has fired, and for what follows from it."""
        async for event in handle.fetch_history_events(wait_new_event=True):
            if event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
                break
        await self.quiet(handle)


def signals_under_way(events: Sequence[HistoryEvent]) -> bool:
    """Has a signal to another workflow been sent whose delivery is not known yet? `describe` does not tell."""
    kinds = [event.event_type for event in events]
    sent = kinds.count(EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED)
    return sent > kinds.count(EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED)


# Scenarios: each plays, and says which workflows to record under which names.


async def held(studio: Studio) -> Recordings:
    """Early: a timer runs."""
    return {"order_held": await studio.place(an_order("SO-600001"))}


async def held_with_terms(studio: Studio) -> Recordings:
    """Cleared, one set of terms of two accepted."""
    order = await studio.place(an_order("SO-600002", Offering.PORT, Offering.AUDIO_COMMIT))
    await studio.tell(order, "clear_compliance", cleared())
    await studio.tell(order, "accept_terms", accepted(Terms.AUDIO))
    return {"order_held_with_terms": order}


async def cancelled_before_shipping(studio: Studio) -> Recordings:
    """And the number is taken: a second order of that number fails."""
    order = await studio.place(an_order("SO-600003"))
    await studio.tell(order, "cancel", cancelled())
    again = await studio.place(an_order("SO-600003"))
    try:
        await again.result()
    except WorkflowFailureError:
        return {"order_cancelled": order, "order_number_taken": again}
    raise AssertionError("a number was taken twice")


async def rejected(studio: Studio) -> Recordings:
    """The vendor refuses."""
    order = await studio.place(an_order("SO-600004"))
    await studio.tell(order, "refuse_compliance", refused())
    return {"order_rejected": order}


async def service_ready(studio: Studio) -> Recordings:
    """Open, by a Tier-2, the password link over."""
    tier_2, policy = a_partner("midori", "みどり商会"), OrderPolicy(password_link_life=LINK)
    order = await studio.place(an_order("SO-600005", policy=policy, reselling_partner=tier_2))
    await studio.tell(order, "clear_compliance", cleared())
    await studio.tell(order, "complete_task", CompleteTask(by="partner-hikari", task=RELAY))
    await studio.tell(order, "submit_provisioning_form", submitted())
    await studio.tell(order, "report_site_built", built())
    await studio.fired(order)
    return {"order_service_ready": order}


async def completed(studio: Studio) -> Recordings:
    """The straight way; the subscription it starts is active."""
    order = await studio.place(an_order("SO-600006"))
    await until_built(studio, order)
    await studio.tell(order, "graduate", graduated())
    return {"order_completed": order, "subscription_active": await studio.subscription("sub-SO-600006")}


async def mail_in_doubt(studio: Studio) -> Recordings:
    """Nobody knows whether it arrived; an operator has it sent once more."""
    partner = a_partner("kumo", "くもシステムズ")
    studio.wire.answers[partner.contact.email] = Answer.UNKNOWN
    order = await studio.place(an_order("SO-600007", Offering.PORT, ordering_partner=partner))
    del studio.wire.answers[partner.contact.email]
    key = mail_key(Lifecycle.ORDER, "SO-600007", MailKind.TERMS_WANTED)
    decision = SettleMail(by="ops-7", mail=key, outcome="resend", reason="not in the mail server's log")
    await studio.tell(order, "settle_mail", decision)
    return {"order_mail_in_doubt": order}


async def renewed(studio: Studio) -> Recordings:
    """In time: the subscription goes on in a second run."""
    await until_built(studio, await studio.place(an_order("SO-600008")))
    first = await studio.subscription("sub-SO-600008")
    renewal, second = await renew(studio, first, "SO-600108")
    return {"renewal_completed": renewal, "subscription_renewed_1": first, "subscription_renewed_2": second}


async def suspended_and_lifted(studio: Studio) -> Recordings:
    """A term that ended a month ago; a late renewal lifts the suspension."""
    order = await studio.place(an_order("SO-600009"))
    first = await begun_long_ago(studio, "SO-600009")
    await until_built(studio, order)
    _, second = await renew(studio, first, "SO-600109")
    return {"subscription_suspended_and_lifted_1": first, "subscription_suspended_and_lifted_2": second}


async def terminated(studio: Studio) -> Recordings:
    """For good."""
    await until_built(studio, await studio.place(an_order("SO-600010")))
    subscription = await studio.subscription("sub-SO-600010")
    message = TerminateSubscription(by="ops-7", reason="moved to another service")
    await studio.tell(subscription, "terminate", message)
    return {"subscription_terminated": subscription}


IN_ANY_ORDER: Final = {"order_mail_in_doubt", "subscription_suspended_and_lifted_1"}
"""Recordings with several activities under way at one time: they replay, but are not the same text each time."""

SCENARIOS: Final[dict[str, Callable[[Studio], Awaitable[Recordings]]]] = {
    scenario.__name__: scenario
    for scenario in (
        held,
        held_with_terms,
        cancelled_before_shipping,
        rejected,
        service_ready,
        completed,
        mail_in_doubt,
        renewed,
        suspended_and_lifted,
        terminated,
    )
}


async def until_built(studio: Studio, order: Handle) -> None:
    await studio.tell(order, "clear_compliance", cleared())
    await studio.tell(order, "submit_provisioning_form", submitted())
    await studio.tell(order, "report_site_built", built())
    await studio.quiet(await studio.subscription(order.id.replace("order-", "sub-")))


async def renew(studio: Studio, first: Handle, number: str) -> tuple[Handle, Handle]:
    """The renewal order, and the run of the subscription's next term."""
    subscription_id = first.id.removeprefix("subscription-")
    renewal = await studio.place(a_renewal(number, subscription_id))
    await studio.quiet(first)
    await studio.tell(renewal, "clear_compliance", cleared(), first)
    await studio.tell(renewal, "submit_provisioning_form", submitted(a_form(existing_customer=True)), first)
    await studio.tell(renewal, "report_site_built", renewal_done())
    second = await studio.next_run(first)
    await studio.tell(second, "confirm_renewal", ConfirmRenewal(by="partner-hikari", order_number=number))
    return renewal, second


async def begun_long_ago(studio: Studio, number: str) -> Handle:
    """A subscription whose year is over, all it had to say overdue at once; its order will leave it alone."""
    long_ago = StartSubscription(
        by="tenure",
        subscription_id=f"sub-{number}",
        order_number=number,
        customer_id="akasaka",
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=datetime.now(UTC) - timedelta(days=400),
        term_months=12,
    )
    started = await studio.client.start_workflow(
        "Subscription", long_ago, id=workflow_id(Lifecycle.SUBSCRIPTION, long_ago.subscription_id), task_queue=QUEUE
    )
    await studio.quiet(started)
    return studio.run_of(started)


# Playing and keeping.


@asynccontextmanager
async def a_studio() -> AsyncIterator[Studio]:
    """Server, store and worker of today's code; mail goes nowhere. It knows no machine: what it signs is `recorder`."""
    with tempfile.TemporaryDirectory() as directory, ExitStack() as threads:
        url = f"sqlite:///{directory}/tenure.db"
        await asyncio.to_thread(migrate, url)
        given = {"DATABASE_URL": url, "documents_dir": f"{directory}/documents", "csm_roster": ["csm-1"]}
        settings = Settings.model_validate({**given, "task_queue": QUEUE})
        async with DevServer(Path(directory) / "temporal", port=0, ui_port=0) as server:
            client = await Client.connect(server.address, data_converter=data_converter, identity="recorder")
            await prepare_namespace(client, attributes.ALL, settings.retention)
            studio = Studio(client, open_store(url), Wire())
            stories, post = worker.workers(client, settings, studio.store, studio.wire, threads)
            async with stories, post:
                yield studio


async def recorded(*scenarios: str) -> dict[str, WorkflowHistory]:
    """Play the scenarios, all at once; the histories by name of recording."""
    async with a_studio() as studio:
        async with asyncio.timeout(WITHIN):
            played = await asyncio.gather(*(SCENARIOS[name](studio) for name in scenarios))
        handles = {name: handle for recordings in played for name, handle in recordings.items()}
        return {name: await handle.fetch_history() for name, handle in handles.items()}


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
        with MANIFEST.open("a", encoding="utf-8") as manifest:
            manifest.write(f"{digest(path)}  {path.relative_to(HISTORIES)}\n")
        yield path


def written(history: WorkflowHistory) -> str:
    """JSON, one event a line."""
    events = history.to_json_dict()["events"]
    return '{"events": [\n' + ",\n".join(json.dumps(event, ensure_ascii=False) for event in events) + "\n]}\n"


def digest(path: Path) -> str:
    """SHA-256, as `sha256sum` writes it."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> int:
    """Record the scenarios named, or all of them."""
    parser = argparse.ArgumentParser(prog="python -m tests.recorder", description=__doc__.splitlines()[0])
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=f"of {', '.join(SCENARIOS)}; all, if none")
    parser.add_argument("--release", default=version("tenure"), help="the directory to add them to")
    given = parser.parse_args()
    if unknown := set(given.scenarios) - set(SCENARIOS):
        parser.error(f"no such scenario: {', '.join(sorted(unknown))}")
    histories = asyncio.run(recorded(*(given.scenarios or SCENARIOS)))
    added = list(keep(given.release, histories))
    sys.stdout.writelines(f"recorded {path.relative_to(HISTORIES)}\n" for path in added)
    left = len(histories) - len(added)
    if left:
        sys.stdout.write(f"{left} were there already and stay: record a changed story under another --release\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
