"""One order, handed in: started, or told what is there under its number."""

from domain.mails import Lifecycle
from domain.order.messages import PlaceOrder
from starter import gate
from starter.answers import StartAnswer
from starter.ids import Subject
from starter.records import Records
from starter.starting import Desk, Result
from starter.terminal import terminal


async def hand_in(order: PlaceOrder, *, again: bool) -> None:
    """Start it and say so, or a Stop."""
    task_queue = gate.settings().task_queue
    client, records = await gate.client(), await Records.opened()
    try:
        started = await Desk(client, task_queue, records).start(order, again=again)
    finally:
        records.close()
    if started.result is Result.CLOSED or started.result is Result.CONFLICT:
        raise started.stop()
    if await gate.nobody_polls(client, task_queue):
        terminal.warn(gate.nobody_there(task_queue))
    number = order.sales_order_number
    terminal.say(f"{started.text[0].upper()}{started.text[1:]}. See it: tenure order show {number}")
    terminal.answer(
        StartAnswer(
            result="started" if started.result is Result.STARTED else "already_started",
            order=number,
            workflow_id=Subject(Lifecycle.ORDER, number).workflow_id,
            run_id=started.run_id,
        )
    )
