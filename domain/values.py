"""Values every lifecycle shares, each refusing what would hurt later; pure, stdlib and pydantic only."""

import unicodedata
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    AnyHttpUrl,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
    model_validator,
)
from pydantic_extra_types.country import CountryAlpha2
from pydantic_extra_types.phone_numbers import PhoneNumberValidator


class Refused(Exception):
    """Something asked for that the present facts do not allow; nothing was changed.

    `field` names the field of the request at fault, when there is one. The text is written for the person who asked.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field


class Model(BaseModel):
    """A frozen value that refuses unknown fields and never echoes what it was given."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True, validate_default=True
    )


PLACEHOLDER: Final = "REPLACE-ME"
"""Stands for a fact that only people know, where a wrong one would do harm. No message is taken that still has it."""

UNSEEN: Final = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories of characters that nobody sees."""

TURNS_TEXT: Final = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Bidirectional embeddings, overrides and isolates: text that reads otherwise than it is."""


def _printable(text: str) -> str:
    for character in text:
        if unicodedata.category(character) in UNSEEN and character != "\n":
            raise ValueError("must not contain control characters")
        if unicodedata.bidirectional(character) in TURNS_TEXT:
            raise ValueError("must not contain characters that turn the direction of text")
    if "=?" in text and "?=" in text:
        raise ValueError("must not contain encoded words (=?…?=)")
    return text


def _one_line(text: str) -> str:
    if "\n" in text:
        raise ValueError("must be a single line")
    return _printable(text)


def _plain_address(address: str) -> str:
    local, _, domain = address.rpartition("@")
    if not local.isascii():
        raise ValueError("must have only ASCII characters before the @")
    return f"{local}@{domain.encode('idna').decode()}"


NO_PLACE: Final = frozenset({"localtime", "posixrules", "Factory"})
"""Files beside the time zones that are none, or another one on every machine."""


def _known_zone(name: str) -> str:
    try:
        ZoneInfo("" if name in NO_PLACE else name)
    except (KeyError, ValueError, OSError):
        raise ValueError("must be an IANA time zone such as Asia/Tokyo") from None
    return name


def _site_host(host: str) -> str:
    host = host.removeprefix("https://").removesuffix("/").lower()
    labels = host.split(".")
    if len(labels) == 1 or not all(label.isascii() and label.replace("-", "a").isalnum() for label in labels):
        raise ValueError("must be a site address such as abc.webex.example")
    return host


_HTTP_URL = TypeAdapter(AnyHttpUrl)


def _web_address(url: str) -> str:
    try:
        address = _HTTP_URL.validate_python(url)
    except ValidationError:
        raise ValueError("must be an http or https address") from None
    if address.username or address.password:
        raise ValueError("must not contain a user name or a password")
    return str(address)


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_one_line)]
"""One line of text a person wrote, 1 to 200 characters."""


def as_line(words: str) -> str:
    """Somebody's words as a Line whatever they hold: for what comes from a field no model of ours reads."""
    printable = "".join(" " if unicodedata.category(character) in UNSEEN else character for character in words)
    try:
        return _LINE.validate_python(" ".join(printable.split())[:200])
    except ValidationError:
        return "no reason that can be shown"


Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(_printable)]
"""Free text a person wrote, several lines allowed, at most 2,000 characters."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An id that may stand in workflow ids, search attributes and logs: no personal data, no @, at most 64 characters."""

_LINE: Final = TypeAdapter(Line)

Email = Annotated[EmailStr, StringConstraints(max_length=254), AfterValidator(_plain_address)]
Phone = Annotated[str, PhoneNumberValidator(number_format="E164")]
"""A phone number with its country code, kept as E.164."""

Country = CountryAlpha2
Zone = Annotated[str, AfterValidator(_known_zone)]
"""An IANA time zone; calendar-day rules end at its local midnight (AMB-39)."""

SiteUrl = Annotated[str, StringConstraints(max_length=120), AfterValidator(_site_host)]
"""The address of a site, without scheme, in lower case."""

WebUrl = Annotated[str, StringConstraints(max_length=500), AfterValidator(_one_line), AfterValidator(_web_address)]
"""An http or https address; no other scheme ever reaches a mail or a document."""

Moment = Annotated[AwareDatetime, Field(ge=datetime(2000, 1, 1, tzinfo=UTC), lt=datetime(2100, 1, 1, tzinfo=UTC))]
"""An instant people send: in this century, which the calendars know."""

Count = Annotated[int, Field(ge=0, le=1_000_000)]


class Language(StrEnum):
    """The languages mails and documents are written in."""

    JAPANESE = "ja"
    KOREAN = "ko"
    FRENCH = "fr"
    ENGLISH = "en"


class Source(StrEnum):
    """Where a message came from; kept with every event (domain.md §13)."""

    OPERATOR = "operator"
    UPSTREAM = "upstream"
    PORTAL = "portal"
    TIMER = "timer"
    IMPORT = "import"


class Message(Model):
    """What somebody outside sends: a start or an update. Says who sent it and, if they like, why."""

    external: ClassVar[bool] = True
    """Marks models that people write by hand: a payload that does not validate is refused at once, with its field."""

    by: Identifier = Field(description="Who asks: a user or system id, never a name or an address.", examples=["ops-7"])
    reason: Line | None = Field(default=None, description="Why, for the audit trail.")
    source: Source = Field(default=Source.OPERATOR, description="Where the message comes from.")

    @model_validator(mode="before")
    @classmethod
    def _nothing_left_to_replace(cls, given: Any) -> Any:
        if place := _placeholder(given):
            raise ValueError(f"{place}: {PLACEHOLDER} still stands there, put in what is true")
        return given


def _placeholder(given: Any) -> str | None:
    """Where something pasted was left as it was: `provisioning_contact.email`."""
    items = given.items() if isinstance(given, dict) else enumerate(given) if isinstance(given, (list, tuple)) else ()
    for name, value in items:
        if isinstance(value, str) and PLACEHOLDER in value:
            return str(name)
        if place := _placeholder(value):
            return f"{name}.{place}"
    return None


class Person(Model):
    """Somebody who gets mail: in their language, with dates in their zone."""

    first_name: Line
    last_name: Line
    email: Email
    language: Language
    zone: Zone
    phone: Phone | None = None


class Partner(Model):
    """A company of the channel and the person there who gets our mails."""

    id: Identifier
    company: Line
    contact: Person


class Customer(Model):
    """The end customer: their zone decides when a calendar day ends (AMB-39)."""

    id: Identifier
    company: Line
    country: Country
    zone: Zone
    contact: Person


def in_days(span: timedelta) -> str:
    """`1 day`, `7 days`."""
    return "1 day" if span.days == 1 else f"{span.days} days"


def facts(**values: Any) -> dict[str, str]:
    """An event's facts as text: what is None is left out, instants and dates in ISO 8601."""
    return {
        name: value.isoformat() if hasattr(value, "isoformat") else str(value)
        for name, value in values.items()
        if value is not None
    }
