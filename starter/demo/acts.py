"""What people outside do in the demo, and what it shows of that. Lines of examples/world.jsonl."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import Field, model_validator

from domain.values import Line, Model


class Act(Model):
    """One thing somebody outside does. A line of examples/world.jsonl."""

    at: timedelta
    """After its start, for a trial's devices after that of the trial; for a subscription, after its renewal date
    (negative: before)."""

    to: Line = Field(description="A workflow id.")
    update: Line | None = None
    message: dict[str, Any] = {}
    place: Line | None = Field(
        default=None, description="The id of an order or option request to start: by itself, or for the update."
    )
    note: Line

    @model_validator(mode="after")
    def _something_to_do(self) -> Self:
        if self.update is None and self.place is None:
            raise ValueError("an act sends an update, starts something, or both")
        return self


@dataclass(frozen=True)
class Happening:
    """Something the demo shows."""

    workflow_id: str
    at: datetime
    """On the lifecycle's own clock."""

    text: str
    refused: bool = False


def read_acts(path: Path) -> list[Act]:
    """The acts of a file, one JSON object a line."""
    return [Act.model_validate_json(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
