"""What is to be done at which instant: every wait of a workflow in one list that outlives restarts. Pure; no clock."""

from collections import Counter
from datetime import date, datetime

from pydantic import BaseModel, ConfigDict, Field, computed_field, model_validator

from domain.working_time import Instant, in_utc


def _is_none(value: object) -> bool:
    return value is None


class Deadline(BaseModel):
    """Something to be done once, at an absolute instant computed from its anchor."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    kind: str
    """What is to be done: `expiring`."""

    day: date | None = Field(default=None, exclude_if=_is_none)
    """The calendar day it is counted to, where that day may move: an expiry."""

    days: int | None = Field(default=None, exclude_if=_is_none)
    """How many days before, or after, that is: which of several of its kind."""

    at: Instant
    """Due from this very instant, in UTC."""

    ladder: str | None = None
    """Deadlines of one ladder are successive notices of one thing: when several are due, the latest says it all."""

    label: str
    """Short words for the timer's summary; operators read them, so no personal data."""

    was: Instant | None = None
    """The date it had before an operator, or new rules of zones and holidays, moved it."""

    set_by_operator: bool = False
    """An operator moved it to where it is: new rules leave it there."""

    @computed_field  # type: ignore[prop-decorator]
    @property
    def name(self) -> str:
        """As people see it, unique within an agenda: `expiring/2026-09-30/7`."""
        return "/".join(str(part) for part in (self.kind, self.day, self.days) if part is not None)


class Due(BaseModel):
    """What one look at the clock took off an agenda, both lists in time order."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    act: list[Deadline]
    """To be done now, each exactly once."""

    skipped: list[Deadline]
    """Overtaken by a later notice of their ladder: never to be done."""


class Agenda(BaseModel):
    """The deadlines of one lifecycle and what became of them; carried whole through continue-as-new."""

    model_config = ConfigDict(hide_input_in_errors=True)

    pending: list[Deadline] = Field(default_factory=list)
    """Still to come, in order of arming; a moved deadline keeps its place."""

    done: list[str] = Field(default_factory=list)
    """Names acted on or skipped, in the order they were taken."""

    @model_validator(mode="after")
    def _names_stand_once(self) -> "Agenda":
        names = Counter([*(deadline.name for deadline in self.pending), *self.done])
        if repeated := [name for name, times in names.items() if times > 1]:
            raise ValueError(f"more than once in the agenda: {', '.join(repeated)}")
        return self

    def arm(self, *deadlines: Deadline, again: bool = False) -> None:
        """Wait for these too. A pending one of the same name is replaced: its date moved.

        What is done stays done: arming its name is a no-op, so a workflow may arm the same ladder at every turn. Only
        `again` brings it back, to be acted on once more.
        """
        done = set(self.done)
        wanted = {deadline.name: deadline for deadline in deadlines if again or deadline.name not in done}
        if back := done & wanted.keys():
            self.done = [name for name in self.done if name not in back]
        self.pending = list(({known.name: known for known in self.pending} | wanted).values())

    def disarm(self, *names: str) -> None:
        """Wait for these no longer. Names not pending are left alone; a disarmed name is not done and may come back."""
        self.pending = [deadline for deadline in self.pending if deadline.name not in names]

    def disarm_all(self) -> None:
        self.pending = []

    def disarm_ladder(self, ladder: str) -> None:
        """Wait for no further notice of this ladder."""
        self.pending = [deadline for deadline in self.pending if deadline.ladder != ladder]

    def next(self) -> Deadline | None:
        """The earliest pending deadline, the first armed among equals; None when there is nothing to wait for."""
        return min(self.pending, key=lambda deadline: deadline.at, default=None)

    def take_due(self, now: datetime) -> Due:
        """Take off everything due at `now` (aware), whether by a second or by months.

        Of one ladder only the latest due notice is to be acted on (the last armed among equals): after a late start or
        a worker that was down there is one mail and no burst. Whatever is taken is done and never comes again.
        """
        now = in_utc(now)
        due = sorted((deadline for deadline in self.pending if deadline.at <= now), key=lambda deadline: deadline.at)
        latest = {deadline.ladder: deadline.name for deadline in due}
        act = [deadline for deadline in due if deadline.ladder is None or latest[deadline.ladder] == deadline.name]
        self.pending = [deadline for deadline in self.pending if deadline.at > now]
        self.done += [deadline.name for deadline in due]
        acted_on = {deadline.name for deadline in act}
        return Due(act=act, skipped=[deadline for deadline in due if deadline.name not in acted_on])
