"""Several reasons to suspend a subscription; service goes on when none is left. REN-08, HUB-16, AMB-42."""

import json
import subprocess
import sys
from datetime import datetime
from itertools import permutations
from typing import Any, Final, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.events import Event
from domain.lifecycle import PostedMail
from domain.reasons import Reason
from domain.subscription.facts import SubscriptionFacts
from domain.subscription.kind import SUBSCRIPTION
from domain.subscription.letters import LETTERS
from domain.subscription.list_line import SubscriptionLine
from domain.subscription.mails import SubscriptionMail
from domain.subscription.messages import (
    AskedReason,
    LiftSuspension,
    RenewalFacts,
    RenewalNews,
    RenewalStep,
    SuspendSubscription,
    TerminateSubscription,
)
from domain.subscription.row import NewestOrder, SubscriptionRow
from domain.subscription.state import NOTICES, SubscriptionState
from domain.subscription.states import SubscriptionStage, SuspensionReason
from domain.subscription.view import subscription_view
from domain.values import Refused
from tests.domain.test_subscription import a_subscription
from tests.makers import MONDAY, days

ASKED: Final[tuple[AskedReason, ...]] = get_args(AskedReason)
FACTS: Final = RenewalFacts(term_months=12, partner_id="hikari")
LATER: Final = MONDAY + days(30)
RENEWAL: Final = SuspensionReason.RENEWAL_INCOMPLETE


def suspend(why: str) -> SuspendSubscription:
    return SuspendSubscription.model_validate({"by": "billing-4", "why": why, "reason": "invoice 77 is open"})


def lift(why: str) -> LiftSuspension:
    return LiftSuspension.model_validate({"by": "billing-4", "why": why, "reason": "invoice 77 is paid"})


def add(state: SubscriptionState, why: SuspensionReason, now: datetime = LATER) -> None:
    """In the way in which this reason comes."""
    if why is RENEWAL:
        state.agenda.take_due(state.suspends_at)
        state.miss_renewal(now)
    else:
        state.suspend(suspend(why.value), now)


def remove(state: SubscriptionState, why: SuspensionReason, now: datetime = LATER) -> None:
    """In the way in which this reason goes."""
    if why is RENEWAL:
        state.renewal_reported(RenewalNews(order_number="SO-200001", step=RenewalStep.COMPLETED), FACTS, now)
    else:
        state.lift_suspension(lift(why.value), now)


def suspended(*reasons: SuspensionReason | str) -> SubscriptionState:
    state = a_subscription()
    for why in reasons:
        add(state, SuspensionReason(why))
    return state


def told(state: SubscriptionState) -> list[tuple[str, str | None]]:
    """Of suspensions, in the record: what happened, and the reason to suspend."""
    events: list[Event] = state.journal.unrecorded
    return [(event.type.removeprefix("subscription."), event.data["why"]) for event in events if "why" in event.data]


def refusal(call: Any, *args: Any) -> tuple[str | None, Reason, str]:
    with pytest.raises(Refused) as refused:
        call(*args)
    return refused.value.field, refused.value.problem.code, str(refused.value)


# Every reason with every other.


@pytest.mark.parametrize(
    ("first", "second", "gone", "left"),
    [
        (first, second, *order)
        for first, second in permutations(SuspensionReason, 2)
        for order in permutations((first, second))
    ],
)
def test_amb_42_two_reasons_in_every_order_and_service_goes_on_with_the_last(
    first: SuspensionReason, second: SuspensionReason, gone: SuspensionReason, left: SuspensionReason
) -> None:
    state = suspended(first)
    assert (state.stage, state.suspended_for) == (SubscriptionStage.SUSPENDED, {first})
    add(state, second)
    assert (state.stage, state.suspended_for) == (SubscriptionStage.SUSPENDED, {first, second})
    remove(state, gone)
    assert (state.stage, state.suspended_for) == (SubscriptionStage.SUSPENDED, {left})
    remove(state, left)
    assert (state.stage, state.suspended_for, state.suspensions) == (SubscriptionStage.ACTIVE, set(), {})
    assert told(state) == [
        ("suspended", first),
        ("reason_added", second),
        ("reason_lifted", gone),
        ("suspension_lifted", left),
    ], "whoever reads only suspended and suspension_lifted knows when there was service"


@pytest.mark.parametrize("going", list(permutations(SuspensionReason)))
def test_amb_42_all_three_are_lifted_in_any_order(going: tuple[SuspensionReason, ...]) -> None:
    state = suspended(*SuspensionReason)
    for left, why in zip((2, 1, 0), going, strict=True):
        remove(state, why)
        assert len(state.suspended_for) == left
        assert (state.stage is SubscriptionStage.ACTIVE) is (left == 0)


@given(st.lists(st.tuples(st.booleans(), st.sampled_from(ASKED)), max_size=12))
def test_whatever_is_asked_in_whatever_order_it_is_active_when_no_reason_is_left(
    asked: list[tuple[bool, AskedReason]],
) -> None:
    state, expected = a_subscription(), set[str]()
    for comes, why in asked:
        possible = (why in expected) is not comes
        try:
            if comes:
                state.suspend(suspend(why), LATER)
            else:
                state.lift_suspension(lift(why), LATER)
        except Refused:
            assert not possible
        else:
            assert possible
            expected ^= {why}
        assert state.suspended_for == expected == state.suspensions.keys()
        assert (state.stage is SubscriptionStage.SUSPENDED) is bool(expected)


# Every stage with the two updates.


def ended(*reasons: SuspensionReason | str) -> SubscriptionState:
    state = suspended(*reasons)
    state.terminate(TerminateSubscription(by="ops-7", reason="moved away"), LATER)
    return state


NOT_THERE: Final = (
    "why",
    Reason.NOT_NEEDED,
    "why: not suspended for unpaid; its reasons are: {} (AMB-42)",
)
THERE: Final = (
    "why",
    Reason.ALREADY_DONE,
    "why: already suspended for unpaid; its reasons are: {} (AMB-42)",
)
OVER: Final = (None, Reason.WRONG_STAGE, "cannot {}: the subscription is terminated")

TABLE: Final = [
    ((), None, (NOT_THERE, "none")),
    (("unpaid",), (THERE, "unpaid"), None),
    (("compliance",), None, (NOT_THERE, "compliance")),
    (("compliance", "unpaid"), (THERE, "compliance, unpaid"), None),
    (("renewal_incomplete",), None, (NOT_THERE, "renewal_incomplete")),
    (("renewal_incomplete", "unpaid"), (THERE, "renewal_incomplete, unpaid"), None),
]
"""Its reasons; how `suspend` for unpaid is refused, and how `lift_suspension`."""


@pytest.mark.parametrize(("reasons", "suspending", "lifting"), TABLE)
def test_a_reason_is_taken_once_and_lifted_once(reasons: tuple[str, ...], suspending: Any, lifting: Any) -> None:
    for refused, update, message in (
        (suspending, "suspend", suspend("unpaid")),
        (lifting, "lift_suspension", lift("unpaid")),
    ):
        state = suspended(*reasons)
        before = state.model_copy(deep=True)
        call = getattr(state, update)
        if refused is None:
            call(message, LATER)
            assert ("unpaid" in state.suspended_for) is isinstance(message, SuspendSubscription)
        else:
            (field, code, words), known = refused
            assert refusal(call, message, LATER) == (field, code, words.format(known))
            assert state == before


@pytest.mark.parametrize("reasons", [(), ("unpaid",), ("compliance", "renewal_incomplete")])
def test_what_is_terminated_is_neither_suspended_nor_goes_on(reasons: tuple[str, ...]) -> None:
    state = ended(*reasons)
    field, code, words = OVER
    for why in ASKED:
        assert refusal(state.check_suspend, suspend(why), LATER) == (field, code, words.format("suspend"))
        lifting = words.format("lift the suspension")
        assert refusal(state.check_lift_suspension, lift(why), LATER) == (field, code, lifting)
    assert not state.can_take("suspend")
    assert not state.can_take("lift_suspension")


@pytest.mark.parametrize(
    ("reasons", "possible"),
    [
        ((), {"suspend"}),
        (("renewal_incomplete",), {"suspend"}),
        (("unpaid",), {"suspend", "lift_suspension"}),
        (("unpaid", "compliance"), {"lift_suspension"}),
    ],
)
def test_a_page_offers_what_would_be_taken(reasons: tuple[str, ...], possible: set[str]) -> None:
    state = suspended(*reasons)
    mine = {"suspend", "lift_suspension"}
    assert mine & {*subscription_view(state, LATER).can_send} == possible
    offers = SUBSCRIPTION.offers(state, LATER)
    for update in possible:
        getattr(state, f"check_{update}")(offers[update].message, LATER)


@pytest.mark.parametrize("model", [SuspendSubscription, LiftSuspension])
def test_ren_08_nobody_says_that_a_renewal_is_incomplete_or_complete_by_hand(model: Any) -> None:
    with pytest.raises(ValidationError, match="'unpaid' or 'compliance'"):
        model(by="ops-7", why="renewal_incomplete", reason="somebody said so")
    with pytest.raises(ValidationError, match="reason"):
        model(by="ops-7", why="unpaid")


# The campaign and the renewal date.


def ladder(state: SubscriptionState) -> list[str]:
    return [deadline.name for deadline in state.agenda.pending]


@pytest.mark.parametrize("why", ASKED)
def test_ren_07_who_is_suspended_for_another_reason_is_asked_to_renew_all_the_same(why: AskedReason) -> None:
    state = suspended(why)
    assert ladder(state) == ladder(a_subscription())
    for step, orders in ((RenewalStep.PLACED, 1), (RenewalStep.WITHDRAWN, 5)):
        state.renewal_reported(RenewalNews(order_number="SO-200001", step=step), FACTS, LATER)
        assert len(ladder(state)) == orders, step
    assert set(ladder(state)) == set(ladder(a_subscription())), "a renewal that came to nothing: asked again"


@pytest.mark.parametrize("why", ASKED)
def test_a_renewal_completed_while_suspended_begins_a_term_with_its_campaign(why: AskedReason) -> None:
    state = suspended(why)
    remove(state, RENEWAL)
    assert (state.stage, state.term) == (SubscriptionStage.SUSPENDED, 2)
    assert ladder(state) == ladder(a_subscription())


def test_ren_08_no_campaign_goes_on_once_the_renewal_date_is_over() -> None:
    state = suspended("renewal_incomplete", "unpaid")
    state.renewal_reported(RenewalNews(order_number="SO-200001", step=RenewalStep.PLACED), FACTS, LATER)
    state.renewal_reported(RenewalNews(order_number="SO-200001", step=RenewalStep.WITHDRAWN), FACTS, LATER)
    state.lift_suspension(lift("unpaid"), LATER)
    assert ladder(state) == []
    assert state.suspended_for == {RENEWAL}


def test_terminated_with_two_reasons_nothing_falls_due() -> None:
    state = ended("unpaid", "compliance")
    assert (ladder(state), state.over) == ([], True)


# What people see.


def test_a_page_says_each_reason_who_asked_for_it_and_what_settles_it() -> None:
    view = subscription_view(suspended("renewal_incomplete", "unpaid"), LATER)
    assert view.facts["suspended_for"] == "renewal_incomplete, unpaid"
    assert view.troubles == (
        "Suspended: the renewal was not complete by 2027-06-01; once it is, this reason is gone",
        "Suspended: unpaid since 2026-07-01 01:00 UTC, by billing-4: invoice 77 is open; "
        "once lift_suspension says that it is settled, this reason is gone",
    )
    (alone,) = subscription_view(suspended("compliance"), LATER).troubles
    assert alone.endswith("; once lift_suspension says that it is settled, service goes on")


def test_it_waits_for_who_can_settle_each_reason_and_for_its_renewal() -> None:
    view = subscription_view(suspended("unpaid", "compliance"), LATER)
    assert [(each.what, each.from_whom, each.update, each.pressing) for each in view.awaiting] == [
        ("the payment", "partner hikari", "lift_suspension", True),
        ("the word of compliance", "operations", "lift_suspension", True),
        ("a renewal order", "partner hikari", "", False),
    ]
    assert view.can_send[0] == "lift_suspension"
    assert view.waits_for == ("operations", "partner")


def test_the_record_says_who_suspended_it_and_why() -> None:
    state = suspended("unpaid")
    event = state.journal.unrecorded[-1]
    assert (event.type, event.actor, event.reason, event.data) == (
        "subscription.suspended",
        "billing-4",
        "invoice 77 is open",
        {"why": "unpaid"},
    )


def test_no_mail_goes_out_for_a_reason_that_has_nothing_to_do_with_the_renewal() -> None:
    """The documents name none: M-05 is about the renewal date."""
    state = suspended("unpaid", "compliance")
    remove(state, SuspensionReason.UNPAID)
    assert state.mails == {}


@pytest.mark.parametrize(
    ("reasons", "others"), [(("renewal_incomplete",), False), (("renewal_incomplete", "compliance"), True)]
)
def test_the_mail_of_the_renewal_date_knows_that_a_renewal_alone_brings_nothing_back(
    reasons: tuple[str, ...], others: bool
) -> None:
    state = suspended(*reasons)
    newest = NewestOrder(number="SO-100001", customer_company="Akasaka", facing_partner="Hikari")
    mail = PostedMail(key="k", kind=SubscriptionMail.SUBSCRIPTION_SUSPENDED, day=state.renewal_date)
    said = LETTERS.facts(SubscriptionRow(state=state, newest=newest), mail, LATER)
    assert isinstance(said, SubscriptionFacts)
    assert said.other_reasons is others


# What is stored.


def test_a_state_stored_before_there_were_other_reasons_still_reads_and_is_written_as_it_was() -> None:
    """A release does not rewrite what it finds."""
    stored = suspended("renewal_incomplete").model_dump(mode="json")
    assert "suspensions" not in stored
    assert stored["suspended_for"] == ["renewal_incomplete"]
    known = SubscriptionState.model_validate(stored)
    assert known.model_dump(mode="json") == stored
    remove(known, RENEWAL)
    assert known.stage is SubscriptionStage.ACTIVE


def test_both_reasons_and_who_asked_for_them_survive_the_store() -> None:
    state = suspended("unpaid", "renewal_incomplete", "compliance")
    assert SubscriptionState.model_validate_json(state.model_dump_json()) == state
    assert NOTICES in {deadline.ladder for deadline in suspended("unpaid").agenda.pending}


PRINTED: Final = """
from domain.subscription.state import SubscriptionState
import sys
print(SubscriptionState.model_validate_json(sys.stdin.read()).model_dump_json())
"""


def test_what_is_stored_is_the_same_in_every_process() -> None:
    """A set has another order in each: a run and its replay would not write the same."""
    state = suspended(*SuspensionReason).model_dump_json()
    for seed in ("1", "2", "3"):
        again = subprocess.run(
            [sys.executable, "-c", PRINTED],
            input=state,
            env={"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        )
        assert json.loads(again.stdout)["suspended_for"] == sorted(SuspensionReason)


@pytest.mark.parametrize(
    ("state", "shown", "narrowed_by"),
    [
        (suspended(), "–", set()),
        (suspended("unpaid"), "unpaid", {"unpaid"}),
        (suspended("unpaid", "renewal_incomplete"), "renewal incomplete, unpaid", {"unpaid", "renewal_incomplete"}),
        (ended("compliance"), "–", set()),
    ],
)
def test_a_list_says_why_and_can_be_narrowed_by_it(state: SubscriptionState, shown: str, narrowed_by: set[str]) -> None:
    line = SubscriptionLine.of(state, LATER)
    assert line.cells() == {"suspended for": shown}
    (narrowing,) = SubscriptionLine.narrowings
    assert {why for why in SuspensionReason if narrowing.fits(line, why)} == narrowed_by
