"""What a list says of a support case: how bad, who has it, which clock breaches next. SUP-10, SUP-20. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self

from pydantic import Field

from domain.case.classification import SHOWN, Severity
from domain.case.clocks import next_breach
from domain.case.state import CaseState
from domain.list_line import ListLine, Narrowing
from domain.policy import HOUR
from domain.working_time import Instant


class CaseLine(ListLine):
    """As of now: also what nobody recorded yet because an operator holds it."""

    case: str
    severity: Severity
    priority_customer: bool
    account: str | None
    service: str
    agent: str | None
    next_breach: str | None = Field(description="The clock that breaches next.")
    next_breach_at: Instant | None
    breaching: bool = Field(description="It does so within the hour.")
    breached: tuple[str, ...] = Field(description="Clocks that were breached.")
    waiting: bool = Field(description="The partner owes an answer.")
    unclassified: bool = Field(
        description="Nobody knows whose account it is, or the customer's main e-mail is not there yet."
    )

    narrowings: ClassVar[tuple[Narrowing, ...]] = (
        Narrowing(name="breaching", help="A clock breaches within the hour.", fits=lambda line, _: line.breaching),
        Narrowing(name="breached", help="A clock was breached.", fits=lambda line, _: bool(line.breached)),
        Narrowing(name="waiting", help="The partner owes an answer.", fits=lambda line, _: line.waiting),
        Narrowing(
            name="unclassified",
            help="Nobody knows the account, or the main e-mail.",
            fits=lambda line, _: line.unclassified,
        ),
        Narrowing(
            name="agent", help="Whom it is assigned to.", fits=lambda line, given: line.agent == given, placeholder="ID"
        ),
    )

    @classmethod
    def of(cls, state: CaseState, now: datetime) -> Self:
        """As of `now`."""
        following = next_breach(state, now)
        return cls(
            case=state.case_id,
            severity=state.severity,
            priority_customer=state.priority_customer,
            account=state.found.account_id,
            service=state.service,
            agent=state.agent_id,
            next_breach=following.clock if following else None,
            next_breach_at=following.at if following else None,
            breaching=following is not None and following.at - now <= HOUR,
            breached=tuple(clock.name for clock in state.clocks_at(now) if clock.is_breached),
            waiting=state.waiting,
            unclassified=state.unclassified or state.account_unknown,
        )

    def cells(self) -> Mapping[str, str]:
        """The clock that breaches next, and those that were."""
        following = f"{self.next_breach} {self.next_breach_at:%Y-%m-%d %H:%M} UTC" if self.next_breach else "–"
        return {
            "severity": SHOWN[self.severity],
            "agent": self.agent or "–",
            "next breach": following.replace("_", " "),
            "breached": ", ".join(self.breached).replace("_", " ") or "–",
        }
