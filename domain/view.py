"""How a lifecycle is shown to people: a tracker, what is awaited, what may be sent. Pure."""

from enum import StrEnum

from pydantic import AwareDatetime

from domain.agenda import Deadline
from domain.events import Task
from domain.life import PostedMail
from domain.values import Model


class Mark(StrEnum):
    """How far one step of a lifecycle is. A step that did not happen is never ticked."""

    DONE = "✓"
    CURRENT = "→"
    STOPPED = "✗"
    PENDING = "○"


class Step(Model):
    """One step of the tracker."""

    name: str
    mark: Mark
    at: AwareDatetime | None = None


class Awaited(Model):
    """Something a lifecycle waits for: what, from whom, and the message that reports it."""

    what: str
    from_whom: str
    update: str
    """The update to send when it happened."""


class LifeView(Model):
    """Where a lifecycle stands. Instants are UTC; `as_of` is the last time something happened to it."""

    lifecycle: str
    id: str
    kind: str
    """`order.new`, `order.renewal`, `subscription`."""

    stage: str
    customer_id: str
    partner_id: str
    """Who faces the customer."""

    as_of: AwareDatetime
    steps: tuple[Step, ...]
    awaiting: tuple[Awaited, ...]
    can_send: tuple[str, ...]
    """Every update allowed now."""

    deadlines: tuple[Deadline, ...]
    """What falls due if nothing happens, next first."""

    jeopardy: tuple[str, ...]
    attention: bool
    tasks: tuple[Task, ...]
    mails: tuple[PostedMail, ...]
    facts: dict[str, str]
