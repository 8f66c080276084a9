"""What `tenure screening …` answers with --json. Keys are stable: they are only ever added to."""

from typing import Literal

from pydantic import Field

from domain.compliance.screening import Screened, Screening
from domain.values import Model
from domain.working_time import Instant
from starter.answers.batch import BatchAnswer
from starter.answers.lifecycle import Answer


class ScreeningImportLine(Answer):
    """`screening import`: one for each thing that is wrong with a row."""

    line: int = Field(description="Line of the file, from 1; of a row on several lines its first.")
    result: Literal["bad_input"] = "bad_input"
    field: str | None = Field(default=None, description="The column, as the header writes it.")
    column: str | None = Field(default=None, description="As spreadsheets name it: A, B, … AA.")
    message: str


class ScreeningImportAnswer(Answer):
    """`screening import`: the last line."""

    summary: Literal[True] = True
    result: Literal["imported", "unchanged", "valid", "bad_input", "interrupted", "failed"] = Field(
        description="unchanged: the current version has this very file; valid: a dry run; of the others nothing was "
        "written but by imported."
    )
    name: str = Field(description="Of the list: csl, dpl, or what --name said.")
    title: str = Field(description="Which list it is by its columns.")
    digest: str = Field(description="SHA-256 of the file, in hex.")
    parties: int = Field(description="Those that read; rows of one party are one.")
    ended: int = Field(description="Of these, whose end date is past: still compared, and a match says so.")
    untold_countries: tuple[str, ...] = Field(description="For which no code is known: matched by name alone.")
    bad_input: int = Field(description="Rows that are wrong.")
    version: str | None = Field(description="The one that screenings use now; null if nothing was written.")


class ListVersion(Model):
    """One version of a list."""

    version: str
    name: str
    parties: int
    imported_at: Instant
    imported_by: str
    digest: str = Field(description="SHA-256 of its file, in hex.")
    current: bool = Field(description="The newest of its name: screenings use it.")


class ScreeningListsAnswer(Answer):
    """`screening lists`."""

    current_version: str | None = Field(description="All that screenings use now, as a check names it; null: none.")
    lists: tuple[ListVersion, ...] = Field(description="By name, the newest version first.")


class ScreeningTryAnswer(Answer):
    """`screening try`: nothing was kept of it."""

    service: str = Field(description="Who compared: embedded or watchman.")
    clean: bool = Field(description="Nobody on the list is like that. Else somebody would look at it.")
    screened: Screened
    screening: Screening


class RescreenAnswer(BatchAnswer):
    """`screening rescreen`: the last line; those before it are as of every batch."""

    list_version: str = Field(description="By which customers are screened.")
    remaining: int = Field(description="Open customers beyond --limit: not looked at this time.")
