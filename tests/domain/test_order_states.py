"""The table of domain.md §10.1: every stage × every event."""

import pytest

from domain.order.states import BEFORE_SHIPPING, CLOSED, NEXT, OrderEvent, Stage, TransitionRefused, after

ALLOWED = {
    Stage.ACKNOWLEDGED: {OrderEvent.HELD: Stage.HELD, OrderEvent.CANCELLED: Stage.CANCELLED},
    Stage.HELD: {
        OrderEvent.TERMS_ACCEPTED: Stage.HELD,
        OrderEvent.COMPLIANCE_CLEARED: Stage.HELD,
        OrderEvent.COMPLIANCE_REFUSED: Stage.REJECTED,
        OrderEvent.CANCELLED: Stage.CANCELLED,
        OrderEvent.SHIPPED: Stage.AWAITING_DETAILS,
    },
    Stage.AWAITING_DETAILS: {OrderEvent.FORM_SUBMITTED: Stage.PROVISIONING},
    Stage.PROVISIONING: {OrderEvent.SITE_BUILT: Stage.SERVICE_READY, OrderEvent.RENEWED: Stage.COMPLETED},
    Stage.SERVICE_READY: {OrderEvent.GRADUATED: Stage.COMPLETED},
    Stage.COMPLETED: {},
    Stage.REJECTED: {},
    Stage.CANCELLED: {},
}
"""Written down a second time, from the rules: the code's table must say the same."""


@pytest.mark.parametrize("stage", Stage)
@pytest.mark.parametrize("event", OrderEvent)
def test_every_stage_and_event_has_the_outcome_of_the_rules(stage: Stage, event: OrderEvent) -> None:
    if event in ALLOWED[stage]:
        assert after(stage, event) is ALLOWED[stage][event]
    else:
        with pytest.raises(TransitionRefused) as refusal:
            after(stage, event)
        assert str(stage) in str(refusal.value)


def test_the_point_of_no_return_is_shipping() -> None:
    """AMB-41."""
    assert {stage for stage, event in NEXT if event is OrderEvent.CANCELLED} == BEFORE_SHIPPING
    with pytest.raises(TransitionRefused, match="shipping is the point of no return"):
        after(Stage.AWAITING_DETAILS, OrderEvent.CANCELLED)


def test_nothing_leaves_a_closed_stage() -> None:
    assert not {stage for stage, _ in NEXT} & CLOSED


def test_every_stage_can_be_reached() -> None:
    assert set(NEXT.values()) | {Stage.ACKNOWLEDGED} == set(Stage)
