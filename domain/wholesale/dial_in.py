"""From the billing country to the default call-in number of the Meetings site. WHS-30 to WHS-34, AMB-31. Pure."""

from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import Field, StringConstraints

from domain.reasons import Reason
from domain.values import Country, Line, Model, Phone, Refused
from domain.wholesale.locations import LOCATION_OF, Location


class LocationDefault(Model):
    """What a location falls back to. WHS-34."""

    code: str
    country: Country


LOCATION_DEFAULTS: Final[Mapping[Location, LocationDefault]] = {
    Location.AMER: LocationDefault(code="+1", country="US"),
    Location.APAC: LocationDefault(code="+65", country="SG"),
    Location.ANZ: LocationDefault(code="+61", country="AU"),
    Location.EMEA: LocationDefault(code="+44", country="GB"),
    Location.EURO: LocationDefault(code="+49", country="DE"),
}
"""The seed's table; its `RU` is the United Kingdom (Royaume-Uni), never Russia. WHS-34."""


class CallInNumber(Model):
    """One number of the telephony domain."""

    number: Phone
    code: Annotated[str, StringConstraints(pattern=r"^\+[1-9][0-9]{0,2}$")]
    """Its country's calling code: `+65`."""

    label: Line | None = None
    available: bool = True


TelephonyDomain = Annotated[
    dict[Country, Annotated[tuple[CallInNumber, ...], Field(max_length=100)]], Field(max_length=300)
]
"""Call-in numbers by country, in the order in which they are offered. WHS-33."""

Locations = Annotated[dict[Country, Location], Field(max_length=300)]
"""Where sites of a country are served from, where that differs from the table of this release. AMB-31."""


class DialIn(Model):
    """The default global call-in number of a customer's Meetings site. WHS-32."""

    country: Country
    """The organization's. WHS-31."""

    location: Location
    number: str | None = None
    """Of the telephony domain; None: the country has none there, and only the location's code is known."""

    code: str
    """`+65`: of the number, or of the location's default."""

    because: str
    """Which rule gave it, in words."""


def dial_in(
    country: str, locations: Mapping[str, Location], telephony: Mapping[str, tuple[CallInNumber, ...]]
) -> DialIn:
    """Raises Refused on billing_address.country for a country that no location serves. WHS-31 to WHS-34, AMB-31."""
    location = location_of(country, locations)
    first = next((known for known in telephony.get(country, ()) if known.available), None)
    if first is not None:
        because = f"first available number of {country} in the telephony domain (WHS-33)"
        return DialIn(country=country, location=location, number=first.number, code=first.code, because=because)
    fallback = LOCATION_DEFAULTS[location]
    because = f"{country} has no available number in the telephony domain: the default of {location} (WHS-34)"
    return DialIn(country=country, location=location, code=fallback.code, because=because)


def location_of(country: str, locations: Mapping[str, Location]) -> Location:
    """By configuration, else by the table of this release; raises Refused for a country in neither. AMB-31."""
    known = locations.get(country) or LOCATION_OF.get(country)
    if known is None:
        raise Refused(
            f"no location serves {country}; add it to TENURE_WHOLESALE__LOCATIONS if it may be onboarded (AMB-31)",
            field="billing_address.country",
            code=Reason.NOT_KNOWN,
        )
    return known
