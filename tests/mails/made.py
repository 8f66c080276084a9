"""Made-up mails, more than a hundred: what partners, their mail programs and hostile senders send. Always the same."""

import base64
import quopri
from collections.abc import Iterator
from dataclasses import dataclass
from email.header import Header
from typing import Final

DOOR: Final = "partner-support@zohocorp.com"
ORGANIZATION: Final = "60001234567"
MAIN_EMAIL: Final = "makoto.ishikawa@minato.example.com"


@dataclass(frozen=True)
class Made:
    """A mail, and what becomes of it."""

    name: str
    content: bytes
    refused: str = ""
    """Words of the refusal; empty: it is taken."""

    service: str | None = "Zoho Mail"
    organization: str | None = ORGANIZATION
    main_email: str | None = MAIN_EMAIL
    """What the case has of the template's fields."""

    says: str = ""
    """Stands in the text."""

    silent: str = ""
    """Must not stand in the text."""


def saying_nothing(name: str, content: bytes, organization: str | None = None) -> Made:
    """Of the template's fields."""
    return Made(name, content, service=None, organization=organization, main_email=None)


ENGLISH: Final = (
    f"Service name: Zoho Mail\nOrganization ID: {ORGANIZATION}\nCustomer main e-mail: {MAIN_EMAIL}\n"
    "Description:\nMails are not delivered since this morning.\n"
)
JAPANESE: Final = (
    f"サービス名：Zoho Mail\nサービス組織ID：{ORGANIZATION}\n顧客のメインメールアドレス：{MAIN_EMAIL}\n"
    "説明：\n今朝からメールが届きません。\n"
)
KOREAN: Final = ENGLISH + "오늘 아침부터 메일이 전달되지 않습니다.\n"
CHINESE: Final = ENGLISH + "从今天早上开始邮件无法送达。\n"
TAIWANESE: Final = ENGLISH + "從今天早上開始郵件無法送達。\n"
FRENCH: Final = ENGLISH + "Les courriers ne sont plus livrés depuis ce matin – « urgent ».\n"
RUSSIAN: Final = ENGLISH + "С утра письма не доставляются.\n"

HTML: Final = (
    "<html><head><style>p {color: red}</style><title>hidden</title></head><body><script>alert('hidden')</script>"
    f"<table><tr><td><b>Service name</b></td><td>Zoho&nbsp;Mail</td></tr><tr><td>Organization ID</td><td>{ORGANIZATION}"
    f'</td></tr><tr><td>Customer main e-mail</td><td><a href="mailto:{MAIN_EMAIL}">{MAIN_EMAIL}</a></td></tr></table>'
    '<p>Mails are not delivered. See <a href="https://status.example.com/7?a=1&amp;b=2">the status</a>.</p></body>'
)

WRITTEN: Final = {
    "utf-8": ("utf-8", JAPANESE, "今朝から"),
    "UTF-8 with a mark": ("utf-8-sig", JAPANESE, "今朝から"),
    "iso-2022-jp": ("iso2022_jp", JAPANESE, "今朝から"),
    "shift_jis": ("cp932", JAPANESE + "①ソ表示\n", "①ソ表示"),
    "windows-31j": ("cp932", JAPANESE, "今朝から"),
    "euc-jp": ("euc_jp", JAPANESE, "今朝から"),
    "euc-kr": ("cp949", KOREAN, "오늘 아침부터"),
    "ks_c_5601-1987": ("cp949", KOREAN, "오늘 아침부터"),
    "iso-2022-kr": ("iso2022_kr", KOREAN, "오늘 아침부터"),
    "gb18030": ("gb18030", CHINESE, "从今天早上"),
    "gb2312": ("gb18030", CHINESE + "€\n", "从今天早上"),
    "big5": ("cp950", TAIWANESE, "從今天早上"),
    "utf-16": ("utf-16", JAPANESE, "今朝から"),
    "utf-16le": ("utf-16-le", JAPANESE, "今朝から"),
    "iso-8859-1": ("cp1252", FRENCH, "– « urgent »"),
    "windows-1252": ("cp1252", FRENCH, "– « urgent »"),
    "koi8-r": ("koi8_r", RUSSIAN, "С утра"),
    "windows-1251": ("cp1251", RUSSIAN, "С утра"),
    "utf-7": ("utf-7", FRENCH, "livrés"),
}
"""By what is declared: how it is really written, the text, and what has to be readable in it."""

DECLARED: Final = {"UTF-8 with a mark": "utf-8"}


def encoded(content: bytes, encoding: str) -> bytes:
    match encoding:
        case "base64":
            return base64.encodebytes(content)
        case "quoted-printable":
            return quopri.encodestring(content)
    return content


def mail(
    body: bytes,
    *headers: str,
    sender: str = "Ken Sato <ken.sato@hikari.example.com>",
    subject: str = "Mails are not delivered",
    id_: str = "",
    end: bytes = b"\n",
) -> bytes:
    """As it lies on disk. `headers` describe the body, or are any others."""
    heads = [f"From: {sender}", f"To: Partner Support <{DOOR}>", f"Subject: {subject}", *headers]
    heads += ["Date: Fri, 27 Nov 2026 09:15:40 +0900", *([f"Message-ID: <{id_}>"] if id_ else [])]
    return ("\n".join(heads) + "\n\n").encode("utf-8", "surrogateescape").replace(b"\n", end) + body


def part(body: bytes, *headers: str) -> bytes:
    return ("\n".join(headers) + "\n\n").encode() + body + b"\n"


def multipart(kind: str, *parts: bytes, boundary: str = "=_b", closed: bool = True) -> tuple[bytes, str]:
    """The body and its header."""
    body = b"".join(f"--{boundary}\n".encode() + each for each in parts) + (
        f"--{boundary}--\n".encode() if closed else b""
    )
    return body, f'Content-Type: multipart/{kind}; boundary="{boundary}"'


TEXT: Final = part(ENGLISH.encode(), "Content-Type: text/plain; charset=utf-8")
PAGE: Final = part(HTML.encode(), "Content-Type: text/html; charset=utf-8")
PICTURE: Final = part(
    base64.encodebytes(b"\x89PNG" * 200),
    'Content-Type: image/png; name="screen.png"',
    "Content-Transfer-Encoding: base64",
    'Content-Disposition: attachment; filename="screen.png"',
)
FORWARDED: Final = part(mail(ENGLISH.encode()), "Content-Type: message/rfc822")
QUOTED: Final = "".join(f"> {line}\n" for line in ENGLISH.splitlines())
MARKED: Final = "".join(f" ・ {line}\n" for line in JAPANESE.splitlines())


def in_every_charset() -> Iterator[Made]:
    """Plain text in each charset and encoding."""
    for name, (written, text, says) in WRITTEN.items():
        for encoding in ("8bit", "base64", "quoted-printable"):
            if encoding == "8bit" and written.startswith("utf-16"):
                continue
            declared = DECLARED.get(name, name)
            heads = (f"Content-Type: text/plain; charset={declared}", f"Content-Transfer-Encoding: {encoding}")
            subject = Header("件名 テスト" if text is JAPANESE else "Help", "utf-8").encode()
            made = mail(encoded(text.encode(written), encoding), "MIME-Version: 1.0", *heads, subject=subject)
            yield Made(f"{name}, {encoding}", made, says=says)


def in_every_structure() -> Iterator[Made]:
    """Parts within parts, HTML, attachments, forwarded and quoted."""
    inner, inner_head = multipart("alternative", TEXT, PAGE, boundary="inner")
    both = part(inner, inner_head)
    structures = {
        "html only": (HTML.encode(), "Content-Type: text/html; charset=utf-8"),
        "plain and html": multipart("alternative", TEXT, PAGE),
        "empty plain and html": multipart("alternative", part(b" \n", "Content-Type: text/plain"), PAGE),
        "html and then plain": multipart("alternative", PAGE, TEXT),
        "with an attachment": multipart("mixed", TEXT, PICTURE),
        "html with pictures": multipart("related", PAGE, PICTURE),
        "nested": multipart("mixed", both, PICTURE),
        "twice nested": multipart("mixed", part(*multipart("mixed", both, PICTURE, boundary="middle")), PICTURE),
        "signed": multipart("signed", TEXT, part(b"c2lnbmVk", "Content-Type: application/pgp-signature")),
        "two texts": multipart("mixed", part(b"Hello,\n", "Content-Type: text/plain"), PICTURE, TEXT),
        "forwarded as a part": multipart("mixed", part(b"see below\n"), FORWARDED),
        "a digest": multipart("digest", part(mail(ENGLISH.encode()))),
        "no end": multipart("mixed", TEXT, PICTURE, closed=False),
        "no boundary": (ENGLISH.encode(), "Content-Type: multipart/mixed"),
        "another boundary": (b"--other\n" + TEXT + b"--other--\n", 'Content-Type: multipart/mixed; boundary="=_b"'),
        "a calendar beside it": multipart("alternative", TEXT, part(b"BEGIN:VCALENDAR", "Content-Type: text/calendar")),
        "a quoted reply": (f"See my mail.\n\n{QUOTED}".encode(), "Content-Type: text/plain"),
        "forwarded in the text": (
            f"FYI\n\n-----Original Message-----\nFrom: x\nSubject: y\n\n{ENGLISH}".encode(),
            "Content-Type: text/plain",
        ),
        "forwarded in Japanese": (
            f"---------- 転送 ----------\n{MARKED}".encode(),
            "Content-Type: text/plain; charset=utf-8",
        ),
    }
    for name, (body, head) in structures.items():
        says = "届きません" if name == "forwarded in Japanese" else "not delivered"
        with_crlf = mail(body.replace(b"\n", b"\r\n"), head, end=b"\r\n")
        yield Made(name, mail(body, "MIME-Version: 1.0", head), says=says, silent="hidden")
        yield Made(f"{name}, with CRLF", with_crlf, says=says, silent="hidden")


def broken() -> Iterator[Made]:
    """What is written wrongly, and can be read all the same."""
    text = ENGLISH.encode()
    utf_8, base_64 = "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: base64"
    japanese = JAPANESE.encode()
    yield Made("no type", mail(text), says="not delivered")
    yield Made("a type of nonsense", mail(text, "Content-Type: ;;;=\"'"), says="not delivered")
    yield Made("a charset nobody knows", mail(japanese, "Content-Type: text/plain; charset=x-klingon"), says="今朝から")
    yield Made("no charset, but escapes", mail(JAPANESE.encode("iso2022_jp")), says="今朝から")
    yield Made("UTF-8 called ASCII", mail(japanese, "Content-Type: text/plain; charset=us-ascii"), says="今朝から")
    yield Made(
        "UTF-8 called ISO-2022-JP", mail(japanese, "Content-Type: text/plain; charset=iso-2022-jp"), says="今朝から"
    )
    shift_jis = (ENGLISH + "今朝から").encode("cp932")
    yield Made("Shift_JIS called UTF-8", mail(shift_jis, utf_8), says="�")
    yield Made("a codec that is no charset", mail(text, "Content-Type: text/plain; charset=zlib"), says="not delivered")
    yield Made("a charset with a NUL", mail(text, "Content-Type: text/plain; charset=utf\0-8"), says="not delivered")
    in_eight_bits = mail(japanese, "Content-Type: text/plain; charset=utf\0-8")
    yield Made("a charset with a NUL, in eight bits", in_eight_bits, says="今朝から")
    in_parts = mail(japanese, "Content-Type: text/plain; charset*0*=utf; charset*1=-8")
    yield Made("a charset in two parts", in_parts, says="今朝から")
    yield Made("base64 that is none", mail(text, utf_8, base_64), says="not delivered")
    yield Made(
        "base64 without its end", mail(base64.b64encode(text).rstrip(b"=")[:-1], utf_8, base_64), says="delivered"
    )
    yield Made(
        "base64 with blanks", mail(b" \n".join(base64.encodebytes(text).split()), utf_8, base_64), says="not delivered"
    )
    yield Made(
        "quoted-printable of nonsense",
        mail(text + b"=ZZ =", utf_8, "Content-Transfer-Encoding: quoted-printable"),
        says="=ZZ",
    )
    yield Made("an encoding nobody knows", mail(text, utf_8, "Content-Transfer-Encoding: x-own"), says="not delivered")
    yield Made(
        "a line of another program first", b"From ken Fri Nov 27 09:15:40 2026\n" + mail(text), says="not delivered"
    )
    yield Made("a header without a name", mail(text, ": nothing"), says="not delivered")
    yield Made("bytes of eight bits in headers", mail(text, subject="取引先", sender="佐藤 <ken@hikari.example.com>"))
    yield Made("a broken encoded word", mail(text, subject="=?utf-8?B?5Y+?= =?utf-8?Q?=ZZ?= =?x?B?A?="))
    yield Made("an encoded word with blanks", mail(text, subject="=?utf-8?Q?a b c?="))
    yield Made("a folded header", mail(text, "X-Long: a\n b\n\tc"), says="not delivered")
    yield Made("old line ends", mail(text.replace(b"\n", b"\r"), end=b"\r"), says="not delivered")
    yield Made("no subject", mail(text, subject=""), says="not delivered")
    yield Made("two Message-IDs", mail(text, "Message-ID: <a@x.example>", "Message-ID: <b@x.example>"))
    yield Made("controls and overrides", mail(text + "\x00\x1b[2J\u202egnp\u2066".encode(), utf_8), silent="\u202e")
    yield Made("a placeholder", mail(text + b"REPLACE-ME", utf_8), silent="REPLACE-ME")
    yield Made("an encoded word in the text", mail(text + b"=?utf-8?Q?a?=", utf_8), says="= ?utf-8")
    yield Made("a file name by RFC 2231", mail(*_with_file("filename*0*=utf-8''%E7%94%BB; filename*1*=%E9%9D%A2.png")))
    yield Made("a file name by RFC 2047", mail(*_with_file('filename="=?utf-8?B?55S76Z2i?="')))
    yield Made("a file name of nonsense", mail(*_with_file("filename*=x-none''%ZZ%; filename=")))


def _with_file(name: str) -> tuple[bytes, str]:
    return multipart("mixed", TEXT, part(b"x", "Content-Type: image/png", f"Content-Disposition: attachment; {name}"))


def sparse() -> Iterator[Made]:
    """What says little."""
    yield saying_nothing("nothing but a subject", mail(b"", subject="Please call"))
    yield saying_nothing("nothing at all", mail(b"", subject=""))
    yield saying_nothing("only an attachment", mail(*multipart("mixed", PICTURE)))
    yield saying_nothing("encrypted", mail(b"MIAGCSqGSIb3", "Content-Type: application/pkcs7-mime; name=smime.p7m"))
    yield saying_nothing("white space", mail(" \n\t\n\u3000\n".encode(), "Content-Type: text/plain; charset=utf-8"))
    yield saying_nothing("only characters nobody sees", mail("\u200b\u200d\u3164".encode()))
    free = f"Customer with ZOID {ORGANIZATION} cannot log in."
    yield saying_nothing("an organization in free text", mail(free.encode()), ORGANIZATION)
    yield saying_nothing("one in the subject", mail(b"Help", subject=f"[ZOID: {ORGANIZATION}] help"), ORGANIZATION)
    yield saying_nothing("an address without a label", mail(f"Write to {MAIN_EMAIL}".encode()))
    yield saying_nothing("our own address as the customer's", mail(f"Customer main e-mail: {DOOR}".encode()))
    yield Made("5 MB", mail(ENGLISH.encode() + b"The log:\n" + b"0123456789 abcdef\n" * 300_000), says="The log")
    yield Made("5 MB on one line", mail(ENGLISH.encode() + b"x" * 5_000_000), says="xxx")


def refused() -> Iterator[Made]:
    """What is no case."""
    text = ENGLISH.encode()
    heads = {
        "an automatic reply": ("Auto-Submitted: auto-replied", "automatic mail"),
        "a generated mail": ("Auto-Submitted: auto-generated; owner-email=x", "automatic mail"),
        "a reply as of old": ("X-Autoreply: yes", "automatic reply"),
        "a reply by its precedence": ("Precedence: auto_reply", "automatic reply"),
        "an empty way back": ("Return-Path: <>", "bounce"),
        "our own mail": ("X-Tenure-Mail: case_question C-1001", "our own"),
        "a bounce": ("Content-Type: multipart/report; report-type=delivery-status; boundary=x", "bounce or a receipt"),
        "a receipt": ("Content-Type: multipart/report; report-type=disposition-notification", "bounce or a receipt"),
    }
    yield from (Made(name, mail(text, head), refused=words) for name, (head, words) in heads.items())
    server = mail(text, sender="Mail Delivery System <MAILER-DAEMON@mx.example.com>")
    yield Made("a mail server's", server, refused="mailer-daemon")
    yield Made("no sender", mail(text).partition(b"\n")[2], refused="no sender")
    yield Made("a sender without an address", mail(text, sender="Ken Sato"), refused="cannot be answered")
    yield Made("an address that is none", mail(text, sender="<ken@@hikari..example>"), refused="cannot be answered")
    yield Made("empty", b"", refused="it is empty")
    yield Made("blank", b"\r\n\r\n", refused="it is empty")
    yield Made("a picture", b"\x89PNG\r\n\x1a\n\x00\x00\x00", refused="no sender")
    yield Made("JSON", b'{"case_id": "C-1"}', refused="no sender")
    yield Made("an Outlook file", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512), refused=".msg")
    yield Made("26 MB", mail(b"x" * 26 * 1024 * 1024), refused="more than 25 MB")
    yield Made("a million lines", mail(b"\n" * 1_000_000), refused="more than 500,000 lines")
    yield Made("100,000 headers", b"X-A: b\n" * 100_000 + mail(text), refused="more than 5,000 headers")
    yield Made("100,000 parts", mail(*multipart("mixed", *[part(b"x")] * 100_000)), refused="more than 500 parts")
    deep = b"".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n".encode() for n in range(3_000))
    yield Made("3,000 parts in one another", b"From: a@b.example\n" + deep, refused="more than 20 deep")
    yield Made("3,000 mails in one another", b"Content-Type: message/rfc822\n\n" * 3_000, refused="more than 20 deep")


MAILS: Final = (*in_every_charset(), *in_every_structure(), *broken(), *sparse(), *refused())
TAKEN: Final = tuple(each for each in MAILS if not each.refused)
REFUSED: Final = tuple(each for each in MAILS if each.refused)
