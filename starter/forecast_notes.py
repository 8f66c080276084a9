"""The notebook a forecast is taken down in. No Temporal, no personal data."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from domain.mails import MailKind
from starter.tool_answers import Coming, ForecastEntry

_WITHIN_A_MOMENT: Final = (Coming.DEADLINE, Coming.STATE, Coming.LOSS, Coming.MAIL)
"""What happens at one instant is told in this order: the cause first, the mail about it last."""

_ACT: Final = -1

_MAILS: Final = tuple(MailKind)


@dataclass
class Notebook:
    """Takes down what happens. Whoever moves the clock says what time it is: the same forecast twice is the same."""

    subject: str
    """The id of what is forecast: only what happens to another lifecycle is told with its id."""

    at: datetime
    moment: int = 0
    stories: list[str] = field(default_factory=list)
    """Ids of the lifecycles met, in this order."""

    _taken: list[tuple[tuple[object, ...], ForecastEntry]] = field(default_factory=list)

    def turn(self, at: datetime) -> None:
        """Another moment; of several at one instant the later comes later in the list."""
        self.at = at
        self.moment += 1

    def forget(self) -> None:
        """What was noted so far is no part of the forecast."""
        self._taken.clear()

    def act(self, subject: str, what: str) -> None:
        """Something a what-if file does, and what became of it; before all that follows from it."""
        self._note(subject, Coming.STATE, what, None, order=_ACT)

    def state(self, subject: str, stage: str, rule: str | None) -> None:
        """A lifecycle stands somewhere else now."""
        self._note(subject, Coming.STATE, stage, rule)

    def deadline(self, subject: str, label: str, rule: str | None) -> None:
        """Something fell due."""
        self._note(subject, Coming.DEADLINE, label, rule)

    def loss(self, subject: str, step: str, rule: str | None) -> None:
        """Something is gone for good."""
        self._note(subject, Coming.LOSS, in_words(step), rule)

    def mail(self, subject: str, kind: MailKind, to: str, rule: str | None) -> None:
        """A mail goes out. Several are under way at a time, so their order is ours: by kind, then reader."""
        role, _, number = to.partition("/")
        self._note(subject, Coming.MAIL, in_words(kind), rule, to, within=(_MAILS.index(kind), role, int(number or 0)))

    def entries(self) -> list[ForecastEntry]:
        """Everything, in time order."""
        return [entry for _, entry in sorted(self._taken, key=lambda taken: taken[0])]

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
    ) -> None:
        if subject not in self.stories:
            self.stories.append(subject)
        told = what if subject == self.subject else f"{subject}: {what}"
        rank = _WITHIN_A_MOMENT.index(kind) if order is None else order
        place = (self.moment, rank, self.stories.index(subject), *within, len(self._taken))
        self._taken.append((place, ForecastEntry(at=self.at, kind=kind, what=told, to=to, rule=rule or None)))


def in_words(name: str) -> str:
    """`trial_expiring` as people read it."""
    return name.replace("_", " ")
