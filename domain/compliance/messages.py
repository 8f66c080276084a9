"""What starts a compliance check and what people send to it afterwards. domain.md §7.2."""

from enum import StrEnum
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from domain.compliance.policy import CompliancePolicy
from domain.compliance.screening import Screened
from domain.compliance.states import CheckEvent
from domain.updates import Update
from domain.values import Identifier, Line, Message, Model, Moment, Partner, Signal, Text, Zone


class CheckReason(StrEnum):
    """Why a customer is screened. WHS-20."""

    CREATED = "created"
    ADDRESS_CHANGED = "address_changed"
    LIST_CHANGED = "list_changed"
    """A new list: everybody is screened anew."""


class CarriedOver(Model):
    """What an earlier check of the customer had come to, which was never resolved: no change of address begins the
    time anew. WHS-27."""

    check_id: Identifier
    non_compliant_since: Moment
    contacts_made: Annotated[int, Field(ge=0, le=12)] = 0
    partner_replied: bool = False


class StartCheck(Message):
    """Screen a customer. Workflow `ComplianceCheck`, id `compliance-<check_id>`. WHS-20.

    Started by the workflow of the wholesale customer that it is about.
    """

    check_id: Identifier = Field(description="`<external id>-<number>`.")
    external_id: Identifier
    number: Annotated[int, Field(ge=1, le=1_000_000_000)] = Field(
        description="Which check of this customer it is, from 1."
    )
    because: CheckReason
    screened: Screened
    partner: Partner = Field(description="Contacted if the match is confirmed. WHS-26")
    zone: Zone = Field(description="Of the customer: its calendar days count. AMB-39")
    carried: CarriedOver | None = None
    policy: CompliancePolicy = CompliancePolicy()

    @model_validator(mode="after")
    def _one_id(self) -> Self:
        if self.check_id != f"{self.external_id}-{self.number}":
            raise ValueError("check_id: must be <external_id>-<number>")
        return self


class Approve(Message):
    """The compliance team found no problem. WHS-24."""

    reason: Line = Field(description="Why, for the audit trail.")


class ConfirmMatch(Message):
    """It is the one on the list: the customer is not compliant until that is resolved. WHS-26."""

    reason: Line = Field(description="Why, for the audit trail.")


class PartnerReplied(Message):
    """The partner was reached: only the thirty days count from now on. WHS-27, AMB-30."""

    reply: Text | None = Field(default=None, description="In the partner's words.")


class CustomerNews(Signal):
    """From the wholesale customer: something there concerns its checks, which look into the store what it is."""

    external_id: Identifier


class CustomerFacts(Model):
    """What the store knows of the customer of a check, and of its newest check."""

    untrue: str | None = None
    """Why what was said is not so; then nothing else is known."""

    deprovisioning: bool = False
    """It is being deprovisioned, whoever asked for it."""

    deprovisioned: bool = False
    because_of: str | None = None
    """The check that asked for it, if one did."""

    newest_number: int = 0
    newest_stage: str = ""
    """Of its newest check; empty: the store has it not yet."""


UPDATES: Final = {
    "approve": Update(message=Approve, does="No problem was found.", event=CheckEvent.APPROVED),
    "confirm_match": Update(message=ConfirmMatch, does="It is the one on the list.", event=CheckEvent.MATCH_CONFIRMED),
    "partner_replied": Update(
        message=PartnerReplied, does="The partner was reached.", event=CheckEvent.PARTNER_REPLIED
    ),
}
"""What people may send to an open check, by name."""
