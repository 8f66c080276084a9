"""The embedded catcher: what is sent to it can be read again, whole, in the order it came."""

import smtplib
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from activities.ports import Answer, Attachment
from adapters.mail.catcher import MailCatcher, PortTaken, read_mails
from adapters.mail.transport import Security, SmtpTransport
from domain.mails import MailKind
from domain.order.mails import OrderMail
from domain.values import Language
from tests.adapters.test_mail_letters import COMPOSER, PDF, a_letter
from tests.support.written_mail import GREETED, MESSAGE_ID

NOON = datetime(2031, 6, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def catcher(tmp_path: Path) -> Iterator[MailCatcher]:
    """A catcher on a free port."""
    with MailCatcher(tmp_path, port=0) as running:
        yield running


def send(catcher: MailCatcher, kind: MailKind, language: Language, *attachments: Attachment) -> Answer:
    """Compose and send as the service does."""
    transport = SmtpTransport("127.0.0.1", catcher.port, Security.NONE, clock=lambda: NOON)
    return transport.send(COMPOSER.compose(a_letter(kind, language), MESSAGE_ID, attachments), lambda: None).answer


def test_a_japanese_mail_with_its_document_comes_back_whole(catcher: MailCatcher, tmp_path: Path) -> None:
    assert send(catcher, OrderMail.CONFIRMATION, Language.JAPANESE, PDF) is Answer.ACCEPTED
    (mail,) = read_mails(tmp_path)
    assert mail.path.name == "0001-confirmation-SO-100001.eml"
    assert (mail.kind, mail.to, mail.message_id) == ("confirmation", "reader@partner.example", MESSAGE_ID)
    assert mail.subject == "確認文書のご送付（ACME-Kunde 様、SO-100001）".replace(" 様", "\u00a0様")
    assert mail.sent_at == NOON
    assert GREETED[Language.JAPANESE] in mail.text
    assert GREETED[Language.JAPANESE] in mail.html
    assert mail.attachments == (PDF,)


def test_documents_are_saved_beside_their_mail(catcher: MailCatcher, tmp_path: Path) -> None:
    send(catcher, OrderMail.CONFIRMATION, Language.FRENCH, PDF)
    assert (tmp_path / "0001-confirmation-SO-100001.pdf").read_bytes() == PDF.content


def test_what_went_over_the_wire_is_in_the_file_byte_for_byte(catcher: MailCatcher, tmp_path: Path) -> None:
    send(catcher, OrderMail.WELCOME, Language.KOREAN)
    composed = COMPOSER.compose(a_letter(OrderMail.WELCOME, Language.KOREAN), MESSAGE_ID).content
    assert read_mails(tmp_path)[0].path.read_bytes() == b"Date: Mon, 02 Jun 2031 12:00:00 +0000\r\n" + composed


def test_the_same_mail_twice_is_two_files_in_their_order(catcher: MailCatcher, tmp_path: Path) -> None:
    for kind in (OrderMail.WELCOME, OrderMail.BUILD_LATE, OrderMail.WELCOME):
        send(catcher, kind, Language.ENGLISH)
    assert [mail.kind for mail in read_mails(tmp_path)] == ["welcome", "build_late", "welcome"]
    assert [mail.kind for mail in read_mails(tmp_path, "*-welcome-*")] == ["welcome", "welcome"]
    assert len(list(tmp_path.iterdir())) == 3


def test_half_a_mail_is_never_seen(catcher: MailCatcher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen_while_writing: list[int] = []
    write = Path.write_bytes

    def slowly(path: Path, content: bytes) -> int:
        written = write(path, content[:10])
        seen_while_writing.append(len(read_mails(tmp_path)))
        return written and write(path, content)

    monkeypatch.setattr(Path, "write_bytes", slowly)
    send(catcher, OrderMail.WELCOME, Language.ENGLISH)
    assert seen_while_writing == [0]
    assert len(read_mails(tmp_path)) == 1


def test_a_catcher_started_again_goes_on_counting(tmp_path: Path) -> None:
    for _ in range(2):
        with MailCatcher(tmp_path, port=0) as catcher:
            send(catcher, OrderMail.WELCOME, Language.ENGLISH)
    assert [mail.path.name for mail in read_mails(tmp_path)] == [
        "0001-welcome-SO-100001.eml",
        "0002-welcome-SO-100001.eml",
    ]


def test_mails_of_others_are_named_by_their_subject_and_never_leave_the_directory(
    catcher: MailCatcher, tmp_path: Path
) -> None:
    foreign = (
        "From: a@b.example\r\nTo: c@d.example\r\nSubject: ../../etc/passwd\r\nContent-Disposition: attachment;"
        ' filename="../../evil.sh"\r\n\r\nhi\r\n'
    )
    with smtplib.SMTP("127.0.0.1", catcher.port, timeout=60) as connection:
        connection.sendmail("a@b.example", ["c@d.example"], foreign)
        connection.sendmail("a@b.example", ["c@d.example"], "no header at all")
    assert [path.name for path in sorted(tmp_path.glob("*.eml"))] == ["0001-etc-passwd.eml", "0002-mail.eml"]
    assert {path.parent for path in tmp_path.rglob("*")} == {tmp_path}
    assert [(mail.kind, mail.sent_at) for mail in read_mails(tmp_path)] == [("", None), ("", None)]


def test_a_mail_that_cannot_be_kept_is_not_accepted(catcher: MailCatcher, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert send(catcher, OrderMail.WELCOME, Language.ENGLISH) is Answer.LATER


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other, pytest.raises(PortTaken) as refusal:
        MailCatcher(tmp_path, port=other.getsockname()[1]).start()
    assert "Address already in use" in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_directory_without_mails_has_none(tmp_path: Path) -> None:
    assert read_mails(tmp_path) == []
    assert read_mails(tmp_path / "not there yet") == []
