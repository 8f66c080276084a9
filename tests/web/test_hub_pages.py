"""Pages of customers over a real store: what they show, to whom, and what a form changes. HUB-10 to HUB-42."""

import re
from collections.abc import Iterator, Mapping
from html import unescape

import pytest
from httpx import Response

from adapters.setting_groups import Hub
from adapters.sql.store import SqlStore
from domain.hub.statuses import Status
from tests.hub_lives import shipped
from tests.hub_showcase import CUSTOMERS, HUB, a_showcase
from tests.makers import a_customer, an_order, days, some
from tests.postgres import an_open_store, emptied
from tests.support.web_site import NOW, Site

AKASAKA = "/customers/hikari/akasaka"
TABS = ("subscriptions", "trials", "administrators", "requests", "cases", "timeline")


@pytest.fixture(scope="module")
def store() -> Iterator[SqlStore]:
    with an_open_store("sqlite") as opened:
        yield opened


@pytest.fixture(scope="module")
def world(store: SqlStore) -> Site:
    """Read by most tests; those that change something change what no other one looks at."""
    return a_showcase(emptied(store))


async def got(world: Site, path: str, user: str = "full", status: int = 200, headers: Mapping[str, str] = {}) -> str:
    """A page, as text."""
    async with world.client(user) as client:
        answer = await client.get(path, headers=headers)
    assert answer.status_code == status, answer.text
    return unescape(answer.text)


def names_in(page: str) -> list[str]:
    """Of customers in the list, in their order."""
    return re.findall(r'<a href="/customers/[^"]+">([^<]+)</a><br>', page)


def plain(page: str) -> str:
    """Its words."""
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


# The list.


async def test_the_list_shows_the_partner_s_customers_and_nobody_else_s(world: Site) -> None:
    assert set(names_in(await got(world, "/"))) == {name for name, _, _ in CUSTOMERS.values()}
    assert names_in(await got(world, "/", "elsewhere")) == ["芝パーク"]


async def test_somebody_who_is_assigned_sees_only_those_customers(world: Site) -> None:
    """HUB-42."""
    assert names_in(await got(world, "/", "administrator")) == ["赤坂商事"]


async def test_an_operator_sees_all_partners_and_may_choose_one(world: Site) -> None:
    assert len(names_in(await got(world, "/", "operator"))) == len(CUSTOMERS) + 1
    chosen = await got(world, "/?partner=minato", "operator")
    assert names_in(chosen) == ["芝パーク"]
    assert '<option value="minato" selected>' in chosen


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("status=suspended", ["梅田製作所"]),
        ("status=over_licence", ["渋谷メディア"]),
        ("status=expiring_soon", ["銀座ホテル", "한빛소프트"]),
        ("status=expired", ["Harbour Books", "梅田製作所"]),
        ("status=ready_for_setup", ["Lumière & Fils"]),
        ("status=no_recent_activity&status=suspended", ["Harbour Books", "Minami Foods", "梅田製作所"]),
        ("status=subscription&tag=VIP", ["赤坂商事", "부산해운"]),
        ("type=trial&product=calling", ["赤坂商事", "한빛소프트"]),
        ("tag=fy2026", ["赤坂商事"]),
        ("q=lumiere", ["Lumière & Fils"]),
        ("q=akasa", ["赤坂商事"]),
        ("managed=own", []),
    ],
)
async def test_filters_are_combined_and_stand_in_the_address(world: Site, query: str, names: list[str]) -> None:
    """HUB-30 to HUB-33."""
    assert names_in(await got(world, f"/?{query}")) == names


async def test_statuses_stand_in_the_order_of_display_and_say_why(world: Site) -> None:
    """HUB-18, AMB-42."""
    page = await got(world, "/?q=umeda")
    assert re.search(r'class="chip bad" title="Not yet paid: sub-SO-107">Suspended<.*>Expired<', page, re.DOTALL)


async def test_a_filter_in_use_is_shown_with_a_way_out(world: Site) -> None:
    page = await got(world, "/?status=subscription&tag=VIP&sort=-ends")
    assert 'href="/?status=subscription&sort=-ends"' in page
    assert 'aria-sort="descending"' in page
    assert "2 of 12 customers" in page


async def test_a_mistyped_filter_shows_nobody(world: Site) -> None:
    page = await got(world, "/?status=lost", status=422)
    assert names_in(page) == []
    assert "does not exist (status)" in page


async def test_htmx_gets_the_list_alone(world: Site) -> None:
    part = await got(world, "/?q=akasa", headers={"HX-Request": "true", "HX-Target": "list"})
    assert part.lstrip().startswith('<div id="list"')
    assert names_in(part) == ["赤坂商事"]


async def test_pages_of_a_long_list(world: Site) -> None:
    first, last = await got(world, "/?size=25"), await got(world, "/?size=25&page=9")
    assert names_in(first) == names_in(last)
    assert 'rel="next"' not in first


async def test_one_click_leads_to_the_next_page_and_back() -> None:
    with an_open_store("sqlite") as store:
        site = a_showcase(store)
        for number in range(25):
            customer = a_customer(id=f"more-{number}", company=f"more {number}")
            shipped(store, an_order(f"SO-9000{number:02}", customer=customer), NOW - days(1))
        site.world.book.catch_up(NOW)
        first = await got(site, "/?size=25")
        (after,) = re.findall(r'rel="next" href="([^"]+)"', first)
        last = await got(site, after)
        (back,) = re.findall(r'rel="prev" href="([^"]+)"', last)
        assert names_in(last)
        assert not {*names_in(first)} & {*names_in(last)}
        assert names_in(await got(site, back)) == names_in(first)


async def test_launch_organization_stands_at_the_end_of_a_row_only_if_configured(world: Site) -> None:
    """HUB-19."""
    assert '<a class="button icon plain" href="https://example.com/org/akasaka" target="_blank" rel="noopener' in (
        await got(world, "/")
    )
    without = Site(world.store, hub=Hub(products=HUB.products))
    assert "https://example.com/org/" not in await got(without, "/")


async def test_without_customers_the_page_says_what_brings_them(world: Site) -> None:
    world.add("newcomer", "hikari", "administrator")
    assert "No customers yet" in await got(world, "/", "newcomer")


@pytest.mark.parametrize("status", Status)
async def test_every_status_can_be_chosen(world: Site, status: Status) -> None:
    """HUB-32."""
    assert f'name="status" value="{status}"' in await got(world, "/")


# One customer.


async def test_subscriptions_show_renewal_licences_invoices_and_orders(world: Site) -> None:
    """HUB-40."""
    page = await got(world, AKASAKA)
    words = plain(page)
    for said in ("Jan 24, 2027 60 days left", "Renews by itself Yes", "INV-101-3", "¥148,500", "SO-101", "Completed"):
        assert said in words
    assert "Meetings: 74 used, 92 assigned, 8 available of 100" in page
    assert page.count('<svg class="bar"') == 2


async def test_more_than_was_purchased_is_said(world: Site) -> None:
    """HUB-13, AMB-19."""
    page = plain(await got(world, "/customers/hikari/shibuya"))
    assert "47 +7" in page
    assert "44 +4" in page


async def test_a_suspended_subscription_says_why(world: Site) -> None:
    """AMB-42."""
    assert "Suspended: Not yet paid" in await got(world, "/customers/hikari/umeda")


async def test_a_running_trial_shows_days_left_by_service_and_what_may_be_done(world: Site) -> None:
    """HUB-41, AMB-44."""
    page = await got(world, "/customers/hikari/hanbit?tab=trials")
    assert "Meetings: 12 days left" in page
    assert "Calling: 12 days left" in page
    assert re.findall(r"/act/trial/T-1001/(\w+)\?next=/customers/hikari/hanbit", page) == [
        "extend",
        "edit_services",
        "convert",
        "cancel",
    ]


async def test_a_trial_that_waits_for_consent_can_be_sent_again(world: Site) -> None:
    """TRL-30."""
    page = await got(world, "/customers/hikari/roux?tab=trials")
    assert "Waiting for the customer's consent until" in page
    assert re.findall(r"/act/trial/T-1003/(\w+)\?", page) == ["resend", "withdraw"]


async def test_where_no_trial_runs_one_is_started(world: Site) -> None:
    """HUB-41, TRL-02."""
    assert 'href="/start/trial?customer=busan"' in await got(world, "/customers/hikari/busan?tab=trials")
    assert "/start/trial" not in await got(world, "/customers/hikari/busan?tab=trials", "read-only")


@pytest.mark.parametrize("user", ["read-only", "operator"])
async def test_who_may_not_change_anything_finds_no_form_to_change_it(world: Site, user: str) -> None:
    """HUB-22, HUB-42: an operator steers workflows, and no tags."""
    for tab in some(TABS):
        page = await got(world, f"{AKASAKA}?tab={tab}", user)
        assert f'action="{AKASAKA}/' not in page


async def test_the_timeline_shows_what_was_and_what_will_be(world: Site) -> None:
    page = await got(world, "/customers/hikari/hanbit?tab=timeline")
    coming, happened = page.split("Coming up")[1].split("So far")
    assert coming.index("Warning before the end of the trial") < coming.index("Trial expires, grace begins")
    assert happened.index("Trial started") < happened.index("Trial requested")
    assert page.count('<circle class="dot coming"') == 3
    assert page.count('<circle class="dot foreseen"') == 4


async def test_a_subscription_starts_once_when_it_did_and_as_its_event_tells(world: Site) -> None:
    """ORD-21. It stood at the first instant of its first day, before its own order was placed."""
    happened = (await got(world, f"{AKASAKA}?tab=timeline&all=yes")).split("So far")[1]
    told = [each.event for each in world.store.hub_events("hikari", "akasaka")]
    assert happened.count("Subscription started") == sum(each.type == "subscription.activated" for each in told) > 0


async def test_what_follows_from_a_date_that_is_set_is_foreseen_and_said_so(world: Site) -> None:
    """HUB-40, TRL-76 to TRL-80: of a trial that runs, the end of grace and of its numbers too."""
    page = plain(await got(world, "/customers/hikari/hanbit?tab=timeline"))
    coming = page.split("Coming up")[1].split("So far")[0]
    assert re.findall(r"(Date set|Foreseen) (Trial expires|Last call|Grace ends|Phone numbers)", coming) == [
        ("Date set", "Trial expires"),
        ("Foreseen", "Last call"),
        ("Foreseen", "Last call"),
        ("Foreseen", "Grace ends"),
        ("Foreseen", "Phone numbers"),
    ]
    assert "lost if nothing takes over: users, licences" in coming


async def test_what_only_operators_see_in_a_timeline_no_partner_sees(world: Site) -> None:
    for user, there in (("operator", True), ("full", False)):
        page = await got(world, f"{AKASAKA}?tab=timeline&technical=yes", user)
        assert ("upstream-ccw" in page) is there


@pytest.mark.parametrize("tab", TABS)
async def test_a_customer_of_another_partner_does_not_exist(world: Site, tab: str) -> None:
    await got(world, f"{AKASAKA}?tab={tab}", "elsewhere", status=404)
    await got(world, f"/customers/minato/akasaka?tab={tab}", "elsewhere", status=404)
    await got(world, f"/customers/hikari/ginza?tab={tab}", "administrator", status=404)


async def test_a_part_that_is_none_does_not_exist(world: Site) -> None:
    await got(world, f"{AKASAKA}?tab=secrets", status=404)
    await got(world, f"{AKASAKA}?as_of=yesterday", status=404)


async def test_daily_usage_is_the_end_of_the_drill_down(world: Site) -> None:
    """HUB-40, HUB-54."""
    page = await got(world, f"{AKASAKA}/usage?lifecycle=subscription&subject=sub-SO-101&product=meetings")
    assert page.count("<tr>") > 80
    for other in ("subject=sub-SO-102&product=calling", "subject=sub-SO-101&product=messaging"):
        await got(world, f"{AKASAKA}/usage?lifecycle=subscription&{other}", status=404)


# Tags.


async def tag(world: Site, tags: str, user: str = "full", about: str = "customer", subject: str = "sakura") -> Response:
    async with world.client(user) as client:
        return await world.post(client, "/customers/hikari/sakura/tags", about=about, subject=subject, tags=tags)


def tags_of(world: Site) -> tuple[str, ...]:
    return world.store.hub_customer("hikari", "sakura", NOW).tags


async def test_tags_are_replaced_as_a_whole(world: Site) -> None:
    """HUB-20."""
    assert (await tag(world, "dental, osaka")).status_code == 303
    assert tags_of(world) == ("dental", "osaka")
    assert (await tag(world, "")).status_code == 303
    assert tags_of(world) == ()


@pytest.mark.parametrize(
    ("tags", "said"),
    [
        ("a, b, c, d, e, f", "At most 5 tags"),
        (f"ok, {'x' * 26}", f"At most 25 characters for a tag: {'x' * 26}"),
        ("a\x07b", "This tag cannot be used: a\x07b"),
    ],
)
async def test_what_cannot_be_a_tag_is_said_at_the_field_with_what_was_typed(world: Site, tags: str, said: str) -> None:
    answer = await tag(world, tags)
    assert answer.status_code == 422
    assert said in unescape(answer.text)
    assert f'value="{tags}"' in unescape(answer.text)
    assert tags_of(world) == ()


@pytest.mark.parametrize("user", ["read-only", "sales", "operator", "elsewhere", "administrator"])
async def test_others_change_no_tags_of_that_customer(world: Site, user: str) -> None:
    """HUB-22; the partner administrator may, but not where nobody assigned them."""
    assert (await tag(world, "mine", user)).status_code == 404
    assert tags_of(world) == ()


async def test_a_tag_is_on_the_customer_of_the_page_or_on_one_of_its_subscriptions(world: Site) -> None:
    assert (await tag(world, "x", about="subscription", subject="sub-SO-101")).status_code == 404
    assert (await tag(world, "x", about="customer", subject="akasaka")).status_code == 404
    assert (await tag(world, "x", about="weather", subject="sakura")).status_code == 404
    assert (await tag(world, "FY27", about="subscription", subject="sub-SO-103")).status_code == 303
    assert (await tag(world, "", about="subscription", subject="sub-SO-103")).status_code == 303


# The form of an option request.


async def test_details_of_an_option_belong_to_its_kind_and_others_that_were_typed_are_not_said(world: Site) -> None:
    """OPT-02. Nobody runs workflows here: what could be read is kept, and said to be sent again."""
    path = "/start/option?subscription=sub-SO-101"
    page = await got(world, path)
    assert set(re.findall(r'class="when when-([a-z-]+)"', page)) == {
        "language",
        "site-split",
        "contact",
        "session-type",
        "logo",
    }
    person = {"first_name": "Ken", "last_name": "Sato", "email": "ken@hikari.example", "language": "ja"}
    requester = {f"requester.{name}": value for name, value in {**person, "zone": "Asia/Tokyo"}.items()}
    async with world.client("full") as client:
        readable = await world.post(client, path, kind="csm", **requester, **{"language.site": "a.webex.example"})
        missing = await world.post(client, path, kind="language", **requester)
    assert readable.status_code == 503
    assert missing.status_code == 422
    assert 'id="language-error"' in missing.text or 'id="language-site-error"' in missing.text
