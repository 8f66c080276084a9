"""`tenure payments import` against a service: what is unpaid suspends, what is paid lifts it. HUB-16, AMB-42."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from adapters.sql.store import SqlStore
from domain.lifecycle import Lifecycle
from starter.console.exits import Exit, Stop
from starter.intake import hub_payments
from starter.reach.update import send
from tests.hub_files import a_file
from tests.makers import an_order
from tests.starter.conftest import Answered, Tenure, eventually
from tests.starter.test_e2e_updates import graduated, started
from tests.starter.test_hub_imports import summed
from tests.support.embedded import Background

COLUMNS = "subscription_id,invoice,issued_on,due_on,amount,currency,state,paid_on"
SUBSCRIPTION = Lifecycle.SUBSCRIPTION


def a_row(subscription: str, state: str, invoice: str = "I-1") -> str:
    return f"{subscription},{invoice},2026-06-01,2026-06-30,100,JPY,{state},{'2026-07-01' if state == 'paid' else ''}"


class Payer:
    """A subscription of a running service, and what invoices say of it."""

    def __init__(self, service: Background, tenure: Tenure, directory: Path) -> None:
        number = f"SO-{uuid4().hex[:8].upper()}"
        self.id = f"sub-{number}"
        self._service, self._tenure, self._directory = service, tenure, directory
        graduated(tenure, directory, started(tenure, directory, an_order(number)))
        eventually(lambda: service.store.with_licences([self.id]))

    def imported(self, *states: str, options: tuple[str, ...] = ()) -> Answered:
        rows = [a_row(self.id, state, f"I-{number}") for number, state in enumerate(states, start=1)]
        return self._tenure("payments", "import", a_file(self._directory / "p.csv", COLUMNS, *rows), *options)

    def by_hand(self, update: str, why: str = "unpaid") -> None:
        answered = self._tenure("subscription", update, self.id, "--why", why, "--reason", "called them")
        assert answered.code == 0, answered.err

    def becomes(self, *reasons: str) -> None:
        """Suspended for these, as the record says in a moment."""
        eventually(lambda: self._service.store.state(SUBSCRIPTION, self.id).suspended_for, set(reasons).__eq__)

    @property
    def suspensions(self) -> int:
        """How often its record says that a reason came or went."""
        types = [event.type for event in self._service.store.events(SUBSCRIPTION, self.id)]
        return sum("suspen" in type_ or "reason" in type_ for type_ in types)


@pytest.fixture
def payer(service: Background, tenure: Tenure, tmp_path: Path) -> Payer:
    return Payer(service, tenure, tmp_path)


def told(answered: Answered, payer: Payer) -> list[tuple[str, str]]:
    """What became of it, in the order of the updates."""
    summed(answered)
    mine = [line for line in answered.lines[:-1] if line.get("subscription_id") == payer.id]
    return [(line["update"], line["result"]) for line in mine]


class Killed(Exception):
    """Nobody catches it, as nobody catches SIGKILL."""


def test_what_is_unpaid_suspends_and_what_is_paid_lifts_it(payer: Payer) -> None:
    """HUB-16; repeated, neither does anything."""
    assert payer.imported("open").out == "1 invoice: 1 new\n"
    suspended = payer.imported("unpaid", "paid")
    assert suspended.code == 0, suspended.err
    assert suspended.out == f"{payer.id} suspended: not paid: I-1\n2 invoices: 1 new, 1 changed\n"
    payer.becomes("unpaid")
    assert payer.imported("unpaid", "paid", options=("--from-start",)).out == "2 invoices: 2 same\n"
    assert payer.suspensions == 1

    lifted = payer.imported("paid", "paid", options=("--json",))
    assert (told(lifted, payer), summed(lifted)["lifted"]) == ([("lift_suspension", "done")], 1)
    payer.becomes()
    assert told(payer.imported("paid", "paid", options=("--from-start", "--json")), payer) == []
    assert payer.suspensions == 2


def test_other_reasons_stay(payer: Payer) -> None:
    """AMB-42: it is active again only when no reason is left."""
    payer.by_hand("suspend", "compliance")
    payer.imported("unpaid")
    payer.becomes("compliance", "unpaid")
    payer.imported("void")
    payer.becomes("compliance")


def test_what_somebody_decided_by_hand_stands_until_an_invoice_changes(payer: Payer) -> None:
    payer.imported("unpaid")
    payer.becomes("unpaid")
    payer.by_hand("lift-suspension")
    payer.becomes()

    assert told(payer.imported("unpaid", options=("--json",)), payer) == [("suspend", "repeated")]
    assert payer.suspensions == 2
    assert told(payer.imported("unpaid", "unpaid", options=("--json",)), payer) == [("suspend", "done")]
    payer.becomes("unpaid")
    payer.imported("paid", "paid")
    payer.becomes()
    payer.by_hand("suspend")
    payer.becomes("unpaid")
    assert told(payer.imported("paid", "paid", options=("--from-start", "--json")), payer) == []


@pytest.mark.parametrize("sent", [False, True], ids=["before it was sent", "before its answer came"])
def test_a_run_that_was_killed_is_mended_by_the_next_one(
    payer: Payer, monkeypatch: pytest.MonkeyPatch, *, sent: bool
) -> None:
    """Between the store and Temporal; then the file is finished, and what is left to do is in the store alone."""

    async def killed(*given: Any) -> Any:
        if sent:
            await send(*given)
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(hub_payments, "send", killed)
        assert payer.imported("unpaid").code == 1
    again = payer.imported("unpaid")

    assert again.code == 0
    assert "This file was imported on" in again.out
    payer.becomes("unpaid")
    assert payer.suspensions == 1
    payer.imported("paid")
    payer.becomes()


@pytest.mark.usefixtures("in_vain")
def test_where_temporal_does_not_answer_rows_stay_and_the_next_run_does_the_rest(
    payer: Payer, service: Background, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")
        patched.setattr("starter.reach.gate.connect", nobody)
        answered = payer.imported("unpaid", options=("--json",))
    assert (answered.code, summed(answered)["new"], summed(answered)["waiting"]) == (7, 1, 1)
    assert (
        answered.error["message"]
        == "all rows are written, and 1 subscription waits to be told (see above): run it again"
    )
    assert summed(answered)["warnings"] == ["no server there"]

    assert told(payer.imported("unpaid", options=("--json",)), payer) == [("suspend", "done")]
    payer.becomes("unpaid")
    payer.imported("paid")
    payer.becomes()


async def nobody(**_how: Any) -> Any:
    raise Stop(Exit.UNREACHABLE, "no server there")


def test_one_that_is_over_is_told_and_stops_no_other(
    payer: Payer, service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    other = Payer(service, tenure, tmp_path)
    tenure("subscription", "terminate", payer.id, "--reason", "moved")
    eventually(lambda: not service.store.columns(SUBSCRIPTION, payer.id).open)
    rows = [a_row(payer.id, "unpaid"), a_row(other.id, "unpaid")]
    answered = tenure("payments", "import", a_file(tmp_path / "p.csv", COLUMNS, *rows), "--json")

    assert answered.code == 0
    assert (told(answered, payer), told(answered, other)) == ([("suspend", "over")], [("suspend", "done")])
    other.becomes("unpaid")
    other.imported("paid")
    other.becomes()


def test_one_that_ended_since_it_was_looked_at_is_no_trouble(
    payer: Payer, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And one that somebody else suspended meanwhile."""
    payment_needs = SqlStore.payment_needs

    def by_hand_meanwhile(self: SqlStore, *given: Any) -> Any:
        found = list(payment_needs(self, *given))
        payer.by_hand("suspend")
        tenure("--version")  # what the command by hand has printed is not of this one
        return found

    with monkeypatch.context() as patched:
        patched.setattr(SqlStore, "payment_needs", by_hand_meanwhile)
        answered = payer.imported("unpaid")
    assert (answered.code, f"{payer.id} left: why: already suspended for unpaid" in answered.out) == (0, True)
    payer.imported("paid")
    payer.becomes()
