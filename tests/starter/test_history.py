"""`tenure history`: what happened, on the workflow's own clock, without anybody's data."""

import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.client import WorkflowHistory

from adapters.temporal import clock
from domain.order.messages import PlaceOrder, ReportSiteBuilt, SubmitForm
from starter.history_story import Story
from starter.tool_answers import HistoryAnswer
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


# What no life of ours does when all goes well.

NOON = Timestamp(seconds=1_900_000_000)


def an_event(number: int, kind: str, attributes: str, **given: Any) -> HistoryEvent:
    found = HistoryEvent(event_id=number, event_time=NOON, event_type=EventType.Value(f"EVENT_TYPE_{kind}"))
    json_format.ParseDict(given, getattr(found, attributes))
    getattr(found, attributes).SetInParent()
    return found


def told_of(*events: HistoryEvent) -> list[str]:
    story = Story()
    return [entry.text for event in events for entry in story.entries(event)] + [e.text for e in story.under_way()]


def an_attempt(number: int = 1, error: str = "") -> list[HistoryEvent]:
    """An activity that was begun."""
    failure = {"lastFailure": {"message": "Hanako", "applicationFailureInfo": {"type": error}}} if error else {}
    return [
        an_event(5, "ACTIVITY_TASK_SCHEDULED", "activity_task_scheduled_event_attributes", activityType={"name": "x"}),
        an_event(
            6,
            "ACTIVITY_TASK_STARTED",
            "activity_task_started_event_attributes",
            scheduledEventId=5,
            attempt=number,
            **failure,
        ),
    ]


def failed(**info: Any) -> HistoryEvent:
    """The end of a workflow, because of an activity."""
    cause = {"message": "Hanako Yamada is taken", "applicationFailureInfo": info}
    failure = {"message": "Activity task failed", "activityFailureInfo": {}, "cause": cause}
    return an_event(9, "WORKFLOW_EXECUTION_FAILED", "workflow_execution_failed_event_attributes", failure=failure)


def test_attempts_are_told_with_the_kind_of_failure_before_them() -> None:
    done = an_event(7, "ACTIVITY_TASK_COMPLETED", "activity_task_completed_event_attributes", scheduledEventId=5)
    assert told_of(*an_attempt(), done) == ["x"]
    assert told_of(*an_attempt(3, "StoreAway"), done) == ["x (attempt 3; before: StoreAway)"]
    assert told_of(*an_attempt()) == ["x: under way"]


def test_a_failure_is_told_in_words_only_if_they_were_meant_for_people() -> None:
    assert told_of(failed(type="OrderNumberTaken", nonRetryable=True)) == ["failed: Hanako Yamada is taken"]
    assert told_of(failed(type="IntegrityError")) == ["failed: IntegrityError"]


def test_a_task_that_failed_is_a_fault_and_what_a_newer_server_writes_is_left_out() -> None:
    attributes = "workflow_task_failed_event_attributes"
    wedged = an_event(4, "WORKFLOW_TASK_FAILED", attributes, cause="WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR")
    usual = an_event(4, "WORKFLOW_TASK_FAILED", attributes, cause="WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND")
    assert told_of(wedged) == ["the code could not go on: non deterministic error; tried again"]
    assert told_of(usual, HistoryEvent(event_id=5, event_type=999)) == []  # type: ignore[arg-type]
