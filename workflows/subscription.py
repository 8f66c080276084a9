"""A subscription: one term a run, a renewal campaign, suspension when nobody renews. domain.md §3."""

import asyncio

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.subscription import CheckOption, CheckRenewal, OpenSubscription, SubscriptionActivities
    from domain.deadlines import Deadline
    from domain.subscription import state as subscription
    from domain.subscription.kind import SUBSCRIPTION
    from domain.subscription.mails import SubscriptionMail
    from domain.subscription.messages import (
        OptionNews,
        RenewalNews,
        StartSubscription,
        TerminateSubscription,
    )
    from domain.subscription.state import SubscriptionState
    from domain.subscription.states import SubscriptionStage
    from domain.values import Model, as_line
    from workflows.lifecycle import LifecycleWorkflow
    from workflows.messages import required
    from workflows.updates import takes_updates_of


class SubscriptionOutcome(Model):
    """How a subscription ended."""

    subscription_id: str
    stage: SubscriptionStage


@workflow.defn(name="Subscription")
@takes_updates_of(SUBSCRIPTION)
class Subscription(LifecycleWorkflow[SubscriptionState]):
    """One subscription, from term to term. Id `subscription-<subscription id>`."""

    start: StartSubscription

    @workflow.init
    def __init__(self, start: StartSubscription | None = None, carried: SubscriptionState | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.opened = carried is not None
        self.state = carried or SubscriptionState.started(self.start, workflow.now())
        if carried:
            self.state.forget_what_is_settled()
        self.term = self.state.term
        self.reports = asyncio.Lock()

    @workflow.run
    async def run(
        self, _start: StartSubscription | None = None, _carried: SubscriptionState | None = None
    ) -> SubscriptionOutcome:
        """One term. A renewal hands everything over to the next run."""
        return await self.through(self.live())

    async def live(self) -> SubscriptionOutcome:
        """Campaign, renewal date, suspension if need be, until a renewal or the end. REN-07, REN-08."""
        if not self.opened:
            await self.open()
        await self.until(lambda: self.state.closed)
        await self.at_rest()
        return SubscriptionOutcome(subscription_id=self.state.subscription_id, stage=self.state.stage)

    async def open(self) -> None:
        """Its first state, by the zone's rules of this day. ORD-21."""
        self.expect_its_id()
        await self.register()

    async def register(self) -> None:
        """What the store knows goes on; else it begins."""
        request = OpenSubscription(start=self.start, opened_at=workflow.now())
        opened = await self.carry_out(
            SubscriptionActivities.open_subscription, request, summary="Open the subscription"
        )
        self.state, self.opened = self.state.opened_as(opened.state), True

    def ready(self) -> bool:
        """Once it has its dates."""
        return self.opened

    def wants_a_new_run(self) -> bool:
        """A renewal begins one, too."""
        return self.state.term > self.term or super().wants_a_new_run()

    def on_due(self, deadline: Deadline) -> None:
        """Notices to the renewal contact, an alert to the partner, the renewal date itself."""
        now = workflow.now()
        match deadline.kind:
            case subscription.NOTICE:
                self.state.journal.note("subscription.renewal_noticed", now, notice=deadline.name)
                self.post_about_renewal(SubscriptionMail.RENEWAL_NOTICE, deadline, deadline.name)
            case subscription.TARGET:
                self.state.endanger(deadline.name, now, deadline.at)
                self.post_about_renewal(SubscriptionMail.RENEWAL_NOT_ORDERED, deadline)
            case subscription.RENEWAL_DATE:
                self.state.miss_renewal(now)
                self.post_about_renewal(SubscriptionMail.SUBSCRIPTION_SUSPENDED, deadline)
            case unknown:
                raise AssertionError(f"no such deadline: {unknown}")

    def post_about_renewal(self, kind: SubscriptionMail, deadline: Deadline, occurrence: str = "") -> None:
        self.state.post(kind, occurrence, deadline.at, day=self.state.renewal_date)

    @workflow.signal(description="From a renewal order: placed, withdrawn or completed. People never send this.")
    async def renewal(self, news: RenewalNews) -> None:
        """What a renewal order reports, if the store says so too; one report after the other."""
        request = CheckRenewal(subscription_id=self.state.subscription_id, zone=self.state.zone, **dict(news))
        async with self.reports:
            facts = await self.carry_out(
                SubscriptionActivities.check_renewal,
                request,
                step=f"check_renewal/{news.order_number}/{news.step}",
                summary=f"Is renewal {news.order_number} {news.step}?",
            )
            self.state.renewal_reported(news, facts, workflow.now())

    @workflow.signal(description="From an option request that is completed. People never send this.")
    async def option_completed(self, news: OptionNews) -> None:
        """What an option request reports, if the store says so too; one report after the other."""
        request = CheckOption(subscription_id=self.state.subscription_id, request_id=news.request_id)
        async with self.reports:
            facts = await self.carry_out(
                SubscriptionActivities.check_option,
                request,
                step=f"check_option/{news.request_id}",
                summary=f"Is option request {news.request_id} completed?",
            )
            self.state.option_reported(news, facts, workflow.now())

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI does not end a contract; `terminate` does."""
        request = TerminateSubscription.model_construct(by="web-ui", reason=as_line(reason))
        why = "send the update terminate to end a subscription"
        self.state.journal.note("subscription.cancel_refused", workflow.now(), request, why=why)
        self.was_refused("cancel", why)
