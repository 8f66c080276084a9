"""The world of a forecast: answers the activities of our lifecycles as if all went well. It touches nothing real."""

import asyncio
from typing import Any, Final

from temporalio import activity

from activities.context import run
from activities.errors import refusals_are_final
from activities.option import OpenedOption, OpenOption, OptionActivities, OptionEffect
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
from activities.trial import (
    Conversion,
    LastLook,
    Loss,
    OpenDevice,
    OpenedDevice,
    OpenedTrial,
    OpenTrial,
    PaidOrder,
    ServicesWanted,
    ShippedOrder,
    ShippedOrderChecked,
    TrialActivities,
    TrialInQuestion,
    TrialOver,
)
from domain.device.messages import StartDeviceLoan
from domain.device.state import DeviceState, check_expires_on
from domain.lifecycle import Lifecycle, workflow_id
from domain.lifecycles import KINDS
from domain.order.messages import PlaceOrder
from domain.order.state import OrderState
from domain.subscription.messages import CompletedOption, RenewalFacts, RenewalNews, StartSubscription
from domain.subscription.state import SubscriptionState
from domain.trial.losses import Fate, Others, fate_of
from domain.trial.messages import PaidOrderNews, Service, StartTrial
from domain.trial.state import TrialState
from domain.values import Message, Model
from starter.console.ids import kind_of, subject_of
from starter.forecast.customers import ImaginedCustomers

CSM: Final = "csm-1"
BOUGHT: Final = "bought"


class ImaginedWorld(ImaginedCustomers):
    """No service was bought or is tried elsewhere, unless the trial says so itself; an order, a trial or a subscription
    that somebody names is taken to exist."""

    @property
    def trials(self) -> TrialActivities:
        """The real ones, on this store."""
        return TrialActivities(self.store, self.calendars, self.lifecycles)

    # Orders.

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

    # Trials and devices.

    @activity.defn(name="open_trial")
    async def open_trial(self, request: OpenTrial) -> OpenedTrial:
        """Refused for what the trial itself says was bought, or does not say. TRL-21, TRL-40, TRL-41."""
        opened = await self.trials.open_trial(request)
        self.open(request.placed, request.state)
        return opened

    @activity.defn(name="reserve_services")
    async def reserve_services(self, request: ServicesWanted) -> None:
        """As at the start."""
        await asyncio.to_thread(self.trials.reserve_services, request)

    @activity.defn(name="reserve_paid_order")
    async def reserve_paid_order(self, request: Conversion) -> None:
        """One that is named is taken to exist, if it is no part of the forecast."""
        if request.order or workflow_id(Lifecycle.ORDER, request.number) in self.states:
            await asyncio.to_thread(self.trials.reserve_paid_order, request)

    @activity.defn(name="check_shipped_order")
    async def check_shipped_order(self, _request: ShippedOrder) -> ShippedOrderChecked:
        """Only orders of this forecast report here, and they tell the truth."""
        return ShippedOrderChecked()

    @activity.defn(name="start_order")
    async def start_order(self, order: PlaceOrder) -> None:
        """It becomes part of the forecast."""
        await self._start(order)

    @activity.defn(name="start_device")
    async def start_device(self, request: StartDeviceLoan) -> None:
        """It becomes part of the forecast."""
        await self._start(request)

    @activity.defn(name="look_for_paid_order")
    async def look_for_paid_order(self, _request: LastLook) -> PaidOrder:
        """Nobody acts, so nobody has ordered."""
        return PaidOrder(order_number=None)

    @activity.defn(name="lose")
    async def lose(self, loss: Loss) -> Fate:
        """One irreversible step; what was bought stays. AMB-48."""
        trial = self.states[workflow_id(Lifecycle.TRIAL, loss.trial_id)]
        assert isinstance(trial, TrialState)  # noqa: S101 - by its id
        bought = dict.fromkeys(self._purchased(loss.trial_id), BOUGHT)
        fate = fate_of(loss.step, trial.tried, Others(services=bought, organization=BOUGHT if bought else None))
        if fate.lost:
            self.notebook.loss(loss.trial_id, loss.step, KINDS[Lifecycle.TRIAL].rules.losses.get(loss.step))
        return fate

    @activity.defn(name="open_device")
    async def open_device(self, request: OpenDevice) -> OpenedDevice:
        """Its first state."""
        if workflow_id(Lifecycle.TRIAL, request.start.trial_id) in self.states:
            await asyncio.to_thread(self.trials.open_device, request)
        rules = self.calendars.zone_rules(request.start.zone)
        if not request.start.trial_serial_numbers:
            with refusals_are_final():
                check_expires_on(request.start.expires_on, rules, request.begun_at)
        state = DeviceState.shipped(request.start, request.opened_at, rules)
        self.keep(state, state.journal.take())
        return OpenedDevice(state=state)

    @activity.defn(name="check_trial_over")
    async def check_trial_over(self, _request: TrialInQuestion) -> TrialOver:
        """Only the trial of this forecast says so, and tells the truth."""
        return TrialOver(is_over=True)

    # Option requests.

    @property
    def options(self) -> OptionActivities:
        """The real ones, on this store: it has a copy of the subscription."""
        return OptionActivities(self.store, self.calendars, self.lifecycles)

    @activity.defn(name="open_option")
    async def open_option(self, request: OpenOption) -> OpenedOption:
        """Refused for what the subscription says. OPT-01, OPT-02."""
        opened = await self.options.open_option(request)
        self.open(request.placed, request.state)
        return opened

    @activity.defn(name="check_effect")
    async def check_effect(self, request: OptionEffect) -> None:
        """As at the start."""
        await asyncio.to_thread(self.options.check_effect, request)

    # How.

    async def _start(self, start: Message) -> None:
        await self.lifecycles.start(kind_of(start), start)
        name = subject_of(start).workflow_id
        if name not in self.begun:
            self.begun.append(name)

    async def _signal(self, lifecycle: Lifecycle, subject: str, signal: str, news: Model) -> bool | None:
        """None if it is no part of the forecast, or over."""
        known = self.states.get(workflow_id(lifecycle, subject))
        if known is None or known.closed:
            return None
        return await self.lifecycles.signal(lifecycle, subject, signal, news)

    def _purchased(self, trial_id: str) -> tuple[Service, ...]:
        start: Any = self.starts[workflow_id(Lifecycle.TRIAL, trial_id)]
        return start.purchased if isinstance(start, StartTrial) else ()
