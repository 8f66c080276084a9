"""Support cases for tests: one maker per thing. Invented people."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from domain.account.account import RegisterAccount
from domain.account.channels import Channel
from domain.case.classification import LookedUp
from domain.case.messages import (
    AskPartner,
    Assign,
    ChangePolicy,
    ChangeService,
    Close,
    Identify,
    OpenCase,
    PartnerAnswered,
    PostStatus,
    Reopen,
    Resolve,
    Respond,
    SetMainEmail,
)
from domain.case.policy import CasePolicy
from domain.case.standing import CLOSES
from domain.case.state import CaseState
from domain.sla import ServiceTime
from tests.makers import MONDAY, a_person

HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)

SUPER_ADMIN = "super.admin@akasaka.example.com"
MANAGER = "duty@support.example.com"

POLICY = CasePolicy(duty_manager=MANAGER)


def an_opening(case_id: str = "C-1", **changes: Any) -> OpenCase:
    """By the widget, with the SuperAdmin's address."""
    given = {
        "by": "partner-hikari",
        "case_id": case_id,
        "channel": Channel.WIDGET,
        "partner_id": "hikari",
        "partner_company": "ひかりシステムズ",
        "partner_contact": a_person("desk@hikari.example.com", first_name="Ken", last_name="Sato"),
        "service": "Zoho Mail",
        "organization_id": "700100200",
        "subject": "Mail does not arrive",
        "description": "Since this morning nobody gets mail.",
        "main_email": SUPER_ADMIN,
        "policy": POLICY,
    }
    return OpenCase(**given | changes)


def found(**changes: Any) -> LookedUp:
    """A large-user account, and a service that is covered."""
    given = {
        "account_id": "700100200",
        "account_name": "Akasaka Trading",
        "region": "JP",
        "data_centre": "JP",
        "large": True,
        "why": "a large-user account",
    }
    return LookedUp(**given | changes)


NOBODY = LookedUp(why="no identifier of an account was given (AMB-33)")


def an_account(zoid: str = "700100200", **changes: Any) -> RegisterAccount:
    """1,500 licences of a service that counts."""
    given = {
        "by": "ops-7",
        "zoid": zoid,
        "name": "Akasaka Trading",
        "region": "JP",
        "data_centre": "JP",
        "super_admin": SUPER_ADMIN,
        "domains": ["akasaka.example.com"],
        "subscriptions": [{"service": "Zoho CRM", "licences": 1500}],
    }
    return RegisterAccount.model_validate(given | changes)


def a_case(
    now: datetime = MONDAY, looked_up: LookedUp | None = None, time: ServiceTime | None = None, **changes: Any
) -> CaseState:
    """Received and classified at `now`: S1, unless the registry says otherwise."""
    state = CaseState.received(an_opening(**changes), now)
    state.classify(looked_up or found(), time or ServiceTime(), now)
    return state


def pass_time(state: CaseState, until: datetime) -> CaseState:
    """Everything that is due by then happens, each at its instant."""
    while (due := state.agenda.next()) is not None and due.at <= until:
        look(state, due.at)
    return state


def look(state: CaseState, now: datetime) -> None:
    """What is due by now is done, late or not."""
    for deadline in state.agenda.take_due(now).act:
        if deadline.kind == CLOSES:
            state.close_by_itself(now)
        else:
            state.look_at_clocks(now)


def mails(state: CaseState, *kinds: str) -> list[str]:
    """What was posted, in order: of these kinds, if some are given."""
    return [mail.kind for mail in state.mails.values() if not kinds or mail.kind in kinds]


def noted(state: CaseState, type_: str) -> list[tuple[str, str]]:
    """Clock and instant of each event of that type."""
    events = [event for event in state.journal.unrecorded if event.type == f"case.{type_}"]
    return [(event.data["clock"], event.data["at"]) for event in events]


def noted_types(state: CaseState) -> Sequence[str]:
    """What was noted, in order."""
    return [event.type for event in state.journal.unrecorded]


def responded() -> Respond:
    return Respond(by="agent-7")


def identified() -> Identify:
    return Identify(by="agent-7", problem="a filter rule")


def asked(question: str = "Since when?") -> AskPartner:
    return AskPartner(by="agent-7", question=question)


def answered(answer: str | None = "Since Monday.") -> PartnerAnswered:
    return PartnerAnswered(by="partner-hikari", answer=answer)


def status(text: str = "The fix is being tested.") -> PostStatus:
    return PostStatus(by="agent-7", status=text)


def main_email(address: str = SUPER_ADMIN) -> SetMainEmail:
    return SetMainEmail(by="agent-7", main_email=address)


def another_service(service: str = "Zoho Campaigns") -> ChangeService:
    return ChangeService(by="agent-7", service=service)


def assigned(agent_id: str = "agent-7") -> Assign:
    return Assign(by="agent-7", agent_id=agent_id, agent=a_person(f"{agent_id}@support.example.com"))


def other_policy(**terms: Any) -> ChangePolicy:
    return ChangePolicy(by="ops-7", reason="agreed", policy=CasePolicy(**{"duty_manager": MANAGER} | terms))


def resolved() -> Resolve:
    return Resolve(by="agent-7", solution="The rule was corrected.")


def reopened() -> Reopen:
    return Reopen(by="partner-hikari", reason="it is back")


def closed() -> Close:
    return Close(by="agent-7")
