"""`tenure trial accept …` and its like: one command an update, its data by options or as a whole message."""

from typing import Annotated

import typer

from starter.commands import REASON_FIRST, Sent, Updates
from starter.options import DeviceId, TrialId, flag, told

app = typer.Typer()

consent = Updates(app, "trial", TrialId, "Consent")
tell = Updates(app, "trial", TrialId, "Tell a trial what happened")
change = Updates(app, "trial", TrialId, "Change or end a trial")
devices = Updates(app, "device", DeviceId, "Devices")

Services = Annotated[list[str] | None, told("A service; repeat it for each.", "SERVICE")]


@consent.command("tenure trial accept T-1001 --full-administrator --by customer-admin-3")
def accept(
    full_administrator: Annotated[
        bool, flag("--full-administrator", "The box: the partner manages users too.")
    ] = False,
) -> Sent:
    """A full administrator of the customer accepts; without the box the partner may only provision."""
    return "accept", {"full_administrator": full_administrator or None}


@consent.command("tenure trial decline T-1001 --by customer-admin-3")
def decline() -> Sent:
    """A full administrator of the customer declines: cancelled, and off the partner's list."""
    return "decline", {}


@consent.command("tenure trial resend T-1001 --by partner-hikari")
def resend() -> Sent:
    """Send the consent mail again; the 10 days go on from the first."""
    return "resend", {}


@consent.command("tenure trial withdraw T-1001 --by partner-hikari")
def withdraw() -> Sent:
    """The partner takes the request back; possible until the details are given."""
    return "withdraw", {}


@tell.command("tenure trial give-details T-1001")
def give_details() -> Sent:
    """After consent, the partner gave the provisioning details: services can be built."""
    return "give_details", {}


@tell.command("tenure trial services-built T-1001 --service meetings --service calling --by vendor-build")
def services_built(service: Services = None) -> Sent:
    """Services are built; when all are, the trial is active."""
    return "report_services_built", {"services": service}


@change.command("tenure trial extend T-1001 --days 30", "tenure trial extend T-1001 --days 5 --confirm-shorten")
def extend(
    days: Annotated[int | None, told("From today, 30 at most; never from the old expiry.", "N")] = None,
    confirm_shorten: Annotated[bool, flag("--confirm-shorten", "Yes, even if that is earlier than now.")] = False,
) -> Sent:
    """The new expiry is today + N days. That can shorten a trial, and then wants to be confirmed."""
    return "extend", {"days": days, "confirm_shorten": confirm_shorten or None}


@change.command(
    "tenure trial edit T-1001 --add calling --remove messaging",
    "tenure trial edit T-1001 --add meetings_enterprise --site-url abc.webex.example --site-zone Asia/Tokyo",
)
def edit(
    add: Services = None,
    remove: Services = None,
    site_url: Annotated[str | None, told("With meetings_enterprise: its site.", "HOST")] = None,
    site_zone: Annotated[str | None, told("And the site's time zone.", "ZONE")] = None,
) -> Sent:
    """Add and remove services. The rules of a start apply to what is added; it takes the trial's expiry."""
    site = {name: value for name, value in (("url", site_url), ("zone", site_zone)) if value}
    return "edit_services", {"add": add, "remove": remove, "site": site or None}


@change.command(
    'tenure trial cancel T-1001 --reason "the customer chose another product" --confirm', about=REASON_FIRST
)
def cancel(confirm: Annotated[bool, flag("--confirm", "Yes, end it at once, without grace.")] = False) -> Sent:
    """End a trial at once. Needs --confirm, as the hub asks twice."""
    return "cancel", {"confirm": confirm or None}


@change.command(
    "tenure trial convert T-1001 --order examples/trial-order.json --tier 1 --service calling"
    " --service messaging --provisioning-contact examples/trial-contact.json",
    "tenure trial convert T-1001 --message convert.json",
)
def convert(
    order: Annotated[str | None, told("The paid order to start: one PlaceOrder as JSON, as it is.", "FILE")] = None,
    order_number: Annotated[str | None, told("Or the SO# of one placed already.", "SO#")] = None,
    service: Services = None,
    tier: Annotated[int | None, told("Of who converts: 1. A Tier-2 asks its distributor.", "1|2")] = None,
    provisioning_contact: Annotated[
        str | None, told("Who gets the set-up mail: one Person as JSON. Best yourself.", "FILE")
    ] = None,
) -> Sent:
    """The trial becomes paid, and keeps its data. Every service in use must be in the paid order; until grace ends."""
    return "convert", {
        "order": order,
        "order_number": order_number,
        "services": service,
        "tier": tier,
        "provisioning_contact": provisioning_contact,
    }


@devices.command(
    "tenure trial return-device D-5001 --handed-over --by customer-17",
    "tenure trial return-device D-5001 --received FOC2301A1BC",
    "tenure trial return-device D-5001 --ask-papers akasaka",
)
def return_device(
    handed_over: Annotated[bool, flag("--handed-over", "The customer gave it to the carrier.")] = False,
    received: Annotated[str | None, told("It came back, with this serial number.", "SERIAL")] = None,
    ask_papers: Annotated[str | None, told("Label or order number lost: ask for this organization.", "ORG_ID")] = None,
    serial: Annotated[
        list[str] | None, told("With --ask-papers: of ALL devices, instead of the administrator's address.", "SERIAL")
    ] = None,
    delivered: Annotated[bool, flag("--delivered", "Before all that: it arrived at the customer.")] = False,
) -> Sent:
    """A trial's device goes back: handed over, received with the right serial number, or its papers are lost."""
    from starter.returning import returned

    return returned(delivered=delivered, handed_over=handed_over, received=received, papers=ask_papers, serials=serial)
