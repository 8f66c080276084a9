"""Whom a check is about, and what a list of restricted parties says of them. domain.md §7.2. Pure."""

from typing import Annotated

from pydantic import AwareDatetime, Field

from domain.values import Country, Line, Model

Names = Annotated[tuple[Line, ...], Field(max_length=20)]


class Screened(Model):
    """A customer as it was when the check began: a later change does not change what was looked for."""

    name: Line
    aliases: Names = ()
    """Other names that it trades under, in whatever script."""

    country: Country
    city: Line | None = None
    address: Line | None = None


class Match(Model):
    """One entry of the list that is like the customer: the evidence for whoever decides. WHS-24."""

    entry: str
    """Its id in the list."""

    source: str
    """Which list it stands in, in the list's own words: `Denied Persons List (DPL) - Bureau of Industry and Security`.
    """

    listed_name: str
    """The name or alias of the entry that is alike."""

    screened_name: str
    """The customer's name or alias that it is like."""

    score: float
    """0 to 100: how alike they are, after what countries say."""

    countries: tuple[str, ...] = ()
    """Of the entry, ISO 3166 where they can be told."""

    explained: str
    """Why it scores so, in a sentence: what was compared after transliteration, and whether the countries agree."""


class Screening(Model):
    """What one screening found."""

    list_version: str
    """The version of the list that was used: `csl-3`. Of a service elsewhere, what it says of its own."""

    screened_at: AwareDatetime
    threshold: float
    """From this score on an entry is a potential match."""

    matches: tuple[Match, ...] = ()
    """The best ones, best first; none: clean. At most `MATCHES_KEPT`."""

    found: int = 0
    """How many there were in all."""

    @property
    def is_clean(self) -> bool:
        """WHS-23, AMB-29."""
        return not self.matches


MATCHES_KEPT = 5
"""Of those that a screening finds; the rest is counted."""
