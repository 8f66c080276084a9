"""Orders: every stage, every way out, at the ends of the calendar and of what the server takes."""

from datetime import UTC, datetime
from typing import Any

from tests.fuzz.people import Shape, customer
from tests.fuzz.rules import MONTHS, NAMED_USERS
from tests.fuzz.scene import Scene
from tests.fuzz.shots import LifecycleState


async def an_order(scene: Scene, *offerings: str, rush: int = 0, which: int = 1, **fixed: Any) -> LifecycleState:
    sold = ("named_host", *offerings)
    items: list[dict[str, Any]] = [
        {"part_number": f"A-{each}", "offering": each, "quantity": NAMED_USERS} for each in sold
    ]
    number = f"SO-{scene.number:05}-{which}"
    given = {"sales_order_number": number, "kind": "new", "items": items, "term_months": MONTHS}
    given |= {"customer": customer(scene), "converts_trial": None, "placed_at": None}
    return await scene.begin("Order", f"order-{number}", rush=rush, **given | fixed)


async def until_built(scene: Scene, order: LifecycleState, *, quick: bool = False) -> None:
    """Terms, clearance, form, site; `quick` lives are only the way to something else."""
    renewal = order.started["kind"] == "renewal"
    for item in order.started["items"]:
        if terms := {"port": "port", "audio_commit": "audio"}.get(item["offering"]):
            await scene.tell(order, "accept_terms", terms=terms)
    await burst(scene, order, quick=quick)
    await scene.tell(order, "clear_compliance")
    await burst(scene, order, quick=quick)
    await scene.tell(order, "submit_provisioning_form", shape=form(scene, renewal=renewal))
    await burst(scene, order, quick=quick)
    if renewal:
        await scene.tell(order, "report_site_built", user_name=None, password_url=None)
    else:
        await scene.tell(order, "report_site_built", shape=with_access)


def form(scene: Scene, *, renewal: bool = False) -> Shape:
    """Form A of this order: its first site is the one that Form B will name."""

    def shape(message: dict[str, Any]) -> None:
        message["form"]["existing_customer"] = renewal
        for site in message["form"]["sites"][:1]:
            site["url"] = site_of(scene)

    return shape


def handover(scene: Scene) -> Shape:
    def shape(message: dict[str, Any]) -> None:
        message["form"]["site_url"] = site_of(scene)

    return shape


def site_of(scene: Scene) -> str:
    return f"site-{scene.number}.webex.example"


def with_access(message: dict[str, Any]) -> None:
    message["user_name"] = message.get("user_name") or "admin"
    message["password_url"] = message.get("password_url") or "https://a.example.com/once"


async def burst(scene: Scene, state: LifecycleState, *, quick: bool) -> None:
    if not quick:
        await scene.burst(state)


async def a_straight_order(scene: Scene) -> None:
    """From the start to Graduation, and once more when it is over."""
    order = await an_order(scene, "port", "audio_commit", rush=3)
    await scene.burst(order)
    await until_built(scene, order)
    await scene.burst(order)
    await scene.tell(order, "graduate", shape=handover(scene))
    await scene.burst(order)


async def an_order_refused(scene: Scene) -> None:
    """By the vendor."""
    order = await an_order(scene, rush=2)
    await scene.burst(order)
    await scene.tell(order, "refuse_compliance")
    await scene.burst(order)


async def an_order_cancelled(scene: Scene) -> None:
    """By an update, or by the button of the Web UI; another by the button when it can not be any more."""
    order = await an_order(scene, "port")
    await scene.burst(order)
    if scene.chance.random() < 0.5:
        await scene.tell(order, "cancel")
    else:
        await scene.cancel(order)
    await scene.burst(order)
    shipped = await an_order(scene, which=2)
    await scene.tell(shipped, "clear_compliance")
    await scene.cancel(shipped)
    await scene.burst(shipped)


async def a_late_order(scene: Scene) -> None:
    """Every guide and reminder is missed."""
    order = await an_order(scene)
    await scene.pass_deadline(order)
    await scene.burst(order)
    await scene.tell(order, "clear_compliance")
    await scene.tell(order, "submit_provisioning_form", shape=form(scene))
    await scene.pass_deadline(order)
    await scene.burst(order)
    await scene.tell(order, "report_site_built", shape=with_access)
    for _ in range(5):
        await scene.pass_deadline(order)
    await scene.burst(order)
    await scene.tell(order, "graduate", shape=handover(scene))


async def an_order_with_a_huge_form(scene: Scene) -> None:
    """As large as the server just takes; the record of it is larger. It comes while a note is being recorded."""
    for which in (1, 2):
        order = await an_order(scene, which=which)
        await scene.tell(order, "clear_compliance")

        def huge(message: dict[str, Any]) -> None:
            form(scene)(message)
            message["form"]["additional_languages"] = ["x" * 200] * scene.chance.choice((200, 2000, 10_270))

        await scene.at_once(order, ("put_note", None), ("submit_provisioning_form", huge), ("put_note", None))
        await scene.burst(order)


async def an_order_placed_anywhen(scene: Scene) -> None:
    """Placed at the ends of the century and of the year, under policies at their bounds."""
    values = scene.shots.generator(1.0).values
    country = scene.chance.choice(("LK", "GW", "JP"))
    for which in range(1, 5):
        policy: dict[str, Any] = {
            "vendor_country": country if which % 2 else values.country({}),
            "vendor_zone": values.zone({}),
        }
        policy |= {"hold_overdue": scene.chance.choice((1, 30, 250)), "build_guide": scene.chance.choice((1, 250))}
        year = datetime.now(UTC).year
        anywhen = (values.moment({}), "2000-01-01T00:00:00Z", f"{year - 1}-12-29T10:00:00Z", None, None)
        order = await an_order(scene, which=which, policy=policy, placed_at=scene.chance.choice(anywhen))
        await scene.burst(order)
        await scene.tell(order, "clear_compliance")
        await scene.tell(order, "submit_provisioning_form", shape=form(scene))
