"""Accounts: who is a large-user account, which services count, which door is right. SUP-01 to SUP-06, SUP-30."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.account.account import FoundBy, Identifiers, ServiceOrganization, carries
from domain.account.channels import Channel, DataCentre
from domain.account.classification import EXCLUDED, classify, is_covered, measured_by
from domain.account.doors import Doors, is_right_door, right_door
from domain.construct import constructed
from tests.accounts import a_service, an_account
from tests.makers import some

THRESHOLDS = {"JP": 1000, "EMEA": 300}
DOORS = Doors()

SPELLINGS = {
    "campaigns": [
        "Zoho Campaigns",
        "zoho campaigns",
        "ZohoCampaigns",
        "Campaigns",
        " ZOHO  CAMPAIGNS ",
        "Ｚｏｈｏ　Ｃａｍｐａｉｇｎｓ",
    ],
    "dataprep": ["Zoho DataPrep", "Zoho Data Prep", "Zoho Data-Prep", "dataprep"],
    "pagesense": ["Zoho PageSense", "ZOHO PAGE SENSE", "Page Sense"],
    "writeraddon": [
        "Zoho Writer add-ons",
        "Zoho Writer Add-on",
        "Zoho Writer addon",
        "Zoho Writer AddOns",
        "Zoho Writer add ons",
        "Zoho Writerアドオン",
        "Zoho Writer アドオン",
        "Zoho Writer アド・オン",
        "Zoho Writer ｱﾄﾞｵﾝ",
        "writer_add_on",
        "アドオン Zoho Writer",
    ],
    "marketingautomation": ["Zoho Marketing Automation", "Marketing-Automation by Zoho", "zoho marketingautomation"],
}
"""As people and exports write the five excluded services of SUP-04."""

COVERED = [
    "Zoho CRM",
    "Zoho Writer",
    "Zoho One",
    "Zoho Campaigner",
    "Zoho Analytics",
    "Zoho Marketing",
    "アドオン",
    "Zoho",
    "Zoho Data",
    "Zoho CRM add-on",
]


class TestLargeOrNot:
    @pytest.mark.parametrize(("licences", "large"), [(999, False), (1000, True), (1001, True), (0, False)])
    def test_an_account_is_large_from_the_threshold_of_its_region_on(self, licences: int, large: bool) -> None:
        """SUP-01, SUP-02."""
        found = classify(an_account(subscriptions=[a_service("Zoho CRM", licences)]), THRESHOLDS)

        assert (found.large, found.licences, found.threshold) == (large, licences, 1000)
        assert found.why.startswith("a large-user account" if large else "not a large-user account")

    def test_each_region_has_its_own_threshold(self) -> None:
        """SUP-02."""
        account = an_account(subscriptions=[a_service("Zoho CRM", 500)])

        assert not classify(account, THRESHOLDS).large
        assert classify(account.model_copy(update={"region": "EMEA"}), THRESHOLDS).large

    @pytest.mark.parametrize("thresholds", [{}, {"EMEA": 1}])
    def test_without_a_threshold_for_the_region_nobody_is_large_and_that_is_said(
        self, thresholds: dict[str, int]
    ) -> None:
        """AMB-32."""
        found = classify(an_account(subscriptions=[a_service("Zoho CRM", 1_000_000)]), thresholds)

        assert not found.large
        assert found.threshold is None
        assert found.why == (
            "not a large-user account: 1,000,000 licences count, but no threshold is set for region JP (AMB-32)"
        )

    def test_licences_of_excluded_services_are_left_out_and_kept_beside(self) -> None:
        """SUP-04."""
        left_out = [a_service(spelled[0], 10_000) for spelled in SPELLINGS.values()]
        found = classify(an_account(subscriptions=[a_service("Zoho CRM", 1), *left_out]), THRESHOLDS)

        assert not found.large
        assert found.licences == 1
        assert [each.service for each in found.counted] == ["Zoho CRM"]
        assert [each.service for each in found.left_out] == [spelled[0] for spelled in SPELLINGS.values()]
        assert "1 licence counts and 50,000 of excluded services are left out (SUP-04)" in found.why

    def test_licences_of_all_other_services_are_added_up(self) -> None:
        """SUP-05. Several subscriptions of one service are shown as one."""
        some_services = [a_service("Zoho CRM", 400), a_service("Zoho Desk", 300), a_service("Zoho CRM", 300)]
        found = classify(an_account(subscriptions=some_services), THRESHOLDS)

        assert found.large
        assert [(each.service, each.licences) for each in found.counted] == [("Zoho CRM", 700), ("Zoho Desk", 300)]

    def test_an_account_without_subscriptions_has_no_licences(self) -> None:
        found = classify(an_account(subscriptions=[]), THRESHOLDS)

        assert (found.large, found.licences, found.counted, found.left_out) == (False, 0, (), ())

    def test_why_names_nobody(self) -> None:
        account = an_account(super_admin="admin@akasaka.example", zuids=["600100200"])
        for thresholds in ({}, THRESHOLDS, {"JP": 1_000_000}):
            why = classify(account, thresholds).why
            assert "akasaka" not in why.lower()
            assert "600100200" not in why


class TestServices:
    @pytest.mark.parametrize(("key", "name"), [(key, name) for key, names in SPELLINGS.items() for name in names])
    def test_an_excluded_service_is_known_however_it_is_spelled(self, key: str, name: str) -> None:
        """SUP-04, SUP-06."""
        assert not is_covered(name)
        assert measured_by(name) == EXCLUDED[key]

    @pytest.mark.parametrize("name", COVERED)
    def test_all_others_are_covered_also_those_that_look_alike(self, name: str) -> None:
        """SUP-05."""
        assert is_covered(name)
        assert measured_by(name) is None

    def test_there_are_five(self) -> None:
        assert len(EXCLUDED) == len(SPELLINGS) == 5
        assert set(EXCLUDED) == set(SPELLINGS)

    @given(st.text(max_size=50))
    def test_any_name_is_one_or_the_other(self, name: str) -> None:
        assert is_covered(name) is (measured_by(name) is None)


class TestDoors:
    @pytest.mark.parametrize(
        ("data_centres", "family"),
        [
            (
                "US IN AU JP SA CA",
                ("https://store.zoho.com/zstore#partnerhome", "https://help.zoho.com/", "partner-support@zohocorp.com"),
            ),
            (
                "EU UK",
                (
                    "https://store.zoho.eu/zstore#partnerhome",
                    "https://help.zoho.eu/",
                    "partner-support@eu.zohocorp.com",
                ),
            ),
        ],
    )
    def test_each_data_centre_has_its_family_of_doors(self, data_centres: str, family: tuple[str, str, str]) -> None:
        """SUP-30 to SUP-35, AMB-38."""
        for name in some(data_centres.split()):
            found = tuple(
                right_door(channel, DataCentre(name), DOORS)
                for channel in (Channel.WIDGET, Channel.PORTAL, Channel.EMAIL)
            )
            assert found == family

    def test_every_data_centre_and_channel_is_decided(self) -> None:
        for data_centre in some(DataCentre):
            without = {channel for channel in Channel if right_door(channel, data_centre, DOORS) is None}
            assert without == {Channel.PHONE, Channel.CHAT}

    def test_while_the_data_centre_is_not_known_no_door_is_right_and_none_is_wrong(self) -> None:
        assert right_door(Channel.EMAIL, None, DOORS) is None
        assert is_right_door("partner-support@eu.zohocorp.com", None, DOORS)
        assert is_right_door(None, DataCentre.JAPAN, DOORS)

    @pytest.mark.parametrize(
        "address",
        [
            "https://store.zoho.com/zstore#partnerhome",
            "store.zoho.com",
            "STORE.ZOHO.COM/zstore",
            "https://www.zoho.com/partners/",
            "http://www.zoho.com/partners/guidelines.html?x=1",
            "www.zoho.com/partners",
            "https://help.zoho.com/portal/en/newticket",
            "help.zoho.com",
            "partner-support@zohocorp.com",
            "partner-support@zohocorp.com".upper(),
            "Partner support <partner-support@zohocorp.com>",
            "mailto:partner-support@zohocorp.com",
        ],
    )
    def test_an_address_of_the_family_is_right_as_people_write_it(self, address: str) -> None:
        """SUP-30, SUP-32, SUP-34."""
        assert is_right_door(address, DataCentre.JAPAN, DOORS)
        shared = "www.zoho.com" in address
        assert is_right_door(address, DataCentre.EUROPE, DOORS) is shared

    @pytest.mark.parametrize(
        "address",
        [
            "https://store.zoho.eu/zstore",
            "help.zoho.eu",
            "partner-support@eu.zohocorp.com",
            "sales@example.com",
            "zoho.com",
            "https://www.zoho.com/crm",
            "help.zoho.com.evil.example",
            "http://[",
            "",
        ],
    )
    def test_any_other_address_is_not(self, address: str) -> None:
        assert not is_right_door(address, DataCentre.JAPAN, DOORS)

    def test_doors_are_configuration(self) -> None:
        moved = Doors(portal_com="https://help.example.com/partners", email_com="help@example.com")

        assert right_door(Channel.PORTAL, DataCentre.INDIA, moved) == "https://help.example.com/partners"
        assert is_right_door("help.example.com/partners/new", DataCentre.INDIA, moved)
        assert not is_right_door("help.example.com/partnership", DataCentre.INDIA, moved)
        assert not is_right_door("help.zoho.com", DataCentre.INDIA, moved)


class TestAccount:
    def test_what_it_is_looked_up_by_has_one_spelling(self) -> None:
        account = an_account(
            region="jp", super_admin="Admin@Akasaka.Example", domains=["@Akasaka.EXAMPLE", "xn--strae-oqa.example"]
        )

        assert account.region == "JP"
        assert account.super_admin == "admin@akasaka.example"
        assert account.domains == ("akasaka.example", "straße.example")

    @pytest.mark.parametrize(
        ("field", "value"),
        [
            ("zoid", ""),
            ("zoid", "700 100"),
            ("zoid", "admin@akasaka.example"),
            ("data_centre", "CN"),
            ("region", ""),
            ("super_admin", "akasaka.example"),
            ("domains", ["nothing"]),
            ("domains", ["https://akasaka.example"]),
            ("domains", ["a.example", "A.example"]),
            ("zuids", ["6", "6"]),
            ("subscriptions", [a_service("", 1)]),
            ("subscriptions", [a_service("Zoho CRM", -1)]),
            ("subscriptions", [{"service": "Zoho CRM"}]),
            ("name", "two\nlines"),
        ],
    )
    def test_what_would_hurt_later_is_refused_at_its_field(self, field: str, value: Any) -> None:
        with pytest.raises(ValidationError) as refused:
            an_account(**{field: value})
        assert refused.value.errors()[0]["loc"][0] == field

    def test_what_was_registered_reads_the_same_again(self) -> None:
        account = an_account(super_admin="admin@akasaka.example", domains=["akasaka.example"]).organization

        assert constructed(ServiceOrganization, account.model_dump(mode="json")) == account
        assert "by" not in account.model_dump()


class TestIdentifiers:
    def test_are_asked_in_their_order_and_only_if_they_are_there(self) -> None:
        """SUP-03, SUP-12."""
        given_ = Identifiers(
            main_email="Admin@A.example", organization_id="7", zuid="6", customer_email="somebody@B.example"
        )

        assert list(given_.keys.items()) == [
            (FoundBy.MAIN_EMAIL, "admin@a.example"),
            (FoundBy.ZOID, "7"),
            (FoundBy.ZGID, "7"),
            (FoundBy.ZUID, "6"),
            (FoundBy.CUSTOMER_EMAIL, "somebody@b.example"),
            (FoundBy.MAIN_EMAIL_DOMAIN, "a.example"),
            (FoundBy.CUSTOMER_EMAIL_DOMAIN, "b.example"),
        ]
        assert list(Identifiers(zuid="6").keys) == [FoundBy.ZUID]
        assert not Identifiers().any_given

    @pytest.mark.parametrize("by", FoundBy)
    def test_each_says_whether_an_account_carries_it(self, by: FoundBy) -> None:
        account = an_account(
            "7", zgid="8", super_admin="admin@a.example", domains=["a.example"], zuids=["6"]
        ).organization
        value = {
            FoundBy.MAIN_EMAIL: "admin@a.example",
            FoundBy.ZOID: "7",
            FoundBy.ZGID: "8",
            FoundBy.ZUID: "6",
            FoundBy.CUSTOMER_EMAIL: "admin@a.example",
            FoundBy.MAIN_EMAIL_DOMAIN: "a.example",
            FoundBy.CUSTOMER_EMAIL_DOMAIN: "a.example",
        }[by]

        assert carries(account, by, value)
        assert not carries(account, by, "something else")
