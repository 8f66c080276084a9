"""What `tenure hold`, `resume` and `skip` answer with --json: a line for each lifecycle, then a sum."""

from typing import Literal

from pydantic import Field

from domain.values import Model
from starter.answers.lifecycle import Answer

Result = Literal["planned", "done", "repeated", "left", "failed"]


class BatchLine(Model):
    """One lifecycle."""

    batch: str = Field(description="Of which batch: said again, it does what is left.")
    number: int = Field(description="How many there were up to this one.")
    of: int = Field(description="How many there are.")
    workflow_id: str
    result: Result = Field(
        description="planned: by a dry run; repeated: this batch did it before; left: there is nothing to do, message "
        "says why."
    )
    message: str | None = None
    problem_code: str | None = Field(default=None, description="Of what failed: the name of an exit code.")


class BatchAnswer(Answer):
    """`hold`, `resume`, `skip`: the last line."""

    summary: Literal[True] = True
    batch: str
    dry_run: bool
    fit: int = Field(description="Open lifecycles that fit the query.")
    planned: int = Field(description="Those something was left to do for.")
    done: int = 0
    repeated: int = 0
    left: int = 0
    failed: int = 0
