"""Each mail of a check is written from what the check itself says of it, at the moment at which it leaves. WHS-24 to
WHS-27, M-20."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final, NamedTuple

import pytest

from domain.compliance.facts import ComplianceFacts
from domain.compliance.letters import LETTERS
from domain.compliance.mails import ComplianceMail
from domain.compliance.policy import CompliancePolicy
from domain.compliance.state import CheckState
from domain.lifecycle import PostedMail
from domain.mails import Letter, MailState
from domain.values import Language
from tests.adapters.test_mail_wholesale import STOPS, composed
from tests.compliance import (
    LISTED,
    TEAM,
    a_match,
    approved,
    confirmed,
    contacted,
    deliver,
    found,
    in_review,
    look,
    non_compliant,
    replied,
    row_of,
)
from tests.makers import MONDAY, days, some
from tests.support.one_item import in_one_item
from tests.support.written_mail import a_reader, shown_in

C = ComplianceMail
SECRETS: Final = (LISTED, "E-4711", "Invented Restricted", "98", "irp-1", "transliteration", "another company")
"""What the list says, and what the team said of it."""

UNTIL: Final = {
    Language.JAPANESE: ("2026年6月11日(木)", "2026年7月1日(水)"),
    Language.KOREAN: ("2026년 6월 11일(목)", "2026년 7월 1일(수)"),
    Language.FRENCH: ("jeudi 11 juin 2026", "mercredi 1 juillet 2026"),
    Language.ENGLISH: ("Thursday, 11 June 2026", "Wednesday, 1 July 2026"),
}
"""For an answer to the third request, and for a solution."""


class Left(NamedTuple):
    """A mail as it left."""

    kind: ComplianceMail
    which: str
    at: datetime
    facts: ComplianceFacts


def pending(state: CheckState) -> list[PostedMail]:
    """Those that wait."""
    return state.mails_in(MailState.PENDING)


def leaving(state: CheckState, now: datetime) -> list[Left]:
    """What is still called for goes out."""
    row = row_of(state)
    wanted = [mail for mail in pending(state) if LETTERS.wanted(row, mail)]
    left = [Left(C(mail.kind), mail.occurrence, now, _facts(state, mail, now)) for mail in wanted]
    deliver(state, now)
    return left


def _facts(state: CheckState, mail: PostedMail, now: datetime) -> ComplianceFacts:
    facts = LETTERS.facts(row_of(state), mail, now)
    assert isinstance(facts, ComplianceFacts)
    return facts


def until_the_end(state: CheckState, now: datetime) -> list[Left]:
    """All that leaves from now to the moment of the last look."""
    left = leaving(state, now)
    while not state.time_is_up and (due := state.agenda.next()) is not None:
        look(state, due.at, mail=False)
        left += leaving(state, due.at)
    return left


def of_an_unanswered_check() -> list[Left]:
    """A review that takes too long, three requests without an answer, and what is said last."""
    state = in_review()
    left = leaving(state, MONDAY)
    late = state.agenda.next()
    assert late is not None
    look(state, late.at, mail=False)
    left += leaving(state, late.at)
    state.confirm_match(confirmed(), MONDAY + timedelta(hours=2))
    return left + until_the_end(state, MONDAY + timedelta(hours=2))


def of_an_answered_check() -> list[Left]:
    """The partner replied to the first request; nothing was resolved."""
    state = contacted()
    state.partner_replied(replied(), MONDAY + days(1))
    return until_the_end(state, MONDAY + days(1))


def of_a_resolved_check() -> list[Left]:
    """Approved after the first request."""
    state = contacted()
    state.approve(approved(), MONDAY + days(1))
    return leaving(state, MONDAY + days(1))


LIVES: Final[dict[str, Callable[[], list[Left]]]] = {
    "unanswered": of_an_unanswered_check,
    "answered": of_an_answered_check,
    "resolved": of_a_resolved_check,
}


def texts(left: Left, language: Language) -> str:
    """All that its reader sees of it."""
    return "\n".join(shown_in(composed(Letter(kind=left.kind, to=a_reader(language), facts=left.facts))))


def test_these_lives_have_every_mail() -> None:
    assert {left.kind for life in LIVES.values() for left in life()} == set(C)


@pytest.mark.parametrize("language", Language)
@in_one_item("life", LIVES)
def test_every_mail_can_be_written_in_every_language(life: str, language: Language) -> None:
    for left in some(LIVES[life]()):
        assert "Zaribon Dynamics" in texts(left, language)


@pytest.mark.parametrize("language", Language)
@in_one_item("life", LIVES)
def test_the_partner_reads_nothing_of_the_list_and_nothing_of_the_record(life: str, language: Language) -> None:
    """WHS-24: evidence is the team's; why it decided so is the audit trail's."""
    partner = [left for left in LIVES[life]() if "review" not in left.kind]
    for left in some(partner):
        assert (left.facts.evidence, left.facts.found, left.facts.list_version) == ((), 0, "")
        said = texts(left, language)
        assert [secret for secret in SECRETS if secret in said] == []


def test_whs_24_the_team_reads_all_of_it_in_english() -> None:
    for left in some([left for left in of_an_unanswered_check() if "review" in left.kind]):
        said = texts(left, Language.ENGLISH)
        assert [fact for fact in SECRETS[:-1] if fact not in said] == []
    state = in_review()
    reader = LETTERS.reader(row_of(state), pending(state)[0])
    assert reader is not None
    assert (reader.email, reader.language) == (TEAM, Language.ENGLISH)


def test_m_20_three_requests_and_the_last_call_name_what_follows_from_them() -> None:
    """AMB-30: days 0, 3 and 7, three days to answer, thirty to resolve it."""
    left = [each for each in of_an_unanswered_check() if "review" not in each.kind]
    assert [(each.kind, each.which, each.at.date()) for each in left] == [
        (C.COMPLIANCE_CONTACT, "1", date(2026, 6, 1)),
        (C.COMPLIANCE_CONTACT, "2", date(2026, 6, 4)),
        (C.COMPLIANCE_CONTACT, "3", date(2026, 6, 8)),
        (C.COMPLIANCE_LAST_CALL, "1", date(2026, 6, 10)),
    ]
    until = [(each.facts.reply_until, each.facts.deprovisioned_on, each.facts.resolved_until) for each in left]
    last = (date(2026, 6, 11), date(2026, 6, 11), date(2026, 7, 1))
    assert until == [(None, None, None)] * 2 + [last] * 2
    assert [each.facts.is_last_attempt for each in left] == [False, False, True, False]
    assert [each.facts.days_left for each in left] == [None, None, 3, 1]


@in_one_item("language", Language)
def test_m_20_the_day_stands_in_the_last_request_and_in_the_last_call_only(language: Language) -> None:
    for left in some([each for each in of_an_unanswered_check() if "review" not in each.kind]):
        named = left.facts.is_last_attempt or left.kind == C.COMPLIANCE_LAST_CALL
        assert [day in texts(left, language) for day in UNTIL[language]] == [named, named]


@in_one_item("language", Language)
def test_amb_30_after_a_reply_only_the_thirty_days_are_named(language: Language) -> None:
    left = of_an_answered_check()
    assert [(each.kind, each.which) for each in left] == [(C.COMPLIANCE_LAST_CALL, "7"), (C.COMPLIANCE_LAST_CALL, "1")]
    for each in some(left):
        assert [day in texts(each, language) for day in UNTIL[language]] == [False, True]


@in_one_item("language", Language)
def test_an_answer_that_comes_too_late_to_matter_is_not_asked_for(language: Language) -> None:
    """Under terms by which the thirty days end before the time to answer does."""
    terms = CompliancePolicy(contacts=(days(0),), answer_within=days(40))
    for left in some(until_the_end(non_compliant(policy=terms), MONDAY)):
        assert (left.facts.deprovisioned_on, left.facts.resolved_until) == (date(2026, 7, 1),) * 2
        said = texts(left, language)
        assert [UNTIL[language][1] in said, *(words in said for words in STOPS[language])] == [True, False, True]


@in_one_item(
    ("make", "kind", "happens", "called_for"),
    [
        (in_review, C.COMPLIANCE_REVIEW_WANTED, None, True),
        (in_review, C.COMPLIANCE_REVIEW_WANTED, "approve", False),
        (non_compliant, C.COMPLIANCE_REVIEW_WANTED, None, False),
        (non_compliant, C.COMPLIANCE_CONTACT, None, True),
        (non_compliant, C.COMPLIANCE_CONTACT, "partner_replied", False),
        (non_compliant, C.COMPLIANCE_CONTACT, "approve", False),
    ],
)
def test_c_20_nobody_is_asked_about_what_is_over(
    make: Callable[[], CheckState], kind: ComplianceMail, happens: str | None, called_for: bool
) -> None:
    state = make()
    mail = next(mail for mail in pending(state) if mail.kind == kind)
    if happens == "approve":
        state.approve(approved(), MONDAY)
    elif happens == "partner_replied":
        state.partner_replied(replied(), MONDAY)
    assert LETTERS.wanted(row_of(state), mail) is called_for


def at_the_last_call() -> tuple[CheckState, PostedMail, datetime]:
    """It is posted and has not left; nobody answered."""
    state, now = non_compliant(), MONDAY
    while not (calls := [mail for mail in pending(state) if mail.kind == C.COMPLIANCE_LAST_CALL]):
        deliver(state, now)
        due = state.agenda.next()
        assert due is not None
        now = due.at
        look(state, now, mail=False)
    return state, calls[0], now


def test_c_20_a_last_call_is_moot_once_it_is_resolved_or_about_another_day() -> None:
    state, call, now = at_the_last_call()
    assert LETTERS.wanted(row_of(state), call)
    state.partner_replied(replied(), now)
    assert not LETTERS.wanted(row_of(state), call)
    state, call, now = at_the_last_call()
    state.approve(approved(), now)
    assert not LETTERS.wanted(row_of(state), call)


def test_more_than_five_are_counted_for_the_team() -> None:
    state = in_review()
    several: dict[str, Any] = {"matches": (a_match(), a_match(entry="E-12")), "found": 17}
    state.screening = found().model_copy(update=several)
    facts = _facts(state, pending(state)[0], MONDAY)
    assert ([each.entry for each in facts.evidence], facts.found) == (["E-4711", "E-12"], 17)
