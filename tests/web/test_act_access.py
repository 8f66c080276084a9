"""Updates of trials as every role and as another partner: who may is asked of the life's own customer."""

from collections.abc import Iterator

import pytest

from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS, updates_of
from domain.permissions import PARTNERS_SEND, may, may_send
from tests.hub_lives import tried
from tests.makers import a_customer, a_paid_customer_s_trial, a_partner, days, some
from tests.postgres import an_open_store
from tests.support.web_site import AKASAKA, CUSTOMERS, GINZA, MINATO, NOW, SHIBA, USERS, Site, populate

TRIALS = {AKASAKA: "T-1", GINZA: "T-2", SHIBA: "T-3"}
SENT = [update for lifecycle, update in PARTNERS_SEND if lifecycle == "trial"]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    """Each customer tries something; nobody reaches a Temporal server."""
    with an_open_store("sqlite") as store:
        made = populate(Site(store))
        for customer, trial in TRIALS.items():
            placed = a_paid_customer_s_trial(
                trial, customer=a_customer(id=customer), partner=a_partner(CUSTOMERS[customer])
            )
            tried(store, placed, NOW - days(3))
        made.world.book.catch_up(NOW)
        yield made


def may_of(user_id: str, customer: str, update: str) -> bool:
    """By the tables of the domain, and by who has whom here: those who do not see all have akasaka."""
    partner, role = USERS[user_id]
    if not may_send([role], "trial", update):
        return False
    theirs = partner in (None, CUSTOMERS[customer])
    return theirs and (role in {"full_administrator", "read_only_administrator", "operator"} or customer == AKASAKA)


@pytest.mark.parametrize("update", SENT)
async def test_an_update_has_a_page_for_whoever_may_send_it_and_for_nobody_else(site: Site, update: str) -> None:
    """TRL-50 to TRL-67, HUB-42. By looking, by sending, and by a part of a page."""
    before = site.facts()
    for user_id in USERS:
        async with site.client(user_id) as client:
            for customer, trial in TRIALS.items():
                path = f"/act/trial/{trial}/{update}"
                looked = await client.get(path)
                part = await client.get(path, headers={"HX-Request": "true", "HX-Target": "list"})
                others = {"partner_id": USERS[user_id][0] or "", "customer_id": AKASAKA, "by": "full", "next": "/"}
                sent = await site.post(client, path, **others)
                codes = {looked.status_code, part.status_code, sent.status_code}
                assert (404 not in codes) is may_of(user_id, customer, update), (user_id, customer, codes)
                assert (codes == {404}) is not may_of(user_id, customer, update), (user_id, customer, codes)
    assert site.facts() == before


async def test_whoever_may_is_found_by_this_table(site: Site) -> None:
    """Else it would hold of a page that nobody has."""
    allowed = {user_id for user_id in USERS for customer in TRIALS if may_of(user_id, customer, "extend")}
    assert allowed == {"full", "administrator", "sales", "operator", "elsewhere"}


@pytest.mark.parametrize("user_id", some(user for user, (partner, _) in USERS.items() if partner))
async def test_what_only_operators_send_has_no_page_for_anybody_of_a_partner(site: Site, user_id: str) -> None:
    async with site.client(user_id) as client:
        for update in updates_of(KINDS[Lifecycle("trial")]):
            if ("trial", update) not in PARTNERS_SEND:
                assert (await client.get(f"/act/trial/T-1/{update}")).status_code == 404
                assert (await site.post(client, f"/act/trial/T-1/{update}", note="x")).status_code == 404


async def test_whoever_loses_a_role_or_a_customer_sends_nothing_by_a_page_that_is_still_open(site: Site) -> None:
    """HUB-42, HUB-43. The session goes on; what it may is asked each time."""
    site.add("mover", MINATO, "administrator")
    site.store.assign_hub_user("mover", SHIBA, "elsewhere", NOW)
    async with site.client("mover") as client:
        path = "/act/trial/T-3/cancel"
        assert (await client.get(path)).status_code == 200
        site.store.unassign_hub_user("mover", SHIBA, "elsewhere", NOW)
        assert (await site.post(client, path, confirmed="yes")).status_code == 404
        site.store.assign_hub_user("mover", SHIBA, "elsewhere", NOW)
        site.store.change_hub_user("mover", "elsewhere", NOW, roles=["read_only_administrator"])
        assert (await site.post(client, path, confirmed="yes")).status_code == 404
        site.store.change_hub_user("mover", "elsewhere", NOW, active=False)
        assert (await site.post(client, path, confirmed="yes")).headers["Location"] == "/sign-in"
    assert not may(["read_only_administrator"], PARTNERS_SEND["trial", "cancel"])
