"""What trials have beside the commands of every lifecycle: their devices."""

import asyncio
from typing import Annotated, Any

import typer

from domain.lifecycle import Lifecycle
from starter.console.commands import ids_of
from starter.console.exits import bad
from starter.console.options import (
    Attention,
    By,
    Customer,
    DueBefore,
    Limit,
    OpenOnly,
    Partner,
    Reason,
    Source,
    Stage,
    UpdateId,
    WholeMessage,
    examples,
    flag,
)

app = typer.Typer()

DeviceId = Annotated[
    str,
    typer.Argument(
        metavar="ID", help="Its id, or the workflow's.", show_default=False, autocompletion=ids_of(Lifecycle.DEVICE)
    ),
]
OverdueDevices = Annotated[bool, flag("--overdue-devices", "Instead, devices that should be back by now.")]
HandedOver = Annotated[bool, flag("--handed-over", "The customer gave it to the carrier.")]
Received = Annotated[
    str | None, typer.Option(metavar="SERIAL", help="It came back, with this serial number.", show_default=False)
]
AskPapers = Annotated[
    str | None,
    typer.Option(metavar="ORG_ID", help="Label or order number lost: ask for this organization.", show_default=False),
]
Serials = Annotated[
    list[str] | None,
    typer.Option(
        metavar="SERIAL",
        help="With --ask-papers: of ALL devices, instead of the administrator's address.",
        show_default=False,
    ),
]
Delivered = Annotated[bool, flag("--delivered", "Before all that: it arrived at the customer.")]


@app.command(
    "list",
    rich_help_panel="Start and see",
    epilog=examples(
        "tenure trial list --stage trialing --due-before +7d",
        "tenure trial list --attention --json",
        "tenure trial list --overdue-devices",
    ),
)
def list_(
    stage: Stage = None,
    customer: Customer = None,
    partner: Partner = None,
    due_before: DueBefore = None,
    attention: Attention = False,
    open_only: OpenOnly = False,
    overdue_devices: OverdueDevices = False,
    limit: Limit = 500,
) -> None:
    """List them by next deadline, with services, expiry E and the time left, from the store."""
    from domain.lifecycles import KINDS
    from starter.commands.lists import Wanted, list_lifecycle, list_overdue_devices

    wanted = Wanted(stage, customer, partner, due_before, attention, open_only, limit)
    if not overdue_devices:
        asyncio.run(list_lifecycle(KINDS[Lifecycle.TRIAL], wanted))
    elif not wanted.is_all:
        raise bad("goes with --limit only", "--overdue-devices")
    else:
        asyncio.run(list_overdue_devices(limit))


@app.command(
    rich_help_panel="Devices",
    epilog=examples(
        "tenure trial return-device D-5003 --handed-over --by customer-17",
        "tenure trial return-device D-5003 --received FOC2301A1BC",
        "tenure trial return-device D-5003 --ask-papers akasaka",
    ),
)
def return_device(
    id_: DeviceId,
    handed_over: HandedOver = False,
    received: Received = None,
    ask_papers: AskPapers = None,
    serial: Serials = None,
    delivered: Delivered = False,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: WholeMessage = None,
    update_id: UpdateId = None,
) -> None:
    """A trial's device goes back; the same as the updates of: tenure device."""
    from starter.commands.send import send
    from starter.console.ids import subject

    update, fields = _asked(handed_over, received, ask_papers, serial, delivered)
    about = {"by": by, "reason": reason, "source": source}
    asyncio.run(send(subject(Lifecycle.DEVICE, id_), update, fields | about, message, update_id))


def _asked(
    handed_over: bool, received: str | None, papers: str | None, serials: list[str] | None, delivered: bool
) -> tuple[str, dict[str, Any]]:
    """The one update that the options ask for, and its own options."""
    of_papers = {"organization_id": papers, "serial_numbers": serials, "administrator_email_given": bool(serials)}
    asked = {
        "report_delivered": {} if delivered else None,
        "hand_over": {} if handed_over else None,
        "report_received": {"serial_number": received} if received is not None else None,
        "ask_for_papers": of_papers if papers is not None else None,
    }
    found = [(update, fields) for update, fields in asked.items() if fields is not None]
    if len(found) != 1:
        raise bad("say one of --handed-over, --received, --ask-papers or --delivered")
    if serials and papers is None:
        raise bad("goes with --ask-papers only", "--serial")
    return found[0]
