"""What a list says of a subscription: why it is suspended. AMB-42. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar, Self

from pydantic import Field

from domain.list_line import ListLine, Narrowing
from domain.subscription.state import SubscriptionState
from domain.subscription.states import SuspensionReason


class SubscriptionLine(ListLine):
    """Of the subscription itself."""

    suspended_for: tuple[SuspensionReason, ...] = Field(description="Active again when none is left. AMB-42.")

    narrowings: ClassVar[tuple[Narrowing, ...]] = (
        Narrowing(
            name="suspended-for",
            help="Suspended for this reason, perhaps for others, too.",
            fits=lambda line, given: given in line.suspended_for,
            placeholder="REASON",
            choices=tuple(SuspensionReason),
        ),
    )

    @classmethod
    def of(cls, state: SubscriptionState, _now: datetime) -> Self:
        """Of one that was terminated, the reasons it had at its end do not matter any more."""
        return cls(suspended_for=() if state.closed else tuple(sorted(state.suspended_for)))

    def cells(self) -> Mapping[str, str]:
        """Why, in words."""
        return {"suspended for": ", ".join(self.suspended_for).replace("_", " ") or "–"}
