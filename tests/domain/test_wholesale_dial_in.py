"""From the billing country to the default call-in number. WHS-30 to WHS-34, AMB-31."""

from typing import Final

import pycountry
import pytest
from pydantic import TypeAdapter, ValidationError

from domain.reasons import Reason
from domain.values import Refused
from domain.wholesale.dial_in import LOCATION_DEFAULTS, CallInNumber, Locations, TelephonyDomain, dial_in, location_of
from domain.wholesale.locations import LOCATION_OF, Location

UNINHABITED: Final = frozenset({"AQ", "BV", "GS", "HM", "IO", "TF", "UM"})
"""Antarctica, and islands that nobody lives on for good: in no location. AMB-31."""

TOKYO = CallInNumber(number="+81355500100", code="+81", label="Tokyo")
OSAKA = CallInNumber(number="+81665500100", code="+81", label="Osaka")


def test_the_seed_s_table_of_five_locations() -> None:
    """`RU` there is Royaume-Uni, the United Kingdom: GB, never Russia. WHS-34."""
    table = {location: (default.code, default.country) for location, default in LOCATION_DEFAULTS.items()}
    assert table == {
        Location.AMER: ("+1", "US"),
        Location.APAC: ("+65", "SG"),
        Location.ANZ: ("+61", "AU"),
        Location.EMEA: ("+44", "GB"),
        Location.EURO: ("+49", "DE"),
    }


@pytest.mark.parametrize(
    ("country", "location", "code"),
    [
        ("US", Location.AMER, "+1"),
        ("BR", Location.AMER, "+1"),
        ("JP", Location.APAC, "+65"),
        ("SG", Location.APAC, "+65"),
        ("AU", Location.ANZ, "+61"),
        ("NZ", Location.ANZ, "+61"),
        ("GB", Location.EMEA, "+44"),
        ("IE", Location.EMEA, "+44"),
        ("AE", Location.EMEA, "+44"),
        ("KE", Location.EMEA, "+44"),
        ("DE", Location.EURO, "+49"),
        ("FR", Location.EURO, "+49"),
        ("RU", Location.EURO, "+49"),
    ],
)
def test_whs_34_without_a_number_of_its_own_a_country_has_its_location_s_default(
    country: str, location: Location, code: str
) -> None:
    found = dial_in(country, {}, {})
    assert (found.country, found.location, found.number, found.code) == (country, location, None, code)
    assert "(WHS-34)" in found.because


def test_whs_33_it_is_the_first_available_number_of_the_country() -> None:
    found = dial_in("JP", {}, {"JP": (TOKYO, OSAKA)})
    assert (found.location, found.number, found.code) == (Location.APAC, TOKYO.number, "+81")
    assert "(WHS-33)" in found.because


def test_whs_33_one_that_is_not_available_is_passed_over() -> None:
    taken = TOKYO.model_copy(update={"available": False})
    assert dial_in("JP", {}, {"JP": (taken, OSAKA)}).number == OSAKA.number


@pytest.mark.parametrize("numbers", [(), (TOKYO.model_copy(update={"available": False}),)], ids=["none", "taken"])
def test_whs_34_a_country_whose_numbers_are_all_taken_has_its_location_s_default(
    numbers: tuple[CallInNumber, ...],
) -> None:
    found = dial_in("JP", {}, {"JP": numbers})
    assert (found.number, found.code) == (None, "+65")


def test_the_numbers_of_other_countries_are_not_offered() -> None:
    """Nor those of the default's own country: of a location only the code is known."""
    assert dial_in("KR", {}, {"JP": (TOKYO,), "SG": (OSAKA,)}).number is None


def test_amb_31_configuration_says_otherwise() -> None:
    assert location_of("IE", {"IE": Location.EURO}) is Location.EURO
    assert dial_in("IE", {"IE": Location.EURO}, {}).code == "+49"


@pytest.mark.parametrize("country", sorted(UNINHABITED))
def test_amb_31_a_country_that_no_location_serves_is_refused_by_its_field(country: str) -> None:
    with pytest.raises(Refused) as refused:
        dial_in(country, {}, {})
    assert (refused.value.field, refused.value.problem.code) == ("billing_address.country", Reason.NOT_KNOWN)
    assert "TENURE_WHOLESALE__LOCATIONS" in str(refused.value)
    assert dial_in(country, {country: Location.EMEA}, {}).code == "+44", "unless it is configured"


def test_amb_31_every_country_there_is_has_a_location_but_those_where_nobody_lives() -> None:
    known = {country.alpha_2 for country in pycountry.countries}
    assert known - LOCATION_OF.keys() == UNINHABITED
    assert set(LOCATION_OF) - known - {"XK"} == set(), "and nothing that is no country"


def test_no_country_stands_in_two_locations() -> None:
    from domain.wholesale.locations import _SERVED

    every = [country for countries in _SERVED.values() for country in countries.split()]
    assert len(every) == len(set(every)) == len(LOCATION_OF)


def test_both_tables_are_judged_where_they_are_configured() -> None:
    assert TypeAdapter(Locations).validate_python({"ie": "EURO"}) == {"IE": Location.EURO}
    for model, wrong in (
        (Locations, {"IE": "Europe"}),
        (Locations, {"XX": "EURO"}),
        (TelephonyDomain, {"SG": [{"number": "12", "code": "+65"}]}),
        (TelephonyDomain, {"SG": [{"number": "+6561234567", "code": "65"}]}),
    ):
        with pytest.raises(ValidationError):
            TypeAdapter(model).validate_python(wrong)
