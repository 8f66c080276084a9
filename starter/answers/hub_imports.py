"""What `usage import`, `signins import`, `payments import` and `calling import` answer. Keys are only ever added to."""

from typing import Literal

from pydantic import Field

from domain.working_time import Instant
from starter.answers.lifecycle import Answer


class HubImportLine(Answer):
    """One line of a file: on stdout those that are wrong, in the file of --results every one."""

    line: int = Field(description="Line of the file, from 1; of a CSV row its first.")
    result: Literal["new", "changed", "same", "bad_input"]
    field: str | None = None
    column: str | None = Field(default=None, description="Of a CSV, as spreadsheets name it: A, B, … AA.")
    message: str | None = None


class PaymentEffectLine(Answer):
    """`payments import`: a subscription that is suspended for an unpaid invoice, or no longer."""

    subscription_id: str
    workflow_id: str
    update: Literal["suspend", "lift_suspension"]
    update_id: str
    result: Literal["done", "repeated", "left", "over", "failed"] = Field(
        description="repeated: an earlier run sent it; left: there was nothing to do any more; over: the subscription "
        "is terminated."
    )
    message: str | None = None
    problem_code: str | None = Field(default=None, description="Of what failed: the name of an exit code.")


class HubImportAnswer(Answer):
    """The last line."""

    summary: Literal[True] = True
    kind: Literal["usage", "signins", "payments", "calling"]
    digest: str = Field(description="SHA-256 of the file, in hex.")
    valid: int = Field(description="Rows that could be taken.")
    bad_input: int = Field(description="Rows that are wrong.")
    new: int = Field(default=0, description="Of these and the next two: earlier runs over this file included.")
    changed: int = 0
    same: int = 0
    before: int = Field(default=0, description="Rows that an earlier run over this file had done.")
    finished: bool = Field(description="False: interrupted or refused. What is written stays.")
    finished_at: Instant | None = Field(default=None, description="When the last row was written; null: not yet.")
    late_weeks: tuple[str, ...] = Field(
        default=(), description="Closed weeks that the next closing revises, if rows that came late change them."
    )
    suspended: int = Field(default=0, description="Subscriptions that this run suspended.")
    lifted: int = Field(default=0, description="Subscriptions whose suspension this run lifted.")
    waiting: int = Field(default=0, description="Subscriptions that could not be told: the next run does it.")
