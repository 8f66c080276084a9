"""What the mails of a check say, to whom, and until when. M-20, WHS-24 to WHS-27. The partner never reads evidence."""

from datetime import date, datetime

import pytest

from domain.compliance.facts import ComplianceFacts
from domain.compliance.letters import LETTERS
from domain.compliance.mails import COMPLIANCE_TEAM, PARTNER, ComplianceMail
from domain.compliance.messages import StartCheck
from domain.compliance.people import CheckPeople
from domain.compliance.state import CheckState
from domain.compliance.states import CheckStage
from domain.lifecycle import PostedMail
from domain.mails import MailState
from domain.values import ERASED
from tests.compliance import (
    IN,
    LISTED,
    POLICY,
    TEAM,
    a_match,
    a_start,
    approved,
    at_the_last_look,
    clean,
    contacted,
    ended_at,
    found,
    in_review,
    look,
    non_compliant,
    pass_time,
    replied,
    row_of,
)
from tests.makers import MONDAY, days, some

M, S = ComplianceMail, CheckStage

EVIDENCE = (LISTED, "E-4711", "Invented Restricted Parties", "98.5", "after transliteration")


def facts_of(state: CheckState, kind: ComplianceMail, now: datetime = MONDAY) -> ComplianceFacts:
    """Of the last one of that kind."""
    mail = [each for each in state.mails.values() if each.kind == kind][-1]
    facts = LETTERS.facts(row_of(state), mail, now)
    assert isinstance(facts, ComplianceFacts)
    return facts


def a_whole_life() -> CheckState:
    """With every mail there is."""
    state = pass_time(at_the_last_look(), MONDAY + days(30))
    state.partner_replied(replied(), ended_at(state))
    state = pass_time(state, MONDAY + days(40))
    state.looked_last(clean(), ended_at(state))
    return state


class TestTheTeam:
    def test_whs_24_gets_the_evidence_best_first_and_how_many_there_were(self) -> None:
        state = IN[S.CHECKING]()
        many = found(a_match(), a_match(entry="E-2", score=90)).model_copy(update={"found": 7})
        state.screened(many, MONDAY)
        facts = facts_of(state, M.COMPLIANCE_REVIEW_WANTED)
        assert [(each.entry, each.score) for each in facts.evidence] == [("E-4711", 98.5), ("E-2", 90)]
        assert facts.found == 7
        assert facts.due_at == MONDAY + POLICY.review_within

    def test_is_whom_the_policy_names(self) -> None:
        state = in_review()
        (mail,) = state.mails.values()
        reader = LETTERS.reader(row_of(state), mail)
        assert reader is not None
        assert reader.email == TEAM

    def test_whs_25_hears_of_a_late_review_with_the_evidence_again(self) -> None:
        state = pass_time(in_review(), MONDAY + days(1), mail=False)
        assert facts_of(state, M.COMPLIANCE_REVIEW_LATE).evidence

    @pytest.mark.parametrize("kind", [M.COMPLIANCE_REVIEW_WANTED, M.COMPLIANCE_REVIEW_LATE])
    def test_is_not_asked_what_it_has_decided(self, kind: ComplianceMail) -> None:
        for stage, make in some(IN.items()):
            mail = PostedMail(key="k", kind=kind)
            assert LETTERS.wanted(row_of(make()), mail) is (stage is S.IN_REVIEW), stage


class TestThePartner:
    def test_nothing_goes_out_to_the_partner_before_a_match_is_confirmed(self) -> None:
        for stage in (S.CHECKING, S.CLEAR, S.IN_REVIEW):
            state = pass_time(IN[stage](), MONDAY + days(100))
            assert PARTNER not in {state.reader_of(mail) for mail in state.mails.values()}, stage

    def test_no_mail_to_the_partner_ever_has_evidence(self) -> None:
        state, told = a_whole_life(), []
        for mail in state.mails.values():
            facts = LETTERS.facts(row_of(state), mail, MONDAY)
            if state.reader_of(mail) == PARTNER:
                told.append(mail.kind)
                assert not [each for each in EVIDENCE if each in facts.model_dump_json()], mail.key
                assert LETTERS.reader(row_of(state), mail) is None
        assert set(told) == {M.COMPLIANCE_CONTACT, M.COMPLIANCE_LAST_CALL, M.COMPLIANCE_RESOLVED}

    def test_a_contact_says_which_it_is_and_no_day(self) -> None:
        facts = facts_of(non_compliant(), M.COMPLIANCE_CONTACT)
        assert (facts.attempt, facts.attempts, facts.is_last_attempt) == (1, 3, False)
        assert facts.deprovisioned_on is None
        assert facts.reply_until is None
        assert facts.due_at is None

    def test_the_last_contact_says_what_follows_and_when(self) -> None:
        state = pass_time(contacted(), MONDAY + days(6))
        look(state, MONDAY + days(7), mail=False)
        facts = facts_of(state, M.COMPLIANCE_CONTACT, MONDAY + days(7))
        assert facts.is_last_attempt
        assert facts.reply_until == facts.deprovisioned_on == date(2026, 6, 11)
        assert facts.resolved_until == date(2026, 7, 1)
        assert facts.days_left == 3
        assert facts.due_at == datetime(2026, 6, 11, 15, tzinfo=MONDAY.tzinfo)

    def test_and_when_it_has_left_that_is_the_day(self) -> None:
        state = pass_time(contacted(), MONDAY + days(7))
        assert state.deprovision_on == date(2026, 6, 11)

    def test_one_that_leaves_late_names_a_later_day(self) -> None:
        state = pass_time(contacted(), MONDAY + days(6))
        look(state, MONDAY + days(7), mail=False)
        assert facts_of(state, M.COMPLIANCE_CONTACT, MONDAY + days(9)).deprovisioned_on == date(2026, 6, 13)

    def test_a_last_call_names_the_day_and_what_still_puts_it_off(self) -> None:
        state = pass_time(contacted(), MONDAY + days(9.5))
        facts = facts_of(state, M.COMPLIANCE_LAST_CALL, MONDAY + days(9))
        assert facts.deprovisioned_on == facts.reply_until == date(2026, 6, 11)
        assert facts.days_left == 1
        assert not facts.partner_replied

    def test_after_a_reply_only_a_solution_does(self) -> None:
        state = contacted()
        state.partner_replied(replied(), MONDAY)
        pass_time(state, MONDAY + days(24))
        facts = facts_of(state, M.COMPLIANCE_LAST_CALL, MONDAY + days(23))
        assert facts.partner_replied
        assert facts.reply_until is None
        assert facts.deprovisioned_on == facts.resolved_until == date(2026, 7, 1)

    @pytest.mark.parametrize("kind", [M.COMPLIANCE_CONTACT, M.COMPLIANCE_LAST_CALL])
    def test_is_not_troubled_with_what_is_over(self, kind: ComplianceMail) -> None:
        for stage, make in some(IN.items()):
            state = make()
            mail = PostedMail(key="k", kind=kind, occurrence="1", day=state.deprovision_on)
            assert LETTERS.wanted(row_of(state), mail) is (stage is S.NON_COMPLIANT), stage

    def test_the_good_news_goes_out_in_any_case(self) -> None:
        state = contacted()
        state.approve(approved("sold since"), MONDAY)
        (mail,) = state.mails_in(MailState.PENDING)
        assert mail.kind == M.COMPLIANCE_RESOLVED
        assert LETTERS.wanted(row_of(state), mail)
        assert "sold since" not in facts_of(state, M.COMPLIANCE_RESOLVED).model_dump_json()


class TestWhoIsNamed:
    def test_the_partner_s_contact_is_a_row_of_its_own_and_is_put_back(self) -> None:
        start, people = a_start(), CheckPeople(StartCheck)
        stored = people.without(start)
        assert start.partner.contact.email not in str(stored)
        assert people.back(stored, people.of(start)) == start

    def test_who_was_erased_is_replaced(self) -> None:
        people = CheckPeople(StartCheck)
        assert people.back(people.without(a_start()), {}).partner.contact == ERASED

    def test_roles_have_words(self) -> None:
        assert {PARTNER, COMPLIANCE_TEAM} == {mail.reader for mail in M}
