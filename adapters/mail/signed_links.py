"""Links that only we can make, each for one purpose, one lifecycle and one mail.

Composing has no clock and no random, so the same mail composed twice has the same link. What became of a link is looked
up when somebody follows it.
"""

import hashlib
import hmac
from collections.abc import Sequence
from contextlib import suppress
from typing import Final, Self

from itsdangerous import BadSignature, Signer

from adapters.settings import Settings
from domain.lifecycle import Lifecycle
from domain.lifecycles import KINDS
from domain.links import Purpose
from domain.values import Model

PATH: Final = "/f/"
"""Where the web room takes them."""

OCCURRENCE: Final = 16
"""Characters by which one mail of a lifecycle is told from its others."""

LONGEST: Final = 300
"""Characters of a token; a longer one is none of ours."""


class Link(Model):
    """What a link says, once its signature is known to be ours. No name and no address is in it."""

    purpose: Purpose
    lifecycle: str
    subject: str
    occurrence: str
    """Of the mail it stands in, by `occurrence_of`, or `DOCUMENT`."""


class SignedLinks:
    """Signs with the newest secret and takes what any of them signed: a secret is changed without a dead link."""

    def __init__(self, url: str, secrets: Sequence[str], elsewhere: frozenset[str] = frozenset()) -> None:
        self._url = url.rstrip("/")
        self._secrets = list(secrets)
        self.elsewhere = elsewhere
        """Pages that an installation has somewhere else: TENURE_LINKS__* wins."""

    @classmethod
    def of(cls, settings: Settings) -> Self | None:
        """As an installation has it; None: no web room is reached from outside, and links lead elsewhere."""
        web = settings.web
        if web.url is None or web.secret is None:
            return None
        secrets = [*(old.get_secret_value() for old in web.old_secrets), web.secret.get_secret_value()]
        return cls(str(web.url), secrets, frozenset(settings.links.model_fields_set))

    def address(self, link: Link) -> str:
        """Where it leads, as it stands in a mail."""
        return f"{self._url}{PATH}{self.token(link)}"

    def token(self, link: Link) -> str:
        """`provisioning.order.SO-100001.<mail>.<signature>`."""
        said = f"{link.lifecycle}.{link.subject}.{link.occurrence}"
        return f"{link.purpose}.{self._signer(link.purpose).sign(said).decode()}"

    def read(self, token: str) -> Link | None:
        """None for what nobody here signed, for this purpose."""
        found = self._opened(token)
        if found is None:
            return None
        purpose, said, _ = found
        lifecycle, _, rest = said.partition(".")
        subject, _, occurrence = rest.rpartition(".")
        if lifecycle not in KINDS:
            return None
        return Link(purpose=purpose, lifecycle=lifecycle, subject=subject, occurrence=occurrence)

    def mark(self, token: str) -> str | None:
        """An HMAC of what the link says, by which its claim is kept: nobody makes it, or a link, from what the store
        holds. Under the secret that signed the link, so it stays the same for as long as the link works, whatever signs
        now; and of what it says, as one signature is written in several ways. None: not ours."""
        found = self._opened(token)
        if found is None:
            return None
        purpose, said, secret = found
        key = _signer([secret], "tenure.mark").derive_key()
        return hmac.new(key, f"{purpose}.{said}".encode(), "sha256").hexdigest()

    def _opened(self, token: str) -> tuple[Purpose, str, str] | None:
        """The purpose, what was signed, and by which secret."""
        purpose, _, signed = token.partition(".")
        if len(token) > LONGEST or not token.isascii() or purpose not in set(Purpose):
            return None
        for secret in reversed(self._secrets):
            with suppress(BadSignature):
                return Purpose(purpose), _signer([secret], f"tenure.link.{purpose}").unsign(signed).decode(), secret
        return None

    def _signer(self, purpose: str) -> Signer:
        """The purpose is the salt: a link for one is forged for all others."""
        return _signer(self._secrets, f"tenure.link.{purpose}")


def _signer(secrets: Sequence[str], salt: str) -> Signer:
    return Signer(list(secrets), salt=salt, key_derivation="hmac", digest_method=hashlib.sha256)


def occurrence_of(message_id: str) -> str:
    """By which one mail of a lifecycle is told from its others; with brackets or without."""
    return hashlib.sha256(message_id.strip("<>").encode()).hexdigest()[:OCCURRENCE]


def link_in(purpose: Purpose, lifecycle: str, subject: str, message_id: str) -> Link:
    """The one that stands in this mail."""
    return Link(purpose=purpose, lifecycle=lifecycle, subject=subject, occurrence=occurrence_of(message_id))


def about(link: Link) -> tuple[Lifecycle, str]:
    """What it is about."""
    return Lifecycle(link.lifecycle), link.subject
