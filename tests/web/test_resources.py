"""Resources and help. HUB-61, HUB-62."""

import re
from typing import Any

import pytest

from adapters.setting_groups import Hub
from domain.permissions import Right
from domain.values import Language
from tests.support.web_site import Site, a_site
from web.places import PLACES
from web.resources.library import ANSWERS, TOPICS, library, sought, topics_of
from web.words import texts

CONFIGURED: dict[str, Any] = {
    "helpdesk_url": "https://help.example.com/partners",
    "resources": [
        {"title": "Price list", "url": "https://example.com/prices", "summary": "For partners", "featured": True},
        {"title": "Roadmap", "url": "https://example.com/roadmap", "topic": "what_is_new"},
    ],
}


async def found(site: Site, user_id: str, query: str = "") -> list[str]:
    async with site.client(user_id) as client:
        answer = await client.get(f"/resources{query}")
    assert answer.status_code == 200
    return re.findall(r'<strong><a href="([^"]+)"', answer.text)


async def test_everybody_finds_what_they_may_do_and_no_more(site: Site) -> None:
    full, read_only, operator = [await found(site, user) for user in ("full", "read-only", "operator")]
    assert len(full) == len([each for each in ANSWERS if each.right is not Right.OPERATE])
    assert len(read_only) < len(full)
    assert "/administration" not in read_only
    assert "/operations" in operator


@pytest.mark.parametrize(
    ("query", "number"),
    [("?q=tags", 1), ("?q=TAGS%20subscriptions", 1), ("?q=no-such-word", 0), ("?topic=trials", 4), ("?topic=none", 19)],
)
async def test_words_and_topic_narrow_it_down(site: Site, query: str, number: int) -> None:
    assert len(await found(site, "full", query)) == number


def test_what_has_the_words_in_its_title_stands_first(site: Site) -> None:
    entries = library(site.store.hub_user("full"), Language.ENGLISH, ())
    titles = [entry.title for entry in sought(entries, "trial", "")]
    assert "trial" in titles[0].lower()
    assert "trial" not in titles[-1].lower()


@pytest.mark.parametrize(("words", "language"), [("ETIQUETTES", "fr"), ("ﾄﾗｲｱﾙ", "ja")])
def test_accents_case_and_width_do_not_matter(site: Site, words: str, language: str) -> None:
    assert sought(library(site.store.hub_user("full"), Language(language), ()), words, "")


@pytest.mark.parametrize("language", list(Language))
def test_there_is_an_answer_on_every_topic_in_every_language(site: Site, language: Language) -> None:
    full, operator = (library(site.store.hub_user(user), language, ()) for user in ("full", "operator"))
    assert [topic for topic, _ in topics_of(full + operator, language)] == list(TOPICS)


def test_every_answer_has_its_words_and_no_other() -> None:
    named = {name for name in texts() if re.fullmatch(r"resources\.\w+_(title|summary)", name)}
    assert named == {f"resources.{answer.key}_{part}" for answer in ANSWERS for part in ("title", "summary")}


def test_every_answer_leads_to_a_place_that_there_is() -> None:
    there = {path for path, _, _ in PLACES} | {"/profile"}
    assert {answer.href.partition("?")[0] for answer in ANSWERS} <= there


async def test_the_vendor_s_pages_and_helpdesk_stand_beside_ours() -> None:
    with a_site(hub=Hub.model_validate(CONFIGURED)) as site:
        assert "https://example.com/prices" in await found(site, "read-only", "?q=price")
        async with site.client("read-only") as client:
            text = (await client.get("/resources")).text
        assert 'href="https://help.example.com/partners" rel="noreferrer"' in text
        assert '<option value="what_is_new">what is new</option>' in text


async def test_without_a_helpdesk_nobody_is_sent_to_one(site: Site) -> None:
    async with site.client("full") as client:
        assert "Partner Helpdesk" not in (await client.get("/resources")).text


async def test_a_question_is_shown_as_text(site: Site) -> None:
    async with site.client("full") as client:
        text = (await client.get("/resources?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E")).text
    assert "<script>alert" not in text
