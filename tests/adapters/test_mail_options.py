"""What the mails about option requests say, and those about SLA clocks to our own people. domain.md §4, §8.3."""

import re
from datetime import date, timedelta
from functools import partial
from itertools import product
from typing import Any, Final

import pytest

from activities.ports import UnsafeMail
from adapters.mail.languages import language_name
from adapters.mail.reader import FactMissing, Reader
from adapters.mail.stationery import Stationery
from domain.case.facts import CaseFacts, ClockFacts
from domain.case.mails import PARTNER_CONTACT, CaseMail
from domain.mails import HelpDesk, Letter, MailKind
from domain.option.facts import OptionFacts
from domain.option.mails import OptionMail
from domain.option.messages import ContactOf, OptionKind
from domain.values import Language, Person
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
    RENEWAL_DAY,
    RUN_TOGETHER,
    SAID,
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

TO_OUR_OWN: Final = tuple(kind for kind in CaseMail if kind.reader != PARTNER_CONTACT)
KINDS: Final[tuple[MailKind, ...]] = (*OptionMail, *TO_OUR_OWN)
LABEL: Final = re.compile(r"^  [^-].*[:：] *$|（\s*）|\(\s*\)|「」|‘’|“”", re.MULTILINE)
"""A label without its fact, marks with nothing between them."""

OF_CODE: Final = re.compile(
    r"None|\{[{%]|\b(True|False)\b|\d\.\d|_(split|type|contact|administrator|date|response|update)"
)
"""What only programs say."""

REQUEST: Final[dict[str, Any]] = {
    "customer_company": "ACME-Kunde",
    "request_id": "R-100001",
    "subscription_id": "sub-SO-100001",
    "facing_partner": "Second Reseller",
    "requested_at": INSTANT,
}
DETAILS: Final[dict[str, dict[str, Any]]] = {
    "language": {"site": "acme.webex.example", "language": "pt-BR"},
    "site_split": {"site": "acme.webex.example", "new_site": "lab.webex.example", "named_users": 1250},
    "contact": {"contact_of": "customer", "contact_name": "Łukasz Żak"},
    "session_type": {"site": "acme.webex.example", "session_type": "Schulung XL", "request_text": SAID},
    "logo": {"site": "acme.webex.example", "logo_url": "https://acme.example/logo.png?v=2"},
    "other": {"request_text": SAID},
}
OUTCOMES: Final[dict[str, dict[str, Any]]] = {
    "renewal_date": {"renewal_date": date(2027, 3, 14), "days_left": 61},
    "csm": {"csm": "csm-77"},
}
CASE: Final[dict[str, Any]] = {
    "customer_company": "ACME-Kunde",
    "case_id": "C-100001",
    "case_subject": "Anmeldung schlägt fehl",
    "service": "Zoho Mail",
    "organization_id": "ZOID-7700",
    "partner": "Second Reseller",
    "received_at": INSTANT - timedelta(hours=2),
    "critical": True,
    "agent": "agent-9",
}


def a_clock(name: str, breached: bool = False, **changes: Any) -> ClockFacts:
    """With hours that no policy of ours has."""
    return ClockFacts(**({"name": name, "due_at": INSTANT, "breached": breached, "hours": 11.0} | changes))


def _of_options() -> dict[str, Sample]:
    asked = {kind: {"kind": kind, **details} for kind, details in DETAILS.items()}
    asked |= {
        f"contact of {of}": {**asked["contact"], "contact_of": of, "request_text": SAID} for of in map(str, ContactOf)
    }
    samples: dict[str, Sample] = {}
    for name, facts in asked.items():
        ways: dict[OptionMail, dict[str, Any]] = {
            OptionMail.OPTION_ACKNOWLEDGED: {"due_at": LATER},
            OptionMail.OPTION_COMPLETED: {"completed_at": LATER, "note": "Hinweis XY"},
            OptionMail.OPTION_REJECTED: {"rejection": "Grund XY"},
        }
        for mail, more in ways.items():
            samples[f"{mail} {name}"] = Sample(mail, facts | more)
            if mail != OptionMail.OPTION_REJECTED:
                samples[f"{mail} {name}, bare"] = Sample(mail, facts)
    for left in (61, 1, 0, -1, -23):
        facts = {"kind": "renewal_date", **OUTCOMES["renewal_date"], "days_left": left}
        samples[f"renewal date in {left} days"] = Sample(OptionMail.OPTION_ANSWERED, facts)
    for csm in ("csm-77", None):
        facts = {"kind": "csm", "csm": csm, "request_text": SAID}
        samples[f"the CSM is {csm}"] = Sample(OptionMail.OPTION_ANSWERED, facts)
    return samples


def _of_clocks() -> dict[str, Sample]:
    alone: dict[str, Any] = {"agent": None, "organization_id": None, "customer_company": ""}
    ways: dict[str, dict[str, Any]] = {"": {}, ", alone": alone}
    names = ("first_response", "identification", "status_update")
    clocks = tuple(map(a_clock, names))
    breached = (a_clock(names[0], breached=True), a_clock(names[1], due_at=LATER), a_clock(names[2], due_at=LATER))
    samples: dict[str, Sample] = {}
    for way, facts in ways.items():
        for name in names:
            samples[f"{name} due soon{way}"] = Sample(CaseMail.SLA_WARNING, facts | {"clock": a_clock(name)})
            samples[f"{name} overdue{way}"] = Sample(CaseMail.SLA_BREACH, facts | {"clock": a_clock(name, True)})
        samples[f"status wanted{way}"] = Sample(CaseMail.STATUS_WANTED, facts | {"clock": a_clock(names[2])})
        late = facts | {"minutes_lost": 245}
        samples[f"late and overdue{way}"] = Sample(CaseMail.SLA_STARTED_LATE, late | {"clocks": breached})
        samples[f"late and due soon{way}"] = Sample(CaseMail.SLA_STARTED_LATE, late | {"clocks": clocks})
    return samples


SAMPLES: Final = _of_options() | _of_clocks()
FULL: Final = [name for name in SAMPLES if not name.endswith((", bare", ", alone"))]

PORTUGUESE: Final = {
    Language.JAPANESE: "ポルトガル語（ブラジル）",
    Language.KOREAN: "포르투갈어(브라질)",
    Language.FRENCH: "portugais brésilien",
    Language.ENGLISH: "Brazilian Portuguese",
}
THOUSAND: Final = {
    Language.JAPANESE: "1,250",
    Language.KOREAN: "1,250",
    Language.FRENCH: "1\u202f250",
    Language.ENGLISH: "1,250",
}
CLOCKS: Final = {
    Language.JAPANESE: ("初回応答", "問題の特定", "状況報告"),
    Language.KOREAN: ("첫 답변", "문제 파악", "처리 현황 안내"),
    Language.FRENCH: ("remière réponse", "dentification du problème", "oint d’étape"),
    Language.ENGLISH: ("First response", "Problem identification", "Status update"),
}
OVERDUE: Final = {
    Language.JAPANESE: "超過",
    Language.KOREAN: "초과",
    Language.FRENCH: "dépassée|en retard",
    Language.ENGLISH: "Was due by|overdue",
}
NOBODY: Final = {
    Language.JAPANESE: ("未割り当て", "担当者を割り当ててください"),
    Language.KOREAN: ("미지정", "담당자를 지정해 주십시오"),
    Language.FRENCH: ("Personne pour l’instant", "merci de l’attribuer"),
    Language.ENGLISH: ("Nobody yet", "please assign it"),
}
CRITICAL: Final = {
    Language.JAPANESE: "S1\u00a0-\u00a0重大",
    Language.KOREAN: "S1\u00a0-\u00a0중대",
    Language.FRENCH: "S1\u00a0–\u00a0Critique",
    Language.ENGLISH: "S1\u00a0–\u00a0Critical",
}
UNASSIGNED: Final = {
    Language.JAPANESE: ("まだ割り当てられておりません", "Graduation（お客様の引き継ぎ）の完了後"),
    Language.KOREAN: ("아직 배정되지 않음", "Graduation(고객 담당 인계)이 완료된 후"),
    Language.FRENCH: ("Pas encore désigné", "désigné après la Graduation"),
    Language.ENGLISH: ("Not assigned yet", "assigned after Graduation"),
}
COUNTED: Final = {
    Language.JAPANESE: ("更新日までの日数：61日", "更新日からの経過日数：23日"),
    Language.KOREAN: ("갱신일까지 남은 일수: 61일", "갱신일 이후 지난 일수: 23일"),
    Language.FRENCH: ("Jours restants\u00a0: 61", "Jours écoulés depuis\u00a0: 23"),
    Language.ENGLISH: ("Days left: 61", "Days since then: 23"),
}
PASSED: Final = {
    Language.JAPANESE: ("61日後", "更新日を過ぎております"),
    Language.KOREAN: ("61일 후", "갱신일이 지났습니다"),
    Language.FRENCH: ("dans 61\u00a0jours", "est passée"),
    Language.ENGLISH: ("in 61 days", "has passed"),
}
GETS_OUR_MAILS: Final = {
    Language.JAPANESE: "今後、{}、Łukasz Żak\u00a0様へお送りいたします。",
    Language.KOREAN: "앞으로 {} Łukasz Żak\u00a0님께 발송됩니다.",
    Language.FRENCH: "Désormais, c’est Łukasz Żak qui reçoit nos messages {}.",
    Language.ENGLISH: "From now on, Łukasz Żak gets our mails {}.",
}
WHOSE: Final[dict[Language, dict[str, str]]] = {
    Language.JAPANESE: {
        "customer": "お客様のご担当者宛てのメールは",
        "partner": "貴社宛てのメールは",
        "site_administrator": "サイト管理者様宛てのメールは",
        "renewal_contact": "ご契約の更新に関するメールは",
    },
    Language.KOREAN: {
        "customer": "고객사 담당자에게 보내는 메일은",
        "partner": "귀사에 보내는 메일은",
        "site_administrator": "사이트 관리자에게 보내는 메일은",
        "renewal_contact": "계약 갱신에 관한 메일은",
    },
    Language.FRENCH: {
        "customer": "destinés au contact du client",
        "partner": "destinés à votre société",
        "site_administrator": "destinés à l’administrateur du site",
        "renewal_contact": "concernant le renouvellement",
    },
    Language.ENGLISH: {
        "customer": "for the customer’s contact",
        "partner": "for your company",
        "site_administrator": "for the site administrator",
        "renewal_contact": "about the renewal",
    },
}
IN_EFFECT: Final = {
    Language.JAPANESE: (
        "acme.webex.example で、ポルトガル語（ブラジル）をご利用いただける",
        "新しいサイト lab.webex.example が、ご契約に加わりました",
        "「Schulung XL」をご利用いただける",
        "acme.webex.example のロゴを",
    ),
    Language.KOREAN: (
        "acme.webex.example 사이트에서 다음 언어를 사용하실 수 있습니다: 포르투갈어(브라질)",
        "새 사이트(lab.webex.example)가 계약에 추가되었습니다",
        "(‘Schulung XL’)을 사용하실 수 있습니다",
        "acme.webex.example 사이트의 로고가",
    ),
    Language.FRENCH: (
        "acme.webex.example est désormais disponible en portugais brésilien",
        "lab.webex.example fait désormais partie du contrat",
        "«\u00a0Schulung XL\u00a0» est désormais disponible sur le site acme.webex.example",
        "acme.webex.example affiche désormais le nouveau logo",
    ),
    Language.ENGLISH: (
        "acme.webex.example can now be used in Brazilian Portuguese",
        "lab.webex.example is now part of the subscription",
        "“Schulung XL” is now available on the site acme.webex.example",
        "acme.webex.example now shows the new logo",
    ),
}

TERMS: Final = frozenset(
    {"csm", "graduation", "named", "user", "users", "url", "utc", "s1", "id", "zoid", "zgid", "customer", "success"}
) | {"manager"}
"""Names of things, the same in every language."""

FRENCH_TOO: Final = frozenset(
    {"a", "action", "client", "commandes", "contact", "contrat", "date", "e-mail", "identification", "logo", "message"}
    | {"minutes", "note", "on", "question", "service", "services", "session", "site", "son", "total", "type"}
)
"""English words that are French as well."""


def a_letter(sample: Sample, language: Language = Language.ENGLISH, /, **changes: Any) -> Letter:
    """With the facts of a sample; those given replace them."""
    if isinstance(sample.kind, OptionMail):
        return Letter(kind=sample.kind, to=a_reader(language), facts=OptionFacts(**(REQUEST | sample.facts | changes)))
    return Letter(kind=sample.kind, to=a_reader(language), facts=CaseFacts(**(CASE | sample.facts | changes)))


MAILS: Final = SampledMails(COMPOSER, SAMPLES, a_letter)
content_of, composed, mail_of, text_of = MAILS.content_of, MAILS.composed, MAILS.mail_of, MAILS.text_of
usual, USUAL = MAILS.usual, MAILS.first


def expected_in(sample: Sample, language: Language) -> set[str]:
    """What a mail says of its facts."""
    said: set[str] = {GREETED[language]}
    shown = (REQUEST if isinstance(sample.kind, OptionMail) else CASE) | sample.facts
    hidden = {"facing_partner"} | ({"renewal_date", "days_left"} if "csm" in sample.facts else set())
    in_words: dict[str, str | None] = {
        "language": PORTUGUESE[language],
        "named_users": THOUSAND[language],
        "renewal_date": RENEWAL_DAY[language],
        "requested_at": INSTANT_THERE[language],
        "due_at": LATER_THERE[language],
        "completed_at": LATER_THERE[language],
        "minutes_lost": "245",
    }
    for name, fact in shown.items():
        if name in in_words:
            said.add(str(in_words[name]))
        elif isinstance(fact, str) and name not in hidden | {"kind", "contact_of"}:
            said |= set(fact.split("\n"))
    return said


def own_words(name: str, language: Language) -> frozenset[str]:
    """The words in Latin letters that are the mail's own, in small letters: no facts, no names, no addresses."""
    facts = {str(fact) for each in (REQUEST, CASE, SAMPLES[name].facts) for fact in each.values()}
    return latin_words(text_of(name, language), {*facts, *SAID.split("\n"), *READERS[language], "Vendor Order Desk"})


def test_every_mail_and_every_kind_of_request_is_here() -> None:
    assert {sample.kind for sample in SAMPLES.values()} == set(KINDS)
    assert {sample.facts["kind"] for sample in SAMPLES.values() if "kind" in sample.facts} == set(OptionKind)


@pytest.mark.parametrize("language", Language)
@in_one_item("name", SAMPLES)
class TestEveryVariant:
    def test_says_its_facts_on_the_readers_clock(self, name: str, language: Language) -> None:
        text = text_of(name, language)
        assert [fact for fact in expected_in(SAMPLES[name], language) if fact not in text] == []

    def test_says_no_none_no_words_of_code_and_no_label_without_its_fact(self, name: str, language: Language) -> None:
        mail = mail_of(name, language)
        for said in shown_in(mail):
            assert not OF_CODE.search(said)
            assert not LABEL.search(said)
        assert bare(words_of(part(mail, "html"))) == bare(part(mail, "plain"))

    def test_has_no_words_of_another_language(self, name: str, language: Language) -> None:
        assert not foreign_words(language, partial(own_words, name), TERMS, FRENCH_TOO)

    def test_a_subject_begins_with_what_matters_and_is_short(self, name: str, language: Language) -> None:
        subject = mail_of(name, language)["Subject"]
        assert len(subject) <= LONGEST_SUBJECT + (5 if "alone" in name else 0)
        assert subject[0] not in "[【( "
        assert re.search(r"(R|C)-100001[)）]$", subject)
        assert not subject.startswith(("R-", "C-", "ACME"))

    def test_sentences_stand_apart_and_a_full_stop_is_not_doubled(self, name: str, language: Language) -> None:
        assert not RUN_TOGETHER.search(text_of(name, language))
        ends = {"customer_company": "A Inc.", "contact_name": "B Jr.", "partner": "C Inc."}
        known = type(a_letter(SAMPLES[name]).facts).model_fields
        text = text_of(name, language, **{place: words for place, words in ends.items() if place in known})
        assert not re.search(r"(Inc|Jr)\.\.", text)
        assert not re.search(r"\n\n\n", text)

    def test_html_is_tagged_and_links_only_to_our_pages(self, name: str, language: Language) -> None:
        html = part(mail_of(name, language), "html")
        assert f'<html lang="{language}">' in html
        assert not FETCHES.search(html)
        ours = {LINKS.order_desk, LINKS.technical_desk, LINKS.subscription_page}
        assert links_in(html) <= ours


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", KINDS)
class TestEveryLetter:
    def test_it_names_the_desk_of_its_kind_and_only_that(self, kind: MailKind, language: Language) -> None:
        text = part(usual(kind, language), "plain")
        technical = kind in TO_OUR_OWN
        assert (kind.desk is HelpDesk.TECHNICAL) is technical
        assert (LINKS.technical_desk in text) is technical
        assert (LINKS.order_desk in text) is not technical

    def test_it_is_filed_under_its_number_and_makes_the_same_bytes_again(
        self, kind: MailKind, language: Language
    ) -> None:
        letter = a_letter(SAMPLES[USUAL[kind]], language)
        assert usual(kind, language)["X-Tenure-Mail"] == f"{kind} {letter.facts.filed_under}"
        assert content_of(letter) == content_of(letter)
        assert all(len(line) <= 78 for line in content_of(letter).split(b"\r\n"))

    def test_a_long_company_name_is_cut_in_the_subject_only(self, kind: MailKind, language: Language) -> None:
        mail = composed(a_letter(SAMPLES[USUAL[kind]], language, customer_company="x" * 200))
        assert len(mail["Subject"]) < 80
        assert "x" * 200 in part(mail, "plain")


def a_hostile_letter(name: str, language: Language, words: str) -> tuple[Letter, tuple[str, ...]]:
    """About people who wrote these words in every place that has text, past every check of the models; the places."""
    letter = a_letter(SAMPLES[name], language)
    ours = {"kind", "contact_of", "language", "facing_partner"}
    places = tuple(
        place for place, fact in dict(letter.facts).items() if fact and isinstance(fact, str) and place not in ours
    )
    facts = type(letter.facts).model_construct(**(dict(letter.facts) | dict.fromkeys(places, words)))
    return Letter.model_construct(kind=letter.kind, to=letter.to, facts=facts, with_document=False), places


@pytest.mark.parametrize("language", Language)
@in_one_item("name", FULL)
class TestWhatSomebodyWrote:
    def test_words_stay_words_wherever_they_stand(self, name: str, language: Language) -> None:
        words = " / ".join(HARMLESS)
        letter, places = a_hostile_letter(name, language, words)
        person = Person.model_construct(**(dict(letter.to) | {"first_name": words, "last_name": words}))
        content = content_of(letter.model_copy(update={"to": person}))
        html = assert_as_harmless(content, words, mail_of(name, language), len(places))
        ours = {LINKS.order_desk, LINKS.technical_desk, LINKS.subscription_page}
        assert links_in(html) <= ours

    def test_text_that_is_turned_round_stands_in_a_row_of_its_own(self, name: str, language: Language) -> None:
        letter, places = a_hostile_letter(name, language, TURNED)
        assert len(rows_of(TURNED, part(composed(letter), "html"))) >= len(places)

    def test_a_control_character_is_never_sent(self, name: str, language: Language) -> None:
        with pytest.raises(UnsafeMail):
            content_of(a_hostile_letter(name, language, one_harmful(name, language))[0])


QUOTED: Final = [name for name, sample in SAMPLES.items() if sample.facts.get("request_text")]


@pytest.mark.parametrize("language", Language)
@in_one_item("name", QUOTED)
def test_free_text_keeps_its_lines_and_cannot_pass_for_ours(name: str, language: Language) -> None:
    mail = mail_of(name, language)
    assert "\n      Zeile eins: Protokoll?\n\n      Zeile zwei: Uhrzeit?\n" in part(mail, "plain")
    assert "Zeile eins: Protokoll?<br><br>Zeile zwei: Uhrzeit?</div>" in part(mail, "html")
    faked = composed(a_letter(SAMPLES[name], language, request_text=FORGED))
    for line in some(FORGED.split("\n")):
        assert f"\n      {line}\n" in part(faked, "plain")
    assert part(faked, "html").count("</table>") == part(mail, "html").count("</table>")


@in_one_item("name", SAMPLES)
def test_french_punctuation_never_begins_a_line_and_apostrophes_are_round(name: str) -> None:
    for said in some(shown_in(mail_of(name, Language.FRENCH))):
        assert not wrong_in_french(said)


@in_one_item("name", SAMPLES)
def test_in_french_nothing_is_elided_before_a_name_and_a_last_day_is_not_before_itself(name: str) -> None:
    names = {"customer_company": "Atelier", "contact_name": "Île", "partner": "Île", "csm": "Île"}
    letter = a_letter(SAMPLES[name], Language.FRENCH)
    facts = letter.facts.model_copy(
        update={place: word for place, word in names.items() if getattr(letter.facts, place, None)}
    )
    text = part(composed(letter.model_copy(update={"facts": facts})), "plain")
    assert not ELIDED.search(text)


@pytest.mark.parametrize("language", Language)
@in_one_item("name", FULL)
def test_no_mail_knows_a_number_of_a_policy(name: str, language: Language, monkeypatch: pytest.MonkeyPatch) -> None:
    """SUP-20, AMB-5, AMB-34: hours and days are the request's and the case's own. Dates are left out here."""
    without_dates(monkeypatch, "when", "at", "day", "brief_day")
    written = Stationery(LINKS, "Desk").write(a_letter(SAMPLES[name], language))
    left = SAMPLES[name].facts.get("days_left", 0)
    allowed = {11, 245, abs(left)} | ({1, 250} if "site_split" in name else set())
    assert set(numbers_in(written)) <= allowed
    assert not WEEKS.search(written.text)


@in_one_item("language", Language)
class TestRequests:
    def test_only_what_its_kind_asks_for_is_said(self, language: Language) -> None:
        """OPT-02: whatever else is among the facts."""
        everything: dict[str, Any] = {
            key: fact for facts in (*DETAILS.values(), *OUTCOMES.values()) for key, fact in facts.items()
        }
        shown = {
            "language": PORTUGUESE[language], "site_split": "lab.webex.example", "contact": "Łukasz Żak",
            "session_type": "Schulung XL", "logo": "logo.png",
        }  # fmt: skip
        mails: dict[OptionMail, dict[str, Any]] = {
            OptionMail.OPTION_ACKNOWLEDGED: {},
            OptionMail.OPTION_COMPLETED: {},
            OptionMail.OPTION_REJECTED: {"rejection": "Grund XY"},
        }
        for kind, (mail, more) in some(list(product(OptionKind, mails.items()))):
            text = part(composed(a_letter(Sample(mail, everything | more | {"kind": kind}), language)), "plain")
            assert [name for name, words in shown.items() if words in text] == [str(kind)] * (kind in shown)
            assert "csm-77" not in text
            assert RENEWAL_DAY[language] not in text

    def test_an_acknowledgement_says_by_when_only_if_somebody_expects_a_day(self, language: Language) -> None:
        """AMB-5."""
        expected, bare_one = (text_of(f"option_acknowledged logo{way}", language) for way in ("", ", bare"))
        assert [LATER_THERE[language] in text for text in (expected, bare_one)] == [True, False]

    def test_completion_says_what_is_in_effect_now_and_since_when(self, language: Language) -> None:
        kinds = ("language", "site_split", "session_type", "logo")
        for kind, words in some(list(zip(kinds, IN_EFFECT[language], strict=True))):
            text = text_of(f"option_completed {kind}", language)
            assert [each in text for each in IN_EFFECT[language]] == [each == words for each in IN_EFFECT[language]]
            assert LATER_THERE[language] in text
            assert LATER_THERE[language] not in text_of(f"option_completed {kind}, bare", language)
            assert words not in text_of(f"option_acknowledged {kind}", language)

    @in_one_item("contact", ContactOf)
    def test_a_changed_contact_is_who_gets_which_mails_from_now_on(
        self, language: Language, contact: ContactOf
    ) -> None:
        text = text_of(f"option_completed contact of {contact}", language)
        assert GETS_OUR_MAILS[language].format(WHOSE[language][contact]) in text
        assert not re.search(r"[\w.+-]+@[\w.-]+", text)

    def test_the_days_until_the_renewal_date_are_counted_and_those_since(self, language: Language) -> None:
        for left, counted, titled in some(list(zip((61, -23), COUNTED[language], PASSED[language], strict=True))):
            text = text_of(f"renewal date in {left} days", language)
            assert f"  {counted}\n" in text
            assert titled in text.partition("\n")[0]
            assert LINKS.subscription_page in text
            others = set(COUNTED[language] + PASSED[language]) - {counted, titled}
            assert not any(other in text for other in others)

    def test_a_csm_nobody_is_yet_is_said_to_be_assigned_after_graduation(self, language: Language) -> None:
        """OPT-03, ORD-27."""
        nobody, somebody = (text_of(f"the CSM is {csm}", language) for csm in (None, "csm-77"))
        assert [words in nobody for words in UNASSIGNED[language]] == [True, True]
        assert [words in somebody for words in UNASSIGNED[language]] == [False, False]

    @in_one_item(
        ("sample", "fact"),
        [
            *(
                (f"option_completed {kind}", fact)
                for kind in DETAILS
                for fact in DETAILS[kind]
                if fact != "request_text"
            ),
            ("option_rejected logo", "rejection"),
            ("renewal date in 61 days", "renewal_date"),
            ("renewal date in 61 days", "days_left"),
        ],
    )
    def test_a_missing_fact_stops_it(self, language: Language, sample: str, fact: str) -> None:
        with pytest.raises(FactMissing):
            text_of(sample, language, **{fact: None})


@in_one_item("language", Language)
class TestClocks:
    def test_each_clock_has_its_name_and_its_time(self, language: Language) -> None:
        """SUP-20, AMB-34."""
        names = ("first_response", "identification", "status_update")
        for name, words in some(list(zip(names, CLOCKS[language], strict=True))):
            for way in ("due soon", "overdue"):
                mail = mail_of(f"{name} {way}", language)
                assert words in mail["Subject"]
                assert INSTANT_THERE[language] in part(mail, "plain")
                assert bool(re.search(OVERDUE[language], part(mail, "plain"))) is (way == "overdue")
        assert INSTANT_THERE[language] in text_of("status wanted", language)

    def test_parts_of_an_hour_are_said_in_minutes(self, language: Language) -> None:
        text = text_of("first_response due soon", language, clock=a_clock("first_response", hours=1.5))
        assert re.search(r"[:：] ?90\u00a0?(分|분|minutes)$", text, re.MULTILINE)
        whole = text_of("first_response due soon", language)
        assert re.search(r"[:：] ?11\u00a0?(時間|시간|heures|hours)$", whole, re.MULTILINE)

    def test_a_case_nobody_works_on_is_to_be_assigned(self, language: Language) -> None:
        for name in some([name for name, sample in SAMPLES.items() if sample.kind in TO_OUR_OWN]):
            said = [words in text_of(name, language) for words in NOBODY[language]]
            assert said == [", alone" in name] * 2, name
            assert ("ACME-Kunde" in text_of(name, language)) is (", alone" not in name)

    def test_only_a_critical_case_is_called_critical(self, language: Language) -> None:
        for kind in some(TO_OUR_OWN):
            critical, normal = (
                part(composed(a_letter(SAMPLES[USUAL[kind]], language, critical=way)), "plain") for way in (True, False)
            )
            assert (CRITICAL[language] in critical) is True
            assert kind == CaseMail.SLA_STARTED_LATE or CRITICAL[language] not in normal

    def test_the_notice_that_s1_was_found_late_lists_every_clock_and_the_minutes_lost(self, language: Language) -> None:
        """AMB-36: one notice for all of them."""
        for name, overdue in (("late and overdue", True), ("late and due soon", False)):
            text = text_of(name, language)
            assert re.findall(r"^  - .*(?:08:30|00:30|19:30)", text, re.MULTILINE)
            listed = [line for line in text.split("\n") if line.startswith("  - ") and "UTC" in line]
            assert [words in line for words, line in zip(CLOCKS[language], listed, strict=True)] == [True] * 3
            assert [bool(re.search(OVERDUE[language], line)) for line in listed] == [overdue, False, False]
            assert re.search(r"\b245\u00a0?(分|분|minutes)", text)

    @in_one_item(
        ("sample", "changes"),
        [
            ("first_response due soon", {"clock": None}),
            ("first_response overdue", {"clock": None}),
            ("status wanted", {"clock": None}),
            ("late and overdue", {"clocks": ()}),
            ("late and overdue", {"minutes_lost": None}),
        ],
    )
    def test_a_missing_clock_stops_it(self, language: Language, sample: str, changes: dict[str, Any]) -> None:
        with pytest.raises(FactMissing):
            text_of(sample, language, **changes)


LANGUAGES: Final = {
    "ja": ("日本語", "일본어", "japonais", "Japanese"),
    "fr-CA": ("フランス語（カナダ）", "프랑스어(캐나다)", "français canadien", "Canadian French"),
    "zh-Hant": ("繁体中国語", "중국어(만다린, 번체)", "chinois traditionnel", "Traditional Chinese"),
    "jpn": ("日本語", "일본어", "japonais", "Japanese"),
    "aaa": ("aaa", "aaa", "aaa", "aaa"),
}
"""CLDR's names; `aaa` (Ghotuo) has none there."""


@in_one_item("tag", LANGUAGES)
def test_a_language_is_called_as_the_reader_calls_it(tag: str) -> None:
    for language, name in some(zip(Language, LANGUAGES[tag], strict=True)):
        assert language_name(tag, Reader(a_reader(language))) == name


TAIWAN: Final = (
    "繁体中国語（台湾）",
    "중국어(만다린, 번체)(대만)",
    "chinois traditionnel (Taïwan)",
    "Traditional Chinese (Taiwan)",
)


def test_what_cldr_has_no_name_for_is_put_together_from_its_parts() -> None:
    for language, words in zip(Language, TAIWAN, strict=True):
        assert language_name("zh-Hant-TW", Reader(a_reader(language))) == words
    assert language_name("az-Latn-TR", Reader(a_reader(Language.ENGLISH))) == "Azerbaijani (Latin, Türkiye)"
    with pytest.raises(FactMissing):
        language_name(None, Reader(a_reader(Language.ENGLISH)))
