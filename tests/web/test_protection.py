"""What stands around every page: headers, hosts, sizes, faults without details, logs without people."""

import json
import re
from typing import Any

import pytest
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.sql.engine import DatabaseTrouble
from adapters.tokens import sign_in_path
from domain.values import Language
from tests.support.web_site import OUTSIDE, Site
from web.middleware import HEADERS, LARGEST_BODY, host_name
from web.security import public, safe_path

PAGES = ("/sign-in", "/nowhere", "/static/tenure.css", "/healthz", "/administration")


@public
async def broken(request: Request) -> Response:
    raise RuntimeError("ken.sato@hikari.example.com is not here")


@public
async def said(request: Request) -> Response:
    raise HTTPException(int(request.path_params["status"]), "details that nobody should see")


@public
async def taken(request: Request) -> Response:
    await request.form()
    return Response("taken")


@pytest.fixture
def trying(site: Site) -> Site:
    """With three pages of a test's own."""
    site.app.router.routes[:0] = [
        Route("/broken", broken),
        Route("/said/{status}", said),
        Route("/taken", taken, methods=["POST"]),
    ]
    return site


@pytest.mark.parametrize("path", [*PAGES, "/broken"])
async def test_every_answer_has_the_headers(trying: Site, path: str) -> None:
    async with trying.client() as client:
        answer = await client.get(path)
        assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
        assert "Strict-Transport-Security" not in answer.headers
        assert "Server" not in answer.headers


async def test_scripts_styles_and_forms_come_from_here_and_nothing_is_inline(site: Site) -> None:
    policy = HEADERS["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    async with site.client("full") as client:
        for path in ("/administration", "/administration/users/sales", "/resources", "/profile", "/first-run/start"):
            text = (await client.get(path)).text
            assert "<style" not in text
            assert " style=" not in text
            assert " onclick=" not in text
            assert text.count("<script") == text.count("<script src="), path


async def test_a_page_about_somebody_is_kept_by_nobody_on_the_way(site: Site) -> None:
    async with site.client("full") as client:
        assert (await client.get("/administration")).headers["Cache-Control"] == "no-store"


class TestHosts:
    @pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1", "127.0.0.1:1", "[::1]:8080", "LOCALHOST"])
    async def test_this_machine_is_known(self, site: Site, host: str) -> None:
        async with site.client() as client:
            assert (await client.get("/sign-in", headers={"Host": host})).status_code == 200

    @pytest.mark.parametrize(
        "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "0.0.0.0", "", "a@localhost"]
    )
    async def test_any_other_name_is_a_trick(self, site: Site, host: str) -> None:
        """DNS rebinding: a page of evil.example whose name suddenly means us."""
        async with site.client("full") as client:
            answer = await client.get("/administration", headers={"Host": host})
            assert (answer.status_code, answer.text) == (421, "not served here")

    async def test_the_name_by_which_people_reach_us_is_known(self, over_https: Site) -> None:
        site = over_https
        async with site.client(base_url=OUTSIDE) as client:
            answer = await client.get("/sign-in")
            assert answer.status_code == 200
            assert answer.headers["Strict-Transport-Security"].startswith("max-age=31536000")
            assert (await client.get("/sign-in", headers={"Host": "other.example.com"})).status_code == 421
            form = {"csrf": site.csrf(client)}
            forged = await client.post("/sign-in/x", data=form, headers={"Origin": "http://hub.example.com"})
            assert forged.status_code == 403
            ours = await client.post("/sign-in/x", data=form, headers={"Origin": "https://hub.example.com"})
            assert ours.status_code == 404

    @pytest.mark.parametrize(
        ("header", "name"),
        [("Hub.Example:80", "hub.example"), ("[::1]", "::1"), ("[x", ""), ("a/b", ""), ("u:p@h", "")],
    )
    def test_a_name_is_read_as_a_browser_wrote_it(self, header: str, name: str) -> None:
        assert host_name(header) == name


class TestSizes:
    async def test_a_form_beyond_any_of_ours_is_refused(self, trying: Site) -> None:
        async with trying.client() as client:
            await client.get("/sign-in")
            form: dict[str, Any] = {"csrf": trying.csrf(client), "x": "y" * LARGEST_BODY}
            assert (await client.post("/taken", data=form)).status_code == 413
            assert (await client.post("/taken", data=form | {"x": "y"})).text == "taken"

    async def test_one_that_lies_about_its_size_is_cut_off(self, trying: Site) -> None:
        async def body() -> Any:
            for _ in range(LARGEST_BODY // 1000 + 2):
                yield b"x" * 1000

        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        async with trying.client() as client:
            answer = await client.post("/taken", content=body(), headers=headers)
            assert answer.status_code == 413

    @pytest.mark.parametrize("said", ["9" * 5000, "9" * 19, "-1", "1.5", "x", "²"])
    async def test_a_size_that_is_none_is_refused(self, trying: Site, said: str) -> None:
        headers = [(b"Content-Length", said.encode("latin-1"))]
        async with trying.client() as client:
            assert (await client.get("/taken", headers=headers)).status_code == 413

    async def test_a_form_of_more_fields_than_any_of_ours_is_refused(self, trying: Site) -> None:
        """Ten thousand rows of sites would keep one process busy for long."""
        async with trying.client() as client:
            await client.get("/sign-in")
            fields = {f"form.sites[{number}].url": "x" for number in range(10_000)}
            answer = await client.post("/taken", data={"csrf": trying.csrf(client), **fields})
            assert answer.status_code == 400

    @pytest.mark.parametrize("charset", ["utf-16", "unicode_escape", "no-such-thing", "utf-7", "rot13"])
    async def test_a_form_in_whatever_letters_it_says_is_no_fault_of_ours(self, trying: Site, charset: str) -> None:
        said = 'form-data; name="csrf"\r\n\r\n\\ud800\xff'
        body = f"--b\r\nContent-Disposition: {said}\r\n--b--\r\n".encode("latin-1")
        headers = {"Content-Type": f"multipart/form-data; charset={charset}; boundary=b"}
        async with trying.client() as client:
            await client.get("/sign-in")
            assert (await client.post("/taken", content=body, headers=headers)).status_code in {400, 403}


class TestFaults:
    @pytest.mark.parametrize("language", list(Language))
    @pytest.mark.parametrize("status", [400, 403, 404, 405, 408, 413, 422, 429, 500, 503, 418])
    async def test_a_fault_is_a_page_in_the_reader_s_language_without_details(
        self, trying: Site, status: int, language: Language
    ) -> None:
        async with trying.client() as client:
            answer = await client.get(f"/said/{status}", headers={"Accept-Language": language.value})
        assert answer.status_code == status
        assert f'<html lang="{language}"' in answer.text
        assert "details" not in answer.text

    async def test_a_fault_of_ours_says_nothing_and_its_log_no_value(
        self, trying: Site, caplog: pytest.LogCaptureFixture
    ) -> None:
        with structlog.testing.capture_logs() as lines:
            async with trying.client() as client:
                answer = await client.get("/broken")
        assert answer.status_code == 500
        assert "hikari" not in answer.text
        assert "Traceback" not in answer.text
        assert "hikari" not in json.dumps(lines, default=repr) + caplog.text
        assert lines[0]["fault"] == "RuntimeError"
        assert lines[0]["at"][-1].endswith(" broken"), "where it was is said all the same"

    async def test_a_store_that_is_away_is_said_and_nobody_is_let_in(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def away(*_given: object) -> None:
            raise DatabaseTrouble("token of full 4")

        monkeypatch.setattr(site.store, "session_user", away)
        async with site.client("full") as client:
            answer = await client.get("/administration")
            assert (answer.status_code, "Not available at the moment" in answer.text) == (503, True)
            assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
            monkeypatch.setattr(site.store, "ping", away)
            assert (await client.get("/healthz")).status_code == 503


class TestLogs:
    async def test_a_line_has_neither_address_nor_token_nor_person(self, site: Site) -> None:
        with structlog.testing.capture_logs() as lines:
            async with site.client("full") as client:
                await client.get("/sign-in/a-secret-token?name=Hanako")
                await client.get("/administration/users/sales")
                await site.post(client, "/administration/users", name="Hanako Yamada", email="hanako@example.com")
        text = json.dumps(lines, default=str)
        assert len(lines) == 3, lines
        for secret in ("a-secret-token", "Hanako", "hanako", "203.0.113", "Person", "token of"):
            assert secret not in text
        assert lines[1]["endpoint"] == "web.signin.administration.one"
        assert (lines[2]["method"], lines[2]["status"]) == ("POST", 422)

    async def test_who_signed_in_and_out_is_logged_by_id(self, site: Site) -> None:
        with structlog.testing.capture_logs() as lines:
            async with site.client() as client:
                link = sign_in_path(site.store, "sales", site.now)
                await client.get(link)
                await site.post(client, link)
                await site.post(client, "/sign-out")
        begun, ended = [line for line in lines if "session" in line["event"]]
        assert (begun["event"], begun["user"]) == ("session.begun", "sales")
        assert (ended["event"], ended["user"]) == ("session.ended", "sales")

    async def test_a_health_check_is_not_logged(self, site: Site) -> None:
        with structlog.testing.capture_logs() as lines:
            async with site.client() as client:
                assert (await client.get("/healthz", headers={"Host": "whatever"})).text == "healthy"
        assert not lines


@pytest.mark.parametrize(
    ("path", "safe"),
    [
        ("/customers/hikari/akasaka?tab=trials", "/customers/hikari/akasaka?tab=trials"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("/x\\y", "/"),
        ("https://evil.example/x", "/"),
        ("javascript:alert(1)", "/"),
        ("/x\r\nSet-Cookie: a=b", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_stays_here(path: str, safe: str) -> None:
    assert safe_path(path) == safe


async def test_a_file_is_kept_as_long_as_its_address_says_what_is_in_it(site: Site) -> None:
    async with site.client() as client:
        (address,) = re.findall(r'href="(/static/tenure\.css[^"]*)"', (await client.get("/sign-in")).text)
        assert "immutable" in (await client.get(address)).headers["Cache-Control"]
        assert (await client.get("/static/tenure.css")).headers["Cache-Control"] == "no-cache"
        gone = await client.get("/static/nothing.css?v=1")
        assert (gone.status_code, gone.headers["Cache-Control"]) == (404, "no-store")
        assert (await client.get("/static/../pages.py")).status_code == 404
        assert "Set-Cookie" not in (await client.get(address)).headers
