"""Compliance checks: stages, decisions, and who takes over from whom. domain.md §7.2, §10.3."""

import itertools
from datetime import timedelta

import pytest

from domain.compliance.mails import ComplianceMail
from domain.compliance.messages import CustomerFacts
from domain.compliance.standing import REVIEW_LATE
from domain.compliance.state import RESULTS, CheckState
from domain.compliance.states import NEXT, TABLE, UNRESOLVED, CheckEvent, CheckStage
from domain.compliance.view import IN_WORDS, check_view
from domain.mails import MailState
from domain.operator import Acknowledge, ExtendDueDate, Hold, Resume
from domain.transitions import TransitionRefused
from domain.values import Message, Refused
from tests.compliance import (
    IN,
    POLICY,
    a_check,
    approved,
    at_the_last_look,
    carried,
    clean,
    confirmed,
    contacted,
    deliver,
    deprovisioning,
    due,
    ended_at,
    found,
    happened,
    in_review,
    look,
    non_compliant,
    pass_time,
    posted,
    replied,
)
from tests.makers import MONDAY, days, some

S, V = CheckStage, CheckEvent

RESOLVED = ComplianceMail.COMPLIANCE_RESOLVED

UPDATES: dict[str, Message] = {"approve": approved(), "confirm_match": confirmed(), "partner_replied": replied()}

ALLOWED = {
    "approve": {S.IN_REVIEW, S.NON_COMPLIANT},
    "confirm_match": {S.IN_REVIEW},
    "partner_replied": {S.NON_COMPLIANT},
}


class TestTheTable:
    @pytest.mark.parametrize(("stage", "event"), list(itertools.product(S, V)))
    def test_every_stage_and_event_leads_somewhere_or_is_refused_with_both_sides(
        self, stage: CheckStage, event: CheckEvent
    ) -> None:
        if (following := NEXT.get((stage, event))) is not None:
            assert TABLE.after(stage, event) is following
            return
        with pytest.raises(TransitionRefused, match=f"the check is {stage}"):
            TABLE.after(stage, event)

    @pytest.mark.parametrize(("stage", "update"), list(itertools.product(S, UPDATES)))
    def test_every_update_in_every_stage_is_taken_or_refused_and_offered_only_when_it_is_taken(
        self, stage: CheckStage, update: str
    ) -> None:
        state = IN[stage]()
        offered = update in check_view(state, MONDAY).can_send
        act = getattr(CheckState, update)
        if stage in ALLOWED[update]:
            act(state, UPDATES[update], MONDAY)
            assert offered
        else:
            with pytest.raises(TransitionRefused):
                act(state, UPDATES[update], MONDAY)
            assert state.stage is stage
            assert not offered

    @pytest.mark.parametrize("stage", S)
    def test_every_stage_is_shown_in_words(self, stage: CheckStage) -> None:
        view = check_view(IN[stage](), MONDAY)
        assert view.stage_in_words == IN_WORDS[stage]
        assert view.customer_id == "W-1"

    def test_what_is_over_waits_for_nothing(self) -> None:
        for stage in some(TABLE.closed):
            state = IN[stage]()
            assert not state.agenda.pending, stage
            assert not check_view(state, MONDAY).awaiting, stage
            assert state.closed_at is not None, stage


class TestTheScreening:
    def test_whs_23_clean_is_done_and_nobody_hears_of_it(self) -> None:
        state = a_check()
        state.screened(clean(), MONDAY)
        assert state.stage is S.CLEAR
        assert not state.mails

    def test_whs_24_a_potential_match_goes_to_the_team_and_to_nobody_else(self) -> None:
        state = in_review()
        assert state.stage is S.IN_REVIEW
        assert [state.reader_of(mail) for mail in state.mails.values()] == ["compliance_team"]

    def test_without_a_team_no_mail_goes_out_and_the_desk_lists_it(self) -> None:
        state = in_review(policy=POLICY.model_copy(update={"team": None}))
        look(state, MONDAY + POLICY.review_within)
        assert not state.mails
        view = check_view(state, MONDAY + POLICY.review_within)
        assert view.kind == "compliance.review"
        assert view.jeopardy == (REVIEW_LATE,)

    def test_what_was_found_stays_in_state_and_view(self) -> None:
        for stage in (S.IN_REVIEW, S.NON_COMPLIANT, S.DEPROVISIONED, S.SUPERSEDED, S.WITHDRAWN):
            facts = check_view(IN[stage](), MONDAY).facts
            assert facts["list_version"] == "irp-1", stage
            assert "98.5 ZARIBON DYNAMICS [IR]" in facts["evidence"], stage


class TestTheReview:
    @pytest.mark.parametrize(("after", "late"), [(-1, False), (0, True), (1, True)])
    def test_whs_25_after_sixty_minutes_it_is_an_alert(self, after: int, late: bool) -> None:
        """The second before, at, and after."""
        state = in_review()
        look(state, MONDAY + timedelta(minutes=60, seconds=after))
        assert (REVIEW_LATE in state.jeopardy) is late
        assert (ComplianceMail.COMPLIANCE_REVIEW_LATE in [m.kind for m in state.mails.values()]) is late

    def test_whs_25_a_review_that_takes_days_decides_nothing(self) -> None:
        state = pass_time(in_review(), MONDAY + days(400))
        assert state.stage is S.IN_REVIEW
        assert happened(state) == ["started", "match_found", "jeopardy"]
        assert {state.reader_of(mail) for mail in state.mails.values()} == {"compliance_team"}

    def test_the_alert_ends_with_the_review(self) -> None:
        late = pass_time(in_review(), MONDAY + days(1))
        late.confirm_match(confirmed(), MONDAY + days(1))
        assert not late.alerts

    def test_operators_may_move_the_time_or_lift_the_alert(self) -> None:
        state = in_review()
        message = ExtendDueDate(by="ops-7", deadline=REVIEW_LATE, at=MONDAY + days(1), reason="a holiday")
        state.extend_due_date(message, MONDAY)
        look(state, MONDAY + days(0.9))
        assert not state.alerts
        look(state, MONDAY + days(1))
        state.acknowledge(Acknowledge(by="ops-7", alert=REVIEW_LATE, reason="they are at it"), MONDAY + days(1))
        assert not state.alerts

    def test_who_decided_what_and_why_is_kept(self) -> None:
        state = in_review()
        state.confirm_match(confirmed("same owners"), MONDAY)
        assert check_view(state, MONDAY).facts["decision"] == "same owners"
        state.approve(approved("sold since"), MONDAY + days(2))
        facts = check_view(state, MONDAY + days(2)).facts
        assert (facts["decided"], facts["decided_by"], facts["decision"]) == ("approved", "compliance-3", "sold since")

    def test_whs_24_approved_in_review_the_partner_never_hears_of_it(self) -> None:
        state = in_review()
        state.approve(approved(), MONDAY)
        assert {state.reader_of(mail) for mail in state.mails.values()} == {"compliance_team"}


class TestAResolutionIsToldToWhomWasContacted:
    def test_a_partner_who_was_contacted_hears_that_it_is_resolved(self) -> None:
        state = contacted()
        state.approve(approved(), MONDAY + days(1))
        assert deliver(state, MONDAY + days(1)) == [RESOLVED]

    def test_a_contact_that_was_not_out_yet_does_not_go_out_and_nothing_was_to_be_resolved(self) -> None:
        state = non_compliant()
        state.approve(approved(), MONDAY)
        assert deliver(state, MONDAY) == []

    def test_a_contact_that_is_out_in_that_very_moment_is_followed_by_the_good_news(self) -> None:
        state = non_compliant()
        (contact,) = [mail for mail in state.mails.values() if mail.kind == ComplianceMail.COMPLIANCE_CONTACT]
        state.approve(approved(), MONDAY)
        state.mail_reported(contact.key, MailState.SENT, MONDAY, MONDAY)
        assert posted(state, RESOLVED) == [""]

    def test_a_contact_carried_over_counts_too(self) -> None:
        state = non_compliant(number=2, check_id="W-1-2", carried=carried(MONDAY - days(2), 1))
        state.approve(approved(), MONDAY)
        assert deliver(state, MONDAY) == [RESOLVED]

    def test_of_a_withdrawn_check_nobody_hears_that_it_is_resolved(self) -> None:
        state = contacted()
        state.customer_reported(CustomerFacts(deprovisioning=True), MONDAY)
        assert state.stage is S.WITHDRAWN
        assert not posted(state, RESOLVED)


class TestALaterCheck:
    @pytest.mark.parametrize("newest", ["", *S])
    @pytest.mark.parametrize("stage", [S.CHECKING, S.IN_REVIEW])
    def test_whs_20_what_nobody_confirmed_gives_way_at_once(self, stage: CheckStage, newest: str) -> None:
        state = IN[stage]()
        state.customer_reported(CustomerFacts(newest_number=2, newest_stage=newest), MONDAY)
        assert state.stage is S.SUPERSEDED

    @pytest.mark.parametrize("newest", ["", *S])
    def test_whs_27_a_confirmed_match_gives_way_only_to_a_result(self, newest: str) -> None:
        """A change of address never begins the thirty days anew, and never ends them by itself."""
        state = contacted()
        state.customer_reported(CustomerFacts(newest_number=2, newest_stage=newest), MONDAY)
        assert (state.stage is S.SUPERSEDED) is (newest in RESULTS)

    @pytest.mark.parametrize("newest", [S.CLEAR, S.APPROVED])
    def test_whose_result_is_good_the_partner_hears_of_it(self, newest: CheckStage) -> None:
        state = contacted()
        state.customer_reported(CustomerFacts(newest_number=2, newest_stage=newest), MONDAY)
        assert posted(state, RESOLVED) == [""]

    def test_one_that_was_confirmed_again_goes_on_and_nothing_is_resolved(self) -> None:
        state = contacted()
        state.customer_reported(CustomerFacts(newest_number=2, newest_stage=S.NON_COMPLIANT), MONDAY)
        assert not posted(state, RESOLVED)

    @pytest.mark.parametrize("stage", S)
    def test_nothing_gives_way_to_an_earlier_one_or_to_itself(self, stage: CheckStage) -> None:
        state = IN[stage]()
        for number in (0, 1):
            state.customer_reported(CustomerFacts(newest_number=number, newest_stage=S.CLEAR), MONDAY)
        assert state.stage is stage

    def test_there_is_no_way_back_from_a_deprovisioning(self) -> None:
        state = deprovisioning()
        state.customer_reported(CustomerFacts(newest_number=2, newest_stage=S.CLEAR, deprovisioning=True), MONDAY)
        assert state.stage is S.DEPROVISIONING


class TestACustomerThatGoes:
    @pytest.mark.parametrize("stage", S)
    @pytest.mark.parametrize("facts", [{"deprovisioning": True}, {"deprovisioned": True}])
    def test_for_another_reason_withdraws_what_is_open(self, stage: CheckStage, facts: dict[str, bool]) -> None:
        state = IN[stage]()
        state.customer_reported(CustomerFacts(**facts), MONDAY)
        gone = stage is S.DEPROVISIONING and "deprovisioned" in facts
        expected = S.WITHDRAWN if stage in UNRESOLVED else S.DEPROVISIONED if gone else stage
        assert state.stage is expected

    def test_what_is_not_so_is_noted_and_moves_nothing(self) -> None:
        state = contacted()
        state.customer_reported(CustomerFacts(untrue="no such customer is known"), MONDAY)
        assert state.stage is S.NON_COMPLIANT
        assert happened(state)[-1] == "report_ignored"


class TestTheLastLook:
    def test_whs_27_nobody_is_deprovisioned_without_it(self) -> None:
        state = at_the_last_look()
        assert state.stage is S.NON_COMPLIANT
        assert state.time_is_up

    def test_clean_now_it_is_cleared_and_the_partner_hears_of_it(self) -> None:
        state = at_the_last_look()
        state.looked_last(clean("irp-2"), ended_at(state))
        assert state.stage is S.CLEAR
        assert "no" in (state.closing_reason or "")
        assert posted(state, RESOLVED) == [""]
        assert check_view(state, MONDAY).facts["list_version"] == "irp-2"

    def test_an_approval_meanwhile_wins_and_the_record_says_what_it_called_off(self) -> None:
        state = at_the_last_look()
        state.approve(approved(), ended_at(state))
        state.looked_last(found(), MONDAY + days(11))
        assert state.stage is S.APPROVED
        assert happened(state)[-2:] == ["deprovisioning_called_off", "approved"]

    def test_an_approval_after_it_loses_and_the_record_says_so(self) -> None:
        state = deprovisioning()
        state.check_approve(approved(), MONDAY)
        with pytest.raises(TransitionRefused, match=r"the deprovisioning has begun .*\(WHS-27\)"):
            state.approve(approved(), MONDAY)
        assert state.stage is S.DEPROVISIONING
        assert happened(state)[-2:] == ["deprovisioning", "approval_too_late"]

    def test_an_approval_before_the_time_was_up_called_nothing_off(self) -> None:
        state = contacted()
        state.approve(approved(), MONDAY + days(1))
        assert "deprovisioning_called_off" not in happened(state)

    def test_a_reply_meanwhile_puts_it_off_to_the_thirtieth_day(self) -> None:
        state = at_the_last_look()
        end = ended_at(state)
        state.partner_replied(replied(), end)
        state.looked_last(found(), end)
        assert state.stage is S.NON_COMPLIANT
        assert not state.time_is_up
        assert ended_at(state) == MONDAY.replace(hour=15) + days(30)
        assert "deprovisioning_called_off" in happened(state)

    def test_what_comes_when_it_is_decided_changes_nothing(self) -> None:
        for stage in some(TABLE.closed | {S.DEPROVISIONING}):
            state = IN[stage]()
            state.looked_last(clean(), MONDAY)
            assert state.stage is stage


class TestAfterAReset:
    """The workflow is set back to before the end, and the customer is not: what had begun by this check has begun."""

    @pytest.mark.parametrize("done", [False, True])
    def test_whs_27_a_deprovisioning_that_it_asked_for_is_its_own(self, done: bool) -> None:
        state = contacted()
        facts = CustomerFacts(deprovisioning=not done, deprovisioned=done, because_of=state.check_id)
        state.customer_reported(facts, MONDAY)
        assert state.stage is (S.DEPROVISIONED if done else S.DEPROVISIONING)
        with pytest.raises(Refused):
            state.approve(approved(), MONDAY)

    def test_one_that_another_check_asked_for_withdraws_it(self) -> None:
        state = contacted()
        state.customer_reported(CustomerFacts(deprovisioning=True, because_of="W-1-2"), MONDAY)
        assert state.stage is S.WITHDRAWN


class TestOperators:
    def test_a_hold_is_taken_in_every_open_stage(self) -> None:
        for stage in some(frozenset(S) - TABLE.closed):
            state = IN[stage]()
            state.hold(Hold(by="ops-7", reason="asked by counsel"), MONDAY)
            assert check_view(state, MONDAY).facts["hold"]
            state.resume(Resume(by="ops-7"), MONDAY)

    def test_dates_of_the_rules_cannot_be_moved_and_announcements_not_left_out(self) -> None:
        state = contacted()
        for each in state.agenda.pending:
            with pytest.raises(Refused):
                state.extend_due_date(
                    ExtendDueDate(by="ops-7", deadline=each.name, at=MONDAY + days(99), reason="please"), MONDAY
                )
        assert not state.courtesies

    def test_the_desk_sorts_by_what_people_have_to_do(self) -> None:
        kinds = {stage: check_view(make(), MONDAY).kind for stage, make in IN.items()}
        assert kinds[S.IN_REVIEW] == "compliance.review"
        assert kinds[S.NON_COMPLIANT] == "compliance.contact"
        assert kinds[S.DEPROVISIONING] == "compliance.announced"
        assert kinds[S.CHECKING] == kinds[S.CLEAR] == "compliance.check"
        assert check_view(at_the_last_look(), MONDAY).kind == "compliance.announced"

    def test_what_was_lost_with_temporal_goes_on_where_it_stood(self) -> None:
        """The thirty days are not begun anew; what was posted and not out is posted again."""
        state = non_compliant()
        again = state.model_copy(update={"mails": {}}, deep=True)
        again.started_again(MONDAY + days(2))
        assert again.non_compliant_since == MONDAY
        assert posted(again, ComplianceMail.COMPLIANCE_CONTACT) == ["1"]
        assert due(again, "unresolved") == due(state, "unresolved")
