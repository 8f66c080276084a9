"""Files of usage, sign-ins, payments and calls: read row by row as every file is; a plain CSV row on a shorter way."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from pydantic import ValidationError

from domain.hub.imports import Imported
from domain.hub.imports_calls import CallingRow
from domain.hub.imports_rows import HubRow, PaymentRow, SignInRow, UsageRow
from domain.values import Model
from starter.intake import csv_rows
from starter.intake.csv_rows import Broken, Form, Header, LineProblem, letters, row_of
from starter.intake.files import LinesFile

OF_ITS_LIFE: Final = {"subscription_id": "id", "trial_id": "id", "external_id": "id"}

FORMS: Final[Mapping[Imported, Form]] = {
    Imported.USAGE: Form(UsageRow, "usage.row", "id", OF_ITS_LIFE),
    Imported.SIGN_INS: Form(SignInRow, "signins.row", "customer_id"),
    Imported.PAYMENTS: Form(PaymentRow, "payments.row", "subscription_id"),
    Imported.CALLING: Form(CallingRow, "calling.row", "customer_id"),
}

AS_WRITTEN: Final = (str, date)
"""Types of cells that mean what they say once their model takes them: a text, and a day that only ISO 8601 writes."""


class RowsFile(LinesFile):
    """Rows of the hub."""

    header: Header | None = None
    """Of a CSV, once it is read."""

    def count(self) -> int:
        """See base class; no row is judged for that."""
        if not self._is_sheet:
            return super().count()
        self.file.seek(0)
        try:
            return sum(1 for _ in csv_rows.read(self._lines(), self.form, self.name, lambda *_: None)[1])
        except Broken:
            return 0

    def _starts(self) -> tuple[Header | None, Iterator[tuple[int, Any]]]:
        if not self._is_sheet:
            return super()._starts()
        self.header, rows = csv_rows.read(self._lines(), self.form, self.name, _or_plain(self.form.model))
        return self.header, rows

    def _read(self, start: Any, header: Header | None) -> Any:
        return start if isinstance(start, HubRow) else super()._read(start, header)

    def at(self, field: str, what: str) -> LineProblem:
        """A problem of a row that reads, with its column."""
        names = self.header.names if self.header else ()
        return LineProblem(field, what, letters(names.index(field)) if field in names else "")


def _or_plain(model: type[Model]) -> csv_rows.OfRow:
    """A row whose cells nobody has to interpret goes to its model as it is. Every other one, and every one that the
    model refuses, is read like any CSV: so nothing is taken here that would not be taken there."""
    validate = model.__pydantic_validator__.validate_python
    judge: Callable[[Sequence[str]], bool] | None = None

    def of_row(header: Header, cells: Sequence[str]) -> Any:
        nonlocal judge
        judge = judge or _plain_under(header)
        if judge(cells):
            try:
                return validate({name: cell for name, cell in zip(header.names, cells, strict=True) if cell})
            except ValidationError:
                pass
        return row_of(header, cells)

    return of_row


def _plain_under(header: Header) -> Callable[[Sequence[str]], bool]:
    """Are all cells what they look like? Numbers are digits, and nothing else."""
    types = [header.types.get(name) for name in header.names]
    numbers = [place for place, type_ in enumerate(types) if type_ is int]
    is_flat = all(name and "." not in name for name in header.names)
    if not is_flat or any(type_ not in (*AS_WRITTEN, int) and not _is_choice(type_) for type_ in types):
        return lambda _cells: False
    width = len(types)

    def plain(cells: Sequence[str]) -> bool:
        if len(cells) != width:
            return False
        for place in numbers:
            cell = cells[place]
            if cell and not (cell.isdecimal() and cell.isascii()):
                return False
        return True

    return plain


def _is_choice(type_: Any) -> bool:
    return hasattr(type_, "__args__") and all(isinstance(each, str) for each in type_.__args__)
