"""`tenure history`: what happened, on the workflow's own clock, without anybody's data."""

import stat
from datetime import timedelta
from pathlib import Path

from temporalio.client import WorkflowHistory

from adapters.temporal import clock
from domain.order.messages import PlaceOrder, ReportSiteBuilt, SubmitForm
from starter.history_story import HistoryAnswer
from tests.makers import a_customer, a_form, a_renewal, an_order, built, cleared, renewal_done, submitted
from tests.starter.conftest import Tenure, eventually
from tests.starter.service import Service
from tests.starter.test_e2e_start import saved

NOBODY_S_BUSINESS = ("Yamada", "Hanako", "@", "赤坂商事", "password", "one-time")


def test_an_order_s_history_is_a_story_in_the_customer_s_zone(service: Service, tenure: Tenure, tmp_path: Path) -> None:
    placed = an_order("SO-7001", customer=a_customer(zone="Europe/Paris"))
    assert tenure("order", "start", saved(tmp_path, placed)).code == 0
    eventually(lambda: tenure("history", "SO-7001").out, lambda told: "held; awaits clear_compliance" in told)
    handle = service.client.get_workflow_handle("order-SO-7001")
    service.do(handle.execute_update("clear_compliance", cleared()))
    service.do(clock.forward(service.client, "order-SO-7001", timedelta(days=40)))
    service.do(handle.execute_update("submit_provisioning_form", submitted()))
    service.do(handle.execute_update("report_site_built", built()))
    eventually(lambda: tenure("history", "SO-7001").out, lambda told: "Mail: welcome: sent" in told)

    told = tenure("history", "SO-7001")
    assert told.code == 0
    assert "order-SO-7001 (Order); times in Europe/Paris" in told.out
    for said in (
        "Order started, by upstream-ccw",
        "held; awaits clear_compliance",
        "clear_compliance, by vendor-desk",
        "until ",
        "Mail: confirmation: sent",
        "a test clock moved it, to ",
        "submit_provisioning_form, by partner-hikari",
        "in_progress.service_ready",
    ):
        assert said in told.out
    assert not [secret for secret in NOBODY_S_BUSINESS if secret in told.out]

    answer = HistoryAnswer.model_validate(tenure("history", "order-SO-7001", "--json").json)
    entries = answer.runs[0].entries
    moved = [entry.at for entry in entries if entry.text.startswith("submit_provisioning_form")]
    assert moved[0] - entries[0].at > timedelta(days=39), "virtual time"


def test_a_saved_history_replays_and_says_that_it_is_personal(service: Service, tenure: Tenure, tmp_path: Path) -> None:
    tenure("order", "start", saved(tmp_path, an_order("SO-7002")))
    eventually(lambda: tenure("history", "SO-7002").out, lambda told: "held" in told)
    file = tmp_path / "history.json"
    answered = tenure("history", "SO-7002", "--save", file)
    assert answered.code == 0
    assert "holds personal data" in answered.err
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert WorkflowHistory.from_json("order-SO-7002", file.read_text(encoding="utf-8")).events

    replayed = tenure("replay", file)
    assert (replayed.code, replayed.out.splitlines()[-1]) == (0, "1 replayed, 0 would break")


def test_a_run_or_a_workflow_that_is_none_is_told(service: Service, tenure: Tenure, tmp_path: Path) -> None:
    tenure("order", "start", saved(tmp_path, an_order("SO-7003")))
    assert tenure("history", "SO-7003", "--run", "1").code == 0
    assert "--run: there is no such run; there are 1" in tenure("history", "SO-7003", "--run", "2").err
    assert tenure("history", "SO-7999").code == 6
    assert tenure("history", "SO-7003", "--save", tmp_path / "no" / "where.json").code == 2


def test_a_subscription_s_history_has_every_term(service: Service, tenure: Tenure, tmp_path: Path) -> None:
    """Continue-as-new makes a run of each: all are told, one can be asked for, all can be saved."""

    def lived(order: PlaceOrder, form: SubmitForm, done: ReportSiteBuilt) -> None:
        tenure("order", "start", saved(tmp_path, order))
        handle = service.client.get_workflow_handle(f"order-{order.sales_order_number}")
        for update, message in (("clear_compliance", cleared()), ("submit_provisioning_form", form)):
            service.do(handle.execute_update(update, message))
        service.do(handle.execute_update("report_site_built", done))

    lived(an_order("SO-7004"), submitted(), built())
    eventually(lambda: tenure("history", "sub-SO-7004").code, lambda code: code == 0)
    renewal = a_renewal("SO-7005", of="sub-SO-7004")
    lived(renewal, submitted(a_form(existing_customer=True)), renewal_done())
    told = eventually(lambda: tenure("history", "sub-SO-7004").out, lambda out: "Run 2 of 2" in out)

    assert "renewal, from order-SO-7005" in told
    assert "this run is over, a new one goes on" in told
    assert "goes on from the run before" in told
    second = tenure("history", "sub-SO-7004", "--run", 2).out
    assert "goes on from the run before" in second
    assert "Run 1" not in second
    assert tenure("history", "sub-SO-7004", "--save", tmp_path / "sub.json").code == 0
    assert tenure("replay", tmp_path / "sub-1.json", tmp_path / "sub-2.json").code == 0
