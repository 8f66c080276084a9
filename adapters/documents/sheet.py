"""A4 pages with our fonts: paragraphs, facts, tables and one link. Knows fpdf, and nothing of orders."""

from collections.abc import Sequence, Set
from datetime import datetime
from pathlib import Path
from typing import Final, Literal, NamedTuple

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont
from fpdf.prefs import ViewerPreferences

from adapters.documents.lines import broken, shown

FONTS: Final = Path(__file__).parent / "fonts"
FILES: Final = {"": "NotoSansCJKjp-Regular.ttf", "B": "NotoSansCJKjp-Bold.ttf"}
LEFT, TOP, WIDTH, BOTTOM = 20.0, 14.0, 170.0, 278.0
"""Millimetres on A4: the type area. The footer stands below it."""

LEADING: Final = 0.54
"""Line height in millimetres for each point of type."""

BASELINE: Final = LEADING / 2 + 0.3 * 25.4 / 72
"""From the top of a line to its baseline, likewise; fpdf sets type 0.3 em below the middle."""

BUTTON_HEIGHT = 10.0


class Ink(NamedTuple):
    """A colour."""

    red: int
    green: int
    blue: int


BLACK, GREY, ACCENT, RULE, TINT, WHITE = (
    Ink(28, 32, 38),
    Ink(96, 104, 114),
    Ink(11, 79, 138),
    Ink(205, 211, 218),
    Ink(238, 243, 248),
    Ink(255, 255, 255),
)


class Type(NamedTuple):
    """How text looks. Bold has fewer characters: for our own words only (fonts/README.md)."""

    size: float = 10
    weight: Literal["", "B"] = ""
    ink: Ink = BLACK

    @property
    def height(self) -> float:
        """Of one line."""
        return self.size * LEADING


BODY: Final = Type()


class Cell(NamedTuple):
    """Text in a column of its own."""

    text: str
    x: float
    width: float
    type: Type = BODY
    align: Literal["L", "R"] = "L"


class Block(NamedTuple):
    """A paragraph or a button of a panel."""

    text: str
    type: Type = BODY
    gap: float = 0
    """White space above it."""

    link: str = ""
    button: bool = False


class Sheet:
    """Pages written from top to bottom; a new one begins when a line, a row or a block does not fit."""

    def __init__(self, title: str, language: str, made_at: datetime) -> None:
        self._pdf = pdf = FPDF(format="A4")
        pdf.alias_nb_pages("")  # or a company called "{nb}" would read as the number of pages
        pdf.set_auto_page_break(False)
        pdf.set_margins(LEFT, TOP)
        pdf.c_margin = 0
        self._characters = {weight: self._font(weight, file) for weight, file in FILES.items()}
        pdf.set_title(title)
        pdf.set_lang(language)
        pdf.set_producer("Tenure")
        pdf.set_creation_date(made_at)
        pdf.viewer_preferences = ViewerPreferences(display_doc_title=True)
        pdf.add_page()

    def space(self, height: float) -> None:
        """Leave white space."""
        self._pdf.set_y(self._pdf.get_y() + height)

    def need(self, height: float) -> bool:
        """Begin a new page if the rest of this one is too short; says whether it did."""
        if self._pdf.get_y() + height <= BOTTOM:
            return False
        self._pdf.add_page()
        return True

    def lines(self, text: str, type_: Type, width: float = WIDTH) -> list[str]:
        """The text as it will stand on paper."""
        self._use(type_)
        return broken(shown(text, self._characters[type_.weight]), width, self._pdf.get_string_width)

    def paragraph(self, text: str, type_: Type = BODY, x: float = LEFT, width: float = WIDTH, link: str = "") -> None:
        """Text that may run over to the next page."""
        for line in self.lines(text, type_, width):
            self.need(type_.height)
            self._put(line, x, width, type_, link=link)

    def row(self, cells: Sequence[Cell], padding: float = 1.1) -> None:
        """Cells side by side on one baseline, never cut by the end of a page (`need` first: see row_height)."""
        top = self._pdf.get_y()
        for cell in cells:
            self._pdf.set_y(top + padding + self._drop(cell, cells))
            for line in self.lines(cell.text, cell.type, cell.width):
                self._put(line, cell.x, cell.width, cell.type, cell.align)
        self._pdf.set_y(top + self.row_height(cells, padding))

    def row_height(self, cells: Sequence[Cell], padding: float = 1.1) -> float:
        """Of the tallest cell."""
        heights = (
            self._drop(cell, cells) + len(self.lines(cell.text, cell.type, cell.width)) * cell.type.height
            for cell in cells
        )
        return max(heights) + 2 * padding

    @staticmethod
    def _drop(cell: Cell, row: Sequence[Cell]) -> float:
        """How much lower a cell begins to stand on the baseline of the largest type in its row."""
        return (max(other.type.size for other in row) - cell.type.size) * BASELINE

    def rule(self, ink: Ink = RULE, thickness: float = 0.2) -> None:
        """A line across."""
        self._pdf.set_draw_color(*ink)
        self._pdf.set_line_width(thickness)
        self._pdf.line(LEFT, self._pdf.get_y(), LEFT + WIDTH, self._pdf.get_y())

    def ground(self, ink: Ink, height: float, x: float = LEFT, width: float = WIDTH) -> None:
        """Colour from here down; what is written next stands on it."""
        self._pdf.set_fill_color(*ink)
        self._pdf.rect(x, self._pdf.get_y(), width, height, style="F")

    def panel(self, blocks: Sequence[Block], inset: float = 6, padding: float = 4) -> None:
        """What the reader must not miss: in one piece, on a ground of its own."""
        x, width = LEFT + inset, WIDTH - 2 * inset
        height = 2 * padding + sum(block.gap + self._height(block, width) for block in blocks)
        self.need(height)
        self.ground(TINT, height)
        self.space(padding)
        for block in blocks:
            self.space(block.gap)
            if block.button:
                self._button(block, x)
            else:
                self.paragraph(block.text, block.type, x, width, block.link)
        self.space(padding)

    def footers(self, left: str, right: str) -> None:
        """On every page, once their number is known; `right` has {page} and {pages}."""
        pages, type_ = self._pdf.pages_count, Type(7.5, ink=GREY)
        for page in range(1, pages + 1):
            self._pdf.page = page
            self._use(BODY)  # fpdf writes a font into a page only when it changes
            self._pdf.set_y(BOTTOM + 4)
            self.rule()
            self.row(
                [
                    Cell(left, LEFT, WIDTH - 38, type_),
                    Cell(right.format(page=page, pages=pages), LEFT + WIDTH - 36, 36, type_, "R"),
                ]
            )

    def content(self) -> bytes:
        """The finished PDF."""
        return bytes(self._pdf.output())

    def _font(self, weight: str, file: str) -> Set[int]:
        """Load a font; the code points it has."""
        self._pdf.add_font("noto", weight, FONTS / file)
        font = self._pdf.fonts[f"noto{weight}"]
        return font.cmap.keys() if isinstance(font, TTFFont) else frozenset()

    def _height(self, block: Block, width: float) -> float:
        if block.button:
            return BUTTON_HEIGHT
        return len(self.lines(block.text, block.type, width)) * block.type.height

    def _button(self, block: Block, x: float) -> None:
        """One line, to be clicked."""
        self._use(block.type)
        width = self._pdf.get_string_width(block.text) + 12
        self.ground(ACCENT, BUTTON_HEIGHT, x, width)
        self._pdf.link(x, self._pdf.get_y(), width, BUTTON_HEIGHT, block.link)
        around = (BUTTON_HEIGHT - block.type.height) / 2
        self.space(around)
        self._put(block.text, x + 6, width - 12, block.type)
        self.space(around)

    def _use(self, type_: Type) -> None:
        self._pdf.set_font("noto", type_.weight, type_.size)
        self._pdf.set_text_color(*type_.ink)

    def _put(self, line: str, x: float, width: float, type_: Type, align: str = "L", link: str = "") -> None:
        self._use(type_)
        self._pdf.set_x(x)
        self._pdf.cell(width, type_.height, line, align=align, link=link, new_x=XPos.LMARGIN, new_y=YPos.NEXT)
