"""The world as an order sees it."""

from datetime import date
from typing import Protocol

from temporalio import activity

from activities.errors import refusals_are_final
from activities.now import now, run
from activities.ports import Calendars, OpenedOrder, OrderPapers, OrderStore, SubscriptionStore
from domain.events import Journal
from domain.order.messages import PlaceOrder
from domain.order.order import OrderLife
from domain.subscription.messages import StartSubscription
from domain.values import Country, Identifier, Model, Zone
from domain.working_time import WorkingCalendar


class OpenOrder(Model):
    """A new order, for the store."""

    placed: PlaceOrder
    life: OrderLife
    run: str


class RecordOrder(Model):
    """What the store does not know yet about an order."""

    life: OrderLife
    journal: Journal
    papers: OrderPapers


class CalendarWanted(Model):
    """Business days of a country over the half-open period [first, last)."""

    country: Country
    zone: Zone
    first: date
    last: date


class AssignCsm(Model):
    """A subscription that needs a Customer Success Manager."""

    subscription_id: Identifier


class AssignedCsm(Model):
    """The Customer Success Manager's id."""

    csm: str


class OrderRecords(OrderStore, SubscriptionStore, Protocol):
    """The parts of the store that an order touches."""


class Subscriptions(Protocol):
    """Where subscriptions run."""

    async def start_subscription(self, request: StartSubscription) -> None:
        """Start the subscription's workflow; one that runs or ran under that id already is left alone."""
        ...


class OrderActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(
        self, store: OrderRecords, calendars: Calendars, roster: tuple[str, ...], subscriptions: Subscriptions
    ) -> None:
        self._store = store
        self._calendars = calendars
        self._roster = roster
        self._subscriptions = subscriptions

    @activity.defn
    def open_order(self, request: OpenOrder) -> OpenedOrder:
        """Take the SO# and keep what came with the order. Repeated by the same run: the same answer."""
        with refusals_are_final():
            return self._store.open_order(request.placed, request.life, request.run, now())

    @activity.defn
    def record_order(self, request: RecordOrder) -> None:
        """Write row, events, tasks and papers in one transaction, keyed by number and sequence: a repeat is a no-op."""
        self._store.record_order(request.life, request.journal, request.papers, run(), now())

    @activity.defn
    def working_calendar(self, request: CalendarWanted) -> WorkingCalendar:
        """Holidays as data: a later library never moves a computed deadline. Only reads, so a repeat is harmless."""
        return self._calendars.working_calendar(request.country, request.zone, request.first, request.last)

    @activity.defn
    def assign_csm(self, request: AssignCsm) -> AssignedCsm:
        """A CSM for the subscription; a repeat gets the one assigned. ORD-27."""
        return AssignedCsm(csm=self._store.assign_csm(request.subscription_id, self._roster))

    @activity.defn
    async def start_subscription(self, request: StartSubscription) -> None:
        """The subscription's own workflow, keyed by its id: a repeat leaves the running one alone. ORD-21."""
        await self._subscriptions.start_subscription(request)
