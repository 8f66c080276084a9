"""The terms a customer is screened under. domain.md §7.2. They travel in the input of each check."""

from datetime import time, timedelta
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from domain.policy import Days, Ladder, SomeDays, SomeTime, TimeOfDay
from domain.values import Email, Model

PROMPT: Final = timedelta(minutes=15)
"""What is done that soon is done on time: a worker restarts, a step is tried again."""

CONTACT_IS_NEAR: Final = timedelta(days=1)
"""Before a contact: the desk lists the partner as one to contact."""


class CompliancePolicy(Model):
    """Every number of one check; a calendar day ends at the customer's local midnight. AMB-39."""

    review_within: SomeTime = timedelta(minutes=60)
    """From the potential match: a review is expected to end within this. Late, it is an alert and never a decision.
    WHS-25."""

    contacts: Annotated[tuple[Days, ...], Field(min_length=1, max_length=12)] = (
        timedelta(0),
        timedelta(days=3),
        timedelta(days=7),
    )
    """From the day on which the match was confirmed: when the partner is contacted. WHS-26, AMB-30."""

    answer_within: SomeDays = timedelta(days=3)
    """From the day of the last contact: a partner who has not replied by its end is unreachable. WHS-27, AMB-30."""

    resolve_within: SomeDays = timedelta(days=30)
    """From the day on which the match was confirmed: at its end the customer is deprovisioned. WHS-27."""

    last_call: Ladder = (timedelta(days=7), timedelta(days=1))
    """Before the deprovisioning: it is announced. Never is it carried out less than the shortest of these after an
    announcement."""

    notices_at: TimeOfDay = time(9, 0)
    """Local time, in the customer's zone, at which contacts and announcements of a calendar day go out. AMB-39."""

    team: Email | None = None
    """The compliance team: hears of reviews to do, and of those that take long; None: nobody is told by mail, the
    desk lists them."""

    @model_validator(mode="after")
    def _one_after_the_other(self) -> Self:
        if list(self.contacts) != sorted(set(self.contacts)):
            raise ValueError("contacts: each must be later than the one before (AMB-30)")
        if not self.last_call:
            raise ValueError("last_call: at least one announcement: what cannot be undone is announced (WHS-27)")
        return self
