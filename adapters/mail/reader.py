"""How one person is spoken to: names, dates and numbers in their language, instants in their zone."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Final

from babel.dates import format_date, get_timezone_name
from babel.numbers import format_decimal

from activities.ports import UnsafeMail
from domain.values import Language, Person
from domain.working_time import ClockReading, clock_reading, on_the_clock

_KOREAN_NAME: Final = re.compile(r"(?:[가-힣]|남궁|황보|제갈|사공|선우|서문|독고|동방) [가-힣]{1,4}")
"""Family name and given name: a family name has one syllable, but for these."""

_HANGUL: Final = re.compile(r"[가-힣 ]+")
_FAMILY_FIRST: Final = ("CJK", "HIRAGANA", "KATAKANA", "HALFWIDTH KATAKANA", "HANGUL")
"""Scripts, as Unicode names their characters, in which a name is written as at home: family name first."""

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


def name_of(person: Person) -> str:
    """山田 太郎, 김민지, Camille Brossard: family name first in the scripts of China, Japan and Korea.

    In other scripts as it was given, so that nobody has to guess whose name it is; also in Hangul, where the family
    name is not a Korean one (카미유 브로사르).
    """
    first, last = person.first_name, person.last_name
    family_first = f"{last} {first}"
    if _HANGUL.fullmatch(family_first):
        return f"{last}{first}" if _KOREAN_NAME.fullmatch(family_first) else f"{first} {last}"
    at_home = any(unicodedata.name(letter, "").startswith(_FAMILY_FIRST) for letter in family_first)
    return family_first if at_home else f"{first} {last}"


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

    def count(self, number: int | None) -> str:
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
