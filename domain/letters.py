"""How the mails of a lifecycle are written: asked at the moment of sending, of its row as it is stored then. Pure."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Generic, TypeVar

from domain.lifecycle import PostedMail
from domain.mails import LetterFacts
from domain.values import Person

R = TypeVar("R")


def _by_role(_row: object, _mail: PostedMail) -> Person | None:
    return None


def _anybody(_row: object, _mail: PostedMail, _reader: Person) -> None:
    return None


@dataclass(frozen=True, kw_only=True)
class Letters(Generic[R]):
    """What a lifecycle says about its mails. R is the model of its stored row."""

    wanted: Callable[[R, PostedMail], bool]
    """Does it, as it stands now, still call for this mail? If not, the mail is MOOT. C20."""

    facts: Callable[[R, PostedMail, datetime], LetterFacts]
    """What the text may say, at this moment of sending; raises Refused where that is not known."""

    reader: Callable[[R, PostedMail], Person | None] = _by_role
    """A reader whom the row itself knows; None for the one whom the store has in the mail's role."""

    check_reader: Callable[[R, PostedMail, Person], None] = _anybody
    """Raises Refused for a reader whom this mail must not go to."""

    with_document: frozenset[str] = frozenset()
    """Mails that the confirmation document goes with."""

    templates: Path | None = None
    """A directory with the templates of its mails, `<mail>.<language>.j2`; None: they are with the others."""
