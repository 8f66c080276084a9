"""Ids as people type them: an SO#, a subscription's, trial's or device's id, or the workflow's."""

import re
from typing import NamedTuple

from domain.mails import Lifecycle, workflow_id
from starter.exits import Stop, bad

IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
ORDER_NUMBER = re.compile(r"[A-Z0-9][A-Z0-9-]{2,39}")
"""As in `PlaceOrder.sales_order_number`."""


class Subject(NamedTuple):
    """Which lifecycle a command is about."""

    lifecycle: Lifecycle
    id: str

    @property
    def workflow_id(self) -> str:
        """The workflow that lives it."""
        return workflow_id(self.lifecycle, self.id)

    def __str__(self) -> str:
        return f"{self.lifecycle} {self.id}"


def order(text: str) -> Subject:
    """`SO-100001` or `order-SO-100001`."""
    number = text.strip().removeprefix(f"{Lifecycle.ORDER}-")
    if ORDER_NUMBER.fullmatch(number):
        return Subject(Lifecycle.ORDER, number)
    if ORDER_NUMBER.fullmatch(number.upper()):
        raise bad("an SO# has capital letters only, such as SO-100001", "ID")
    raise _no_id("an SO# such as SO-100001, or order-SO-100001")


def subscription(text: str) -> Subject:
    """`sub-SO-100001` or `subscription-sub-SO-100001`."""
    return _named(Lifecycle.SUBSCRIPTION, text, "a subscription's id such as sub-SO-100001")


def trial(text: str) -> Subject:
    """`T-1001` or `trial-T-1001`."""
    return _named(Lifecycle.TRIAL, text, "a trial's id such as T-1001")


def device(text: str) -> Subject:
    """`D-5001` or `device-D-5001`."""
    return _named(Lifecycle.DEVICE, text, "a device's id such as D-5001")


def any_of(text: str) -> list[Subject]:
    """What it may mean: a workflow id means one thing, any other id a lifecycle of each kind."""
    text = text.strip()
    for lifecycle in Lifecycle:
        id_ = text.removeprefix(f"{lifecycle}-")
        if id_ != text and IDENTIFIER.fullmatch(id_):
            return [order(text) if lifecycle is Lifecycle.ORDER else Subject(lifecycle, id_)]
    if not IDENTIFIER.fullmatch(text):
        raise _no_id("an SO#, the id of a subscription, a trial or a device, or a workflow's")
    likely = [Lifecycle.ORDER] if ORDER_NUMBER.fullmatch(text) else []
    return [Subject(each, text) for each in (*likely, Lifecycle.SUBSCRIPTION, Lifecycle.TRIAL, Lifecycle.DEVICE)]


def _named(lifecycle: Lifecycle, text: str, accepted: str) -> Subject:
    id_ = text.strip().removeprefix(f"{lifecycle}-")
    if IDENTIFIER.fullmatch(id_):
        return Subject(lifecycle, id_)
    raise _no_id(accepted)


def _no_id(accepted: str) -> Stop:
    return bad(f"must be {accepted}", "ID")
