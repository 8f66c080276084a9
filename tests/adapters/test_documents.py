"""The confirmation document, read back as its reader's viewer reads it."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError
from pypdf import PdfReader
from pypdf.generic import IndirectObject

from adapters.documents.confirmation import AcceptedTerms, Calendar, ConfirmationFacts, confirmation_pdf
from domain.order.messages import Terms
from domain.values import Language
from tests.adapters.confirmations import (
    FORM,
    MIDNIGHT_IN_TOKYO,
    ORDERED,
    an_item,
    pdf_of,
    text_of,
    the_facts,
    without_spaces,
)


def annotations_of(facts: ConfirmationFacts) -> list[Any]:
    return [note.get_object() for page in pdf_of(facts).pages for note in page.get("/Annots", [])]


def links_of(facts: ConfirmationFacts) -> set[str]:
    return {note["/A"]["/URI"] for note in annotations_of(facts)}


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
                ("確認文書", "型番", "7営業日程度", "確定納期ではございません", "オーダー デスク"),
            ),
            (
                "ko",
                "주식회사 한빛유통",
                ("주문 확인서", "주문 파트너(Tier-1)", "약 7영업일", "확정된 날짜가 아닙니다", "주문 데스크"),
            ),
            (
                "fr",
                "Cœur d’Été & Associés",
                ("Document de confirmation", "environ 7 jours ouvrés", "Le service des commandes"),
            ),
            (
                "en",
                "Contoso, Ltd.",
                ("Confirmation Document", "about 7 business days", "not a committed date", "order desk"),
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
    def test_twice_the_same_whatever_came_between(self) -> None:
        first = confirmation_pdf(the_facts())
        assert confirmation_pdf(the_facts(language="fr", end_customer="Łódź")) != first
        assert confirmation_pdf(the_facts()) == first

    def test_threads_share_the_compiler_and_get_the_documents_they_asked_for(self) -> None:
        asked = [the_facts(sales_order_number=f"SO-{n}") for n in range(16)]
        with ThreadPoolExecutor(4) as threads:
            written = list(threads.map(confirmation_pdf, asked))
        assert written == [confirmation_pdf(facts) for facts in asked]

    def test_a_release_between_two_seconds_is_dated_to_the_second(self) -> None:
        released = MIDNIGHT_IN_TOKYO + timedelta(microseconds=123_456)
        assert confirmation_pdf(the_facts(released_at=released)) == confirmation_pdf(the_facts())

    def test_the_same_instant_told_from_another_offset_changes_nothing(self) -> None:
        in_tokyo = MIDNIGHT_IN_TOKYO.astimezone(timezone(timedelta(hours=9)))
        assert confirmation_pdf(the_facts(released_at=in_tokyo)) == confirmation_pdf(the_facts())

    def test_another_process_another_hash_seed_another_machine_zone(self, tmp_path: Path) -> None:
        program = (
            "import sys; from adapters.documents.confirmation import *; facts = sys.stdin.read(); "
            "sys.stdout.buffer.write(confirmation_pdf(ConfirmationFacts.model_validate_json(facts)))"
        )
        elsewhere = {"PYTHONHASHSEED": "7", "TZ": "America/New_York", "SOURCE_DATE_EPOCH": "1", "HOME": str(tmp_path)}
        there = subprocess.run(
            [sys.executable, "-c", program],
            input=the_facts().model_dump_json().encode(),
            env=os.environ | elsewhere | {"PYTHONPATH": str(Path(__file__).parents[2])},
            cwd=tmp_path,
            capture_output=True,
            check=True,
        )
        assert there.stdout == confirmation_pdf(the_facts())

    def test_metadata_says_no_more_than_the_page(self) -> None:
        said = dict(pdf_of(the_facts()).metadata)
        assert said.pop("/Creator").startswith("Typst ")
        assert said == {
            "/Title": "確認文書 SO-100001",
            "/CreationDate": "D:20260305150000Z",
            "/ModDate": "D:20260305150000Z",
        }


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
        '#read("/etc/passwd") #include "confirmation.typ"',
        "#import sys: * #panic()",
        "$x^2$ ] [ } { *bold* _x_ `raw` = Heading - list / a: b @label <label> ~ --- // gone /* gone */",
        "\\u{41} \\",
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
