"""How one person is spoken to: names, dates and numbers in their language, instants in their zone."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

from babel import Locale
from babel.dates import format_date, get_timezone_name
from babel.numbers import format_decimal

from activities.ports import UnsafeMail
from domain.names import name_of
from domain.values import Language, Person
from domain.working_time import ClockReading, clock_reading, on_the_clock

_DAY: Final = {
    Language.JAPANESE: "y年M月d日(E)",
    Language.KOREAN: "y년 M월 d일(E)",
    Language.FRENCH: "EEEE d MMMM y",
    Language.ENGLISH: "EEEE, d MMMM y",
}
_BRIEF_DAY: Final = {
    Language.JAPANESE: "y年M月d日",
    Language.KOREAN: "y년 M월 d일",
    Language.FRENCH: "d MMMM y",
    Language.ENGLISH: "d MMMM y",
}
_TIME: Final = {
    Language.JAPANESE: "{day} {time}",
    Language.KOREAN: "{day} {time}",
    Language.FRENCH: "{day} à {time}",
    Language.ENGLISH: "{day}, {time}",
}
_SOON: Final = {
    Language.JAPANESE: {0: "本日", 1: "明日"},
    Language.KOREAN: {0: "오늘", 1: "내일"},
    Language.FRENCH: {0: "aujourd’hui", 1: "demain"},
    Language.ENGLISH: {0: "today", 1: "tomorrow"},
}
_IN_DAYS: Final = {
    Language.JAPANESE: "{days}日後",
    Language.KOREAN: "{days}일 후",
    Language.FRENCH: "dans {days}\u00a0jours",
    Language.ENGLISH: "in {days} days",
}


class FactMissing(UnsafeMail):
    """A template says something the letter's facts do not tell: no mail says "None"."""


def _named(instant: datetime | None) -> datetime:
    if instant is None:
        raise FactMissing("the mail names an instant that is not among its facts")
    return instant


class Reader:
    """The person a mail is for."""

    def __init__(self, person: Person) -> None:
        self.language = person.language
        self._person = person
        self._locale = person.language.value

    @property
    def name(self) -> str:
        """In the order of the script it is written in, whatever the language of the mail (CLDR, person names)."""
        return name_of(self._person)

    def when(self, instant: datetime | None) -> str:
        """Until when: the end of a day is its 24:00, so that nobody takes it for some time on the next day."""
        return self._on_the_clock(clock_reading(_named(instant), self._person.zone))

    def at(self, instant: datetime | None) -> str:
        """When something happens: midnight is the 00:00 of the day that begins, as the confirmation document has it."""
        there = on_the_clock(_named(instant), self._person.zone)
        return self._on_the_clock(ClockReading(there, f"{there:%H:%M}"))

    def _on_the_clock(self, read: ClockReading) -> str:
        """Date and time, with the name of the zone and its offset: not Babel's `xxx`, which is an hour off west of UTC
        where minutes belong to it (St John's)."""
        clock = _TIME[self.language].format(day=self.day(read.day), time=read.time)
        zone, offset = get_timezone_name(read.there, locale=self._locale), f"UTC{read.offset}"
        return f"{clock} ({offset if zone.startswith(('GMT', 'UTC')) else f'{zone}, {offset}'})"

    def day(self, day: date | None) -> str:
        """A calendar day; it belongs to no zone of the reader's."""
        return self._dated(day, _DAY)

    def brief_day(self, day: date | None) -> str:
        """The same without its weekday, for a subject."""
        return self._dated(day, _BRIEF_DAY)

    def _dated(self, day: date | None, patterns: Mapping[Language, str]) -> str:
        if day is None:
            raise FactMissing("the mail names a day that is not among its facts")
        return format_date(day, patterns[self.language], locale=self._locale)

    def country(self, code: str) -> str:
        """What a country is called there, by CLDR; the code of one that has no name."""
        return str(Locale.parse(self._locale).territories.get(code, code))

    def countries(self, codes: Sequence[str]) -> list[str]:
        """The same for several."""
        return [self.country(code) for code in codes]

    def count(self, number: float | None) -> str:
        """A number with the separators of the reader's language."""
        if number is None:
            raise FactMissing("the mail names a number that is not among its facts")
        return format_decimal(number, locale=self._locale)

    def counted(self, number: int | None, one: str, many: str) -> str:
        """1 day, 7 days: in French 0 is one, too."""
        few = (0, 1) if self.language is Language.FRENCH else (1,)
        return f"{self.count(number)}\u00a0{one if number in few else many}"

    def in_days(self, days: int | None) -> str:
        """Today, tomorrow, in 7 days."""
        if days is None:
            raise FactMissing("the mail counts days that are not among its facts")
        soon = _SOON[self.language].get(max(0, days))
        return soon or _IN_DAYS[self.language].format(days=self.count(days))
