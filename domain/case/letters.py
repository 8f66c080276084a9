"""What the mails of a support case say, and while what they are sent. Pure."""

from datetime import datetime
from typing import Final

from domain.case.clocks import breach_of, clock_of
from domain.case.facts import CaseFacts, ClockFacts
from domain.case.mails import DUTY_MANAGER, CaseMail
from domain.case.row import CaseRow
from domain.case.standing import CLOSES, FIRST_RESPONSE
from domain.case.state import CaseState
from domain.letters import Letters
from domain.lifecycle import PostedMail
from domain.policy import HOUR
from domain.sla import Clock, SlaClock, StatusClock
from domain.values import Language, Person, Refused

TEXTS: Final = {
    CaseMail.CASE_QUESTION: ("question", "question"),
    CaseMail.CASE_UPDATE: ("status", "status"),
    CaseMail.CASE_RESOLVED: ("solution", "solution"),
}
"""Which paper a mail's text is in, and in which field of it."""


def wanted(row: CaseRow, mail: PostedMail) -> bool:
    """Nobody is asked, warned or told what is over by then; a breach is a breach."""
    state = row.state
    clock, status = clock_of(mail), state.status_clock
    called_for = {
        CaseMail.CASE_IDENTIFIER_WANTED: state.identifier_wanted,
        CaseMail.CASE_FIELD_EXPLAINED: state.unclassified,
        CaseMail.CASE_QUESTION: state.waiting,
        CaseMail.CASE_RESOLVED: not state.unresolved,
        CaseMail.SLA_WARNING: clock is not None and state.running(clock),
        CaseMail.STATUS_WANTED: status is not None and status.due_at(state.service_time) == mail.due_at,
        CaseMail.SLA_BREACH: state.critical,
        CaseMail.SLA_STARTED_LATE: state.critical and state.unresolved,
    }
    return called_for.get(CaseMail(mail.kind), True)


def reader(row: CaseRow, mail: PostedMail) -> Person | None:
    """The duty manager is in the policy."""
    manager = row.state.policy.duty_manager
    if row.state.reader_of(mail) != DUTY_MANAGER or manager is None:
        return None
    return Person.model_construct(
        first_name="Duty",
        last_name="Manager",
        email=manager,
        language=Language.ENGLISH,
        zone=row.state.zone,
    )


def facts(row: CaseRow, mail: PostedMail, now: datetime) -> CaseFacts:
    """To the partner without our clocks, but for those that are promised."""
    state, placed = row.state, row.placed
    if placed is None:
        raise Refused("what the case was opened with is not known here")
    deadlines = {each.kind: each.at for each in state.agenda.pending}
    found, shown = state.found, _shown(state, now)
    return CaseFacts(
        customer_company=found.account_name,
        case_id=state.case_id,
        case_subject=placed.subject,
        service=state.service,
        organization_id=state.organization_id or found.account_id,
        partner=placed.partner_company,
        received_at=state.received_at,
        critical=state.critical,
        agent=state.agent_id,
        came_through=state.came_through if found.right_door else None,
        right_door=found.right_door,
        first_response_hours=_first_response(state),
        text=_text(row, mail),
        next_update_at=deadlines.get("status_due"),
        closes_at=deadlines.get(CLOSES),
        clock=_clock_of(state, mail),
        clocks=tuple(_clock(state, clock, now) for clock in shown),
        minutes_lost=max((clock.minutes_lost for clock in shown), default=None),
        identifiers_given=state.identifiers_given,
        due_at=mail.due_at,
    )


def _first_response(state: CaseState) -> tuple[float, float] | None:
    if not state.running(FIRST_RESPONSE):
        return None
    target = state.clocks[FIRST_RESPONSE].target
    return target.warn_after / HOUR, target.breach_after / HOUR


def _text(row: CaseRow, mail: PostedMail) -> str | None:
    known = TEXTS.get(CaseMail(mail.kind))
    if known is None:
        return None
    what, field = known
    paper = row.forms.get(f"{what}/{mail.occurrence}")
    if paper is None:
        raise Refused(f"the {what} of this mail is not known here")
    return str(paper[field])


def _shown(state: CaseState, now: datetime) -> list[Clock]:
    """Those that run, or were breached."""
    return [clock for clock in state.clocks_at(now) if clock.is_breached or not clock.has_ended]


def _clock_of(state: CaseState, mail: PostedMail) -> ClockFacts | None:
    """The clock that the mail is about, as it stood when it was posted."""
    if mail.kind not in {CaseMail.SLA_WARNING, CaseMail.SLA_BREACH, CaseMail.STATUS_WANTED} or mail.due_at is None:
        return None
    name = clock_of(mail)
    clock = state.clock(name) if name else None
    if name is None or clock is None:
        raise Refused(f"the clock of this notice is not known here: {mail.occurrence}")
    breached = mail.kind == CaseMail.SLA_BREACH
    return ClockFacts(name=name, due_at=mail.due_at, breached=breached, hours=_hours(clock))


def _clock(state: CaseState, clock: Clock, now: datetime) -> ClockFacts:
    """When it was breached last, else when it would be; of one that stands still, if it went on now."""
    time = state.service_time
    match clock:
        case SlaClock(breached_at=datetime() as at) | StatusClock(missed=(*_, at)):
            due = at
        case _:
            due = breach_of(clock.resume(now, time)[0], time) or now
    return ClockFacts(name=clock.name, due_at=due, breached=clock.is_breached, hours=_hours(clock))


def _hours(clock: Clock) -> float:
    """How long it allows."""
    match clock:
        case SlaClock():
            return clock.target.breach_after / HOUR
        case StatusClock():
            return clock.cadence.every / HOUR
    raise AssertionError(f"no such clock: {clock.name}")


LETTERS: Final = Letters(wanted=wanted, facts=facts, reader=reader)
