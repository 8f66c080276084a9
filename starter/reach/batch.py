"""One of operators' updates to many lifecycles: looked at first, asked for, and done to each once however often it is
begun anew."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Self
from uuid import uuid4

import typer
from pydantic import TypeAdapter, ValidationError
from temporalio.client import Client

from adapters.temporal import phrases
from domain.deadlines import Deadline
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.operator_updates import OPERATOR_UPDATES
from domain.reasons import Reason
from domain.values import Identifier, Message
from domain.view import LifecycleView
from starter.answers.batch import BatchAnswer, BatchLine, Result
from starter.console.exits import Exit, Stop, bad
from starter.console.ids import Subject, any_of
from starter.console.models import valid
from starter.console.options import sender
from starter.console.terminal import shown, terminal
from starter.reach import gate
from starter.reach.executions import view_of
from starter.reach.several import each_of, open_that_fit, worst
from starter.reach.update import earlier, send
from workflows.details import local

INSTEAD: Final = "ask for fewer, or say a higher --limit"

SAMPLE: Final = 10
"""Lines that are shown before anything is done."""

OPEN_ONES: Final = re.compile(r"ExecutionStatus\s*=\s*(['\"])Running\1")
ABOUT_CLOSED: Final = re.compile(r"ExecutionStatus|CloseTime|ExecutionDuration")
IN_QUOTES: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")

DOES: Final = {
    "hold": "hold",
    "resume": "resume",
    "skip_reminder": "skip the next reminder of",
    "screen_again": "screen",
}
"""In words, with how many: `hold 12 lifecycles`."""


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


@dataclass(frozen=True)
class Planned:
    """What is to be done to one lifecycle, or why nothing is."""

    subject: Subject
    result: Result
    words: str
    message: Message | None = None
    problem: Exit | None = None


async def carry_out(wanted: Wanted, *, dry_run: bool, yes: bool) -> None:
    """Count, look, ask, do; a Stop if not all went well."""
    if terminal.for_machines and not (dry_run or yes):
        raise bad("say --dry-run first; or --yes, as nobody can be asked here", "--yes")
    client = await gate.client()
    ids = await open_that_fit(client, wanted.query, most=wanted.limit, instead=INSTEAD)
    found = [subject for id_ in ids for subject in any_of(id_)]
    plan = await each_of(found, lambda subject: _planned(client, wanted, subject))
    to_do = [each for each in plan if each.message]
    ended = Ended(wanted, len(found), len(to_do), dry_run=dry_run)
    ended.say_plan(plan)
    if not (dry_run or yes or not to_do):
        typer.confirm(f"{_so_many(wanted, len(to_do)).capitalize()}?", abort=True, err=True)
    for each in plan:
        if each.message is None or dry_run:
            ended.add(each)
    if not dry_run:
        if to_do:
            terminal.say(
                f"Batch {wanted.batch}: interrupted, the same command with --batch {wanted.batch} does the rest."
            )
        await each_of(to_do, lambda each: do_to_one(client, wanted, each, ended))
    ended.sum_up()


async def _planned(client: Client, wanted: Wanted, subject: Subject) -> Planned:
    """As it stands now."""
    try:
        if wanted.begun_before and (known := await earlier(client, subject, wanted.update_id)):
            known.must_be(wanted.update, wanted.message(**_named(known.said)), but=frozenset({"deadline"}))
            return Planned(subject, "repeated", "this batch did it before")
        return _fitting(wanted, subject, await view_of(client, subject))
    except Stop as stop:
        return _stopped(subject, stop)


def _stopped(subject: Subject, stop: Stop) -> Planned:
    """What is over since it was listed has nothing to be told, nor what somebody else has told it meanwhile."""
    if stop.exit in (Exit.CLOSED, Exit.NOT_FOUND) or Reason.ALREADY_DONE in {each.code for each in stop.problems}:
        return Planned(subject, "left", " ".join(stop.lines))
    return Planned(subject, "failed", " ".join(stop.lines), problem=stop.exit)


def _named(said: Any) -> dict[str, str]:
    """The reminder that was left out then."""
    return {"deadline": str(said["deadline"])} if isinstance(said, dict) and "deadline" in said else {}


def _fitting(wanted: Wanted, subject: Subject, view: LifecycleView) -> Planned:
    held = view.held_by_operator
    match wanted.update:
        case "skip_reminder":
            return _without_reminder(wanted, subject, view)
        case "resume" if held is None:
            return Planned(subject, "left", "nobody holds it")
        case "resume" if held and wanted.only not in ("", held.reason):
            return Planned(subject, "left", f"held by {held.by} for another reason: {held.reason}")
        case "hold" if held:
            return Planned(subject, "left", f"held already by {held.by}: {held.reason}")
    words = f"held by {held.by}: {held.reason}" if held else view.stage_in_words
    return Planned(subject, "planned", words, wanted.message())


def _without_reminder(wanted: Wanted, subject: Subject, view: LifecycleView) -> Planned:
    courtesies = KINDS[Lifecycle(view.lifecycle)].state.courtesies
    pending = [due for due in view.deadlines if (due.ladder or due.name) in courtesies]
    if not pending:
        return Planned(subject, "left", "no reminder is to come")
    following: Deadline = min(pending, key=lambda due: due.at)
    if wanted.only not in ("", following.name, following.kind):
        return Planned(subject, "left", f"the next reminder is another one: {following.name}")
    words = f"{following.name}, due {local(following.at, 'UTC')}"
    return Planned(subject, "planned", words, wanted.message(deadline=following.name))


async def do_to_one(client: Client, wanted: Wanted, planned: Planned, ended: "Ended") -> None:
    """Send what is planned, once, and add what became of it."""
    assert planned.message is not None  # noqa: S101 - for the type checker
    try:
        answer = await send(client, planned.subject, wanted.update, planned.message, wanted.update_id)
    except Stop as stop:
        ended.add(_stopped(planned.subject, stop))
    else:
        ended.add(Planned(planned.subject, "repeated" if answer.result == "repeated" else "done", planned.words))


class Ended:
    """What became of each, told as it comes."""

    def __init__(self, wanted: Wanted, fit: int, planned: int, *, dry_run: bool) -> None:
        self._wanted = wanted
        self._fit = fit
        self._planned = planned
        self._dry_run = dry_run
        self._results: Counter[str] = Counter()
        self._problems: set[Exit] = set()

    def say_plan(self, plan: list[Planned]) -> None:
        """How many, and the first of them."""
        terminal.say(f"Open and fitting: {self._fit}; {_so_many(self._wanted, self._planned)}:")
        for each in [each for each in plan if each.message][:SAMPLE]:
            terminal.say(f"  {each.subject.workflow_id}: {shown(each.words)}")
        if self._planned > SAMPLE:
            terminal.say(f"  and {self._planned - SAMPLE} more")

    def add(self, each: Planned) -> None:
        """One more: a line with how far it is."""
        self._results[each.result] += 1
        self._problems |= {each.problem} if each.problem else set()
        number = self._results.total()
        if terminal.for_machines:
            line = BatchLine(
                batch=self._wanted.batch,
                number=number,
                of=self._fit,
                workflow_id=each.subject.workflow_id,
                result=each.result,
                message=each.words,
                problem_code=each.problem.code if each.problem else None,
            )
            terminal.document(line.model_dump(mode="json"), one_line=True)
        elif not (self._dry_run and each.message):
            terminal.say(f"{number}/{self._fit} {each.subject.workflow_id} {each.result}: {shown(each.words)}")

    def sum_up(self) -> None:
        """The last line; a Stop if some failed."""
        results = {name: self._results[name] for name in ("done", "repeated", "left", "failed")}
        terminal.say(", ".join([f"{self._fit} fit", *(f"{results[name]} {name}" for name in results)]))
        if terminal.for_machines:
            answer = self._answer(
                BatchAnswer(
                    batch=self._wanted.batch, dry_run=self._dry_run, fit=self._fit, planned=self._planned, **results
                )
            )
            terminal.document(answer.model_dump(mode="json"), one_line=True)
        if self._problems:
            again = f"mend what is wrong; the same command{self._go_on} does the rest"
            raise Stop(worst(self._problems), f"{results['failed']} of {self._fit} failed: {again}")

    def _answer(self, told: BatchAnswer) -> BatchAnswer:
        return told

    @property
    def _go_on(self) -> str:
        return f" with --batch {self._wanted.batch}"


def _so_many(wanted: Wanted, number: int) -> str:
    return f"{DOES[wanted.update]} {number} lifecycle{'' if number == 1 else 's'}"
