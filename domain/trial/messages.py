"""What starts a trial and what people send to it afterwards: one model each."""

from enum import StrEnum
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from domain.checks import Judged, named_once
from domain.order.messages import OrderKind, PlaceOrder
from domain.permissions import PartnerRole, Right, may
from domain.regions import data_region
from domain.trial.policy import TrialPolicy
from domain.trial.states import TrialEvent
from domain.updates import Update
from domain.values import Customer, Identifier, Line, Message, Model, Moment, Partner, Person, Signal, SiteUrl, Zone


class TrialKind(StrEnum):
    """Whom it is for; each begins in its own way. TRL-10, TRL-20, TRL-40."""

    NEW_CUSTOMER = "new_customer"
    EXISTING_CUSTOMER = "existing_customer"
    """Known to the vendor, no sales relation with this partner: a full administrator has to consent."""

    PAYING_CUSTOMER = "paying_customer"
    """The partner's own customer, for services it has not bought."""


class Service(StrEnum):
    """What can be tried."""

    MEETINGS = "meetings"
    MEETINGS_ENTERPRISE = "meetings_enterprise"
    """Webex Enterprise Edition for Meetings: needs a site URL and a time zone. TRL-14."""

    MESSAGING = "messaging"
    CALLING = "calling"
    CONTACT_CENTER = "contact_center"


Services = Annotated[tuple[Service, ...], Field(max_length=len(Service)), AfterValidator(Judged(named_once))]
"""Some of the services, each once. TRL-13."""

EDITIONS: frozenset[Service] = frozenset({Service.MEETINGS, Service.MEETINGS_ENTERPRISE})
"""The same service in two editions: a customer tries one of them. AMB-52."""


class CustomerAdministrator(Model):
    """An administrator of the customer's organization."""

    person: Person
    full: bool = Field(default=False, description="A full administrator: may accept or decline a trial. TRL-24")


class MeetingSite(Model):
    """The site of the Enterprise Edition. TRL-14."""

    url: SiteUrl = Field(description="Of the site that goes with meetings_enterprise.")
    zone: Zone = Field(description="And its time zone.")


class TrialDevice(Model):
    """A device shipped for the trial. TRL-15, TRL-90, TRL-94."""

    device_id: Identifier
    model: Line
    serial_number: Identifier
    expires_on: Annotated[Moment, Field(description="The expiry of the EULA mail, not the date of the hub. TRL-90")]


class StartTrial(Message):
    """Start a trial. Workflow `Trial`, id `trial-<trial_id>`. Forms C and D. TRL-10 to TRL-43."""

    trial_id: Identifier
    kind: TrialKind
    partner: Partner
    partner_role: PartnerRole = Field(description="Of who starts it: sales or full administrator. TRL-02")
    partner_administrators: tuple[Person, ...] = Field(
        default=(), max_length=20, description="The other partner administrators; they get the warnings too. TRL-73"
    )
    customer: Customer = Field(description="Its contact is the administrator address given. TRL-10, TRL-24")
    contact_is_full_administrator: bool = Field(
        default=False, description="Is that address a full administrator's? Decides who gets the consent mail. TRL-24"
    )
    administrators: tuple[CustomerAdministrator, ...] = Field(
        default=(), max_length=50, description="The organization's other administrators. TRL-24, TRL-43, TRL-71"
    )
    users: tuple[Person, ...] = Field(default=(), max_length=500, description="Told when access ends. TRL-75")
    business_vertical: Line
    supported_location: bool = Field(description="The partner acknowledges it: must be true. TRL-12")
    confirmed_organization: bool = Field(default=False, description="Existing: the right one was found. TRL-22")
    services: Services = Field(min_length=1)
    purchased: Services = Field(default=(), description="Bought already, as far as upstream knows. TRL-21")
    licences: Annotated[int, Field(ge=1, le=100_000)] = Field(default=25, description="For all services. TRL-13")
    days: Annotated[int, Field(ge=1, le=365)] | None = Field(default=None, description="If not the policy's. AMB-6")
    site: MeetingSite | None = Field(default=None, description="Required with meetings_enterprise. TRL-14")
    devices: tuple[TrialDevice, ...] = Field(default=(), max_length=20, description="Or none: skipped. TRL-15")
    policy: TrialPolicy = TrialPolicy()

    @model_validator(mode="after")
    def _as_the_rules_say(self) -> Self:
        for problem in self._problems():
            raise ValueError(problem)
        return self

    def _problems(self) -> list[str]:
        enterprise = Service.MEETINGS_ENTERPRISE in self.services
        devices = [device.device_id for device in self.devices]
        types = [device.model for device in self.devices]
        serials = [device.serial_number for device in self.devices]
        found = {
            "partner_role must be sales_administrator or full_administrator (TRL-02)": not may(
                [self.partner_role], Right.START_TRIAL
            ),
            "supported_location must be acknowledged: true (TRL-12)": not self.supported_location,
            "customer.country has no data region: the location is not supported (TRL-11)": data_region(
                self.customer.country
            )
            is None,
            "customer is the partner's own organization: place a CUWP order on CCW (TRL-03)": self.customer.id
            == self.partner.id,
            "site is required with meetings_enterprise (TRL-14)": enterprise and self.site is None,
            "site must be left out without meetings_enterprise (TRL-14)": not enterprise and self.site is not None,
            "services: meetings and meetings_enterprise are one service in two editions: name one (AMB-52)": set(
                self.services
            )
            >= EDITIONS,
            "devices: one shipment per device type (TRL-15)": len(set(types)) != len(types),
            "devices: device ids must differ (TRL-15)": len(set(devices)) != len(devices),
            "devices: serial numbers must differ (TRL-94)": len(set(serials)) != len(serials),
            "confirmed_organization must be true for an existing customer (TRL-22)": self.kind
            is TrialKind.EXISTING_CUSTOMER
            and not self.confirmed_organization,
            "administrators needs a full administrator: one has to consent (TRL-24)": self.kind
            is TrialKind.EXISTING_CUSTOMER
            and not self.contact_is_full_administrator
            and not any(administrator.full for administrator in self.administrators),
        }
        return [problem for problem, is_so in found.items() if is_so]


class AcceptTrial(Message):
    """One full administrator of the customer accepts. TRL-25 to TRL-28."""

    full_administrator: bool = Field(
        default=False, description="The box: the partner may manage users and licences too (TRL-27), else not (TRL-28)"
    )


class DeclineTrial(Message):
    """A full administrator of the customer declines. AMB-10."""


class ResendConsent(Message):
    """Send the consent mail again; the 10 days go on from the first request. TRL-30, AMB-9."""


class WithdrawTrial(Message):
    """The partner cancels the request and takes the customer off its list. TRL-30, AMB-8."""


class GiveDetails(Message):
    """The partner gives the provisioning details after consent. TRL-29."""


class ReportServicesBuilt(Message):
    """Services that are built; the trial is active when all are. TRL-17."""

    services: Services = Field(min_length=1, description="Those that are built.")


class ExtendTrial(Message):
    """The new expiry is today + days, never the old one + days: it can shorten. TRL-50, AMB-11."""

    days: Annotated[int, Field(ge=1, le=365)] = Field(description="From today; never from the old expiry. TRL-50")
    confirm_shorten: bool = Field(default=False, description="Say so when the new expiry is earlier. AMB-11")


class EditServices(Message):
    """Add and remove services; what is added follows the rules of a start and takes the trial's E. TRL-51, AMB-44."""

    add: Services = Field(default=(), description="To try from now on.")
    remove: Services = Field(default=(), description="Not to try any more.")
    site: MeetingSite | None = Field(default=None, description="Required when meetings_enterprise is added. TRL-14")

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        if not self.add and not self.remove:
            raise ValueError("add or remove must name a service (TRL-51)")
        if set(self.add) & set(self.remove):
            raise ValueError("add and remove must not name the same service (TRL-51)")
        if (Service.MEETINGS_ENTERPRISE in self.add) != (self.site is not None):
            raise ValueError("site goes with adding meetings_enterprise, and only with that (TRL-14)")
        return self


class CancelTrial(Message):
    """End the trial at once, without grace. TRL-52, AMB-12."""

    reason: Line = Field(description="Why, for the audit trail.")
    confirm: bool = Field(description="Must be true: the bin icon asks Yes. TRL-52")


class PaidOrderNews(Signal):
    """From a paid order that names the trial: it shipped. AMB-53."""

    order_number: Identifier


class ConvertTrial(Message):
    """The trial becomes a paid subscription; usage data are kept. TRL-60 to TRL-67."""

    tier: Literal[1, 2] = Field(description="Of who converts: a Tier-2 has to ask its distributor. TRL-61")
    services: Services = Field(min_length=1, description="Services of the paid order. TRL-63")
    order: PlaceOrder | None = Field(default=None, description="The order to start.")
    order_number: Identifier | None = Field(default=None, description="Or the SO# of one already placed.")
    provisioning_contact: Person = Field(description="Gets the set-up mail; best yourself. TRL-62")

    @model_validator(mode="after")
    def _one_order(self) -> Self:
        if (self.order is None) == (self.order_number is None):
            raise ValueError("order or order_number: give exactly one (TRL-60)")
        return self

    @property
    def number(self) -> str:
        """The SO# of the paid order."""
        return self.order.sales_order_number if self.order else str(self.order_number)

    @property
    def by_a_renewal(self) -> bool:
        """Is the order to start one that continues a subscription?"""
        return self.order is not None and self.order.kind is OrderKind.RENEWAL

    def naming(self, trial_id: str) -> Self:
        """The same; an order that is to be started says which trial it converts, if it did not. TRL-60"""
        if self.order is None or self.order.converts_trial is not None:
            return self
        return self.model_copy(update={"order": self.order.model_copy(update={"converts_trial": trial_id})})


UPDATES: Final = {
    "accept": Update(
        message=AcceptTrial,
        does="A full administrator of the customer accepts.",
        event=TrialEvent.CONSENT_GIVEN,
        heading="Consent",
    ),
    "decline": Update(
        message=DeclineTrial,
        does="A full administrator declines.",
        event=TrialEvent.CONSENT_DECLINED,
        heading="Consent",
    ),
    "resend": Update(
        message=ResendConsent,
        does="Send the consent mail again; its 10 days go on.",
        event=TrialEvent.CONSENT_RESENT,
        heading="Consent",
    ),
    "withdraw": Update(
        message=WithdrawTrial, does="The partner takes the request back.", event=TrialEvent.WITHDRAWN, heading="Consent"
    ),
    "give_details": Update(
        message=GiveDetails, does="The partner gives the provisioning details.", event=TrialEvent.DETAILS_GIVEN
    ),
    "report_services_built": Update(
        message=ReportServicesBuilt,
        does="Services are built.",
        command="services-built",
        event=TrialEvent.SERVICES_BUILT,
    ),
    "extend": Update(
        message=ExtendTrial,
        does="The new expiry is today + days (30 at most).",
        event=TrialEvent.EXTENDED,
        heading="Change or end it",
    ),
    "edit_services": Update(
        message=EditServices,
        does="Add or remove services.",
        command="edit",
        event=TrialEvent.EDITED,
        heading="Change or end it",
    ),
    "convert": Update(
        message=ConvertTrial,
        does="The trial becomes paid, by an order.",
        event=TrialEvent.CONVERTED,
        heading="Change or end it",
    ),
    "cancel": Update(
        message=CancelTrial,
        does="End the trial at once, without grace.",
        event=TrialEvent.CANCELLED,
        heading="Change or end it",
    ),
}
"""What people may send to an open trial, by name."""
