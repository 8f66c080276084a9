"""An OpenID Connect provider that vouches for whomever a test says, or lies as a test says. Over real HTTP."""

import base64
import hashlib
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from adapters.loopback import LOOPBACK

CLIENT_ID, CLIENT_SECRET = "tenure", "between us two"


@dataclass
class Provider:
    """What it says of people; `claims` and `metadata` override what an honest one would say."""

    url: str
    email: str = "full@example.com"
    claims: dict[str, Any] = field(default_factory=dict)
    metadata: dict[str, Any] = field(default_factory=dict)
    signs_with: RSAKey | None = None
    """A key of its own, if it shall not be the one that it publishes."""

    asked: list[dict[str, str]] = field(default_factory=list)
    """The questions of the authorization endpoint."""

    key: RSAKey = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "one"}))

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/.well-known/openid-configuration", self._configuration),
                Route("/keys", self._keys),
                Route("/authorize", self._authorize),
                Route("/token", self._token, methods=["POST"]),
            ]
        )

    async def _configuration(self, request: Request) -> Response:
        known = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "id_token_signing_alg_values_supported": ["RS256"],
        }
        return JSONResponse(known | self.metadata)

    async def _keys(self, request: Request) -> Response:
        return JSONResponse({"keys": [self.key.as_dict(private=False)]})

    async def _authorize(self, request: Request) -> Response:
        """Nobody is asked for a password: whoever comes is who the test says."""
        asked = dict(request.query_params)
        self.asked.append(asked)
        back = urlencode({"code": f"code-{len(self.asked) - 1}", "state": asked["state"]})
        return RedirectResponse(f"{asked['redirect_uri']}?{back}", 302)

    async def _token(self, request: Request) -> Response:
        form = await request.form()
        asked = self.asked[int(str(form["code"]).removeprefix("code-"))]
        proof = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        if request.headers["Authorization"] != f"Basic {basic}":
            return JSONResponse({"error": "invalid_client"}, 401)
        if base64.urlsafe_b64encode(proof).decode().rstrip("=") != asked["code_challenge"]:
            return JSONResponse({"error": "invalid_grant"}, 400)
        now = int(time.time())
        said = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "someone",
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            "email": self.email,
            "email_verified": True,
        }
        claims = {name: value for name, value in (said | self.claims).items() if value is not None}
        token = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.signs_with or self.key)
        return JSONResponse({"access_token": "nothing", "token_type": "Bearer", "expires_in": 300, "id_token": token})


@contextmanager
def a_provider() -> Iterator[Provider]:
    """On a port of its own."""
    listening = socket.create_server((LOOPBACK, 0))
    provider = Provider(f"http://{LOOPBACK}:{listening.getsockname()[1]}")
    config = uvicorn.Config(provider.app(), log_config=None, lifespan="off", loop="asyncio")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run, args=([listening],), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.should_exit = True
        thread.join()


def query_of(url: str) -> dict[str, str]:
    """What stands behind the question mark."""
    return {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
