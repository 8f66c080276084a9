"""Files of accounts: an account a line, or one of its services a line; read one by one, never as a whole."""

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, Final

from domain.account.account import RegisterAccount
from domain.values import Message
from starter.intake.content import ABOUT_THE_SENDING
from starter.intake.csv_rows import CsvRow, Form, Header, LineProblem
from starter.intake.files import LinesFile, Row
from starter.intake.first_lines import FirstLines

SERVICE: Final = "subscriptions.0.service"
SHORT: Final = {"service": SERVICE, "licences": "subscriptions.0.licences"}

FORM: Final = Form(RegisterAccount, "account.import", "zoid", SHORT)

MOST_LINES: Final = 100
"""Services of one account."""

SAME: Final = [name for name in RegisterAccount.model_fields if name not in {*ABOUT_THE_SENDING, "subscriptions"}]
"""What every line of one account repeats."""

LEFT_OUT: Final = "another line of this account is wrong, so nothing of it is taken"
APART: Final = "stands on line {line} too, with other content: lines of one account follow each other"


class AccountsFile(LinesFile):
    """Each account once. In a CSV with one service a line, lines that follow each other are one account."""

    _a_service_a_line = False
    _zoid = ""
    """Of the row that was read last, whether or not the rest of it reads."""

    def rows(self) -> Iterator[Row]:
        """The same account twice is one; a ZOID that comes again with other content is wrong."""
        with closing(FirstLines()) as firsts:
            for row in self._accounts():
                yield row if isinstance(row.read, list) else _once(row.line, row.read, firsts)

    def _starts(self) -> tuple[Header | None, Iterator[tuple[int, Any]]]:
        header, starts = super()._starts()
        names = header.names if header else ()
        self._a_service_a_line = SERVICE in names and not any(name.startswith("subscriptions.1.") for name in names)
        return header, starts

    def _read(self, start: Any, header: Header | None) -> Message | list[LineProblem]:
        self._zoid = start.given.get("zoid", "") if isinstance(start, CsvRow) else ""
        return super()._read(start, header)

    def _accounts(self) -> Iterator[Row]:
        """A line that says no ZOID belongs to the account above it."""
        lines: list[Row] = []
        zoid = ""
        for row in super().rows():
            if not self._a_service_a_line or self._zoid not in ("", zoid):
                yield from as_one(lines)
                lines, zoid = [], self._zoid
            if len(lines) <= MOST_LINES:  # one more is enough to refuse it
                lines.append(row)
        yield from as_one(lines)


def _once(line: int, account: Message, firsts: FirstLines) -> Row:
    first = firsts.of(getattr(account, FORM.id_field), line, account)
    return Row(line, account if first.is_same else [LineProblem(FORM.id_field, APART.format(line=first.line))])


def as_one(lines: Sequence[Row]) -> Iterator[Row]:
    """The account that some lines are, or what is wrong with them: part of an account is never taken."""
    read = [(row.line, row.read) for row in lines if isinstance(row.read, RegisterAccount)]
    wrong = [row for row in lines if isinstance(row.read, list)]
    wrong += [Row(line, found) for line, account in read[1:] if (found := list(_unlike(account, *read[0])))]
    wrong += list(_services_twice(read))
    yield from sorted(wrong, key=lambda row: row.line)
    if wrong and read:
        yield Row(read[0][0], [LineProblem(FORM.id_field, LEFT_OUT)])
    elif read:
        services = tuple(each for _, account in read for each in account.subscriptions)
        yield Row(read[0][0], read[0][1].model_copy(update={"subscriptions": services}))


def _unlike(account: RegisterAccount, line: int, first: RegisterAccount) -> Iterator[LineProblem]:
    for name in SAME:
        if getattr(account, name) != getattr(first, name):
            yield LineProblem(name, f"differs from line {line}, which is of the same account")


def _services_twice(read: Sequence[tuple[int, RegisterAccount]]) -> Iterator[Row]:
    """Within one line, the model allows it: some subscribe to a service twice. Two lines are a slip of an export."""
    if len(read) > MOST_LINES:
        yield Row(read[-1][0], [LineProblem(SERVICE, f"is one too many: an account has at most {MOST_LINES}")])
    lines: dict[str, int] = {}
    for line, account in read:
        for service in {each.service for each in account.subscriptions}:
            if lines.setdefault(service, line) != line:
                said = f"stands on line {lines[service]} too, for the same account: add up its licences"
                yield Row(line, [LineProblem(SERVICE, said)])
