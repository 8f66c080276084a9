"""What stands in the long forms behind links before anybody typed: facts that the store has. Forms A, B, E."""

from typing import Any, Final

from domain.links import DOCUMENT, Purpose
from domain.mails import Role
from domain.names import name_of
from domain.order.messages import PlaceOrder
from domain.order.people import provisioning_people
from domain.order.row import OrderRow
from domain.subscription.row import SubscriptionRow
from web.links.followed import Followed

MONTHS: Final = 12


def prefilled(found: Followed) -> dict[str, Any]:
    """Facts that the store has, and nothing that anybody would have to guess. Of people only those who wrote and read
    the mail: the document is passed on to others."""
    if isinstance(found.row, SubscriptionRow):
        return form_e(found.row)
    if not isinstance(found.row, OrderRow):
        return {}
    with_people = found.link.occurrence != DOCUMENT
    known = _form_a if found.purpose is Purpose.PROVISIONING else _form_b
    return {"form": known(found.row, with_people=with_people)}


def _form_a(row: OrderRow, *, with_people: bool) -> dict[str, Any]:
    placed: PlaceOrder = row.placed
    customer, partner = placed.customer, placed.facing_partner
    people: dict[str, Any] = {
        "first_name": customer.contact.first_name,
        "last_name": customer.contact.last_name,
        "phone": customer.contact.phone,
        "email": customer.contact.email,
        "partner_first_name": partner.contact.first_name,
        "partner_last_name": partner.contact.last_name,
        "partner_email": partner.contact.email,
    }
    return {
        "company_name": customer.company,
        "country": customer.country,
        "time_zone": customer.zone,
        "partner_company": partner.company,
        "number_of_sites": 1,
        "sites": [{"url": None, "named_users": row.state.named_hosts}],
        "existing_customer": True if row.state.is_renewal else None,
        **(people if with_people else {}),
    }


def _form_b(row: OrderRow, *, with_people: bool) -> dict[str, Any]:
    known: dict[str, Any] = {
        "partner_name": row.placed.facing_partner.company,
        "customer_name": row.placed.customer.company,
        "site_url": row.state.sites[0] if len(row.state.sites) == 1 else None,
        "term_years": f"{row.state.term_months / MONTHS:.3g}",
        "renewal_contact": {
            "language": row.placed.facing_partner.contact.language.value,
            "zone": row.placed.facing_partner.contact.zone,
        },
    }
    if with_people and (form := row.provisioning_form) is not None:
        known["site_admin"] = name_of(provisioning_people(form, row.state)[Role.SITE_ADMINISTRATOR])
    return known


def form_e(row: SubscriptionRow) -> dict[str, Any]:
    """Where there is one site, it is that one."""
    site = row.sites[0].url if len(row.sites) == 1 else None
    return {
        "language": {"site": site},
        "site_split": {"taken_from": site},
        "session_type": {"site": site},
        "logo": {"site": site},
    }
