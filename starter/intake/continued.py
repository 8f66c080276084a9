"""What can be said at once of a start that goes on with another lifecycle, rather than by a workflow that fails."""

from domain.lifecycles import KINDS
from domain.values import Message
from starter.console.exits import Exit, Stop
from starter.console.ids import kind_of
from starter.console.terminal import terminal
from starter.reach.records import Records


async def must_go_on(start: Message, records: Records) -> None:
    """What it continues, if anything, is there, is this customer's and not over; else a Stop."""
    if (continued := kind_of(start).continues(start)) is None:
        return
    one, rule, field = KINDS[continued.lifecycle].one, continued.rule, continued.field
    row = await records.ask(lambda store: store.row(continued.lifecycle, continued.id))
    if records.problem:
        terminal.warn_once(f"the {one} is not checked, for the store cannot be asked: {records.problem}")
        return
    if row is None:
        raise Stop(Exit.NOT_FOUND, f"no {one} of that id is known here ({rule})", field)
    if row.state.customer_id != continued.customer_id:
        raise Stop(Exit.REFUSED, f"is another customer's {one} ({rule})", field)
    if row.state.closed:
        raise Stop(Exit.REFUSED, f"is a {row.state.stage} {one} ({rule})", field)
