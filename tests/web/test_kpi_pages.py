"""Pages of numbers over a real store: each with its definition, its instant and its rows. HUB-50 to HUB-60."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Final

import pytest

from adapters.hub_book import HubBook
from domain.hub.policy import HubPolicy
from domain.hub.sections import COLUMNS, SectionKey
from domain.values import Language
from tests.hub_showcase import a_showcase
from tests.postgres import an_open_store, emptied
from tests.support.web_site import Site
from web.words import said

WEEK: Final = "2026-11-22"


@pytest.fixture(scope="module")
def world() -> Iterator[Site]:
    with an_open_store("sqlite") as store:
        made = a_showcase(emptied(store))
        assert list(made.world.book.close_weeks(made.now))
        yield made


async def got(world: Site, path: str, user: str = "full", status: int = 200) -> str:
    """A page, as text."""
    async with world.client(user) as client:
        answer = await client.get(path)
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def tiles(page: str) -> dict[str, str]:
    """Name and value of each; of names that are there twice the last one."""
    return dict(re.findall(r'class="name">([^<]+)</span>\s*<(?:a|span) class="value"[^>]*>([^<]+)<', page))


def rows(page: str) -> int:
    """Of the first table."""
    return page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0].count("<tr>")


async def test_the_first_row_counts_customers_of_meetings_and_calling(world: Site) -> None:
    """HUB-50, HUB-53: who has a trial of the Contact Center only, or an order under way, is in no number."""
    shown = tiles(await got(world, "/kpi"))
    first = ("Total customers", "Nearing expiration", "Nearing renewal", "Low licence assignment", "Over licence limit")
    assert {name: shown[name] for name in first} == dict(zip(first, ("10", "3", "2", "2", "1"), strict=True))


@pytest.mark.parametrize(("product", "renewing"), [("meetings", "1"), ("calling", "2")])
async def test_everything_below_the_switch_is_about_one_product(world: Site, product: str, renewing: str) -> None:
    """HUB-51; the first row stays as it is."""
    page = await got(world, f"/kpi?product={product}")
    assert tiles(page)["Renewing customers"] == renewing
    assert tiles(page)["Nearing renewal"] == "2"


@pytest.mark.parametrize("section", SectionKey)
async def test_every_section_has_its_table_with_every_column_and_its_meaning(world: Site, section: SectionKey) -> None:
    """domain.md §6.8."""
    page = await got(world, "/kpi")
    title = said(f"kpi.section_{section}", Language.ENGLISH, window=HubPolicy().window.days)
    table = page.split(f">{title}</h2>")[1].split("</table>")[0]
    names = [said(f"kpi.column_{column}", Language.ENGLISH) for column in COLUMNS[section]]
    assert re.findall(r'<th scope="col"[^>]* title="[^"]+">([^<]+)</th>', table) == names


async def test_a_closed_week_is_judged_and_explained_by_the_terms_it_was_closed_under(
    world: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """HUB-60: the installation's terms change, and the page of the week does not."""
    before = await got(world, f"/kpi?as_of={WEEK}")
    monkeypatch.setattr(world.world, "book", HubBook(world.store, HubPolicy(window=timedelta(days=60)), {}))

    after = await got(world, f"/kpi?as_of={WEEK}")

    title = f"kpi.section_{SectionKey.ADDED}"
    assert tiles(after) == tiles(before)
    assert said(title, Language.ENGLISH, window=90) in after
    assert said(title, Language.ENGLISH, window=60) in await got(world, "/kpi")


async def test_a_ratio_shows_the_sums_it_is_of(world: Site) -> None:
    page = await got(world, "/kpi")
    assert re.search(r">62\.1%<.*?>87 of 140<", page, re.DOTALL)


async def test_a_ratio_of_nothing_is_no_number(world: Site) -> None:
    assert tiles(await got(world, "/kpi?product=calling"))["Average licence overage"] == "–"


async def test_a_closed_week_says_what_it_is_and_can_be_chosen(world: Site) -> None:
    """HUB-60."""
    now, then = await got(world, "/kpi"), await got(world, f"/kpi?as_of={WEEK}")
    assert "As of now, Nov 25, 2026" in now
    assert f'<option value="{WEEK}">' in now
    assert "Week closed on Nov 22, 2026" in then
    assert f'<option value="{WEEK}" selected>' in then
    assert f"/kpi/rows?as_of={WEEK}.1&number=total_customers" in then or f"as_of={WEEK}" in then


@pytest.mark.parametrize(
    "path", ["/kpi?as_of=2019-01-06", "/kpi?as_of=soon", "/kpi?product=messaging", "/kpi/rows?number=x"]
)
async def test_what_there_is_not_is_not_there(world: Site, path: str) -> None:
    await got(world, path, status=404)


@pytest.mark.parametrize("page", ["0", "-1", "x", "9999999"])
async def test_a_page_that_is_none_is_not_there(world: Site, page: str) -> None:
    await got(world, f"/kpi/rows?number=total_customers&page={page}", status=404)


@pytest.mark.parametrize(
    ("number", "count"),
    [
        ("total_customers", 14),
        ("nearing_expiration", 4),
        ("expiring_customers", 3),
        ("low_unassigned", 2),
        ("over_licences", 1),
        ("new_customers_licences", 2),
    ],
)
async def test_from_a_number_to_its_rows(world: Site, number: str, count: int) -> None:
    """domain.md §6.7: with the definition, and on to each customer."""
    page = await got(world, f"/kpi/rows?number={number}")
    assert rows(page) == count
    assert page.count('href="/customers/hikari/') >= count
    assert "Definition" in page


async def test_an_operator_goes_on_to_the_workflow(world: Site) -> None:
    """And a partner's people do not."""
    settings = world.world.settings
    world.world.settings = settings.model_copy(update={"ui_url": "http://localhost:8233"})
    try:
        path = "/kpi/rows?number=total_customers"
        assert "http://localhost:8233/namespaces/default/workflows/subscription-sub-SO-101" in (
            await got(world, path, "operator")
        )
        assert "8233" not in await got(world, path)
    finally:
        world.world.settings = settings


async def test_an_operator_sees_every_partner_s_numbers_or_one_s(world: Site) -> None:
    assert tiles(await got(world, "/kpi", "operator"))["Total customers"] == "11"
    assert tiles(await got(world, "/kpi?partner=minato", "operator"))["Total customers"] == "1"
    await got(world, "/kpi?partner=minato", "full", status=404)


async def test_who_is_assigned_counts_only_their_customers(world: Site) -> None:
    assert tiles(await got(world, "/kpi", "administrator"))["Total customers"] == "1"


async def test_calling_analytics_are_complete(world: Site) -> None:
    """domain.md §6.9."""
    page = await got(world, "/calling")
    for title in (
        "Week to Nov 22, 2026",
        "Calls per user, past 8 weeks",
        "Customers and usage",
        "Low-quality calls, past 8 weeks",
        "Call quality by endpoint type",
        "Customers and quality",
        "Calls by feature",
        "Avg answer time",
        "Avg wait before abandonment",
        "Avg abandoned call rate",
        "Customers and feature use",
    ):
        assert f">{title}<" in page
    assert page.count('<svg class="chart"') == 4
    usage = page.split(">Customers and usage<")[1].split("</table>")[0]
    assert usage.index("부산해운") < usage.index("Kumo Logistics"), "who falls stands first"
    assert "Falling: contact this customer" in usage
    assert "Kumo Logistics" not in page.split(">Customers and feature use<")[1], "it has no call queue"


async def test_charts_are_drawn_without_style_and_have_their_numbers_below(world: Site) -> None:
    page = await got(world, "/kpi")
    assert " style=" not in page
    assert "<style" not in page
    assert page.split('class="data compact"')[1].count('scope="row"') > 8


@pytest.mark.parametrize("language", Language)
async def test_numbers_and_dates_are_written_as_the_reader_writes_them(world: Site, language: Language) -> None:
    world.store.change_hub_user("read-only", "test", world.now, language=language)
    page = await got(world, "/kpi", "read-only")
    assert {"en": "62.1%", "ja": "62.1%", "ko": "62.1%", "fr": "62,1\xa0%"}[language].replace(
        "\xa0", " "
    ) in page.replace("\xa0", " ").replace("\u202f", " ")
    assert f'<html lang="{language}">' in page
