"""The operators' desk: every link is one the server understands, every file one that can be pasted."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from pydantic import ValidationError
from temporalio import workflow
from temporalio.client import Client
from temporalio.service import RPCError
from temporalio.worker import Worker

from activities.ports import Answer
from domain.account.channels import Channel
from domain.compliance.policy import CompliancePolicy
from domain.lifecycles import KINDS
from domain.operator import Hold, PutNote
from domain.operator_updates import OPERATOR_EXAMPLES
from domain.option.messages import OptionKind
from domain.order.messages import Offering, PlaceOrder, Terms
from domain.order.policy import OrderPolicy
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.order.view import awaiting as order_awaiting
from domain.placeholder import PLACEHOLDER
from domain.trial.messages import StartTrial, TrialDevice
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.trial.view import awaiting as trial_awaiting
from domain.values import Message
from domain.view import Awaited, LifecycleView
from domain.wholesale.policy import WholesalePolicy
from starter.commands.desk import filters
from tests.case_scenarios import received
from tests.cases import HOUR
from tests.cases import asked as question
from tests.compliance import confirmed
from tests.makers import (
    MONDAY,
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_person,
    a_trial,
    an_order,
    built,
    cleared,
    days,
    graduated,
    some,
    submitted,
)
from tests.options import a_request
from tests.options import begun as begun_work
from tests.starter.conftest import WITHIN, Tenure, eventually
from tests.support.clock import forward
from tests.support.embedded import QUEUE, Background, Embedded, embedded
from tests.support.environment import AT_LAST, Handle
from tests.support.one_item import in_one_item
from tests.wholesale import CALLING, CONSOLE, MEETINGS, removal, report
from tests.wholesale_scenarios import LISTED, check, onboarded
from tools import ui_examples
from workflows.registry import WORKFLOWS

GUIDE = ui_examples.ROOT / "docs" / "operator-guide.md"

NOW = datetime(2026, 6, 1, 3, tzinfo=UTC)


# Lifecycles, each in a plight of its own, and the lists that show it.

VENDOR, PARTNER, CUSTOMER, OPERATIONS = (
    f"awaiting {whom}" for whom in ("the vendor", "the partner", "the customer", "me, operations")
)
CONVERTIBLE = "trials that may be converted"
S1, SOON, MISSED = "S1 cases", "S1 cases with something due within the hour", "cases that missed something"
UNANSWERED, WAITING = "cases nobody has answered yet", "cases that wait for the partner"
UNCLASSIFIED = "cases without the customer's main e-mail"
WITH_ERRORS = "wholesale customers provisioned with errors"
NOT_PROVISIONED = "wholesale customers that could not be provisioned"
LEAVING, OWN = "wholesale customers being deprovisioned", "wholesale customers, partners' own organizations"
REVIEWS, LONG_REVIEWS = "compliance reviews", "compliance reviews over an hour"
WEDGED = "wedged: tell the developers"

PLIGHTS: Mapping[str, set[str]] = {
    "order-SO-7301 on hold": {VENDOR},
    "order-SO-7302 without terms": {VENDOR, CUSTOMER, "held without terms"},
    "order-SO-7303 without its form": {PARTNER},
    "order-SO-7304 past its hold": {VENDOR, "jeopardy", "needs attention"},
    "order-SO-7305 stopped by an operator": {VENDOR, OPERATIONS, "needs attention"},
    "order-SO-7306 whose mail was refused": {PARTNER, OPERATIONS, "needs attention"},
    "order-SO-7307 graduated": set(),
    "order-SO-7308 with graduation overdue": {PARTNER, "needs attention"},
    "subscription-sub-SO-7307 in its term": set(),
    "subscription-sub-SO-7308 not renewed": {PARTNER, "jeopardy", "needs attention", "suspended subscriptions"},
    "trial-T-7301 without consent": {CUSTOMER},
    "trial-T-7302 to be built": {VENDOR},
    "trial-T-7303 ending soon": {"due this week", CONVERTIBLE},
    "trial-T-7304 expired": {"trials in grace", CONVERTIBLE},
    "trial-T-7305 that lends": {CONVERTIBLE},
    "device-D-7301 on its way": {VENDOR},
    "device-D-7302 not given back": {CUSTOMER, PARTNER, "jeopardy", "needs attention"},
    "option-OR-7301 to begin": {VENDOR, "option requests to begin"},
    "option-OR-7302 under way": {VENDOR, "option requests to complete"},
    "case-C-7301 not answered": {VENDOR, S1, SOON, UNANSWERED, "due this week"},
    "case-C-7302 answered too late": {
        VENDOR,
        S1,
        UNANSWERED,
        MISSED,
        "due this week",
        "jeopardy",
        "needs attention",
    },
    "case-C-7303 that waits for an answer": {PARTNER, S1, WAITING},
    "case-C-7304 of nobody knows whom": {PARTNER, WAITING, UNCLASSIFIED},
    "case-C-7305 whose field is empty": {VENDOR, UNANSWERED, UNCLASSIFIED, "needs attention"},
    "wholesale-W-7301 half provisioned": {OPERATIONS, "needs attention", WITH_ERRORS},
    "wholesale-W-7302 not provisioned": {OPERATIONS, "needs attention", NOT_PROVISIONED},
    "wholesale-W-7303 stopped on its way out": {OPERATIONS, "needs attention", LEAVING},
    "wholesale-W-7304 of the partner itself": {OWN},
    "wholesale-W-7305 in service": set(),
    "compliance-W-7301-1 just found": {VENDOR, "due this week", REVIEWS},
    "compliance-W-7302-1 reviewed for long": {VENDOR, "jeopardy", "needs attention", REVIEWS, LONG_REVIEWS},
    "compliance-W-7303-1 of who leaves anyway": set(),
    "compliance-W-7304-1 with the next contact soon": {PARTNER, "due this week", "partners to contact"},
    "compliance-W-7305-1 after its last contact": {PARTNER, "due this week", "deprovisioning announced"},
}
"""By workflow id, with a word on what is the matter."""

REFUSING = "nobody@minato.example.com"


@pytest.fixture(scope="module")
def shown(one_service: Background) -> Callable[[str], set[str]]:
    """Whom of them a list shows."""
    all_of_them = {state.partition(" ")[0] for state in PLIGHTS}

    async def listed(query: str) -> set[str]:
        return {each.id async for each in one_service.client.list_workflows(query)} & all_of_them

    one_service.env.transport.answers[REFUSING] = Answer.REFUSED
    one_service.do(settled(one_service.client))
    one_service.do(cases(one_service.env))
    one_service.do(customers(one_service.env))
    return lambda name: one_service.do(listed(filters(datetime.now(UTC))[name]))


async def settled(client: Client) -> None:
    """All of them, in the plight they are known for."""
    shipped = {"clear_compliance": cleared()}
    in_service = {**shipped, "submit_provisioning_form": submitted(), "report_site_built": built()}
    minato = a_partner("minato", contact=a_person(REFUSING))
    await asyncio.gather(
        begun(client, placed("SO-7301")),
        begun(client, placed("SO-7302", Offering.PORT)),
        begun(client, placed("SO-7303"), told=shipped),
        begun(client, placed("SO-7304"), later=60),
        begun(client, placed("SO-7305"), told={"hold": Hold(by="ops-7", reason="in dispute")}),
        begun(client, placed("SO-7306", ordering_partner=minato), told=shipped),
        begun(client, placed("SO-7307"), told={**in_service, "graduate": graduated(term_years=1)}),
        begun(client, placed("SO-7308"), told=in_service, later=40),
        begun(client, a_consented_trial("T-7301")),
        begun(client, a_trial("T-7302")),
        begun(client, a_paid_customer_s_trial("T-7303", days=3)),
        begun(client, a_paid_customer_s_trial("T-7304", days=1), later=3),
        begun(client, a_paid_customer_s_trial("T-7305", devices=lent())),
        moved(client, "subscription-sub-SO-7308", 400),
        moved(client, "device-D-7302", 90),
    )
    await asked(client, "sub-SO-7307")


async def asked(client: Client, subscription: str) -> None:
    """Two options of it, once its row is there: it takes notes from then on."""
    note = PutNote(by="ops-7", text="Two options are coming.")
    await client.get_workflow_handle(f"subscription-{subscription}").execute_update("put_note", note)
    for id_ in ("OR-7301", "OR-7302"):
        request = a_request(OptionKind.LOGO, id_, subscription_id=subscription)
        await client.start_workflow("OptionRequest", request, id=f"option-{id_}", task_queue=QUEUE)
    await client.get_workflow_handle("option-OR-7302").execute_update("begin_work", begun_work())


async def cases(env: Embedded) -> None:
    """Of the hours since their receipt: first the one that was breached already."""
    nothing: dict[str, Any] = {"channel": Channel.EMAIL, "main_email": None, "organization_id": None}
    await received(env, "C-7301")
    await received(env, "C-7302", HOUR * 4)
    await env.send(await received(env, "C-7303"), "ask_partner", question())
    await received(env, "C-7304", **nothing)
    await received(env, "C-7305", main_email=None)


async def customers(env: Embedded) -> None:
    """Of wholesale, all named like somebody on the list."""
    everything = (CALLING, MEETINGS, CONSOLE)
    await supplied(env, "W-7301", MEETINGS)
    await supplied(env, "W-7302", *everything)
    await moved(env.client, "compliance-W-7302-1", 0.1)
    leaving = await supplied(env, "W-7303")
    await env.send(leaving, "hold", Hold(by="ops-7", reason="the partner calls"))
    await env.send(leaving, "deprovision", removal(), check(env, "W-7303"))
    soon = CompliancePolicy(contacts=(days(0), days(1), days(7)), notices_at=time())
    own = await supplied(env, "W-7304", own_organization=True, zone=long_before_midnight(), policy=screened_by(soon))
    await env.send(check(env, "W-7304"), "confirm_match", confirmed(), own)
    once = screened_by(CompliancePolicy(contacts=(days(0),)))
    contacted = await supplied(env, "W-7305", policy=once)
    await env.send(check(env, "W-7305"), "confirm_match", confirmed(), contacted)


async def supplied(env: Embedded, id_: str, *failed: str, **changes: Any) -> Handle:
    """Everything was reported; of these, that they failed."""
    customer = await onboarded(env, id_, name=LISTED, **changes)
    for name in (CALLING, MEETINGS, CONSOLE):
        await env.send(customer, "report_package", report(name, fails=name in failed))
    return customer


def screened_by(policy: CompliancePolicy) -> WholesalePolicy:
    return WholesalePolicy(compliance=policy)


def long_before_midnight() -> str:
    """A zone where the day ends in ten hours at least, and in a day at most."""
    return "UTC" if datetime.now(UTC).hour < 12 else "Pacific/Honolulu"


def placed(number: str, *offerings: Offering, **changes: Any) -> PlaceOrder:
    """Its hold is late in more than a week, whatever day it is."""
    return an_order(number, *offerings, policy=OrderPolicy(hold_overdue=20), **changes)


def lent() -> tuple[TrialDevice, ...]:
    until = datetime.now(UTC) + days(60)
    made = (("D-7301", "Desk Pro", "FOC1"), ("D-7302", "Board 55", "FOC2"))
    return tuple(TrialDevice(device_id=i, model=m, serial_number=s, expires_on=until) for i, m, s in made)


async def begun(
    client: Client, start: PlaceOrder | StartTrial, /, *, later: int = 0, told: Mapping[str, Message] | None = None
) -> None:
    """A life with a customer of its own (what one buys is no concern of another), what it was told, a while later."""
    if isinstance(start, PlaceOrder):
        story, id_ = "Order", f"order-{start.sales_order_number}"
    else:
        story, id_ = "Trial", f"trial-{start.trial_id}"
    alone = start.model_copy(update={"customer": a_customer(id=f"customer-of-{id_}")})
    handle = await client.start_workflow(story, alone, id=id_, task_queue=QUEUE)
    for update, message in (told or {}).items():
        await handle.execute_update(update, message)
    if later:
        await moved(client, id_, later)


async def moved(client: Client, id_: str, number: float) -> None:
    """So many days on, once it is there and knows what is due."""
    async with asyncio.timeout(WITHIN):
        while not await knows_what_is_due(client, id_):  # noqa: ASYNC110 - no event tells
            await asyncio.sleep(AT_LAST)
    await forward(client, id_, days(number))


async def knows_what_is_due(client: Client, id_: str) -> bool:
    try:
        view = await client.get_workflow_handle(id_).query("state", result_type=LifecycleView)
    except RPCError:  # not there yet
        return False
    return bool(view.deadlines)


@pytest.mark.parametrize("name", filters(NOW))
def test_a_list_shows_whom_it_is_for_and_nobody_else(name: str, shown: Callable[[str], set[str]]) -> None:
    """The server's lists lag behind a little."""
    wanted = {state.partition(" ")[0] for state, lists in PLIGHTS.items() if name in lists}
    assert eventually(lambda: shown(name), lambda found: found == wanted) == wanted


def test_every_list_has_something_to_show() -> None:
    assert set().union(*PLIGHTS.values()) | {WEDGED} == set(filters(NOW))


@workflow.defn(name="Order", sandboxed=False)
class OrderWithAFault:
    """As a release may have it that nobody tested."""

    @workflow.run
    async def run(self) -> None:
        raise RuntimeError("a fault of ours")


async def test_whose_code_fails_is_listed_as_wedged_and_who_is_well_is_not() -> None:
    """On a server as `tenure up` starts it: others tell only after five attempts, that is a minute."""
    async with embedded() as env, Worker(env.client, task_queue="faulty", workflows=[OrderWithAFault]):
        await env.place(an_order("SO-7401"))
        await env.client.start_workflow("Order", id="order-SO-7402", task_queue="faulty")
        found: list[str] = []
        async with asyncio.timeout(WITHIN):
            while not found:
                await asyncio.sleep(AT_LAST)
                found = [each.id async for each in env.client.list_workflows(filters(NOW)[WEDGED])]
        assert found == ["order-SO-7402"]


# Links, and what to paste.


def test_a_link_carries_its_query_and_a_form_its_fields(tenure: Tenure) -> None:
    answered = tenure("desk", "--ui", "https://ui.example.com/", "--namespace", "partner channel", "--json")

    assert answered.code == 0
    for link in answered.json["filters"]:
        parts = urlsplit(link["url"])
        assert (parts.netloc, parts.path) == ("ui.example.com", "/namespaces/partner%20channel/workflows")
        assert parse_qs(parts.query) == {"query": [link["query"]]}
    for link in answered.json["starts"]:
        fields = {"taskQueue": "tenure", "workflowType": link["workflow_type"], "workflowId": link["workflow_id"]}
        assert parse_qs(urlsplit(link["url"]).query) == {name: [value] for name, value in fields.items()}


def test_people_read_where_to_click_and_what_to_paste(tenure: Tenure) -> None:
    answered = tenure("desk")

    assert answered.code == 0
    assert "held without terms\n    http://127.0.0.1:8233/namespaces/default/workflows?query=" in answered.out
    assert "examples/ui/order.start.new.json" in answered.out


def test_the_week_begins_now() -> None:
    assert filters(NOW)["due this week"].startswith("TenureDue < '2026-06-08T03:00:00Z'")


def all_that_is_awaited() -> set[Awaited]:
    """From whom each lifecycle waits for what, in every stage."""
    order, trial = OrderState.placed(an_order(), MONDAY), TrialState.placed(a_trial(), MONDAY)
    order.required_terms = (Terms.PORT,)
    found = {each for stage in Stage for each in order_awaiting(order.model_copy(update={"stage": stage}))}
    found |= {each for stage in TrialStage for each in trial_awaiting(trial.model_copy(update={"stage": stage}))}
    return found


def test_whoever_is_waited_for_has_a_list() -> None:
    for awaited in some(all_that_is_awaited()):
        assert f"TenureWaitsFor = '{awaited.party}' AND ExecutionStatus = 'Running'" in filters(NOW).values(), awaited


def test_a_start_names_a_workflow_the_worker_knows_and_a_file_that_is_there() -> None:
    known = {ui_examples.FOLDER / f"{name}.json" for name in ui_examples.starts()}
    assert all(path.is_file() for path in known)
    assert {ui_examples.FOLDER / form.example for kind in KINDS.values() for form in kind.desk.starts} == known
    assert {kind.workflow for kind in KINDS.values()} == {each.__name__ for each in WORKFLOWS}


def test_a_link_to_a_form_makes_up_no_id(tenure: Tenure) -> None:
    starts = tenure("desk", "--json").json["starts"]
    assert {each["workflow_id"] for each in starts} == {
        f"{kind.name}-REPLACE-ME" for kind in KINDS.values() if kind.handed_in and kind.desk.starts
    }


MESSAGES, TO_FILL_IN, INVENTED = ui_examples.messages(), ui_examples.to_fill_in(), ui_examples.invented()
FILES = [
    *((ui_examples.FOLDER / f"{name}.json", text) for name, text in TO_FILL_IN.items()),
    *((ui_examples.INVENTED / f"{name}.json", text) for name, text in INVENTED.items()),
]


@in_one_item(("path", "text"), FILES)
def test_a_file_to_paste_is_what_it_should_be(path: Path, text: str) -> None:
    """`python -m tools.ui_examples --write` brings them up to date."""
    assert path.read_text(encoding="utf-8") == text


@in_one_item("name", TO_FILL_IN)
def test_a_file_to_fill_in_makes_nothing_up_and_is_refused_as_it_is(name: str) -> None:
    message, text = MESSAGES[name], TO_FILL_IN[name]
    said = {field for field, value in leaves(json.loads(text)) if PLACEHOLDER not in str(value)}
    assert said <= {"kind", "dry_run"}, "what it starts, and to try first, are no facts"
    with pytest.raises(ValidationError) as refused:
        type(message).model_validate_json(text)
    assert "by" in {each["loc"][0] for each in refused.value.errors()}


@in_one_item("name", INVENTED)
def test_an_invented_file_is_taken(name: str) -> None:
    message = MESSAGES[name]
    assert type(message).model_validate_json(INVENTED[name]) == message


def leaves(document: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    match document:
        case dict():
            for inner, value in document.items():
                yield from leaves(value, inner)
        case list():
            for value in document:
                yield from leaves(value, name)
        case _:
            yield name, document


def test_there_is_no_file_to_paste_that_is_none() -> None:
    found = {path for folder in (ui_examples.FOLDER, ui_examples.INVENTED) for path in folder.iterdir()}
    assert found == {path for path, _ in FILES}


def test_the_guide_shows_every_picture_and_names_files_that_are_there() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    shown = set(re.findall(r"\(screenshots/([\w-]+\.png)\)", guide))
    assert shown == {path.name for path in (GUIDE.parent / "screenshots").iterdir()}
    named = re.findall(r"`(examples/(?:ui|invented)/[.\w]+\.json)`", guide)
    assert {Path(name).parent.name for name in named} == {"ui", "invented"}
    assert [name for name in named if not (ui_examples.ROOT / name).is_file()] == []


def test_the_guide_tells_every_list_and_every_operator_s_verb() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    assert all(f"`{verb}`" in guide for verb in some(OPERATOR_EXAMPLES))
    assert all(name.removeprefix("awaiting ") in guide for name in some(filters(NOW)))
