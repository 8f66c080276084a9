"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test. Invented people."""

from typing import Final

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
from domain.values import Language, Message, Person

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
