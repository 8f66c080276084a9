"""Countries as lists of restricted parties write them: by code, or by one of the names in use."""

from collections.abc import Mapping
from functools import cache
from typing import Final

import pycountry

ALSO: Final = {
    "bahamas, the": "BS",
    "burma": "MM",
    "cape verde": "CV",
    "congo, democratic republic of the": "CD",
    "congo, republic of the": "CG",
    "cote d ivoire": "CI",
    "cote d'ivoire": "CI",
    "crimea": "UA",
    "crimea (occupied)": "UA",
    "democratic republic of the congo": "CD",
    "gambia, the": "GM",
    "great britain": "GB",
    "ivory coast": "CI",
    "korea, north": "KP",
    "korea, south": "KR",
    "macau": "MO",
    "palestinian": "PS",
    "region: crimea": "UA",
    "region: gaza": "PS",
    "russia": "RU",
    "swaziland": "SZ",
    "the gambia": "GM",
    "the netherlands": "NL",
    "turkey": "TR",
    "u.a.e.": "AE",
    "uae": "AE",
    "uk": "GB",
    "west bank": "PS",
}
"""Names in lists that the library does not know. No guess: what is in neither is not told."""


def country_of(text: str) -> str | None:
    """`IR` for `Iran`, `IRN` or `IR`; None if it cannot be told."""
    return _codes().get(" ".join(text.lower().split()))


@cache
def _codes() -> Mapping[str, str]:
    """By everything a country is called; not by its number, which may be a postal code."""
    called = ("name", "common_name", "official_name", "alpha_2", "alpha_3")
    known = {
        str(getattr(country, name)).lower(): str(country.alpha_2)
        for country in pycountry.countries
        for name in called
        if getattr(country, name, None)
    }
    return known | ALSO
