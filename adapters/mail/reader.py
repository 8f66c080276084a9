"""How one person is spoken to: names, dates and numbers in their language, instants in their zone."""

import re
from datetime import date, datetime, time, timedelta
from typing import Final

from babel.dates import format_date, format_datetime, get_timezone
from babel.numbers import format_decimal

from activities.ports import UnsafeMail
from domain.values import Language, Person

_HANGUL: Final = re.compile(r"[\uac00-\ud7a3]+")
_DAY: Final = {
    Language.JAPANESE: "y年M月d日(E)",
    Language.KOREAN: "y년 M월 d일(E)",
    Language.FRENCH: "EEEE d MMMM y",
    Language.ENGLISH: "EEEE, d MMMM y",
}
_TIME: Final = {
    Language.JAPANESE: "{day} HH:mm",
    Language.KOREAN: "{day} HH:mm",
    Language.FRENCH: "{day} 'à' HH:mm",
    Language.ENGLISH: "{day}, HH:mm",
}


MIDNIGHT: Final = time(0)
INSTANT_BEFORE: Final = timedelta(microseconds=1)


class FactMissing(UnsafeMail):
    """A template says something the letter's facts do not tell: no mail says "None"."""


class Reader:
    """The person a mail is for."""

    def __init__(self, person: Person) -> None:
        self.language = person.language
        self._person = person
        self._locale = person.language.value
        self._zone = get_timezone(person.zone)

    @property
    def name(self) -> str:
        """Family name first in Japanese and Korean, written together when all is Hangul."""
        first, last = self._person.first_name, self._person.last_name
        if self.language is Language.JAPANESE:
            return f"{last} {first}"
        if self.language is Language.KOREAN:
            return f"{last}{first}" if _HANGUL.fullmatch(last + first) else f"{last} {first}"
        return f"{first} {last}"

    def when(self, instant: datetime | None) -> str:
        """Date and time on the reader's own clock, with the name of their zone and its offset.

        Midnight is 24:00 of the day that ends: nobody should take the end of the 30th for some time on the 31st.
        """
        if instant is None:
            raise FactMissing("the mail names an instant that is not among its facts")
        ends_a_day = instant.astimezone(self._zone).time() == MIDNIGHT
        shown = instant - INSTANT_BEFORE if ends_a_day else instant
        clock_pattern = _TIME[self.language].format(day=_DAY[self.language])
        patterns = (clock_pattern.replace("HH:mm", "'24:00'") if ends_a_day else clock_pattern, "zzzz", "'UTC'xxx")
        clock, zone, offset = (
            format_datetime(shown, pattern, tzinfo=self._zone, locale=self._locale) for pattern in patterns
        )
        return f"{clock} ({offset if zone.startswith(('GMT', 'UTC')) else f'{zone}, {offset}'})"

    def day(self, day: date | None) -> str:
        """A calendar day; it belongs to no zone of the reader's."""
        if day is None:
            raise FactMissing("the mail names a day that is not among its facts")
        return format_date(day, _DAY[self.language], locale=self._locale)

    def count(self, number: int | None) -> str:
        """A number with the separators of the reader's language."""
        if number is None:
            raise FactMissing("the mail names a number that is not among its facts")
        return format_decimal(number, locale=self._locale)
