"""What each mail says, in each language: the facts, the reader's own dates, the same in text and HTML."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import default
from functools import cache
from html.parser import HTMLParser
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from activities.ports import Attachment, UnsafeMail
from adapters.mail import composer as composing
from adapters.mail.composer import JinjaComposer
from adapters.mail.links import MailLinks
from adapters.mail.reader import FactMissing
from domain.mails import FormLine, Letter, LetterFacts, MailKind
from domain.values import Language, Person

TEMPLATES = Path(composing.__file__).with_name("templates")
MESSAGE_ID = "<0123abcd@tenure.example>"
INSTANT = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
"""The night in which the clocks of Paris go forward; three calendar days around the world."""

READERS = {
    Language.JAPANESE: ("太郎", "山田", "Asia/Tokyo"),
    Language.KOREAN: ("민지", "김", "Asia/Seoul"),
    Language.FRENCH: ("Anne", "Lefèvre", "Europe/Paris"),
    Language.ENGLISH: ("Ann", "Martin", "America/New_York"),
}
INSTANT_THERE = {
    Language.JAPANESE: "2026年3月29日(日) 08:30 (日本標準時, UTC+09:00)",
    Language.KOREAN: "2026년 3월 29일(일) 08:30 (대한민국 표준시, UTC+09:00)",
    Language.FRENCH: "dimanche 29 mars 2026 à 00:30 (heure normale d’Europe centrale, UTC+01:00)",
    Language.ENGLISH: "Saturday, 28 March 2026, 19:30 (Eastern Daylight Time, UTC-04:00)",
}
RENEWAL_DAY = {
    Language.JAPANESE: "2027年3月14日(日)",
    Language.KOREAN: "2027년 3월 14일(일)",
    Language.FRENCH: "dimanche 14 mars 2027",
    Language.ENGLISH: "Sunday, 14 March 2027",
}
GREETED = {
    Language.JAPANESE: "山田 太郎\u00a0様",
    Language.KOREAN: "김민지 님",
    Language.FRENCH: "Bonjour Anne Lefèvre,",
    Language.ENGLISH: "Dear Ann Martin,",
}
LINKS = MailLinks(
    provisioning_form="https://forms.vendor.example/provisioning?v=2",
    port_terms="https://forms.vendor.example/port",
    audio_terms="https://forms.vendor.example/audio",
    graduation_form="https://forms.vendor.example/graduation",
    help_desk="https://help.vendor.example/",
    subscription_page="https://hub.vendor.example/subscription",
)
COMPOSER = JinjaComposer(Address("Vendor Order Desk", "desk", "vendor.example"), LINKS)
PDF = Attachment(name="confirmation-SO-100001.pdf", media_type="application/pdf", content=b"%PDF-1.4\n\xff\n")
FACTS: dict[str, Any] = {
    "customer_company": "ACME-Kunde",
    "order_number": "SO-100001",
    "order_kind": "new",
    "subscription_id": "sub-SO-100001",
    "ordering_partner": "First Distribution",
    "facing_partner": "Second Reseller",
    "placed_at": INSTANT,
    "shipped_at": INSTANT,
    "due_at": INSTANT,
    "build_guide": 9,
    "renewal_date": date(2027, 3, 14),
    "days_left": 61,
    "reason": "Export-Grund",
    "terms_wanted": ("port", "audio"),
    "sites": ("acme.webex.example", "lab.webex.example"),
    "user_name": "site-admin-7",
    "password_url": "https://acme.webex.example/set?token=a&b=1",
    "link_void_at": INSTANT,
    "link_hours": 72,
    "target_days": 14,
    "form_lines": (
        FormLine(label="End Customer Company Name", value="ACME-Kunde"),
        FormLine(label="Outstanding issues?", value="First line\n\n\n\nafter a gap"),
    ),
}

NEEDED = {
    MailKind.TERMS_WANTED: {"order_number", "placed_at", "terms_wanted"},
    MailKind.HOLD_OVERDUE: {"order_number", "placed_at", "due_at"},
    MailKind.ORDER_REJECTED: {"order_number", "placed_at", "reason"},
    MailKind.CONFIRMATION: {"order_number", "shipped_at"},
    MailKind.PROVISIONING_COPY: {"order_number", "build_guide", "form_lines"},
    MailKind.RENEWAL_LATE: {"order_number", "due_at", "renewal_date"},
    MailKind.BUILD_LATE: {"order_number", "due_at"},
    MailKind.WELCOME: {"user_name", "sites", "password_url", "link_void_at", "link_hours"},
    MailKind.GRADUATION_REMINDER: {"order_number", "sites"},
    MailKind.GRADUATION_COPY: {"order_number", "form_lines"},
    MailKind.RENEWAL_NOTICE: {"subscription_id", "renewal_date", "days_left", "target_days"},
    MailKind.RENEWAL_NOT_ORDERED: {"subscription_id", "due_at", "renewal_date", "days_left"},
    MailKind.SUBSCRIPTION_SUSPENDED: {"subscription_id", "due_at", "renewal_date"},
}
"""Without these a mail cannot be written; whatever else a template uses, it can do without."""

SHOWS_THE_INSTANT = {kind for kind, needed in NEEDED.items() if needed & {"placed_at", "due_at", "shipped_at"}} | {
    MailKind.WELCOME
}
SHOWS_THE_RENEWAL = {kind for kind, needed in NEEDED.items() if "renewal_date" in needed}
PAGES = {
    MailKind.TERMS_WANTED: ("port?order=SO-100001", "audio?order=SO-100001"),
    MailKind.HOLD_OVERDUE: ("port?order=SO-100001", "audio?order=SO-100001"),
    MailKind.CONFIRMATION: ("provisioning?v=2&order=SO-100001",),
    MailKind.RENEWAL_LATE: ("provisioning?v=2&order=SO-100001", "port?order=SO-100001"),
    MailKind.WELCOME: ("https://acme.webex.example/set?token=a&b=1", "https://acme.webex.example", "https://lab.w"),
    MailKind.GRADUATION_REMINDER: ("graduation?order=SO-100001",),
    MailKind.RENEWAL_NOTICE: ("https://hub.vendor.example/subscription?order=SO-100001",),
    MailKind.RENEWAL_NOT_ORDERED: ("https://hub.vendor.example/subscription",),
    MailKind.SUBSCRIPTION_SUSPENDED: ("https://hub.vendor.example/subscription",),
}
EVERY_LETTER = list(product(NEEDED, Language))


def a_letter(kind: MailKind, language: Language = Language.ENGLISH, **facts: Any) -> Letter:
    """A letter with all its facts; those given replace the usual ones."""
    first, last, zone = READERS[language]
    reader = Person(first_name=first, last_name=last, email="reader@partner.example", language=language, zone=zone)
    return Letter(kind=kind, to=reader, facts=LetterFacts(**(FACTS | facts)))


def composed(letter: Letter) -> EmailMessage:
    """As the reader's mail program reads it."""
    content = COMPOSER.compose(letter, MESSAGE_ID, (PDF,) if letter.kind is MailKind.CONFIRMATION else ()).content
    return message_from_bytes(content, policy=default)


@cache
def usual_bytes(kind: MailKind, language: Language) -> bytes:
    """The mail with all its usual facts, as it goes on the wire."""
    return COMPOSER.compose(a_letter(kind, language), MESSAGE_ID, (PDF,)).content


@cache
def usual(kind: MailKind, language: Language) -> EmailMessage:
    """The mail with all its usual facts."""
    return message_from_bytes(usual_bytes(kind, language), policy=default)


def part(mail: EmailMessage, kind: str) -> str:
    """The text or the HTML."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.skipping = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipping = tag == "head"

    def handle_endtag(self, tag: str) -> None:
        self.skipping = self.skipping and tag != "head"

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.words.append(data)


def words_of(html: str) -> str:
    """What a reader sees of HTML."""
    parser = _Words()
    parser.feed(html.partition("</head>")[2])
    return "".join(parser.words)


def bare(words: str) -> str:
    """Words without spaces and without the marks that stand in only one of the two."""
    return re.sub(r"^ *- |-{10,}|\(!\)|[\s■•:：]", "", words, flags=re.MULTILINE)


def test_there_is_one_template_for_each_mail_and_language() -> None:
    known = {f"{kind}.{language}.j2" for kind, language in product(MailKind, Language)}
    frame = {"page.txt.j2", "page.html.j2", "kit.txt.j2", "kit.html.j2", *(f"letter.{lang}.j2" for lang in Language)}
    assert {path.name for path in TEMPLATES.iterdir()} == known | frame


def test_both_kits_have_the_same_macros() -> None:
    names = [
        re.findall(r"macro (\w+\([^)]*\))", (TEMPLATES / kit).read_text()) for kit in ("kit.txt.j2", "kit.html.j2")
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize(("kind", "language"), EVERY_LETTER)
class TestEveryLetter:
    def test_says_its_facts_on_the_readers_clock(self, kind: MailKind, language: Language) -> None:
        mail = usual(kind, language)
        text = part(mail, "plain")
        expected = {"ACME-Kunde", GREETED[language], "https://help.vendor.example/"}
        expected |= {INSTANT_THERE[language]} if kind in SHOWS_THE_INSTANT else set()
        expected |= {RENEWAL_DAY[language]} if kind in SHOWS_THE_RENEWAL else set()
        expected |= {"SO-100001"} if kind is not MailKind.WELCOME else {"site-admin-7"}
        assert [fact for fact in (*expected, *PAGES.get(kind, ())) if fact not in text] == []
        assert "None" not in text
        assert "{{" not in text

    def test_text_and_html_say_the_same_word_for_word(self, kind: MailKind, language: Language) -> None:
        mail = usual(kind, language)
        shown = bare(words_of(part(mail, "html"))).removeprefix("VendorOrderDesk")
        assert shown == bare(part(mail, "plain"))

    def test_html_is_tagged_and_fetches_nothing(self, kind: MailKind, language: Language) -> None:
        html = part(usual(kind, language), "html")
        assert f'<html lang="{language}">' in html
        assert not re.search(r"<(img|link|script|iframe|style)\b|\ssrc=|url\(|@import|javascript:", html)
        assert {address[:8] for address in re.findall(r'href="([^"]*)"', html)} == {"https://"}

    def test_headers_are_the_intended_ones(self, kind: MailKind, language: Language) -> None:
        mail = usual(kind, language)
        assert mail.keys() == [
            "From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Language", "X-Tenure-Mail",
            "MIME-Version", "Content-Type",
        ]  # fmt: skip
        assert mail["From"].addresses[0] == Address("Vendor Order Desk", "desk", "vendor.example")
        assert mail["To"].addresses[0].addr_spec == "reader@partner.example"
        assert mail["To"].addresses[0].display_name in GREETED[language]
        assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", language.value)
        assert mail["X-Tenure-Mail"] == f"{kind} SO-100001"

    def test_the_same_letter_makes_the_same_bytes(self, kind: MailKind, language: Language) -> None:
        again = COMPOSER.compose(a_letter(kind, language), MESSAGE_ID, (PDF,)).content
        assert again == usual_bytes(kind, language)
        assert all(len(line) <= 78 for line in again.split(b"\r\n"))

    def test_a_missing_fact_stops_it(self, kind: MailKind, language: Language) -> None:
        for fact in NEEDED[kind]:
            missing = () if isinstance(FACTS[fact], tuple) else None
            with pytest.raises(FactMissing if fact != "password_url" else UnsafeMail):
                composed(a_letter(kind, language, **{fact: missing}))

    def test_it_can_do_without_the_rest(self, kind: MailKind, language: Language) -> None:
        rest = FACTS.keys() - NEEDED[kind] - {"customer_company", "order_number"}
        lean = {fact: () if isinstance(FACTS[fact], tuple) else None for fact in rest}
        renewal = lean | {"order_kind": "renewal"}
        assert "None" not in part(composed(a_letter(kind, language, **renewal)), "plain")

    def test_sentences_stand_apart(self, kind: MailKind, language: Language) -> None:
        for mail in (usual(kind, language), composed(a_letter(kind, language, order_kind="renewal", relay_to="Third"))):
            assert not re.search(r"[^\W\d_][.?!][A-ZÀ-Þ가-힣]", part(mail, "plain"))


@pytest.mark.parametrize("language", Language)
class TestTheWelcome:
    def test_it_has_its_fixed_subject_in_every_language(self, language: Language) -> None:
        assert usual(MailKind.WELCOME, language)["Subject"] == ("Important! WebEx Site Administrator Information")

    def test_it_says_how_long_the_link_lives_eight_steps_and_four_capabilities(self, language: Language) -> None:
        text = part(usual(MailKind.WELCOME, language), "plain")
        assert re.findall(r"^  (\d)\. ", text, re.MULTILINE) == list("12345678")
        capabilities = ("Self Registration", "Host account maintenance", "Site Features", "Company Addresses")
        assert re.findall(r"^  - ([A-Z][A-Za-z ]+[a-z])", text, re.MULTILINE) == list(capabilities)
        assert re.search(r"72\s?(時間|시간|heures|hours)", text)
        assert "Forgot password?" in text
        assert "Edit User List" in text


@pytest.mark.parametrize("language", Language)
class TestTheConfirmation:
    def test_it_asks_the_tier_1_to_relay_it_only_when_there_is_a_tier_2(self, language: Language) -> None:
        assert "Third KK" in part(composed(a_letter(MailKind.CONFIRMATION, language, relay_to="Third KK")), "plain")
        assert "Tier-2" not in part(usual(MailKind.CONFIRMATION, language), "plain")

    def test_a_renewal_is_told_to_answer_yes(self, language: Language) -> None:
        asked = "Is the end customer an existing WebEx customer?"
        assert asked in part(composed(a_letter(MailKind.CONFIRMATION, language, order_kind="renewal")), "plain")
        assert asked not in part(usual(MailKind.CONFIRMATION, language), "plain")

    def test_it_carries_its_document_unchanged(self, language: Language) -> None:
        mail = usual(MailKind.CONFIRMATION, language)
        assert [file.get_filename() for file in mail.iter_attachments()] == [PDF.name]
        assert next(mail.iter_attachments()).get_content() == PDF.content
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
        ]  # fmt: skip


def test_a_confirmation_without_its_document_is_not_sent() -> None:
    with pytest.raises(UnsafeMail, match="not attached"):
        COMPOSER.compose(a_letter(MailKind.CONFIRMATION), MESSAGE_ID)


@pytest.mark.parametrize("language", Language)
def test_the_partner_is_told_how_long_a_build_takes_by_the_orders_own_terms(language: Language) -> None:
    text = part(usual(MailKind.PROVISIONING_COPY, language), "plain")
    assert re.search(r"9\s?(営業日|영업일|jours ouvrés|business days)", text)


@pytest.mark.parametrize("kind", NEEDED)
def test_french_punctuation_never_begins_a_line(kind: MailKind) -> None:
    assert not re.search(r" [:;?!»]|« ", part(usual(kind, Language.FRENCH), "plain"))


def test_a_form_copy_keeps_every_line_that_has_words() -> None:
    text = part(composed(a_letter(MailKind.GRADUATION_COPY)), "plain")
    assert "Outstanding issues?\n      First line\n\n      after a gap" in text


@pytest.mark.parametrize(
    ("first", "last", "language", "name"),
    [
        ("太郎", "山田", Language.JAPANESE, "山田 太郎"),
        ("Ann", "Martin", Language.JAPANESE, "Martin Ann"),
        ("민지", "김", Language.KOREAN, "김민지"),
        ("Ann", "Martin", Language.KOREAN, "Martin Ann"),
        ("太郎", "山田", Language.ENGLISH, "太郎 山田"),
    ],
)
def test_names_stand_in_the_order_of_the_readers_language(first: str, last: str, language: Language, name: str) -> None:
    letter = a_letter(MailKind.BUILD_LATE, language)
    reader = letter.to.model_copy(update={"first_name": first, "last_name": last})
    mail = composed(letter.model_copy(update={"to": reader}))
    assert mail["To"].addresses[0].display_name == name
    assert name in part(mail, "plain")


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "Saturday, 28 March 2026, 23:30 (Coordinated Universal Time, UTC+00:00)"),
        ("Asia/Kathmandu", "Sunday, 29 March 2026, 05:15 (UTC+05:45)"),
        ("Australia/Lord_Howe", "Sunday, 29 March 2026, 10:30 (Lord Howe Daylight Time, UTC+11:00)"),
    ],
)
def test_every_zone_has_a_name_or_at_least_an_offset(zone: str, shown: str) -> None:
    letter = a_letter(MailKind.BUILD_LATE)
    mail = composed(letter.model_copy(update={"to": letter.to.model_copy(update={"zone": zone})}))
    assert shown in part(mail, "plain")


def test_the_two_half_past_ones_of_a_night_with_two_differ_by_their_offset() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    texts = [
        part(composed(a_letter(MailKind.BUILD_LATE, Language.FRENCH, due_at=at)), "plain") for at in (first, second)
    ]
    assert "02:30 (heure d’été d’Europe centrale, UTC+02:00)" in texts[0]
    assert "02:30 (heure normale d’Europe centrale, UTC+01:00)" in texts[1]


def test_a_long_company_name_is_cut_in_the_subject_only() -> None:
    mail = composed(a_letter(MailKind.BUILD_LATE, customer_company="x" * 200))
    assert len(mail["Subject"]) < 120
    assert "x" * 200 in part(mail, "plain")


def test_other_mails_have_other_boundaries() -> None:
    letter = a_letter(MailKind.BUILD_LATE)
    one, other = (COMPOSER.compose(letter, f"<{number}@tenure.example>").content for number in (1, 2))
    assert message_from_bytes(one).get_boundary() != message_from_bytes(other).get_boundary()
