"""Statuses of a customer: a set, each at its edges, and what each is about. HUB-10 to HUB-18, AMB-18 to AMB-23."""

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from domain.hub.customers import HubCustomer
from domain.hub.entitlements import EntitlementState
from domain.hub.policy import HubPolicy
from domain.hub.statuses import QUESTIONS, Found, Status, statuses
from domain.lifecycle import Lifecycle
from domain.working_time import end_of_day
from tests.domain.hub_twelve import AT, CUSTOMERS
from tests.hub_rows import a_hub_customer, a_life

TOKYO = "Asia/Tokyo"
NOON = datetime(2026, 6, 30, 3, tzinfo=UTC)
"""12:00 in Tokyo, on the 30th of June."""

INSTANT = timedelta(microseconds=1)
POLICY = HubPolicy()
WHOLESALE = Lifecycle("wholesale")
S = Status


def of(*entitlements: Any, now: datetime = NOON, policy: HubPolicy = POLICY, **changes: Any) -> dict[Status, Found]:
    """Its statuses, in their order. Its administrator signed in today."""
    usual: dict[str, Any] = {"entitlements": entitlements, "last_sign_in": now.astimezone(UTC).date()}
    return {found.status: found for found in statuses(a_hub_customer(**usual | changes), now, policy)}


def a_trial(subject: str = "trial-1", **changes: Any) -> Any:
    usual: dict[str, Any] = {"lifecycle": Lifecycle.TRIAL, "state": EntitlementState.TRIALING}
    return a_life(subject, **usual | changes)


def an_order(subject: str = "SO-1", **changes: Any) -> Any:
    usual: dict[str, Any] = {"lifecycle": Lifecycle.ORDER, "state": EntitlementState.PENDING_ACTIVE, "ends_at": None}
    return a_life(subject, **usual | changes)


def last_day(day: date, zone: str = TOKYO) -> datetime:
    return end_of_day(day, zone)


# The whole table: each state of each kind of life, alone.


@pytest.mark.parametrize(
    ("lifecycle", "state", "expected"),
    [
        (Lifecycle.ORDER, EntitlementState.PENDING_ACTIVE, {S.READY_FOR_SETUP}),
        (Lifecycle.ORDER, EntitlementState.OVER, set()),
        (Lifecycle.SUBSCRIPTION, EntitlementState.ACTIVE, {S.SUBSCRIPTION}),
        (Lifecycle.SUBSCRIPTION, EntitlementState.SUSPENDED, {S.SUSPENDED, S.EXPIRED}),
        (Lifecycle.SUBSCRIPTION, EntitlementState.OVER, {S.EXPIRED}),
        (Lifecycle.TRIAL, EntitlementState.PENDING_ACTIVE, set()),
        (Lifecycle.TRIAL, EntitlementState.TRIALING, {S.TRIAL}),
        (Lifecycle.TRIAL, EntitlementState.GRACE, {S.EXPIRED}),
        (Lifecycle.TRIAL, EntitlementState.OVER, {S.EXPIRED}),
        (WHOLESALE, EntitlementState.PENDING_ACTIVE, {S.READY_FOR_SETUP}),
        (WHOLESALE, EntitlementState.ACTIVE, {S.SUBSCRIPTION}),
        (WHOLESALE, EntitlementState.OVER, {S.EXPIRED}),
    ],
)
def test_one_life_alone(lifecycle: Lifecycle, state: EntitlementState, expected: set[Status]) -> None:
    life = a_life(lifecycle=lifecycle, state=state, entitled_since=date(2026, 6, 1))
    assert set(of(life)) == expected


def test_of_nobody_there_is_nothing_to_say() -> None:
    """Absence: no life, no status; an administrator who signed in, and nothing that ends."""
    assert not of()


def test_a_customer_has_all_that_apply_in_the_order_of_display() -> None:
    """HUB-18."""
    found = of(
        a_life("sub-a", state=EntitlementState.SUSPENDED, suspended_for=("unpaid",)),
        a_life("sub-b", ends_at=last_day(date(2026, 7, 1))),
        a_trial(),
        an_order(),
        overused=("sub-b",),
        last_sign_in=date(2026, 1, 1),
    )
    assert list(found) == [
        *(S.SUSPENDED, S.EXPIRING_SOON, S.OVER_LICENCE, S.READY_FOR_SETUP),
        *(S.NO_RECENT_ACTIVITY, S.SUBSCRIPTION, S.TRIAL),
    ]


def test_every_status_has_its_question_in_the_order_of_display() -> None:
    assert [(status, question.__name__) for status, question in QUESTIONS.items()] == [(one, str(one)) for one in S]


# Trial and subscription. HUB-10, HUB-11.


def test_trials_and_subscriptions_say_which() -> None:
    """The one that ends first stands first."""
    found = of(
        a_life("sub-b", ends_at=last_day(date(2027, 1, 2))),
        a_life("sub-a", ends_at=last_day(date(2027, 1, 3))),
        a_life("sub-c", ends_at=None),
        a_trial("trial-1"),
    )
    assert found[S.SUBSCRIPTION].subjects == ("sub-b", "sub-a", "sub-c")
    assert found[S.TRIAL].subjects == ("trial-1",)


# Expiring soon. HUB-12, AMB-18.


@pytest.mark.parametrize(
    ("day", "days"),
    [
        (date(2026, 6, 29), None),  # it ended yesterday, and its workflow has not said so yet
        (date(2026, 6, 30), 0),
        (date(2026, 7, 1), 1),
        (date(2026, 7, 29), 29),
        (date(2026, 7, 30), 30),
        (date(2026, 7, 31), None),
    ],
)
@pytest.mark.parametrize("kind", [a_life, a_trial])
def test_expiring_soon_is_up_to_30_days(kind: Any, day: date, days: int | None) -> None:
    found = of(kind("x", ends_at=last_day(day))).get(S.EXPIRING_SOON)
    assert (found.on, found.days, found.subjects) == (day, days, ("x",)) if found else days is None


@pytest.mark.parametrize(
    ("now", "soon"),
    [
        (datetime(2026, 6, 29, 15, tzinfo=UTC) - INSTANT, False),  # still the 29th in Tokyo: 31 days
        (datetime(2026, 6, 29, 15, tzinfo=UTC), True),
        (datetime(2026, 7, 30, 15, tzinfo=UTC) - INSTANT, True),  # the last instant of the 30th of July
        (datetime(2026, 7, 30, 15, tzinfo=UTC), False),
    ],
)
def test_the_window_opens_and_closes_at_the_customer_s_midnight(now: datetime, soon: bool) -> None:
    assert (S.EXPIRING_SOON in of(a_life(ends_at=last_day(date(2026, 7, 30))), now=now)) is soon


@pytest.mark.parametrize("hours", [-12, -8, 0, 5.5, 9, 14])
def test_the_reader_s_clock_does_not_matter(hours: float) -> None:
    """One instant, said in any zone."""
    entitlements = (a_life(ends_at=last_day(date(2026, 7, 30))), a_trial(ends_at=last_day(date(2026, 7, 31))))
    there = NOON.astimezone(timezone(timedelta(hours=hours)))
    assert of(*entitlements, now=there, last_sign_in=date(2026, 4, 1)) == of(
        *entitlements, last_sign_in=date(2026, 4, 1)
    )


def test_the_same_last_day_is_nearer_where_it_is_later() -> None:
    """At 20:00 on the 29th in Los Angeles the 30th of July is 31 days away; in Tokyo it is the 30th of June."""
    los_angeles = "America/Los_Angeles"
    there = a_life(ends_at=last_day(date(2026, 7, 30), los_angeles))
    assert S.EXPIRING_SOON not in of(there, zone=los_angeles)
    assert S.EXPIRING_SOON in of(a_life(ends_at=last_day(date(2026, 7, 30))))


@pytest.mark.parametrize(
    "state",
    [EntitlementState.PENDING_ACTIVE, EntitlementState.SUSPENDED, EntitlementState.GRACE, EntitlementState.OVER],
    ids=str,
)
def test_what_does_not_run_does_not_expire(state: EntitlementState) -> None:
    assert S.EXPIRING_SOON not in of(a_life(state=state, ends_at=last_day(date(2026, 7, 1))))


def test_what_renews_by_itself_does_not_expire() -> None:
    """AMB-23."""
    soon = last_day(date(2026, 7, 1))
    assert S.EXPIRING_SOON not in of(a_life("sub-a", ends_at=soon), auto_renewing=("sub-a",))
    found = of(a_life("sub-a", ends_at=soon), a_life("sub-b", ends_at=soon), auto_renewing=("sub-a",))
    assert found[S.EXPIRING_SOON].subjects == ("sub-b",)


def test_what_has_no_end_does_not_expire() -> None:
    assert S.EXPIRING_SOON not in of(a_life(ends_at=None))


def test_the_first_to_expire_is_named() -> None:
    found = of(
        a_life("sub-a", ends_at=last_day(date(2026, 7, 20))), a_trial("trial-1", ends_at=last_day(date(2026, 7, 5)))
    )[S.EXPIRING_SOON]
    assert (found.subjects, found.on, found.days) == (("trial-1", "sub-a"), date(2026, 7, 5), 5)


def test_how_soon_is_soon_is_a_term_of_the_policy() -> None:
    life = a_life(ends_at=last_day(date(2026, 8, 29)))
    assert S.EXPIRING_SOON in of(life, policy=HubPolicy(expiring_within=timedelta(days=60)))
    assert S.EXPIRING_SOON not in of(life, policy=HubPolicy(expiring_within=timedelta(days=59)))


# Over licence. HUB-13, AMB-19.


@pytest.mark.parametrize("state", [EntitlementState.ACTIVE, EntitlementState.SUSPENDED], ids=str)
def test_a_subscription_that_uses_more_than_was_purchased(state: EntitlementState) -> None:
    found = of(a_life("sub-a", state=state), a_life("sub-b"), overused=("sub-a",))
    assert found[S.OVER_LICENCE].subjects == ("sub-a",)


def test_neither_one_that_is_over_nor_a_trial_is_over_licence() -> None:
    """HUB-13 is about subscriptions."""
    over = a_life("sub-a", state=EntitlementState.OVER)
    assert S.OVER_LICENCE not in of(over, a_trial("trial-1"), a_life("sub-b"), overused=("sub-a", "trial-1"))


# No recent activity. HUB-14, AMB-20.


@pytest.mark.parametrize(
    ("signed_in", "days"),
    [(date(2026, 6, 30), None), (date(2026, 4, 2), None), (date(2026, 4, 1), 90), (date(2026, 3, 31), 91)],
)
def test_no_recent_activity_after_90_days_without_a_sign_in(signed_in: date, days: int | None) -> None:
    """1 April to 30 June: 90 days."""
    found = of(a_life(), last_sign_in=signed_in).get(S.NO_RECENT_ACTIVITY)
    assert (found.on, found.days) == (signed_in, days) if found else days is None


@pytest.mark.parametrize(
    ("now", "quiet"),
    [(datetime(2026, 6, 30, tzinfo=UTC) - INSTANT, False), (datetime(2026, 6, 30, tzinfo=UTC), True)],
)
def test_days_of_sign_ins_are_days_of_utc(now: datetime, quiet: bool) -> None:
    assert (S.NO_RECENT_ACTIVITY in of(a_life(), now=now, last_sign_in=date(2026, 4, 1))) is quiet


@pytest.mark.parametrize(
    ("known_since", "days"),
    [
        (datetime(2026, 6, 29, tzinfo=UTC), None),  # new: nobody had time to
        (datetime(2026, 4, 2, tzinfo=UTC), None),
        (datetime(2026, 4, 2, tzinfo=UTC) - INSTANT, 90),
    ],
)
def test_who_never_signed_in_has_90_days_from_the_beginning(known_since: datetime, days: int | None) -> None:
    found = of(a_life(), last_sign_in=None, known_since=known_since).get(S.NO_RECENT_ACTIVITY)
    assert (found.on, found.days, found.subjects) == (None, days, ()) if found else days is None


# Order ready for setup. HUB-15.


def test_orders_that_are_not_set_up_and_no_trial_that_waits_for_consent() -> None:
    pending = a_trial("trial-1", state=EntitlementState.PENDING_ACTIVE, ends_at=None)
    found = of(an_order("SO-2"), an_order("SO-1"), pending, a_life())
    assert found[S.READY_FOR_SETUP].subjects == ("SO-1", "SO-2")
    assert set(found) == {S.READY_FOR_SETUP, S.SUBSCRIPTION}


# Suspended. HUB-16, AMB-42.


def test_suspended_says_all_reasons() -> None:
    found = of(
        a_life("sub-b", state=EntitlementState.SUSPENDED, suspended_for=("renewal_incomplete", "unpaid")),
        a_life("sub-a", state=EntitlementState.SUSPENDED, suspended_for=("compliance", "unpaid")),
        a_life("sub-c"),
    )
    assert found[S.SUSPENDED].reasons == ("compliance", "renewal_incomplete", "unpaid")
    assert found[S.SUSPENDED].subjects == ("sub-a", "sub-b")


def test_a_subscription_that_is_over_is_not_suspended_whatever_it_was() -> None:
    assert set(of(a_life(state=EntitlementState.OVER, suspended_for=("unpaid",)))) == {S.EXPIRED}


# Expired. HUB-17, AMB-21.


@pytest.mark.parametrize(
    ("entitlements", "expired"),
    [
        ((a_life("a", state=EntitlementState.OVER),), True),
        ((a_life("a", state=EntitlementState.OVER), a_life("b")), False),  # another one is active
        ((a_life("a", state=EntitlementState.OVER), a_trial()), False),  # a trial runs: AMB-21
        ((a_life("a", state=EntitlementState.SUSPENDED),), True),  # suspended is not active
        ((a_life("a", state=EntitlementState.SUSPENDED), a_trial()), False),
        ((a_trial(state=EntitlementState.GRACE),), True),
        ((a_trial(state=EntitlementState.GRACE), a_life("b")), False),
        ((a_trial(state=EntitlementState.OVER),), True),
        ((a_trial(state=EntitlementState.OVER, ends_at=None),), False),  # nobody ever used it
        ((a_trial(state=EntitlementState.PENDING_ACTIVE, ends_at=None),), False),
        ((an_order(),), False),  # only an order under way
        ((an_order(), an_order("SO-2")), False),
        ((an_order(state=EntitlementState.OVER),), False),
        ((an_order(), a_life("a", state=EntitlementState.OVER)), True),  # had one; the next is not set up yet
        (
            (a_trial(state=EntitlementState.PENDING_ACTIVE, ends_at=None), a_trial("t-2", state=EntitlementState.OVER)),
            True,
        ),
        (
            (a_life("w", lifecycle=WHOLESALE, state=EntitlementState.OVER, ends_at=None),),
            False,
        ),  # nothing was ever there
        ((), False),
    ],
)
def test_expired_is_who_had_something_and_has_nothing_active(entitlements: tuple[Any, ...], expired: bool) -> None:
    assert (S.EXPIRED in of(*entitlements)) is expired


def test_expired_says_on_which_day_the_last_one_ended() -> None:
    found = of(
        a_life("sub-a", state=EntitlementState.OVER, ends_at=last_day(date(2026, 5, 31))),
        a_trial("trial-1", state=EntitlementState.GRACE, ends_at=last_day(date(2026, 6, 20))),
        an_order(),
    )[S.EXPIRED]
    assert (found.on, found.subjects) == (date(2026, 6, 20), ("sub-a", "trial-1"))


# Of the twelve.


OF_THE_TWELVE = {
    "c01": [(S.SUBSCRIPTION, "sub-01")],
    "c02": [(S.NO_RECENT_ACTIVITY, ""), (S.SUBSCRIPTION, "sub-02")],
    "c03": [(S.NO_RECENT_ACTIVITY, ""), (S.SUBSCRIPTION, "sub-03")],
    "c04": [(S.EXPIRING_SOON, "trial-04"), (S.TRIAL, "trial-04")],
    "c05": [
        *[(S.EXPIRING_SOON, "trial-05"), (S.OVER_LICENCE, "sub-05")],
        *[(S.SUBSCRIPTION, "sub-05"), (S.TRIAL, "trial-05")],
    ],
    "c06": [(S.EXPIRING_SOON, "sub-06"), (S.SUBSCRIPTION, "sub-06")],
    "c07": [(S.READY_FOR_SETUP, "SO-07"), (S.SUBSCRIPTION, "sub-07")],
    "c08": [(S.EXPIRING_SOON, "sub-08"), (S.SUBSCRIPTION, "sub-08")],
    "c09": [(S.SUBSCRIPTION, "sub-09")],  # renews in 30 days
    "c10": [(S.SUSPENDED, "sub-10"), (S.TRIAL, "trial-10")],  # a trial runs: not expired
    "c11": [(S.SUBSCRIPTION, "sub-11")],
    "c12": [(S.SUBSCRIPTION, "sub-12b sub-12a")],
}


@pytest.mark.parametrize("customer", CUSTOMERS, ids=lambda customer: customer.customer_id)
def test_of_the_twelve(customer: HubCustomer) -> None:
    found = [(one.status, " ".join(one.subjects)) for one in statuses(customer, AT, POLICY)]
    assert found == OF_THE_TWELVE[customer.customer_id]


@pytest.mark.parametrize("signed_in", [None, date(2025, 1, 1)])
def test_hub_14_nobody_is_inactive_while_no_sign_in_was_ever_imported(signed_in: date | None) -> None:
    """What was never looked at says nothing; once one is known, of whomever, who has none is inactive."""
    long_known: dict[str, Any] = {"known_since": NOON - timedelta(days=400), "last_sign_in": signed_in}
    assert S.NO_RECENT_ACTIVITY not in of(sign_ins_known=False, **long_known)
    assert S.NO_RECENT_ACTIVITY in of(sign_ins_known=True, **long_known)
