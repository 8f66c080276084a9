"""Somebody who signs in to the Partner Hub, and what they may. HUB-02, HUB-42, HUB-43, domain.md §9.5. Pure."""

from dataclasses import dataclass
from datetime import datetime

from domain.permissions import Right, may
from domain.values import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class HubUser:
    """The decision of who may do what to whom is made here, and nowhere else."""

    user_id: str
    """As in the record of what they do (`by`): no name, no address."""

    partner_id: str | None
    """None: of the vendor."""

    roles: tuple[str, ...]
    name: str
    email: str | None
    language: Language
    zone: str
    active: bool
    accepted_terms_at: datetime | None
    """Of the first run. HUB-02."""

    assigned: frozenset[str] = frozenset()
    """Customers that they were assigned to. HUB-42."""

    @property
    def in_first_run(self) -> bool:
        """Of a partner, and has not accepted the terms of service yet. HUB-02."""
        return self.partner_id is not None and self.accepted_terms_at is None

    def may(self, right: Right) -> bool:
        """At all."""
        return self.active and may(self.roles, right)

    def sees_partner(self, partner_id: str) -> bool:
        """Anything of this partner?"""
        own = self.partner_id == partner_id and self.may(Right.SEE_CUSTOMERS)
        return own or self.may(Right.SEE_ALL_PARTNERS)

    def sees(self, partner_id: str, customer_id: str) -> bool:
        """This customer of this partner? Others do not exist for them."""
        every = self.may(Right.SEE_ALL_CUSTOMERS) or customer_id in self.assigned
        return self.sees_partner(partner_id) and every

    def may_do(self, right: Right, partner_id: str, customer_id: str) -> bool:
        """This, to this customer."""
        return self.may(right) and self.sees(partner_id, customer_id)
