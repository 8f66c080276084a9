"""Devices lent by a trial, and one that nobody lent."""

from typing import Any

from tests.fuzz.scene import Scene
from tests.fuzz.shots import LifecycleState
from tests.fuzz.trial_plots import a_device, a_trial


async def a_loan(scene: Scene) -> LifecycleState:
    """Lent by a trial that is active at once."""
    lent = a_device(scene, 1)
    people: dict[str, Any] = {"administrators": [], "partner_administrators": []}
    await a_trial(scene, "paying_customer", "messaging", purchased=["meetings"], devices=[lent], **people)
    device = await scene.known("DeviceLoan", f"device-{lent['device_id']}")
    device.started = lent
    return device


async def a_device_that_comes_back_late(scene: Scene) -> None:
    """Delivered, due, overdue, another one first, then the right one."""
    device = await a_loan(scene)
    await scene.burst(device)
    await scene.tell(device, "report_delivered")
    await scene.burst(device)
    await scene.pass_deadline(device, "device_expires")
    await scene.burst(device)
    await scene.pass_deadline(device, "device_return_due")
    await scene.burst(device)
    await scene.tell(device, "hand_over")
    await scene.burst(device)
    await scene.tell(device, "report_received", serial_number="another")
    await scene.burst(device)
    await scene.tell(device, "hand_over")
    await scene.tell(device, "report_received", serial_number=device.started["serial_number"])
    await scene.burst(device)


async def a_device_called_back(scene: Scene) -> None:
    """By a signal that people never send; papers are asked for; the button does nothing."""
    device = await a_loan(scene)
    await scene.signal(device, "trial_over")
    await scene.burst(device)
    await scene.tell(device, "ask_for_papers", organization_id=f"c-{scene.number}", administrator_email_given=True)
    await scene.cancel(device)
    await scene.burst(device)


async def a_device_of_nobody(scene: Scene) -> None:
    """Started by hand, for a trial that there is not, with any number of administrators."""
    loan = a_device(scene, 1) | {"customer_administrators": scene.chance.choice((1, 3, 10**4, 10**7, -1))}
    device = await scene.begin("DeviceLoan", f"device-{loan['device_id']}", rush=5, **loan | {"zone": "Asia/Tokyo"})
    await scene.burst(device)
