"""What one life of each kind leaves in Temporal, told slowly: each message when the one before has settled."""

from typing import Final

from bench import lives, plan, sink
from bench.histories import Trace, at_rest, trace
from bench.lives import Handle, Life
from bench.outcome import Figures, Outcome, once
from bench.stack import Stack
from bench.systems import Place, lived_trial

PACED: Final = "PACED"
RENEWED: Final = f"{PACED}-RENEWED"
"""The order whose subscription is renewed."""


async def traces(place: Place) -> Outcome:
    """Of every system there is; trials are moved by the test clock, whose own events are not counted."""
    found: dict[str, Trace] = {}
    for name in place.systems.keys() & {plan.ORDER, plan.ORDER_PLAIN, plan.RENEWAL, plan.FLOOR, plan.REFERENCE}:
        life, queue = _life(name)
        if name == plan.RENEWAL:
            await _paced(place.stack, "tenure", lives.order(RENEWED, terms=False))
            await at_rest(_subscription(place, RENEWED))
        found[name] = await _paced(place.stack, queue, life)
    if plan.ORDER in place.systems:  # the subscription comes to an order's life
        await at_rest(subscription := _subscription(place, _number(plan.ORDER)))
        found["subscription"] = await _trace(subscription)
    if plan.TRIAL in place.systems and place.travelling:
        found[plan.TRIAL] = await _trial(place.travelling)
    figures = _mails(place)
    for name, each in found.items():
        figures |= {
            f"{name}.events": once(each.events),
            f"{name}.actions": once(each.actions),
            f"{name}.history_bytes": once(each.bytes),
        }
    return Outcome(figures, {"events_by_kind": {name: each.kinds for name, each in sorted(found.items())}})


def _mails(place: Place) -> Figures:
    """How many each of these lives sent."""
    boxes = [place.stack.mail_log, *([place.travelling.mail_log] if place.travelling else [])]
    marks = [arrival.mark for box in boxes for arrival in sink.arrivals(box)[0]]
    sent = {name: sum(mark.endswith(f" {_number(name)}") for mark in marks) for name in place.systems}
    return {f"{name}.mails": once(count) for name, count in sent.items() if count}


def _number(name: str) -> str:
    return f"{PACED}-{name.upper().replace('_', '-')}"


def _life(name: str) -> tuple[Life, str]:
    number = _number(name)
    match name:
        case plan.RENEWAL:
            return lives.renewal(number, RENEWED), "tenure"
        case plan.FLOOR:
            return lives.order(number, workflow="FloorOrder"), name
        case plan.REFERENCE:
            return lives.order(number, workflow="PlainOrder"), name
    return lives.order(number, terms=name == plan.ORDER), "tenure"


async def _paced(stack: Stack, queue: str, life: Life) -> Trace:
    handle = await lives.start(stack.client, queue, life)

    async def settled(_workflow_id: str, _update: str) -> None:
        await at_rest(handle)

    await lives.told(handle, life, settled)
    await handle.result()
    return await _trace(handle)


def _subscription(place: Place, order: str) -> Handle:
    return place.stack.client.get_workflow_handle(f"subscription-sub-{order}")


async def _trial(stack: Stack) -> Trace:
    await lived_trial(stack.client, "travel", _number(plan.TRIAL))
    return await _trace(stack.client.get_workflow_handle(f"trial-{_number(plan.TRIAL)}"))


async def _trace(handle: Handle) -> Trace:
    return trace((await handle.fetch_history()).events)
