"""Whom a mail server's reply is about: this mail and its reader, or us, who would fare no better with any other.

Codes by RFC 5321 and the IANA registry of enhanced status codes (RFC 3463, 7372, 7505, 8616), and Exchange Online's.
One code means several things in the field (5.7.1 is a relay that is closed to us, and a reader who takes mail from
colleagues only), so the words count too. A policy that names no reader is taken for one against us: a mail that waits
goes out when that is mended, one that was given up does not.
"""

import re
import smtplib
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from adapters.mail.words import decoded, redacted


class Step(StrEnum):
    """Of the dialogue, in its order."""

    CONNECT = "connect"
    EHLO = "EHLO"
    STARTTLS = "STARTTLS"
    AUTH = "AUTH"
    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    SENDING = "DATA, before the mail's end"
    TEXT = "mail"
    """After the final dot."""


@dataclass(frozen=True)
class AboutUs:
    """The relay takes no mail from us until an operator does this."""

    advice: str


@dataclass(frozen=True)
class AboutTheMail:
    """Another mail, or one to somebody else, may well go through; this one will not."""


@dataclass(frozen=True)
class NotNow:
    """Nothing is wrong but the moment."""


About = AboutUs | AboutTheMail | NotNow

EHLO_NAME: Final = AboutUs("set TENURE_SMTP_EHLO_NAME to a full name of this machine, such as mail.example.com")
SENDER: Final = AboutUs(
    "TENURE_MAIL_FROM must be an address this relay lets us send as, and its domain's SPF, DKIM and DMARC must allow it"
)
LIMIT: Final = AboutUs("the relay's limit for what we may send is reached: raise it there, or wait until it is reset")
LOGIN: Final = AboutUs("check TENURE_SMTP_USERNAME and TENURE_SMTP_PASSWORD, and that this user may send by SMTP")
RELAYING: Final = AboutUs("the relay must let us send to other domains: by this machine's address, or by a login")
BLOCKED: Final = AboutUs("this machine's address is not taken: give it a name in DNS, have it taken off the block list")
PRIVACY: Final = AboutUs("check TENURE_SMTP_SECURITY, TENURE_SMTP_HOST and the relay's certificate")
OTHERWISE: Final = AboutUs("ask whoever runs the relay what it means")

_SAYS_SO_ITSELF: Final = re.compile(
    r"^5\d\d 5\.(1\.([12346]|10)|2\.[13]|3\.4|6\.\d+|7\.(1[235-9]|12[0-9]|13[0-68]|193))\b"
    r"|RESOLVER\.(?!.*SendAs)|recipient address rejected: need fully",
    re.IGNORECASE,
)
"""About the mail, whatever else it says: no such mailbox or domain, no whole address, closed, too big, its content,
a closed group."""

_SAYS_US: Final = (
    (r"\b(helo|ehlo)\b", EHLO_NAME),
    (r" [45]\.4\.5\b.*limit| [45]\.1\.90\b| [45]\.7\.(23[2-6]|7\d\d)\b", LIMIT),
    (r"(daily|sending|submission|messaging|relay|recipient rate) (\w+ )*(limit|quota|rate)|credits? exceeded", LIMIT),
    (r" [45]\.1\.[78]\b| [45]\.7\.(60|2[0-467])\b|\b(spf|openspf|dkim|dmarc)\b|send ?as\b|sendas", SENDER),
    (r"sender (address )?(\w+ )*rejected|sender identity|bad outbound sender|from address", SENDER),
    (r"address is not verified|not authorized to send", SENDER),
    (r"relay(ing)? (access )?(is )?(denied|not|prohibited)|we do not relay|rcpthosts|for relay\b", RELAYING),
    (r"(unable|not (permitted|allowed|authorized)) to relay| [45]\.7\.(54|64)\b", RELAYING),
    (r"client host| [45]\.7\.(25|28|[56]\d\d)\b|banned send|(our|a|the) block ?list|sending (\w+ )*suspended", BLOCKED),
    (r"starttls|encryption (is )?(required|needed)|must use tls|tls required", PRIVACY),
    (r"^5(23|38) | [45]\.7\.(10|29|30)\b", PRIVACY),
    (r"^53[045] | [45]\.7\.([89]|57|139)\b|(un|not )authenticated|authentication", LOGIN),
    (r"^(500|502|503|504|521|555) | 5\.3\.[25]\b| 5\.5\.[1-5]\b", OTHERWISE),
)
_TABLE: Final = tuple((re.compile(pattern, re.IGNORECASE), about) for pattern, about in _SAYS_US)

_PASSES: Final = re.compile(r"\bpeak\b|rate exceeded|temporar", re.IGNORECASE)
"""Of a 4xx: over by itself in a moment, and no reason to call anybody."""

_OF_THE_MAIL: Final = re.compile(r"^552 | 5\.(2\.3|3\.4|6\.\d+)\b")
"""What can be wrong with a mail before its reader is named: its size and its characters."""

_POLICY: Final = re.compile(r"^5\d\d 5\.7\.\d+\b")
_NAMES_THE_READER: Final = re.compile(r"recipient|mailbox|user|address(ee)? (unknown|not found)", re.IGNORECASE)

_OF_THE_STEP: Final = {Step.STARTTLS: PRIVACY, Step.AUTH: LOGIN, Step.MAIL: SENDER}


def of_reply(step: Step, code: int, words: bytes | str) -> About:
    """Of a reply that is no consent."""
    line = f"{code} {redacted(decoded(words))}"
    advised = next((about for pattern, about in _TABLE if pattern.search(line)), None)
    match code // 100, step:
        case 4, _:
            return NotNow() if _PASSES.search(line) else advised or NotNow()
        case 5, Step.RCPT | Step.DATA | Step.TEXT:
            return _of_this_mail(step, line, advised)
        case 5, Step.MAIL if not advised and _OF_THE_MAIL.search(line):
            return AboutTheMail()
        case 5, _:
            return advised or _OF_THE_STEP.get(step, OTHERWISE)
        case _:
            return NotNow()


def _of_this_mail(step: Step, line: str, advised: AboutUs | None) -> About:
    if _SAYS_SO_ITSELF.search(line):
        return AboutTheMail()
    if advised:
        return advised
    unclear = step is Step.RCPT and _POLICY.search(line) and not _NAMES_THE_READER.search(line)
    return OTHERWISE if unclear else AboutTheMail()


def of_failure(step: Step, failure: Exception) -> About:
    """Of a conversation that broke off before the mail was handed over: it is never about the mail."""
    match failure:
        case smtplib.SMTPResponseException():
            about = of_reply(step, failure.smtp_code, failure.smtp_error)
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError() | smtplib.SMTPServerDisconnected():
            about = NotNow()
        case smtplib.SMTPException() | UnicodeError() if step is Step.AUTH:
            about = LOGIN
        case ssl.SSLError() | smtplib.SMTPNotSupportedError():
            about = PRIVACY
        case OSError():
            about = NotNow()
        case _:
            about = OTHERWISE
    return NotNow() if isinstance(about, AboutTheMail) else about
