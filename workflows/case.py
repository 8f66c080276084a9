"""A support case: classified at once, worked on against its clocks, resolved, closed. domain.md §8, §10.4."""

import asyncio
from typing import Final

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.case import AccountInQuestion, CaseActivities, HoursWanted, OpenedCase, OpenSupportCase
    from domain.case import standing as case
    from domain.case.classification import LookedUp
    from domain.case.kind import CASE
    from domain.case.mails import AGENT
    from domain.case.messages import (
        AskPartner,
        Assign,
        ChangePolicy,
        ChangeService,
        Close,
        Identify,
        OpenCase,
        PartnerAnswered,
        PartnerWrote,
        PostStatus,
        Resolve,
        SetMainEmail,
    )
    from domain.case.state import CaseState
    from domain.case.states import CaseStage
    from domain.deadlines import Deadline
    from domain.values import Model, as_line
    from domain.view import LifecycleView
    from workflows.attempts import as_refused
    from workflows.lifecycle import LifecycleWorkflow, as_bad_input
    from workflows.messages import required
    from workflows.updates import takes_updates_of

_GIVEN_UP: Final = "an operator gave up asking for what it needs; nothing was changed"


class CaseOutcome(Model):
    """How a case ended."""

    case_id: str
    stage: CaseStage


@workflow.defn(name="SupportCase")
@takes_updates_of(CASE)
class SupportCase(LifecycleWorkflow[CaseState]):
    """One case. Id `case-<case id>`."""

    start: OpenCase

    @workflow.init
    def __init__(self, start: OpenCase | None = None, carried: CaseState | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.state = carried or CaseState.received(self.start, workflow.info().workflow_start_time)
        if carried:
            self.state.forget_what_is_settled()
        self.one_look = asyncio.Lock()
        """What the registry says is taken before it is asked again."""

    @workflow.run
    async def run(self, _start: OpenCase | None = None, _carried: CaseState | None = None) -> CaseOutcome:
        """From receipt until it is closed. SUP-07."""
        return await self.through(self.live())

    async def live(self) -> CaseOutcome:
        """Classified at once; then people work on it, and the clocks tell what is due. SUP-10, SUP-20."""
        if not self.ready():
            await self.open()
        await self.until(lambda: self.state.closed)
        await self.at_rest()
        return CaseOutcome(case_id=self.state.case_id, stage=self.state.stage)

    async def open(self) -> None:
        """Take its id; its severity follows from whose account it is. SUP-10 to SUP-14."""
        self.expect_its_id()
        with as_bad_input():
            self.state.check_received_at(workflow.now())
        opened = await self.register()
        self.state.zone_rules, self.state.received_at = opened.zone_rules, opened.received_at
        self.state.texts = opened.texts
        self.state.classify(opened.found, opened.service_time, workflow.now())

    async def register(self) -> OpenedCase:
        """A number that was taken fails the start at once. R9."""
        request = OpenSupportCase(
            placed=self.start,
            state=self.state.for_the_store(),
            run=workflow.info().first_execution_run_id,
            at=workflow.now(),
        )
        return await self.carry_out(CaseActivities.open_case, request, summary="Take the case id, find the account")

    def ready(self) -> bool:
        """Once it is classified."""
        return self.state.classified_at is not None

    def on_due(self, deadline: Deadline) -> None:
        """A clock has something to say, or nobody reopened it in time."""
        if deadline.kind == case.CLOSES:
            self.state.close_by_itself(workflow.now())
        else:
            self.state.look_at_clocks(workflow.now())

    # What comes with people's updates is looked up, or filed.

    async def set_main_email(self, message: SetMainEmail) -> LifecycleView:
        """The flag is ticked and the severity raised by itself. SUP-13."""
        async with self.one_look:
            found = await self.look_up(self.state.service, message.main_email)
            self.state.set_main_email(message, workflow.now(), found)
        self.file({}, main_email=message)
        return self.view()

    async def change_service(self, message: ChangeService) -> LifecycleView:
        """Whether it is covered decides anew. SUP-04, SUP-05."""
        async with self.one_look:
            found = await self.look_up(message.service)
            self.state.change_service(message, workflow.now(), found)
        return self.view()

    async def change_policy(self, message: ChangePolicy) -> LifecycleView:
        """The clocks are counted anew. AMB-35."""
        hours, state = message.policy.hours, self.state
        zone = hours.zone if hours else state.zone
        wanted = HoursWanted(hours=hours, zone=zone, received_at=state.received_at)
        with as_refused(_GIVEN_UP):
            served = await self.carry_out(
                CaseActivities.hours_of_service, wanted, summary="Hours of service", optional=True
            )
        self.state.change_policy(message, workflow.now(), served.service_time, served.zone_rules)
        return self.view()

    async def look_up(self, service: str, main_email: str | None = None) -> LookedUp:
        """Whose account it is by what is known now. SUP-03."""
        known = self.state.found.account_id
        request = AccountInQuestion(
            case_id=self.state.case_id, service=service, account_id=known, main_email=main_email
        )
        with as_refused(_GIVEN_UP):
            return await self.carry_out(
                CaseActivities.look_up_account, request, summary="Look the account up", optional=True
            )

    def assign(self, message: Assign) -> LifecycleView:
        """The agent hears of what is due from now on."""
        self.state.assign(message, workflow.now())
        self.file({AGENT: message.agent})
        return self.view()

    def identify(self, message: Identify) -> LifecycleView:
        """What the problem is, is known. SUP-20."""
        self.state.identify(message, workflow.now())
        return self.filed("problem", message)

    def ask_partner(self, message: AskPartner) -> LifecycleView:
        """The question goes out; the clocks pause. SUP-21."""
        self.state.ask_partner(message, workflow.now())
        return self.filed("question", message)

    def partner_answered(self, message: PartnerAnswered) -> LifecycleView:
        """The clocks go on. SUP-21."""
        self.state.partner_answered(message, workflow.now())
        return self.filed("answer", message) if message.answer is not None else self.view()

    def partner_wrote(self, message: PartnerWrote) -> LifecycleView:
        """It moves nothing. SUP-21."""
        self.state.partner_wrote(message, workflow.now())
        return self.filed("message", message)

    def post_status(self, message: PostStatus) -> LifecycleView:
        """The partner hears how it stands. M-31, SUP-21."""
        self.state.post_status(message, workflow.now())
        return self.filed("status", message)

    def resolve(self, message: Resolve) -> LifecycleView:
        """It is solved; it closes by itself unless it is reopened. SUP-21."""
        self.state.resolve(message, workflow.now())
        return self.filed("solution", message)

    def filed(self, what: str, message: Model) -> LifecycleView:
        """What somebody wrote is the store's."""
        self.file({}, **{self.state.text_of(what): message})
        return self.view()

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI solves no case."""
        request = Close.model_construct(by="web-ui", reason=as_line(reason))
        why = "send the updates resolve and close to end a case"
        self.state.journal.note("case.cancel_refused", workflow.now(), request, why=why)
        self.was_refused("cancel", why)
