"""The world as a subscription sees it."""

import asyncio
from collections.abc import Mapping, Set
from datetime import datetime
from typing import Final, Protocol

from pydantic import AwareDatetime
from temporalio import activity

from activities.context import activity_in_a_thread, run
from activities.ports.store import LifecycleStore, NotKnown, RecordRequest, Standings
from activities.ports.world import Calendars, Runs
from activities.sites import sites_of
from domain.lifecycle import Lifecycle, workflow_id
from domain.option.messages import RequestOption
from domain.option.states import OptionStage
from domain.order.row import OrderRow
from domain.order.state import OrderState
from domain.order.states import CLOSED, Stage
from domain.subscription.messages import (
    AddedLanguage,
    CompletedOption,
    NewSite,
    RenewalFacts,
    RenewalStep,
    StartSubscription,
)
from domain.subscription.repair import OPTION
from domain.subscription.row import SubscriptionRow
from domain.subscription.sites import Sites
from domain.subscription.state import SubscriptionState
from domain.values import Identifier, Model


class OpenSubscription(Model):
    """A new subscription, for the store."""

    start: StartSubscription
    opened_at: AwareDatetime


class OpenedSubscription(Model):
    """The subscription as it stands in the store."""

    state: SubscriptionState


class CheckRenewal(Model):
    """What somebody says about a renewal of this subscription."""

    subscription_id: Identifier
    zone: str
    """The customer's: a new term takes the rules of that day."""

    order_number: Identifier
    step: RenewalStep


class CheckOption(Model):
    """What somebody says about a completed option request of this subscription."""

    subscription_id: Identifier
    request_id: Identifier


class SubscriptionRecords(LifecycleStore, Standings, Protocol):
    """The parts of the store that a subscription touches."""


SAYS: Final[Mapping[RenewalStep, Set[Stage]]] = {
    RenewalStep.PLACED: frozenset(Stage) - CLOSED,
    RenewalStep.WITHDRAWN: CLOSED - {Stage.COMPLETED},
    RenewalStep.COMPLETED: frozenset({Stage.COMPLETED}),
}
"""The stages of a renewal order in which each report of it is true."""


class SubscriptionActivities:
    """Each is one sentence to the world and may be repeated without harm."""

    def __init__(self, store: SubscriptionRecords, calendars: Calendars, runs: Runs) -> None:
        self._store = store
        self._calendars = calendars
        self._runs = runs

    @activity.defn
    async def open_subscription(self, request: OpenSubscription) -> OpenedSubscription:
        """The first state, written at once; one that Temporal lost, as after a restore from an older backup, goes on
        where the store has it. Repeated by the same run: the same answer. ADR 5, R9."""
        teller = await asyncio.to_thread(self._teller, request.start.subscription_id)
        id_ = workflow_id(Lifecycle.SUBSCRIPTION, request.start.subscription_id)
        if teller is None or (teller != run() and await self._runs.any_exists(id_, frozenset({teller}))):
            state = await asyncio.to_thread(self._begin, request)
        else:
            state = await asyncio.to_thread(self._go_on, request, lost=teller != run())
        return OpenedSubscription(state=state)

    def _teller(self, subscription_id: str) -> str | None:
        """The run that told the store of it last; None if the store knows nothing of it."""
        try:
            return self._store.columns(Lifecycle.SUBSCRIPTION, subscription_id).run
        except NotKnown:
            return None

    def _begin(self, request: OpenSubscription) -> SubscriptionState:
        """By the zone's rules of this day."""
        rules = self._calendars.zone_rules(request.start.zone)
        state = SubscriptionState.started(request.start, request.opened_at, rules)
        self._record(state, request.opened_at)
        return state

    def _go_on(self, request: OpenSubscription, *, lost: bool) -> SubscriptionState:
        """With its terms, renewals, partner and dates; the record says that another run has it now."""
        state: SubscriptionState = self._store.state(Lifecycle.SUBSCRIPTION, request.start.subscription_id)
        if lost:
            state.started_again(request.start, request.opened_at)
            self._record(state, request.opened_at)
        return state

    def _record(self, state: SubscriptionState, at: datetime) -> None:
        journal = state.journal.take()
        dumped = state.model_dump(mode="json")
        self._store.record(
            RecordRequest(lifecycle=state.lifecycle, subject=state.subject, state=dumped, journal=journal, at=at), run()
        )

    @activity_in_a_thread
    def check_renewal(self, request: CheckRenewal) -> RenewalFacts:
        """What the store knows of a renewal that a signal speaks of: anybody can send one. Only reads, so a repeat is
        harmless."""
        try:
            order: OrderState = self._store.state(Lifecycle.ORDER, request.order_number)
        except NotKnown:
            return RenewalFacts(untrue="no such order is known")
        if not order.is_renewal or order.subscription_id != request.subscription_id:
            return RenewalFacts(untrue="the order renews another subscription, or none")
        if order.stage not in SAYS[request.step]:
            return RenewalFacts(untrue=f"the order is {order.stage}")
        return RenewalFacts(
            term_months=order.term_months,
            partner_id=order.facing_partner_id,
            completed_at=order.built_at,
            zone_rules=self._calendars.zone_rules(request.zone),
            sites=self._sites_of(order) if request.step is RenewalStep.COMPLETED else (),
        )

    def _sites_of(self, order: OrderState) -> Sites:
        row: OrderRow = self._store.row(Lifecycle.ORDER, order.number)
        return sites_of(row.provisioning_form)

    @activity_in_a_thread
    def check_option(self, request: CheckOption) -> CompletedOption:
        """What the store knows of an option request that a signal speaks of: anybody can send one. Only reads, so a
        repeat is harmless."""
        try:
            option = self._store.row(OPTION, request.request_id)
        except NotKnown:
            return CompletedOption(untrue="no such option request is known")
        asked: RequestOption = option.placed
        if asked.subscription_id != request.subscription_id:
            return CompletedOption(untrue="the option request is about another subscription")
        if option.state.stage is not OptionStage.COMPLETED:
            return CompletedOption(untrue=f"the option request is {option.state.stage}")
        if asked.language is None and asked.site_split is None:
            return CompletedOption(untrue="the option request changes no site")
        return self._completed(asked)

    def _completed(self, asked: RequestOption) -> CompletedOption:
        added, new = asked.language, asked.site_split
        return CompletedOption(
            language=AddedLanguage(site=added.site, language=added.language) if added else None,
            site_split=NewSite(url=new.url, named_users=new.named_users, taken_from=new.taken_from) if new else None,
            sites=self._known_sites(asked.subscription_id),
        )

    def _known_sites(self, subscription_id: str) -> Sites:
        try:
            subscription: SubscriptionRow = self._store.row(Lifecycle.SUBSCRIPTION, subscription_id)
        except NotKnown:
            return ()
        return subscription.sites
