"""Values every lifecycle shares, each refusing what would hurt later; pure, stdlib and pydantic only."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationError,
    model_validator,
)
from pydantic_core import InitErrorDetails

from domain.address_checks import (
    LONGEST_URL,
    is_country,
    is_language_tag,
    is_mail_address,
    is_phone_number,
    is_site_host,
    is_web_address,
    is_zone,
    language_tag,
    mail_address,
    phone_number,
    site_host,
    web_address,
)
from domain.checks import InOurWords, Judged, Normalised, named_once, one_line, printable, shown, visible
from domain.placeholder import left_standing
from domain.reasons import Problem, Reason
from domain.working_time import in_json

BAD_INPUT: Final = "BadInput"
"""The type of a failure: what somebody sent is not valid."""

REFUSED: Final = "Refused"
"""The type of a failure: valid, and not possible as things stand."""


class Refused(Exception):
    """Something asked for that the present facts do not allow; nothing was changed.

    `field` names the field of the request at fault, when there is one. The text is written for the person who asked,
    `code` for programs: a subclass may have one of its own.
    """

    code: ClassVar[Reason] = Reason.NOT_POSSIBLE

    def __init__(self, message: str, *, field: str | None = None, code: Reason | None = None) -> None:
        self.problem = Problem.of(code or self.code, message, field)
        super().__init__(self.problem.line)
        self.field = field


class Model(BaseModel):
    """A frozen value that refuses unknown fields and never echoes what it was given."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", hide_input_in_errors=True, str_strip_whitespace=True, validate_default=True
    )


Line = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(Judged(one_line))]
"""One line of text a person wrote, 1 to 200 characters."""


def as_line(words: str) -> str:
    """Somebody's words as a Line whatever they hold: for what comes from a field no model of ours reads."""
    return shown(words, 200) or "no reason that can be shown"


Text = Annotated[str, StringConstraints(max_length=2000), AfterValidator(Judged(printable, visible))]
"""Free text a person wrote, several lines allowed, at most 2,000 characters."""

Identifier = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""An id that may stand in workflow ids, search attributes and logs: no personal data, no @, at most 64 characters."""

Identifiers = Annotated[tuple[Identifier, ...], Field(max_length=20), AfterValidator(Judged(named_once))]
"""Ids of a few things, each once."""

Email = Annotated[
    str,
    StringConstraints(max_length=254),
    Field(json_schema_extra={"format": "email"}),
    AfterValidator(Normalised(mail_address)),
    AfterValidator(Judged(is_mail_address)),
]
"""A mail address; its host in letters (`straße.example`), which becomes ASCII only where mail is sent."""

Phone = Annotated[
    str,
    StringConstraints(max_length=64),
    Field(json_schema_extra={"format": "phone"}),
    AfterValidator(Normalised(phone_number)),
    AfterValidator(Judged(is_phone_number)),
]
"""A phone number with its country code, kept as E.164; with an extension, as RFC 3966 has it: `;ext=12`."""

Country = Annotated[str, StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$"), AfterValidator(Judged(is_country))]
"""ISO 3166-1, two letters."""

LanguageTag = Annotated[
    str,
    StringConstraints(max_length=11),
    AfterValidator(Normalised(language_tag)),
    AfterValidator(Judged(is_language_tag)),
]
"""A language, with its script and country if they matter: `pt-BR` (BCP 47)."""

Zone = Annotated[str, StringConstraints(max_length=64), AfterValidator(Judged(is_zone))]
"""An IANA time zone; calendar-day rules end at its local midnight (AMB-39)."""

SiteUrl = Annotated[
    str, StringConstraints(max_length=120), AfterValidator(Normalised(site_host)), AfterValidator(Judged(is_site_host))
]
"""The address of a site, without scheme, in lower case."""

WebUrl = Annotated[
    str,
    StringConstraints(max_length=LONGEST_URL),
    AfterValidator(Judged(one_line)),
    AfterValidator(Normalised(web_address)),
    AfterValidator(Judged(is_web_address)),
]
"""An http or https address in ASCII, at most 500 characters; no other scheme ever reaches a mail or a document."""

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


class Signal(Model):
    """What one lifecycle reports to another, by signal: its sender gets no answer.

    One that does not read is dropped, and stays in the history all the same. So its fields have only checks of our own,
    pure and never changed, and no library's: it is read by them at its arrival and at every replay, with one result.
    """


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
        """The one place where a placeholder is refused, whatever way a message comes by. ADR 22."""
        left = [
            InitErrorDetails(type="value_error", loc=way, input=None, ctx={"error": InOurWords(words)})
            for way, words in left_standing(cls, given)
        ]
        if left:
            raise ValidationError.from_exception_data(cls.__name__, left, hide_input=True)
        return given


class Person(Model):
    """Somebody who gets mail: in their language, with dates in their zone."""

    first_name: Line
    last_name: Line
    email: Email
    language: Language
    zone: Zone
    phone: Phone | None = None


ERASED: Final = Person(
    first_name="[erased]", last_name="[erased]", email="erased@example.com", language=Language.ENGLISH, zone="UTC"
)
"""Stands where somebody was erased, so that the rest can still be read. Nobody has this address: RFC 2606 keeps
example.com free of mailboxes, and no mail is sent to it because `Archive.person` says NotKnown instead."""


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
    """An event's facts as text: what is None is left out, instants as everywhere in JSON, days in ISO 8601."""
    return {
        name: in_json(value) if isinstance(value, datetime) else str(value)
        for name, value in values.items()
        if value is not None
    }
