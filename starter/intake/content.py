"""What makes two starts the same: the content, not who sent it, when, or in which words. R9."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pydantic import ValidationError

from domain.values import ERASED, Message, Model

ABOUT_THE_SENDING: Final = frozenset({"by", "reason", "source"})
"""Who sent it and why: no part of the content. Whoever repeats a start may be somebody else."""


def differing(start: Message, earlier: Message | Mapping[str, Any]) -> list[str]:
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
    return _stated(now, before) if name == "policy" else _but_for_erased(now, before)


def _but_for_erased(now: Any, before: Any) -> bool:
    """The same, as far as anybody can tell: who was erased may have been anyone."""
    if before == ERASED:
        return True
    if isinstance(before, Model) and type(now) is type(before):
        fields = type(before).model_fields
        return all(_but_for_erased(getattr(now, field), getattr(before, field)) for field in fields)
    if isinstance(before, tuple) and isinstance(now, tuple):
        return len(now) == len(before) and all(map(_but_for_erased, now, before))
    return bool(now == before)


def erased(given: Any, at: str = "") -> list[str]:
    """Where somebody stood who was erased since: `customer.contact`."""
    if given == ERASED:
        return [at]
    if isinstance(given, Model):
        parts = [(f"{at}.{name}".lstrip("."), getattr(given, name)) for name in type(given).model_fields]
    else:
        parts = [(f"{at}[{n}]", part) for n, part in enumerate(given)] if isinstance(given, tuple) else []
    return [found for way, part in parts for found in erased(part, way)]


def _stated(now: Model, before: Model) -> bool:
    for name in now.model_fields_set:
        mine, theirs = getattr(now, name), getattr(before, name)
        if not (_stated(mine, theirs) if isinstance(mine, Model) else mine == theirs):
            return False
    return True


def digest(start: Model) -> bytes:
    """A short stand-in for the content."""
    content = start.model_dump(exclude=set(ABOUT_THE_SENDING))
    if policy := getattr(start, "policy", None):
        content["policy"] = policy.model_dump(exclude_unset=True)
    text = json.dumps(content, sort_keys=True, default=_as_text)
    return hashlib.blake2b(text.encode(), digest_size=12).digest()


def _as_text(value: Any) -> str:
    return str(value.astimezone(UTC) if isinstance(value, datetime) else value)
