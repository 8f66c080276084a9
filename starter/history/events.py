"""What the events of a history say in words: names, `by`, stages, roles and reasons; never anybody's data."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

from temporalio.api.common.v1 import Payload
from temporalio.api.failure.v1 import Failure
from temporalio.api.history.v1 import HistoryEvent

from domain.lifecycles import mail_kinds

MAIL: Final = "send_mail"
MAILS: Final = "send_mails"
MAIL_ON_THE_SPOT: Final = "send_mail_on_the_spot"
"""Activities whose results say what became of one mail, or of several."""


def started(events: Sequence[HistoryEvent]) -> Any:
    """How a run began: the attributes of its first event."""
    return events[0].workflow_execution_started_event_attributes


def patch(of: Any) -> str:
    """Which `workflow.patched` a marker is of."""
    found = first(of.details["patch-data"].payloads) if "patch-data" in of.details else {}
    return f" {found['id']}" if "id" in found else ""


def named(scheduled: HistoryEvent) -> str:
    """An activity by its summary; a mail with its reader."""
    of = scheduled.activity_task_scheduled_event_attributes
    return (summary(scheduled) or of.activity_type.name) + (reader(of) if of.activity_type.name == MAIL else "")


def mails(scheduled: Any, result: dict[str, Any]) -> Iterator[str]:
    """One line for each of several mails: `Mail: trial expired to customer administrator: sent`."""
    request, reports = first(scheduled.input.payloads), result.get("reports")
    for mail in request.get("mails") or ():
        report = reports.get(mail.get("key")) if isinstance(reports, dict) else None
        became = f": {report['state']}" if report else ""
        kind = str(mail.get("kind", "")).replace("_", " ")
        yield f"Mail: {kind}{to_reader(mail)}{became}"


def reader(of: Any) -> str:
    """` to customer administrator/0`: whom a mail is for, by role."""
    mail = first(of.input.payloads).get("mail")
    return to_reader(mail) if isinstance(mail, dict) else ""


def to_reader(mail: dict[str, Any]) -> str:
    """As it was posted, else as its kind has it."""
    readers = {str(kind): kind.reader for kind in mail_kinds()}
    reader = mail.get("to") or readers.get(mail.get("kind", ""))
    return f" to {str(reader).replace('_', ' ')}" if reader else ""


def stage_in(attributes: Any) -> str | None:
    """The stage among search attributes, if it is there."""
    fields = attributes.indexed_fields
    stage = as_json(fields["TenureStage"]) if "TenureStage" in fields else None
    return stage if isinstance(stage, str) else None


def summary(event: HistoryEvent | None) -> str:
    """What the code itself called a step or a wait; empty if it said nothing."""
    found = as_json(event.user_metadata.summary) if event is not None else None
    return found if isinstance(found, str) else ""


def sent_by(payloads: Sequence[Payload]) -> str:
    """Who said so: an id, never a name."""
    by = first(payloads).get("by")
    return f", by {by}" if isinstance(by, str) else ""


def why(failure: Failure) -> str:
    """In words if they were meant for people: what is final is said to them; other texts may hold anything."""
    inner = innermost(failure)
    if inner.HasField("timeout_failure_info"):
        return "it took too long"
    info = inner.application_failure_info
    return inner.message.partition("\n")[0] if info.non_retryable and inner.message else info.type or "no reason given"


def innermost(failure: Failure) -> Failure:
    """Temporal wraps what an activity raised; what was raised is inside."""
    wrapped = failure.HasField("cause") and not failure.HasField("application_failure_info")
    return innermost(failure.cause) if wrapped else failure


def first(payloads: Sequence[Payload]) -> dict[str, Any]:
    """The first of them, if it is an object."""
    found = as_json(payloads[0]) if payloads else None
    return found if isinstance(found, dict) else {}


def as_json(payload: Payload) -> Any:
    """What does not read as JSON is none of ours and has nothing to tell here."""
    try:
        return json.loads(payload.data) if payload.metadata.get("encoding") == b"json/plain" else None
    except ValueError:
        return None
