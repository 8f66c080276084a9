"""What people see of a life, at every moment of every life there can be."""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from functools import cache

import pytest

from domain.device.states import DeviceStage
from domain.device.view import IN_WORDS as DEVICE_WORDS
from domain.device.view import MISSED as DEVICE_MISSED
from domain.mails import Lifecycle
from domain.order.states import Stage
from domain.order.view import IN_WORDS as ORDER_WORDS
from domain.order.view import MISSED as ORDER_MISSED
from domain.subscription.subscription import SubscriptionStage
from domain.subscription.view import IN_WORDS as SUBSCRIPTION_WORDS
from domain.subscription.view import MISSED as SUBSCRIPTION_MISSED
from domain.trial.states import TrialStage
from domain.trial.view import IN_WORDS as TRIAL_WORDS
from domain.view import LifeView, Mark
from tests.lives import Moment, lives, pasted

STAGES: Mapping[Lifecycle, type[StrEnum]] = {
    Lifecycle.ORDER: Stage,
    Lifecycle.SUBSCRIPTION: SubscriptionStage,
    Lifecycle.TRIAL: TrialStage,
    Lifecycle.DEVICE: DeviceStage,
}
PROOF: Mapping[str, tuple[set[str], ...]] = {
    "Compliance hold": ({"order.shipped"},),
    "Provisioning form": ({"order.form_submitted"},),
    "Site build": ({"order.site_built"},),
    "Welcome": ({"order.welcome_sent"}, {"mail.settled"}),
    "Renewal work": ({"order.renewed"},),
    "Graduation": ({"order.graduated"},),
    "Consent": ({"trial.consent_given"},),
    "Services built": ({"trial.activated", "trial.services_built"},),
    "Trialing": ({"trial.activated", "trial.expired"}, {"trial.activated", "trial.converted"}),
    "Grace": ({"trial.expired", "trial.grace_ended"}, {"trial.expired", "trial.converted"}),
    "Converted": ({"trial.converted"},),
    "Lapsed": ({"trial.grace_ended"},),
    "Phone numbers released": ({"trial.numbers_released"},),
    "Shipped": ({"device.shipped"},),
    "Delivered": ({"device.delivered"},),
    "In use": ({"device.delivered", "device.expired"}, {"device.delivered", "device.handed_over"}),
    "Handed to the carrier": ({"device.handed_over"},),
    "Back": ({"device.received"},),
    "Term 1": ({"subscription.renewed"},),
}
"""The events without which a step must not be ticked, in each of the ways it may come about."""


@cache
def moments() -> list[Moment]:
    return list(lives())


def ticked() -> Iterator[tuple[Moment, str]]:
    for moment in moments():
        yield from ((moment, step.name) for step in moment.view.steps if step.mark is Mark.DONE)


def at(stage: StrEnum, *way: str) -> list[LifeView]:
    """How lives look in a stage, of those on whose way all of this happened."""
    return [m.view for m in moments() if m.life.stage is stage and set(way) <= set(m.way)]


def tracker(view: LifeView) -> list[str]:
    return [f"{step.mark} {step.name}" for step in view.steps]


@pytest.mark.parametrize("lifecycle", STAGES)
def test_every_stage_of_every_lifecycle_is_looked_at(lifecycle: Lifecycle) -> None:
    seen = {moment.life.stage for moment in moments() if moment.life.lifecycle is lifecycle}
    assert seen == set(STAGES[lifecycle])


def test_no_step_is_ticked_unless_the_event_that_proves_it_is_in_the_journal() -> None:
    for moment, step in ticked():
        if step.startswith("Term "):
            assert moment.happened.count("subscription.renewed") >= int(step.split()[1]), moment.way
        else:
            assert any(events <= set(moment.happened) for events in PROOF[step]), (step, moment.way)


def test_every_step_that_can_be_ticked_is_ticked_some_day() -> None:
    assert {step for _, step in ticked() if not step.startswith("Term ")} == PROOF.keys() - {"Term 1"}


def test_what_is_closed_goes_on_with_nothing_but_its_mail() -> None:
    for moment in (each for each in moments() if each.life.closed):
        assert {step.name for step in moment.view.steps if step.mark is Mark.CURRENT} <= {"Welcome"}
        assert not moment.view.can_send
        assert set(moment.view.desk) <= {"settle_mail", "retry_mail", "resume"}


def test_what_is_over_takes_nothing_any_more() -> None:
    over = [moment for moment in moments() if moment.life.over and moment.life.held_by_operator is None]
    assert over
    assert not [moment.way for moment in over if moment.view.desk or moment.view.can_send]


def test_whatever_a_page_offers_is_valid_or_says_what_to_replace() -> None:
    """That none of it is refused is proved by how these lives were found: by doing all of it."""
    for moment in moments():
        for update in (*moment.view.can_send, *moment.view.desk):
            assert pasted(update, moment.offers[update]) or moment.offers[update].note


def test_who_is_to_look_is_told_why() -> None:
    for moment in moments():
        assert moment.view.attention == bool(moment.view.troubles or moment.view.held_by_operator), moment.way


def test_no_trouble_is_told_by_its_name_in_the_program() -> None:
    assert not [text for moment in moments() for text in moment.view.troubles if text.startswith("Missed: ")]
    assert {name for moment in moments() for name in moment.life.jeopardy} == {
        *ORDER_MISSED,
        *SUBSCRIPTION_MISSED,
        *DEVICE_MISSED,
    }


def test_every_stage_has_words() -> None:
    words = {**ORDER_WORDS, **SUBSCRIPTION_WORDS, **TRIAL_WORDS, **DEVICE_WORDS}
    assert {*words} == {stage for stages in STAGES.values() for stage in stages}


def test_whatever_has_a_date_is_awaited_until_then() -> None:
    """Only details, built services, what is overdue and a renewal after the date take as long as they take."""
    dateless = {
        Stage.AWAITING_DETAILS: "order.new has no target for its form",
        Stage.HELD: "overdue",
        Stage.PROVISIONING: "overdue, or the guide is not reckoned yet",
        Stage.SERVICE_READY: "overdue",
        SubscriptionStage.SUSPENDED: "the date is over",
        TrialStage.AWAITING_DETAILS: "",
        TrialStage.PROVISIONING: "",
        TrialStage.EXPIRED_GRACE: "the last look",
        DeviceStage.OVERDUE: "",
        DeviceStage.SERIAL_MISMATCH: "overdue",
        DeviceStage.RETURN_IN_TRANSIT: "overdue",
    }
    for moment in moments():
        for awaited in moment.view.awaiting:
            assert awaited.until or moment.life.stage in dateless, moment.way
            assert bool(awaited.until) == bool(awaited.then)


def test_the_welcome_has_a_step_of_its_own() -> None:
    for state, mark in (("refused", "✗"), ("unknown", "✗"), ("sent", "✓")):
        shown = at(Stage.SERVICE_READY, f"welcome {state}")
        assert any(tracker(view)[2:] == ["✓ Site build", f"{mark} Welcome", "→ Graduation"] for view in shown), state
    assert any(tracker(view)[3] == "→ Welcome" for view in at(Stage.SERVICE_READY, "welcome posted"))


def test_a_trial_shows_both_ends_while_both_are_open() -> None:
    assert tracker(at(TrialStage.TRIALING)[0]) == ["✓ Services built", "→ Trialing", "○ Converted or expired"]
    (in_grace, *_) = at(TrialStage.EXPIRED_GRACE)
    assert tracker(in_grace)[-3:] == ["✓ Trialing", "→ Grace", "○ Converted or lapsed"]


def test_a_conversion_in_grace_keeps_the_grace() -> None:
    ended = [moment for moment in moments() if moment.life.stage is TrialStage.CONVERTED]
    converted = [tracker(moment.view) for moment in ended if moment.life.expired_at]
    assert all(shown[-3:] == ["✓ Trialing", "✓ Grace", "✓ Converted"] for shown in converted)
    assert converted


def test_phone_numbers_have_a_step_of_their_own() -> None:
    assert tracker(at(TrialStage.NUMBERS_RETAINED)[0])[-2:] == ["✓ Lapsed", "→ Phone numbers released"]


def test_every_tick_of_a_trial_has_a_date() -> None:
    trials = [moment.view for moment in moments() if moment.life.lifecycle is Lifecycle.TRIAL]
    assert all(step.at for view in trials for step in view.steps if step.mark is Mark.DONE)


def test_a_device_is_in_use_only_when_it_was_delivered() -> None:
    assert tracker(at(DeviceStage.SHIPPED)[0]) == [
        "✓ Shipped",
        "→ Delivered",
        "○ In use",
        "○ Handed to the carrier",
        "○ Back",
    ]
    for view in at(DeviceStage.RETURN_DUE) + at(DeviceStage.RETURN_IN_TRANSIT):
        assert ("✓ In use" in tracker(view)) == ("✓ Delivered" in tracker(view))
    assert ["✓ Shipped", "→ Handed to the carrier", "○ Back"] in [
        tracker(view) for view in at(DeviceStage.RETURN_DUE, "trial over")
    ]


def test_a_serial_mismatch_is_a_cross_where_the_device_should_be_back() -> None:
    for view in at(DeviceStage.SERIAL_MISMATCH):
        assert tracker(view)[-2:] == ["✓ Handed to the carrier", "✗ Back"]
        assert "Another device came back, FOC999; on loan is FOC1" in view.troubles


def test_a_shipped_device_waits_for_delivery() -> None:
    (awaited,) = at(DeviceStage.SHIPPED)[0].awaiting
    assert (awaited.update, awaited.from_whom) == ("report_delivered", "vendor, its logistics")


def test_an_extension_that_would_shorten_is_not_offered_to_paste() -> None:
    offered = [m.offers["extend"] for m in moments() if m.life.stage is TrialStage.TRIALING]
    assert any(offer.message is None and "would shorten" in offer.note for offer in offered)
    assert any(offer.message is not None for offer in offered)


def test_a_hold_tells_why_by_whom_and_since_when() -> None:
    held = next(moment for moment in moments() if moment.way and moment.way[-1] == "hold")
    assert held.view.held_by_operator is not None
    assert held.view.held_by_operator.model_dump() == {
        "reason": "in dispute with the customer",
        "by": "ops-7",
        "since": held.now,
    }
