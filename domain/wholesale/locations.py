"""Which location serves a country, as this release has it; configuration may say otherwise. AMB-31. Pure."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Location(StrEnum):
    """Where a Meetings site is served from. WHS-34."""

    AMER = "AMER"
    APAC = "APAC"
    ANZ = "ANZ"
    EMEA = "EMEA"
    EURO = "EURO"


_SERVED: Final[Mapping[Location, str]] = {
    Location.AMER: """
        AG AI AR AW BB BL BM BO BQ BR BS BZ CA CL CO CR CU CW DM DO EC FK GD GF GP GT GY HN HT JM KN KY LC MF MQ
        MS MX NI PA PE PM PR PY SR SV SX TC TT US UY VC VE VG VI
    """,
    Location.ANZ: "AU NZ",
    Location.APAC: """
        AS AF BD BN BT CC CK CN CX FJ FM GU HK ID IN JP KG KH KI KP KR KZ LA LK MH MM MN MO MP MV MY NC NF NP NR
        NU PF PG PH PK PN PW SB SG TH TJ TK TL TM TO TV TW UZ VN VU WF WS
    """,
    Location.EURO: """
        AD AL AT AX BA BE BG BY CH CY CZ DE DK EE ES FI FO FR GI GL GR HR HU IS IT LI LT LU LV MC MD ME MK MT NL
        NO PL PT RO RS RU SE SI SJ SK SM UA VA
    """,
    Location.EMEA: """
        AE AM AO AZ BF BH BI BJ BW CD CF CG CI CM CV DJ DZ EG EH ER ET GA GB GE GG GH GM GN GQ GW IE IL IM IQ IR
        JE JO KE KM KW LB LR LS LY MA MG ML MR MU MW MZ NA NE NG OM PS QA RE RW SA SC SD SH SL SN SO SS ST SY SZ
        TD TG TN TR TZ UG YE YT ZA ZM ZW
    """,
}
"""Americas; Australia and New Zealand; the rest of Asia-Pacific; continental Europe; the United Kingdom, Ireland, the
Middle East and Africa. What nobody lives in (Antarctica, a few islands) is in none. Who may be served at all is no
question of this table: the screening answers it."""

LOCATION_OF: Final[Mapping[str, Location]] = {
    country: location for location, countries in _SERVED.items() for country in countries.split()
}
"""By ISO 3166-1 country. One that is not in here is refused at the start. AMB-31."""
