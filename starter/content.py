"""What makes two orders, or two trials, the same: the content, not who sent it, when, or in which words. R9."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from domain.values import Model
from starter.intake import Start

ABOUT_THE_SENDING: Final = frozenset({"by", "reason", "source"})
"""Who sent it and why: no part of the content. Whoever repeats a start may be somebody else."""


def differing(start: Start, earlier: Start | Mapping[str, Any]) -> list[str]:
    """Top-level fields whose content differs; instants are compared as instants, and only the stated part of a policy:
    what a policy leaves out is a matter of the release, and a life keeps the terms it was started under."""
    model = type(start)
    if not isinstance(earlier, model):
        try:
            earlier = model.model_validate(earlier)
        except ValidationError:
            return ["input"]  # what is there is nothing this release can read
    names = [name for name in model.model_fields if name not in ABOUT_THE_SENDING]
    return [name for name in names if not _agree(getattr(start, name), getattr(earlier, name), name)]


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


def digest(start: Start) -> bytes:
    """A short stand-in for the content."""
    content = start.model_dump(exclude=set(ABOUT_THE_SENDING))
    content["policy"] = start.policy.model_dump(exclude_unset=True)
    text = json.dumps(content, sort_keys=True, default=_as_text)
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


def _as_text(value: Any) -> str:
    return str(value.astimezone(UTC) if isinstance(value, datetime) else value)
