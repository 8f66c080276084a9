"""Subscriptions: renewed, suspended, told what is not so."""

from tests.fuzz.order_plots import an_order, handover, until_built
from tests.fuzz.scene import Scene
from tests.fuzz.shots import LifecycleState


async def a_subscription(scene: Scene) -> LifecycleState:
    order = await an_order(scene)
    await until_built(scene, order, quick=True)
    await scene.tell(order, "graduate", shape=handover(scene))
    return await scene.known("Subscription", f"subscription-sub-{order.started['sales_order_number']}")


async def renewed(scene: Scene, subscription: LifecycleState, which: int) -> None:
    name = subscription.id.removeprefix("subscription-")
    renewal = await an_order(scene, which=which, kind="renewal", subscription_id=name)
    await scene.burst(renewal)
    await scene.burst(subscription)
    await until_built(scene, renewal)
    await scene.burst(renewal)
    await scene.tell(subscription, "confirm_renewal", order_number=renewal.started["sales_order_number"])


async def a_subscription_renewed(scene: Scene) -> None:
    """After the first notice, in good time; then for good."""
    subscription = await a_subscription(scene)
    await scene.burst(subscription)
    await scene.pass_deadline(subscription)
    await scene.burst(subscription)
    await renewed(scene, subscription, 2)
    await scene.burst(subscription)
    await scene.tell(subscription, "terminate")
    await scene.burst(subscription)


async def a_subscription_suspended(scene: Scene) -> None:
    """Not paid either. Nobody renews in time; somebody does later, and pays last."""
    subscription = await a_subscription(scene)
    await scene.tell(subscription, "suspend", why="unpaid")
    await scene.pass_deadline(subscription, "renewal_date")
    await scene.burst(subscription)
    await scene.cancel(subscription)
    await renewed(scene, subscription, 2)
    await scene.tell(subscription, "lift_suspension", why="unpaid")
    await scene.burst(subscription)


async def a_subscription_told_anything(scene: Scene) -> None:
    """Started by hand; signals of orders that there are not."""
    name = f"sub-{scene.number:05}"
    subscription = await scene.begin("Subscription", f"subscription-{name}", subscription_id=name, resumed=None)
    await scene.burst(subscription)
    for _ in range(3):
        await scene.signal(subscription, "renewal")
        await scene.burst(subscription)
    await scene.tell(subscription, "terminate")
    await scene.signal(subscription, "renewal")
