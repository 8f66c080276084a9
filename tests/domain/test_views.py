"""What people see of a life, at every moment of every life there can be."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache, partial

import pytest

from domain.case.standing import NAME as CASE
from domain.case.states import CaseStage
from domain.case.view import IN_WORDS as CASE_WORDS
from domain.case.view import MISSED as CASE_MISSED
from domain.compliance.standing import NAME as COMPLIANCE
from domain.compliance.states import CheckStage
from domain.compliance.view import IN_WORDS as COMPLIANCE_WORDS
from domain.compliance.view import MISSED as COMPLIANCE_MISSED
from domain.device.states import DeviceStage
from domain.device.view import IN_WORDS as DEVICE_WORDS
from domain.device.view import MISSED as DEVICE_MISSED
from domain.lifecycle import Lifecycle, LifecycleState
from domain.mails import MailState, Role, numbered
from domain.operator import Acknowledge
from domain.option.state import NAME as OPTION
from domain.option.states import OptionStage
from domain.option.view import IN_WORDS as OPTION_WORDS
from domain.option.view import MISSED as OPTION_MISSED
from domain.order.standing import OVER, TRIAL_UNREACHABLE
from domain.order.states import Stage
from domain.order.view import IN_WORDS as ORDER_WORDS
from domain.order.view import MISSED as ORDER_MISSED
from domain.subscription.site_state import not_carried_out
from domain.subscription.states import SubscriptionStage
from domain.subscription.view import IN_WORDS as SUBSCRIPTION_WORDS
from domain.subscription.view import MISSED as SUBSCRIPTION_MISSED
from domain.trial.mails import TrialMail
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.trial.view import IN_WORDS as TRIAL_WORDS
from domain.values import Message, Refused
from domain.view import LifecycleView, Mark, Party
from domain.wholesale.state import NAME as WHOLESALE
from domain.wholesale.states import WholesaleStage
from domain.wholesale.view import IN_WORDS as WHOLESALE_WORDS
from domain.wholesale.view import MISSED as WHOLESALE_MISSED
from tests.lives import Moment, lives, pasted
from tests.makers import some

STAGES: Mapping[Lifecycle, type[StrEnum]] = {
    Lifecycle.ORDER: Stage,
    Lifecycle.SUBSCRIPTION: SubscriptionStage,
    Lifecycle.TRIAL: TrialStage,
    Lifecycle.DEVICE: DeviceStage,
    OPTION: OptionStage,
    CASE: CaseStage,
    WHOLESALE: WholesaleStage,
    COMPLIANCE: CheckStage,
}
REMOVED = {"Users": "users", "Add-ons": "add_ons", "Packages": "packages"}
IN_USE_UNTIL = ("expired", "handed_over", "received", "received_other")

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
    "In use": tuple({"device.delivered", f"device.{end}"} for end in IN_USE_UNTIL),
    "Handed to the carrier": ({"device.handed_over"},),
    "Back": ({"device.received"},),
    "Received": ({"option.requested"}, {"case.received"}),
    "Classified": ({"case.classified"},),
    "Responded": ({"case.responded"}, {"case.partner_asked"}, {"case.resolved"}),
    "Identified": ({"case.identified"}, {"case.resolved"}),
    "Resolved": ({"case.resolved"}, {"compliance.approved"}, {"compliance.cleared"}),
    "Screened": ({"compliance.cleared"}, {"compliance.match_found"}),
    "Reviewed": ({"compliance.approved"}, {"compliance.match_confirmed"}),
    "Closed": ({"case.closed"},),
    "Work begun": ({"option.begun"},),
    "Completed": ({"option.completed"},),
    "Answered": ({"option.answered"},),
    "Term 1": ({"subscription.renewed"},),
    "Onboarded": ({"wholesale.onboarded"},),
    "Provisioned": ({"wholesale.provisioned"}, {"wholesale.provisioned_with_errors"}),
    **{f"{what} removed": ({f"wholesale.{key}_removed"},) for what, key in REMOVED.items()},
    "Deprovisioned": ({"wholesale.deprovisioned"}, {"compliance.deprovisioned"}),
}
"""The events without which a step must not be ticked, in each of the ways it may come about."""


TOLD_BY_OTHERS = {OVER, TRIAL_UNREACHABLE}
"""What another lifecycle's answer does to an order: tests/workflows has it."""


@cache
def moments() -> list[Moment]:
    return list(lives())


def ticked() -> Iterator[tuple[Moment, str]]:
    for moment in moments():
        yield from ((moment, step.name) for step in moment.view.steps if step.mark is Mark.DONE)


def at(stage: StrEnum, *way: str) -> list[LifecycleView]:
    """How lives look in a stage, of those on whose way all of this happened."""
    return [m.view for m in moments() if m.state.stage is stage and set(way) <= set(m.way)]


def tracker(view: LifecycleView) -> list[str]:
    return [f"{step.mark} {step.name}" for step in view.steps]


@pytest.mark.parametrize("lifecycle", STAGES)
def test_every_stage_of_every_lifecycle_is_looked_at(lifecycle: Lifecycle) -> None:
    seen = {moment.state.stage for moment in moments() if moment.state.lifecycle is lifecycle}
    assert seen == set(STAGES[lifecycle])


def test_no_step_is_ticked_unless_the_event_that_proves_it_is_in_the_journal() -> None:
    for moment, step in some(ticked()):
        if step.startswith("Term "):
            assert moment.happened.count("subscription.renewed") >= int(step.split()[1]), moment.way
        else:
            assert any(events <= set(moment.happened) for events in PROOF[step]), (step, moment.way)


def test_every_step_that_can_be_ticked_is_ticked_some_day() -> None:
    assert {step for _, step in ticked() if not step.startswith("Term ")} == PROOF.keys() - {"Term 1"}


def test_what_is_closed_goes_on_with_nothing_but_what_is_left_for_people() -> None:
    for moment in some(each for each in moments() if each.state.closed):
        assert {step.name for step in moment.view.steps if step.mark is Mark.CURRENT} <= {"Welcome"}
        assert not moment.view.can_send
        assert set(moment.view.desk) <= {"settle_mail", "retry_mail", "acknowledge", "resume"}
        assert bool(moment.view.desk) or not moment.view.attention, moment.way


def test_what_is_over_takes_nothing_any_more_and_asks_for_nobody() -> None:
    for view in some(moment.view for moment in moments() if moment.state.over):
        assert (view.desk, view.can_send, view.waits_for) == ((), (), ())
        assert (view.attention, view.jeopardy, view.troubles, view.held_by_operator) == (False, (), (), None)


@pytest.mark.parametrize(
    ("stage", "verb"),
    [
        (Stage.HELD, "cancel"),
        (SubscriptionStage.ACTIVE, "terminate"),
        (DeviceStage.RETURN_IN_TRANSIT, "report_received"),
    ],
)
@pytest.mark.parametrize("held", [False, True])
def test_a_target_that_was_missed_and_a_hold_ask_for_nobody_once_it_is_over(
    stage: StrEnum, verb: str, held: bool
) -> None:
    """What was missed stays in the record. ADR 21."""
    late = next(moment for moment in moments() if moment.state.stage is stage and moment.state.alerts)
    assert late.view.attention
    if held and not late.state.held_by_operator:
        late = late.after("hold", partial(_taken, verb="hold", message=pasted("hold", late.offers["hold"])))
    ended = late.after(verb, partial(_taken, verb=verb, message=pasted(verb, late.offers[verb])))
    ended = ended.after("all mail sent", _all_sent)
    assert ended.state.over
    assert (ended.view.attention, ended.view.jeopardy, ended.view.held_by_operator) == (False, (), None)
    assert f"{ended.state.lifecycle}.jeopardy" in ended.happened


def test_news_to_users_that_were_refused_keep_no_trial_open() -> None:
    """There may be 500 of them, and nobody runs after them; an administrator's mail is another matter. ADR 21."""
    ended = next(moment for moment in moments() if moment.state.stage is TrialStage.NUMBERS_RELEASED)
    lapsed = ended.after("all mail sent", _all_sent)
    assert lapsed.state.over
    for reader, keeps_open in ((Role.TRIAL_USER, False), (Role.CUSTOMER_ADMINISTRATOR, True)):
        refused = lapsed.after("refused", partial(_refused, reader=reader))
        assert (refused.state.over, refused.view.attention) == (not keeps_open, keeps_open)


def _all_sent(state: LifecycleState, now: datetime) -> None:
    for mail in state.mails_in(MailState.PENDING, MailState.REFUSED, MailState.UNKNOWN):
        state.mail_reported(mail.key, MailState.SENT, now, now)


def _refused(state: LifecycleState, now: datetime, reader: Role) -> None:
    assert isinstance(state, TrialState)
    state.users = 1
    state.post(TrialMail.TRIAL_EXPIRED, "news", to=numbered(reader, 0))
    (mail,) = state.mails_in(MailState.PENDING)
    state.mail_reported(mail.key, MailState.REFUSED, None, now)


def test_what_is_left_for_people_keeps_it_open_until_somebody_lifts_it() -> None:
    """A mail that was refused, a subscription that nobody could reach. ADR 21."""
    left = [moment for moment in moments() if moment.state.closed and not moment.state.over]
    refused = next(moment for moment in left if moment.state.mails_in(MailState.REFUSED))
    unreached = next(moment for moment in left if moment.state.alerts)
    for moment, verb in ((refused, "settle_mail"), (unreached, "acknowledge")):
        assert moment.view.attention
        message = pasted(verb, moment.offers[verb])
        settled = moment.after(verb, partial(_taken, verb=verb, message=message))
        assert settled.state.over, moment.way
        assert not settled.view.attention
    assert "order.alert_acknowledged" in settled.happened


def _taken(state: LifecycleState, now: datetime, verb: str, message: Message | None) -> None:
    getattr(state, verb)(message, now)


def test_an_alert_is_lifted_once_and_by_its_name() -> None:
    moment = next(moment for moment in moments() if len(moment.state.alerts) > 1)
    first, second, *_ = moment.state.alerts
    lift = Acknowledge(by="ops-7", alert=first, reason="the vendor is at work on it")
    lifted = moment.after("acknowledge", lambda state, now: state.acknowledge(lift, now))
    assert second in lifted.view.jeopardy
    with pytest.raises(Refused, match=f"alert: no such alert; there are: {second}"):
        lifted.state.check_acknowledge(lift, lifted.now)


def test_whatever_a_page_offers_is_valid_or_says_what_to_replace() -> None:
    """That none of it is refused is proved by how these lives were found: by doing all of it."""
    for moment in some(moments()):
        for update in (*moment.view.can_send, *moment.view.desk):
            assert pasted(update, moment.offers[update]) or moment.offers[update].note


@cache
def with_failing_steps() -> list[Moment]:
    """Every moment, and the same with a step that keeps failing, which may be left out or not."""
    failing = [
        moment.after("record fails", partial(_fails, may_be_left_out=optional))
        for moment in moments()
        for optional in (False, True)
    ]
    return moments() + failing


def _fails(state: LifecycleState, now: datetime, may_be_left_out: bool) -> None:
    state.step_fails(step="record", reason="the disk is full", may_be_left_out=may_be_left_out, now=now)


def test_no_attention_without_a_way_out() -> None:
    """Each trouble has its verb, or says who must act."""
    for moment in some(with_failing_steps()):
        view = moment.view
        assert view.attention == bool(view.troubles or view.held_by_operator), moment.way
        assert not view.held_by_operator or "resume" in view.desk, moment.way
        assert not view.failing or "settle_step" in view.desk, moment.way
        states = {mail.state for mail in view.mails}
        assert MailState.UNKNOWN not in states or "settle_mail" in view.desk, moment.way
        assert not view.jeopardy or "acknowledge" in view.desk, moment.way
        if not moment.state.over:
            assert MailState.REFUSED not in states or {"settle_mail", "retry_mail"} <= {*view.desk}, moment.way
        if view.attention and not moment.state.closed:
            assert view.can_send or view.desk or view.waits_for, moment.way


def test_what_keeps_failing_waits_for_operations_also_when_the_life_is_closed() -> None:
    failing = [moment for moment in with_failing_steps() if moment.state.failing]
    assert {moment.state.closed for moment in failing} == {True, False}
    assert all(Party.OPERATIONS in moment.view.waits_for for moment in failing)


def test_whoever_follows_the_page_clears_what_keeps_failing() -> None:
    for moment in some(with_failing_steps()):
        if moment.view.failing:
            settled = pasted("settle_step", moment.offers["settle_step"])
            assert settled
            moment.state.check_settle_step(settled, moment.now)
            over = moment.after("recovered", lambda state, now: state.step_is_over("record", now))
            assert not over.view.failing


def test_who_is_to_look_is_told_why() -> None:
    for moment in some(moments()):
        assert moment.view.attention == bool(moment.view.troubles or moment.view.held_by_operator), moment.way


def test_no_trouble_is_told_by_its_name_in_the_program() -> None:
    assert not [text for moment in moments() for text in moment.view.troubles if text.startswith("Missed: ")]
    assert {name for moment in moments() for name in moment.state.jeopardy} == {
        *(ORDER_MISSED.keys() - TOLD_BY_OTHERS),
        *SUBSCRIPTION_MISSED,
        not_carried_out("OR-1"),
        *DEVICE_MISSED,
        *OPTION_MISSED,
        *CASE_MISSED,
        *WHOLESALE_MISSED,
        *COMPLIANCE_MISSED,
    }


def test_every_stage_has_words() -> None:
    assert {
        *ORDER_WORDS,
        *SUBSCRIPTION_WORDS,
        *TRIAL_WORDS,
        *DEVICE_WORDS,
        *OPTION_WORDS,
        *CASE_WORDS,
        *WHOLESALE_WORDS,
        *COMPLIANCE_WORDS,
    } == {stage for stages in STAGES.values() for stage in stages}


def test_whatever_has_a_date_is_awaited_until_then() -> None:
    """Only details, built services, what is overdue and a renewal after the date take as long as they take."""
    dateless: Mapping[StrEnum, str] = {
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
        OptionStage.ACKNOWLEDGED: "nobody expects a day, or it is over",
        OptionStage.IN_PROGRESS: "nobody expects a day, or it is over; a case that is not S1 has none",
        CaseStage.PENDING: "the partner answers when it answers",
        CheckStage.CHECKING: "as long as it takes",
        CheckStage.IN_REVIEW: "overdue",
        CheckStage.NON_COMPLIANT: "the last contact is to come, or the last look",
        CheckStage.DEPROVISIONING: "the customer's own workflow is at it",
        **dict.fromkeys(WholesaleStage, "overdue, or nobody has set up anew what failed"),
    }
    for moment in some(moments()):
        for awaited in moment.view.awaiting:
            assert awaited.until or moment.state.stage in dateless, moment.way
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
    ended = [moment for moment in moments() if moment.state.stage is TrialStage.CONVERTED]
    converted = [tracker(moment.view) for moment in ended if moment.state.expired_at]
    assert all(shown[-3:] == ["✓ Trialing", "✓ Grace", "✓ Converted"] for shown in converted)
    assert converted


def test_phone_numbers_have_a_step_of_their_own() -> None:
    assert tracker(at(TrialStage.NUMBERS_RETAINED)[0])[-2:] == ["✓ Lapsed", "→ Phone numbers released"]


def test_every_tick_of_a_trial_has_a_date() -> None:
    trials = [moment.view for moment in moments() if moment.state.lifecycle == Lifecycle.TRIAL]
    assert all(step.at for view in some(trials) for step in view.steps if step.mark is Mark.DONE)


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
    for view in some(at(DeviceStage.SERIAL_MISMATCH)):
        handed, back = tracker(view)[-2:]
        assert handed in {"✓ Handed to the carrier", "→ Handed to the carrier"}  # nobody has to have reported it
        assert back == "✗ Back"
        assert "Another device came back, FOC999; on loan is FOC1" in view.troubles


def test_a_shipped_device_waits_for_delivery() -> None:
    (awaited,) = at(DeviceStage.SHIPPED)[0].awaiting
    assert (awaited.update, awaited.from_whom) == ("report_delivered", "vendor, its logistics")


def test_an_extension_that_would_shorten_is_not_offered_to_paste() -> None:
    offered = [m.offers["extend"] for m in moments() if m.state.stage is TrialStage.TRIALING]
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
