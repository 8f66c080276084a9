"""What a page offers to paste: a message that fits as things stand, and a word on what in it must be replaced. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.deadlines import Deadline
from domain.lifecycle import LifecycleState
from domain.mails import MailState
from domain.operator_updates import OPERATOR_EXAMPLES
from domain.policy import POSTPONED_BY
from domain.values import Message


class Offer(NamedTuple):
    """A message to paste, if there is one that would not be refused, and what to know before sending it."""

    message: Message | None
    """One that fits as things stand, with invented facts: what is shown of it is what `known` names."""

    note: str = ""
    known: frozenset[str] = frozenset()
    """Fields whose values are ours: ids, names of deadlines. All others only people know."""

    def assuming(self, **facts: Any) -> "Offer":
        """The same; so that it fits, people would have to say this."""
        return self._replace(message=self.message and self.message.model_copy(update=facts))


Offers = Mapping[str, Offer]

Known = Mapping[str, Mapping[str, Sequence[str]]]
"""By update and field, what it may say as far as a view tells; without any field there, nothing has to be said."""


def fitted(example: Message, note: str = "", **known: Any) -> Offer:
    """An example with what is known filled in."""
    return Offer(example.model_copy(update=known), note, frozenset(known))


def as_they_are(examples: Mapping[str, Message]) -> dict[str, Offer]:
    """Examples that always fit."""
    return {name: Offer(example) for name, example in examples.items()}


def operator_offers(state: LifecycleState, now: datetime) -> dict[str, Offer]:
    """What operators may send: its mails in trouble, its alerts, its dates."""
    found = as_they_are(OPERATOR_EXAMPLES)
    for mail in state.mails_in(MailState.UNKNOWN)[:1]:
        note = "sent: it had arrived; resend: send it once more"
        found["settle_mail"] = fitted(OPERATOR_EXAMPLES["settle_mail"], note, mail=mail.key)
    for mail in state.mails_in(MailState.REFUSED)[:1]:
        if not state.mails_in(MailState.UNKNOWN):
            note = "only leave_out, to do without it; else retry_mail"
            settled = fitted(OPERATOR_EXAMPLES["settle_mail"], note, mail=mail.key)
            found["settle_mail"] = settled.assuming(outcome="leave_out")
        note = "if its address is wrong, add the right one as email"
        found["retry_mail"] = fitted(OPERATOR_EXAMPLES["retry_mail"], note, mail=mail.key)
    for mail in state.may_go_again[-1:]:
        found["send_again"] = fitted(OPERATOR_EXAMPLES["send_again"], mail=mail.key)
    for failing in list(state.failing.values())[:1]:
        left_out = "leave_out: go on without it for good" if failing.may_be_left_out else "it cannot be left out"
        note = f"retry: its cause is mended; {left_out}"
        found["settle_step"] = fitted(OPERATOR_EXAMPLES["settle_step"], note, step=failing.step)
    for alert in state.alerts[:1]:
        found["acknowledge"] = fitted(OPERATOR_EXAMPLES["acknowledge"], alert=alert)
    for due in _pending(state, state.movable):
        note = "at: a date and time such as 2027-03-31T09:00:00+09:00"
        moved = fitted(OPERATOR_EXAMPLES["extend_due_date"], note, deadline=due.name)
        found["extend_due_date"] = moved.assuming(at=max(due.at, now) + POSTPONED_BY)
    for due in _pending(state, state.courtesies):
        found["skip_reminder"] = fitted(OPERATOR_EXAMPLES["skip_reminder"], deadline=due.name)
    return found


def _pending(state: LifecycleState, allowed: frozenset[str]) -> list[Deadline]:
    """The next deadline of those allowed, if there is one."""
    pending = [due for due in state.agenda.pending if (due.ladder or due.name) in allowed]
    return sorted(pending, key=lambda due: due.at)[:1]
