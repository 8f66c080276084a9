"""What pages of updates and of starts share: what was sent by a form, who says it, what is said of no answer."""

import secrets
from dataclasses import dataclass, replace
from typing import Final

from starlette.requests import Request

from domain.hub.users import HubUser
from domain.permissions import Right
from domain.values import Source
from web.model_forms import typed_of
from web.model_values import Typed
from web.reach import NoAnswer

NOT_NOW: Final = 409
NOT_READ: Final = 422
NOBODY_THERE: Final = 503

CONFIRMED: Final = "confirmed"
OWN: Final = frozenset({"csrf", "form", "next", CONFIRMED})
"""Inputs of the page itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What stands in a form: at first, or as somebody sent it."""

    typed: Typed
    """Of the message."""

    form: str = ""
    """By it the same form, sent twice, is known as the same."""

    confirmed: str = ""
    next: str = ""
    """Where they came from."""

    @property
    def form_id(self) -> str:
        """Its own, or a new one."""
        return self.form or secrets.token_urlsafe(16)

    def anew(self) -> "Posted":
        """The same, asked again: another question, for the cause of a refusal may be gone by then."""
        return replace(self, form="")


async def posted(request: Request) -> Posted:
    """What somebody sent."""
    given = typed_of((await request.form()).multi_items())
    own = {name: next(iter(given.get(name, ())), "") for name in ("form", CONFIRMED, "next")}
    return Posted(typed={name: texts for name, texts in given.items() if name not in OWN}, **own)


def sender(user: HubUser) -> dict[str, str]:
    """Who says it, and from where: nobody is asked for it."""
    source = Source.OPERATOR if user.may(Right.OPERATE) else Source.PORTAL
    return {"by": user.user_id, "source": str(source)}


def unanswered(outcome: NoAnswer) -> str:
    """The name of what is said then."""
    return "no_answer" if outcome.may_take_effect else "away"
