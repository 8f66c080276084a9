"""The confirmation document, read back as its reader's viewer reads it; and the library that keeps it."""

import os
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from adapters.documents.confirmation import (
    AcceptedTerms,
    Calendar,
    ConfirmationFacts,
    ConfirmedItem,
    confirmation_pdf,
)
from adapters.documents.library import DocumentDiffers, DocumentLibrary, UnsafeDocumentName
from adapters.documents.lines import broken, shown
from adapters.documents.sheet import FILES, FONTS
from adapters.documents.texts import WORDS
from domain.order.messages import Terms
from domain.values import Language

ORDERED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
MIDNIGHT_IN_TOKYO = datetime(2026, 3, 5, 15, 0, tzinfo=UTC)
FORM = "https://forms.vendor.example/provisioning?so=SO-100001&lang=ja"
BOLD = ("title", "items", "part_number", "offering", "quantity", "terms", "next_step", "open_form")


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

    def visit(text: str, _cm: Any, matrix: list[float], _font: Any, _size: float) -> None:
        if text.strip():
            pieces.append(Placed(matrix[4], matrix[5], text.strip()))

    page.extract_text(visitor_text=visit)
    return pieces


def annotations_of(facts: ConfirmationFacts) -> list[Any]:
    return [note.get_object() for page in pdf_of(facts).pages for note in page.get("/Annots", [])]


def links_of(facts: ConfirmationFacts) -> set[str]:
    return {note["/A"]["/URI"] for note in annotations_of(facts)}


def fonts_of(facts: ConfirmationFacts) -> list[Any]:
    fonts = [font.get_object() for page in pdf_of(facts).pages for font in page["/Resources"]["/Font"].values()]
    return [font["/DescendantFonts"][0].get_object() for font in fonts]


@cache
def characters_of(weight: str) -> frozenset[int]:
    return frozenset(TTFont(FONTS / FILES[weight]).getBestCmap())


class TestWhatItSays:
    def test_it_carries_the_sales_order_number_and_the_link_of_the_provisioning_form(self) -> None:
        assert "SO-100001" in text_of(the_facts())
        assert links_of(the_facts()) == {FORM}
        assert {note["/Subtype"] for note in annotations_of(the_facts())} == {"/Link"}

    @pytest.mark.parametrize(
        ("language", "company", "sentences"),
        [
            (
                "ja",
                "𠮷野システムズ株式会社",
                ("確認文書", "型番", "7営業日程度", "確定納期ではございません", "平日10:00～18:00"),
            ),
            (
                "ko",
                "주식회사 한빛유통",
                ("주문 확인서", "주문 파트너(Tier-1)", "약 7영업일", "확정된 날짜가 아닙니다", "연중무휴 24시간"),
            ),
            ("fr", "Cœur d’Été & Associés", ("Document de confirmation", "environ 7 jours ouvrés", "24 h/24 et 7 j/7")),
            (
                "en",
                "Contoso, Ltd.",
                ("Confirmation Document", "about 7 business days", "not a committed date", "24 hours"),
            ),
        ],
    )
    def test_it_is_written_in_the_readers_language(
        self, language: str, company: str, sentences: tuple[str, ...]
    ) -> None:
        facts = the_facts(language=language, ordering_partner=company)
        for sentence in (company, *sentences):
            assert without_spaces(sentence) in text_of(facts)
        assert pdf_of(facts).trailer["/Root"]["/Lang"] == language
        assert "□" not in text_of(facts)

    def test_items_show_part_number_offering_and_quantity(self) -> None:
        text = text_of(the_facts(items=(an_item("L-MC-AUDIO", "WebEx音声（コミット プラン）", 1234),)))
        assert "L-MC-AUDIOWebEx音声（コミットプラン）1,234" in text

    def test_accepted_terms_show_the_local_time_of_acceptance(self) -> None:
        port = AcceptedTerms(terms=Terms.PORT, accepted_at=MIDNIGHT_IN_TOKYO - timedelta(minutes=1))
        audio = AcceptedTerms(terms=Terms.AUDIO, accepted_at=MIDNIGHT_IN_TOKYO)
        text = text_of(the_facts(accepted_terms=(port, audio)))
        assert "ポート契約の超過利用条件2026年3月5日23:59" in text
        assert "WebEx音声（コミットプラン）の超過利用条件2026年3月6日00:00" in text
        assert "必要ありません" not in text

    def test_an_order_without_terms_says_that_none_are_required(self) -> None:
        assert "必要ありません" in text_of(the_facts())

    def test_only_an_order_with_a_tier_2_asks_the_tier_1_to_relay_it(self) -> None:
        relayed = text_of(the_facts(reselling_partner="有限会社セカンド"))
        assert "Tier-2パートナーの有限会社セカンド様へは、貴社よりお渡しください" in relayed
        assert "Tier-2" not in text_of(the_facts())

    def test_only_a_renewal_asks_for_the_answer_yes(self) -> None:
        assert "existingWebExcustomer?」には「Yes」" in text_of(the_facts(renewal=True))
        assert "existingWebExcustomer" not in text_of(the_facts())

    @pytest.mark.parametrize("language", list(Language))
    def test_an_ordinary_order_fits_on_one_page(self, language: Language) -> None:
        terms = tuple(AcceptedTerms(terms=terms, accepted_at=ORDERED) for terms in Terms)
        facts = the_facts(
            language=language, reselling_partner="Tier2", renewal=True, accepted_terms=terms, items=(an_item(),) * 3
        )
        assert len(pdf_of(facts).pages) == 1


class TestDates:
    @pytest.mark.parametrize(
        ("zone", "released_at", "day"),
        [
            ("Asia/Tokyo", MIDNIGHT_IN_TOKYO - timedelta(microseconds=1), "2026年3月5日"),
            ("Asia/Tokyo", MIDNIGHT_IN_TOKYO, "2026年3月6日"),
            ("Europe/Paris", MIDNIGHT_IN_TOKYO, "2026年3月5日"),
            ("America/Los_Angeles", datetime(2026, 3, 6, 7, 59, tzinfo=UTC), "2026年3月5日"),
            ("America/Los_Angeles", datetime(2026, 3, 6, 8, 0, tzinfo=UTC), "2026年3月6日"),
        ],
    )
    def test_the_release_date_is_a_day_of_the_readers_zone(self, zone: str, released_at: datetime, day: str) -> None:
        assert Calendar(Language.JAPANESE, zone).day(released_at) == day

    @pytest.mark.parametrize(("zone", "day"), [("Asia/Tokyo", "2026年3月6日"), ("Europe/Paris", "2026年3月5日")])
    def test_a_release_at_midnight_in_tokyo_is_shown_in_the_readers_zone(self, zone: str, day: str) -> None:
        assert f"ホールド解除日（出荷日）{day}" in text_of(the_facts(zone=zone))

    @pytest.mark.parametrize(
        ("language", "minute"),
        [
            (Language.JAPANESE, "2026年3月6日 00:00"),
            (Language.KOREAN, "2026년 3월 6일 00:00"),
            (Language.FRENCH, "6 mars 2026, 00:00"),
            (Language.ENGLISH, "March 6, 2026, 00:00"),
        ],
    )
    def test_dates_are_written_as_the_reader_writes_them(self, language: Language, minute: str) -> None:
        assert Calendar(language, "Asia/Tokyo").minute(MIDNIGHT_IN_TOKYO) == minute

    def test_both_hours_of_the_night_the_clocks_go_back_are_the_local_ones(self) -> None:
        paris, before = Calendar(Language.FRENCH, "Europe/Paris"), datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
        assert paris.minute(before) == paris.minute(before + timedelta(hours=1)) == "25 octobre 2026, 02:30"

    @pytest.mark.parametrize(
        ("zone", "name"),
        [("Asia/Tokyo", "Japan Time (Asia/Tokyo)"), ("UTC", "UTC"), ("Etc/GMT+5", "Etc/GMT+5")],
    )
    def test_the_zone_is_named(self, zone: str, name: str) -> None:
        assert Calendar(Language.ENGLISH, zone).zone == name

    def test_an_instant_without_a_zone_is_refused(self) -> None:
        with pytest.raises(ValidationError, match="released_at"):
            the_facts(released_at=datetime(2026, 3, 5))


class TestSameFactsSameBytes:
    def test_twice_the_same(self) -> None:
        assert confirmation_pdf(the_facts()) == confirmation_pdf(the_facts())

    def test_the_same_instant_told_from_another_offset_changes_nothing(self) -> None:
        in_tokyo = MIDNIGHT_IN_TOKYO.astimezone(timezone(timedelta(hours=9)))
        assert confirmation_pdf(the_facts(released_at=in_tokyo)) == confirmation_pdf(the_facts())

    def test_another_process_another_hash_seed_another_machine_zone(self) -> None:
        program = (
            "import sys; from adapters.documents.confirmation import *; facts = sys.stdin.read(); "
            "sys.stdout.buffer.write(confirmation_pdf(ConfirmationFacts.model_validate_json(facts)))"
        )
        there = subprocess.run(
            [sys.executable, "-c", program],
            input=the_facts().model_dump_json().encode(),
            env=os.environ | {"PYTHONHASHSEED": "7", "TZ": "America/New_York"},
            cwd=Path(__file__).parents[2],
            capture_output=True,
            check=True,
        )
        assert there.stdout == confirmation_pdf(the_facts())

    def test_metadata_says_no_more_than_the_page(self) -> None:
        assert dict(pdf_of(the_facts()).metadata) == {
            "/Title": "確認文書 SO-100001",
            "/Producer": "Tenure",
            "/CreationDate": "D:20260305150000Z",
        }


class TestFonts:
    def test_fonts_are_embedded_and_subset(self) -> None:
        fonts = fonts_of(the_facts())
        assert len(fonts) == len(FILES)
        for font in fonts:
            embedded = font["/FontDescriptor"]["/FontFile2"].get_data()
            assert font["/BaseFont"].startswith("/MPDFAA+NotoSansCJKJP")
            assert len(embedded) < 100_000

    def test_the_repository_carries_at_most_7_megabytes_of_fonts_and_their_licence(self) -> None:
        assert sum(path.stat().st_size for path in FONTS.iterdir()) <= 7_000_000
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()

    @pytest.mark.parametrize("language", list(Language))
    def test_the_fonts_have_every_character_of_our_own_words(self, language: Language) -> None:
        words = WORDS[language].model_dump()
        regular = [text for text in words.values() if isinstance(text, str)] + list(words["terms_of"].values())
        assert [text for text in regular if shown(text, characters_of("")) != text] == []
        assert [text for text in map(words.get, BOLD) if shown(str(text), characters_of("B")) != text] == []

    @pytest.mark.parametrize(
        ("name", "on_paper"),
        [
            ("𠮷野家", "𠮷野家"),
            ("鷗外・髙﨑", "鷗外・髙﨑"),
            ("Rocket 🚀 Ltd", "Rocket □ Ltd"),
            ("👩\u200d💻", "□□"),
            ("שלום", "□□□□"),
            ("𪚥", "□"),
            ("\u202eevil\u202c", "evil"),
            ("辻\U000e0100", "辻"),
            ("か\u3099", "が"),
            ("Société", "Société"),
            ("각", "각"),
            ("\ufa19", "\ufa19"),
        ],
    )
    def test_what_the_font_does_not_have_is_shown_as_a_box(self, name: str, on_paper: str) -> None:
        assert shown(name, characters_of("")) == on_paper

    def test_a_document_with_such_characters_is_made_all_the_same(self) -> None:
        facts = the_facts(end_customer="𠮷野家 🚀 שלום 𪚥", items=(an_item("\u200f𪚥", "👩\u200d💻"),))
        assert "お客様会社名𠮷野家□□□□□□ご注文日" in text_of(facts)
        assert "□□□25" in text_of(facts)


def no_network(*_: object, **__: object) -> None:
    raise AssertionError("the document asked for the network")


class TestHostileInput:
    TEXTS = (
        "<img src=http://evil.example/x.png>",
        "<script>alert(1)</script>",
        "<a href='https://evil.example'>x</a>",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "url(http://evil.example/x)",
        "**bold** __under__ [x](http://evil.example)",
        r"\) Tj ET (\\",
        "{nb} {page} {company} {0.__class__} %s",
        "/JavaScript << /S /URI >> endobj",
    )

    def test_it_is_shown_as_it_was_written_and_does_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("socket.socket", no_network)
        items = tuple(an_item(text, text) for text in self.TEXTS)
        name = "".join(self.TEXTS)[:200]
        facts = the_facts(ordering_partner=name, reselling_partner=name, end_customer=name, vendor=name, items=items)
        text = text_of(facts)
        assert text.count(without_spaces(name)) == 6
        for hostile in self.TEXTS:
            assert text.count(without_spaces(hostile)) >= 2
        assert links_of(facts) == {FORM}
        assert actions_in(pdf_of(facts)) == {"/URI"}

    @pytest.mark.parametrize(
        "url", ["javascript:alert(1)", "file:///etc/passwd", "data:text/html,x", "//evil.example", "", "http://"]
    )
    def test_the_form_link_is_http_or_https(self, url: str) -> None:
        with pytest.raises(ValidationError, match="form_url"):
            the_facts(form_url=url)

    def test_a_link_cannot_leave_its_pdf_string(self) -> None:
        facts = the_facts(form_url="https://forms.vendor.example/a)/S/JavaScript(b\\c?q=日本")
        (link,) = links_of(facts)
        assert link == facts.form_url
        assert link.isascii()
        assert actions_in(pdf_of(facts)) == {"/URI"}

    @pytest.mark.parametrize("field", ["ordering_partner", "reselling_partner", "end_customer", "vendor"])
    def test_a_name_that_would_write_lines_of_its_own_is_refused(self, field: str) -> None:
        with pytest.raises(ValidationError, match=field):
            the_facts(**{field: "ACME\nSO#: SO-999999"})

    def test_facts_are_frozen_and_unknown_ones_refused(self) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            the_facts().vendor = "x"  # type: ignore[misc]
        with pytest.raises(ValidationError, match="attachment"):
            the_facts(attachment="/etc/passwd")


def actions_in(reader: PdfReader) -> set[str]:
    """Every kind of action anywhere in the file."""
    objects: list[Any] = [reader.get_object(IndirectObject(number, 0, reader)) for number in reader.xref[0]]
    dictionaries = [found for found in objects if isinstance(found, dict)]
    assert not any(key in found for found in dictionaries for key in ("/JS", "/AA", "/EmbeddedFiles", "/Launch"))
    notes = [note.get_object() for found in dictionaries for note in found.get("/Annots", [])]
    return {note["/A"]["/S"] for note in notes}


class TestManyPages:
    FACTS = the_facts(
        items=tuple(an_item(f"PART-{n:02}", "WebEx音声（コミット プラン）" * (1 + n % 10), n + 1) for n in range(50)),
        ordering_partner="とても長い会社名" * 25,
        end_customer="W" * 200,
        reselling_partner="Sehr lange Firma " * 11,
    )

    def test_fifty_items_flow_over_pages_that_repeat_the_header_and_count_themselves(self) -> None:
        pages = [without_spaces(page.extract_text()) for page in pdf_of(self.FACTS).pages]
        assert len(pages) >= 3
        for number, page in enumerate(pages, 1):
            assert f"{number}/{len(pages)}ページ" in page
            assert "SO-100001" in page
            assert "ヘルプデスク" in page
            assert page.count("型番") == (1 if "PART-" in page else 0)

    @pytest.mark.parametrize("lines", range(1, 11))
    def test_a_table_header_never_stands_alone_at_the_end_of_a_page(self, lines: int) -> None:
        facts = self.FACTS.model_copy(
            update={"items": (an_item("PART-00", "長い商品名" * 40),), "end_customer": "W" * 20 * lines}
        )
        headed = [
            page for page in map(without_spaces, (p.extract_text() for p in pdf_of(facts).pages)) if "型番" in page
        ]
        assert ["PART-00" in page for page in headed] == [True]

    def test_every_item_is_there_once_and_in_order(self) -> None:
        pieces = [piece.text for page in pdf_of(self.FACTS).pages for piece in placed_on(page)]
        assert [text for text in pieces if text.startswith("PART-")] == [f"PART-{n:02}" for n in range(50)]

    def test_no_text_stands_on_other_text_or_outside_the_margins(self) -> None:
        width, height = 595.3, 841.9
        for page in pdf_of(self.FACTS).pages:
            columns: dict[float, list[float]] = {}
            for piece in placed_on(page):
                assert 56 <= piece.x <= width - 56
                assert 20 <= piece.y <= height - 30
                columns.setdefault(round(piece.x, 1), []).append(piece.y)
            for baselines in columns.values():
                ordered = sorted(baselines)
                assert all(above - below >= 9 for below, above in pairwise(ordered))

    def test_a_long_name_is_shown_to_its_end(self) -> None:
        assert without_spaces("W" * 200) in text_of(self.FACTS)
        assert "とても長い会社名" * 25 in text_of(self.FACTS)


class TestLines:
    @given(st.text("a1 .,()Éあァー漢字、。「」（）한글\u00a0/", max_size=80), st.integers(2, 30))
    def test_lines_keep_the_text_and_the_width(self, text: str, width: int) -> None:
        text = shown(text, characters_of(""))
        lines = broken(text, width, len)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert all(len(line) <= width for line in lines)

    def test_words_stay_whole_and_kanji_may_part(self) -> None:
        assert broken("Tier-1パートナー様の注文", 8, len) == ["Tier-1パー", "トナー様の注文"]
        assert broken("고객사 이름 안내", 7, len) == ["고객사 이름", "안내"]

    def test_no_line_starts_with_a_closing_mark_or_ends_with_an_opening_one(self) -> None:
        assert broken("ご注文です。「はい」と", 5, len) == ["ご注文で", "す。「は", "い」と"]

    def test_a_word_too_wide_for_a_line_is_cut(self) -> None:
        assert broken("a https://x.example/y", 8, len) == ["a https:", "//x.exam", "ple/y"]


class TestDocumentLibrary:
    def test_a_document_is_kept_whole_and_nothing_else_is_left(self, tmp_path: Path) -> None:
        path = DocumentLibrary(tmp_path / "new" / "documents").keep("SO-100001.pdf", b"%PDF")
        assert path.read_bytes() == b"%PDF"
        assert [kept.name for kept in path.parent.iterdir()] == ["SO-100001.pdf"]

    def test_the_same_document_again_is_harmless(self, tmp_path: Path) -> None:
        library = DocumentLibrary(tmp_path)
        first = library.keep("a.pdf", b"one").stat()
        again = library.keep("a.pdf", b"one").stat()
        assert (first.st_ino, first.st_mtime_ns) == (again.st_ino, again.st_mtime_ns)

    def test_another_document_under_the_same_name_is_refused_and_the_first_stays(self, tmp_path: Path) -> None:
        library = DocumentLibrary(tmp_path)
        library.keep("a.pdf", b"one")
        with pytest.raises(DocumentDiffers, match=r"a\.pdf"):
            library.keep("a.pdf", b"two")
        assert (tmp_path / "a.pdf").read_bytes() == b"one"

    def test_of_many_writers_exactly_one_wins(self, tmp_path: Path) -> None:
        library, start, refused = DocumentLibrary(tmp_path), threading.Barrier(8), []

        def write(content: bytes) -> None:
            start.wait()
            try:
                library.keep("a.pdf", content)
            except DocumentDiffers:
                refused.append(content)

        writers = [threading.Thread(target=write, args=(bytes([n]) * 100_000,)) for n in range(8)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        assert len(refused) == 7
        assert (tmp_path / "a.pdf").read_bytes() not in refused
        assert len(list(tmp_path.iterdir())) == 1

    def test_a_write_that_fails_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def disk_full(_: int) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("os.fsync", disk_full)
        with pytest.raises(OSError, match="No space"):
            DocumentLibrary(tmp_path).keep("a.pdf", b"one")
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize(
        "name",
        [
            "",
            ".",
            "..",
            "../a.pdf",
            "/etc/passwd",
            "a/b.pdf",
            "a.pdf/",
            ".hidden",
            "-rf",
            "a\0b",
            "a\n",
            "a b.pdf",
            "C:x",
        ],
    )
    def test_a_name_that_could_leave_the_directory_is_refused_and_not_echoed(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(UnsafeDocumentName) as refusal:
            DocumentLibrary(tmp_path / "documents").keep(name, b"x")
        assert len(name) < 3 or name not in str(refusal.value)
        assert list(tmp_path.iterdir()) == []
