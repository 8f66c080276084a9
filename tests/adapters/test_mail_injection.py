"""Whatever somebody writes into a field: our headers, our recipient, their words as words; or no mail at all. J1–J4."""

import html as markup
import re
from email import message_from_bytes
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from typing import Any
from zlib import crc32

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jinja2.exceptions import SecurityError

from activities.ports import Attachment, Envelope, UnsafeMail
from adapters.mail import composer
from adapters.mail.composer import JinjaComposer
from adapters.mail.guard import check
from adapters.mail.letterhead import letterhead
from adapters.mail.links import about, web_address
from adapters.mail.stationery import _sheet
from domain.mails import Letter, MailKind
from domain.order.mails import OrderMail
from domain.values import Language, Person
from tests.adapters.test_mail_letters import COMPOSER, FACTS, LINKS, NEEDED, PDF, a_letter, the_facts
from tests.support.one_item import in_one_item
from tests.support.read_mail import READER
from tests.support.written_mail import MESSAGE_ID, part

FREE_TEXT = (
    "customer_company",
    "ordering_partner",
    "facing_partner",
    "relay_to",
    "reason",
    "user_name",
)
"""Facts that people wrote. Form lines and the reader's names are two more places."""

PLACES: tuple[str, ...] = (*FREE_TEXT, "form", "first_name", "last_name")
HARMLESS = [
    "=?utf-8?q?x=0d=0aBcc:_evil=40evil.example?=",
    "=?utf-8?b?eA0KQmNjOiBldmlsQGV2aWwuZXhhbXBsZQ==?=",
    "=?utf-8?q?x=0d=0aContent-Type:_text/html=0d=0a=0d=0a<b>hi</b>?= tail",
    "Smith, John <evil@evil.example>",
    '"quoted" \\ (comment) ; : @ evil@evil.example',
    "<script>alert(1)</script><img src=http://evil.example/x>",
    "{{ 7 * 7 }}{% for x in () %}{{ facts.__class__ }}",
    "{0.__class__.__mro__} %s %(x)s ${x}",
    "javascript:alert(1) file:///etc/passwd url(http://evil.example)",
    "=cmd|' /C calc'!A0 +1 -1 @SUM(A1)",
    "שלום \u202eevil\u202c مرحبا 👩‍👩‍👧 Ünïcødé",
    "Bcc: evil@evil.example",
    ". .\\r\\n.\\r\\nMAIL FROM:<evil@evil.example>",
    "x" * 200,
    "長" * 200,
]
HARMFUL = [
    "x\rBcc: evil@evil.example",
    "x\u2028Bcc: evil",
    "x\u2029y",
    "x\x0by",
    "x\x0cy",
    "x\x00y",
    "x\x1b[31my",
    "x\ud800y",
]


def one_harmful(*place: object) -> str:
    """Another one for every place: the tests of this file go through all of them."""
    return HARMFUL[crc32(repr(place).encode()) % len(HARMFUL)]


HEADERS = ["From", "To", "Subject", "Message-ID", "Auto-Submitted", "Content-Language", "X-Tenure-Mail"]


def a_hostile_letter(kind: MailKind, language: Language, words: str, places: tuple[str, ...] = PLACES) -> Letter:
    """A letter with these words in these places, past every check of the models."""
    usual = a_letter(kind, language)
    person = dict(usual.to) | {place: words for place in ("first_name", "last_name") if place in places}
    model = type(usual.facts)
    hostile = dict.fromkeys(FREE_TEXT, words) | {"form": FACTS["form"].model_copy(update={"outstanding_issues": words})}
    facts = {place: hostile[place] for place in hostile if place in places and place in model.model_fields}
    return usual.model_copy(
        update={
            "to": Person.model_construct(**person),
            "facts": model.model_construct(**(dict(usual.facts) | facts)),
        }
    )


def sent(letter: Letter) -> Envelope:
    """What would go on the wire."""
    return COMPOSER.compose(letter, MESSAGE_ID, (PDF,) if letter.kind == OrderMail.CONFIRMATION else ())


def raw_headers(content: bytes) -> list[str]:
    """Names of the raw header lines, found without the library's parser."""
    head = content.partition(b"\r\n\r\n")[0]
    return [line.partition(b":")[0].decode() for line in head.split(b"\r\n") if line[:1] not in b" \t"]


def name_in(content: bytes) -> str:
    """The reader's name as mail programs show it. (The library's newer parser puts spaces between encoded words.)"""
    return str(make_header(decode_header(parseaddr(str(message_from_bytes(content)["To"]))[0])))


def assert_only_ours(envelope: Envelope) -> EmailMessage:
    """Our headers, our recipient, our parts; answers the mail as parsed."""
    assert raw_headers(envelope.content) == [*HEADERS, "MIME-Version", "Content-Type"]
    mail = message_from_bytes(envelope.content, policy=READER)
    assert [address.addr_spec for address in mail["To"].addresses] == ["reader@partner.example"] == [envelope.recipient]
    assert [address.addr_spec for address in mail["From"].addresses] == ["desk@vendor.example"] == [envelope.sender]
    assert {part.get_content_type() for part in mail.walk()} <= {
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "application/pdf",
    }  # fmt: skip
    assert b"\n" not in envelope.content.replace(b"\r\n", b"")
    return mail


def assert_words_stay_words(letter: Letter, words: str) -> None:
    """They stand in text and HTML as they were written, and do nothing."""
    envelope = sent(letter)
    mail = assert_only_ours(envelope)
    text, html = (mail.get_body((flavour,)) for flavour in ("plain", "html"))
    assert text is not None
    assert html is not None
    assert words in text.get_content()
    assert words in markup.unescape(html.get_content())
    assert name_in(envelope.content) == f"{words} {words}"
    assert not re.search(r"<(script|img|iframe)", html.get_content())
    assert {link[:8] for link in re.findall(r'href="([^"]*)"', html.get_content())} == {"https://"}


def assert_as_harmless(content: bytes, words: str, usual: EmailMessage, times: int = 1) -> str:
    """The reader's names and these places have the words, and all else is as usual; answers the HTML."""
    mail = message_from_bytes(content, policy=READER)
    assert raw_headers(content) == list(usual.keys())
    assert [address.addr_spec for address in mail["To"].addresses] == ["reader@partner.example"]
    assert name_in(content) == f"{words} {words}"
    text, html = part(mail, "plain"), part(mail, "html")
    assert text.count(words) >= times
    assert markup.unescape(html).count(words) >= times
    assert not re.search(r"<(script|img|iframe)", html)
    return html


@in_one_item("words", HARMLESS)
def test_words_stay_words(words: str) -> None:
    letter = a_hostile_letter(OrderMail.ORDER_REJECTED, Language.FRENCH, words)
    assert_words_stay_words(letter, words)


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", NEEDED)
def test_words_stay_words_wherever_they_stand(kind: MailKind, language: Language) -> None:
    words = " / ".join(HARMLESS)
    assert_words_stay_words(a_hostile_letter(kind, language, words), words)


@pytest.mark.parametrize("kind", NEEDED)
@in_one_item("place", PLACES)
def test_control_characters_stop_a_mail_or_are_not_in_it(kind: MailKind, place: str) -> None:
    letter = a_hostile_letter(kind, Language.ENGLISH, "x\r\nBcc: evil@evil.example\u2028\x0b\r\n\r\n<b>hi", (place,))
    try:
        envelope = sent(letter)
    except UnsafeMail:
        return
    assert_only_ours(envelope)
    assert b"evil" not in envelope.content


@in_one_item("words", HARMFUL)
@in_one_item("place", ["customer_company", "last_name"])
def test_a_control_character_in_a_name_is_never_sent(place: str, words: str) -> None:
    with pytest.raises(UnsafeMail) as refusal:
        sent(a_hostile_letter(OrderMail.BUILD_LATE, Language.JAPANESE, words, (place,)))
    assert "evil" not in str(refusal.value)


def test_a_line_end_in_a_company_breaks_a_line_of_the_text_and_no_header() -> None:
    words = "x\nBcc: a@evil.example\n\ny"
    mail = assert_only_ours(sent(a_hostile_letter(OrderMail.BUILD_LATE, Language.FRENCH, words, ("customer_company",))))
    assert "x Bcc: a@evil.example y" in mail["Subject"]


SOME_TEXT = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), min_size=1, max_size=120)
SOME_TEXT = SOME_TEXT.map(str.strip).filter(bool)
TRICKY = st.text(st.sampled_from(list('=?utf8qbQB_-<>@,;:"\\()[] .é長\u00a0\u200b')), min_size=1, max_size=60)
TRICKY = TRICKY.map(str.strip).filter(bool)


@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(first=SOME_TEXT | TRICKY, last=SOME_TEXT | TRICKY, company=SOME_TEXT | TRICKY)
def test_any_name_reaches_the_reader_as_it_is_written(first: str, last: str, company: str) -> None:
    content = letterhead(
        {
            "From": Address("Desk", "desk", "vendor.example"),
            "To": Address(f"{first} {last}", "reader", "partner.example"),
            "Subject": company,
        }
    )
    check(content + b"\r\nhi\r\n", ("From", "To", "Subject"), "desk@vendor.example", "reader@partner.example")
    assert name_in(content) == f"{first} {last}"
    assert message_from_bytes(content, policy=READER)["Subject"] == company
    assert all(len(line) <= 78 for line in content.split(b"\r\n"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(first=SOME_TEXT | TRICKY, last=SOME_TEXT | TRICKY, company=SOME_TEXT | TRICKY)
def test_any_name_in_a_whole_mail_adds_nothing_to_it(first: str, last: str, company: str) -> None:
    letter = a_hostile_letter(OrderMail.BUILD_LATE, Language.ENGLISH, company, ("customer_company",))
    reader = letter.to.model_copy(update={"first_name": first, "last_name": last})
    envelope = sent(letter.model_copy(update={"to": reader}))
    assert_only_ours(envelope)
    assert name_in(envelope.content) in {f"{first} {last}", f"{last} {first}", f"{last}{first}"}


@in_one_item(
    "email",
    ["a@b.example, evil@evil.example", "a@b.example\r\nBcc: evil@evil.example", "a b@c.example", "<a@b.example>",
     "a@b\0.example", '"a b"@c.example',
     "é@b.example", "@b.example", "a@", "", "a@b@c.example", "a" * 65 + "@b.example"],
)  # fmt: skip
def test_an_address_that_is_not_plain_is_never_written_to(email: str) -> None:
    letter = a_letter(OrderMail.BUILD_LATE)
    with pytest.raises(UnsafeMail):
        sent(letter.model_copy(update={"to": letter.to.model_copy(update={"email": email})}))


@pytest.mark.parametrize(
    "email", ["a+b@c.example", "o'brien@xn--bcher-kva.example", "a@localhost", "x_y-z=1@b.example"]
)
def test_unusual_addresses_are_written_to_as_they_are(email: str) -> None:
    letter = a_letter(OrderMail.BUILD_LATE)
    assert sent(letter.model_copy(update={"to": letter.to.model_copy(update={"email": email})})).recipient == email


@in_one_item(
    "url",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "file:///etc/passwd", "data:text/html,x", "ftp://a.example",
     "//a.example", "https://", "https://a.example/\" onclick=x", "https://a.example/<b>", "https://a.example/ b", "https://a.example\r\nx",
     "https://user@a.example/", "https://a.example:99999999/", "http:/a.example", " https://a.example", "", None],
)  # fmt: skip
def test_a_link_that_is_not_plainly_web_stops_the_mail(url: str | None) -> None:
    with pytest.raises(UnsafeMail):
        web_address(url)
    facts = the_facts(OrderMail.WELCOME).model_copy(update={"password_url": url})
    with pytest.raises(UnsafeMail):
        sent(a_letter(OrderMail.WELCOME).model_copy(update={"facts": facts}))


@pytest.mark.parametrize("site", ["javascript:alert(1)", 'a.example" onclick="x', "a.example/ b", "evil.example\n"])
def test_a_site_that_is_no_host_stops_the_mail(site: str) -> None:
    facts = the_facts(OrderMail.WELCOME).model_copy(update={"sites": (site,)})
    with pytest.raises(UnsafeMail):
        sent(a_letter(OrderMail.WELCOME).model_copy(update={"facts": facts}))


def test_a_page_that_is_not_web_is_not_linked() -> None:
    links = LINKS.model_copy(update={"provisioning_form": "javascript:alert(1)"})
    with pytest.raises(UnsafeMail):
        JinjaComposer(Address("", "desk", "vendor.example"), links).compose(
            a_letter(OrderMail.CONFIRMATION), MESSAGE_ID, (PDF,)
        )


@pytest.mark.parametrize(
    ("page", "number", "linked"),
    [
        ("https://a.example/f", "SO-1", "https://a.example/f?order=SO-1"),
        ("https://a.example/f?v=2#top", "SO-1", "https://a.example/f?v=2&order=SO-1#top"),
        ("https://a.example/f", "1 &x=2#é", "https://a.example/f?order=1+%26x%3D2%23%C3%A9"),
    ],
)
def test_the_order_number_is_one_encoded_parameter(page: str, number: str, linked: str) -> None:
    assert about(page, "order", number) == linked


@pytest.mark.parametrize("message_id", ["<a@b.example>\r\nBcc: x", "<a b@c.example>", "", "<>", "<a@b>c@d>", "no-at"])
def test_a_message_id_with_anything_else_in_it_is_refused(message_id: str) -> None:
    with pytest.raises(UnsafeMail):
        COMPOSER.compose(a_letter(OrderMail.BUILD_LATE), message_id)


@pytest.mark.parametrize("name", ["a\r\nBcc: x.pdf", "../../etc/passwd", 'a".pdf', "=?utf-8?q?a=0d=0ab?=", ""])
def test_an_attachment_with_a_name_that_is_no_file_name_is_refused(name: str) -> None:
    attached = Attachment.model_construct(name=name, media_type="application/pdf", content=b"x")
    with pytest.raises(UnsafeMail):
        COMPOSER.compose(a_letter(OrderMail.CONFIRMATION), MESSAGE_ID, (attached,))


@in_one_item("words", HARMFUL)
def test_no_header_carries_control_characters(words: str) -> None:
    for header in (words, Address(words.replace("\r", "\x01"), "a", "b.example")):
        with pytest.raises(UnsafeMail):
            letterhead({"Subject": header})


@pytest.mark.parametrize("words", ["=?utf-8?q?x=0d=0aBcc:_a?=", "=?utf-8?b?eA==?="])
def test_an_encoded_word_somebody_typed_is_never_on_the_wire_as_one(words: str) -> None:
    content = letterhead({"Subject": words, "To": Address(words, "a", "b.example")})
    assert words.encode() not in content
    assert name_in(content) == words


class TestTheGuard:
    """On mails made by other hands: it must not depend on ours being right."""

    def test_the_composer_asks_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def careless(headers: dict[str, Any]) -> bytes:
            return letterhead(headers | {"Bcc": "evil@evil.example"})

        monkeypatch.setattr(composer, "letterhead", careless)
        with pytest.raises(UnsafeMail, match="headers"):
            sent(a_letter(OrderMail.BUILD_LATE))

    @pytest.mark.parametrize(
        ("content", "why"),
        [
            (b"From: a@v.example\r\nTo: b@p.example\r\nBcc: evil@e.example\r\n\r\nhi\r\n", "headers"),
            (b"To: b@p.example\r\nFrom: a@v.example\r\n\r\nhi\r\n", "headers"),
            (b"From: a@v.example\r\n\r\nTo: b@p.example\r\n\r\nhi\r\n", "headers"),
            (b"From: a@v.example\nTo: b@p.example\nBcc: evil@e.example\n\nhi\n", "headers"),
            (b"From: a@v.example\rBcc: evil@e.example\r\nTo: b@p.example\r\n\r\nhi\r\n", "headers"),
            (b"From: a@v.example\r\nTo: b@p.example\r\n\r\nhi\nyou\r\n", "line end"),
            (b"From: a@v.example\r\nTo: b@p.example\r\n\r\nhi\0\r\n", "line end"),
            (b"From: a@v.example\r\nTo: b@p.example\r\n\r\n" + b"x" * 999 + b"\r\n", "too long"),
            (b"From: a@v.example\r\nTo: b@p.example, evil@e.example\r\n\r\nhi\r\n", "To"),
            (b"From: a@v.example\r\nTo: evil@e.example\r\n\r\nhi\r\n", "To"),
            (b"From: evil@e.example\r\nTo: b@p.example\r\n\r\nhi\r\n", "From"),
        ],
    )
    def test_what_was_not_meant_is_never_sent(self, content: bytes, why: str) -> None:
        with pytest.raises(UnsafeMail, match=why):
            check(content, ("From", "To"), "a@v.example", "b@p.example")

    def test_what_was_meant_passes(self) -> None:
        check(b"From: a@v.example\r\nTo: B <b@p.example>\r\n\r\nhi\r\n", ("From", "To"), "a@v.example", "b@p.example")

    def test_a_part_with_headers_of_its_own_is_never_sent(self) -> None:
        mail = EmailMessage(policy=SMTP)
        mail["From"], mail["To"] = "a@v.example", "b@p.example"
        mail.set_content("hi")
        mail.add_alternative("<b>hi</b>", subtype="html")
        next(mail.iter_parts())["Subject"] = "x"
        with pytest.raises(UnsafeMail, match="part"):
            check(mail.as_bytes(), mail.keys(), "a@v.example", "b@p.example")


@pytest.mark.parametrize("flavour", ["txt", "html"])
@pytest.mark.parametrize(
    "source", ["{{ facts.__class__.__mro__ }}", "{{ ''.__class__.__subclasses__() }}", "{{ f.__globals__ }}"]
)
def test_templates_run_in_a_sandbox(flavour: Any, source: str) -> None:
    with pytest.raises((SecurityError, UnsafeMail)):
        _sheet(flavour, ()).from_string(source).render(facts=a_letter(OrderMail.WELCOME).facts, f=a_letter)


@pytest.mark.parametrize("said", [None, True, 1.5, ("a",), FACTS["renewal_date"]])
def test_a_template_can_print_nothing_but_text_and_whole_numbers(said: object) -> None:
    with pytest.raises(UnsafeMail):
        _sheet("txt", ()).from_string("{{ said }}").render(said=said)
