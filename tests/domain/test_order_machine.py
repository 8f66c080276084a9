"""Whatever an order or a subscription was promised and told, at whatever stage and hour: done, or refused in words."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.business_days import WorkingCalendar
from domain.deadlines import Deadline
from domain.lifecycle import LifecycleState
from domain.operator import ExtendDueDate, Hold, PutNote, Resume, SkipReminder
from domain.order import state as order
from domain.order.examples import offers as order_offers
from domain.order.mails import OrderMail
from domain.order.messages import (
    AcceptTerms,
    CancelOrder,
    ClearCompliance,
    CompleteTask,
    Graduate,
    OrderKind,
    PlaceOrder,
    RefuseCompliance,
    ReportSiteBuilt,
    SubmitForm,
)
from domain.order.state import OrderState, RenewedTerm
from domain.order.states import Stage
from domain.order.view import order_view
from domain.subscription import state as subscription
from domain.subscription.messages import RenewalFacts, RenewalNews, RenewalStep, StartSubscription
from domain.subscription.state import SubscriptionState
from domain.subscription.states import SubscriptionStage
from domain.subscription.view import subscription_view
from domain.values import Message, Refused
from domain.working_time import local_day
from tests.arbitrary import valid
from tests.examples import EXAMPLES as OF_EACH
from tests.makers import built, renewal_done

LIVES = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
ZONES: Final = st.sampled_from(
    ["Asia/Tokyo", "America/Los_Angeles", "Pacific/Auckland", "Pacific/Apia", "Africa/Casablanca", "UTC"]
)
GAPS: Final = st.one_of(
    st.just(timedelta(0)), st.timedeltas(timedelta(seconds=1), timedelta(days=40)), st.just(timedelta(days=4000))
)
INSTANTS: Final = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31, 23, 59), timezones=st.just(UTC))

TOLD: Final[dict[str, type[Message]]] = {
    "accept_terms": AcceptTerms,
    "clear_compliance": ClearCompliance,
    "refuse_compliance": RefuseCompliance,
    "cancel": CancelOrder,
    "submit_provisioning_form": SubmitForm,
    "report_site_built": ReportSiteBuilt,
    "graduate": Graduate,
    "complete_task": CompleteTask,
    "hold": Hold,
    "resume": Resume,
    "extend_due_date": ExtendDueDate,
    "skip_reminder": SkipReminder,
    "put_note": PutNote,
}
"""What an order is told, by the method that takes it."""

ON_ITS_WAY: Final = {
    Stage.HELD: "clear_compliance",
    Stage.AWAITING_DETAILS: "submit_provisioning_form",
    Stage.PROVISIONING: "report_site_built",
    Stage.SERVICE_READY: "graduate",
}
"""What brings it on, by stage."""


def attempted(act: Callable[[], Any]) -> bool:
    """Did it happen? A Refused must have changed nothing; anything else that is raised fails the test."""
    try:
        act()
    except Refused:
        return False
    return True


def is_whole(state: LifecycleState) -> None:
    """It survives the way into the next run, and the store takes it."""
    assert type(state).model_validate_json(state.model_dump_json()) == state
    state.for_the_store()
    names = [*(due.name for due in state.agenda.pending), *state.agenda.done]
    assert len(names) == len(set(names))


def what_is_told(data: st.DataObject, state: OrderState) -> tuple[str, Message]:
    """What brings it on, mostly; else anything."""
    if data.draw(st.integers(0, 3)) and (way := ON_ITS_WAY.get(state.stage)):
        way = "accept_terms" if way == "clear_compliance" and state.missing_terms else way
        return way, fitting(state, TOLD[way])
    way = data.draw(st.sampled_from(list(TOLD)))
    return way, data.draw(valid(TOLD[way], *OF_EACH.get(TOLD[way], ())))


def fitting(state: OrderState, model: type[Message]) -> Message:
    if model is ReportSiteBuilt:
        return renewal_done() if state.is_renewal else built()
    return next(
        offer.message for offer in order_offers(state, state.placed_at).values() if isinstance(offer.message, model)
    )


@LIVES
@given(st.data())
def test_an_order_does_or_refuses_whatever_it_is_told(data: st.DataObject) -> None:
    placed = data.draw(valid(PlaceOrder, *OF_EACH[PlaceOrder]))
    now = data.draw(INSTANTS)
    state = OrderState.placed(placed, now)
    if not attempted(lambda: state.check_placed_at(now)):
        return
    begin(state, now, data)
    for _ in range(data.draw(st.integers(0, 12))):
        now += data.draw(GAPS)
        meet_order(state, now)
        way, message = what_is_told(data, state)
        tell(state, way, message, now)
        if state.form_submitted_at and state.build_due_at is None:
            state.expect_build_by(state.business_day_end(now, state.policy.build_guide, plain(state, now)), now)
        is_whole(state)
        assert order_view(state, now).facts


def tell(state: OrderState, way: str, message: Message, now: datetime) -> None:
    before = state.model_copy(deep=True)
    if not attempted(lambda: getattr(state, way)(message, now)):
        assert state == before
    elif way == "report_site_built" and not state.is_renewal:
        state.welcome_sent(now, now)


def plain(state: OrderState, now: datetime) -> WorkingCalendar:
    """Of a country whose holidays nobody knows."""
    policy, day = state.policy, local_day(now, "UTC")
    return WorkingCalendar(
        country=policy.vendor_country, zone=policy.vendor_zone, holidays=frozenset(), first=day, last=day
    )


def begin(state: OrderState, now: datetime, data: st.DataObject) -> None:
    overdue_at = state.business_day_end(state.placed_at, state.policy.hold_overdue, plain(state, state.placed_at))
    ends = data.draw(st.dates(date(2000, 1, 1), date(2200, 1, 1))) if state.kind is OrderKind.RENEWAL else None
    renewed = (
        RenewedTerm(began_on=ends - timedelta(days=31), continued_until=ends + timedelta(days=31)) if ends else None
    )
    state.hold_for_compliance(now, overdue_at, ends, data.draw(st.sampled_from([renewed, None])))
    state.leave_trials(data.draw(st.sampled_from([(), ("T-1001",)])), now)


def meet_order(state: OrderState, now: datetime) -> None:
    for due in state.agenda.take_due(now).act if state.held_by_operator is None else ():
        if due.name in order.OrderState.movable - {order.GRADUATION_DUE}:
            state.endanger(due.name, now, due.at)
        elif due.name == order.GRADUATION_DUE:
            state.graduation_is_overdue(now)
        state.post(OrderMail.GRADUATION_REMINDER, due.name, due.at)


NEWS: Final = st.builds(
    RenewalNews, order_number=st.sampled_from(["SO-1", "SO-2", "SO-3"]), step=st.sampled_from(RenewalStep)
)
TRUE: Final = st.builds(
    RenewalFacts,
    term_months=st.sampled_from([1, 2, 12, 13, 120]),
    partner_id=st.sampled_from(["hikari", "asahi"]),
)
UNTRUE: Final = st.just(RenewalFacts(untrue="no such order is known"))


@LIVES
@given(st.data())
def test_a_subscription_does_or_refuses_whatever_it_hears(data: st.DataObject) -> None:
    """AMB-54, AMB-55: and a completed renewal never leaves it suspended, nor anything due in that second."""
    start = data.draw(valid(StartSubscription, *OF_EACH[StartSubscription]))
    start = start.model_copy(update={"zone": data.draw(ZONES), "service_start_at": data.draw(INSTANTS)})
    now = start.service_start_at
    state = SubscriptionState.started(start, now)
    assert not due_on_day_one(state), "AMB-55"
    for _ in range(data.draw(st.integers(0, 10))):
        now += data.draw(GAPS)
        meet_subscription(state.agenda.take_due(now).act, state, now)
        news, facts = data.draw(NEWS), data.draw(st.one_of(TRUE, UNTRUE))
        term = state.term
        state.renewal_reported(news, facts.model_copy(update={"completed_at": now}), now)
        if state.term > term:
            assert (state.stage, state.suspends_at > now) == (SubscriptionStage.ACTIVE, True), "AMB-54"
            assert not due_on_day_one(state), "AMB-55"
        is_whole(state)
        assert subscription_view(state, now).facts


def due_on_day_one(state: SubscriptionState) -> list[Deadline]:
    """Notices within the first day of the present term, and a target at the end of it: 24:00 is the next day's 00:00,
    where a notice may well leave."""
    return [
        due
        for due in state.agenda.pending
        if due.name != subscription.RENEWAL_DATE
        and local_day(due.at if due.ladder else due.at - timedelta.resolution, state.rules) <= state.begins_on
    ]


def meet_subscription(dues: list[Deadline], state: SubscriptionState, now: datetime) -> None:
    for due in dues:
        if due.name == subscription.RENEWAL_DATE:
            state.miss_renewal(now)
        elif due.name == subscription.TARGET:
            state.endanger(due.name, now, due.at)
