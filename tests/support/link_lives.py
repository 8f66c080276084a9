"""Lives whose mails have links, as far as they have to go for it."""

from typing import Any

from domain.order.messages import Offering
from domain.trial.messages import TrialDevice
from tests.makers import a_consented_trial, a_customer, a_paid_customer_s_trial, an_order, cleared, days
from tests.postgres import everything
from tests.support.clock import forward
from tests.support.link_room import LinkRoom


async def wanting_terms(room: LinkRoom, number: str) -> str:
    """The link to the port terms of an order."""
    await room.start("Order", an_order(number, Offering.NAMED_HOST, Offering.PORT), f"order-{number}")
    return await room.link("port-terms", "terms_wanted", number)


async def wanting_a_form(room: LinkRoom, number: str) -> str:
    """The link to the Provisioning form of an order."""
    order = await room.start("Order", an_order(number), f"order-{number}")
    await room.send(order, "clear_compliance", cleared())
    return await room.link("provisioning", "confirmation", number)


async def wanting_consent(room: LinkRoom, trial: str) -> str:
    """The full administrator's link to a trial request."""
    placed = a_consented_trial(trial, customer=a_customer(id=f"customer-of-{trial}"))
    await room.start("Trial", placed, f"trial-{trial}")
    return await room.link("consent", "trial_consent", trial, "full@")


async def lending(room: LinkRoom, number: int) -> dict[str, str]:
    """The links of the reminder to give a device back."""
    device = TrialDevice(
        device_id=f"D-{number}", model="Desk Pro", serial_number=f"FOC{number}", expires_on=room.now() + days(30)
    )
    trial = a_paid_customer_s_trial(f"T-{number}", customer=a_customer(id=f"customer-{number}"), devices=(device,))
    await room.start("Trial", trial, f"trial-T-{number}")
    await room.mail("device_eula", f"T-{number}")
    await forward(room.client, f"device-D-{number}", days(31))
    return room.links_in(await room.mail("device_return", f"T-{number}"))


def changes_of(room: LinkRoom) -> dict[str, Any]:
    """All rows, but how often somebody tried."""
    return {name: rows for name, rows in everything(room.store).items() if name != "web_attempts"}
