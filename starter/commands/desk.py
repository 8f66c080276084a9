"""`tenure desk`: links into Temporal's Web UI, for operators."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Final
from urllib.parse import quote, urlencode

import typer

from domain.desk import ListFilter
from domain.lifecycles import KINDS
from domain.placeholder import PLACEHOLDER
from starter.answers.tools import DeskAnswer, FilterLink, StartLink
from starter.console.exits import bad
from starter.console.options import examples
from starter.console.terminal import terminal

if TYPE_CHECKING:
    from temporalio.common import SearchAttributeKey

app = typer.Typer()

EMBEDDED_UI: Final = "http://127.0.0.1:8233"
"""Where `tenure up` and `tenure demo` put it."""

WEEK: Final = timedelta(days=7)

WEDGED: Final = "TemporalReportedProblems IN ('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')"
"""Temporal's own attribute: it cannot go on until its code is repaired."""


@app.command(rich_help_panel="Tools", epilog=examples("tenure desk", "tenure desk --ui https://temporal.example.com"))
def desk(
    ui: Annotated[
        str | None,
        typer.Option(
            "--ui", metavar="URL", help="Where the Web UI is. \\[default: TENURE_UI_URL, or as tenure up has it]"
        ),
    ] = None,
) -> None:
    """The operators' desk: links into Temporal's Web UI.

    Lists that are filtered already (what waits for whom, what is due, what needs
    somebody), and forms to start one. Make bookmarks of them.
    """
    from starter.reach import gate

    answer = links((ui or _web_ui()).rstrip("/"), _namespace(), gate.settings().task_queue, datetime.now(UTC))
    terminal.say("Lists")
    for found in answer.filters:
        terminal.say(f"  {found.name}\n    {found.url}")
    terminal.say(
        f"\nStart; paste the file as the input, put what is true wherever {PLACEHOLDER} stands, the id in both places"
    )
    for start in answer.starts:
        terminal.say(f"  {start.name}: {start.example}\n    {start.url}")
    terminal.answer(answer)


def _web_ui() -> str:
    """As the settings have it, or as the service wrote it down that keeps its store here."""
    from starter.reach import gate
    from starter.service import env_file

    settings = gate.settings()
    known = str(settings.ui_url or "") or env_file.beside(settings.database_url).get(env_file.WEB_UI)
    if not known:
        terminal.warn(f"where the Web UI is, nobody has said: {EMBEDDED_UI} is assumed (--ui, or TENURE_UI_URL)")
    return known or EMBEDDED_UI


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
                name=form.name,
                workflow_type=kind.workflow,
                workflow_id=kind.workflow_id(PLACEHOLDER),
                url=f"{lists}/start-workflow?{_form(task_queue, kind.workflow, kind.workflow_id(PLACEHOLDER))}",
                example=f"examples/ui/{form.example}",
            )
            for kind in KINDS.values()
            for form in kind.desk.starts
        ),
    )


def _form(task_queue: str, type_: str, id_: str) -> str:
    return urlencode({"taskQueue": task_queue, "workflowType": type_, "workflowId": id_}, quote_via=quote)


def filters(now: datetime) -> dict[str, str]:
    """Name and list query of every filter, of what is open only. The attributes: workflows/attributes.py."""
    from domain.view import Party
    from workflows.attributes import ATTENTION, JEOPARDY, WAITS_FOR

    whom = {party: f"the {party}" for party in Party} | {Party.OPERATIONS: "me, operations"}
    found = {f"awaiting {whom[party]}": _is(WAITS_FOR, party) for party in Party}
    found |= {
        "due this week": _due_before(now + WEEK),
        "needs attention": f"{ATTENTION.name} = true",
        "jeopardy": f"{JEOPARDY.name} = true",
    }
    found |= {own.name: _query(kind.workflow, own, now) for kind in KINDS.values() for own in kind.desk.filters}
    found |= {"wedged: tell the developers": WEDGED}
    return {name: f"{query} AND ExecutionStatus = 'Running'" for name, query in found.items()}


def _query(workflow: str, own: ListFilter, now: datetime) -> str:
    """What a lifecycle lists of its own."""
    from workflows.attributes import AWAITING, JEOPARDY, KIND, STAGE

    named = [
        _is(key, value) for key, value in ((STAGE, own.stage), (AWAITING, own.awaiting), (KIND, own.sort)) if value
    ]
    due = [_due_before(now + own.due_within)] if own.due_within else []
    return " AND ".join([f"WorkflowType = '{workflow}'", *named, *due, *([f"{JEOPARDY.name} = true"] * own.jeopardy)])


def _due_before(instant: datetime) -> str:
    from workflows.attributes import DUE

    return f"{DUE.name} < '{instant:%Y-%m-%dT%H:%M:%SZ}'"


def _is(key: "SearchAttributeKey[str] | SearchAttributeKey[Sequence[str]]", value: str) -> str:
    return f"{key.name} = '{value}'"
