"""The two forms of an order: Form A, Provisioning, and Form B, Graduation. domain.md §9.6."""

from typing import Annotated, Self

from pydantic import AfterValidator, Field, model_validator

from domain.checks import Judged, named_once
from domain.values import Count, Country, Email, Line, Model, Person, Phone, SiteUrl, Text, WebUrl, Zone


class SitePlan(Model):
    """One site to build and the named users it gets."""

    url: SiteUrl
    named_users: Count


class ProvisioningForm(Model):
    """Form A: everything needed to build the site. Its 28 fields in the order of the seed. ORD-15, ORD-17."""

    company_name: Line = Field(description="1 End Customer Company Name")
    first_name: Line = Field(description="2 End Customer First Name")
    last_name: Line = Field(description="3 End Customer Last Name")
    phone: Phone = Field(description="4 End Customer Phone Number")
    email: Email = Field(description="5 End Customer Email Address")
    employees: Count = Field(description="6 End Customer # of Employees")
    website: WebUrl = Field(description="7 End Customer website address")
    address1: Line = Field(description="8 End Customer Headquarters Address1")
    address2: Line | None = Field(default=None, description="9 End Customer Headquarters Address2")
    city: Line = Field(description="10 City")
    country: Country = Field(description="11 Country, ISO 3166 two letters")
    state: Line = Field(description="12 State or prefecture")
    postal_code: Line = Field(description="13 Postal Code/Zip")
    partner_company: Line = Field(description="14 Partner Company Name")
    partner_first_name: Line = Field(description="15 Partner Contact First Name")
    partner_last_name: Line = Field(description="16 Partner Contact Last Name")
    partner_email: Email = Field(description="17 Partner Contact Address: gets the evidence copy (ORD-16)")
    admin_email: Email = Field(description="18 Admin Contact: gets the Welcome (ORD-20)")
    admin_first_name: Line = Field(description="19 Admin First Name")
    admin_last_name: Line = Field(description="20 Admin Last Name")
    admin_phone: Phone = Field(description="21 Admin Phone number")
    number_of_sites: Annotated[int, Field(ge=1, le=50)] = Field(
        default=1, description="22 How many sites would you like to create? (ORD-32)"
    )
    sites: tuple[SitePlan, ...] = Field(
        min_length=1,
        max_length=50,
        description="23-24 Each site's address, the primary first, and its Number of Named Users (ORD-33)",
    )
    primary_language: Line = Field(description="25 Primary Language")
    additional_languages: Annotated[tuple[Line, ...], AfterValidator(Judged(named_once))] = Field(
        default=(), max_length=50, description="26 Additional languages"
    )
    time_zone: Zone = Field(description="27 Timezone of the site")
    existing_customer: bool = Field(description="28 Is the end customer an existing WebEx customer? (REN-06)")
    reserve: Count = Field(default=0, description="Named users bought and kept back on purpose (AMB-4)")

    @model_validator(mode="after")
    def _as_many_sites_as_said(self) -> Self:
        if len(self.sites) != self.number_of_sites:
            raise ValueError(f"number_of_sites says {self.number_of_sites} but {len(self.sites)} are listed (ORD-32)")
        if len({site.url for site in self.sites}) != len(self.sites):
            raise ValueError("sites must not name the same address twice (ORD-32)")
        return self

    @property
    def named_users(self) -> int:
        """Named users over all sites."""
        return sum(site.named_users for site in self.sites)


class GraduationForm(Model):
    """Form B: the partner hands the customer over to the vendor. Its 19 fields in the order of the seed. ORD-30."""

    manager_first_name: Line = Field(description="1 Implementation/PM First Name")
    manager_last_name: Line = Field(description="2 Implementation/PM Last Name")
    manager_email: Email = Field(description="3 Implementation/PM email address")
    partner_name: Line = Field(description="4 Partner name")
    customer_name: Line = Field(description="5 Customer name you are transferring back")
    site_url: SiteUrl = Field(description="6 WebEx url of this customer")
    term_years: Annotated[float, Field(gt=0, le=10)] = Field(description="7 Term length of the subscription in years")
    site_admin: Line = Field(description="8 Site admin for this account: a contact at the customer")
    checklist_completed: bool = Field(description="9 Have you completed the Implementation Checklist?")
    customer_uses_service: bool = Field(description="10 Is the customer using the service?")
    requirements_implemented: bool = Field(
        description="11 Have all technical and billing requirements been implemented?"
    )
    renewal_contact: Person = Field(description="12 Who from your company should we contact at renewal time? (ORD-31)")
    customer_contact: Line = Field(description="13 Customer contact you worked with the most")
    outstanding_issues: Text = Field(description='14 Outstanding issues? Say "none" if there are none')
    next_steps: Text = Field(description='15 Next steps to be aware of? Say "none" if there are none')
    upsell: bool = Field(description="16 Upsell opportunities?")
    upsell_comments: Text | None = Field(default=None, description="17 Comments on upsell, if 16 is yes")
    copy_wanted: bool = Field(description="18 Copy of this form wanted?")
    copy_email: Email | None = Field(default=None, description="19 Email address for the copy, if 18 is yes")

    @model_validator(mode="after")
    def _conditional_fields(self) -> Self:
        for asked, field in ((self.upsell, "upsell_comments"), (self.copy_wanted, "copy_email")):
            given = getattr(self, field)
            if asked and not given:
                raise ValueError(f"{field} is required because the question before it is answered yes (ORD-30)")
            if given and not asked:
                raise ValueError(f"{field} must be left out because the question before it is answered no (ORD-30)")
        if not self.outstanding_issues or not self.next_steps:
            raise ValueError('outstanding_issues and next_steps are required; say "none" if there are none (ORD-30)')
        return self
