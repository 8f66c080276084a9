"""`tenure hub rebuild`: the read model is derived anew from what was recorded. HUB-10 to HUB-60."""

import pytest
from sqlalchemy import update

from adapters.sql.hub_schema import HubEntitlementRecord
from adapters.sql.store import SqlStore
from domain.hub.entitlements import EntitlementState
from tests.hub_lives import bought, tried
from tests.makers import MONDAY, a_paid_customer_s_trial
from tests.starter.conftest import Tenure


@pytest.fixture
def store(store: SqlStore) -> SqlStore:
    """Where an order, its subscription and a trial are known."""
    bought(store)
    tried(store, a_paid_customer_s_trial())
    return store


def test_what_is_wrong_in_the_read_model_is_right_again(store: SqlStore, tenure: Tenure) -> None:
    store.catch_up({}, MONDAY)
    with store.engine.begin() as connection:
        connection.execute(update(HubEntitlementRecord).values(state="over"))
    answered = tenure("hub", "rebuild")
    assert answered.code == 0
    assert answered.out == (
        "Derived 3 orders, subscriptions, trials and wholesale customers anew: 2 are in the hub, with 1 customer.\n"
    )
    (customer,) = store.hub_customers("hikari", MONDAY)
    assert [life.state for life in customer.entitlements] == [EntitlementState.ACTIVE, EntitlementState.TRIALING]


def test_a_program_gets_the_counts(store: SqlStore, tenure: Tenure) -> None:
    answered = tenure("hub", "rebuild", "--json")
    found = {name: answered.json[name] for name in ("derived", "lives", "customers")}
    assert found == {"derived": 3, "lives": 2, "customers": 1}


def test_hub_31_the_settings_say_which_part_numbers_are_not_meetings(
    store: SqlStore, tenure: Tenure, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TENURE_HUB__PRODUCTS", '{"A-NAMED-HOST": "calling"}')
    tenure("hub", "rebuild")
    assert {line.product for line in store.lines("hikari", MONDAY)} == {"calling"}


def test_without_a_store_it_says_where_it_looked(tenure: Tenure, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////nowhere/tenure.db")
    answered = tenure("hub", "rebuild")
    assert answered.code != 0
    assert "DATABASE_URL says where it is" in answered.err
