"""Before anybody is asked: what lists and store alone say of many lifecycles, and what is not trusted then."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

from activities.ports import RecordedMail, RowColumns, StoredLifecycle
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.mails import MailState
from domain.order.state import OrderState
from starter.audit.records import decided_events
from starter.audit.survey import agrees, fingerprint, shown_in_lists
from tests.makers import an_order, cleared

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
ORDER = KINDS[Lifecycle.ORDER]


def held() -> OrderState:
    state = OrderState.placed(an_order("SO-1"), NOW)
    state.hold_for_compliance(NOW, NOW + timedelta(days=4), None)
    return state


def stored(state: OrderState, **changes: Any) -> StoredLifecycle:
    """As the store has a healthy one."""
    view = ORDER.view(state, NOW)
    columns = RowColumns(
        lifecycle=Lifecycle.ORDER,
        subject=view.id,
        kind=view.kind,
        stage=view.stage,
        open=True,
        customer_id=view.customer_id,
        partner_id=view.partner_id,
        linked_to="sub-SO-1",
        next_deadline=view.deadlines[0].at if view.deadlines else None,
        next_deadline_label=view.deadlines[0].label if view.deadlines else None,
        attention=view.attention,
        run="a run",
        sequence=view.events,
    )
    found = StoredLifecycle(
        columns=columns,
        state=state.for_the_store().model_dump(mode="json"),
        events=frozenset(range(1, view.events + 1)),
        open_tasks=frozenset(),
        mails=(),
        roles=frozenset({"ordering_partner", "facing_partner", "customer"}),
        forms=frozenset(),
    )
    return found.model_copy(update=changes)


def listed(state: OrderState) -> int:
    return fingerprint(shown_in_lists(ORDER.view(state, NOW)))


def a_mail(state: MailState) -> RecordedMail:
    return RecordedMail(
        key="order-SO-1/confirmation",
        message_id="<1@tenure.example>",
        kind="confirmation",
        recipient="ordering_partner",
        state=state,
        claimed_at=NOW,
        settled_at=None,
        answer=None,
    )


def test_one_that_lists_and_store_agree_about_is_not_asked() -> None:
    assert agrees(ORDER, stored(held(), mails=(a_mail(MailState.SENT),)), listed(held()))


DOUBTFUL: dict[str, Callable[[StoredLifecycle], StoredLifecycle]] = {
    "another stage in its columns": lambda it: it.model_copy(
        update={"columns": it.columns.model_copy(update={"stage": "x"})}
    ),
    "another deadline in its columns": lambda it: it.model_copy(
        update={"columns": it.columns.model_copy(update={"next_deadline": None})}
    ),
    "an event is missing": lambda it: it.model_copy(update={"events": it.events - {1}}),
    "a task that the row does not know": lambda it: it.model_copy(update={"open_tasks": frozenset({"left"})}),
    "a mail under way": lambda it: it.model_copy(update={"mails": (a_mail(MailState.DATA),)}),
    "a mail nobody knows the fate of": lambda it: it.model_copy(update={"mails": (a_mail(MailState.UNKNOWN),)}),
    "somebody erased": lambda it: it.model_copy(update={"roles": it.roles - {"customer"}}),
    "a row that does not read": lambda it: it.model_copy(update={"state": {"stage": "x"}}),
}


@pytest.mark.parametrize("change", DOUBTFUL.values(), ids=DOUBTFUL.keys())
def test_one_that_the_store_is_not_sure_about_is_asked(change: Callable[[StoredLifecycle], StoredLifecycle]) -> None:
    assert not agrees(ORDER, change(stored(held())), listed(held()))


def test_one_that_lists_show_otherwise_is_asked() -> None:
    further = held()
    further.clear_compliance(cleared(), NOW)
    assert not agrees(ORDER, stored(held()), listed(further))
    assert not agrees(ORDER, stored(further), listed(held()))


def an_event(kind: str) -> HistoryEvent:
    return HistoryEvent(event_type=EventType.Value(f"EVENT_TYPE_{kind}"))


BEGUN = ["WORKFLOW_EXECUTION_STARTED", "WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED"]
DONE = [*BEGUN, "WORKFLOW_TASK_COMPLETED", "MARKER_RECORDED", "ACTIVITY_TASK_SCHEDULED"]


@pytest.mark.parametrize(
    ("events", "decided"),
    [
        (BEGUN, 0),
        (DONE, 6),
        ([*DONE, "WORKFLOW_EXECUTION_TERMINATED"], 7),
        ([*DONE, "WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_EXECUTION_TERMINATED"], 6),
        ([*DONE, "WORKFLOW_TASK_SCHEDULED", "WORKFLOW_TASK_STARTED", "WORKFLOW_TASK_COMPLETED", "TIMER_STARTED"], 10),
    ],
)
def test_an_account_ends_with_what_the_workflow_decided(events: list[str], decided: int) -> None:
    """Replayed beyond it, the code would decide in the auditor's process what the workflow has not decided yet."""
    assert len(decided_events([an_event(each) for each in events])) == decided
