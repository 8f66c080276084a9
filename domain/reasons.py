"""Why something was not taken, in words that programs may branch on. Only ever added to: docs/upstream-contract.md."""

import re
from enum import StrEnum
from typing import Final, Self

from pydantic import BaseModel, ConfigDict, Field

RULE: Final = re.compile(r"\(([A-Z]{3}-\d{1,3}|R\d+)[,):]")
"""As our texts name them, in parentheses: an id that somebody gave is none."""

RULES: Final = re.compile(r"\s*\(?\b[A-Z]{1,4}-\d{1,3}\b(?:(?:,| to| and) [A-Z]{1,4}-\d{1,3}\b)*\)?\.?")
"""Rules that a description names: ` ORD-20 to ORD-25.`"""


class Reason(StrEnum):
    """A stable code, and what it says of the field that is named."""

    meaning: str

    def __new__(cls, value: str, meaning: str = "") -> Self:
        """As written in the members."""
        member = str.__new__(cls, value)
        member._value_, member.meaning = value, meaning
        return member

    # It does not read as its model: BadInput.

    NOT_ONE_OBJECT = "not_one_object", "not one JSON object with the encoding `json/plain`"
    TOO_BIG = "too_big", "the whole message has too many bytes"
    REQUIRED = "required", "it is missing or empty"
    UNKNOWN_FIELD = "unknown_field", "there is no such field"
    WRONG_TYPE = "wrong_type", "another JSON type is wanted"
    WRONG_FORM = "wrong_form", "a text, number or date that is not written as it has to be, or names nothing there is"
    NOT_ONE_OF = "not_one_of", "not one of the values that are possible"
    TOO_SMALL = "too_small", "a number or date below its limit"
    TOO_LARGE = "too_large", "a number or date above its limit"
    TOO_SHORT = "too_short", "a text or list with too little in it"
    TOO_LONG = "too_long", "a text or list with too much in it"
    PLACEHOLDER = "placeholder", "`REPLACE-ME` was left standing"
    CONTRADICTION = "contradiction", "it breaks a rule, by itself or together with other fields of the message"
    START_OPTIONS = "start_options", "Temporal would end the lifecycle, or begin it again: cron, retry, time-out"
    WRONG_WORKFLOW_ID = "wrong_workflow_id", "the workflow id is not the one that its input asks for"
    UNKNOWN_UPDATE = "unknown_update", "the workflow has no such update"
    START_WAS_REFUSED = "start_was_refused", "asked of a run whose start was refused; the failure of the run says why"

    UNKNOWN_WORKFLOW_TYPE = "unknown_workflow_type", "there is no such workflow type"

    # It reads well, and is not so, or not now: Refused.

    WRONG_STAGE = "wrong_stage", "where it stands does not allow it"
    HELD = "held", "an operator holds it already"
    ALREADY_DONE = "already_done", "it was said or done before"
    NOT_NEEDED = "not_needed", "it asks for nothing that is open"
    UNKNOWN = "unknown", "names something that this lifecycle does not have"
    MISSING = "missing", "something has to be there as well"
    DOES_NOT_FIT = "does_not_fit", "it contradicts what is known already"
    UNCONFIRMED = "unconfirmed", "the consequence has to be confirmed"
    WRONG_DATE = "wrong_date", "a date in the past or in the future that may not be there, or before another one"
    NOT_ALLOWED = "not_allowed", "whoever asks, or the terms, may not"
    ADDRESS_OF_A_PARTNER = "address_of_a_partner", "this address is a partner's"

    ID_TAKEN = "id_taken", "the id was used before"
    NOT_KNOWN = "not_known", "the store knows nothing under that id"
    ANOTHER_CUSTOMER = "another_customer", "it belongs to another customer"
    CUSTOMER_NOT_NEW = "customer_not_new", "the customer has a subscription or a trial already"
    CUSTOMER_NOT_PAYING = "customer_not_paying", "nothing is known that the customer has bought"
    SERVICES_NOT_AVAILABLE = "services_not_available", "bought already, or on trial already"
    DEVICE_TAKEN = "device_taken", "lent or promised already"
    NOT_RENEWABLE = "not_renewable", "the subscription cannot be renewed by this order"
    DOES_NOT_CONVERT = "does_not_convert", "the order cannot make this trial paid, or the trial cannot be made paid"
    NO_CALENDAR = "no_calendar", "the holidays or the zone of that place are not known"
    GIVEN_UP = "given_up", "an operator decided to go on without a step that this needs"
    NOT_POSSIBLE = "not_possible", "none of the others; the message says why"


class Problem(BaseModel):
    """One thing that is wrong with a request: each detail of a failure, the first one first."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    code: Reason = Field(description="Branch on this.")
    field: str | None = Field(description="Where, as a path into the message: `provisioning.users[3].email`.")
    rule: str | None = Field(description="Id of the rule that it is refused by, if one is named.")
    message: str = Field(description="For people, without the field's name; it may change.")

    @classmethod
    def of(cls, code: Reason, message: str, field: str | None = None) -> Self:
        """The rule is the one that the text names first."""
        rule = RULE.search(message)
        return cls(code=code, field=field or None, rule=rule and rule[1], message=message)

    @property
    def line(self) -> str:
        """As people read it."""
        return f"{self.field}: {self.message}" if self.field else self.message


def without_rules(text: str) -> str:
    """As it reads for those who do not look rules up."""
    words = RULES.sub("", " ".join(text.split())).strip(" .")
    return f"{words}." if words else ""
