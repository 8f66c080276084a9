"""What may be sent about orders and subscriptions: bad input is refused with its field and its rule, never echoed."""

import copy
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from pydantic import BaseModel, ValidationError
from temporalio import workflow

from adapters.temporal import phrases
from domain.lifecycles import KINDS, examples_of
from domain.operator import RetryMail, SettleMail
from domain.operator_updates import OPERATOR_EXAMPLES
from domain.order.examples import EXAMPLES as ORDER_EXAMPLES
from domain.order.forms import GraduationForm, ProvisioningForm
from domain.order.messages import AcceptTerms, CompleteTask, Graduate, PlaceOrder, ReportSiteBuilt, SubmitForm
from domain.placeholder import PLACEHOLDER, offered
from domain.subscription.examples import EXAMPLES as SUBSCRIPTION_EXAMPLES
from domain.subscription.messages import ConfirmRenewal, StartSubscription
from domain.trial.messages import ConvertTrial, EditServices, ExtendTrial, ReportServicesBuilt, StartTrial
from domain.values import Message
from tests.examples import STARTS
from tests.makers import a_partner, a_renewal, an_order, some
from tests.support.one_item import in_one_item
from workflows.order import Order
from workflows.subscription import Subscription

LEFT_OUT = object()
"""Instead of a value: the field is not there at all."""

CANARY = "s3cret-v4lue"
"""Stands in bad values: nobody may ever read it again in a refusal."""

BELL, NUL, SURROGATE, ESCAPE = "\x07", "\x00", "\ud800", "\x1b"
RIGHT_TO_LEFT, ISOLATE = "\u202e", "\u2066"
ENCODED_WORD = "=?utf-8?q?s3cret-v4lue?="


def as_json(message: BaseModel) -> dict[str, Any]:
    """As somebody would send it."""
    return dict(json.loads(message.model_dump_json(exclude_defaults=True)))


A_START = StartSubscription(
    by="tenure",
    subscription_id="sub-SO-100001",
    order_number="SO-100001",
    customer_id="akasaka",
    partner_id="hikari",
    zone="Asia/Tokyo",
    service_start_at="2026-06-01T03:00:00Z",
    term_months=12,
)

GOOD: dict[type[Message], dict[str, Any]] = {
    PlaceOrder: as_json(an_order(reselling_partner=a_partner("namdaemun"))),
    StartSubscription: as_json(A_START),
    **{
        type(said): as_json(said)
        for said in (*ORDER_EXAMPLES.values(), *SUBSCRIPTION_EXAMPLES.values(), *OPERATOR_EXAMPLES.values())
    },
}
"""One valid document for each message."""


def changed(document: dict[str, Any], path: str, value: Any) -> dict[str, Any]:
    """The document with one thing other than it was: `items.0.quantity`."""
    document = copy.deepcopy(document)
    *way, last = path.split(".")
    inside: Any = document
    for part in way:
        inside = inside[int(part)] if isinstance(inside, list) else inside[part]
    if value is LEFT_OUT:
        del inside[last]
    elif isinstance(inside, list):
        inside[int(last)] = value
    else:
        inside[last] = value
    return document


def refusal(model: type[Message], document: dict[str, Any]) -> str:
    """What the person who sent it reads; read from Python and from JSON it must be refused both times."""
    with pytest.raises(ValidationError):
        model.model_validate_json(json.dumps(document))
    with pytest.raises(ValidationError) as refused:
        model.model_validate(document)
    text = phrases.lines(phrases.wrong(refused.value, document, model).told)
    assert CANARY not in text
    assert CANARY not in str(refused.value)
    return text


class Bad(NamedTuple):
    """Something that must be refused, the field to name, and the rule if there is one."""

    model: type[Message]
    path: str
    value: Any
    rule: str = ""
    field: str = ""
    """To be named, when it is not the one that was changed."""

    def __str__(self) -> str:
        value = "left out" if self.value is LEFT_OUT else ascii(self.value)[:24]
        return f"{self.model.__name__}.{self.path}: {value}"


def bad(model: type[Message], path: str, *values: Any, rule: str = "", field: str = "") -> list[Bad]:
    """Several bad values for one field."""
    return [Bad(model, path, value, rule, field) for value in values]


INVISIBLE = ("\u3164", "\u200b", "\u115f", "\u2800", "\u00ad", "\u2060\u200d", "\ufeff", "\u200b \u3000", "\U000e0041")
"""Characters for which nothing is drawn: a name of them is no name."""

LINES = (*INVISIBLE, "", " ", "\u3000", 7, None, [CANARY], f"a\n{CANARY}", CANARY * 20, ENCODED_WORD)
WEIRD = tuple(
    f"{CANARY}{character}x"
    for character in (BELL, NUL, ESCAPE, SURROGATE, "\t", "\r", "\x7f", "\x85", "\u2028", "\u2029")
)
BIDI = tuple(f"{CANARY}{character}x" for character in (*"\u202a\u202b\u202c\u202d", RIGHT_TO_LEFT, ISOLATE, "\u2069"))
IDS = (LEFT_OUT, "", "-a", "a b", "ken.sato@example.com", "山田", f"{CANARY}/x", CANARY * 9, 7, f"a{NUL}", None)
EMAILS: tuple[object, ...] = (
    LEFT_OUT,
    "",
    "ken",
    f"{CANARY}@",
    f"@{CANARY}.example",
    f"{CANARY} x@a.example.com",
    f"{CANARY}@@a.example",
    "ken@a",
)
EMAILS += (
    f"{CANARY}\n@a.example",
    f"{CANARY}@a.example\r\nBcc: x@b.example",
    "кен@example.com",
    "ken@localhost",
    7,
    None,
)
EMAILS += ("Ken <ken@a.example>", "ken@ｅxample.com", "ken@xn--a.example", "ken@[127.0.0.1]", "ken@a。example")
EMAILS += (f"{CANARY}@a.example{RIGHT_TO_LEFT}", f"{CANARY}@a.example{NUL}", CANARY * 30 + "@a.example")
PHONES: tuple[object, ...] = ("", "0355500101", "+1", CANARY, "+8135550010100000", 81355500101)
PHONES += ("+1 800 FLOWERS", "+81355500101;ext=", "+81355500101;ext=12345678", "+81355500101 p12", "tel:0355500101")
PHONES += ("+81355500101;isub=7", "+81 3 5550 0101 or 0102", "+99912345678", "+81355500101 ext 12 ext 13")
ZONES: tuple[object, ...] = (
    "",
    "Asia/Tokio",
    "asia/tokyo",
    "../etc/passwd",
    "/etc/passwd",
    "+09:00",
    "JST-9",
    f"Asia/Tokyo{NUL}",
    9,
    None,
)
ZONES += ("localtime", "posixrules", "Factory", "right/Asia/Tokyo", "posix/Asia/Tokyo", "posix/UTC")
COUNTRIES = (LEFT_OUT, "", "XX", "JPN", "Japan", CANARY, 81, None)
SITES = (
    LEFT_OUT,
    "",
    "abc",
    "a..b",
    "http://a.example",
    "a.example/x",
    "a.example:80",
    "ä.example",
    f"{CANARY} .com",
    1,
)
LINKS: tuple[object, ...] = (
    "",
    "a.example",
    "ftp://a.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "http://",
    "//a.example",
)
LINKS += (f"https://a.example/\n{CANARY}", f"https://a.example/{NUL}", "https://a.example/" + CANARY * 60, 7)
LINKS += ("https://a.example.com/" + "あ" * 150, "https://\u0378.example/", "https://xn--a.example/\u3042/" + "b" * 470)
LINKS += (f"https://{CANARY}@a.example/", f"https://ken:{CANARY}@a.example/")
COUNTS = (LEFT_OUT, -1, 1.5, "many", "1e3", 10**30, float("inf"), float("nan"), None, [1])
INSTANTS: tuple[object, ...] = (
    "2026-06-01",
    "2026-06-01T09:00:00",
    "2027-02-29T00:00:00Z",
    "2026-13-01T00:00:00Z",
    "now",
    10**30,
    True,
    [],
)

PERSON = [
    *((f, v) for f in ("first_name", "last_name") for v in (LEFT_OUT, *LINES, *WEIRD, *BIDI)),
    *(("email", v) for v in EMAILS),
    *(("phone", v) for v in PHONES),
    *(("zone", v) for v in (LEFT_OUT, *ZONES)),
    *(("language", v) for v in (LEFT_OUT, "de", "JA", "", None)),
    ("nickname", CANARY),
]

ORDERS = [
    *bad(PlaceOrder, "sales_order_number", LEFT_OUT, "", "so-1", "A", "SO 1", "SO-" + "1" * 40, "SO_1", 100001, None),
    *bad(PlaceOrder, "kind", "trial", "NEW", 1, None),
    *bad(PlaceOrder, "customer", LEFT_OUT, None, "akasaka", []),
    *bad(PlaceOrder, "customer.id", *IDS),
    *bad(PlaceOrder, "customer.company", LEFT_OUT, *LINES, *WEIRD, *BIDI),
    *bad(PlaceOrder, "customer.country", *COUNTRIES),
    *bad(PlaceOrder, "customer.zone", LEFT_OUT, *ZONES),
    *(Bad(PlaceOrder, f"customer.contact.{path}", value) for path, value in PERSON),
    *bad(PlaceOrder, "ordering_partner", LEFT_OUT, None),
    *bad(PlaceOrder, "ordering_partner.id", *IDS),
    *bad(PlaceOrder, "ordering_partner.contact.email", *EMAILS),
    *bad(PlaceOrder, "reselling_partner.company", LEFT_OUT, *LINES),
    *bad(PlaceOrder, "reselling_partner.vat", CANARY),
    *bad(PlaceOrder, "items", LEFT_OUT, [], [GOOD[PlaceOrder]["items"][0]] * 101, None, {}),
    *bad(PlaceOrder, "items.0.part_number", *IDS),
    *bad(PlaceOrder, "items.0.offering", LEFT_OUT, "ports", "", None),
    *bad(PlaceOrder, "items.0.quantity", 0, *COUNTS),
    *bad(PlaceOrder, "term_months", 0, 121, *COUNTS[1:]),
    *bad(PlaceOrder, "placed_at", *INSTANTS),
    *bad(PlaceOrder, "subscription_id", *IDS[1:-1]),
    *bad(PlaceOrder, "subscription_id", "sub-SO-100001", rule="ORD-01"),
    *bad(PlaceOrder, "kind", "renewal", rule="REN-01", field="subscription_id"),
    *bad(PlaceOrder, "policy", None, {"hold_overdu": 8}, {"hold_overdue": "soon"}, {"vendor_country": "XX"}),
    *bad(PlaceOrder, "policy", {"vendor_zone": "Mars/Base"}, {"notices_at": "25:00"}, {"graduation_due": "a month"}),
]

FORM_A = [
    *bad(SubmitForm, "form", LEFT_OUT, None, "form", []),
    *(
        Bad(SubmitForm, f"form.{name}", value)
        for name in ("company_name", "first_name", "last_name", "address1", "city", "state", "postal_code")
        for value in (LEFT_OUT, *LINES)
    ),
    *bad(SubmitForm, "form.company_name", *WEIRD, *BIDI),
    *(
        Bad(SubmitForm, f"form.{name}", value)
        for name in ("partner_company", "partner_first_name", "partner_last_name", "admin_first_name")
        for value in (LEFT_OUT, *LINES)
    ),
    *bad(SubmitForm, "form.admin_last_name", LEFT_OUT, *LINES),
    *bad(SubmitForm, "form.primary_language", LEFT_OUT, *LINES),
    *bad(SubmitForm, "form.address2", *(line for line in LINES if line is not None)),
    *(Bad(SubmitForm, f"form.{name}", v) for name in ("email", "partner_email", "admin_email") for v in EMAILS),
    *(Bad(SubmitForm, f"form.{name}", v) for name in ("phone", "admin_phone") for v in (LEFT_OUT, *PHONES, None)),
    *bad(SubmitForm, "form.country", *COUNTRIES),
    *bad(SubmitForm, "form.time_zone", LEFT_OUT, *ZONES),
    *bad(SubmitForm, "form.website", LEFT_OUT, *LINKS, None),
    *bad(SubmitForm, "form.employees", *COUNTS),
    *bad(SubmitForm, "form.number_of_sites", 0, 51, *COUNTS[1:]),
    *bad(SubmitForm, "form.number_of_sites", 2, rule="ORD-32"),
    *bad(SubmitForm, "form.sites", LEFT_OUT, [], None, "akasaka.webex.example"),
    *bad(SubmitForm, "form.sites.0.url", *SITES),
    *bad(SubmitForm, "form.sites.0.named_users", *COUNTS),
    *bad(SubmitForm, "form.sites.0.zone", CANARY),
    *bad(SubmitForm, "form.additional_languages", ["French", ""], "French", [7]),
    *bad(SubmitForm, "form.existing_customer", LEFT_OUT, "perhaps", 2, None),
    *bad(SubmitForm, "form.reserve", *COUNTS[1:]),
    *bad(SubmitForm, "form.fax", CANARY),
]

FORM_B = [
    *bad(Graduate, "form", LEFT_OUT, None, 7),
    *(
        Bad(Graduate, f"form.{name}", value)
        for name in ("manager_first_name", "manager_last_name", "partner_name", "customer_name", "site_admin")
        for value in (LEFT_OUT, *LINES)
    ),
    *bad(Graduate, "form.customer_contact", LEFT_OUT, *LINES, *WEIRD),
    *bad(Graduate, "form.manager_email", *EMAILS),
    *bad(Graduate, "form.site_url", *SITES),
    *bad(Graduate, "form.term_years", LEFT_OUT, 0, -1, 11, 10**30, "one", float("inf"), float("nan"), None),
    *(
        Bad(Graduate, f"form.{name}", value)
        for name in (
            "checklist_completed",
            "customer_uses_service",
            "requirements_implemented",
            "upsell",
            "copy_wanted",
        )
        for value in (LEFT_OUT, "perhaps", 2, None)
    ),
    *(Bad(Graduate, f"form.renewal_contact.{path}", value) for path, value in PERSON),
    *bad(Graduate, "form.outstanding_issues", LEFT_OUT, CANARY * 200, *WEIRD[:4], ENCODED_WORD, None),
    *bad(Graduate, "form.next_steps", LEFT_OUT, CANARY * 200, *BIDI, None),
    *bad(Graduate, "form.outstanding_issues", "", rule="ORD-30"),
    *bad(Graduate, "form.next_steps", "", rule="ORD-30"),
    *bad(Graduate, "form.upsell", True, rule="ORD-30", field="upsell_comments"),
    *bad(Graduate, "form.upsell_comments", "devices", rule="ORD-30"),
    *bad(Graduate, "form.copy_email", LEFT_OUT, rule="ORD-30"),
    *bad(Graduate, "form.copy_wanted", False, rule="ORD-30", field="copy_email"),
    *bad(Graduate, "form.copy_email", *EMAILS[1:-4]),
    *bad(Graduate, "form.signature", CANARY),
]

OTHERS = [
    *bad(AcceptTerms, "terms", LEFT_OUT, "video", "", None, ["port"]),
    *bad(ReportSiteBuilt, "user_name", "", *WEIRD, *BIDI, ENCODED_WORD, CANARY * 20),
    *bad(ReportSiteBuilt, "password_url", *LINKS),
    *bad(CompleteTask, "task", LEFT_OUT, *LINES),
    *bad(RetryMail, "email", *(email for email in EMAILS if email is not LEFT_OUT and email is not None)),
    *bad(ConfirmRenewal, "order_number", *IDS),
    *bad(StartSubscription, "subscription_id", *IDS),
    *bad(StartSubscription, "order_number", *IDS),
    *bad(StartSubscription, "customer_id", *IDS),
    *bad(StartSubscription, "partner_id", *IDS),
    *bad(StartSubscription, "zone", LEFT_OUT, *ZONES),
    *bad(StartSubscription, "service_start_at", LEFT_OUT, None, *INSTANTS),
    *bad(StartSubscription, "term_months", 0, 121, *COUNTS),
    *bad(StartSubscription, "policy", None, {"renewal_notices": "monthly"}, {"renewal_notice": []}),
    *bad(StartSubscription, "resumed", {}, "x"),
]

EVERY = [
    row
    for model in GOOD
    for row in (
        *bad(model, "by", *IDS),
        *bad(model, "reason", *(line for line in LINES if line is not None), *WEIRD, *BIDI),
        *bad(model, "source", "fax", "", 1, None),
        *bad(model, "reasn", CANARY),
        *(bad(model, "reason", LEFT_OUT, None) if model.model_fields["reason"].is_required() else []),
    )
]


def test_every_message_of_orders_and_subscriptions_is_looked_at() -> None:
    taken: set[type] = {PlaceOrder, StartSubscription}
    for story in (Order, Subscription):
        for update in workflow._Definition.must_from_class(story).updates.values():
            taken |= set(update.arg_types or ())
    assert set(GOOD) == taken
    for model, document in GOOD.items():
        assert model.model_validate(document) == model.model_validate_json(json.dumps(document))


@in_one_item("case", [*ORDERS, *FORM_A, *FORM_B, *OTHERS, *EVERY])
def test_bad_input_is_refused_with_its_field_and_rule_and_never_echoed(case: Bad) -> None:
    last = case.path.rpartition(".")[2]
    text = refusal(case.model, changed(GOOD[case.model], case.path, case.value))
    place = re.sub(r"\.(\d+)", r"[\1]", case.path)
    assert place in text or re.search(rf"\b{case.field or last}\b", text), text
    assert case.rule in text, text


@in_one_item("model", GOOD)
def test_names_of_unknown_fields_are_not_echoed_when_they_cannot_be_names(model: type[Message]) -> None:
    assert "ken@" not in refusal(model, GOOD[model] | {"ken@example.com": 1})


@in_one_item("model", GOOD)
@in_one_item("document", [[], "x", 7, None, True])
def test_a_message_is_one_json_object(model: type[Message], document: Any) -> None:
    with pytest.raises(ValidationError):
        model.model_validate_json(json.dumps(document))


@in_one_item("model", GOOD)
def test_a_very_large_or_strangely_nested_message_is_refused(model: type[Message]) -> None:
    refusal(model, GOOD[model] | {"reason": "x" * 1_000_000})
    refusal(model, GOOD[model] | {"by": {"by": {"by": CANARY}}})
    refusal(model, GOOD[model] | {"source": [[[]]]})


# What would hold a workflow for ever, because only the story would find out.

NEVER_ENDING = [
    *bad(PlaceOrder, "placed_at", "0001-01-01T00:00:00Z", "1900-01-01T00:00:00Z", "9999-12-31T23:00:00Z"),
    *bad(StartSubscription, "service_start_at", "0001-01-01T00:00:00+14:00", "9999-12-31T23:00:00Z"),
    *bad(PlaceOrder, "policy", *({"hold_overdue": days} for days in (0, -3, 10**9))),
    *bad(PlaceOrder, "policy", *({"build_guide": days} for days in (0, -3, 10**9))),
    *bad(PlaceOrder, "policy", {"notices_at": "09:00+09:00"}, {"subscription": {"notices_at": "09:00Z"}}),
    *bad(PlaceOrder, "policy", {"password_link_life": "-P3D"}, {"graduation_due": "P999999999D"}),
    *bad(PlaceOrder, "policy", {"renewal_target": "-P14D"}, {"graduation_reminders": ["P999999999D"]}),
    *bad(StartSubscription, "policy", {"renewal_notices": ["P999999999D"]}, {"renewal_target": "-P1D"}),
    *bad(PlaceOrder, "policy", *({"password_link_life": span} for span in (72, 72.0, "72", "3 days", "12:00:00"))),
    *bad(PlaceOrder, "policy", *({"password_link_life": span} for span in ("P1M", "P1Y", "P1Y3D", "P", "PT", "PT0S"))),
    *bad(
        PlaceOrder, "policy", {"graduation_due": "PT36H"}, {"renewal_target": "P0D"}, {"graduation_reminders": ["P0D"]}
    ),
    *bad(PlaceOrder, "policy", {"graduation_reminders": [f"P{day}D" for day in range(1, 14)]}),
    *bad(PlaceOrder, "policy", {"graduation_reminders": ["P7D", "P1W"]}),
]


@in_one_item("case", NEVER_ENDING)
def test_an_instant_or_a_policy_no_calendar_can_reckon_with_is_refused_at_once(case: Bad) -> None:
    assert case.path in refusal(case.model, changed(GOOD[case.model], case.path, case.value))


def test_a_duration_without_a_unit_or_a_length_says_what_to_write() -> None:
    for span, said in ((72, "PT72H or P30D"), ("72", "PT72H or P30D"), ("P1M", "P30D or PT72H"), ("P1Y", "P30D")):
        document = changed(GOOD[PlaceOrder], "policy", {"password_link_life": span})
        assert said in refusal(PlaceOrder, document)


@pytest.mark.parametrize(
    ("model", "field"),
    [
        (ReportServicesBuilt, "services"),
        (ConvertTrial, "services"),
        (EditServices, "add"),
        (EditServices, "remove"),
        (StartTrial, "services"),
        (StartTrial, "purchased"),
    ],
)
def test_no_service_is_named_twice(model: type[Message], field: str) -> None:
    """TRL-13."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate({"by": "ops-7", field: ["calling", "calling"]})
    assert f"{field}: must not name the same twice" in [": ".join(each) for each in phrases.wrong(refused.value).told]


# What is accepted.


@in_one_item(
    ("model", "path", "value", "kept"),
    [
        (PlaceOrder, "customer.company", "  Rivière & Fils  ", "Rivière & Fils"),
        (PlaceOrder, "customer.company", "𠮷野家 <株>", "𠮷野家 <株>"),
        (PlaceOrder, "customer.company", "x" * 200, "x" * 200),
        (PlaceOrder, "customer.contact.email", "ken@日本.example.com", "ken@日本.example.com"),
        (PlaceOrder, "customer.contact.email", "kontakt@straße.example", "kontakt@straße.example"),
        (PlaceOrder, "customer.contact.email", "a@xn--strae-oqa.Example", "a@straße.example"),
        (PlaceOrder, "customer.contact.phone", "+81 3-5550-0101 ext. 12", "+81355500101;ext=12"),
        (PlaceOrder, "customer.contact.phone", "tel:+81-3-5550-0101;ext=12", "+81355500101;ext=12"),
        (PlaceOrder, "customer.contact.phone", "+44 (0)20 7946 0958", "+442079460958"),
        (PlaceOrder, "customer.contact.phone", "＋８１３５５５００１０１", "+81355500101"),
        (PlaceOrder, "customer.contact.first_name", "ｅ\u200dx", "ｅ\u200dx"),
        (PlaceOrder, "policy.password_link_life", "PT72H", timedelta(hours=72)),
        (PlaceOrder, "policy.graduation_due", "P4W", timedelta(weeks=4)),
        (PlaceOrder, "customer.contact.phone", "+81 3 5550 0101", "+81355500101"),
        (PlaceOrder, "customer.zone", "Pacific/Apia", "Pacific/Apia"),
        (PlaceOrder, "customer.country", "JP", "JP"),
        (PlaceOrder, "items.0.quantity", 1_000_000, 1_000_000),
        (PlaceOrder, "term_months", 120, 120),
        (PlaceOrder, "reselling_partner", None, None),
        (SubmitForm, "form.sites.0.url", "https://ABC.webex.example/", "abc.webex.example"),
        (SubmitForm, "form.website", "http://akasaka.example.com/a?b=c#d", "http://akasaka.example.com/a?b=c#d"),
        (SubmitForm, "form.address2", None, None),
        (SubmitForm, "form.employees", 0, 0),
        (SubmitForm, "form.additional_languages", ["French", "Korean"], ("French", "Korean")),
        (Graduate, "form.term_years", 0.5, 0.5),
        (Graduate, "form.outstanding_issues", "one\ntwo", "one\ntwo"),
        (
            StartSubscription,
            "service_start_at",
            "2028-02-29T23:59:59+09:00",
            datetime(2028, 2, 29, 14, 59, 59, tzinfo=UTC),
        ),
    ],
)
def test_good_input_is_accepted_and_kept_in_one_form(model: type[Message], path: str, value: Any, kept: Any) -> None:
    start, _, rest = path.partition(".")
    document = GOOD[model] | {"policy": {rest: value}} if start == "policy" else changed(GOOD[model], path, value)
    found: Any = model.model_validate(document)
    for part in path.split("."):
        found = found[int(part)] if part.isdecimal() else getattr(found, part)
    assert found == kept


def test_a_renewal_names_the_subscription_it_continues_and_a_new_order_gets_its_own() -> None:
    """REN-01, ORD-01."""
    assert a_renewal().subscription == "sub-SO-100001"
    assert an_order("SO-7").subscription == "sub-SO-7"


def test_the_access_data_of_the_welcome_may_be_left_out_for_a_renewal() -> None:
    """REN-09: whether they are needed only the order knows."""
    assert ReportSiteBuilt(by="vendor-build").password_url is None


def test_two_sites_must_not_have_one_address() -> None:
    """ORD-32."""
    document = changed(GOOD[SubmitForm], "form.number_of_sites", 2)
    document["form"]["sites"].append(document["form"]["sites"][0] | {"url": "https://AKASAKA.webex.example"})
    assert "ORD-32" in refusal(SubmitForm, document)


def test_a_message_cannot_be_changed_once_it_is_read() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        an_order().by = "somebody-else"  # type: ignore[misc]


# The forms, against a list written down a second time from the rules (domain.md §9.6).

FORM_A_FIELDS = {
    "company_name": {1},
    "first_name": {2},
    "last_name": {3},
    "phone": {4},
    "email": {5},
    "employees": {6},
    "website": {7},
    "address1": {8},
    "address2": {9},
    "city": {10},
    "country": {11},
    "state": {12},
    "postal_code": {13},
    "partner_company": {14},
    "partner_first_name": {15},
    "partner_last_name": {16},
    "partner_email": {17},
    "admin_email": {18},
    "admin_first_name": {19},
    "admin_last_name": {20},
    "admin_phone": {21},
    "number_of_sites": {22},
    "sites": {23, 24},
    "primary_language": {25},
    "additional_languages": {26},
    "time_zone": {27},
    "existing_customer": {28},
    "reserve": set(),
}
FORM_B_FIELDS = {
    "manager_first_name": {1},
    "manager_last_name": {2},
    "manager_email": {3},
    "partner_name": {4},
    "customer_name": {5},
    "site_url": {6},
    "term_years": {7},
    "site_admin": {8},
    "checklist_completed": {9},
    "customer_uses_service": {10},
    "requirements_implemented": {11},
    "renewal_contact": {12},
    "customer_contact": {13},
    "outstanding_issues": {14},
    "next_steps": {15},
    "upsell": {16},
    "upsell_comments": {17},
    "copy_wanted": {18},
    "copy_email": {19},
}


def numbers(model: type[BaseModel]) -> dict[str, set[int]]:
    """The numbers in front of each field's description: `23-24` is both."""
    found = {}
    for name, field in model.model_fields.items():
        first, last = re.match(r"(?:(\d+)(?:-(\d+))? )?", field.description or "").groups()  # type: ignore[union-attr]
        found[name] = set(range(int(first), int(last or first) + 1)) if first else set()
    return found


@pytest.mark.parametrize(
    ("form", "fields", "last"), [(ProvisioningForm, FORM_A_FIELDS, 28), (GraduationForm, FORM_B_FIELDS, 19)]
)
def test_a_form_has_every_field_of_the_rules_under_its_number(
    form: type[BaseModel], fields: dict[str, set[int]], last: int
) -> None:
    """ORD-15, ORD-30."""
    assert numbers(form) == fields
    assert sorted(number for several in fields.values() for number in several) == list(range(1, last + 1))


SENT: dict[str, Message] = {
    **{f"{kind.name}.{name}": said for kind in KINDS.values() for name, said in examples_of(kind).items()},
    **{f"{type(start).__name__}, {number}": start for number, start in enumerate(STARTS)},
}
"""Whatever people can send: every update of every lifecycle, and what starts them."""


def places(document: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Every value of a message, however deep."""
    inside = document.items() if isinstance(document, dict) else enumerate(document)
    for name, value in inside:
        if isinstance(value, dict | list):
            yield from places(value, (*way, name))
        else:
            yield (*way, name)


def with_a_placeholder(document: dict[str, Any], way: tuple[str | int, ...], text: str) -> dict[str, Any]:
    changed = copy.deepcopy(document)
    inner: Any = changed
    for name in way[:-1]:
        inner = inner[name]
    inner[way[-1]] = text
    return changed


@in_one_item("name", SENT)
@pytest.mark.parametrize(
    "text", [PLACEHOLDER, f"see {PLACEHOLDER}, please", f"{PLACEHOLDER}: sent, resend or leave_out"]
)
def test_a_placeholder_is_refused_wherever_it_still_stands_and_its_place_is_named(name: str, text: str) -> None:
    """Text, choice, number, date, yes or no; in fields that the example leaves out, too."""
    said = SENT[name]
    document = json.loads(said.model_dump_json(exclude_defaults=True))
    for way in some({*places(document), *((field,) for field in type(said).model_fields)}):
        left = with_a_placeholder(document, way, text)
        with pytest.raises(ValidationError) as refused:
            type(said).model_validate_json(json.dumps(left))
        ((place, words),) = phrases.wrong(refused.value, left, type(said)).told
        assert place == phrases.as_path(way)
        assert re.fullmatch(rf"{PLACEHOLDER} still stands there; put in: .*\S", words)


def test_all_that_is_offered_is_named_at_once_with_what_to_put_there() -> None:
    offer = offered(OPERATOR_EXAMPLES["settle_mail"], {"mail"})
    assert offer == {
        "by": PLACEHOLDER,
        "reason": PLACEHOLDER,
        "mail": "order-SO-100001/welcome",
        "outcome": f"{PLACEHOLDER}: sent, resend or leave_out",
    }
    with pytest.raises(ValidationError) as refused:
        SettleMail.model_validate(offer)
    assert list(phrases.wrong(refused.value, offer, SettleMail).told) == [
        ("by", "REPLACE-ME still stands there; put in: Who asks: a user or system id, never a name or an address"),
        ("reason", "REPLACE-ME still stands there; put in: How you know"),
        ("outcome", "REPLACE-ME still stands there; put in: sent, resend or leave_out"),
    ]


@in_one_item("name", SENT)
def test_nothing_is_offered_but_placeholders_unless_it_is_known(name: str) -> None:
    """What only says how a message is meant, and changes nothing, stays: a dry run."""
    said = SENT[name]
    found = offered(said)
    shown = {way: with_value(found, way) for way in places(found)}
    assert {way for way, value in shown.items() if not str(value).startswith(PLACEHOLDER)} <= {("dry_run",)}
    known = next(iter(said.model_dump(mode="json", exclude_defaults=True)))
    assert offered(said, {known})[known] == said.model_dump(mode="json")[known]


def with_value(document: Any, way: tuple[str | int, ...]) -> Any:
    for name in way:
        document = document[name]
    return document


def test_what_was_filled_in_as_text_is_read_as_what_it_is() -> None:
    """Whoever fills in leaves the quotes where they are."""
    filled_in = {"by": "partner-hikari", "days": "30", "confirm_shorten": "true"}
    assert ExtendTrial.model_validate_json(json.dumps(filled_in)).days == 30
