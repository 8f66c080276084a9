"""`tenure history`: what happened, on the workflow's own clock, without anybody's data."""

import base64
import json
import re
import stat
from datetime import timedelta
from pathlib import Path
from typing import Any

from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHistory

from adapters.temporal import clock
from domain.order.messages import Offering, PlaceOrder, ReportSiteBuilt, SubmitForm, Terms
from starter.history_story import Story
from starter.tool_answers import HistoryAnswer
from tests.makers import (
    a_consented_trial,
    a_customer,
    a_form,
    a_renewal,
    accepted,
    an_order,
    built,
    cleared,
    renewal_done,
    submitted,
)
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
    eventually(
        lambda: tenure("history", "SO-7001").out, lambda told: "Mail: welcome to site administrator: sent" in told
    )

    told = tenure("history", "SO-7001")
    assert told.code == 0
    assert "order-SO-7001 (Order); times in Europe/Paris" in told.out
    for said in (
        "Order started, by upstream-ccw",
        "held; awaits clear_compliance",
        "clear_compliance, by vendor-desk",
        "until ",
        "Mail: confirmation to ordering partner: sent",
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


def test_dates_are_those_of_page_and_mails_and_a_mail_names_its_reader_s_role(
    service: Service, tenure: Tenure, tmp_path: Path
) -> None:
    """Midnight belongs to the day that ends."""
    trial = a_consented_trial("T-7001", customer=a_customer(id="roppongi"))
    assert tenure("trial", "start", saved(tmp_path, trial)).code == 0
    mail = "Mail: trial consent to customer administrator: sent"
    told = eventually(lambda: tenure("history", "T-7001").out, lambda told: mail in told)

    page = service.client.get_workflow_handle("trial-T-7001").query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    (until,) = set(re.findall(r"until ([\d-]+ 24:00 JST)", service.do(page).current_details))
    assert f"Consent lapses: cancel the trial, until {until}" in told


def test_what_is_awaited_comes_with_its_stage(service: Service, tenure: Tenure, tmp_path: Path) -> None:
    assert tenure("order", "start", saved(tmp_path, an_order("SO-7006", Offering.PORT))).code == 0
    both = "held; awaits accept_terms, clear_compliance"
    eventually(lambda: tenure("history", "SO-7006").out, lambda told: both in told)
    handle = service.client.get_workflow_handle("order-SO-7006")
    service.do(handle.execute_update("accept_terms", accepted(Terms.PORT)))
    eventually(lambda: tenure("history", "SO-7006").out, lambda told: "  held; awaits clear_compliance" in told)


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


def attributes(**values: Any) -> dict[str, Any]:
    kind = {"encoding": base64.b64encode(b"json/plain").decode()}
    data = {name: base64.b64encode(json.dumps(value).encode()).decode() for name, value in values.items()}
    return {"indexedFields": {name: {"metadata": kind, "data": value} for name, value in data.items()}}


def test_a_run_that_goes_on_knows_its_stage_from_the_run_before() -> None:
    before = an_event(
        1,
        "WORKFLOW_EXECUTION_STARTED",
        "workflow_execution_started_event_attributes",
        workflowType={"name": "Subscription"},
        searchAttributes=attributes(TenureStage="active"),
    )
    upserted = "upsert_workflow_search_attributes_event_attributes"
    awaits = attributes(TenureAwaiting=["confirm_renewal"])
    news = an_event(2, "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES", upserted, searchAttributes=awaits)
    assert told_of(before, news)[1:] == ["active; awaits confirm_renewal"]
    assert told_of(news) == ["awaits confirm_renewal"]


def a_mail(mail: object) -> HistoryEvent:
    said = base64.b64encode(json.dumps({"mail": mail}).encode()).decode()
    payload = {"metadata": attributes(x=1)["indexedFields"]["x"]["metadata"], "data": said}
    return an_event(
        5,
        "ACTIVITY_TASK_SCHEDULED",
        "activity_task_scheduled_event_attributes",
        activityType={"name": "send_mail"},
        input={"payloads": [payload]},
    )


def test_a_mail_s_reader_is_the_one_it_was_posted_for_else_the_one_its_kind_has() -> None:
    assert told_of(a_mail({"kind": "welcome", "to": ""})) == ["send_mail to site administrator: under way"]
    posted = {"kind": "trial_last_call", "to": "partner_administrator/1"}
    assert told_of(a_mail(posted)) == ["send_mail to partner administrator: under way"]
    assert told_of(a_mail({"kind": "of a newer release"})) == told_of(a_mail(None)) == ["send_mail: under way"]


def test_a_task_that_failed_is_a_fault_and_what_a_newer_server_writes_is_left_out() -> None:
    attributes = "workflow_task_failed_event_attributes"
    wedged = an_event(4, "WORKFLOW_TASK_FAILED", attributes, cause="WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR")
    usual = an_event(4, "WORKFLOW_TASK_FAILED", attributes, cause="WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND")
    assert told_of(wedged) == ["the code could not go on: non deterministic error; tried again"]
    assert told_of(usual, HistoryEvent(event_id=5, event_type=999)) == []  # type: ignore[arg-type]
