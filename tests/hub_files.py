"""What comes by file: usage, sign-ins, payments and calls; as files, or in the store as an import keeps it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from adapters.sql.store import SqlStore
from domain.hub.imports import Imported, ImportProgress
from tests.makers import MONDAY

USAGE: Final = ("id", "day", "product", "assigned", "used")
FIRST_DAY: Final = date(2026, 1, 1)


def a_file(path: Path, columns: str | Sequence[str], *rows: str) -> Path:
    """CSV by hand: the columns, then a text for each row; JSON Lines if the file's name says so."""
    names = columns.split(",") if isinstance(columns, str) else list(columns)
    if path.suffix == ".jsonl":
        cells = [dict(zip(names, row.split(","), strict=True)) for row in rows]
        given = [json.dumps({name: cell for name, cell in row.items() if cell}) for row in cells]
    else:
        given = [",".join(names), *rows]
    path.write_text("".join(f"{line}\n" for line in given))
    return path


def usage_of(subscriptions: int, days: int) -> Iterator[str]:
    """A day after the other, as an export has it."""
    for day in range(days):
        on = FIRST_DAY + timedelta(days=day)
        for number in range(subscriptions):
            for product in ("meetings", "calling"):
                assigned = 10 + (number + day) % 90
                yield f"sub-SO-{number:06},{on},{product},{assigned},{assigned // 2}"


def many_usages(path: Path, subscriptions: int, days: int) -> Path:
    """Two rows a day for each subscription `sub-SO-000000` and on."""
    with path.open("w") as file:
        file.write(",".join(USAGE) + "\n")
        for row in usage_of(subscriptions, days):
            file.write(row + "\n")
    return path


def a_life(lifecycle: str, subject: str, customer: str = "akasaka", **changes: Any) -> dict[str, Any]:
    """A row of `lifecycles` that nobody lives."""
    columns: dict[str, Any] = {
        "lifecycle": lifecycle,
        "subject": subject,
        "kind": lifecycle,
        "stage": "active",
        "open": True,
        "customer_id": customer,
        "partner_id": "hikari",
        "attention": False,
        "run": "r-1",
        "sequence": 1,
        "state": {},
        "recorded_at": MONDAY,
    }
    return columns | changes


def imported(store: SqlStore, kind: Imported, rows: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Columns of rows, kept as those of one file."""
    progress = ImportProgress(kind=kind, digest=repr(rows), by="ops-7", begun_at=now)
    store.begin_import(progress)
    kept = store.keep_rows(progress, rows, line=len(rows), bad=0, now=now, before_commit=lambda _: None)
    store.finish_import(kept, now)
