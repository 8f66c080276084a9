"""What a closed week keeps: customers, lines, calls and sums, each as JSON, and back again as they were. HUB-60."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Any, Final, Self

from pydantic import TypeAdapter
from sqlalchemy import JSON, Dialect, TypeDecorator

from domain.hub.calls import WeekOfCalls
from domain.hub.customers import HubCustomer
from domain.hub.lines import Line
from domain.hub.policy import HubPolicy

HELD: Final = 16_000_000
"""Bytes of a week's rows in memory; what is more of them lies in a temporary file."""

AT_ONCE: Final = 1000
"""Rows that are written by one statement."""


BETWEEN: Final = " "
"""In a line's key. It is less than what ids are made of: keys are in the order of customers, subjects and products."""

AFTER_IT: Final = chr(ord(BETWEEN) + 1)


OF_NOBODY: Final = ""
"""Stands for the partner."""

MEMORY: Final = ("assigned_by_week", "used_by_week")
"""Of a line; the last week is its own."""


class RowKind(StrEnum):
    """Of which dataclass a row is."""

    TERMS = "terms"
    """Of nobody: by what its statuses and numbers are judged."""

    CUSTOMER = "customer"
    LINE = "line"
    CALLS = "calls"
    SUMS = "sums"
    """Licences of one product by customer: what a chart over many weeks reads, instead of all their lines."""


@dataclass(frozen=True, slots=True)
class WeekRow:
    """One of them, of one partner."""

    partner_id: str
    kind: RowKind
    key: str
    content: dict[str, Any]

    @property
    def written(self) -> str:
        """In one line: the same for the same. JSON has no tab of its own."""
        return self._with(self.content)

    @property
    def of_its_week(self) -> str:
        """The same without what a line remembers of the weeks before: these have rows of their own."""
        if self.kind is not RowKind.LINE:
            return self.written
        return self._with(self.content | {name: self.content[name][-1:] for name in MEMORY})

    def _with(self, content: dict[str, Any]) -> str:
        head = json.dumps([self.partner_id, self.kind, self.key], ensure_ascii=False)
        return f"{head}\t{json.dumps(content, sort_keys=True, ensure_ascii=False)}"


class Written(TypeDecorator[str]):
    """A column of JSON whose text is there already: it is not read and written once more while others wait."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> None:
        """As it is."""


Sums = dict[str, tuple[int, int | None, int | None]]
"""By customer: total, assigned, used; of what runs only. None: nothing is known of it in that week. HUB-54."""

CUSTOMERS: Final = TypeAdapter(list[HubCustomer])
LINES: Final = TypeAdapter(list[Line])
CALLS: Final = TypeAdapter(list[WeekOfCalls])
SUMS: Final = TypeAdapter(list[Sums])
TERMS: Final = TypeAdapter(list[HubPolicy])
"""A field that a later release added has a default there: what was closed before is read all the same."""


def terms_rows(policy: HubPolicy) -> Iterator[WeekRow]:
    """One."""
    yield WeekRow(OF_NOBODY, RowKind.TERMS, "policy", policy.model_dump(mode="json"))


def customer_rows(customers: Iterable[HubCustomer]) -> Iterator[WeekRow]:
    """By id."""
    ordered = sorted(customers, key=lambda each: each.customer_id)
    for each, content in zip(ordered, CUSTOMERS.dump_python(ordered, mode="json"), strict=True):
        yield WeekRow(each.partner_id, RowKind.CUSTOMER, each.customer_id, content)


def line_rows(lines: Iterable[Line]) -> Iterator[WeekRow]:
    """By customer, lifecycle, subject and product."""
    ordered = sorted(lines, key=_key)
    for each, content in zip(ordered, LINES.dump_python(ordered, mode="json"), strict=True):
        yield WeekRow(each.partner_id, RowKind.LINE, _key(each), content)


def sums_rows(partner_id: str, lines: Iterable[Line]) -> Iterator[WeekRow]:
    """By product."""
    found: dict[str, Sums] = {}
    for line in lines:
        if line.active:
            sums = found.setdefault(line.product, {})
            total, assigned, used = sums.get(line.customer_id, (0, None, None))
            known = line.assigned_by_week[-1], line.used_by_week[-1]
            sums[line.customer_id] = total + line.total, added(assigned, known[0]), added(used, known[1])
    for product in sorted(found):
        yield WeekRow(partner_id, RowKind.SUMS, product, dict(found[product]))


def added(one: int | None, other: int | None) -> int | None:
    """What is known of both together."""
    return one if other is None else other + (one or 0)


def calls_rows(partner_id: str, calls: Iterable[WeekOfCalls]) -> Iterator[WeekRow]:
    """By customer: a customer of two partners is kept for each of them."""
    ordered = sorted(calls, key=lambda each: each.customer_id)
    for each, content in zip(ordered, CALLS.dump_python(ordered, mode="json"), strict=True):
        yield WeekRow(partner_id, RowKind.CALLS, each.customer_id, content)


def _key(line: Line) -> str:
    return BETWEEN.join((line.customer_id, line.lifecycle, line.subject, line.product))


class WeekRows(AbstractContextManager["WeekRows"]):
    """Rows that are found before anybody is locked out, to be written in one transaction; many take no more memory."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(HELD, "w+", encoding="utf-8")  # noqa: SIM115 - closed by __exit__
        self._digest = hashlib.sha256()
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, where: TracebackType | None, /
    ) -> None:
        self._file.close()

    def add(self, rows: Iterable[WeekRow]) -> None:
        """In the order in which they come: the same rows in the same order have the same digest."""
        for row in rows:
            self._file.write(f"{row.written}\n")
            self._digest.update(f"{row.of_its_week}\n".encode())
            self.count += 1

    @property
    def digest(self) -> str:
        """Of all that were added."""
        return self._digest.hexdigest()

    def batches(self) -> Iterator[list[dict[str, str]]]:
        """Columns of all of them, the content as text."""
        self._file.seek(0)
        while some := [_columns(line) for line in islice(self._file, AT_ONCE)]:
            yield some


def _columns(line: str) -> dict[str, str]:
    head, content = line.rstrip("\n").split("\t")
    return dict(zip(("of_partner", "of_kind", "of_key"), json.loads(head), strict=True)) | {"text": content}
