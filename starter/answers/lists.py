"""What lists answer with --json: of lifecycles, each as its row of the table says, and of mails."""

from functools import cache
from typing import Any

from pydantic import Field, create_model

from domain.kind import Kind
from domain.list_line import ListLine
from domain.mails import MailState
from domain.values import Model
from domain.working_time import Instant
from starter.answers.lifecycle import Answer


class Listed(Model):
    """What a list says of every lifecycle."""

    id: str
    kind: str = Field(description="Its sort, where a lifecycle has several: new, renewal; else the lifecycle.")
    stage: str
    open: bool = Field(description="Is something still to come?")
    customer_id: str
    partner_id: str = Field(description="Who faces the customer.")
    linked_to: str | None = Field(description="An order's subscription, a device's trial, a trial's paid order.")
    next_deadline: Instant | None
    next_deadline_label: str | None
    attention: bool = Field(description="Somebody should look.")


class ListAnswer(Answer):
    """`list`. The lines stand under the lifecycle's name in the plural: `orders`, `trials`."""

    lifecycle: str


def lines_of(kind: Kind[Any]) -> str:
    """The key of the lines: `support_cases`."""
    return f"{kind.name}s"


def list_answer(kind: Kind[Any]) -> type[ListAnswer]:
    """The answer of one lifecycle's list."""
    return _list_answer(str(kind.name), kind.list_line)


@cache
def _list_answer(name: str, own: type[ListLine]) -> type[ListAnswer]:
    title = name.title().replace("_", "")
    line = create_model(f"Listed{title}", __base__=(own, Listed), __doc__="One line of a list.")
    lines: dict[str, Any] = {f"{name}s": (tuple[line, ...], ...)}
    return create_model(f"{title}ListAnswer", __base__=ListAnswer, __doc__=f"`{name} list`.", **lines)


class ListedMail(Model):
    """One mail of the ledger, without an address."""

    key: str
    kind: str
    lifecycle: str
    id: str = Field(description="Of the lifecycle that sends it.")
    customer_id: str | None = Field(description="Null if the store has no such lifecycle.")
    partner_id: str | None
    to: str = Field(description="The recipient's role.")
    state: MailState
    claimed_at: Instant
    settled_at: Instant | None
    answer: str | None = Field(description="What the mail server said.")


class MailListAnswer(Answer):
    """`mail list`."""

    mails: tuple[ListedMail, ...]
