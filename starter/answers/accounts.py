"""What the commands of accounts answer with --json, and `doctor`. Keys are stable: they are only ever added to."""

from typing import Literal

from pydantic import Field

from domain.account.account import ServiceOrganization
from domain.account.classification import AccountClass
from domain.values import Model
from domain.working_time import Instant
from starter.answers.lifecycle import Answer


class AccountImportLine(Answer):
    """`account import`: one for each account, and for each line that is wrong."""

    line: int = Field(description="Line of the file, from 1; of an account on several lines its first.")
    account: str | None = Field(default=None, description="Its ZOID; null if the line does not read.")
    result: Literal["created", "updated", "unchanged", "bad_input"]
    field: str | None = None
    column: str | None = Field(default=None, description="Of a CSV, as spreadsheets name it: A, B, … AA.")
    message: str | None = None


class AccountImportAnswer(Answer):
    """`account import`: the last line."""

    summary: Literal[True] = True
    valid: int = Field(description="Accounts that read.")
    bad_input: int = Field(description="Lines that are wrong, and accounts left out because of them.")
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    finished: bool = Field(description="False: interrupted, run it again. What is written stays.")


class ListedAccount(Model):
    """One line of the list: no person is named."""

    zoid: str
    zgid: str | None
    name: str
    region: str
    data_centre: str
    partner_id: str | None
    large: bool = Field(description="A large-user account.")
    licences: int = Field(description="User licences that count.")
    left_out: int = Field(description="Licences of excluded services.")
    threshold: int | None = Field(description="Of its region; null: none is set, nobody there is large.")


class AccountListAnswer(Answer):
    """`account list`."""

    accounts: tuple[ListedAccount, ...]


class CaseClock(Model):
    """One SLA clock of a case."""

    name: str
    state: str = Field(description="running, paused, met or cancelled.")
    due_at: Instant | None = Field(description="When it is breached, if nothing happens; null: never, as it stands.")
    breached: bool


class AccountCase(Model):
    """An open case of an account."""

    case: str
    stage: str
    severity: str
    agent_id: str | None
    attention: bool = Field(description="Somebody should look.")
    clocks: tuple[CaseClock, ...]


class RightDoors(Model):
    """Where partners should send cases of an account."""

    widget: str
    portal: str
    email: str


class AccountShowAnswer(Answer):
    """`account show`: with the SuperAdmin's address, which stands in no other answer."""

    account: ServiceOrganization
    classification: AccountClass
    doors: RightDoors
    cases: tuple[AccountCase, ...] = Field(description="Open ones, what falls due first stands first.")


class AccountClassAnswer(Answer):
    """`account classify`, of one."""

    account: str
    region: str
    classification: AccountClass


class RegionClass(Model):
    """The accounts of one region."""

    region: str
    threshold: int | None = Field(description="Null: none is set, nobody there is large.")
    accounts: int
    large: int


class RegionClassAnswer(Answer):
    """`account classify --all`."""

    regions: tuple[RegionClass, ...]


class Check(Model):
    """One thing that was looked at."""

    name: str
    status: Literal["ok", "warn", "fail"]
    said: str
    remedy: str | None = Field(default=None, description="What to do about it.")


class DoctorAnswer(Answer):
    """`doctor`."""

    checks: tuple[Check, ...]
