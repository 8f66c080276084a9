"""What starts an order and what people send to it afterwards: one model each. docs: `tenure schema`."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.policy import OrderPolicy
from domain.order.states import OrderEvent
from domain.updates import Update
from domain.values import Customer, Identifier, Line, Message, Model, Moment, Partner, WebUrl


class OrderKind(StrEnum):
    """A first order, or one that continues a subscription for another term."""

    NEW = "new"
    RENEWAL = "renewal"


class Offering(StrEnum):
    """What a part number sells, as far as the process cares."""

    NAMED_HOST = "named_host"
    ACTIVE_HOST = "active_host"
    PORT = "port"
    AUDIO_COMMIT = "audio_commit"


class Terms(StrEnum):
    """Overage terms the customer has to agree to. ORD-08, ORD-09."""

    PORT = "port"
    AUDIO = "audio"


class OrderItem(Model):
    """One part number of the order. ORD-01."""

    part_number: Identifier
    offering: Offering
    quantity: Annotated[int, Field(ge=1, le=1_000_000)]


class PlaceOrder(Message):
    """Start an order. Workflow `Order`, id `order-<sales_order_number>`. ORD-01, REN-01."""

    sales_order_number: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{2,39}$")] = Field(
        description="The SO#, unique for ever.", examples=["SO-100001"]
    )
    kind: OrderKind = OrderKind.NEW
    customer: Customer
    ordering_partner: Partner = Field(description="The Tier-1 (distributors included) that orders. ORD-06")
    reselling_partner: Partner | None = Field(default=None, description="The Tier-2 behind it, if any. ORD-07")
    items: tuple[OrderItem, ...] = Field(min_length=1, max_length=100)
    term_months: Annotated[int, Field(ge=1, le=120)] = Field(default=12, description="Length of the contract term.")
    subscription_id: Identifier | None = Field(
        default=None, description="The subscription a renewal continues; a new order's is made from its SO#."
    )
    converts_trial: Identifier | None = Field(default=None, description="The trial this order makes paid. TRL-60")
    placed_at: Moment | None = Field(default=None, description="When it was placed, if not just now.")
    policy: OrderPolicy = OrderPolicy()

    @model_validator(mode="after")
    def _renewals_name_their_subscription_and_no_trial(self) -> Self:
        if self.kind is OrderKind.RENEWAL and self.subscription_id is None:
            raise ValueError("subscription_id is required for a renewal (REN-01)")
        if self.kind is OrderKind.NEW and self.subscription_id is not None:
            raise ValueError("subscription_id must be left out for a new order: it gets its own (ORD-01)")
        if self.kind is OrderKind.RENEWAL and self.converts_trial is not None:
            raise ValueError("converts_trial must be left out for a renewal: place a new order (TRL-60)")
        return self

    @property
    def subscription(self) -> str:
        """The subscription this order starts or continues."""
        return self.subscription_id or f"sub-{self.sales_order_number}"

    @property
    def facing_partner(self) -> Partner:
        """The partner who faces the customer: the Tier-2 if there is one. ORD-17."""
        return self.reselling_partner or self.ordering_partner

    @property
    def required_terms(self) -> tuple[Terms, ...]:
        """Overage terms the items call for, each on its own. ORD-08, ORD-09, ORD-12, ORD-13."""
        offerings = {item.offering for item in self.items}
        wanted = ((Offering.PORT, Terms.PORT), (Offering.AUDIO_COMMIT, Terms.AUDIO))
        return tuple(terms for offering, terms in wanted if offering in offerings)

    @property
    def named_hosts(self) -> int:
        """Named hosts bought. ORD-33."""
        return sum(item.quantity for item in self.items if item.offering is Offering.NAMED_HOST)


class AcceptTerms(Message):
    """The customer agreed to overage terms by pressing Submit on their page. ORD-08, ORD-09, ORD-10."""

    terms: Terms = Field(description="Which of them; each is agreed to on its own. ORD-12")


class ClearCompliance(Message):
    """The vendor found no problem: the hold may be released. ORD-03."""


class RefuseCompliance(Message):
    """The vendor refuses the order; it ends as rejected."""

    reason: Line = Field(description="Why; the ordering partner is told.")


class CancelOrder(Message):
    """Cancel the order; possible until it ships. AMB-41."""

    reason: Line = Field(description="Why, for the audit trail.")


class SubmitForm(Message):
    """The Provisioning form was filled in and submitted. ORD-15, REN-06."""

    form: ProvisioningForm = Field(description="The Provisioning form, as it was submitted.")


class ReportSiteBuilt(Message):
    """The build is done. New orders: the access data of the Welcome are required. Renewals: leave them out. ORD-20."""

    user_name: Line | None = Field(default=None, description="The site administrator's user name. ORD-22")
    password_url: WebUrl | None = Field(default=None, description="Page to set a password, 72 h valid. ORD-22")


class Graduate(Message):
    """The partner hands the customer over: the Graduation form. ORD-27, ORD-30."""

    form: GraduationForm = Field(description="The Graduation form, as it was submitted.")


class CompleteTask(Message):
    """Somebody did what an open task asked for."""

    task: Line = Field(description="The task's key, as `show --json` or the state query gives it.")


UPDATES: Final = {
    "accept_terms": Update(
        message=AcceptTerms,
        does="The customer agreed to port or audio overage terms.",
        event=OrderEvent.TERMS_ACCEPTED,
    ),
    "clear_compliance": Update(
        message=ClearCompliance,
        does="The vendor found no problem: the order may ship.",
        command="clear",
        event=OrderEvent.COMPLIANCE_CLEARED,
    ),
    "refuse_compliance": Update(
        message=RefuseCompliance,
        does="The vendor refuses: the order is rejected.",
        command="refuse",
        event=OrderEvent.COMPLIANCE_REFUSED,
    ),
    "cancel": Update(
        message=CancelOrder, does="Cancel the order; possible until it ships.", event=OrderEvent.CANCELLED
    ),
    "submit_provisioning_form": Update(
        message=SubmitForm,
        does="The Provisioning form was submitted (Form A).",
        command="submit-form",
        event=OrderEvent.FORM_SUBMITTED,
    ),
    "report_site_built": Update(
        message=ReportSiteBuilt,
        does="The site is built, or the renewal work is done.",
        command="site-built",
        event=OrderEvent.SITE_BUILT,
    ),
    "graduate": Update(
        message=Graduate, does="The Graduation form was submitted (Form B).", event=OrderEvent.GRADUATED
    ),
    "complete_task": Update(message=CompleteTask, does="Somebody did what an open task asked for."),
}
"""What people may send to an open order, by name."""
