"""Whose addresses an order knows: the Welcome goes to the customer's administrator, never to a partner. Pure."""

from collections.abc import Iterable

from domain.order.messages import PlaceOrder
from domain.reasons import Reason
from domain.values import Refused


class AddressOfAPartner(Refused):
    """The Welcome would go to a partner. ORD-23, AMB-56."""

    code = Reason.ADDRESS_OF_A_PARTNER

    def __init__(self, field: str) -> None:
        super().__init__(
            "is the address of a partner's contact of this order, and the Welcome never goes to a partner: give the "
            "address of the customer's site administrator (ORD-23, AMB-56)",
            field=field,
        )


def one_spelling(email: str) -> str:
    """One mailbox, one spelling, as far as everybody agrees: `Ken@` is `ken@`, and `ken+welcome@` is another one."""
    return email.lower()


def partner_addresses(placed: PlaceOrder) -> frozenset[str]:
    """Of the partners' contacts named with the order. ORD-06, ORD-07."""
    partners = (placed.ordering_partner, placed.facing_partner)
    return frozenset(one_spelling(partner.contact.email) for partner in partners)


def is_one_of(email: str, addresses: Iterable[str]) -> bool:
    """Is it one of these mailboxes?"""
    return one_spelling(email) in map(one_spelling, addresses)


def refuse_partner(email: str, addresses: Iterable[str], field: str) -> None:
    """Raises AddressOfAPartner for one of these addresses."""
    if is_one_of(email, addresses):
        raise AddressOfAPartner(field)
