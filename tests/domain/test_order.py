"""What one order allows, remembers and refuses. domain.md §2, §3."""

from datetime import date, timedelta

import pytest

from domain.events import TaskKind
from domain.order.messages import Offering, OrderKind, PlaceOrder, Terms
from domain.order.order import BUILD_LATE, HOLD_OVERDUE, LINK_VOID, RELAY, RENEWAL_TARGET, OrderLife
from domain.order.policy import OrderPolicy
from domain.order.states import Stage
from domain.values import Refused
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


def held(order: PlaceOrder, renewal_date: date | None = None) -> OrderLife:
    life = OrderLife.placed(order, MONDAY)
    life.hold(MONDAY, MONDAY + days(7), renewal_date)
    return life


def shipped(order: PlaceOrder | None = None) -> OrderLife:
    life = held(order or an_order())
    life.clear(cleared(), MONDAY)
    return life


def provisioning(order: PlaceOrder | None = None) -> OrderLife:
    life = shipped(order)
    life.submit_form(submitted(), MONDAY)
    return life


def ready() -> OrderLife:
    life = provisioning()
    life.site_built(built(), MONDAY)
    return life


def types(life: OrderLife) -> list[str]:
    return [event.type for event in life.journal.unrecorded]


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
def test_ord_08_09_12_13_terms_needed_follow_from_the_items(offerings, terms) -> None:
    assert held(an_order("SO-1AA", *offerings)).required_terms == terms


def test_ord_02_an_order_without_any_terms_is_held_all_the_same() -> None:
    life = held(an_order())
    assert life.stage is Stage.HELD
    assert life.shipped_at is None


def test_ord_04_release_and_shipping_are_one_moment() -> None:
    life = shipped()
    assert life.stage is Stage.AWAITING_DETAILS
    assert life.cleared_at == life.shipped_at == MONDAY
    assert types(life)[-2:] == ["order.compliance_cleared", "order.shipped"]


@pytest.mark.parametrize("order_of_terms", [(Terms.PORT, Terms.AUDIO), (Terms.AUDIO, Terms.PORT)])
@pytest.mark.parametrize("cleared_at_step", [0, 1, 2])
def test_ord_11_13_both_terms_and_clearance_in_any_order(order_of_terms, cleared_at_step) -> None:
    life = held(an_order("SO-1AA", *PORT_AND_AUDIO))
    steps = [lambda t=t: life.accept_terms(accepted(t), MONDAY) for t in order_of_terms]
    steps.insert(cleared_at_step, lambda: life.clear(cleared(), MONDAY))
    for step in steps[:-1]:
        step()
        assert life.stage is Stage.HELD, "ORD-05: not released before everything is there"
    steps[-1]()
    assert life.stage is Stage.AWAITING_DETAILS


def test_clearance_before_the_terms_is_remembered_and_not_asked_twice() -> None:
    life = held(an_order("SO-1AA", Offering.PORT))
    life.clear(cleared(), MONDAY)
    with pytest.raises(Refused, match=r"already cleared .* missing: port"):
        life.clear(cleared(), MONDAY)
    life.accept_terms(accepted(Terms.PORT), MONDAY + days(2))
    assert life.shipped_at == MONDAY + days(2)


def test_terms_are_accepted_once_and_only_those_needed() -> None:
    life = held(an_order("SO-1AA", Offering.PORT))
    with pytest.raises(Refused, match="terms: this order needs no audio"):
        life.accept_terms(accepted(Terms.AUDIO), MONDAY)
    life.accept_terms(accepted(Terms.PORT), MONDAY)
    with pytest.raises(Refused, match="terms: port terms were already accepted on 2026-06-01 01:00 UTC"):
        life.accept_terms(accepted(Terms.PORT), MONDAY)


def test_a_refusal_changes_nothing() -> None:
    life = shipped()
    before = life.model_copy(deep=True)
    for ask in (
        lambda: life.cancel(cancelled(), MONDAY),
        lambda: life.refuse(refused(), MONDAY),
        lambda: life.clear(cleared(), MONDAY),
        lambda: life.submit_form(submitted(a_form(24)), MONDAY),
        lambda: life.site_built(built(), MONDAY),
        lambda: life.graduate(graduated(), MONDAY),
    ):
        with pytest.raises(Refused):
            ask()
    assert life == before


def test_amb_41_cancel_before_shipping_ends_the_order_and_its_deadlines() -> None:
    life = held(an_order())
    life.cancel(cancelled("ordered twice"), MONDAY)
    assert life.stage is Stage.CANCELLED
    assert life.closing_reason == "ordered twice"
    assert life.agenda.next() is None


def test_a_vendor_refusal_ends_the_order_as_rejected() -> None:
    life = held(an_order())
    life.refuse(refused(), MONDAY)
    assert life.stage is Stage.REJECTED


def test_ord_07_a_tier_2_order_opens_a_relay_task_when_it_ships_and_the_form_closes_it() -> None:
    life = held(an_order(reselling_partner=a_partner("midori", "みどり商会")))
    assert not life.journal.tasks
    life.clear(cleared(), MONDAY)
    task = life.journal.task(RELAY)
    assert task is not None
    assert (task.kind, task.assignee) == (TaskKind.RELAY_CONFIRMATION, "hikari")
    life.submit_form(submitted(), MONDAY + days(1))
    assert life.journal.task(RELAY).closed_at == MONDAY + days(1)


def test_ord_06_a_tier_1_order_opens_no_relay_task() -> None:
    assert shipped().journal.tasks == []


def test_ord_33_named_users_over_the_sites_must_add_up_to_what_was_bought() -> None:
    life = shipped()
    two_sites = ({"url": "a.webex.example", "named_users": 10}, {"url": "b.webex.example", "named_users": 14})
    with pytest.raises(Refused, match=r"form.sites: .* are 24, bought are 25 \(ORD-33"):
        life.submit_form(submitted(a_form(sites=two_sites, number_of_sites=2)), MONDAY)


def test_amb_4_fewer_named_users_only_with_an_explicit_reserve() -> None:
    life = shipped()
    life.submit_form(submitted(a_form(20, reserve=5)), MONDAY)
    assert life.stage is Stage.PROVISIONING


def test_ren_06_a_renewal_must_say_yes_existing_customer_and_a_new_order_need_not() -> None:
    life = held(a_renewal(), date(2027, 6, 10))
    life.clear(cleared(), MONDAY)
    with pytest.raises(Refused, match=r'form.existing_customer: a renewal answers "Yes" \(REN-06\)'):
        life.submit_form(submitted(a_form(existing_customer=False)), MONDAY)
    life.submit_form(submitted(a_form(existing_customer=True)), MONDAY)
    assert life.stage is Stage.PROVISIONING


def test_ren_02_09_a_renewal_completes_when_built_without_welcome_or_graduation() -> None:
    life = held(a_renewal(), date(2027, 6, 10))
    life.clear(cleared(), MONDAY)
    life.submit_form(submitted(a_form(existing_customer=True)), MONDAY)
    with pytest.raises(Refused, match="user_name: must be left out"):
        life.site_built(built(), MONDAY)
    life.site_built(renewal_done(), MONDAY)
    assert life.stage is Stage.COMPLETED


def test_ord_22_a_new_site_needs_the_welcome_s_access_data() -> None:
    life = provisioning()
    with pytest.raises(Refused, match="user_name: is required"):
        life.site_built(renewal_done(), MONDAY)


def test_ord_22_the_link_lives_72_hours_from_sending() -> None:
    life = ready()
    sent = MONDAY + timedelta(minutes=3)
    life.welcome_sent(sent, sent)
    assert life.link_void_at == sent + timedelta(hours=72)
    assert any(d.name == LINK_VOID and d.at == life.link_void_at for d in life.agenda.pending)


def test_amb_45_graduation_overdue_is_shown_and_blocks_nothing() -> None:
    life = ready()
    life.graduation_is_overdue(MONDAY + days(31))
    assert life.attention
    life.graduate(graduated(), MONDAY + days(90))
    assert life.stage is Stage.COMPLETED
    assert not life.graduation_overdue


def test_ord_30_the_term_of_the_graduation_form_must_be_the_order_s() -> None:
    life = ready()
    with pytest.raises(Refused, match=r"form.term_years: says 3 years, the order's term is 12 months"):
        life.graduate(graduated(term_years=3), MONDAY)


def test_ren_07_a_renewal_has_a_target_14_days_before_its_date_which_the_form_meets() -> None:
    life = held(a_renewal(), date(2027, 6, 10))
    target = next(d for d in life.agenda.pending if d.name == RENEWAL_TARGET)
    assert target.at.isoformat() == "2027-05-27T15:00:00+00:00", "the end of 27 May in Tokyo"
    life.clear(cleared(), MONDAY)
    life.submit_form(submitted(a_form(existing_customer=True)), MONDAY)
    assert all(d.name != RENEWAL_TARGET for d in life.agenda.pending)


def test_a_released_hold_is_not_overdue_and_a_built_site_not_late() -> None:
    life = shipped()
    assert all(d.name != HOLD_OVERDUE for d in life.agenda.pending)
    life.submit_form(submitted(), MONDAY)
    life.expect_build_by(MONDAY + days(9), MONDAY)
    life.site_built(built(), MONDAY)
    assert all(d.name != BUILD_LATE for d in life.agenda.pending)
    life.expect_build_by(MONDAY + days(9), MONDAY)
    assert all(d.name != BUILD_LATE for d in life.agenda.pending), "too late to expect it"


def test_decision_5_the_policy_travels_with_the_order() -> None:
    policy = OrderPolicy(password_link_life=timedelta(hours=1))
    life = OrderLife.placed(an_order(policy=policy), MONDAY)
    life.welcome_sent(MONDAY, MONDAY)
    assert life.link_void_at == MONDAY + timedelta(hours=1)


def test_every_event_says_who_why_and_from_where() -> None:
    life = held(an_order())
    life.cancel(cancelled("ordered twice"), MONDAY)
    event = life.journal.unrecorded[-1]
    assert (event.actor, event.reason, event.source) == ("ops-7", "ordered twice", "operator")
    assert [event.sequence for event in life.journal.unrecorded] == list(range(1, life.journal.sequence + 1))


def test_the_state_of_an_order_holds_no_personal_data() -> None:
    """R7, decision 8: names, mails and phones are in the store only."""
    text = ready().model_dump_json()
    for personal in ("Yamada", "Sato", "@", "+81", "5550", "赤坂", "password"):
        assert personal not in text.replace("password_link", "")


def test_the_state_survives_a_round_trip() -> None:
    life = ready()
    assert OrderLife.model_validate_json(life.model_dump_json()) == life


def test_kind_new_is_the_default() -> None:
    assert an_order().kind is OrderKind.NEW
