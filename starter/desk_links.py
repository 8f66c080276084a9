"""`tenure desk`: links into Temporal's Web UI, for whoever watches over orders and trials."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote, urlencode

import typer

from domain.mails import Lifecycle, workflow_id
from starter.exits import bad
from starter.options import examples
from starter.terminal import terminal
from starter.tool_answers import DeskAnswer, FilterLink, StartLink

if TYPE_CHECKING:
    from temporalio.common import SearchAttributeKey

app = typer.Typer()

EMBEDDED_UI: Final = "http://127.0.0.1:8233"
"""Where `tenure up` and `tenure demo` put it."""

WEEK: Final = timedelta(days=7)

CONVERTIBLE: Final = "convert"
"""Every running trial awaits it, so a list of what the partner owes us would drown in them."""

WEDGED: Final = "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
"""Temporal's own attribute: the story cannot go on until its code is mended."""

STARTS: Final = (
    ("a new order", "Order", workflow_id(Lifecycle.ORDER, "SO-100001"), "order.start.new.json"),
    ("a renewal", "Order", workflow_id(Lifecycle.ORDER, "SO-200001"), "order.start.renewal.json"),
    ("a trial, new customer", "Trial", workflow_id(Lifecycle.TRIAL, "T-1001"), "trial.start.new_customer.json"),
    ("a trial, with consent", "Trial", workflow_id(Lifecycle.TRIAL, "T-1002"), "trial.start.existing_customer.json"),
    ("a trial, paying customer", "Trial", workflow_id(Lifecycle.TRIAL, "T-1003"), "trial.start.paying_customer.json"),
)
"""What people start: in words, its workflow type, the id that goes with the example, the example in examples/ui."""


@app.command(rich_help_panel="Tools", epilog=examples("tenure desk", "tenure desk --ui https://temporal.example.com"))
def desk(
    ui: Annotated[str, typer.Option("--ui", metavar="URL", help="Where the Web UI is.")] = EMBEDDED_UI,
) -> None:
    """The operators' desk: links into Temporal's Web UI.

    Lists that are filtered already (what waits for whom, what is due, what needs
    somebody), and forms to start an order or a trial. Make bookmarks of them.
    """
    from starter import gate

    answer = links(ui.rstrip("/"), _namespace(), gate.settings().task_queue, datetime.now(UTC))
    terminal.say("Lists")
    for found in answer.filters:
        terminal.say(f"  {found.name}\n    {found.url}")
    terminal.say("\nStart; paste the file as the input, change the ids in both places")
    for start in answer.starts:
        terminal.say(f"  {start.name}: {start.example}\n    {start.url}")
    terminal.answer(answer)


def _namespace() -> str:
    """As for every other command: --namespace, else Temporal's own settings."""
    from temporalio.envconfig import ClientConfig

    try:
        configured = ClientConfig.load_client_connect_config().get("namespace")
    except RuntimeError:
        raise bad("Temporal's connection settings (TEMPORAL_* or its file) are wrong") from None
    return terminal.temporal.get("TEMPORAL_NAMESPACE") or configured or "default"


def links(ui: str, namespace: str, task_queue: str, now: datetime) -> DeskAnswer:
    """Every link; `now` is from when on a week is counted."""
    lists = f"{ui}/namespaces/{quote(namespace, safe='')}/workflows"
    return DeskAnswer(
        ui=ui,
        filters=tuple(
            FilterLink(name=name, query=query, url=f"{lists}?{urlencode({'query': query}, quote_via=quote)}")
            for name, query in filters(now).items()
        ),
        starts=tuple(
            StartLink(
                name=name,
                workflow_type=type_,
                workflow_id=id_,
                url=f"{lists}/start-workflow?{_form(task_queue, type_, id_)}",
                example=f"examples/ui/{file}",
            )
            for name, type_, id_, file in STARTS
        ),
    )


def _form(task_queue: str, type_: str, id_: str) -> str:
    return urlencode({"taskQueue": task_queue, "workflowType": type_, "workflowId": id_}, quote_via=quote)


def filters(now: datetime) -> dict[str, str]:
    """Name and list query of every filter, of what is open only. The attributes: workflows/attributes.py."""
    from domain.view import Party
    from workflows.attributes import ATTENTION, AWAITING, DUE, JEOPARDY, STAGE, WAITS_FOR

    terms_missing = f"{_is(STAGE, 'held')} AND {_is(AWAITING, 'accept_terms')}"
    whom = {party: f"the {party}" for party in Party} | {Party.OPERATIONS: "me, operations"}
    found = {f"awaiting {whom[party]}": _is(WAITS_FOR, party) for party in Party}
    found |= {
        "due this week": f"{DUE.name} < '{now + WEEK:%Y-%m-%dT%H:%M:%SZ}'",
        "needs attention": f"{ATTENTION.name} = true",
        "jeopardy": f"{JEOPARDY.name} = true",
        "held without terms": terms_missing,
        "trials that may be converted": _is(AWAITING, CONVERTIBLE),
        "trials in grace": _is(STAGE, "expired_grace"),
        "suspended subscriptions": _is(STAGE, "suspended"),
        "wedged: tell the developers": WEDGED,
    }
    return {name: f"{query} AND ExecutionStatus = 'Running'" for name, query in found.items()}


def _is(key: "SearchAttributeKey[str] | SearchAttributeKey[Sequence[str]]", value: str) -> str:
    return f"{key.name} = '{value}'"
