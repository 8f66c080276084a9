"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test. Invented people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from domain.offers import Offer, as_they_are, fitted
from domain.placeholder import in_words
from domain.values import Country, Language, Message, Partner, Person
from domain.wholesale.messages import (
    AssignBatch,
    AssignUser,
    BillingAddress,
    ChangePackage,
    ChangeQuantities,
    Deprovision,
    OnboardCustomer,
    RemoveUser,
    Reported,
    ReportPackage,
    RetryPackage,
    ScreenAgain,
    UpdateBillingAddress,
    WholesaleUser,
)
from domain.wholesale.standing import digest_of
from domain.wholesale.state import WholesaleState

PARTNER: Final = Partner(
    id="minato",
    company="Minato Telecom",
    contact=Person(
        first_name="Ken",
        last_name="Sato",
        email="wholesale@minato.example.com",
        language=Language.ENGLISH,
        zone="Asia/Tokyo",
    ),
)

ADDRESS: Final = BillingAddress(
    line1="1-2-3 Akasaka", city="Minato-ku", state="Tokyo", postal_code="107-0052", country=Country("JP")
)

ELSEWHERE: Final = BillingAddress(line1="4-5-6 Umeda", city="Osaka", postal_code="530-0001", country=Country("JP"))

_CUSTOMER: Final = OnboardCustomer(
    by="partner-minato",
    external_id="W-1001",
    name="Akasaka Shoji",
    aliases=("赤坂商事",),
    partner=PARTNER,
    primary_email="admin@akasaka.example.com",
    zone="Asia/Tokyo",
    billing_address=ADDRESS,
    packages={"webex_calling": 50, "webex_meetings": 100},
    add_ons={"attendant_console": 2},
    organization_package="webex_calling",
)

STARTS: Final[dict[str, Message]] = {
    "customer": _CUSTOMER,
    "own": _CUSTOMER.model_copy(
        update={
            "external_id": "W-OWN-1",
            "name": "Minato Telecom",
            "aliases": (),
            "primary_email": "it@minato.example.com",
            "packages": {"webex_calling": 20},
            "add_ons": {},
            "organization_package": None,
            "own_organization": True,
        }
    ),
}
"""By whose organization it is. WHS-07."""

EXAMPLES: Final[dict[str, Message]] = {
    "report_package": ReportPackage(by="vendor-desk", offering="webex_calling", outcome=Reported.PROVISIONED),
    "retry_package": RetryPackage(by="ops-7", offering="webex_calling", reason="the vendor has mended it"),
    "assign": AssignUser(
        by="partner-minato",
        user=WholesaleUser(
            user_id="U-1",
            email="mei.kato@akasaka.example.com",
            first_name="Mei",
            last_name="Kato",
            package="webex_calling",
        ),
    ),
    "change_package": ChangePackage(by="partner-minato", user_id="U-1", package="webex_meetings"),
    "remove_user": RemoveUser(by="partner-minato", user_id="U-1", reason="left the company"),
    "assign_batch": AssignBatch(by="partner-minato", batch_id="users-2031-06-1"),
    "change_quantities": ChangeQuantities(by="partner-minato", version=1, packages={"webex_calling": 60}),
    "update_billing_address": UpdateBillingAddress(by="partner-minato", billing_address=ELSEWHERE),
    "screen_again": ScreenAgain(by="ops-7", reason="a new list was imported"),
    "deprovision": Deprovision(by="partner-minato", reason="the contract has ended", confirm=True),
}
"""By update name."""

MORE: Final = 10


def offers(state: WholesaleState, _now: datetime) -> dict[str, Offer]:
    """What fits this customer: its own packages, the version of its quantities."""
    found = as_they_are(EXAMPLES)
    for update, fitting in (("report_package", state.pending), ("retry_package", state.failed)):
        if fitting:
            found[update] = _of_one(EXAMPLES[update], fitting)
    package, most = next(iter(state.ordered.packages.items()))
    note = "what is not named stays; to remove one that nobody has, name it under remove"
    quantities = fitted(EXAMPLES["change_quantities"], note, version=state.ordered.version)
    found["change_quantities"] = quantities.assuming(packages={package: most + MORE})
    if state.address_digest == digest_of(ELSEWHERE):
        found["update_billing_address"] = found["update_billing_address"].assuming(billing_address=ADDRESS)
    found["deprovision"] = found["deprovision"]._replace(note="it cannot be undone")
    return found


def _of_one(example: Message, offerings: Sequence[str]) -> Offer:
    """Which of them is known where there is only one; of several, only people know it."""
    first, *others = offerings
    if not others:
        return fitted(example, offering=first)
    return Offer(example, f"offering: {in_words(offerings)}; one message for each").assuming(offering=first)
