"""The mails of this release and a real Postfix, as strict as relays in the field."""

import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from activities.ports import Answer, Delivery, Envelope
from adapters.mail.transport import Security, SmtpTransport, dated
from domain.order.mails import OrderMail
from domain.values import Language, Person
from tests.adapters.test_mail_letters import COMPOSER, PDF, a_letter
from tests.support.postfix import BIGGEST, DEFERRED, READER, Postfix, a_postfix
from tests.support.transport import a_certificate

NOON = datetime(2031, 6, 2, 12, 0, tzinfo=UTC)
NAMES = {Language.JAPANESE: ("太郎", "山田"), Language.FRENCH: ("Anne-Zoë", "Lefèvre")}


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the relay."""
    return a_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def postfix(certificate: Path) -> Iterator[Postfix]:
    """One for all."""
    with a_postfix(certificate) as running:
        yield running


def a_mail(recipient: str = READER, language: Language = Language.JAPANESE, *, stuffed: int = 0) -> Envelope:
    """The confirmation with its document: names that are not ASCII, an attachment with every byte."""
    first, last = NAMES[language]
    reader = Person(first_name=first, last_name=last, email=recipient, language=language, zone="Asia/Tokyo")
    letter = a_letter(OrderMail.CONFIRMATION).model_copy(update={"to": reader})
    document = PDF.model_copy(update={"content": bytes(range(256)) + b"x" * stuffed})
    return COMPOSER.compose(letter, f"<{language.value}-{recipient}>", (document,))


def smtp(port: int, **more: Any) -> SmtpTransport:
    settings: dict[str, Any] = {"security": Security.NONE, "clock": lambda: NOON} | more
    return SmtpTransport("localhost", port, deadline=timedelta(seconds=120), **settings)


def sent(transport: SmtpTransport, envelope: Envelope) -> Delivery:
    return transport.send(envelope, lambda: None)


def later(transport: SmtpTransport, envelope: Envelope) -> str:
    """What it says about us; nothing is refused for good, and the alarm is raised."""
    delivery = sent(transport, envelope)
    assert (delivery.answer, delivery.about_us) == (Answer.LATER, True)
    assert delivery.words in transport.alarm.problem
    return delivery.words


@pytest.mark.parametrize("language", NAMES)
def test_our_mail_goes_through_a_strict_relay_and_arrives_byte_for_byte(postfix: Postfix, language: Language) -> None:
    envelope = a_mail(language=language)
    assert sent(smtp(postfix.strict), envelope).answer is Answer.ACCEPTED
    arrived = postfix.delivered()[-1]
    assert arrived.endswith(dated(envelope.content, NOON).replace(b"\r\n", b"\n"))
    assert b"from vendor.example (unknown [127.0.0.1])" in arrived
    mail = message_from_bytes(arrived, policy=default)
    assert all(name in str(mail["To"]) for name in NAMES[language])
    (document,) = mail.iter_attachments()
    assert (document.get_filename(), document.get_payload(decode=True)) == (PDF.name, bytes(range(256)))


def test_several_mails_go_through_one_connection(postfix: Postfix) -> None:
    before = len(postfix.delivered())
    with smtp(postfix.strict).kept() as kept:
        answers = [kept.send(a_mail(to), lambda: None).answer for to in (READER, "nobody@customer.example", READER)]
    assert answers == [Answer.ACCEPTED, Answer.REFUSED, Answer.ACCEPTED]
    assert len(postfix.delivered()) == before + 2


@pytest.mark.parametrize(("name", "why"), [("box", "need fully-qualified hostname"), ("-x.test", "Invalid name")])
def test_a_bare_host_name_is_a_matter_of_ours_and_no_mail_is_given_up_for_it(
    postfix: Postfix, name: str, why: str
) -> None:
    before = len(postfix.delivered())
    transport = smtp(postfix.strict, ehlo_name=name)
    assert why in later(transport, a_mail())
    assert "TENURE_SMTP_EHLO_NAME" in transport.alarm.problem
    assert why in later(smtp(postfix.at_once, ehlo_name=name), a_mail()), "said to EHLO itself"
    assert len(postfix.delivered()) == before


def test_an_address_in_brackets_will_do_for_a_name(postfix: Postfix) -> None:
    assert sent(smtp(postfix.strict, ehlo_name="[192.0.2.1]"), a_mail()).answer is Answer.ACCEPTED


def test_a_mailbox_that_does_not_exist_is_final_and_no_alarm(postfix: Postfix) -> None:
    transport = smtp(postfix.strict)
    delivery = sent(transport, a_mail("nobody@customer.example"))
    assert (delivery.answer, delivery.about_us) == (Answer.REFUSED, False)
    assert delivery.words.startswith("RCPT: 550 5.1.1 ")
    assert transport.alarm.problem == ""


def test_a_relay_that_is_closed_to_us_is_later(postfix: Postfix) -> None:
    assert "Relay access denied" in later(smtp(postfix.strict), a_mail("hanako@elsewhere.example"))
    assert "Client host rejected" in later(smtp(postfix.closed), a_mail())
    assert "Sender address rejected" in later(smtp(postfix.sender), a_mail())
    assert "STARTTLS" in later(smtp(postfix.secure), a_mail())


def test_a_mail_that_is_too_big_is_refused_before_it_is_sent(postfix: Postfix) -> None:
    handed_over: list[None] = []
    transport = smtp(postfix.strict)
    delivery = transport.send(a_mail(stuffed=BIGGEST), lambda: handed_over.append(None))
    assert (delivery.answer, handed_over) == (Answer.REFUSED, [])
    assert delivery.words.startswith("MAIL: 552 5.3.4 ")
    assert transport.alarm.problem == ""


def test_a_greylisted_mail_goes_out_at_the_next_try_and_nobody_is_alarmed(postfix: Postfix) -> None:
    transport = smtp(postfix.strict)
    first = sent(transport, a_mail(DEFERRED))
    assert (first.answer, first.about_us) == (Answer.LATER, False)
    assert "Greylisted" in first.words
    assert transport.alarm.problem == ""
    assert sent(transport, a_mail(DEFERRED)).answer is Answer.ACCEPTED


def test_starttls_carries_the_mail_where_its_certificate_is_known(postfix: Postfix, certificate: Path) -> None:
    known = ssl.create_default_context(cafile=f"{certificate}.crt")
    before = len(postfix.delivered())
    for port in (postfix.strict, postfix.secure):
        assert sent(smtp(port, security=Security.STARTTLS, trust=known), a_mail()).answer is Answer.ACCEPTED
    *_, last = postfix.delivered()
    assert b"with ESMTPS" in last
    assert len(postfix.delivered()) == before + 2
    assert "certificate is not accepted" in later(smtp(postfix.secure, security=Security.STARTTLS), a_mail())


def test_the_alarm_is_lifted_by_a_mail_that_goes_out(postfix: Postfix) -> None:
    transport = smtp(postfix.strict)
    later(transport, a_mail("hanako@elsewhere.example"))
    assert sent(transport, a_mail()).answer is Answer.ACCEPTED
    assert transport.alarm.problem == ""
