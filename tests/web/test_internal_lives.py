"""Checks of restricted parties are the vendor's: a partner's people find them on no page. WHS-20 to WHS-28."""

from domain.compliance.state import CheckState
from tests.compliance import a_start, found
from tests.hub_lives import opened
from tests.makers import a_partner
from tests.support.web_site import HIKARI, NOW, USERS, Site


async def test_nobody_of_a_partner_is_told_by_an_address_that_a_customer_of_theirs_is_looked_at(site: Site) -> None:
    """WHS-24."""
    start = a_start(partner=a_partner(HIKARI))
    state: CheckState = opened(site.store, start, CheckState.started(start, NOW), NOW)
    state.screened(found(at=NOW), NOW)
    shown = set()
    for user_id in USERS:
        async with site.client(user_id) as browser:
            answer = await browser.get(f"/act/compliance/{start.check_id}")
            shown |= {user_id} if answer.status_code == 200 else set()
            assert answer.status_code in {200, 404}
    assert shown == {"operator"}
