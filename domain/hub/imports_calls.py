"""Rows of calls that come by file: one customer's in one week. domain.md §6.9, HUB-52, HUB-60. Pure."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Annotated, Any, ClassVar, Final, Self

from pydantic import AfterValidator, Field, model_validator

from domain.checks import InOurWords, Judged
from domain.hub.calls import EndpointCalls, WeekOfCalls
from domain.hub.imports_rows import Day, HubRow, RowProblem
from domain.hub.weeks import SUNDAY, week_of
from domain.values import Count, Identifier, Model

MOST: Final = 1_000_000_000
Many = Annotated[int, Field(ge=0, le=MOST)]
"""Calls, minutes or seconds of a week."""


def _is_sunday(day: date) -> None:
    """Any day would do but a Sunday: it ends one week and begins another. So the one that ends it is asked for."""
    if day.weekday() != SUNDAY:
        raise InOurWords(f"must be the Sunday that ends the week: {week_of(day)} (HUB-60)")


class Calls(Model):
    """Of one type of endpoint."""

    calls: Many
    low_quality: Many = 0

    @model_validator(mode="after")
    def _part_of_them(self) -> Self:
        if self.low_quality > self.calls:
            raise ValueError("low_quality: must be at most calls")
        return self


class Endpoints(Model):
    """Calls by type of endpoint."""

    desk_phone: Calls | None = None
    room_device: Calls | None = None
    desktop_app: Calls | None = None
    mobile_app: Calls | None = None
    web_app: Calls | None = None
    analog_gateway: Calls | None = None
    other: Calls | None = None


class Features(Model):
    """Calls by feature."""

    call_queue: Many | None = None
    hunt_group: Many | None = None
    auto_attendant: Many | None = None
    call_park: Many | None = None
    call_pickup: Many | None = None
    call_forwarding: Many | None = None
    paging_group: Many | None = None
    voicemail: Many | None = None
    receptionist: Many | None = None
    other: Many | None = None


class Queues(Model):
    """What became of calls in call queues."""

    answered: Many = Field(description="By an agent, or put in another queue.")
    answer_seconds: Many = Field(description="What those waited, together.")
    abandoned: Many = Field(description="The caller hung up, or left a message, before.")
    abandoned_seconds: Many = Field(description="What those waited, together.")

    @model_validator(mode="after")
    def _waited_for_something(self) -> Self:
        if self.answer_seconds and not self.answered:
            raise ValueError("answer_seconds: must be 0 where no call was answered")
        if self.abandoned_seconds and not self.abandoned:
            raise ValueError("abandoned_seconds: must be 0 where no call was abandoned")
        return self


class CallingRow(HubRow):
    """Calls of one customer in one week, without Call on Webex. HUB-52, HUB-60."""

    key: ClassVar = ("customer_id", "week")

    customer_id: Identifier
    week: Annotated[Day, AfterValidator(Judged(_is_sunday))] = Field(
        description="The Sunday that ends it: it ended as that day began, UTC. HUB-60."
    )
    users: Count = Field(description="Who had a licence in that week.")
    callers: Count = Field(description="Of them, who made a call.")
    calls: Many
    minutes: Many
    low_quality: Many = Field(description="Calls of low quality.")
    endpoints: Endpoints = Field(default=Endpoints(), description="Calls by type of endpoint.")
    features: Features = Field(default=Features(), description="Calls by feature.")
    queue: Queues | None = Field(default=None, description="Only of a customer with call queues.")

    @model_validator(mode="after")
    def _parts_of_the_whole(self) -> Self:
        if self.callers > self.users:
            raise ValueError("callers: must be at most users")
        if self.callers > self.calls:
            raise ValueError("callers: must be at most calls, for each of them made one")
        if self.calls and not self.callers:
            raise ValueError("callers: must not be 0 where there were calls")
        if self.low_quality > self.calls:
            raise ValueError("low_quality: must be at most calls")
        if any(each.calls > self.calls for _, each in _given(self.endpoints)):
            raise ValueError("endpoints: must have at most calls each")
        return self

    def columns(self) -> dict[str, Any]:
        """Key and content; a type or a feature that is not said is left out."""
        content = self.model_dump(exclude={"customer_id", "week"}, exclude_none=True)
        return {"customer_id": self.customer_id, "week": self.week, "content": content}

    def too_early(self, today: date) -> Iterator[RowProblem]:
        """Only a week that is over has numbers that stay."""
        if self.week > today:
            yield RowProblem("week", "is not over yet (a week ends as its Sunday begins, UTC)")


def _given(parts: Endpoints) -> list[tuple[str, Calls]]:
    return [(name, calls) for name in Endpoints.model_fields if (calls := getattr(parts, name)) is not None]


NO_QUEUE: Final[Mapping[str, int]] = dict.fromkeys(Queues.model_fields, 0)


def calls_of(customer_id: str, week: date, content: Mapping[str, Any]) -> WeekOfCalls:
    """What is stored, as a value."""
    queue = content.get("queue") or NO_QUEUE
    return WeekOfCalls(
        customer_id=customer_id,
        week=week,
        **{name: content[name] for name in ("users", "callers", "calls", "minutes", "low_quality")},
        endpoints={name: EndpointCalls(**each) for name, each in content["endpoints"].items()},
        features=dict(content["features"]),
        queue_enabled="queue" in content,
        queue_answered=queue["answered"],
        queue_answer_seconds=queue["answer_seconds"],
        queue_abandoned=queue["abandoned"],
        queue_abandoned_seconds=queue["abandoned_seconds"],
    )
