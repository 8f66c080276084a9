"""Users of a partner and their roles, and who is assigned to a customer. HUB-03, HUB-04, HUB-42, HUB-43."""

import re
from typing import Any

import pytest

from domain.permissions import PartnerRole
from tests.support.web_site import AKASAKA, GINZA, HIKARI, MINATO, SHIBA, Site

NEW: dict[str, Any] = {
    "name": "Hanako Yamada",
    "email": "Hanako.Yamada@hikari.example.com",
    "roles": [PartnerRole.ADMINISTRATOR.value],
    "language": "ja",
    "zone": "Asia/Tokyo",
}


def sections(text: str) -> list[str]:
    return re.findall(r"<section.*?</section>", text, re.DOTALL)


async def test_whoever_sees_all_customers_stands_apart(site: Site) -> None:
    """HUB-43."""
    async with site.client("full") as client:
        everywhere, others = sections((await client.get("/administration")).text)
    for name in ("Person full", "Person read-only"):
        assert name in everywhere
    for name in ("Person administrator", "Person sales", "Person provisioning"):
        assert name in others
    assert "Person elsewhere" not in everywhere + others
    assert "Person operator" not in everywhere + others


async def test_a_user_is_added_to_one_s_own_partner(site: Site) -> None:
    """HUB-03: their id says nothing about them."""
    async with site.client("full") as client:
        answer = await site.post(client, "/administration/users", **NEW, partner_id=MINATO, user_id="chosen")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/administration")
        assert "The user was added." in (await client.get("/administration")).text
    (added,) = [user for user in site.store.hub_users(HIKARI) if user.name == "Hanako Yamada"]
    assert re.fullmatch(r"u-[0-9a-f]{10}", added.user_id)
    assert (added.email, added.roles, added.in_first_run) == (NEW["email"].lower(), ("administrator",), True)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": " "}, "Enter a name"),
        ({"email": "nobody"}, "Enter an email address"),
        ({"email": ""}, "Enter an email address"),
        ({"email": "FULL@example.com"}, "Another user has this address"),
        ({"roles": []}, "Choose at least one role"),
        ({"roles": ["operator"]}, "Choose at least one role"),
        ({"language": "xx"}, "Choose a language"),
        ({"zone": "Moon/Base"}, "Choose a time zone"),
    ],
)
async def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    site: Site, wrong: dict[str, Any], said: str
) -> None:
    before = site.facts()
    async with site.client("full") as client:
        answer = await site.post(client, "/administration/users", **NEW | wrong)
    assert answer.status_code == 422
    assert f'-error">{said}' in answer.text
    kept = "hanako.yamada" if "email" not in wrong else "Hanako Yamada"
    assert kept in answer.text.casefold() if "email" not in wrong else kept in answer.text
    assert site.facts() == before


async def test_sent_twice_a_user_is_added_once(site: Site) -> None:
    async with site.client("full") as client:
        assert (await site.post(client, "/administration/users", **NEW)).status_code == 303
        assert (await site.post(client, "/administration/users", **NEW)).status_code == 422
    assert len(site.store.hub_users(HIKARI)) == 6


async def test_roles_are_changed_and_who_did_it_is_recorded(site: Site) -> None:
    """HUB-04."""
    async with site.client("full") as client:
        shown = (await client.get("/administration/users/sales")).text
        assert 'value="sales_administrator" checked' in shown
        change = {"name": "Person sales", "email": "sales@example.com", "language": "en", "zone": "Asia/Tokyo"}
        roles = [PartnerRole.FULL_ADMINISTRATOR.value, PartnerRole.SALES_ADMINISTRATOR.value]
        assert (await site.post(client, "/administration/users/sales", **change, roles=roles)).status_code == 303
    assert site.store.hub_user("sales").roles == ("full_administrator", "sales_administrator")
    acts = [{str(value) for value in act} for act in site.facts()["hub_acts"]]
    assert any({"user.changed", "full", HIKARI, "sales"} <= act for act in acts)


@pytest.mark.parametrize(("active", "said"), [("no", "cannot sign in any more"), ("yes", "can sign in again")])
async def test_the_list_says_who_is_let_in_now(site: Site, active: str, said: str) -> None:
    async with site.client("full") as client:
        await site.post(client, "/administration/users/sales/active", active=active)
        assert said in (await client.get("/administration")).text
        assert said not in (await client.get("/administration")).text, "once"


class TestLastFullAdministrator:
    """HUB-43: a partner can always help itself."""

    OWN = {"name": "Person full", "email": "full@example.com", "language": "en", "zone": "Asia/Tokyo"}

    async def test_keeps_the_role(self, site: Site) -> None:
        async with site.client("full") as client:
            answer = await site.post(client, "/administration/users/full", **self.OWN, roles=["administrator"])
            assert (answer.status_code, "Give somebody else that role first" in answer.text) == (422, True)
        assert site.store.hub_user("full").roles == ("full_administrator",)

    async def test_is_not_deactivated(self, site: Site) -> None:
        async with site.client("full") as client:
            answer = await site.post(client, "/administration/users/full/active", active="no")
            assert (answer.status_code, "Give somebody else that role first" in answer.text) == (422, True)
            assert (await client.get("/administration")).status_code == 200

    async def test_may_go_when_there_is_another_one_who_is_active(self, site: Site) -> None:
        site.add("second", HIKARI, PartnerRole.FULL_ADMINISTRATOR)
        site.store.change_hub_user("second", "test", site.now, active=False)
        async with site.client("full") as client:
            change = {**self.OWN, "roles": ["administrator"]}
            assert (await site.post(client, "/administration/users/full", **change)).status_code == 422
            site.store.change_hub_user("second", "test", site.now, active=True)
            changed = await site.post(client, "/administration/users/full", **change)
            assert (changed.status_code, changed.headers["Location"]) == (303, "/"), "what they may still see"
            assert (await client.get("/administration")).status_code == 404


class TestAssignment:
    """HUB-42: to one customer, by whoever may and sees it."""

    WAY = f"/customers/{HIKARI}/{GINZA}/administrators"

    async def test_gives_a_customer_and_takes_it_away(self, site: Site) -> None:
        async with site.client("full") as client:
            for _ in range(2):
                answer = await site.post(client, self.WAY, act="add", user_id="sales")
                assert answer.headers["Location"] == f"/customers/{HIKARI}/{GINZA}?tab=administrators"
            assert "is assigned to this customer now" in (await client.get(answer.headers["Location"])).text
            (given,) = site.store.customer_administrators(HIKARI, GINZA)
            assert (given.user.user_id, given.assigned_by, given.assigned_at) == ("sales", "full", site.now)
            assert site.store.hub_user("sales").assigned == {AKASAKA, GINZA}
            for _ in range(2):
                assert (await site.post(client, self.WAY, act="remove", user_id="sales")).status_code == 303
            assert "no longer assigned" in (await client.get(answer.headers["Location"])).text
        assert site.store.customer_administrators(HIKARI, GINZA) == []

    @pytest.mark.parametrize(
        "fields",
        [
            {"act": "add", "user_id": "elsewhere"},
            {"act": "add", "user_id": "operator"},
            {"act": "add", "user_id": "nobody"},
            {"act": "add", "user_id": "read-only"},
            {"act": "add"},
            {"act": "burn", "user_id": "sales"},
            {"user_id": "sales"},
        ],
    )
    async def test_of_whom_it_does_not_fit_is_refused(self, site: Site, fields: dict[str, str]) -> None:
        """Another partner's user, the vendor's, nobody, and who sees every customer anyway (HUB-43)."""
        before = site.facts()
        async with site.client("full") as client:
            assert (await site.post(client, self.WAY, **fields)).status_code == 404
        assert site.facts() == before

    async def test_of_somebody_deactivated_is_refused(self, site: Site) -> None:
        site.store.change_hub_user("sales", "test", site.now, active=False)
        async with site.client("full") as client:
            assert (await site.post(client, self.WAY, act="add", user_id="sales")).status_code == 404

    @pytest.mark.parametrize(
        ("user_id", "customer", "status"),
        [
            ("full", GINZA, 303),
            ("administrator", AKASAKA, 303),
            ("administrator", GINZA, 404),
            ("read-only", GINZA, 404),
            ("sales", AKASAKA, 404),
            ("provisioning", AKASAKA, 404),
            ("operator", AKASAKA, 404),
            ("elsewhere", AKASAKA, 404),
        ],
    )
    async def test_is_made_by_whoever_may(self, site: Site, user_id: str, customer: str, status: int) -> None:
        async with site.client(user_id) as client:
            path = f"/customers/{HIKARI}/{customer}/administrators"
            assert (await site.post(client, path, act="add", user_id="provisioning")).status_code == status

    async def test_of_a_customer_that_the_partner_does_not_have_is_refused(self, site: Site) -> None:
        async with site.client("full") as client:
            for customer in (SHIBA, "nobody"):
                path = f"/customers/{HIKARI}/{customer}/administrators"
                assert (await site.post(client, path, act="add", user_id="sales")).status_code == 404


class TestProfile:
    async def test_one_chooses_language_and_zone_oneself(self, site: Site) -> None:
        async with site.client("sales") as client:
            answer = await site.post(client, "/profile", language="ja", zone="Asia/Seoul")
            assert answer.status_code == 303
            text = (await client.get(answer.headers["Location"])).text
            assert '<html lang="ja"' in text
            assert "保存しました" in text
        assert (site.store.hub_user("sales").zone, site.store.hub_user("sales").language) == ("Asia/Seoul", "ja")

    @pytest.mark.parametrize("wrong", [{"language": "de"}, {"zone": "Etc/GMT+1"}, {"zone": ""}, {"language": ""}])
    async def test_of_those_that_there_are(self, site: Site, wrong: dict[str, str]) -> None:
        async with site.client("sales") as client:
            answer = await site.post(client, "/profile", **{"language": "ja", "zone": "Asia/Seoul"} | wrong)
            assert answer.status_code == 422
        assert site.store.hub_user("sales").language == "en"

    async def test_roles_are_no_part_of_it(self, site: Site) -> None:
        async with site.client("sales") as client:
            await site.post(client, "/profile", language="en", zone="UTC", roles="full_administrator", active="no")
        assert site.store.hub_user("sales").roles == ("sales_administrator",)
