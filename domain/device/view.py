"""A device on loan as people see it. Pure."""

from datetime import datetime
from typing import Final

from domain.device.device import EXPIRY, RETURN_DUE, DeviceLife
from domain.device.states import DeviceStage
from domain.values import facts
from domain.view import Awaited, LifeView, Mark, Step, awaited, tracker, view_of

D = DeviceStage

IN_WORDS: Final = {
    D.SHIPPED: "is on its way to the customer",
    D.IN_USE: "is in use",
    D.RETURN_DUE: "has to go back",
    D.OVERDUE: "is overdue, it was not given back in time",
    D.RETURN_IN_TRANSIT: "is on its way back",
    D.SERIAL_MISMATCH: "is not back, another device came",
    D.MATCHED: "is back",
}

MISSED: Final = {"device_overdue": "The device was not back in time"}

GIVEN_BACK: Final = frozenset({D.RETURN_IN_TRANSIT, D.SERIAL_MISMATCH, D.MATCHED})
"""The customer handed something over, this device or another one."""

CAN_SEND: Final = {
    D.SHIPPED: ("report_delivered", "hand_over", "ask_for_papers"),
    D.IN_USE: ("hand_over", "ask_for_papers"),
    D.RETURN_DUE: ("hand_over", "ask_for_papers"),
    D.OVERDUE: ("hand_over", "ask_for_papers"),
    D.RETURN_IN_TRANSIT: ("report_received", "ask_for_papers"),
    D.SERIAL_MISMATCH: ("hand_over", "ask_for_papers"),
}


def device_view(life: DeviceLife, now: datetime) -> LifeView:
    """Everything about a device that its state can tell, as of `now` (UTC)."""
    return view_of(
        life,
        now,
        missed=MISSED,
        troubles=_troubles(life),
        kind=life.lifecycle,
        what=f"Device {life.device_id} on loan for trial {life.trial_id}",
        stage=life.stage,
        stage_in_words=IN_WORDS[life.stage],
        customer_id=life.customer_id,
        partner_id=life.partner_id,
        steps=_steps(life),
        awaiting=_awaiting(life),
        can_send=CAN_SEND.get(life.stage, ()),
        facts=_facts(life),
    )


def _facts(life: DeviceLife) -> dict[str, str]:
    return facts(
        trial=life.trial_id,
        model=life.model,
        serial_number=life.serial_number,
        expires_at=life.expires_at,
        return_due_at=life.return_due_at,
        overdue="yes" if life.overdue and not life.closed else None,
        carrier=life.way_back.carrier,
        label_in_box="yes" if life.way_back.label_in_box else "no",
        new_label_possible="yes" if life.way_back.new_label_possible else "no",
        returned=", ".join(life.returned_serials) or None,
    )


def _troubles(life: DeviceLife) -> list[str]:
    if life.stage is not D.SERIAL_MISMATCH:
        return []
    return [f"Another device came back, {life.returned_serials[-1]}; on loan is {life.serial_number}"]


def _steps(life: DeviceLife) -> tuple[Step, ...]:
    """Delivery that nobody reported and nobody can report any more is no step."""
    told: list[tuple[str, bool, datetime | None]] = [("Shipped", True, None)]
    if life.delivered_at or life.stage is D.SHIPPED:
        told.append(("Delivered", life.delivered_at is not None, life.delivered_at))
        told.append(("In use", life.stage not in {D.SHIPPED, D.IN_USE}, None))
    told.append(("Handed to the carrier", life.stage in GIVEN_BACK, None))
    steps = tracker([*told, ("Back", life.stage is D.MATCHED, None)], closed=life.closed)
    if life.stage is not D.SERIAL_MISMATCH:
        return steps
    return (*steps[:-1], Step(name="Back", mark=Mark.STOPPED))


def _awaiting(life: DeviceLife) -> tuple[Awaited, ...]:
    customer, device = f"customer {life.customer_id}", f"device {life.serial_number}"
    match life.stage:
        case D.MATCHED:
            return ()
        case D.SHIPPED:
            return (awaited(life, f"delivery of {device}", "vendor, its logistics", "report_delivered", EXPIRY),)
        case D.RETURN_IN_TRANSIT:
            return (awaited(life, device, "vendor, its logistics", "report_received", RETURN_DUE),)
        case _:
            what = f"{device} handed to {life.way_back.carrier}"
            due = life.stage is not D.IN_USE
            return (awaited(life, what, customer, "hand_over", RETURN_DUE, pressing=due),)
