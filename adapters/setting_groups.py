"""Groups of settings: how wholesale is offered, and who screens its customers. See settings.py."""

import re
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AnyHttpUrl, BaseModel, BeforeValidator, ConfigDict, Field

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
