"""No name that was put together is taken apart: whoever needs a part of it looks it up where it is."""

import pytest

from domain.case.clocks import ALL, clock_of, occurrence
from domain.case.mails import CaseMail
from domain.elements import PostedMail
from domain.events import TaskKind
from domain.lifecycle import LifecycleState
from domain.mails import MailState, Role, numbered
from domain.order.mails import OrderMail
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.order.view import awaiting
from domain.subscription.examples import known
from domain.subscription.state import SubscriptionState
from domain.subscription.view import subscription_view
from domain.trial.mails import TrialMail
from domain.trial.state import TrialState
from domain.view import Party
from tests.makers import MONDAY, a_person, a_subscription_start, a_trial, an_order


def posted(state: LifecycleState) -> PostedMail:
    (mail,) = state.mails.values()
    return mail


@pytest.mark.parametrize("number", [0, 11])
def test_a_mail_to_one_of_several_is_read_in_the_role_they_share(number: int) -> None:
    users = tuple(a_person(f"u{each}@a.example") for each in range(12))
    state = TrialState.placed(a_trial(users=users), MONDAY)
    state.post(TrialMail.TRIAL_ACCESS_ENDED, to=numbered(Role.TRIAL_USER, number))
    assert posted(state).key == f"trial-T-1001/trial_access_ended/trial_user/{number}"
    assert state.role_of(posted(state)) == Role.TRIAL_USER


def test_a_mail_to_whom_its_kind_always_has_is_read_in_that_role() -> None:
    state = OrderState.placed(an_order(), MONDAY)
    state.post(OrderMail.CONFIRMATION)
    assert state.role_of(posted(state)) == OrderMail.CONFIRMATION.reader


def test_the_other_sendings_of_a_mail_are_found_by_what_it_is_and_not_by_its_key() -> None:
    """An occurrence may look like anything, also like the end of such a key."""
    state = OrderState.placed(an_order(), MONDAY)
    for which in ("again-1", "again-2"):
        state.post(OrderMail.GRADUATION_REMINDER, which)
    first, second = state.mails
    state.mail_reported(first, MailState.SENT, MONDAY, MONDAY)
    assert state.post_again(first) == f"{first}/again-1"
    assert [mail.key for mail in state.sendings_of(second)] == [second]


@pytest.mark.parametrize("clock", ALL)
def test_sup_20_a_notice_says_which_clock_it_is_about(clock: str) -> None:
    notice = PostedMail(key="k", kind=CaseMail.SLA_BREACH, occurrence=occurrence(clock, MONDAY), due_at=MONDAY)
    assert clock_of(notice) == clock
    assert clock_of(notice.model_copy(update={"due_at": None})) is None
    assert clock_of(PostedMail(key="k", kind=CaseMail.CASE_QUESTION, occurrence="1", due_at=MONDAY)) is None


def test_ren_10_the_renewals_to_be_verified_are_named_and_no_others() -> None:
    state = SubscriptionState.started(a_subscription_start(), MONDAY)
    state.renewals = ["SO-200001", "SO-200002", "SO-200003"]
    for order in ("SO-200001", "SO-200003", "SO-900000"):
        state.journal.open_task(f"verify/{order}", TaskKind.VERIFY_RENEWAL, "hikari", MONDAY)
    state.journal.close_task("verify/SO-200001", MONDAY)
    named = known(subscription_view(state, MONDAY))
    assert named == {"confirm_renewal": {"order_number": ["SO-200003"]}}


def test_a_partner_whose_id_is_the_name_of_another_party_is_waited_for_as_a_partner() -> None:
    state = OrderState.placed(an_order(), MONDAY)
    state.facing_partner_id, state.stage = "vendor", Stage.AWAITING_DETAILS
    (owed,) = awaiting(state)
    assert (owed.party, owed.from_whom) == (Party.PARTNER, "partner vendor")
    assert "party" not in owed.model_dump()
