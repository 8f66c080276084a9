"""Service organizations: who they are, what they subscribe to, and by what a case names one. SUP-01, SUP-03, SUP-12."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from domain.account.channels import DataCentre
from domain.address_checks import is_mail_address, mail_address
from domain.checks import Judged, Normalised, named_once
from domain.values import Email, Identifier, Line, Message, Model


def _small(address: str) -> str:
    return address.lower()


def _domain(text: str) -> str:
    """`@Hikari.example` is `hikari.example`: one host, one spelling, as in mail addresses."""
    return mail_address(f"a@{text.removeprefix('@')}").removeprefix("a@")


def _is_domain(domain: str) -> None:
    try:
        is_mail_address(f"a@{domain}")
    except ValueError:
        raise ValueError("must be what stands behind the @ of a mail address, such as example.com") from None


Region = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""A region that has a threshold of its own, as the installation calls it: `JP`, `EMEA`. SUP-02, AMB-32."""

Thresholds = Mapping[str, int]
"""By region: from how many licences on an account is a large-user account. AMB-32."""

Licences = Annotated[int, Field(ge=0, le=100_000_000)]

Domain = Annotated[
    str, StringConstraints(max_length=252), AfterValidator(Normalised(_domain)), AfterValidator(Judged(_is_domain))
]
"""What stands behind the @ of a customer's mail addresses: `hikari.example`."""

Address = Annotated[Email, AfterValidator(Normalised(_small))]
"""A mail address to look somebody up by, in small letters: nobody tells two people apart by capital ones."""


class ServiceSubscription(Model):
    """One service, and for how many users."""

    service: Line = Field(description="Name of the service.", examples=["Zoho CRM"])
    licences: Licences = Field(description="User licences.", examples=[1200])


class ServiceOrganization(Model):
    """An account: an organization that uses services, and what it subscribes to. SUP-01, SUP-03."""

    zoid: Identifier = Field(description="The organization's id, unique for ever.", examples=["700100200"])
    zgid: Identifier | None = Field(default=None, description="Its other id. SUP-40", examples=["800100200"])
    name: Line = Field(description="What people call it.", examples=["Hikari Trading"])
    region: Region = Field(description="Whose threshold counts. SUP-02", examples=["JP"])
    data_centre: DataCentre = Field(description="Where its data is kept. SUP-30 to SUP-35", examples=["JP"])
    super_admin: Address | None = Field(
        default=None, description="Mail address of its SuperAdmin. SUP-03", examples=["admin@hikari.example"]
    )
    domains: Annotated[tuple[Domain, ...], Field(max_length=100), AfterValidator(Judged(named_once))] = Field(
        default=(), description="Of the customer's mail addresses. SUP-03", examples=[["hikari.example"]]
    )
    zuids: Annotated[tuple[Identifier, ...], Field(max_length=100), AfterValidator(Judged(named_once))] = Field(
        default=(), description="Of its users, as far as they are known. SUP-12", examples=[["600100200"]]
    )
    partner_id: Identifier | None = Field(default=None, description="The partner who looks after it.")
    subscriptions: Annotated[tuple[ServiceSubscription, ...], Field(max_length=100)] = Field(
        default=(), description="Each service with its user licences. SUP-01"
    )


class RegisterAccount(Message, ServiceOrganization):
    """One account of an import: what stands here is all that is known of it afterwards."""

    @property
    def organization(self) -> ServiceOrganization:
        """Without who sent it."""
        known = {name: getattr(self, name) for name in ServiceOrganization.model_fields}
        return ServiceOrganization.model_construct(**known)


class FoundBy(StrEnum):
    """By what an account was found; what stands first counts most. SUP-03, SUP-12."""

    MAIN_EMAIL = "main_email"
    ZOID = "zoid"
    ZGID = "zgid"
    ZUID = "zuid"
    CUSTOMER_EMAIL = "customer_email"
    MAIN_EMAIL_DOMAIN = "main_email_domain"
    CUSTOMER_EMAIL_DOMAIN = "customer_email_domain"


GIVEN_AS: Final = {
    FoundBy.MAIN_EMAIL: "main_email",
    FoundBy.ZOID: "organization_id",
    FoundBy.ZGID: "organization_id",
    FoundBy.ZUID: "zuid",
    FoundBy.CUSTOMER_EMAIL: "customer_email",
    FoundBy.MAIN_EMAIL_DOMAIN: "main_email",
    FoundBy.CUSTOMER_EMAIL_DOMAIN: "customer_email",
}
"""Which identifier of a case it comes from."""


class Identifiers(Model):
    """What a case says of whose account it is, as its messages have judged it. SUP-11, SUP-12."""

    main_email: str | None = None
    """Of the account's SuperAdmin."""

    organization_id: str | None = None
    """ZOID or ZGID."""

    zuid: str | None = None
    customer_email: str | None = None
    """Of anybody at the customer."""

    @property
    def any_given(self) -> bool:
        """Is there anything to look an account up by?"""
        return bool(self.keys)

    @property
    def keys(self) -> dict[FoundBy, str]:
        """What is looked for, in this order."""
        main, customer = _small(self.main_email or ""), _small(self.customer_email or "")
        keys = {
            FoundBy.MAIN_EMAIL: main,
            FoundBy.ZOID: self.organization_id or "",
            FoundBy.ZGID: self.organization_id or "",
            FoundBy.ZUID: self.zuid or "",
            FoundBy.CUSTOMER_EMAIL: customer,
            FoundBy.MAIN_EMAIL_DOMAIN: main.rpartition("@")[2],
            FoundBy.CUSTOMER_EMAIL_DOMAIN: customer.rpartition("@")[2],
        }
        return {by: value for by, value in keys.items() if value}


class Found(Model):
    """An account, and how sure that is. SUP-03, SUP-12."""

    organization: ServiceOrganization
    by: FoundBy
    contradicting: tuple[str, ...] = ()
    """Identifiers of the case that lead to other accounts only: `organization_id`. What `by` says was believed."""


def carries(organization: ServiceOrganization, by: FoundBy, value: str) -> bool:
    """Is the account known by this?"""
    match by:
        case FoundBy.MAIN_EMAIL | FoundBy.CUSTOMER_EMAIL:
            return organization.super_admin == value
        case FoundBy.ZOID:
            return organization.zoid == value
        case FoundBy.ZGID:
            return organization.zgid == value
        case FoundBy.ZUID:
            return value in organization.zuids
        case FoundBy.MAIN_EMAIL_DOMAIN | FoundBy.CUSTOMER_EMAIL_DOMAIN:
            return value in organization.domains
