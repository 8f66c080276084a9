"""Compliance checks for tests: one maker per thing. Invented people and companies."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any, Final

from temporalio import activity

from activities.ports.screening import ScreeningUnavailable
from domain.compliance import standing as check
from domain.compliance.letters import wanted
from domain.compliance.messages import (
    Approve,
    CarriedOver,
    CheckReason,
    ConfirmMatch,
    CustomerFacts,
    PartnerReplied,
    StartCheck,
)
from domain.compliance.policy import CompliancePolicy
from domain.compliance.row import CheckRow
from domain.compliance.screening import Match, Screened, Screening
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.deadlines import Deadline
from domain.mails import MailState
from tests.makers import MONDAY, a_partner, a_person

TEAM: Final = "compliance@review.example.com"
LISTED: Final = "ZARIBON DYNAMICS"
"""As the list has it; no mail to a partner says so."""

POLICY: Final = CompliancePolicy(team=TEAM)


def a_start(number: int = 1, external_id: str = "W-1", **changes: Any) -> StartCheck:
    """Of a customer in Tokyo."""
    given = {
        "by": "tenure",
        "check_id": f"{external_id}-{number}",
        "external_id": external_id,
        "number": number,
        "because": CheckReason.CREATED,
        "screened": Screened(name="Zaribon Dynamics", country="JP", city="Tokyo"),
        "partner": a_partner(contact=a_person("desk@hikari.example.com", first_name="Ken", language="en")),
        "zone": "Asia/Tokyo",
        "policy": POLICY,
    }
    return StartCheck(**given | changes)


def a_match(**changes: Any) -> Match:
    """Nearly the same name."""
    given = {
        "entry": "E-4711",
        "source": "Invented Restricted Parties (IRP)",
        "listed_name": LISTED,
        "screened_name": "Zaribon Dynamics",
        "score": 98.5,
        "countries": ("IR",),
        "explained": "the same after transliteration; the countries differ",
    }
    return Match(**given | changes)


def found(*matches: Match, version: str = "irp-1", at: datetime = MONDAY) -> Screening:
    """One potential match, or those given."""
    known = matches or (a_match(),)
    return Screening(list_version=version, screened_at=at, threshold=85, matches=known, found=len(known))


def clean(version: str = "irp-2", at: datetime = MONDAY) -> Screening:
    """Nobody."""
    return Screening(list_version=version, screened_at=at, threshold=85)


def approved(reason: str = "another company") -> Approve:
    return Approve(by="compliance-3", reason=reason)


def confirmed(reason: str = "same owners") -> ConfirmMatch:
    return ConfirmMatch(by="compliance-3", reason=reason)


def replied(reply: str | None = "We ask them for papers.") -> PartnerReplied:
    return PartnerReplied(by="partner-hikari", reply=reply)


def carried(since: datetime, contacts: int = 0, *, replied: bool = False) -> CarriedOver:
    """From check 1, never resolved."""
    return CarriedOver(check_id="W-1-1", non_compliant_since=since, contacts_made=contacts, partner_replied=replied)


def a_check(now: datetime = MONDAY, **changes: Any) -> CheckState:
    """Started, nobody was asked yet."""
    return CheckState.started(a_start(**changes), now)


def in_review(now: datetime = MONDAY, **changes: Any) -> CheckState:
    """A potential match was found."""
    state = a_check(now, **changes)
    state.screened(found(at=now), now)
    return state


def non_compliant(now: datetime = MONDAY, **changes: Any) -> CheckState:
    """The match was confirmed; the first contact is posted, and is not out."""
    state = in_review(now, **changes)
    state.confirm_match(confirmed(), now)
    return state


def contacted(now: datetime = MONDAY, **changes: Any) -> CheckState:
    """The first contact is out."""
    state = non_compliant(now, **changes)
    deliver(state, now)
    return state


def at_the_last_look(now: datetime = MONDAY, **changes: Any) -> CheckState:
    """Three contacts, no answer, the time is up; the answer of the last look is still to come."""
    return pass_time(contacted(now, **changes), now + timedelta(days=200))


def deprovisioning(now: datetime = MONDAY, **changes: Any) -> CheckState:
    """The point of no return."""
    state = at_the_last_look(now, **changes)
    state.looked_last(found(), ended_at(state))
    return state


def _cleared() -> CheckState:
    state = a_check()
    state.screened(clean(), MONDAY)
    return state


def _approved() -> CheckState:
    state = in_review()
    state.approve(approved(), MONDAY)
    return state


def _reported(make: Callable[[], CheckState], **facts: Any) -> CheckState:
    state = make()
    state.customer_reported(CustomerFacts(**facts), MONDAY)
    return state


IN: Final[dict[CheckStage, Callable[[], CheckState]]] = {
    CheckStage.CHECKING: a_check,
    CheckStage.CLEAR: _cleared,
    CheckStage.IN_REVIEW: in_review,
    CheckStage.APPROVED: _approved,
    CheckStage.NON_COMPLIANT: contacted,
    CheckStage.DEPROVISIONING: deprovisioning,
    CheckStage.DEPROVISIONED: lambda: _reported(deprovisioning, deprovisioned=True, because_of="W-1-1"),
    CheckStage.SUPERSEDED: lambda: _reported(in_review, newest_number=2),
    CheckStage.WITHDRAWN: lambda: _reported(in_review, deprovisioning=True),
}
"""One check in each stage."""


def row_of(state: CheckState, **changes: Any) -> CheckRow:
    """As the store has it."""
    placed = a_start(state.number, state.external_id, zone=state.zone, policy=state.policy, **changes)
    return CheckRow(state=state, placed=placed)


def deliver(state: CheckState, now: datetime, outcome: MailState = MailState.SENT) -> list[str]:
    """What waits goes out, unless it is no longer called for; what went, by kind."""
    sent = []
    for mail in state.mails_in(MailState.PENDING):
        if state.held_by_operator is not None:
            break
        became = outcome if wanted(row_of(state), mail) else MailState.MOOT
        state.mail_reported(mail.key, became, now if became is MailState.SENT else None, now)
        sent += [mail.kind] if became is outcome else []
    return sent


def on_due(state: CheckState, deadline: Deadline, now: datetime) -> None:
    """What its workflow does about it."""
    match deadline.kind:
        case check.REVIEW_LATE:
            state.review_is_late(deadline, now)
        case check.CONTACT:
            state.contact(now)
        case check.LAST_CALL:
            state.call_last(deadline, now)
        case _:
            state.end_reached(deadline, now)


def look(state: CheckState, now: datetime, *, mail: bool = True) -> None:
    """What is due by now is done, late or not; mail leaves at once, if there is any."""
    for deadline in state.agenda.take_due(now).act:
        on_due(state, deadline, now)
    if mail:
        deliver(state, now)


def _screened(answer: Screening) -> Callable[[CheckState, datetime], None]:
    def act(state: CheckState, now: datetime) -> None:
        if state.stage is CheckStage.CHECKING:
            state.screened(answer, now)
        else:
            state.looked_last(answer, now)

    return act


def _hears(**facts: Any) -> Callable[[CheckState, datetime], None]:
    def act(state: CheckState, now: datetime) -> None:
        state.customer_reported(CustomerFacts(**facts), now)

    return act


ACTS: Final[dict[str, Callable[[CheckState, datetime], None]]] = {
    "listed": _screened(found()),
    "clean": _screened(clean()),
    "a later check": _hears(newest_number=2, newest_stage="in_review"),
    "a later result": _hears(newest_number=2, newest_stage="approved"),
    "the customer goes": _hears(deprovisioning=True),
    "the customer is gone": _hears(deprovisioned=True, because_of="W-1-1"),
}
"""What comes from others than people."""


def pass_time(state: CheckState, until: datetime, *, mail: bool = True) -> CheckState:
    """Everything that is due by then happens, each at its instant, up to the moment of the last look."""
    while not state.time_is_up and (due := state.agenda.next()) is not None and due.at <= until:
        look(state, due.at, mail=mail)
    return state


def ended_at(state: CheckState) -> datetime:
    """When the deprovisioning is due."""
    assert state.deprovision_at is not None
    return state.deprovision_at


def posted(state: CheckState, kind: str) -> list[str]:
    """Occurrences of the mails of a kind, in order."""
    return [mail.occurrence for mail in state.mails.values() if mail.kind == kind]


def happened(state: CheckState) -> list[str]:
    """What was noted, in order, without the lifecycle's name."""
    return [event.type.removeprefix("compliance.") for event in state.journal.unrecorded]


def due(state: CheckState, kind: str) -> list[datetime]:
    """When deadlines of a kind are due, in time order."""
    return sorted(each.at for each in state.agenda.pending if each.kind == kind)


class FakeScreener:
    """The list of restricted parties as a test has it: it says what it is told to say, and may do something first."""

    def __init__(self) -> None:
        self.lists_them = True
        self.says_why_not = ""
        """Then nobody can be asked."""

        self.asked: list[Screened] = []
        self.first: Callable[[Screened], Awaitable[None]] | None = None
        """Done while it is asked."""

    async def screen(self, screened: Screened) -> Screening:
        """See the port."""
        self.asked.append(screened)
        if self.first is not None:
            await self.first(screened)
        if self.says_why_not:
            raise ScreeningUnavailable(self.says_why_not)
        at = activity.info().current_attempt_scheduled_time
        return found(at=at) if self.lists_them else clean(at=at)
