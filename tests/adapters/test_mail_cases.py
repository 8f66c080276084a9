"""What the mails to partners about support cases say, in each language. domain.md §8, §9.1 (M-30, M-31)."""

import re
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Final

import pytest

from activities.ports import UnsafeMail
from adapters.mail.reader import FactMissing
from adapters.mail.stationery import Stationery
from domain.case.facts import CaseFacts
from domain.case.mails import PARTNER_CONTACT, CaseMail
from domain.mails import Letter
from domain.values import Language, Person
from tests.adapters.test_mail_injection import HARMLESS, assert_as_harmless, one_harmful
from tests.adapters.test_mail_letters import COMPOSER, LINKS
from tests.adapters.test_mail_numbers import WEEKS, numbers_in
from tests.makers import some
from tests.support.one_item import in_one_item
from tests.support.written_mail import (
    ELIDED,
    FETCHES,
    GREETED,
    INSTANT,
    INSTANT_THERE,
    LONGEST_SUBJECT,
    READERS,
    RUN_TOGETHER,
    SAID,
    TURNED,
    WrittenMails,
    a_reader,
    bare,
    foreign_words,
    latin_words,
    links_in,
    part,
    rows_of,
    shown_in,
    without_dates,
    words_of,
    wrong_in_french,
)

KINDS: Final = tuple(kind for kind in CaseMail if kind.reader == PARTNER_CONTACT)
WITH_TEXT: Final = (CaseMail.CASE_QUESTION, CaseMail.CASE_UPDATE, CaseMail.CASE_RESOLVED)

NEXT_UPDATE: Final = INSTANT + timedelta(days=1)
CLOSES: Final = datetime(2026, 4, 3, 23, 30, tzinfo=UTC)
THERE: Final = {
    Language.JAPANESE: ("2026年3月30日(月) 08:30 (日本標準時", "2026年4月4日(土) 08:30 (日本標準時"),
    Language.KOREAN: ("2026년 3월 30일(월) 08:30 (대한민국", "2026년 4월 4일(토) 08:30 (대한민국"),
    Language.FRENCH: ("lundi 30 mars 2026 à 01:30 (heure d’été", "samedi 4 avril 2026 à 01:30 (heure d’été"),
    Language.ENGLISH: ("Sunday, 29 March 2026, 19:30 (Eastern", "Friday, 3 April 2026, 19:30 (Eastern"),
}
"""The next update and the end of a resolved case, on each reader's clock."""

FACTS: Final[dict[str, Any]] = {
    "customer_company": "ACME-Kunde",
    "case_id": "CASE-100001",
    "case_subject": "Anmeldung am Postfach schlägt fehl seit heute",
    "service": "Zoho Mail",
    "organization_id": "ZOID-7700",
    "partner": "Second Reseller",
    "received_at": INSTANT,
    "critical": True,
    "agent": "agent-9",
    "came_through": "partner-support@vendor.example",
    "right_door": "partner-support@eu.vendor.example",
    "first_response_hours": (11.0, 13.0),
    "text": SAID,
    "next_update_at": NEXT_UPDATE,
    "closes_at": CLOSES,
}
PLACES: Final = (
    "customer_company", "case_subject", "service", "organization_id", "came_through", "right_door", "text",
)  # fmt: skip
"""Facts that somebody outside wrote."""

LEAN: Final[dict[str, Any]] = {
    "customer_company": "",
    "organization_id": None,
    "critical": False,
    "agent": None,
    "came_through": None,
    "right_door": None,
    "first_response_hours": None,
    "next_update_at": None,
    "closes_at": None,
    "identifiers_given": False,
}
VARIANTS: Final[dict[str, dict[str, Any]]] = {
    "all facts": {},
    "as few as can be": LEAN,
    "ordinary": {"critical": False, "first_response_hours": None, "came_through": None, "right_door": None},
    "critical, answered already": {"first_response_hours": None},
    "a wrong door nobody named": {"came_through": None},
    "a limit and no target before it": {"first_response_hours": (13.0, 13.0)},
    "parts of an hour": {"first_response_hours": (0.75, 1.5)},
    "no identifier": LEAN | {"organization_id": "ZOID-7700", "identifiers_given": True},
}
SPECIFIC: Final[dict[CaseMail, tuple[str, ...]]] = {
    CaseMail.CASE_ACKNOWLEDGED: ("partner-support@vendor.example", "partner-support@eu.vendor.example"),
    CaseMail.CASE_IDENTIFIER_WANTED: ("SuperAdmin", "ZOID", "ZGID", "ZUID"),
    CaseMail.CASE_FIELD_EXPLAINED: ("SuperAdmin",),
    CaseMail.CASE_QUESTION: (),
    CaseMail.CASE_UPDATE: (),
    CaseMail.CASE_RESOLVED: (),
}
CRITICAL: Final = {
    Language.JAPANESE: "S1 - 重大",
    Language.KOREAN: "S1 - 중대",
    Language.FRENCH: "S1 – Critique",
    Language.ENGLISH: "S1 – Critical",
}
AT_ONCE: Final = {
    Language.JAPANESE: "優先",
    Language.KOREAN: "우선",
    Language.FRENCH: "priorité",
    Language.ENGLISH: "priority",
}
FIELD: Final = {
    Language.JAPANESE: "「顧客のメインメールアドレス」",
    Language.KOREAN: "‘Customer main e-mail’",
    Language.FRENCH: "«\u00a0Customer main e-mail\u00a0»",
    Language.ENGLISH: "“Customer main e-mail”",
}
HOURS: Final = {
    Language.JAPANESE: ("11時間以内を目標", "13時間以内"),
    Language.KOREAN: ("11시간 이내를 목표", "13시간 이내"),
    Language.FRENCH: ("sous 11\u00a0heures", "au plus tard 13\u00a0heures"),
    Language.ENGLISH: ("within 11\u00a0hours of receipt", "within 13\u00a0hours at the latest"),
}
MINUTES: Final = {
    Language.JAPANESE: ("45分", "90分"),
    Language.KOREAN: ("45분", "90분"),
    Language.FRENCH: ("45\u00a0minutes", "90\u00a0minutes"),
    Language.ENGLISH: ("45\u00a0minutes", "90\u00a0minutes"),
}
AIM: Final = {
    Language.JAPANESE: "目標",
    Language.KOREAN: "목표",
    Language.FRENCH: "visons",
    Language.ENGLISH: "aim",
}
TAKEN: Final = {
    Language.JAPANESE: "改めてお送りいただく必要はございません",
    Language.KOREAN: "다시 보내지 않으셔도",
    Language.FRENCH: "inutile de la renvoyer",
    Language.ENGLISH: "no need to send it again",
}
GO_ON: Final = {
    Language.JAPANESE: ("ご返答をいただき次第、対応を再開", "計測は停止"),
    Language.KOREAN: ("회신을 받는 대로 처리를 재개", "시한의 계산을 멈춥니다"),
    Language.FRENCH: ("reprenons le traitement dès que nous avons votre réponse", "sont suspendus"),
    Language.ENGLISH: ("go on as soon as we have your answer", "are paused"),
}
NOTHING_NOW: Final = {
    Language.JAPANESE: "お手続きはございません",
    Language.KOREAN: "지금 하실 일은 없습니다",
    Language.FRENCH: "vous n’avez rien à faire",
    Language.ENGLISH: "nothing you need to do",
}
NOT_MATCHED: Final = {
    Language.JAPANESE: ("一致するアカウントが見つかりません", "含まれておりませんでした"),
    Language.KOREAN: ("일치하는 계정이 없습니다", "정보가 없습니다"),
    Language.FRENCH: ("ne correspondent à aucun compte", "rien n’y indique"),
    Language.ENGLISH: ("matches no account", "does not tell us"),
}
"""An identifier was given and is not known; none was given."""

TERMS: Final = frozenset({"superadmin", "zoid", "zgid", "zuid", "id", "s1", "utc"})
"""What is the same in every language."""

FRENCH_TOO: Final = frozenset(
    {"a", "centre", "e-mail", "message", "minutes", "patience", "question", "service", "services", "solution"}
)
"""English words that are French as well."""

NAMES: Final = ("Vendor Order Desk", "Customer main e-mail")
"""Who writes, and the field of the form, which is in English for those who write in other languages. SUP-11."""


def a_letter(kind: CaseMail, language: Language = Language.ENGLISH, **facts: Any) -> Letter:
    """A letter with all its facts; those given replace the usual ones."""
    return Letter(kind=kind, to=a_reader(language), facts=CaseFacts(**(FACTS | facts)))


def a_hostile_letter(kind: CaseMail, language: Language, words: str, places: tuple[str, ...] = PLACES) -> Letter:
    """A letter to and about people who wrote these words, past every check of the models."""
    letter = a_letter(kind, language)
    person = dict(letter.to) | {"first_name": words, "last_name": words}
    facts = dict(letter.facts) | dict.fromkeys(places, words)
    return Letter.model_construct(
        kind=kind, to=Person.model_construct(**person), facts=CaseFacts.model_construct(**facts), with_document=False
    )


MAILS: Final = WrittenMails[CaseMail](COMPOSER, a_letter)
content_of, composed, usual, text_of = MAILS.content_of, MAILS.composed, MAILS.mail_of, MAILS.text_of


def own_words(kind: CaseMail, changes: dict[str, Any], language: Language) -> frozenset[str]:
    """The words in Latin letters that are the mail's own, in small letters: no facts, no names, no addresses."""
    facts = (*map(str, FACTS.values()), *SAID.split("\n"), *READERS[language], *NAMES)
    return latin_words(text_of(kind, language, **changes), facts)


def test_every_mail_of_a_case_to_its_partner_is_here() -> None:
    assert set(SPECIFIC) == set(KINDS)
    assert all(kind.startswith("case_") for kind in KINDS)


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", KINDS)
class TestEveryLetter:
    def test_says_its_facts_on_the_readers_clock(self, kind: CaseMail, language: Language) -> None:
        text = text_of(kind, language)
        expected = {"CASE-100001", str(FACTS["case_subject"]), "Zoho Mail", "ZOID-7700", "https://help.vendor.example/"}
        expected |= {GREETED[language], INSTANT_THERE[language], *SPECIFIC[kind]}
        expected |= {"ACME-Kunde"} if kind != CaseMail.CASE_IDENTIFIER_WANTED else set()
        expected |= set(SAID.split("\n")) if kind in WITH_TEXT else set()
        assert [fact for fact in expected if fact not in text] == []
        for fact in some(("CASE-100001", "Anmeldung .*", "Zoho Mail", "ZOID-7700")):
            assert re.search(rf"^  [^-].*[:：] ?{fact}$", text, re.MULTILINE), "in a row of its own"
        assert "agent-9" not in text
        assert ("Zeile" in text) is (kind in WITH_TEXT)
        shown = (kind == CaseMail.CASE_UPDATE, kind == CaseMail.CASE_RESOLVED)
        assert tuple(instant in text for instant in THERE[language]) == shown

    @in_one_item("variant", VARIANTS)
    def test_no_variant_says_none_or_a_label_without_its_fact(
        self, kind: CaseMail, language: Language, variant: str
    ) -> None:
        mail = usual(kind, language, **VARIANTS[variant])
        for said in shown_in(mail):
            assert not re.search(r"None|\{[{%]|\b(True|False)\b|\d\.\d", said)
            assert not re.search(r"^  [^-].*[:：] *$|（\s*）|\(\s*\)|「」", said, re.MULTILINE)
        assert bare(words_of(part(mail, "html"))) == bare(part(mail, "plain"))
        assert len(mail["Subject"]) <= LONGEST_SUBJECT

    def test_has_no_words_of_another_language(self, kind: CaseMail, language: Language) -> None:
        for changes in some(VARIANTS.values()):
            assert not foreign_words(language, partial(own_words, kind, changes), TERMS, FRENCH_TOO)

    def test_html_is_tagged_and_fetches_nothing(self, kind: CaseMail, language: Language) -> None:
        html = part(usual(kind, language), "html")
        assert f'<html lang="{language}">' in html
        assert not FETCHES.search(html)
        assert links_in(html) == {"https://help.vendor.example/"}

    def test_a_subject_begins_with_what_matters_and_is_short(self, kind: CaseMail, language: Language) -> None:
        subject = usual(kind, language)["Subject"]
        assert len(subject) <= LONGEST_SUBJECT
        assert subject[0] not in "[【("
        assert 0 < subject.find("CASE-100001") < subject.find("Anmeldung")

    def test_it_is_filed_under_its_case_and_makes_the_same_bytes_again(
        self, kind: CaseMail, language: Language
    ) -> None:
        content = content_of(a_letter(kind, language))
        assert usual(kind, language)["X-Tenure-Mail"] == f"{kind} CASE-100001"
        assert content == content_of(a_letter(kind, language))
        assert all(len(line) <= 78 for line in content.split(b"\r\n"))

    def test_sentences_stand_apart(self, kind: CaseMail, language: Language) -> None:
        for changes in some(VARIANTS.values()):
            assert not RUN_TOGETHER.search(text_of(kind, language, **changes))

    def test_a_name_that_ends_in_a_full_stop_gets_no_second_one(self, kind: CaseMail, language: Language) -> None:
        ends = dict.fromkeys(PLACES, "A Inc.")
        assert "Inc.." not in text_of(kind, language, **ends)

    def test_names_nobody(self, kind: CaseMail, language: Language) -> None:
        said = " ".join(shown_in(composed(a_letter(kind, language, came_through=None, right_door=None))))
        assert not re.search(r"[\w.+-]+@[\w.-]+", said)
        assert "Second Reseller" not in said

    def test_words_stay_words_wherever_they_stand(self, kind: CaseMail, language: Language) -> None:
        words = " / ".join(HARMLESS)
        content = content_of(a_hostile_letter(kind, language, words))
        html = assert_as_harmless(content, words, usual(kind, language))
        assert links_in(html) == {"https://help.vendor.example/"}

    @in_one_item("critical", [True, False])
    def test_text_that_is_turned_round_turns_nothing_of_ours(
        self, kind: CaseMail, language: Language, critical: bool
    ) -> None:
        letter = a_hostile_letter(kind, language, TURNED)
        facts = letter.facts.model_copy(update={"critical": critical})
        mail = composed(letter.model_copy(update={"to": a_reader(language), "facts": facts}))
        body = part(mail, "html").partition("</head>")[2]
        assert body.count(TURNED) == len(rows_of(TURNED, body)) > 0
        lines = [line for line in part(mail, "plain").split("\n") if TURNED in line]
        assert all(line.endswith(TURNED) for line in some(lines))
        assert re.search(rf"CASE-100001 ?(– |\(|「){TURNED}[)」]?$", mail["Subject"])

    @in_one_item("place", PLACES)
    def test_a_control_character_is_never_sent(self, kind: CaseMail, language: Language, place: str) -> None:
        words = one_harmful(kind, language, place)
        letter = a_hostile_letter(kind, language, words, (place,)).model_copy(update={"to": a_reader(language)})
        try:
            content = content_of(letter)
        except UnsafeMail:
            return
        assert_not_used(place, kind)
        assert b"evil" not in content


def assert_not_used(place: str, kind: CaseMail) -> None:
    """A harmful fact may pass only where the mail does not print it."""
    allowed = {"came_through", "right_door"} if kind != CaseMail.CASE_ACKNOWLEDGED else set()
    allowed |= {"text"} if kind not in WITH_TEXT else set()
    allowed |= {"customer_company"} if kind == CaseMail.CASE_IDENTIFIER_WANTED else set()
    assert place in allowed


@in_one_item("kind", KINDS)
def test_french_punctuation_never_begins_a_line_and_apostrophes_are_round(kind: CaseMail) -> None:
    for changes in some(VARIANTS.values()):
        for said in shown_in(usual(kind, Language.FRENCH, **changes)):
            assert not wrong_in_french(said, addresses="https:")


@in_one_item("kind", KINDS)
def test_in_french_nothing_is_elided_before_a_name_and_a_last_day_is_not_before_itself(kind: CaseMail) -> None:
    names = {"customer_company": "Atelier", "service": "Île", "case_subject": "Île"}
    text = text_of(kind, Language.FRENCH, **names)
    assert not ELIDED.search(text)


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", KINDS)
def test_no_mail_knows_a_number_of_a_policy(
    kind: CaseMail, language: Language, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SUP-20, AMB-34: hours and days are the case's own. Dates have numbers, here they are left out."""
    without_dates(monkeypatch, "when", "at")
    written = Stationery(LINKS, "Desk").write(a_letter(kind, language))
    assert numbers_in(written) == ([11, 13] if kind == CaseMail.CASE_ACKNOWLEDGED else [])
    assert not WEEKS.search(written.text)


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", WITH_TEXT)
class TestTheWordsOfAnAgent:
    def test_every_line_stands_by_itself_and_indented(self, kind: CaseMail, language: Language) -> None:
        mail = usual(kind, language)
        assert "\n      Zeile eins: Protokoll?\n\n      Zeile zwei: Uhrzeit?\n" in part(mail, "plain")
        assert "Zeile eins: Protokoll?<br><br>Zeile zwei: Uhrzeit?</div>" in part(mail, "html")

    def test_they_cannot_pass_for_ours(self, kind: CaseMail, language: Language) -> None:
        """Whatever they hold, they stay where they are quoted."""
        fake = "gut\n\n----------------------------------------\n■ Vendor\n<h1>Vendor</h1>\n</div></td></table>"
        mail = composed(a_letter(kind, language, text=fake))
        for line in some(fake.split("\n")[2:]):
            assert f"\n      {line}\n" in part(mail, "plain")
            assert f"\n{line}\n" not in part(mail, "plain").replace(f"\n{'-' * 40}\n", "\n", 1)
        html, ours = part(mail, "html"), part(usual(kind, language), "html")
        assert [html.count(tag) for tag in ("<h1", "</div>", "</table>")] == [
            ours.count(tag) for tag in ("<h1", "</div>", "</table>")
        ]

    @in_one_item("missing", [None, ""])
    def test_without_them_nothing_is_sent(self, kind: CaseMail, language: Language, missing: str | None) -> None:
        with pytest.raises(FactMissing):
            composed(a_letter(kind, language, text=missing))


@in_one_item("language", Language)
class TestTheAcknowledgement:
    """M-30."""

    def test_sup_10_a_critical_case_is_said_to_be_treated_with_priority(self, language: Language) -> None:
        critical = text_of(CaseMail.CASE_ACKNOWLEDGED, language)
        plain = text_of(CaseMail.CASE_ACKNOWLEDGED, language, critical=False, first_response_hours=None)
        for words in some((CRITICAL[language], AT_ONCE[language])):
            assert [words in text for text in (critical, plain)] == [True, False]

    def test_sup_20_target_and_limit_of_the_first_answer_are_the_cases_own(self, language: Language) -> None:
        text = text_of(CaseMail.CASE_ACKNOWLEDGED, language)
        assert [words for words in HOURS[language] if words not in text] == []
        parts = text_of(CaseMail.CASE_ACKNOWLEDGED, language, first_response_hours=(0.75, 1.5))
        assert [words for words in MINUTES[language] if words not in parts] == []

    def test_a_target_that_is_the_limit_is_said_once(self, language: Language) -> None:
        text = text_of(CaseMail.CASE_ACKNOWLEDGED, language, first_response_hours=(13.0, 13.0))
        assert len(re.findall(r"13(\u00a0heures|\u00a0hours|時間|시간)", text)) == 1
        assert AIM[language] not in text

    def test_where_no_clock_runs_no_time_is_promised(self, language: Language) -> None:
        text = text_of(CaseMail.CASE_ACKNOWLEDGED, language, first_response_hours=None)
        assert AIM[language] not in text
        assert not re.search(r"\d(\u00a0heures|\u00a0hours|時間|시간)", text.partition("-----")[0])

    def test_sup_30_to_37_the_right_door_is_named_only_if_it_was_another_one(self, language: Language) -> None:
        wrong = text_of(CaseMail.CASE_ACKNOWLEDGED, language)
        right = text_of(CaseMail.CASE_ACKNOWLEDGED, language, right_door=None)
        for words in some((TAKEN[language], "partner-support@eu.vendor.example", "partner-support@vendor.example")):
            assert [words in text for text in (wrong, right)] == [True, False]


@in_one_item("language", Language)
class TestTheAccount:
    def test_amb_33_it_is_said_whether_something_was_given_or_nothing(self, language: Language) -> None:
        given, none = (
            text_of(CaseMail.CASE_IDENTIFIER_WANTED, language, identifiers_given=given) for given in (True, False)
        )
        assert [words in given for words in NOT_MATCHED[language]] == [True, False]
        assert [words in none for words in NOT_MATCHED[language]] == [False, True]

    def test_sup_11_and_12_what_helps_is_listed_the_superadmin_first(self, language: Language) -> None:
        text = text_of(CaseMail.CASE_IDENTIFIER_WANTED, language, organization_id=None)
        places = [text.find(words) for words in ("SuperAdmin", "ZGID", "ZUID")]
        assert -1 not in places
        assert places == sorted(places)
        assert len(re.findall(r"^  - ", text, re.MULTILINE)) == 3

    @in_one_item("kind", [CaseMail.CASE_IDENTIFIER_WANTED, CaseMail.CASE_FIELD_EXPLAINED])
    def test_sup_15_the_field_and_why_it_matters_are_explained(self, kind: CaseMail, language: Language) -> None:
        text = text_of(kind, language)
        expected = (FIELD[language], "SuperAdmin", CRITICAL[language], AT_ONCE[language])
        assert [words for words in expected if words not in text] == []

    def test_sup_15_who_left_the_field_out_need_do_nothing_now(self, language: Language) -> None:
        assert NOTHING_NOW[language] in text_of(CaseMail.CASE_FIELD_EXPLAINED, language)
        assert NOTHING_NOW[language] not in text_of(CaseMail.CASE_IDENTIFIER_WANTED, language)


@in_one_item("language", Language)
class TestTheRest:
    def test_a_question_says_that_we_go_on_with_the_answer(self, language: Language) -> None:
        critical, ordinary = (
            text_of(CaseMail.CASE_QUESTION, language, critical=critical) for critical in (True, False)
        )
        assert [words in critical for words in GO_ON[language]] == [True, True]
        assert [words in ordinary for words in GO_ON[language]] == [True, False]

    def test_amb_37_an_update_names_the_next_one_if_there_is_one(self, language: Language) -> None:
        assert THERE[language][0] in text_of(CaseMail.CASE_UPDATE, language)
        assert THERE[language][0] not in text_of(CaseMail.CASE_UPDATE, language, next_update_at=None)

    def test_a_resolved_case_closes_by_itself_if_it_does(self, language: Language) -> None:
        assert THERE[language][1] in text_of(CaseMail.CASE_RESOLVED, language)
        assert THERE[language][1] not in text_of(CaseMail.CASE_RESOLVED, language, closes_at=None)
