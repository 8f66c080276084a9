"""Every life there can be, found by doing whatever a page offers, letting time pass and mail succeed or fail."""

import copy
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from pydantic import ValidationError

from domain.agenda import Deadline
from domain.device import device
from domain.device import examples as device_examples
from domain.device.device import DeviceLife
from domain.device.messages import ReportReceived, StartDeviceLoan
from domain.device.view import device_view
from domain.life import Life
from domain.mails import Lifecycle, MailKind, MailState
from domain.offers import Offer, desk_offers
from domain.order import examples as order_examples
from domain.order import order
from domain.order.messages import Offering
from domain.order.order import OrderLife
from domain.order.states import Stage
from domain.order.view import UNREACHABLE, order_view
from domain.subscription import examples as subscription_examples
from domain.subscription import subscription
from domain.subscription.messages import RenewalNews, RenewalStep, StartSubscription
from domain.subscription.subscription import SubscriptionLife
from domain.subscription.view import subscription_view
from domain.trial import examples as trial_examples
from domain.trial import trial
from domain.trial.messages import Service, StartTrial
from domain.trial.states import TrialStage
from domain.trial.trial import TrialLife
from domain.trial.view import trial_view
from domain.values import PLACEHOLDER, Country, Message, Refused
from domain.view import LifeView
from tests.makers import MONDAY, a_consented_trial, a_paid_customer_s_trial, a_renewal, a_trial, an_order, days
from workflows.details import paste_ready

ENOUGH = 12
"""How many things happen to one life, one after the other."""

TERMS = 3
"""Of a subscription."""

TAKES: Mapping[str, str] = {
    "settle_mail": "settle_mail",
    "retry_mail": "retry_mail",
    "hold": "hold_for_operator",
    "resume": "resume",
    "extend_due_date": "extend_due_date",
    "skip_reminder": "skip_reminder",
    "put_note": "put_note",
    "clear_compliance": "clear",
    "refuse_compliance": "refuse",
    "submit_provisioning_form": "submit_form",
    "report_site_built": "site_built",
    "report_services_built": "services_built",
    "edit_services": "edit",
    "report_delivered": "delivered",
    "report_received": "received",
}
"""What an update does to a life, where it is called otherwise there."""

REAL = {
    "report_site_built": {"user_name": "akasaka-admin", "password_url": "https://akasaka.webex.example/once"},
    "convert": {"order_number": "SO-300001", "provisioning_contact": trial_examples.CONTACT},
}
"""What people put where a page says REPLACE-ME."""


@dataclass(frozen=True)
class Moment:
    """A life as it may be at an instant, and how it came there."""

    life: Any
    now: datetime
    way: tuple[str, ...] = ()

    @property
    def view(self) -> LifeView:
        return VIEWS[self.life.lifecycle](self.life, self.now)

    @property
    def offers(self) -> dict[str, Offer]:
        return {**desk_offers(self.life, self.now), **OFFERS[self.life.lifecycle](self.life, self.now)}

    @property
    def happened(self) -> list[str]:
        """Types of the events in the journal; nothing was taken from it."""
        return [event.type for event in self.life.journal.unrecorded]

    def after(self, name: str, act: Callable[[Any, datetime], None], now: datetime | None = None) -> "Moment":
        life, now = copy.deepcopy(self.life), now or self.now + days(0.01)
        act(life, now)
        return Moment(life, now, (*self.way, name))


VIEWS: Mapping[Lifecycle, Callable[[Any, datetime], LifeView]] = {
    Lifecycle.ORDER: order_view,
    Lifecycle.SUBSCRIPTION: subscription_view,
    Lifecycle.TRIAL: trial_view,
    Lifecycle.DEVICE: device_view,
}
OFFERS: Mapping[Lifecycle, Callable[[Any, datetime], Mapping[str, Offer]]] = {
    Lifecycle.ORDER: lambda life, _: order_examples.offers(life),
    Lifecycle.SUBSCRIPTION: lambda life, _: subscription_examples.offers(life),
    Lifecycle.TRIAL: trial_examples.offers,
    Lifecycle.DEVICE: lambda life, _: device_examples.offers(life),
}


def pasted(update: str, offer: Offer) -> Message | None:
    """What an operator sends who does as the page says; None if there is nothing to paste."""
    if offer.message is None:
        assert offer.note, update
        return None
    shown, model = paste_ready(offer.message), type(offer.message)
    if PLACEHOLDER not in shown:
        return model.model_validate_json(shown)
    assert "replace" in offer.note, update
    try:
        model.model_validate_json(shown)
    except ValidationError:
        return model.model_validate_json(paste_ready(offer.message.model_copy(update=REAL[update])))
    raise AssertionError(f"{update} does harm as it is pasted: {shown}")


def lives() -> Iterator[Moment]:
    """All of them, by every way that shows something new."""
    for start in starts():
        yield from _explored(Moment(start, MONDAY))


def _explored(start: Moment) -> Iterator[Moment]:
    seen, coming = set(), [start]
    for _ in range(ENOUGH):
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
    hidden = (bool(moment.life.mails_in(MailState.PENDING)), getattr(moment.life, "grace_over", None))
    return repr((hidden, view.stage, steps, view.can_send, view.desk, troubles, [each.what for each in view.awaiting]))


def _next(moment: Moment) -> Iterator[Moment]:
    yield from _told(moment)
    yield from _mail(moment)
    for name, act in OWN[moment.life.lifecycle].items():
        try:
            yield moment.after(name, act)
        except Refused:
            continue
    yield from _later(moment)


def _later(moment: Moment) -> Iterator[Moment]:
    """Time passes until there is something new to look at."""
    shown = _face(moment)
    while (due := moment.life.agenda.next()) is not None and moment.life.held_by_operator is None:
        moment = moment.after(f"due: {due.name}", _meet, max(due.at, moment.now))
        if _face(moment) != shown:
            yield moment
            return


def _told(moment: Moment) -> Iterator[Moment]:
    """Whatever the page offers is done. It would be a fault of the page if it were refused."""
    view, offers = moment.view, moment.offers
    for update in (*view.can_send, *view.desk):
        if (message := pasted(update, offers[update])) is not None:
            act = getattr(type(moment.life), TAKES.get(update, update))
            yield moment.after(update, lambda life, now, act=act, message=message: act(life, message, now))


def _mail(moment: Moment) -> Iterator[Moment]:
    """The Welcome, or the first mail there is, is sent, refused, or nobody knows."""
    waiting = sorted(moment.life.mails_in(MailState.PENDING), key=lambda mail: mail.kind is not MailKind.WELCOME)
    in_trouble = moment.life.mails_in(MailState.REFUSED, MailState.UNKNOWN)
    if waiting and not in_trouble and moment.life.held_by_operator is None:
        for state in (MailState.SENT, MailState.REFUSED, MailState.UNKNOWN):
            reported = partial(_reported, key=waiting[0].key, state=state)
            yield moment.after(f"{waiting[0].kind} {state}", reported)


def _reported(life: Life, now: datetime, key: str, state: MailState) -> None:
    life.mail_reported(key, state, now if state is MailState.SENT else None, now)
    if isinstance(life, OrderLife) and state is MailState.SENT and life.mails[key].kind is MailKind.WELCOME:
        life.welcome_sent(now, now)


def _meet(life: Any, now: datetime) -> None:
    for deadline in life.agenda.take_due(now).act:
        MEETS[life.lifecycle](life, deadline, now)


def _meet_order(life: OrderLife, deadline: Deadline, now: datetime) -> None:
    if deadline.name in {order.HOLD_OVERDUE, order.BUILD_LATE, order.RENEWAL_TARGET}:
        life.endanger(deadline.name, now, deadline.at)
    elif deadline.name == order.GRADUATION_DUE:
        life.graduation_is_overdue(now)


def _meet_subscription(life: SubscriptionLife, deadline: Deadline, now: datetime) -> None:
    if deadline.name == subscription.TARGET:
        life.endanger(deadline.name, now, deadline.at)
    elif deadline.name == subscription.RENEWAL_DATE:
        life.suspend(now)


def _meet_trial(life: TrialLife, deadline: Deadline, now: datetime) -> None:
    match deadline.name.split("/")[0]:
        case trial.CONSENT:
            life.consent_lapsed(now)
        case trial.WARNING:
            life.warn(deadline, now)
        case trial.EXPIRED:
            life.expire(now)
        case trial.LAST_CALL:
            life.call_last(deadline, now)
        case trial.GRACE_END:
            life.grace_ended(now)
        case trial.NUMBERS:
            life.release_numbers(now)
        case unknown:
            raise AssertionError(unknown)


def _meet_device(life: DeviceLife, deadline: Deadline, now: datetime) -> None:
    match deadline.ladder or deadline.name:
        case device.EXPIRY:
            life.expire(now)
        case device.REMINDERS:
            life.remind(deadline, now)
        case device.RETURN_DUE:
            life.miss_return(now)
        case unknown:
            raise AssertionError(unknown)


MEETS: Mapping[Lifecycle, Callable[[Any, Deadline, datetime], None]] = {
    Lifecycle.ORDER: _meet_order,
    Lifecycle.SUBSCRIPTION: _meet_subscription,
    Lifecycle.TRIAL: _meet_trial,
    Lifecycle.DEVICE: _meet_device,
}


# What stories do, and what nobody sends from the page.


def _held(life: OrderLife, now: datetime) -> None:
    renewal_date = now.date() + days(30) if life.is_renewal else None
    life.hold(now, now + days(7), renewal_date)


def _provisioning(life: OrderLife, now: datetime) -> None:
    life.expect_build_by(now + days(9), now)


def _welcome(life: OrderLife, _now: datetime) -> None:
    if life.stage is not Stage.SERVICE_READY:
        raise Refused("nothing was built")
    life.post(MailKind.WELCOME)


def _unreachable(life: OrderLife, now: datetime) -> None:
    if life.stage is not Stage.COMPLETED or not life.is_renewal:
        raise Refused("told")
    life.endanger(UNREACHABLE, now, now)


def _last_look(paid: bool) -> Callable[[TrialLife, datetime], None]:
    def look(life: TrialLife, now: datetime) -> None:
        if not life.grace_over or life.stage is not TrialStage.EXPIRED_GRACE:
            raise Refused("not yet")
        if paid:
            life.convert_by("SO-300001", now)
        else:
            life.lapse(now)

    return look


def _begun(life: TrialLife, now: datetime) -> None:
    if life.stage is not TrialStage.ACKNOWLEDGED:
        raise Refused("begun already")
    life.begin(now)


def _heard(step: RenewalStep) -> Callable[[SubscriptionLife, datetime], None]:
    def hear(life: SubscriptionLife, now: datetime) -> None:
        if life.term == TERMS:
            raise Refused("seen enough")
        number = life.renewal_order or f"SO-20000{life.term}"
        life.hear(RenewalNews(order_number=number, step=step, term_months=12, at=now), now)

    return hear


def _another(life: DeviceLife, now: datetime) -> None:
    life.received(ReportReceived(by="vendor-logistics", serial_number="FOC999"), now)


OWN: Mapping[Lifecycle, Mapping[str, Callable[[Any, datetime], None]]] = {
    Lifecycle.ORDER: {
        "held": _held,
        "build expected": _provisioning,
        "welcome posted": _welcome,
        "nobody there": _unreachable,
    },
    Lifecycle.SUBSCRIPTION: {f"renewal {step}": _heard(step) for step in RenewalStep},
    Lifecycle.TRIAL: {
        "begun": _begun,
        "last look: paid": _last_look(paid=True),
        "last look: not paid": _last_look(paid=False),
    },
    Lifecycle.DEVICE: {"trial over": DeviceLife.trial_over, "another device came": _another},
}


def starts() -> Iterator[Life]:
    """A life of every kind."""
    yield OrderLife.placed(an_order("SO-100001", Offering.NAMED_HOST, Offering.PORT), MONDAY)
    yield OrderLife.placed(an_order("SO-100002", term_months=36), MONDAY)
    yield OrderLife.placed(a_renewal(), MONDAY)
    yield a_subscription()
    for start in trials():
        yield TrialLife.placed(start, MONDAY)
    yield a_device()


def trials() -> Iterator[StartTrial]:
    yield a_trial("T-1001", Service.MEETINGS, days=60)
    yield a_consented_trial("T-1002", Service.MESSAGING, days=30)
    yield a_paid_customer_s_trial("T-1003", days=20)


def a_subscription() -> SubscriptionLife:
    start = StartSubscription(
        by="tenure",
        subscription_id="sub-SO-100001",
        order_number="SO-100001",
        customer_id="akasaka",
        partner_id="hikari",
        zone="Asia/Tokyo",
        service_start_at=MONDAY,
        term_months=12,
    )
    return SubscriptionLife.started(start, MONDAY)


def a_device() -> DeviceLife:
    start = StartDeviceLoan(
        by="tenure",
        device_id="D-7001",
        trial_id="T-1001",
        customer_id="akasaka",
        partner_id="hikari",
        model="Desk Pro",
        serial_number="FOC1",
        expires_on=MONDAY + days(60),
        country=Country("US"),
        zone="Asia/Tokyo",
        customer_administrators=1,
        partner_administrators=1,
    )
    return DeviceLife.shipped(start, MONDAY)
