"""What each mail says, in each language: the facts, the reader's own dates, the same in text and HTML."""

import re
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from activities.ports import Attachment, UnsafeMail
from adapters.mail import composer as composing
from adapters.mail.composer import JinjaComposer
from adapters.mail.links import MailLinks
from adapters.mail.reader import FactMissing
from domain.lifecycles import mail_kinds
from domain.mails import Letter, LetterFacts, MailKind
from domain.order.facts import OrderFacts
from domain.order.mails import OrderMail
from domain.subscription.facts import SubscriptionFacts
from domain.subscription.mails import SubscriptionMail
from domain.values import Language
from tests.makers import a_form, a_graduation, some
from tests.support.one_item import in_one_item
from tests.support.read_mail import READER
from tests.support.written_mail import (
    ELIDED,
    FETCHES,
    GREETED,
    INSTANT,
    INSTANT_THERE,
    LONGEST_SUBJECT,
    MESSAGE_ID,
    RENEWAL_DAY,
    RUN_TOGETHER,
    a_reader,
    bare,
    links_in,
    part,
    words_of,
)

TEMPLATES = Path(composing.__file__).with_name("templates")
LINKS = MailLinks(
    provisioning_form="https://forms.vendor.example/provisioning?v=2",
    port_terms="https://forms.vendor.example/port",
    audio_terms="https://forms.vendor.example/audio",
    graduation_form="https://forms.vendor.example/graduation",
    order_desk="https://orders.vendor.example/",
    technical_desk="https://help.vendor.example/",
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
    "form": a_graduation(customer_name="ACME-Kunde", outstanding_issues="First line\n\n\n\nafter a gap"),
}

NEEDED = {
    OrderMail.TERMS_WANTED: {"order_number", "placed_at", "terms_wanted"},
    OrderMail.HOLD_OVERDUE: {"order_number", "placed_at", "due_at"},
    OrderMail.ORDER_REJECTED: {"order_number", "placed_at", "reason"},
    OrderMail.CONFIRMATION: {"order_number", "shipped_at"},
    OrderMail.PROVISIONING_COPY: {"order_number", "build_guide", "form"},
    OrderMail.RENEWAL_LATE: {"order_number", "due_at", "renewal_date"},
    OrderMail.BUILD_LATE: {"order_number", "due_at"},
    OrderMail.WELCOME: {"user_name", "sites", "password_url", "link_void_at"},
    OrderMail.GRADUATION_REMINDER: {"order_number", "sites"},
    OrderMail.GRADUATION_COPY: {"order_number", "form"},
    SubscriptionMail.RENEWAL_NOTICE: {"subscription_id", "renewal_date", "days_left", "target_days"},
    SubscriptionMail.RENEWAL_NOT_ORDERED: {"subscription_id", "due_at", "renewal_date", "days_left"},
    SubscriptionMail.SUBSCRIPTION_SUSPENDED: {"subscription_id", "due_at", "renewal_date"},
}
"""Without these a mail cannot be written; whatever else a template uses, it can do without."""

SHOWS_THE_INSTANT = {kind for kind, needed in NEEDED.items() if needed & {"placed_at", "due_at", "shipped_at"}} | {
    OrderMail.WELCOME
}
SHOWS_THE_RENEWAL = {kind for kind, needed in NEEDED.items() if "renewal_date" in needed}
PAGES = {
    OrderMail.TERMS_WANTED: ("port?order=SO-100001", "audio?order=SO-100001"),
    OrderMail.HOLD_OVERDUE: ("port?order=SO-100001", "audio?order=SO-100001"),
    OrderMail.CONFIRMATION: ("provisioning?v=2&order=SO-100001",),
    OrderMail.RENEWAL_LATE: ("provisioning?v=2&order=SO-100001", "port?order=SO-100001"),
    OrderMail.WELCOME: ("https://acme.webex.example/set?token=a&b=1", "https://acme.webex.example", "https://lab.w"),
    OrderMail.GRADUATION_REMINDER: ("graduation?order=SO-100001",),
    SubscriptionMail.RENEWAL_NOTICE: ("https://hub.vendor.example/subscription?order=SO-100001",),
    SubscriptionMail.RENEWAL_NOT_ORDERED: ("https://hub.vendor.example/subscription",),
    SubscriptionMail.SUBSCRIPTION_SUSPENDED: ("https://hub.vendor.example/subscription",),
}


def a_letter(kind: MailKind, language: Language = Language.ENGLISH, **facts: Any) -> Letter:
    """A letter with all its facts; those given replace the usual ones."""
    document = kind == OrderMail.CONFIRMATION
    return Letter(kind=kind, to=a_reader(language), facts=the_facts(kind, **facts), with_document=document)


def the_facts(kind: MailKind, **changes: Any) -> LetterFacts:
    """Of its lifecycle."""
    model = OrderFacts if isinstance(kind, OrderMail) else SubscriptionFacts
    return model(**{name: fact for name, fact in (FACTS | changes).items() if name in model.model_fields})


def composed(letter: Letter) -> EmailMessage:
    """As the reader's mail program reads it."""
    content = COMPOSER.compose(letter, MESSAGE_ID, (PDF,) if letter.kind == OrderMail.CONFIRMATION else ()).content
    return message_from_bytes(content, policy=READER)


@cache
def usual_bytes(kind: MailKind, language: Language) -> bytes:
    """The mail with all its usual facts, as it goes on the wire."""
    return COMPOSER.compose(a_letter(kind, language), MESSAGE_ID, (PDF,)).content


@cache
def usual(kind: MailKind, language: Language) -> EmailMessage:
    """The mail with all its usual facts."""
    return message_from_bytes(usual_bytes(kind, language), policy=READER)


def test_there_is_one_template_for_each_mail_and_language() -> None:
    known = {f"{kind}.{language}.j2" for kind, language in product(mail_kinds(), Language)}
    frame = {"page.txt.j2", "page.html.j2", "kit.txt.j2", "kit.html.j2", "labels.toml", "links.toml"}
    frame |= {
        f"{part}.{lang}.j2" for part, lang in product(("letter", "access", "option", "sla", "compliance"), Language)
    }
    assert {path.name for path in TEMPLATES.iterdir()} == known | frame


def test_both_kits_have_the_same_macros() -> None:
    names = [
        re.findall(r"macro (\w+\([^)]*\))", (TEMPLATES / kit).read_text()) for kit in ("kit.txt.j2", "kit.html.j2")
    ]
    assert names[0] == names[1]


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", NEEDED)
class TestEveryLetter:
    def test_says_its_facts_on_the_readers_clock(self, kind: MailKind, language: Language) -> None:
        mail = usual(kind, language)
        text = part(mail, "plain")
        expected = {"ACME-Kunde", GREETED[language]}
        expected |= {INSTANT_THERE[language]} if kind in SHOWS_THE_INSTANT else set()
        expected |= {RENEWAL_DAY[language]} if kind in SHOWS_THE_RENEWAL else set()
        expected |= {"SO-100001"} if kind != OrderMail.WELCOME else {"site-admin-7"}
        assert [fact for fact in (*expected, *PAGES.get(kind, ())) if fact not in text] == []
        assert "None" not in text
        assert "{{" not in text

    def test_text_and_html_say_the_same_word_for_word(self, kind: MailKind, language: Language) -> None:
        mail = usual(kind, language)
        assert bare(words_of(part(mail, "html"))) == bare(part(mail, "plain"))

    def test_html_is_tagged_and_fetches_nothing(self, kind: MailKind, language: Language) -> None:
        html = part(usual(kind, language), "html")
        assert f'<html lang="{language}">' in html
        assert not FETCHES.search(html)
        assert {address[:8] for address in links_in(html)} == {"https://"}

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
        for fact in some(NEEDED[kind]):
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
            assert not RUN_TOGETHER.search(part(mail, "plain"))


@pytest.mark.parametrize("language", Language)
class TestTheWelcome:
    def test_it_has_its_fixed_subject_in_every_language(self, language: Language) -> None:
        assert usual(OrderMail.WELCOME, language)["Subject"] == ("Important! WebEx Site Administrator Information")

    def test_it_says_how_long_the_link_lives_eight_steps_and_four_capabilities(self, language: Language) -> None:
        text = part(usual(OrderMail.WELCOME, language), "plain")
        assert re.findall(r"^  (\d)\. ", text, re.MULTILINE) == list("12345678")
        capabilities = ("Self Registration", "Host account maintenance", "Site Features", "Company Addresses")
        assert re.findall(r"^  - ([A-Z][A-Za-z ]+[a-z])", text, re.MULTILINE) == list(capabilities)
        assert re.search(r"72\s?(時間|시간|heures|hours)", text)
        by_its_end_alone = part(composed(a_letter(OrderMail.WELCOME, language, link_hours=None)), "plain")
        assert INSTANT_THERE[language] in by_its_end_alone
        assert not re.search(r"\d\s?(時間、|시간 동안|heures|hours)", by_its_end_alone.partition("-----")[0])
        assert "Forgot password?" in text
        assert "Edit User List" in text


@pytest.mark.parametrize("language", Language)
class TestTheConfirmation:
    def test_it_asks_the_tier_1_to_relay_it_only_when_there_is_a_tier_2(self, language: Language) -> None:
        assert "Third KK" in part(composed(a_letter(OrderMail.CONFIRMATION, language, relay_to="Third KK")), "plain")
        assert "Tier-2" not in part(usual(OrderMail.CONFIRMATION, language), "plain")

    def test_a_renewal_is_told_to_answer_yes(self, language: Language) -> None:
        asked = "Is the end customer an existing WebEx customer?"
        assert asked in part(composed(a_letter(OrderMail.CONFIRMATION, language, order_kind="renewal")), "plain")
        assert asked not in part(usual(OrderMail.CONFIRMATION, language), "plain")

    def test_it_carries_its_document_unchanged(self, language: Language) -> None:
        mail = usual(OrderMail.CONFIRMATION, language)
        assert [file.get_filename() for file in mail.iter_attachments()] == [PDF.name]
        assert next(mail.iter_attachments()).get_content() == PDF.content
        assert [part.get_content_type() for part in mail.walk()] == [
            "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
        ]  # fmt: skip


def test_a_confirmation_without_its_document_is_not_sent() -> None:
    with pytest.raises(UnsafeMail, match="not attached"):
        COMPOSER.compose(a_letter(OrderMail.CONFIRMATION), MESSAGE_ID)


@pytest.mark.parametrize("language", Language)
def test_the_partner_is_told_how_long_a_build_takes_by_the_orders_own_terms(language: Language) -> None:
    text = part(usual(OrderMail.PROVISIONING_COPY, language), "plain")
    assert re.search(r"9\s?(営業日|영업일|jours ouvrés|business days)", text)


@in_one_item("kind", NEEDED)
def test_french_punctuation_never_begins_a_line(kind: MailKind) -> None:
    assert not re.search(r" [:;?!»]|« ", part(usual(kind, Language.FRENCH), "plain"))


def test_a_form_copy_keeps_every_line_that_has_words() -> None:
    text = part(composed(a_letter(OrderMail.GRADUATION_COPY)), "plain")
    assert "Are there any outstanding issues regarding this account?\n      First line\n\n      after a gap" in text


NAMES = {
    ("太郎", "山田"): "山田 太郎",
    ("タクヤ", "ミウラ"): "ミウラ タクヤ",
    ("Ken", "山田"): "山田 Ken",
    ("小明", "王"): "王 小明",
    ("민지", "김"): "김민지",
    ("민수", "남궁"): "남궁민수",
    ("카미유", "브로사르"): "카미유 브로사르",
    ("Takuya", "Miura"): "Takuya Miura",
    ("Minji", "Kim"): "Minji Kim",
    ("Camille", "Brossard"): "Camille Brossard",
    ("Łukasz", "Żak"): "Łukasz Żak",
    ("Анна", "Павлова"): "Анна Павлова",
}
"""Whoever writes 山田 or 김 names a family first. In Latin letters a Japanese or Korean name is given as abroad, and
nobody can tell it from a French one: it stays as it was given, also before 様 and 님. (CLDR, person names.)"""

ADDRESSED = {
    Language.JAPANESE: "{name}\u00a0様",
    Language.KOREAN: "{name}\u00a0님, 안녕하십니까.",
    Language.FRENCH: "Bonjour {name},",
    Language.ENGLISH: "Dear {name},",
}


@pytest.mark.parametrize("language", Language)
@in_one_item("given", NAMES)
def test_a_name_stands_in_the_order_of_its_script_and_is_greeted_as_the_reader_expects(
    language: Language, given: tuple[str, str]
) -> None:
    letter = a_letter(OrderMail.BUILD_LATE, language)
    reader = letter.to.model_copy(update={"first_name": given[0], "last_name": given[1]})
    mail = composed(letter.model_copy(update={"to": reader}))
    assert mail["To"].addresses[0].display_name == NAMES[given]
    assert ADDRESSED[language].format(name=NAMES[given]) in part(mail, "plain").splitlines()


RENEWED = {
    Language.JAPANESE: ("更新作業の遅れ", "更新の作業が", "サイトの構築|サイト構築|サイトが完成"),
    Language.KOREAN: ("갱신 작업 지연", "갱신 작업이", "사이트 구축"),
    Language.FRENCH: ("Renouvellement retardé", "Le renouvellement du client", "[Cc]réation du site|site sera prêt"),
    Language.ENGLISH: ("Renewal delayed", "The renewal for", "[Ss]ite build|site is|Welcome"),
}


@pytest.mark.parametrize("language", Language)
def test_a_late_renewal_has_words_of_its_own_and_is_not_called_a_late_site(language: Language) -> None:
    subject, said, of_a_site = RENEWED[language]
    renewal = composed(a_letter(OrderMail.BUILD_LATE, language, order_kind="renewal"))
    new = usual(OrderMail.BUILD_LATE, language)
    assert subject in renewal["Subject"]
    assert said in part(renewal, "plain")
    assert RENEWAL_DAY[language] in part(renewal, "plain")
    assert not re.search(of_a_site, renewal["Subject"] + part(renewal, "plain").replace("WebEx Site Adm", ""))
    assert re.search(of_a_site, new["Subject"])
    assert said not in part(new, "plain")


OF_BUILDING = {
    Language.JAPANESE: "サイトの構築",
    Language.KOREAN: "사이트 구축",
    Language.FRENCH: "création du site",
    Language.ENGLISH: "[Bb]uild(ing)? (of )?the site",
}


@in_one_item("language", Language)
@in_one_item("kind", (OrderMail.CONFIRMATION, OrderMail.PROVISIONING_COPY))
def test_only_a_new_order_is_said_to_build_a_site(kind: OrderMail, language: Language) -> None:
    renewal = part(composed(a_letter(kind, language, order_kind="renewal", form=a_form())), "plain")
    assert not re.search(OF_BUILDING[language], renewal)
    assert re.search(OF_BUILDING[language], part(usual(kind, language), "plain"))


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", NEEDED)
def test_a_subject_begins_with_what_matters_and_is_short(kind: MailKind, language: Language) -> None:
    subject = usual(kind, language)["Subject"]
    assert len(subject) <= LONGEST_SUBJECT
    assert subject[0] not in "[【("
    assert not subject.startswith(("SO-", "sub-"))


@in_one_item("kind", NEEDED)
def test_in_french_nothing_is_elided_before_a_name_and_a_last_day_is_not_before_itself(kind: MailKind) -> None:
    text = part(composed(a_letter(kind, Language.FRENCH, customer_company="Atelier", facing_partner="Île")), "plain")
    assert not ELIDED.search(text)


@pytest.mark.parametrize(
    ("zone", "shown"),
    [
        ("UTC", "Saturday, 28 March 2026, 23:30 (Coordinated Universal Time, UTC+00:00)"),
        ("Asia/Kathmandu", "Sunday, 29 March 2026, 05:15 (UTC+05:45)"),
        ("Australia/Lord_Howe", "Sunday, 29 March 2026, 10:30 (Lord Howe Daylight Time, UTC+11:00)"),
    ],
)
def test_every_zone_has_a_name_or_at_least_an_offset(zone: str, shown: str) -> None:
    letter = a_letter(OrderMail.BUILD_LATE)
    mail = composed(letter.model_copy(update={"to": letter.to.model_copy(update={"zone": zone})}))
    assert shown in part(mail, "plain")


def test_the_two_half_past_ones_of_a_night_with_two_differ_by_their_offset() -> None:
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))
    texts = [
        part(composed(a_letter(OrderMail.BUILD_LATE, Language.FRENCH, due_at=at)), "plain") for at in (first, second)
    ]
    assert "02:30 (heure d’été d’Europe centrale, UTC+02:00)" in texts[0]
    assert "02:30 (heure normale d’Europe centrale, UTC+01:00)" in texts[1]


def test_a_long_company_name_is_cut_in_the_subject_only() -> None:
    mail = composed(a_letter(OrderMail.BUILD_LATE, customer_company="x" * 200))
    assert len(mail["Subject"]) < 80
    assert "x" * 200 in part(mail, "plain")


def test_other_mails_have_other_boundaries() -> None:
    letter = a_letter(OrderMail.BUILD_LATE)
    one, other = (COMPOSER.compose(letter, f"<{number}@tenure.example>").content for number in (1, 2))
    assert message_from_bytes(one).get_boundary() != message_from_bytes(other).get_boundary()
