"""Every life there can be, found by doing whatever a page offers, letting time pass and mail succeed or fail."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property, partial
from typing import Any

import pytest
from pydantic import BaseModel, ValidationError

from domain.account.channels import Channel
from domain.case.standing import CLOSES
from domain.case.standing import NAME as CASE
from domain.case.state import CaseState
from domain.compliance.standing import NAME as COMPLIANCE
from domain.deadlines import Deadline
from domain.device import state as device
from domain.device.messages import ReportReceived, StartDeviceLoan
from domain.device.state import DeviceState
from domain.lifecycle import Lifecycle, LifecycleState
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.offers import Offer, operator_offers
from domain.option.messages import OptionKind
from domain.option.policy import OptionPolicy
from domain.option.state import NAME as OPTION
from domain.option.state import OptionState
from domain.order import state as order
from domain.order.mails import OrderMail
from domain.order.messages import Offering
from domain.order.standing import UNREACHABLE
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.placeholder import PLACEHOLDER
from domain.recompute import RecomputeDates
from domain.subscription import state as subscription
from domain.subscription.messages import (
    AddedLanguage,
    CompletedOption,
    OptionNews,
    RenewalFacts,
    RenewalNews,
    RenewalStep,
)
from domain.subscription.state import SubscriptionState
from domain.trial import state as trial
from domain.trial.losses import NUMBERS_RELEASED, Others, fate_of
from domain.trial.messages import Service, StartTrial
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.values import Country, Message, Refused
from domain.view import LifecycleView
from domain.wholesale.state import NAME as WHOLESALE
from tests import compliance, wholesale
from tests.cases import NOBODY, a_case
from tests.makers import (
    MONDAY,
    a_consented_trial,
    a_paid_customer_s_trial,
    a_renewal,
    a_subscription_start,
    a_trial,
    an_order,
    days,
)
from tests.options import a_request, opened
from workflows.details import paste_ready

ENOUGH = 12
"""How many things happen to one life, one after the other."""

ENOUGH_OF_A_CASE = 7
"""Its clocks run beside each other: every event of a case has happened by then, and more are combinations of those."""

TERMS = 3
"""Of a subscription."""

DAYS_OF_USE = days(60)


@dataclass(frozen=True)
class Moment:
    """A life as it may be at an instant, and how it came there."""

    state: Any
    now: datetime
    way: tuple[str, ...] = ()

    @cached_property
    def view(self) -> LifecycleView:
        return KINDS[self.state.lifecycle].view(self.state, self.now)

    @cached_property
    def offers(self) -> dict[str, Offer]:
        return {**operator_offers(self.state, self.now), **KINDS[self.state.lifecycle].offers(self.state, self.now)}

    @property
    def happened(self) -> list[str]:
        """Types of the events in the journal; nothing was taken from it."""
        return [event.type for event in self.state.journal.unrecorded]

    def after(self, name: str, act: Callable[[Any, datetime], None], now: datetime | None = None) -> "Moment":
        state, now = copied(self.state), now or self.now + days(0.01)
        act(state, now)
        return Moment(state, now, (*self.way, name))


def copied(value: Any) -> Any:
    """To its depth, but for what never changes: at a tenth of what `deepcopy` costs."""
    match value:
        case _ if type(value) in _UNCHANGING:
            return value
        case BaseModel() if value.model_config.get("frozen"):
            _UNCHANGING.add(type(value))
        case BaseModel():
            new = value.model_copy()
            new.__dict__.update({name: copied(inner) for name, inner in new.__dict__.items()})
            return new
        case list():
            return [each if type(each) in _UNCHANGING else copied(each) for each in value]
        case dict():
            return {name: copied(each) for name, each in value.items()}
        case set():
            return set(value)
        case _:
            _UNCHANGING.add(type(value))
    return value


_UNCHANGING: set[type] = set()
"""Types that were found to be so."""


def pasted(update: str, offer: Offer) -> Message | None:
    """What an operator sends who does as the page says; None if there is nothing to paste. It is refused until all
    that only people know is filled in; what is filled in already stays."""
    if offer.message is None:
        assert offer.note, update
        return None
    same = (update, offer.known, type(offer.message), offer.message.model_dump_json())
    if same not in _PASTED:
        _PASTED[same] = _filled_in(update, offer.message, offer.known)
    return _PASTED[same]


_PASTED: dict[tuple[object, ...], Message] = {}
"""What is pasted is the same most of the time: it is judged once."""


def _filled_in(update: str, message: Message, known: frozenset[str]) -> Message:
    shown, model = json.loads(paste_ready(message, known)), type(message)
    filled_in = message.model_dump(mode="json", exclude_defaults=True)
    assert shown["by"] == PLACEHOLDER, update
    assert {name: shown[name] for name in known} == {name: filled_in[name] for name in known}, update
    with pytest.raises(ValidationError, match=PLACEHOLDER):
        model.model_validate(shown)
    return model.model_validate(filled_in)


@cache
def lives() -> tuple[Moment, ...]:
    """All of them, by every way that shows something new."""
    seen: set[str] = set()
    return tuple(moment for start in starts() for moment in _explored(Moment(start, MONDAY), seen))


def _explored(start: Moment, seen: set[str]) -> Iterator[Moment]:
    """What another start of the same id came to already shows nothing new."""
    coming = [start]
    for _ in range(ENOUGH_OF_A_CASE if start.state.lifecycle == CASE else ENOUGH):
        now, coming = coming, []
        for moment in now:
            if (face := _face(moment)) not in seen:
                seen.add(face)
                yield moment
                coming += _next(moment)


def _face(moment: Moment) -> str:
    """What is new to look at: dates, ids and notes are not."""
    view = moment.view
    steps = [(step.name, step.mark) for step in view.steps]
    troubles = [trouble.partition(":")[0] for trouble in view.troubles]
    names = ("grace_over", "losses_to_come", "numbers_due", "time_is_up")
    secrets = [bool(getattr(moment.state, name, None)) for name in names]
    hidden = (view.id, view.kind, bool(moment.state.mails_in(MailState.PENDING)), secrets)
    return repr((hidden, view.stage, steps, view.can_send, view.desk, troubles, [each.what for each in view.awaiting]))


def _next(moment: Moment) -> Iterator[Moment]:
    yield from _told(moment)
    yield from _mail(moment)
    for name, act in OWN[moment.state.lifecycle].items():
        try:
            yield moment.after(name, act)
        except Refused:
            continue
    yield from _later(moment)


def _later(moment: Moment) -> Iterator[Moment]:
    """Time passes until there is something new to look at; what comes again and again shows nothing new some day."""
    shown = _face(moment)
    for _ in range(ENOUGH):
        due = moment.state.agenda.next()
        if due is None or moment.state.held_by_operator is not None:
            return
        moment = moment.after(f"due: {due.name}", _meet, max(due.at, moment.now))
        if _face(moment) != shown:
            yield moment
            return


def _told(moment: Moment) -> Iterator[Moment]:
    """Whatever the page offers is done. It would be a fault of the page if it were refused."""
    view, offers = moment.view, moment.offers
    for update in (*view.can_send, *view.desk):
        message = pasted(update, offers[update])
        if message is not None and not isinstance(message, RecomputeDates):  # as offered, it only says what would move
            act = getattr(type(moment.state), update)
            yield moment.after(update, partial(_done, act=act, message=message))


def _done(state: LifecycleState, now: datetime, act: Callable[..., None], message: Message) -> None:
    act(state, message, now)


def _mail(moment: Moment) -> Iterator[Moment]:
    """The Welcome, or the first mail there is, is sent, refused, or nobody knows."""
    waiting = sorted(moment.state.mails_in(MailState.PENDING), key=lambda mail: mail.kind != OrderMail.WELCOME)
    in_trouble = moment.state.mails_in(MailState.REFUSED, MailState.UNKNOWN)
    if waiting and not in_trouble and moment.state.held_by_operator is None:
        for state in (MailState.SENT, MailState.REFUSED, MailState.UNKNOWN):
            reported = partial(_reported, key=waiting[0].key, state=state)
            yield moment.after(f"{waiting[0].kind} {state}", reported)


def _reported(the_state: LifecycleState, now: datetime, key: str, state: MailState) -> None:
    the_state.mail_reported(key, state, now if state is MailState.SENT else None, now)
    if isinstance(the_state, OrderState) and state is MailState.SENT and the_state.mails[key].kind == OrderMail.WELCOME:
        the_state.welcome_sent(now, now)


def _meet(state: Any, now: datetime) -> None:
    for deadline in state.agenda.take_due(now).act:
        MEETS[state.lifecycle](state, deadline, now)


def _meet_order(state: OrderState, deadline: Deadline, now: datetime) -> None:
    if deadline.name in {order.HOLD_OVERDUE, order.BUILD_LATE, order.RENEWAL_TARGET}:
        state.endanger(deadline.name, now, deadline.at)
    elif deadline.name == order.GRADUATION_DUE:
        state.graduation_is_overdue(now)


def _meet_subscription(state: SubscriptionState, deadline: Deadline, now: datetime) -> None:
    if deadline.name == subscription.TARGET:
        state.endanger(deadline.name, now, deadline.at)
    elif deadline.name == subscription.RENEWAL_DATE:
        state.miss_renewal(now)


def _meet_trial(state: TrialState, deadline: Deadline, now: datetime) -> None:
    match deadline.kind:
        case trial.CONSENT:
            state.consent_lapsed(now)
        case trial.WARNING:
            state.warn(deadline, now)
        case trial.EXPIRES_TODAY:
            state.expires_today(now)
        case trial.EXPIRED:
            state.expire(now)
        case trial.LAST_CALL:
            state.call_last(deadline, now)
        case trial.GRACE_END:
            state.grace_ended(now)
        case trial.NUMBERS:
            state.release_numbers(now)
        case unknown:
            raise AssertionError(unknown)


def _meet_device(state: DeviceState, deadline: Deadline, now: datetime) -> None:
    match deadline.ladder or deadline.name:
        case device.EXPIRY:
            state.expire(now)
        case device.REMINDERS:
            state.remind(deadline, now)
        case device.RETURN_DUE:
            state.miss_return(now)
        case unknown:
            raise AssertionError(unknown)


def _meet_option(state: OptionState, deadline: Deadline, now: datetime) -> None:
    state.endanger(deadline.name, now, deadline.at)


def _meet_case(state: CaseState, deadline: Deadline, now: datetime) -> None:
    if deadline.name == CLOSES:
        state.close_by_itself(now)
    else:
        state.look_at_clocks(now)


MEETS: Mapping[Lifecycle, Callable[[Any, Deadline, datetime], None]] = {
    Lifecycle.ORDER: _meet_order,
    Lifecycle.SUBSCRIPTION: _meet_subscription,
    Lifecycle.TRIAL: _meet_trial,
    Lifecycle.DEVICE: _meet_device,
    OPTION: _meet_option,
    CASE: _meet_case,
    WHOLESALE: wholesale.on_due,
    COMPLIANCE: compliance.on_due,
}


# What stories do, and what nobody sends from the page.


def _held(state: OrderState, now: datetime) -> None:
    renewal_date = now.date() + days(30) if state.is_renewal else None
    state.hold_for_compliance(now, now + days(7), renewal_date)


def _provisioning(state: OrderState, now: datetime) -> None:
    state.expect_build_by(now + days(9), now)


def _welcome(state: OrderState, _now: datetime) -> None:
    if state.stage is not Stage.SERVICE_READY:
        raise Refused("nothing was built")
    state.post(OrderMail.WELCOME)


def _unreachable(state: OrderState, now: datetime) -> None:
    if state.stage is not Stage.COMPLETED or not state.is_renewal:
        raise Refused("told")
    state.endanger(UNREACHABLE, now, now)


def _last_look(paid: bool) -> Callable[[TrialState, datetime], None]:
    def look(state: TrialState, now: datetime) -> None:
        if not state.grace_over or state.stage is not TrialStage.EXPIRED_GRACE:
            raise Refused("not yet")
        if paid:
            state.convert_by("SO-300001", now)
        else:
            state.lapse(now)

    return look


def _steps_taken(state: TrialState, now: datetime) -> None:
    if not state.losses_to_come:
        raise Refused("not yet")
    for step in state.losses_to_come:
        state.step_taken(fate_of(step, state.tried, Others()), now)


def _numbers_taken(state: TrialState, now: datetime) -> None:
    if not state.numbers_due or state.closed:
        raise Refused("not yet")
    state.numbers_taken(fate_of(NUMBERS_RELEASED, state.tried, Others()), now)


def _begun(state: TrialState, now: datetime) -> None:
    if state.stage is not TrialStage.ACKNOWLEDGED:
        raise Refused("begun already")
    state.begin(now)


def _heard(step: RenewalStep) -> Callable[[SubscriptionState, datetime], None]:
    def hear(state: SubscriptionState, now: datetime) -> None:
        if state.term == TERMS:
            raise Refused("seen enough")
        number = state.renewal_order or f"SO-20000{state.term}"
        facts = RenewalFacts(term_months=12, partner_id=state.partner_id)
        state.renewal_reported(RenewalNews(order_number=number, step=step), facts, now)

    return hear


def _misfit(state: SubscriptionState, now: datetime) -> None:
    if state.options:
        raise Refused("seen enough")
    added = CompletedOption(language=AddedLanguage(site="gone.example", language="ko"))
    state.option_reported(OptionNews(request_id="OR-1"), added, now)


def _another(state: DeviceState, now: datetime) -> None:
    state.report_received(ReportReceived(by="vendor-logistics", serial_number="FOC999"), now)


def _took_effect(why_not: str | None) -> Callable[[OptionState, datetime], None]:
    def take(state: OptionState, now: datetime) -> None:
        if not state.effect_is_due:
            raise Refused("nothing to take effect")
        state.took_effect(why_not, now)

    return take


OWN: Mapping[Lifecycle, Mapping[str, Callable[[Any, datetime], None]]] = {
    Lifecycle.ORDER: {
        "held": _held,
        "build expected": _provisioning,
        "welcome posted": _welcome,
        "nobody there": _unreachable,
    },
    Lifecycle.SUBSCRIPTION: {
        **{f"renewal {step}": _heard(step) for step in RenewalStep},
        "an option that fits no more": _misfit,
    },
    Lifecycle.TRIAL: {
        "begun": _begun,
        "last look: paid": _last_look(paid=True),
        "last look: not paid": _last_look(paid=False),
        "steps taken": _steps_taken,
        "numbers taken": _numbers_taken,
    },
    Lifecycle.DEVICE: {"trial over": DeviceState.trial_over, "another device came": _another},
    OPTION: {"in effect": _took_effect(None), "without effect": _took_effect("the subscription is over")},
    CASE: {},
    WHOLESALE: wholesale.ACTS,
    COMPLIANCE: compliance.ACTS,
}


def starts() -> Iterator[LifecycleState]:
    """A life of every kind."""
    yield OrderState.placed(an_order("SO-100001", Offering.NAMED_HOST, Offering.PORT), MONDAY)
    yield OrderState.placed(an_order("SO-100002", term_months=36), MONDAY)
    yield OrderState.placed(a_renewal(), MONDAY)
    yield a_subscription()
    for start in trials():
        yield TrialState.placed(start, MONDAY)
    yield a_device()
    yield a_device(MONDAY - days(1))
    for kind in (OptionKind.LANGUAGE, OptionKind.OTHER, OptionKind.CSM):
        yield opened(a_request(kind, policy=OptionPolicy(expected_within=days(2))))
    yield a_case()
    yield a_case(channel=Channel.EMAIL, main_email=None)
    yield a_case(looked_up=NOBODY, channel=Channel.EMAIL, main_email=None, organization_id=None)
    yield from wholesale.small_ones()
    yield from (compliance.a_check(), compliance.at_the_last_look(check_id="W-2-1", external_id="W-2"))


def trials() -> Iterator[StartTrial]:
    yield a_trial("T-1001", Service.MEETINGS, days=60)
    yield a_consented_trial("T-1002", Service.MESSAGING, days=30)
    yield a_paid_customer_s_trial("T-1003", days=20)


def a_subscription() -> SubscriptionState:
    return SubscriptionState.started(a_subscription_start(), MONDAY)


def a_device(expires_on: datetime = MONDAY + DAYS_OF_USE) -> DeviceState:
    start = StartDeviceLoan(
        by="tenure",
        device_id="D-7001",
        trial_id="T-1001",
        customer_id="akasaka",
        partner_id="hikari",
        model="Desk Pro",
        serial_number="FOC1",
        expires_on=expires_on,
        country=Country("US"),
        zone="Asia/Tokyo",
        customer_administrators=1,
        partner_administrators=1,
    )
    return DeviceState.shipped(start, MONDAY)
