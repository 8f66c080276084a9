"""A subscription as it is stored, with what stands beside it."""

from domain.subscription.sites import Sites
from domain.subscription.state import SubscriptionState
from domain.values import Model


class NewestOrder(Model):
    """Of an order, what a subscription's mails say."""

    number: str
    customer_company: str
    facing_partner: str
    sites: Sites = ()
    """As its Provisioning form has them."""


class SubscriptionRow(Model):
    """A subscription as it stands in the store."""

    state: SubscriptionState
    csm: str | None = None
    orders: tuple[str, ...] = ()
    """Orders that started or renew it, oldest first; rejected and cancelled ones left out."""

    newest_order: str | None = None
    """The last of them by the partner who faces the customer now: its mails speak of that one. AMB-59."""

    newest: NewestOrder | None = None
    """What its mails say of that order, or of the last of all; read with one row, not with lists."""

    @property
    def sites(self) -> Sites:
        """As the subscription knows them; one that began before sites were kept has those of that order. OPT-02."""
        return self.state.sites or (self.newest.sites if self.newest else ())

    @property
    def with_its_sites(self) -> SubscriptionState:
        """Its state, which knows its sites in any case: to ask whether an option request fits. OPT-02."""
        return self.state.model_copy(update={"sites": self.sites})
