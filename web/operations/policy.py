"""What forms of updates leave out, and which of them ask once more before they are sent."""

from collections.abc import Mapping
from typing import Final

NOT_ASKED: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("trial", "convert"): frozenset({"order"}),
}
"""Paths: a paid order is placed where orders are placed, and is named here by its number. TRL-60."""

DEMANDED: Final[Mapping[tuple[str, str], frozenset[str]]] = {
    ("trial", "convert"): frozenset({"order_number"}),
}
"""What has to be said instead."""

BY_ID: Final = frozenset({("subscription", "terminate"), ("wholesale", "deprovision"), ("order", "refuse_compliance")})
"""Cannot be undone, and takes a whole customer's service: whoever sends it types the id."""

TICKED: Final = frozenset(
    {
        ("order", "cancel"),
        ("trial", "decline"),
        ("trial", "withdraw"),
        ("option", "cancel"),
        ("option", "reject"),
        ("wholesale", "remove_user"),
        ("compliance", "confirm_match"),
    }
)
"""Cannot be undone: a box is to be ticked. A message that has `confirm` itself needs no other."""
