"""The pages mails point to: configuration, not code (ORD-34), and never anything but http or https."""

import re
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from activities.ports import UnsafeMail
from adapters.mail.signed_links import SignedLinks, link_in
from domain.links import Purpose
from domain.mails import Letter
from domain.values import Model, WebUrl

_PORT: Final = r"(?::\d{1,5})?"
_WEB_ADDRESS: Final = re.compile(rf"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]){_PORT}(?:[/?#][!#-;=?-~]*)?")
"""A scheme we allow, a host, and printable ASCII without quotes, angle brackets or spaces."""


FORMS: Final[dict[str, tuple[Purpose, str, str]]] = {
    "provisioning_form": (Purpose.PROVISIONING, "order", "order_number"),
    "port_terms": (Purpose.PORT_TERMS, "order", "order_number"),
    "audio_terms": (Purpose.AUDIO_TERMS, "order", "order_number"),
    "graduation_form": (Purpose.GRADUATION, "order", "order_number"),
    "trial_consent": (Purpose.CONSENT, "trial", "trial_id"),
}
"""Pages that are forms: what their signed link is for; else what their address is given, and which fact that is."""


class MailLinks(Model):
    """Where readers go next."""

    provisioning_form: WebUrl
    port_terms: WebUrl
    audio_terms: WebUrl
    graduation_form: WebUrl
    order_desk: WebUrl
    """For whatever has to do with orders, renewals and trials. AMB-57."""

    technical_desk: WebUrl
    """For the use of the service: day and night in English, on weekdays in Japanese. ORD-35, AMB-57."""

    subscription_page: WebUrl
    """Has the Buy button, too. TRL-71."""

    trial_consent: WebUrl = "https://admin.webex.com"
    """Where a full administrator accepts or declines a trial: if there is no page of its own, where it is also
    shown after signing in. TRL-26."""

    control_hub: WebUrl = "https://admin.webex.com"


def web_address(url: str | None) -> str:
    """The same address, if a reader may be sent there; raises UnsafeMail."""
    if url is None or not _WEB_ADDRESS.fullmatch(url):
        raise UnsafeMail("a link is not an http or https address")
    return url


def about(url: str, what: str, number: str | None) -> str:
    """The page, told what it is about: `order=<SO#>` or `trial=<id>` added to its query."""
    if not number:
        raise UnsafeMail(f"a link to the page of one {what} needs its number")
    parts = urlsplit(web_address(url))
    query = "&".join(part for part in (parts.query, urlencode({what: number})) if part)
    return urlunsplit(parts._replace(query=query))


class LetterLinks:
    """The forms that one mail leads to."""

    def __init__(self, links: MailLinks, signed: SignedLinks | None, letter: Letter, message_id: str) -> None:
        self._links, self._signed, self._letter, self._message_id = links, signed, letter, message_id

    def form(self, name: str) -> str:
        """A page of MailLinks: ours by a signed link, unless an installation has it somewhere else."""
        purpose, what, fact = FORMS[name]
        if self._signed is not None and name in self._signed.elsewhere:
            return self._elsewhere(name, what, fact)
        return self.ours(purpose) or self._elsewhere(name, what, fact)

    def ours(self, purpose: Purpose) -> str:
        """A form that only the web room has; empty when there is none."""
        letter = self._letter
        if self._signed is None or not letter.subject:
            return ""
        return self._signed.address(link_in(purpose, letter.lifecycle, letter.subject, self._message_id))

    def _elsewhere(self, name: str, what: str, fact: str) -> str:
        return about(getattr(self._links, name), what, getattr(self._letter.facts, fact, None))
