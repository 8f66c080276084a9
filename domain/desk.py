"""What the operators' desk in Temporal's Web UI offers of one lifecycle, beside what all of them have."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ListFilter:
    """A list of open workflows: in a stage, waiting for an update, or both."""

    name: str
    stage: str = ""
    awaiting: str = ""


@dataclass(frozen=True, kw_only=True)
class StartForm:
    """Something people start by a form: in words, with which file of examples/ui as input."""

    name: str
    example: str


@dataclass(frozen=True, kw_only=True)
class Desk:
    """Nothing, unless a lifecycle says so."""

    filters: tuple[ListFilter, ...] = ()
    starts: tuple[StartForm, ...] = ()
