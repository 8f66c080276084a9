"""The OpenID Connect issuer that vouches for people: authorization code with PKCE, state and nonce, by Authlib."""

import warnings
from typing import Any, Final

from authlib.common.errors import AuthlibBaseError
from authlib.deprecate import AuthlibDeprecationWarning
from httpx import HTTPError, create_ssl_context
from joserfc.errors import JoseError
from pydantic import TypeAdapter
from starlette.requests import Request
from starlette.responses import Response

from adapters.setting_groups import Web
from domain.values import Email
from web.signin.vouch import NotVouched

with warnings.catch_warnings():  # it would rather have httpx2, which may become what we use when it does
    warnings.simplefilter("ignore", AuthlibDeprecationWarning)
    from authlib.integrations.starlette_client import OAuth

NAME: Final = "issuer"
ADDRESS: Final = TypeAdapter[str](Email)
"""As users have theirs: `ken` with a letter that only looks like a k, and becomes one in small letters, is nobody."""

ANSWERS_WITHIN: Final = 10
"""Seconds, for each question to the issuer."""


class Issuer:
    """Vouches, by Authlib; one for the whole process."""

    def __init__(self, web: Web) -> None:
        known = OAuth()
        known.register(
            NAME,
            client_id=web.client_id,
            client_secret=web.client_secret.get_secret_value() if web.client_secret else None,
            server_metadata_url=f"{str(web.issuer).rstrip('/')}/.well-known/openid-configuration",
            client_kwargs={
                "scope": "openid email",
                "code_challenge_method": "S256",
                "timeout": ANSWERS_WITHIN,
                "trust_env": False,
                "verify": create_ssl_context(trust_env=False),  # else one more for every question
            },
        )
        self._issuer = str(web.issuer)
        self._client: Any = known.create_client(NAME)

    async def leave(self, request: Request, back: str) -> Response:
        """To the issuer; it sends people back to `back`. Raises NotVouched."""
        try:
            await self._metadata()
            answer: Response = await self._client.authorize_redirect(request, back)
        except (AuthlibBaseError, JoseError, HTTPError, RuntimeError, ValueError) as failed:
            raise NotVouched(_code(failed)) from None
        return answer

    async def verified_email(self, request: Request) -> str:
        """Of whoever came back: an address that the issuer has verified. Raises NotVouched."""
        try:
            issuer = await self._metadata()
            wanted = {"iss": {"essential": True, "values": [issuer]}, "sub": {"essential": True}}
            token = await self._client.authorize_access_token(request, claims_options=wanted)
        except (AuthlibBaseError, JoseError, HTTPError, RuntimeError, ValueError, KeyError) as failed:
            raise NotVouched(_code(failed)) from None
        person = token.get("userinfo") or {}
        if person.get("email_verified") is not True:
            raise NotVouched("address_not_verified")
        try:
            return ADDRESS.validate_python(person.get("email"), strict=True)
        except ValueError:
            raise NotVouched("no_address") from None

    async def _metadata(self) -> str:
        """The issuer as it names itself, which has to be the one that we were told of."""
        said = (await self._client.load_server_metadata()).get("issuer")
        if not isinstance(said, str) or said.rstrip("/") != self._issuer.rstrip("/"):
            raise NotVouched("another_issuer")
        return said


def _code(failed: Exception) -> str:
    """Without its text, which may repeat what a stranger sent."""
    return type(failed).__name__
