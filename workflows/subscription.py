"""A subscription's life: one term a run, a renewal campaign, suspension when nobody renews. domain.md §3."""

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.subscription import RecordSubscription, SubscriptionActivities
    from domain.agenda import Deadline
    from domain.mails import Lifecycle, MailKind
    from domain.offers import Offers
    from domain.subscription import subscription
    from domain.subscription.examples import EXAMPLES
    from domain.subscription.examples import offers as subscription_offers
    from domain.subscription.messages import (
        ConfirmRenewal,
        RenewalNews,
        StartSubscription,
        TerminateSubscription,
    )
    from domain.subscription.subscription import SubscriptionLife, SubscriptionStage
    from domain.subscription.view import subscription_view
    from domain.values import Model, as_line
    from domain.view import LifeView
    from workflows.lifecycle import Story, expect_id
    from workflows.messages import described, required
    from workflows.steps import RECORD


class SubscriptionOutcome(Model):
    """How a subscription ended."""

    subscription_id: str
    stage: SubscriptionStage


@workflow.defn(name="Subscription")
class Subscription(Story[SubscriptionLife]):
    """One subscription, from term to term. Id `subscription-<subscription id>`."""

    @workflow.init
    def __init__(self, start: StartSubscription | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.life = self.start.resumed or SubscriptionLife.started(self.start, workflow.now())
        self.term = self.life.term

    @workflow.run
    async def run(self, _start: StartSubscription | None = None) -> SubscriptionOutcome:
        """One term. A renewal hands everything over to the next run."""
        expect_id(Lifecycle.SUBSCRIPTION, self.life.subscription_id)
        await self.through(self.one_term())
        if self.life.stage is not SubscriptionStage.TERMINATED:
            workflow.continue_as_new(self.start.model_copy(update={"resumed": self.life}))
        return SubscriptionOutcome(subscription_id=self.life.subscription_id, stage=self.life.stage)

    async def one_term(self) -> None:
        """Campaign, renewal date, suspension if need be, until a renewal or the end. REN-07, REN-08."""
        await self.until(self.over)
        await self.post_is_settled()
        await workflow.wait_condition(workflow.all_handlers_finished)
        await self.written()

    def over(self) -> bool:
        """Renewed, terminated, or a history so long that it is time for a new run."""
        return (
            self.life.term > self.term
            or self.life.stage is SubscriptionStage.TERMINATED
            or workflow.info().is_continue_as_new_suggested()
        )

    def meet(self, deadline: Deadline) -> None:
        """Notices to the renewal contact, an alert to the partner, the renewal date itself."""
        now = workflow.now()
        match deadline.ladder or deadline.name:
            case subscription.NOTICES:
                self.life.journal.note("subscription.renewal_noticed", now, notice=deadline.name)
                self.post(MailKind.RENEWAL_NOTICE, f"{self.life.renewal_date}/{deadline.name}", deadline)
            case subscription.TARGET:
                self.life.endanger(deadline.name, now, deadline.at)
                self.post(MailKind.RENEWAL_NOT_ORDERED, str(self.life.renewal_date), deadline)
            case subscription.RENEWAL_DATE:
                self.life.suspend(now)
                self.post(MailKind.SUBSCRIPTION_SUSPENDED, str(self.life.renewal_date), deadline)
            case unknown:
                raise AssertionError(f"nobody meets {unknown}")

    async def write_journal(self) -> None:
        """Row, events and tasks, in one transaction."""
        await workflow.execute_activity_method(
            SubscriptionActivities.record_subscription,
            RecordSubscription(journal=self.life.journal.take(), life=self.life.for_the_store()),
            summary=f"Record: {self.life.stage}",
            **RECORD,
        )

    @workflow.signal(description="From a renewal order: placed, withdrawn or completed. People never send this.")
    def renewal(self, news: RenewalNews) -> None:
        """What a renewal order tells its subscription; a second report of the same changes nothing."""
        self.life.hear(news, workflow.now())

    @workflow.update(
        description=described(
            "The partner checked the renewal with the vendor.", EXAMPLES, "subscription.confirm_renewal"
        )
    )
    def confirm_renewal(self, message: ConfirmRenewal) -> LifeView:
        """Closes the verification task. REN-10."""
        self.life.confirm_renewal(message, workflow.now())
        return self.view()

    @confirm_renewal.validator
    def _may_confirm_renewal(self, message: ConfirmRenewal) -> None:
        self.life.check_confirm_renewal(message)

    @workflow.update(description=described("End the subscription for good.", EXAMPLES, "subscription.terminate"))
    def terminate(self, message: TerminateSubscription) -> LifeView:
        """No renewal is awaited any more."""
        self.life.terminate(message, workflow.now())
        return self.view()

    @terminate.validator
    def _may_terminate(self, message: TerminateSubscription) -> None:
        self.life.check_terminate(message)

    def view(self) -> LifeView:
        """The subscription as of now."""
        return subscription_view(self.life, workflow.now())

    def offers(self) -> Offers:
        """What fits this subscription."""
        return subscription_offers(self.life)

    def zone(self) -> str:
        """The customer's."""
        return self.life.zone

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI does not end a contract; `terminate` does."""
        request = TerminateSubscription(by="web-ui", reason=as_line(reason))
        why = "send the update terminate to end a subscription"
        self.life.journal.note("subscription.cancel_refused", workflow.now(), request, why=why)
        self.was_refused("cancel", why)
