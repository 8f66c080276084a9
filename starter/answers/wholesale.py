"""What `tenure wholesale precheck`, `users` and `certificate` answer with --json. Keys are only ever added to."""

from typing import Literal

from pydantic import Field

from domain.reasons import Problem, Reason
from domain.values import Model
from domain.wholesale.certificate import Certificate
from domain.wholesale.dial_in import DialIn
from domain.working_time import Instant
from starter.answers.lifecycle import Answer


class FirstCheck(Model):
    """The compliance check that starts by itself, beside the provisioning. WHS-20, WHS-22."""

    id: str
    workflow_id: str
    list_version: str | None = Field(
        description="Of the lists here; null: none was imported, or a service has its own."
    )


class PrecheckAnswer(Answer):
    """`wholesale precheck`: nothing was touched."""

    result: Literal["valid", "already_started", "refused"] = Field(
        description="already_started: the same customer with the same content; a start would change nothing."
    )
    lifecycle: str
    id: str | None = Field(description="The external id; null if it does not read.")
    workflow_id: str | None
    problems: tuple[Problem, ...] = Field(description="Everything that would be refused.")
    zone: str | None = Field(description="Where its calendar days end; null if the input does not read.")
    dial_in: DialIn | None = Field(description="Organization country, location and call-in number; null if refused.")
    created_with: str | None = Field(description="The package whose level administrators get; null if refused.")
    packages: dict[str, int] = Field(default={}, description="The most that could be assigned of each.")
    add_ons: dict[str, int] = {}
    own_organization: bool = Field(default=False, description="The partner's own: shown in lists, without effect.")
    first_check: FirstCheck | None = Field(description="Null if refused, or started already.")


class WholesaleUserLine(Answer):
    """`wholesale users import`: one for each user, and for each line that is wrong."""

    line: int = Field(description="Line of the file, from 1; of a CSV row its first.")
    user: str | None = Field(default=None, description="Its id; null if the line does not read.")
    result: Literal["assigned", "changed", "unchanged", "refused", "bad_input"]
    before: bool = Field(default=False, description="An earlier run of this import did it.")
    batch: str | None = Field(default=None, description="With which it was sent.")
    field: str | None = None
    column: str | None = Field(default=None, description="Of a CSV, as spreadsheets name it: A, B, … AA.")
    message: str | None = None
    code: Reason | None = Field(default=None, description="Of a refusal: branch on this.")


class WholesaleUsersAnswer(Answer):
    """`wholesale users import`: the last line."""

    summary: Literal[True] = True
    customer: str
    valid: int = Field(description="Users that read.")
    bad_input: int = Field(description="Lines that are wrong.")
    assigned: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: int = 0
    before: int = Field(default=0, description="Of these, by an earlier run of this import.")
    batches: int = Field(default=0, description="Sent to the customer by this run.")
    finished: bool = Field(description="False: interrupted, run it again. What is assigned stays.")


class ListedUser(Model):
    """One user: no person is named."""

    user: str
    package: str
    add_ons: tuple[str, ...]
    administrator: bool
    changed_at: Instant


class WholesaleUserListAnswer(Answer):
    """`wholesale users list`."""

    customer: str
    users: tuple[ListedUser, ...]


class CertificateAnswer(Answer):
    """`wholesale certificate`: it names nobody."""

    customer: str
    certificate: Certificate
    genuine: bool = Field(description="The digest that it bears is that of its content.")
