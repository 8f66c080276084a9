"""Seeing orders over the wire: one, many, and one moved in time."""

import json
import sqlite3
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from adapters.sql.migrate import migrate
from adapters.temporal import clock
from domain.lifecycle import Lifecycle
from domain.order.messages import Offering
from domain.order.state import OrderState
from starter.commands.schemas import schema_of
from tests.makers import MONDAY, a_customer, an_order, cancelled
from tests.records import recorded
from tests.starter.conftest import Tenure, eventually
from tests.starter.test_e2e_start import saved
from tests.starter.test_e2e_updates import as_file, graduated, started
from tests.support.embedded import Background

LOST = "Temporal has lost it (restored from a backup?): `tenure audit --repair` starts it again"


def test_an_order_is_shown_with_all_there_is_in_the_customers_zone(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    number = started(tenure, tmp_path, an_order("SO-3001", Offering.PORT, customer=a_customer(zone="Europe/Paris")))

    eventually(lambda: service.store.events(Lifecycle.ORDER, number), lambda events: len(events) >= 3)

    told, shown = tenure("order", "show", number).out, tenure("order", "show", f"order-{number}", "--json").json

    assert told.startswith("order SO-3001: held\n")
    assert "times in Europe/Paris" in told
    assert "→ Compliance hold" in told
    assert "compliance clearance, from vendor" in told
    assert "port overage terms, from customer" in told
    assert "Compliance hold overdue: alert" in told
    assert "order.information_required" in told
    assert "tenure order accept-terms SO-3001 --terms port" in told
    assert " CET" in told or " CEST" in told
    assert (shown["told_by"], shown["workflow_status"], shown["zone"]) == ("workflow", "running", "Europe/Paris")
    assert shown["state"]["awaiting"][0]["update"] == "clear_compliance"
    assert shown["events"][0]["type"] == "order.acknowledged"


def test_no_address_is_shown(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    number = started(tenure, tmp_path, an_order("SO-3002"))
    graduated(tenure, tmp_path, number)
    service.do(service.client.get_workflow_handle(f"order-{number}").result())

    told, shown = tenure("order", "show", number), tenure("order", "show", number, "--json")

    assert {mail["kind"]: (mail["to"], mail["state"]) for mail in shown.json["mails"]} == {
        "confirmation": ("ordering_partner", "sent"),
        "provisioning_copy": ("form_partner", "sent"),
        "welcome": ("site_administrator", "sent"),
        "graduation_copy": ("graduation_copy", "sent"),
    }
    assert "akasaka.example.com" not in told.out + shown.out
    assert "hikari.example.com" not in told.out + shown.out
    assert "Yamada" not in told.out + shown.out
    assert (shown.json["told_by"], shown.json["workflow_status"]) == ("store", "completed")
    assert told.out.startswith("order SO-3002: completed\n")


def test_an_order_that_temporal_has_lost_is_shown_from_the_store_and_is_not_over(
    service: Background, tenure: Tenure
) -> None:
    """R9: nobody hears what it is told, and who tells it learns how it comes back."""
    placed = an_order("SO-3003")
    service.store.open_order(placed, OrderState.placed(placed, MONDAY), "long-gone", MONDAY)

    shown = tenure("order", "show", "SO-3003", "--json").json
    told = tenure("order", "show", "SO-3003")
    cleared = tenure("order", "clear", "SO-3003")

    assert (shown["told_by"], shown["workflow_status"]) == ("store", None)
    assert LOST in " ".join(shown["warnings"])
    assert "not in Temporal" in told.out
    assert LOST in " ".join(told.err.split())
    assert (cleared.code, "is over" in cleared.err) == (7, False)
    assert LOST in " ".join(cleared.err.split())


def test_an_order_that_is_over_and_that_temporal_forgot_is_not_lost(service: Background, tenure: Tenure) -> None:
    placed = an_order("SO-3013")
    state = OrderState.placed(placed, MONDAY)
    service.store.open_order(placed, state, "long-gone", MONDAY)
    state.cancel(cancelled(), MONDAY)
    recorded(service.store, state, state.journal.take(), "long-gone", MONDAY)

    shown, cleared = tenure("order", "show", "SO-3013"), tenure("order", "clear", "SO-3013")

    assert "not in Temporal" in shown.out
    assert LOST not in " ".join(shown.err.split())
    assert (cleared.code, cleared.err) == (5, "Error: order SO-3013 is over: the store has it as cancelled\n")


@pytest.mark.usefixtures("in_vain")
def test_when_no_worker_answers_the_store_does(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    placed = an_order("SO-3004")
    service.store.open_order(placed, OrderState.placed(placed, MONDAY), "another-run", MONDAY)
    service.do(service.client.start_workflow("Order", placed, id="order-SO-3004", task_queue="nobody-there"))

    told, shown = tenure("order", "show", "SO-3004"), tenure("order", "show", "SO-3004", "--json").json

    assert told.code == 0
    assert "Warning: order-SO-3004 is running, but no worker answered" in told.err
    assert shown["told_by"] == "store"
    assert "no worker answered" in shown["warnings"][0]


def test_without_the_store_the_workflow_still_answers(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = started(tenure, tmp_path, an_order("SO-3005"))
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/not-here.db")

    told, shown = tenure("order", "show", number), tenure("order", "show", number, "--json").json

    assert told.code == 0
    assert "times in Asia/Tokyo" in told.out
    assert "the store cannot be asked" in told.err
    assert shown["events"] == []


def test_a_store_that_breaks_while_it_is_read_is_told(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = tmp_path / "broken.db"
    migrate(f"sqlite:///{broken}")
    with sqlite3.connect(broken) as connection:
        connection.execute("DROP TABLE lifecycles")
    connection.close()
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{broken}")

    answered = tenure("order", "list")

    assert answered.code == 7
    assert answered.err.startswith("Error: store: ")
    assert "cannot be read now" in answered.err
    assert len(answered.err.splitlines()) == 1


def test_a_list_is_filtered(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    number = started(tenure, tmp_path, an_order("SO-3006", customer=a_customer(id="listed")))

    def numbers(*words: str) -> list[str]:
        found = tenure("order", "list", *words, "--json")
        assert found.code == 0, found.err
        return [order["number"] for order in found.json["orders"] if order["customer_id"] == "listed"]

    assert numbers() == numbers("--stage", "held") == numbers("--due-before", "+60d") == [number]
    assert numbers("--stage", "completed") == numbers("--due-before", "2020-01-01") == numbers("--attention") == []
    told = tenure("order", "list", "--limit", "1")
    assert told.out.splitlines()[0].startswith("order ")
    assert len(told.out.splitlines()) == 2
    assert "only the first 1 are shown" in told.err
    assert (
        tenure("order", "list", "--stage", "in_progress", "--due-before", "2020-01-01").out == "No orders like that.\n"
    )


def test_a_test_clock_shows_what_it_passed_and_what_happened(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    number = started(tenure, tmp_path, an_order("SO-3007"))

    moved = tenure("forward", number, "--days", "12", "--json")

    assert moved.code == 0, moved.err
    assert [deadline["name"] for deadline in moved.json["passed"]] == ["hold_overdue"]
    assert {"order.jeopardy", "mail.sent"} <= {event["type"] for event in moved.json["events"]}
    assert moved.json["state"]["attention"] is True
    told = tenure("forward", f"order-{number}", "--hours", "1").out
    assert told.startswith("order-SO-3007 moved from ")
    assert "Deadlines passed\n  none\n" in told
    assert "Needs attention\n  The compliance hold took longer than usual" in tenure("order", "show", number).out
    assert number in tenure("order", "list", "--attention").out


def test_a_clock_that_may_not_or_cannot_be_moved_says_why(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = started(tenure, tmp_path, an_order("SO-3008"))
    assert tenure("forward", "SO-3999", "--days", "1").code == 6

    async def refuses(*_: object) -> None:
        raise clock.TimeTravelNotAllowed

    monkeypatch.setattr(clock, "current_time", refuses)
    answered = tenure("forward", number, "--days", "1", "--json")

    assert answered.code == 3
    assert "does not allow time travel" in answered.error["message"]


def test_every_answer_has_the_keys_its_schema_tells(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    order = saved(tmp_path, an_order("SO-3009"))
    form = as_file(tmp_path, "f.json", an_order())
    answers = {
        "plan": tenure("order", "start", order, "--dry-run", "--json"),
        "start": tenure("order", "start", order, "--json"),
        "update": tenure("order", "clear", "SO-3009", "--json"),
        "show": tenure("order", "show", "SO-3009", "--json"),
        "list": tenure("order", "list", "--json"),
        "forward": tenure("forward", "SO-3009", "--hours", "1", "--json"),
    }
    for name, answered in answers.items():
        Draft202012Validator(schema_of(f"answer.{name}")).validate(answered.json)
    failed = tenure("order", "submit-form", "SO-3009", "--form", form, "--json")
    Draft202012Validator(schema_of("answer.error")).validate(json.loads(failed.err))
