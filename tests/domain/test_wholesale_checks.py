"""The other axis: what a customer's checks say, and that it moves no provisioning. WHS-20 to WHS-22, WHS-27."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.compliance.states import TABLE as CHECK_TABLE
from domain.compliance.states import CheckStage
from domain.reasons import Reason
from domain.repair import News
from domain.values import Refused
from domain.wholesale.checks import CHECKING, DEPROVISIONING, ENDED, KEPT, NON_COMPLIANT, CheckFacts
from domain.wholesale.repair import CHECK, REPAIR
from domain.wholesale.state import WholesaleState
from domain.wholesale.states import RUNNING, WholesaleStage
from tests.makers import MONDAY, days
from tests.wholesale import (
    BERLIN,
    CALLING,
    CONSOLE,
    IN,
    MEETINGS,
    TOKYO,
    a_customer,
    deprovisioned,
    deprovisioning,
    new_address,
    new_list,
    news_of,
    provisioned,
    removal,
    report,
    retry,
    started,
)

S = WholesaleStage


def wanted(state: WholesaleState) -> list[tuple[int, str]]:
    """Checks that are to be started."""
    return [(check.number, check.because) for check in state.checks if not check.started]


def test_the_words_of_both_lives_are_the_same() -> None:
    """They know nothing of each other but these."""
    assert {CHECKING, NON_COMPLIANT, DEPROVISIONING} <= set(CheckStage)
    assert {str(stage) for stage in CHECK_TABLE.closed} == ENDED


class TestWhenItIsScreened:
    def test_whs_20_at_its_creation(self) -> None:
        assert wanted(a_customer()) == [(1, "created")]

    def test_whs_21_the_partner_s_own_as_well(self) -> None:
        assert wanted(a_customer(own_organization=True)) == [(1, "created")]

    def test_whs_20_at_each_change_of_the_billing_address(self) -> None:
        state = started(a_customer())
        state.update_billing_address(new_address(), MONDAY)
        state.update_billing_address(new_address(TOKYO), MONDAY)
        assert wanted(state) == [(2, "address_changed"), (3, "address_changed")]

    @pytest.mark.parametrize("stage", RUNNING)
    def test_whs_20_whatever_the_stage(self, stage: WholesaleStage) -> None:
        state = started(IN[stage]())
        state.update_billing_address(new_address(), MONDAY)
        assert (state.stage, wanted(state)) == (stage, [(2, "address_changed")])

    def test_the_same_address_once_more_is_no_change(self) -> None:
        state = started(a_customer())
        with pytest.raises(Refused) as refused:
            state.update_billing_address(new_address(TOKYO), MONDAY)
        assert (refused.value.problem.code, refused.value.field) == (Reason.NOT_NEEDED, "billing_address")
        assert wanted(state) == []

    def test_whs_31_the_country_follows_and_the_number_only_with_it(self) -> None:
        state = started(a_customer())
        first = state.dial_in
        state.update_billing_address(new_address(TOKYO.model_copy(update={"city": "Chuo-ku"})), MONDAY, None)
        assert state.dial_in is first, "in the same country: what was given stays"
        state.update_billing_address(new_address(BERLIN), MONDAY, first)
        assert state.country == "DE"

    def test_by_a_new_list(self) -> None:
        state = started(a_customer())
        state.check_reported(news_of(list_version="irp-1"), MONDAY)
        state.screen_again(new_list("irp-2"), MONDAY)
        assert wanted(state) == [(2, "list_changed")]

    def test_not_by_one_that_the_newest_check_was_made_by(self) -> None:
        state = started(a_customer())
        state.check_reported(news_of(list_version="irp-1"), MONDAY)
        with pytest.raises(Refused) as refused:
            state.screen_again(new_list("irp-1"), MONDAY)
        assert (refused.value.problem.code, refused.value.field) == (Reason.ALREADY_DONE, "list_version")
        state.screen_again(new_list(None), MONDAY)
        assert wanted(state) == [(2, "list_changed")], "unless nobody says which"

    def test_not_while_one_is_about_to_begin(self) -> None:
        with pytest.raises(Refused) as refused:
            a_customer().screen_again(new_list(), MONDAY)
        assert refused.value.problem.code is Reason.ALREADY_DONE

    def test_every_check_has_a_number_of_its_own_for_ever(self) -> None:
        state = started(a_customer())
        for _ in range(KEPT * 2):
            state.check_reported(news_of(state.checks_started), MONDAY)
            state.screen_again(new_list(), MONDAY)
            started(state)
        assert state.checks_started == 1 + KEPT * 2
        assert [check.number for check in state.checks] == list(range(12, 22)), "the last ones are remembered"


class TestWhatTheySay:
    def test_it_is_remembered_and_noted_once(self) -> None:
        state = started(provisioned())
        for _ in range(2):
            state.check_reported(news_of(stage="in_review"), MONDAY)
        assert state.newest_check == news_of(stage="in_review").check
        reports = [event for event in state.journal.unrecorded if event.type == "wholesale.check_reported"]
        assert [event.data["at_stage"] for event in reports] == ["in_review"]

    def test_what_is_not_so_is_noted_and_moves_nothing(self) -> None:
        state = started(provisioned())
        before = state.checks
        state.check_reported(CheckFacts(untrue="check X-1 is about another customer"), MONDAY)
        assert (state.checks, state.stage) == (before, S.PROVISIONED)
        assert state.journal.unrecorded[-1].data == {"why": "check X-1 is about another customer"}

    @pytest.mark.parametrize("stage", CheckStage)
    def test_a_check_that_the_customer_never_asked_for_says_nothing(self, stage: str) -> None:
        """Whoever may start workflows can start one, under any name and number: it clears nobody, removes nobody, and
        the next check has the next number. Found by fuzz."""
        state = started(provisioned())
        before = list(state.checks)
        state.check_reported(news_of(1_000_000_000, stage=stage), MONDAY)
        assert (state.checks, state.checks_started, state.stage) == (before, 1, S.PROVISIONED)
        assert state.journal.unrecorded[-1].type == "wholesale.check_report_ignored"
        state.screen_again(new_list(), MONDAY)
        assert state.check_to_start is not None
        assert state.check_to_start.number == 2

    @pytest.mark.parametrize("stage", sorted(set(CheckStage) - {CheckStage.DEPROVISIONING}))
    @pytest.mark.parametrize("at", S)
    def test_whs_22_none_of_it_moves_the_provisioning(self, at: WholesaleStage, stage: str) -> None:
        state = IN[at]()
        before = state.offerings, [due.name for due in state.agenda.pending]
        state.check_reported(news_of(stage=stage), MONDAY)
        assert state.stage is at
        assert (state.offerings, [due.name for due in state.agenda.pending]) == before

    def test_one_that_ran_before_a_reset_is_known_at_once(self) -> None:
        state = a_customer()
        check = state.check_to_start
        assert check is not None
        state.check_started(check, news_of(stage="clear"), MONDAY)
        assert (state.newest_check, state.check_to_start) == (news_of(stage="clear").check, None)


class TestWhoIsTold:
    def test_a_later_check_s_beginning_is_told_to_those_before_it(self) -> None:
        state = started(provisioned())
        state.update_billing_address(new_address(), MONDAY)
        started(state)
        assert state.checks_were_told() == ("W-1-1",)
        assert state.checks_were_told() == (), "once"

    @pytest.mark.parametrize("stage", ["clear", "approved", "non_compliant", "in_review"])
    def test_so_is_what_it_found(self, stage: str) -> None:
        state = started(provisioned())
        state.update_billing_address(new_address(), MONDAY)
        started(state)
        state.checks_were_told()
        state.check_reported(news_of(2, stage), MONDAY)
        assert state.checks_were_told() == ("W-1-1",)

    @pytest.mark.parametrize("stage", sorted(ENDED))
    def test_one_that_is_over_is_not_told(self, stage: str) -> None:
        state = started(provisioned())
        state.check_reported(news_of(1, stage), MONDAY)
        state.update_billing_address(new_address(), MONDAY)
        started(state)
        assert state.checks_were_told() == ()

    def test_no_check_is_told_of_an_earlier_one(self) -> None:
        state = started(provisioned())
        state.update_billing_address(new_address(), MONDAY)
        started(state)
        state.checks_were_told()
        state.check_reported(news_of(1, "superseded"), MONDAY)
        assert state.checks_were_told() == ()

    def test_of_a_deprovisioning_all_are_told_but_the_one_that_asked_for_it(self) -> None:
        state = started(provisioned())
        state.update_billing_address(new_address(), MONDAY)
        started(state)
        state.checks_were_told()
        state.check_reported(news_of(1, "deprovisioning"), MONDAY)
        assert state.checks_were_told() == ("W-1-2",)
        state.deprovisioned("C-W-1", "0" * 64, MONDAY)
        assert state.checks_were_told() == ("W-1-1", "W-1-2")

    def test_one_that_began_in_that_very_moment_hears_of_it(self) -> None:
        """It was being started when somebody asked for the deprovisioning."""
        state = a_customer()
        check = state.check_to_start
        assert check is not None
        state.deprovision(removal(), MONDAY)
        assert state.checks_were_told() == ()
        state.check_started(check, CheckFacts(), MONDAY)
        assert state.checks_were_told() == ("W-1-1",)

    def test_so_does_one_of_which_nobody_knows_whether_it_began(self) -> None:
        state = a_customer()
        check = state.check_to_start
        assert check is not None
        state.deprovision(removal(), MONDAY)
        state.check_left_out(check)
        assert state.checks_were_told() == ("W-1-1",)

    def test_what_an_audit_tells_again(self) -> None:
        state = started(deprovisioned())
        told = REPAIR.tells(state)
        assert told == [News(CHECK, "W-1-1", "customer_changed", {"external_id": "W-1"})]
        assert REPAIR.hears_of(state) == [(CHECK, "W-1-1")]


class TestADeprovisioningForIt:
    def test_whs_27_a_check_asks_for_it_and_nobody_else_has_to(self) -> None:
        state = started(provisioned())
        state.check_reported(news_of(stage="deprovisioning"), MONDAY)
        assert (state.stage, state.deprovisioning_for) == (S.DEPROVISIONING, "W-1-1")
        assert state.deprovisioning is not None
        assert state.deprovisioning.by == "tenure"

    @pytest.mark.parametrize("stage", RUNNING)
    def test_whs_27_whatever_the_stage(self, stage: WholesaleStage) -> None:
        state = IN[stage]()
        state.check_reported(news_of(stage="deprovisioning"), MONDAY)
        assert state.stage is S.DEPROVISIONING
        assert state.agenda.pending == []

    def test_asked_again_it_has_begun(self) -> None:
        state = started(provisioned())
        for _ in range(2):
            state.check_reported(news_of(stage="deprovisioning"), MONDAY)
        assert [event.type for event in state.journal.unrecorded].count("wholesale.deprovisioning") == 1

    def test_whoever_comes_first_stands_in_the_record(self) -> None:
        state = started(provisioned())
        state.deprovision(removal(), MONDAY)
        state.check_reported(news_of(stage="deprovisioning"), MONDAY + days(1))
        assert (state.deprovisioning_for, state.deprovisioning and state.deprovisioning.by) == (None, "partner-hikari")

    def test_none_is_started_any_more(self) -> None:
        state = deprovisioning()
        assert state.check_to_start is None
        with pytest.raises(Refused, match="cannot screen the customer: the customer is deprovisioning"):
            state.screen_again(new_list(), MONDAY)


# Both axes, whatever comes when.

PROVISIONING = ("report", "fail", "retry")

told = st.tuples(st.just("check"), st.integers(1, 3), st.sampled_from(sorted(set(CheckStage) - {"deprovisioning"})))
done = st.tuples(st.sampled_from(PROVISIONING), st.sampled_from([CALLING, MEETINGS, CONSOLE]), st.just(""))


@settings(max_examples=300)
@given(st.lists(told | done, max_size=30))
def test_whs_22_the_two_axes_are_independent(happened: list[tuple[Any, Any, str]]) -> None:
    """Any interleaving: where provisioning stands follows from what was reported of packages alone, and what is known
    of checks from their news alone."""
    both, provisioning, compliance = (started(a_customer()) for _ in range(3))
    for what, about, stage in happened:
        now = MONDAY + days(1)
        if what == "check":
            for state in (both, compliance):
                state.check_reported(news_of(about, stage), now)
        else:
            outcomes = {_acted(state, what, about) for state in (both, provisioning)}
            assert len(outcomes) == 1, "the very same is taken, or refused"
    assert (both.stage, both.offerings, both.jeopardy) == (
        provisioning.stage,
        provisioning.offerings,
        provisioning.jeopardy,
    )
    assert [due.at for due in both.agenda.pending] == [due.at for due in provisioning.agenda.pending]
    assert (both.checks, both.checks_started, both.checks_to_tell) == (
        compliance.checks,
        compliance.checks_started,
        compliance.checks_to_tell,
    )


def _acted(state: WholesaleState, what: str, offering: str) -> str:
    """Done, or the words of the refusal."""
    now = MONDAY + days(1)
    try:
        if what == "retry":
            state.retry_package(retry(offering), now)
        else:
            state.report_package(report(offering, fails=what == "fail"), now)
    except Refused as refused:
        return str(refused)
    return "done"
