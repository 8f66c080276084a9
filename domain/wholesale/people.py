"""The people of a wholesale customer's start: the partner's contact, and an administrator's address. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from domain.construct import constructed
from domain.start_people import StartPeople
from domain.values import ERASED, Person
from domain.wholesale.mails import PARTNER
from domain.wholesale.messages import OnboardCustomer

ADMINISTRATOR: Final = "primary_email"
"""The role of the customer's first administrator, of whom only the address is known."""


class WholesalePeople(StartPeople[OnboardCustomer]):
    """Whoever is erased is one row. Name and address of the company are what is screened, and stay."""

    def of(self, placed: OnboardCustomer) -> dict[str, Person]:
        """See base class."""
        return {PARTNER: placed.partner.contact, ADMINISTRATOR: _somebody(placed.primary_email)}

    def without(self, placed: OnboardCustomer) -> dict[str, Any]:
        """See base class."""
        return placed.model_dump(mode="json", exclude={"partner": {"contact"}, ADMINISTRATOR: True})

    def back(self, placed: dict[str, Any], people: Mapping[str, Person]) -> OnboardCustomer:
        """See base class."""
        partner = placed["partner"] | {"contact": people.get(PARTNER, ERASED)}
        address = people.get(ADMINISTRATOR, ERASED).email
        return constructed(OnboardCustomer, {**placed, "partner": partner, ADMINISTRATOR: address})


def _somebody(address: str) -> Person:
    """Nobody writes to them: only the address is known."""
    return ERASED.model_copy(update={"first_name": "–", "last_name": "–", "email": address})
