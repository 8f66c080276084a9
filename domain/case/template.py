"""What a mail says in the fields of the sample template, and of identifiers in its text. Pure. SUP-11, SUP-12, SUP-36.

Lines are `Label: value` in English or Japanese, in any width, quoted or not, with bullets or in the cells of a table.
An identifier is found in free text too. An address is not: that of a sender or a signature is no SuperAdmin's.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from pydantic import TypeAdapter, ValidationError

from domain.checks import shown
from domain.placeholder import PLACEHOLDER
from domain.values import Email, Identifier

UNKNOWN_SERVICE: Final = "unknown service"
"""Stands where a mail names none: an agent says which it is by `change_service`."""


class TemplateFields(NamedTuple):
    """What was found; None: the mail does not say it."""

    service: str | None = None
    organization_id: str | None = None
    """In the field that takes either a ZOID or a ZGID. SUP-40."""

    zuid: str | None = None
    zoid: str | None = None
    zgid: str | None = None
    main_email: str | None = None
    customer_email: str | None = None
    partner_id: str | None = None
    subject: str | None = None

    @property
    def organization(self) -> str | None:
        """The organization's id, as a case has it: the field's own, else the ZOID, else the ZGID."""
        return self.organization_id or self.zoid or self.zgid


MAIL: Final = r"(?:e?mail(?:address|id)?|メール(?:アドレス)?)"
SUPER_ADMIN: Final = r"(?:superadmin(?:istrator)?s?|スーパー(?:管理者|アドミン|admin))"

LABELS: Final[Mapping[str, re.Pattern[str]]] = {
    field: re.compile(label)
    for field, label in {
        "service": r"(?:nameof(?:the)?|affected|zoho|対象|ご?利用)?(?:service|product|サービス|製品)(?:name|名称?)?",
        "organization_id": r"(?:service|サービス)?(?:organi[sz]ation|org|組織)id|zoid(?:or|または|/)?zgid",
        "zuid": r"(?:users?|ユーザー?)?zuid|(?:zoho)?(?:userid|ユーザー?id)",
        "zoid": r"(?:organi[sz]ations?|org|組織)?zoid",
        "zgid": r"(?:organi[sz]ations?|org|groups?|組織)?zgid",
        "main_email": (
            rf"(?:customers?|accounts?|顧客|お客様)*(?:main|primary|メイン){MAIL}"
            rf"|(?:customers?|accounts?|顧客|アカウント)*{SUPER_ADMIN}{MAIL}?|{MAIL}ofsuperadmin"
        ),
        "customer_email": rf"(?:customers?|endusers?|users?|顧客|お客様|ユーザー?){MAIL}",
        "partner_id": r"(?:zoho)?(?:partner|パートナー)(?:id|code|コード|番号)",
        "subject": r"subject|件名|title|タイトル",
        "other": r"(?:problem|issue)?description|details|説明|詳細|(?:partner|パートナー)(?:information|情報)",
    }.items()
}
"""Labels without spaces, hyphens, brackets and の, in lower case. `other`: a label all the same."""

LONGEST_LINE: Final = 1_000
LONGEST_LABEL: Final = 80

QUOTE: Final = re.compile(r"[>|\s]{0,100}")
BULLET: Final = re.compile(r"\A(?:(?:[-*+•・◦●■□◆◇▪○※]|\d{1,2}[.)])\s{1,10}|[•・◦●■□◆◇▪○※])")
PARTED: Final = re.compile(
    rf"(?P<label>.{{1,{LONGEST_LABEL}}}?)(?:\s{{0,9}}[:=|→]|\s{{2,}}|\s[-–—]\s|(?<=[\]】」]))\s*(?P<value>.*)",
    re.DOTALL,
)
ASIDE: Final = re.compile(r"\([^()]{0,80}\)")
NO_LETTER: Final = re.compile(r"[\W_の]+")

TOKEN: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?![A-Za-z0-9._-])")
NUMBERED: Final = re.compile(r"(?=[A-Za-z._-]{0,63}[0-9])[A-Za-z0-9][A-Za-z0-9._-]{0,63}(?![A-Za-z0-9._-])")
ADDRESS: Final = re.compile(r"[^\s<>()\[\]\"',;:|@]{1,64}@[^\s<>()\[\]\"',;:|@]{1,190}")

NUMBER_AFTER: Final = re.compile(
    r"(?<![a-z0-9])(zoid|zgid|zuid)(?![a-z0-9])[\s:=#\"'(\[\]）]{0,10}(?:(?:is|no\.?|number|は|が|番号)[\s:=#\"']{0,10})?"
    r"([0-9]{5,20})(?![0-9])",
    re.IGNORECASE,
)
NUMBER_BEFORE: Final = re.compile(
    r"(?<![0-9])([0-9]{5,20})\s{0,3}[(\[]\s{0,3}(zoid|zgid|zuid)\s{0,3}[)\]]", re.IGNORECASE
)

EMAIL: Final[TypeAdapter[str]] = TypeAdapter(Email)
IDENTIFIER: Final[TypeAdapter[str]] = TypeAdapter(Identifier)


def fields_of(text: str, subject: str = "") -> TemplateFields:
    """What the mail says. Of two lines with one label the first counts, and what is not quoted before what is."""
    lines = _normalised(text)
    own = [line for line in lines if not line.lstrip().startswith(">")]
    quoted = [line for line in lines if line.lstrip().startswith(">")]
    found: dict[str, str] = {}
    for some in (own, quoted):
        for field, value in _labelled(some):
            found.setdefault(field, value)
    for some in (_normalised(subject), own, quoted):
        for field, value in _in_free_text(some):
            found.setdefault(field, value)
    return TemplateFields(**found)


def _normalised(text: str) -> list[str]:
    """In one width; without a placeholder, which no message may hold."""
    written = unicodedata.normalize("NFKC", text).replace(PLACEHOLDER, "")
    return [line[:LONGEST_LINE] for line in written.split("\n")]


def _labelled(lines: list[str]) -> Iterator[tuple[str, str]]:
    """Fields whose label stands at the beginning of a line; their value may stand on the next one."""
    waiting = ""
    for line in lines:
        said = BULLET.sub("", line[QUOTE.match(line).end() :].strip(), count=1)  # type: ignore[union-attr]  # matches
        if not said:
            continue
        field, value = _parted(said)
        if not field and waiting:
            field, value = waiting, said
        waiting = field if field and not value else ""
        if (read := _value_of(field, value)) is not None:
            yield field, read


def _parted(line: str) -> tuple[str, str]:
    """Which field a line is of, and what it says of it; empty where it is none."""
    parted = PARTED.fullmatch(line)
    if parted and (field := _field_of(parted["label"])):
        return field, parted["value"].strip()
    return (_field_of(line), "") if len(line) <= LONGEST_LABEL else ("", "")


def _field_of(label: str) -> str:
    bare = NO_LETTER.sub("", ASIDE.sub("", label).casefold())
    return next((field for field, pattern in LABELS.items() if pattern.fullmatch(bare)), "") if bare else ""


def _value_of(field: str, value: str) -> str | None:
    """In the form that its field wants; None if there is no such thing in it."""
    match field:
        case "service" | "subject":
            return shown(value.strip("[]【】「」| "), 200) or None
        case "main_email" | "customer_email":
            return next(filter(None, map(_address, ADDRESS.findall(value))), None)
        case "partner_id":
            return _identifier(TOKEN.search(value))
        case "organization_id" | "zuid" | "zoid" | "zgid":
            return _identifier(NUMBERED.search(ASIDE.sub("", value)))
    return None


def _address(text: str) -> str | None:
    try:
        return EMAIL.validate_python(text.strip(".。、"))
    except ValidationError:
        return None


def _identifier(found: re.Match[str] | None) -> str | None:
    try:
        return IDENTIFIER.validate_python(found[0].rstrip("._-")) if found else None
    except ValidationError:
        return None


def _in_free_text(lines: list[str]) -> Iterator[tuple[str, str]]:
    for line in lines:
        yield from ((name.lower(), number) for name, number in NUMBER_AFTER.findall(line))
        yield from ((name.lower(), number) for number, name in NUMBER_BEFORE.findall(line))
