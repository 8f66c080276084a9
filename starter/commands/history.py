"""`tenure history` and `tenure replay`: for developers, what happened and whether a release could go on from there."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from starter.console.commands import ids_of
from starter.console.exits import Exit, Stop, bad
from starter.console.options import examples
from starter.console.terminal import shown, terminal

if TYPE_CHECKING:
    from temporalio.client import Client, WorkflowHistory

    from starter.answers.tools import HistoryAnswer, HistoryEntry, Run
    from starter.console.ids import Subject

app = typer.Typer()

PANEL: Final = "For developers"

PERSONAL: Final = "holds personal data of start and update messages: keep it as you would the store"

FOR_ITS_OWNER: Final = 0o600

COLOURS: Final = {
    "start": "bold",
    "end": "bold",
    "stage": "cyan",
    "update": "green",
    "signal": "green",
    "due": "yellow",
    "fault": "red",
    "wait": "dim",
    "step": "dim",
    "clock": "dim",
}

Files = Annotated[
    list[Path] | None,
    typer.Argument(metavar="[FILES]...", help="Histories, as --save or the Web UI write them.", show_default=False),
]


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "tenure history SO-100001",
        "tenure history sub-SO-100001 --run 2",
        "tenure history T-1001 --save /tmp/T-1001.json",
    ),
)
def history(
    id_: Annotated[
        str,
        typer.Argument(
            metavar="ID",
            help="An id of any lifecycle, or the workflow's.",
            show_default=False,
            autocompletion=ids_of(),
        ),
    ],
    run: Annotated[
        str | None,
        typer.Option(metavar="N", help="Only this run: 1 is the first, or a run id.", show_default=False),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write it there for tenure replay. Holds personal data.", show_default=False),
    ] = None,
) -> None:
    """A workflow's history in words: when, what, by whom, until when.

    All runs under that id, the newest last: a start once more, a Reset, each term
    of a subscription. Times are on its own clock, in the customer's zone.
    Messages are named, their content is not shown.
    """
    from starter.console import ids

    asyncio.run(_history(ids.any_of(id_), run, save))


@app.command(
    rich_help_panel=PANEL,
    epilog=examples(
        "tenure replay",
        "tenure replay /tmp/T-1001.json",
        "tenure replay --query \"TenureStage = 'held'\" --sample 20",
    ),
)
def replay(
    files: Files = None,
    query: Annotated[
        str | None, typer.Option(metavar="QUERY", help="Which running workflows: a list filter.", show_default=False)
    ] = None,
    sample: Annotated[int, typer.Option(metavar="N", min=1, help="How many of each type.")] = 20,
) -> None:
    """The gate before a deploy: can the code on disk go on where they stand?

    Replays files, or a sample of what runs on the live server: oldest, newest and
    evenly between. Nothing is changed. Exit code 3 if one would break, 6 if none
    fits --query.
    """
    from starter.history.replay import replay as replay_all

    if files and query is not None:
        raise bad("say either files or --query", "--query")
    asyncio.run(replay_all(files or [], query, sample))


async def _history(candidates: Sequence["Subject"], run: str | None, save: Path | None) -> None:
    from starter.answers.tools import HistoryAnswer
    from starter.history.events import started
    from starter.history.timeline import run_of, zone_of
    from starter.reach import gate
    from starter.reach.executions import the_one_there_is

    client = await gate.client()
    subject = await the_one_there_is(client, candidates)
    runs = _chosen(await _runs(client, subject.workflow_id), run)
    newest = list(runs.values())[-1]
    answer = HistoryAnswer(
        workflow_id=subject.workflow_id,
        workflow_type=started(newest.events).workflow_type.name,
        zone=zone_of(newest.events),
        runs=tuple(run_of(each.events, run_id) for run_id, each in runs.items()),
        saved=tuple(_saved(list(runs.values()), save)) if save else (),
    )
    _show(answer)
    terminal.answer(answer)


async def _runs(client: "Client", workflow_id: str) -> dict[str, "WorkflowHistory"]:
    """Every run that Temporal still has, the first one first: also those before a start once more, or before a Reset.

    Lists lag behind: the newest run, and what it goes on from, are known without them.
    """
    from starter.history.events import started
    from starter.reach.executions import asking, quoted

    async with asking(workflow_id):
        newest = await client.get_workflow_handle(workflow_id).describe()
        listed = [each async for each in client.list_workflows(f"WorkflowId = {quoted(workflow_id)}")]
    began = {each.run_id: each.start_time for each in (newest, *listed)}
    found: dict[str, WorkflowHistory] = {}
    wanted = list(began)
    for run_id in wanted:
        if run_id in found:
            continue
        if (history := await _fetched(client, workflow_id, run_id)) is None:
            terminal.warn_once("earlier runs are no longer in Temporal; the record has their events (show)")
            continue
        found[run_id] = history
        began.setdefault(run_id, history.events[0].event_time.ToDatetime(UTC))
        wanted += filter(None, [started(history.events).continued_execution_run_id])
    return {run_id: found[run_id] for run_id in sorted(found, key=lambda each: began[each])}


async def _fetched(client: "Client", workflow_id: str, run_id: str) -> "WorkflowHistory | None":
    """None if Temporal has it no longer."""
    from starter.reach.executions import asking

    try:
        async with asking(workflow_id):
            return await client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
    except Stop as stop:
        if stop.exit is Exit.NOT_FOUND:
            return None
        raise


def _chosen(runs: dict[str, "WorkflowHistory"], run: str | None) -> dict[str, "WorkflowHistory"]:
    if run is None:
        return runs
    found = {run_id: each for number, (run_id, each) in enumerate(runs.items(), 1) if run in {str(number), run_id}}
    if not found:
        raise Stop(Exit.NOT_FOUND, f"there is no such run; there are {len(runs)}", "--run")
    return found


def _saved(runs: list["WorkflowHistory"], file: Path) -> list[str]:
    """One run in the file itself; several beside each other, numbered. For the eyes of its owner only."""
    numbered = [file.with_stem(f"{file.stem}-{number}") for number in range(1, len(runs) + 1)]
    paths = [file] if len(runs) == 1 else numbered
    try:
        for path, each in zip(paths, runs, strict=True):
            with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FOR_ITS_OWNER), "w", encoding="utf-8") as to:
                to.write(each.to_json())
    except OSError as failed:
        raise bad(f"cannot be written: {failed.strerror}", "--save") from None
    names = [str(path) for path in paths]
    terminal.warn(f"{', '.join(names)} {PERSONAL}")
    return names


def _show(answer: "HistoryAnswer") -> None:
    terminal.say(f"{answer.workflow_id} ({answer.workflow_type}); times in {answer.zone}")
    for number, run in enumerate(answer.runs, 1):
        terminal.say(f"\nRun {number} of {len(answer.runs)}, {run.run_id}" if len(answer.runs) > 1 else "")
        _show_run(run, answer.zone)


def _show_run(run: "Run", zone: str) -> None:
    from rich.text import Text

    from workflows.details import local

    for entry in run.entries:
        when = Text(f"{local(entry.at, zone)}  {entry.kind:<6}  ", "dim")
        terminal.say(when + Text(shown(_words(entry, zone)), COLOURS.get(entry.kind, "")))


def _words(entry: "HistoryEntry", zone: str) -> str:
    from workflows.details import local

    if entry.due is None:
        return entry.text
    until = "to" if entry.kind == "clock" else "until"
    return f"{entry.text}, {until} {local(entry.due, zone)}"
