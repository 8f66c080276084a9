"""The people of a case's start: who asks for help, and addresses of the customer's side. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from domain.case.mails import PARTNER_CONTACT
from domain.case.messages import OpenCase
from domain.construct import constructed
from domain.start_people import StartPeople
from domain.values import ERASED, Person

ADDRESSES: Final = ("main_email", "customer_email")
"""Fields that hold somebody's mail address and nothing else of them; each is a role."""

NAMED: Final = "addresses_given"
"""In what is stored of the start: which of them there were."""


class CasePeople(StartPeople[OpenCase]):
    """Whoever is erased is one row; the account was looked up before."""

    def of(self, placed: OpenCase) -> dict[str, Person]:
        """See base class."""
        given = {field: getattr(placed, field) for field in ADDRESSES}
        addresses = {field: _somebody(address) for field, address in given.items() if address is not None}
        return {PARTNER_CONTACT: placed.partner_contact, **addresses}

    def without(self, placed: OpenCase) -> dict[str, Any]:
        """See base class."""
        named = [field for field in ADDRESSES if getattr(placed, field) is not None]
        return placed.model_dump(mode="json", exclude={PARTNER_CONTACT, *ADDRESSES}) | {NAMED: named}

    def back(self, placed: dict[str, Any], people: Mapping[str, Person]) -> OpenCase:
        """See base class."""
        addresses = {field: people.get(field, ERASED).email for field in placed.get(NAMED, ())}
        contact = people.get(PARTNER_CONTACT, ERASED)
        return constructed(OpenCase, {**placed, **addresses, PARTNER_CONTACT: contact})


def _somebody(address: str) -> Person:
    """Nobody writes to them: only the address is known."""
    return ERASED.model_copy(update={"first_name": "–", "last_name": "–", "email": address})
