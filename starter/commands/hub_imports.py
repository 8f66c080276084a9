"""`tenure usage|signins|payments|calling import`: what the Partner Hub cannot know by itself comes by file."""

from pathlib import Path
from typing import Annotated, Final

import typer

from domain.hub.imports import Imported
from starter.console.options import By, DryRun, ErrorPolicy, MostBad, examples, flag

usage = typer.Typer(no_args_is_help=True, help="Usage: licences assigned and used, a day at a time.")
signins = typer.Typer(no_args_is_help=True, help="Sign-ins of customers' administrators.")
payments = typer.Typer(no_args_is_help=True, help="Payments: invoices of subscriptions, paid or not.")
calling = typer.Typer(no_args_is_help=True, help="Calling: calls of customers, a week at a time.")

GROUPS: Final = {"usage": usage, "signins": signins, "payments": payments, "calling": calling}

Rows = Annotated[Path, typer.Argument(metavar="FILE", help="Rows as .csv or .jsonl.", show_default=False)]
OnError = Annotated[
    ErrorPolicy,
    typer.Option("--error-policy", metavar="reject-all|skip", help="One wrong line: write nothing, or the others."),
]
FromStart = Annotated[bool, flag("--from-start", "Do all of it anew, whatever was done before.")]
Results = Annotated[
    Path | None,
    typer.Option(
        "--results", metavar="FILE", help="Write what became of every line, as JSON Lines.", show_default=False
    ),
]
NoEffects = Annotated[bool, flag("--no-effects", "Write invoices only; suspend nobody, lift nothing.")]


def _examples(words: str, file: str) -> str:
    command = f"tenure {words} import examples/hub/{file}"
    return examples(f"{command} --dry-run", f"{command} --results results.jsonl", command)


@usage.command("import", epilog=_examples("usage", "usage.csv"))
def import_usage(
    file: Rows,
    dry_run: DryRun = False,
    error_policy: OnError = ErrorPolicy.REJECT_ALL,
    from_start: FromStart = False,
    results: Results = None,
    max_errors: MostBad = 50,
    by: By = None,
) -> None:
    """Write licences assigned and used: of a subscription or trial, product, day.

    A row of the same id, product and day is replaced; repeated, it changes
    nothing. Interrupted, the same command goes on where it stopped: a file is
    known by its content. Rows of a week that is closed mark it: the next closing
    revises it.

    CSV as spreadsheets write it: comma, semicolon or tab, UTF-8 or UTF-16, an
    empty cell is absent. JSON Lines: one row a line. Columns:

    id (of a subscription, trial or wholesale customer), day (such as 2026-11-02,
    UTC), product (such as meetings, calling), assigned, used; if known also

    used_assigned (default: the lower of both), purchased (entitled from this day
    on), lifecycle (only if several have this id).

    An id that nobody knows is a wrong line. All fields: tenure schema usage.row
    """
    _import(Imported.USAGE, file, dry_run, error_policy, from_start, results, max_errors, by)


@signins.command("import", epilog=_examples("signins", "signins.csv"))
def import_signins(
    file: Rows,
    dry_run: DryRun = False,
    error_policy: OnError = ErrorPolicy.REJECT_ALL,
    from_start: FromStart = False,
    results: Results = None,
    max_errors: MostBad = 50,
    by: By = None,
) -> None:
    """Write on which days administrators of customers signed in.

    Who did not for 90 days has the status "no recent activity". Repeated, it
    changes nothing; interrupted, the same command goes on where it stopped.

    CSV as spreadsheets write it, or JSON Lines. Columns: customer_id,
    administrator (an id, no name and no address), and day (such as 2026-11-02,
    UTC) or at (such as 2026-11-02T09:00:00+09:00).

    A customer whom nobody knows is a wrong line.
    All fields: tenure schema signins.row
    """
    _import(Imported.SIGN_INS, file, dry_run, error_policy, from_start, results, max_errors, by)


@payments.command("import", epilog=_examples("payments", "payments.csv"))
def import_payments(
    file: Rows,
    dry_run: DryRun = False,
    error_policy: OnError = ErrorPolicy.REJECT_ALL,
    from_start: FromStart = False,
    results: Results = None,
    no_effects: NoEffects = False,
    max_errors: MostBad = 50,
    by: By = None,
) -> None:
    """Write invoices, suspend subscriptions that are not paid, lift it once they are.

    A subscription with an invoice that is unpaid is suspended for the reason
    unpaid; with none left, that reason is lifted, and others stay. What somebody
    decided by hand stands until an invoice changes. A subscription that is over
    or refuses is told, and stops no other. If the server does not answer, rows
    stay, the exit code is 7, and the same command does the rest.

    CSV as spreadsheets write it, or JSON Lines. Columns: subscription_id, invoice
    (its number), issued_on, due_on, amount, currency (ISO 4217), state (open,
    unpaid, paid or void); of a paid one paid_on; if known auto_renew.

    unpaid is what is due and not paid; until it is due an invoice is open.
    --dry-run judges rows only. All fields: tenure schema payments.row
    """
    _import(Imported.PAYMENTS, file, dry_run, error_policy, from_start, results, max_errors, by, effects=not no_effects)


@calling.command("import", epilog=_examples("calling", "calling.csv"))
def import_calling(
    file: Rows,
    dry_run: DryRun = False,
    error_policy: OnError = ErrorPolicy.REJECT_ALL,
    from_start: FromStart = False,
    results: Results = None,
    max_errors: MostBad = 50,
    by: By = None,
) -> None:
    """Write calls of customers, a week at a time, without Call on Webex.

    A row of the same customer and week is replaced; repeated, it changes nothing;
    interrupted, the same command goes on where it stopped.

    CSV as spreadsheets write it, or JSON Lines (nested: {"endpoints":
    {"desk_phone": {"calls": 9}}}). Columns: customer_id, week (the Sunday that
    ends it, UTC), users (with a licence), callers, calls, minutes, low_quality;
    of what is known also

    endpoints.TYPE.calls, endpoints.TYPE.low_quality: desk_phone, room_device,
    desktop_app, mobile_app, web_app, analog_gateway, other;

    features.NAME (calls by feature): call_queue, hunt_group, auto_attendant,
    call_park, call_pickup, call_forwarding, paging_group, voicemail,
    receptionist, other;

    queue.answered, queue.answer_seconds, queue.abandoned,
    queue.abandoned_seconds: all four, and only of who has call queues.

    All fields: tenure schema calling.row
    """
    _import(Imported.CALLING, file, dry_run, error_policy, from_start, results, max_errors, by)


def _import(
    kind: Imported,
    file: Path,
    dry_run: bool,
    error_policy: ErrorPolicy,
    from_start: bool,
    results: Path | None,
    max_errors: int,
    by: str | None,
    *,
    effects: bool = True,
) -> None:
    from starter.intake.hub_import import How, import_rows

    how = How(
        by=by,
        skip_bad=error_policy is ErrorPolicy.SKIP,
        dry_run=dry_run,
        from_start=from_start,
        most_bad=max_errors,
        results=results,
        effects=effects,
    )
    import_rows(kind, file, how)
