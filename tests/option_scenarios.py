"""Option requests to record: what people do in real time, and the day that an outcome was expected on skipped time."""

import pytest
from temporalio.client import WorkflowFailureError

from domain.lifecycle import workflow_id
from domain.option.messages import OptionKind, RequestOption
from domain.option.policy import OptionPolicy
from domain.option.state import NAME
from tests.makers import an_order, days
from tests.options import a_request, begun, done, turned_down, withdrawn
from tests.scenarios import until_built
from tests.support.embedded import Embedded
from tests.support.environment import Environment, Handle, Recordings
from tests.support.time_skipping import MONDAY, TICK, TimeSkipping

NUMBER = "SO-600014"
SUBSCRIPTION_ID = f"sub-{NUMBER}"


async def options(env: Embedded) -> Recordings:
    """Of one subscription, which hears of the language; and one of a subscription that nobody knows."""
    await until_built(env, await env.place(an_order(NUMBER)))
    subscription = await env.present_run(env.subscription(SUBSCRIPTION_ID))
    language = await requested(env, wanted(OptionKind.LANGUAGE, "OR-1"))
    await worked_on(env, language, subscription)
    contact = await requested(env, wanted(OptionKind.CONTACT, "OR-2"))
    await worked_on(env, contact)
    rejected = await requested(env, wanted(OptionKind.SITE_SPLIT, "OR-3"))
    await env.send(rejected, "begin_work", begun())
    await env.send(rejected, "reject", turned_down())
    cancelled = await requested(env, wanted(OptionKind.LOGO, "OR-4"))
    await env.send(cancelled, "cancel", withdrawn())
    return {
        "option_language_added": language,
        "option_contact_changed": contact,
        "option_answered": await requested(env, wanted(OptionKind.RENEWAL_DATE, "OR-5")),
        "option_rejected": rejected,
        "option_cancelled": cancelled,
        "option_start_refused": await refused(env, wanted(OptionKind.CSM, "OR-6", subscription_id="sub-nobody")),
        "subscription_with_an_option": subscription,
    }


async def expected_in_vain(env: TimeSkipping) -> Handle:
    """No outcome by the day it was expected: an alert, and the work is done after all. AMB-5."""
    await until_built(env, await env.place(an_order(NUMBER)))
    request = await requested(env, wanted(OptionKind.LOGO, "OR-1", policy=OptionPolicy(expected_within=days(2))))
    await env.sleep_until(MONDAY + days(3) + TICK)
    await worked_on(env, request)
    return request


def wanted(kind: OptionKind, request_id: str, **changes: object) -> RequestOption:
    return a_request(kind, request_id, **{"subscription_id": SUBSCRIPTION_ID} | changes)


async def requested(env: Environment, request: RequestOption) -> Handle:
    """Started; it is there, or refused."""
    handle = await env.start("OptionRequest", request, workflow_id(NAME, request.request_id))
    await env.settled(handle)
    return handle


async def refused(env: Environment, request: RequestOption) -> Handle:
    """By the store."""
    handle = await requested(env, request)
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    return handle


async def worked_on(env: Environment, request: Handle, *who_hears: Handle) -> None:
    await env.send(request, "begin_work", begun())
    await env.send(request, "complete", done("it is shown after the next log-in"), *who_hears)
