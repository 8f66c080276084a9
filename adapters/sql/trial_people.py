"""The people of a trial, numbered within each role: taken out when it is stored, put back when it is read."""

from collections.abc import Mapping, Sequence
from typing import Any

from adapters.sql.people import ERASED
from domain.mails import Role, numbered
from domain.trial.messages import StartTrial
from domain.values import Person


def people_of(placed: StartTrial) -> dict[str, Person]:
    """Everybody a trial names when it is started, each side's contact before its further ones."""
    customer = [placed.customer.contact, *(given.person for given in placed.administrators)]
    partner = [placed.partner.contact, *placed.partner_administrators]
    return (
        _by_role(Role.CUSTOMER_ADMINISTRATOR, customer)
        | _by_role(Role.PARTNER_ADMINISTRATOR, partner)
        | _by_role(Role.TRIAL_USER, placed.users)
    )


def without_people(placed: StartTrial) -> dict[str, Any]:
    """The trial as JSON: of people who are nothing but people only their number is left."""
    kept = placed.model_dump(
        mode="json",
        exclude={
            "partner": {"contact"},
            "customer": {"contact"},
            "administrators": {"__all__": {"person"}},
            "partner_administrators": True,
            "users": True,
        },
    )
    return kept | {"partner_administrators": len(placed.partner_administrators), "users": len(placed.users)}


def with_people(placed: dict[str, Any], people: Mapping[str, Person]) -> StartTrial:
    """The trial as it was started; who was erased meanwhile is replaced by ERASED."""

    def who(role: Role, number: int) -> Person:
        return people.get(numbered(role, number), ERASED)

    partners, users = placed["partner_administrators"], placed["users"]
    given = {
        "partner": placed["partner"] | {"contact": who(Role.PARTNER_ADMINISTRATOR, 0)},
        "partner_administrators": [who(Role.PARTNER_ADMINISTRATOR, number) for number in range(1, partners + 1)],
        "customer": placed["customer"] | {"contact": who(Role.CUSTOMER_ADMINISTRATOR, 0)},
        "administrators": [
            administrator | {"person": who(Role.CUSTOMER_ADMINISTRATOR, number)}
            for number, administrator in enumerate(placed["administrators"], 1)
        ],
        "users": [who(Role.TRIAL_USER, number) for number in range(users)],
    }
    return StartTrial.model_validate(placed | given)


def _by_role(role: Role, people: Sequence[Person]) -> dict[str, Person]:
    return {numbered(role, number): person for number, person in enumerate(people)}
