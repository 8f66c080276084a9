"""What the mails about wholesale customers and their compliance checks say, in each language. domain.md §7, §9.1."""

import re
from datetime import date
from functools import partial
from typing import Any, Final

import pytest

from activities.ports import UnsafeMail
from adapters.mail.reader import FactMissing
from adapters.mail.stationery import Stationery
from domain.compliance.facts import ComplianceFacts, EvidenceFacts
from domain.compliance.mails import PARTNER, ComplianceMail
from domain.compliance.messages import CheckReason
from domain.lifecycle import PostedMail
from domain.mails import Letter, MailKind
from domain.values import Language, Person
from domain.wholesale.facts import StepFacts, WholesaleFacts
from domain.wholesale.letters import LETTERS as OF_A_CUSTOMER
from domain.wholesale.mails import WholesaleMail
from domain.wholesale.row import WholesaleRow
from domain.wholesale.standing import STEPS, Step
from tests import wholesale
from tests.adapters.test_mail_injection import HARMLESS, assert_as_harmless, one_harmful
from tests.adapters.test_mail_letters import COMPOSER, LINKS
from tests.adapters.test_mail_numbers import WEEKS, numbers_in
from tests.makers import some
from tests.support.one_item import in_one_item
from tests.support.written_mail import (
    ELIDED,
    FETCHES,
    FORGED,
    GREETED,
    INSTANT,
    INSTANT_THERE,
    LATER,
    LATER_THERE,
    LONGEST_SUBJECT,
    READERS,
    RUN_TOGETHER,
    TURNED,
    Sample,
    SampledMails,
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

KINDS: Final[tuple[MailKind, ...]] = (*ComplianceMail, *WholesaleMail)
C, W = ComplianceMail, WholesaleMail
TO_THE_TEAM: Final = tuple(kind for kind in ComplianceMail if kind.reader != PARTNER)
UNREACHABLE, UNRESOLVED = date(2027, 3, 14), date(2027, 4, 4)
"""The days at whose ends a customer is deprovisioned: nobody replied, nothing was resolved."""

LABEL: Final = re.compile(r"^  [^ -].*[:：] *$|（\s*）|\(\s*\)|「」|‘’|“”|\n\n\n", re.MULTILINE)
OF_CODE: Final = re.compile(r"None|\{[{%]|\b(True|False)\b|\d\.\d|_(changed|removed|deprovisioned|review|provider)")
"""What only programs say."""

LOOKS_LIKE: Final = (
    EvidenceFacts(
        listed_name="Nordwind Handelshaus",
        screened_name="ACME-Kunde",
        source="Liste der Prüfstelle",
        entry="entry-4711",
        score=93.26,
        countries=("DE", "FR"),
        explained="Gleiche Wörter.",
    ),
    EvidenceFacts(
        listed_name="ООО Северный ветер",
        screened_name="Nordwind",
        source="Zweite Liste",
        entry="entry-12",
        score=86,
        countries=(),
        explained="Gleiche Laute.",
    ),
)
EVIDENCE: Final[dict[str, Any]] = {"evidence": LOOKS_LIKE, "found": 17}
CHECK: Final[dict[str, Any]] = {
    "customer_company": "ACME-Kunde",
    "check_id": "K-100001-2",
    "external_id": "K-100001",
    "partner": "Second Reseller",
    "country": "DE",
    "because": "address_changed",
    "list_version": "liste-3",
    "attempts": 13,
    "non_compliant_since": INSTANT,
}
LAST: Final[dict[str, Any]] = {
    "reply_until": UNREACHABLE,
    "deprovisioned_on": UNREACHABLE,
    "resolved_until": UNRESOLVED,
    "due_at": LATER,
}
BARE: Final[dict[str, Any]] = {"non_compliant_since": None, "due_at": None, "reply_until": None, "resolved_until": None}
GONE: Final[dict[str, Any]] = {
    "customer_company": "ACME-Kunde",
    "external_id": "K-100001",
    "partner": "Second Reseller",
    "for_compliance": True,
    "check_id": "K-100001-2",
    "why": "Grund XY",
    "steps": tuple(StepFacts(step=step, at=LATER, removed=1250) for step in STEPS),
    "certificate": "C-K-100001",
}


SAMPLES: Final[dict[str, Sample]] = {
    "review wanted": Sample(C.COMPLIANCE_REVIEW_WANTED, EVIDENCE | {"due_at": LATER}),
    "review wanted, bare": Sample(C.COMPLIANCE_REVIEW_WANTED, BARE | {"evidence": LOOKS_LIKE[1:], "found": 1}),
    "review late": Sample(C.COMPLIANCE_REVIEW_LATE, EVIDENCE | {"due_at": LATER}),
    "contact": Sample(C.COMPLIANCE_CONTACT, {"attempt": 11}),
    "contact, bare": Sample(C.COMPLIANCE_CONTACT, BARE | {"attempt": 11}),
    "last contact": Sample(C.COMPLIANCE_CONTACT, LAST | {"attempt": 13, "is_last_attempt": True}),
    "only contact": Sample(C.COMPLIANCE_CONTACT, LAST | {"attempt": 1, "attempts": 1, "is_last_attempt": True}),
    "last contact, bare": Sample(
        C.COMPLIANCE_CONTACT, BARE | {"attempt": 13, "is_last_attempt": True, "deprovisioned_on": UNREACHABLE}
    ),
    "last call": Sample(C.COMPLIANCE_LAST_CALL, LAST | {"days_left": 61}),
    "last call, today": Sample(C.COMPLIANCE_LAST_CALL, LAST | {"days_left": 0}),
    "last call, replied": Sample(C.COMPLIANCE_LAST_CALL, LAST | {"days_left": 61, "partner_replied": True}),
    "last call, bare": Sample(C.COMPLIANCE_LAST_CALL, BARE | {"days_left": 1, "deprovisioned_on": UNREACHABLE}),
    "resolved": Sample(C.COMPLIANCE_RESOLVED, {}),
    "deprovisioned": Sample(W.WHOLESALE_DEPROVISIONED, {}),
    "deprovisioned, bare": Sample(W.WHOLESALE_DEPROVISIONED, {"check_id": None, "why": None}),
    "deprovisioned as asked": Sample(W.WHOLESALE_DEPROVISIONED, {"for_compliance": False, "check_id": None}),
}
FULL: Final = [name for name in SAMPLES if not name.endswith(", bare")]
LASTS: Final = ("last contact", "only contact", "last call", "last call, today")
"""Those by which a reply still stops the deprovisioning."""

GERMANY: Final = {
    Language.JAPANESE: ("ドイツ", "ドイツ、フランス", "不明"),
    Language.KOREAN: ("독일", "독일, 프랑스", "알 수 없음"),
    Language.FRENCH: ("Allemagne", "Allemagne, France", "Inconnu"),
    Language.ENGLISH: ("Germany", "Germany, France", "Not known"),
}
SCORE: Final = {
    Language.JAPANESE: "93.3",
    Language.KOREAN: "93.3",
    Language.FRENCH: "93,3",
    Language.ENGLISH: "93.3",
}
DAYS: Final = {
    Language.JAPANESE: ("2027年3月14日(日)", "2027年4月4日(日)"),
    Language.KOREAN: ("2027년 3월 14일(일)", "2027년 4월 4일(일)"),
    Language.FRENCH: ("dimanche 14 mars 2027", "dimanche 4 avril 2027"),
    Language.ENGLISH: ("Sunday, 14 March 2027", "Sunday, 4 April 2027"),
}
REASONS: Final = {
    Language.JAPANESE: ("お客様の新規登録", "請求先住所の変更", "取引制限対象者リストの更新"),
    Language.KOREAN: ("고객사 신규 등록", "청구지 주소 변경", "거래 제한 대상자 목록 갱신"),
    Language.FRENCH: ("Création du client", "Modification de l’adresse", "Mise à jour d’une liste"),
    Language.ENGLISH: ("customer was created", "billing address was changed", "list of restricted parties was updated"),
}
ATTEMPT: Final = {
    Language.JAPANESE: "11回目（全13回）",
    Language.KOREAN: "11회차(총 13회)",
    Language.FRENCH: "11 sur 13",
    Language.ENGLISH: "11 of 13",
}
IN_DAYS: Final = {
    Language.JAPANESE: ("61日後です", "明日です", "本日です"),
    Language.KOREAN: ("61일 후입니다", "내일입니다", "오늘입니다"),
    Language.FRENCH: ("dans 61\u00a0jours", "demain", "aujourd’hui"),
    Language.ENGLISH: ("in 61 days", "tomorrow", "today"),
}
FOR_GOOD: Final = {
    Language.JAPANESE: "元に戻すことができません",
    Language.KOREAN: "되돌릴 수 없습니다",
    Language.FRENCH: "irréversible",
    Language.ENGLISH: "cannot be undone",
}
STOPS: Final = {
    Language.JAPANESE: ("ご返信をいただければ", "もう一度スクリーニングを実施し"),
    Language.KOREAN: ("회신해 주시면 그날", "심사를 한 번 더 실시하며"),
    Language.FRENCH: ("Votre réponse", "une dernière vérification a lieu"),
    Language.ENGLISH: ("Your reply", "screened once more"),
}
"""A reply, and what nobody has to ask for."""

NO_REPLY: Final = {
    Language.JAPANESE: ("ご返信をまだ確認できておりません", "ご返信をいただきありがとうございました"),
    Language.KOREAN: ("아직 회신이 확인되지 않았", "회신해 주셔서 감사합니다"),
    Language.FRENCH: ("aucune réponse de votre part", "Merci de votre réponse"),
    Language.ENGLISH: ("no reply from you on record", "Thank you for your reply"),
}
NO_DETAILS: Final = {
    Language.JAPANESE: "一致の詳細についてはお答えいたしかねます",
    Language.KOREAN: "자세한 내용은 알려 드릴 수 없는 점",
    Language.FRENCH: "Nous ne pouvons pas donner de détails",
    Language.ENGLISH: "we cannot give details of the match",
}
FOLLOWS: Final = {
    Language.JAPANESE: "プロビジョニングを解除することになります",
    Language.KOREAN: "프로비저닝을 해제하게 됩니다",
    Language.FRENCH: "nous devrons déprovisionner",
    Language.ENGLISH: "we have to deprovision",
}
NOTHING: Final = {
    Language.JAPANESE: ("プロビジョニング解除は行われません", "お手続きの必要はございません"),
    Language.KOREAN: ("프로비저닝 해제는 없습니다", "별도의 조치는 필요하지 않습니다"),
    Language.FRENCH: ("aucune suppression", "Vous n’avez rien à faire"),
    Language.ENGLISH: ("nothing is removed", "nothing you need to do"),
}
NOBODY_DECIDES: Final = {
    Language.JAPANESE: "自動では完了いたしません",
    Language.KOREAN: "자동으로 완료되지 않으며",
    Language.FRENCH: "Rien n’est décidé à votre place",
    Language.ENGLISH: "Nobody decides in your place",
}
ALL_OF_THEM: Final = {
    Language.JAPANESE: "全部で17件",
    Language.KOREAN: "모두 17건",
    Language.FRENCH: "17 entrées",
    Language.ENGLISH: "most similar of 17",
}
REMOVED: Final = {
    Language.JAPANESE: (
        "ユーザーの削除（1,250件）",
        "アドオンの削除（1,250件）",
        "パッケージの削除（1,250件）",
        "組織の",
    ),
    Language.KOREAN: (
        "사용자 제거(1,250건)",
        "추가 기능 제거(1,250건)",
        "패키지 제거(1,250건)",
        "조직 프로비저닝 해제: ",
    ),
    Language.FRENCH: (
        "Utilisateurs supprimés\u00a0: 1\u202f250",
        "Modules complémentaires",
        "Packages",
        "Organisation",
    ),
    Language.ENGLISH: ("Users removed: 1,250", "Add-ons removed: 1,250", "Packages removed: 1,250", "Organization"),
}
BY_REQUEST: Final = {
    Language.JAPANESE: "ご依頼により",
    Language.KOREAN: "요청에 따라",
    Language.FRENCH: "Comme demandé",
    Language.ENGLISH: "As requested",
}
NOT_IN_TIME: Final = {
    Language.JAPANESE: "期限までに解決に至りませんでした",
    Language.KOREAN: "기한까지 해결되지 않았습니다",
    Language.FRENCH: "n’a pas été résolue à temps",
    Language.ENGLISH: "was not resolved in time",
}

TERMS: Final = frozenset({"id", "utc"})
"""Names of things, the same in every language."""

FRENCH_TOO: Final = frozenset(
    {"a", "client", "message", "organisation", "packages", "patience", "place", "question", "service", "services"}
    | {"solution", "version"}
)
"""English words that are French as well."""


def a_letter(sample: Sample, language: Language = Language.ENGLISH, /, **changes: Any) -> Letter:
    """With the facts of a sample; those given replace them."""
    if isinstance(sample.kind, ComplianceMail):
        return Letter(kind=sample.kind, to=a_reader(language), facts=ComplianceFacts(**CHECK | sample.facts | changes))
    return Letter(kind=sample.kind, to=a_reader(language), facts=WholesaleFacts(**GONE | sample.facts | changes))


MAILS: Final = SampledMails(COMPOSER, SAMPLES, a_letter)
content_of, composed, mail_of, text_of = MAILS.content_of, MAILS.composed, MAILS.mail_of, MAILS.text_of
usual, USUAL = MAILS.usual, MAILS.first


def posted(kind: MailKind) -> PostedMail:
    """As its lifecycle has it."""
    return PostedMail(key=f"key/{kind}", kind=kind)


def own_words(name: str, language: Language) -> frozenset[str]:
    """The words in Latin letters that are the mail's own, in small letters: no facts, no names, no addresses."""
    facts = {str(fact) for each in (CHECK, GONE, *map(dict, LOOKS_LIKE)) for fact in each.values()}
    return latin_words(text_of(name, language), {*facts, *READERS[language], *GERMANY[language], "Vendor Order Desk"})


def test_every_mail_is_here() -> None:
    assert {sample.kind for sample in SAMPLES.values()} == set(KINDS)


@pytest.mark.parametrize("language", Language)
@in_one_item("name", SAMPLES)
class TestEveryVariant:
    def test_says_its_facts_on_the_readers_clock(self, name: str, language: Language) -> None:
        text, facts = text_of(name, language), dict(a_letter(SAMPLES[name]).facts)
        expected = {GREETED[language], "ACME-Kunde", "K-100001", LINKS.order_desk}
        expected |= {INSTANT_THERE[language]} if facts.get("non_compliant_since") and "contact" in name else set()
        expected |= {LATER_THERE[language]} if facts.get("due_at") or "deprovisioned" in name else set()
        expected |= {GERMANY[language][0]} if "deprovisioned" not in name else {"C-K-100001"}
        assert [fact for fact in expected if fact not in text] == []

    def test_says_no_none_no_words_of_code_and_no_label_without_its_fact(self, name: str, language: Language) -> None:
        mail = mail_of(name, language)
        for said in shown_in(mail):
            assert not OF_CODE.search(said.replace(SCORE[language], ""))
        assert not LABEL.search(part(mail, "plain"))
        assert bare(words_of(part(mail, "html"))) == bare(part(mail, "plain"))

    def test_has_no_words_of_another_language(self, name: str, language: Language) -> None:
        assert not foreign_words(language, partial(own_words, name), TERMS, FRENCH_TOO)

    def test_a_subject_begins_with_what_matters_and_is_short(self, name: str, language: Language) -> None:
        subject = mail_of(name, language)["Subject"]
        assert len(subject) <= LONGEST_SUBJECT
        assert subject[0] not in "[【( "
        assert re.search(r"K-100001(-2)?[)）]$", subject)
        assert not subject.startswith(("K-", "ACME"))

    def test_sentences_stand_apart_and_a_full_stop_is_not_doubled(self, name: str, language: Language) -> None:
        assert not RUN_TOGETHER.search(text_of(name, language))
        text = text_of(name, language, customer_company="A Inc.", partner="C Inc.")
        assert "Inc.." not in text

    def test_html_is_tagged_and_links_only_to_our_pages(self, name: str, language: Language) -> None:
        html = part(mail_of(name, language), "html")
        assert f'<html lang="{language}">' in html
        assert not FETCHES.search(html)
        assert links_in(html) == {LINKS.order_desk}

    def test_no_mail_knows_a_number_of_a_policy(
        self, name: str, language: Language, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """WHS-25 to WHS-27, AMB-30: minutes, attempts and days are the check's own. Dates are left out here."""
        without_dates(monkeypatch, "when", "at", "day", "brief_day")
        written = Stationery(LINKS, "Desk").write(a_letter(SAMPLES[name], language))
        of_evidence = {0, 100, 1, 2, 93, 3, 86, 17} if "review" in name else set()
        of_removal = {1, 250} if "deprovisioned" in name else set()
        assert set(numbers_in(written)) <= {11, 13, 61} | of_evidence | of_removal
        assert not WEEKS.search(written.text)


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", KINDS)
class TestEveryLetter:
    def test_it_is_filed_under_its_number_and_makes_the_same_bytes_again(
        self, kind: MailKind, language: Language
    ) -> None:
        letter = a_letter(SAMPLES[USUAL[kind]], language)
        assert usual(kind, language)["X-Tenure-Mail"] == f"{kind} K-100001"
        assert content_of(letter) == content_of(letter)
        assert all(len(line) <= 78 for line in content_of(letter).split(b"\r\n"))

    def test_a_long_company_name_is_cut_in_the_subject_only(self, kind: MailKind, language: Language) -> None:
        mail = composed(a_letter(SAMPLES[USUAL[kind]], language, customer_company="x" * 200))
        assert len(mail["Subject"]) < 80
        assert "x" * 200 in part(mail, "plain")

    def test_names_nobody_but_its_reader(self, kind: MailKind, language: Language) -> None:
        assert not re.search(r"[\w.+-]+@[\w.-]+", " ".join(shown_in(usual(kind, language))))


def a_hostile_letter(name: str, language: Language, words: str) -> tuple[Letter, int]:
    """About people who wrote these words in every place that has text, past every check of the models; how many."""
    letter = a_letter(SAMPLES[name], language)
    ours = {"because", "country", "list_version", "why", "check_id", "certificate"}
    ours |= {"partner"} if SAMPLES[name].kind not in (*TO_THE_TEAM, W.WHOLESALE_DEPROVISIONED) else set()
    places = [place for place, fact in dict(letter.facts).items() if isinstance(fact, str) and place not in ours]
    facts = dict(letter.facts) | dict.fromkeys(places, words)
    if facts.get("evidence"):
        texts = ("listed_name", "screened_name", "source", "entry", "explained")
        facts["evidence"] = tuple(each.model_copy(update=dict.fromkeys(texts, words)) for each in facts["evidence"])
    count = len(places) + sum(5 for _ in facts.get("evidence", ()))
    facts_said = type(letter.facts).model_construct(**facts)
    return Letter.model_construct(kind=letter.kind, to=letter.to, facts=facts_said, with_document=False), count


@pytest.mark.parametrize("language", Language)
@in_one_item("name", FULL)
class TestWhatSomebodyWrote:
    def test_words_stay_words_wherever_they_stand(self, name: str, language: Language) -> None:
        words = " / ".join(HARMLESS)
        letter, count = a_hostile_letter(name, language, words)
        person = Person.model_construct(**(dict(letter.to) | {"first_name": words, "last_name": words}))
        content = content_of(letter.model_copy(update={"to": person}))
        html = assert_as_harmless(content, words, mail_of(name, language), count)
        assert links_in(html) == {LINKS.order_desk}

    def test_text_that_is_turned_round_stands_in_a_row_of_its_own(self, name: str, language: Language) -> None:
        letter, count = a_hostile_letter(name, language, TURNED)
        assert len(rows_of(TURNED, part(composed(letter), "html"))) >= count

    def test_a_control_character_is_never_sent(self, name: str, language: Language) -> None:
        with pytest.raises(UnsafeMail):
            content_of(a_hostile_letter(name, language, one_harmful(name, language))[0])


@in_one_item("name", SAMPLES)
def test_french_punctuation_never_begins_a_line_and_apostrophes_are_round(name: str) -> None:
    for said in some(shown_in(mail_of(name, Language.FRENCH))):
        assert not wrong_in_french(said)


@in_one_item("name", SAMPLES)
def test_in_french_nothing_is_elided_before_a_name_and_a_last_day_is_not_before_itself(name: str) -> None:
    text = text_of(name, Language.FRENCH, customer_company="Atelier", partner="Île")
    assert not ELIDED.search(text)


@in_one_item("language", Language)
class TestTheTeam:
    """WHS-24, WHS-25."""

    @in_one_item("name", ("review wanted", "review late"))
    def test_whs_24_it_reads_the_evidence_in_full(self, language: Language, name: str) -> None:
        text = text_of(name, language)
        _, both, unknown = GERMANY[language]
        said = [str(fact) for each in LOOKS_LIKE for fact in dict(each).values() if isinstance(fact, str)]
        said += ["Second Reseller", "K-100001-2", "liste-3", SCORE[language], both, unknown, ALL_OF_THEM[language]]
        assert [fact for fact in said if fact not in text] == []
        assert text.index("Nordwind Handelshaus") < text.index("ООО Северный ветер")

    @in_one_item("name", ("review wanted", "review late"))
    def test_whs_25_no_time_ever_decides(self, language: Language, name: str) -> None:
        assert NOBODY_DECIDES[language] in text_of(name, language)

    def test_those_that_are_only_counted_are_named_where_there_are_any(self, language: Language) -> None:
        text = text_of("review wanted", language, evidence=LOOKS_LIKE, found=2)
        assert ALL_OF_THEM[language].replace("17", "2") not in text

    @in_one_item("name", ("review wanted", "review late"))
    def test_lines_of_a_list_cannot_pass_for_ours(self, language: Language, name: str) -> None:
        forged = LOOKS_LIKE[0].model_copy(update={"listed_name": FORGED, "explained": FORGED, "source": FORGED})
        mail = composed(a_letter(SAMPLES[name], language, evidence=(forged, LOOKS_LIKE[1])))
        for line in some(FORGED.split("\n")):
            assert part(mail, "plain").count(f"\n      {line}\n") == 3
        assert part(mail, "html").count("</table>") == part(mail_of(name, language), "html").count("</table>")


@in_one_item("language", Language)
class TestThePartner:
    """M-20, WHS-26, WHS-27."""

    @in_one_item("name", [name for name in SAMPLES if "review" not in name])
    def test_evidence_is_never_said_even_where_it_is_among_the_facts(self, language: Language, name: str) -> None:
        letter = a_letter(SAMPLES[name], language)
        everything = dict(CHECK) | EVIDENCE
        told = {place: fact for place, fact in everything.items() if place in type(letter.facts).model_fields}
        said = " ".join(shown_in(composed(letter.model_copy(update={"facts": letter.facts.model_copy(update=told)}))))
        secret = [str(fact) for each in LOOKS_LIKE for place, fact in dict(each).items() if place != "countries"]
        secret = [*secret, "liste-3", SCORE[language], "17", *GERMANY[language][1:]]
        assert [fact for fact in secret if fact in said and fact != "ACME-Kunde"] == []

    def test_it_is_said_why_the_customer_was_screened(self, language: Language) -> None:
        """WHS-20."""
        for because, words in some(list(zip(CheckReason, REASONS[language], strict=True))):
            text = text_of("contact", language, because=because)
            assert [each for each in REASONS[language] if each in text] == [words]

    def test_amb_30_each_request_is_counted_unless_there_is_only_one(self, language: Language) -> None:
        assert ATTEMPT[language] in text_of("contact", language)
        assert ATTEMPT[language].replace("11", "13") in text_of("last contact", language)
        assert not re.search(r"\b1( of | sur |回目|회차)", text_of("only contact", language))

    @in_one_item("name", ("contact", "contact, bare"))
    def test_an_earlier_request_says_what_may_follow_and_names_no_day(self, language: Language, name: str) -> None:
        text = text_of(name, language, **LAST)
        assert FOLLOWS[language] in text
        assert [words for words in (*DAYS[language], *STOPS[language], NO_REPLY[language][0]) if words in text] == []

    @in_one_item("name", LASTS)
    def test_whs_27_the_last_ones_name_the_day_and_what_stops_it(self, language: Language, name: str) -> None:
        text = text_of(name, language)
        expected = (*DAYS[language], *STOPS[language], FOR_GOOD[language], NO_REPLY[language][0])
        assert [words for words in expected if words not in text] == []
        assert FOLLOWS[language] not in text

    @in_one_item("name", LASTS)
    def test_a_reply_that_stops_nothing_is_not_asked_for_to_stop_it(self, language: Language, name: str) -> None:
        """AMB-30: the thirty days end first, or at the same time; or somebody replied already."""
        ways: tuple[dict[str, Any], ...] = (
            {"partner_replied": True},
            {"deprovisioned_on": UNRESOLVED},
            {"reply_until": None},
            {"resolved_until": UNREACHABLE},
        )
        for changes in some(ways):
            text = text_of(name, language, **changes)
            assert [words in text for words in STOPS[language]] == [False, True]

    def test_whoever_replied_is_thanked_and_not_blamed(self, language: Language) -> None:
        for name, replied in (("last call", False), ("last call, replied", True)):
            text = text_of(name, language)
            assert [words in text for words in NO_REPLY[language]] == [not replied, replied]

    def test_a_last_call_says_in_how_many_days(self, language: Language) -> None:
        for left, words in zip((61, 1, 0), IN_DAYS[language], strict=True):
            mail = composed(a_letter(SAMPLES["last call"], language, days_left=left))
            assert words in mail["Subject"]
            assert words in part(mail, "plain").partition("\n")[0]

    def test_no_details_are_promised(self, language: Language) -> None:
        for name in ("contact", "last contact"):
            assert NO_DETAILS[language] in text_of(name, language)

    def test_whs_24_what_is_resolved_asks_for_nothing(self, language: Language) -> None:
        text = text_of("resolved", language, **LAST)
        assert [words for words in NOTHING[language] if words not in text] == []
        assert [words for words in (*DAYS[language], FOR_GOOD[language], *STOPS[language]) if words in text] == []

    def test_whs_27_what_was_removed_is_listed_with_its_instants(self, language: Language) -> None:
        text = text_of("deprovisioned", language)
        listed = [line for line in text.split("\n") if line.startswith("  - ")]
        assert [words in line for words, line in zip(REMOVED[language], listed, strict=True)] == [True] * 4
        assert all(LATER_THERE[language] in line for line in listed)
        assert ["250" in line for line in listed] == [True, True, True, False]
        assert FOR_GOOD[language] in text

    def test_whs_27_the_check_that_was_not_resolved_is_named_and_words_of_the_record_are_not(
        self, language: Language
    ) -> None:
        text = text_of("deprovisioned", language)
        assert "K-100001-2" in text
        assert NOT_IN_TIME[language] in text
        assert [words for words in ("Grund XY", BY_REQUEST[language]) if words in text] == []

    def test_whoever_asked_for_it_reads_the_reason_and_of_no_review(self, language: Language) -> None:
        text = text_of("deprovisioned as asked", language)
        assert [words for words in ("Grund XY", BY_REQUEST[language]) if words not in text] == []
        assert NOT_IN_TIME[language] not in text

    @in_one_item(
        ("sample", "fact"),
        [
            ("review wanted", "evidence"),
            ("review late", "evidence"),
            ("review late", "due_at"),
            ("contact", "attempt"),
            ("last contact", "deprovisioned_on"),
            ("last call", "deprovisioned_on"),
            ("last call", "days_left"),
            ("deprovisioned", "steps"),
        ],
    )
    def test_a_missing_fact_stops_it(self, language: Language, sample: str, fact: str) -> None:
        with pytest.raises(FactMissing):
            text_of(sample, language, **{fact: () if fact in {"evidence", "steps"} else None})


@in_one_item("for_compliance", (True, False))
def test_what_a_customer_says_of_its_end_is_enough_for_its_mail(for_compliance: bool) -> None:
    """WHS-27, C20: once it is deprovisioned, and not before."""
    state = wholesale.provisioned()
    if for_compliance:
        state.check_reported(wholesale.news_of(stage="deprovisioning"), INSTANT)
    else:
        state.deprovision(wholesale.removal(), INSTANT)
    for step in STEPS:
        state.step_taken(Step(step=step, at=LATER, removed=state.to_remove(step) or 0), LATER)
    row, mail = WholesaleRow(state=state, placed=wholesale.an_onboarding()), posted(W.WHOLESALE_DEPROVISIONED)
    assert not OF_A_CUSTOMER.wanted(row, mail)
    state.deprovisioned("C-W-1", "0" * 64, LATER)
    assert OF_A_CUSTOMER.wanted(row, mail)
    facts = OF_A_CUSTOMER.facts(row, mail, LATER)
    for language in Language:
        text = part(composed(Letter(kind=mail.kind, to=a_reader(language), facts=facts)), "plain")
        expected = ("Akasaka Shoji", "C-W-1", "W-1-1" if for_compliance else "the contract has ended")
        assert [fact for fact in expected if fact not in text] == []
        assert "WHS-" not in text
