"""A mail that went out goes out once more: to the same reader, about the same, and not without end."""

from datetime import timedelta

import pytest

from domain.compliance.mails import ComplianceMail
from domain.compliance.standing import CheckStanding
from domain.mails import MailState, Role
from domain.offers import operator_offers
from domain.operator import SendAgain
from domain.order.mails import OrderMail
from domain.order.state import OrderState
from domain.policy import SENT_AGAIN_AT_MOST
from domain.reasons import Reason
from domain.values import Refused
from domain.view import operators_can_send
from tests.makers import MONDAY, an_order, cancelled

HOUR = timedelta(hours=1)


def an_order_written_to(kind: OrderMail = OrderMail.CONFIRMATION) -> OrderState:
    """Its mail went out on Monday."""
    state = OrderState.placed(an_order(), MONDAY)
    state.post(kind, "which", MONDAY, Role.ORDERING_PARTNER)
    sent(state, next(iter(state.mails)))
    return state


def sent(state: OrderState, key: str, after: timedelta = timedelta(0)) -> None:
    state.mail_reported(key, MailState.SENT, MONDAY + after, MONDAY + after)


def again(key: str) -> SendAgain:
    return SendAgain(by="ops-7", mail=key, reason="they cannot find it")


def test_the_same_mail_is_posted_under_a_key_of_its_own() -> None:
    state = an_order_written_to()
    (first,) = state.mails.values()
    state.send_again(again(first.key), MONDAY + HOUR)
    _, second = state.mails.values()
    assert second.key == f"{first.key}/again-1"
    assert second == first.model_copy(update={"key": second.key, "state": MailState.PENDING, "sent_at": None})
    assert state.journal.unrecorded[-1].type == "mail.sent_again"


def test_sent_again_it_counts_with_the_first_whichever_is_named() -> None:
    state = an_order_written_to()
    first = next(iter(state.mails))
    state.send_again(again(first), MONDAY + HOUR)
    second = state.mails_in(MailState.PENDING)[0].key
    sent(state, second, HOUR)
    state.send_again(again(second), MONDAY + 2 * HOUR)
    assert [mail.key for mail in state.sendings_of(first)] == [first, f"{first}/again-1", f"{first}/again-2"]


def refused(state: OrderState, key: str, after: timedelta) -> Reason:
    """Why it does not go out again."""
    with pytest.raises(Refused) as refusal:
        state.send_again(again(key), MONDAY + after)
    return refusal.value.problem.code


def test_not_while_it_is_on_its_way() -> None:
    state = an_order_written_to()
    first = next(iter(state.mails))
    state.send_again(again(first), MONDAY + HOUR)
    assert refused(state, first, 5 * HOUR) is Reason.UNKNOWN


def test_not_without_end() -> None:
    state = an_order_written_to()
    key = next(iter(state.mails))
    for number in range(1, SENT_AGAIN_AT_MOST + 1):
        state.send_again(again(key), MONDAY + number * HOUR)
        sent(state, f"{key}/again-{number}", number * HOUR)
    assert refused(state, key, timedelta(days=9)) is Reason.UNKNOWN


@pytest.mark.parametrize("key", ["order-SO-100001/no_such_mail", "order-SO-100001/confirmation/again-1"])
def test_only_a_mail_that_there_was(key: str) -> None:
    assert refused(an_order_written_to(), key, HOUR) is Reason.UNKNOWN


@pytest.mark.parametrize("state_of_mail", [MailState.PENDING, MailState.UNKNOWN, MailState.REFUSED, MailState.MOOT])
def test_only_a_mail_that_went_out(state_of_mail: MailState) -> None:
    """What is in doubt is settled, what was refused is retried."""
    state = an_order_written_to()
    key = next(iter(state.mails))
    state.mails[key] = state.mails[key].model_copy(update={"state": state_of_mail})
    assert refused(state, key, HOUR) is Reason.UNKNOWN


def test_a_welcome_is_never_sent_again() -> None:
    """ORD-25: it cannot be resent."""
    state = an_order_written_to(OrderMail.WELCOME)
    assert refused(state, next(iter(state.mails)), HOUR) is Reason.UNKNOWN


def test_neither_is_what_counts_as_a_contact() -> None:
    """WHS-26, WHS-27."""
    assert CheckStanding.sent_once == {ComplianceMail.COMPLIANCE_CONTACT, ComplianceMail.COMPLIANCE_LAST_CALL}


def test_nobody_is_written_to_once_it_is_over() -> None:
    state = an_order_written_to()
    state.hold_for_compliance(MONDAY, MONDAY + timedelta(days=5), None)
    state.cancel(cancelled(), MONDAY)
    assert refused(state, next(iter(state.mails)), HOUR) is Reason.UNKNOWN


def test_operators_are_shown_it_with_the_newest_mail_and_no_desk_is_longer_for_it() -> None:
    state = an_order_written_to()
    assert "send_again" not in operators_can_send(state)
    offer = operator_offers(state, MONDAY + HOUR)["send_again"].message
    assert isinstance(offer, SendAgain)
    assert offer.mail == next(iter(state.mails))
