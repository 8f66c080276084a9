"""The pages mails point to: configuration, not code (ORD-34), and never anything but http or https."""

import re
from typing import Final
from urllib.parse import urlencode, urlsplit, urlunsplit

from activities.ports import UnsafeMail
from domain.values import Model, WebUrl

_PORT: Final = r"(?::\d{1,5})?"
_WEB_ADDRESS: Final = re.compile(rf"https?://(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\]){_PORT}(?:[/?#][!#-;=?-~]*)?")
"""A scheme we allow, a host, and printable ASCII without quotes, angle brackets or spaces."""


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
