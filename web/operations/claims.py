"""What somebody says of a trial's customer, against what the hub knows: an id typed in a form opens nothing."""

from contextlib import suppress

from activities.ports.store import NotKnown
from domain.hub.customers import HubCustomer
from domain.hub.entitlements import EntitlementState
from domain.hub.users import HubUser
from domain.reasons import Problem, Reason
from domain.trial.messages import StartTrial, TrialKind
from domain.values import Message
from web.security import not_here
from web.world import World


def pays(customer: HubCustomer) -> bool:
    """Has a subscription of this partner that runs. TRL-40."""
    return any(each.state is EntitlementState.ACTIVE and not each.trial for each in customer.entitlements)


def untrue(world: World, user: HubUser, partner_id: str, message: Message) -> tuple[Problem, ...]:
    """Of a trial: that a customer pays who does not pay by this partner, and so need not consent. TRL-20, TRL-40. For
    a customer of the partner whom this user does not see, there is no such page. HUB-42."""
    if not isinstance(message, StartTrial):
        return ()
    customer: HubCustomer | None = None
    with suppress(NotKnown):
        customer = world.store.hub_customer(partner_id, message.customer.id, world.now())
    if customer is not None and not user.sees(partner_id, customer.customer_id):
        not_here()
    if message.kind is TrialKind.PAYING_CUSTOMER and not (customer and pays(customer)):
        words = "no subscription of this customer runs that it has from you: say existing_customer (TRL-20, TRL-40)"
        return (Problem.of(Reason.CUSTOMER_NOT_PAYING, words, "kind"),)
    return ()
