"""What a mail server said or what went wrong, in words that may be kept: one line, no addresses."""

import re
import smtplib
import ssl
from typing import Final

_ADDRESS: Final = re.compile(r"[^\s<>()\[\],;:\"']*@[^\s<>()\[\],;:\"']+")
_LONGEST: Final = 300
_TELLING: Final = 3
"""A local part shorter than this says nothing about a person, and would blot out half the words."""


def redacted(words: str, *secrets: str | None) -> str:
    """The words without any address, and without these addresses' parts before the @."""
    line = " ".join("".join(character if character.isprintable() else " " for character in words).split())
    for secret in filter(None, secrets):
        local = secret.partition("@")[0]
        for name in (secret, local) if len(local) >= _TELLING else (secret,):
            line = re.sub(rf"(?<!\w){re.escape(name)}(?![\w@])", "<address>", line, flags=re.IGNORECASE)
    return _ADDRESS.sub("<address>", line)[:_LONGEST]


def of_trouble(failure: Exception) -> str:
    """One sentence about what went wrong, for the operator who is to mend it."""
    match failure:
        case smtplib.SMTPAuthenticationError():
            words = f"user name or password not accepted ({failure.smtp_code} {decoded(failure.smtp_error)})"
        case smtplib.SMTPResponseException():
            words = f"{failure.smtp_code} {decoded(failure.smtp_error)}"
        case smtplib.SMTPNotSupportedError():
            words = f"the mail server does not offer it, and nothing less will do ({failure})"
        case ssl.SSLCertVerificationError():
            words = f"the mail server's certificate is not accepted ({failure.verify_message})"
        case ssl.SSLError():
            words = f"no TLS with the mail server ({failure.reason})"
        case TimeoutError():
            words = "no answer in time"
        case _:
            words = str(failure) or type(failure).__name__
    return words


def decoded(words: bytes | str) -> str:
    """The server's bytes as text, whatever they are."""
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
