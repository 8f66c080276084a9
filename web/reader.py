"""Whoever reads a page: their language, their zone, how they write numbers and dates. Pure but for Babel's tables."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from fractions import Fraction
from typing import Final
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_skeleton, format_time, get_datetime_format
from babel.lists import format_list
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent

from domain.values import Language
from web.words import is_said, said

NOTHING: Final = "–"
"""Where there is no number: a ratio of nothing, a week that nobody reported."""


@dataclass(frozen=True, slots=True)
class Reader:
    """Formats for one reader; every method takes None and says that there is nothing."""

    language: Language
    zone: str

    @property
    def locale(self) -> Locale:
        """Babel's."""
        return Locale.parse(self.language.value)

    def say(self, name: str, /, **values: object) -> str:
        """A text of `web/texts`."""
        return said(name, self.language, **values)

    def word(self, area: str, value: str) -> str:
        """The text of one of a set of values; one that nobody has named is shown as it is, without underscores."""
        name = f"{area}_{value.replace('.', '_')}"
        return self.say(name) if is_said(name) else value.replace("_", " ")

    def all_of(self, things: Sequence[str]) -> str:
        """`users, licences, and roles`."""
        return format_list(list(things), locale=self.locale)

    def number(self, value: int | float | None) -> str:
        """`12,345`; in French `12 345`."""
        return NOTHING if value is None else format_decimal(value, locale=self.locale)

    def compact(self, value: int | float | None) -> str:
        """`12K`: for axes of charts."""
        return NOTHING if value is None else format_compact_decimal(value, locale=self.locale, fraction_digits=1)

    def change(self, value: int | None) -> str:
        """`+5`, `−3`, `0`."""
        return NOTHING if value is None else f"{sign_of(value)}{format_decimal(abs(value), locale=self.locale)}"

    def percent(self, ratio: float | Fraction | None) -> str:
        """`83.3 %` as the reader's language has it; a ratio of nothing has no percentage."""
        return (
            NOTHING
            if ratio is None
            else format_percent(float(ratio), "#,##0.0 %" if self._spaced else "#,##0.0%", self.locale)
        )

    def decimal(self, value: float | Fraction | None) -> str:
        """`12.3`: for means."""
        return NOTHING if value is None else format_decimal(float(value), "#,##0.0", locale=self.locale)

    def money(self, amount: str, currency: str) -> str:
        """`¥1,200`, as many decimals as the currency has."""
        return str(format_currency(Decimal(amount), currency, locale=self.locale))

    def country(self, code: str) -> str:
        """By its name; one that Babel does not know by its code."""
        return str(self.locale.territories.get(code, code))

    def day(self, value: date | None) -> str:
        """A calendar day, whoever's it is."""
        return NOTHING if value is None else format_date(value, "medium", locale=self.locale)

    def short_day(self, value: date) -> str:
        """Without its year: for axes of charts."""
        return str(format_skeleton("MMMd", datetime.combine(value, time(), UTC), locale=self.locale))

    def at(self, value: datetime | None) -> str:
        """An instant, in the reader's zone."""
        if value is None:
            return NOTHING
        both = str(get_datetime_format("medium", locale=self.locale)).replace("'", "")
        return both.format(self.hour(value), self.day_of(value))

    def hour(self, value: datetime) -> str:
        """The time of an instant, in the reader's zone; in Korean `오후 9:13`, where Babel says `PM 9:13`."""
        pattern = "aaaa h:mm" if self.language is Language.KOREAN else "short"
        return str(format_time(value.astimezone(ZoneInfo(self.zone)), pattern, locale=self.locale))

    def day_of(self, value: datetime | None) -> str:
        """The day of an instant, in the reader's zone."""
        return NOTHING if value is None else self.day(value.astimezone(ZoneInfo(self.zone)).date())

    @property
    def _spaced(self) -> bool:
        return self.language is Language.FRENCH


def sign_of(value: int | Fraction) -> str:
    """Before its amount: `+`, or a minus as wide; of nothing none."""
    return "+" if value > 0 else "−" if value < 0 else ""


def preferred(accepted: str, default: Language = Language.ENGLISH) -> Language:
    """The first of ours in an Accept-Language header, by weight."""
    return next((known for tag in _tags(accepted) for known in Language if tag == known.value), default)


def _tags(accepted: str) -> Sequence[str]:
    weighed: list[tuple[float, int, str]] = []
    for number, part in enumerate(accepted[:500].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            weighed.append((-float(weight or 1), number, tag.partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for _, _, tag in sorted(weighed)]
