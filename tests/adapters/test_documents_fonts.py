"""The fonts of the documents: names in the scripts of the world, and what happens to a character that none has."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest
import typst
from fontTools.ttLib import TTFont  # type: ignore[import-untyped]

from activities.mail import UNWRITABLE
from adapters.documents.confirmation import ConfirmationFacts, confirmation_pdf, sheet_of
from adapters.documents.desk import DocumentDesk
from adapters.documents.library import DocumentLibrary
from adapters.documents.typesetter import (
    FONTS,
    TEMPLATE,
    CharacterNotInFonts,
    Typesetter,
    printable_characters,
    typesetter,
)
from domain.order.facts import OrderFacts
from domain.values import Language, Person
from tests.adapters.confirmations import MIDNIGHT_IN_TOKYO, ORDERED, an_item, pdf_of, text_of, the_facts
from tools.bundle_fonts import DRAWS_NOTHING, FORBIDDEN, blocks

FILES = sorted(path for path in FONTS.iterdir() if path.suffix in {".ttf", ".otf"})


def fonts_of(facts: ConfirmationFacts) -> list[Any]:
    fonts = [font.get_object() for page in pdf_of(facts).pages for font in page["/Resources"]["/Font"].values()]
    return [font["/DescendantFonts"][0].get_object() for font in fonts]


def families_of(facts: ConfirmationFacts) -> set[str]:
    """Without the six letters of a subset: NotoSansThai-Regular."""
    return {font["/BaseFont"].partition("+")[2].removesuffix("-Identity-H") for font in fonts_of(facts)}


@pytest.fixture(scope="module")
def drawn() -> dict[str, set[int]]:
    """The characters of each font file."""
    return {path.name: set(TTFont(path, lazy=True).getBestCmap()) for path in FILES}


class TestFiles:
    def test_the_repository_carries_at_most_14_megabytes_of_fonts_and_their_licence(self) -> None:
        assert len(FILES) == 30
        assert sum(path.stat().st_size for path in FONTS.iterdir()) <= 14_000_000
        assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()

    def test_the_template_names_every_family_and_no_other(self) -> None:
        bundled = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[FONTS]).families()
        template = TEMPLATE.read_text()
        assert [family for family in bundled if f'"{family}"' not in template] == []
        assert set(bundled) == {part for part in template.split('"') if part.startswith("Noto ")}

    def test_the_list_of_printable_characters_is_that_of_the_files(self, drawn: dict[str, set[int]]) -> None:
        assert printable_characters() == set().union(blocks(*DRAWS_NOTHING), *drawn.values()) - FORBIDDEN

    def test_a_character_of_the_list_can_be_set(self) -> None:
        points = sorted(printable_characters())[::13]  # all of them pass too, in five seconds
        words = ["".join(map(chr, points[start : start + 8])) for start in range(0, len(points), 8)]
        items = tuple((" ".join(words[start : start + 20]), "", "1") for start in range(0, len(words), 20))
        sheet = sheet_of(the_facts()).model_copy(update={"items": items})
        assert typesetter().pdf(sheet, MIDNIGHT_IN_TOKYO).startswith(b"%PDF")

    @pytest.mark.parametrize("language", list(Language))
    def test_bold_has_every_character_of_our_headings(self, language: Language) -> None:
        assert {"NotoSans-Bold"} <= families_of(the_facts(language=language))
        assert confirmation_pdf(the_facts(language=language))  # or the compiler would refuse it


class TestScripts:
    def test_fonts_are_embedded_and_subset(self) -> None:
        fonts = fonts_of(the_facts())
        assert families_of(the_facts()) == {
            *("NotoSans-Regular", "NotoSans-Bold"),
            *("NotoSansCJKjp-Regular", "NotoSansCJKjp-Bold"),
        }
        for font in fonts:
            descriptor = font["/FontDescriptor"]
            embedded = descriptor.get("/FontFile2") or descriptor["/FontFile3"]
            assert len(embedded.get_data()) < 100_000

    @pytest.mark.parametrize(
        "name",
        [
            "Łódź Žižkov",
            "Škoda Győr Timișoara Țiriac",
            "Công ty Cổ phần Đầu tư Phước Thịnh",
            "Ελληνικά Ναυπηγεία ΐ Ώ ᾠδὴ",
            "ТОВ «Ґанок і Їжак Єдність»",
            "北京华为技术有限公司（龙门办）𬭎",
            "臺灣積體電路製造股份有限公司",
            "𠮷野家 鷗外 髙﨑 \ufa19",
            "주식회사 한빛유통 똠방각하",
            "ქართული Հայերեն",
        ],
    )
    def test_a_name_is_shown_letter_by_letter(self, name: str) -> None:
        assert "".join(name.split()) in text_of(the_facts(language="en", end_customer=name))

    @pytest.mark.parametrize(
        ("name", "font"),
        [
            ("شركة النور للتجارة (ذ.م.م)", "NotoSansArabic-Regular"),
            ("תעשיות (ישראל) בע״מ", "NotoSansHebrew-Regular"),
            ("บริษัท น้ำดื่มสิงห์ จำกัด", "NotoSansThai-Regular"),
            ("श्री कृष्ण उद्योग प्राइवेट लिमिटेड", "NotoSansDevanagari-Regular"),
            ("தமிழ்நாடு", "NotoSansTamil-Regular"),
            ("ភាសាខ្មែរ", "NotoSansKhmer-Regular"),
            ("བོད་ཡིག", "NotoSerifTibetan-Regular"),
            ("✈ ☎", "NotoSansSymbols2-Regular"),
        ],
    )
    def test_scripts_that_join_their_letters_have_a_font_of_their_own(self, name: str, font: str) -> None:
        assert font in families_of(the_facts(language="en", end_customer=name))

    @pytest.mark.parametrize(
        "name", ["辻\U000e0100", "か\u3099", "Socie\u0301te\u0301", "\u1100\u1161\u11a8", "\ufeffA"]
    )
    def test_marks_that_join_the_letter_before_them_need_no_letter_of_their_own(self, name: str) -> None:
        assert confirmation_pdf(the_facts(end_customer=name)).startswith(b"%PDF")


class TestCharacterNotInFonts:
    @pytest.mark.parametrize(
        ("name", "named"),
        [
            ("Rocket 🚀 Ltd", "U+1F680 ROCKET"),
            ("👩\u200d🚀 Ltd", "U+1F469 WOMAN, U+1F680 ROCKET"),
            ("Ltd 𓀀𓀁𓀂𓀃", "U+13000 EGYPTIAN HIEROGLYPH A001, U+13001 EGYPTIAN HIEROGLYPH A002, U+13002"),
            ("Ltd \ue000", "U+E000"),
        ],
    )
    def test_it_is_named_and_the_name_it_stands_in_is_not(self, name: str, named: str) -> None:
        with pytest.raises(CharacterNotInFonts) as refusal:
            confirmation_pdf(the_facts(end_customer=name))
        assert f"the fonts of the confirmation document do not have {named}" in str(refusal.value)
        assert "Ltd" not in str(refusal.value)

    def test_in_an_item_too(self) -> None:
        with pytest.raises(CharacterNotInFonts, match=r"U\+1F680"):
            confirmation_pdf(the_facts(items=(an_item("A", "🚀"),)))

    def test_a_mail_with_such_a_document_is_refused_not_tried_again(self, tmp_path: Path) -> None:
        assert issubclass(CharacterNotInFonts, UNWRITABLE)
        desk = DocumentDesk(DocumentLibrary(tmp_path), "https://forms.vendor.example/provisioning")
        with pytest.raises(CharacterNotInFonts):
            desk.confirmation(a_letter(customer_company="Rocket 🚀 Ltd"), A_READER)
        assert list(tmp_path.iterdir()) == []
        assert desk.confirmation(a_letter(), A_READER).content.startswith(b"%PDF")


A_READER = Person.model_validate(
    {"first_name": "Ken", "last_name": "Sato", "email": "ken@example.com", "language": "ja", "zone": "Asia/Tokyo"}
)


def a_letter(**changes: Any) -> OrderFacts:
    facts = {
        "order_number": "SO-100001",
        "ordering_partner": "株式会社サンプル商事",
        "customer_company": "学校法人 髙橋学園",
        "placed_at": ORDERED,
        "shipped_at": MIDNIGHT_IN_TOKYO,
        "items": [{"part_number": "A-WX-PORT-1", "offering": "port", "quantity": 25}],
        "build_guide": 7,
    }
    return OrderFacts.model_validate(facts | changes)


class TestTemplate:
    @pytest.mark.parametrize("path", ["/etc/passwd", "../secret.txt", "/../secret.txt"])
    def test_it_reads_nothing_outside_its_own_folder(
        self, path: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        template = tmp_path / "template" / "confirmation.typ"
        template.parent.mkdir()
        (tmp_path / "secret.txt").write_text("secret")
        template.write_text(f'#set document(title: "x")\n#read("{path}")')
        monkeypatch.setattr("adapters.documents.typesetter.TEMPLATE", template)
        with pytest.raises(typst.TypstError, match=r"file not found|escape"):
            Typesetter().pdf(sheet_of(the_facts()), datetime(2026, 1, 1, tzinfo=UTC))

    def test_what_belongs_to_one_document_is_in_no_style_around_its_pieces(self) -> None:
        """Else Typst lays all of them out anew for every document."""
        styles = TEMPLATE.read_text().partition("#let confirmation(sheet)")[2].partition("// ---- Letterhead")[0]
        named = set(re.findall(r"(?:sheet|words)\.[\w-]+", styles))
        assert named == {"sheet.words", "sheet.language", "words.help_desk", "words.page"}
        assert "words" not in styles.partition("context {")[2]

    def test_fonts_of_the_machine_are_not_asked(self) -> None:
        assert "fallback: false" in TEMPLATE.read_text()
        assert cast(Any, typst.Fonts)(include_system_fonts=False, include_embedded_fonts=False).families() == []
