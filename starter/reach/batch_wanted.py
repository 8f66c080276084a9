"""What a batch is asked for, of whom, and under which name."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self
from uuid import uuid4

from pydantic import TypeAdapter, ValidationError

from adapters.temporal import phrases
from domain.operator_updates import OPERATOR_UPDATES
from domain.values import Identifier, Message
from starter.console.exits import bad
from starter.console.models import valid
from starter.console.options import sender

OPEN_ONES: Final = re.compile(r"ExecutionStatus\s*=\s*(['\"])Running\1")
ABOUT_CLOSED: Final = re.compile(r"ExecutionStatus|CloseTime|ExecutionDuration")
IN_QUOTES: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for, of whom."""

    update: str
    query: str
    said: dict[str, Any]
    """What the message says, the same to all: who and why."""

    batch: str
    begun_before: bool
    """Somebody named it: it may have done a part."""

    limit: int
    only: str
    """Those held for this reason, or with this reminder; all, if empty."""

    @classmethod
    def checked(
        cls, update: str, query: str, *, reason: str | None, by: str | None, batch: str | None, limit: int, only: str
    ) -> Self:
        """Or a Stop that says what is wrong with it."""
        for option, given in (("--reason", reason), ("--by", by)):
            if not given:
                raise bad("is required: it is kept with every lifecycle", option)
        if ABOUT_CLOSED.search(IN_QUOTES.sub("''", OPEN_ONES.sub("", query))):
            raise bad("asks for what is closed; only open lifecycles can be told anything", "--query")
        said = sender(by) | {"reason": reason}
        valid(Message, said)
        return cls(
            update=update,
            query=query,
            said=said,
            batch=_name(batch),
            begun_before=batch is not None,
            limit=limit,
            only=only,
        )

    @property
    def update_id(self) -> str:
        """Of each lifecycle the same: by it a second run finds what the first one did."""
        return f"batch/{self.batch}/{self.update}"

    def message(self, **own: str) -> Message:
        return valid(OPERATOR_UPDATES[self.update].message, self.said | own)


def _name(given: str | None) -> str:
    if given is None:
        return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().hex[:4]}"
    try:
        return str(TypeAdapter(Identifier).validate_python(given))
    except ValidationError as wrong:
        raise bad(phrases.said(wrong.errors()[0]), "--batch") from None
