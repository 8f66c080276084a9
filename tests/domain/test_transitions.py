"""The tables of domain.md §10: every lifecycle's stages × events, and the words of a refusal."""

from collections.abc import Mapping
from typing import Any

import pytest

from domain.case.standing import NAME as CASE
from domain.case.states import CaseEvent, CaseStage
from domain.compliance.standing import NAME as COMPLIANCE
from domain.device.states import OUT, DeviceEvent, DeviceStage
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.option.state import NAME as OPTION
from domain.option.states import OptionEvent, OptionStage
from domain.order.states import BEFORE_SHIPPING, NEXT, OrderEvent, Stage
from domain.subscription.states import SubscriptionEvent, SubscriptionStage
from domain.transitions import Table, TransitionRefused
from domain.trial.states import TrialEvent, TrialStage
from domain.wholesale.state import NAME as WHOLESALE
from tests import compliance_rules, wholesale_rules

N, OE = Stage, OrderEvent
S, SE = SubscriptionStage, SubscriptionEvent
T, TE = TrialStage, TrialEvent
D, DE = DeviceStage, DeviceEvent
P, PE = OptionStage, OptionEvent
C, CE = CaseStage, CaseEvent
C, CE = CaseStage, CaseEvent

BACK = {DE.RECEIVED: D.MATCHED, DE.RECEIVED_OTHER: D.SERIAL_MISMATCH}
"""It may come back although nobody reported that it was handed over. TRL-94."""

ALLOWED: Mapping[Lifecycle, Mapping[Any, Mapping[Any, Any]]] = {
    Lifecycle.ORDER: {
        N.ACKNOWLEDGED: {OE.HELD: N.HELD, OE.CANCELLED: N.CANCELLED},
        N.HELD: {
            OE.TERMS_ACCEPTED: N.HELD,
            OE.COMPLIANCE_CLEARED: N.HELD,
            OE.COMPLIANCE_REFUSED: N.REJECTED,
            OE.CANCELLED: N.CANCELLED,
            OE.SHIPPED: N.AWAITING_DETAILS,
        },
        N.AWAITING_DETAILS: {OE.FORM_SUBMITTED: N.PROVISIONING},
        N.PROVISIONING: {OE.SITE_BUILT: N.SERVICE_READY, OE.RENEWED: N.COMPLETED},
        N.SERVICE_READY: {OE.GRADUATED: N.COMPLETED},
        N.COMPLETED: {},
        N.REJECTED: {},
        N.CANCELLED: {},
    },
    Lifecycle.SUBSCRIPTION: {
        S.ACTIVE: {SE.SUSPENDED: S.SUSPENDED, SE.TERMINATED: S.TERMINATED},
        S.SUSPENDED: {
            SE.REASON_ADDED: S.SUSPENDED,
            SE.REASON_LIFTED: S.SUSPENDED,
            SE.SUSPENSION_LIFTED: S.ACTIVE,
            SE.TERMINATED: S.TERMINATED,
        },
        S.TERMINATED: {},
    },
    Lifecycle.TRIAL: {
        T.ACKNOWLEDGED: {
            TE.PROVISIONING_STARTED: T.PROVISIONING,
            TE.CONSENT_REQUESTED: T.AWAITING_CONSENT,
            TE.ACTIVATED: T.TRIALING,
        },
        T.AWAITING_CONSENT: {
            TE.CONSENT_GIVEN: T.AWAITING_DETAILS,
            TE.CONSENT_DECLINED: T.CANCELLED,
            TE.CONSENT_LAPSED: T.CANCELLED,
            TE.CONSENT_RESENT: T.AWAITING_CONSENT,
            TE.WITHDRAWN: T.CANCELLED,
        },
        T.AWAITING_DETAILS: {
            TE.CONSENT_RESENT: T.AWAITING_DETAILS,
            TE.WITHDRAWN: T.CANCELLED,
            TE.DETAILS_GIVEN: T.PROVISIONING,
        },
        T.PROVISIONING: {TE.SERVICES_BUILT: T.PROVISIONING, TE.ACTIVATED: T.TRIALING, TE.CANCELLED: T.CANCELLED},
        T.TRIALING: {
            TE.EXTENDED: T.TRIALING,
            TE.EDITED: T.TRIALING,
            TE.CANCELLED: T.CANCELLED,
            TE.CONVERTED: T.CONVERTED,
            TE.EXPIRED: T.EXPIRED_GRACE,
        },
        T.EXPIRED_GRACE: {TE.CONVERTED: T.CONVERTED, TE.GRACE_ENDED: T.LAPSED},
        T.LAPSED: {TE.NUMBERS_RETAINED: T.NUMBERS_RETAINED},
        T.NUMBERS_RETAINED: {TE.NUMBERS_RELEASED: T.NUMBERS_RELEASED, TE.NUMBERS_SPARED: T.LAPSED},
        T.NUMBERS_RELEASED: {},
        T.CONVERTED: {},
        T.CANCELLED: {},
    },
    Lifecycle.DEVICE: {
        D.SHIPPED: {DE.DELIVERED: D.IN_USE, DE.EXPIRED: D.RETURN_DUE, DE.HANDED_OVER: D.RETURN_IN_TRANSIT, **BACK},
        D.IN_USE: {DE.EXPIRED: D.RETURN_DUE, DE.HANDED_OVER: D.RETURN_IN_TRANSIT, **BACK},
        D.RETURN_DUE: {DE.RETURN_OVERDUE: D.OVERDUE, DE.HANDED_OVER: D.RETURN_IN_TRANSIT, **BACK},
        D.OVERDUE: {DE.HANDED_OVER: D.RETURN_IN_TRANSIT, **BACK},
        D.RETURN_IN_TRANSIT: {DE.RETURN_OVERDUE: D.RETURN_IN_TRANSIT, **BACK},
        D.SERIAL_MISMATCH: {DE.RETURN_OVERDUE: D.SERIAL_MISMATCH, DE.HANDED_OVER: D.RETURN_IN_TRANSIT, **BACK},
        D.MATCHED: {},
    },
    OPTION: {
        P.ACKNOWLEDGED: {
            PE.ANSWERED: P.COMPLETED,
            PE.BEGUN: P.IN_PROGRESS,
            PE.REJECTED: P.REJECTED,
            PE.CANCELLED: P.CANCELLED,
        },
        P.IN_PROGRESS: {PE.COMPLETED: P.COMPLETED, PE.REJECTED: P.REJECTED},
        P.COMPLETED: {},
        P.REJECTED: {},
        P.CANCELLED: {},
    },
    CASE: {
        C.ACKNOWLEDGED: {
            CE.INFORMATION_REQUIRED: C.PENDING,
            CE.TAKEN_UP: C.IN_PROGRESS,
            CE.RESPONDED: C.IN_PROGRESS,
            CE.PARTNER_ASKED: C.PENDING,
            CE.RESOLVED: C.RESOLVED,
        },
        C.PENDING: {
            CE.ACCOUNT_NAMED: C.ACKNOWLEDGED,
            CE.RESPONDED: C.PENDING,
            CE.IDENTIFIED: C.PENDING,
            CE.PARTNER_ANSWERED: C.IN_PROGRESS,
            CE.STATUS_POSTED: C.PENDING,
            CE.RESOLVED: C.RESOLVED,
        },
        C.IN_PROGRESS: {
            CE.RESPONDED: C.IN_PROGRESS,
            CE.IDENTIFIED: C.IN_PROGRESS,
            CE.PARTNER_ASKED: C.PENDING,
            CE.STATUS_POSTED: C.IN_PROGRESS,
            CE.RESOLVED: C.RESOLVED,
        },
        C.RESOLVED: {CE.REOPENED: C.IN_PROGRESS, CE.CLOSED: C.CLOSED},
        C.CLOSED: {},
    },
    WHOLESALE: wholesale_rules.ALLOWED,
    COMPLIANCE: compliance_rules.ALLOWED,
}
"""Written down a second time, from the rules: the code's tables must say the same."""

BEGINS: Mapping[Lifecycle, Any] = {
    Lifecycle.ORDER: N.ACKNOWLEDGED,
    Lifecycle.SUBSCRIPTION: S.ACTIVE,
    Lifecycle.TRIAL: T.ACKNOWLEDGED,
    Lifecycle.DEVICE: D.SHIPPED,
    OPTION: P.ACKNOWLEDGED,
    CASE: C.ACKNOWLEDGED,
    WHOLESALE: wholesale_rules.BEGINS,
    COMPLIANCE: compliance_rules.BEGINS,
}


def table_of(lifecycle: Lifecycle) -> Table[Any, Any]:
    table: Table[Any, Any] = KINDS[lifecycle].state.table
    return table


def refusal(lifecycle: Lifecycle, stage: Any, event: Any) -> str:
    with pytest.raises(TransitionRefused) as refused:
        table_of(lifecycle).after(stage, event)
    return str(refused.value)


@pytest.mark.parametrize("lifecycle", KINDS)
def test_every_stage_and_event_has_the_outcome_of_the_rules(lifecycle: Lifecycle) -> None:
    table, stages = table_of(lifecycle), KINDS[lifecycle].stages
    events = {event for _, event in table.next}
    found = {
        stage: {event: table.after(stage, event) for event in events if table.allows(stage, event)} for stage in stages
    }
    assert found == ALLOWED[lifecycle]


@pytest.mark.parametrize("lifecycle", KINDS)
def test_every_refusal_names_the_stage(lifecycle: Lifecycle) -> None:
    table = table_of(lifecycle)
    pairs = [(stage, event) for stage in KINDS[lifecycle].stages for _, event in table.next]
    refused = [pair for pair in pairs if not table.allows(*pair)]
    assert refused
    assert [pair for pair in refused if f"the {table.what} is {pair[0]}" not in refusal(lifecycle, *pair)] == []


@pytest.mark.parametrize("lifecycle", KINDS)
def test_every_stage_can_be_reached(lifecycle: Lifecycle) -> None:
    assert {*table_of(lifecycle).next.values(), BEGINS[lifecycle]} == {*KINDS[lifecycle].stages}


@pytest.mark.parametrize("lifecycle", KINDS)
def test_nothing_leaves_a_closed_stage_but_the_number_retention(lifecycle: Lifecycle) -> None:
    table = table_of(lifecycle)
    leaving = {(stage, event) for stage, event in table.next if stage in table.closed}
    assert leaving == ({(T.LAPSED, TE.NUMBERS_RETAINED)} if lifecycle == Lifecycle.TRIAL else set())


@pytest.mark.parametrize("lifecycle", KINDS)
def test_what_people_send_is_named_in_the_refusal(lifecycle: Lifecycle) -> None:
    """Not by the event's name: `cannot cancel`, not `cannot order.cancelled`."""
    asked = {update.event for update in KINDS[lifecycle].updates.values() if update.event is not None}
    assert asked <= {*table_of(lifecycle).asked}


def test_the_point_of_no_return_is_shipping() -> None:
    """AMB-41."""
    assert {stage for stage, event in NEXT if event is OE.CANCELLED} == BEFORE_SHIPPING
    assert refusal(Lifecycle.ORDER, N.AWAITING_DETAILS, OE.CANCELLED) == (
        "cannot cancel: the order is pending.awaiting_provisioning_details, and a shipped order can no longer be "
        "cancelled (AMB-41: shipping is the point of no return)"
    )


def test_a_device_can_be_handed_over_wherever_the_customer_has_it() -> None:
    """TRL-94."""
    assert {stage for stage, events in ALLOWED[Lifecycle.DEVICE].items() if DE.HANDED_OVER in events} == {*OUT}


@pytest.mark.parametrize(
    ("lifecycle", "stage", "event", "words"),
    [
        (
            Lifecycle.ORDER,
            N.HELD,
            OE.GRADUATED,
            "cannot graduate: the order is held; this is possible while it is in_progress.service_ready",
        ),
        (Lifecycle.ORDER, N.COMPLETED, OE.CANCELLED, "cannot cancel: the order is completed"),
        (Lifecycle.SUBSCRIPTION, S.TERMINATED, SE.TERMINATED, "cannot terminate: the subscription is terminated"),
        (
            Lifecycle.TRIAL,
            T.NUMBERS_RETAINED,
            TE.CONVERTED,
            "cannot convert the trial: the trial is lapsed.numbers_retained, and what it lost at the end of grace "
            "cannot be restored (TRL-78)",
        ),
        (
            Lifecycle.TRIAL,
            T.TRIALING,
            TE.CONSENT_RESENT,
            "cannot resend the consent mail: the trial is trialing, nobody's consent is awaited",
        ),
        (
            Lifecycle.TRIAL,
            T.TRIALING,
            TE.WITHDRAWN,
            "cannot withdraw the trial: the trial is trialing; this is possible while it is pending.customer_consent "
            "or pending.awaiting_provisioning_details",
        ),
        (
            Lifecycle.DEVICE,
            D.MATCHED,
            DE.RECEIVED,
            "cannot report the device received: the device is matched",
        ),
    ],
)
def test_a_refusal_says_what_when_and_why_not(lifecycle: Lifecycle, stage: Any, event: Any, words: str) -> None:
    assert refusal(lifecycle, stage, event) == words
