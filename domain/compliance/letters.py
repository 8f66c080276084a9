"""What the mails of a check say, and while what they are sent. The partner never reads evidence. Pure."""

from datetime import datetime
from typing import Any, Final

from domain.compliance.facts import ComplianceFacts, EvidenceFacts
from domain.compliance.mails import COMPLIANCE_TEAM, ComplianceMail
from domain.compliance.row import CheckRow
from domain.compliance.screening import Screening
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.letters import Letters
from domain.lifecycle import PostedMail
from domain.values import Language, Person
from domain.working_time import days_left


def wanted(row: CheckRow, mail: PostedMail) -> bool:
    """Nobody is asked, contacted or warned about what is over by then."""
    state = row.state
    match mail.kind:
        case ComplianceMail.COMPLIANCE_REVIEW_WANTED | ComplianceMail.COMPLIANCE_REVIEW_LATE:
            return state.stage is CheckStage.IN_REVIEW
        case ComplianceMail.COMPLIANCE_CONTACT:
            return state.stage is CheckStage.NON_COMPLIANT and not state.was_reached
        case ComplianceMail.COMPLIANCE_LAST_CALL:
            return state.names_the_day(mail)
        case _:
            return True


def reader(row: CheckRow, mail: PostedMail) -> Person | None:
    """The compliance team is in the policy."""
    team = row.state.policy.team
    if row.state.reader_of(mail) != COMPLIANCE_TEAM or team is None:
        return None
    return Person.model_construct(
        first_name="Compliance",
        last_name="Team",
        email=team,
        language=Language.ENGLISH,
        zone=row.state.zone,
    )


def facts(row: CheckRow, mail: PostedMail, now: datetime) -> ComplianceFacts:
    """To the team with the evidence, to the partner without."""
    state, placed = row.state, row.placed
    to_team = state.reader_of(mail) == COMPLIANCE_TEAM
    return ComplianceFacts(
        customer_company=placed.screened.name,
        check_id=state.check_id,
        external_id=state.external_id,
        partner=placed.partner.company,
        country=placed.screened.country,
        because=state.because,
        list_version=state.screening.list_version if to_team and state.screening else "",
        evidence=_evidence(state.screening) if to_team else (),
        found=state.screening.found if to_team and state.screening else 0,
        non_compliant_since=state.non_compliant_since,
        partner_replied=state.was_reached,
        attempts=len(state.policy.contacts),
        **(_dates(state, mail, now) if not to_team else {"due_at": mail.due_at}),
    )


def _evidence(found: Screening | None) -> tuple[EvidenceFacts, ...]:
    matches = found.matches if found else ()
    return tuple(
        EvidenceFacts(
            listed_name=match.listed_name,
            screened_name=match.screened_name,
            source=match.source,
            entry=match.entry,
            score=match.score,
            countries=match.countries,
            explained=match.explained,
        )
        for match in matches
    )


def _dates(state: CheckState, mail: PostedMail, now: datetime) -> dict[str, Any]:
    """As things stand while it is sent: a last contact names the day that follows from it."""
    is_contact = mail.kind == ComplianceMail.COMPLIANCE_CONTACT
    is_last = is_contact and state.is_last_contact(mail)
    reply_until = state.unreachable_after(now) if is_last else state.unreachable_on
    known = [day for day in (reply_until, state.unresolved_on) if day is not None]
    names_it = is_last or mail.kind == ComplianceMail.COMPLIANCE_LAST_CALL
    day = min(known, default=None) if names_it else None
    return {
        "attempt": int(mail.occurrence) if is_contact else None,
        "is_last_attempt": is_last,
        "reply_until": reply_until if names_it else None,
        "resolved_until": state.unresolved_on if names_it else None,
        "deprovisioned_on": day,
        "days_left": max(0, days_left(day, now, state.rules)) if day else None,
        "due_at": state.end_of(day) if day else None,
    }


LETTERS: Final = Letters(wanted=wanted, facts=facts, reader=reader)
