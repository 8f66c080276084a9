"""A wholesale customer: provisioned and screened side by side, changed, deprovisioned. domain.md §7, §10.3."""

from contextlib import suppress
from typing import Final

from temporalio import workflow
from temporalio.exceptions import ApplicationError

with workflow.unsafe.imports_passed_through():
    from activities.wholesale import (
        CheckInQuestion,
        CheckWanted,
        CountryOf,
        OpenedWholesale,
        OpenWholesale,
        WholesaleActivities,
    )
    from activities.wholesale_users import StepToTake, WholesaleUserActivities
    from domain.compliance.messages import CustomerNews
    from domain.compliance.standing import NAME as CHECK
    from domain.deadlines import Deadline
    from domain.lifecycle import workflow_id
    from domain.values import Model, as_line
    from domain.view import LifecycleView
    from domain.wholesale import standing as wholesale
    from domain.wholesale.certificate import certificate_of
    from domain.wholesale.checks import CheckStanding
    from domain.wholesale.kind import WHOLESALE
    from domain.wholesale.messages import (
        CheckNews,
        Deprovision,
        OnboardCustomer,
        UpdateBillingAddress,
    )
    from domain.wholesale.standing import USERS_REMOVED
    from domain.wholesale.state import WholesaleState
    from domain.wholesale.states import RUNNING, WholesaleStage
    from workflows.attempts import LeftOut
    from workflows.messages import required
    from workflows.updates import takes_updates_of
    from workflows.wholesale_users import NEEDED_BY_NOBODY, WholesaleUsers

SCREENING: Final = (WholesaleActivities.start_check.__name__, WholesaleActivities.locate.__name__)
"""Steps, by name, that are tried no more once the customer is on its way out."""


class WholesaleOutcome(Model):
    """How a customer ended."""

    external_id: str
    stage: WholesaleStage
    certificate: str | None = None


@workflow.defn(name="WholesaleCustomer")
@takes_updates_of(WHOLESALE)
class WholesaleCustomer(WholesaleUsers):
    """One customer of a service provider. Id `wholesale-<external id>`."""

    start: OnboardCustomer

    @workflow.init
    def __init__(self, start: OnboardCustomer | None = None, carried: WholesaleState | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.state = carried or WholesaleState.created(self.start, workflow.info().workflow_start_time)

    @workflow.run
    async def run(
        self, _start: OnboardCustomer | None = None, _carried: WholesaleState | None = None
    ) -> WholesaleOutcome:
        """From creation until it is deprovisioned."""
        return await self.through(self.live())

    async def live(self) -> WholesaleOutcome:
        """Packages are reported and users change while it is screened in the background. WHS-12, WHS-22."""
        if not self.ready():
            await self.open()
        while not self.state.closed:
            await self.until(self.something_to_do)
            await self.start_checks()
            await self.tell_checks()
            if self.state.stage is WholesaleStage.DEPROVISIONING:
                await self.deprovision_it()
        await self.tell_checks()
        await self.at_rest()
        return WholesaleOutcome(
            external_id=self.state.external_id, stage=self.state.stage, certificate=self.state.certificate
        )

    def something_to_do(self) -> bool:
        """Beside what people report and the calendar."""
        state = self.state
        wanted = state.check_to_start is not None and state.stage in RUNNING
        return wanted or bool(state.checks_to_tell) or state.stage not in RUNNING

    async def open(self) -> None:
        """Take the id, if the catalogue has what is ordered and a location serves its country. WHS-12, WHS-31."""
        self.expect_its_id()
        opened = await self.register()
        if opened.goes_on is not None:
            self.state = self.state.opened_as(opened.goes_on)
        else:
            self.state.open(opened.onboarded, workflow.now())

    async def register(self) -> OpenedWholesale:
        """Id taken, package or country unknown: the start fails at once."""
        request = OpenWholesale(
            placed=self.start,
            state=self.state.for_the_store(),
            run=workflow.info().first_execution_run_id,
            at=workflow.now(),
        )
        return await self.carry_out(
            WholesaleActivities.open_wholesale, request, summary="Take the external id, ask the catalogue"
        )

    # Checks: beside everything else. WHS-20 to WHS-22.

    async def start_checks(self) -> None:
        """Each has a workflow of its own. While one cannot be started, all else goes on. WHS-22.

        What it looks for is read from the store: an address that came while the one before was started is there first.
        """
        while (check := self.state.check_to_start) is not None and self.state.stage in RUNNING:
            await self.written()
            await self.start_check(check)

    async def start_check(self, check: CheckStanding) -> None:
        """It is no more done without than screening is: only a customer on its way out is not screened."""
        wanted = CheckWanted.model_construct(
            external_id=self.state.external_id,
            check_id=check.check_id,
            number=check.number,
            because=check.because,
            policy=self.state.policy.compliance,
        )
        summary = f"Start compliance check {check.check_id}"
        try:
            facts = await self.carry_out(WholesaleActivities.start_check, wanted, summary=summary)
        except LeftOut:
            self.state.check_left_out(check)
        else:
            self.state.check_started(check, facts, workflow.now())

    async def tell_checks(self) -> None:
        """Once the store knows what concerns them: they look there. One that is over hears nothing."""
        while self.state.checks_to_tell:
            await self.written()
            for check_id in self.state.checks_were_told():
                check = workflow.get_external_workflow_handle(workflow_id(CHECK, check_id))
                with suppress(ApplicationError):
                    await check.signal("customer_changed", CustomerNews(external_id=self.state.external_id))

    @workflow.signal(name="check_changed", description="From one of its compliance checks. People never send this.")
    async def check_changed(self, news: CheckNews) -> None:
        """Where the check stands, the store says: anybody can send a signal."""
        await workflow.wait_condition(self.ready)
        asked = CheckInQuestion(external_id=self.state.external_id, check_id=news.check_id)
        facts = await self.carry_out(
            WholesaleActivities.look_at_check,
            asked,
            step=f"look_at_check/{news.check_id}",
            summary=f"Where does check {news.check_id} stand?",
        )
        self.state.check_reported(facts, workflow.now())
        self.give_up_what_fails()

    # Another address.

    async def update_billing_address(self, message: UpdateBillingAddress) -> LifecycleView:
        """The country decides anew; the customer is screened, in the background. WHS-20, WHS-31."""
        self.state.check_update_billing_address(message, workflow.now())
        country = CountryOf(external_id=self.state.external_id, country=message.billing_address.country)
        found = await self.asked(WholesaleActivities.locate, country, "Which location serves the country?")
        self.state.update_billing_address(message, workflow.now(), found)
        self.file({}, billing_address=message.billing_address)
        return self.view()

    # The end. WHS-27.

    def deprovision(self, message: Deprovision) -> LifecycleView:
        """For good: the steps follow."""
        self.state.deprovision(message, workflow.now())
        self.give_up_what_fails()
        return self.view()

    def give_up_what_fails(self) -> None:
        """What would hold a deprovisioning up is not tried any more."""
        if self.state.stage in RUNNING:
            return
        for step in sorted({*NEEDED_BY_NOBODY, *SCREENING} & self.state.failing.keys()):
            self.no_longer_wanted(step)

    async def deprovision_it(self) -> None:
        """Step by step, each once; then the certificate. An operator's hold stops it between two of them."""
        await self.until(lambda: not self.one_change.locked())
        await self.beyond_recall("The point of no return")
        while (step := self.state.next_step) is not None:
            if step == USERS_REMOVED:
                await self.remove_all_users()
            await self.take(step)
        certificate = certificate_of(self.state)
        self.file({}, certificate=certificate)
        self.state.deprovisioned(certificate.number, certificate.digest, workflow.now())

    async def take(self, step: str) -> None:
        """One step, as the store took it first."""
        await self.nobody_holds_it()
        request = StepToTake(
            external_id=self.state.external_id, step=step, removed=self.state.to_remove(step), at=workflow.now()
        )
        taken = await self.carry_out(
            WholesaleUserActivities.take_deprovisioning_step,
            request,
            step=f"deprovision/{step}",
            summary=f"The end of the customer: {step.replace('_', ' ')}",
        )
        self.state.step_taken(taken, workflow.now())

    def ready(self) -> bool:
        """Once the store has taken the id."""
        return self.state.onboarded_at is not None

    def on_due(self, deadline: Deadline) -> None:
        """Something is not provisioned by when it was expected: jeopardy, never a failure."""
        match deadline.kind:
            case wholesale.PROVISIONED_LATE:
                self.state.endanger(deadline.name, workflow.now(), deadline.at)
            case unknown:
                raise AssertionError(f"no such deadline: {unknown}")

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI removes no customer: that has to be confirmed."""
        request = Deprovision.model_construct(by="web-ui", reason=as_line(reason), confirm=False)
        why = "send the update deprovision, with confirm true, to remove the customer for good"
        self.state.journal.note("wholesale.cancel_refused", workflow.now(), request, why=why)
        self.was_refused("cancel", why)
