"""Signing in by a one-time link, the session's life, and its end."""

import re
from datetime import timedelta

import pytest
from httpx import AsyncClient

from adapters.sql.web_schema import SessionRecord, SignInLinkRecord
from adapters.tokens import sign_in_path
from domain.hub.policy import ATTEMPTS, ATTEMPTS_WITHIN, SESSION_ENDS_AFTER, SESSION_IDLES_FOR, SIGN_IN_LINK_LIVES
from tests.postgres import everything
from tests.support.web_site import OUTSIDE, Site
from web.session import csrf_of

SECOND = timedelta(seconds=1)
SESSION = "tenure-session"


def link_of(site: Site, user_id: str) -> str:
    return sign_in_path(site.store, user_id, site.now)


def plant(client: AsyncClient, token: str) -> None:
    client.cookies.set(SESSION, token, domain=client.base_url.host, path="/")


class TestLink:
    async def test_shows_a_button_and_signs_in_when_it_is_pressed(self, site: Site) -> None:
        link = link_of(site, "full")
        async with site.client() as client:
            for _ in range(3):  # a scanner follows links
                shown = await client.get(link)
                assert (shown.status_code, "<button" in shown.text) == (200, True)
                assert SESSION not in client.cookies
            answer = await site.post(client, link)
            assert (answer.status_code, answer.headers["Location"]) == (303, "/")
            assert (await client.get("/administration")).status_code == 200

    async def test_says_nothing_about_whom_it_signs_in(self, site: Site) -> None:
        link = link_of(site, "full")
        async with site.client() as client:
            shown = await client.get(link)
        assert "Person full" not in shown.text
        assert "full@example.com" not in shown.text

    async def test_works_once(self, site: Site) -> None:
        link = link_of(site, "full")
        async with site.client() as client, site.client() as thief:
            await client.get(link)
            await thief.get(link)
            assert (await site.post(client, link)).status_code == 303
            assert (await site.post(thief, link)).status_code == 404
            assert (await thief.get(link)).status_code == 404
            assert SESSION not in thief.cookies

    async def test_a_newer_one_ends_it(self, site: Site) -> None:
        older, newer = link_of(site, "full"), link_of(site, "full")
        async with site.client() as client:
            assert (await client.get(older)).status_code == 404
            assert (await client.get(newer)).status_code == 200

    @pytest.mark.parametrize(("after", "status"), [(SIGN_IN_LINK_LIVES - SECOND, 303), (SIGN_IN_LINK_LIVES, 404)])
    async def test_lives_a_quarter_of_an_hour(self, site: Site, after: timedelta, status: int) -> None:
        link = link_of(site, "full")
        site.now += after
        async with site.client() as client:
            await client.get(link)
            assert (await site.post(client, link)).status_code == status

    async def test_of_somebody_who_may_not_sign_in_any_more_does_not_work(self, site: Site) -> None:
        link = link_of(site, "sales")
        site.store.change_hub_user("sales", "test", site.now, active=False)
        async with site.client() as client:
            await client.get("/sign-in")
            assert (await site.post(client, link)).status_code == 404

    async def test_needs_the_form_of_our_page(self, site: Site) -> None:
        """Else somebody could sign another person in as themselves and read what they type."""
        link = link_of(site, "full")
        async with site.client() as client:
            assert (await client.post(link)).status_code == 403
            assert (await client.get(link)).status_code == 200

    async def test_the_store_knows_no_token(self, site: Site) -> None:
        link = link_of(site, "full")
        async with site.client() as client:
            await client.get(link)
            await site.post(client, link)
            kept = str(everything(site.store))
            assert link.rpartition("/")[2] not in kept
            assert client.cookies[SESSION] not in kept


class TestSession:
    async def test_has_a_cookie_that_no_script_and_no_other_site_gets(self, site: Site) -> None:
        link = link_of(site, "full")
        async with site.client() as client:
            visitor = (await client.get(link)).headers["Set-Cookie"]
            session = (await site.post(client, link)).headers["Set-Cookie"]
        for cookie in (visitor, session):
            assert {"HttpOnly", "Path=/", "SameSite=lax"} <= set(cookie.split("; "))
            assert "Domain" not in cookie
            assert "Max-Age" not in cookie

    async def test_over_https_its_cookie_goes_no_other_way(self, over_https: Site) -> None:
        site = over_https
        link = link_of(site, "full")
        async with site.client(base_url=OUTSIDE) as client:
            await client.get(link)
            cookie = (await site.post(client, link)).headers["Set-Cookie"]
            assert cookie.startswith("__Host-tenure-session=")
            assert "Secure" in cookie
            assert (await client.get("/administration")).status_code == 200

    async def test_is_a_new_one_at_each_sign_in(self, site: Site) -> None:
        """Whoever planted a cookie before is not signed in by it, and the earlier session ends."""
        async with site.client() as client:
            plant(client, "planted")
            link = link_of(site, "full")
            await client.get(link)
            await client.post(link, data={"csrf": csrf_of(client.cookies["tenure-visitor"])})
            first = client.cookies[SESSION]
            assert first != "planted"
            link = link_of(site, "full")
            await site.post(client, link)
            assert client.cookies[SESSION] != first
            plant(client, first)
            assert (await client.get("/administration")).status_code == 303

    @pytest.mark.parametrize(("idle", "status"), [(SESSION_IDLES_FOR - SECOND, 200), (SESSION_IDLES_FOR, 303)])
    async def test_ends_when_nobody_asks_for_a_page(self, site: Site, idle: timedelta, status: int) -> None:
        async with site.client("full") as client:
            site.now += idle
            assert (await client.get("/profile")).status_code == status

    @pytest.mark.parametrize(("after", "status"), [(SESSION_ENDS_AFTER - SECOND, 200), (SESSION_ENDS_AFTER, 303)])
    async def test_ends_half_a_day_after_signing_in(self, site: Site, after: timedelta, status: int) -> None:
        began = site.now
        async with site.client("full") as client:
            while site.now + SESSION_IDLES_FOR / 2 < began + after:
                site.now += SESSION_IDLES_FOR / 2
                assert (await client.get("/profile")).status_code == 200
            site.now = began + after
            assert (await client.get("/profile")).status_code == status

    async def test_signing_out_ends_it_on_the_server(self, site: Site) -> None:
        async with site.client("full") as client:
            token = client.cookies[SESSION]
            assert (await site.post(client, "/sign-out")).headers["Location"] == "/sign-in"
            assert SESSION not in client.cookies
            plant(client, token)
            assert (await client.get("/profile")).status_code == 303

    async def test_whoever_is_deactivated_is_out_at_once(self, site: Site) -> None:
        async with site.client("sales") as client, site.client("full") as full:
            assert (await client.get("/profile")).status_code == 200
            await site.post(full, "/administration/users/sales/active", active="no")
            assert (await client.get("/profile")).status_code == 303
            await site.post(full, "/administration/users/sales/active", active="yes")
            assert (await client.get("/profile")).status_code == 303, "they sign in anew"

    async def test_a_role_that_is_taken_away_is_gone_with_the_next_page(self, site: Site) -> None:
        async with site.client("full") as client:
            assert (await client.get("/administration")).status_code == 200
            site.add("second", "hikari", "full_administrator")
            site.store.change_hub_user("full", "test", site.now, roles=["read_only_administrator"])
            assert (await client.get("/administration")).status_code == 404

    async def test_what_is_over_is_forgotten(self, site: Site) -> None:
        site.client("full"), site.client("sales")
        link_of(site, "full")
        site.now += SESSION_ENDS_AFTER
        site.client("operator")
        link_of(site, "operator")
        kept = everything(site.store)
        assert len(kept[SessionRecord.__tablename__]) == 1
        assert len(kept[SignInLinkRecord.__tablename__]) == 1


class TestThrottle:
    async def test_whoever_guesses_links_waits(self, site: Site) -> None:
        async with site.client() as client:
            answers = [(await client.get("/sign-in/guess")).status_code for _ in range(ATTEMPTS + 1)]
            assert answers == [404] * ATTEMPTS + [429]
            refused = await site.post(client, "/sign-in/another")
            assert refused.status_code == 429
            assert refused.headers["Retry-After"] == str(int(ATTEMPTS_WITHIN.total_seconds()))
            site.now += ATTEMPTS_WITHIN
            assert (await client.get("/sign-in/guess")).status_code == 404

    async def test_another_site_that_makes_a_browser_guess_keeps_nobody_out(self, site: Site) -> None:
        """As pictures, which no origin is asked for."""
        async with site.client() as client:
            picture = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": "image"}
            for number in range(ATTEMPTS + 1):
                await client.get(f"/sign-in/{number}", headers=picture)
            link = link_of(site, "full")
            assert (await client.get(link)).status_code == 200
            assert (await site.post(client, link)).status_code == 303

    async def test_others_are_not_kept_out_by_it(self, site: Site) -> None:
        for bucket in ("first", "second"):
            assert site.store.attempts(bucket, site.now) == 1
        assert site.store.attempts("first", site.now) == 2


class TestPage:
    async def test_leads_back_to_the_page_that_was_asked_for(self, site: Site) -> None:
        async with site.client() as client:
            answer = await client.get("/administration/users/sales?x=1")
            assert answer.headers["Location"] == "/sign-in?next=%2Fadministration%2Fusers%2Fsales%3Fx%3D1"

    async def test_says_that_what_was_sent_meanwhile_was_not_taken(self, site: Site) -> None:
        async with site.client() as client:
            await client.get("/sign-in")
            answer = await site.post(client, "/profile", language="ja", zone="UTC")
            assert answer.headers["Location"] == "/sign-in"
            shown = (await client.get("/sign-in")).text
            assert re.search(r'notice warn"[^>]*>You are signed out, and what you sent last was not taken', shown)

    async def test_htmx_gets_the_whole_page_and_not_a_part(self, site: Site) -> None:
        async with site.client() as client:
            answer = await client.get("/resources?q=x", headers={"HX-Request": "true"})
            assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/sign-in")

    async def test_is_in_the_language_of_the_browser_or_in_the_one_chosen(self, site: Site) -> None:
        async with site.client() as client:
            said = {"Accept-Language": "de, fr;q=0.8, en;q=0.5"}
            assert "Se connecter" in (await client.get("/sign-in", headers=said)).text
            assert 'lang="ko"' in (await client.get("/sign-in?language=ko", headers=said)).text
            assert '<html lang="ko"' in (await client.get("/sign-in", headers=said)).text
            assert re.search(r'<html lang="(\w+)"', (await client.get("/sign-in?language=xx")).text)
