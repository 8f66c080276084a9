"""Mails that somebody sent us: read in any charset and structure, or refused with a sentence; never anything else."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mail.incoming import LONGEST_TEXT, IncomingMail, read_message
from adapters.mail.incoming_charsets import decoded
from adapters.mail.incoming_headers import Mailbox, bare_id, instant, mailboxes, plain
from adapters.mail.incoming_html import text_of_html
from adapters.mail.incoming_text import cleaned
from domain.checks import printable
from domain.reasons import Reason
from domain.values import Refused
from tests.mails.made import ENGLISH, MAILS, REFUSED, TAKEN, TEXT, Made, mail, multipart, part

DIRECTORY = Path(__file__).parents[1] / "mails"


def read(body: bytes, *headers: str, **changes: Any) -> IncomingMail:
    return read_message(mail(body, *headers, **changes))


def saved(name: str) -> IncomingMail:
    return read_message((DIRECTORY / f"{name}.eml").read_bytes())


# The made-up mails.


def test_there_are_more_than_a_hundred_each_with_a_name_of_its_own() -> None:
    assert len({each.name for each in MAILS}) == len(MAILS) > 100


@pytest.mark.parametrize("made", TAKEN, ids=lambda made: made.name)
def test_a_mail_of_a_person_is_read(made: Made) -> None:
    found = read_message(made.content)

    assert found.sender.address.endswith("hikari.example.com")
    assert made.says in found.text
    assert not made.silent or made.silent not in found.text
    printable(found.text)
    printable(found.subject)
    assert "\n" not in found.subject


@pytest.mark.parametrize("made", REFUSED, ids=lambda made: made.name)
def test_what_no_person_wrote_or_nobody_can_read_is_refused_with_a_sentence(made: Made) -> None:
    with pytest.raises(Refused) as refused:
        read_message(made.content)

    assert made.refused in refused.value.problem.message
    assert "hikari" not in str(refused.value), "a refusal repeats nothing of the mail"


def test_what_a_machine_wrote_is_not_allowed_and_what_is_no_mail_is_wrong_input() -> None:
    """The command's exit follows from it."""
    codes = {}
    for made in REFUSED:
        with pytest.raises(Refused) as refused:
            read_message(made.content)
        codes[made.name] = refused.value.problem.code

    assert {codes[name] for name in ("our own mail", "a bounce", "an empty way back")} == {Reason.NOT_ALLOWED}
    assert {codes[name] for name in ("26 MB", "100,000 headers", "100,000 parts")} == {Reason.TOO_BIG}
    assert Reason.NOT_ALLOWED not in {codes[name] for name in ("empty", "no sender", "JSON", "an Outlook file")}


# Real ones, from disk.


def test_a_reply_from_outlook_in_japanese() -> None:
    found = saved("outlook-reply")

    assert found.sender == Mailbox("ken.sato@hikari.example.com", "佐藤 健")
    assert found.subject == "RE: メールが届きません"
    assert found.received_at == datetime(2026, 11, 27, 1, 1, 2, tzinfo=UTC)
    assert found.recipients == ("partner-support@eu.zohocorp.com", "yuki.tanaka@hikari.example.com")
    assert found.message_id == "TYAPR01MB0001@TYAPR01.prod.outlook.example"
    assert found.forwarded
    assert "お世話になっております。" in found.text


def test_a_forward_from_gmail_is_its_plain_text_with_the_attachment_named() -> None:
    found = saved("gmail-forward")

    assert found.attachments == ("error.png",)
    assert found.forwarded
    assert found.text.startswith("Please help, priority customer.")
    assert "Nobody can sign in since 9:00." in found.text
    assert found.sent_at == datetime(2026, 11, 27, 0, 19, 30, tzinfo=UTC)


def test_a_bounce_is_refused() -> None:
    with pytest.raises(Refused, match="two machines would write to each other"):
        saved("bounce")


# Its id.


def test_the_same_mail_without_a_message_id_has_the_same_one_whichever_way_it_came() -> None:
    written = mail(ENGLISH.encode())
    once, again = read_message(written), read_message(b"Received: by mx.example.com; x\nX-Spam: no\n" + written)
    with_crlf = read_message(written.replace(b"\n", b"\r\n"))

    assert once.message_id == again.message_id == with_crlf.message_id
    assert once.message_id.endswith("@no-message-id")
    assert read(b"Something else").message_id != once.message_id
    assert read(ENGLISH.encode(), subject="Another").message_id != once.message_id


@pytest.mark.parametrize(
    ("raw", "bare"),
    [
        ("<a@b.example>", "a@b.example"),
        (" (first) <a@b.example> (again)", "a@b.example"),
        ("a@b.example", "a@b.example"),
        ("<a\t@b.example>", "a@b.example"),
        ("<\udcff>", "ÿ"),
        ("", ""),
    ],
)
def test_a_message_id_is_kept_without_its_brackets(raw: str, bare: str) -> None:
    assert bare_id(raw) == bare


# Its text.


def test_of_two_ways_to_say_it_plain_text_counts_unless_it_is_empty() -> None:
    page = part(b"<p>From HTML</p>", "Content-Type: text/html")

    assert read(*multipart("alternative", page, TEXT)).text == ENGLISH.strip()
    assert read(*multipart("alternative", part(b" \n\n"), page)).text == "From HTML"


def test_what_is_attached_is_named_and_not_read() -> None:
    files = [
        part(b"secret", f'Content-Type: text/plain; name="{name}"', "Content-Disposition: attachment")
        for name in ("a.txt", "=?utf-8?B?55S76Z2i?=", "x" * 300)
    ]
    found = read(*multipart("mixed", TEXT, *files, part(b"secret", "Content-Type: application/pdf")))

    assert found.attachments == ("a.txt", "画面", "x" * 100, "without a name")
    assert "secret" not in found.text


def test_of_many_attachments_some_are_named() -> None:
    files = [part(b"x", f'Content-Type: image/png; name="{number}.png"') for number in range(50)]

    assert len(read(*multipart("mixed", TEXT, *files)).attachments) == 20


def test_a_mail_within_a_mail_is_read_with_what_it_says_of_itself() -> None:
    inner = part(mail(b"It is broken.", subject="=?utf-8?B?5Lu25ZCN?="), "Content-Type: message/rfc822")
    found = read(*multipart("mixed", part(b"Please see"), inner))

    assert found.forwarded
    assert found.text.startswith("Please see\n\n----- Forwarded message -----\nFrom: Ken Sato")
    assert "Subject: 件名" in found.text
    assert found.text.endswith("It is broken.")


def test_our_own_mail_within_a_partner_s_mail_is_no_mail_of_ours() -> None:
    inner = part(mail(b"Asked before.", "X-Tenure-Mail: case_question C-1"), "Content-Type: message/rfc822")

    assert "Asked before." in read(*multipart("mixed", part(b"The answer"), inner)).text


@pytest.mark.parametrize("subject", ["Fwd: help", "FW: help", "転送: help", "Tr : aide", "转"])
def test_a_subject_may_say_that_it_was_forwarded(subject: str) -> None:
    assert read(b"x", subject=subject).forwarded is (subject != "转")


def test_a_very_long_text_is_cut_and_the_rest_counted() -> None:
    found = read(b"x" * (LONGEST_TEXT + 7))

    assert (len(found.text), found.left_out) == (LONGEST_TEXT, 7)
    assert read(b"x" * LONGEST_TEXT).left_out == 0


def test_what_cannot_be_read_is_said() -> None:
    assert read("今朝".encode("cp932"), "Content-Type: text/plain; charset=utf-8").notes == (
        "some characters could not be read",
    )
    assert read(b"Not base64!", "Content-Transfer-Encoding: base64").notes == (
        "it says that its text is base64, and it is not",
    )
    assert read(b"MIAG", "Content-Type: application/pkcs7-mime; name=smime.p7m").notes == (
        "it is encrypted: nobody could read it here",
    )
    assert not read(ENGLISH.encode()).notes


@given(st.text())
def test_cleaned_text_is_printable_and_cleaning_it_again_changes_nothing(text: str) -> None:
    once = cleaned(text)

    printable(once)
    assert cleaned(once) == once


# Charsets.


@pytest.mark.parametrize(
    ("content", "charset", "text"),
    [
        (b"\x1b$B-!-j\x1b(B ok", "iso-2022-jp", "①㈱ ok"),
        (b"\x1b$B-!-j\x1b(B ok", "ISO-2022-JP-MS", "①㈱ ok"),
        ("ｱｲｳ。".encode("iso2022_jp_ext"), "iso-2022-jp", "ｱｲｳ。"),
        (b"\x0e1\x0f2", "cp50222", "ｱ2"),
        ("丂".encode("iso2022_jp_1"), "iso-2022-jp-1", "丂"),
        ("日本".encode("iso2022_jp"), None, "日本"),
        ("日本".encode("iso2022_jp"), "us-ascii", "日本"),
        ("日本".encode(), "iso-2022-jp", "日本"),
        ("①～髙".encode("cp932"), "shift_jis", "①～髙"),
        ("①".encode("euc_jis_2004"), "euc-jp", "①"),
        ("똠".encode("cp949"), "euc-kr", "똠"),
        ("€".encode("gb18030"), "gb2312", "€"),
        ("碁".encode("cp950"), "x-big5", "碁"),
        (b"\x93x\x94", "iso-8859-1", "“x”"),
        (b"\x81", "iso-8859-1", "\x81"),
        ("ไทย".encode("cp874"), "tis-620", "ไทย"),
        ("日本".encode("utf-16-be"), "utf-16", "日本"),
        ("ab".encode("utf-16-le"), "utf-16", "ab"),
        (b"\xef\xbb\xbfa", "shift_jis", "a"),
        ("é".encode(), "x-unknown", "é"),
        ("é".encode(), "  'UTF-8' ", "é"),
        (b"abc-", "punycode", "abc-"),
        (b"\\u0041", "unicode_escape", "\\u0041"),
        (b"\x1b$B\x1b$B!", "iso-2022-jp", "!"),
    ],
)
def test_text_is_read_in_what_programs_really_send_under_a_charset_s_name(
    content: bytes, charset: str | None, text: str
) -> None:
    assert decoded(content, charset) == (text, "")


@given(st.binary(), st.sampled_from(["utf-8", "iso-2022-jp", "shift_jis", "utf-16", "hz", "x", "", None, "a\0"]))
def test_any_bytes_are_read_in_any_charset(content: bytes, charset: str | None) -> None:
    assert isinstance(decoded(content, charset).text, str)


# Headers.


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("=?utf-8?B?5pel5pys?=", "日本"),
        ("=?utf-8?b?5pc=?= =?UTF-8?B?peacrA==?=", "日本"),
        ("=?utf-8?Q?Caf=C3=A9_a?= b", "Café a b"),
        ("=?utf-8*fr?Q?=C3=A9?=", "é"),
        ("a =?utf-8?Q?b?= c", "a b c"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?utf-8?B?5pel5pys", "=?utf-8?B?5pel5pys"),
        ("=?utf-8?X?abc?=", "= ?utf-8?X?abc?="),
        ("=?utf-8?Q?=ZZ?=", "=ZZ"),
        ("=?utf-8?B?A?=", ""),
        ("\udce6\udc97\udca5", "日"),
        ("日本.png", "日本.png"),
        ("a\tb  c", "a b c"),
        ("x\u202ey", "xy"),
    ],
)
def test_a_header_is_decoded_however_it_was_written(raw: str, text: str) -> None:
    assert plain(raw) == text


def test_bytes_of_a_header_are_in_the_charset_of_the_body_if_they_are_no_utf_8() -> None:
    assert plain("\udc93\udcfa", "shift_jis") == "日"


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("Ken Sato <ken@a.example>", [Mailbox("ken@a.example", "Ken Sato")]),
        ('"Sato, Ken" <ken@A.Example>', [Mailbox("ken@a.example", "Sato, Ken")]),
        ("ken@a.example (Ken)", [Mailbox("ken@a.example", "Ken")]),
        ("=?utf-8?B?5L2Q6JekIDxhQGIuZXhhbXBsZT4=?= <ken@a.example>", [Mailbox("ken@a.example", "佐藤 <a@b.example>")]),
        ("a@a.example, b@b.example, a@a.example", [Mailbox("a@a.example"), Mailbox("b@b.example")]),
        ("Team: a@a.example;", [Mailbox("a@a.example")]),
        ("[ken@a.example]", [Mailbox("ken@a.example")]),
        ("Ken <ken>", []),
        ("<ken@a..example>", []),
        ("佐藤@a.example", []),
        ("(" * 5_000, []),
        ("REPLACE-ME@a.example", []),
    ],
)
def test_addresses_are_those_that_mail_can_be_sent_to(line: str, found: list[Mailbox]) -> None:
    assert list(mailboxes([line])) == found


@pytest.mark.parametrize(
    ("raw", "at"),
    [
        ("Fri, 27 Nov 2026 09:15:40 +0900", datetime(2026, 11, 27, 0, 15, 40, tzinfo=UTC)),
        ("27 Nov 2026 09:15:40 -0000", datetime(2026, 11, 27, 9, 15, 40, tzinfo=UTC)),
        ("Fri, 27 Nov 2026 09:15:40 +9999", None),
        ("Fri, 31 Nov 2026 09:15:40 +0900", None),
        ("soon", None),
        ("", None),
    ],
)
def test_a_date_is_an_instant_or_none(raw: str, at: datetime | None) -> None:
    assert instant(raw) == at


def test_it_came_in_when_the_topmost_server_took_it() -> None:
    found = read(
        b"x",
        "Received: by ours.example.com; Fri, 27 Nov 2026 10:00:00 +0900",
        "Received: by theirs.example.com; Fri, 27 Nov 2026 09:00:00 +0900",
    )

    assert found.received_at == datetime(2026, 11, 27, 1, 0, tzinfo=UTC)
    assert read(b"x").received_at is None


# HTML.


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("<p>a</p><p>b", "a\n\nb"),
        ("a<br>b<BR/>c", "a\nb\nc"),
        ("<td>ZOID</td><td>6</td>", "ZOID\t6"),
        ("a <b>b</b>\n c", "a b c"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("a&lt;b&#62;c&nbsp;d", "a<b>c\xa0d"),
        ('<a href="https://a.example/?x=1&amp;y=2">here</a>', "here (https://a.example/?x=1&y=2)"),
        ("<a href=https://a.example/>https://a.example</a>", "https://a.example"),
        ('<a href="mailto:a@b.example">a@b.example</a>', "a@b.example"),
        ('<a href="javascript:alert(1)">x</a>', "x"),
        ("<a title=\"a>b\" href='https://a.example/1'>x</a>", "x (https://a.example/1)"),
        ("<script>a</script>b<STYLE>c</style >d", "bd"),
        ("a<style>b", "a"),
        ("a<!-- b -->c<!--[if mso]>d<![endif]-->e<!-- f", "ace"),
        ("<![if foo]>a<![endif]>", "a"),
        ("1 < 2 and a<b", "1 < 2 and a<b"),
        ("&#99999999999;&#x110000;", "��"),
    ],
)
def test_html_becomes_text_with_its_breaks_and_links(source: str, text: str) -> None:
    assert text_of_html(source).strip("\n") == text


BOMBS: dict[str, Callable[[], bytes]] = {
    **{
        repr(beginning): (lambda beginning=beginning: beginning * (1_000_000 // len(beginning)))  # type: ignore[misc]
        for beginning in (
            b"<!--",
            b"<!",
            b"<a ",
            b"<a b='",
            b"<x '\"'\"",
            b"</",
            b"&#",
            b"<td>",
            b"<a href='http://x'>",
        )
    },
    "a number without an end": lambda: b"&#" + b"9" * 1_000_000,
    "an attribute without an end": lambda: b'<a b="' + b"c" * 1_000_000,
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_html_that_is_made_to_take_for_ever_is_read(bomb: str) -> None:
    """Of a reader whose time grows with the square, one of these would take hours."""
    assert read(BOMBS[bomb](), "Content-Type: text/html") is not None


# Made to take for ever, or to need much room.


def test_parameters_that_are_read_again_and_again_are_cut() -> None:
    parts = [part(b"x", "Content-Type: text/plain" + ';";' * 10_000)] * 400

    assert read(*multipart("mixed", *parts)).attachments == ()


def test_a_mail_of_many_lines_in_deep_parts_is_read() -> None:
    deep = b"".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n".encode() for n in range(19))

    assert read_message(b"From: a@b.example\n" + deep + b"\n" + b"a\n" * 400_000).text.startswith("a\na\n")


@pytest.mark.parametrize(("depth", "is_taken"), [(20, True), (21, False)])
def test_parts_lie_at_most_so_deep(depth: int, is_taken: bool) -> None:
    deep = b"".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n".encode() for n in range(depth))
    written = b"From: a@b.example\n" + deep + b"\nhello\n"

    if is_taken:
        assert read_message(written).text == "hello"
    else:
        with pytest.raises(Refused, match="more than 20 deep"):
            read_message(written)


@pytest.mark.parametrize(("number", "is_taken"), [(499, True), (500, False)])
def test_there_are_at_most_so_many_parts(number: int, is_taken: bool) -> None:
    """The mail itself is one."""
    written = mail(*multipart("mixed", *[part(b"x")] * number))

    if is_taken:
        assert read_message(written).text.count("x") == number
    else:
        with pytest.raises(Refused, match="more than 500 parts"):
            read_message(written)


# Anything.


def read_or_refused(content: bytes) -> None:
    try:
        found = read_message(content)
    except Refused:
        return
    printable(found.text)
    printable(found.subject)


@given(st.binary(max_size=2_000))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    read_or_refused(content)
    read_or_refused(b"From: a@b.example\n" + content)


SMALL = [each.content for each in MAILS if len(each.content) < 10_000]


@given(st.sampled_from(SMALL), st.lists(st.tuples(st.integers(0, 10_000), st.integers(0, 50), st.binary(max_size=8))))
def test_a_mail_that_is_damaged_anywhere_is_read_or_refused(
    content: bytes, damages: list[tuple[int, int, bytes]]
) -> None:
    for at, length, other in damages:
        content = content[:at] + other + content[at + length :]
    read_or_refused(content)


NAMED = (
    "From, To, Subject, Date, Received, Message-ID, Return-Path, Sender, Delivered-To, Precedence, Content-Type, "
    "Content-Disposition, Content-Transfer-Encoding"
)
HEADERS = st.sampled_from(NAMED.split(", "))
VALUES = st.text("=?utf-8QBb*'\"<>();:,@. \té日%\udcff\0/[]\\", max_size=40) | st.sampled_from(
    ["multipart/mixed; boundary=", "message/rfc822", "text/html; charset=", "base64", "=?utf-8?Q?=00?=", "x@y.example"]
)


@given(st.lists(st.tuples(HEADERS, VALUES), max_size=8), st.binary(max_size=60))
def test_headers_of_any_kind_are_read_or_refused(headers: list[tuple[str, str]], body: bytes) -> None:
    lines = [f"{name}: {value}\n" for name, value in headers]
    content = "".join(["From: a@b.example\n", *lines, "\n"]).encode("utf-8", "surrogateescape")
    read_or_refused(content + body)
