"""A device on loan as people see it. Pure."""

from datetime import datetime
from typing import Final

from domain.device.state import EXPIRED_BEFORE, EXPIRY, RETURN_DUE, DeviceState
from domain.device.states import DeviceStage
from domain.values import facts
from domain.view import Awaited, LifecycleView, Mark, Party, Step, awaited, tracker, view_of

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

_LOGISTICS: Final = "vendor, its logistics"

MISSED: Final = {
    "device_overdue": "The device was not back in time",
    EXPIRED_BEFORE: "The EULA mail's date had passed when the loan began",
}


def device_view(state: DeviceState, now: datetime) -> LifecycleView:
    """As of `now` (UTC)."""
    return view_of(
        state,
        now,
        missed=MISSED,
        troubles=_troubles(state),
        kind=state.lifecycle,
        what=f"Device {state.device_id} on loan for trial {state.trial_id}",
        stage=state.stage,
        stage_in_words=IN_WORDS[state.stage],
        customer_id=state.customer_id,
        partner_id=state.partner_id,
        steps=_steps(state),
        awaiting=_awaiting(state),
        facts=_facts(state),
    )


def _facts(state: DeviceState) -> dict[str, str]:
    return facts(
        trial=state.trial_id,
        model=state.model,
        serial_number=state.serial_number,
        expires_at=state.expires_at,
        return_due_at=state.return_due_at,
        overdue="yes" if state.overdue and not state.closed else None,
        carrier=state.way_back.carrier,
        label_in_box="yes" if state.way_back.label_in_box else "no",
        new_label_possible="yes" if state.way_back.new_label_possible else "no",
        returned=", ".join(state.returned_serials) or None,
    )


def _troubles(state: DeviceState) -> list[str]:
    if state.stage is not D.SERIAL_MISMATCH:
        return []
    return [f"Another device came back, {state.returned_serials[-1]}; on loan is {state.serial_number}"]


def _steps(state: DeviceState) -> tuple[Step, ...]:
    """Delivery, and a hand-over, that nobody reported and nobody can report any more is no step."""
    known: list[tuple[str, bool, datetime | None]] = [("Shipped", True, None)]
    if state.delivered_at or state.stage is D.SHIPPED:
        known.append(("Delivered", state.delivered_at is not None, state.delivered_at))
        known.append(("In use", state.stage not in {D.SHIPPED, D.IN_USE}, None))
    if state.handed_over or state.stage is not D.MATCHED:
        known.append(("Handed to the carrier", state.handed_over, None))
    steps = tracker([*known, ("Back", state.stage is D.MATCHED, None)], closed=state.closed)
    if state.stage is not D.SERIAL_MISMATCH:
        return steps
    return (*steps[:-1], Step(name="Back", mark=Mark.STOPPED))


def _awaiting(state: DeviceState) -> tuple[Awaited, ...]:
    customer, device = f"customer {state.customer_id}", f"device {state.serial_number}"
    match state.stage:
        case D.MATCHED:
            return ()
        case D.SHIPPED:
            what = f"delivery of {device}"
            return (awaited(state, what, Party.VENDOR, "report_delivered", EXPIRY, whom=_LOGISTICS),)
        case D.RETURN_IN_TRANSIT:
            return (awaited(state, device, Party.VENDOR, "report_received", RETURN_DUE, whom=_LOGISTICS),)
        case _:
            what = f"{device} handed to {state.way_back.carrier}"
            due = state.stage is not D.IN_USE
            return (awaited(state, what, Party.CUSTOMER, "hand_over", RETURN_DUE, whom=customer, pressing=due),)
