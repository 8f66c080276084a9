"""`tenure history`: what happened, on the workflow's own clock, without anybody's data."""

import base64
import json
import re
import stat
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import json_format
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.client import WorkflowHistory

from domain.order.messages import Offering, PlaceOrder, ReportSiteBuilt, SubmitForm, Terms
from starter.answers.tools import HistoryAnswer, HistoryEntry
from starter.history.timeline import LOCAL, Timeline, run_of
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
from tests.recorder import HISTORIES, read
from tests.starter.conftest import Tenure, eventually
from tests.starter.test_e2e_start import saved
from tests.support.clock import forward
from tests.support.embedded import Background

RECORDED = sorted(HISTORIES.glob("*/*.json"))

NOBODY_S_BUSINESS = ("Yamada", "Hanako", "@", "赤坂商事", "password", "one-time")


def test_an_order_s_history_is_a_story_in_the_customer_s_zone(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    placed = an_order("SO-7001", customer=a_customer(zone="Europe/Paris"))
    assert tenure("order", "start", saved(tmp_path, placed)).code == 0
    eventually(lambda: tenure("history", "SO-7001").out, lambda told: "held; awaits clear_compliance" in told)
    handle = service.client.get_workflow_handle("order-SO-7001")
    service.do(handle.execute_update("clear_compliance", cleared()))
    service.do(forward(service.client, "order-SO-7001", timedelta(days=40)))
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


def test_dates_are_those_of_page_and_mails_and_a_mail_names_its_reader(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    """Midnight belongs to the day that ends."""
    trial = a_consented_trial("T-7001", customer=a_customer(id="roppongi"))
    assert tenure("trial", "start", saved(tmp_path, trial)).code == 0
    mail = "Mail: trial consent to customer administrator/0: sent"
    told = eventually(lambda: tenure("history", "T-7001").out, lambda told: mail in told)

    page = service.client.get_workflow_handle("trial-T-7001").query(
        "__temporal_workflow_metadata", result_type=WorkflowMetadata
    )
    (until,) = set(re.findall(r"until ([\d-]+ 24:00 JST)", service.do(page).current_details))
    assert f"Consent lapses: cancel the trial, until {until}" in told


def test_what_is_awaited_comes_with_its_stage(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    assert tenure("order", "start", saved(tmp_path, an_order("SO-7006", Offering.PORT))).code == 0
    both = "held; awaits accept_terms, clear_compliance"
    eventually(lambda: tenure("history", "SO-7006").out, lambda told: both in told)
    handle = service.client.get_workflow_handle("order-SO-7006")
    service.do(handle.execute_update("accept_terms", accepted(Terms.PORT)))
    eventually(lambda: tenure("history", "SO-7006").out, lambda told: "  held; awaits clear_compliance" in told)


def test_a_saved_history_replays_and_says_that_it_is_personal(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
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


def test_a_run_or_a_workflow_that_is_none_is_told(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    tenure("order", "start", saved(tmp_path, an_order("SO-7003")))
    assert tenure("history", "SO-7003", "--run", "1").code == 0
    assert "--run: there is no such run; there are 1" in tenure("history", "SO-7003", "--run", "2").err
    assert tenure("history", "SO-7999").code == 6
    assert tenure("history", "SO-7003", "--save", tmp_path / "no" / "where.json").code == 2


def test_a_start_once_more_stands_below_the_run_that_was_there_before(
    service: Background, tenure: Tenure, tmp_path: Path
) -> None:
    """They have no run in common: neither goes on from the other."""
    file = saved(tmp_path, an_order("SO-7010"))
    assert tenure("order", "start", file).code == 0
    handle = service.client.get_workflow_handle("order-SO-7010")
    service.do(handle.terminate(reason="by mistake"))
    sent = service.client.start_workflow(
        "Order",
        an_order("SO-7010").model_dump(mode="json") | {"labels": "nobody knows this field"},
        id="order-SO-7010",
        task_queue=service.env.task_queue,
    )
    service.do(sent)
    told = eventually(
        lambda: tenure("history", "SO-7010", "--json").json["runs"],
        lambda runs: len(runs) == 2 and runs[1]["entries"][-1]["kind"] == "end",
    )
    first, second = ([entry["text"] for entry in run["entries"]] for run in told)
    assert first[0] == "Order started, by upstream-ccw"
    assert first[-1] == "terminated: by mistake"
    assert second[-1].startswith("failed: labels: is not a known field")
    assert tenure("history", "SO-7010").out.count("\nRun ") == 2
    assert "terminated: by mistake" not in tenure("history", "SO-7010", "--run", "2").out


def test_a_subscription_s_history_has_every_term(service: Background, tenure: Tenure, tmp_path: Path) -> None:
    """Continue-as-new makes a run of each: all are told, one can be asked for, all can be saved."""

    def lived(order: PlaceOrder, form: SubmitForm, done: ReportSiteBuilt) -> None:
        answered = tenure("order", "start", saved(tmp_path, order))
        assert answered.code == 0, answered.err
        handle = service.client.get_workflow_handle(f"order-{order.sales_order_number}")
        for update, message in (("clear_compliance", cleared()), ("submit_provisioning_form", form)):
            service.do(handle.execute_update(update, message))
        service.do(handle.execute_update("report_site_built", done))

    lived(an_order("SO-7004"), submitted(), built())
    eventually(lambda: tenure("history", "sub-SO-7004").code, lambda code: code == 0)
    renewal = a_renewal("SO-7005", of="sub-SO-7004")
    lived(renewal, submitted(a_form(existing_customer=True)), renewal_done())
    told = eventually(lambda: tenure("history", "sub-SO-7004").out, lambda out: "Run 2 of 2" in out)

    for said in ("signal  renewal", "Is renewal SO-7005 placed?", "Is renewal SO-7005 completed?"):
        assert said in told
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
    story = Timeline()
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
    assert told_of(*an_attempt(), done()) == ["x"]
    assert told_of(*an_attempt(3, "StoreAway"), done()) == ["x (attempt 3; before: StoreAway)"]
    assert told_of(*an_attempt()) == ["x: under way"]


def test_a_failure_is_told_in_words_only_if_they_were_meant_for_people() -> None:
    assert told_of(failed(type="OrderNumberTaken", nonRetryable=True)) == ["failed: Hanako Yamada is taken"]
    assert told_of(failed(type="IntegrityError")) == ["failed: IntegrityError"]


JSON = {"encoding": base64.b64encode(b"json/plain").decode()}


def attributes(**values: Any) -> dict[str, Any]:
    data = {name: base64.b64encode(json.dumps(value).encode()).decode() for name, value in values.items()}
    return {"indexedFields": {name: {"metadata": JSON, "data": value} for name, value in data.items()}}


def test_a_wait_is_counted_from_the_end_of_the_step_before_it_in_the_same_task() -> None:
    """A local activity takes the workflow's time with it: else midnight reads 23:59 of a slow machine."""
    ended = {"activity_type": "x", "complete_time": {"seconds": NOON.seconds + 9, "nanos": 250_000_000}}
    details = {
        "data": {"payloads": [{"metadata": JSON, "data": base64.b64encode(json.dumps(ended).encode()).decode()}]}
    }
    started, marker, timer = (
        an_event(1, "WORKFLOW_TASK_STARTED", "workflow_task_started_event_attributes"),
        an_event(2, "MARKER_RECORDED", "marker_recorded_event_attributes", markerName=LOCAL, details=details),
        an_event(3, "TIMER_STARTED", "timer_started_event_attributes", startToFireTimeout="50.75s"),
    )
    timeline = Timeline()
    entries = [entry for event in (started, marker, timer) for entry in timeline.entries(event)]
    assert entries[-1].due == NOON.ToDatetime(UTC) + timedelta(minutes=1)


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


# What was recorded, as it is told.


@pytest.mark.parametrize("path", RECORDED, ids=lambda path: path.stem)
def test_every_recorded_life_can_be_told_and_nobody_s_data_is(path: Path) -> None:
    said = "\n".join(entry.text for entry in run_of(read(path).events).entries)
    assert said
    said = re.sub("[Pp]assword[ _]link", "", said)  # a label and an event, no link
    assert not [secret for secret in NOBODY_S_BUSINESS if secret in said]


def story_of(name: str) -> tuple[HistoryEntry, ...]:
    (*_, path) = [path for path in RECORDED if path.stem == name]
    return run_of(read(path).events).entries


def lines_of(name: str) -> list[str]:
    return [f"{entry.kind}: {entry.text}" for entry in story_of(name)]


def in_order(some: Sequence[str], of: Iterable[str]) -> bool:
    """Are all of them there, one after the other?"""
    following = iter(of)
    return all(line in following for line in some)


STORIES: Mapping[str, Sequence[str]] = {
    "order_steps_fail": (
        "fault: Start subscription sub-SO-100001 failed: Trouble (attempt 10)",
        "stage: in_progress.service_ready; awaits graduate; somebody should look",
        "step: Record: step failing",
        "step: Record: note",
        "step: Record: step recovered",
        "stage: nobody has to look any more",
        "fault: Assign a Customer Success Manager failed: Trouble (attempt 10)",
        "update: settle_step, by ops-7",
        "step: Record: step settled",
        "step: Assign a Customer Success Manager was cancelled",
        "end: completed: completed",
    ),
    "order_start_refused": (
        "start: Order started, by upstream-ccw",
        "fault: refused on arrival",
        "end: failed: customer.zone: must be an IANA time zone such as Asia/Tokyo",
    ),
    "order_many_notes_1": ("step: Record: note", "end: this run is over, a new one goes on"),
    "trial_dates_recomputed": (
        "update: recompute_dates, by ops-7",
        "step: Rules of Asia/Almaty of today",
        "step: Record: dates recomputed, deadline recomputed ×3",
    ),
    "trial_add_on_lost": (
        "step: Last look before the loss",
        "step: The end of the trial: users moved",
        "step: Record: spared",
        "step: The end of the trial: licences removed",
        "step: Record: lost",
        "step: Record: numbers due",
        "step: The end of the trial: numbers released",
    ),
    "trial_converted_when_its_order_ships": (
        "signal: paid_order",
        "step: Did the paid order ship?",
        "step: Record: converted",
    ),
    "subscription_renewed_elsewhere_1": (
        "signal: renewal",
        "step: Is renewal SO-600111 completed?",
        "step: Record: renewed, partner changed",
    ),
}


@pytest.mark.parametrize("name", STORIES)
def test_what_happened_is_told_with_the_events_that_were_recorded(name: str) -> None:
    assert in_order(STORIES[name], lines_of(name)), "\n".join(lines_of(name))


def test_a_line_that_is_missing_or_out_of_order_is_seen() -> None:
    lines = lines_of("trial_dates_recomputed")
    assert not in_order([*STORIES["trial_dates_recomputed"], "step: Record: spared"], lines)
    assert not in_order(list(reversed(STORIES["trial_dates_recomputed"])), lines)


def a_payload(said: object) -> dict[str, Any]:
    return {
        "metadata": attributes(x=1)["indexedFields"]["x"]["metadata"],
        "data": base64.b64encode(json.dumps(said).encode()).decode(),
    }


def an_activity(name: str, said: object) -> HistoryEvent:
    return an_event(
        5,
        "ACTIVITY_TASK_SCHEDULED",
        "activity_task_scheduled_event_attributes",
        activityType={"name": name},
        input={"payloads": [a_payload(said)]},
    )


def done() -> HistoryEvent:
    return an_event(7, "ACTIVITY_TASK_COMPLETED", "activity_task_completed_event_attributes", scheduledEventId=5)


def a_mail(mail: object) -> HistoryEvent:
    return an_activity("send_mail", {"mail": mail})


def a_step_on_the_spot(summary: str, **more: Any) -> HistoryEvent:
    """An activity that was part of the workflow's own task: a marker is all that is left of it."""
    data = {"payloads": [a_payload({"activity_type": "record", "seq": 1})]}
    marker = {"markerName": "core_local_activity", "details": {"data": data}, **more}
    event = an_event(5, "MARKER_RECORDED", "marker_recorded_event_attributes", **marker)
    if summary:
        json_format.ParseDict(a_payload(summary), event.user_metadata.summary)
    return event


def test_a_step_that_was_part_of_the_workflow_s_task_is_told_by_its_summary() -> None:
    assert told_of(a_step_on_the_spot("Record: held")) == ["Record: held"]
    assert told_of(a_step_on_the_spot("")) == ["record"]


def test_a_step_that_failed_on_the_spot_is_a_fault_and_goes_on_a_queue() -> None:
    slow = {"message": "x", "timeoutFailureInfo": {}}
    away = {"message": "Hanako", "applicationFailureInfo": {"type": "StoreAway"}}
    assert told_of(a_step_on_the_spot("Record: held", failure=slow)) == ["Record: held failed: it took too long"]
    assert told_of(a_step_on_the_spot("Record: held", failure=away)) == ["Record: held failed: StoreAway"]


def test_mails_of_one_cause_are_told_one_by_one() -> None:
    mails = [{"key": "a", "kind": "welcome", "to": ""}, {"key": "b", "kind": "trial_expired", "to": "trial_user/1"}]
    sent = {"reports": {"a": {"state": "sent"}}}
    end = an_event(
        7,
        "ACTIVITY_TASK_COMPLETED",
        "activity_task_completed_event_attributes",
        scheduledEventId=5,
        result={"payloads": [a_payload(sent)]},
    )
    assert told_of(an_activity("send_mails", {"mails": mails}), end) == [
        "Mail: welcome to site administrator: sent",
        "Mail: trial expired to trial user/1",
    ]


def test_a_mail_s_reader_is_the_one_it_was_posted_for_else_the_one_its_kind_has() -> None:
    assert told_of(a_mail({"kind": "welcome", "to": ""})) == ["send_mail to site administrator: under way"]
    posted = {"kind": "trial_last_call", "to": "partner_administrator/1"}
    assert told_of(a_mail(posted)) == ["send_mail to partner administrator/1: under way"]
    assert told_of(a_mail({"kind": "of a newer release"})) == told_of(a_mail(None)) == ["send_mail: under way"]


def test_a_task_that_failed_is_a_fault_and_what_a_newer_server_writes_is_left_out() -> None:
    attributes = "workflow_task_failed_event_attributes"
    wedged = an_event(4, "WORKFLOW_TASK_FAILED", attributes, cause="WORKFLOW_TASK_FAILED_CAUSE_NON_DETERMINISTIC_ERROR")
    usual = an_event(4, "WORKFLOW_TASK_FAILED", attributes, cause="WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND")
    assert told_of(wedged) == ["the code could not go on: non deterministic error; tried again"]
    assert told_of(usual, HistoryEvent(event_id=5, event_type=999)) == []  # type: ignore[arg-type]
