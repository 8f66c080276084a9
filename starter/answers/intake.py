"""What `case intake` answers of a mail that reaches a case we have; one that starts a case is answered as a start."""

from typing import Literal

from pydantic import Field

from starter.answers.lifecycle import Answer

ReplyResult = Literal["answered", "main_email_set", "noted", "already_taken"]
"""`answered`: the partner owed an answer, and this is it. `main_email_set`: the customer's main e-mail was taken from
it. `noted`: it is kept with the case, which stays where it is. `already_taken`: the same mail was taken before."""


class ReplyAnswer(Answer):
    """`case intake` of a mail that answers one of ours."""

    result: ReplyResult
    lifecycle: str
    id: str = Field(description="The case that it reached.")
    workflow_id: str
    updates: tuple[str, ...] = Field(description="What was sent to the case, in this order.")
    update_ids: tuple[str, ...] = Field(description="Made from the Message-ID: a repetition changes nothing.")
    stage: str = Field(description="Where the case stands after it.")
    look: bool = Field(default=False, description="Somebody should look at the case: it was resolved.")


class ReplyPlanAnswer(Answer):
    """`case intake --dry-run` of a mail that answers one of ours; nothing was touched."""

    result: Literal["valid"] = "valid"
    would_be: ReplyResult
    lifecycle: str
    id: str = Field(description="The case that it would reach.")
    workflow_id: str
    updates: tuple[str, ...]
    stage: str = Field(description="Where the case stands now.")
    look: bool = False
