"""`tenure account …`: files in every shape, written once; what is shown of accounts, and what not."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from adapters.sql.engine import DatabaseTrouble
from adapters.sql.store import SqlStore
from starter.commands.schemas import schema_of
from starter.intake import accounts as importing
from starter.intake.account_files import MOST_LINES
from tests.accounts import a_service, an_account
from tests.cases import a_case, an_opening
from tests.makers import MONDAY
from tests.records import recorded
from tests.starter.conftest import Answered, Tenure

EXAMPLES = Path(__file__).parents[2] / "examples"

COLUMNS = "zoid,name,region,data_centre,super_admin,service,licences"

THRESHOLDS = "TENURE_LARGE_USER_THRESHOLDS"


@pytest.fixture
def store(store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> SqlStore:
    """An empty one, and JP has a threshold."""
    monkeypatch.setenv(THRESHOLDS, '{"JP": 1000}')
    return store


def a_line(zoid: str = "1", **changes: Any) -> str:
    return an_account(zoid, **changes).model_dump_json(exclude={"by", "reason", "source"})


def imported(tenure: Tenure, directory: Path, content: str | bytes, *options: str, name: str = "a.csv") -> Answered:
    file = directory / name
    file.write_bytes(content.encode() if isinstance(content, str) else content)
    return tenure("account", "import", file, *options)


def zoids(store: SqlStore) -> list[str]:
    return [account.zoid for account in store.listed_accounts()]


def checked(answered: Answered, name: str) -> Any:
    """The one document, which is as its schema says."""
    Draft202012Validator(schema_of(f"answer.{name}")).validate(answered.json)
    return answered.json


class TestImporting:
    def test_both_examples_say_the_same_accounts(self, store: SqlStore, tenure: Tenure) -> None:
        first = tenure("account", "import", EXAMPLES / "accounts.csv")
        again = tenure("account", "import", EXAMPLES / "accounts.jsonl", "--json")

        assert first.code == again.code == 0, first.err
        assert first.out.splitlines()[0] == "line 2: 700100200 created"
        assert first.out.splitlines()[-1] == "3 accounts: 3 created"
        assert [line.get("result") for line in again.lines] == ["unchanged"] * 3 + [None]
        assert again.lines[-1]["unchanged"] == again.lines[-1]["valid"] == 3
        assert again.lines[-1]["finished"]
        for name, line in (("account_import_line", again.lines[0]), ("account_import", again.lines[-1])):
            Draft202012Validator(schema_of(f"answer.{name}")).validate(line)

    def test_a_dry_run_touches_nothing_and_needs_no_store(self, tenure: Tenure) -> None:
        answered = tenure("account", "import", EXAMPLES / "accounts.csv", "--dry-run")

        assert answered.code == 0
        assert answered.out == "3 accounts: all valid\n"

    def test_without_a_store_nothing_is_written_and_that_is_said(self, tenure: Tenure) -> None:
        answered = tenure("account", "import", EXAMPLES / "accounts.csv")

        assert answered.code == 7
        assert "Run it again to go on: what is written stays." in answered.err

    def test_a_changed_line_updates_its_account_and_no_other(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        imported(tenure, tmp_path, f"{a_line('1')}\n{a_line('2')}\n", name="a.jsonl")
        answered = imported(tenure, tmp_path, f"{a_line('2', name='Minato')}\n{a_line('3')}\n", name="a.jsonl")

        assert answered.out.splitlines() == [
            "line 1: 2 updated",
            "line 2: 3 created",
            "2 accounts: 1 created, 1 updated",
        ]
        assert zoids(store) == ["1", "2", "3"]
        assert store.account("2").name == "Minato"

    def test_lines_of_one_account_that_follow_each_other_are_one(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        rows = ["1,A,JP,JP,a@a.example,Zoho CRM,700", "1,A,JP,JP,a@a.example,Zoho Desk,400", "2,B,JP,JP,,Zoho CRM,5"]
        answered = imported(tenure, tmp_path, "\n".join([COLUMNS, *rows]))

        assert answered.code == 0, answered.err
        assert [(each.service, each.licences) for each in store.account("1").subscriptions] == [
            ("Zoho CRM", 700),
            ("Zoho Desk", 400),
        ]
        assert len(store.account("2").subscriptions) == 1

    def test_one_account_a_line_has_its_services_side_by_side(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        header = "zoid;name;region;data_centre;subscriptions.0.service;subscriptions.0.licences;" + (
            "subscriptions.1.service;subscriptions.1.licences"
        )
        answered = imported(tenure, tmp_path, f"sep=;\n{header}\n1;A;jp;JP;Zoho CRM;1 200;Zoho Desk;7\n2;B;jp;UK;;;;\n")

        assert answered.code == 0, answered.err
        assert [each.licences for each in store.account("1").subscriptions] == [1200, 7]
        assert store.account("2").subscriptions == ()

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_as_spreadsheets_write_it(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path, encoding: str, separator: str
    ) -> None:
        text = f"{COLUMNS}\r\n1,赤坂商事,JP,JP,a@a.example,Zoho Writerアドオン,9\r\n".replace(",", separator)
        answered = imported(tenure, tmp_path, text.encode(encoding))

        assert answered.code == 0, answered.err
        assert store.account("1").name == "赤坂商事"

    @pytest.mark.parametrize(
        ("rows", "told"),
        [
            (["1,A,JP,JP,nobody,Zoho CRM,1"], "line 2, column E: super_admin: must be a mail address such as"),
            (["1,A,JP,CN,,Zoho CRM,1"], "line 2, column D: data_centre: must be one of"),
            (["1,A,JP,JP,,Zoho CRM,"], "line 2, column G: subscriptions.0.licences: is required"),
            (["1,A,JP,JP,,Zoho CRM,1.200"], "line 2, column G: subscriptions.0.licences:"),
            (["7.00E+11,A,JP,JP,,Zoho CRM,1"], "line 2, column A: zoid: is a long number that a spreadsheet"),
            ([",A,JP,JP,,Zoho CRM,1"], "line 2, column A: zoid: is required"),
            (["1,A,JP,JP,,Zoho CRM,1", "1,B,JP,JP,,Zoho Desk,1"], "line 3: name: differs from line 2, which is of the"),
            (
                ["1,A,JP,JP,,Zoho CRM,1", "1,A,JP,JP,,Zoho CRM,1"],
                "line 3: subscriptions.0.service: stands on line 2 too",
            ),
            (
                ["1,A,JP,JP,,Zoho CRM,1", "2,B,JP,JP,,Zoho CRM,1", "1,A,JP,JP,,Zoho Desk,1"],
                "line 4: zoid: stands on line 2 too, with other content: lines of one account follow each other",
            ),
        ],
    )
    def test_a_wrong_line_is_told_and_nothing_is_written(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path, rows: list[str], told: str
    ) -> None:
        answered = imported(tenure, tmp_path, "\n".join([COLUMNS, *rows]))

        assert answered.code == 2
        assert told in answered.out
        assert "nothing was written" in answered.err
        assert zoids(store) == []

    def test_a_wrong_line_never_shows_what_it_held(self, store: SqlStore, tenure: Tenure, tmp_path: Path) -> None:
        answered = imported(tenure, tmp_path, f"{COLUMNS}\n1,A,JP,JP,somebody at akasaka,Zoho CRM,1\n", "--json")

        assert answered.code == 2
        assert "akasaka" not in answered.out + answered.err

    def test_skipping_writes_the_others_and_never_a_part_of_an_account(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        """A part of the licences could make a large-user account a small one."""
        rows = ["1,A,JP,JP,,Zoho CRM,9", "1,A,JP,JP,,Zoho Desk,many", "2,B,JP,JP,,Zoho CRM,5", ",B,JP,JP,,Zoho Desk,5"]
        rows += ["3,C,JP,JP,,Zoho CRM,5"]
        answered = imported(tenure, tmp_path, "\n".join([COLUMNS, *rows]), "--error-policy", "skip", "--json")

        assert answered.code == 2
        assert zoids(store) == ["3"]
        lines = [(line["line"], line["result"]) for line in answered.lines[:-1]]
        assert lines == [(3, "bad_input"), (2, "bad_input"), (5, "bad_input"), (4, "bad_input"), (6, "created")]
        assert answered.lines[-1]["bad_input"] == 4

    def test_a_file_that_ends_in_an_open_quote_writes_nothing_of_its_last_account(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        text = f'{COLUMNS}\n1,A,JP,JP,,Zoho CRM,9\n2,B,JP,JP,,Zoho CRM,9\n2,B,JP,JP,,"Zoho Desk,9\n'
        answered = imported(tenure, tmp_path, text, "--error-policy", "skip")

        assert answered.code == 2
        assert "is a quote left open?" in answered.out
        assert zoids(store) == ["1"]

    def test_the_same_account_twice_in_a_file_is_one(self, store: SqlStore, tenure: Tenure, tmp_path: Path) -> None:
        answered = imported(tenure, tmp_path, f"{a_line('1')}\n{a_line('2')}\n{a_line('1')}\n", name="a.jsonl")

        assert answered.code == 0, answered.err
        assert answered.out.splitlines()[-1] == "3 accounts: 2 created, 1 unchanged"

    def test_an_account_has_so_many_lines_at_most(self, tenure: Tenure, tmp_path: Path) -> None:
        rows = [f"1,A,JP,JP,,Service {number},1" for number in range(MOST_LINES + 5)]
        assert imported(tenure, tmp_path, "\n".join([COLUMNS, *rows[:MOST_LINES]]), "--dry-run").code == 0

        answered = imported(tenure, tmp_path, "\n".join([COLUMNS, *rows]), "--dry-run")
        assert answered.code == 2
        assert "is one too many: an account has at most 100" in answered.out

    @pytest.mark.parametrize(
        ("content", "name", "told"),
        [
            ("", "a.csv", "is empty: the first line must name the columns, such as zoid"),
            (f"{COLUMNS}\n", "a.csv", "holds no account"),
            ("zoid,nmae\n1,A\n", "a.csv", 'is not a field of account.import, did you mean "name"?'),
            ("service,subscriptions.0.service\n", "a.csv", "has the same name as column A"),
            ("x", "a.xlsx", "must end in .jsonl or .csv"),
            ("[1]\n", "a.jsonl", "must be one JSON object"),
        ],
    )
    def test_a_file_that_is_none_is_told_in_a_line(
        self, tenure: Tenure, tmp_path: Path, content: str, name: str, told: str
    ) -> None:
        answered = imported(tenure, tmp_path, content, "--dry-run", name=name)

        assert answered.code == 2
        assert told in answered.out + answered.err

    def test_interrupted_it_goes_on_where_it_ended(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(importing, "AT_A_TIME", 2)
        write, left = SqlStore.upsert_accounts, iter([None, KeyboardInterrupt()])

        def interrupted(*given: Any) -> Any:
            if stop := next(left):
                raise stop
            return write(*given)

        lines = "\n".join(a_line(str(number)) for number in range(5))
        with monkeypatch.context() as patched:
            patched.setattr(SqlStore, "upsert_accounts", interrupted)
            first = imported(tenure, tmp_path, lines, "--json", name="a.jsonl")
        again = imported(tenure, tmp_path, lines, "--json", name="a.jsonl")

        assert first.code == 130
        assert (first.lines[-1]["created"], first.lines[-1]["finished"]) == (2, False)
        assert Counter(line.get("result") for line in again.lines) == {"unchanged": 2, "created": 3, None: 1}

    def test_a_store_that_fails_ends_it_and_what_is_written_stays(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fails(*_given: Any) -> Any:
            raise DatabaseTrouble

        monkeypatch.setattr(SqlStore, "upsert_accounts", fails)
        answered = imported(tenure, tmp_path, a_line(), name="a.jsonl")

        assert answered.code == 7
        assert "store: cannot be written now" in answered.err


def registered(store: SqlStore) -> None:
    """One large-user account, one that is not, one of a region without a threshold."""
    writer = a_service("Zoho Writer add-ons", 5000)
    accounts = [
        an_account(
            "1", zgid="81", super_admin="admin@a.example", domains=["a.example"], zuids=["61"], partner_id="hikari"
        ),
        an_account("2", zgid="82", subscriptions=[a_service("Zoho CRM", 10), writer]),
        an_account("3", zgid="82", region="EMEA", data_centre="UK"),
    ]
    store.upsert_accounts(accounts, MONDAY)


class TestShowing:
    def test_a_whole_account_with_its_open_cases_and_their_clocks(self, store: SqlStore, tenure: Tenure) -> None:
        registered(store)
        now = datetime.now(UTC)
        for case_id, account in (("C-1", "1"), ("C-2", "2")):
            state = a_case(now, case_id=case_id)
            state.found = state.found.model_copy(update={"account_id": account})
            store.open_lifecycle(an_opening(case_id), state, "run-1", now)
            recorded(store, state, state.journal.take(), "run-1", now)
        answered = tenure("account", "show", "81", "--json")

        found = checked(answered, "account_show")
        assert found["account"]["super_admin"] == "admin@a.example"
        assert found["classification"]["large"]
        assert found["doors"]["email"] == "partner-support@zohocorp.com"
        (case,) = found["cases"]
        assert (case["case"], case["severity"]) == ("C-1", "s1_critical")
        assert [clock["name"] for clock in case["clocks"]] == ["first_response", "identification", "status_update"]
        assert all(clock["state"] == "running" and clock["due_at"] for clock in case["clocks"])
        shown = tenure("account", "show", "1").out
        assert "C-1" in shown
        assert "first response running, due" in shown
        assert "C-2" not in shown

    def test_licences_counted_and_left_out_and_why(self, store: SqlStore, tenure: Tenure) -> None:
        registered(store)
        shown = tenure("account", "show", "2").out

        assert (
            "Not a large-user account: 10 licences count and 5,000 of excluded services are left out (SUP-04)" in shown
        )
        assert "left out: measured by automation credits and bulk mails (SUP-06)" in shown
        assert "No open cases." in shown

    def test_what_nobody_registered_or_several_have_is_told(self, store: SqlStore, tenure: Tenure) -> None:
        registered(store)

        assert tenure("account", "show", "9").code == 6
        several = tenure("account", "show", "82")
        assert several.code == 3
        assert "2, 3" in several.err


class TestListing:
    def test_by_region_and_by_size_and_page_by_page(self, store: SqlStore, tenure: Tenure) -> None:
        registered(store)

        def listed(*options: str) -> list[str]:
            found = checked(tenure("account", "list", *options, "--json"), "account_list")
            return [account["zoid"] for account in found["accounts"]]

        assert listed() == ["1", "2", "3"]
        assert listed("--region", "jp") == ["1", "2"]
        assert listed("--large") == ["1"]
        assert listed("--limit", "1") == ["1"]
        assert listed("--limit", "1", "--after", "1") == ["2"]
        assert tenure("account", "list", "--region", "nowhere").out == "No accounts like that.\n"
        assert "--after 1" in tenure("account", "list", "--limit", "1").err

    @pytest.mark.parametrize("command", [["list"], ["list", "--large"], ["classify", "1"], ["classify", "--all"]])
    @pytest.mark.parametrize("output", ["table", "json"])
    def test_no_person_stands_in_any_answer_but_show(
        self, store: SqlStore, tenure: Tenure, command: list[str], output: str
    ) -> None:
        registered(store)
        answered = tenure("account", *command, "-o", output)

        assert answered.code == 0
        assert "@" not in answered.out + answered.err
        assert "a.example" not in answered.out + answered.err

    def test_of_nothing_is_said(self, store: SqlStore, tenure: Tenure) -> None:
        assert tenure("account", "list").out == "No accounts.\n"
        assert (
            tenure("account", "classify", "--all").out
            == "region  threshold  accounts  large\nJP      1,000      0         0    \n"
        )


class TestClassifying:
    def test_one_is_told_why(self, store: SqlStore, tenure: Tenure) -> None:
        registered(store)
        found = checked(tenure("account", "classify", "1", "--json"), "account_class")

        assert found["classification"]["large"]
        assert (found["account"], found["region"], found["warnings"]) == ("1", "JP", [])

    def test_all_are_counted_by_region_and_a_missing_threshold_is_said(self, store: SqlStore, tenure: Tenure) -> None:
        """AMB-32."""
        registered(store)
        found = checked(tenure("account", "classify", "--all", "--json"), "account_regions")

        assert found["regions"] == [
            {"region": "EMEA", "threshold": None, "accounts": 1, "large": 0},
            {"region": "JP", "threshold": 1000, "accounts": 2, "large": 1},
        ]
        assert THRESHOLDS in found["warnings"][0]
        assert "EMEA" in found["warnings"][0]

    @pytest.mark.parametrize("command", [["classify", "1"], ["classify", "--all"], ["list", "--large"]])
    def test_without_any_threshold_nobody_is_large_and_that_is_said(
        self, store: SqlStore, tenure: Tenure, monkeypatch: pytest.MonkeyPatch, command: list[str]
    ) -> None:
        """AMB-32."""
        monkeypatch.delenv(THRESHOLDS)
        registered(store)

        assert f"so nobody is a large-user account: set {THRESHOLDS}" in tenure("account", *command).err.replace(
            "\n", " "
        )

    @pytest.mark.parametrize("words", [[], ["1", "--all"]])
    def test_one_or_all_has_to_be_said(self, tenure: Tenure, words: list[str]) -> None:
        assert tenure("account", "classify", *words).code == 2
