"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test. Invented people."""

from datetime import datetime
from typing import Final

from domain.offers import Offer, as_they_are, fitted
from domain.trial.messages import (
    AcceptTrial,
    CancelTrial,
    ConvertTrial,
    DeclineTrial,
    EditServices,
    ExtendTrial,
    GiveDetails,
    ReportServicesBuilt,
    ResendConsent,
    Service,
    WithdrawTrial,
)
from domain.trial.trial import TrialLife
from domain.values import PLACEHOLDER, Language, Message, Person
from domain.working_time import local_day

CONTACT: Final = Person(
    first_name="Ken",
    last_name="Sato",
    email="ken.sato@hikari.example.com",
    language=Language.JAPANESE,
    zone="Asia/Tokyo",
)

EXAMPLES: Final[dict[str, Message]] = {
    "accept": AcceptTrial(by="customer-admin-3", full_administrator=True),
    "decline": DeclineTrial(by="customer-admin-3"),
    "resend": ResendConsent(by="partner-hikari"),
    "withdraw": WithdrawTrial(by="partner-hikari"),
    "give_details": GiveDetails(by="partner-hikari"),
    "report_services_built": ReportServicesBuilt(by="vendor-build", services=(Service.MEETINGS,)),
    "extend": ExtendTrial(by="partner-hikari", days=30),
    "edit_services": EditServices(by="partner-hikari", add=(Service.CALLING,)),
    "cancel": CancelTrial(by="partner-hikari", reason="the customer chose another product", confirm=True),
    "convert": ConvertTrial(
        by="partner-hikari",
        tier=1,
        services=(Service.MEETINGS,),
        order_number="SO-300001",
        provisioning_contact=CONTACT,
    ),
}
"""By update name."""

SOMEBODY: Final = CONTACT.model_copy(update=dict.fromkeys(("first_name", "last_name", "email"), PLACEHOLDER))


def offers(life: TrialLife, now: datetime) -> dict[str, Offer]:
    """What fits this trial: its services, the longest extension, somebody to name where a mail would go out."""
    found = as_they_are(EXAMPLES)
    found["accept"] = Offer(AcceptTrial(by="customer-admin-3"), "add full_administrator: true if that box was ticked")
    if missing := tuple(service for service in life.services if service not in life.built):
        found["report_services_built"] = fitted(EXAMPLES["report_services_built"], services=missing)
    found["extend"] = _extension(life, now)
    found["edit_services"] = Offer(_edit(life), "replace by the services that are wanted")
    found["convert"] = fitted(
        EXAMPLES["convert"],
        "replace order_number by the SO# of the paid order of this customer, and provisioning_contact: mail goes "
        "there; with an order to be started: examples/ui/trial.convert.with_order.json",
        services=life.services,
        order_number=PLACEHOLDER,
        provisioning_contact=SOMEBODY,
    )
    return found


def _extension(life: TrialLife, now: datetime) -> Offer:
    """An extension counts from today: while that would shorten the trial, it is said from when on it does not."""
    most = life.policy.longest_extension
    longest = ExtendTrial(by="partner-hikari", days=most.days)
    first_day = life.expires_on - most if life.expires_on else None
    if first_day and local_day(now, life.zone) < first_day:
        pasted = longest.model_dump_json(exclude_defaults=True)
        return Offer(None, f"from {first_day} on `{pasted}`; before, that would shorten the trial (TRL-50)")
    return Offer(longest)


def _edit(life: TrialLife) -> EditServices:
    addable = [each for each in Service if each not in life.services and each is not Service.MEETINGS_ENTERPRISE]
    if addable:
        return EditServices(by="partner-hikari", add=(addable[0],))
    return EditServices(by="partner-hikari", remove=(life.services[-1],))
