"""What is known of one customer's calls in one week. domain.md §6.9. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointCalls:
    """Calls by one type of endpoint."""

    calls: int
    low_quality: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekOfCalls:
    """Of one customer. Calls on Webex are none of it. HUB-52, HUB-60."""

    customer_id: str
    week: date
    """The Sunday that ends it (`domain/hub/weeks.py`)."""

    users: int
    """Users with a licence."""

    callers: int
    """Users who made a call."""

    calls: int
    minutes: int
    low_quality: int
    """Calls of low quality."""

    endpoints: Mapping[str, EndpointCalls] = field(default_factory=dict)
    """By type: `desk_phone`, `desktop_app`, `mobile_app`, …"""

    features: Mapping[str, int] = field(default_factory=dict)
    """Calls by feature: `call_queue`, `hunt_group`, `auto_attendant`, …"""

    queue_enabled: bool = False
    queue_answered: int = 0
    """Calls that an agent answered, or that were put in another queue."""

    queue_answer_seconds: int = 0
    """What those waited, together."""

    queue_abandoned: int = 0
    """Calls whose caller hung up, or left a message, before."""

    queue_abandoned_seconds: int = 0
    """What those waited, together."""
