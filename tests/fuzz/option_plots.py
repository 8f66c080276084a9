"""Option requests of one subscription, to every end."""

from typing import Any

from tests.fuzz.order_plots import an_order, handover, site_of, until_built
from tests.fuzz.people import partner, person
from tests.fuzz.scene import Scene
from tests.fuzz.shots import LifecycleState


async def options_of_a_subscription(scene: Scene) -> None:
    """Carried out, refused after all, taken back when it is late, answered at once."""
    order = await an_order(scene, ordering_partner=partner(scene), reselling_partner=None)
    await until_built(scene, order, quick=True)
    await scene.tell(order, "graduate", shape=handover(scene))
    subscription = await scene.known("Subscription", f"subscription-sub-{order.started['sales_order_number']}")
    await carried_out(scene, order, subscription)
    await turned_down(scene, order)
    await taken_back(scene, order)
    answered = await a_request(scene, order, 4, "renewal_date")
    await scene.burst(answered)


async def carried_out(scene: Scene, order: LifecycleState, subscription: LifecycleState) -> None:
    """The subscription hears of it, and of some that there are not."""
    language = {"site": site_of(scene), "language": "pt-BR"}
    request = await a_request(scene, order, 1, "language", language=language, rush=3)
    await scene.burst(request)
    await scene.tell(request, "begin_work")
    await scene.burst(request)
    await scene.tell(request, "complete")
    for _ in range(2):
        await scene.signal(subscription, "option_completed")
    await scene.signal(subscription, "option_completed", request_id=request.started["request_id"])
    await scene.burst(subscription)


async def turned_down(scene: Scene, order: LifecycleState) -> None:
    contact = {"contact_of": scene.chance.choice(("customer", "partner", "renewal_contact")), "person": person(scene)}
    request = await a_request(scene, order, 2, "contact", contact=contact)
    await scene.tell(request, "begin_work")
    await scene.cancel(request)
    await scene.tell(request, "reject")
    await scene.burst(request)


async def taken_back(scene: Scene, order: LifecycleState) -> None:
    """By the update or by the button of the Web UI."""
    request = await a_request(scene, order, 3, "other", text="Kana", policy={"expected_within": "P2D"})
    await scene.pass_deadline(request, "option_expected")
    if scene.chance.random() < 0.5:
        await scene.tell(request, "cancel")
    else:
        await scene.cancel(request)
    await scene.burst(request)


async def a_request(
    scene: Scene, order: LifecycleState, which: int, kind: str, *, rush: int = 0, **fixed: Any
) -> LifecycleState:
    name = f"OR-{scene.number:05}-{which}"
    given = {"request_id": name, "kind": kind, "requested_at": None, "policy": None}
    given |= {"subscription_id": f"sub-{order.started['sales_order_number']}"}
    given |= {"partner_id": order.started["ordering_partner"]["id"]}
    return await scene.begin("OptionRequest", f"option-{name}", rush=rush, **given | fixed)
