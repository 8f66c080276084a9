"""A lifecycle as it is stored, for whoever reads it whole."""

from typing import Any

from domain.values import Model


class Row(Model):
    """A lifecycle without a row model of its own."""

    state: Any
    placed: Any = None
    """As it was started, if it took its id by that."""

    forms: dict[str, Any] = {}
    """As they were submitted, by name."""
