"""A subscription in service on a server, its order in the store alone: for tests of what comes later."""

from typing import Any

from domain.lifecycle import Lifecycle, workflow_id
from domain.order.state import OrderState
from domain.order.states import Stage
from domain.subscription.sites import SubscriptionSite
from tests.makers import a_subscription_start, an_order
from tests.options import SITE
from tests.records import recorded
from tests.support.environment import Handle
from tests.support.time_skipping import MONDAY, TimeSkipping

RUN = "run-SO-100001"
HEAD = SubscriptionSite(url=SITE, named_users=25, languages=("ja",))


async def in_service(env: TimeSkipping, **start: Any) -> Handle:
    """With a CSM and one site of 25 named users, in Japanese; its order is completed."""
    order = OrderState.placed(an_order(), MONDAY)
    env.store.open_order(an_order(), order, RUN, MONDAY)
    order.stage, order.csm = Stage.COMPLETED, "csm-1"
    recorded(env.store, order, order.journal.take(), RUN, MONDAY)
    begun = a_subscription_start(**{"service_start_at": MONDAY, "sites": (HEAD,)} | start)
    handle = await env.start("Subscription", begun, workflow_id(Lifecycle.SUBSCRIPTION, begun.subscription_id))
    await env.settled(handle)
    return handle
