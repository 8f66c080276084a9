"""`tenure wholesale users …`, `certificate`: users in small batches, each with a result. WHS-11, WHS-12, WHS-27."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from adapters.sql.engine import DatabaseTrouble
from adapters.sql.store import SqlStore
from domain.lifecycle import Lifecycle
from domain.values import Message
from starter.commands.schemas import schema_of
from starter.console.exits import Exit, Stop
from starter.intake import wholesale_users_import as importing
from starter.intake.wholesale_users import batch_id
from starter.intake.wholesale_users_import import assign_batch
from tests.starter.conftest import Answered, Tenure, eventually
from tests.support.embedded import Background
from tests.support.environment import Handle
from tests.wholesale import CALLING, CONSOLE, MEETINGS, a_user, an_onboarding, quantities, removal, report

EXAMPLES = Path(__file__).parents[2] / "examples"
WHOLESALE = Lifecycle("wholesale")
COLUMNS = "user_id,email,first_name,last_name,package,add_ons.0,administrator"


def a_line(user: str, package: str = CALLING, add_on: str = "", administrator: str = "") -> str:
    return f"{user},{user.lower()}@akasaka.example.com,Mei,Kato,{package},{add_on},{administrator}"


def some(many: int, package: str = CALLING) -> list[str]:
    return [a_line(f"U-{number:05}", package) for number in range(many)]


class Customer:
    """One that is provisioned, and whom the command reaches."""

    def __init__(self, service: Background, tenure: Tenure, directory: Path, **changes: Any) -> None:
        self.id = f"W-{uuid4().hex[:8]}"
        self.service, self.directory, self._tenure = service, directory, tenure
        self.handle: Handle = service.do(self._provisioned(an_onboarding(self.id, **changes)))

    async def _provisioned(self, start: Any) -> Handle:
        env = self.service.env
        handle = await env.start("WholesaleCustomer", start, f"wholesale-{self.id}")
        await env.settled(handle)
        for name in (*start.packages, *start.add_ons):
            await env.send(handle, "report_package", report(name))
        return handle

    def send(self, update: str, message: Message) -> None:
        self.service.do(self.service.env.send(self.handle, update, message))

    def imported(self, lines: Sequence[str] | str | bytes, *options: str, name: str = "u.csv") -> Answered:
        file = self.directory / name
        text = lines if isinstance(lines, str | bytes) else "\n".join([COLUMNS, *lines, ""])
        file.write_bytes(text.encode() if isinstance(text, str) else text)
        return self.tenure("import", file, *options)

    def tenure(self, command: str, *words: object) -> Answered:
        return self._tenure("wholesale", "users", command, self.id, *words)

    @property
    def users(self) -> dict[str, tuple[str, ...]]:
        """What each has, as the store says."""
        found = self.service.store.users(self.id, limit=100_000)
        return {user.user_id: (user.has.package, *user.has.add_ons) for user in found}

    @property
    def batches(self) -> int:
        """How often its record says that users were imported."""
        events = self.service.store.events(WHOLESALE, self.id)
        return [event.type for event in events].count("wholesale.users_imported")


Onboard = Callable[..., Customer]


@pytest.fixture
def onboard(service: Background, tenure: Tenure, tmp_path: Path) -> Onboard:
    """A customer with 10 of calling, 5 of meetings, 2 consoles unless something else is said."""

    def made(**changes: Any) -> Customer:
        return Customer(service, tenure, tmp_path, **changes)

    return made


def results(answered: Answered) -> dict[str, str]:
    return {line["user"]: line["result"] for line in answered.lines[:-1]}


def checked(answered: Answered) -> Any:
    """The last line; all are as their schemas say."""
    for line in answered.lines[:-1]:
        Draft202012Validator(schema_of("answer.wholesale_users_line")).validate(line)
    Draft202012Validator(schema_of("answer.wholesale_users")).validate(answered.lines[-1])
    return answered.lines[-1]


class TestImporting:
    def test_every_user_gets_what_its_line_says(self, onboard: Onboard) -> None:
        customer = onboard()
        answered = customer.imported([a_line("U-1", CALLING, CONSOLE, "TRUE"), a_line("U-2", MEETINGS)])

        assert answered.code == 0, answered.err
        assert answered.out.splitlines() == ["line 2: U-1 assigned", "line 3: U-2 assigned", "2 users: 2 assigned"]
        assert customer.users == {"U-1": (CALLING, CONSOLE), "U-2": (MEETINGS,)}
        assert customer.service.store.user(customer.id, "U-1").has.administrator

    def test_both_examples_say_the_same_users(self, onboard: Onboard) -> None:
        customer = onboard()
        first = customer.tenure("import", EXAMPLES / "wholesale-users.csv", "--json")
        again = customer.tenure("import", EXAMPLES / "wholesale-users.jsonl", "--json")

        assert Counter(results(first).values()) == {"assigned": 3}
        assert (checked(again)["before"], checked(again)["batches"]) == (3, 0)

    def test_one_that_is_refused_stops_no_other_and_says_why(self, onboard: Onboard) -> None:
        """WHS-11, WHS-12: above the quantity, a package that is not there, an add-on that needs another."""
        customer = onboard(packages={CALLING: 2, MEETINGS: 5}, add_ons={CONSOLE: 1})
        lines = [a_line("U-1"), a_line("U-2"), a_line("U-3"), a_line("U-4", "webex_suite")]
        lines += [a_line("U-5", MEETINGS, CONSOLE), a_line("U-6", MEETINGS), a_line("U-7", MEETINGS, "", "true")]
        answered = customer.imported(lines, "--json")

        assert answered.code == 3
        told = {line["user"]: (line["result"], line["field"], line["code"]) for line in answered.lines[:-1]}
        assert told == {
            "U-1": ("assigned", None, None),
            "U-2": ("assigned", None, None),
            "U-3": ("refused", "package", "not_allowed"),
            "U-4": ("refused", "package", "unknown"),
            "U-5": ("refused", "add_ons", "missing"),
            "U-6": ("assigned", None, None),
            "U-7": ("refused", "package", "not_allowed"),
        }
        assert checked(answered) == checked(answered) | {"assigned": 3, "refused": 4, "finished": True, "batches": 1}
        assert "line 4: U-3 refused: package: all 2 of webex_calling are assigned" in customer.imported(lines).out

    def test_again_it_changes_nothing_and_sends_nothing(self, onboard: Onboard) -> None:
        customer = onboard()
        customer.imported(some(3))
        again = customer.imported(some(3), "--json")

        assert again.code == 0
        assert results(again) == dict.fromkeys(("U-00000", "U-00001", "U-00002"), "assigned")
        assert all(line["before"] for line in again.lines[:-1])
        assert (checked(again)["before"], checked(again)["batches"]) == (3, 0)
        assert customer.batches == 1
        assert customer.imported(some(3)).out.splitlines()[-1] == "3 users: 3 assigned (3 of them by an earlier run)"

    def test_who_was_refused_is_tried_once_more_and_nobody_else(self, onboard: Onboard) -> None:
        customer = onboard(packages={CALLING: 2}, add_ons={}, organization_package=None)
        assert customer.imported(some(4)).code == 3
        customer.send("change_quantities", quantities(packages={CALLING: 3}))
        second = customer.imported(some(4), "--json")
        third = customer.imported(some(4), "--json")

        assert results(second) == results(third)
        assert list(results(second).values()).count("refused") == 1
        assert [line["before"] for line in second.lines[:-1]] == [True, True, False, False]
        assert [line["before"] for line in third.lines[:-1]] == [True, True, True, False]
        assert len(customer.users) == 3

    def test_with_again_also_what_was_assigned_before_is_handed_in(self, onboard: Onboard) -> None:
        """Somebody changed it since: a repeat leaves that alone, unless it is asked for."""
        customer = onboard()
        customer.imported(some(2))
        assert customer.imported([a_line("U-00000", MEETINGS)]).code == 0
        assert customer.imported(some(2)).code == 0
        assert customer.users["U-00000"] == (MEETINGS,)

        answered = customer.imported(some(2), "--again", "--json")
        assert results(answered) == {"U-00000": "changed", "U-00001": "unchanged"}
        assert customer.users["U-00000"] == (CALLING,)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
    @pytest.mark.parametrize("separator", [",", ";", "\t"])
    def test_as_spreadsheets_write_it(self, tenure: Tenure, tmp_path: Path, encoding: str, separator: str) -> None:
        text = "\r\n".join([COLUMNS, a_line("U-1").replace("Kato", "加藤"), ""]).replace(",", separator)
        file = tmp_path / "u.csv"
        file.write_bytes(text.encode(encoding))

        answered = tenure("wholesale", "users", "import", "W-1", file, "--dry-run")
        assert (answered.code, answered.out) == (0, "1 user: all valid\n")


class TestInterrupted:
    def test_it_goes_on_where_it_ended_and_does_nothing_twice(
        self, onboard: Onboard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Ctrl-C after a batch was laid down and before it was assigned: the worst moment."""
        customer = onboard(packages={CALLING: 100}, add_ons={}, organization_package=None)
        monkeypatch.setattr(importing, "AT_A_TIME", 2)
        left = iter([None, KeyboardInterrupt()])

        async def interrupted(*given: Any) -> Any:
            if stop := next(left):
                raise stop
            return await assign_batch(*given)

        with monkeypatch.context() as patched:
            patched.setattr(importing, "assign_batch", interrupted)
            first = customer.imported(some(5), "--json")
        again = customer.imported(some(5), "--json")

        assert first.code == 130
        assert (checked(first)["assigned"], checked(first)["finished"]) == (2, False)
        assert [line["before"] for line in again.lines[:-1]] == [True, True, False, False, False]
        assert (checked(again)["assigned"], checked(again)["batches"]) == (5, 2)
        assert eventually(lambda: customer.batches, lambda n: n == 3)
        assert len(customer.users) == 5

    def test_assigned_and_not_told_it_is_told_the_next_time(
        self, onboard: Onboard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        customer = onboard()

        async def answer_lost(*given: Any) -> Any:
            await assign_batch(*given)
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(importing, "assign_batch", answer_lost)
            assert customer.imported(some(2)).code == 130
        again = customer.imported(some(2), "--json")
        assert (checked(again)["before"], checked(again)["batches"]) == (2, 0)
        assert customer.batches == 1

    def test_a_store_that_fails_ends_it_and_says_how_to_go_on(
        self, onboard: Onboard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        customer = onboard()

        def fails(*_given: Any) -> Any:
            raise DatabaseTrouble

        monkeypatch.setattr(SqlStore, "lay_down", fails)
        answered = customer.imported(some(2))
        assert answered.code == 7
        assert "Run it again to go on: what is assigned stays." in answered.err

    def test_a_worker_that_does_not_answer_ends_it_likewise(
        self, onboard: Onboard, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        customer = onboard()

        async def nobody_answers(*_given: Any) -> None:
            raise Stop(Exit.UNREACHABLE, "no answer from it in time: is a worker running?")

        with monkeypatch.context() as patched:
            patched.setattr(importing, "assign_batch", nobody_answers)
            answered = customer.imported(some(2), "--json")
        assert (answered.code, checked(answered)["finished"]) == (7, False)
        assert answered.error["message"].endswith("Run it again to go on: what is assigned stays.")
        assert checked(customer.imported(some(2), "--json"))["assigned"] == 2


class TestWrongLines:
    @pytest.mark.parametrize(
        ("line", "told"),
        [
            (a_line("U 1"), "line 2, column A: user_id: must be 1 to 64 Latin letters"),
            (a_line("U-1").replace("@", " at "), "line 2, column B: email: must be a mail address"),
            (a_line("U-1", ""), "line 2, column E: package: every user has exactly one (WHS-11)"),
            (a_line("U-1", administrator="perhaps"), "line 2, column G: administrator:"),
            ("U-1,u@a.example,,Kato,webex_calling", "line 2, column C: first_name: is required"),
            (f"{a_line('U-1')},x", "line 2: column H has a value, and the header has no name for it"),
            ('"U-1,u', "line 2: has a cell that does not end: is a quote left open?"),
            (a_line("REPLACE-ME"), "line 2, column A: user_id: REPLACE-ME still stands there"),
            (
                f"{a_line('U-1')}\n{a_line('U-1', MEETINGS)}",
                "line 3: user_id: stands on line 2 too, with other content",
            ),
        ],
    )
    def test_each_is_told_with_line_and_column(self, tenure: Tenure, tmp_path: Path, line: str, told: str) -> None:
        (tmp_path / "u.csv").write_text(f"{COLUMNS}\n{line}\n")
        answered = tenure("wholesale", "users", "import", "W-1", tmp_path / "u.csv", "--dry-run")

        assert answered.code == 2
        assert told in answered.out
        assert "nothing was touched" in answered.err

    def test_a_wrong_line_never_shows_whom_it_was_about(self, tenure: Tenure, tmp_path: Path) -> None:
        (tmp_path / "u.csv").write_text(f"{COLUMNS}\n{a_line('U-1').replace('@', ' at ')}\n")
        answered = tenure("wholesale", "users", "import", "W-1", tmp_path / "u.csv", "--dry-run", "--json")
        assert "akasaka" not in answered.out + answered.err

    @pytest.mark.parametrize(
        ("content", "name", "told"),
        [
            ("", "u.csv", "is empty: the first line must name the columns, such as user_id"),
            (f"{COLUMNS}\n", "u.csv", "holds no user"),
            ("user_id,pakage\nU-1,x\n", "u.csv", 'is not a field of wholesale.user, did you mean "package"?'),
            ("user_id,add_ons,add_ons.0\n", "u.csv", "has the same name as column B"),
            ("x", "u.xlsx", "must end in .jsonl or .csv"),
            ("[1]\n", "u.jsonl", "must be one JSON object"),
            ('{"user_id": "U-1", "user_id": "U-2"}\n', "u.jsonl", "user_id stands twice in one object"),
        ],
    )
    def test_a_file_that_is_none_is_told_in_a_line(
        self, tenure: Tenure, tmp_path: Path, content: str, name: str, told: str
    ) -> None:
        (tmp_path / name).write_text(content)
        answered = tenure("wholesale", "users", "import", "W-1", tmp_path / name, "--dry-run")
        assert answered.code == 2
        assert told in answered.out + answered.err

    def test_with_one_wrong_line_nobody_is_assigned_unless_it_is_skipped(self, onboard: Onboard) -> None:
        customer = onboard()
        lines = [a_line("U-1"), a_line("U-2", ""), a_line("U-3")]
        refused = customer.imported(lines)
        assert (refused.code, customer.users) == (2, {})
        assert "nobody was assigned (see --error-policy)" in refused.err

        skipped = customer.imported(lines, "--error-policy", "skip", "--json")
        assert (skipped.code, sorted(customer.users)) == (2, ["U-1", "U-3"])
        assert (checked(skipped)["assigned"], checked(skipped)["bad_input"]) == (2, 1)

    def test_the_same_user_twice_is_one(self, onboard: Onboard) -> None:
        customer = onboard()
        assert customer.imported([a_line("U-1"), a_line("U-1")]).out.splitlines()[-1] == "1 user: 1 assigned"


class TestItsCustomer:
    def test_one_that_is_not_there(self, service: Background, tenure: Tenure, tmp_path: Path) -> None:
        (tmp_path / "u.csv").write_text("\n".join([COLUMNS, a_line("U-1"), ""]))
        answered = tenure("wholesale", "users", "import", "W-NONE", tmp_path / "u.csv")
        assert (answered.code, "there is no wholesale customer W-NONE" in answered.err) == (6, True)

    def test_one_that_is_gone_gets_nobody_and_has_a_certificate(self, onboard: Onboard, tenure: Tenure) -> None:
        """WHS-27."""
        customer = onboard()
        customer.imported(some(3))
        assert tenure("wholesale", "certificate", customer.id).code == 3
        customer.send("deprovision", removal())

        answered = customer.imported(some(4))
        assert (answered.code, "is over: it is deprovisioned" in answered.err) == (5, True)
        assert customer.tenure("list").out == "No users.\n"
        certified = tenure("wholesale", "certificate", customer.id, "--json")
        Draft202012Validator(schema_of("answer.certificate")).validate(certified.json)
        found = certified.json["certificate"]
        assert (found["number"], found["users"], certified.json["genuine"]) == (f"C-{customer.id}", 3, True)
        assert found["steps"][0]["step"] == "users_removed"
        page = tenure("wholesale", "certificate", customer.id).out
        assert page.startswith(f"Certificate C-{customer.id}\n")
        assert "users removed" in page
        assert found["digest"] in page

    def test_a_certificate_that_was_changed_is_seen(
        self, onboard: Onboard, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        customer = onboard()
        customer.send("deprovision", removal())
        row = customer.service.store.row(WHOLESALE, customer.id)
        other = row.model_copy(update={"forms": {"certificate": row.forms["certificate"] | {"reason": "another"}}})
        monkeypatch.setattr(SqlStore, "row", lambda *_: other)

        found = tenure("wholesale", "certificate", customer.id, "--json").json
        assert not found["genuine"]
        assert "was changed after it was filed" in found["warnings"][0]


class TestListing:
    def test_by_id_and_package_page_by_page_and_nobody_is_named(self, onboard: Onboard) -> None:
        customer = onboard()
        customer.imported([a_line("U-1", CALLING, CONSOLE, "TRUE"), a_line("U-2", MEETINGS), a_line("U-3")])

        def listed(*options: str) -> list[str]:
            answered = customer.tenure("list", *options, "--json")
            Draft202012Validator(schema_of("answer.wholesale_user_list")).validate(answered.json)
            return [each["user"] for each in answered.json["users"]]

        assert listed() == ["U-1", "U-2", "U-3"]
        assert listed("--package", MEETINGS) == ["U-2"]
        assert listed("--after", "U-1", "--limit", "1") == ["U-2"]
        page = customer.tenure("list")
        assert "U-1   webex_calling   attendant_console  administrator" in page.out
        assert "Kato" not in page.out
        assert "akasaka" not in page.out
        assert "only the first 2 are shown (--limit, --after U-2)" in customer.tenure("list", "--limit", "2").err
        assert customer.tenure("list", "--package", "none").out == "No users like that.\n"

    def test_of_a_customer_that_is_not_there(self, service: Background, tenure: Tenure) -> None:
        assert tenure("wholesale", "users", "list", "W-NONE").code == 6


class TestBatches:
    def test_the_same_users_of_the_same_customer_are_the_same_batch(self) -> None:
        users = [a_user("U-1"), a_user("U-2")]
        name = batch_id("W-1", users, 0)

        assert name == batch_id("W-1", list(users), 0)
        others = [batch_id("W-2", users, 0), batch_id("W-1", users[::-1], 0), batch_id("W-1", users, 1)]
        others.append(batch_id("W-1", [a_user("U-1"), a_user("U-2", package=MEETINGS)], 0))
        assert len({name, *others}) == 5

    def test_many_users_leave_a_small_history(self, onboard: Onboard) -> None:
        """1,000 users are two updates: the history grows with batches, and holds nobody's name."""
        customer = onboard(packages={CALLING: 5000}, add_ons={}, organization_package=None)
        before = customer.service.do(customer.handle.fetch_history())
        answered = customer.imported(some(1000), "--json")

        assert (answered.code, checked(answered)["batches"]) == (0, 2)
        assert len(customer.users) == 1000
        after = customer.service.do(customer.handle.fetch_history())
        assert len(after.events) - len(before.events) < 2 * 25
        assert b"U-00001" not in b"".join(event.SerializeToString() for event in after.events)
