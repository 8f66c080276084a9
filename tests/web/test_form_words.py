"""What the pages behind links say: every field, every refusal and every end of a link has words in four languages."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from adapters.mail.signed_links import Link
from domain.links import DOCUMENT, Purpose
from domain.option.messages import ContactOf, OptionKind
from domain.order.messages import Offering
from domain.order.row import OrderRow
from domain.order.state import OrderState
from domain.reasons import Problem, Reason
from domain.subscription.messages import StartSubscription
from domain.subscription.row import SubscriptionRow
from domain.subscription.sites import SubscriptionSite
from domain.subscription.state import SubscriptionState
from domain.trial.messages import Service
from domain.values import Language
from tests.makers import MONDAY, a_form, a_person, an_order, some
from web.links import causes
from web.links.followed import Followed, Standing
from web.links.prefilled import prefilled
from web.links.sections import BEGINS, sections_of
from web.links.sheets import CONDITIONAL, as_answered, in_words, of_the_kind, sheet
from web.model_fields import Field
from web.reader import Reader
from web.words import texts

FORMS = (Purpose.PROVISIONING, Purpose.GRADUATION, Purpose.OPTION)


def followed(purpose: Purpose, occurrence: str = "0" * 16) -> Followed:
    """A link that is open."""
    placed = an_order("SO-100001", Offering.NAMED_HOST)
    row: Any = OrderRow(state=OrderState.placed(placed, MONDAY), placed=placed)
    if purpose is Purpose.OPTION:
        start = StartSubscription(
            by="ops-7",
            subscription_id="sub-SO-100001",
            order_number="SO-100001",
            customer_id="akasaka",
            partner_id="hikari",
            zone="Asia/Tokyo",
            service_start_at=MONDAY,
            term_months=12,
        )
        state = SubscriptionState.started(start, MONDAY)
        sites = (SubscriptionSite(url="akasaka.webex.example", named_users=25),)
        row = SubscriptionRow.model_construct(state=state.model_copy(update={"sites": sites}), newest=None)
    return Followed(
        link=Link(purpose=purpose, lifecycle="order", subject="SO-100001", occurrence=occurrence),
        mark="0" * 64,
        standing=Standing.OPEN,
        row=row,
        role="facing_partner",
        mail=None,
        reader=a_person(),
    )


def every(fields: Any) -> Iterator[Field]:
    """A field and what is in it."""
    for field in fields:
        yield field
        yield from every(field.parts)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("purpose", FORMS)
def test_every_field_and_every_choice_has_words(purpose: Purpose, language: Language) -> None:
    """Forms A, B and E; the labels of A and B are those of the copies."""
    form = sheet(followed(purpose), Reader(language, "Asia/Tokyo"))
    fields = [field for field in every(form.fields(form.blank())) if field.name != "form"]
    raw = [field.name for field in some(fields) if re.fullmatch(r"[a-z0-9_]+", field.label)]
    raw += [f"{field.name}={value}" for field in fields for value, label in field.choices if label == value]
    sites = {f"{name}=akasaka.webex.example" for name in ("language.site", "session_type.site", "logo.site")}
    assert set(raw) <= sites | {"site_split.taken_from=akasaka.webex.example"}


def test_the_site_administrator_is_called_as_in_their_own_script() -> None:
    found = followed(Purpose.GRADUATION)
    form = a_form(admin_first_name="花子", admin_last_name="山田")
    known = prefilled(replace(found, row=found.row.model_copy(update={"provisioning_form": form})))
    assert known["form"]["site_admin"] == "山田 花子"


@pytest.mark.parametrize("purpose", FORMS)
def test_every_field_stands_under_a_heading_once(purpose: Purpose) -> None:
    reader = Reader(Language.ENGLISH, "UTC")
    form = sheet(followed(purpose), reader)
    fields = form.fields(form.blank())
    shown = [each.field.name for section in sections_of(purpose, fields, reader) for each in section.shown]
    wanted = [part.name for field in fields for part in (field.parts if field.name == "form" else (field,))]
    assert sorted(shown) == sorted(wanted)
    assert set(BEGINS[purpose]) <= set(shown)


@pytest.mark.parametrize("language", Language)
def test_whatever_becomes_of_a_link_has_words(language: Language) -> None:
    names = {f"outcome_{standing}" for standing in Standing if standing is not Standing.OPEN}
    names |= {f"answered_{purpose.replace('-', '_')}" for purpose in Purpose}
    names |= {f"{part}_{purpose.replace('-', '_')}" for part in ("title", "lead") for purpose in Purpose}
    source = Path(causes.__file__).read_text(encoding="utf-8")
    whys = set(re.findall(r'why(?: = |=)"([a-z_]+)"', source)) | {"rejected", "cancelled", "declined", "lapsed"}
    names |= {f"why_{why}" for why in whys | {"passed", "withdrawn", "back", "on_its_way"}}
    names |= {f"service_{service}" for service in Service} | {f"kind_{kind}" for kind in OptionKind}
    names |= {f"contact_contact_of_{who}" for who in ContactOf}
    missing = [name for name in sorted(names) if not texts().get(f"forms.{name}", {}).get(language)]
    assert missing == []


@pytest.mark.parametrize(
    ("field", "code", "words"),
    [
        ("form.sites", Reason.DOES_NOT_FIT, "ご購入の 25 と一致していません"),
        ("form.sites[1].url", Reason.REQUIRED, "入力してください"),
        ("form.renewal_contact.email", Reason.WRONG_FORM, "name@example.com"),
        ("form.city", Reason.TOO_LONG, "入力が長すぎます"),
        ("form.admin_email", Reason.ADDRESS_OF_A_PARTNER, "パートナーのアドレスは指定できません"),
    ],
)
def test_a_refusal_is_said_in_the_reader_s_language_and_of_the_field_where_it_can_be(
    field: str, code: Reason, words: str
) -> None:
    problem = Problem.of(code, "as the update says it", field)
    found = followed(Purpose.PROVISIONING)
    assert words in in_words(problem, Reader(Language.JAPANESE, "Asia/Tokyo"), found)


def test_what_has_no_words_is_said_as_the_update_says_it() -> None:
    problem = Problem.of(Reason.TOO_BIG, "must have at most 256 KB")
    found = followed(Purpose.PROVISIONING)
    assert {in_words(problem, Reader(language, "UTC"), found) for language in Language} == {f"{problem.message}."}


def test_only_facts_stand_in_a_form_at_first_and_people_only_for_whom_we_wrote_to() -> None:
    """ORD-07: the document is passed on to others."""
    known = prefilled(followed(Purpose.PROVISIONING))["form"]
    assert (known["company_name"], known["sites"]) == ("赤坂商事", [{"url": None, "named_users": 25}])
    assert known["email"] == "hanako.yamada@akasaka.example.com"
    passed_on = prefilled(followed(Purpose.PROVISIONING, DOCUMENT))["form"]
    assert "赤坂商事" in passed_on.values()
    assert not any("@" in str(value) or "Hanako" in str(value) for value in passed_on.values())


def test_what_was_typed_under_a_question_that_is_answered_no_is_not_said() -> None:
    """ORD-30."""
    typed = {
        "form.upsell": ["no"],
        "form.upsell_comments": ["x"],
        "form.copy_wanted": ["yes"],
        "form.copy_email": ["y"],
    }
    assert as_answered(typed) == {name: said for name, said in typed.items() if name != "form.upsell_comments"}
    assert set(CONDITIONAL) == {"form.upsell_comments", "form.copy_email"}


def test_details_of_another_kind_of_request_are_not_said() -> None:
    """OPT-02."""
    typed = {"kind": ["logo"], "logo.image": ["x"], "language.site": ["y"], "text": ["z"]}
    assert of_the_kind(typed) == {"kind": ["logo"], "logo.image": ["x"], "text": ["z"]}
