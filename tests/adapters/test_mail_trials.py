"""What the mails about trials and trial devices say, in each language. domain.md §5, §9.1."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.headerregistry import Address
from itertools import product
from typing import Any

import pytest

from activities.ports import UnsafeMail
from adapters.mail.composer import JinjaComposer
from adapters.mail.links import MailLinks, about
from adapters.mail.reader import FactMissing
from adapters.mail.stationery import _SERVICES
from domain.device.facts import DeviceFacts
from domain.device.mails import DeviceMail
from domain.lifecycles import mail_kinds
from domain.mails import HelpDesk, Letter, MailKind
from domain.trial.facts import TrialFacts
from domain.trial.losses import LOSSES as STEPS
from domain.trial.mails import TrialMail
from domain.trial.messages import Service
from domain.values import Language, Person
from tests.adapters.test_mail_injection import HARMLESS, assert_as_harmless
from tests.adapters.test_mail_letters import LINKS
from tests.makers import some
from tests.support.one_item import in_one_item
from tests.support.written_mail import (
    ELIDED,
    FETCHES,
    GREETED,
    LONGEST_SUBJECT,
    WrittenMails,
    a_reader,
    bare,
    links_in,
    part,
    shown_in,
    words_of,
)

E = datetime(2026, 3, 14, 15, 0, tzinfo=UTC)
GRACE_ENDS = datetime(2026, 4, 13, 15, 0, tzinfo=UTC)
NUMBERS_UNTIL = datetime(2026, 4, 28, 15, 0, tzinfo=UTC)
DUE = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
"""The night in which the clocks of Paris go forward."""

THERE = {
    Language.JAPANESE: (
        "2026年3月14日(土) 24:00 (日本標準時, UTC+09:00)",
        "2026年4月13日(月) 24:00 (日本標準時, UTC+09:00)",
        "2026年4月28日(火) 24:00 (日本標準時, UTC+09:00)",
        "2026年3月29日(日) 08:30 (日本標準時, UTC+09:00)",
    ),
    Language.KOREAN: (
        "2026년 3월 14일(토) 24:00 (대한민국 표준시, UTC+09:00)",
        "2026년 4월 13일(월) 24:00 (대한민국 표준시, UTC+09:00)",
        "2026년 4월 28일(화) 24:00 (대한민국 표준시, UTC+09:00)",
        "2026년 3월 29일(일) 08:30 (대한민국 표준시, UTC+09:00)",
    ),
    Language.FRENCH: (
        "samedi 14 mars 2026 à 16:00 (heure normale d’Europe centrale, UTC+01:00)",
        "lundi 13 avril 2026 à 17:00 (heure d’été d’Europe centrale, UTC+02:00)",
        "mardi 28 avril 2026 à 17:00 (heure d’été d’Europe centrale, UTC+02:00)",
        "dimanche 29 mars 2026 à 00:30 (heure normale d’Europe centrale, UTC+01:00)",
    ),
    Language.ENGLISH: (
        "Saturday, 14 March 2026, 11:00 (Eastern Daylight Time, UTC-04:00)",
        "Monday, 13 April 2026, 11:00 (Eastern Daylight Time, UTC-04:00)",
        "Tuesday, 28 April 2026, 11:00 (Eastern Daylight Time, UTC-04:00)",
        "Saturday, 28 March 2026, 19:30 (Eastern Daylight Time, UTC-04:00)",
    ),
}
"""E, the end of grace, the end of the numbers and the due date, on each reader's clock."""

FACTS: dict[str, Any] = {
    "customer_company": "ACME-Kunde",
    "facing_partner": "Second Reseller",
    "order_number": "SO-100001",
    "trial_id": "T-1",
    "services": tuple(Service),
    "expires_at": E,
    "grace_ends_at": GRACE_ENDS,
    "grace_access": "full",
    "access_ended_at": GRACE_ENDS,
    "losses": tuple(STEPS),
    "numbers_until": NUMBERS_UNTIL,
    "due_at": DUE,
    "days_left": 7,
    "organization_id": "org-77",
    "device_model": "Desk Pro",
    "serial_numbers": ("FOC1", "FOC2"),
    "carrier": "UPS",
    "label_in_box": True,
    "trials_team": "trials@vendor.example",
    "administrator_email": "admin@customer.example",
}

_TRIAL = {"trial_id", "services"}
NEEDED: Mapping[MailKind, set[str]] = {
    TrialMail.TRIAL_WELCOME: _TRIAL | {"expires_at"},
    TrialMail.TRIAL_CONSENT: _TRIAL | {"facing_partner"},
    TrialMail.TRIAL_STARTED: _TRIAL | {"expires_at"},
    TrialMail.TRIAL_EXPIRING: _TRIAL | {"expires_at", "days_left"},
    TrialMail.TRIAL_EXPIRED: _TRIAL | {"expires_at", "grace_ends_at"},
    TrialMail.TRIAL_EXPIRING_PARTNER: _TRIAL | {"expires_at", "days_left"},
    TrialMail.TRIAL_EXPIRED_PARTNER: _TRIAL | {"expires_at", "grace_ends_at"},
    TrialMail.TRIAL_LAST_CALL: _TRIAL | {"grace_ends_at"},
    TrialMail.TRIAL_ACCESS_ENDED: {"services"},
    TrialMail.TRIAL_CONSENT_LAPSED: _TRIAL,
    TrialMail.TRIAL_SETUP: _TRIAL,
    DeviceMail.DEVICE_EULA: {"device_model", "serial_numbers", "expires_at", "due_at"},
    DeviceMail.DEVICE_RETURN: {"device_model", "serial_numbers", "due_at"},
    DeviceMail.DEVICE_OVERDUE: {"trial_id", "device_model", "serial_numbers", "due_at"},
    DeviceMail.RMA_LOOKUP: {"organization_id"},
}
"""Without these a mail cannot be written; whatever else a template uses, it can do without."""

SHOWN: dict[MailKind, tuple[int, ...]] = {
    TrialMail.TRIAL_WELCOME: (0,),
    TrialMail.TRIAL_CONSENT: (3,),
    TrialMail.TRIAL_STARTED: (0,),
    TrialMail.TRIAL_EXPIRING: (0, 1),
    TrialMail.TRIAL_EXPIRED: (0, 1),
    TrialMail.TRIAL_EXPIRING_PARTNER: (0, 1),
    TrialMail.TRIAL_EXPIRED_PARTNER: (0, 1),
    TrialMail.TRIAL_LAST_CALL: (1, 2),
    TrialMail.TRIAL_ACCESS_ENDED: (1,),
    TrialMail.TRIAL_CONSENT_LAPSED: (3,),
    TrialMail.TRIAL_SETUP: (),
    DeviceMail.DEVICE_EULA: (0, 3),
    DeviceMail.DEVICE_RETURN: (3,),
    DeviceMail.DEVICE_OVERDUE: (3,),
    DeviceMail.RMA_LOOKUP: (),
}
"""Which of the instants in THERE a mail names."""

CONTROL_HUB, BUY = "https://hub.vendor.example/start", "https://hub.vendor.example/subscription"
PAGES: Mapping[MailKind, tuple[str, ...]] = {
    TrialMail.TRIAL_WELCOME: (CONTROL_HUB,),
    TrialMail.TRIAL_CONSENT: ("https://hub.vendor.example/consent?v=2&trial=T-1", CONTROL_HUB),
    TrialMail.TRIAL_STARTED: (CONTROL_HUB,),
    TrialMail.TRIAL_EXPIRING: (BUY,),
    TrialMail.TRIAL_EXPIRED: (BUY,),
    TrialMail.TRIAL_LAST_CALL: (BUY,),
    TrialMail.TRIAL_SETUP: (CONTROL_HUB,),
}
CONSENT = "https://hub.vendor.example/consent?v=2"
COMPOSER = JinjaComposer(
    Address("Vendor Order Desk", "desk", "vendor.example"),
    LINKS.model_copy(update={"trial_consent": CONSENT, "control_hub": CONTROL_HUB}),
)
DESKS = {HelpDesk.ORDERS: "https://orders.vendor.example/", HelpDesk.TECHNICAL: "https://help.vendor.example/"}
DEVICE_MAILS = (DeviceMail.DEVICE_EULA, DeviceMail.DEVICE_RETURN, DeviceMail.DEVICE_OVERDUE)


def a_letter(kind: MailKind, language: Language = Language.ENGLISH, **facts: Any) -> Letter:
    """A letter with all its facts; those given replace the usual ones."""
    model = TrialFacts if isinstance(kind, TrialMail) else DeviceFacts
    known = {name: fact for name, fact in (FACTS | facts).items() if name in model.model_fields}
    return Letter(kind=kind, to=a_reader(language), facts=model(**known))


MAILS = WrittenMails[MailKind](COMPOSER, a_letter)
content_of, composed, usual, text_of = MAILS.content_of, MAILS.composed, MAILS.mail_of, MAILS.text_of


def a_hostile_letter(kind: MailKind, language: Language, words: str) -> Letter:
    """A letter to and about people whose names are these words, past every check of the models."""
    letter = a_letter(kind, language)
    person = dict(letter.to) | {"first_name": words, "last_name": words}
    model = type(letter.facts)
    places = {"customer_company", "facing_partner", "device_model"} & model.model_fields.keys()
    facts = dict(letter.facts) | dict.fromkeys(places, words)
    return Letter.model_construct(kind=kind, to=Person.model_construct(**person), facts=model.model_construct(**facts))


def test_every_mail_of_trials_and_devices_is_here() -> None:
    assert set(NEEDED) == {kind for kind in mail_kinds() if kind.startswith(("trial_", "device_", "rma_"))}


def test_every_service_has_its_product_name() -> None:
    assert set(_SERVICES) == set(Service)


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", NEEDED)
class TestEveryLetter:
    def test_says_its_facts_on_the_readers_clock(self, kind: MailKind, language: Language) -> None:
        text = text_of(kind, language)
        expected = {"ACME-Kunde", DESKS[kind.desk], *PAGES.get(kind, ())}
        expected |= {GREETED[language]} if kind != DeviceMail.RMA_LOOKUP else set()
        expected |= {instant for number, instant in enumerate(THERE[language]) if number in SHOWN[kind]}
        expected |= set(_SERVICES.values()) if "services" in NEEDED[kind] else {"FOC1"}
        expected |= {"T-1"} if "trial_id" in NEEDED[kind] else set()
        assert [fact for fact in expected if fact not in text] == []
        assert [instant for n, instant in enumerate(THERE[language]) if n not in SHOWN[kind] and instant in text] == []

    def test_says_no_none_and_no_template_words(self, kind: MailKind, language: Language) -> None:
        mail = usual(kind, language)
        for said in some(shown_in(mail)):
            assert not re.search(r"None|\{[{%]|meetings_enterprise|contact_center", said)

    def test_text_and_html_say_the_same_word_for_word(self, kind: MailKind, language: Language) -> None:
        mail = usual(kind, language)
        assert bare(words_of(part(mail, "html"))) == bare(part(mail, "plain"))

    def test_html_is_tagged_and_fetches_nothing(self, kind: MailKind, language: Language) -> None:
        html = part(usual(kind, language), "html")
        assert f'<html lang="{language}">' in html
        assert not FETCHES.search(html)
        assert {address[:8] for address in links_in(html)} == {"https://"}

    def test_names_nobody_but_its_reader(self, kind: MailKind, language: Language) -> None:
        allowed = {"admin@customer.example"} if kind == DeviceMail.RMA_LOOKUP else set()
        content = part(usual(kind, language), "plain") + part(usual(kind, language), "html")
        assert set(re.findall(r"[\w.+-]+@[\w.-]+", content)) == allowed

    def test_a_missing_fact_stops_it(self, kind: MailKind, language: Language) -> None:
        for fact in some(NEEDED[kind]):
            missing = () if isinstance(FACTS[fact], tuple) else None
            with pytest.raises(UnsafeMail):
                composed(a_letter(kind, language, **{fact: missing}))

    def test_it_can_do_without_the_rest(self, kind: MailKind, language: Language) -> None:
        rest = FACTS.keys() - NEEDED[kind] - {"customer_company", "trials_team"}
        rest -= {"administrator_email"} if kind == DeviceMail.RMA_LOOKUP else set()
        lean = {fact: () if isinstance(FACTS[fact], tuple) else None for fact in rest}
        assert "None" not in text_of(kind, language, **lean)

    def test_words_stay_words_wherever_they_stand(self, kind: MailKind, language: Language) -> None:
        words = " / ".join(HARMLESS)
        content = content_of(a_hostile_letter(kind, language, words))
        assert_as_harmless(content, words, usual(kind, language))

    def test_a_company_that_ends_in_a_full_stop_gets_no_second_one(self, kind: MailKind, language: Language) -> None:
        assert "Inc.." not in text_of(kind, language, customer_company="A Inc.", facing_partner="B Inc.", last_day=True)
        assert "Inc.." not in text_of(kind, language, customer_company="A Inc.", facing_partner="B Inc.")

    def test_a_control_character_in_a_company_is_never_sent(self, kind: MailKind, language: Language) -> None:
        with pytest.raises(UnsafeMail):
            composed(a_hostile_letter(kind, language, "x\u2028Bcc: evil@evil.example"))


@in_one_item("kind", NEEDED)
def test_french_punctuation_never_begins_a_line(kind: MailKind) -> None:
    assert not re.search(r" [:;?!»]|« ", text_of(kind, Language.FRENCH))


@pytest.mark.parametrize("language", Language)
@in_one_item("kind", NEEDED)
def test_a_subject_begins_with_what_matters_and_is_short(kind: MailKind, language: Language) -> None:
    subject = usual(kind, language)["Subject"]
    assert len(subject) <= LONGEST_SUBJECT
    assert subject[0] not in "[【("


@in_one_item("kind", NEEDED)
def test_in_french_nothing_is_elided_before_a_name_and_a_last_day_is_not_before_itself(kind: MailKind) -> None:
    for last_day in (True, False):
        text = text_of(kind, Language.FRENCH, customer_company="Atelier", facing_partner="Île", last_day=last_day)
        assert not ELIDED.search(text)


BOXES = {
    Language.JAPANESE: (
        "チェックを入れた場合",
        "フル管理者アクセス権",
        "チェックを入れない場合",
        "プロビジョニング管理者",
    ),
    Language.KOREAN: ("선택한 경우", "전체 관리자 권한", "선택하지 않은 경우", "프로비저닝 관리자"),
    Language.FRENCH: ("Case cochée", "accès d’administrateur complet", "Case non cochée", "du provisionnement"),
    Language.ENGLISH: ("Box ticked", "full administrator access", "Box not ticked", "provisioning administrator"),
}
LOSSES = {
    Language.JAPANESE: ("コンシューマー組織", "ライセンス", "サイト URL", "管理者の役割", "Calling の設定"),
    Language.KOREAN: ("소비자 조직", "라이선스", "사이트 URL", "관리자 역할", "Calling 구성"),
    Language.FRENCH: ("grand public gratuite", "Licences", "URL du site", "Rôles d’adm", "Configuration de Calling"),
    Language.ENGLISH: ("free consumer", "Licences", "site URL", "Administrator roles", "Calling configuration"),
}
STAY = {
    Language.JAPANESE: ("ほかのサービスがあるため、そのまま", "アカウントはそのまま"),
    Language.KOREAN: ("다른 서비스가 있으므로 그대로", "계정은 그대로"),
    Language.FRENCH: ("d’autres services", "compte reste tel quel"),
    Language.ENGLISH: ("roles stay", "account stays as it is"),
}
"""What is spared stays: in the last call, and to the users."""

FOR_GOOD = {
    Language.JAPANESE: "元に戻せません",
    Language.KOREAN: "되돌릴 수 없습니다",
    Language.FRENCH: "irréversible",
    Language.ENGLISH: "cannot be undone",
}
BUTTON = {
    Language.JAPANESE: "購入",
    Language.KOREAN: "구매",
    Language.FRENCH: "Acheter",
    Language.ENGLISH: "Buy",
}


GRACE = {
    Language.JAPANESE: ("これまでどおり", "管理者のみ", "ご利用いただけませんが"),
    Language.KOREAN: ("지금처럼", "관리자만", "이용하실 수 없지만"),
    Language.FRENCH: ("tout le monde", "seuls les administrateurs", "plus utilisables"),
    Language.ENGLISH: ("everybody", "administrators can still", "cannot be used;"),
}
"""What may still be used in grace: everything, administration, nothing. AMB-14."""

SINCE_E = {
    Language.JAPANESE: "期限切れ以降ご利用いただけません",
    Language.KOREAN: "만료된 이후 이용하실 수 없었으며",
    Language.FRENCH: "depuis l’expiration de l’essai",
    Language.ENGLISH: "since the trial expired",
}
FINAL = {
    Language.JAPANESE: "これが最後",
    Language.KOREAN: "마지막 안내입니다",
    Language.FRENCH: "notre dernier message",
    Language.ENGLISH: "our last message",
}
COPY = {
    Language.JAPANESE: "控え",
    Language.KOREAN: "사본",
    Language.FRENCH: "copie",
    Language.ENGLISH: "copy for you",
}
STOPS = {
    Language.JAPANESE: "Webex Calling は使えなく",
    Language.KOREAN: "Webex Calling이 작동하지 않게",
    Language.FRENCH: "Webex Calling cesse",
    Language.ENGLISH: "Webex Calling stops",
}


@in_one_item("language", Language)
class TestTrials:
    def test_amb_14_at_expiry_it_is_said_what_may_still_be_used(self, language: Language) -> None:
        for access, said in zip(("full", "admin_only", "none"), GRACE[language], strict=True):
            text = text_of(TrialMail.TRIAL_EXPIRED, language, grace_access=access)
            assert [words for words in GRACE[language] if words in text] == [said]

    def test_amb_14_no_two_mails_tell_another_end_of_access(self, language: Language) -> None:
        kinds = [TrialMail.TRIAL_EXPIRING, TrialMail.TRIAL_EXPIRING_PARTNER]
        kinds += [TrialMail.TRIAL_EXPIRED, TrialMail.TRIAL_EXPIRED_PARTNER]
        for access, said in some(zip(("full", "admin_only", "none"), GRACE[language], strict=True)):
            for kind, last_day in some(product(kinds, (True, False))):
                text = text_of(kind, language, grace_access=access, last_day=last_day)
                assert [words for words in GRACE[language] if words in text] == [said], kind

    def test_amb_14_users_are_told_when_their_access_really_ended(self, language: Language) -> None:
        told = [
            text_of(TrialMail.TRIAL_ACCESS_ENDED, language, grace_access=access, access_ended_at=at)
            for access, at in (("full", GRACE_ENDS), ("admin_only", E), ("none", E))
        ]
        e, grace_ends = THERE[language][:2]
        assert [(e in text, grace_ends in text) for text in told] == [(False, True), (True, False), (True, False)]
        assert [SINCE_E[language] in text for text in told] == [False, True, True]

    def test_a_call_before_the_last_says_that_another_follows(self, language: Language) -> None:
        calls = [
            composed(a_letter(TrialMail.TRIAL_LAST_CALL, language, next_call_at=following)) for following in (DUE, None)
        ]
        assert [THERE[language][3] in part(mail, "plain") for mail in calls] == [True, False]
        assert [FINAL[language] in part(mail, "plain") for mail in calls] == [False, True]
        first, last = (mail["Subject"] for mail in calls)
        assert first != last

    def test_where_nothing_can_be_used_nothing_stops_working(self, language: Language) -> None:
        used, unused = (
            text_of(TrialMail.TRIAL_LAST_CALL, language, grace_access=access) for access in ("full", "none")
        )
        assert STOPS[language] in used
        assert STOPS[language] not in unused
        assert LOSSES[language][4] in unused

    def test_consent_tells_what_both_answers_mean_in_this_order(self, language: Language) -> None:
        text = text_of(TrialMail.TRIAL_CONSENT, language)
        places = [text.find(words) for words in BOXES[language]]
        assert -1 not in places
        assert places == sorted(places)
        assert "Second Reseller" in text

    def test_trl_30_a_copy_after_the_consent_asks_nothing(self, language: Language) -> None:
        asked = usual(TrialMail.TRIAL_CONSENT, language)
        copy = composed(a_letter(TrialMail.TRIAL_CONSENT, language, due_at=None))
        page = PAGES[TrialMail.TRIAL_CONSENT][0]
        assert [page in part(mail, "plain") for mail in (asked, copy)] == [True, False]
        assert [COPY[language] in part(mail, "plain") for mail in (asked, copy)] == [False, True]
        assert asked["Subject"] != copy["Subject"]

    def test_consent_links_to_a_page_and_decides_nothing(self, language: Language) -> None:
        html = part(usual(TrialMail.TRIAL_CONSENT, language), "html")
        assert not re.search(r'href="[^"]*(accept|decline|full_administrator)', html)

    def test_the_last_call_names_all_five_losses_and_that_they_are_final(self, language: Language) -> None:
        text = text_of(TrialMail.TRIAL_LAST_CALL, language)
        assert [loss for loss in LOSSES[language] if loss not in text] == []
        assert FOR_GOOD[language] in text

    def test_the_last_call_names_no_loss_that_will_not_be(self, language: Language) -> None:
        for step, words in some(zip(STEPS, LOSSES[language], strict=True)):
            others = tuple(other for other in STEPS if other != step)
            text = text_of(TrialMail.TRIAL_LAST_CALL, language, losses=others, numbers_until=None)
            assert [loss for loss in LOSSES[language] if loss not in text] == [words], step
            assert THERE[language][2] not in text

    def test_amb_48_a_mail_says_whether_users_are_moved_or_stay(self, language: Language) -> None:
        kinds = (TrialMail.TRIAL_LAST_CALL, TrialMail.TRIAL_ACCESS_ENDED)
        for kind, words in some(zip(kinds, STAY[language], strict=True)):
            moved = text_of(kind, language)
            stay = text_of(kind, language, losses=("licences_removed",), services=("calling",), numbers_until=None)
            assert [words in text for text in (moved, stay)] == [False, True]
            assert [LOSSES[language][0] in text for text in (moved, stay)] == [True, False]

    def test_the_mails_to_the_customer_have_the_buy_button(self, language: Language) -> None:
        for kind in (TrialMail.TRIAL_EXPIRING, TrialMail.TRIAL_EXPIRED, TrialMail.TRIAL_LAST_CALL):
            assert f"  {BUTTON[language]}\n  {BUY}\n" in text_of(kind, language, order_number=None)

    def test_the_days_of_grace_are_the_trials_own(self, language: Language) -> None:
        for kind in (TrialMail.TRIAL_EXPIRED, TrialMail.TRIAL_EXPIRED_PARTNER):
            assert re.search(r"\b30\s?(日間|일의|jours|days)", text_of(kind, language))
            changed = {"expires_at": datetime(2026, 3, 27, 23, 0, tzinfo=UTC), "grace_ends_at": GRACE_ENDS}
            assert re.search(r"\b17\s?(日間|일의|jours|days)", text_of(kind, language, **changed))

    def test_the_partner_is_told_the_time_left_and_the_tier_2_its_way(self, language: Language) -> None:
        text = text_of(TrialMail.TRIAL_EXPIRING_PARTNER, language)
        assert re.search(r"[:：] ?7$", text, re.MULTILINE)
        assert "Tier-2" in text
        assert "Cisco Commerce" in text

    def test_the_set_up_has_two_steps(self, language: Language) -> None:
        steps = re.findall(r"^  (\d)\. ", text_of(TrialMail.TRIAL_SETUP, language), re.MULTILINE)
        assert steps == ["1", "2"]


@in_one_item("language", Language)
class TestDevices:
    def test_a_label_in_the_box_makes_three_steps(self, language: Language) -> None:
        text = text_of(DeviceMail.DEVICE_RETURN, language)
        assert re.findall(r"^  (\d)\. ", text, re.MULTILINE) == ["1", "2", "3"]
        assert "UPS" in text

    def test_elsewhere_a_carrier_is_called(self, language: Language) -> None:
        text = text_of(DeviceMail.DEVICE_RETURN, language, carrier="DHL", label_in_box=False)
        assert re.findall(r"^  (\d)\. ", text, re.MULTILINE) == ["1", "2"]
        assert "DHL" in text

    @in_one_item("kind", [DeviceMail.DEVICE_RETURN, DeviceMail.DEVICE_OVERDUE])
    def test_without_a_carrier_the_trials_team_knows(self, kind: MailKind, language: Language) -> None:
        assert "trials@vendor.example" in text_of(kind, language, carrier=None, label_in_box=False)

    def test_the_date_that_counts_is_not_the_hubs(self, language: Language) -> None:
        assert "Control Hub" in text_of(DeviceMail.DEVICE_EULA, language)

    @in_one_item("kind", DEVICE_MAILS)
    def test_every_serial_number_is_named(self, kind: MailKind, language: Language) -> None:
        assert re.search("FOC1(, |、)FOC2", text_of(kind, language))


@in_one_item("language", Language)
class TestTheLookUp:
    def test_it_is_in_english_for_everybody(self, language: Language) -> None:
        text = text_of(DeviceMail.RMA_LOOKUP, language)
        assert "Dear " in text
        assert "org-77" in text
        assert "demo order number" in text

    def test_organization_and_address_or_all_serial_numbers(self, language: Language) -> None:
        assert "admin@customer.example" in text_of(DeviceMail.RMA_LOOKUP, language, serial_numbers=())
        assert "FOC1, FOC2" in text_of(DeviceMail.RMA_LOOKUP, language, administrator_email=None)
        with pytest.raises(FactMissing):
            text_of(DeviceMail.RMA_LOOKUP, language, administrator_email=None, serial_numbers=())


def test_a_service_nobody_named_stops_the_mail() -> None:
    with pytest.raises(FactMissing):
        composed(a_letter(TrialMail.TRIAL_WELCOME, services=("fax",)))


def test_a_link_to_a_trial_needs_the_trial() -> None:
    assert about("https://a.example/f?v=2#top", "trial", "T 1&x") == "https://a.example/f?v=2&trial=T+1%26x#top"
    with pytest.raises(UnsafeMail):
        about("https://a.example/f", "trial", None)


def test_control_hub_is_where_the_vendor_has_it_unless_an_installation_says_otherwise() -> None:
    fields = MailLinks.model_fields
    assert {fields[name].default for name in ("control_hub", "trial_consent")} == {"https://admin.webex.com"}
