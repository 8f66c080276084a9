"""Starting orders over the wire: once, however often it is asked for. R9, E1 to E3, D9."""

import asyncio
import json
from collections import Counter
from pathlib import Path
from uuid import uuid4

import pytest

from domain.lifecycle import Lifecycle
from domain.order.messages import Offering
from domain.order.state import OrderState
from starter.intake.start import Desk
from starter.reach.records import Records
from tests.makers import MONDAY, a_customer, a_renewal, an_order, cancelled
from tests.records import recorded
from tests.starter.conftest import Tenure, eventually
from tests.support.embedded import QUEUE, Background


def saved(directory: Path, order: object, name: str = "order.json") -> Path:
    """An order as the file an upstream system would hand in."""
    path = directory / name
    path.write_text(order.model_dump_json(exclude_defaults=True), encoding="utf-8")  # type: ignore[attr-defined]
    return path


def test_an_order_is_started_and_says_where(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    file = saved(tmp_path, an_order("SO-1001"))

    answered = tenure("order", "start", file, "--json")

    assert answered.code == 0, answered.err
    assert answered.json["result"] == "started"
    assert answered.json["workflow_id"] == "order-SO-1001"
    assert answered.json["warnings"] == []
    handle = service.client.get_workflow_handle("order-SO-1001")
    description = service.do(handle.describe())
    assert service.do(description.static_summary()) == "Order SO-1001 (new)"
    assert description.workflow_type == "Order"
    assert description.run_id == answered.json["run_id"]


def test_the_same_order_again_is_already_started(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    first = tenure("order", "start", saved(tmp_path, an_order("SO-1002")), "--json")
    other_sender = an_order("SO-1002", by="upstream-2", reason="sent again", source="upstream")

    again = tenure("order", "start", saved(tmp_path, other_sender), "--json")

    assert again.code == 0
    assert again.json["result"] == "already_started"
    assert again.json["run_id"] == first.json["run_id"]
    assert tenure("order", "start", saved(tmp_path, other_sender)).out.startswith("Already started: order-SO-1002")


def test_the_same_number_with_other_content_is_a_conflict_that_names_fields_and_no_values(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    tenure("order", "start", saved(tmp_path, an_order("SO-1003")))
    other = an_order("SO-1003", Offering.PORT, customer=a_customer(company="Somebody Else"))

    answered = tenure("order", "start", saved(tmp_path, other), "--json")

    assert answered.code == 4
    assert answered.error["code"] == "conflict"
    assert [answered.error["field"], *(other["field"] for other in answered.error["others"])] == ["customer", "items"]
    assert "Somebody" not in answered.err
    state = service.store.row(Lifecycle.ORDER, "SO-1003").state
    assert state.required_terms == ()


def test_an_order_that_is_over_is_not_started_again(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    file = saved(tmp_path, an_order("SO-1004"))
    tenure("order", "start", file)
    tenure("order", "refuse", "SO-1004", "--reason", "export restrictions")
    service.do(service.client.get_workflow_handle("order-SO-1004").result())

    answered = tenure("order", "start", file)

    assert answered.code == 5
    assert "rejected" in answered.err
    assert tenure("order", "start", saved(tmp_path, an_order("SO-1004", term_months=24))).code == 4


def test_an_order_that_temporal_has_forgotten_is_known_by_the_store(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    """R9, E3: one that is over never runs again, however long ago that was."""
    placed = an_order("SO-1005")
    state = OrderState.placed(placed, MONDAY)
    service.store.open_order(placed, state, "a-run-long-gone", MONDAY)
    state.cancel(cancelled(), MONDAY)
    recorded(service.store, state, state.journal.take(), "a-run-long-gone", MONDAY)

    assert tenure("order", "start", saved(tmp_path, placed)).code == 5
    assert tenure("order", "start", saved(tmp_path, an_order("SO-1005", term_months=24)), "--json").code == 4
    assert tenure("order", "clear", "SO-1005").code == 5


def test_an_open_order_that_temporal_lost_in_a_restore_is_started_from_the_beginning(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    placed = an_order("SO-1055")
    service.store.open_order(placed, OrderState.placed(placed, MONDAY), str(uuid4()), MONDAY)

    assert tenure("order", "start", saved(tmp_path, an_order("SO-1055", term_months=24)), "--json").code == 4
    answered = tenure("order", "start", saved(tmp_path, placed))
    assert answered.code == 0
    assert "from the beginning" in answered.out
    eventually(lambda: service.store.row(Lifecycle.ORDER, "SO-1055").state.stage, lambda stage: stage == "held")
    assert tenure("order", "start", saved(tmp_path, placed)).out.startswith("Already started")


def test_twenty_starts_at_once_make_one_run(service: Background) -> None:
    async def all_at_once() -> Counter[str]:
        desk = Desk(service.client, QUEUE, Records(service.store))
        started = await asyncio.gather(*(desk.start(an_order("SO-1006")) for _ in range(20)))
        assert len({each.run_id for each in started}) == 1
        return Counter(each.result for each in started)

    assert service.do(all_at_once()) == {"started": 1, "already_started": 19}


def test_a_renewal_of_an_unknown_subscription_is_not_started(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    answered = tenure("order", "start", saved(tmp_path, a_renewal("SO-1007", of="sub-nobody-knows")), "--json")

    assert answered.code == 6
    assert answered.error["field"] == "subscription_id"
    assert tenure("order", "show", "SO-1007").code == 6


def test_an_order_refused_at_its_start_can_be_handed_in_again_and_only_then(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = saved(tmp_path, a_renewal("SO-1008", of="sub-typo"), "wrong.json")
    right = saved(tmp_path, an_order("SO-1008"), "right.json")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/not-here.db")
    unchecked = tenure("order", "start", wrong)
    assert unchecked.code == 3
    assert "not checked" in unchecked.err
    assert "no subscription sub-typo is known here (REN-01)" in unchecked.err
    monkeypatch.setenv("DATABASE_URL", service.env.reach["DATABASE_URL"])

    assert tenure("order", "start", wrong).code == 6
    answered = tenure("order", "start", right)
    assert answered.code == 4
    assert "--again" in answered.err
    assert tenure("order", "start", right, "--again").code == 0
    assert tenure("order", "start", right, "--again").out.startswith("Already started")
    assert tenure("order", "start", wrong, "--again").code == 4


@pytest.mark.usefixtures("in_vain")
def test_nobody_polls_the_queue_and_it_says_so(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENURE_TASK_QUEUE", "nobody-there")

    started = tenure("order", "start", saved(tmp_path, an_order("SO-1009")), "--json")
    cleared = tenure("order", "clear", "SO-1009", "--json")
    shown = tenure("order", "show", "SO-1009", "--json")

    assert started.code == 0
    assert "nobody-there" in started.json["warnings"][0]
    assert cleared.code == 7
    assert "--update-id" in cleared.error["message"]
    assert shown.code == 7
    assert "no worker answered" in shown.error["message"]


@pytest.mark.usefixtures("in_vain")
def test_without_a_server_every_command_says_so_in_a_line(tenure: Tenure, tmp_path: Path) -> None:
    file = saved(tmp_path, an_order())
    for words in (("start", file), ("clear", "SO-100"), ("show", "SO-100")):
        answered = tenure("order", *words)
        assert (answered.code, len(answered.err.splitlines())) == (7, 1), words
    assert tenure("order", "list").code == 7
    assert tenure("forward", "SO-100", "--days", 1).code == 7
    assert json.loads(tenure("order", "clear", "SO-100", "--json").err)["error"]["code"] == "unreachable"


def test_a_wrong_namespace_is_named(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    answered = tenure("order", "start", saved(tmp_path, an_order("SO-1010")), "--namespace", "nowhere")

    assert answered.code == 7
    assert "nowhere" in answered.err


def test_the_address_option_wins_over_the_environment(
    service: Background, tenure: Tenure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:9")

    answered = tenure(
        "order", "start", saved(tmp_path, an_order("SO-1011")), "--address", service.env.reach["TEMPORAL_ADDRESS"]
    )

    assert answered.code == 0, answered.err
