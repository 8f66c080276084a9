"""Trials of every kind of customer, to every end."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.fuzz.people import customer, partner, person
from tests.fuzz.rules import NAMED_USERS
from tests.fuzz.scene import Scene
from tests.fuzz.shots import LifecycleState


async def a_trial(scene: Scene, kind: str, *services: str, rush: int = 0, **fixed: Any) -> LifecycleState:
    name = f"T-{scene.number:05}"
    given: dict[str, Any] = {"trial_id": name, "kind": kind, "services": list(services), "customer": customer(scene)}
    given |= {"partner": partner(scene), "days": 30, "devices": [], "purchased": []}
    return await scene.begin("Trial", f"trial-{name}", rush=rush, **given | fixed)


def a_device(scene: Scene, which: int) -> dict[str, Any]:
    expires = datetime.now(UTC) + timedelta(days=40)
    name = f"D{scene.number:05}-{which}"
    return {"device_id": name, "model": f"M{which}", "serial_number": f"S-{name}", "expires_on": expires.isoformat()}


async def a_new_customer_s_trial(scene: Scene) -> None:
    """With devices, changed and extended, converted in grace; the devices are called back."""
    devices = [a_device(scene, 1), a_device(scene, 2)]
    trial = await a_trial(scene, "new_customer", "meetings", "messaging", rush=3, devices=devices)
    await scene.burst(trial)
    await scene.tell(trial, "report_services_built", services=["messaging"])
    await scene.tell(trial, "report_services_built", services=["meetings"])
    await scene.burst(trial)
    device = await scene.known("DeviceLoan", f"device-{devices[0]['device_id']}")
    await scene.burst(device)
    await scene.tell(trial, "edit_services", add=["contact_center"], remove=["messaging"], site=None)
    await scene.tell(trial, "extend", days=20, confirm_shorten=True)
    await scene.burst(trial)
    await scene.pass_deadline(trial, "expired")
    await scene.burst(trial)
    await scene.tell(trial, "convert", **conversion(scene, trial, "meetings", "contact_center"))
    await scene.burst(trial)
    await scene.burst(device)


def conversion(scene: Scene, trial: LifecycleState, *services: str) -> dict[str, Any]:
    """By an order that is to be started."""
    items: list[dict[str, Any]] = [{"part_number": "A-1", "offering": "named_host", "quantity": NAMED_USERS}]
    partner = trial.started["partner"]
    order = {"by": "ops-7", "sales_order_number": f"SO-{scene.number:05}-9", "customer": trial.started["customer"]}
    order |= {"ordering_partner": partner, "items": items}
    return {"tier": 1, "services": list(services), "order": order, "order_number": None}


async def a_trial_consented(scene: Scene) -> None:
    """Asked twice, accepted, built, cancelled."""
    trial = await a_trial(scene, "existing_customer", "meetings_enterprise", "messaging", rush=2, site=a_site(scene))
    await scene.burst(trial)
    await scene.tell(trial, "resend")
    await scene.tell(trial, "accept")
    await scene.burst(trial)
    await scene.tell(trial, "give_details")
    await scene.burst(trial)
    await scene.tell(trial, "report_services_built", services=["messaging", "meetings_enterprise"])
    await scene.burst(trial)
    await scene.tell(trial, "cancel", confirm=True)
    await scene.burst(trial)


def a_site(scene: Scene) -> dict[str, Any]:
    return {"url": scene.shots.generator(0.0).values.site({}), "zone": "Asia/Tokyo"}


async def a_trial_nobody_consents_to(scene: Scene) -> None:
    """Declined, withdrawn, taken back by the button, or lapsed."""
    trial = await a_trial(scene, "existing_customer", "calling")
    await scene.burst(trial)
    match scene.number % 4:
        case 0:
            await scene.tell(trial, "decline")
        case 1:
            await scene.tell(trial, "withdraw")
        case 2:
            await scene.cancel(trial)
        case _:
            await scene.pass_deadline(trial)
    await scene.burst(trial)


async def a_trial_lost_with_its_numbers(scene: Scene) -> None:
    """Of a paying customer: expired, lapsed, and the phone numbers last."""
    trial = await a_trial(
        scene, "paying_customer", "calling", "messaging", purchased=["meetings"], users=[person(scene)]
    )
    await scene.burst(trial)
    await scene.pass_deadline(trial, "expiring")
    await scene.pass_deadline(trial, "expired")
    await scene.burst(trial)
    while await scene.pass_deadline(trial, "last_call"):
        await scene.burst(trial)
    await scene.pass_deadline(trial, "grace_ends")
    await scene.burst(trial)
    await scene.pass_deadline(trial, "numbers_released")
    await scene.burst(trial)


async def a_trial_lost(scene: Scene) -> None:
    """Without phone numbers, after a hold across the end."""
    trial = await a_trial(scene, "new_customer", "messaging", users=[person(scene), person(scene)])
    await scene.tell(trial, "report_services_built", services=["messaging"])
    await scene.tell(trial, "hold")
    await scene.burst(trial)
    for _ in range(6):
        await scene.pass_deadline(trial)
    await scene.burst(trial)
