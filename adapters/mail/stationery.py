"""From a letter to its subject, text and HTML: one template per kind and language, rendered twice through two kits.

What a template prints must be text or a whole number: None, an undefined name, a bare date or a list stops the mail.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, Literal, TypeVar

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.runtime import Undefined
from jinja2.sandbox import ImmutableSandboxedEnvironment

from activities.ports import UnsafeMail
from adapters.mail.evidence import form_lines
from adapters.mail.labels import page_label
from adapters.mail.languages import language_name
from adapters.mail.letterhead import has_control_characters
from adapters.mail.links import LetterLinks, MailLinks, about, web_address
from adapters.mail.reader import FactMissing, Reader
from adapters.mail.signed_links import SignedLinks
from domain.lifecycles import KINDS, mail_kinds
from domain.links import CARRIED_BY, Purpose
from domain.mails import HelpDesk, Letter
from domain.trial.messages import Service
from domain.values import Language, Model

T = TypeVar("T")
Flavour = Literal["txt", "html"]

_FLAVOURS: Final[tuple[Flavour, ...]] = ("txt", "html")
_TEMPLATES: Final = Path(__file__).with_name("templates")
_MACROS: Final = ("p", "note", "section", "details", "step", "bullet", "button", "link", "form", "strong")
_COLON: Final = {Language.JAPANESE: "：", Language.KOREAN: ": ", Language.FRENCH: "\u00a0: ", Language.ENGLISH: ": "}
_GLUE: Final = {Language.JAPANESE: "", Language.KOREAN: " ", Language.FRENCH: " ", Language.ENGLISH: " "}
"""What joins the lines of a paragraph in a template: Japanese has no spaces."""

_SUBJECT_COMPANY: Final = 24
"""So much of a company's name stands in a subject line."""

_SERVICES: Final[Mapping[str, str]] = {
    Service.MEETINGS: "Webex Meetings",
    Service.MEETINGS_ENTERPRISE: "Webex Enterprise Edition for Meetings",
    Service.MESSAGING: "Webex Messaging",
    Service.CALLING: "Webex Calling",
    Service.CONTACT_CENTER: "Webex Contact Center",
}
"""Product names, the same in every language."""


class _Sheet(ImmutableSandboxedEnvironment):
    """The sandbox, which judges each attribute of a type once: a letter asks for hundreds."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._judged: dict[tuple[type, str], bool] = {}

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """See base class: it looks at the name and the type, and at nothing else."""
        asked = (type(obj), attr)
        if asked not in self._judged:
            self._judged[asked] = super().is_safe_attribute(obj, attr, value)
        return self._judged[asked]


class Written(Model):
    """A letter in words."""

    subject: str
    text: str
    html: str
    reminders_end_at: str = ""
    """Where the reader may end such reminders; empty if it is none, or there is no such page."""


class Stationery:
    """Knows the templates, the pages they point to and who writes."""

    def __init__(self, links: MailLinks, writer: str, signed: SignedLinks | None = None) -> None:
        self._links = links
        self._signed = signed
        self._writer = writer
        self._desks: Mapping[str, HelpDesk] = {str(kind): kind.desk for kind in mail_kinds()}
        self._sheets = {flavour: _sheet(flavour, _directories()) for flavour in _FLAVOURS}
        self._manners = {
            (flavour, language): _manner(sheet, flavour, language)
            for flavour, sheet in self._sheets.items()
            for language in Language
        }

    def write(self, letter: Letter, message_id: str = "") -> Written:
        """Raises FactMissing when the letter's facts do not say what its template needs. Links are this mail's."""
        name = f"{letter.kind}.{letter.to.language}.j2"
        words = self._words(letter, LetterLinks(self._links, self._signed, letter, message_id))
        template = self._sheets["txt"].get_template(name)
        context = template.new_context(words | self._manners["txt", letter.to.language])
        words["subject"] = re.sub(r"[ \n]+", " ", "".join(template.blocks["subject"](context)))
        text, html = (
            _clean(sheet.get_template(name).render(words | self._manners[flavour, letter.to.language]))
            for flavour, sheet in self._sheets.items()
        )
        return Written(subject=words["subject"], text=text, html=html, reminders_end_at=words["reminders_end_at"])

    def _words(self, letter: Letter, pages: LetterLinks) -> dict[str, Any]:
        reader = Reader(letter.to)
        language = letter.to.language
        reminds = letter.kind in CARRIED_BY[Purpose.REMINDERS]
        return {
            "form_page": pages.form,
            "more_pages": partial(_more_pages, pages, language),
            "reminders_end_at": pages.ours(Purpose.REMINDERS) if reminds else "",
            "reminders_end": page_label(Purpose.REMINDERS, language),
            "facts": letter.facts,
            "to": reader,
            "when": reader.when,
            "at": reader.at,
            "day": reader.day,
            "brief_day": reader.brief_day,
            "count": reader.count,
            "country": reader.country,
            "countries": reader.countries,
            "links": self._links,
            "desk": self._desks[letter.kind],
            "subscription_page": self._subscription_page,
            "writer": self._writer,
            "about": about,
            "products": _products,
            "counted": reader.counted,
            "in_days": reader.in_days,
            "form_lines": partial(form_lines, reader=reader),
            "language_name": partial(language_name, reader=reader),
            "days_between": _days_between,
            "some": _some,
            "brief": _brief,
        }

    def _subscription_page(self, order_number: str | None) -> str:
        """Of that order, if there is one."""
        page = self._links.subscription_page
        return about(page, "order", order_number) if order_number else page


def _more_pages(pages: LetterLinks, language: Language, *names: str) -> list[tuple[str, str]]:
    """Of the web room, with their labels; none without it."""
    found = [(page_label(Purpose(name), language), pages.ours(Purpose(name))) for name in names]
    return [(said, page) for said, page in found if page]


@cache
def _manner(sheet: ImmutableSandboxedEnvironment, flavour: Flavour, language: Language) -> dict[str, Any]:
    """The kit of a flavour, speaking a language: what templates are built from."""
    habits = {"colon": _COLON[language], "glue": _GLUE[language], "lang": language.value, "web_address": web_address}
    kit = sheet.get_template(f"kit.{flavour}.j2").make_module(habits)
    return {**habits, **{name: getattr(kit, name) for name in _MACROS}, "page": f"page.{flavour}.j2"}


def _directories() -> tuple[Path, ...]:
    return (_TEMPLATES, *(kind.letters.templates for kind in KINDS.values() if kind.letters.templates is not None))


@cache
def _sheet(flavour: Flavour, directories: tuple[Path, ...]) -> ImmutableSandboxedEnvironment:
    """One for all who write: compiling the templates costs more than any letter."""
    return _Sheet(
        loader=FileSystemLoader(directories),
        autoescape=flavour == "html",
        undefined=StrictUndefined,
        finalize=_sayable,
        auto_reload=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _sayable(value: object) -> object:
    if isinstance(value, str) and has_control_characters(value.replace("\n", "")):
        raise UnsafeMail("a fact has control characters")
    if isinstance(value, (str, Undefined)) or type(value) is int:
        return value
    raise FactMissing(f"a template prints a {type(value).__name__}: a fact is missing, or not put into words")


def _some(facts: Sequence[T]) -> Sequence[T]:
    if not facts:
        raise FactMissing("the mail lists facts of which there are none")
    return facts


def _products(services: Sequence[str]) -> list[str]:
    for name in services:
        if name not in _SERVICES:
            raise FactMissing("the mail names a service that has no product name")
    return [_SERVICES[name] for name in _some(services)]


def _days_between(start: datetime | None, end: datetime | None) -> int:
    """Calendar days: the hour that clocks are moved by does not count."""
    if start is None or end is None:
        raise FactMissing("the mail counts days between instants that are not among its facts")
    return round((end - start) / timedelta(days=1))


def _brief(name: str | None) -> str:
    if name is None:
        raise FactMissing("the subject names a company that is not among the facts")
    return name if len(name) <= _SUBJECT_COMPANY else f"{name[: _SUBJECT_COMPANY - 1]}…"


def _clean(body: str) -> str:
    """No spaces at the ends of lines, and at most one empty line in a row."""
    lines: list[str] = []
    for line in body.split("\n"):
        if line.rstrip(" ") or (lines and lines[-1]):
            lines.append(line.rstrip(" "))
    return "\n".join(lines).strip("\n") + "\n"
