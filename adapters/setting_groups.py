"""Groups of settings: how wholesale is offered, and who screens its customers. See settings.py."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field, SecretStr, model_validator

from adapters.loopback import is_this_machine
from domain.hub.policy import LINKS_LIVE_FOR, LONGEST_LINK, LONGEST_SESSION, SESSION_ENDS_AFTER, HubPolicy
from domain.values import Identifier, Line, WebUrl
from domain.wholesale.catalogue import DEFAULT, Catalogue
from domain.wholesale.dial_in import Locations, TelephonyDomain


def small(value: Any) -> Any:
    """`TLS` is `tls`."""
    return value.strip().lower() if isinstance(value, str) else value


def seconds(value: Any) -> Any:
    """`12` is twelve seconds."""
    return float(value) if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,9}(\.[0-9]{1,6})?", value) else value


class ScreeningService(StrEnum):
    """Who compares customers with lists of restricted parties. WHS-20."""

    EMBEDDED = "embedded"
    WATCHMAN = "watchman"


class Wholesale(BaseModel):
    """What a service provider may give, and from where a customer's Meetings site is reached. AMB-28, AMB-31."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    catalogue: Catalogue = Field(default=DEFAULT, description="a JSON object with packages and add_ons")
    """For new customers: an open one keeps the one that it was created by. WHS-10 to WHS-13."""

    locations: Locations = Field(
        default={}, description='a JSON object, country to AMER, APAC, ANZ, EMEA or EURO, such as {"IE": "EURO"}'
    )
    """Where that differs from the table of this release. AMB-31."""

    telephony: TelephonyDomain = Field(
        default={},
        description='a JSON object, country to numbers, such as {"SG": [{"number": "+6561234567", "code": "+65"}]}',
    )
    """The telephony domain. WHS-33."""


class Screening(BaseModel):
    """Who screens customers, and from which score on somebody has to look. WHS-20 to WHS-28."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    service: Annotated[ScreeningService, BeforeValidator(small)] = Field(
        default=ScreeningService.EMBEDDED, description="embedded or watchman"
    )
    threshold: Annotated[float, Field(ge=50, le=100)] = Field(default=76, description="a score, 50 to 100")
    """From this score on an entry of a list is a potential match. The default is measured: ADR 26."""

    url: AnyHttpUrl | None = Field(default=None, repr=False, description="a web address: where Watchman is")
    timeout: Annotated[timedelta, Field(gt=timedelta(0), le=timedelta(minutes=5)), BeforeValidator(seconds)] = Field(
        default=timedelta(seconds=10), description="seconds, or a duration such as PT10S, at most five minutes"
    )
    """For one answer of Watchman."""


class Resource(BaseModel):
    """A page that partners look for. HUB-61."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Line
    url: WebUrl
    summary: Line | None = None
    topic: Identifier = "more"
    """What it is filtered by: orders, trials, hub, support, security or more, or one of the vendor's own."""

    featured: bool = False


class Hub(BaseModel):
    """The Partner Hub: its numbers, and what it cannot know by itself. HUB-10 to HUB-62."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    policy: HubPolicy = Field(
        default=HubPolicy(), description='a JSON object, such as {"expiring_within": "P30D", "window": "P90D"}'
    )
    """AMB-18 to AMB-22."""

    products: dict[str, Identifier] = Field(
        default={}, description='a JSON object, part number to product, such as {"A-FLEX-CALL": "calling"}'
    )
    """Of part numbers that are not Meetings. HUB-31."""

    launch_url: str | None = Field(
        default=None,
        description="a web address with {customer_id} in it, such as https://example.com/org/{customer_id}",
    )
    """Where *launch organization* leads. HUB-19."""

    helpdesk_url: AnyHttpUrl | None = Field(default=None, description="a web address: the Partner Helpdesk")
    """For Calling and Contact Center. HUB-62."""

    terms_url: AnyHttpUrl | None = Field(default=None, description="a web address: the terms of service as a whole")
    """Linked where they are accepted. HUB-02."""

    resources: list[Resource] = Field(
        default=[], description='a JSON list, such as [{"title": "Price list", "url": "https://example.com/prices"}]'
    )
    """Pages of the vendor for partners, beside our own. HUB-61."""

    @model_validator(mode="after")
    def _launches_one_customer(self) -> Self:
        if self.launch_url and not re.fullmatch(r"https?://[^\s{}]*\{customer_id\}[^\s{}]*", self.launch_url):
            raise ValueError("launch_url must be a web address with {customer_id} in it, once (HUB-19)")
        return self


class Web(BaseModel):
    """The web room: where it is reached, who vouches for people, how links are signed."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)

    url: AnyHttpUrl | None = Field(default=None, description="a web address: where people reach it from outside")
    """With it, the forms in our mails are signed links to it; without it they lead where TENURE_LINKS__* says."""

    host: str = Field(default="127.0.0.1", description="the address to listen on")
    port: Annotated[int, Field(ge=0, le=65535)] = Field(default=8080, description="a port, 0 to 65535; 0: any free one")
    secret: SecretStr | None = Field(default=None, description="32 characters or more that nobody can guess")
    """Signs links in mails; worker and web have the same one. Another one, and every link in people's hands is dead."""

    old_secrets: list[SecretStr] = Field(default=[], description="a JSON list of secrets that were in use before")
    """Links they signed are still taken: how a secret is changed without a dead link."""

    links_live_for: Annotated[timedelta, Field(ge=timedelta(days=1), le=LONGEST_LINK)] = Field(
        default=LINKS_LIVE_FOR, description="a duration such as P90D, at least a day"
    )
    """After that a link offers a fresh one, by mail to the same person."""

    session_ends_after: Annotated[timedelta, Field(ge=timedelta(minutes=5), le=LONGEST_SESSION)] = Field(
        default=SESSION_ENDS_AFTER, description="a duration such as PT12H"
    )
    trusted_proxies: list[str] = Field(default=[], description='a JSON list of addresses, such as ["10.0.0.2"]')
    """Proxies that say truly from where a request came (X-Forwarded-For)."""

    follows_test_clock: bool = Field(default=False, description="true or false; true for demonstrations only")
    """Pages show what happened by the newest event: lifecycles of a demo are ahead of the clock on the wall."""

    issuer: AnyHttpUrl | None = Field(default=None, description="a web address: the OpenID Connect issuer")
    client_id: str | None = Field(default=None, description="as the issuer knows us")
    client_secret: SecretStr | None = Field(default=None, description="as the issuer gave it")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        if self.url is not None and self.secret is None:
            raise ValueError("secret is required with url: links in mails are signed by it")
        if self.secret is not None and len(self.secret.get_secret_value()) < 32:  # noqa: PLR2004
            raise ValueError("secret must have 32 characters or more")
        if len({self.issuer is None, self.client_id is None, self.client_secret is None}) > 1:
            raise ValueError("issuer, client_id and client_secret: set all of them or none")
        if self.issuer is not None and self.issuer.scheme == "http" and not is_this_machine(self.issuer.host or ""):
            raise ValueError("issuer must be an https address: who vouches for people has to be the one we asked")
        return self
