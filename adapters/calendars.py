"""Working calendars from the `holidays` library, zone rules from the package tzdata. Reads no clock and no network."""

import re
from base64 import b64encode
from datetime import date
from functools import cache, lru_cache
from importlib.resources import files
from typing import Final
from zlib import compress

from holidays import HolidayBase, country_holidays
from holidays.registry import COUNTRIES

from activities.ports import UnknownCountry
from domain.business_days import WorkingCalendar
from domain.reasons import Reason
from domain.values import Refused
from domain.working_time import ZoneRules

NAME: Final = re.compile(r"[A-Za-z][\w+-]*(/[A-Za-z][\w+-]*)*", re.ASCII)
"""Of a zone; other files of the package have a dot in theirs."""

COMPILED: Final = b"TZif"
"""How each begins. RFC 9636."""


class NoSuchZone(Refused):
    """The package tzdata has no rules under that name."""

    code = Reason.NO_CALENDAR

    def __init__(self) -> None:
        super().__init__("must be an IANA time zone such as Asia/Tokyo, known to this release", field="zone")


class LibraryCalendars:
    """National public holidays, substitute days included; no regional, bank or half-day ones. AMB-40.

    Business days are Monday to Friday everywhere: the library's other weekends (Egypt, Israel, …) and make-up working
    Saturdays (China, …) are not carried over. Dates that hang on the moon's sighting are the library's estimates.
    """

    def zone_rules(self, zone: str) -> ZoneRules:
        """See port. Raises NoSuchZone."""
        return _rules_of(zone)

    def working_calendar(self, country: str, zone: str, first: date, last: date) -> WorkingCalendar:
        """See port. The library knows Japan from 1949 to 2099, other countries for as short as to the present year."""
        if country not in _countries():
            raise UnknownCountry(country)
        found = days_off(country, first.year, last.year)
        known_first = max(first, date(found.start_year, 1, 1))
        known_last = max(known_first, min(last, date(found.end_year + 1, 1, 1)))
        holidays = frozenset(day for day in found if known_first <= day < known_last)
        rules = self.zone_rules(zone)
        return WorkingCalendar(
            country=country, zone=zone, zone_rules=rules, holidays=holidays, first=known_first, last=known_last
        )


@cache
def _countries() -> frozenset[str]:
    """By the library's registry: `list_supported_countries` would import the rules of every one of them."""
    return frozenset(code for _, code, *_ in COUNTRIES.values())


@lru_cache(maxsize=1000)
def days_off(country: str, first_year: int, last_year: int) -> HolidayBase:
    """As the library counts them, kept: it takes milliseconds."""
    return country_holidays(country, years=range(first_year, last_year + 1))


@cache
def _rules_of(zone: str) -> ZoneRules:
    if not NAME.fullmatch(zone):
        raise NoSuchZone
    try:
        compiled = files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()
    except OSError:
        raise NoSuchZone from None
    if not compiled.startswith(COMPILED):
        raise NoSuchZone
    return ZoneRules(name=zone, tzif=b64encode(compress(compiled, 9)).decode())
