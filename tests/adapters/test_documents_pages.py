"""How the confirmation document is laid out: pages, lines of every script, and what a screen reader finds."""

from collections.abc import Iterator
from io import BytesIO
from itertools import pairwise
from typing import Any

import pytest
from pypdf import PdfReader
from pypdf.generic import ArrayObject, DictionaryObject

from adapters.documents.confirmation import sheet_of
from adapters.documents.typesetter import typesetter
from tests.adapters.confirmations import (
    MIDNIGHT_IN_TOKYO,
    an_item,
    lines_on,
    pdf_of,
    placed_on,
    text_of,
    the_facts,
    without_spaces,
)
from tests.makers import some

MANY = the_facts(
    items=tuple(an_item(f"PART-{n:02}", "WebEx音声（コミット プラン）" * (1 + n % 10), n + 1) for n in range(50)),
    ordering_partner="とても長い会社名" * 25,
    end_customer="W" * 200,
    reselling_partner="Sehr lange Firma " * 11,
)
ODD = the_facts(
    language="en",
    vendor="A-B/C-D" * 28,
    ordering_partner="Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft" * 2,
    reselling_partner="ش" * 200,
    end_customer="대한민국만세" * 33,
    items=(an_item("W" * 200, "ก" * 200), an_item("A-WX-PORT-1-LONG-" * 11, "https://a.example/" + "a" * 150, 10**6)),
    form_url="https://forms.vendor.example/" + "x" * 440,
)
"""Words that are wider than their column, in scripts that break in different ways."""


class TestManyPages:
    def test_fifty_items_flow_over_pages_that_repeat_the_header_and_count_themselves(self) -> None:
        pages = [without_spaces(page.extract_text()) for page in pdf_of(MANY).pages]
        assert len(pages) >= 3
        for number, page in enumerate(pages, 1):
            assert f"{number}/{len(pages)}ページ" in page
            assert "SO-100001" in page
            assert "オーダーデスク" in page
            assert page.count("型番") == (1 if "PART-" in page else 0)

    @pytest.mark.parametrize("lines", range(1, 11))
    def test_a_table_header_never_stands_alone_at_the_end_of_a_page(self, lines: int) -> None:
        facts = MANY.model_copy(
            update={"items": (an_item("PART-00", "長い商品名" * 40),), "end_customer": "W" * 20 * lines}
        )
        headed = [
            page for page in map(without_spaces, (p.extract_text() for p in pdf_of(facts).pages)) if "型番" in page
        ]
        assert ["PART-00" in page for page in headed] == [True]

    def test_every_item_is_there_once_and_in_order(self) -> None:
        pieces = [piece.text for page in pdf_of(MANY).pages for piece in placed_on(page)]
        assert [text for text in pieces if text.startswith("PART-")] == [f"PART-{n:02}" for n in range(50)]

    @pytest.mark.parametrize("facts", [MANY, ODD], ids=["many", "odd"])
    def test_no_text_stands_on_other_text_or_begins_outside_the_margins(self, facts: Any) -> None:
        width, height = 595.3, 841.9
        for page in some(pdf_of(facts).pages):
            columns: dict[float, set[float]] = {}
            for piece in placed_on(page):
                assert 56 <= piece.x <= width - 56
                assert 20 <= piece.y <= height - 30
                columns.setdefault(round(piece.x, 1), set()).add(piece.y)
            for baselines in columns.values():
                assert all(above - below >= 9 for below, above in pairwise(sorted(baselines)))

    def test_a_long_name_is_shown_to_its_end(self) -> None:
        assert without_spaces("W" * 200) in text_of(MANY)
        assert "とても長い会社名" * 25 in text_of(MANY)
        assert "대한민국만세" * 33 in text_of(ODD)
        assert "x" * 440 in text_of(ODD)

    def test_a_name_of_500_letters_is_cut_into_lines(self) -> None:
        sheet = sheet_of(the_facts()).model_copy(update={"vendor": "W" * 500})
        (page, *_) = PdfReader(BytesIO(typesetter().pdf(sheet, MIDNIGHT_IN_TOKYO))).pages
        lines = [line for line in lines_on(page) if line.startswith("W")]
        assert "".join(lines) == "W" * 500
        assert max(map(len, lines)) < 70

    def test_500_items_are_numbered_through(self) -> None:
        facts = the_facts(items=tuple(an_item(f"PART-{n:03}", "Port", n) for n in range(1, 501)))
        assert text_of(facts).count("PART-") == 500
        assert f"{len(pdf_of(facts).pages)}/{len(pdf_of(facts).pages)}ページ" in text_of(facts)


MUST_NOT_BEGIN = "ゝゞヽヾヵヶ〜～℃ーぁぃっゃゎァィッャヮ。、，．」』）】〕〉》］｝々％‰！？：；・…‥°ㇰㇱｯｬ゛゜’”"
MUST_NOT_END = "「『（【〔〈《［｛￥‘“"


def wrapped(marks: str) -> list[str]:
    """The lines of a table whose every cell has one of the marks somewhere around the end of its first line."""
    filled = ["漢" * before + mark + "漢" * 20 for mark in marks for before in range(12, 19)]
    facts = the_facts(items=tuple(an_item(text, "Port") for text in filled))
    lines = [line for page in pdf_of(facts).pages for line in lines_on(page, left=60)]
    return [line.removesuffix("Port25") for line in lines if "漢漢" in line]


class TestLines:
    def test_no_line_begins_with_a_closing_mark(self) -> None:
        lines = wrapped(MUST_NOT_BEGIN)
        assert len(lines) >= 2 * 7 * len(MUST_NOT_BEGIN)
        assert [line for line in lines if line[0] in MUST_NOT_BEGIN] == []

    def test_no_line_ends_with_an_opening_mark(self) -> None:
        assert [line for line in wrapped(MUST_NOT_END) if line[-1] in MUST_NOT_END] == []

    @pytest.mark.parametrize("letters", range(2, 12))
    def test_korean_words_stay_whole(self, letters: int) -> None:
        facts = the_facts(language="ko", end_customer=" ".join(["뷁" * letters] * (190 // (letters + 1))))
        words = [word for piece in placed_on(pdf_of(facts).pages[0]) for word in piece.text.split() if "뷁" in word]
        assert {len(word) for word in words} == {letters}

    def test_a_hebrew_name_runs_its_own_way_to_its_last_mark(self) -> None:
        facts = the_facts(language="en", end_customer="שלום בע״מ 2!")
        (line,) = [line for line in lines_on(pdf_of(facts).pages[0]) if line.startswith("End customer")]
        assert line.startswith("End customer!2")


def parts_of(node: Any) -> Iterator[str]:
    """The kinds of the parts of a tagged document, in reading order."""
    node = node.get_object()
    if isinstance(node, ArrayObject):
        for part in node:
            yield from parts_of(part)
    elif isinstance(node, DictionaryObject):
        if "/S" in node:
            yield str(node["/S"])
        if "/K" in node:
            yield from parts_of(node["/K"])


class TestReadAloud:
    """PDF/UA-1. All rules are checked by veraPDF, by hand: see ADR 17."""

    def test_it_says_that_it_conforms_in_which_language_and_under_which_title(self) -> None:
        root = pdf_of(the_facts()).trailer["/Root"]
        assert b"<pdfuaid:part>1</pdfuaid:part>" in root["/Metadata"].get_data()
        assert root["/MarkInfo"]["/Marked"]
        assert root["/Lang"] == "ja"
        assert root["/ViewerPreferences"]["/DisplayDocTitle"]

    def test_it_has_headings_paragraphs_a_table_with_headers_and_links(self) -> None:
        parts = list(parts_of(pdf_of(the_facts()).trailer["/Root"]["/StructTreeRoot"]))
        assert parts[:2] == ["/Document", "/H1"]
        assert [part for part in parts if part in {"/H2", "/Table", "/TH", "/TD", "/Link"}] == [
            *("/H2", "/Table", "/TH", "/TH", "/TH", "/TD", "/TD", "/TD"),
            *("/H2", "/H2", "/Link", "/Link"),
        ]
        assert "/Span" not in parts
