"""The two ways in which lists of restricted parties are published: their columns, and what a row of them says."""

import hashlib
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import chain
from typing import Final

from activities.ports.screening import ListEntry
from domain.checks import shown
from starter.intake.screening_countries import country_of

LONGEST_NAME: Final = 1000
LONGEST: Final = 200
DENIED_PERSONS: Final = "Denied Persons List (DPL) - Bureau of Industry and Security"

SEVERAL: Final = ";"
"""Between names, addresses and countries of one cell."""

ALSO_KNOWN_AS: Final = re.compile(
    r"[,;(]?\s*\b(?:a/k/a|f/k/a|n/k/a|d/b/a|a\.k\.a\.|f\.k\.a\.)(?=\W)[:\s]*", re.IGNORECASE
)
"""Within a name: what follows is another one."""

ISO: Final = re.compile(r"(?P<year>\d{4})-(?P<month>\d\d)-(?P<day>\d\d)")
AMERICAN: Final = re.compile(r"(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>\d{4})")


@dataclass
class Cells:
    """One row by the names of its columns in small letters, and what is wrong with it so far."""

    said: Mapping[str, str]
    wrong: dict[str, str] = field(default_factory=dict)
    """By column."""

    unknown: set[str] = field(default_factory=set)
    """Countries that no code is known for."""

    def required(self, column: str, longest: int) -> str:
        """One line of text that must be there."""
        text = self.optional(column, longest)
        if not text:
            self.wrong.setdefault(column, "is required")
        return text

    def optional(self, column: str, longest: int) -> str:
        """One line of text, or nothing."""
        return self._line(column, self.said.get(column, ""), longest)

    def names(self, column: str) -> tuple[str, ...]:
        """Each once."""
        parts = (self._line(column, part, LONGEST_NAME) for part in self.said.get(column, "").split(SEVERAL))
        return tuple(dict.fromkeys(filter(None, parts)))

    def _line(self, column: str, text: str, longest: int) -> str:
        harmless = text.isascii() and text.isprintable() and "=?" not in text  # most are, and it is quickly seen
        line = " ".join(text.split())[: longest + 1] if harmless else shown(text, longest + 1)
        if text.strip() and not line:
            self.wrong.setdefault(column, "cannot be shown: it has control characters or nothing that is seen")
        if len(line) > longest:
            self.wrong.setdefault(column, f"is longer than {longest:,} characters")
        return line[:longest]

    def day(self, column: str, form: re.Pattern[str], such_as: str) -> str:
        """ISO 8601, or nothing."""
        text = self.said.get(column, "").strip()
        if not text:
            return ""
        found = form.fullmatch(text)
        try:
            return (
                date(*(int(found[part]) for part in ("year", "month", "day"))).isoformat()
                if found
                else self._no_day(column, such_as)
            )
        except ValueError:
            return self._no_day(column, such_as)

    def _no_day(self, column: str, such_as: str) -> str:
        self.wrong[column] = f"must be a date as this list writes it, such as {such_as}"
        return ""

    def countries(self, *columns: str) -> tuple[str, ...]:
        """Codes, of cells that hold countries and nothing else; what has none is noted."""
        names = [part.strip() for column in columns for part in self.said.get(column, "").split(SEVERAL)]
        self.unknown |= {shown(name, LONGEST) for name in names if name and not country_of(name)}
        return _without_blanks(names)

    def countries_of_addresses(self, column: str) -> tuple[str, ...]:
        """Each address ends in its country, if it says one."""
        return _without_blanks(part.rpartition(",")[2] for part in self.said.get(column, "").split(SEVERAL))


def _without_blanks(names: Sequence[str] | Iterator[str]) -> tuple[str, ...]:
    return tuple(sorted({code for name in names if (code := country_of(name.strip()))}))


@dataclass(frozen=True)
class Layout:
    """How one list is published."""

    name: str
    """Under which it is imported if nobody says otherwise."""

    title: str
    columns: tuple[str, ...]
    """As it writes them: those that must be there, for they are read."""

    marks: frozenset[str]
    """Columns in small letters by which it is told from other lists."""

    entry: Callable[[Cells], ListEntry]
    follows: Callable[[Cells, Cells], bool] = lambda _row, _above: False
    """Is a row one more address of the party above?"""


def _consolidated(cells: Cells) -> ListEntry:
    name, *more = _several(cells.required("name", LONGEST_NAME))
    aliases = chain(more, *(_several(each) for each in cells.names("alt_names")))
    return ListEntry.model_construct(
        entry=cells.required("_id", LONGEST),
        source=cells.required("source", LONGEST),
        name=name,
        aliases=_others(aliases, name),
        countries=_joined(
            cells.countries_of_addresses("addresses"),
            cells.countries("citizenships", "nationalities", "vessel_flag"),
        ),
        kind=cells.optional("type", LONGEST),
        begins_on=cells.day("start_date", ISO, "2030-01-31"),
        ends_on=cells.day("end_date", ISO, "2030-01-31"),
    )


def _denied(cells: Cells) -> ListEntry:
    """The list has no ids: one is made of what tells a party from the next, so that it stays from import to import."""
    name, *more = _several(cells.required("name", LONGEST_NAME))
    parts = ("name", "fr_citation", "street_address", "city", "country", "effective_date")
    content = "\n".join(" ".join(cells.said.get(part, "").lower().split()) for part in parts)
    return ListEntry.model_construct(
        entry=f"dpl-{hashlib.sha256(content.encode()).hexdigest()[:24]}",
        source=DENIED_PERSONS,
        name=name,
        aliases=_others(more, name),
        countries=cells.countries("country"),
        kind="",
        begins_on=cells.day("effective_date", AMERICAN, "01/31/2030"),
        ends_on=cells.day("expiration_date", AMERICAN, "01/31/2030"),
    )


def _same_order(row: Cells, above: Cells) -> bool:
    """One denial order names a party once for each of its addresses."""
    parts = ("name", "fr_citation", "effective_date", "expiration_date")
    return all(row.said.get(part, "").strip().lower() == above.said.get(part, "").strip().lower() for part in parts)


def _several(name: str) -> list[str]:
    """`X a/k/a Y` is two names."""
    return [part for each in ALSO_KNOWN_AS.split(name) if (part := each.strip(" ,;()"))] or [name]


def _others(names: Sequence[str] | Iterator[str], but: str) -> tuple[str, ...]:
    return tuple(each for each in dict.fromkeys(names) if each != but)


def _joined(*codes: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted({*chain(*codes)}))


CONSOLIDATED: Final = Layout(
    name="csl",
    title="US Consolidated Screening List",
    columns=(
        *("_id", "source", "type", "name", "addresses", "start_date", "end_date"),
        *("alt_names", "citizenships", "nationalities"),
    ),
    marks=frozenset({"_id", "source", "entity_number", "programs", "addresses", "alt_names", "citizenships"}),
    entry=_consolidated,
)

DENIED: Final = Layout(
    name="dpl",
    title="US Denied Persons List",
    columns=(
        *("Name", "Street_Address", "City", "State", "Country"),
        *("Effective_Date", "Expiration_Date", "FR_Citation"),
    ),
    marks=frozenset({"street_address", "postal_code", "effective_date", "expiration_date", "fr_citation"}),
    entry=_denied,
    follows=_same_order,
)

LAYOUTS: Final = (CONSOLIDATED, DENIED)
