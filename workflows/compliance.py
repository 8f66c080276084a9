"""A compliance check: screened in the background, reviewed by people, resolved or deprovisioned. domain.md §7.2."""

from contextlib import suppress
from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.compliance import CheckInQuestion, ComplianceActivities, OpenCheck, OpenedCheck, ScreenCustomer
    from domain.compliance import standing as check
    from domain.compliance.kind import COMPLIANCE
    from domain.compliance.messages import Approve, CustomerFacts, CustomerNews, PartnerReplied, StartCheck
    from domain.compliance.screening import Screening
    from domain.compliance.state import CheckState
    from domain.compliance.states import CheckStage
    from domain.deadlines import Deadline
    from domain.values import Message, Model, as_line
    from domain.view import LifecycleView
    from workflows.attempts import LeftOut
    from workflows.lifecycle import LifecycleWorkflow
    from workflows.messages import required
    from workflows.updates import takes_updates_of

SCREENING: Final = "screen_customer"


class CheckOutcome(Model):
    """How a check ended."""

    check_id: str
    stage: CheckStage


@workflow.defn(name="ComplianceCheck")
@takes_updates_of(COMPLIANCE)
class ComplianceCheck(LifecycleWorkflow[CheckState]):
    """One check of a wholesale customer. Id `compliance-<check id>`."""

    start: StartCheck

    @workflow.init
    def __init__(self, start: StartCheck | None = None, carried: CheckState | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.opened = carried is not None
        self.state = carried or CheckState.started(self.start, workflow.now())

    @workflow.run
    async def run(self, _start: StartCheck | None = None, _carried: CheckState | None = None) -> CheckOutcome:
        """From the screening until it is resolved, or the customer is gone."""
        return await self.through(self.live())

    async def live(self) -> CheckOutcome:
        """Clean: done. Else people decide, and after so many days the calendar. WHS-20 to WHS-27."""
        if not self.opened:
            await self.open()
        if self.state.stage is CheckStage.CHECKING:
            await self.screen()
        while not self.state.closed or self.state.untold:
            await self.until(lambda: self.state.closed or self.state.untold or self.state.time_is_up)
            if self.state.untold:
                await self.tell_customer()
            elif self.state.time_is_up:
                await self.take_a_last_look()
        await self.at_rest()
        return CheckOutcome(check_id=self.state.check_id, stage=self.state.stage)

    async def open(self) -> None:
        """Take its id, or go on where the store has it."""
        self.expect_its_id()
        opened = await self.register()
        self.state = self.state.opened_as(opened.state)
        self.state.zone_rules = opened.zone_rules
        self.opened = True

    async def register(self) -> OpenedCheck:
        """A check of that number that is there already: the start fails at once. R9."""
        request = OpenCheck(
            placed=self.start,
            state=self.state.for_the_store(),
            run=workflow.info().first_execution_run_id,
            at=workflow.now(),
        )
        return await self.carry_out(ComplianceActivities.open_check, request, summary="Take the check id")

    def ready(self) -> bool:
        """Once the store has taken the id."""
        return self.opened

    # The screening, and the last look.

    async def screen(self) -> None:
        """For as long as it takes: while nobody can be asked, somebody is called, and it is tried on. WHS-20."""
        found = await self.found("Screen the customer")
        if found is not None and self.state.stage is CheckStage.CHECKING:
            self.state.screened(found, workflow.now())

    async def found(self, summary: str) -> Screening | None:
        """What the newest list says; None if nobody wants to know any more."""
        request = ScreenCustomer(check_id=self.state.check_id, screened=self.start.screened)
        with suppress(LeftOut):
            return await self.carry_out(ComplianceActivities.screen_customer, request, step=SCREENING, summary=summary)
        return None

    async def take_a_last_look(self) -> None:
        """Just before what cannot be undone: a later check, a clean list, or a decision meanwhile saves the customer;
        an operator's hold puts it off. WHS-27."""
        self.state.customer_reported(await self.look(), workflow.now())
        if self.state.time_is_up:
            found = await self.found("Last look before the deprovisioning")
            if self.state.held_by_operator is not None:
                await self.nobody_holds_it()
            elif found is not None:
                self.state.looked_last(found, workflow.now())
        if self.state.stage is CheckStage.DEPROVISIONING:
            await self.beyond_recall("The point of no return")

    def gave_way(self) -> None:
        """What is decided needs no list any more."""
        if not self.state.time_is_up and self.state.stage is not CheckStage.CHECKING:
            self.no_longer_wanted(SCREENING)

    # The customer's workflow.

    async def tell_customer(self) -> None:
        """It looks into the store where the check stands. Of a deprovisioning it has to know; of all else an operator
        may do without. WHS-22, WHS-27."""
        stage, about = self.state.stage, self.in_question()
        if stage is CheckStage.DEPROVISIONING:
            await self.carry_out(
                ComplianceActivities.ask_for_deprovisioning, about, summary="Ask for the deprovisioning"
            )
            self.state.told(stage)
            self.state.customer_reported(await self.look(), workflow.now())
            return
        with suppress(LeftOut):
            await self.carry_out(
                ComplianceActivities.tell_customer, about, summary=f"The customer hears: {stage}", optional=True
            )
        self.state.told(stage)

    async def look(self) -> CustomerFacts:
        """At the customer, and at its newest check."""
        return await self.carry_out(
            ComplianceActivities.look_at_customer, self.in_question(), summary="How does the customer stand?"
        )

    def in_question(self) -> CheckInQuestion:
        return CheckInQuestion(check_id=self.state.check_id, external_id=self.state.external_id)

    @workflow.signal(
        description="From the customer: something there concerns its checks. People never send this.",
    )
    async def customer_changed(self, _news: CustomerNews) -> None:
        """What it is, the store says: anybody can send a signal."""
        self.state.customer_reported(await self.look(), workflow.now())
        self.gave_way()

    # People, and the calendar.

    def approve(self, message: Approve) -> LifecycleView:
        """No problem was found. WHS-24."""
        self.state.approve(message, workflow.now())
        self.gave_way()
        return self.view()

    def partner_replied(self, message: PartnerReplied) -> LifecycleView:
        """What the partner wrote is the store's. WHS-27, AMB-30."""
        self.state.partner_replied(message, workflow.now())
        self.gave_way()
        if message.reply is not None:
            self.file({}, **{f"reply/{self.state.replies}": message})
        return self.view()

    def on_due(self, deadline: Deadline) -> None:
        """What the calendar does to a check. WHS-25 to WHS-27."""
        now = workflow.now()
        match deadline.kind:
            case check.REVIEW_LATE:
                self.state.review_is_late(deadline, now)
            case check.CONTACT:
                self.state.contact(now)
            case check.LAST_CALL:
                self.state.call_last(deadline, now)
            case check.UNREACHABLE | check.UNRESOLVED:
                self.state.end_reached(deadline, now)
            case unknown:
                raise AssertionError(f"no such deadline: {unknown}")

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI ends no check: it is mandatory. WHS-20."""
        request = Message.model_construct(by="web-ui", reason=as_line(reason))
        why = "a check ends by a decision: send approve or confirm_match"
        self.state.journal.note("compliance.cancel_refused", workflow.now(), request, why=why)
        self.was_refused("cancel", why)
