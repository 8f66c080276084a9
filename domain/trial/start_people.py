"""The people of a trial, numbered within each role, each address once. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.construct import constructed
from domain.mails import Role, numbered
from domain.start_people import StartPeople
from domain.trial.messages import CustomerAdministrator, StartTrial
from domain.values import ERASED, Person


class TrialPeople(StartPeople[StartTrial]):
    """Administrators of both sides, each side's contact before its further ones, and users."""

    def of(self, placed: StartTrial) -> dict[str, Person]:
        """Everybody a trial names when it is started."""
        customer = [administrator.person for administrator in customer_side(placed)]
        return (
            _by_role(Role.CUSTOMER_ADMINISTRATOR, customer)
            | _by_role(Role.PARTNER_ADMINISTRATOR, partner_side(placed))
            | _by_role(Role.TRIAL_USER, users_of(placed))
        )

    def without(self, placed: StartTrial) -> dict[str, Any]:
        """Of people who are nothing but people only their number is left; who is named twice counts once."""
        contact, *further = customer_side(placed)
        kept = placed.model_dump(
            mode="json",
            exclude={
                "partner": {"contact"},
                "customer": {"contact"},
                "administrators": True,
                "partner_administrators": True,
                "users": True,
            },
        )
        return kept | {
            "contact_is_full_administrator": contact.full,
            "administrators": [{"full": administrator.full} for administrator in further],
            "partner_administrators": len(partner_side(placed)) - 1,
            "users": len(users_of(placed)),
        }

    def back(self, placed: dict[str, Any], people: Mapping[str, Person]) -> StartTrial:
        """Each with its company, in the same order."""

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
        return constructed(StartTrial, placed | given)


def customer_side(placed: StartTrial) -> list[CustomerAdministrator]:
    """The customer's contact and the further administrators, each address once: a full one if it is so named anywhere.
    TRL-24, TRL-71."""
    contact = CustomerAdministrator.model_construct(
        person=placed.customer.contact, full=placed.contact_is_full_administrator
    )
    named: dict[str, CustomerAdministrator] = {}
    for each in (contact, *placed.administrators):
        known = named.setdefault(_address(each.person), each)
        named[_address(each.person)] = known.model_copy(update={"full": known.full or each.full})
    return list(named.values())


def partner_side(placed: StartTrial) -> list[Person]:
    """The partner's contact and the further administrators, each address once. TRL-73."""
    return _each_once((placed.partner.contact, *placed.partner_administrators))


def users_of(placed: StartTrial) -> list[Person]:
    """Each address once. TRL-75."""
    return _each_once(placed.users)


def told_as_customer(placed: StartTrial) -> tuple[int, ...]:
    """Numbers of partner administrators who are administrators of the customer as well."""
    customer = {_address(administrator.person) for administrator in customer_side(placed)}
    return tuple(number for number, person in enumerate(partner_side(placed)) if _address(person) in customer)


def _each_once(people: Sequence[Person]) -> list[Person]:
    return list({_address(person): person for person in reversed(people)}.values())[::-1]


def _address(person: Person) -> str:
    return person.email.casefold()


def _by_role(role: Role, people: Sequence[Person]) -> dict[str, Person]:
    return {numbered(role, number): person for number, person in enumerate(people)}
