"""`tenure screening rescreen`: every open customer by the newest list, a few at a time, and nobody twice. WHS-20."""

from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from jsonschema import Draft202012Validator

from adapters.sql.migrate import migrate
from domain.lifecycle import Lifecycle
from starter.commands.schemas import schema_of
from starter.console.exits import Exit, Stop
from starter.console.ids import Subject
from starter.reach import batch, several
from starter.reach.update import send
from tests.makers import a_partner
from tests.screening_lists import CSL, a_party
from tests.starter.conftest import Answered, Tenure, eventually
from tests.support.embedded import Background
from tests.wholesale import an_onboarding, removal

WHOLESALE = Lifecycle("wholesale")


class Customers:
    """Of a partner of their own, and the lists they are screened by."""

    def __init__(self, service: Background, tenure: Tenure, directory: Path) -> None:
        self.service, self.tenure, self.directory = service, tenure, directory
        self.mark = uuid4().hex[:8]
        self.partner = f"partner-{self.mark}"
        self.ids = [f"W-{self.mark}-{number}" for number in (1, 2, 3)]

    def new_list(self) -> str:
        """One more version; how all of them together are called now."""
        file = self.directory / "list.csv"
        file.write_text("\n".join([CSL, a_party(uuid4().hex, name="Quorzath Brimmelow Exports"), ""]))
        assert self.tenure("screening", "import", file, "--name", "rescreened").code == 0
        return self.service.store.current_version()

    async def onboarded(self) -> None:
        for id_ in self.ids:
            start = an_onboarding(id_, partner=a_partner(id=self.partner))
            await self.service.env.start("WholesaleCustomer", start, f"wholesale-{id_}")

    def screened_by(self, id_: str) -> tuple[str | None, int]:
        """The list of its newest check, and how many it had."""
        state = self.service.store.states(WHOLESALE, [id_]).get(id_)
        check: Any = state.newest_check if state else None  # type: ignore[attr-defined]
        return (check.list_version, check.number) if check else (None, 0)

    def await_screened(self, version: str, *ids: str) -> None:
        for id_ in ids or self.ids:
            eventually(partial(self.screened_by, id_), lambda found: found[0] == version)

    def rescreen(self, *options: object) -> Answered:
        return self.tenure("screening", "rescreen", "--partner", self.partner, *options, "--json")


@pytest.fixture
def customers(service: Background, tenure: Tenure, tmp_path: Path) -> Customers:
    """Three, screened by the list there is."""
    found = Customers(service, tenure, tmp_path)
    version = found.new_list()
    service.do(found.onboarded())
    found.await_screened(version)
    return found


def results(answered: Answered) -> dict[str, str]:
    return {line["workflow_id"].removeprefix("wholesale-"): line["result"] for line in answered.lines[:-1]}


def checked(answered: Answered) -> Any:
    for line in answered.lines[:-1]:
        Draft202012Validator(schema_of("answer.batch_line")).validate(line)
    Draft202012Validator(schema_of("answer.rescreen")).validate(answered.lines[-1])
    return answered.lines[-1]


def test_those_screened_by_this_list_already_are_left_alone_and_said_to_be(customers: Customers) -> None:
    version = customers.service.store.current_version()
    answered = customers.rescreen()

    assert answered.code == Exit.OK, answered.err
    assert results(answered) == dict.fromkeys(customers.ids, "left")
    assert answered.lines[0]["message"] == f"screened by {version} already"
    assert checked(answered)["list_version"] == version
    assert {customers.screened_by(id_)[1] for id_ in customers.ids} == {1}


def test_a_dry_run_says_whom_and_touches_nobody(customers: Customers) -> None:
    before = customers.service.store.current_version()
    version = customers.new_list()
    answered = customers.rescreen("--dry-run")

    assert results(answered) == dict.fromkeys(customers.ids, "planned")
    assert answered.lines[0]["message"] == f"by {version}; last time by {before}"
    assert (checked(answered)["dry_run"], checked(answered)["done"]) == (True, 0)
    assert {customers.screened_by(id_)[1] for id_ in customers.ids} == {1}


def test_a_new_list_screens_as_many_as_asked_for_and_then_the_rest(customers: Customers) -> None:
    first, second, third = customers.ids
    version = customers.new_list()
    some = customers.rescreen("--limit", 2)
    assert results(some) == {first: "done", second: "done"}
    assert checked(some) == checked(some) | {"done": 2, "remaining": 1, "list_version": version}

    customers.await_screened(version, first, second)
    assert customers.screened_by(third)[1] == 1
    rest = customers.rescreen("--limit", 2)
    assert results(rest) == {first: "left", second: "left", third: "done"}
    assert checked(rest)["remaining"] == 0
    customers.await_screened(version)
    assert {customers.screened_by(id_) for id_ in customers.ids} == {(version, 2)}


def test_interrupted_it_does_the_rest_and_nobody_is_screened_twice(
    customers: Customers, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = customers.new_list()
    sent: list[str] = []

    async def until_somebody_presses_ctrl_c(client: Any, subject: Subject, *said: Any) -> Any:
        if len(sent) == 1:
            raise KeyboardInterrupt
        sent.append(subject.id)
        return await send(client, subject, *said)

    with monkeypatch.context() as patched:
        patched.setattr(batch, "send", until_somebody_presses_ctrl_c)
        patched.setattr(several, "AT_ONCE", 1)
        assert customers.rescreen().code == Exit.INTERRUPTED
    again = customers.rescreen()

    assert again.code == Exit.OK
    assert results(again)[sent[0]] in {"left", "repeated"}, "its check may be under way, or over"
    assert sorted(results(again).values())[0] == "done"
    customers.await_screened(version)
    assert {customers.screened_by(id_)[1] for id_ in customers.ids} == {2}


def test_one_that_fails_stops_no_other_and_what_was_screened_or_ended_meanwhile_is_no_failure(
    customers: Customers, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers.new_list()
    failing, over, fine = customers.ids
    stops = {failing: Stop(Exit.UNREACHABLE, "no answer"), over: Stop(Exit.CLOSED, "is over: deprovisioned")}

    async def some_fail(client: Any, subject: Subject, *said: Any) -> Any:
        if stop := stops.get(subject.id):
            raise stop
        return await send(client, subject, *said)

    monkeypatch.setattr(batch, "send", some_fail)
    answered = customers.rescreen()
    assert answered.code == Exit.UNREACHABLE
    assert results(answered) == {failing: "failed", over: "left", fine: "done"}
    assert answered.error["message"] == "1 of 3 failed: mend what is wrong; the same command does the rest"


def test_who_is_gone_is_not_screened(customers: Customers) -> None:
    gone, *others = customers.ids
    env = customers.service.env
    handle = customers.service.client.get_workflow_handle(f"wholesale-{gone}")
    customers.service.do(env.send(handle, "deprovision", removal()))
    customers.new_list()

    assert results(customers.rescreen("--dry-run")) == dict.fromkeys(others, "planned")


def test_where_a_service_elsewhere_screens_each_is_screened_once_a_day(
    customers: Customers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody here knows which version its list has."""
    monkeypatch.setenv("TENURE_SCREENING__SERVICE", "watchman")
    monkeypatch.setenv("TENURE_SCREENING__URL", "http://127.0.0.1:9")
    first = customers.rescreen()
    assert results(first) == dict.fromkeys(customers.ids, "done")
    assert first.lines[0]["message"].startswith("by the list as it is now; last time by ")
    assert checked(first)["list_version"] == ""
    assert results(customers.rescreen()) == dict.fromkeys(customers.ids, "repeated")


def test_people_see_each_and_how_to_go_on(customers: Customers) -> None:
    version = customers.new_list()
    said = customers.tenure("screening", "rescreen", "--partner", customers.partner, "--limit", 1)

    first = customers.ids[0]
    assert said.code == Exit.OK, said.err
    assert said.out.splitlines()[0] == "Open and fitting: 1; screen 1 lifecycle:"
    assert f"1/1 wholesale-{first} done: by {version}; last time by " in said.out
    assert said.out.splitlines()[-1] == "2 more are open: the same command again does the next 1"
    customers.await_screened(version, first)


def test_a_partner_without_customers_is_told(service: Background, tenure: Tenure, customers: Customers) -> None:
    answered = tenure("screening", "rescreen", "--partner", "nobody", "--json")
    assert (answered.code, answered.error["field"]) == (Exit.NOT_FOUND, "--partner")


def test_without_a_list_nobody_is_screened(tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    migrate(f"sqlite:///{tmp_path}/empty.db")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    answered = tenure("screening", "rescreen", "--json")
    assert (answered.code, answered.error["message"]) == (
        Exit.REFUSED,
        "no list was imported yet: tenure screening import FILE",
    )


@pytest.mark.parametrize("limit", ["0", "10001", "many"])
def test_the_limit_is_a_number_of_customers(tenure: Tenure, limit: str) -> None:
    assert tenure("screening", "rescreen", "--limit", limit).code == Exit.BAD_INPUT
