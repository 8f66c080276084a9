"""What starts a wholesale customer and what people send to it afterwards. domain.md §7, Form G."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from domain.compliance.screening import Names
from domain.updates import Update
from domain.values import Country, Email, Identifier, Identifiers, Line, Message, Model, Partner, Signal, Zone
from domain.wholesale.catalogue import Quantities
from domain.wholesale.policy import WholesalePolicy
from domain.wholesale.states import WholesaleEvent


class BillingAddress(Model):
    """Where the customer is billed; its country is the organization's. WHS-30, WHS-31."""

    line1: Line | None = None
    line2: Line | None = None
    city: Line | None = None
    state: Line | None = None
    postal_code: Line | None = None
    country: Country = Field(description="Mandatory. It decides the default call-in number, too. WHS-30 to WHS-34")


CustomerId = Annotated[Identifier, Field(max_length=56)]
"""Shorter than other ids: its checks are numbered after it, `<external id>-12`."""


def against_form_g(name: str, packages: Sequence[str], created_with: str | None) -> Iterator[tuple[str, str]]:
    """Each field that breaks a rule that no type says, and how. Form G, WHS-05."""
    if "%" in name:
        yield "name", "must not contain % (Form G)"
    if created_with is None and len(packages) > 1:
        yield "organization_package", "say which of the packages the organization is created with (WHS-05)"
    if created_with is not None and created_with not in packages:
        yield "organization_package", "must be one of packages (WHS-05)"


class OnboardCustomer(Message):
    """Onboard a customer of a service provider. Workflow `WholesaleCustomer`, id `wholesale-<external_id>`. WHS-01,
    Form G."""

    external_id: CustomerId = Field(description="The service provider's own number of the customer. WHS-02")
    name: Line = Field(description="Of the organization, without %.")
    aliases: Names = Field(default=(), description="Other names, for the screening.")
    partner: Partner = Field(description="The service provider, and the person there who gets our mails. WHS-02")
    primary_email: Email = Field(description="Of the customer's first administrator.")
    zone: Zone | None = Field(default=None, description="Of the customer; if not given, the partner's. AMB-39")
    billing_address: BillingAddress
    packages: Quantities = Field(min_length=1, description="The most that can be assigned of each. WHS-12")
    add_ons: Quantities = Field(default={}, description="The most that can be assigned of each. WHS-12, WHS-13")
    organization_package: Identifier | None = Field(
        default=None,
        description="The package whose level administrators get; it may be left out with one package. WHS-05",
    )
    own_organization: bool = Field(
        default=False, description="It is the partner's own: shown in the list, without effect. WHS-07"
    )
    policy: WholesalePolicy = WholesalePolicy()

    @model_validator(mode="after")
    def _form_g(self) -> Self:
        for field, wrong in against_form_g(self.name, tuple(self.packages), self.organization_package):
            raise ValueError(f"{field}: {wrong}")
        return self

    @property
    def created_with(self) -> str:
        """The package that the organization is created with. WHS-05."""
        return self.organization_package or next(iter(self.packages))


class Reported(StrEnum):
    """What became of a package or add-on at the vendor's."""

    PROVISIONED = "provisioned"
    FAILED = "failed"


class ReportPackage(Message):
    """The vendor's side reports what became of one package or add-on."""

    offering: Identifier = Field(description="The package or add-on.")
    outcome: Reported
    detail: Line | None = Field(default=None, description="Why it failed; required then.")

    @model_validator(mode="after")
    def _a_failure_has_a_reason(self) -> Self:
        if self.outcome is Reported.FAILED and self.detail is None:
            raise ValueError("detail: say why it failed")
        return self


class RetryPackage(Message):
    """What had failed is being set up once more."""

    offering: Identifier = Field(description="The package or add-on that failed.")


class WholesaleUser(Model):
    """A user of the customer, with what they have. WHS-11."""

    user_id: Identifier = Field(description="The service provider's own number of the user.")
    email: Email
    first_name: Line
    last_name: Line
    package: Identifier | None = Field(
        default=None, description="Exactly one. Only an administrator's may be left out. WHS-05, WHS-11"
    )
    add_ons: Identifiers | None = Field(default=None, description="Left out, they stay as they are.")
    administrator: bool | None = Field(
        default=None, description="A full administrator; left out, somebody known stays what they are. WHS-05, WHS-06"
    )

    @model_validator(mode="after")
    def _exactly_one_package(self) -> Self:
        if self.package is None and not self.administrator:
            raise ValueError("package: every user has exactly one (WHS-11)")
        return self


class AssignUser(Message):
    """Give a user a package, never above the quantity. The same once more changes nothing. WHS-11, WHS-12."""

    user: WholesaleUser


class ChangePackage(Message):
    """A user gets another package; an administrator never a lower one. WHS-06, WHS-11."""

    user_id: Identifier = Field(description="The service provider's own number of the user.")
    package: Identifier = Field(description="The package that the user has from now on.")
    add_ons: Identifiers | None = Field(default=None, description="If they change as well.")


class RemoveUser(Message):
    """A user has nothing any more."""

    user_id: Identifier = Field(description="The service provider's own number of the user.")


class AssignBatch(Message):
    """Users that were laid down in the store, by `tenure wholesale users import`: each gets a result of its own."""

    batch_id: Identifier = Field(description="Under which the import laid them down.")


class ChangeQuantities(Message):
    """Other quantities. What is not named stays; nothing is removed by being left out. WHS-12."""

    version: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        description="Of the quantities that you have seen: `show` names it."
    )
    packages: Quantities = Field(default={}, description="New quantities, of packages there are or of further ones.")
    add_ons: Quantities = Field(default={}, description="Likewise.")
    remove: Identifiers = Field(default=(), description="Packages and add-ons that nobody has, to be removed.")

    @model_validator(mode="after")
    def _something_changes(self) -> Self:
        named = {*self.packages, *self.add_ons}
        if not named and not self.remove:
            raise ValueError("packages, add_ons or remove: say what changes")
        if both := named & set(self.remove):
            raise ValueError(f"remove: {sorted(both)[0]} is given a quantity as well")
        return self


class UpdateBillingAddress(Message):
    """The customer is billed elsewhere: it is screened anew, in the background. WHS-20, WHS-31."""

    billing_address: BillingAddress


class ScreenAgain(Message):
    """The list of restricted parties has changed: the customer is screened anew, in the background."""

    list_version: Line | None = Field(
        default=None, description="Refused if the newest check was made by this version already: `csl-3+dpl-1`."
    )


class Deprovision(Message):
    """Remove the customer and all its users, for good."""

    reason: Line = Field(description="Why: for the audit trail, and for the partner, whose mail says it.")
    confirm: bool = Field(description="Must be true: it cannot be undone.")


class CheckNews(Signal):
    """From one of its compliance checks: it stands elsewhere now; where, the store says."""

    check_id: Identifier


UPDATES: Final = {
    "report_package": Update(
        message=ReportPackage, does="A package or add-on is provisioned, or failed.", event=WholesaleEvent.REPORTED
    ),
    "retry_package": Update(
        message=RetryPackage, does="What had failed is set up anew.", event=WholesaleEvent.UPDATE_BEGUN
    ),
    "assign": Update(message=AssignUser, does="Give a user a package.", event=WholesaleEvent.USERS_CHANGED),
    "change_package": Update(
        message=ChangePackage, does="Give a user another package.", event=WholesaleEvent.USERS_CHANGED
    ),
    "remove_user": Update(message=RemoveUser, does="A user goes.", event=WholesaleEvent.USERS_CHANGED),
    "assign_batch": Update(
        message=AssignBatch, does="Assign users laid down by an import.", event=WholesaleEvent.USERS_CHANGED
    ),
    "change_quantities": Update(
        message=ChangeQuantities, does="Other quantities.", event=WholesaleEvent.QUANTITIES_CHANGED
    ),
    "update_billing_address": Update(
        message=UpdateBillingAddress, does="Another billing address.", event=WholesaleEvent.ADDRESS_CHANGED
    ),
    "screen_again": Update(message=ScreenAgain, does="Screen by a new list.", event=WholesaleEvent.CHECK_STARTED),
    "deprovision": Update(
        message=Deprovision, does="Remove customer and users for good.", event=WholesaleEvent.DEPROVISIONING
    ),
}
"""What people may send to an open wholesale customer, by name."""
