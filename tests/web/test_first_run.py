"""The first run of somebody of a partner. HUB-01 to HUB-04."""

import pytest

from domain.hub.entitlements import EntitlementState
from domain.permissions import PartnerRole
from tests.support.web_site import AKASAKA, HIKARI, NOW, Site
from web.signin.first_run import plan_of


async def newcomer(site: Site, partner_id: str = HIKARI, role: str = PartnerRole.FULL_ADMINISTRATOR) -> str:
    return site.add("newcomer", partner_id, role, accepted=False).user_id


async def test_every_page_leads_to_the_plan_until_the_terms_are_accepted(site: Site) -> None:
    """HUB-02."""
    async with site.client(await newcomer(site)) as client:
        for path in ("/administration", "/", "/resources", "/first-run/start"):
            assert (await client.get(path)).headers["Location"] == "/first-run"
        assert (await site.post(client, "/administration/users", name="X")).headers["Location"] == "/first-run"
        shown = await client.get("/first-run")
        assert (shown.status_code, 'href="/administration"' in shown.text) == (200, False)


async def test_the_language_is_chosen_before_the_terms_are_read(site: Site) -> None:
    async with site.client(await newcomer(site)) as client:
        assert (await client.get("/profile")).status_code == 200
        assert (await site.post(client, "/profile", language="ja", zone="Asia/Tokyo")).status_code == 303
        assert '<html lang="ja"' in (await client.get("/first-run/terms")).text


async def test_terms_have_to_be_accepted_by_a_tick(site: Site) -> None:
    """HUB-02: the first time counts."""
    user_id = await newcomer(site)
    async with site.client(user_id) as client:
        refused = await site.post(client, "/first-run/terms")
        assert (refused.status_code, "You have to accept them" in refused.text) == (422, True)
        assert site.store.hub_user(user_id).accepted_terms_at is None
        for _ in range(2):
            accepted = await site.post(client, "/first-run/terms", accepted="yes")
            assert accepted.headers["Location"] == "/first-run/start"
            assert site.store.hub_user(user_id).accepted_terms_at == NOW
        assert (await client.get("/administration")).status_code == 200
        assert (await client.get("/first-run")).headers["Location"] == "/"
        assert (await client.get("/first-run/terms")).headers["Location"] == "/first-run/start"


async def test_before_the_first_order_there_is_nothing_to_accept(site: Site) -> None:
    """HUB-01."""
    user_id = await newcomer(site, "nobody-ordered")
    async with site.client(user_id) as client:
        assert "opens after the first order" in (await client.get("/first-run")).text
        assert (await site.post(client, "/first-run/terms", accepted="yes")).headers["Location"] == "/first-run"
        assert (await client.get("/resources")).headers["Location"] == "/first-run"
    assert site.store.hub_user(user_id).accepted_terms_at is None


async def test_an_operator_has_no_first_run(site: Site) -> None:
    site.store.change_hub_user("operator", "test", NOW, name="Operator")
    async with site.client("operator") as client:
        assert (await client.get("/resources")).status_code == 200
        assert (await client.get("/first-run")).headers["Location"] == "/"


@pytest.mark.parametrize(
    ("role", "customers", "licences"),
    [(PartnerRole.FULL_ADMINISTRATOR, 2, 50), (PartnerRole.ADMINISTRATOR, 1, 25)],
)
async def test_the_plan_counts_what_this_user_may_see(site: Site, role: str, customers: int, licences: int) -> None:
    user = await newcomer(site, role=role)
    site.store.assign_hub_user(user, AKASAKA, "test", NOW)
    user_seen = site.store.hub_user(user)
    seen = [each for each in site.store.hub_customers(HIKARI, NOW) if user_seen.sees(HIKARI, each.customer_id)]
    plan = plan_of(seen)
    assert (plan.customers, plan.subscriptions, plan.trials) == (customers, customers, 0)
    assert plan.licences == (("meetings", licences),)
    assert {life.state for each in seen for life in each.entitlements} >= {EntitlementState.ACTIVE}
    async with site.client(user) as client:
        assert f">{licences}<" in (await client.get("/first-run")).text


async def test_afterwards_it_says_what_to_do_first(site: Site) -> None:
    """HUB-03, HUB-04: who may not add users is not told to."""
    for user_id, told in (("full", True), ("sales", False)):
        async with site.client(user_id) as client:
            text = (await client.get("/first-run/start")).text
            assert ("Open administration" in text) is told
            assert "See KPIs" in text
