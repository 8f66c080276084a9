"""How a customer is deprovisioned: step by step, each once, with a certificate and one mail. WHS-27."""

import hashlib
import json
from datetime import timedelta

import pytest

from domain.lifecycle import PostedMail
from domain.reasons import Reason
from domain.values import Refused
from domain.wholesale.certificate import certificate_of
from domain.wholesale.facts import StepFacts
from domain.wholesale.kind import WHOLESALE
from domain.wholesale.letters import facts, wanted
from domain.wholesale.mails import PARTNER, WholesaleMail
from domain.wholesale.readers import readers
from domain.wholesale.repair import REPAIR
from domain.wholesale.row import WholesaleRow
from domain.wholesale.rules import RULES
from domain.wholesale.standing import STEPS, USERS_REMOVED, Step
from domain.wholesale.state import WholesaleState
from domain.wholesale.states import WholesaleEvent, WholesaleStage
from tests.makers import MONDAY, days
from tests.wholesale import (
    CALLING,
    an_onboarding,
    assigned,
    deprovisioned,
    deprovisioning,
    news_of,
    provisioned,
    removal,
    started,
    users_removed,
)

S = WholesaleStage
TUESDAY = MONDAY + days(1)
CONTACTED = (MONDAY, MONDAY + days(3), MONDAY + days(7))


def for_compliance() -> WholesaleState:
    """A check asked for it: the partner was contacted three times."""
    state = started(provisioned())
    state.check_reported(news_of(stage="deprovisioning", list_version="irp-7", contacts=CONTACTED), TUESDAY)
    return state


def through(state: WholesaleState) -> WholesaleState:
    """All steps are taken, an hour each."""
    for hours, step in enumerate(STEPS):
        at = TUESDAY + timedelta(hours=hours)
        counted = users_removed(7, at) if step == USERS_REMOVED else Step(step=step, at=at, removed=1)
        state.step_taken(counted, at)
    return state


class TestAskedFor:
    def test_it_has_to_be_confirmed(self) -> None:
        state = provisioned()
        with pytest.raises(Refused) as refused:
            state.deprovision(removal(confirm=False), MONDAY)
        assert (refused.value.problem.code, refused.value.field) == (Reason.UNCONFIRMED, "confirm")
        assert (state.stage, state.deprovisioning) == (S.PROVISIONED, None)

    def test_who_asked_and_why_is_kept(self) -> None:
        state = deprovisioning()
        asked = state.deprovisioning
        assert asked is not None
        assert (asked.by, asked.reason, asked.since, asked.check_id) == (
            "partner-hikari",
            "the contract has ended",
            MONDAY,
            None,
        )
        event = state.journal.unrecorded[-1]
        assert (event.type, event.actor, event.reason) == (
            WholesaleEvent.DEPROVISIONING,
            "partner-hikari",
            "the contract has ended",
        )

    def test_it_is_asked_for_once(self) -> None:
        state = deprovisioning()
        with pytest.raises(Refused, match="cannot deprovision the customer: the customer is deprovisioning"):
            state.deprovision(removal(), TUESDAY)


class TestStepByStep:
    def test_in_order_each_once(self) -> None:
        state, seen = deprovisioning(), []
        while (step := state.next_step) is not None:
            seen.append(step)
            state.step_taken(Step(step=step, at=MONDAY), MONDAY)
        assert tuple(seen) == STEPS

    @pytest.mark.parametrize("taken", range(len(STEPS)))
    def test_what_was_taken_before_a_new_run_is_not_taken_again(self, taken: int) -> None:
        state = deprovisioning()
        for step in STEPS[:taken]:
            state.step_taken(Step(step=step, at=MONDAY), MONDAY)
        again = WholesaleState.model_validate_json(state.model_dump_json())
        assert again.next_step == STEPS[taken]

    def test_a_step_told_twice_stands_once(self) -> None:
        state = deprovisioning()
        for _ in range(2):
            state.step_taken(users_removed(7), MONDAY)
        assert state.steps == [users_removed(7)]

    def test_no_step_is_due_before_or_after(self) -> None:
        assert provisioned().next_step is None
        assert deprovisioned().next_step is None

    def test_how_much_each_takes(self) -> None:
        state = deprovisioning()
        assert [state.to_remove(step) for step in STEPS] == [None, 1, 2, 1]

    def test_users_are_counted_down(self) -> None:
        state = deprovisioning()
        state.users_are_removed(assigned(3, **{CALLING: 3}))
        assert state.assigned.users == 3
        state.step_taken(users_removed(7), MONDAY)
        assert (state.assigned.users, state.assigned.packages) == (0, {})

    def test_every_step_has_its_rule(self) -> None:
        assert RULES.losses == dict.fromkeys(STEPS, "WHS-27")


class TestTheCertificate:
    def test_whs_27_for_a_check_it_says_which_by_what_list_and_when_the_partner_was_contacted(self) -> None:
        found = certificate_of(through(for_compliance()))
        assert (found.number, found.external_id, found.partner_id) == ("C-W-1", "W-1", "hikari")
        assert (found.check_id, found.list_version, found.contacts) == ("W-1-1", "irp-7", CONTACTED)
        assert (found.asked_by, found.asked_at) == ("tenure", TUESDAY)
        assert "not resolved in time (WHS-27)" in found.reason
        assert [step.step for step in found.steps] == list(STEPS)
        assert (found.users, found.steps[0].digest) == (7, "d" * 64)
        assert found.completed_at == found.steps[-1].at, "no other one when it is made again"

    def test_for_the_partner_it_says_who_asked_and_why(self) -> None:
        found = certificate_of(through(deprovisioning()))
        assert (found.asked_by, found.reason) == ("partner-hikari", "the contract has ended")
        assert (found.check_id, found.list_version, found.contacts) == (None, None, ())

    def test_anybody_can_count_its_digest_again(self) -> None:
        content = certificate_of(through(for_compliance())).model_dump(mode="json")
        digest = content.pop("digest")
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == digest

    def test_another_content_has_another_digest(self) -> None:
        one, other = (
            certificate_of(through(for_compliance())),
            certificate_of(through(deprovisioning())),
        )
        assert one.digest != other.digest

    def test_it_names_nobody(self) -> None:
        text = certificate_of(through(for_compliance())).model_dump_json()
        for personal in ("akasaka.example.com", "hikari.example.com", "Kato", "Sato", "Akasaka Shoji"):
            assert personal not in text


class TestTheMail:
    def test_one_goes_out_to_the_partner_and_none_before_the_end(self) -> None:
        state = through(for_compliance())
        assert state.mails == {}
        state.deprovisioned("C-W-1", "0" * 64, TUESDAY)
        (mail,) = state.mails.values()
        assert (mail.kind, state.reader_of(mail)) == (WholesaleMail.WHOLESALE_DEPROVISIONED, PARTNER)
        assert readers(an_onboarding()) == {PARTNER: "partner hikari"}

    def test_it_says_why_and_what_was_removed_when(self) -> None:
        state = through(for_compliance())
        state.deprovisioned("C-W-1", "0" * 64, TUESDAY)
        (mail,) = state.mails.values()
        row = WholesaleRow(state=state, placed=an_onboarding())
        said = facts(row, mail, TUESDAY)
        assert (said.customer_company, said.external_id, said.partner) == (
            "Akasaka Shoji",
            "W-1",
            "ひかりシステムズ",
        )
        assert (said.for_compliance, said.check_id, said.certificate) == (True, "W-1-1", "C-W-1")
        assert said.steps[0] == StepFacts(step=USERS_REMOVED, at=TUESDAY, removed=7)
        assert said.filed_under == "W-1"

    def test_asked_for_by_the_partner_it_says_so(self) -> None:
        state = through(deprovisioning())
        state.deprovisioned("C-W-1", "0" * 64, TUESDAY)
        (mail,) = state.mails.values()
        said = facts(WholesaleRow(state=state, placed=an_onboarding()), mail, TUESDAY)
        assert (said.for_compliance, said.check_id, said.why) == (False, None, "the contract has ended")

    def test_it_is_wanted_only_once_it_is_true(self) -> None:
        mail = PostedMail(key="wholesale-W-1/wholesale_deprovisioned", kind=WholesaleMail.WHOLESALE_DEPROVISIONED)
        assert not wanted(WholesaleRow(state=deprovisioning()), mail)
        assert wanted(WholesaleRow(state=deprovisioned()), mail)

    def test_of_what_is_not_known_no_mail_is_written(self) -> None:
        mail = PostedMail(key="wholesale-W-1/wholesale_deprovisioned", kind=WholesaleMail.WHOLESALE_DEPROVISIONED)
        with pytest.raises(Refused):
            facts(WholesaleRow(state=deprovisioned()), mail, TUESDAY)


def test_an_audit_closes_no_customer() -> None:
    """Only what was carried out step by step is gone."""
    assert REPAIR.give_up is None
    assert REPAIR.ends_by == "the update deprovision"
    assert REPAIR.people(provisioned()) == {PARTNER}
    assert WHOLESALE.repair is REPAIR
