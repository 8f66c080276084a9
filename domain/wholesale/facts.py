"""What the mails of a wholesale customer may say. Pure."""

from pydantic import AwareDatetime

from domain.mails import LetterFacts
from domain.values import Model


class StepFacts(Model):
    """One step of a deprovisioning."""

    step: str
    """`users_removed`, `add_ons_removed`, `packages_removed`, `organization_deprovisioned`."""

    at: AwareDatetime
    removed: int
    """How many users, add-ons or packages; 1 for the organization."""


class WholesaleFacts(LetterFacts):
    """Of a deprovisioned customer. `customer_company`: its name."""

    external_id: str
    partner: str
    for_compliance: bool
    """Else the partner, or operations, asked for it."""

    check_id: str | None = None
    """Then: the check that was never resolved."""

    why: str | None = None
    """In the words of whoever asked, or of ours. One line."""

    steps: tuple[StepFacts, ...]
    certificate: str
    """The number of the certificate."""

    @property
    def filed_under(self) -> str:
        """The service provider's own number of the customer."""
        return self.external_id
