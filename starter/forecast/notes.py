"""The notebook a forecast is taken down in. No Temporal, no personal data."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, NamedTuple

from domain.lifecycles import mail_kinds
from starter.answers.tools import Coming, ForecastEntry

WITHIN_A_MOMENT: Final = (Coming.DEADLINE, Coming.STATE, Coming.LOSS, Coming.MAIL)
"""What happens at one instant is told in this order: the cause first, the mail about it last."""

ACT: Final = -1
"""Before all of them."""


class MailNote(NamedTuple):
    """A mail, for whom by role, and what it follows: an update, a deadline, or the start."""

    kind: str
    role: str
    cause: str


@dataclass(frozen=True)
class _Note:
    place: tuple[object, ...]
    entry: ForecastEntry
    cause: str = ""
    """What it brings about, in words: of acts and deadlines."""

    mail: str = ""
    """The mail's kind."""

    role: str = ""
    """Of the mail's reader."""


@dataclass
class Notebook:
    """Takes down what happens. Whoever moves the clock says what time it is: the same forecast twice is the same."""

    subject: str
    """The id of what is forecast: only what happens to another lifecycle is told with its id."""

    at: datetime
    moment: int = 0
    known: list[str] = field(default_factory=list)
    """Ids of the lifecycles met, in this order."""

    _notes: list[_Note] = field(default_factory=list)

    def turn(self, at: datetime) -> None:
        """Another moment; of several at one instant the later comes later in the list."""
        self.at = at
        self.moment += 1

    def forget(self) -> None:
        """What was noted so far is no part of the forecast."""
        self._notes.clear()

    def act(self, subject: str, what: str, update: str) -> None:
        """Somebody acts, and what became of it; before all that follows from it."""
        self._note(subject, Coming.STATE, what, None, order=ACT, cause=f"after {update}")

    def state(self, subject: str, stage: str, rule: str | None) -> None:
        """A lifecycle stands somewhere else now."""
        self._note(subject, Coming.STATE, stage, rule)

    def deadline(self, subject: str, label: str, rule: str | None) -> None:
        """Something fell due."""
        self._note(subject, Coming.DEADLINE, label, rule, cause=label)

    def loss(self, subject: str, step: str, rule: str | None) -> None:
        """Something is gone for good."""
        self._note(subject, Coming.LOSS, in_words(step), rule)

    def mail(self, subject: str, kind: str, to: str, role: str, rule: str | None) -> None:
        """A mail goes out. Several are under way at a time, so their order is ours: by kind, then reader, the tenth of
        a role after the ninth."""
        within = (mail_kinds().index(kind), role, len(to), to)
        self._note(subject, Coming.MAIL, in_words(kind), rule, to, within=within, mail=kind, role=role)

    def entries(self) -> list[ForecastEntry]:
        """Everything, in time order."""
        return [note.entry for note in self._in_order()]

    def mails(self) -> Iterator[MailNote]:
        """Each mail with its cause."""
        cause = "at once"
        for note in self._in_order():
            cause = note.cause or cause
            if note.mail:
                yield MailNote(note.mail, note.role, cause)

    def _in_order(self) -> list[_Note]:
        return sorted(self._notes, key=lambda note: note.place)

    def _note(
        self,
        subject: str,
        kind: Coming,
        what: str,
        rule: str | None,
        to: str | None = None,
        *,
        order: int | None = None,
        within: tuple[object, ...] = (),
        cause: str = "",
        mail: str = "",
        role: str = "",
    ) -> None:
        if subject not in self.known:
            self.known.append(subject)
        told = what if subject == self.subject else f"{subject}: {what}"
        rank = WITHIN_A_MOMENT.index(kind) if order is None else order
        place = (self.moment, rank, self.known.index(subject), *within, len(self._notes))
        entry = ForecastEntry(at=self.at, kind=kind, what=told, to=to, rule=rule or None)
        self._notes.append(_Note(place, entry, cause, mail, role))


def in_words(name: str) -> str:
    """`trial_expiring` as people read it."""
    return name.replace("_", " ")
