"""Who gets an order's mails, in words and without names, as far as the order says."""

from collections.abc import Mapping

from domain.mails import Role
from domain.order.mails import OrderMail
from domain.order.messages import PlaceOrder


def readers(order: PlaceOrder) -> Mapping[str, str]:
    """By role; the confirmation's reader relays it. ORD-07."""
    ordering, facing = f"partner {order.ordering_partner.id}", f"partner {order.facing_partner.id}"
    relayed = f", who relays it to {order.facing_partner.id}" if order.reselling_partner else ""
    return {
        OrderMail.CONFIRMATION: ordering + relayed,
        Role.ORDERING_PARTNER: ordering,
        Role.FACING_PARTNER: facing,
        Role.FORM_PARTNER: "the Partner Contact Address in the Provisioning form",
        Role.SITE_ADMINISTRATOR: "the site administrator in the Provisioning form, nobody else",
        Role.GRADUATION_COPY: "the address given in the Graduation form",
        Role.RENEWAL_CONTACT: "the renewal contact in the Graduation form",
    }
