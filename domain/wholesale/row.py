"""A wholesale customer as it is stored, for whoever reads it whole."""

from typing import Any

from domain.values import Model
from domain.wholesale.messages import BillingAddress, OnboardCustomer
from domain.wholesale.state import WholesaleState


class WholesaleRow(Model):
    """A customer as it stands in the store; its users stand beside it."""

    state: WholesaleState
    placed: OnboardCustomer | None = None
    """As it was onboarded."""

    billing_address: BillingAddress | None = None
    """As it was changed last; None: it was not."""

    forms: dict[str, dict[str, Any]] = {}
    """What was filed, by name: `billing_address`, `certificate`."""

    @property
    def address(self) -> BillingAddress | None:
        """Where it is billed now."""
        return self.billing_address or (self.placed.billing_address if self.placed else None)
