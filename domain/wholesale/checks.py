"""What a customer knows of its compliance checks: the axis that moves none of its stages. WHS-20 to WHS-22. Pure."""

from collections.abc import Iterable
from typing import Final

from pydantic import AwareDatetime

from domain.values import Model

CREATED: Final = "created"
ADDRESS_CHANGED: Final = "address_changed"
LIST_CHANGED: Final = "list_changed"
"""Why a customer is screened: values of the check's own CheckReason."""

CHECKING: Final = "checking"
NON_COMPLIANT: Final = "non_compliant"
DEPROVISIONING: Final = "deprovisioning"

ENDED: Final = frozenset({"clear", "approved", "deprovisioned", "superseded", "withdrawn"})
"""Stages of a check in which nothing is to come."""

KEPT: Final = 10
"""So many checks are remembered, and all that are still open."""


class CheckStanding(Model):
    """One check, as far as the customer has heard of it."""

    check_id: str
    number: int
    """Which of the customer's it is, from 1."""

    because: str
    """CREATED, ADDRESS_CHANGED or LIST_CHANGED."""

    at: AwareDatetime
    """When it was asked for, or reported last, in UTC."""

    started: bool = False
    stage: str = CHECKING
    """A CheckStage, as it was reported last."""

    list_version: str | None = None
    """What it was screened by last; None: nobody could be asked yet."""

    contacts: tuple[AwareDatetime, ...] = ()
    """When the partner was contacted. WHS-26."""

    decided: str | None = None
    """Why it was decided so, in the words of whoever did."""

    @property
    def is_open(self) -> bool:
        """Is there somebody to be told?"""
        return self.started and self.stage not in ENDED


class CheckFacts(Model):
    """What the store says of a check whose workflow says that something happened to it."""

    untrue: str | None = None
    """Why what was said is not so; then nothing else is known."""

    check: CheckStanding | None = None


def check_id(external_id: str, number: int) -> str:
    """`<external id>-<number>`."""
    return f"{external_id}-{number}"


def remembered(checks: Iterable[CheckStanding]) -> list[CheckStanding]:
    """By number: the last ones, and whichever is open or not started yet."""
    known = sorted(checks, key=lambda check: check.number)
    last = {check.number for check in known[-KEPT:]}
    return [check for check in known if check.number in last or check.is_open or not check.started]
