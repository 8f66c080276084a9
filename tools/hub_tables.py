"""The Partner Hub's tables in docs/hub.md: who may what, and what every number means."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from domain.hub import definitions
from domain.hub.definitions import Definition
from domain.hub.policy import HubPolicy
from domain.hub.sections import COLUMNS, SectionKey
from domain.permissions import OPERATOR, RIGHTS, PartnerRole, Right
from domain.values import Language
from web.words import is_said, said

Cells = tuple[str, ...]

ROLES: Final = (*PartnerRole, OPERATOR)
MEANT: Final[Mapping[Right, str]] = {
    Right.SEE_CUSTOMERS: "see customers, tags, KPIs",
    Right.SEE_ALL_CUSTOMERS: "all customers of the partner",
    Right.SEE_ALL_PARTNERS: "of every partner",
    Right.EDIT_TAGS: "edit tags",
    Right.START_TRIAL: "start a trial",
    Right.MANAGE_TRIALS: "extend, edit, convert, cancel, send again",
    Right.REQUEST_OPTIONS: "request an option",
    Right.ASSIGN_ADMINISTRATORS: "assign administrators to a customer",
    Right.MANAGE_ADMINISTRATORS: "Administration tab",
    Right.OPERATE: "operations, every update",
}
"""For the head of a line; a right without a word here stops the page."""

GROUPS: Final[Mapping[str, Iterable[Mapping[str, Definition]]]] = {
    "statuses": (definitions.STATUSES,),
    "kpis": (definitions.TOP, definitions.TREND, definitions.SECTIONS),
    "columns": (definitions.COLUMNS,),
    "calling": (definitions.CALLING,),
}
"""By the second word of a block's name."""

NAMES: Final = ("kpi.name_{}", "kpi.{}", "hub.{}")
"""Of the pages' texts, by key."""


def rights() -> tuple[Cells, list[Cells]]:
    """Every right, and the roles that have it."""
    rows: list[Cells] = [(MEANT[right], *("✔" if right in RIGHTS[role] else "" for role in ROLES)) for right in Right]
    return ("", *(f"`{role}`" for role in ROLES)), rows


def numbers(of: str) -> tuple[Cells, list[Cells]]:
    """What things mean, by the terms that there are without a setting."""
    rows = [row for group in GROUPS[of] for row in _rows(group)]
    return ("what", "means", "rules"), rows


def sections() -> tuple[Cells, list[Cells]]:
    """Of each section of the dashboard, its columns."""
    rows: list[Cells] = [
        (f"`{key}`", ", ".join(_name(f"column.{column}") for column in COLUMNS[key])) for key in SectionKey
    ]
    return ("section", "columns"), rows


def _rows(group: Mapping[str, Definition]) -> Iterator[Cells]:
    for key, each in group.items():
        area, _, plain = key.rpartition(".")
        name = _name(key) if area == "column" else f"{_name(key)}, `{plain}`"
        yield name, each.said(HubPolicy()), ", ".join(each.rules)


def _name(key: str) -> str:
    """As the pages call it."""
    plain = key.replace(".", "_")
    return next(said(name, Language.ENGLISH) for form in NAMES if is_said(name := form.format(plain)))
