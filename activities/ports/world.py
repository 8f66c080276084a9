"""The rest of the world, as contracts: calendars, and the workflows of others."""

from datetime import date
from typing import Any, Protocol

from domain.business_days import WorkingCalendar
from domain.kind import Kind
from domain.lifecycle import Lifecycle
from domain.reasons import Reason
from domain.values import Message, Model, Refused
from domain.working_time import ZoneRules


class UnknownCountry(Refused):
    """Nobody's holidays are known for this country, so no business day can be counted. AMB-40."""

    code = Reason.NO_CALENDAR

    def __init__(self, country: str) -> None:
        super().__init__(
            f"no holidays are known for {country}: give another ISO 3166 country, such as JP",
            field="policy.vendor_country",
        )


class Calendars(Protocol):
    """Holidays and zone rules, as data."""

    def working_calendar(self, country: str, zone: str, first: date, last: date) -> WorkingCalendar:
        """Holidays of [first, last), as far as they are known, and the rules of `zone`. Raises UnknownCountry."""
        ...

    def zone_rules(self, zone: str) -> ZoneRules:
        """How the clocks of an IANA zone run, of the one source this release has."""
        ...


class Runs(Protocol):
    """What Temporal knows of runs."""

    async def any_exists(self, workflow_id: str, runs: frozenset[str]) -> bool:
        """Does Temporal know one of these runs, open or closed? What it cannot say now, it raises: ask again later."""
        ...


class Lifecycles(Runs, Protocol):
    """Where other lifecycles run."""

    async def start(self, kind: Kind[Any], request: Message) -> None:
        """Start its workflow; one that runs or ran under that id already is left alone."""
        ...

    async def signal(self, lifecycle: Lifecycle, subject: str, name: str, message: Model | None = None) -> bool:
        """Signal its workflow; False when none is open under that id."""
        ...
