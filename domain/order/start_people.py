"""The people of an order, by role. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from domain.construct import constructed
from domain.mails import Role
from domain.order.messages import PlaceOrder
from domain.start_people import StartPeople
from domain.values import ERASED, Person

CONTACTS: Final = {
    "customer": Role.CUSTOMER,
    "ordering_partner": Role.ORDERING_PARTNER,
    "reselling_partner": Role.FACING_PARTNER,
}
"""Whose contact stands under which role, by field of PlaceOrder."""


class OrderPeople(StartPeople[PlaceOrder]):
    """The contacts of its companies."""

    def of(self, placed: PlaceOrder) -> dict[str, Person]:
        """Without a Tier-2 the ordering partner faces the customer."""
        return {
            Role.ORDERING_PARTNER: placed.ordering_partner.contact,
            Role.FACING_PARTNER: placed.facing_partner.contact,
            Role.CUSTOMER: placed.customer.contact,
        }

    def without(self, placed: PlaceOrder) -> dict[str, Any]:
        """Companies stay."""
        return placed.model_dump(mode="json", exclude={field: {"contact"} for field in CONTACTS})

    def back(self, placed: dict[str, Any], people: Mapping[str, Person]) -> PlaceOrder:
        """Each with its company."""
        contacts = {
            field: placed[field] | {"contact": people.get(role, ERASED)}
            for field, role in CONTACTS.items()
            if placed[field] is not None
        }
        return constructed(PlaceOrder, placed | contacts)
