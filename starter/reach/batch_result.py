"""What a batch is to do to each lifecycle, and what became of it, told as it comes."""

from collections import Counter
from dataclasses import dataclass
from typing import Final

from domain.values import Message
from starter.answers.batch import BatchAnswer, BatchLine, Result
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.console.terminal import shown, terminal
from starter.reach.batch_wanted import Wanted
from starter.reach.several import worst

SAMPLE: Final = 10
"""Lines that are shown before anything is done."""

DOES: Final = {
    "hold": "hold",
    "resume": "resume",
    "skip_reminder": "skip the next reminder of",
    "screen_again": "screen",
}
"""In words, with how many: `hold 12 lifecycles`."""


@dataclass(frozen=True)
class Planned:
    """What is to be done to one lifecycle, or why nothing is."""

    subject: Subject
    result: Result
    words: str
    message: Message | None = None
    problem: Exit | None = None


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
        terminal.say(f"Open and fitting: {self._fit}; {so_many(self._wanted, self._planned)}:")
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


def so_many(wanted: Wanted, number: int) -> str:
    return f"{DOES[wanted.update]} {number} lifecycle{'' if number == 1 else 's'}"
