"""What `tenure hub rebuild` answers. Keys are only ever added to."""

from pydantic import Field

from starter.answers.lifecycle import Answer


class HubRebuildAnswer(Answer):
    """How much was derived anew."""

    derived: int = Field(description="Orders, subscriptions, trials and wholesale customers that were looked at.")
    lives: int = Field(description="Of them, those that the hub knows as they are now.")
    customers: int = Field(description="One for each partner; those that are in no list any more are among them.")
