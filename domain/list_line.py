"""What a list says of one lifecycle beside what it says of all. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from domain.values import Model


class ListLine(Model):
    """Nothing more. A lifecycle that has more to say has a line of its own: its fields are the keys of the answer."""

    @classmethod
    def of(cls, _state: Any, _now: datetime) -> Self:
        """As it stands."""
        return cls()

    def cells(self) -> Mapping[str, str]:
        """The same for people, by column."""
        return {}
