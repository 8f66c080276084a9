"""Signing in by an identity provider: a real one over HTTP, honest or not."""

from collections.abc import Iterator
from typing import Any

import pytest
import structlog
from httpx import AsyncClient, Response, create_ssl_context
from joserfc.jwk import RSAKey
from pydantic import ValidationError

from adapters.setting_groups import Web
from tests.postgres import everything
from tests.support.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, a_provider, query_of
from tests.support.web_site import Site, a_site
from web.signin import oidc
from web.signin.issuer import Issuer

SESSION = "tenure-session"
CERTIFICATES = create_ssl_context()
"""Read once; nobody has any here."""


@pytest.fixture(scope="module")
def one_provider() -> Iterator[Provider]:
    with a_provider() as running:
        yield running


@pytest.fixture
def provider(one_provider: Provider) -> Provider:
    """Honest, until a test says otherwise."""
    one_provider.email, one_provider.signs_with = "full@example.com", None
    one_provider.claims, one_provider.metadata = {}, {}
    return one_provider


@pytest.fixture
def vouched(provider: Provider) -> Iterator[Site]:
    web = Web(issuer=provider.url, client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    with a_site(web=web) as site:
        site.world.issuer = Issuer(web)
        yield site


async def there(client: AsyncClient, target: str = "/") -> Response:
    """To the provider, which sends back at once; its answer is for the browser."""
    leaving = await client.get("/sign-in/oidc", params={"next": target})
    assert leaving.status_code == 302, leaving.text
    async with AsyncClient(verify=CERTIFICATES) as elsewhere:
        return await elsewhere.get(leaving.headers["Location"])


async def signed_in(client: AsyncClient, target: str = "/") -> Response:
    back = await there(client, target)
    return await client.get(back.headers["Location"])


async def test_whoever_is_vouched_for_is_signed_in_and_where_they_wanted_to_be(vouched: Site) -> None:
    async with vouched.client() as client:
        assert "/sign-in/oidc" in (await client.get("/sign-in?next=%2Fprofile")).text
        answer = await signed_in(client, "/profile")
        assert (answer.status_code, answer.headers["Location"]) == (303, "/profile")
        assert "Person full" in (await client.get("/profile")).text
        assert not [name for name in client.cookies if "issuer" in name]


async def test_the_question_has_a_state_a_nonce_and_a_proof_of_its_own(vouched: Site, provider: Provider) -> None:
    async with vouched.client() as client:
        await there(client)
        await there(client)
    first, second = provider.asked[-2:]
    assert (first["response_type"], first["code_challenge_method"]) == ("code", "S256")
    assert set(first["scope"].split()) == {"openid", "email"}
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 20
        assert first[name] != second[name]


async def test_the_address_is_found_in_whichever_letters(vouched: Site, provider: Provider) -> None:
    provider.email = "Full@Example.com"
    async with vouched.client() as client:
        assert (await signed_in(client)).status_code == 303


async def test_an_address_that_only_looks_like_somebody_s_is_another(vouched: Site, provider: Provider) -> None:
    """The sign of kelvin is a k in small letters, and the owner of that address is somebody else."""
    vouched.add("ken", "hikari", "sales_administrator", email="ken@example.com")
    provider.email = "\N{KELVIN SIGN}en@example.com"
    async with vouched.client() as client:
        await refused(vouched, client, await signed_in(client))


LIES: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "for another client": {"aud": "somebody-else"},
    "the nonce of another sign-in": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "too old": {"exp": 1_000_000_000},
    "an address that nobody verified": {"email_verified": False},
    "an address that nobody says was verified": {"email_verified": None},
    "a verification in words": {"email_verified": "true"},
    "no address": {"email": None},
    "an address that is none": {"email": ["full@example.com"]},
    "an address that no mail reaches": {"email": "full"},
    "two addresses": {"email": "full@example.com,nobody@example.com"},
    "nobody": {"sub": None},
}


@pytest.mark.parametrize("lie", LIES)
async def test_a_token_that_is_not_right_signs_nobody_in(vouched: Site, provider: Provider, lie: str) -> None:
    provider.claims = LIES[lie]
    async with vouched.client() as client:
        await refused(vouched, client, await signed_in(client))


async def test_a_token_signed_by_somebody_else_signs_nobody_in(vouched: Site, provider: Provider) -> None:
    provider.signs_with = RSAKey.generate_key(2048, {"kid": "one"})
    async with vouched.client() as client:
        await refused(vouched, client, await signed_in(client))


async def test_a_provider_that_calls_itself_otherwise_is_not_asked(vouched: Site, provider: Provider) -> None:
    provider.metadata = {"issuer": "https://evil.example"}
    async with vouched.client() as client:
        await refused(vouched, client, await client.get("/sign-in/oidc"))


@pytest.mark.parametrize("change", [{"state": "another"}, {"state": ""}, {"code": "code-0"}])
async def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(
    vouched: Site, provider: Provider, change: dict[str, str]
) -> None:
    """Another state, none, or a code that was given for somebody else's question."""
    async with vouched.client() as client, vouched.client() as first:
        await there(first)
        back = query_of((await there(client)).headers["Location"])
        await refused(vouched, client, await client.get("/sign-in/oidc/back", params=back | change))


async def test_an_answer_brought_to_another_browser_signs_nobody_in(vouched: Site) -> None:
    """Login CSRF: somebody's answer is sent to another person, who would work as them."""
    async with vouched.client() as mine, vouched.client() as theirs:
        back = (await there(mine)).headers["Location"]
        await refused(vouched, theirs, await theirs.get(back))


async def test_an_answer_works_once(vouched: Site) -> None:
    async with vouched.client() as client:
        back = (await there(client)).headers["Location"]
        assert (await client.get(back)).status_code == 303
        client.cookies.delete(SESSION)
        await refused(vouched, client, await client.get(back))


@pytest.mark.parametrize("error", ["access_denied", "login_required"])
async def test_a_provider_that_says_no_is_believed(vouched: Site, error: str) -> None:
    async with vouched.client() as client:
        state = query_of((await there(client)).headers["Location"])["state"]
        params = {"error": error, "error_description": "<script>", "state": state}
        await refused(vouched, client, await client.get("/sign-in/oidc/back", params=params))


async def test_whoever_is_no_user_is_told_the_same_as_whoever_may_not_any_more(
    vouched: Site, provider: Provider
) -> None:
    vouched.store.change_hub_user("sales", "test", vouched.now, active=False)
    said = []
    for email in ("nobody@example.com", "sales@example.com"):
        provider.email = email
        async with vouched.client() as client:
            answer = await signed_in(client)
            await refused(vouched, client, answer)
            said.append(answer.text)
    assert said[0] == said[1]


async def test_a_provider_that_does_not_answer_is_no_fault_of_ours() -> None:
    web = Web(issuer="http://127.0.0.1:9", client_id=CLIENT_ID, client_secret=CLIENT_SECRET)
    with a_site(web=web) as site:
        site.world.issuer = Issuer(web)
        async with site.client() as client:
            await refused(site, client, await client.get("/sign-in/oidc"))


async def test_without_a_provider_there_is_no_such_page(site: Site) -> None:
    async with site.client() as client:
        assert (await client.get("/sign-in/oidc")).status_code == 404
        assert (await client.get("/sign-in/oidc/back")).status_code == 404


@pytest.mark.parametrize("path", ["/sign-in/oidc", "/sign-in/oidc/back"])
@pytest.mark.parametrize("shown_as", ["image", "iframe", "empty"])
async def test_another_site_that_makes_a_browser_sign_in_keeps_nobody_out(
    vouched: Site, path: str, shown_as: str
) -> None:
    """Only a page that somebody opens is counted."""
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Dest": shown_as}
    async with vouched.client() as client:
        assert (await client.get(path, headers=headers)).status_code == 404
        assert everything(vouched.store)["web_attempts"] == []
        await client.get(path, headers=headers | {"Sec-Fetch-Dest": "document"})
        assert len(everything(vouched.store)["web_attempts"]) == 1


async def test_whoever_tries_to_sign_in_without_end_waits(vouched: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(oidc, "OF_ONE_ADDRESS", 3)
    async with vouched.client() as client:
        codes = [(await client.get("/sign-in/oidc/back")).status_code for _ in range(4)]
    assert codes == [403, 403, 403, 429]


async def test_the_log_says_why_and_not_who(vouched: Site, provider: Provider) -> None:
    provider.email = "nobody@example.com"
    with structlog.testing.capture_logs() as lines:
        async with vouched.client() as client:
            await signed_in(client)
    assert {"event": "sign_in.refused", "why": "no_user", "log_level": "warning"} in lines
    assert "nobody@example.com" not in str(lines)


async def test_where_to_go_afterwards_is_a_page_of_ours(vouched: Site) -> None:
    async with vouched.client() as client:
        assert (await signed_in(client, "https://evil.example/")).headers["Location"] == "/"


def test_whoever_vouches_is_asked_by_https_alone_unless_on_this_machine() -> None:
    with pytest.raises(ValidationError, match="https"):
        Web(issuer="http://login.example.com", client_id="x", client_secret="y")


async def refused(site: Site, client: AsyncClient, answer: Response) -> None:
    """In words that tell nothing."""
    assert answer.status_code == 403
    assert "You could not be signed in" in answer.text
    assert SESSION not in client.cookies
    assert "<script>" not in answer.text
    assert (await client.get("/profile")).status_code == 303
