"""What a forecast's world answers orders and subscriptions: a trial that an order names is taken to exist."""

import asyncio
from typing import Final

from temporalio import activity

from activities.context import run
from activities.order import (
    PAID_ORDER,
    RENEWAL,
    AssignCsm,
    AssignedCsm,
    NotifySubscription,
    NotifyTrial,
    OpenOrder,
    OrderActivities,
    OrderOpening,
    SubscriptionNotified,
    TrialNotified,
)
from activities.ports import RecordRequest
from activities.subscription import CheckOption, CheckRenewal, OpenedSubscription, OpenSubscription
from domain.lifecycle import Lifecycle, workflow_id
from domain.order.state import OrderState
from domain.subscription.messages import CompletedOption, RenewalFacts, RenewalNews, StartSubscription
from domain.subscription.state import SubscriptionState
from domain.trial.messages import PaidOrderNews
from starter.forecast.imagined import Imagined

CSM: Final = "csm-1"


class ImaginedOrders(Imagined):
    """All goes well."""

    @activity.defn(name="open_order")
    async def open_order(self, request: OpenOrder) -> OrderOpening:
        """A renewal hears the renewal date of its subscription."""
        named = request.placed.converts_trial
        known = named is None or workflow_id(Lifecycle.TRIAL, named) in self.states
        placed = request.placed if known else request.placed.model_copy(update={"converts_trial": None})
        orders = OrderActivities(self.store, self.calendars, (CSM,), self.lifecycles)
        opened = await orders.open_order(request.model_copy(update={"placed": placed}))
        self.open(request.placed, request.state)
        return opened

    @activity.defn(name="assign_csm")
    async def assign_csm(self, _request: AssignCsm) -> AssignedCsm:
        """Somebody."""
        return AssignedCsm(csm=CSM)

    @activity.defn(name="start_subscription")
    async def start_subscription(self, request: StartSubscription) -> None:
        """It becomes part of the forecast."""
        await self._start(request)

    @activity.defn(name="notify_subscription")
    async def notify_subscription(self, request: NotifySubscription) -> SubscriptionNotified:
        """If it is part of the forecast and goes on."""
        news = RenewalNews(order_number=request.order_number, step=request.step)
        heard = await self._signal(Lifecycle.SUBSCRIPTION, request.subscription_id, RENEWAL, news)
        return SubscriptionNotified(heard=bool(heard))

    @activity.defn(name="notify_trial")
    async def notify_trial(self, request: NotifyTrial) -> TrialNotified:
        """If it is part of the forecast and goes on; another one is taken to know."""
        news = PaidOrderNews(order_number=request.order_number)
        heard = await self._signal(Lifecycle.TRIAL, request.trial_id, PAID_ORDER, news)
        return TrialNotified(heard=heard is not False)

    @activity.defn(name="open_subscription")
    async def open_subscription(self, request: OpenSubscription) -> OpenedSubscription:
        """Its first state."""
        rules = self.calendars.zone_rules(request.start.zone)
        state = SubscriptionState.started(request.start, request.opened_at, rules)
        journal = state.journal.take()
        dumped = state.model_dump(mode="json")
        opened = RecordRequest(
            lifecycle=state.lifecycle, subject=state.subject, state=dumped, journal=journal, at=request.opened_at
        )
        await asyncio.to_thread(self.store.record, opened, run())
        self.keep(state, journal)
        return OpenedSubscription(state=state)

    @activity.defn(name="check_option")
    async def check_option(self, _request: CheckOption) -> CompletedOption:
        """A request that is forecast has no subscription here that could hear of it."""
        return CompletedOption(untrue="no such option request is part of the forecast")

    @activity.defn(name="check_renewal")
    async def check_renewal(self, request: CheckRenewal) -> RenewalFacts:
        """Only renewals of this forecast report here, and they tell the truth."""
        order = self.states[workflow_id(Lifecycle.ORDER, request.order_number)]
        assert isinstance(order, OrderState)  # noqa: S101 - by its id
        return RenewalFacts(
            term_months=order.term_months,
            partner_id=order.facing_partner_id,
            completed_at=order.built_at,
            zone_rules=self.calendars.zone_rules(order.zone),
        )
