"""What has to be there before a start can be forecast: what it goes on with, as a renewal does with a subscription."""

from collections.abc import Callable
from datetime import date
from functools import partial

from domain.values import Message
from starter.console.exits import bad
from starter.console.ids import kind_of
from starter.kinds import own


def continued(start: Message, ends_on: date) -> tuple[Message, ...]:
    """What it goes on with, as if its term ended then; nothing before any other start."""
    made_up = _made_up(start)
    return (made_up(ends_on),) if made_up else ()


def renewed(start: Message, renewal_date: str | None) -> tuple[Message, ...]:
    """The same, by the date that was given."""
    if _made_up(start) is None:
        if renewal_date:
            raise bad("goes with a renewal only: this is a new order", "--renewal-date")
        return ()
    if renewal_date is None:
        raise bad("is required for a renewal: the day its subscription's term ends", "--renewal-date")
    try:
        return continued(start, date.fromisoformat(renewal_date))
    except ValueError:
        raise bad("must be a date such as 2032-06-02", "--renewal-date") from None


def _made_up(start: Message) -> Callable[[date], Message] | None:
    kind = kind_of(start)
    make_up = own(kind.name).continued
    return partial(make_up, start) if make_up and kind.continues(start) else None
