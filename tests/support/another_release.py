"""Another release: other zones, other holidays, other judges. What was recorded replays under it as it ran. ADR 5."""

import atexit
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones, reset_tzpath

import email_validator
import phonenumbers
import pycountry
import pytest

from adapters import calendars
from adapters.temporal import converter
from domain import address_checks
from domain.checks import Judged
from tests.zones import always


@contextmanager
def another_release() -> Iterator[None]:
    """Every zone is 13 hours ahead of UTC; no country has holidays, and nobody may ask for them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(calendars, "days_off", None)
        reset_tzpath(to=[_other_zones()])
        ZoneInfo.clear_cache()
        try:
            yield
        finally:
            reset_tzpath(to=())
            ZoneInfo.clear_cache()


@cache
def _other_zones() -> Path:
    directory = Path(tempfile.mkdtemp(prefix="tenure-zones-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    for zone in available_timezones():
        (directory / zone).parent.mkdir(parents=True, exist_ok=True)
        (directory / zone).write_bytes(always("<+13>-13"))
    return directory


class Asked(Exception):
    """Somebody was asked who must not be."""


def refuse(*_: Any, **__: Any) -> Any:
    raise Asked


@contextmanager
def nobody_to_ask() -> Iterator[None]:
    """Our checks, the libraries behind them, and the door: all refuse everything. A library changes its mind about a
    phone number, a zone is renamed, a rule gets narrower: a life that was accepted goes on."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Judged, "__call__", refuse)
        patched.setattr(converter, "_judged", refuse)
        patched.setattr(address_checks, "validate_email", refuse)
        patched.setattr(email_validator, "validate_email", refuse)
        patched.setattr(phonenumbers, "parse", refuse)
        patched.setattr(phonenumbers, "is_valid_number", refuse)
        for known in (pycountry.countries, pycountry.languages, pycountry.scripts):
            patched.setattr(known, "get", refuse)
        yield
