"""What one order allows, remembers and refuses. domain.md §2, §3."""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from pydantic import ValidationError

from domain.business_days import WorkingCalendar
from domain.construct import constructed
from domain.events import TaskKind
from domain.mails import MailState
from domain.operator import RetryMail
from domain.order.contacts import AddressOfAPartner, partner_addresses
from domain.order.mails import OrderMail
from domain.order.messages import Offering, OrderKind, PlaceOrder, Terms
from domain.order.policy import OrderPolicy
from domain.order.state import BUILD_LATE, HOLD_OVERDUE, LINK_VOID, RELAY, RENEWAL_TARGET, OrderState, RenewedTerm
from domain.order.states import Stage
from domain.order.view import order_view
from domain.values import Refused
from domain.working_time import local_day
from tests.makers import (
    MONDAY,
    a_form,
    a_partner,
    a_renewal,
    accepted,
    an_order,
    built,
    cancelled,
    cleared,
    days,
    graduated,
    refused,
    renewal_done,
    submitted,
)

PORT_AND_AUDIO = (Offering.PORT, Offering.AUDIO_COMMIT)


def held(order: PlaceOrder, renewal_date: date | None = None) -> OrderState:
    state = OrderState.placed(order, MONDAY)
    state.hold_for_compliance(MONDAY, MONDAY + days(7), renewal_date)
    return state


def shipped(order: PlaceOrder | None = None) -> OrderState:
    state = held(order or an_order())
    state.clear_compliance(cleared(), MONDAY)
    return state


def provisioning(order: PlaceOrder | None = None) -> OrderState:
    state = shipped(order)
    state.submit_provisioning_form(submitted(), MONDAY)
    return state


def ready() -> OrderState:
    state = provisioning()
    state.report_site_built(built(), MONDAY)
    return state


def types(state: OrderState) -> list[str]:
    return [event.type for event in state.journal.unrecorded]


@pytest.mark.parametrize(
    ("offerings", "terms"),
    [
        ((Offering.NAMED_HOST,), ()),
        ((Offering.ACTIVE_HOST,), ()),
        ((Offering.PORT,), (Terms.PORT,)),
        ((Offering.NAMED_HOST, Offering.AUDIO_COMMIT), (Terms.AUDIO,)),
        ((Offering.AUDIO_COMMIT, Offering.PORT), (Terms.PORT, Terms.AUDIO)),
    ],
)
def test_ord_08_09_12_13_terms_needed_follow_from_the_items(
    offerings: tuple[Offering, ...], terms: tuple[Terms, ...]
) -> None:
    assert held(an_order("SO-1AA", *offerings)).required_terms == terms


def test_ord_02_an_order_without_any_terms_is_held_all_the_same() -> None:
    state = held(an_order())
    assert state.stage is Stage.HELD
    assert state.shipped_at is None


def test_ord_04_release_and_shipping_are_one_moment() -> None:
    state = shipped()
    assert state.stage is Stage.AWAITING_DETAILS
    assert state.cleared_at == state.shipped_at == MONDAY
    assert types(state)[-2:] == ["order.compliance_cleared", "order.shipped"]


@pytest.mark.parametrize("order_of_terms", [(Terms.PORT, Terms.AUDIO), (Terms.AUDIO, Terms.PORT)])
@pytest.mark.parametrize("cleared_at_step", [0, 1, 2])
def test_ord_11_13_both_terms_and_clearance_in_any_order(
    order_of_terms: tuple[Terms, ...], cleared_at_step: int
) -> None:
    state = held(an_order("SO-1AA", *PORT_AND_AUDIO))
    steps = [partial(state.accept_terms, accepted(terms), MONDAY) for terms in order_of_terms]
    steps.insert(cleared_at_step, partial(state.clear_compliance, cleared(), MONDAY))
    for step in steps[:-1]:
        step()
        assert state.stage is Stage.HELD, "ORD-05: not released before everything is there"
    steps[-1]()
    assert state.stage is Stage.AWAITING_DETAILS


def test_clearance_before_the_terms_is_remembered_and_not_asked_twice() -> None:
    state = held(an_order("SO-1AA", Offering.PORT))
    state.clear_compliance(cleared(), MONDAY)
    with pytest.raises(Refused, match=r"already cleared .* missing: port"):
        state.clear_compliance(cleared(), MONDAY)
    state.accept_terms(accepted(Terms.PORT), MONDAY + days(2))
    assert state.shipped_at == MONDAY + days(2)


def test_terms_are_accepted_once_and_only_those_needed() -> None:
    state = held(an_order("SO-1AA", Offering.PORT))
    with pytest.raises(Refused, match="terms: this order needs no audio"):
        state.accept_terms(accepted(Terms.AUDIO), MONDAY)
    state.accept_terms(accepted(Terms.PORT), MONDAY)
    with pytest.raises(Refused, match="terms: port terms were already accepted on 2026-06-01 01:00 UTC"):
        state.accept_terms(accepted(Terms.PORT), MONDAY)


def test_a_refusal_changes_nothing() -> None:
    state = shipped()
    before = state.model_copy(deep=True)
    asked: tuple[Callable[[], None], ...] = (
        lambda: state.cancel(cancelled(), MONDAY),
        lambda: state.refuse_compliance(refused(), MONDAY),
        lambda: state.clear_compliance(cleared(), MONDAY),
        lambda: state.submit_provisioning_form(submitted(a_form(24)), MONDAY),
        lambda: state.report_site_built(built(), MONDAY),
        lambda: state.graduate(graduated(), MONDAY),
    )
    for ask in asked:
        with pytest.raises(Refused):
            ask()
    assert state == before


def test_amb_41_cancel_before_shipping_ends_the_order_and_its_deadlines() -> None:
    state = held(an_order())
    state.cancel(cancelled("ordered twice"), MONDAY)
    assert state.stage is Stage.CANCELLED
    assert state.closing_reason == "ordered twice"
    assert state.agenda.next() is None


def test_a_vendor_refusal_ends_the_order_as_rejected() -> None:
    state = held(an_order())
    state.refuse_compliance(refused(), MONDAY)
    assert state.stage is Stage.REJECTED


def test_ord_07_a_tier_2_order_opens_a_relay_task_when_it_ships_and_the_form_closes_it() -> None:
    state = held(an_order(reselling_partner=a_partner("midori", "みどり商会")))
    assert not state.journal.tasks
    state.clear_compliance(cleared(), MONDAY)
    task = state.journal.task(RELAY)
    assert task is not None
    assert (task.kind, task.assignee) == (TaskKind.RELAY_CONFIRMATION, "hikari")
    state.submit_provisioning_form(submitted(), MONDAY + days(1))
    closed = state.journal.task(RELAY)
    assert closed is not None
    assert closed.closed_at == MONDAY + days(1)


def test_ord_06_a_tier_1_order_opens_no_relay_task() -> None:
    assert shipped().journal.tasks == []


def test_ord_33_named_users_over_the_sites_must_add_up_to_what_was_bought() -> None:
    state = shipped()
    two_sites = ({"url": "a.webex.example", "named_users": 10}, {"url": "b.webex.example", "named_users": 14})
    with pytest.raises(Refused, match=r"form.sites: .* are 24, bought are 25 \(ORD-33"):
        state.submit_provisioning_form(submitted(a_form(sites=two_sites, number_of_sites=2)), MONDAY)


def test_amb_4_fewer_named_users_only_with_an_explicit_reserve() -> None:
    state = shipped()
    state.submit_provisioning_form(submitted(a_form(20, reserve=5)), MONDAY)
    assert state.stage is Stage.PROVISIONING


def test_ren_06_a_renewal_must_say_yes_existing_customer_and_a_new_order_need_not() -> None:
    state = held(a_renewal(), date(2027, 6, 10))
    state.clear_compliance(cleared(), MONDAY)
    with pytest.raises(Refused, match=r'form.existing_customer: a renewal answers "Yes" \(REN-06\)'):
        state.submit_provisioning_form(submitted(a_form(existing_customer=False)), MONDAY)
    state.submit_provisioning_form(submitted(a_form(existing_customer=True)), MONDAY)
    assert state.stage is Stage.PROVISIONING


def test_ren_02_09_a_renewal_completes_when_built_without_welcome_or_graduation() -> None:
    state = held(a_renewal(), date(2027, 6, 10))
    state.clear_compliance(cleared(), MONDAY)
    state.submit_provisioning_form(submitted(a_form(existing_customer=True)), MONDAY)
    with pytest.raises(Refused, match="user_name: must be left out"):
        state.report_site_built(built(), MONDAY)
    state.report_site_built(renewal_done(), MONDAY)
    assert state.stage is Stage.COMPLETED


def test_ord_22_a_new_site_needs_the_welcome_s_access_data() -> None:
    state = provisioning()
    with pytest.raises(Refused, match="user_name: is required"):
        state.report_site_built(renewal_done(), MONDAY)


def test_ord_22_the_link_lives_72_hours_from_sending() -> None:
    state = ready()
    sent = MONDAY + timedelta(minutes=3)
    state.welcome_sent(sent, sent)
    assert state.link_void_at == sent + timedelta(hours=72)
    assert any(d.name == LINK_VOID and d.at == state.link_void_at for d in state.agenda.pending)


def test_amb_45_graduation_overdue_is_shown_and_blocks_nothing() -> None:
    state = ready()
    state.graduation_is_overdue(MONDAY + days(31))
    assert state.attention
    state.graduate(graduated(), MONDAY + days(90))
    assert state.stage is Stage.COMPLETED
    assert not state.graduation_overdue


def test_ord_30_the_term_of_the_graduation_form_must_be_the_order_s() -> None:
    state = ready()
    with pytest.raises(Refused, match=r"form.term_years: says 3 years, the order's term is 12 months"):
        state.graduate(graduated(term_years=3), MONDAY)


def test_ren_07_a_renewal_has_a_target_14_days_before_its_date_which_the_form_meets() -> None:
    state = held(a_renewal(), date(2027, 6, 10))
    target = next(d for d in state.agenda.pending if d.name == RENEWAL_TARGET)
    assert target.at.isoformat() == "2027-05-27T15:00:00+00:00", "the end of 27 May in Tokyo"
    state.clear_compliance(cleared(), MONDAY)
    state.submit_provisioning_form(submitted(a_form(existing_customer=True)), MONDAY)
    assert all(d.name != RENEWAL_TARGET for d in state.agenda.pending)


# AMB-54, AMB-55: what a renewal continues.


def renewing(renewed: RenewedTerm | None, **changes: Any) -> OrderState:
    state = OrderState.placed(a_renewal(**changes), MONDAY)
    state.hold_for_compliance(MONDAY, MONDAY + days(7), date(2027, 6, 10), renewed)
    return state


@pytest.mark.parametrize(
    ("began_on", "aims"),
    [(date(2027, 5, 26), True), (date(2027, 5, 27), False), (date(2027, 5, 28), False)],
)
def test_amb_55_a_target_before_the_term_or_on_its_first_day_is_left_out(began_on: date, aims: bool) -> None:
    state = renewing(RenewedTerm(began_on=began_on, continued_until=date(2028, 6, 10)))
    assert any(due.name == RENEWAL_TARGET for due in state.agenda.pending) is aims


def test_amb_54_when_the_new_term_begins_is_said_at_placing_and_as_of_now() -> None:
    state = renewing(RenewedTerm(began_on=date(2026, 6, 10), continued_until=date(2028, 6, 10)))
    said_first = "continues from 2027-06-10 until 2028-06-10"
    assert state.journal.unrecorded[-1].data["term"] == said_first
    over_at = datetime(2028, 6, 10, 15, tzinfo=UTC)
    said = [order_view(state, at).facts["next_term"] for at in (over_at - timedelta(seconds=1), over_at)]
    assert said[0] == said_first
    assert said[1].startswith("begins on the day of completion")


def test_amb_54_nothing_is_said_of_a_term_by_an_order_that_is_over_or_new() -> None:
    state = renewing(RenewedTerm(began_on=date(2026, 6, 10), continued_until=date(2028, 6, 10)))
    state.cancel(cancelled(), MONDAY)
    for order in (state, held(an_order())):
        assert "next_term" not in order_view(order, MONDAY).facts


# AMB-53: the trials of the customer.


def test_amb_53_an_order_that_leaves_a_running_trial_alone_says_so() -> None:
    state = held(an_order())
    state.leave_trials(("T-1001", "T-1002"), MONDAY)
    assert state.journal.unrecorded[-1].data == {"trials": "T-1001, T-1002"}
    assert order_view(state, MONDAY).facts["running_trials"].startswith("T-1001, T-1002: not converted by this order")
    assert not state.attention, "it is accepted"


def test_amb_53_without_a_running_trial_there_is_nothing_to_say() -> None:
    state = held(an_order())
    state.leave_trials((), MONDAY)
    assert "order.trials_not_converted" not in types(state)
    assert "running_trials" not in order_view(state, MONDAY).facts


def test_trl_60_a_renewal_names_no_trial() -> None:
    with pytest.raises(ValidationError, match=r"converts_trial must be left out for a renewal"):
        a_renewal(converts_trial="T-1001")


# AMB-56: the Welcome never goes to a partner.

TIER_2 = a_partner("midori", "みどり商会")
OF_PARTNERS = [
    pytest.param({"admin_email": "desk@hikari.example.com"}, id="ordering"),
    pytest.param({"admin_email": "desk@midori.example.com"}, id="reselling"),
    pytest.param({"admin_email": "DESK@Midori.Example.COM"}, id="in capitals"),
    pytest.param({"admin_email": "ken@x.example", "partner_email": "KEN@x.example"}, id="of the form"),
    pytest.param({"admin_email": "a@xn--strae-oqa.example", "partner_email": "A@straße.example"}, id="IDN"),
]
OF_NOBODY = [
    pytest.param({"admin_email": "desk+welcome@hikari.example.com"}, id="sub-address"),
    pytest.param({"admin_email": "a@strasse.example", "partner_email": "a@straße.example"}, id="another host"),
    pytest.param({"admin_email": "hanako.yamada@akasaka.example.com"}, id="the customer's contact"),
]


def with_partners() -> OrderState:
    order = an_order(reselling_partner=TIER_2)
    state = shipped(order)
    state.keep_from_partners(partner_addresses(order))
    return state


@pytest.mark.parametrize("entered", OF_PARTNERS)
def test_amb_56_an_admin_contact_is_no_partner_s_contact(entered: dict[str, str]) -> None:
    state = with_partners()
    with pytest.raises(AddressOfAPartner, match=r"^form.admin_email: .*AMB-56") as refusal:
        state.submit_provisioning_form(submitted(a_form(**entered)), MONDAY)
    assert state.stage is Stage.AWAITING_DETAILS
    assert "@" not in str(refusal.value), "an address is not told back"


@pytest.mark.parametrize("entered", OF_NOBODY)
def test_amb_56_another_mailbox_is_the_customer_s(entered: dict[str, str]) -> None:
    state = with_partners()
    state.submit_provisioning_form(submitted(a_form(**entered)), MONDAY)
    assert state.stage is Stage.PROVISIONING


def test_amb_56_a_renewal_sends_no_welcome_and_asks_the_same() -> None:
    state = held(a_renewal(), date(2027, 6, 10))
    state.keep_from_partners(partner_addresses(a_renewal()))
    state.clear_compliance(cleared(), MONDAY)
    with pytest.raises(AddressOfAPartner):
        state.submit_provisioning_form(
            submitted(a_form(existing_customer=True, admin_email="desk@hikari.example.com")), MONDAY
        )


@pytest.mark.parametrize(("email", "refuses"), [("DESK@hikari.example.com", True), ("new@akasaka.example.com", False)])
def test_amb_56_nor_is_a_welcome_s_corrected_address(email: str, refuses: bool) -> None:
    state = ready()
    state.keep_from_partners(partner_addresses(an_order()))
    for kind in (OrderMail.CONFIRMATION, OrderMail.WELCOME):
        state.post(kind)
        state.mail_reported(f"order-SO-100001/{kind}", MailState.REFUSED, None, MONDAY, "550 no such user")
    again = {"by": "ops-7", "reason": "wrong address", "email": email}
    state.check_retry_mail(RetryMail(mail="order-SO-100001/confirmation", **again), MONDAY)
    welcome = RetryMail(mail="order-SO-100001/welcome", **again)
    with pytest.raises(AddressOfAPartner, match=r"^email: ") if refuses else nullcontext():
        state.retry_mail(welcome, MONDAY)
    assert state.mails["order-SO-100001/welcome"].state is (MailState.REFUSED if refuses else MailState.PENDING)


def test_amb_56_addresses_of_partners_are_no_part_of_the_state() -> None:
    state = with_partners()
    assert "@" not in state.model_dump_json() + repr(state)


def test_amb_56_the_site_handed_over_is_a_site_of_the_order() -> None:
    sites = ({"url": "a.webex.example", "named_users": 10}, {"url": "b.webex.example", "named_users": 15})
    state = shipped()
    state.submit_provisioning_form(submitted(a_form(sites=sites, number_of_sites=2)), MONDAY)
    state.report_site_built(built(), MONDAY)
    with pytest.raises(Refused, match=r"form.site_url: is no site of this order; its sites are: a\.webex.*b\.webex"):
        state.graduate(graduated(), MONDAY)
    state.graduate(graduated(site_url="HTTPS://B.webex.example/"), MONDAY)
    assert state.stage is Stage.COMPLETED


@pytest.mark.parametrize("address", ["Ken.Sato@hikari.example.com", "desk@hikari.example.com"])
def test_ord_30_the_site_admin_handed_over_is_no_address_of_a_partner(address: str) -> None:
    state = ready()
    state.keep_from_partners(partner_addresses(an_order()))
    with pytest.raises(Refused, match=r"^form.site_admin: must be a contact at the customer"):
        state.graduate(graduated(site_admin=address), MONDAY)
    state.graduate(graduated(site_admin="it-admin@akasaka.example.com"), MONDAY)


# AMB-40: where no holidays are known.

KNOWN = (date(2026, 1, 1), date(2027, 1, 1))


@pytest.mark.parametrize(
    ("start", "days_", "plain"),
    [
        (datetime(2026, 12, 23, 15, tzinfo=UTC), 5, False),
        (datetime(2026, 12, 24, 15, tzinfo=UTC), 5, True),
        (datetime(2025, 12, 30, 14, 59, tzinfo=UTC), 2, True),
        (datetime(2025, 12, 30, 15, tzinfo=UTC), 2, False),
    ],
    ids=["to the last known day", "one day more", "from a day before", "from the first known day"],
)
def test_amb_40_days_without_known_holidays_are_counted_plainly_and_said(
    start: datetime, days_: int, plain: bool
) -> None:
    state = held(an_order(policy=OrderPolicy(vendor_country="LK")))
    first, last = KNOWN
    known = WorkingCalendar(country="LK", zone="Asia/Tokyo", holidays=frozenset(), first=first, last=last)
    state.business_day_end(start, days_, known)
    assert state.plain_weekdays is plain
    assert ("holidays" in order_view(state, MONDAY).facts) is plain


# AMB-58: closing days that are no public holidays.


def new_year(country: str) -> WorkingCalendar:
    """Only 1 January is a holiday."""
    days_off = frozenset({date(2026, 1, 1), date(2027, 1, 1)})
    return WorkingCalendar(
        country=country, zone="Asia/Tokyo", holidays=days_off, first=date(2025, 12, 1), last=date(2027, 2, 1)
    )


def test_orders_that_bring_no_terms_of_their_own_share_one_policy() -> None:
    """Copied for each, it would be in a worker's memory once for every cached order."""
    starts = [an_order(number).model_dump(mode="json", exclude={"policy"}) for number in ("SO-1", "SO-2")]
    judged = [PlaceOrder.model_validate(start).policy for start in starts]
    read = [constructed(PlaceOrder, start).policy for start in starts]
    assert judged[0] is judged[1] is read[0] is read[1]
    assert hash(OrderPolicy(closing_days={})) == hash(OrderPolicy(closing_days={}))


@pytest.mark.parametrize(
    ("policy", "ends_on"),
    [
        (OrderPolicy(), date(2027, 1, 6)),
        (OrderPolicy(vendor_country="FR"), date(2026, 12, 31)),
        (OrderPolicy(closing_days={}), date(2026, 12, 31)),
        (OrderPolicy(closing_days={"JP": ("12-31",)}), date(2027, 1, 4)),
        (OrderPolicy(vendor_country="FR", closing_days={"FR": ("12-30", "12-31")}), date(2027, 1, 5)),
    ],
    ids=["as usual in Japan", "France has none", "none", "a list of its own", "another vendor's list"],
)
def test_amb_58_days_on_which_the_vendor_is_closed_are_no_business_days(policy: OrderPolicy, ends_on: date) -> None:
    """Five business days from Thursday 24 December 2026: 25, 28, and what follows."""
    state = held(an_order(policy=policy))
    placed = datetime(2026, 12, 24, 3, tzinfo=UTC)
    end = state.business_day_end(placed, 5, new_year(policy.vendor_country))
    assert local_day(end - timedelta.resolution, "Asia/Tokyo") == ends_on
    assert not state.plain_weekdays


@pytest.mark.parametrize(("day", "closed"), [(28, False), (29, True), (30, True), (31, True)])
def test_amb_58_in_japan_29_to_31_december_are_closed(day: int, closed: bool) -> None:
    calendar = new_year("JP").closed_on(OrderPolicy().vendor_closed_on)
    assert calendar.is_business_day(date(2026, 12, day)) is not closed
    assert not any(calendar.is_business_day(date(2026, 1, first)) for first in (1, 2, 3))
    assert calendar.is_business_day(date(2026, 1, 5))
    assert new_year("JP").is_business_day(date(2026, 12, day)), "no law says so"


@pytest.mark.parametrize("day", ["2-29", "02-30", "13-01", "00-10", "12-00", "W52-1", "12-299", "٠١-٠١", ""])
def test_amb_58_a_closing_day_is_a_day_of_the_year(day: str) -> None:
    with pytest.raises(ValidationError, match="closing_days"):
        OrderPolicy(closing_days={"JP": (day,)})


def test_amb_58_29_february_is_one_when_there_is_one() -> None:
    leap = WorkingCalendar(
        country="JP", zone="UTC", holidays=frozenset(), first=date(2027, 1, 1), last=date(2029, 1, 1)
    )
    assert leap.closed_on({"02-29"}).holidays == {date(2028, 2, 29)}


@pytest.mark.parametrize(("after", "refuses"), [(timedelta(0), False), (timedelta(microseconds=1), True)])
def test_an_order_is_not_placed_in_the_future_of_its_start(after: timedelta, refuses: bool) -> None:
    state = OrderState.placed(an_order(placed_at=MONDAY + after), MONDAY)
    with pytest.raises(Refused, match=r"^placed_at: must not lie in the future") if refuses else nullcontext():
        state.check_placed_at(MONDAY)


def test_a_released_hold_is_not_overdue_and_a_built_site_not_late() -> None:
    assert HOLD_OVERDUE in deadlines(held(an_order()))
    state = shipped()
    assert HOLD_OVERDUE not in deadlines(state)
    state.submit_provisioning_form(submitted(), MONDAY)
    state.expect_build_by(MONDAY + days(9), MONDAY)
    assert BUILD_LATE in deadlines(state)
    state.report_site_built(built(), MONDAY)
    assert BUILD_LATE not in deadlines(state)
    state.expect_build_by(MONDAY + days(9), MONDAY)
    assert BUILD_LATE not in deadlines(state), "too late to expect it"


def deadlines(state: OrderState) -> list[str]:
    return [deadline.name for deadline in state.agenda.pending]


def test_decision_5_the_policy_travels_with_the_order() -> None:
    policy = OrderPolicy(password_link_life=timedelta(hours=1))
    state = OrderState.placed(an_order(policy=policy), MONDAY)
    state.welcome_sent(MONDAY, MONDAY)
    assert state.link_void_at == MONDAY + timedelta(hours=1)


def test_every_event_says_who_why_and_from_where() -> None:
    state = held(an_order())
    state.cancel(cancelled("ordered twice"), MONDAY)
    event = state.journal.unrecorded[-1]
    assert (event.actor, event.reason, event.source) == ("ops-7", "ordered twice", "operator")
    assert [event.sequence for event in state.journal.unrecorded] == list(range(1, state.journal.sequence + 1))


def test_the_state_of_an_order_holds_no_personal_data() -> None:
    """R7, decision 8: names, mails and phones are in the store only."""
    text = ready().model_dump_json()
    for personal in ("Yamada", "Sato", "@", "+81", "5550", "赤坂", "password"):
        assert personal not in text.replace("password_link", "")


def test_the_state_survives_a_round_trip() -> None:
    state = ready()
    assert OrderState.model_validate_json(state.model_dump_json()) == state


def test_kind_new_is_the_default() -> None:
    assert an_order().kind is OrderKind.NEW
