"""`--dry-run`: what a start would set going, if everybody does what is waited for. Nothing real is touched."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Final

from domain.values import Message
from domain.working_time import local_day
from starter.answers.lifecycle import Answer, PlannedMail
from starter.console.ids import kind_of, subject_of
from starter.console.tables import planned_table
from starter.console.terminal import terminal
from starter.forecast.notes import MailNote
from starter.forecast.question import Question
from starter.forecast.renewal import continued
from starter.forecast.run import forecast
from starter.intake.start import sort_of
from starter.kinds import own
from starter.reach.executions import zone_in

HORIZON: Final = 500
"""Days."""

TERM_ENDS_IN: Final = 90
"""Days, of what a start goes on with: when it does, only the store knows."""


def dry_run_of(start: Message) -> Answer:
    """Say it, and give it back for machines."""
    mails = tuple(planned_mails(start))
    subject = subject_of(start)
    answer, lines = own(subject.lifecycle).plan(start, mails)
    what = f"{subject.lifecycle.capitalize()} {subject.id}{sort_of(start)}"
    terminal.say(f"Valid; nothing was touched. {what} would run as {subject.workflow_id}.")
    for line in lines:
        terminal.say(f"  {line}")
    terminal.say("")
    terminal.say(planned_table(mails))
    return answer


def planned_mails(start: Message) -> Iterator[PlannedMail]:
    """Who gets which mail, and after what: every guide passes, then what is waited for is done."""
    begins_at = datetime.now(UTC).replace(microsecond=0)
    zone = zone_in(start.model_dump(mode="json"))
    before = continued(start, local_day(begins_at + timedelta(days=TERM_ENDS_IN), zone or "UTC"))
    question = Question(start, zone, begins_at, timedelta(days=HORIZON), before=before, everybody_acts=True)
    called = kind_of(start).readers(start)
    causes: dict[tuple[str, str], list[str]] = {}
    for (kind, cause), notes in groupby(asyncio.run(forecast(question)).mails, lambda mail: (mail.kind, mail.cause)):
        causes.setdefault((kind, _to(kind, list(notes), called)), []).append(cause)
    for (kind, to), whens in causes.items():
        yield PlannedMail(kind=kind, to=to, when="; ".join(dict.fromkeys(whens)))


def _to(kind: str, notes: Sequence[MailNote], called: Mapping[str, str]) -> str:
    """By role; of several in one how many, of a partner its id, of somebody named later where."""
    if kind in called:
        return called[kind]
    roles = [note.role for note in notes]
    return "; ".join(_who(called.get(role, role.replace("_", " ")), roles.count(role)) for role in dict.fromkeys(roles))


def _who(called: str, number: int) -> str:
    if number > 1:
        return f"each {called} ({number})"
    return called if called.startswith(("the ", "partner ")) else f"the {called}"
