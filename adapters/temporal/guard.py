"""A guard around each workflow of a worker: it judges the start before the workflow exists, and answers for one that
was refused.

Only the runner is told what a start's judge must know: whether this is a replay, which run it continues, and how it was
started. So the guard stands around the SDK's instance. The instance of a refused start is never asked anything: it has
no workflow, and a query would fail its task.
"""

from datetime import timedelta
from typing import Any, Final

from temporalio import workflow
from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.bridge.proto.workflow_activation import InitializeWorkflow, WorkflowActivation, WorkflowActivationJob
from temporalio.bridge.proto.workflow_commands import WorkflowCommand
from temporalio.bridge.proto.workflow_completion import WorkflowActivationCompletion
from temporalio.exceptions import ApplicationError
from temporalio.worker import WorkflowInstance, WorkflowInstanceDetails

from adapters.temporal.converter import PlainFailures, bad_input, data_converter, external_model, judge_start
from domain.reasons import Reason

REFUSED_ON_ARRIVAL: Final = "tenure.refused-on-arrival"
"""Marks the history of a start that was refused: a replay has no judge, and must end it all the same."""

WAS_REFUSED: Final = "this start was refused when it arrived: the failure of the workflow says why"
"""Said to whoever asks such a run later. Why is known only when it happens: a worker forgets a closed run at once."""

AS_GOOD_AS_NONE: Final = timedelta(seconds=315_360_000)
"""The time-out that Temporal's time-skipping test server gives to every start that names none: ten years."""

NULL: Final = Payload(metadata={"encoding": b"binary/null"})


class Guarded(WorkflowInstance):
    """The SDK's instance of one run, and whether its start was refused."""

    def __init__(self, instance: WorkflowInstance, details: WorkflowInstanceDetails) -> None:
        """`details`: as the runner was given them."""
        self._instance = instance
        self._info = details.info
        self._takes = details.defn.arg_types or []
        self._refused = False

    def activate(self, act: WorkflowActivation) -> WorkflowActivationCompletion:
        """See base class. A query comes in an activation of its own, a start in the first of each worker."""
        start = next((job.initialize_workflow for job in act.jobs if job.HasField("initialize_workflow")), None)
        if start is not None and (why := self._refusal_of(start, act)):
            self._refused = True
            return _refused(act, why)
        if self._refused and all(job.HasField("query_workflow") for job in act.jobs):
            return _unanswered(act)
        completion = self._instance.activate(act)
        if start is not None:
            self._refused = _failed(completion)
        return completion

    def _refusal_of(self, start: InitializeWorkflow, act: WorkflowActivation) -> ApplicationError | None:
        """Why this start is refused, if it is. A run that an own run handed over to takes what that one gave it."""
        model = external_model(self._takes[0]) if self._takes else None
        if model is None:
            return None
        if any(job.notify_has_patch.patch_id == REFUSED_ON_ARRIVAL for job in act.jobs):
            return _was_refused()
        try:
            if not act.is_replaying:
                refuse_another_life(self._info)
                if not self._info.continued_run_id:
                    judge_start(start.arguments, model)
        except ApplicationError as refused:
            return refused
        # The SDK names no types at all to the converter if there are fewer payloads than parameters.
        start.arguments.extend([NULL] * (len(self._takes) - len(start.arguments)))
        return None

    def get_info(self) -> workflow.Info:
        """See base class."""
        return self._instance.get_info()

    def get_thread_id(self) -> int | None:
        """See base class."""
        return self._instance.get_thread_id()

    def get_serialization_context(self, command_info: Any) -> Any:  # noqa: ARG002 - the SDK's signature
        """For a codec that must know whose payload it has. We have none, and the instance would be asked in its sandbox
        for every payload: a quarter of a worker's CPU. (The converter is told by the instance itself.)"""
        return None

    def get_external_store_context(self, command_info: Any) -> Any:  # noqa: ARG002 - the SDK's signature
        """For payloads that are kept elsewhere: none are."""
        return None


def refuse_another_life(start: workflow.Info) -> None:
    """Temporal would begin a life again when it is over (cron, retry), or end it without a word (time-outs)."""
    given = {
        "a cron schedule": start.cron_schedule,
        "a retry policy": start.retry_policy,
        "a run time-out": _ends(start.run_timeout),
        "an execution time-out": _ends(start.execution_timeout),
    }
    if named := " and ".join(name for name, value in given.items() if value):
        raise bad_input(f"start it without {named}: a life begins once and ends by its own rules", Reason.START_OPTIONS)


def _ends(limit: timedelta | None) -> bool:
    return bool(limit and limit < AS_GOOD_AS_NONE)


def _refused(act: WorkflowActivation, why: ApplicationError) -> WorkflowActivationCompletion:
    """The mark for every replay, an answer to an update that came along, and the end."""
    mark, end = WorkflowCommand(), WorkflowCommand()
    mark.set_patch_marker.patch_id = REFUSED_ON_ARRIVAL
    end.fail_workflow_execution.failure.CopyFrom(_failure(why))
    rejected = [_rejected(job, why) for job in act.jobs if job.HasField("do_update")]
    return _completion(mark, *rejected, end)


def _rejected(job: WorkflowActivationJob, why: ApplicationError) -> WorkflowCommand:
    answer = WorkflowCommand()
    answer.update_response.protocol_instance_id = job.do_update.protocol_instance_id
    answer.update_response.rejected.CopyFrom(_failure(why))
    return answer


def _unanswered(act: WorkflowActivation) -> WorkflowActivationCompletion:
    """There is no workflow that could be asked: each query is told so."""
    answers = [WorkflowCommand() for _ in act.jobs]
    for answer, job in zip(answers, act.jobs, strict=True):
        answer.respond_to_query.query_id = job.query_workflow.query_id
        answer.respond_to_query.failed.CopyFrom(_failure(_was_refused()))
    return _completion(*answers)


def _was_refused() -> ApplicationError:
    return bad_input(WAS_REFUSED, Reason.START_WAS_REFUSED)


def _failed(completion: WorkflowActivationCompletion) -> bool:
    """A run that fails in its first step (a wrong id, an unknown type) may have no workflow to ask either."""
    return any(command.HasField("fail_workflow_execution") for command in completion.successful.commands)


def _failure(refused: ApplicationError) -> Failure:
    failure = Failure()
    PlainFailures().to_failure(refused, data_converter.payload_converter, failure)
    return failure


def _completion(*commands: WorkflowCommand) -> WorkflowActivationCompletion:
    completion = WorkflowActivationCompletion()
    completion.successful.commands.extend(commands)
    return completion
