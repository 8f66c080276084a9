"""Where cases belong, by channel and data centre. Pure. SUP-30 to SUP-37, AMB-38."""

from email.utils import parseaddr
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import Field

from domain.account.channels import Channel, DataCentre
from domain.values import Email, Model, WebUrl

EUROPEAN: Final = frozenset({DataCentre.EUROPE, DataCentre.UNITED_KINGDOM})
"""Their doors are those of the .eu family; all others' are those of the .com family. SUP-34, SUP-35, AMB-38."""


class Doors(Model):
    """The web and mail addresses of partner support; they move, so they are configuration."""

    widget_com: WebUrl = Field(default="https://store.zoho.com/zstore#partnerhome", description="SUP-30")
    widget_eu: WebUrl = Field(default="https://store.zoho.eu/zstore#partnerhome", description="SUP-31")
    widget_pages: Annotated[tuple[WebUrl, ...], Field(max_length=20)] = Field(
        default=("https://www.zoho.com/partners/guidelines.html", "https://www.zoho.com/partners/"),
        description="Pages with the widget for all data centres. SUP-30, SUP-31",
    )
    portal_com: WebUrl = Field(default="https://help.zoho.com/", description="SUP-32")
    portal_eu: WebUrl = Field(default="https://help.zoho.eu/", description="SUP-33")
    email_com: Email = Field(default="partner-support@zohocorp.com", description="SUP-34")
    email_eu: Email = Field(default="partner-support@eu.zohocorp.com", description="SUP-35")


def right_door(channel: Channel, data_centre: DataCentre | None, doors: Doors) -> str | None:
    """The address for cases of an account; None: its data centre is not known, or the channel has no address."""
    if data_centre is None or channel not in _doors(data_centre, doors):
        return None
    return _doors(data_centre, doors)[channel]


def is_right_door(came_through: str | None, data_centre: DataCentre | None, doors: Doors) -> bool:
    """Is it one of those for the account's data centre, whichever the channel? What is not known is not wrong."""
    if came_through is None or data_centre is None:
        return True
    right = (*_doors(data_centre, doors).values(), *doors.widget_pages)
    return any(_leads_to(came_through, door) for door in right)


def _doors(data_centre: DataCentre, doors: Doors) -> dict[Channel, str]:
    if data_centre in EUROPEAN:
        return {Channel.WIDGET: doors.widget_eu, Channel.PORTAL: doors.portal_eu, Channel.EMAIL: doors.email_eu}
    return {Channel.WIDGET: doors.widget_com, Channel.PORTAL: doors.portal_com, Channel.EMAIL: doors.email_com}


def _leads_to(came_through: str, door: str) -> bool:
    """The address of the door, one below it, or its host alone."""
    if "@" in door:
        return _mailbox(came_through) == _mailbox(door)
    (host, path), (right_host, right_path) = _web_place(came_through), _web_place(door)
    return host == right_host and (not path or f"{path}/".startswith(f"{right_path}/"))


def _mailbox(text: str) -> str:
    """`Partner support <a@b.example>` and `mailto:a@b.example` are `a@b.example`; of a web address nothing."""
    return parseaddr(text.strip().removeprefix("mailto:"))[1].lower()


def _web_place(text: str) -> tuple[str, str]:
    """Host and path, without a slash at the end."""
    written = text.strip() if "://" in text else f"https://{text.strip()}"
    try:
        parts = urlsplit(written)
    except ValueError:
        return "", ""
    return (parts.hostname or "").lower(), parts.path.rstrip("/")
