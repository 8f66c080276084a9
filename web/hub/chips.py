"""Statuses as small words with a colour, and why. HUB-10 to HUB-18."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final, NamedTuple

from domain.hub.days import days_to
from domain.hub.entitlements import Entitlement, EntitlementState
from domain.hub.statuses import Found, Status
from web.reader import Reader

SHOWN: Final = 3
"""So many ids stand in a reason; of more, the first ones."""

TONES: Final = {
    Status.SUSPENDED: "bad",
    Status.EXPIRED: "bad",
    Status.EXPIRING_SOON: "warn",
    Status.OVER_LICENCE: "warn",
    Status.READY_FOR_SETUP: "accent",
    Status.NO_RECENT_ACTIVITY: "neutral",
    Status.SUBSCRIPTION: "good",
    Status.TRIAL: "accent",
}
STATE_TONES: Final = {
    EntitlementState.PENDING_ACTIVE: "accent",
    EntitlementState.ACTIVE: "good",
    EntitlementState.SUSPENDED: "bad",
    EntitlementState.TRIALING: "good",
    EntitlementState.GRACE: "warn",
    EntitlementState.OVER: "neutral",
}


class Chip(NamedTuple):
    """What kit.chip takes."""

    text: str
    tone: str
    why: str = ""


def status_chips(found: Iterable[Found], reader: Reader) -> list[Chip]:
    """In the order of display."""
    return [
        Chip(
            reader.say(f"hub.status_{one.status}"),
            TONES[one.status],
            reader.say(f"hub.why_{one.status}", **_why(one, reader)),
        )
        for one in found
    ]


def _why(found: Found, reader: Reader) -> dict[str, str]:
    more = "…" if len(found.subjects) > SHOWN else ""
    return {
        "subjects": ", ".join(found.subjects[:SHOWN]) + more,
        "on": reader.day(found.on),
        "days": reader.number(found.days),
        "reasons": ", ".join(reader.word("hub.reason", reason) for reason in found.reasons),
    }


def state_chip(entitlement: Entitlement, reader: Reader) -> Chip:
    """Of a subscription, a trial or an order; of what is suspended with the reasons. AMB-42."""
    reasons = ", ".join(reader.word("hub.reason", reason) for reason in entitlement.suspended_for)
    text = reader.word("hub.state", entitlement.state)
    return Chip(f"{text}: {reasons}" if reasons else text, STATE_TONES[entitlement.state])


def days_left(entitlement: Entitlement, at: datetime, zone: str, reader: Reader) -> str:
    """`12 days left`; empty for what has no end."""
    days = days_to(entitlement.ends_at, at, zone)
    if days is None:
        return ""
    if days < 0:
        return reader.say("hub.days_over", days=reader.number(-days))
    return reader.say("hub.days_left", days=reader.number(days)) if days else reader.say("hub.last_day_today")
