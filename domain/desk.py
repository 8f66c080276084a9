"""What the operators' desk in Temporal's Web UI offers of one lifecycle, beside what all of them have."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, kw_only=True)
class ListFilter:
    """A list of open workflows: those that fit all that is said."""

    name: str
    stage: str = ""
    awaiting: str = ""
    sort: str = ""
    """As in LifecycleView.kind: `order.renewal`."""

    due_within: timedelta | None = None
    """Of the next deadline; the link names an instant, so it is as old as the link."""

    jeopardy: bool = False


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
