"""M-01, the confirmation document that goes to the ordering Tier-1 when its order ships. ORD-04, ORD-06, ORD-14."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated
from unicodedata import bidirectional
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_datetime_format, get_timezone_name
from babel.numbers import format_decimal
from pydantic import AfterValidator, AwareDatetime, Field

from adapters.documents.texts import WORDS, Words
from adapters.documents.typesetter import typesetter
from domain.order.messages import Terms
from domain.values import Identifier, Language, Line, Model, WebUrl, Zone

Instant = Annotated[AwareDatetime, AfterValidator(lambda instant: instant.astimezone(UTC))]
"""Kept as UTC, so that the same instant always makes the same document."""


class ConfirmedItem(Model):
    """One line of the order, in words for people."""

    part_number: Line
    offering: Line
    quantity: Annotated[int, Field(ge=1)]


class AcceptedTerms(Model):
    """Overage terms the customer agreed to. ORD-08, ORD-09."""

    terms: Terms
    accepted_at: Instant


class ConfirmationFacts(Model):
    """All the document says, and the reader's language and time zone."""

    language: Language
    zone: Zone
    vendor: Line | None = None
    sales_order_number: Identifier
    ordering_partner: Line
    reselling_partner: Line | None = None
    end_customer: Line
    renewal: bool = False
    ordered_at: Instant
    released_at: Instant
    items: tuple[ConfirmedItem, ...] = Field(min_length=1)
    accepted_terms: tuple[AcceptedTerms, ...] = ()
    form_url: WebUrl
    build_guide: Annotated[int, Field(ge=1)]
    """Business days, as in the order's policy. ORD-18."""


class Calendar:
    """Dates as the reader writes them, where the reader is."""

    def __init__(self, language: Language, zone: str) -> None:
        self._locale, self._zone = language.value, ZoneInfo(zone)

    def day(self, instant: datetime) -> str:
        """March 6, 2026."""
        return format_date(instant.astimezone(self._zone).date(), "long", locale=self._locale)

    def minute(self, instant: datetime) -> str:
        """March 6, 2026, 00:30."""
        time = format_time(instant, "HH:mm", tzinfo=self._zone, locale=self._locale)
        return str(get_datetime_format("long", locale=self._locale)).format(time, self.day(instant))

    @property
    def zone(self) -> str:
        """Japan Time (Asia/Tokyo); zones that belong to no place go by their id alone."""
        name = self._zone.key
        if "/" not in name or name.startswith("Etc/"):
            return name
        return f"{get_timezone_name(self._zone, locale=self._locale)} ({name})"


class Sheet(Model):
    """What stands on the paper, in the reader's language: the data of `template/confirmation.typ`."""

    language: Language
    words: Words
    """With their braces filled, but for {page} and {pages}."""

    vendor: str | None
    sales_order_number: str
    order: tuple[tuple[str, str], ...]
    """Label and value of what follows the number."""

    relayed: bool
    items: tuple[tuple[str, str, str], ...]
    terms: tuple[tuple[str, str], ...]
    """Their name, and when they were accepted."""

    form_url: str
    renewal: bool


def confirmation_pdf(facts: ConfirmationFacts) -> bytes:
    """The document as a PDF: the same facts always make the same bytes. Fetches nothing; links to the form only.

    Raises CharacterNotInFonts.
    """
    return typesetter().pdf(sheet_of(facts), made_at=facts.released_at)


def sheet_of(facts: ConfirmationFacts) -> Sheet:
    """The facts in the reader's words."""
    words, calendar, language = WORDS[facts.language], Calendar(facts.language, facts.zone), facts.language.value
    return Sheet(
        language=facts.language,
        words=_filled(words, facts, calendar),
        vendor=_name(facts.vendor) if facts.vendor else None,
        sales_order_number=facts.sales_order_number,
        order=tuple(_order(facts, words, calendar)),
        relayed=facts.reselling_partner is not None,
        items=tuple(
            (_name(each.part_number), _name(each.offering), format_decimal(each.quantity, locale=language))
            for each in facts.items
        ),
        terms=tuple((words.terms_of[each.terms], calendar.minute(each.accepted_at)) for each in facts.accepted_terms),
        form_url=facts.form_url,
        renewal=facts.renewal,
    )


def _filled(words: Words, facts: ConfirmationFacts, calendar: Calendar) -> Words:
    return words.model_copy(
        update={
            "addressee": words.addressee.format(company=_name(facts.ordering_partner)),
            "zone": words.zone.format(zone=calendar.zone),
            "relay": words.relay.format(company=_name(facts.reselling_partner or "")),
            "build_guide": words.build_guide.format(days=facts.build_guide),
        }
    )


def _order(facts: ConfirmationFacts, words: Words, calendar: Calendar) -> Iterator[tuple[str, str]]:
    yield words.ordering_partner, _name(facts.ordering_partner)
    if facts.reselling_partner:
        yield words.reselling_partner, _name(facts.reselling_partner)
    yield words.end_customer, _name(facts.end_customer)
    yield words.ordered, calendar.day(facts.ordered_at)
    yield words.released, calendar.day(facts.released_at)


def _name(text: str) -> str:
    """Somebody's text as it may stand among ours. Arabic and Hebrew run their own way, and turn nothing around them."""
    text = text.replace("\ufeff", "\u2060")  # the same no-break mark, and the fonts can do without it
    if any(bidirectional(character) in {"R", "AL"} for character in text):
        return f"\u2068{text}\u2069"
    return text
