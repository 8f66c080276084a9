"""Administrators of a customer, with their roles; added and taken away by `web/signin/assignments.py`. HUB-42."""

from typing import Any

from domain.permissions import Right
from web.hub.asked import Asked
from web.signin.assignments import assignable


def administrators_tab(asked: Asked) -> dict[str, Any]:
    """Those assigned, those who see every customer anyway (HUB-43), and who else could be assigned."""
    store, customer = asked.world.store, asked.customer
    assigned = store.customer_administrators(customer.partner_id, customer.customer_id)
    known = {each.user.user_id for each in assigned}
    may_assign = asked.may(Right.ASSIGN_ADMINISTRATORS)
    users = [user for user in store.hub_users(customer.partner_id) if user.active]
    candidates = [user for user in users if may_assign and assignable(user) and user.user_id not in known]
    return {
        "assigned": assigned,
        "everywhere": [user for user in users if user.may(Right.SEE_ALL_CUSTOMERS)],
        "may_assign": may_assign,
        "candidates": [(user.user_id, user.name) for user in candidates],
    }
