"""One order from hold to a renewal in time, as everybody sees it: store, mails, lists, Web UI; and what nobody sees."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from email import message_from_bytes
from io import BytesIO
from typing import Any

import pytest
import pytest_asyncio
from pypdf import PdfReader
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHandle

from adapters.temporal.clock import current_time
from domain.lifecycle import Lifecycle
from domain.order.messages import CompleteTask, OrderKind, Terms
from domain.order.state import BUILD_LATE, HOLD_OVERDUE, RELAY
from domain.subscription.messages import ConfirmRenewal
from domain.subscription.state import RENEWAL_DATE
from domain.values import Language
from domain.view import LifecycleView
from tests.e2e.canaries import (
    NEW,
    NOBODY,
    RENEWAL,
    SUBSCRIPTION,
    TIER_2,
    RudeCatcher,
    a_canary_partner,
    canary_access,
    canary_form,
    canary_graduation,
    canary_order,
    traces,
)
from tests.makers import accepted, cleared, refused, renewal_done
from tests.support.environment import eventually, refusal_of
from tests.support.whole_service import WholeService, history, whole_service

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNWANTED = "SO-910009"
"""An order of somebody whom the mail server does not know."""


@dataclass
class Look:
    """What was to be seen at one moment of the life."""

    view: LifecycleView
    details: str
    """What the Web UI shows as current details."""

    stored: str
    listed: bool
    """Does a list query by stage find it?"""


@dataclass
class LifecycleState:
    """A life that was lived, and what was seen on the way."""

    env: WholeService
    looks: dict[str, Look] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    """What people were told who sent something wrong."""

    async def look(self, moment: str, handle: WorkflowHandle[Any, Any]) -> None:
        """Look at it from every side."""
        view = await self.env.state(handle)
        query = f'TenureStage = "{view.stage}" AND TenureCustomer = "{view.customer_id}" AND TenureKind = "{view.kind}"'
        listed = await eventually(lambda: self.finds(query, handle.id))
        metadata = await handle.query("__temporal_workflow_metadata", result_type=object)
        self.looks[moment] = Look(view, metadata.current_details, self.stored(view), listed)

    async def finds(self, query: str, workflow_id: str) -> bool:
        """Visibility follows a moment later."""
        return workflow_id in await self.env.found(query)

    def stored(self, view: LifecycleView) -> str:
        """The stage in the store."""
        if view.lifecycle == Lifecycle.ORDER:
            return str(self.env.store.row(Lifecycle.ORDER, view.id).state.stage)
        return str(self.env.store.row(Lifecycle.SUBSCRIPTION, view.id).state.stage)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def state(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LifecycleState]:
    """The whole life, lived once; the worker says all it can say, the mail server is rude."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TENURE_LOG_LEVEL", "debug")
        patched.setattr("starter.service.service.MailCatcher", RudeCatcher)
        async with whole_service(tmp_path_factory.mktemp("service")) as env:
            lived = LifecycleState(env)
            await order_until_graduation(lived)
            await renewal_in_time(lived)
            await mail_nobody_takes(lived)
            yield lived


async def order_until_graduation(state: LifecycleState) -> None:
    env = state.env
    with people_out_of_reach(env):
        order = await env.start_order(canary_order())
        await eventually(lambda: failed_once(order))
    await env.settled(order)
    await state.look("held", order)
    await env.pass_deadline(order, HOLD_OVERDUE)
    await state.look("overdue", order)
    await env.send(order, "clear_compliance", cleared())
    await env.send(order, "accept_terms", accepted(Terms.PORT))
    await state.look("shipped", order)
    await env.send(order, "complete_task", CompleteTask(by="partner-hikari", task=RELAY))
    await say_wrong_things(state, order)
    await env.send(order, "submit_provisioning_form", canary_form())
    await env.pass_deadline(order, BUILD_LATE)
    await state.look("built late", order)
    await env.send(order, "report_site_built", canary_access())
    await env.pass_deadline(order, "graduation_reminder/14")
    await state.look("service ready", order)
    await order.execute_update("graduate", canary_graduation())
    assert (await order.result())["stage"] == "completed"
    await state.look("graduated", order)


async def renewal_in_time(state: LifecycleState) -> None:
    env = state.env
    subscription = env.subscription(SUBSCRIPTION)
    await state.look("active", subscription)
    await env.pass_deadline(subscription, "renewal_notice/90")
    now = await current_time(env.client, subscription.id)
    renewal = await env.place_at(now, canary_order(RENEWAL, OrderKind.RENEWAL))
    await state.look("renewal ordered", subscription)
    await env.send(renewal, "accept_terms", accepted(Terms.PORT))
    await env.send(renewal, "clear_compliance", cleared())
    await env.send(renewal, "submit_provisioning_form", canary_form(existing_customer=True))
    await renewal.execute_update("report_site_built", renewal_done())
    assert (await renewal.result())["stage"] == "completed"
    await state.look("renewal done", renewal)
    await eventually(lambda: renewed(env))
    await env.settled(subscription)
    await env.pass_time(subscription, timedelta(days=100))
    await env.send(subscription, "confirm_renewal", ConfirmRenewal(by=TIER_2, order_number=RENEWAL))
    await state.look("renewed", subscription)


async def mail_nobody_takes(state: LifecycleState) -> None:
    partner = a_canary_partner(NOBODY, Language.ENGLISH)
    placed = canary_order(UNWANTED).model_copy(update={"ordering_partner": partner})
    order = await state.env.place(placed)
    await order.execute_update("refuse_compliance", refused())
    await state.env.settled(order)
    left = await state.env.state(order)
    assert (left.stage, left.desk) == ("rejected", ("settle_mail", "retry_mail")), "it waits for people. ADR 21"


async def say_wrong_things(state: LifecycleState, order: WorkflowHandle[Any, Any]) -> None:
    """Values of the right people in the wrong places."""
    right = canary_form().model_dump(mode="json")
    for field_, wrong in (("email", "canary@@nowhere"), ("phone", "0355509901 canary"), ("first_name", ["Canary"])):
        form = right["form"] | {field_: wrong}
        refusal = await refusal_of(order.execute_update("submit_provisioning_form", right | {"form": form}))
        assert refusal is not None
        state.refusals.append(refusal.message)


@contextmanager
def people_out_of_reach(env: WholeService) -> Iterator[None]:
    """For a moment nobody's name can be stored: a fault of the store, in the middle of what holds personal data."""
    with closing(sqlite3.connect(env.directory / "tenure.db", timeout=60, isolation_level=None)) as store:
        store.execute("ALTER TABLE people RENAME TO away")
        try:
            yield
        finally:
            store.execute("ALTER TABLE away RENAME TO people")


async def failed_once(order: WorkflowHandle[Any, Any]) -> bool:
    raw = (await order.describe()).raw_description
    return any(activity.HasField("last_failure") for activity in raw.pending_activities)


async def renewed(env: WholeService) -> bool:
    return (await env.state(env.subscription(SUBSCRIPTION))).facts["term"] == "2"


STAGES = {
    "held": "held",
    "overdue": "held",
    "shipped": "pending.awaiting_provisioning_details",
    "built late": "in_progress.provisioning",
    "service ready": "in_progress.service_ready",
    "graduated": "completed",
    "active": "active",
    "renewal ordered": "active",
    "renewal done": "completed",
    "renewed": "active",
}


async def test_story_store_and_list_say_the_same_at_every_stage(state: LifecycleState) -> None:
    assert {moment: look.view.stage for moment, look in state.looks.items()} == STAGES
    assert {moment: look.stored for moment, look in state.looks.items()} == STAGES
    assert all(look.listed for look in state.looks.values())


async def test_what_needs_attention_and_what_is_awaited_can_be_listed(state: LifecycleState) -> None:
    found = state.env.found
    asking = await found("TenureAttention = true")
    assert f"order-{UNWANTED}" in asking
    assert not asking & {f"order-{NEW}", f"subscription-{SUBSCRIPTION}"}, "what was late and is over asks for nobody"
    assert await found(f'TenurePartner = "{TIER_2}" AND TenureKind = "order.renewal"') == {f"order-{RENEWAL}"}
    assert state.looks["overdue"].view.jeopardy == (HOLD_OVERDUE,)


async def test_the_web_ui_says_where_it_stands_what_it_waits_for_and_what_to_send(state: LifecycleState) -> None:
    held = state.looks["held"].details
    assert held.startswith(
        f"### New order {NEW} (customer petitpont, partner northstar) is on compliance hold (`held`)"
    )
    assert "- **compliance clearance** from vendor" in held
    assert "- **port overage terms** from customer" in held
    assert '- `accept_terms`: `{"by":"REPLACE-ME","terms":"port"}`' in held
    assert "Compliance hold overdue: alert" in held
    assert "Europe/Paris" in held, "dates are the customer's"
    assert "The site was not built within the usual time" in state.looks["built late"].details
    assert "- **the Graduation form** from partner northstar" in state.looks["service ready"].details
    assert f"completion of renewal order {RENEWAL}" in state.looks["renewal ordered"].details
    assert state.looks["renewed"].details.startswith(f"### Subscription {SUBSCRIPTION} ")
    assert "is in service (`active`)\n- ✓ Term 1\n- → Term 2" in state.looks["renewed"].details


async def test_every_mail_once_to_its_reader_in_their_language(state: LifecycleState) -> None:
    """domain.md §9.1; the renewal sends no Welcome and nothing to the end user (REN-09)."""
    seen = [(mail.kind, mail.to.partition("@")[0], language(mail)) for mail in state.env.mails()]
    assert seen == [
        ("terms_wanted", "canary-northstar", "en"),
        ("hold_overdue", "canary-hikari", "ja"),
        ("confirmation", "canary-hikari", "ja"),
        ("provisioning_copy", "canary-partner-email", "en"),
        ("build_late", "canary-northstar", "en"),
        ("welcome", "canary-admin-email", "fr"),
        ("graduation_reminder", "canary-northstar", "en"),
        ("graduation_copy", "canary-copy", "en"),
        ("renewal_notice", "canary-renewal", "ko"),
        ("terms_wanted", "canary-northstar", "en"),
        ("confirmation", "canary-hikari", "ja"),
        ("provisioning_copy", "canary-partner-email", "en"),
        ("terms_wanted", "canary-northstar", "en"),
    ]
    words = {mail.kind: mail.subject + mail.text for mail in state.env.mails()}
    assert "確認文書" in words["confirmation"]
    assert "갱신" in words["renewal_notice"]
    assert "administrateur" in words["welcome"]
    assert "https://site.example/canary/one-time" in words["welcome"]
    assert not [mail.to for mail in state.env.mails() if "one-time" in mail.text and mail.kind != "welcome"], "ORD-23"


def language(mail: Any) -> str:
    return str(message_from_bytes(mail.path.read_bytes())["Content-Language"])


async def test_the_confirmation_document_goes_with_its_mail(state: LifecycleState) -> None:
    (mail,) = (mail for mail in state.env.mails() if NEW in mail.path.name and mail.kind == "confirmation")
    (document,) = mail.attachments
    assert (document.name, document.media_type) == (f"confirmation-{NEW}.pdf", "application/pdf")
    assert NEW in "".join(page.extract_text() for page in PdfReader(BytesIO(document.content)).pages)


async def test_every_timer_and_activity_is_labelled(state: LifecycleState) -> None:
    for handle in (state.env.order(NEW), state.env.order(RENEWAL), state.env.subscription(SUBSCRIPTION)):
        events = await history(handle, "TIMER_STARTED", "ACTIVITY_TASK_SCHEDULED")
        assert events
        unlabelled = [event.event_id for event in events if not event.user_metadata.summary.data]
        assert not unlabelled, f"{handle.id}: {unlabelled}"


async def test_the_store_knows_every_step_in_order(state: LifecycleState) -> None:
    events = state.env.store.events(Lifecycle.ORDER, NEW)
    recorded = [event.sequence for event in events if event.sequence]
    assert recorded == list(range(1, len(recorded) + 1))
    assert [event.occurred_at for event in events] == sorted(event.occurred_at for event in events)
    told = [event.type for event in events if not event.type.startswith("mail.")]
    assert told == [
        "order.acknowledged",
        "order.held",
        "order.information_required",
        "order.jeopardy",
        "order.compliance_cleared",
        "order.terms_accepted",
        "order.shipped",
        "order.task_completed",
        "order.form_submitted",
        "order.build_expected",
        "order.jeopardy",
        "order.site_built",
        "order.welcome_sent",
        "order.password_link_ended",
        "order.graduation_reminded",
        "order.graduated",
        "order.csm_assigned",
    ]
    assert state.env.store.row(Lifecycle.SUBSCRIPTION, SUBSCRIPTION).csm == "csm-1"
    assert all(task.closed_at for task in state.env.store.tasks(Lifecycle.SUBSCRIPTION, SUBSCRIPTION))


async def test_a_renewal_in_time_moves_the_renewal_date_by_a_year_and_suspends_nothing(state: LifecycleState) -> None:
    before, after = state.looks["active"].view, state.looks["renewed"].view
    assert after.facts["term"] == "2"
    assert int(after.facts["renewal_date"][:4]) == int(before.facts["renewal_date"][:4]) + 1
    assert next(deadline for deadline in before.deadlines if deadline.name == RENEWAL_DATE).at < after.as_of
    assert "subscription.suspended" not in state.env.events(SUBSCRIPTION, Lifecycle.SUBSCRIPTION)


# Personal data: only where the data map says. I1, I2.


CARRIERS = ("open_order", "record", "retry_mail")
"""Activities whose inputs carry personal data into the store; starts and updates bring it."""


async def test_no_personal_data_in_histories_but_in_starts_updates_and_what_stores_them(state: LifecycleState) -> None:
    carried = 0
    async for execution in state.env.client.list_workflows(""):
        handle = state.env.client.get_workflow_handle(execution.id, run_id=execution.run_id)
        for event in await history(handle):
            carried += bool(traces(event.SerializeToString()))
            left = traces(without_what_may_carry(event).SerializeToString())
            assert not left, f"{execution.id} event {event.event_id}: {left}"
    assert carried > 5, "the canaries did go in"


def without_what_may_carry(event: HistoryEvent) -> HistoryEvent:
    rest = HistoryEvent()
    rest.CopyFrom(event)
    rest.workflow_execution_started_event_attributes.ClearField("input")
    rest.workflow_execution_update_accepted_event_attributes.accepted_request.input.ClearField("args")
    if rest.activity_task_scheduled_event_attributes.activity_type.name in CARRIERS:
        rest.activity_task_scheduled_event_attributes.ClearField("input")
    return rest


async def test_no_personal_data_in_what_lists_and_the_web_ui_show(state: LifecycleState) -> None:
    async for execution in state.env.client.list_workflows(""):
        shown = [execution.id, str(execution.typed_search_attributes), str(await execution.memo())]
        assert not traces(" ".join(shown))
        described = await state.env.client.get_workflow_handle(execution.id).describe()
        assert not traces(described.raw_description.SerializeToString())
    assert not traces("".join(look.details + look.view.model_dump_json() for look in state.looks.values()))


async def test_no_personal_data_in_what_people_are_told_who_sent_it_wrong(state: LifecycleState) -> None:
    assert [refusal.partition(":")[0] for refusal in state.refusals] == ["form.email", "form.phone", "form.first_name"]
    assert not traces("\n".join(state.refusals))


async def test_no_personal_data_in_the_words_kept_of_a_rude_mail_server(state: LifecycleState) -> None:
    (refused_mail,) = (mail for mail in state.env.store.mails(Lifecycle.ORDER, UNWANTED) if mail.state == "refused")
    assert str(refused_mail.answer).startswith("RCPT: 550")
    assert not traces(str(refused_mail.answer))


async def test_no_personal_data_in_any_log(state: LifecycleState) -> None:
    """The worker's at debug, with a store that failed in the middle of a start and a mail server that says names."""
    logs = [state.env.directory / "worker.log", state.env.directory / "temporal" / "temporal.log"]
    assert b"no such table" in logs[0].read_bytes()
    for log in logs:
        assert not traces(log.read_bytes()), log.name
