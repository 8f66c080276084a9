"""A compliance check as it is stored, for whoever reads it whole."""

from typing import Any

from domain.compliance.messages import StartCheck
from domain.compliance.state import CheckState
from domain.values import Model


class CheckRow(Model):
    """A check as it stands in the store."""

    state: CheckState
    placed: StartCheck
    """As it was started: who was screened, by which names."""

    forms: dict[str, dict[str, Any]] = {}
    """What the partner wrote, by name: `reply/1`."""
