"""The people of a check: whoever is contacted at the service provider. Pure."""

from collections.abc import Mapping
from typing import Any

from domain.compliance.mails import PARTNER
from domain.compliance.messages import StartCheck
from domain.construct import constructed
from domain.start_people import StartPeople
from domain.values import ERASED, Person


class CheckPeople(StartPeople[StartCheck]):
    """The names that were screened are an organization's, and stay."""

    def of(self, placed: StartCheck) -> dict[str, Person]:
        """See base class."""
        return {PARTNER: placed.partner.contact}

    def without(self, placed: StartCheck) -> dict[str, Any]:
        """See base class."""
        return placed.model_dump(mode="json", exclude={"partner": {"contact"}})

    def back(self, placed: dict[str, Any], people: Mapping[str, Person]) -> StartCheck:
        """See base class."""
        partner = placed["partner"] | {"contact": people.get(PARTNER, ERASED)}
        return constructed(StartCheck, placed | {"partner": partner})
