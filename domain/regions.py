"""Country → data residency region. A table of its own: TRL-11; the reading of the locations is AMB-31."""

from typing import Final

_COUNTRIES: Final = {
    "AMER": "US CA MX GT HN SV NI CR PA CU DO HT JM BS BB TT CO VE EC PE BR BO PY CL AR UY GY SR BZ PR",
    "ANZ": "AU NZ",
    "APAC": "JP KR CN TW HK MO SG MY TH VN PH ID BN KH LA MM IN LK BD NP PK MV BT MN FJ PG",
    "EURO": "DE FR NL BE LU AT CH LI IT ES PT GR CY MT DK SE NO FI IS EE LV LT PL CZ SK HU SI HR RO BG RS BA ME MK AL "
    "MD UA MC SM AD",
    "EMEA": "GB IE AE SA QA KW BH OM IL JO LB TR EG MA TN DZ ZA NG KE GH ET TZ UG SN CI CM RW MU ZM ZW BW NA",
}

REGIONS: Final = {country: region for region, countries in _COUNTRIES.items() for country in countries.split()}


def data_region(country: str) -> str | None:
    """Where the customer's data live, or None for a country that is not served."""
    return REGIONS.get(country)
