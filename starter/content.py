"""What makes two orders the same order: its content, not who sent it, when, or in which words. R9."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC
from typing import Any, Final

from pydantic import ValidationError

from domain.order.messages import PlaceOrder
from domain.values import Model

ABOUT_THE_SENDING: Final = frozenset({"by", "reason", "source"})
"""Who sent it and why: no part of an order's content. Whoever repeats an order may be somebody else."""


def differing(order: PlaceOrder, earlier: PlaceOrder | Mapping[str, Any]) -> list[str]:
    """Top-level fields whose content differs; instants are compared as instants, and only the stated part of a policy:
    what a policy leaves out is a matter of the release, and an order keeps the terms it was started under."""
    if not isinstance(earlier, PlaceOrder):
        try:
            earlier = PlaceOrder.model_validate(earlier)
        except ValidationError:
            return ["input"]  # what is there is no order this release can read
    names = [name for name in PlaceOrder.model_fields if name not in ABOUT_THE_SENDING]
    return [name for name in names if not _agree(getattr(order, name), getattr(earlier, name), name)]


def _agree(now: Any, before: Any, name: str) -> bool:
    if name == "policy":
        return _stated(now, before)
    return bool(now == before)


def _stated(now: Model, before: Model) -> bool:
    for name in now.model_fields_set:
        mine, theirs = getattr(now, name), getattr(before, name)
        if not (_stated(mine, theirs) if isinstance(mine, Model) else mine == theirs):
            return False
    return True


def digest(order: PlaceOrder) -> bytes:
    """A short stand-in for an order's content."""
    content = order.model_dump(mode="json", exclude=set(ABOUT_THE_SENDING))
    content["policy"] = order.policy.model_dump(mode="json", exclude_unset=True)
    content["placed_at"] = str(order.placed_at.astimezone(UTC)) if order.placed_at else None
    return hashlib.blake2b(json.dumps(content, sort_keys=True).encode(), digest_size=12).digest()
