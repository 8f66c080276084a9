"""The copies of the two forms: every field under a label for people, every value in their words. ORD-16, ORD-30."""

import re
from itertools import product

import pytest

from adapters.mail.evidence import form_lines
from adapters.mail.labels import LABELS
from adapters.mail.reader import Reader
from domain.order.examples import FORM, GRADUATION
from domain.order.forms import GraduationForm, ProvisioningForm, SitePlan
from domain.values import Language, Model
from tests.makers import a_form, a_graduation, a_person, some

FORMS: tuple[type[Model], ...] = (ProvisioningForm, SitePlan, GraduationForm)
FULL = (
    a_form(
        address2="Tokyo Midtown Tower",
        phone="+81355500101 ext. 12",
        employees=12_345,
        number_of_sites=2,
        sites=(
            SitePlan(url="akasaka.webex.example", named_users=1_500),
            SitePlan(url="lab.webex.example", named_users=10),
        ),
        additional_languages=("French", "Korean"),
    ),
    a_graduation(
        term_years=2,
        renewal_contact=a_person("yuki@hikari.example", first_name="千尋", last_name="坂本", phone="+81355500103"),
        upsell=True,
        upsell_comments="50 more",
    ),
)


def copied(form: ProvisioningForm | GraduationForm, language: Language = Language.ENGLISH) -> dict[str, str]:
    """Its lines by label."""
    lines = form_lines(form, Reader(a_person(language=language)))
    by_label = {line.label: line.value for line in lines}
    assert len(by_label) == len(lines), "two lines have one label"
    return by_label


def label(model: type[Model], field: str, language: Language = Language.ENGLISH) -> str:
    return LABELS[model.__name__][field][language]


@pytest.mark.parametrize("form", FORMS)
def test_every_field_of_a_form_has_a_label_in_every_language_and_no_label_is_left_over(form: type[Model]) -> None:
    fields = set(form.model_fields) - {"sites"} | ({"primary_url"} if form is SitePlan else set())
    assert set(LABELS[form.__name__]) == fields
    for field in some(fields):
        labels = LABELS[form.__name__][field]
        assert set(labels) == set(Language), field
        assert all(text.strip() for text in labels.values()), field
        assert len(set(labels.values())) == len(Language), f"{field}: two languages have one text"


def test_there_are_labels_for_nothing_else() -> None:
    assert set(LABELS) == {form.__name__ for form in FORMS} | {"words"}
    assert all(set(texts) == set(Language) for texts in some(LABELS["words"].values()))


def test_the_japanese_labels_are_those_of_the_hearing_sheets() -> None:
    sheet = {
        "company_name": "エンドユーザ 社名",
        "employees": "エンドユーザ 社員数",
        "city": "市区町村",
        "state": "都道府県",
        "partner_email": "パートナー 電子メールアドレス",
        "admin_email": "サイト管理者 電子メールアドレス",
        "primary_language": "メインの言語は何にしますか？",
        "time_zone": "タイムゾーン",
    }
    assert {field: label(ProvisioningForm, field, Language.JAPANESE) for field in sheet} == sheet
    graduation = {"partner_name": "販売店様の社名", "site_admin": "お客様のサイト管理者 氏名"}
    assert {field: label(GraduationForm, field, Language.JAPANESE) for field in graduation} == graduation


@pytest.mark.parametrize(("form", "language"), list(product((*FULL, FORM, GRADUATION), Language)))
def test_nothing_in_a_copy_is_written_for_programs(form: ProvisioningForm | GraduationForm, language: Language) -> None:
    for heading, value in some(copied(form, language).items()):
        assert not re.search(r"\b(ORD|REN|AMB|TRL)-\d|ISO|\{", heading)
        assert not re.search(r"None|True|False|;ext=|\(\)|\[|; |^(ja|ko|fr|en)$|\b\d+\.0\b", value, re.MULTILINE), value


@pytest.mark.parametrize("language", Language)
def test_every_site_stands_on_lines_of_its_own(language: Language) -> None:
    lines = [line.value for line in form_lines(FULL[0], Reader(a_person(language=language)))]
    at = lines.index("akasaka.webex.example")
    many = {Language.FRENCH: "1\u202f500"}.get(language, "1,500")
    assert lines[at - 1 : at + 4] == ["2", "akasaka.webex.example", many, "lab.webex.example", "10"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (Language.JAPANESE, ("日本", "日本時間 (Asia/Tokyo)", "いいえ", "+81355500101 内線 12", "12,345", "24か月")),
        (Language.KOREAN, ("일본", "일본 시간 (Asia/Tokyo)", "아니요", "+81355500101 내선 12", "12,345", "24개월")),
        (
            Language.FRENCH,
            ("Japon", "heure du Japon (Asia/Tokyo)", "Non", "+81355500101 poste 12", "12\u202f345", "24\u00a0mois"),
        ),
        (Language.ENGLISH, ("Japan", "Japan Time (Asia/Tokyo)", "No", "+81355500101 ext. 12", "12,345", "24 months")),
    ],
)
def test_values_are_in_the_readers_words(language: Language, said: tuple[str, ...]) -> None:
    form, graduation = (copied(form, language) for form in FULL)
    fields = ("country", "time_zone", "existing_customer", "phone", "employees")
    found = [form[label(ProvisioningForm, field, language)] for field in fields]
    assert (*found, graduation[label(GraduationForm, "term_years", language)]) == said


@pytest.mark.parametrize(("years", "said"), [(1, "12 months"), (1.5, "18 months"), (1 / 12, "1 month")])
def test_a_term_is_told_in_months(years: float, said: str) -> None:
    assert copied(a_graduation(term_years=years))[label(GraduationForm, "term_years")] == said


@pytest.mark.parametrize(
    ("language", "tongue", "zone"),
    [
        (Language.JAPANESE, "日本語", "日本時間"),
        (Language.KOREAN, "일본어", "일본 시간"),
        (Language.FRENCH, "japonais", "heure du Japon"),
        (Language.ENGLISH, "Japanese", "Japan Time"),
    ],
)
def test_a_person_is_a_name_and_how_to_reach_them_line_by_line(language: Language, tongue: str, zone: str) -> None:
    person = copied(FULL[1], language)[label(GraduationForm, "renewal_contact", language)]
    assert person.split("\n") == ["坂本 千尋", "yuki@hikari.example", "+81355500103", tongue, f"{zone} (Asia/Tokyo)"]


def test_what_was_left_empty_is_said_and_lists_are_lists() -> None:
    assert copied(FORM)[label(ProvisioningForm, "address2")] == "(left empty)"
    assert copied(FORM)[label(ProvisioningForm, "additional_languages")] == "(left empty)"
    assert copied(FULL[0])[label(ProvisioningForm, "additional_languages")] == "French\nKorean"


def test_without_a_form_there_is_nothing_to_copy() -> None:
    assert form_lines(None, Reader(a_person())) == ()
