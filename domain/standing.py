"""Where a lifecycle stands: deadlines, a journal, mails, targets missed, steps that keep failing. Pure."""

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date, datetime
from enum import StrEnum
from operator import attrgetter
from typing import Any, ClassVar, Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from domain.deadlines import Agenda
from domain.elements import FailingStep, Lifecycle, OperatorHold, OperatorNote, PostedMail, mail_key
from domain.events import Journal, TaskKind
from domain.mails import MailKind, MailState, Role, numbered
from domain.transitions import Table
from domain.updates import Update
from domain.values import Message
from domain.working_time import Zone, ZoneRules, end_of_day

AGAIN: Final = "/again-"
"""In the key of a mail that goes out once more."""

UPDATES_KNOWN: Final = 100
"""More than ever are under way at a time, when a run ends."""


class Standing(BaseModel):
    """The common part of an order's, a subscription's, a trial's state. It outlives restarts and continue-as-new."""

    model_config = ConfigDict(hide_input_in_errors=True)

    lifecycle: ClassVar[Lifecycle]
    mail_kinds: ClassVar[type[MailKind]]
    """What it may post."""

    table: ClassVar[Table[Any, Any]]
    updates: ClassVar[Mapping[str, Update]]
    """What people may send to it, by name; what operators may send to every lifecycle is in `operator_updates.py`."""

    stage: StrEnum
    jeopardy: list[str] = Field(default_factory=list)
    """Guides and targets missed so far (TMF622 jeopardy): alerts, never failures."""

    agenda: Agenda = Field(default_factory=Agenda)
    journal: Journal = Field(default_factory=Journal)
    mails: dict[str, PostedMail] = Field(default_factory=dict)
    failing: dict[str, FailingStep] = Field(default_factory=dict)
    """Steps that keep failing, by name."""

    held_by_operator: OperatorHold | None = None
    """While an operator has stopped the clock."""

    last_note: OperatorNote | None = None
    applied: list[str] = Field(default_factory=list)
    """Ids of the last updates that were done, oldest first: a run knows none of those of the run before it. ADR 7."""

    zone: str
    """The customer's IANA zone: its midnight ends a calendar day. AMB-39."""

    zone_rules: ZoneRules | None = None
    """Of that zone, as recorded when it, or its present term, opened. ADR 5."""

    announced_ends: dict[date, AwareDatetime] = Field(default_factory=dict)
    """When days of the contract end that new rules of the zone would have ended earlier: nobody loses what was
    announced. ADR 5."""

    movable: ClassVar[frozenset[str]] = frozenset()
    """Deadlines an operator may move: guides and targets, never dates of the contract."""

    courtesies: ClassVar[frozenset[str]] = frozenset()
    """Ladders of reminders that may be left out."""

    outlasting: ClassVar[frozenset[str]] = frozenset()
    """Alerts that leave something to do also when it is closed; a target missed by then is only remembered. ADR 21."""

    sent_once: ClassVar[frozenset[str]] = frozenset()
    """Mails that never go out again: what they say holds from their sending, or counts. ORD-25, WHS-26."""

    only_informed: ClassVar[frozenset[Role]] = frozenset()
    """Readers, possibly hundreds, whom nobody runs after once it is closed. ADR 21."""

    @property
    @abstractmethod
    def subject(self) -> str:
        """The id within its lifecycle."""

    @property
    def closed(self) -> bool:
        """Nothing will happen to it any more, but for mail that is still under way."""
        return self.stage in self.table.closed

    @property
    def also_needs(self) -> Mapping[str, bool]:
        """Updates that need more than their stage, and whether it is there now."""
        return {}

    def can_take(self, update: str) -> bool:
        """Might this update be sent now? Its content is not known yet."""
        event = self.updates[update].event
        in_stage = event is None or self.table.allows(self.stage, event)
        return in_stage and not self.closed and self.also_needs.get(update, True)

    def check_stage(self, update: str) -> None:
        """Raises TransitionRefused if the stage does not allow it."""
        if (event := self.updates[update].event) is not None:
            self.table.after(self.stage, event)

    def _move(self, event: StrEnum, now: datetime, message: Message | None = None, **data: object) -> None:
        self.stage = self.table.after(self.stage, event)
        self.journal.note(event, now, message, stage=self.stage, **data)

    @property
    def rules(self) -> Zone:
        """What every date of it is computed by."""
        return self.zone_rules or self.zone

    def end_of(self, day: date) -> datetime:
        """When a day of the contract is over: at the customer's midnight, and never before it was said to be."""
        end = end_of_day(day, self.rules)
        return max(end, self.announced_ends.get(day, end))

    @property
    def alerts(self) -> tuple[str, ...]:
        """Of what was missed, what somebody should still look at."""
        return tuple(what for what in self.jeopardy if not self.closed or what in self.outlasting)

    @property
    def mails_in_trouble(self) -> list[PostedMail]:
        """In doubt, or refused for good and still of use to its reader."""
        found = self.mails_in(MailState.UNKNOWN, MailState.REFUSED)
        return [mail for mail in found if not (mail.state is MailState.REFUSED and self._comes_to_nothing(mail))]

    def _comes_to_nothing(self, refused: PostedMail) -> bool:
        return self.closed and self.role_of(refused) in self.only_informed

    @property
    def settled(self) -> bool:
        """No mail is under way, and nothing is left for people to decide."""
        return not (self.alerts or self.mails_in_trouble or self.mails_in(MailState.PENDING))

    @property
    def over(self) -> bool:
        """Closed and settled, and no step keeps failing: its workflow ends. Decision 8, ADR 21."""
        return self.closed and self.settled and not self.failing

    @property
    def attention(self) -> bool:
        """Should somebody look? In jeopardy, a mail in doubt or refused, a step that keeps failing, or a hold."""
        held = self.held_by_operator is not None and not self.over
        return bool(self.alerts or self.mails_in_trouble or self.failing or held)

    @classmethod
    def reader_of(cls, mail: PostedMail) -> str:
        """The role of a mail's reader: the posting's, else the one that its kind always has."""
        return mail.to or cls.mail_kinds(mail.kind).reader or ""

    @property
    def several(self) -> Mapping[Role, int]:
        """Roles in which several people read mails, each by a number, and how many they are."""
        return {}

    @property
    def several_readers(self) -> Mapping[str, Role]:
        """By name, as mails name them."""
        return {numbered(role, number): role for role, most in self.several.items() for number in range(most)}

    def role_of(self, mail: PostedMail) -> str:
        """The role in which its reader reads it, also if they are one of several."""
        reader = self.reader_of(mail)
        return self.several_readers.get(reader, reader)

    def mails_in(self, *states: MailState) -> list[PostedMail]:
        """Mails in one of the states, oldest first."""
        return [mail for mail in self.mails.values() if mail.state in states]

    def for_the_store(self) -> Self:
        """What the store keeps: of its mails only those in trouble, for hundreds of others the ledger knows; no ids of
        updates."""
        in_trouble = self.mails_in(MailState.UNKNOWN, MailState.REFUSED)
        return self.model_copy(update={"mails": {mail.key: mail for mail in in_trouble}, "applied": []})

    def remember_update(self, update_id: str) -> None:
        """It was done: sent again, it is not done again."""
        self.applied = [*self.applied, update_id][-UPDATES_KNOWN:]

    def post(
        self,
        kind: MailKind,
        occurrence: str = "",
        due_at: datetime | None = None,
        to: str = "",
        day: date | None = None,
    ) -> None:
        """A mail is to go out; an occurrence posted before is left alone: each goes out once to each reader."""
        key = self._first_key(kind, day, occurrence, to)
        if key not in self.mails:
            self.mails[key] = PostedMail(key=key, kind=kind, day=day, occurrence=occurrence, due_at=due_at, to=to)

    def _first_key(self, kind: str, day: date | None, occurrence: str, to: str) -> str:
        which = "/".join(str(part) for part in (day, occurrence) if part)
        return mail_key(self.lifecycle, self.subject, kind, which, to)

    def post_again(self, key: str) -> str:
        """The same mail once more, under a key of its own: all that it is about stays. Answers with that key."""
        mail = self.mails[key]
        first = self._first_key(mail.kind, mail.day, mail.occurrence, mail.to)
        again = f"{first}{AGAIN}{len(self.sendings_of(key))}"
        posted = {"key": again, "state": MailState.PENDING, "sent_at": None, "answer": ""}
        self.mails[again] = mail.model_copy(update=posted)
        return again

    def sendings_of(self, key: str) -> list[PostedMail]:
        """One mail, and whenever it was posted again."""
        parts = attrgetter("kind", "day", "occurrence", "to")
        return [mail for mail in self.mails.values() if parts(mail) == parts(self.mails[key])]

    def mail_reported(
        self, key: str, state: MailState, sent_at: datetime | None, now: datetime, answer: str = ""
    ) -> None:
        """What became of a mail; one in doubt waits for an operator. That it went out, or was moot, the ledger knows:
        it is not recorded once more. Decisions 8, 9."""
        in_trouble = state in (MailState.UNKNOWN, MailState.REFUSED)
        said = answer if in_trouble else ""
        self.mails[key] = self.mails[key].model_copy(update={"state": state, "sent_at": sent_at, "answer": said})
        if in_trouble:
            self.journal.note(f"mail.{state}", now, mail=key)
        if state is MailState.UNKNOWN:
            self.journal.open_task(key, TaskKind.SETTLE_MAIL, "operations", now)

    def endanger(self, what: str, now: datetime, due_at: datetime) -> None:
        """A guide or a target was missed: an alert, never a failure. ORD-19, REN-07, AMB-1."""
        self.jeopardy.append(what)
        self.journal.note(f"{self.lifecycle}.jeopardy", now, what=what, due_at=due_at)

    # Steps that keep failing.

    def step_fails(self, step: str, reason: str, now: datetime, *, may_be_left_out: bool) -> None:
        """Tried often enough for somebody to look; it is tried on."""
        since = self.failing[step].since if step in self.failing else now
        if step not in self.failing:
            self.journal.note("step.failing", now, step=step, why=reason)
        self.failing[step] = FailingStep(step=step, reason=reason, since=since, may_be_left_out=may_be_left_out)

    def step_is_over(self, step: str, now: datetime) -> None:
        """It succeeded after all."""
        if self.failing.pop(step, None) is not None:
            self.journal.note("step.recovered", now, step=step)

    def step_is_left_out(self, step: str, now: datetime) -> None:
        """As an operator decided: it is not tried any more."""
        if self.failing.pop(step, None) is not None:
            self.journal.note("step.left_out", now, step=step)

    def opened_as(self, opened: Self) -> Self:
        """As the store opened it, with what its steps went through meanwhile: the opening may fail for long."""
        for event in self.journal.unrecorded:
            if event.type.startswith("step."):
                opened.journal.retell(event)
        opened.failing = self.failing
        return opened
