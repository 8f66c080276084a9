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
from domain.mails import Lifecycle
from domain.order.messages import CompleteTask, OrderKind, Terms
from domain.order.order import BUILD_LATE, HOLD_OVERDUE, RELAY
from domain.subscription.messages import ConfirmRenewal
from domain.subscription.subscription import RENEWAL_DATE
from domain.view import LifeView
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
from tests.e2e.city import City, a_city, eventually, history, said_no
from tests.makers import accepted, cleared, refused, renewal_done

pytestmark = pytest.mark.asyncio(loop_scope="module")

UNWANTED = "SO-910009"
"""An order of somebody whom the mail server does not know."""


@dataclass
class Look:
    """What was to be seen at one moment of the life."""

    view: LifeView
    details: str
    """What the Web UI shows as current details."""

    stored: str
    listed: bool
    """Does a list query by stage find it?"""


@dataclass
class Life:
    """A life that was lived, and what was seen on the way."""

    city: City
    looks: dict[str, Look] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    """What people were told who sent something wrong."""

    async def look(self, moment: str, handle: WorkflowHandle[Any, Any]) -> None:
        """Look at it from every side."""
        view = await self.city.state(handle)
        query = f'TenureStage = "{view.stage}" AND TenureCustomer = "{view.customer_id}" AND TenureKind = "{view.kind}"'
        listed = await eventually(lambda: self.finds(query, handle.id))
        metadata = await handle.query("__temporal_workflow_metadata", result_type=object)
        self.looks[moment] = Look(view, metadata.current_details, self.stored(view), listed)

    async def finds(self, query: str, workflow_id: str) -> bool:
        """Visibility follows a moment later."""
        return workflow_id in await self.city.found(query)

    def stored(self, view: LifeView) -> str:
        """The stage in the store."""
        if view.lifecycle == Lifecycle.ORDER:
            return self.city.store.order(view.id).life.stage
        return self.city.store.subscription(view.id).life.stage


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def life(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Life]:
    """The whole life, lived once; the worker says all it can say, the mail server is rude."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TENURE_LOG_LEVEL", "debug")
        patched.setattr("starter.service.MailCatcher", RudeCatcher)
        async with a_city(tmp_path_factory.mktemp("city")) as city:
            lived = Life(city)
            await order_until_graduation(lived)
            await renewal_in_time(lived)
            await mail_nobody_takes(lived)
            yield lived


async def order_until_graduation(life: Life) -> None:
    city = life.city
    with people_out_of_reach(city):
        order = await city.start(canary_order())
        await eventually(lambda: failed_once(order))
    await city.settled(order)
    await life.look("held", order)
    await city.move_past(order, HOLD_OVERDUE)
    await life.look("overdue", order)
    await city.tell(order, "clear_compliance", cleared())
    await city.tell(order, "accept_terms", accepted(Terms.PORT))
    await life.look("shipped", order)
    await city.tell(order, "complete_task", CompleteTask(by="partner-hikari", task=RELAY))
    await say_wrong_things(life, order)
    await city.tell(order, "submit_provisioning_form", canary_form())
    await city.move_past(order, BUILD_LATE)
    await life.look("built late", order)
    await city.tell(order, "report_site_built", canary_access())
    await city.move_past(order, "graduation_reminder/14")
    await life.look("service ready", order)
    await order.execute_update("graduate", canary_graduation())
    assert (await order.result())["stage"] == "completed"
    await life.look("graduated", order)


async def renewal_in_time(life: Life) -> None:
    city = life.city
    subscription = city.subscription(SUBSCRIPTION)
    await life.look("active", subscription)
    await city.move_past(subscription, "renewal_notice/90")
    now = await current_time(city.client, subscription.id)
    renewal = await city.place(canary_order(RENEWAL, OrderKind.RENEWAL).model_copy(update={"placed_at": now}))
    await city.move(renewal, now - await current_time(city.client, renewal.id))
    await life.look("renewal ordered", subscription)
    await city.tell(renewal, "accept_terms", accepted(Terms.PORT))
    await city.tell(renewal, "clear_compliance", cleared())
    await city.tell(renewal, "submit_provisioning_form", canary_form(existing_customer=True))
    await renewal.execute_update("report_site_built", renewal_done())
    assert (await renewal.result())["stage"] == "completed"
    await life.look("renewal done", renewal)
    await eventually(lambda: renewed(city))
    await city.settled(subscription)
    await city.move(subscription, timedelta(days=100))
    await city.tell(subscription, "confirm_renewal", ConfirmRenewal(by=TIER_2, order_number=RENEWAL))
    await life.look("renewed", subscription)


async def mail_nobody_takes(life: Life) -> None:
    partner = a_canary_partner(NOBODY, "en")
    placed = canary_order(UNWANTED).model_copy(update={"ordering_partner": partner})
    order = await life.city.place(placed)
    await order.execute_update("refuse_compliance", refused())
    assert (await order.result())["stage"] == "rejected"


async def say_wrong_things(life: Life, order: WorkflowHandle[Any, Any]) -> None:
    """Values of the right people in the wrong places."""
    right = canary_form().model_dump(mode="json")
    for field_, wrong in (("email", "canary@@nowhere"), ("phone", "0355509901 canary"), ("first_name", ["Canary"])):
        form = right["form"] | {field_: wrong}
        refusal = await said_no(order.execute_update("submit_provisioning_form", right | {"form": form}))
        assert refusal is not None
        life.refusals.append(refusal.message)


@contextmanager
def people_out_of_reach(city: City) -> Iterator[None]:
    """For a moment nobody's name can be stored: a fault of the store, in the middle of what holds personal data."""
    with closing(sqlite3.connect(city.directory / "tenure.db", isolation_level=None)) as store:
        store.execute("ALTER TABLE people RENAME TO away")
        try:
            yield
        finally:
            store.execute("ALTER TABLE away RENAME TO people")


async def failed_once(order: WorkflowHandle[Any, Any]) -> bool:
    raw = (await order.describe()).raw_description
    return any(activity.HasField("last_failure") for activity in raw.pending_activities)


async def renewed(city: City) -> bool:
    return (await city.state(city.subscription(SUBSCRIPTION))).facts["term"] == "2"


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


async def test_story_store_and_list_say_the_same_at_every_stage(life: Life) -> None:
    assert {moment: look.view.stage for moment, look in life.looks.items()} == STAGES
    assert {moment: look.stored for moment, look in life.looks.items()} == STAGES
    assert all(look.listed for look in life.looks.values())


async def test_what_needs_attention_and_what_is_awaited_can_be_listed(life: Life) -> None:
    found = life.city.found
    assert await found("TenureAttention = true") >= {f"order-{NEW}", f"order-{UNWANTED}"}
    assert f"subscription-{SUBSCRIPTION}" not in await found("TenureAttention = true")
    assert await found(f'TenurePartner = "{TIER_2}" AND TenureKind = "order.renewal"') == {f"order-{RENEWAL}"}
    assert life.looks["overdue"].view.jeopardy == (HOLD_OVERDUE,)


async def test_the_web_ui_says_where_it_stands_what_it_waits_for_and_what_to_send(life: Life) -> None:
    held = life.looks["held"].details
    assert held.startswith(
        f"### New order {NEW} (customer petitpont, partner northstar) is on compliance hold (`held`)"
    )
    assert "- **compliance clearance** from vendor" in held
    assert "- **port overage terms** from customer" in held
    assert '- `accept_terms`: `{"by":"petitpont","terms":"port"}`' in held
    assert "Compliance hold overdue: alert" in held
    assert "Europe/Paris" in held, "dates are the customer's"
    assert "The site was not built within the usual time" in life.looks["built late"].details
    assert "- **the Graduation form** from partner northstar" in life.looks["service ready"].details
    assert f"completion of renewal order {RENEWAL}" in life.looks["renewal ordered"].details
    assert life.looks["renewed"].details.startswith(f"### Subscription {SUBSCRIPTION} ")
    assert "is in service (`active`)\n- ✓ Term 1\n- → Term 2" in life.looks["renewed"].details


async def test_every_mail_once_to_its_reader_in_their_language(life: Life) -> None:
    """domain.md §9.1; the renewal sends no Welcome and nothing to the end user (REN-09)."""
    seen = [(mail.kind, mail.to.partition("@")[0], language(mail)) for mail in life.city.mails()]
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
    words = {mail.kind: mail.subject + mail.text for mail in life.city.mails()}
    assert "確認文書" in words["confirmation"]
    assert "갱신" in words["renewal_notice"]
    assert "administrateur" in words["welcome"]
    assert "https://site.example/canary/one-time" in words["welcome"]
    assert not [mail.to for mail in life.city.mails() if "one-time" in mail.text and mail.kind != "welcome"], "ORD-23"


def language(mail: Any) -> str:
    return str(message_from_bytes(mail.path.read_bytes())["Content-Language"])


async def test_the_confirmation_document_goes_with_its_mail(life: Life) -> None:
    (mail,) = (mail for mail in life.city.mails() if NEW in mail.path.name and mail.kind == "confirmation")
    (document,) = mail.attachments
    assert (document.name, document.media_type) == (f"confirmation-{NEW}.pdf", "application/pdf")
    assert NEW in "".join(page.extract_text() for page in PdfReader(BytesIO(document.content)).pages)


async def test_every_timer_and_activity_is_labelled(life: Life) -> None:
    for handle in (life.city.order(NEW), life.city.order(RENEWAL), life.city.subscription(SUBSCRIPTION)):
        events = await history(handle, "TIMER_STARTED", "ACTIVITY_TASK_SCHEDULED")
        assert events
        unlabelled = [event.event_id for event in events if not event.user_metadata.summary.data]
        assert not unlabelled, f"{handle.id}: {unlabelled}"


async def test_the_store_knows_every_step_in_order(life: Life) -> None:
    events = life.city.store.events(Lifecycle.ORDER, NEW)
    assert [event.sequence for event in events] == list(range(1, len(events) + 1))
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
    assert life.city.store.subscription(SUBSCRIPTION).csm == "csm-1"
    assert all(task.closed_at for task in life.city.store.tasks(Lifecycle.SUBSCRIPTION, SUBSCRIPTION))


async def test_a_renewal_in_time_moves_the_renewal_date_by_a_year_and_suspends_nothing(life: Life) -> None:
    before, after = life.looks["active"].view, life.looks["renewed"].view
    assert after.facts["term"] == "2"
    assert int(after.facts["renewal_date"][:4]) == int(before.facts["renewal_date"][:4]) + 1
    assert next(deadline for deadline in before.deadlines if deadline.name == RENEWAL_DATE).at < after.as_of
    assert "subscription.suspended" not in life.city.told(SUBSCRIPTION, Lifecycle.SUBSCRIPTION)


# Personal data: only where the data map says. I1, I2.


CARRIERS = ("open_order", "record_order", "retry_mail")
"""Activities whose inputs carry personal data into the store; starts and updates bring it."""


async def test_no_personal_data_in_histories_but_in_starts_updates_and_what_stores_them(life: Life) -> None:
    carried = 0
    async for execution in life.city.client.list_workflows(""):
        handle = life.city.client.get_workflow_handle(execution.id, run_id=execution.run_id)
        for event in await history(handle):
            carried += bool(traces(event.SerializeToString()))
            left = traces(without_what_may_carry(event).SerializeToString())
            assert not left, f"{execution.id} event {event.event_id}: {left}"
    assert carried > 10, "the canaries did go in"


def without_what_may_carry(event: HistoryEvent) -> HistoryEvent:
    rest = HistoryEvent()
    rest.CopyFrom(event)
    rest.workflow_execution_started_event_attributes.ClearField("input")
    rest.workflow_execution_update_accepted_event_attributes.accepted_request.input.ClearField("args")
    if rest.activity_task_scheduled_event_attributes.activity_type.name in CARRIERS:
        rest.activity_task_scheduled_event_attributes.ClearField("input")
    return rest


async def test_no_personal_data_in_what_lists_and_the_web_ui_show(life: Life) -> None:
    async for execution in life.city.client.list_workflows(""):
        shown = [execution.id, str(execution.typed_search_attributes), str(await execution.memo())]
        assert not traces(" ".join(shown))
        described = await life.city.client.get_workflow_handle(execution.id).describe()
        assert not traces(described.raw_description.SerializeToString())
    assert not traces("".join(look.details + look.view.model_dump_json() for look in life.looks.values()))


async def test_no_personal_data_in_what_people_are_told_who_sent_it_wrong(life: Life) -> None:
    assert [refusal.partition(":")[0] for refusal in life.refusals] == ["form.email", "form.phone", "form.first_name"]
    assert not traces("\n".join(life.refusals))


async def test_no_personal_data_in_the_words_kept_of_a_rude_mail_server(life: Life) -> None:
    (refused_mail,) = (mail for mail in life.city.store.mails(Lifecycle.ORDER, UNWANTED) if mail.state == "refused")
    assert str(refused_mail.answer).startswith("RCPT: 550")
    assert not traces(str(refused_mail.answer))


async def test_no_personal_data_in_any_log(life: Life) -> None:
    """The worker's at debug, with a store that failed in the middle of a start and a mail server that says names."""
    logs = [life.city.directory / "worker.log", life.city.directory / "temporal" / "temporal.log"]
    assert b"no such table" in logs[0].read_bytes()
    for log in logs:
        assert not traces(log.read_bytes()), log.name
