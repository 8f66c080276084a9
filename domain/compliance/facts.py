"""What the mails of a compliance check may say. Pure."""

from datetime import date

from pydantic import AwareDatetime

from domain.mails import LetterFacts
from domain.values import Model


class EvidenceFacts(Model):
    """One entry of the list that is like the customer, for the compliance team."""

    listed_name: str
    screened_name: str
    source: str
    entry: str
    score: float
    """0 to 100."""

    countries: tuple[str, ...]
    """ISO 3166-1."""

    explained: str
    """One sentence, in English."""


class ComplianceFacts(LetterFacts):
    """Of a check. `customer_company`: the customer's name as it was screened. `due_at`: to the team when the review is
    expected to end; in the last contact and in last calls, when customer and users are deprovisioned."""

    check_id: str
    external_id: str
    """The service provider's own number of the customer."""

    partner: str
    """The service provider's company."""

    country: str
    """ISO 3166-1: of the billing address."""

    because: str
    """A CheckReason: `created`, `address_changed`, `list_changed`."""

    list_version: str = ""
    """Only in mails to the team, as all that a list says: it names the list."""

    evidence: tuple[EvidenceFacts, ...] = ()
    """Best first; only in mails to the team. Never to the partner."""

    found: int = 0
    """How many entries are alike in all."""

    attempt: int | None = None
    """Of a contact: 1, 2, 3."""

    attempts: int
    """How many there are at most."""

    is_last_attempt: bool = False
    reply_until: date | None = None
    """In the last contact and in last calls: by the end of which day a reply has to be there; None: that is over."""

    deprovisioned_on: date | None = None
    """By the end of which day the customer is deprovisioned, as things stand; a calendar day of the customer's."""

    resolved_until: date | None = None
    """By the end of which day the match has to be resolved in any case: a reply puts the deprovisioning off until then
    and not beyond."""

    days_left: int | None = None
    """Until it is deprovisioned, in calendar days of the customer's zone."""

    non_compliant_since: AwareDatetime | None = None
    partner_replied: bool = False
    """Then only the time since the match was confirmed counts, not whether they answer."""

    @property
    def filed_under(self) -> str:
        """The service provider's own number of the customer."""
        return self.external_id
