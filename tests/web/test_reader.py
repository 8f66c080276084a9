"""How instants are written for each reader."""

from datetime import UTC, datetime

import pytest

from domain.values import Language
from web.reader import Reader

EVENING = datetime(2026, 11, 27, 12, 13, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "zone", "said"),
    [
        (Language.KOREAN, "Asia/Seoul", "2026. 11. 27. 오후 9:13"),
        (Language.JAPANESE, "Asia/Tokyo", "2026/11/27 21:13"),
        (Language.FRENCH, "Europe/Paris", "27 nov. 2026, 13:13"),
        (Language.ENGLISH, "America/Los_Angeles", "Nov 27, 2026, 4:13\u202fAM"),
    ],
)
def test_an_instant_is_written_as_the_reader_s_language_does_in_their_zone(
    language: Language, zone: str, said: str
) -> None:
    assert Reader(language, zone).at(EVENING) == said


def test_the_day_is_the_one_of_the_reader_s_zone() -> None:
    assert Reader(Language.JAPANESE, "Asia/Tokyo").at(datetime(2026, 11, 27, 15, tzinfo=UTC)) == "2026/11/28 0:00"
