"""Administrators of one customer: assigned and taken away again. HUB-42."""

from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.hub.users import HubUser
from domain.permissions import Right
from web.addresses import customer_page
from web.flash import flash
from web.security import needs, not_here, signed_in
from web.world import World, world_of

DONE: Final = {"add": "signin.assigned_now", "remove": "signin.assigned_no_longer"}
"""By act, what the next page says."""


@needs(Right.ASSIGN_ADMINISTRATORS)
async def assign(request: Request) -> Response:
    """`user_id`, and `act`: add or remove. Whoever sees all customers is managed in the Administration tab. HUB-43."""
    world, user, form = world_of(request), signed_in(request), await request.form()
    partner_id, customer_id = request.path_params["partner_id"], request.path_params["customer_id"]
    act, about = str(form.get("act", "")), str(form.get("user_id", ""))
    await run_in_threadpool(_apply, world, user, (partner_id, customer_id), act, about)
    there = RedirectResponse(customer_page(partner_id, customer_id, tab="administrators"), 303)
    return flash(there, DONE[act], https=world.https)


def _apply(world: World, user: HubUser, customer: tuple[str, str], act: str, about: str) -> None:
    partner_id, customer_id = customer
    if not user.may_do(Right.ASSIGN_ADMINISTRATORS, partner_id, customer_id):
        not_here()
    world.store.hub_customer(partner_id, customer_id, world.now())
    other = world.store.hub_user(about)
    if other.partner_id != partner_id:
        not_here()
    match act:
        case "add" if assignable(other):
            world.store.assign_hub_user(about, customer_id, user.user_id, world.now())
        case "remove":
            world.store.unassign_hub_user(about, customer_id, user.user_id, world.now())
        case _:
            not_here()


def assignable(user: HubUser) -> bool:
    """Active, and not somebody who sees every customer anyway. HUB-43."""
    return user.active and not user.may(Right.SEE_ALL_CUSTOMERS)
