"""The timeline of a customer: one picture and two lists. HUB-40."""

from typing import Any, Final

from domain.permissions import Right
from web.hub.asked import Asked
from web.hub.picture import picture
from web.hub.timeline import coming, happened

SHOWN: Final = 60
"""Of what happened, at first."""


def timeline_tab(asked: Asked) -> dict[str, Any]:
    """Operators may see what is theirs alone, too: `technical`."""
    may = asked.user.may(Right.OPERATE)
    operator = may and asked.query.get("technical") == "yes"
    past = happened(asked.answer.events, asked.reader, operator=operator)
    future = coming(asked, operator=operator) if asked.answer.basis.now else []
    every = asked.query.get("all") == "yes"
    name = asked.reader.say("timeline.picture", customer=asked.customer.name)
    return {
        "past": past if every else past[:SHOWN],
        "more": len(past) > SHOWN and not every,
        "future": future,
        "picture": picture([*reversed(past), *future], asked.now, name, asked.reader),
        "picture_name": name,
        "may_see_technical": may,
        "technical": operator,
    }
