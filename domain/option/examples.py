"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test. Invented people."""

from datetime import datetime
from typing import Any, Final

from domain.offers import Offer, as_they_are
from domain.option.messages import (
    AddLanguage,
    AddSessionType,
    BeginWork,
    CancelRequest,
    ChangeContact,
    ChangeLogo,
    CompleteWork,
    ContactOf,
    OptionKind,
    RejectRequest,
    RequestOption,
    SplitSite,
)
from domain.option.state import OptionState
from domain.values import Language, Message, Person

EXAMPLES: Final[dict[str, Message]] = {
    "begin_work": BeginWork(by="vendor-desk"),
    "complete": CompleteWork(by="vendor-desk", note="the new language is shown after the next log-in"),
    "reject": RejectRequest(by="vendor-desk", reason="this language is not offered for the site's version"),
    "cancel": CancelRequest(by="partner-hikari", reason="the customer does not need it any more"),
}
"""By update name."""

REQUESTER: Final = Person(
    first_name="Ken",
    last_name="Sato",
    email="ken.sato@hikari.example.com",
    language=Language.JAPANESE,
    zone="Asia/Tokyo",
)

SITE: Final = "akasaka.webex.example"


def _request(kind: OptionKind, **details: Any) -> RequestOption:
    return RequestOption(
        by="partner-hikari",
        request_id="OR-4001",
        subscription_id="sub-SO-100001",
        partner_id="hikari",
        requester=REQUESTER,
        kind=kind,
        **details,
    )


_DETAILS: Final[dict[OptionKind, dict[str, Any]]] = {
    OptionKind.LANGUAGE: {"language": AddLanguage(site=SITE, language="pt-BR")},
    OptionKind.SITE_SPLIT: {"site_split": SplitSite(url="akasaka-lab.webex.example", named_users=5, taken_from=SITE)},
    OptionKind.CONTACT: {"contact": ChangeContact(contact_of=ContactOf.PARTNER, person=REQUESTER)},
    OptionKind.SESSION_TYPE: {"session_type": AddSessionType(site=SITE, name="Sales training")},
    OptionKind.LOGO: {"logo": ChangeLogo(site=SITE, image="https://akasaka.example.com/logo.png")},
    OptionKind.RENEWAL_DATE: {},
    OptionKind.CSM: {},
    OptionKind.OTHER: {"text": "May two of our sites share one address book?"},
}

STARTS: Final[dict[str, Message]] = {str(kind): _request(kind, **details) for kind, details in _DETAILS.items()}
"""By what is asked for."""


def offers(_state: OptionState, _now: datetime) -> dict[str, Offer]:
    """They fit every request."""
    return as_they_are(EXAMPLES)
