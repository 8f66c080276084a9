"""A host that is not ASCII: the mail goes to that very host, and never to another one that looks like it."""

from email import message_from_bytes

import pytest
from pydantic import ValidationError

from activities.ports import UnsafeMail
from adapters.mail.composer import in_ascii
from domain.order.mails import OrderMail
from domain.values import Language, Person
from tests.adapters.test_mail_letters import COMPOSER, a_letter
from tests.support.written_mail import MESSAGE_ID


def reader(email: str) -> Person:
    return Person(first_name="Ken", last_name="Sato", email=email, language=Language.ENGLISH, zone="UTC")


@pytest.mark.parametrize(
    ("written", "sent_to"),
    [
        ("kontakt@straße.example", "kontakt@xn--strae-oqa.example"),
        ("a@xn--strae-oqa.example", "a@xn--strae-oqa.example"),
        ("a@faß.example", "a@xn--fa-hia.example"),
        ("ken@日本.example", "ken@xn--wgv71a.example"),
        ("ken@hikari.example.com", "ken@hikari.example.com"),
    ],
)
def test_a_mail_goes_to_the_host_that_was_named(written: str, sent_to: str) -> None:
    """IDNA 2008. By IDNA 2003 `straße` was `strasse`: somebody else's host."""
    letter = a_letter(OrderMail.BUILD_LATE).model_copy(update={"to": reader(written)})
    envelope = COMPOSER.compose(letter, MESSAGE_ID)
    assert envelope.recipient == sent_to
    assert sent_to in message_from_bytes(envelope.content)["To"]


def test_a_host_that_cannot_be_written_in_ascii_stops_the_mail() -> None:
    with pytest.raises(UnsafeMail):
        in_ascii("ken@\u0378.example")


def test_a_name_before_the_at_that_is_not_ascii_is_refused_at_the_door_and_named_so() -> None:
    """Few servers take it (SMTPUTF8, RFC 6531), and a relay that does cannot promise the next one. ADR 19."""
    with pytest.raises(ValidationError, match="must have only ASCII characters before the @"):
        reader("太郎@hikari.example")


def test_one_that_comes_by_another_way_is_never_written() -> None:
    letter = a_letter(OrderMail.BUILD_LATE)
    person = reader("ken@hikari.example").model_copy(update={"email": "太郎@hikari.example"})
    with pytest.raises(UnsafeMail, match="characters that must not stand in an envelope"):
        COMPOSER.compose(letter.model_copy(update={"to": person}), MESSAGE_ID)
