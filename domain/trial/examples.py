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
from domain.trial.state import TrialState
from domain.values import Language, Message, Person, in_days
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


def offers(state: TrialState, now: datetime) -> dict[str, Offer]:
    """What fits this trial: its services, and how long it can be extended."""
    found = as_they_are(EXAMPLES)
    found["accept"] = Offer(EXAMPLES["accept"], "full_administrator: was that box ticked?")
    found["report_services_built"] = _built(state)
    found["extend"] = _extension(state, now)
    found["edit_services"] = Offer(_edit(state), "each that is wanted from now on; as remove, each that is not")
    found["convert"] = fitted(
        EXAMPLES["convert"],
        "order_number is the SO# of the paid order of this customer; mail goes to provisioning_contact; with an order "
        "to be started: examples/ui/trial.convert.with_order.json",
        services=state.services,
    )
    return found


def _built(state: TrialState) -> Offer:
    """Which of several, only the vendor knows."""
    match [service for service in state.services if service not in state.built]:
        case []:
            return Offer(EXAMPLES["report_services_built"])
        case [only]:
            return fitted(EXAMPLES["report_services_built"], services=(only,))
        case missing:
            note = f"those that are built; missing are {', '.join(missing)}"
            return Offer(EXAMPLES["report_services_built"], note).assuming(services=tuple(missing))


def _extension(state: TrialState, now: datetime) -> Offer:
    """An extension counts from today: while that would shorten the trial, it is said from when on it does not."""
    most = state.policy.longest_extension
    first_day = state.expires_on - most if state.expires_on else None
    if first_day and local_day(now, state.rules) < first_day:
        return Offer(None, f"from {first_day} on; before, at most {in_days(most)} from today would shorten it (TRL-50)")
    note = f"days count from today, never from the old end: 1 to {most.days}"
    return Offer(EXAMPLES["extend"], note).assuming(days=most.days)


def _edit(state: TrialState) -> EditServices:
    addable = [each for each in Service if each not in state.services and each is not Service.MEETINGS_ENTERPRISE]
    if addable:
        return EditServices(by="partner-hikari", add=(addable[0],))
    return EditServices(by="partner-hikari", remove=(state.services[-1],))
