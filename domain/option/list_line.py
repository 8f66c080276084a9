"""What a list says of an option request: what is asked for, and for how long. AMB-5. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Self

from pydantic import Field

from domain.list_line import ListLine
from domain.option.messages import OptionKind
from domain.option.state import OptionState
from domain.values import in_days
from domain.working_time import Instant


class OptionLine(ListLine):
    """Of the request itself."""

    request: str
    requested: OptionKind
    subscription: str
    requested_at: Instant
    age_in_days: int = Field(description="Calendar days of the customer's zone, until now or its end. AMB-5, AMB-39")

    @classmethod
    def of(cls, state: OptionState, now: datetime) -> Self:
        """As of `now`."""
        return cls(
            request=state.request_id,
            requested=state.kind,
            subscription=state.subscription_id,
            requested_at=state.requested_at,
            age_in_days=state.age(now),
        )

    def cells(self) -> Mapping[str, str]:
        """What for which subscription, and for how long."""
        age = in_days(timedelta(self.age_in_days))
        return {"asked for": self.requested.replace("_", " "), "subscription": self.subscription, "age": age}
