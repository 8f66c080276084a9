"""Confirmation documents for tests: made once, read back as their readers' viewers read them."""

from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from itertools import groupby
from typing import Any, NamedTuple

from pypdf import PdfReader

from adapters.documents.confirmation import ConfirmationFacts, ConfirmedItem, confirmation_pdf

ORDERED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MIDNIGHT_IN_TOKYO = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
FORM = "https://forms.vendor.example/provisioning?so=SO-100001&lang=ja"


def the_facts(**changes: Any) -> ConfirmationFacts:
    facts = {
        "language": "ja",
        "zone": "Asia/Tokyo",
        "sales_order_number": "SO-100001",
        "ordering_partner": "株式会社サンプル商事",
        "end_customer": "学校法人 髙橋学園",
        "ordered_at": ORDERED,
        "released_at": MIDNIGHT_IN_TOKYO,
        "items": (an_item(),),
        "form_url": FORM,
        "build_guide": 7,
    }
    return ConfirmationFacts.model_validate(facts | changes)


def an_item(part_number: str = "A-WX-PORT-1", offering: str = "ポート契約", quantity: int = 25) -> ConfirmedItem:
    return ConfirmedItem(part_number=part_number, offering=offering, quantity=quantity)


@cache
def pdf_of(facts: ConfirmationFacts) -> Any:
    return PdfReader(BytesIO(confirmation_pdf(facts)))


@cache
def text_of(facts: ConfirmationFacts) -> str:
    """All text, without the white space and the line ends that only lay it out."""
    return without_spaces("".join(page.extract_text() for page in pdf_of(facts).pages))


def without_spaces(text: str) -> str:
    return "".join(text.split())


class Placed(NamedTuple):
    """A piece of text and where its baseline begins, in points from the bottom left."""

    x: float
    y: float
    text: str


def placed_on(page: Any) -> list[Placed]:
    pieces: list[Placed] = []

    def visit(text: str, origin: list[float], _matrix: Any, _font: Any, _size: float) -> None:
        if text.strip():
            pieces.append(Placed(origin[4], origin[5], text.strip()))

    page.extract_text(visitor_text=visit)
    return pieces


def lines_on(page: Any, left: float = 0) -> list[str]:
    """The lines of a page, or of its part right of `left`, from top to bottom; pieces of one origin as they come."""
    pieces = sorted((piece for piece in placed_on(page) if piece.x >= left), key=lambda piece: (-piece.y, piece.x))
    return ["".join(piece.text for piece in line) for _, line in groupby(pieces, key=lambda piece: piece.y)]
