"""The world as an order sees it."""

import asyncio
from datetime import date, datetime, timedelta
from functools import partial
from typing import Final, Protocol

from pydantic import AwareDatetime
from temporalio import activity

from activities.context import activity_in_a_thread
from activities.errors import refusals_are_final
from activities.ids_taken import take_once
from activities.ports.orders import CsmStore, OrderStore
from activities.ports.store import NotKnown
from activities.ports.world import Calendars, Lifecycles
from activities.sites import sites_of
from domain.business_days import WorkingCalendar
from domain.lifecycle import Lifecycle, workflow_id
from domain.order.messages import PlaceOrder
from domain.order.policy import LONGEST_HOLIDAYS
from domain.order.row import OrderRow
from domain.order.state import OrderState, RenewedTerm
from domain.subscription.kind import SUBSCRIPTION
from domain.subscription.messages import RenewalNews, RenewalStep, StartSubscription
from domain.subscription.sites import Sites
from domain.subscription.state import SubscriptionState
from domain.trial.messages import PaidOrderNews
from domain.trial.state import TrialState
from domain.trial.states import TrialStage
from domain.values import Identifier, Model
from domain.working_time import ZoneRules, local_day

RENEWAL: Final = "renewal"
"""The signal by which a subscription hears of its renewal order."""

PAID_ORDER: Final = "paid_order"
"""The signal by which a trial hears of its paid order."""


class OpenOrder(Model):
    """A new order, for the store."""

    placed: PlaceOrder
    state: OrderState
    run: str
    at: AwareDatetime
    """On the workflow's clock: a local activity does not know it."""


class OrderOpening(Model):
    """What the order's dates are computed from, as things are on the day it opens. ADR 5."""

    renewal_date: date | None
    """Of the subscription a renewal continues, local to the customer."""

    renewed: RenewedTerm | None = None
    """What else is known of its present term; None when the store lost it. AMB-54, AMB-55."""

    unconverted_trials: tuple[str, ...] = ()
    """What the customer of a new order tries and no order makes paid. AMB-53."""

    calendar: WorkingCalendar
    """Business days of the vendor's country, from the day it was placed on. AMB-40."""

    zone_rules: ZoneRules
    """Of the customer's zone."""


class CalendarWanted(Model):
    """Business days of a country, enough to count some of them from an instant on."""

    country: str
    zone: str
    start: AwareDatetime
    business_days: int


class NotifySubscription(Model):
    """A renewal order's report to its subscription."""

    subscription_id: Identifier
    order_number: Identifier
    step: RenewalStep


class SubscriptionNotified(Model):
    """Whether there was somebody to hear it."""

    heard: bool
    over: bool = False
    """It was terminated: news to a closed life change nothing."""


class NotifyTrial(Model):
    """A paid order that shipped, for the trial it converts."""

    trial_id: Identifier
    order_number: Identifier


class TrialNotified(Model):
    """Whether there was somebody to hear it."""

    heard: bool


class AssignCsm(Model):
    """A subscription that needs a Customer Success Manager."""

    subscription_id: Identifier


class AssignedCsm(Model):
    """The Customer Success Manager's id."""

    csm: str


class OrderRecords(OrderStore, CsmStore, Protocol):
    """The parts of the store that an order touches."""


class OrderActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(
        self, store: OrderRecords, calendars: Calendars, roster: tuple[str, ...], lifecycles: Lifecycles
    ) -> None:
        self._store = store
        self._calendars = calendars
        self._roster = roster
        self._lifecycles = lifecycles

    @activity.defn
    async def open_order(self, request: OpenOrder) -> OrderOpening:
        """Take the SO# and keep what came with the order. Repeated by the same run: the same answer. R9."""
        state = request.state
        take = partial(self._store.open_order, request.placed, state, request.run, request.at)
        with refusals_are_final():
            policy = state.policy
            calendar = await asyncio.to_thread(
                self._calendar, policy.vendor_country, policy.vendor_zone, state.placed_at, policy.hold_overdue
            )
            opened = await take_once(take, self._lifecycles, workflow_id(Lifecycle.ORDER, state.number))
        return OrderOpening(
            renewal_date=opened.renewal_date,
            renewed=await asyncio.to_thread(self._renewed, state, opened.renewal_date),
            unconverted_trials=opened.unconverted_trials,
            calendar=calendar,
            zone_rules=self._calendars.zone_rules(state.zone),
        )

    def _renewed(self, state: OrderState, renewal_date: date | None) -> RenewedTerm | None:
        if renewal_date is None:
            return None
        try:
            known: SubscriptionState = self._store.state(Lifecycle.SUBSCRIPTION, state.subscription_id)
        except NotKnown:
            return None
        if known.renewal_date != renewal_date:
            return None
        return RenewedTerm(began_on=known.begins_on, continued_until=known.continued_until(state.term_months))

    @activity_in_a_thread
    def working_calendar(self, request: CalendarWanted) -> WorkingCalendar:
        """Holidays as data: a later library never moves a computed deadline. Only reads, so a repeat is harmless."""
        return self._calendar(request.country, request.zone, request.start, request.business_days)

    def _calendar(self, country: str, zone: str, start: datetime, business_days: int) -> WorkingCalendar:
        first = local_day(start, zone)
        return self._calendars.working_calendar(
            country, zone, first, first + timedelta(days=business_days) * 2 + LONGEST_HOLIDAYS
        )

    @activity_in_a_thread
    def assign_csm(self, request: AssignCsm) -> AssignedCsm:
        """A CSM for the subscription; a repeat gets the one assigned. ORD-27."""
        return AssignedCsm(csm=self._store.assign_csm(request.subscription_id, self._roster))

    @activity.defn
    async def start_subscription(self, request: StartSubscription) -> None:
        """The subscription's own workflow, keyed by its id: a repeat leaves the running one alone. It begins with the
        sites of the order's Provisioning form. ORD-21, ORD-33."""
        sites = await asyncio.to_thread(self._sites, request.order_number)
        await self._lifecycles.start(SUBSCRIPTION, request.model_copy(update={"sites": sites}))

    def _sites(self, order_number: str) -> Sites:
        try:
            order: OrderRow = self._store.row(Lifecycle.ORDER, order_number)
        except NotKnown:
            return ()
        return sites_of(order.provisioning_form)

    @activity.defn
    async def notify_subscription(self, request: NotifySubscription) -> SubscriptionNotified:
        """Told again, a subscription changes nothing: a repeat is harmless. One that was terminated hears nobody."""
        if await asyncio.to_thread(self._is_terminated, request.subscription_id):
            return SubscriptionNotified(heard=False, over=True)
        news = RenewalNews(order_number=request.order_number, step=request.step)
        heard = await self._lifecycles.signal(Lifecycle.SUBSCRIPTION, request.subscription_id, RENEWAL, news)
        return SubscriptionNotified(heard=heard)

    @activity.defn
    async def notify_trial(self, request: NotifyTrial) -> TrialNotified:
        """Told again, a trial changes nothing: a repeat is harmless. One that this order converted knows. AMB-53."""
        if await asyncio.to_thread(self._is_converted_by, request):
            return TrialNotified(heard=True)
        news = PaidOrderNews(order_number=request.order_number)
        heard = await self._lifecycles.signal(Lifecycle.TRIAL, request.trial_id, PAID_ORDER, news)
        return TrialNotified(heard=heard)

    def _is_converted_by(self, told: NotifyTrial) -> bool:
        try:
            trial: TrialState = self._store.state(Lifecycle.TRIAL, told.trial_id)
        except NotKnown:
            return False
        return trial.stage is TrialStage.CONVERTED and trial.order_number == told.order_number

    def _is_terminated(self, subscription_id: str) -> bool:
        try:
            subscription: SubscriptionState = self._store.state(Lifecycle.SUBSCRIPTION, subscription_id)
            return subscription.closed
        except NotKnown:
            return False
