"""`tenure order accept-terms …` and its like: one command an update, its data by options or as a whole message."""

import asyncio
from typing import Annotated, Any

import typer

from starter.options import By, Message, OrderId, Reason, Source, UpdateId, examples

app = typer.Typer()

TELL = "Tell an order what happened"


def _option(what: str, metavar: str) -> Any:
    return typer.Option(metavar=metavar, help=what, show_default=False)


def _say(id_: str, update: str, sent: dict[str, Any], message: str | None, key: str | None) -> None:
    from starter.ids import order
    from starter.sending import send

    asyncio.run(send(order(id_), update, sent, message, key))


@app.command(
    "accept-terms",
    rich_help_panel=TELL,
    epilog=examples("tenure order accept-terms SO-100002 --terms port --by customer-17"),
)
def accept_terms(
    id_: OrderId,
    terms: Annotated[str | None, _option("Which overage terms: port or audio.", "WHICH")] = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The customer agreed to overage terms. Each kind on its own; the hold waits for all that are required."""
    _say(id_, "accept_terms", {"terms": terms, "by": by, "reason": reason, "source": source}, message, update_id)


@app.command(rich_help_panel=TELL, epilog=examples("tenure order clear SO-100001 --by vendor-desk"))
def clear(
    id_: OrderId,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The vendor found no problem: the order ships as soon as no terms are missing."""
    _say(id_, "clear_compliance", {"by": by, "reason": reason, "source": source}, message, update_id)


@app.command(
    rich_help_panel=TELL,
    epilog=examples('tenure order refuse SO-100001 --reason "export restrictions" --by vendor-desk'),
)
def refuse(
    id_: OrderId,
    reason: Reason = None,
    by: By = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The vendor refuses the order: it ends as rejected, and its partner is told the reason."""
    _say(id_, "refuse_compliance", {"by": by, "reason": reason, "source": source}, message, update_id)


@app.command(rich_help_panel=TELL, epilog=examples('tenure order cancel SO-100001 --reason "ordered twice" --by ops-7'))
def cancel(
    id_: OrderId,
    reason: Reason = None,
    by: By = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """Cancel the order; possible until it ships."""
    _say(id_, "cancel", {"by": by, "reason": reason, "source": source}, message, update_id)


@app.command(
    "submit-form",
    rich_help_panel=TELL,
    epilog=examples(
        "tenure order submit-form SO-100001 --form examples/provisioning-form.json",
        "tenure schema order.submit_provisioning_form",
    ),
)
def submit_form(
    id_: OrderId,
    form: Annotated[
        str | None, _option("The Provisioning form as JSON: a file, or - for standard input.", "FILE")
    ] = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The Provisioning form (Form A) was submitted: the site can be built."""
    sent = {"form": form, "by": by, "reason": reason, "source": source}
    _say(id_, "submit_provisioning_form", sent, message, update_id)


@app.command(
    "site-built",
    rich_help_panel=TELL,
    epilog=examples(
        "tenure order site-built SO-100001 --user-name akasaka-admin --password-url https://…",
        "tenure order site-built SO-100001 --message - < access.json",
        "tenure order site-built SO-200001",
    ),
)
def site_built(
    id_: OrderId,
    user_name: Annotated[str | None, _option("The site administrator's user name.", "NAME")] = None,
    password_url: Annotated[
        str | None, _option("Page to set a password. A secret: better in --message -.", "URL")
    ] = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The site is built: service starts and the Welcome goes out. For a renewal: its work is done, without options."""
    sent = {"user_name": user_name, "password_url": password_url, "by": by, "reason": reason, "source": source}
    _say(id_, "report_site_built", sent, message, update_id)


@app.command(
    rich_help_panel=TELL,
    epilog=examples(
        "tenure order graduate SO-100001 --form examples/graduation-form.json", "tenure schema order.graduate"
    ),
)
def graduate(
    id_: OrderId,
    form: Annotated[
        str | None, _option("The Graduation form as JSON: a file, or - for standard input.", "FILE")
    ] = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The Graduation form (Form B) was submitted: the customer is handed over and gets a CSM."""
    _say(id_, "graduate", {"form": form, "by": by, "reason": reason, "source": source}, message, update_id)


@app.command(
    "complete-task",
    rich_help_panel=TELL,
    epilog=examples("tenure order complete-task SO-100002 --task relay_confirmation --by hangang"),
)
def complete_task(
    id_: OrderId,
    task: Annotated[str | None, _option("The task's key, as `tenure order show` has it.", "KEY")] = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """Somebody did what an open task asked for."""
    _say(id_, "complete_task", {"task": task, "by": by, "reason": reason, "source": source}, message, update_id)
