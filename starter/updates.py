"""`tenure order accept-terms …` and its like: one command an update, its data by options or as a whole message."""

from typing import Annotated

import typer

from starter.commands import REASON_FIRST, Sent, Updates
from starter.options import OrderId, told

app = typer.Typer()

tell = Updates(app, "order", OrderId, "Tell an order what happened")


@tell.command("tenure order accept-terms SO-100002 --terms port --by customer-17")
def accept_terms(
    terms: Annotated[str | None, told("Which overage terms: port or audio.", "WHICH")] = None,
) -> Sent:
    """The customer agreed to overage terms. Each kind on its own; the hold waits for all that are required."""
    return "accept_terms", {"terms": terms}


@tell.command("tenure order clear SO-100001 --by vendor-desk")
def clear() -> Sent:
    """The vendor found no problem: the order ships as soon as no terms are missing."""
    return "clear_compliance", {}


@tell.command('tenure order refuse SO-100001 --reason "export restrictions" --by vendor-desk', about=REASON_FIRST)
def refuse() -> Sent:
    """The vendor refuses the order: it ends as rejected, and its partner is told the reason."""
    return "refuse_compliance", {}


@tell.command('tenure order cancel SO-100001 --reason "ordered twice" --by ops-7', about=REASON_FIRST)
def cancel() -> Sent:
    """Cancel the order; possible until it ships."""
    return "cancel", {}


@tell.command(
    "tenure order submit-form SO-100001 --form examples/provisioning-form.json",
    "tenure schema order.submit_provisioning_form",
)
def submit_form(
    form: Annotated[str | None, told("The Provisioning form as JSON: a file, or - for standard input.", "FILE")] = None,
) -> Sent:
    """The Provisioning form (Form A) was submitted: the site can be built."""
    return "submit_provisioning_form", {"form": form}


@tell.command(
    "tenure order site-built SO-100001 --user-name akasaka-admin --password-url https://…",
    "tenure order site-built SO-100001 --message - < access.json",
    "tenure order site-built SO-200001",
)
def site_built(
    user_name: Annotated[str | None, told("The site administrator's user name.", "NAME")] = None,
    password_url: Annotated[str | None, told("Page to set a password. A secret: better in --message -.", "URL")] = None,
) -> Sent:
    """The site is built: service starts and the Welcome goes out. For a renewal: its work is done, without options."""
    return "report_site_built", {"user_name": user_name, "password_url": password_url}


@tell.command(
    "tenure order graduate SO-100001 --form examples/graduation-form.json",
    "tenure schema order.graduate",
)
def graduate(
    form: Annotated[str | None, told("The Graduation form as JSON: a file, or - for standard input.", "FILE")] = None,
) -> Sent:
    """The Graduation form (Form B) was submitted: the customer is handed over and gets a CSM."""
    return "graduate", {"form": form}


@tell.command("tenure order complete-task SO-100002 --task relay_confirmation --by hangang")
def complete_task(
    task: Annotated[str | None, told("The task's key, as `tenure order show` has it.", "KEY")] = None,
) -> Sent:
    """Somebody did what an open task asked for."""
    return "complete_task", {"task": task}
