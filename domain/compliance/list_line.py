"""What a list says of a check: what was found, how often the partner was contacted, when the customer goes. Pure."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import ClassVar, Self

from pydantic import Field

from domain.compliance.messages import CheckReason
from domain.compliance.policy import CONTACT_IS_NEAR
from domain.compliance.standing import CONTACT, REVIEW_LATE
from domain.compliance.state import CheckState
from domain.list_line import ListLine, Narrowing
from domain.values import in_days
from domain.working_time import Instant, days_left


class CheckLine(ListLine):
    """Days are those of the customer's calendar; the last one is 0."""

    check: str
    external_id: str
    because: CheckReason
    list_version: str | None
    found: int = Field(description="How many entries of the list are like the customer.")
    best_score: float | None
    review_late: bool = Field(description="The review takes longer than most do. WHS-25")
    contacts: int = Field(description="How often the partner was contacted. WHS-26")
    next_contact_at: Instant | None
    contact_due: bool = Field(description="A contact is due within a day.")
    partner_replied: bool
    non_compliant_since: Instant | None
    deprovision_on: date | None = Field(description="At whose end customer and users go, as things stand. WHS-27")
    days_left: int | None
    announced: bool = Field(description="The deprovisioning was announced to the partner.")

    narrowings: ClassVar[tuple[Narrowing, ...]] = (
        Narrowing(name="late", help="The review takes longer than most do.", fits=lambda line, _: line.review_late),
        Narrowing(
            name="contact-due",
            help="The partner is to be contacted within a day.",
            fits=lambda line, _: line.contact_due,
        ),
        Narrowing(name="announced", help="The deprovisioning was announced.", fits=lambda line, _: line.announced),
        Narrowing(
            name="external-id",
            help="Of this customer.",
            fits=lambda line, given: line.external_id == given,
            placeholder="ID",
        ),
    )

    @classmethod
    def of(cls, state: CheckState, now: datetime) -> Self:
        """As of `now`."""
        found, day = state.screening, state.deprovision_on
        next_contact = min((due.at for due in state.agenda.pending if due.kind == CONTACT), default=None)
        return cls(
            check=state.check_id,
            external_id=state.external_id,
            because=state.because,
            list_version=found.list_version if found else None,
            found=found.found if found else 0,
            best_score=found.matches[0].score if found and found.matches else None,
            review_late=REVIEW_LATE in state.alerts,
            contacts=state.contacts_out,
            next_contact_at=next_contact,
            contact_due=next_contact is not None and next_contact - now <= CONTACT_IS_NEAR,
            partner_replied=state.was_reached,
            non_compliant_since=state.non_compliant_since,
            deprovision_on=day,
            days_left=max(0, days_left(day, now, state.rules)) if day else None,
            announced=day is not None and state.is_announced,
        )

    def cells(self) -> Mapping[str, str]:
        """What was found, and what is to come."""
        goes = f"{self.deprovision_on} ({in_days(timedelta(self.days_left or 0))} left)" if self.deprovision_on else "–"
        return {
            "because": self.because.replace("_", " "),
            "found": f"{self.found}, best {self.best_score:g}" if self.best_score is not None else str(self.found),
            "contacts": str(self.contacts),
            "deprovisioned on": goes,
        }
