"""Mails as their readers get them, for the tests of what mails say: who reads, on which clock, what must not be there.

What is found is answered, and the tests assert: pytest explains a comparison only in a file of tests."""

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any, Final, Generic, NamedTuple, TypeVar

import pytest

from adapters.mail.composer import JinjaComposer
from adapters.mail.reader import Reader
from domain.mails import Letter, MailKind
from domain.values import Language, Person
from tests.support.read_mail import READER

K = TypeVar("K")

MESSAGE_ID: Final = "<0123abcd@tenure.example>"
LONGEST_SUBJECT: Final = 60
INSTANT: Final = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
"""The night in which the clocks of Paris go forward; three calendar days around the world."""

LATER: Final = INSTANT + timedelta(hours=5)
READERS: Final = {
    Language.JAPANESE: ("太郎", "山田", "Asia/Tokyo"),
    Language.KOREAN: ("민지", "김", "Asia/Seoul"),
    Language.FRENCH: ("Anne", "Lefèvre", "Europe/Paris"),
    Language.ENGLISH: ("Ann", "Martin", "America/New_York"),
}
GREETED: Final = {
    Language.JAPANESE: "山田 太郎\u00a0様",
    Language.KOREAN: "김민지\u00a0님",
    Language.FRENCH: "Bonjour Anne Lefèvre,",
    Language.ENGLISH: "Dear Ann Martin,",
}
INSTANT_THERE: Final = {
    Language.JAPANESE: "2026年3月29日(日) 08:30 (日本標準時, UTC+09:00)",
    Language.KOREAN: "2026년 3월 29일(일) 08:30 (대한민국 표준시, UTC+09:00)",
    Language.FRENCH: "dimanche 29 mars 2026 à 00:30 (heure normale d’Europe centrale, UTC+01:00)",
    Language.ENGLISH: "Saturday, 28 March 2026, 19:30 (Eastern Daylight Time, UTC-04:00)",
}
LATER_THERE: Final = {
    Language.JAPANESE: "2026年3月29日(日) 13:30 (日本標準時",
    Language.KOREAN: "2026년 3월 29일(일) 13:30 (대한민국",
    Language.FRENCH: "dimanche 29 mars 2026 à 06:30 (heure d’été",
    Language.ENGLISH: "Sunday, 29 March 2026, 00:30 (Eastern",
}
RENEWAL_DAY: Final = {
    Language.JAPANESE: "2027年3月14日(日)",
    Language.KOREAN: "2027년 3월 14일(일)",
    Language.FRENCH: "dimanche 14 mars 2027",
    Language.ENGLISH: "Sunday, 14 March 2027",
}
SAID: Final = "Zeile eins: Protokoll?\n\nZeile zwei: Uhrzeit?"
"""What somebody wrote, in a language of no mail."""

FORGED: Final = f"gut\n{'-' * 40}\n■ Vendor\n<h1>Vendor</h1>\n</div></td></table>"
"""What looks like the frame of a mail of ours."""

TURNED: Final = "\u202eliveם"
"""Text that turns round what stands behind it."""

FETCHES: Final = re.compile(r"<(img|link|script|iframe|style)\b|\ssrc=|url\(|@import|javascript:")
"""HTML that loads something or does something."""

RUN_TOGETHER: Final = re.compile(r"[^\W\d_][.?!][A-ZÀ-Þ가-힣]")
"""Two sentences without a space between them."""

ELIDED: Final = re.compile(r"\b(de |d’|que |qu’|à la |le )(Atelier|Île)|avant le ")
"""French that goes wrong before a name, and a last day that would be before itself."""

ENGLISH_ONLY: Final = re.compile(
    r"\b(and|are|been|by|for|from|has|have|how|if|in|is|it|of|our|please|that|the|their|this|to|was|we|what|when|where|who"
    r"|why|will|with|your?)\b"
)
"""Words by which a sentence is English."""


class Sample(NamedTuple):
    """One mail with facts of its lifecycle."""

    kind: MailKind
    facts: dict[str, Any]


class WrittenMails(Generic[K]):
    """The mails of one file of tests. Its letters are known by a key: a kind, or the name of a sample."""

    def __init__(self, composer: JinjaComposer, letter: Callable[..., Letter]) -> None:
        """`letter` takes a key, a language, and the facts that replace the usual ones."""
        self._composer = composer
        self._letter = letter
        self._mails: dict[tuple[K, Language, str], EmailMessage] = {}

    def content_of(self, letter: Letter) -> bytes:
        """As it goes on the wire."""
        return self._composer.compose(letter, MESSAGE_ID).content

    def composed(self, letter: Letter) -> EmailMessage:
        """As the reader's mail program reads it."""
        return message_from_bytes(self.content_of(letter), policy=READER)

    def mail_of(self, key: K, language: Language, /, **facts: Any) -> EmailMessage:
        """With its usual facts, but for those given; written once."""
        asked = key, language, repr(facts)
        if asked not in self._mails:
            self._mails[asked] = self.composed(self._letter(key, language, **facts))
        return self._mails[asked]

    def text_of(self, key: K, language: Language, /, **facts: Any) -> str:
        """The text of a mail; facts given replace the usual ones."""
        return part(self.mail_of(key, language, **facts), "plain")


class SampledMails(WrittenMails[str]):
    """Letters of samples, known by the samples' names."""

    def __init__(self, composer: JinjaComposer, samples: dict[str, Sample], letter: Callable[..., Letter]) -> None:
        """`letter` takes a sample, a language, and the facts that replace those of the sample."""
        super().__init__(composer, lambda name, language, /, **facts: letter(samples[name], language, **facts))
        self.first = {sample.kind: name for name, sample in reversed(samples.items())}
        """The first sample of each kind: its fullest."""

    def usual(self, kind: MailKind, language: Language) -> EmailMessage:
        """The mail with all its usual facts."""
        return self.mail_of(self.first[kind], language)


def a_reader(language: Language) -> Person:
    """Whoever gets the mails in this language."""
    first, last, zone = READERS[language]
    return Person(first_name=first, last_name=last, email="reader@partner.example", language=language, zone=zone)


def part(mail: EmailMessage, kind: str) -> str:
    """The text or the HTML."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content()).replace("\r\n", "\n")


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.skipping = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.skipping = tag == "head"

    def handle_endtag(self, tag: str) -> None:
        self.skipping = self.skipping and tag != "head"

    def handle_data(self, data: str) -> None:
        if not self.skipping:
            self.words.append(data)


def words_of(html: str) -> str:
    """What a reader sees of HTML."""
    parser = _Words()
    parser.feed(html.partition("</head>")[2])
    return "".join(parser.words)


def bare(words: str) -> str:
    """Words without spaces and without the marks that stand in only one of the two."""
    return re.sub(r"^ *- |-{10,}|\(!\)|[\s■•:：]", "", words, flags=re.MULTILINE)


def shown_in(mail: EmailMessage) -> tuple[str, str, str]:
    """All that a reader sees: subject, text, HTML."""
    return mail["Subject"], part(mail, "plain"), words_of(part(mail, "html"))


def links_in(html: str) -> set[str]:
    """The addresses of all its links."""
    return set(re.findall(r'href="([^"]*)"', html))


def rows_of(words: str, html: str) -> list[str]:
    """Those rows that have these words alone, in the direction of their own."""
    return re.findall(rf'<(?:td|div)[^>]* dir="auto"[^>]*>{words}<', html)


def latin_words(text: str, facts: Iterable[str]) -> frozenset[str]:
    """Those of the text in Latin letters, in small letters, without addresses and without these facts."""
    text = re.sub(r"https?://\S+|\S+@\S+", " ", text)
    for fact in sorted({*facts} - {""}, key=len, reverse=True):
        text = text.replace(fact, " ")
    return frozenset(word.lower() for word in re.findall(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ0-9’-]*", text))


def foreign_words(
    language: Language, words_in: Callable[[Language], frozenset[str]], terms: frozenset[str], french: frozenset[str]
) -> set[str]:
    """Words of another language in a mail whose own words in Latin letters these are.

    Terms are the same in every language. `french` has those words that English has as well."""
    own = words_in(language)
    if language in (Language.JAPANESE, Language.KOREAN):
        return {*own - terms}
    if language is Language.FRENCH:
        return {*(own & words_in(Language.ENGLISH)) - terms - french, *filter(ENGLISH_ONLY.search, own)}
    return set()


def wrong_in_french(said: str, addresses: str = r"https?://\S+") -> list[str]:
    """Marks that may begin a line or have no space before them, and straight apostrophes.

    What somebody wrote has them as it likes, and so has what matches `addresses`: they end no sentence."""
    found = re.findall(r" [:;?!»]|« |[a-z]'", said)
    for line in filter(None, SAID.split("\n")):
        said = said.replace(line, "")
    return found + re.findall(r"[A-Za-zÀ-ÿ)][:;?!]", re.sub(addresses, "", said))


def without_dates(patch: pytest.MonkeyPatch, *written: str) -> None:
    """These ways to write a date write none: its numbers are nobody's. A date that is missing still fails."""
    for each in written:
        patch.setattr(Reader, each, lambda _reader, moment: "…" if moment else pytest.fail("no date"))
