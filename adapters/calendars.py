"""Working calendars from the `holidays` library: which days a country has off. Reads no clock and no network."""

from datetime import date

from holidays import country_holidays, list_supported_countries

from domain.working_time import WorkingCalendar


class UnknownCountry(LookupError):
    """The library has no holidays for this country: not an ISO 3166-1 alpha-2 code in capitals, or not covered."""

    def __init__(self, country: str) -> None:
        super().__init__(f"no holidays known for country {country!r}; give an ISO 3166-1 alpha-2 code such as JP")
        self.country = country


class HolidaysUnknown(LookupError):
    """The library knows the country, but none of the days asked for."""

    def __init__(self, country: str, first: date, last: date) -> None:
        super().__init__(f"no holidays of {country} known from {first.isoformat()} until {last.isoformat()}")
        self.country = country
        self.first = first
        self.last = last


class LibraryCalendars:
    """National public holidays, substitute days included; no regional, bank or half-day ones. AMB-40.

    Business days are Monday to Friday everywhere: the library's other weekends (Egypt, Israel, …) and make-up working
    Saturdays (China, …) are not carried over. Dates that hang on the moon's sighting are the library's estimates.
    """

    def working_calendar(self, country: str, zone: str, first: date, last: date) -> WorkingCalendar:
        """The business days of `country` in [first, last), its days starting and ending in `zone`.

        The calendar covers the part of the period the library knows (Japan: 1949 to 2099) and refuses the rest by
        OutsideCalendar. Raises UnknownCountry, HolidaysUnknown.
        """
        if country not in list_supported_countries(include_aliases=False):
            raise UnknownCountry(country)
        days_off = country_holidays(country, years=range(first.year, last.year + 1))
        known_first = max(first, date(days_off.start_year, 1, 1))
        known_last = min(last, date(days_off.end_year + 1, 1, 1))
        if known_last <= known_first:
            raise HolidaysUnknown(country, first, last)
        holidays = frozenset(day for day in days_off if known_first <= day < known_last)
        return WorkingCalendar(country=country, zone=zone, holidays=holidays, first=known_first, last=known_last)
