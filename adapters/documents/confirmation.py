"""M-01, the confirmation document that goes to the ordering Tier-1 when its order ships. ORD-04, ORD-06, ORD-14."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_datetime_format, get_timezone_name
from babel.numbers import format_decimal
from pydantic import AfterValidator, AwareDatetime, Field

from adapters.documents.sheet import ACCENT, BODY, GREY, LEFT, WHITE, WIDTH, Block, Cell, Sheet, Type
from adapters.documents.texts import WORDS, Words
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


def confirmation_pdf(facts: ConfirmationFacts) -> bytes:
    """The document as a PDF: the same facts always make the same bytes. Fetches nothing; links to the form only."""
    words, calendar = WORDS[facts.language], Calendar(facts.language, facts.zone)
    sheet = Sheet(f"{words.title} {facts.sales_order_number}", facts.language.value, facts.released_at)
    _letterhead(sheet, facts, words)
    _order(sheet, facts, words, calendar)
    _items(sheet, facts, words)
    _terms(sheet, facts, words, calendar)
    _next_step(sheet, facts, words)
    sheet.footers(words.help_desk, f"{facts.sales_order_number}\u2003{words.page}")
    return sheet.content()


def _letterhead(sheet: Sheet, facts: ConfirmationFacts, words: Words) -> None:
    if facts.vendor:
        sheet.paragraph(facts.vendor, Type(9, ink=GREY))
    sheet.paragraph(words.title, Type(22, "B", ACCENT))
    sheet.paragraph(words.subtitle, Type(10.5, ink=GREY))
    sheet.space(3)
    sheet.rule(ACCENT, 0.8)
    sheet.space(5)
    sheet.paragraph(words.addressee.format(company=facts.ordering_partner), Type(12))
    sheet.space(2)
    sheet.paragraph(words.opening)


def _order(sheet: Sheet, facts: ConfirmationFacts, words: Words, calendar: Calendar) -> None:
    sheet.space(4)
    _fact(sheet, words.sales_order_number, facts.sales_order_number, Type(13, "B", ACCENT))
    _fact(sheet, words.ordering_partner, facts.ordering_partner)
    if facts.reselling_partner:
        _fact(sheet, words.reselling_partner, facts.reselling_partner)
    _fact(sheet, words.end_customer, facts.end_customer)
    _fact(sheet, words.ordered, calendar.day(facts.ordered_at))
    _fact(sheet, words.released, calendar.day(facts.released_at))
    sheet.space(2)
    sheet.paragraph(words.zone.format(zone=calendar.zone), Type(8, ink=GREY))
    if facts.reselling_partner:
        sheet.space(2)
        sheet.panel([Block(words.relay.format(company=facts.reselling_partner))], inset=3, padding=1.2)


def _fact(sheet: Sheet, label: str, value: str, type_: Type = BODY, label_width: float = 58) -> None:
    """One labelled fact with a line below it."""
    x = label_width + 4
    cells = [Cell(label, LEFT, label_width, Type(9, ink=GREY)), Cell(value, LEFT + x, WIDTH - x, type_)]
    sheet.need(sheet.row_height(cells))
    sheet.row(cells)
    sheet.rule()


def _heading(sheet: Sheet, text: str, first: float = 10) -> None:
    """Never the last thing on a page: on the same one as the `first` millimetres below it."""
    type_ = Type(12, "B", ACCENT)
    sheet.space(4)
    sheet.need(type_.height + 1 + first)
    sheet.paragraph(text, type_)
    sheet.space(1)


def _items(sheet: Sheet, facts: ConfirmationFacts, words: Words) -> None:
    header = _columns((words.part_number, words.offering, words.quantity), Type(9, "B", WHITE))
    rows = [_item(item, facts.language) for item in facts.items]
    _heading(sheet, words.items, first=sheet.row_height(header) + sheet.row_height(rows[0]))
    _table_header(sheet, header)
    for row in rows:
        if sheet.need(sheet.row_height(row)):
            _table_header(sheet, header)
        sheet.row(row)
        sheet.rule()


def _item(item: ConfirmedItem, language: Language) -> list[Cell]:
    quantity = format_decimal(item.quantity, locale=language.value)
    return _columns((item.part_number, item.offering, quantity), Type(9.5))


def _table_header(sheet: Sheet, cells: Sequence[Cell]) -> None:
    sheet.ground(ACCENT, sheet.row_height(cells))
    sheet.row(cells)


def _columns(texts: tuple[str, str, str], type_: Type) -> list[Cell]:
    part_number, offering, quantity = texts
    return [
        Cell(part_number, LEFT + 2, 56, type_),
        Cell(offering, LEFT + 62, 80, type_),
        Cell(quantity, LEFT + 146, WIDTH - 148, type_, "R"),
    ]


def _terms(sheet: Sheet, facts: ConfirmationFacts, words: Words, calendar: Calendar) -> None:
    _heading(sheet, words.terms)
    if not facts.accepted_terms:
        sheet.paragraph(words.no_terms)
    for accepted in facts.accepted_terms:
        _fact(sheet, words.terms_of[accepted.terms], calendar.minute(accepted.accepted_at), label_width=90)


def _next_step(sheet: Sheet, facts: ConfirmationFacts, words: Words) -> None:
    """What the reader has to do."""
    url = facts.form_url
    renewal = [Block(words.existing_customer, gap=1.5)] if facts.renewal else []
    sheet.space(5)
    sheet.panel(
        [
            Block(words.next_step, Type(12, "B", ACCENT)),
            Block(words.fill_in, gap=2),
            *renewal,
            Block(words.open_form, Type(11, "B", WHITE), gap=4, link=url, button=True),
            Block(url, Type(8, ink=ACCENT), gap=1.5, link=url),
            Block(words.build_guide.format(days=facts.build_guide), gap=2.5),
        ]
    )
