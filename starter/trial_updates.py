"""`tenure trial accept …` and its like: one command an update, its data by options or as a whole message."""

import asyncio
from typing import Annotated, Any

import typer

from starter.options import By, DeviceId, Message, Reason, Source, TrialId, UpdateId, examples, told

app = typer.Typer()

CONSENT = "Consent"
TELL = "Tell a trial what happened"
CHANGE = "Change or end a trial"

Services = Annotated[list[str] | None, told("A service; repeat it for each.", "SERVICE")]


def _say(id_: str, update: str, sent: dict[str, Any], message: str | None, key: str | None) -> None:
    from starter import ids
    from starter.sending import send

    asyncio.run(send(ids.trial(id_), update, {k: v for k, v in sent.items() if v != []}, message, key))


@app.command(
    rich_help_panel=CONSENT, epilog=examples("tenure trial accept T-1001 --full-administrator --by customer-admin-3")
)
def accept(
    id_: TrialId,
    full_administrator: Annotated[
        bool, typer.Option("--full-administrator", metavar="", help="The box: the partner manages users too.")
    ] = False,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """A full administrator of the customer accepts; without the box the partner may only provision."""
    sent = {"full_administrator": full_administrator or None, "by": by, "reason": reason, "source": source}
    _say(id_, "accept", sent, message, update_id)


@app.command(rich_help_panel=CONSENT, epilog=examples("tenure trial decline T-1001 --by customer-admin-3"))
def decline(
    id_: TrialId,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """A full administrator of the customer declines: cancelled, and off the partner's list."""
    _say(id_, "decline", {"by": by, "reason": reason, "source": source}, message, update_id)


@app.command(rich_help_panel=CONSENT, epilog=examples("tenure trial resend T-1001 --by partner-hikari"))
def resend(
    id_: TrialId,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """Send the consent mail again; the 10 days go on from the first."""
    _say(id_, "resend", {"by": by, "reason": reason, "source": source}, message, update_id)


@app.command(rich_help_panel=CONSENT, epilog=examples("tenure trial withdraw T-1001 --by partner-hikari"))
def withdraw(
    id_: TrialId,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The partner takes the request back; possible until the details are given."""
    _say(id_, "withdraw", {"by": by, "reason": reason, "source": source}, message, update_id)


@app.command("give-details", rich_help_panel=TELL, epilog=examples("tenure trial give-details T-1001"))
def give_details(
    id_: TrialId,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """After consent, the partner gave the provisioning details: services can be built."""
    _say(id_, "give_details", {"by": by, "reason": reason, "source": source}, message, update_id)


@app.command(
    "services-built",
    rich_help_panel=TELL,
    epilog=examples("tenure trial services-built T-1001 --service meetings --service calling --by vendor-build"),
)
def services_built(
    id_: TrialId,
    service: Services = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """Services are built; when all are, the trial is active."""
    sent = {"services": service, "by": by, "reason": reason, "source": source}
    _say(id_, "report_services_built", sent, message, update_id)


@app.command(
    rich_help_panel=CHANGE,
    epilog=examples("tenure trial extend T-1001 --days 30", "tenure trial extend T-1001 --days 5 --confirm-shorten"),
)
def extend(
    id_: TrialId,
    days: Annotated[int | None, told("From today, 30 at most; never from the old expiry.", "N")] = None,
    confirm_shorten: Annotated[
        bool, typer.Option("--confirm-shorten", metavar="", help="Yes, even if that is earlier than now.")
    ] = False,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The new expiry is today + N days. That can shorten a trial, and then wants to be confirmed."""
    sent = {"days": days, "confirm_shorten": confirm_shorten or None, "by": by, "reason": reason, "source": source}
    _say(id_, "extend", sent, message, update_id)


@app.command(
    rich_help_panel=CHANGE,
    epilog=examples(
        "tenure trial edit T-1001 --add calling --remove messaging",
        "tenure trial edit T-1001 --add meetings_enterprise --site-url abc.webex.example --site-zone Asia/Tokyo",
    ),
)
def edit(
    id_: TrialId,
    add: Services = None,
    remove: Services = None,
    site_url: Annotated[str | None, told("With meetings_enterprise: its site.", "HOST")] = None,
    site_zone: Annotated[str | None, told("And the site's time zone.", "ZONE")] = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """Add and remove services. The rules of a start apply to what is added; it takes the trial's expiry."""
    site = {name: value for name, value in (("url", site_url), ("zone", site_zone)) if value}
    sent = {"add": add, "remove": remove, "site": site or None, "by": by, "reason": reason, "source": source}
    _say(id_, "edit_services", sent, message, update_id)


@app.command(
    rich_help_panel=CHANGE,
    epilog=examples('tenure trial cancel T-1001 --reason "the customer chose another product" --confirm'),
)
def cancel(
    id_: TrialId,
    confirm: Annotated[bool, typer.Option("--confirm", metavar="", help="Yes, end it at once, without grace.")] = False,
    reason: Reason = None,
    by: By = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """End a trial at once. Needs --confirm, as the hub asks twice."""
    sent = {"confirm": confirm or None, "reason": reason, "by": by, "source": source}
    _say(id_, "cancel", sent, message, update_id)


@app.command(
    rich_help_panel=CHANGE,
    epilog=examples(
        "tenure trial convert T-1001 --order examples/trial-order.json --tier 1 --service calling"
        " --service messaging --provisioning-contact examples/trial-contact.json",
        "tenure trial convert T-1001 --message convert.json",
    ),
)
def convert(
    id_: TrialId,
    order: Annotated[str | None, told("The paid order to start: one PlaceOrder as JSON, as it is.", "FILE")] = None,
    order_number: Annotated[str | None, told("Or the SO# of one placed already.", "SO#")] = None,
    service: Services = None,
    tier: Annotated[int | None, told("Of who converts: 1. A Tier-2 asks its distributor.", "1|2")] = None,
    provisioning_contact: Annotated[
        str | None, told("Who gets the set-up mail: one Person as JSON. Best yourself.", "FILE")
    ] = None,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """The trial becomes paid, and keeps its data. Every service in use must be in the paid order; until grace ends."""
    sent = {
        "order": order,
        "order_number": order_number,
        "services": service,
        "tier": tier,
        "provisioning_contact": provisioning_contact,
        "by": by,
        "reason": reason,
        "source": source,
    }
    _say(id_, "convert", sent, message, update_id)


@app.command(
    "return-device",
    rich_help_panel="Devices",
    epilog=examples(
        "tenure trial return-device D-5001 --handed-over --by customer-17",
        "tenure trial return-device D-5001 --received FOC2301A1BC",
        "tenure trial return-device D-5001 --ask-papers org-akasaka",
    ),
)
def return_device(
    id_: DeviceId,
    handed_over: Annotated[
        bool, typer.Option("--handed-over", metavar="", help="The customer gave it to the carrier.")
    ] = False,
    received: Annotated[str | None, told("It came back, with this serial number.", "SERIAL")] = None,
    ask_papers: Annotated[str | None, told("Label or order number lost: ask for this organization.", "ORG_ID")] = None,
    serial: Annotated[
        list[str] | None, told("With --ask-papers: of ALL devices, instead of the administrator's address.", "SERIAL")
    ] = None,
    delivered: Annotated[
        bool, typer.Option("--delivered", metavar="", help="Before all that: it arrived at the customer.")
    ] = False,
    by: By = None,
    reason: Reason = None,
    source: Source = None,
    message: Message = None,
    update_id: UpdateId = None,
) -> None:
    """A trial's device goes back: handed over, received with the right serial number, or its papers are lost."""
    from starter import ids
    from starter.returning import returned
    from starter.sending import send

    about = {"by": by, "reason": reason, "source": source}
    update, sent = returned(
        delivered=delivered, handed_over=handed_over, received=received, papers=ask_papers, serials=serial
    )
    asyncio.run(send(ids.device(id_), update, about | sent, message, update_id))
