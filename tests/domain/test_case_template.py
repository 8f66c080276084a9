"""The fields of the sample template, as partners really write them. SUP-11, SUP-12, SUP-36, SUP-40."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from domain.case.template import LONGEST_LABEL, TemplateFields, fields_of
from domain.values import Email, Identifier, Line

ZOID, MAIN = "60001234567", "makoto.ishikawa@minato.example.com"


def found(text: str, subject: str = "") -> dict[str, str]:
    """What was found, and nothing else."""
    return {name: value for name, value in fields_of(text, subject)._asdict().items() if value is not None}


TEMPLATE = {"service": "Zoho Mail", "organization_id": ZOID, "main_email": MAIN}

WRITTEN = {
    "in English": f"Service name: Zoho Mail\nOrganization ID: {ZOID}\nCustomer main e-mail: {MAIN}",
    "in Japanese": f"サービス名: Zoho Mail\nサービス組織ID: {ZOID}\n顧客のメインメールアドレス: {MAIN}",
    "as in the guideline": (
        f"[サービス名] Zoho Mail\n[サービス組織ID](ZOIDまたはZGID) {ZOID}\n[顧客のメインメールアドレス] {MAIN}"
    ),
    "full width": "サービス名：Ｚｏｈｏ　Ｍａｉｌ\nサービス組織ＩＤ：６０００１２３４５６７\nメインメールアドレス："
    + MAIN.replace("@", "＠"),
    "quoted": f"> Service name: Zoho Mail\n> Organization ID: {ZOID}\n>> Customer main e-mail: {MAIN}",
    "bullets": f"- Service name: Zoho Mail\n・サービス組織ID：{ZOID}\n2. Main email: {MAIN}",
    "black squares": f"■サービス名　　：　Zoho Mail\n■組織ID：{ZOID}\n●顧客のメインメールアドレス：{MAIN}",
    "brackets": f"【サービス名】Zoho Mail\n【サービス組織ID】{ZOID}\n【顧客のメインメールアドレス】{MAIN}",
    "cells": f"Service name    Zoho Mail\nOrganization ID    {ZOID}\nCustomer main e-mail    {MAIN}",
    "values below": f"Service name\nZoho Mail\n\nOrganization ID:\n\n{ZOID}\nCustomer main e-mail\n{MAIN}\n",
    "equals signs": f"service = Zoho Mail\norg id={ZOID}\nsuperadmin = {MAIN}",
    "bars": f"Service | Zoho Mail\nOrg ID | {ZOID}\nSuper Admin email | {MAIN}",
    "dashes": f"Service name - Zoho Mail\nOrganization ID - {ZOID}\nCustomer's primary e-mail address – {MAIN}",
    "stars": f"*Service name*: Zoho Mail\n*Organization ID*: {ZOID}\n*Customer main e-mail* : {MAIN}",
    "required": f"Service name (required)*: Zoho Mail\nOrganisation ID (ZOID or ZGID)*: {ZOID}\nMain e-mail*: {MAIN}",
    "a link": f"Service: Zoho Mail\nOrganization ID: {ZOID}\nMain e-mail: {MAIN} (mailto:{MAIN})",
    "a name beside": f"Service: Zoho Mail\nOrganization ID: {ZOID} (Minato)\nSuperAdmin e-mail: Makoto <{MAIN}>",
    "said twice": f"Service: Zoho Mail\nService: Zoho CRM\nOrganization ID: {ZOID}\nOrg ID: 70001\nMain email: {MAIN}",
}


@pytest.mark.parametrize("way", WRITTEN)
def test_the_template_is_read_however_it_was_filled_in(way: str) -> None:
    assert found(WRITTEN[way]) == TEMPLATE


@pytest.mark.parametrize(
    ("line", "fields"),
    [
        ("ZOID: 60001234567", {"zoid": ZOID}),
        ("ZGID：60001234567", {"zgid": ZOID}),
        ("User's ZUID: 7001", {"zuid": "7001"}),
        ("ユーザーのZUID: 7001", {"zuid": "7001"}),
        ("Customer e-mail: a@b.example", {"customer_email": "a@b.example"}),
        ("顧客のメールアドレス: a@b.example", {"customer_email": "a@b.example"}),
        ("スーパー管理者のメールアドレス: a@b.example", {"main_email": "a@b.example"}),
        ("E-mail of SuperAdmin: a@b.example", {"main_email": "a@b.example"}),
        ("Partner ID: hikari", {"partner_id": "hikari"}),
        ("パートナー番号: P-17", {"partner_id": "P-17"}),
        ("製品名: Zoho CRM", {"service": "Zoho CRM"}),
        ("件名: 動きません", {"subject": "動きません"}),
        ("Main e-mail: A@B.Example.", {"main_email": "A@b.example"}),
        ("Main e-mail: none, a@b.example, c@d.example", {"main_email": "a@b.example"}),
    ],
)
def test_each_field_has_its_labels(line: str, fields: dict[str, str]) -> None:
    assert found(line) == fields


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Our customer (ZOID 60001234567) cannot log in.", {"zoid": ZOID}),
        ("user ZUID=70001111, please", {"zuid": "70001111"}),
        ("ZOIDは60001234567です。", {"zoid": ZOID}),
        ("the ZGID is 60001234567.", {"zgid": ZOID}),
        ("zoid no. 60001234567", {"zoid": ZOID}),
        ("60001234567 (ZOID)", {"zoid": ZOID}),
        ("XZOID 60001234567", {}),
        ("ZOID 1234", {}),
        ("ZOID 123456789012345678901", {}),
        ("60001234567", {}),
    ],
)
def test_an_identifier_is_found_in_free_text(text: str, fields: dict[str, str]) -> None:
    """SUP-12."""
    assert found(text) == fields
    assert found("", text) == fields


@pytest.mark.parametrize(
    "text",
    [
        f"Please write to {MAIN}.",
        f"Regards,\nKen Sato\n{MAIN}",
        f"From: Ken Sato <{MAIN}>\nTo: {MAIN}\nReply-To: {MAIN}",
        f"mailto:{MAIN}",
        f"E-mail: {MAIN}",
    ],
)
def test_an_address_that_nobody_called_the_customer_s_is_not_taken(text: str) -> None:
    assert found(text) == {}


@pytest.mark.parametrize(
    "text",
    [
        "Main e-mail: (please fill in)",
        "Main e-mail: ken@",
        "Organization ID: see above",
        "Service name:",
        "サービス名：\n説明：\n動きません",
        "Service name:\n\nDescription: it is broken",
        "",
    ],
)
def test_a_field_that_is_left_empty_is_not_filled_from_another(text: str) -> None:
    assert found(text) == {}


def test_what_the_sender_wrote_counts_before_what_was_quoted() -> None:
    """Also if the quotation stands first."""
    text = f"> ZOID: 70001234567\n> Service: Zoho CRM\n\nZOID: {ZOID}\n"

    assert found(text) == {"zoid": ZOID, "service": "Zoho CRM"}
    assert found("> ZOID 70001234567\nZOID 60001234567") == {"zoid": ZOID}


def test_a_labelled_identifier_counts_before_one_in_free_text() -> None:
    assert found(f"We moved from ZOID 70001234567.\nZOID: {ZOID}") == {"zoid": ZOID}


@pytest.mark.parametrize(
    ("fields", "organization"),
    [
        (TemplateFields(organization_id="1", zoid="2", zgid="3"), "1"),
        (TemplateFields(zoid="2", zgid="3"), "2"),
        (TemplateFields(zgid="3"), "3"),
        (TemplateFields(zuid="4"), None),
    ],
)
def test_the_organization_is_the_field_s_own_id_else_its_zoid_else_its_zgid(
    fields: TemplateFields, organization: str | None
) -> None:
    """SUP-40."""
    assert fields.organization == organization


def test_a_label_in_the_middle_of_a_sentence_is_none() -> None:
    assert found("The new customer service: it is slow") == {}
    assert found(f"{'x' * LONGEST_LABEL} service: Zoho Mail") == {}


def test_what_no_message_may_hold_is_left_out() -> None:
    assert found("Service: REPLACE-ME") == {}
    assert found("Service: ＲＥＰＬＡＣＥ－ＭＥ CRM") == {"service": "CRM"}
    assert found("Service: =?utf-8?Q?a?=") == {}
    assert found("Service: " + "x" * 500) == {"service": "x" * 200}


ANY = st.text() | st.lists(
    st.sampled_from(
        ["ZOID", "サービス名", "Main e-mail", ":", "：", "=", " ", "\n", "> ", "- ", "60001234567", MAIN, "(", "]"]
    ),
    max_size=30,
).map("".join)
WANTED = {
    **dict.fromkeys(["organization_id", "zuid", "zoid", "zgid", "partner_id"], TypeAdapter[str](Identifier)),
    **dict.fromkeys(["main_email", "customer_email"], TypeAdapter[str](Email)),
    **dict.fromkeys(["service", "subject"], TypeAdapter[str](Line)),
}


@given(ANY, ANY)
def test_whatever_is_found_fits_its_field(text: str, subject: str) -> None:
    for name, value in found(text, subject).items():
        assert WANTED[name].validate_python(value) == value


@pytest.mark.parametrize(
    "unit", [" ", ":", "> ", "ZOID ", "ZOID:\n", "(", "\ufdfa", "service  ", "1", "a" * 900 + "\n", "[] "]
)
def test_a_text_made_to_take_for_ever_is_read(unit: str) -> None:
    """Of a reader whose time grows with the square, one of these would take hours."""
    assert set(found(unit * (500_000 // len(unit)))) <= {"zoid", "service"}
