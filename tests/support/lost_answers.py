"""The time-skipping server now and then never answers: who set no end to their waiting asks again."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from temporalio.client import (
    Interceptor,
    OutboundInterceptor,
    QueryWorkflowInput,
    RPCTimeoutOrCancelledError,
    StartWorkflowUpdateInput,
)
from temporalio.service import RPCError, RPCStatusCode

from tests.support.environment import ANSWER, WITHIN

NO_ANSWER = frozenset({RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED})


class LostAnswers(Interceptor):
    """For queries, and for updates, whose id stays the same: none is done twice."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:  # noqa: A002 - the SDK's name
        """See base class."""
        return _AsksAgain(next)


class _AsksAgain(OutboundInterceptor):
    async def query_workflow(self, input: QueryWorkflowInput) -> Any:  # noqa: A002 - the SDK's name
        return await _asked(super().query_workflow, input)

    async def start_workflow_update(self, input: StartWorkflowUpdateInput) -> Any:  # noqa: A002 - the SDK's name
        return await _asked(super().start_workflow_update, input)


async def _asked(ask: Callable[[Any], Awaitable[Any]], given: QueryWorkflowInput | StartWorkflowUpdateInput) -> Any:
    if given.rpc_timeout is not None:
        return await ask(given)
    latest, bounded = time.monotonic() + WITHIN, replace(given, rpc_timeout=ANSWER * 2)
    while True:
        try:
            return await ask(bounded)
        except (RPCError, RPCTimeoutOrCancelledError) as lost:
            answered = isinstance(lost, RPCError) and lost.status not in NO_ANSWER
            if answered or time.monotonic() > latest:
                raise
