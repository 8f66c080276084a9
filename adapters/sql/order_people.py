"""The people of an order: taken out of it when it is stored, put back when it is read."""

from collections.abc import Mapping
from typing import Any, Final

from adapters.sql.people import ERASED
from domain.mails import Role
from domain.order.messages import PlaceOrder
from domain.values import Person

CONTACTS: Final = {
    "customer": Role.CUSTOMER,
    "ordering_partner": Role.ORDERING_PARTNER,
    "reselling_partner": Role.FACING_PARTNER,
}
"""Whose contact stands under which role, by field of PlaceOrder."""


def people_of(placed: PlaceOrder) -> dict[str, Person]:
    """Everybody an order names when it is placed; without a Tier-2 the ordering partner faces the customer."""
    return {
        Role.ORDERING_PARTNER: placed.ordering_partner.contact,
        Role.FACING_PARTNER: placed.facing_partner.contact,
        Role.CUSTOMER: placed.customer.contact,
    }


def without_people(placed: PlaceOrder) -> dict[str, Any]:
    """The order as JSON, its contacts left out."""
    return placed.model_dump(mode="json", exclude={field: {"contact"} for field in CONTACTS})


def with_people(placed: dict[str, Any], people: Mapping[str, Person]) -> PlaceOrder:
    """The order as it was placed; who was erased meanwhile is replaced by ERASED."""
    contacts = {
        field: placed[field] | {"contact": people.get(role, ERASED)}
        for field, role in CONTACTS.items()
        if placed[field] is not None
    }
    return PlaceOrder.model_validate(placed | contacts)
