"""One customer's page as somebody asks for it: what the hub and the store know, and what the reader may."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request

from activities.ports.store import RowColumns
from adapters.hub_answers import CustomerAnswer
from domain.hub.customers import HubCustomer
from domain.hub.users import HubUser
from domain.lifecycle import Lifecycle
from domain.permissions import Right
from web.addresses import customer_page, workflow_page
from web.pages import reader_of
from web.queries import as_of
from web.reader import Reader
from web.security import signed_in
from web.world import World, world_of

OPTION: Final = Lifecycle("option")
CASE: Final = Lifecycle("case")


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """As of now: a closed week keeps none of them."""

    orders: tuple[RowColumns, ...]
    requests: tuple[RowColumns, ...]
    cases: tuple[RowColumns, ...]
    bought: bool
    """Is there anything but trials?"""


@dataclass(frozen=True, kw_only=True)
class Asked:
    """One customer's page as somebody asks for it."""

    world: World
    user: HubUser
    reader: Reader
    now: datetime
    answer: CustomerAnswer
    others: Others
    query: Mapping[str, str]

    @property
    def customer(self) -> HubCustomer:
        """Whose page it is."""
        return self.answer.customer

    @property
    def href(self) -> str:
        """Its address, with nothing behind it."""
        return customer_page(self.customer.partner_id, self.customer.customer_id)

    def tab(self, name: str) -> str:
        """The address of a part of it, as of the same week."""
        as_of = str(self.answer.basis.as_of)
        return customer_page(self.customer.partner_id, self.customer.customer_id, tab=name, as_of=as_of)

    def may(self, right: Right) -> bool:
        """This, to this customer; as of a week nobody does anything."""
        return self.answer.basis.now and self.user.may_do(right, self.customer.partner_id, self.customer.customer_id)

    def workflow(self, lifecycle: Lifecycle, subject: str) -> str:
        """Where an operator sees it in Temporal."""
        return workflow_page(self.world, self.user, lifecycle, subject)


def asked_of(request: Request) -> Asked:
    """Of a request for a page of one customer. Raises NotKnown."""
    world, user = world_of(request), signed_in(request)
    partner_id, customer_id = request.path_params["partner_id"], request.path_params["customer_id"]
    answer = world.book.customer(user, partner_id, customer_id, now=world.now(), as_of=as_of(request))
    return Asked(
        world=world,
        user=user,
        reader=reader_of(request),
        now=answer.basis.at,
        answer=answer,
        others=others_of(world, answer),
        query=request.query_params,
    )


def others_of(world: World, answer: CustomerAnswer) -> Others:
    """Three queries. Orders are those of the entitlements that the hub derived, wherever a subscription went since."""
    bought = any(not each.trial for each in answer.customer.entitlements)
    if not answer.basis.now:
        return Others(orders=(), requests=(), cases=(), bought=bought)
    found = {lifecycle: tuple(_listed(world, answer, lifecycle)) for lifecycle in (Lifecycle.ORDER, OPTION, CASE)}
    return Others(
        orders=found[Lifecycle.ORDER],
        requests=found[OPTION],
        cases=found[CASE],
        bought=bought or bool(found[Lifecycle.ORDER]),
    )


def _listed(world: World, answer: CustomerAnswer, lifecycle: Lifecycle) -> Sequence[RowColumns]:
    customer = answer.customer
    return world.store.listed(lifecycle, customer=customer.customer_id, partner=customer.partner_id)
