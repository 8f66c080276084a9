"""One valid message of each kind: shown to operators, pasted from the Web UI, validated by a test. Invented people."""

from datetime import datetime
from typing import Final

from domain.account.channels import Channel
from domain.case.messages import (
    AskPartner,
    Assign,
    ChangePolicy,
    ChangeService,
    Close,
    Identify,
    OpenCase,
    PartnerAnswered,
    PartnerWrote,
    PostStatus,
    Reopen,
    Resolve,
    Respond,
    SetMainEmail,
)
from domain.case.policy import CasePolicy
from domain.case.state import CaseState
from domain.offers import Offer, as_they_are
from domain.values import Language, Message, Person

CONTACT: Final = Person(
    first_name="健",
    last_name="佐藤",
    email="ken.sato@hikari.example.com",
    language=Language.JAPANESE,
    zone="Asia/Tokyo",
)

_BY_WIDGET: Final = OpenCase(
    by="partner-hikari",
    case_id="C-7001",
    channel=Channel.WIDGET,
    partner_id="hikari",
    partner_company="ひかりシステムズ株式会社",
    partner_contact=CONTACT,
    service="Zoho CRM",
    organization_id="700100200",
    subject="Records cannot be saved",
    description="Since this morning nobody in sales can save a record.",
    main_email="super.admin@akasaka.example.com",
    policy=CasePolicy(duty_manager="duty@support.example.com"),
)

STARTS: Final[dict[str, Message]] = {
    "widget": _BY_WIDGET,
    "phone": _BY_WIDGET.model_copy(
        update={"case_id": "C-7002", "channel": Channel.PHONE, "organization_id": None, "main_email": None}
    ),
}
"""By how it came in: by phone nobody may know yet whose account it is."""

EXAMPLES: Final[dict[str, Message]] = {
    "respond": Respond(by="agent-7"),
    "identify": Identify(by="agent-7", problem="a filter rule drops the messages"),
    "ask_partner": AskPartner(by="agent-7", question="Since when does it happen, and for which users?"),
    "partner_answered": PartnerAnswered(by="agent-7", answer="Since Monday, for everybody in the Osaka office."),
    "partner_wrote": PartnerWrote(by="partner-hikari", text="It happens again since this noon."),
    "post_status": PostStatus(by="agent-7", status="The cause is known; the fix is being tested."),
    "set_main_email": SetMainEmail(by="agent-7", main_email="super.admin@akasaka.example.com"),
    "change_service": ChangeService(by="agent-7", service="Zoho Desk"),
    "assign": Assign(
        by="agent-7",
        agent_id="agent-7",
        agent=Person(
            first_name="Mei",
            last_name="Kato",
            email="mei.kato@support.example.com",
            language=Language.ENGLISH,
            zone="Asia/Tokyo",
        ),
    ),
    "change_policy": ChangePolicy(
        by="ops-7", reason="the duty manager changes", policy=CasePolicy(duty_manager="duty@support.example.com")
    ),
    "resolve": Resolve(by="agent-7", solution="The rule was corrected; messages arrive again."),
    "reopen": Reopen(by="agent-7", reason="the partner writes that it is not solved"),
    "close": Close(by="agent-7"),
}
"""By update name."""

OTHER_SERVICE: Final = "Zoho Mail"


def offers(state: CaseState, _now: datetime) -> dict[str, Offer]:
    """What fits this case; where the case knows it, with a word on what follows."""
    found = as_they_are(EXAMPLES)
    for update in ("ask_partner", "post_status", "resolve"):
        found[update] = found[update]._replace(note="the text goes out to the partner as it is")
    note = "of the account's SuperAdmin; the severity follows by itself"
    found["set_main_email"] = found["set_main_email"]._replace(note=note)
    if state.service == EXAMPLES["change_service"].model_dump()["service"]:
        found["change_service"] = found["change_service"].assuming(service=OTHER_SERVICE)
    note = "policy: all of its terms, what is left out has its usual value"
    found["change_policy"] = found["change_policy"]._replace(note=note)
    return found
