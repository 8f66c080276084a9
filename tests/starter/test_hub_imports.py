"""`tenure usage|signins|payments|calling import`: what comes by file, a result per line, taken up where it ended."""

import json
import tracemalloc
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from sqlalchemy import insert

from adapters.sql.engine import DatabaseTrouble
from adapters.sql.hub_week_schema import WeekRecord
from adapters.sql.schema import LifecycleRecord
from adapters.sql.store import SqlStore
from adapters.sql.upsert import table_of
from domain.hub.imports import Imported
from starter.commands.schemas import schema_of
from starter.intake import hub_import, hub_judge
from starter.intake.csv_amounts import amount
from tests.hub_files import a_file, a_life, many_usages
from tests.makers import MONDAY
from tests.postgres import everything
from tests.starter.conftest import Answered, Tenure

EXAMPLES = Path(__file__).parents[2] / "examples" / "hub"
USAGE = "id,day,product,assigned,used"
ROW = "sub-SO-100001,2026-08-03,meetings,20,12"
OTHER = "T-1001,2026-08-03,meetings,18,9"
KNOWN = (
    a_life("subscription", "sub-SO-100001", "akasaka"),
    a_life("subscription", "sub-SO-100002", "bukchon"),
    a_life("trial", "T-1001", "akasaka"),
    a_life("trial", "both", "akasaka"),
    a_life("wholesale", "both", "minato"),
)


@pytest.fixture
def store(store: SqlStore) -> SqlStore:
    """Where a few subscriptions and trials are known."""
    with store.engine.begin() as connection:
        connection.execute(insert(table_of(LifecycleRecord)), list(KNOWN))
    return store


@pytest.fixture
def imported(tenure: Tenure, tmp_path: Path) -> Callable[..., Answered]:
    """`imported("usage", USAGE, ROW, "--json")`: rows are what is no option."""

    def run(kind: str, columns: str, *words: str, name: str = "rows.csv") -> Answered:
        rows = [word for word in words if not word.startswith("--")]
        options = [word for word in words if word.startswith("--")]
        return tenure(kind, "import", a_file(tmp_path / name, columns, *rows), *options)

    return run


Import = Callable[..., Answered]


def summed(answered: Answered) -> Any:
    """The last line; all are as their schemas say."""
    for line in answered.lines[:-1]:
        name = "payment_effect" if "update" in line else "hub_import_line"
        Draft202012Validator(schema_of(f"answer.{name}")).validate(line)
    Draft202012Validator(schema_of("answer.hub_import")).validate(answered.lines[-1])
    return answered.lines[-1]


def of_file(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_text().splitlines()]


@pytest.mark.usefixtures("store")
class TestImporting:
    @pytest.mark.parametrize(
        ("kind", "file", "said"),
        [
            ("usage", "usage.csv", "4 rows: 4 new\n"),
            ("usage", "usage.jsonl", "4 rows: 4 new\n"),
            ("signins", "signins.csv", "3 sign-ins: 3 new\n"),
            ("calling", "calling.csv", "3 weeks of calls: 3 new\n"),
        ],
    )
    def test_every_example_is_taken_and_repeated_changes_nothing(
        self, tenure: Tenure, kind: str, file: str, said: str
    ) -> None:
        first = tenure(kind, "import", EXAMPLES / file)
        again = tenure(kind, "import", EXAMPLES / file, "--from-start")

        assert (first.code, first.out) == (0, said), first.err
        assert again.out == said.replace("new", "same")

    def test_the_example_of_payments_is_taken(self, tenure: Tenure) -> None:
        answered = tenure("payments", "import", EXAMPLES / "payments.csv", "--no-effects")
        assert (answered.code, answered.out) == (0, "3 invoices: 3 new\n"), answered.err

    def test_both_examples_of_usage_say_the_same(self, tenure: Tenure) -> None:
        tenure("usage", "import", EXAMPLES / "usage.csv")
        assert tenure("usage", "import", EXAMPLES / "usage.jsonl").out == "4 rows: 4 same\n"

    def test_another_file_changes_what_it_says_otherwise(self, imported: Import) -> None:
        imported("usage", USAGE, ROW, OTHER)
        answered = imported(
            "usage", USAGE, ROW.replace("12", "13"), OTHER, ROW.replace("meetings", "calling"), "--json"
        )
        assert summed(answered) == summed(answered) | {"new": 1, "changed": 1, "same": 1, "valid": 3, "finished": True}

    def test_a_file_that_was_imported_is_known_by_its_content(self, imported: Import) -> None:
        imported("usage", USAGE, ROW)
        again = imported("usage", USAGE, ROW, name="another.csv")

        assert again.code == 0
        assert "This file was imported on " in again.out
        assert again.out.endswith("1 row: 1 new (1 of them by an earlier run)\n")
        told = summed(imported("usage", USAGE, ROW, "--json"))
        assert (told["new"], told["before"], told["finished"]) == (1, 1, True)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_as_spreadsheets_write_it(self, tenure: Tenure, tmp_path: Path, encoding: str, separator: str) -> None:
        rows = [USAGE, ROW.replace("2026-08-03", "2026/8/3"), OTHER, ",,,,"]
        (tmp_path / "u.csv").write_bytes("\r\n".join([*rows, ""]).replace(",", separator).encode(encoding))
        answered = tenure("usage", "import", tmp_path / "u.csv")
        assert (answered.code, answered.out) == (0, "2 rows: 2 new\n"), answered.out + answered.err

    @pytest.mark.parametrize(("separator", "amount"), [(",", '"1,250.50"'), (";", "1 250,50"), (";", "1.250,50")])
    def test_an_amount_as_its_country_writes_it(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path, separator: str, amount: str
    ) -> None:
        columns = "subscription_id,invoice,issued_on,due_on,amount,currency,state"
        row = separator.join(["sub-SO-100001", "I-1", "2026-07-01", "2026-07-31", amount, "EUR", "open"])
        (tmp_path / "p.csv").write_text(f"{columns.replace(',', separator)}\n{row}\n")

        answered = tenure("payments", "import", tmp_path / "p.csv", "--no-effects")
        assert answered.code == 0, answered.out
        assert "1250.5" in str(everything(store)["hub_invoices"])

    def test_a_dry_run_touches_nothing(self, store: SqlStore, imported: Import, tmp_path: Path) -> None:
        before = everything(store)
        answered = imported("usage", USAGE, ROW, OTHER, "--dry-run", f"--results={tmp_path}/r.jsonl")
        assert (answered.code, answered.out) == (0, "2 rows: all valid\n")
        assert everything(store) == before
        assert not (tmp_path / "r.jsonl").exists()

    def test_closed_weeks_that_got_rows_are_named(self, store: SqlStore, imported: Import) -> None:
        """HUB-60: what came late is said, and what becomes of it."""
        week = {"week": date(2026, 8, 9), "revision": 1, "closed_at": MONDAY, "rows": 0, "digest": "d"}
        with store.engine.begin() as connection:
            connection.execute(insert(table_of(WeekRecord)), [week])
        assert "week" not in imported("usage", USAGE, ROW.replace("-03", "-16")).out
        revised = "Rows came late for closed weeks: 2026-08-09. The next closing revises those that they change."
        assert imported("usage", USAGE, ROW).out == f"1 row: 1 new\n{revised}\n"
        assert summed(imported("usage", USAGE, OTHER, "--json"))["late_weeks"] == ["2026-08-09"]


SAID = [
    ("usage", USAGE, ROW.replace("sub-SO-100001", "sub-SO-9"), "line 2, column A: id: sub-SO-9 is no"),
    (
        "usage",
        USAGE,
        ROW.replace("2026-08-03", "2999-01-01"),
        'line 2, column B: day: "2999-01-01" must be a day of this century',
    ),
    ("usage", USAGE, ROW.replace("2026-08-03", "2099-01-01"), "line 2, column B: day: is in the future"),
    ("usage", USAGE, ROW.replace("2026-08-03", "46237"), 'column B: day: "46237" is a number, as a spreadsheet keeps'),
    ("usage", USAGE, ROW.replace("2026-08-03", "03.08.2026"), "is a date as a spreadsheet writes it"),
    (
        "usage",
        USAGE,
        ROW.replace("meetings", "meeting"),
        "column C: product: is not known (TENURE_HUB__PRODUCTS): call",
    ),
    ("usage", USAGE, ROW.replace("20,", "1_0,"), "column D: assigned: must be a whole number"),
    ("usage", USAGE, ROW.replace("20,", "٢,"), 'column D: assigned: "٢" must be a whole number'),
    ("usage", USAGE, f"{ROW},x", "line 2: column F has a value, and the header has no name for it"),
    (
        "usage",
        USAGE,
        ROW.replace("sub-SO-100001", "both"),
        "lifecycle: is required, for several have this id: trial, wholesale",
    ),
    ("usage", f"{USAGE},lifecycle", f"{ROW},trial", "column F: lifecycle: has no such id: it is one of subscription"),
    ("usage", f"{USAGE},used_assigned", f"{ROW},13", 'line 2, column F: used_assigned: "13" must be at most used'),
    ("signins", "customer_id,administrator,day", "nobody,a,2026-08-03", "column A: customer_id: nobody is no cust"),
    ("signins", "customer_id,administrator,day", "akasaka,a@b.example,2026-08-03", "column B: administrator: must be"),
    ("signins", "customer_id,administrator,at", "akasaka,a,2099-08-03T09:00:00Z", "column C: at: is in the future"),
    (
        "calling",
        "customer_id,week,users,callers,calls,minutes,low_quality",
        "akasaka,2026-08-05,1,1,1,1,0",
        "2026-08-09",
    ),
]


@pytest.mark.usefixtures("store")
class TestWrongLines:
    @pytest.mark.parametrize(("kind", "columns", "row", "told"), SAID)
    def test_each_is_told_with_line_and_column(
        self, imported: Import, kind: str, columns: str, row: str, told: str
    ) -> None:
        answered = imported(kind, columns, row)
        assert answered.code == 2
        assert told in answered.out
        assert "nothing was written (see --error-policy)" in answered.err

    def test_a_trial_is_no_subscription_that_could_be_paid(self, imported: Import) -> None:
        columns = "subscription_id,invoice,issued_on,due_on,amount,currency,state"
        answered = imported("payments", columns, "T-1001,I-1,2026-07-01,2026-07-31,1,JPY,open")
        assert "column A: subscription_id: T-1001 is no subscription that is known here" in answered.out

    def test_with_one_wrong_line_nothing_is_written_unless_it_is_skipped(
        self, store: SqlStore, imported: Import, tmp_path: Path
    ) -> None:
        rows = (ROW, ROW.replace("sub-SO-100001", "sub-SO-9"), OTHER)
        before = everything(store)
        assert imported("usage", USAGE, *rows).code == 2
        assert everything(store) == before

        results = tmp_path / "r.jsonl"
        skipped = imported("usage", USAGE, *rows, "--error-policy=skip", f"--results={results}", "--json")
        assert skipped.code == 2
        assert summed(skipped) == summed(skipped) | {"new": 2, "bad_input": 1, "finished": True}
        assert [(line["line"], line["result"]) for line in of_file(results)] == [
            (2, "new"),
            (3, "bad_input"),
            (4, "new"),
        ]
        for line in of_file(results):
            Draft202012Validator(schema_of("answer.hub_import_line")).validate(line)
        assert of_file(results)[1]["field"] == "id"

    def test_what_nobody_knew_is_taken_by_the_same_file_once_it_is_known(
        self, store: SqlStore, imported: Import
    ) -> None:
        late = ROW.replace("sub-SO-100001", "sub-SO-9")
        imported("usage", USAGE, ROW, late, "--error-policy=skip")
        with store.engine.begin() as connection:
            connection.execute(insert(table_of(LifecycleRecord)), [a_life("subscription", "sub-SO-9")])
        assert imported("usage", USAGE, ROW, late).out == "2 rows: 1 new, 1 same\n"

    @pytest.mark.parametrize("apart", [1, 3])
    def test_two_rows_of_one_key_must_say_the_same(
        self, imported: Import, monkeypatch: pytest.MonkeyPatch, apart: int
    ) -> None:
        """However far from each other they stand."""
        monkeypatch.setattr(hub_judge, "AT_A_TIME", 2)
        between = [OTHER.replace("-03", f"-{day:02}") for day in range(4, 4 + apart)]
        assert imported("usage", USAGE, ROW, *between, ROW).code == 0
        answered = imported("usage", USAGE, ROW, *between, ROW.replace("12", "13"))
        assert f"line {3 + apart}, column A: id: stands on line 2 too, with other content" in answered.out

    def test_after_some_they_are_only_counted(self, imported: Import) -> None:
        rows = [ROW.replace("meetings", f"x{number}") for number in range(5)]
        answered = imported("usage", USAGE, *rows, "--max-errors=2")
        assert answered.out.count("product: is not known") == 2
        assert answered.out.endswith("… and 3 more wrong lines\n0 rows: 5 wrong lines\n")

    @pytest.mark.parametrize(
        ("content", "name", "told"),
        [
            ("", "u.csv", "is empty: the first line must name the columns, such as id"),
            (f"{USAGE}\n", "u.csv", "holds no row"),
            ("id,day,produkt\n", "u.csv", 'is not a field of usage.row, did you mean "product"?'),
            ("x", "u.xlsx", "must end in .jsonl or .csv"),
            ("[1]\n", "u.jsonl", "must be one JSON object"),
            ('{"id": "a", "id": "b"}\n', "u.jsonl", "id stands twice in one object"),
        ],
    )
    def test_a_file_that_is_none_is_told_in_a_line(
        self, tenure: Tenure, tmp_path: Path, content: str, name: str, told: str
    ) -> None:
        (tmp_path / name).write_text(content)
        answered = tenure("usage", "import", tmp_path / name)
        assert answered.code == 2
        assert told in answered.out + answered.err

    def test_a_row_on_the_short_way_is_judged_as_on_the_long_one(
        self, imported: Import, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Plain cells go to the model as they are: every wrong line above is told alike without that way."""
        from starter.intake import hub_rows

        told = {row: imported(kind, columns, row).out for kind, columns, row, _ in SAID}
        monkeypatch.setattr(hub_rows, "_plain_under", lambda _header: lambda _cells: False)
        assert {row: imported(kind, columns, row).out for kind, columns, row, _ in SAID} == told
        assert len(told) > 10


@pytest.mark.parametrize(
    ("cell", "commas", "semicolons"),
    [
        ("1250", "1250", "1250"),
        ("12.5", "12.5", "12.5"),
        ("12,50", "12.50", "12.50"),
        ("1.250", "1.250", None),
        ("1,250", "1250", None),
        ("1,250.5", "1250.5", "1250.5"),
        ("1.250,5", "1250.5", "1250.5"),
        ("1 250", "1250", "1250"),
        ("1'250.50", "1250.50", "1250.50"),
        ("1\u202f250,50", "1250.50", "1250.50"),
        ("1,250,000", "1250000", "1250000"),
        ("1250.500", "1250.500", "1250.500"),
        ("1,2,3", None, None),
        ("12,5000,00", None, None),
        ("1.250.5", None, None),
        ("-5", None, None),
        ("1E3", None, None),
        ("¥100", None, None),
        ("", None, None),
    ],
)
def test_an_amount_is_taken_if_it_can_be_read_in_one_way_only(
    cell: str, commas: str | None, semicolons: str | None
) -> None:
    assert (amount(cell, ","), amount(cell, ";")) == (commas, semicolons)


class Killed(Exception):
    """Nobody catches it, as nobody catches SIGKILL."""


@pytest.mark.usefixtures("store")
class TestInterrupted:
    @pytest.fixture(autouse=True)
    def _small_batches(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(hub_judge, "AT_A_TIME", 2)

    @staticmethod
    def rows(many: int = 7) -> list[str]:
        return [ROW.replace("-03", f"-{day:02}") for day in range(1, many + 1)]

    @pytest.mark.parametrize("stop", [KeyboardInterrupt, Killed])
    @pytest.mark.parametrize("policy", ["--error-policy=reject-all", "--error-policy=skip"])
    def test_it_goes_on_where_it_stopped(
        self, imported: Import, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, stop: type[BaseException], policy: str
    ) -> None:
        """Stopped when the third two were told and not committed: the worst moment."""
        results = tmp_path / "r.jsonl"
        keep_rows = SqlStore.keep_rows
        left = iter([None, None, stop()])

        def stopped(self: SqlStore, *given: Any, before_commit: Any, **named: Any) -> Any:
            ending = next(left)

            def then(*of: Any) -> None:
                before_commit(*of)
                if ending:
                    raise ending

            return keep_rows(self, *given, before_commit=then, **named)

        with monkeypatch.context() as patched:
            patched.setattr(SqlStore, "keep_rows", stopped)
            first = imported("usage", USAGE, *self.rows(), policy, f"--results={results}", "--json")
        assert [line["line"] for line in of_file(results)] == [2, 3, 4, 5, 6, 7]
        again = imported("usage", USAGE, *self.rows(), policy, f"--results={results}", "--json")

        assert first.code == (130 if stop is KeyboardInterrupt else 1)
        if stop is KeyboardInterrupt:
            assert (summed(first)["new"], summed(first)["finished"]) == (4, False)
            assert first.error["message"] == "interrupted. Run it again to go on: what is written stays."
        assert again.code == 0
        assert (summed(again)["new"], summed(again)["before"], summed(again)["finished"]) == (7, 4, True)
        assert [(line["line"], line["result"]) for line in of_file(results)] == [(n, "new") for n in range(2, 9)]

    def test_from_the_start_it_does_everything_anew(self, imported: Import) -> None:
        imported("usage", USAGE, *self.rows())
        answered = imported("usage", USAGE, *self.rows(), "--from-start", "--json")
        assert (summed(answered)["same"], summed(answered)["before"]) == (7, 0)

    def test_a_store_that_fails_ends_it_and_says_how_to_go_on(
        self, imported: Import, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_given: Any, **_named: Any) -> Any:
            raise DatabaseTrouble

        with monkeypatch.context() as patched:
            patched.setattr(SqlStore, "keep_rows", fails)
            answered = imported("usage", USAGE, *self.rows())
        assert answered.code == 7
        assert "Run it again to go on: what is written stays." in answered.err
        assert imported("usage", USAGE, *self.rows()).out == "7 rows: 7 new\n"

    def test_one_that_changes_while_it_is_read_is_not_finished(
        self, imported: Import, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        digests = iter(["a", "b"])
        monkeypatch.setattr(hub_import, "digest_of", lambda _path: next(digests))
        answered = imported("usage", USAGE, *self.rows())
        assert (answered.code, "changed while it was read" in answered.err) == (2, True)


@pytest.mark.usefixtures("store")
class TestResults:
    def test_they_never_replace_what_is_imported(self, tenure: Tenure, tmp_path: Path) -> None:
        file = a_file(tmp_path / "u.csv", USAGE, ROW)
        answered = tenure("usage", "import", file, "--results", file)
        assert (answered.code, "must be another file" in answered.err) == (2, True)
        assert file.read_text() == f"{USAGE}\n{ROW}\n"

    def test_a_place_that_is_none_is_told(self, imported: Import, tmp_path: Path) -> None:
        answered = imported("usage", USAGE, ROW, f"--results={tmp_path}/none/r.jsonl")
        assert (answered.code, "there is no such file" in answered.err) == (2, True)


def test_without_a_store_nothing_can_be_judged(imported: Import) -> None:
    answered = imported("usage", USAGE, ROW, "--dry-run")
    assert (answered.code, answered.err.startswith("Error: store: ")) == (7, True)


@pytest.mark.usefixtures("garbage_goes_as_usual")
def test_many_rows_need_no_more_memory_than_some(
    store: SqlStore, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches come and go: what is alive with 5,000 rows is no more than with 1,000."""
    monkeypatch.setattr(hub_judge, "AT_A_TIME", 200)
    with store.engine.begin() as connection:
        known = [a_life("subscription", f"sub-SO-{number:06}") for number in range(50)]
        connection.execute(insert(table_of(LifecycleRecord)), known)
    tenure("usage", "import", many_usages(tmp_path / "warm.csv", 1, 1))
    peaks = []
    for days in (10, 50):
        tracemalloc.start()
        answered = tenure("usage", "import", many_usages(tmp_path / f"{days}.csv", 50, days))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert answered.code == 0, answered.out[:500]
    assert peaks[1] < peaks[0] * 1.3, peaks


def test_every_kind_of_file_has_its_command(tenure: Tenure) -> None:
    helps = {kind: tenure(kind, "import", "--help").out for kind in Imported}
    assert all(f"tenure schema {kind}.row" in " ".join(text.split()) for kind, text in helps.items() if text)
    assert len(set(helps.values())) == len(Imported)
