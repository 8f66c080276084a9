"""The people of an option request, by role. Pure."""

from collections.abc import Mapping
from typing import Any, Final

from domain.construct import constructed
from domain.option.mails import REQUESTER
from domain.option.messages import RequestOption
from domain.start_people import StartPeople
from domain.values import ERASED, Person

NEW_CONTACT: Final = "new_contact"
"""The role of whoever gets the mails from the change on. OPT-02 (c)."""


class OptionPeople(StartPeople[RequestOption]):
    """Whoever asks, and the new contact if one is named."""

    def of(self, placed: RequestOption) -> dict[str, Person]:
        """Both by role."""
        people = {REQUESTER: placed.requester}
        return people | {NEW_CONTACT: placed.contact.person} if placed.contact else people

    def without(self, placed: RequestOption) -> dict[str, Any]:
        """Whose contact changes stays."""
        return placed.model_dump(mode="json", exclude={"requester": True, "contact": {"person"}})

    def back(self, placed: dict[str, Any], people: Mapping[str, Person]) -> RequestOption:
        """Each in their place."""
        given: dict[str, Any] = {"requester": people.get(REQUESTER, ERASED)}
        if placed["contact"] is not None:
            given["contact"] = placed["contact"] | {"person": people.get(NEW_CONTACT, ERASED)}
        return constructed(RequestOption, placed | given)
