"""What every screening does, embedded or by a service elsewhere; then what only one of them does. WHS-20 to WHS-24."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, timedelta

import pytest
from pydantic import AnyHttpUrl

from activities.ports.screening import ListEntry, Screener, ScreeningUnavailable
from adapters.screening import prepared
from adapters.screening.chosen import screener
from adapters.screening.embedded import AGREE, DIFFER, EmbeddedScreening
from adapters.screening.names import Reading, readings
from adapters.screening.watchman import WatchmanScreening
from adapters.setting_groups import Screening as ScreeningSettings
from adapters.setting_groups import ScreeningService
from adapters.settings import Settings
from domain.compliance.screening import MATCHES_KEPT, Screened, Screening
from tests.adapters.watchman_server import Watchman, serving
from tests.screening_names import NOW, Lists, an_entry

SECRET = "hunter2-hunter2"
PATIENCE = timedelta(seconds=30)


def customer(name: str = "Zorbelin Maritime Electronics", country: str = "CN", **facts: object) -> Screened:
    """Whom a check is about."""
    return Screened.model_validate({"name": name, "country": country, **facts})


Of = Callable[[Sequence[ListEntry]], Screener]


@pytest.fixture(params=list(ScreeningService))
def of(request: pytest.FixtureRequest) -> Iterator[Of]:
    """A screener that knows some entries."""
    with ExitStack() as open_ones:

        def embedded(entries: Sequence[ListEntry]) -> Screener:
            return EmbeddedScreening(Lists(**({"csl_1": entries} if entries else {})), 80, lambda: NOW)

        def watchman(entries: Sequence[ListEntry]) -> Screener:
            server = open_ones.enter_context(serving(entries))
            return WatchmanScreening(server.url, 80, PATIENCE, lambda: NOW)

        yield embedded if request.param == ScreeningService.EMBEDDED else watchman


class TestEveryScreener:
    """The port's promise."""

    async def test_a_listed_customer_is_found_with_the_evidence(self, of: Of) -> None:
        """WHS-24."""
        entry = an_entry("E7", countries=("CN", "HK"))
        (match,) = (await of([entry, an_entry("E8", "Drakenfels Feinmechanik")]).screen(customer())).matches
        assert (match.entry, match.listed_name) == ("E7", entry.name)
        assert match.screened_name == entry.name
        assert match.score == 100
        assert match.countries == ("CN", "HK")
        assert match.source
        assert match.explained.count("“") == match.explained.count("”") >= 2
        assert "both are in CN" in match.explained
        assert match.explained.endswith(".")

    async def test_a_customer_that_nobody_is_like_is_clean(self, of: Of) -> None:
        """WHS-23, AMB-29."""
        screening = await of([an_entry()]).screen(customer("Waterzoom Bloemen B.V."))
        assert screening.is_clean
        assert screening.found == 0

    async def test_it_says_which_list_was_used_when_and_from_which_score_on(self, of: Of) -> None:
        screening = await of([an_entry()]).screen(customer("Waterzoom Bloemen B.V."))
        assert (screening.screened_at, screening.threshold) == (NOW, 80)
        assert screening.screened_at.tzinfo is UTC
        assert screening.list_version

    async def test_every_name_of_the_customer_is_looked_for(self, of: Of) -> None:
        screening = await of([an_entry()]).screen(
            customer("Waterzoom Bloemen B.V.", aliases=("Harrowmere", "Zorbelin Maritime Electronics"))
        )
        assert [match.screened_name for match in screening.matches] == ["Zorbelin Maritime Electronics"]

    async def test_every_name_of_an_entry_counts(self, of: Of) -> None:
        entry = an_entry(name="Drakenfels Feinmechanik", aliases=("Zorbelin Maritime Electronics",))
        assert not (await of([entry]).screen(customer())).is_clean

    async def test_an_entry_is_one_match_with_its_best_score(self, of: Of) -> None:
        entry = an_entry(name="Zorbelin Maritim Electronic", aliases=("Zorbelin Maritime Electronics",))
        screening = await of([entry]).screen(customer(aliases=("Zorbelin Maritime Electronix",)))
        assert screening.found == len(screening.matches) == 1
        assert screening.matches[0].score >= 98

    async def test_the_best_are_kept_and_the_rest_is_counted(self, of: Of) -> None:
        endings = ("", "r", "s", "t", "k", "m", "d")
        entries = [an_entry(f"E{n}", f"Zorbelin{end} Maritime Electronics") for n, end in enumerate(endings)]
        screening = await of(entries).screen(customer())
        scores = [match.score for match in screening.matches]
        assert screening.found > MATCHES_KEPT == len(scores)
        assert scores == sorted(scores, reverse=True)
        assert screening.matches[0].entry == "E0"

    async def test_where_the_countries_differ_it_is_said(self, of: Of) -> None:
        (match,) = (await of([an_entry(countries=("RU",))]).screen(customer())).matches
        assert "the customer is in CN, the entry in RU" in match.explained

    async def test_an_entry_without_a_country_is_found_too(self, of: Of) -> None:
        (match,) = (await of([an_entry()]).screen(customer())).matches
        assert match.countries == ()
        assert "the entry names no country" in match.explained

    async def test_without_a_list_nobody_is_clean(self, of: Of) -> None:
        with pytest.raises(ScreeningUnavailable) as unavailable:
            await of([]).screen(customer())
        assert "\n" not in str(unavailable.value)

    async def test_a_second_screening_says_the_same(self, of: Of) -> None:
        one = of([an_entry(countries=("CN",))])
        assert await one.screen(customer()) == await one.screen(customer())


# Embedded


async def found(lists: Lists, who: Screened, threshold: float = 80) -> Screening:
    return await EmbeddedScreening(lists, threshold, lambda: NOW).screen(who)


async def test_without_a_list_operators_are_told_what_to_do() -> None:
    with pytest.raises(ScreeningUnavailable) as unavailable:
        await found(Lists(), customer())
    assert str(unavailable.value) == "no screening list was imported yet: tenure screening import FILE"


async def test_a_list_without_an_entry_clears_nobody() -> None:
    with pytest.raises(ScreeningUnavailable):
        await found(Lists(csl_1=[]), customer())


async def test_all_current_versions_are_used_and_named() -> None:
    lists = Lists(csl_3=[an_entry("C1")], dpl_1=[an_entry("D1")])
    screening = await found(lists, customer())
    assert screening.list_version == "csl-3+dpl-1"
    assert {match.entry for match in screening.matches} == {"C1", "D1"}


async def test_two_lists_may_use_the_same_id() -> None:
    screening = await found(Lists(csl_3=[an_entry("1")], dpl_1=[an_entry("1", source="Another List")]), customer())
    assert {match.source for match in screening.matches} == {"Invented List", "Another List"}


async def test_nothing_is_read_before_the_first_screening_and_a_version_once() -> None:
    lists = Lists(csl_1=[an_entry()], dpl_1=[an_entry("D1")])
    embedded = EmbeddedScreening(lists, 80)
    assert lists.read == []
    await embedded.screen(customer())
    before = list(lists.read)
    await embedded.screen(customer())
    assert lists.read == before


async def test_a_newer_version_is_read_alone_and_the_older_one_forgotten() -> None:
    lists = Lists(csl_1=[an_entry("Old")], dpl_1=[an_entry("D1")])
    embedded = EmbeddedScreening(lists, 80)
    await embedded.screen(customer())
    lists.versions["csl-2"] = [an_entry("New")]
    del lists.versions["csl-1"]
    lists.read.clear()
    screening = await embedded.screen(customer())
    assert screening.list_version == "csl-2+dpl-1"
    assert {match.entry for match in screening.matches} == {"New", "D1"}
    assert set(lists.read) == {"csl-2"}


async def test_a_list_of_many_pages_is_read_to_its_end() -> None:
    many = [an_entry(f"E{n:04}", f"Falkenried {n}") for n in range(250)]
    assert not (await found(Lists(csl_1=[*many, an_entry("Z1")]), customer())).is_clean


@pytest.mark.parametrize(
    ("countries", "points"), [(("CN",), AGREE), (("CN", "RU"), AGREE), (("RU",), -DIFFER), ((), 0.0)]
)
async def test_countries_change_the_score_by_a_stated_amount(countries: tuple[str, ...], points: float) -> None:
    who = customer("Zorbelin Maritime Electroniks Trading")
    (plain,) = (await found(Lists(csl_1=[an_entry()]), who)).matches
    (match,) = (await found(Lists(csl_1=[an_entry(countries=countries)]), who)).matches
    assert match.score == pytest.approx(plain.score + points)
    assert not points or f"({points:+g})" in match.explained


async def test_a_score_is_never_more_than_a_hundred() -> None:
    (match,) = (await found(Lists(csl_1=[an_entry(countries=("CN",))]), customer())).matches
    assert match.score == 100


async def test_the_same_name_in_another_country_is_still_a_match() -> None:
    """A missed party is worse than a review."""
    (match,) = (await found(Lists(csl_1=[an_entry(countries=("RU",))]), customer(), 98)).matches
    assert match.score == 100 - DIFFER


async def test_the_threshold_itself_is_a_match() -> None:
    lists = Lists(csl_1=[an_entry(countries=("RU",))])
    assert (await found(lists, customer(), 98.1)).is_clean
    assert not (await found(lists, customer(), 98)).is_clean


async def test_the_explanation_shows_how_both_were_read_and_the_end_date_of_the_entry() -> None:
    entry = an_entry(name="月影精機株式会社", countries=("JP",), ends_on="2023-11-04")
    (match,) = (await found(Lists(csl_1=[entry]), customer("Tsukikage Precision Machinery", "JP"))).matches
    assert match.explained == (
        "“Tsukikage Precision Machinery”, read as “tsukikage, machinery, precision”, and “月影精機株式会社”, read as "
        "“tsukikage, machinery, precision”, are 100 of 100 alike; both are in JP (+2); its end date is 2023-11-04."
    )


def test_few_names_of_a_long_list_are_compared_word_by_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a screening takes milliseconds."""
    compared: list[str] = []

    def counted(name: str) -> tuple[Reading, ...]:
        compared.append(name)
        return readings(name)

    monkeypatch.setattr("adapters.screening.prepared.readings", counted)
    entries = [an_entry(f"E{n}", f"{one}{two}lin {two}{one}mar") for n, (one, two) in enumerate(_two_of(40))]
    one = prepared.PreparedList([*entries, an_entry("Z1")])
    assert "Z1" in {found.listed.entry for found in one.like("Zorbelin Maritime")}
    assert len(one) > 1_500
    assert len(compared) <= prepared.COMPARED + 1


def _two_of(count: int) -> Iterator[tuple[str, str]]:
    syllables = [consonant + vowel for consonant in "bdfgklmnprst" for vowel in "aeiou"][:count]
    yield from ((one, two) for one in syllables for two in syllables)


# Watchman


@pytest.fixture
def server() -> Iterator[Watchman]:
    with serving([an_entry(countries=("CN",))]) as running:
        yield running


async def said_by(url: str, patience: timedelta = PATIENCE) -> str:
    """Why nobody could be screened."""
    with pytest.raises(ScreeningUnavailable) as unavailable:
        await WatchmanScreening(url, 80, patience).screen(customer())
    said = str(unavailable.value)
    assert "Zorbelin" not in said
    assert SECRET not in said
    assert "\n" not in said
    return said


async def test_watchman_is_asked_for_each_name_with_what_it_knows_only(server: Watchman) -> None:
    await WatchmanScreening(server.url, 80, PATIENCE).screen(customer(aliases=("Zorbelin", "月影")))
    assert sorted(query["name"][0] for query in server.asked) == ["Zorbelin", "Zorbelin Maritime Electronics", "月影"]
    assert {frozenset(query) for query in server.asked} == {frozenset({"name", "minMatch", "limit"})}
    assert {query["minMatch"][0] for query in server.asked} == {"0.80"}


async def test_watchman_s_lists_and_their_hashes_are_the_version(server: Watchman) -> None:
    screening = await WatchmanScreening(server.url, 80, PATIENCE).screen(customer())
    assert screening.list_version == "us_csl@0a1b2c3d"


async def test_watchman_may_be_below_a_path(server: Watchman) -> None:
    server.answers["/screening/v2/listinfo"] = (200, b'{"lists": {"us_ofac": 17}, "listHashes": {}}')
    server.answers["/screening/v2/search"] = (200, b'{"entities": null}')
    for url in (f"{server.url}/screening", f"{server.url}/screening/"):
        assert (await WatchmanScreening(url, 80, PATIENCE).screen(customer())).list_version == "us_ofac@17"


async def test_an_answer_as_its_documentation_shows_it_is_understood_too(server: Watchman) -> None:
    entity = '{"name": "Zorbelin", "sourceList": "us_ofac", "sourceID": "22790", "addresses": [{"country": "cn"}]}'
    server.answers["/v2/search"] = (200, f'{{"entities": [{{"entity": {entity}, "match": 0.944}}]}}'.encode())
    (match,) = (await WatchmanScreening(server.url, 80, PATIENCE).screen(customer())).matches
    assert (match.entry, match.score, match.countries) == ("22790", 94.4, ("CN",))


async def test_other_names_of_an_entry_are_shown(server: Watchman) -> None:
    server.entries = [an_entry(aliases=("Qingdao Zorbelin",))]
    (match,) = (await WatchmanScreening(server.url, 80, PATIENCE).screen(customer())).matches
    assert "also known as “Qingdao Zorbelin”" in match.explained


async def test_a_server_that_answers_late_is_unavailable(server: Watchman) -> None:
    server.hangs.clear()
    said = await said_by(server.url, timedelta(seconds=0.05))
    assert said.endswith("gave no answer within 0.05 s: see whether it is up")


async def test_a_server_that_is_not_there_is_unavailable_and_its_password_is_not_told(server: Watchman) -> None:
    port = server.url.rpartition(":")[2]
    server.answers["/v2/listinfo"] = (503, b"")
    said = await said_by(f"http://u:{SECRET}@127.0.0.1:{port}")
    assert said == f"the screening service at 127.0.0.1:{port} answered with status 503: look at its log"
    assert "cannot be reached" in await said_by(f"http://u:{SECRET}@127.0.0.1:1")


@pytest.mark.parametrize(
    "body", [b"<html>", b"[]", b'{"entities": [{}]}', b'{"entities": [{"name": "x", "match": 94}]}']
)
async def test_an_answer_in_another_format_clears_nobody(server: Watchman, body: bytes) -> None:
    server.answers["/v2/search"] = (200, body)
    assert "in another format than Watchman v2" in await said_by(server.url)


async def test_a_server_that_has_loaded_no_list_clears_nobody(server: Watchman) -> None:
    server.answers["/v2/listinfo"] = (200, b'{"lists": {"us_csl": 0}, "listHashes": {}}')
    assert "has no list loaded" in await said_by(server.url)


async def test_names_are_not_logged_where_the_worker_logs(server: Watchman, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        await WatchmanScreening(server.url, 80, PATIENCE).screen(customer())
    assert caplog.records == []


# Chosen


def test_the_embedded_one_is_chosen_unless_settings_say_otherwise() -> None:
    assert isinstance(screener(Settings(), Lists()), EmbeddedScreening)
    elsewhere = ScreeningSettings(service=ScreeningService.WATCHMAN, url=AnyHttpUrl("http://127.0.0.1:8084"))
    assert isinstance(screener(Settings(screening=elsewhere), Lists()), WatchmanScreening)
