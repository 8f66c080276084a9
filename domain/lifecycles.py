"""THE table of lifecycles. Whatever treats all of them alike iterates it; a new one is a row."""

from collections.abc import Mapping
from typing import Any, Final

from domain.case.kind import CASE
from domain.compliance.kind import COMPLIANCE
from domain.device.kind import DEVICE
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.mails import MailKind
from domain.operator_updates import NOT_EVERYWHERE, OPERATOR_EXAMPLES, OPERATOR_UPDATES
from domain.option.kind import OPTION
from domain.order.kind import ORDER
from domain.subscription.kind import SUBSCRIPTION
from domain.trial.kind import TRIAL
from domain.updates import Update
from domain.values import Message
from domain.wholesale.kind import WHOLESALE

KINDS: Final[dict[Lifecycle, Kind[Any]]] = {
    kind.name: kind for kind in (ORDER, SUBSCRIPTION, TRIAL, DEVICE, OPTION, CASE, WHOLESALE, COMPLIANCE)
}
"""By name, in the order in which people read them."""


def mail_kinds() -> tuple[MailKind, ...]:
    """Every mail of every lifecycle, in the order in which people read them."""
    return tuple(mail for kind in KINDS.values() for mail in kind.state.mail_kinds)


def updates_of(kind: Kind[Any]) -> Mapping[str, Update]:
    """Everything people may send to it: its own updates, then those of operators."""
    return {**kind.updates, **OPERATOR_UPDATES}


def examples_of(kind: Kind[Any]) -> dict[str, Message]:
    """One valid message of each update that this lifecycle can ever take, by the update's name."""
    for_operators = {
        name: example.model_copy(update=dict(kind.operator_examples.get(name, {})))
        for name, example in OPERATOR_EXAMPLES.items()
        if name in kind.operator_examples or name not in NOT_EVERYWHERE
    }
    return {**for_operators, **kind.examples}
