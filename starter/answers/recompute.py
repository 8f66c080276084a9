"""What `tenure recompute` answers with --json."""

from pydantic import AwareDatetime, Field

from domain.values import Model
from starter.answers.lifecycle import Answer


class MovedDate(Model):
    """A pending deadline and the two dates it has by old and new rules."""

    deadline: str
    label: str
    was: AwareDatetime
    at: AwareDatetime


class Recomputed(Model):
    """What became of one lifecycle."""

    workflow_id: str
    moved: tuple[MovedDate, ...] = Field(default=(), description="None: it has today's dates already.")
    problem: str | None = Field(default=None, description="Why nothing was changed; null if nothing was wrong.")
    problem_code: str | None = Field(default=None, description="The same as the name of an exit code.")


class RecomputeAnswer(Answer):
    """`recompute`: which dates moved, or would."""

    dry_run: bool = Field(description="Nothing was changed.")
    asked: int = Field(description="How many lifecycles fit.")
    with_moved_dates: int
    failed: int
    lives: tuple[Recomputed, ...] = Field(description="Those with moved dates or a problem.")
