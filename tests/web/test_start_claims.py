"""Who may say what of a trial's customer. The site reaches no Temporal server: 503: nothing was refused."""

from typing import Any

import pytest

from tests.support.trial_form import NEW
from tests.support.web_site import AKASAKA, GINZA, SHIBA, Site

SAID: dict[str, Any] = NEW | {
    "form": "one",
    "kind": "existing_customer",
    "confirmed_organization": "yes",
    "contact_is_full_administrator": "yes",
    "partner.contact.email": "ken.sato@hikari.example.com",
    "partner.contact.language": "ja",
    "partner.contact.zone": "Asia/Tokyo",
    "licences": "25",
}
PAYING = {"kind": "paying_customer"}


@pytest.mark.parametrize(
    ("customer", "kind", "status"),
    [
        ("meguro", {}, 503),
        (SHIBA, {}, 503),  # TRL-20: its full administrator has to consent
        (AKASAKA, PAYING, 503),
        (SHIBA, PAYING, 422),  # another partner's: it would have a trial that nobody there agreed to
        ("meguro", PAYING, 422),
    ],
)
async def test_only_who_pays_by_this_partner_needs_not_consent(
    site: Site, customer: str, kind: dict[str, str], status: int
) -> None:
    """TRL-20, TRL-40."""
    async with site.client("full") as client:
        answer = await site.post(client, "/start/trial", **SAID | kind | {"customer.id": customer})
        assert answer.status_code == status
        assert ("runs that it has from you" in answer.text) is (status == 422)


@pytest.mark.parametrize(("customer", "status"), [(AKASAKA, 503), (GINZA, 404), ("meguro", 503)])
async def test_a_customer_that_somebody_is_not_assigned_to_is_not_reached_by_typing_its_id(
    site: Site, customer: str, status: int
) -> None:
    """HUB-42: as by the address of the page."""
    async with site.client("sales") as client:
        typed = await site.post(client, "/start/trial", **SAID | {"customer.id": customer})
        assert typed.status_code == status
        assert (await client.get(f"/start/trial?customer={GINZA}")).status_code == 404
        sent = await site.post(client, f"/start/trial?customer={GINZA}", **SAID | {"customer.id": AKASAKA})
        assert sent.status_code == 404


@pytest.mark.parametrize("user_id", ["administrator", "read-only", "provisioning", "operator", "elsewhere"])
async def test_whoever_may_not_start_a_trial_here_has_no_such_page_whatever_they_send(site: Site, user_id: str) -> None:
    """TRL-02."""
    as_another = {"partner.id": "hikari", "partner_role": "full_administrator", "by": "full", "customer.id": AKASAKA}
    async with site.client(user_id) as client:
        answer = await site.post(client, f"/start/trial?customer={AKASAKA}", **SAID | as_another)
        assert answer.status_code == 404


@pytest.mark.parametrize("user_id", ["sales", "elsewhere", "provisioning"])
async def test_no_option_is_asked_for_of_a_subscription_that_is_not_theirs(site: Site, user_id: str) -> None:
    """OPT-01: whatever the form names besides."""
    other = site.subscriptions[AKASAKA if user_id == "elsewhere" else GINZA]
    async with site.client(user_id) as client:
        for named in (other, f"{other}&subscription={site.subscriptions[AKASAKA]}x", "", "%00", "x" * 5000):
            said = {"kind": "other", "subscription_id": other, "partner_id": "hikari"}
            assert (await site.post(client, f"/start/option?subscription={named}", **said)).status_code == 404
