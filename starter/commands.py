"""How a command that sends an update is made: it states what is its own; its id and its last options all have alike."""

import asyncio
import functools
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import typer

from starter.options import By, Message, Reason, Source, UpdateId, examples

Sent = tuple[str, dict[str, Any]]
"""An update by its name in the workflow, and the fields that the command's own options give it."""

Says = Callable[..., Sent]

ABOUT: Final[Mapping[str, Any]] = {"by": By, "reason": Reason, "source": Source}
"""What every message says about itself, in the order of the help."""

REASON_FIRST: Final[Mapping[str, Any]] = {"reason": Reason, "by": By, "source": Source}
"""Where nothing goes without a reason."""

NO_REASON: Final[Mapping[str, Any]] = {"by": By, "source": Source}


@dataclass(frozen=True)
class Updates:
    """The commands of one group and panel."""

    app: typer.Typer
    group: str
    """Also the name of the reader of its ids in starter/ids.py."""

    id_: Any
    """The argument ID with its help."""

    panel: str | None = None

    def command(self, *lines: str, about: Mapping[str, Any] = ABOUT) -> Callable[[Says], Says]:
        """Makes one of a function that has its own options only and says what is sent; `lines` are examples."""

        def register(says: Says) -> Says:
            self.app.command(rich_help_panel=self.panel, epilog=examples(*lines))(self._sending(says, about))
            return says

        return register

    def _sending(self, says: Says, about: Mapping[str, Any]) -> Callable[..., None]:
        @functools.wraps(says)
        def command(id_: str, message: str | None, update_id: str | None, **given: Any) -> None:
            from starter import ids
            from starter.sending import send

            said = {name: given.pop(name) for name in about}
            update, fields = says(**given)
            asyncio.run(send(getattr(ids, self.group)(id_), update, fields | said, message, update_id))

        command.__signature__ = self._signature(says, about)  # type: ignore[attr-defined]  # where Typer finds options
        return command

    def _signature(self, says: Says, about: Mapping[str, Any]) -> inspect.Signature:
        """ID, its own options, then the shared ones."""
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        shared = {**about, "message": Message, "update_id": UpdateId}
        return inspect.Signature(
            [
                inspect.Parameter("id_", kind, annotation=self.id_),
                *inspect.signature(says).parameters.values(),
                *(inspect.Parameter(name, kind, default=None, annotation=option) for name, option in shared.items()),
            ]
        )
