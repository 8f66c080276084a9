"""What a registry of accounts promises (activities/ports/accounts.py), sentence by sentence, on every database."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, text

from activities.ports import NotKnown
from activities.ports.accounts import AccountResult, AccountStore, SeveralAccounts
from adapters.sql import accounts
from adapters.sql.store import SqlStore
from domain.account.account import Found, FoundBy, Identifiers
from tests.accounts import a_service, an_account
from tests.makers import MONDAY
from tests.postgres import an_open_store, at_once, everything

LATER = MONDAY + timedelta(hours=1)

CREATED, UPDATED, UNCHANGED = AccountResult.CREATED, AccountResult.UPDATED, AccountResult.UNCHANGED


ADVISORY = """
    SELECT count(*) FROM pg_locks
    WHERE locktype = 'advisory' AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""


def found_by(store: AccountStore, **identifiers: str) -> Found:
    found = store.find_account(Identifiers(**identifiers))
    assert found is not None
    return found


class TestUpserting:
    def test_answers_for_each_whether_it_is_new_changed_or_as_it_was(self, store: SqlStore) -> None:
        assert store.upsert_accounts([an_account("1"), an_account("2")], MONDAY) == [CREATED, CREATED]

        again = [an_account("3"), an_account("2", name="Minato"), an_account("1")]
        assert store.upsert_accounts(again, LATER) == [CREATED, UPDATED, UNCHANGED]
        assert store.account("2").name == "Minato"

    def test_of_nothing_is_nothing(self, store: SqlStore) -> None:
        assert store.upsert_accounts([], MONDAY) == []

    def test_again_writes_nothing_whoever_sends_it_and_in_whatever_order_its_lists_are(self, store: SqlStore) -> None:
        lists: dict[str, Any] = {
            "domains": ["b.example", "a.example"],
            "zuids": ["62", "61"],
            "subscriptions": [a_service("Zoho CRM", 1), a_service("Zoho Desk", 2)],
        }
        store.upsert_accounts([an_account("1", **lists)], MONDAY)
        before = everything(store)

        turned = an_account("1", **{name: values[::-1] for name, values in lists.items()}, by="ops-8", reason="again")
        assert store.upsert_accounts([turned], LATER) == [UNCHANGED]
        assert everything(store) == before

    @pytest.mark.parametrize(
        ("field", "before", "after"),
        [
            ("zgid", "8", None),
            ("zgid", None, "8"),
            ("name", "A", "B"),
            ("region", "JP", "EMEA"),
            ("data_centre", "JP", "EU"),
            ("super_admin", "a@a.example", "b@a.example"),
            ("super_admin", "a@a.example", None),
            ("domains", ["a.example"], ["b.example"]),
            ("domains", ["a.example"], []),
            ("zuids", ["61", "62"], ["62"]),
            ("partner_id", "hikari", None),
            ("subscriptions", [a_service("Zoho CRM", 1)], [a_service("Zoho CRM", 2)]),
            ("subscriptions", [a_service("Zoho CRM", 1)], []),
        ],
    )
    def test_what_it_says_is_all_that_is_known_afterwards(
        self, store: SqlStore, field: str, before: Any, after: Any
    ) -> None:
        store.upsert_accounts([an_account("1", **{field: before})], MONDAY)
        changed = an_account("1", **{field: after})

        assert store.upsert_accounts([changed], LATER) == [UPDATED]
        assert store.account("1") == changed.organization

    def test_leaves_other_accounts_alone(self, store: SqlStore) -> None:
        other = an_account("2", domains=["a.example"], super_admin="a@a.example")
        store.upsert_accounts([an_account("1", domains=["a.example"]), other], MONDAY)
        store.upsert_accounts([an_account("1", domains=[])], LATER)

        assert store.account("2") == other.organization

    def test_is_all_or_nothing(self, store: SqlStore) -> None:
        store.upsert_accounts([an_account("1")], MONDAY)
        before = everything(store)

        def fail(*_call: Any) -> None:
            raise RuntimeError

        event.listen(store.engine, "commit", fail)
        with pytest.raises(RuntimeError):
            store.upsert_accounts([an_account("1", name="B"), an_account("2")], LATER)
        event.remove(store.engine, "commit", fail)
        assert everything(store) == before

    def test_by_several_at_once_does_each_account_once(self, store: SqlStore) -> None:
        several = [an_account(str(number), domains=["a.example"]) for number in range(20)]
        results = at_once(*[lambda: store.upsert_accounts(several, MONDAY)] * 4)

        assert sorted(map(str, results)) == sorted(map(str, [[CREATED] * 20, *[[UNCHANGED] * 20] * 3]))
        assert len(store.listed_accounts()) == 20

    def test_keeps_who_said_so_and_when(self, store: SqlStore) -> None:
        store.upsert_accounts([an_account("1", by="ops-8")], MONDAY)

        (row,) = everything(store)["accounts"]
        assert "ops-8" in row
        assert MONDAY in row


class TestOneAccount:
    def test_is_found_by_either_of_its_ids(self, store: SqlStore) -> None:
        """SUP-40."""
        account = an_account("7", zgid="8", super_admin="a@a.example", domains=["a.example"], zuids=["6"])
        store.upsert_accounts([account, an_account("9")], MONDAY)

        assert store.account("7") == store.account("8") == account.organization

    def test_that_nobody_registered_is_not_known(self, store: SqlStore) -> None:
        store.upsert_accounts([an_account("7")], MONDAY)

        for id_ in ("8", "", "70"):
            with pytest.raises(NotKnown):
                store.account(id_)

    def test_a_zgid_of_several_names_them(self, store: SqlStore) -> None:
        store.upsert_accounts([an_account("1", zgid="8"), an_account("2", zgid="8")], MONDAY)

        with pytest.raises(SeveralAccounts) as several:
            store.account("8")
        assert several.value.zoids == ("1", "2")

    def test_a_zoid_wins_over_the_same_zgid_of_another(self, store: SqlStore) -> None:
        store.upsert_accounts([an_account("1", zgid="2"), an_account("2")], MONDAY)

        assert store.account("2").zoid == "2"
        assert found_by(store, organization_id="2").by is FoundBy.ZOID


ALL_KEYS = {"zgid": "8", "super_admin": "admin@a.example", "domains": ["a.example"], "zuids": ["6"]}


class TestFinding:
    @pytest.mark.parametrize(
        ("identifiers", "by"),
        [
            ({"main_email": "Admin@A.example"}, FoundBy.MAIN_EMAIL),
            ({"organization_id": "7"}, FoundBy.ZOID),
            ({"organization_id": "8"}, FoundBy.ZGID),
            ({"zuid": "6"}, FoundBy.ZUID),
            ({"customer_email": "admin@a.example"}, FoundBy.CUSTOMER_EMAIL),
            ({"customer_email": "Somebody@A.example"}, FoundBy.CUSTOMER_EMAIL_DOMAIN),
            ({"main_email": "somebody@a.example"}, FoundBy.MAIN_EMAIL_DOMAIN),
        ],
    )
    def test_any_identifier_leads_to_the_account(
        self, store: SqlStore, identifiers: dict[str, str], by: FoundBy
    ) -> None:
        """SUP-03, SUP-12."""
        account = an_account("7", **ALL_KEYS)
        store.upsert_accounts([account, an_account("1", zgid="2", domains=["other.example"])], MONDAY)

        found = found_by(store, **identifiers)
        assert (found.organization, found.by, found.contradicting) == (account.organization, by, ())

    def test_nothing_that_is_known_leads_nowhere(self, store: SqlStore) -> None:
        """SUP-14."""
        store.upsert_accounts([an_account("7", **ALL_KEYS)], MONDAY)

        strange = Identifiers(main_email="a@b.example", organization_id="1", zuid="2", customer_email="c@d.example")
        assert store.find_account(Identifiers()) is None
        assert store.find_account(strange) is None

    def test_parts_of_a_domain_and_of_an_address_are_none(self, store: SqlStore) -> None:
        store.upsert_accounts([an_account("7", **ALL_KEYS)], MONDAY)

        for address in ("somebody@sub.a.example", "somebody@example", "min@a.example.evil.example"):
            assert store.find_account(Identifiers(customer_email=address)) is None

    def test_of_two_that_contradict_the_super_admin_s_address_wins_and_the_other_is_named(
        self, store: SqlStore
    ) -> None:
        store.upsert_accounts([an_account("1", super_admin="a@a.example"), an_account("2", zuids=["6"])], MONDAY)

        found = found_by(store, main_email="a@a.example", organization_id="2", zuid="6", customer_email="x@y.example")
        assert (found.organization.zoid, found.by) == ("1", FoundBy.MAIN_EMAIL)
        assert found.contradicting == ("organization_id", "zuid")

    @pytest.mark.parametrize(
        ("identifiers", "zoid", "contradicting"),
        [
            ({"organization_id": "1", "zuid": "62", "customer_email": "x@c.example"}, "1", ("zuid", "customer_email")),
            ({"zuid": "62", "customer_email": "x@c.example"}, "2", ("customer_email",)),
            ({"main_email": "x@c.example", "zuid": "62"}, "2", ("main_email",)),
            ({"main_email": "x@nobody.example", "organization_id": "1"}, "1", ()),
        ],
    )
    def test_then_the_organization_then_the_user_then_the_customer(
        self, store: SqlStore, identifiers: dict[str, str], zoid: str, contradicting: tuple[str, ...]
    ) -> None:
        """A SuperAdmin's address that nobody registered is no contradiction; its domain is, if it is another's."""
        several = [an_account("1"), an_account("2", zuids=["62"]), an_account("3", domains=["c.example"])]
        store.upsert_accounts(several, MONDAY)

        found = found_by(store, **identifiers)
        assert (found.organization.zoid, found.contradicting) == (zoid, contradicting)

    def test_a_super_admin_of_several_accounts_is_told_by_the_organization(self, store: SqlStore) -> None:
        several = [an_account(zoid, super_admin="a@a.example", domains=["a.example"]) for zoid in ("1", "2", "3")]
        store.upsert_accounts([*several, an_account("4")], MONDAY)

        assert store.find_account(Identifiers(main_email="a@a.example")) is None
        assert store.find_account(Identifiers(customer_email="x@a.example")) is None
        found = found_by(store, main_email="a@a.example", organization_id="2")
        assert (found.organization.zoid, found.by, found.contradicting) == ("2", FoundBy.MAIN_EMAIL, ())
        elsewhere = found_by(store, main_email="a@a.example", organization_id="4")
        assert (elsewhere.organization.zoid, elsewhere.contradicting) == ("4", ("main_email",))


class TestListing:
    def test_pages_by_zoid_to_the_end(self, store: SqlStore) -> None:
        store.upsert_accounts([an_account(str(number)) for number in range(10, 35)], MONDAY)
        pages, after = [], ""
        while page := store.listed_accounts(after, 10):
            pages.append([account.zoid for account in page])
            after = page[-1].zoid

        assert [len(page) for page in pages] == [10, 10, 5]
        assert [zoid for page in pages for zoid in page] == [str(number) for number in range(10, 35)]

    def test_of_one_region(self, store: SqlStore) -> None:
        store.upsert_accounts([an_account("1"), an_account("2", region="EMEA"), an_account("3")], MONDAY)

        assert [account.zoid for account in store.listed_accounts(region="JP")] == ["1", "3"]
        assert [account.zoid for account in store.listed_accounts("1", region="JP")] == ["3"]
        assert store.account_regions() == {"JP": 2, "EMEA": 1}

    def test_each_has_its_own_domains_and_users(self, store: SqlStore) -> None:
        several = [an_account("1", domains=["b.example", "a.example"]), an_account("2", zuids=["6"]), an_account("3")]
        store.upsert_accounts(several, MONDAY)

        found = store.listed_accounts()
        assert [(each.domains, each.zuids) for each in found] == [
            (("a.example", "b.example"), ()),
            ((), ("6",)),
            ((), ()),
        ]

    def test_of_an_empty_registry_is_empty(self, store: SqlStore) -> None:
        assert store.listed_accounts() == []
        assert store.account_regions() == {}


def test_what_was_accepted_reads_also_when_today_it_would_be_refused(store: SqlStore) -> None:
    store.upsert_accounts([an_account("1")], MONDAY)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE accounts SET super_admin = 'no address', name = ''")

    assert store.account("1").super_admin == "no address"


def test_each_question_about_identifiers_is_answered_by_an_index() -> None:
    asked: list[tuple[str, Any]] = []
    every = Identifiers(main_email="a@b.example", organization_id="1", zuid="2", customer_email="c@d.example")
    with an_open_store("sqlite") as store:
        event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append((call[2], call[3])))
        store.find_account(every)
        questions = [each for each in asked if each[0].startswith("SELECT")]
        with store.engine.connect() as connection:
            plans = [
                str(connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", given).all()) for sql, given in questions
            ]

    assert len(plans) == len(every.keys) == 7
    assert not [plan for plan in plans if "SCAN" in plan]


def test_on_postgresql_one_import_at_a_time_compares_and_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else two that both find an account new would both say so. SQLite has one writer anyway."""
    held: list[int | None] = []
    write = accounts._write

    with an_open_store("postgresql") as store:

        def looked(*given: Any) -> None:
            with store.engine.connect() as another:
                held.append(another.scalar(text(ADVISORY)))
            write(*given)

        monkeypatch.setattr(accounts, "_write", looked)
        store.upsert_accounts([an_account()], MONDAY)

    assert held == [1]
