"""What will happen to a customer if nobody does anything, from where its lives stand now. HUB-40."""

from datetime import timedelta

import pytest

from domain.compliance.standing import NAME as COMPLIANCE
from domain.hub.foreseen import FOLLOWS, Foreseen, foreseen
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.operator import Hold
from domain.order.state import OrderState
from domain.trial.losses import Others
from domain.trial.messages import Service
from domain.trial.state import TrialState
from tests.compliance import non_compliant
from tests.lives import a_device, a_subscription
from tests.makers import MONDAY, a_consented_trial, a_paid_customer_s_trial, an_order, cleared, days, extended

S = Service


def a_running_trial(*services: Service, **changes: object) -> TrialState:
    """From Monday on, for ninety days."""
    state = TrialState.placed(a_paid_customer_s_trial("T-1001", *services, **changes), MONDAY)
    state.begin(MONDAY)
    return state


def told(found: list[Foreseen]) -> list[tuple[str, str, bool]]:
    """Day of the customer's calendar, what, and is its date set?"""
    return [
        (f"{each.deadline.at + timedelta(hours=9, microseconds=-1):%m-%d}", each.deadline.kind, each.armed)
        for each in found
    ]


def test_a_trial_is_foreseen_beyond_what_is_armed() -> None:
    """E; grace until E + 30; numbers until E + 45. TRL-71 to TRL-80, AMB-13."""
    state = a_running_trial(S.CALLING)

    assert told(foreseen([state], MONDAY)) == [
        ("08-23", "expiring", True),
        ("08-30", "expires_today", True),
        ("08-30", "expired", True),
        ("09-22", "last_call", False),
        ("09-28", "last_call", False),
        ("09-29", "grace_ends", False),
        ("10-14", "numbers_released", False),
    ]


def test_what_is_lost_is_said_with_the_moment_at_which_it_goes() -> None:
    """TRL-77, TRL-78, TRL-80."""
    found = {each.deadline.kind: each.lost for each in foreseen([a_running_trial(S.CALLING)], MONDAY)}

    assert found["expired"] == ()
    assert found["grace_ends"] == ("users_moved", "licences_removed", "roles_removed", "calling_configuration_removed")
    assert found["numbers_released"] == ("numbers_released",)


def test_nothing_is_lost_that_somebody_else_gives() -> None:
    """AMB-48: no numbers are released, where a subscription has Calling too."""
    others = Others(services={S.CALLING: "sub-SO-100001"}, organization="a subscription")

    found = foreseen([a_running_trial(S.CALLING)], MONDAY, {"T-1001": others})

    assert [each.lost for each in found if each.lost] == []
    assert "numbers_released" not in {each.deadline.kind for each in found}


def test_a_trial_without_calling_ends_with_its_grace() -> None:
    """AMB-50."""
    assert told(foreseen([a_running_trial(S.MEETINGS)], MONDAY))[-1] == ("09-29", "grace_ends", False)


def test_an_extension_moves_all_that_follows() -> None:
    """TRL-50, AMB-11."""
    state = a_running_trial(S.CALLING)
    state.extend(extended(30, shorten=True), MONDAY)

    assert told(foreseen([state], MONDAY))[-2:] == [
        ("07-31", "grace_ends", False),
        ("08-15", "numbers_released", False),
    ]


def test_without_consent_there_is_nothing_after_the_lapse() -> None:
    """TRL-31."""
    state = TrialState.placed(a_consented_trial(), MONDAY)
    state.begin(MONDAY)

    assert told(foreseen([state], MONDAY)) == [("06-11", "consent_lapses", True)]


def test_a_subscription_ends_suspended_and_its_notices_are_set() -> None:
    """ORD-31, REN-07, REN-08."""
    state = a_subscription()
    found = foreseen([state], MONDAY)

    assert [each.deadline.kind for each in found] == [*["renewal_notice"] * 3, "renewal_target", "renewal_date"]
    assert all(each.armed for each in found)


def test_a_device_is_overdue_in_the_end() -> None:
    """TRL-90."""
    found = told(foreseen([a_device()], MONDAY))

    assert ("07-31", "device_expires", True) in found
    assert found[-1] == ("08-14", "device_return_due", True)


def test_a_trial_that_is_lost_calls_its_devices_back_before_their_date() -> None:
    """TRL-67."""
    late = a_device(MONDAY + days(200))
    found = foreseen([a_running_trial(S.CALLING), late], MONDAY)

    (back,) = [each for each in found if each.deadline.kind == "device_expires"]
    (end,) = [each for each in found if each.deadline.kind == "grace_ends"]
    assert (back.deadline.at, back.armed) == (end.deadline.at, False)
    assert found[-1].deadline.at == late.return_due_at


def test_a_confirmed_match_is_contacted_again_and_deprovisioned() -> None:
    """WHS-26, WHS-27, AMB-30: contacts on days 0, 3 and 7, and three days more."""
    assert told(foreseen([non_compliant()], MONDAY)) == [
        ("06-04", "contact", False),
        ("06-08", "contact", False),
        ("06-10", "last_call", False),
        ("06-11", "unreachable", False),
    ]


def test_of_an_order_what_is_set_and_no_more() -> None:
    """Whatever comes after needs somebody to act. ORD-03."""
    state = OrderState.placed(an_order(), MONDAY)
    state.hold_for_compliance(MONDAY, MONDAY + days(7), None)

    assert told(foreseen([state], MONDAY)) == [("06-08", "hold_overdue", True)]
    state.clear_compliance(cleared(), MONDAY)
    assert foreseen([state], MONDAY) == []


def test_what_an_operator_holds_stands_still() -> None:
    """AMB-51."""
    state = a_running_trial(S.CALLING)
    state.hold(Hold(by="ops-7", reason="a dispute"), MONDAY)

    assert {each.armed for each in foreseen([state], MONDAY)} == {True}
    assert [each.deadline for each in foreseen([state], MONDAY)] == state.agenda.pending


@pytest.mark.parametrize("late", [days(0), days(120), days(2000)])
def test_what_nobody_did_in_time_is_done_now_and_the_rest_follows(late: timedelta) -> None:
    """Nothing ran for a while: nothing is lost before it is announced. AMB-51."""
    state = a_running_trial(S.CALLING)
    now = MONDAY + late

    found = {each.deadline.kind: each.deadline.at for each in foreseen([state], now)}

    assert found["grace_ends"] > now
    assert found["numbers_released"] - found["grace_ends"] == days(15)


def test_nothing_is_changed_by_looking_ahead() -> None:
    """The states are the caller's."""
    lives: list[LifecycleState] = [a_running_trial(S.CALLING), a_subscription(), a_device(), non_compliant()]
    before = [life.model_dump() for life in lives]

    foreseen(lives, MONDAY)

    assert [life.model_dump() for life in lives] == before


def test_every_deadline_of_a_lifecycle_that_goes_on_by_itself_has_what_follows() -> None:
    """A kind that is new, and forgotten here, would end the forecast too early."""
    alerts = {"renewal_notice", "renewal_target"}
    for lifecycle in (Lifecycle.TRIAL, Lifecycle.DEVICE, COMPLIANCE, Lifecycle.SUBSCRIPTION):
        assert FOLLOWS[lifecycle].keys() == KINDS[lifecycle].rules.deadlines.keys() - alerts


def test_a_closed_life_has_no_future() -> None:
    """Nor has nobody."""
    state = a_subscription()
    state.agenda.disarm_all()
    assert foreseen([state], MONDAY) == foreseen([], MONDAY) == []
