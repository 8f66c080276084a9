"""A support case as it is stored, with what people wrote."""

from typing import Any

from domain.case.messages import OpenCase
from domain.case.state import CaseState
from domain.values import Model


class CaseRow(Model):
    """A case as it stands in the store."""

    state: CaseState
    placed: OpenCase | None = None
    """As it was opened."""

    forms: dict[str, dict[str, Any]] = {}
    """What people wrote, by name: `question/1`, `status/2`."""
