"""Normalisers and checks of where somebody or something is: mail, phone, country, language, zone, web. Pure."""

import re
import unicodedata
from contextlib import suppress
from importlib.resources import files
from typing import Final
from urllib.parse import quote, urlsplit

import phonenumbers
import pycountry
from email_validator import EmailNotValidError, validate_email
from pydantic import AnyHttpUrl, TypeAdapter, ValidationError

NO_MAIL: Final = "must be a mail address such as name@example.com"


def mail_address(text: str) -> str:
    """Host names in lower case and in letters (`straße`, not `xn--strae-oqa`): one host, one spelling."""
    local, at, host = text.rpartition("@")
    return f"{local}{at}{_in_letters(host)}"


def _in_letters(host: str) -> str:
    labels = unicodedata.normalize("NFC", host).lower().split(".")
    return ".".join(map(_label_in_letters, labels))


def _label_in_letters(label: str) -> str:
    if not label.startswith("xn--"):
        return label
    try:
        return label[4:].encode("ascii").decode("punycode")
    except UnicodeError:
        return label


def is_mail_address(address: str) -> None:
    """One that a mail can be sent to: the part before the @ in ASCII, its host by IDNA 2008, spelled as we keep it."""
    if not address.rpartition("@")[0].isascii():
        raise ValueError("must have only ASCII characters before the @")
    try:
        known = validate_email(address, check_deliverability=False)
    except EmailNotValidError:
        raise ValueError(NO_MAIL) from None
    if known.normalized != address:
        raise ValueError(NO_MAIL)


_SEPARATORS: Final = re.compile(r"[\s().\-\u2010-\u2015/]")
_EXTENSION: Final = re.compile(r"(?:;ext=|,?\s*(?:extension|ext\.?|内線|x|#))[\s.:]*(\d{1,7})\s*$", re.IGNORECASE)
_TRUNK: Final = re.compile(r"\(0\)")
NO_PHONE: Final = "must be a phone number with its country code, such as +81 3 1234 5678"


def phone_number(text: str) -> str:
    """`+81355500101`, with an extension `+81355500101;ext=12` (RFC 3966): digits without what stands between them."""
    number = unicodedata.normalize("NFKC", text).strip()
    number = number[4:] if number[:4].lower() == "tel:" else number
    extension = _EXTENSION.search(number)
    base = _SEPARATORS.sub("", _TRUNK.sub("", number[: extension.start()] if extension else number))
    return f"{base};ext={extension[1]}" if extension else base


def is_phone_number(number: str) -> None:
    """A number that can be dialled, kept whole: what a library would leave out or add is refused instead."""
    base, _, extension = number.partition(";ext=")
    try:
        known = phonenumbers.parse(base)
    except phonenumbers.NumberParseException:
        raise ValueError(NO_PHONE) from None
    e164 = phonenumbers.format_number(known, phonenumbers.PhoneNumberFormat.E164)
    if not phonenumbers.is_valid_number(known) or e164 != base:
        raise ValueError(NO_PHONE)
    if ";ext=" in number and not re.fullmatch(r"[0-9]{1,7}", extension):
        raise ValueError("must write an extension as in +81355500101;ext=12")


def is_country(code: str) -> None:
    """ISO 3166-1 alpha-2."""
    if pycountry.countries.get(alpha_2=code) is None:
        raise ValueError("must be a two-letter country code such as JP")


_PARTS_OF_A_TAG: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}))?")


def language_tag(text: str) -> str:
    """As BCP 47 writes it: `pt-BR`, `zh-Hant-TW`."""
    parts = _PARTS_OF_A_TAG.fullmatch(text)
    if parts is None:
        return text
    language, script, region = parts.groups()
    return "-".join(filter(None, (language.lower(), script and script.title(), region and region.upper())))


def is_language_tag(tag: str) -> None:
    """A language of ISO 639, with its script and country if they matter."""
    parts = _PARTS_OF_A_TAG.fullmatch(tag)
    if parts is not None:
        language, script, region = parts.groups()
        known = pycountry.languages.get(**{f"alpha_{len(language)}": language})
        written = script is None or pycountry.scripts.get(alpha_4=script)
        spoken = region is None or pycountry.countries.get(alpha_2=region)
        if known and written and spoken:
            return
    raise ValueError("must be a language tag such as ja, pt-BR or zh-Hant-TW")


def language_named(text: str) -> str:
    """The tag of a language that is written as a tag or by its English name: `Japanese` is `ja`; any other text as it
    is. Asks a library: for what is looked up once, never in a workflow."""
    with suppress(ValueError):
        is_language_tag(text)
        return language_tag(text)
    known = pycountry.languages.get(name=text)
    return (getattr(known, "alpha_2", None) or known.alpha_3) if known else text


ZONES: Final = frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split()) - {"Factory"}
"""The zones of the IANA database, by the pinned package: no file of some machine (`localtime`, `right/…`) is one."""


def is_zone(name: str) -> None:
    """A zone of the IANA database."""
    if name not in ZONES:
        raise ValueError("must be an IANA time zone such as Asia/Tokyo")


def site_host(host: str) -> str:
    """Without scheme and slash, in lower case."""
    return re.sub(r"^(https://)+|/+$", "", host.lower())


def is_site_host(host: str) -> None:
    """At least two labels of ASCII letters, digits and hyphens."""
    labels = host.split(".")
    if len(labels) == 1 or not all(label.isascii() and label.replace("-", "a").isalnum() for label in labels):
        raise ValueError("must be a site address such as abc.webex.example")


_HTTP_URL: Final = TypeAdapter(AnyHttpUrl)
_IN_A_PATH: Final = "/%:@!$&'()*+,;=~-._"
_IN_A_QUERY: Final = _IN_A_PATH + "?"
LONGEST_URL: Final = 500


def web_address(url: str) -> str:
    """In ASCII, as mails and documents need it: other letters percent-encoded, those of the host as IDNA 2008 does."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    if not parts.netloc:
        return url
    return parts._replace(
        scheme=parts.scheme.lower(),
        netloc=_host_in_ascii(parts.netloc),
        path=quote(parts.path or "/", safe=_IN_A_PATH),
        query=quote(parts.query, safe=_IN_A_QUERY),
        fragment=quote(parts.fragment, safe=_IN_A_QUERY),
    ).geturl()


def _host_in_ascii(host: str) -> str:
    labels = unicodedata.normalize("NFC", host).lower().split(".")
    return ".".join(label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}" for label in labels)


def is_web_address(url: str) -> None:
    """Of http or https, naming nobody, of a host that exists in that spelling, and not too long to be kept."""
    try:
        known = _HTTP_URL.validate_python(url)
    except ValidationError:
        raise ValueError("must be an http or https address") from None
    if known.username or known.password or "@" in urlsplit(url).netloc:
        raise ValueError("must not contain a user name or a password")
    if known.host != urlsplit(url).hostname or not url.isascii():
        raise ValueError("must be an http or https address")
    if len(url) > LONGEST_URL:
        raise ValueError(f"must have at most {LONGEST_URL} characters, other than ASCII ones counted as %E3%81%82")
