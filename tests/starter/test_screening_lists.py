"""`tenure screening import` and `lists`: two published lists, judged as a whole, kept as versions. WHS-20, WHS-28."""

import hashlib
import tracemalloc
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from activities.ports.screening import ListEntry
from adapters.sql.engine import DatabaseTrouble
from adapters.sql.store import SqlStore
from starter.commands.schemas import schema_of
from starter.intake.screening_countries import country_of
from tests.screening_lists import CSL, DPL, ENTITY_LIST, a_party, a_person
from tests.starter.conftest import Answered, Tenure

EXAMPLES = Path(__file__).parents[2] / "examples" / "screening"


def imported(
    tenure: Tenure, directory: Path, content: str | bytes | Sequence[str], *options: str, name: str = "l.csv"
) -> Answered:
    file = directory / name
    text = content if isinstance(content, str | bytes) else "\n".join([*content, ""])
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return tenure("screening", "import", file, *options)


def entries(store: SqlStore, version: str) -> list[ListEntry]:
    return list(store.list_entries(version))


def checked(answered: Answered, name: str) -> Any:
    """The last document, which is as its schema says."""
    found = answered.lines[-1]
    Draft202012Validator(schema_of(f"answer.{name}")).validate(found)
    return found


class TestImporting:
    def test_both_examples_are_versions_of_their_own_lists(self, store: SqlStore, tenure: Tenure) -> None:
        first = tenure("screening", "import", EXAMPLES / "consolidated.csv", "--json")
        other = tenure("screening", "import", EXAMPLES / "denied-persons.txt", "--json")

        assert first.code == other.code == 0, first.err + other.err
        told = checked(first, "screening_import")
        assert (told["result"], told["version"], told["bad_input"]) == ("imported", "csl-1", 0)
        assert told["digest"] == hashlib.sha256((EXAMPLES / "consolidated.csv").read_bytes()).hexdigest()
        assert checked(other, "screening_import")["version"] == "dpl-1"
        assert store.current_version() == "csl-1+dpl-1"

    def test_what_a_row_of_the_consolidated_list_says(self, store: SqlStore, tenure: Tenure, tmp_path: Path) -> None:
        row = (
            'a1,Entity List (EL),Entity,"Zorbelin, Ltd. a/k/a Zorbelin Trading","1 Road, Qingdao, CN; Kowloon, HK",'
            "2023-05-22,2030-01-31,卓贝林; Zorbelin  Marine ;;卓贝林,IR; KP,Syria"
        )
        answered = imported(tenure, tmp_path, [CSL, row])

        assert answered.code == 0, answered.err
        assert entries(store, "csl-1") == [
            ListEntry(
                entry="a1",
                source=ENTITY_LIST,
                name="Zorbelin, Ltd.",
                aliases=("Zorbelin Trading", "卓贝林", "Zorbelin Marine"),
                countries=("CN", "HK", "IR", "KP", "SY"),
                kind="Entity",
                begins_on="2023-05-22",
                ends_on="2030-01-31",
            )
        ]

    def test_one_person_denied_at_two_addresses_is_one_party(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        rows = [a_person(Country="CY"), a_person(Country="BY", City="MINSK"), a_person(FR_Citation="99 F.R. 9")]
        answered = imported(tenure, tmp_path, [DPL, *rows], "--json", name="dpl.txt")

        assert checked(answered, "screening_import")["parties"] == 2
        both = {entry.countries: entry for entry in entries(store, "dpl-1")}
        assert set(both) == {("BY", "CY"), ("US",)}
        entry = both["BY", "CY"]
        assert (entry.name, entry.begins_on, entry.ends_on) == ("IVO TARN", "2019-06-19", "")
        assert entry.source == "Denied Persons List (DPL) - Bureau of Industry and Security"

    def test_a_party_without_an_id_keeps_the_one_made_for_it(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        imported(tenure, tmp_path, [DPL, a_person("A"), a_person("B")], name="dpl.txt")
        imported(tenure, tmp_path, [DPL, a_person("B"), a_person("A"), a_person("C")], name="dpl.txt")

        before, after = ({each.entry for each in entries(store, version)} for version in ("dpl-1", "dpl-2"))
        assert before < after

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    @pytest.mark.parametrize("begins", ["", "sep={}\r\n"])
    def test_as_spreadsheets_write_it(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path, encoding: str, separator: str, begins: str
    ) -> None:
        text = f"{CSL}\r\n{a_party(name='赤坂商事')}\r\n".replace(",", separator)
        answered = imported(tenure, tmp_path, (begins.format(separator) + text).encode(encoding))

        assert answered.code == 0, answered.err
        assert entries(store, "csl-1")[0].name == "赤坂商事"

    def test_columns_may_stand_in_any_order_and_further_ones_are_left_alone(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        header = ",".join(["remarks", *reversed(CSL.upper().split(",")), "a_new_one"])
        row = ",".join(["kept out", *reversed(a_party().split(",")), "x"])
        assert imported(tenure, tmp_path, [header, row]).code == 0
        assert entries(store, "csl-1")[0].name == "Zorbelin Marine"

    def test_the_same_party_twice_is_one_and_another_one_of_its_id_is_wrong(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        same = imported(tenure, tmp_path, [CSL, a_party("1"), a_party("2"), a_party("1")], "--json")
        assert checked(same, "screening_import")["parties"] == 2

        other = imported(tenure, tmp_path, [CSL, a_party("1"), a_party("1", name="Another")])
        assert other.code == 2
        assert "line 3: _id: stands on line 2 too, with other content" in other.out

    def test_a_party_whose_order_ended_is_kept_and_counted(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        """A denial that ended binds nobody, and may have been renewed: whoever reviews a match is told. WHS-24."""
        rows = [a_party("1", end_date="2020-01-31"), a_party("2", end_date="2999-12-31"), a_party("3")]
        answered = imported(tenure, tmp_path, [CSL, *rows])

        assert "  1 ended before today: still compared, and a match says so" in answered.out
        assert [each.ends_on for each in entries(store, "csl-1")] == ["2020-01-31", "2999-12-31", ""]

    def test_countries_without_a_code_are_told_and_their_parties_stay(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        rows = [a_party("1", citizenships="Zorbelia"), a_party("2", nationalities="Turkey; Zorbelia")]
        answered = imported(tenure, tmp_path, [CSL, *rows], "--json")

        told = checked(answered, "screening_import")
        assert told["untold_countries"] == ["Zorbelia"]
        assert "matched by name alone: Zorbelia" in told["warnings"][0]
        assert [each.countries for each in entries(store, "csl-1")] == [(), ("TR",)]


class TestVersions:
    def test_the_same_file_makes_no_new_version_and_another_one_does(
        self, store: SqlStore, tenure: Tenure, tmp_path: Path
    ) -> None:
        for _ in range(2):
            again = imported(tenure, tmp_path, [CSL, a_party("1")], "--by", "ops-7")
        assert "imported before, as csl-1" in again.out
        assert "imported as csl-2" in imported(tenure, tmp_path, [CSL, a_party("2")], "--by", "ops-8").out

        listed = tenure("screening", "lists", "--json")
        Draft202012Validator(schema_of("answer.screening_lists")).validate(listed.json)
        versions = [(each["version"], each["current"], each["imported_by"]) for each in listed.json["lists"]]
        assert versions == [("csl-2", True, "ops-8"), ("csl-1", False, "ops-7")]
        assert listed.json["current_version"] == "csl-2"
        assert [each.entry for each in entries(store, "csl-1")] == ["1"]

    def test_a_list_may_have_a_name_of_its_own(self, store: SqlStore, tenure: Tenure, tmp_path: Path) -> None:
        assert imported(tenure, tmp_path, [CSL, a_party()], "--name", "house").code == 0
        assert store.current_version() == "house-1"

    @pytest.mark.parametrize("name", ["", "CSL", "a-b", "a b", "1st", "csl+dpl", "x" * 33])
    def test_a_name_that_would_be_mistaken_for_a_version_is_refused(
        self, tenure: Tenure, tmp_path: Path, name: str
    ) -> None:
        answered = imported(tenure, tmp_path, [CSL, a_party()], "--name", name)
        assert answered.code == 2
        assert "--name: must be small Latin letters" in answered.err

    def test_lists_say_what_is_used_now(self, store: SqlStore, tenure: Tenure, tmp_path: Path) -> None:
        assert tenure("screening", "lists").out == "No list was imported yet: tenure screening import FILE\n"
        for number in ("1", "2"):
            imported(tenure, tmp_path, [CSL, a_party(number)])
        everything, current = tenure("screening", "lists").out, tenure("screening", "lists", "--current").out

        assert everything.splitlines()[1].startswith("csl-2    in use  1")
        assert "csl-1" in everything
        assert "csl-1" not in current

    def test_without_a_store_that_is_said(self, tenure: Tenure, tmp_path: Path) -> None:
        assert tenure("screening", "lists").code == 7
        answered = imported(tenure, tmp_path, [CSL, a_party()])
        assert answered.code == 7
        assert "DATABASE_URL says where it is" in answered.err


HEADERS = {
    "nothing": ("", "is empty: it must name the columns of one of the lists we know"),
    "another list": ("zoid,name,region\n1,A,JP\n", "is the header of neither list we know: the US Consolidated"),
    "no header": (f"{a_party()}\n", "is the header of neither list we know"),
    "columns missing": (
        "_id,source,name,alt_names\n",
        "lacks type, addresses, start_date, end_date, citizenships, nationalities, which the US Consolidated",
    ),
    "columns of the other list missing": (
        "Name\tStreet_Address\tEffective_Date\tExpiration_Date\tFR_Citation\n",
        "lacks City, State, Country, which the US Denied Persons List has",
    ),
    "a column twice": (f"{CSL},name\n", "column K has the same name as column D"),
    "no party": (f"{CSL}\n", "holds no party"),
    "an old Mac's lines": (f"{CSL}\r{a_party()}\r", "ends its lines as old Macs did"),
    "a quote left open": ('"_id,source', "cannot be read as the header of a CSV file"),
    "not UTF-8": (b"_id,source,n\xe4me\n", "is not UTF-8: save the file as UTF-8"),
    "an Excel workbook": (b"PK\x03\x04 and so on", "is a ZIP archive or an Excel workbook"),
    "a picture": (b"\x89PNG\x00\x00", "is not text"),
}


@pytest.mark.parametrize(("content", "told"), HEADERS.values(), ids=HEADERS.keys())
def test_a_file_that_is_no_list_is_told_in_a_line(
    content: str | bytes, told: str, tenure: Tenure, tmp_path: Path
) -> None:
    answered = imported(tenure, tmp_path, content, "--dry-run")

    assert answered.code == 2
    assert told in answered.err
    assert len(answered.err.splitlines()) == 1


@pytest.mark.parametrize("name", ["l.jsonl", "l.xlsx", "l"])
def test_a_list_is_a_sheet(name: str, tenure: Tenure, tmp_path: Path) -> None:
    answered = imported(tenure, tmp_path, [CSL, a_party()], name=name)
    assert (answered.code, "must end in .csv, .tsv or .txt" in answered.err) == (2, True)


def test_a_list_that_is_not_there_is_told(tenure: Tenure, tmp_path: Path) -> None:
    answered = tenure("screening", "import", tmp_path / "none.csv")
    assert (answered.code, "there is no such file" in answered.err) == (2, True)


ROWS = {
    "no name": (a_party(name=""), "line 2, column D: name: is required"),
    "a name of blanks": (a_party(name='" "'), "line 2, column D: name: is required"),
    "a name nobody sees": (a_party(name="\u200b\u200d"), "line 2, column D: name: cannot be shown"),
    "a name that turns round": (a_party(name="a\u202eb"), "line 2, column D: name: cannot be shown"),
    "a name without end": (a_party(name="x" * 1001), "line 2, column D: name: is longer than 1,000 characters"),
    "an alias without end": (a_party(alt_names="y" * 1001), "line 2, column H: alt_names: is longer than 1,000"),
    "no id": (a_party(""), "line 2, column A: _id: is required"),
    "no source": (a_party(source=""), "line 2, column B: source: is required"),
    "an American date": (a_party(end_date="01/31/2030"), "line 2, column G: end_date: must be a date as this list"),
    "no such day": (a_party(start_date="2030-02-30"), "line 2, column F: start_date: must be a date as this list"),
    "a cell too few": ("1,EL,Entity,A", "line 2: has 4 cells, and the header 10: was the file cut off?"),
    "a cell too many": (f"{a_party()},x", "line 2, column K: has a value, and the header has no name for it"),
    "an open quote": (f'{a_party("1")}\n2,"EL', "line 3: has a cell that does not end: is a quote left open?"),
    "text after a quote": ('"1"x,EL', "line 2: has text after a closing quote"),
}


@pytest.mark.parametrize(("row", "told"), ROWS.values(), ids=ROWS.keys())
def test_a_wrong_row_is_told_with_line_and_column_and_nothing_is_written(
    row: str, told: str, store: SqlStore, tenure: Tenure, tmp_path: Path
) -> None:
    answered = imported(tenure, tmp_path, [CSL, row])

    assert answered.code == 2
    assert told in answered.out
    assert "nothing was written: a list with gaps lets people by" in answered.err
    assert store.screening_lists() == []


def test_a_wrong_row_of_the_other_list_is_named_as_its_header_does(tenure: Tenure, tmp_path: Path) -> None:
    """Month first, as that list has it: nobody guesses which is meant."""
    rows = [a_person("", Expiration_Date="31/01/2030")]
    answered = imported(tenure, tmp_path, [DPL, *rows], "--json", name="dpl.txt")

    wrong = [(line["field"], line["column"]) for line in answered.lines[:-1]]
    assert wrong == [("Name", "A"), ("Expiration_Date", "H")]
    Draft202012Validator(schema_of("answer.screening_import_line")).validate(answered.lines[0])
    assert checked(answered, "screening_import")["result"] == "bad_input"


def test_wrong_rows_are_told_up_to_a_number_and_then_counted(tenure: Tenure, tmp_path: Path) -> None:
    rows = [a_party(str(number), name="") for number in range(9)]
    answered = imported(tenure, tmp_path, [CSL, *rows, a_party("9")], "--max-errors", "2", "--dry-run")

    assert [line[:7] for line in answered.out.splitlines()[:3]] == ["line 2,", "line 3,", "… and 7"]
    assert "1 party, 9 wrong rows; nothing was written" in answered.out


def test_a_dry_run_writes_nothing_and_needs_no_store(tenure: Tenure) -> None:
    answered = tenure("screening", "import", EXAMPLES / "consolidated.csv", "--dry-run", "--json")
    assert (answered.code, checked(answered, "screening_import")["result"]) == (0, "valid")


def some_pages(many: int) -> Iterator[str]:
    yield CSL
    yield from (a_party(f"{number:06}", name=f"Zorbelin Marine {number}") for number in range(many))


def test_interrupted_it_has_written_nothing_and_again_it_writes_all(
    store: SqlStore, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = SqlStore.import_list

    def interrupted(self: SqlStore, name: str, read: Iterator[ListEntry], **given: Any) -> Any:
        def some() -> Iterator[ListEntry]:
            for number, each in enumerate(read):
                if number == 1500:
                    raise KeyboardInterrupt
                yield each

        return write(self, name, some(), **given)

    with monkeypatch.context() as patched:
        patched.setattr(SqlStore, "import_list", interrupted)
        first = imported(tenure, tmp_path, list(some_pages(2000)), "--json")
    assert (first.code, checked(first, "screening_import")["result"]) == (130, "interrupted")
    assert store.screening_lists() == []

    assert imported(tenure, tmp_path, list(some_pages(2000))).code == 0
    assert [each.version for each in store.screening_lists()] == ["csl-1"]
    assert store.screening_lists()[0].entries == 2000


@pytest.mark.parametrize("becomes", [[CSL, a_party("1", name="")], [CSL, a_party("2")]])
def test_a_file_that_changes_while_it_is_read_is_not_written(
    store: SqlStore, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, becomes: list[str]
) -> None:
    """What was judged is what is written, and what its digest says."""
    write = SqlStore.import_list

    def changed(self: SqlStore, *args: Any, **given: Any) -> Any:
        (tmp_path / "l.csv").write_text("\n".join([*becomes, ""]))
        return write(self, *args, **given)

    monkeypatch.setattr(SqlStore, "import_list", changed)
    answered = imported(tenure, tmp_path, [CSL, a_party("1")])
    assert answered.code == 2
    assert "changed while it was read; nothing was written: run it again" in answered.err
    assert store.screening_lists() == []


def test_a_store_that_fails_has_nothing_of_it(
    store: SqlStore, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_given: Any, **_named: Any) -> Any:
        raise DatabaseTrouble

    monkeypatch.setattr(SqlStore, "import_list", fails)
    answered = imported(tenure, tmp_path, [CSL, a_party()])
    assert answered.code == 7
    assert "nothing was written: run it again" in answered.err


@pytest.mark.usefixtures("garbage_goes_as_usual")
def test_a_long_list_is_never_held_as_a_whole(store: SqlStore, tenure: Tenure, tmp_path: Path) -> None:
    """What is held at a time does not grow with the list."""

    def most_held(many: int) -> int:
        content = list(some_pages(many))
        (tmp_path / "l.csv").write_text("\n".join([*content, ""]))
        del content
        tracemalloc.start()
        assert tenure("screening", "import", tmp_path / "l.csv").code == 0
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return most

    most_held(10)
    assert most_held(6_000) < most_held(2_000) * 1.5


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("IR", "IR"),
        ("IRN", "IR"),
        ("Iran", "IR"),
        ("Iran, Islamic Republic of", "IR"),
        ("RUSSIA", "RU"),
        ("Korea,  North", "KP"),
        ("UK", "GB"),
        ("UAE", "AE"),
        ("china", "CN"),
        ("ir", "IR"),
        ("364", None),
        ("XX", None),
        ("Zorbelia", None),
        ("", None),
        ("107-0052", None),
    ],
)
def test_a_country_is_told_by_code_or_by_name_and_never_guessed(text: str, code: str | None) -> None:
    assert country_of(text) == code
