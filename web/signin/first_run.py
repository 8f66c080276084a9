"""The first time of somebody of a partner: review the plan, accept the terms, get started. HUB-01 to HUB-04."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from domain.hub.customers import HubCustomer
from domain.hub.entitlements import EntitlementState
from domain.hub.users import HubUser, NoOrderYet
from web.pages import page
from web.security import needs, signed_in
from web.world import World, world_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What the partner has, as far as this user may see it."""

    customers: int
    subscriptions: int
    trials: int
    licences: tuple[tuple[str, int], ...]
    """By product, of subscriptions that are active."""


def plan_of(customers: Iterable[HubCustomer]) -> Plan:
    """Counted from entitlements as they are."""
    known = list(customers)
    entitlements = [each for customer in known for each in customer.entitlements]
    licences: Counter[str] = Counter()
    for entitlement in entitlements:
        if entitlement.state is EntitlementState.ACTIVE:
            licences.update(entitlement.products)
    return Plan(
        customers=len(known),
        subscriptions=sum(each.state is EntitlementState.ACTIVE for each in entitlements),
        trials=sum(each.state is EntitlementState.TRIALING for each in entitlements),
        licences=tuple(sorted(licences.items())),
    )


@needs(in_first_run=True)
async def plan(request: Request) -> Response:
    """The first step. Before the partner's first order there is nothing to review, and no second step."""
    world, user = world_of(request), signed_in(request)
    if user.partner_id is None or user.accepted_terms_at is not None:
        return RedirectResponse("/", 303)
    if not await run_in_threadpool(world.store.has_ordered, user.partner_id):
        return page(request, "signin/no_order.html")
    return page(request, "signin/plan.html", plan=await run_in_threadpool(_plan_of, world, user))


def _plan_of(world: World, user: HubUser) -> Plan:
    customers = world.store.hub_customers(user.partner_id, world.now())
    return plan_of(each for each in customers if user.sees(each.partner_id, each.customer_id))


@needs(in_first_run=True)
async def terms(request: Request) -> Response:
    """The second step."""
    if signed_in(request).accepted_terms_at is not None:
        return RedirectResponse("/first-run/start", 303)
    return _terms(request)


@needs(in_first_run=True)
async def accept(request: Request) -> Response:
    """Recorded with its time."""
    world, user = world_of(request), signed_in(request)
    if (await request.form()).get("accepted") != "yes":
        return _terms(request, 422)
    try:
        await run_in_threadpool(world.store.accept_hub_terms, user.user_id, world.now())
    except NoOrderYet:
        return RedirectResponse("/first-run", 303)
    return RedirectResponse("/first-run/start", 303)


@needs()
async def start(request: Request) -> Response:
    """The third step: what to do now. HUB-03, HUB-04."""
    return page(request, "signin/start.html")


def _terms(request: Request, status: int = 200) -> Response:
    """What is accepted in short; the whole of it may stand elsewhere."""
    url = world_of(request).settings.hub.terms_url
    return page(request, "signin/terms.html", status, wrong=status != 200, terms_url=str(url) if url else "")  # noqa: PLR2004
