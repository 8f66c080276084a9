"""`tenure hub …`: what the Partner Hub answers on a terminal, to programs and to spreadsheets. HUB-10 to HUB-60."""

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from adapters.sql.migrate import migrate
from adapters.sql.store import SqlStore, open_store
from domain.hub.tags import About
from domain.hub.users import NewUser
from domain.permissions import PartnerRole
from starter.commands import hub_asked
from starter.commands.schemas import schema_of
from tests.hub_rows import MIDNIGHT, SUNDAY
from tests.hub_world import CALLS, LATE, a_book, a_hub, a_subscription, called, closed, used
from tests.makers import days, some
from tests.starter.conftest import Answered, Tenure

WEEK = str(SUNDAY)
EVIL = '=HYPERLINK("https://evil.example")'


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub whose weeks are closed, one of them with rows that came late; one customer is up to no good."""
    path = tmp_path_factory.mktemp("hub") / "hub.db"
    migrate(f"sqlite:///{path}")
    store = open_store(f"sqlite:///{path}")
    a_hub(store)
    a_subscription(store, "SO-100007", "evil", company=EVIL)
    store.replace_tags("hikari", About.CUSTOMER, "evil", ["+1", "@tag"], by="ken", now=MIDNIGHT)
    used(store, "sub-SO-100001", SUNDAY - days(2), assigned=28, in_use=26)
    used(store, "sub-SO-100001", SUNDAY - days(2), assigned=24, in_use=20, product="calling", purchased=20)
    called(store, "akasaka", SUNDAY, CALLS)
    for user, role, assigned in (
        ("ken", PartnerRole.FULL_ADMINISTRATOR, ""),
        ("mia", PartnerRole.ADMINISTRATOR, "minato"),
    ):
        new = NewUser(user_id=user, partner_id="hikari", roles=(role,), name=user.capitalize())
        store.add_hub_user(new, by="ops-7", now=MIDNIGHT)
        if assigned:
            store.assign_hub_user(user, assigned, by="ken", now=MIDNIGHT)
    closed(a_book(store))
    used(store, "sub-SO-100002", LATE, assigned=21, in_use=16, now=MIDNIGHT + days(1))
    store.close()
    return path


@pytest.fixture
def store(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """A copy for each test."""
    url = f"sqlite:///{tmp_path}/hub.db"
    (tmp_path / "hub.db").write_bytes(file.read_bytes())
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setattr(hub_asked, "present", lambda: MIDNIGHT + days(5))
    opened = open_store(url)
    yield opened
    opened.close()


@pytest.fixture
def hub(store: SqlStore, tenure: Tenure) -> Tenure:
    """`hub("customers")`."""

    def run(*words: object) -> Answered:
        return tenure("hub", *words)

    return run


def told(answered: Answered) -> Answered:
    assert answered.code == 0, answered.err
    return answered


def cells(answered: Answered) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(told(answered).out.removeprefix("\ufeff"))))


ASKED = [
    ("customers",),
    ("customers", "--status", "subscription", "--sort", "ends", "--reverse", "--size", "25"),
    ("customer", "akasaka"),
    ("usage", "akasaka", "sub-SO-100001"),
    ("kpi",),
    ("kpi", "--product", "calling"),
    *(
        ("kpi", "--section", each)
        for each in ("recently_added", "expiring", "renewing", "low_assignment", "over_limit")
    ),
    ("calling",),
    ("calling", "--table", "queues"),
    ("weeks",),
    ("weeks", "--as-of", WEEK),
    ("definitions",),
]
AS_OF = [words for words in ASKED if words[0] in {"customers", "customer", "kpi", "calling"}]
ANSWERS = {"customers": "hub_customers", "customer": "hub_customer", "weeks": "hub_weeks", "close": "hub_weeks"}


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_every_answer_has_the_keys_of_its_schema(hub: Tenure, words: tuple[str, ...]) -> None:
    name = ANSWERS.get(words[0], f"hub_{words[0]}")
    Draft202012Validator(schema_of(f"answer.{name}")).validate(told(hub(*words, "--json")).json)


@pytest.mark.parametrize("words", ASKED, ids=" ".join)
def test_every_table_fits_a_terminal_of_eighty_columns(
    hub: Tenure, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("starter.console.terminal.Terminal.watched", property(lambda _self: True))
    monkeypatch.setenv("COLUMNS", "80")

    lines = told(hub(*words)).out.splitlines()

    assert lines
    assert max(map(width, lines)) <= 80


def width(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line.rstrip())


def test_as_of_a_week_every_answer_is_the_same_for_ever(hub: Tenure, store: SqlStore) -> None:
    """HUB-60."""
    asked = [(*words, "--as-of", WEEK, "--revision", "1", "--json") for words in AS_OF]
    first = [told(hub(*words)).json for words in asked]
    used(store, "sub-SO-100001", SUNDAY - days(1), assigned=1, in_use=1, now=MIDNIGHT + days(2))
    a_subscription(store, "SO-100050", "ebisu", at=MIDNIGHT - days(9))
    told(hub("close"))

    for words, before in some([*zip(asked, first, strict=True)]):
        after = told(hub(*words)).json
        assert (before["as_of"]["revisions"], after["as_of"]["revisions"]) == (1, 2), words
        for each in (before, after):
            each.pop("as_of")
            each.pop("warnings")
        assert before == after, words


class TestStand:
    def test_of_now_is_said(self, hub: Tenure) -> None:
        assert told(hub("customers")).out.startswith("As of now (2026-11-27 00:00 UTC).\n")

    def test_of_a_week_is_said_with_when_it_was_closed_and_what_came_late(self, hub: Tenure) -> None:
        answered = told(hub("kpi", "--as-of", "2026-11-25"))

        assert answered.out.startswith("As of the week that ended on Sunday 2026-11-22, 00:00 UTC.\nClosed 2026-11-22")
        assert "rows came late since" in answered.err

    def test_of_a_revised_week_is_said_which_revision(self, hub: Tenure) -> None:
        assert told(hub("close")).out == "2026-11-22  revised, 17 rows\n"

        assert (
            "00:00 UTC, revision 2 of 2.\nClosed 2026-11-22 00:00 UTC, revised "
            in told(hub("kpi", "--as-of", WEEK)).out
        )
        assert "revision 1 of 2.\n" in told(hub("kpi", "--as-of", WEEK, "--revision", "1")).out
        assert told(hub("close")).out.startswith("Nothing to close: every week that ended is closed")

    @pytest.mark.parametrize(
        ("words", "code", "said"),
        [
            (("--as-of", "2031-01-05"), 6, "--as-of: the week that ends on 2031-01-05 is not closed"),
            (("--as-of", WEEK, "--revision", "7"), 6, "--as-of: revision 7 of the week that ends on 2026-11-22"),
            (("--as-of", "yesterday"), 2, "--as-of: must be a date such as 2026-11-22"),
            (("--revision", "1"), 2, "--revision: is of a week: say which by --as-of"),
        ],
    )
    def test_a_week_that_is_none_is_refused_at_its_option(
        self, hub: Tenure, words: tuple[str, ...], code: int, said: str
    ) -> None:
        answered = hub("customers", *words)
        assert answered.code == code
        assert said in answered.err


class TestWho:
    @pytest.mark.parametrize(
        ("user", "seen"),
        [
            ((), 6),
            (("--as", "ken"), 4),
            (("--as", "mia"), 1),
            (("--partner", "umi"), 2),
            (("--as", "ken", "--partner", "hikari"), 4),
        ],
    )
    def test_everybody_sees_their_own_customers(self, hub: Tenure, user: tuple[str, ...], seen: int) -> None:
        """Whoever has the store sees everything; a user of the hub what they see there. HUB-42."""
        assert told(hub("customers", *user, "--json")).json["visible"] == seen

    @pytest.mark.parametrize(
        "words",
        [
            ("customer", "akasaka", "--as", "mia"),
            ("customer", "aoyama", "--as", "ken"),
            ("customer", "nobody"),
            ("customer", "nobody", "--as", "ken"),
            ("customers", "--as", "ken", "--partner", "umi"),
            ("usage", "akasaka", "sub-SO-100001", "--as", "mia"),
        ],
        ids=" ".join,
    )
    def test_what_is_not_theirs_is_as_if_it_were_not_there(self, hub: Tenure, words: tuple[str, ...]) -> None:
        answered = hub(*words)
        assert (answered.code, answered.err) == (6, "Error: nothing is known under that id\n")

    def test_a_user_that_nobody_added_is_not_known(self, hub: Tenure) -> None:
        assert hub("customers", "--as", "nobody").code == 6

    def test_a_customer_of_two_partners_is_asked_for_with_one_of_them(self, hub: Tenure) -> None:
        answered = hub("customer", "minato")
        assert (answered.code, answered.err) == (
            2,
            "Error: --partner: several partners have this customer: hikari, umi\n",
        )
        assert told(hub("customer", "minato", "--partner", "umi", "--json")).json["customer"]["partner_id"] == "umi"


class TestCustomers:
    @pytest.mark.parametrize(
        ("words", "ids"),
        [
            (("--search", "AOYA"), ["aoyama"]),
            (("--status", "ready_for_setup"), []),
            (("--tag", "@TAG"), ["evil"]),
            (("--type", "subscription", "--partner", "umi", "--sort", "id", "--reverse"), ["minato", "aoyama"]),
            (("--product", "calling", "--product", "messaging"), []),
        ],
        ids=" ".join,
    )
    def test_filters_are_those_of_the_page(self, hub: Tenure, words: tuple[str, ...], ids: list[str]) -> None:
        """HUB-30 to HUB-33."""
        found = told(hub("customers", *words, "--json")).json
        assert [each["customer_id"] for each in found["customers"]] == ids

    @pytest.mark.parametrize("option", ["--status", "--product", "--type", "--managed", "--sort"])
    def test_a_value_that_is_none_is_refused_at_its_option(self, hub: Tenure, option: str) -> None:
        answered = hub("customers", option, "nonsense")
        assert answered.code == 2
        assert answered.err.startswith(f"Error: {option}: ")

    def test_pages_are_counted_and_a_csv_has_none(self, hub: Tenure, store: SqlStore) -> None:
        for number in range(30):
            a_subscription(store, f"SO-2000{number:02}", f"customer-{number:02}", at=MIDNIGHT)

        first = told(hub("customers", "--size", "25", "--page", "2", "--json")).json

        assert (first["total"], first["page"], first["pages"], len(first["customers"])) == (36, 2, 2, 11)
        assert "page 1 of 2 (--page)" in told(hub("customers", "--size", "25")).out
        assert len(cells(hub("customers", "--size", "25", "--csv"))) == 36

    def test_a_name_that_is_a_formula_is_text_in_a_csv(self, hub: Tenure) -> None:
        (evil,) = (each for each in cells(hub("customers", "--csv")) if each["id"] == "evil")
        assert evil["customer"] == f"'{EVIL}"
        assert evil["tags"] == "'+1, @tag"
        (row,) = (
            each for each in cells(hub("kpi", "--section", "recently_added", "--csv")) if each["id"] == "sub-SO-100007"
        )
        assert row["customer"] == f"'{EVIL}"

    def test_a_csv_is_no_answer_for_programs(self, hub: Tenure) -> None:
        answered = hub("customers", "--csv", "--json")
        assert answered.code == 2
        assert "--csv" in answered.err


class TestNumbers:
    def test_a_section_as_csv_has_each_value_in_a_column_and_the_minus_of_a_number(
        self, hub: Tenure, store: SqlStore
    ) -> None:
        used(store, "sub-SO-100004", SUNDAY - days(8), assigned=23, in_use=1, now=MIDNIGHT)
        told(hub("close"))

        rows = cells(hub("kpi", "--section", "recently_added", "--as-of", WEEK, "--csv"))

        (row,) = (each for each in rows if each["id"] == "sub-SO-100004")
        assert (row["assigned"], row["used"], row["available"]) == ("20", "15", "5")
        assert row["assigned ±"] == "-3"

    def test_a_ratio_of_nothing_is_a_dash_and_in_json_null(self, hub: Tenure) -> None:
        assert "–  expiring assignment  0 ÷ 0" in told(hub("kpi")).out
        found = told(hub("kpi", "--section", "expiring", "--json")).json
        assert [each["value"] for each in found["sections"][0]["numbers"]][1:] == [None, None]

    def test_a_number_says_which_customers_are_behind_it(self, hub: Tenure) -> None:
        found = told(hub("kpi", "--as-of", WEEK, "--json")).json
        over = next(each for each in found["numbers"] if each["key"] == "over_licence_limit")
        assert over["customers"] == [{"partner_id": "hikari", "customer_id": "akasaka"}]
        assert told(hub("definitions", over["key"], "--json")).json["definitions"][0]["rules"]

    def test_calling_is_of_the_last_completed_week(self, hub: Tenure) -> None:
        found = told(hub("calling", "--as-of", WEEK, "--json")).json
        assert (found["week"], found["weeks"][-1]["calls"]) == (WEEK, 300)
        (row,) = cells(hub("calling", "--table", "quality", "--as-of", WEEK, "--csv"))
        assert (row["id"], row["low quality %"]) == ("akasaka", "4")

    @pytest.mark.parametrize(
        "words",
        [("kpi", "--product", "messaging"), ("kpi", "--section", "best"), ("calling", "--table", "x")],
        ids=" ".join,
    )
    def test_what_is_not_there_is_refused_with_what_is(self, hub: Tenure, words: tuple[str, ...]) -> None:
        answered = hub(*words)
        assert answered.code == 2
        assert "must be one of " in answered.err

    def test_the_rows_behind_a_line_are_told(self, hub: Tenure) -> None:
        asked = ("usage", "akasaka", "sub-SO-100001", "--since", "2026-11-01", "--until", WEEK)
        days_of = told(hub(*asked, "--json")).json["days"]
        assert [(each["day"], each["assigned"]) for each in days_of] == [(str(LATE), 20), (str(SUNDAY - days(2)), 28)]
        assert hub("usage", "akasaka", "sub-SO-100002").code == 6


class TestTags:
    def test_are_replaced_as_a_whole(self, hub: Tenure) -> None:
        """HUB-20; whoever has the store has its rights, and is named in the record."""
        kept = told(hub("tags", "set", "akasaka", "--tag", "pilot", "--tag", "Key", "--by", "ops-7", "--json")).json
        assert kept["tags"] == ["Key", "pilot"]
        Draft202012Validator(schema_of("answer.hub_tags")).validate(kept)
        assert told(hub("tags", "set", "akasaka", "--none")).out == "akasaka: no tags\n"

    def test_only_two_roles_may(self, hub: Tenure, store: SqlStore) -> None:
        """HUB-22."""
        new = NewUser(user_id="reads", partner_id="hikari", roles=(PartnerRole.READ_ONLY_ADMINISTRATOR,), name="Reads")
        store.add_hub_user(new, by="ops-7", now=datetime(2026, 11, 22, tzinfo=UTC))
        answered = hub("tags", "set", "akasaka", "--tag", "pilot", "--as", "reads")
        assert answered.code == 3
        assert "HUB-22" in answered.err
        assert told(hub("tags", "set", "minato", "--tag", "pilot", "--as", "mia")).out == "minato: pilot\n"

    @pytest.mark.parametrize(
        ("words", "said"),
        [
            ((), "--tag: say each tag, or --none"),
            (("--tag", "x", "--none"), "--tag: say each tag, or --none"),
            (("--tag", "x" * 26), "--tag: at most 25 characters"),
            (
                (*["--tag", "a", "--tag", "b", "--tag", "c"], *["--tag", "d", "--tag", "e", "--tag", "f"]),
                "--tag: at most 5",
            ),
        ],
    )
    def test_what_cannot_be_a_tag_is_refused(self, hub: Tenure, words: tuple[str, ...], said: str) -> None:
        answered = hub("tags", "set", "akasaka", *words)
        assert answered.code == 2
        assert said in answered.err


def test_an_empty_hub_says_so(tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/empty.db"
    migrate(url)
    monkeypatch.setenv("DATABASE_URL", url)

    assert told(tenure("hub", "customers")).out.endswith("No customers.\n")
    assert told(tenure("hub", "weeks")).out == "No week is closed yet: a worker closes them, or tenure hub close.\n"
    assert told(tenure("hub", "close")).out.startswith("Nothing to close: no week has ended since")
    assert "–" in told(tenure("hub", "kpi")).out
