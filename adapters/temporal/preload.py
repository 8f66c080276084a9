"""What validators would read from disk at their first use, read when a worker starts.

A workflow task must neither read a file nor wait for a lock: the SDK gives it two seconds, and what it stops in the
middle of a lazy import may stay locked for good. So metadata, zones and the validators themselves are loaded before.
"""

from collections.abc import Iterable, Iterator
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

import phonenumbers
import pycountry
from pydantic import BaseModel, ValidationError

from domain.address_checks import ZONES
from domain.construct import ready
from domain.values import Person

_KEPT: Final[dict[str, ZoneInfo]] = {}
"""Zones are cached only as long as somebody holds them."""

EMAILS: Final = ("ken@hikari.example.com", "a@straße.example", "a@xn--wgv71a.example", "ken@ｅxample.com", "nobody")
PHONES: Final = ("+81 3-5550-0101 ext. 12", "+1", "nothing")
"""Right and wrong ones, so that every way through the libraries behind them has been gone once."""


def preload(workflows: Iterable[type[Any]] = ()) -> None:
    """Everything, once; a second call finds it done."""
    _libraries()
    for hint in (*_below(BaseModel), *_taken_by(workflows)):
        ready(hint)


@cache
def _libraries() -> None:
    phonenumbers.PhoneMetadata.load_all()
    for known in (pycountry.countries, pycountry.languages, pycountry.scripts):
        next(iter(known))
    for zone in ZONES:
        _KEPT.setdefault(zone, ZoneInfo(zone))
    for email in EMAILS:
        for phone in PHONES:
            _judge(email, phone)


def _judge(email: str, phone: str) -> None:
    try:
        Person.model_validate(
            {"first_name": "K", "last_name": "S", "email": email, "phone": phone, "language": "en", "zone": "UTC"}
        )
    except ValidationError:
        return


def _below(model: type[BaseModel]) -> Iterator[type[BaseModel]]:
    for known in model.__subclasses__():
        if known.__module__.partition(".")[0] in {"domain", "activities"}:
            yield known
        yield from _below(known)


def _taken_by(workflows: Iterable[type[Any]]) -> Iterator[Any]:
    """The types that their starts, updates, signals and queries are read as."""
    for each in workflows:
        defined = each.__temporal_workflow_definition
        for handler in (defined, *defined.updates.values(), *defined.signals.values(), *defined.queries.values()):
            yield from handler.arg_types or ()
