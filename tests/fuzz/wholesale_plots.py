"""Wholesale customers and their compliance checks, to every end of both."""

import asyncio
from typing import Any, Final

from tests.fuzz.generator import Json
from tests.fuzz.people import partner
from tests.fuzz.scene import Scene
from tests.fuzz.shots import LifecycleState

LISTED: Final = "Zaribon Dynamics"
"""Invented, and the only one on the campaign's list."""

LOOKS, PAUSE = 240, 0.25
"""At what has to come: a minute, in seconds each."""

CALLING, MEETINGS, CONSOLE = "webex_calling", "webex_meetings", "attendant_console"


async def a_check_that_waits_for_a_list(scene: Scene) -> None:
    """There is none at first: the customer goes on, and its check is made once there is one."""
    customer = await a_customer(scene, rush=2)
    check = await the_check(scene, customer)
    await scene.burst(check)
    await scene.tell(customer, "report_package", offering=CALLING, outcome="provisioned")
    scene.import_list(LISTED)
    for name in (MEETINGS, CONSOLE):
        await scene.tell(customer, "report_package", offering=name, outcome="failed")
    await scene.burst(customer)
    await scene.tell(customer, "deprovision", confirm=True)


async def a_customer_used(scene: Scene) -> None:
    """Set up, with errors and without; users come and go; another address; held on its way out."""
    scene.import_list(LISTED)
    customer = await a_customer(scene, rush=3)
    await scene.burst(customer)
    await scene.tell(customer, "report_package", offering=CALLING, outcome="provisioned")
    await scene.tell(customer, "report_package", offering=CONSOLE, outcome="provisioned")
    await scene.tell(customer, "report_package", offering=MEETINGS, outcome="failed")
    await scene.burst(customer)
    await scene.tell(customer, "retry_package", offering=MEETINGS)
    await scene.tell(customer, "report_package", offering=MEETINGS, outcome="provisioned")
    await scene.burst(customer)
    await scene.at_once(customer, *[("assign", user(number)) for number in range(3)])
    await scene.tell(customer, "change_package", user_id="U-1", package=MEETINGS, add_ons=[])
    await scene.tell(customer, "remove_user", user_id="U-2")
    version = int((await scene.look(customer))["facts"]["quantities_version"])
    await scene.tell(customer, "change_quantities", version=version, packages={"webex_suite": 3}, add_ons={}, remove=[])
    await scene.burst(customer)
    await scene.tell(customer, "update_billing_address")
    await scene.pass_deadline(customer)
    await scene.cancel(customer)
    await scene.burst(await the_check(scene, customer))
    await removed_slowly(scene, customer)
    await scene.burst(customer)


async def a_customer_without_effect(scene: Scene) -> None:
    """The partner's own: nothing of it can be set up."""
    scene.import_list(LISTED)
    customer = await a_customer(
        scene, packages={CALLING: 1}, add_ons={}, organization_package=None, own_organization=True
    )
    await scene.tell(customer, "report_package", offering=CALLING, outcome="failed")
    await scene.burst(customer)
    await scene.tell(customer, "deprovision", confirm=True)


async def a_customer_never_compliant(scene: Scene) -> None:
    """Confirmed to be the one on the list, contacted, called last; the customer is held when its time is up."""
    scene.import_list(LISTED)
    customer = await a_customer(scene, name=LISTED)
    check = await the_check(scene, customer)
    await scene.burst(check)
    await scene.pass_deadline(check, "review_late")
    await scene.tell(check, "confirm_match")
    await scene.burst(check)
    await scene.cancel(check)
    await scene.tell(customer, "hold")
    for kind in ("contact", "contact", "last_call", "unreachable", "unresolved"):
        await scene.pass_deadline(check, kind)
    await scene.burst(check)
    await scene.burst(customer)
    await scene.tell(customer, "resume")
    await scene.burst(check)


async def a_customer_that_moves(scene: Scene) -> None:
    """A check gives way to the next one, which is approved; the last one is withdrawn with the customer."""
    scene.import_list(LISTED)
    customer = await a_customer(scene, name=LISTED)
    first = await the_check(scene, customer)
    await scene.tell(customer, "update_billing_address", billing_address={"city": "Osaka", "country": "JP"})
    second = await the_check(scene, customer, 2)
    await gave_way(scene, first)
    await scene.burst(first)
    await scene.tell(second, "confirm_match")
    await scene.tell(second, "partner_replied")
    for _ in range(2):
        await scene.signal(second, "customer_changed")
        await scene.signal(customer, "check_changed")
    await scene.burst(second)
    await scene.tell(second, "approve")
    await scene.burst(second)
    await scene.tell(customer, "screen_again", list_version=None)
    third = await the_check(scene, customer, 3)
    await scene.signal(customer, "check_changed", check_id=third.id.removeprefix("compliance-"))
    await scene.tell(third, "confirm_match")
    await removed_slowly(scene, customer)
    await scene.burst(third)


async def gave_way(scene: Scene, check: LifecycleState) -> None:
    """Before anybody shoots at it: a hostile message may be a valid approval, and then it never gives way."""
    for _ in range(LOOKS):
        if (await scene.look(check)).get("stage") not in ("checking", "in_review"):
            return
        await asyncio.sleep(PAUSE)


async def removed_slowly(scene: Scene, customer: LifecycleState) -> None:
    """Held between the decision and the first step."""
    await scene.tell(customer, "hold")
    await scene.at_once(customer, ("deprovision", confirmed), ("assign", user(9)))
    await scene.burst(customer)
    if (await scene.look(customer)).get("held_by_operator"):
        await scene.tell(customer, "resume")


async def the_check(scene: Scene, customer: LifecycleState, number: int = 1) -> LifecycleState:
    return await scene.known("ComplianceCheck", f"compliance-{customer.started['external_id']}-{number}")


async def a_customer(scene: Scene, *, rush: int = 0, **fixed: Any) -> LifecycleState:
    name = f"W-{scene.number:05}"
    given: dict[str, Any] = {"external_id": name, "name": "Kana", "aliases": [], "partner": partner(scene)}
    given |= {"zone": "Asia/Tokyo", "billing_address": {"city": "Minato-ku", "country": "JP"}, "policy": None}
    given |= {"packages": {CALLING: 10, MEETINGS: 5}, "add_ons": {CONSOLE: 2}, "organization_package": CALLING}
    return await scene.begin("WholesaleCustomer", f"wholesale-{name}", rush=rush, **given | fixed)


def user(number: int) -> Any:
    """Somebody with calling."""

    def shape(message: Json) -> None:
        message["user"] |= {"user_id": f"U-{number}", "package": CALLING, "add_ons": [], "administrator": False}

    return shape


def confirmed(message: Json) -> None:
    message["confirm"] = True
