"""An option request: received, worked on, completed with its effect; or answered at once. domain.md §4."""

from contextlib import suppress

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.option import OpenedOption, OpenOption, OptionActivities, OptionApplied, OptionEffect
    from domain.deadlines import Deadline
    from domain.option import state as option
    from domain.option.kind import OPTION
    from domain.option.messages import CancelRequest, CompleteWork, RequestOption
    from domain.option.state import OptionState
    from domain.option.states import OptionStage
    from domain.values import Model, Refused, as_line
    from domain.view import LifecycleView
    from workflows.attempts import LeftOut, as_refused
    from workflows.lifecycle import LifecycleWorkflow
    from workflows.messages import required
    from workflows.updates import takes_updates_of


class OptionOutcome(Model):
    """How a request ended."""

    request_id: str
    stage: OptionStage


@workflow.defn(name="OptionRequest")
@takes_updates_of(OPTION)
class OptionRequest(LifecycleWorkflow[OptionState]):
    """One option request. Id `option-<request id>`."""

    start: RequestOption

    @workflow.init
    def __init__(self, start: RequestOption | None = None, carried: OptionState | None = None) -> None:
        super().__init__()
        self.start = required(start)
        self.opened = carried is not None
        self.state = carried or OptionState.requested(self.start, workflow.info().workflow_start_time)

    @workflow.run
    async def run(self, _start: RequestOption | None = None, _carried: OptionState | None = None) -> OptionOutcome:
        """From the request to its outcome."""
        return await self.through(self.live())

    async def live(self) -> OptionOutcome:
        """As domain.md §10.5 has it. An inquiry is over as soon as it is taken. OPT-03."""
        if not self.opened:
            await self.open()
        await self.until(lambda: self.state.closed)
        if self.state.effect_is_due:
            await self.carry_out_the_effect()
        await self.at_rest()
        return OptionOutcome(request_id=self.state.request_id, stage=self.state.stage)

    async def open(self) -> None:
        """Take the id, if it fits its subscription. OPT-01."""
        self.expect_its_id()
        self.state.learn((await self.register()).subscribed)
        self.state.begin(workflow.now())
        self.opened = True

    async def register(self) -> OpenedOption:
        """Id taken, subscription unknown, terminated or another partner's: the start fails at once."""
        request = OpenOption(
            placed=self.start,
            state=self.state.for_the_store(),
            run=workflow.info().first_execution_run_id,
            at=workflow.now(),
        )
        return await self.carry_out(
            OptionActivities.open_option, request, summary="Take the request id, look at its subscription"
        )

    async def complete(self, message: CompleteWork) -> LifecycleView:
        """Refused if what was asked for does not fit the subscription any more. OPT-02."""
        self.state.check_stage("complete")
        with as_refused():
            await self.carry_out(
                OptionActivities.check_effect, self.effect(), summary="Does it still fit the subscription?"
            )
        self.state.complete(message, workflow.now())
        return self.view()

    async def carry_out_the_effect(self) -> None:
        """The store knows that the work is done: whom it concerns looks there. An operator may do without. OPT-02."""
        done = OptionApplied(why_not="an operator decided to go on without it")
        with suppress(LeftOut):
            done = await self.carry_out(
                OptionActivities.apply_option, self.effect(), summary="What the work changes", optional=True
            )
        self.state.took_effect(done.why_not, workflow.now())

    def effect(self) -> OptionEffect:
        return OptionEffect(request_id=self.state.request_id, at=workflow.now())

    def ready(self) -> bool:
        """Once the store has taken the id."""
        return self.opened

    def on_due(self, deadline: Deadline) -> None:
        """No outcome by the day it was expected: jeopardy, never a failure. AMB-5."""
        match deadline.kind:
            case option.EXPECTED:
                self.state.endanger(deadline.name, workflow.now(), deadline.at)
            case unknown:
                raise AssertionError(f"no such deadline: {unknown}")

    def asked_to_stop(self, reason: str) -> None:
        """Cancel in the Web UI: until work has begun it cancels the request, after that it is noted."""
        request = CancelRequest.model_construct(by="web-ui", reason=as_line(reason))
        try:
            self.state.cancel(request, workflow.now())
        except Refused as refusal:
            self.state.journal.note("option.cancel_refused", workflow.now(), request, why=refusal)
            self.was_refused("cancel", str(refusal))
