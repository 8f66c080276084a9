"""The rules of domain.md behind what happens to a lifecycle, for whoever shows it. Those of mails stand in MailKind."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from domain.deadlines import Deadline


@dataclass(frozen=True, kw_only=True)
class Rules:
    """Ids such as `ORD-03, AMB-1`. What is not named has no rule of its own."""

    deadlines: Mapping[str, str] = field(default_factory=dict)
    """By kind of deadline."""

    events: Mapping[str, str] = field(default_factory=dict)
    """Of events that change the stage, by type."""

    losses: Mapping[str, str] = field(default_factory=dict)
    """Of what is gone for good, by step."""

    def of_deadline(self, deadline: Deadline) -> str:
        return self.deadlines.get(deadline.kind, "")
