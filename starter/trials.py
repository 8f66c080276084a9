"""`tenure trial …` and `tenure device show`: start, import, show, list; imports wait until a command runs."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from starter.options import By, DeviceId, TrialId, examples, flag, sender
from starter.orders import Attention, DryRun, DueBefore, ErrorPolicy, Limit, MostBad, Policy
from starter.terminal import terminal

app = typer.Typer(no_args_is_help=True, help="Trials: start them, tell them what happened, see where they stand.")
devices = typer.Typer(
    no_args_is_help=True, help="Devices on loan for a trial; they go back by: tenure trial return-device."
)

SEE = "Start and see"

Source = Annotated[
    str, typer.Argument(metavar="FILE", help="One StartTrial as JSON; - for standard input.", show_default=False)
]
TrialFile = Annotated[Path, typer.Argument(metavar="FILE", help="Trials as .jsonl or .csv.", show_default=False)]
Again = Annotated[bool, flag("--again", "Hand in once more a trial whose start was refused.")]
Stage = Annotated[
    str | None,
    typer.Option(metavar="STAGE", help="Only this stage: pending, trialing, expired_grace, …", show_default=False),
]
OverdueDevices = Annotated[bool, flag("--overdue-devices", "Instead, devices that should be back by now.")]


@app.command(
    rich_help_panel=SEE,
    epilog=examples("tenure trial start examples/trial.json --dry-run", "tenure trial start examples/trial.json"),
)
def start(file: Source, dry_run: DryRun = False, by: By = None, again: Again = False) -> None:
    """Start a trial: workflow Trial, id trial-<trial id>.

    Its kind decides what comes first: a new customer's services are built, a
    full administrator of an existing customer is asked for consent, a paying
    customer can begin at once. Repeating it is harmless, as with orders.
    """
    from domain.trial.messages import StartTrial
    from starter.reading import message

    trial = message(file, StartTrial, sender(by))
    if dry_run:
        from starter.trial_plan import plan, tell

        tell(planned := plan(trial))
        terminal.answer(planned)
    else:
        from starter.handing_in import hand_in

        asyncio.run(hand_in(trial, again=again))


@app.command(
    "import",
    rich_help_panel=SEE,
    epilog=examples("tenure trial import examples/trials.jsonl --dry-run", "tenure trial import examples/trials.jsonl"),
)
def import_(
    file: TrialFile,
    dry_run: DryRun = False,
    error_policy: Policy = ErrorPolicy.REJECT_ALL,
    max_errors: MostBad = 50,
    by: By = None,
) -> None:
    """Start every trial of a file. Interrupted or repeated, it starts nothing twice.

    JSON Lines: one StartTrial a line. CSV: as with orders, columns such as
    trial_id, customer.contact.email, services.0, devices.0.serial_number.
    """
    from starter.importing import import_file
    from starter.intake import TRIALS

    skip_bad = error_policy is ErrorPolicy.SKIP
    import_file(file, by, skip_bad=skip_bad, dry_run=dry_run, most_bad=max_errors, intake=TRIALS)


@app.command(rich_help_panel=SEE, epilog=examples("tenure trial show T-1001", "tenure trial show T-1001 --json"))
def show(id_: TrialId) -> None:
    """Where a trial stands: tracker, what is awaited, expiry, deadlines, events, mails."""
    from starter.ids import trial
    from starter.seeing import see

    asyncio.run(see(trial(id_)))


@app.command(
    "list",
    rich_help_panel=SEE,
    epilog=examples(
        "tenure trial list --stage trialing --due-before +7d",
        "tenure trial list --attention --json",
        "tenure trial list --overdue-devices",
    ),
)
def list_(
    stage: Stage = None,
    due_before: DueBefore = None,
    attention: Attention = False,
    overdue_devices: OverdueDevices = False,
    limit: Limit = 500,
) -> None:
    """Trials by next deadline, with their services, expiry E and the time left, from the store."""
    from starter.exits import bad
    from starter.listing import list_overdue_devices, list_trials

    if not overdue_devices:
        asyncio.run(list_trials(stage, due_before, attention=attention, limit=limit))
    elif stage or due_before or attention:
        raise bad("goes with --limit only", "--overdue-devices")
    else:
        asyncio.run(list_overdue_devices(limit))


@devices.command("show", epilog=examples("tenure device show D-5001"))
def show_device(id_: DeviceId) -> None:
    """Where a device is: who has to send it back, by when and with which carrier, events, mails."""
    from starter.ids import device
    from starter.seeing import see

    asyncio.run(see(device(id_)))
