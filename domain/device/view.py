"""A device on loan as people see it. Pure."""

from datetime import datetime
from typing import Final

from domain.device.device import DeviceLife
from domain.device.states import DeviceStage
from domain.values import facts
from domain.view import Awaited, LifeView, Mark, Step, view_of

D = DeviceStage

PATH: Final = ((D.IN_USE, "In use"), (D.RETURN_IN_TRANSIT, "On its way back"), (D.MATCHED, "Back"))

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
        kind=life.lifecycle,
        stage=life.stage,
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
        carrier=life.way_back.carrier,
        label_in_box="yes" if life.way_back.label_in_box else "no",
        returned=", ".join(life.returned_serials) or None,
    )


def _steps(life: DeviceLife) -> tuple[Step, ...]:
    back = life.stage in {D.RETURN_IN_TRANSIT, D.MATCHED, D.SERIAL_MISMATCH}
    used = back or life.stage in {D.RETURN_DUE, D.OVERDUE}
    reached = {D.IN_USE: used, D.RETURN_IN_TRANSIT: life.stage is D.MATCHED, D.MATCHED: life.stage is D.MATCHED}
    marks: list[Step] = []
    for stage, name in PATH:
        here = not reached[stage] and all(step.mark is Mark.DONE for step in marks)
        marks.append(Step(name=name, mark=Mark.DONE if reached[stage] else Mark.CURRENT if here else Mark.PENDING))
    return tuple(marks)


def _awaiting(life: DeviceLife) -> tuple[Awaited, ...]:
    if life.stage is D.MATCHED:
        return ()
    if life.stage is D.RETURN_IN_TRANSIT:
        return (Awaited(what="the device, by its serial number", from_whom="vendor", update="report_received"),)
    carrier = life.way_back.carrier
    what = f"the device handed to {carrier}"
    return (Awaited(what=what, from_whom=f"customer {life.customer_id}", update="hand_over"),)
