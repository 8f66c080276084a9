"""Links that only we can make, each for one purpose, one life and one mail.

Composing has no clock and no random, so the same mail composed twice has the same link. What became of a link is looked
up when somebody follows it.
"""

import hashlib
from collections.abc import Sequence
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
        purpose, _, signed = token.partition(".")
        if len(token) > LONGEST or not token.isascii() or purpose not in set(Purpose):
            return None
        try:
            said = self._signer(purpose).unsign(signed).decode()
        except BadSignature:
            return None
        lifecycle, _, rest = said.partition(".")
        subject, _, occurrence = rest.rpartition(".")
        if lifecycle not in KINDS:
            return None
        return Link(purpose=Purpose(purpose), lifecycle=lifecycle, subject=subject, occurrence=occurrence)

    def mark(self, link: Link) -> str:
        """By it a link's claims and drafts are kept: nobody makes a link from what the store holds. The same under
        every secret, so that a changed one forgets nothing."""
        said = f"{link.purpose}.{link.lifecycle}.{link.subject}.{link.occurrence}"
        return hashlib.sha256(said.encode()).hexdigest()

    def _signer(self, purpose: str) -> Signer:
        """The purpose is the salt: a link for one is forged for all others."""
        return Signer(self._secrets, salt=f"tenure.link.{purpose}", key_derivation="hmac", digest_method=hashlib.sha256)


def occurrence_of(message_id: str) -> str:
    """By which one mail of a lifecycle is told from its others; with brackets or without."""
    return hashlib.sha256(message_id.strip("<>").encode()).hexdigest()[:OCCURRENCE]


def link_in(purpose: Purpose, lifecycle: str, subject: str, message_id: str) -> Link:
    """The one that stands in this mail."""
    return Link(purpose=purpose, lifecycle=lifecycle, subject=subject, occurrence=occurrence_of(message_id))


def life_of(link: Link) -> tuple[Lifecycle, str]:
    """What it is about."""
    return Lifecycle(link.lifecycle), link.subject
