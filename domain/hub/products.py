"""Products as the hub knows them: by offering, service and package. HUB-31, HUB-50. Pure."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from domain.order.messages import Offering, OrderItem
from domain.trial.messages import Service


class Product(StrEnum):
    """Products with a name of their own; a catalogue in the settings may name others. HUB-31."""

    MEETINGS = "meetings"
    CALLING = "calling"
    MESSAGING = "messaging"
    CONTACT_CENTER = "contact_center"
    REAL_TIME_TRANSLATION = "real_time_translation"


MEASURED: Final = (Product.MEETINGS, Product.CALLING)
"""KPIs are about customers that have one of them: who has Messaging only is not counted. HUB-50, HUB-51."""

OF_A_SERVICE: Final[Mapping[Service, Product]] = MappingProxyType(
    {
        Service.MEETINGS: Product.MEETINGS,
        Service.MEETINGS_ENTERPRISE: Product.MEETINGS,
        Service.MESSAGING: Product.MESSAGING,
        Service.CALLING: Product.CALLING,
        Service.CONTACT_CENTER: Product.CONTACT_CENTER,
    }
)

HOSTS: Final = frozenset({Offering.NAMED_HOST, Offering.ACTIVE_HOST, Offering.PORT})
"""Somebody meets by each of them. Committed audio minutes are no licences, and are not counted."""


def licences_of(items: Iterable[OrderItem], catalogue: Mapping[str, str]) -> dict[str, int]:
    """What an order buys, by product; `catalogue` says which part numbers are not Meetings."""
    found: dict[str, int] = {}
    for item in items:
        product = catalogue.get(item.part_number) or (Product.MEETINGS if item.offering in HOSTS else None)
        if product:
            found[product] = found.get(product, 0) + item.quantity
    return found


def tried(services: Iterable[Service], licences: int) -> dict[str, int]:
    """What a trial gives: as many licences of each service. TRL-13."""
    return {OF_A_SERVICE[service]: licences for service in services}


IN_A_PACKAGE: Final[Mapping[str, tuple[Product, ...]]] = MappingProxyType(
    {
        "common_area_calling": (Product.CALLING,),
        "webex_voice": (Product.CALLING,),
        "webex_calling": (Product.CALLING, Product.MESSAGING),
        "webex_meetings": (Product.MEETINGS, Product.MESSAGING),
        "webex_suite": (Product.CALLING, Product.MEETINGS, Product.MESSAGING),
        "cx_essentials": (Product.CALLING, Product.CONTACT_CENTER, Product.MESSAGING),
    }
)
"""What a wholesale package gives to each who has it (EXT); add-ons come on top of one. WHS-11, WHS-13."""


def packaged(quantities: Mapping[str, int], catalogue: Mapping[str, str]) -> dict[str, int]:
    """What a wholesale customer may assign, by product; `catalogue` knows further packages and add-ons. WHS-12."""
    found: dict[str, int] = {}
    for name, most in quantities.items():
        for product in (catalogue[name],) if name in catalogue else IN_A_PACKAGE.get(name, ()):
            found[product] = found.get(product, 0) + most
    return found
