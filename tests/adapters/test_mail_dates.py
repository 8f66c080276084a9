"""Instants in mails: on the reader's own clock, with the offset of their zone, a day's end as its 24:00."""

import re
from datetime import UTC, date, datetime
from itertools import product
from zoneinfo import ZoneInfo

import pytest

from adapters.mail.reader import Reader
from domain.address_checks import ZONES
from domain.policy import HOUR
from domain.trial.mails import TrialMail
from domain.values import Language, Person
from domain.working_time import end_of_day
from tests.adapters import test_mail_trials as trials
from tests.makers import some
from tests.support.written_mail import part

END_OF_29_APRIL = {
    Language.JAPANESE: "2027年4月29日(木) 24:00 ({zone}, UTC+02:00)",
    Language.KOREAN: "2027년 4월 29일(목) 24:00 ({zone}, UTC+02:00)",
    Language.FRENCH: "jeudi 29 avril 2027 à 24:00 ({zone}, UTC+02:00)",
    Language.ENGLISH: "Thursday, 29 April 2027, 24:00 ({zone}, UTC+02:00)",
}
ZONE = {
    Language.JAPANESE: "東ヨーロッパ標準時",
    Language.KOREAN: "동유럽 표준시",
    Language.FRENCH: "heure normale d’Europe de l’Est",
    Language.ENGLISH: "Eastern European Standard Time",
}


APRIL = date(2026, 4, 30)
"""Its last day."""


def a_reader(zone: str, language: Language = Language.ENGLISH) -> Reader:
    email = "reader@partner.example"
    return Reader(Person(first_name="Ann", last_name="Martin", email=email, language=language, zone=zone))


@pytest.mark.parametrize("language", Language)
def test_a_day_that_ends_where_clocks_skip_midnight_ends_at_its_24_00(language: Language) -> None:
    """In Cairo clocks go from 24:00 on 29 April 2027 to 01:00 on the 30th."""
    end = end_of_day(date(2027, 4, 29), "Africa/Cairo")
    assert a_reader("Africa/Cairo", language).when(end) == END_OF_29_APRIL[language].format(zone=ZONE[language])


@pytest.mark.parametrize("language", Language)
def test_what_happened_at_midnight_happened_on_the_day_that_began_then(language: Language) -> None:
    """The confirmation document says so as well."""
    midnight = end_of_day(APRIL, "Asia/Tokyo")
    reader = a_reader("Asia/Tokyo", language)
    for shown, day, time in ((reader.at(midnight), date(2026, 5, 1), "00:00"), (reader.when(midnight), APRIL, "24:00")):
        assert shown.startswith(reader.day(day))
        assert time in shown
    assert reader.at(midnight - HOUR) == reader.when(midnight - HOUR)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("America/St_Johns", "Thursday, 15 January 2026, 08:30 (Newfoundland Standard Time, UTC-03:30)"),
        ("Pacific/Marquesas", "Thursday, 15 January 2026, 02:30 (Marquesas Time, UTC-09:30)"),
    ],
)
def test_west_of_utc_half_hours_belong_to_the_offset(zone: str, shown: str) -> None:
    assert a_reader(zone).when(datetime(2026, 1, 15, 12, tzinfo=UTC)) == shown


@pytest.mark.parametrize(("language", "month"), list(product(Language, (1, 7))))
def test_every_zone_shows_its_own_offset(language: Language, month: int) -> None:
    at = datetime(2026, month, 15, 12, 34, tzinfo=UTC)
    for zone in some(sorted(ZONES)):
        there = at.astimezone(ZoneInfo(zone))
        shown = a_reader(zone, language).when(at)
        assert f"{there:%H:%M} (" in shown
        assert shown.endswith(f"UTC{there.isoformat()[-6:]})"), shown


LAST_DAY = {
    Language.JAPANESE: ("最終日です", "期限が切れ"),
    Language.KOREAN: ("마지막 날입니다", "만료되었|시작되었"),
    Language.FRENCH: ("Dernier jour", "a expiré|a commencé|Expiré depuis"),
    Language.ENGLISH: ("Last day", "has expired|trial expired|has begun|Expired:"),
}


@pytest.mark.parametrize(
    ("kind", "language"), list(product((TrialMail.TRIAL_EXPIRED, TrialMail.TRIAL_EXPIRED_PARTNER), Language))
)
def test_amb_47_the_mail_of_e_says_on_e_that_the_trial_ends_and_later_that_it_has(
    kind: TrialMail, language: Language
) -> None:
    last, over = LAST_DAY[language]
    for last_day, said, not_said in ((True, last, over), (False, over, last)):
        mail = trials.composed(trials.a_letter(kind, language, last_day=last_day))
        words = f"{mail['Subject']}\n{part(mail, 'plain')}"
        assert re.search(said, mail["Subject"])
        assert not re.search(not_said, words)
