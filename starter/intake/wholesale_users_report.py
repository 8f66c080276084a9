"""What became of each user of an import: reported line by line, counted, and summed up at the end."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from domain.wholesale.users import UserChange, UserResult
from starter.answers.wholesale import WholesaleUserLine, WholesaleUsersAnswer
from starter.console.exits import Exit, Stop
from starter.console.terminal import shown, terminal
from starter.intake.csv_rows import LineProblem

BAD: Final = "bad_input"
RESULTS: Final = (UserChange.ASSIGNED, UserChange.CHANGED, UserChange.UNCHANGED, UserChange.REFUSED)


class UsersReport:
    """On a terminal only what is out of the ordinary is reported, with a bar on stderr."""

    def __init__(self, customer: str, most_bad: int) -> None:
        self.counts: Counter[str] = Counter()
        self.before = self.batches = 0
        self._customer = customer
        self._most_bad = most_bad

    def bad(self, line: int, found: Sequence[LineProblem]) -> None:
        """A line that cannot be taken; after a while they are only counted."""
        self.counts[BAD] += 1
        if self.counts[BAD] <= self._most_bad:
            for problem in found:
                self._print(WholesaleUserLine(line=line, result="bad_input", **problem.for_machines()))

    def became(self, line: int, result: UserResult, batch: str, *, before: bool) -> None:
        """What became of one user."""
        self.counts[result.change] += 1
        self.before += before
        if terminal.for_machines or result.problem or not terminal.watched:
            problem = result.problem
            said = {"field": problem.field, "message": problem.message, "code": problem.code} if problem else {}
            known = {"line": line, "user": result.user_id, "result": result.change, "before": before, "batch": batch}
            self._print(WholesaleUserLine.model_validate(known | said))

    def _print(self, line: WholesaleUserLine) -> None:
        if terminal.for_machines:
            terminal.document(line.model_dump(mode="json"), one_line=True)
            return
        place = f"line {line.line}, column {line.column}" if line.column else f"line {line.line}"
        became = f"{line.user} {line.result}{' before' if line.before else ''}" if line.user else ""
        terminal.say(f"{place}: {shown(': '.join(filter(None, (became, line.field, line.message))))}")

    def sum_up(self, valid: int, *, finished: bool) -> None:
        """The last line."""
        if (left_out := self.counts[BAD] - self._most_bad) > 0:
            terminal.say(f"… and {left_out:,} more wrong lines")
        counted = [f"{count:,} {result}" for result in RESULTS if (count := self.counts[result])]
        if wrong := self.counts[BAD]:
            counted.append(f"{wrong:,} wrong line{'' if wrong == 1 else 's'}")
        before = f" ({self.before:,} of them by an earlier run)" if self.before else ""
        terminal.say(f"{valid:,} user{'' if valid == 1 else 's'}: {', '.join(counted) or 'all valid'}{before}")
        counts: dict[str, Any] = {name: self.counts[name] for name in (*RESULTS, BAD)}
        kept = {"before": self.before, "batches": self.batches}
        answer = WholesaleUsersAnswer(customer=self._customer, valid=valid, finished=finished, **counts, **kept)
        terminal.answer(answer)

    @property
    def answered(self) -> int:
        """Users of whom it is known what became of them."""
        return sum(self.counts[result] for result in RESULTS)

    def all_good(self, otherwise: str) -> None:
        """A Stop if somebody should look."""
        if self.counts[UserChange.REFUSED]:
            raise Stop(Exit.REFUSED, "not every user was taken: correct what is wrong, and run it again for those")
        if self.counts[BAD]:
            raise Stop(Exit.BAD_INPUT, f"not every line could be taken; {otherwise}")
