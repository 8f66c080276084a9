"""What the hub derives from lives and reads as of an instant, on every database. HUB-10 to HUB-60."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from activities.ports.store import NotKnown
from adapters.sql import hub_projection
from adapters.sql.hub_file_schema import CallsRecord, InvoiceRecord, SignInRecord
from adapters.sql.hub_people_schema import TagRecord
from adapters.sql.hub_schema import DerivedRecord, HubCustomerRecord, HubEntitlementRecord
from adapters.sql.store import SqlStore, open_store
from domain.hub.customers import HubCustomer, Managed
from domain.hub.entitlements import EntitlementState
from domain.hub.fold import fold as folded
from domain.hub.imports import Imported
from domain.hub.lines import WEEKS, Line
from domain.lifecycle import Lifecycle
from domain.order.messages import Offering
from domain.subscription.messages import LiftSuspension, SuspendSubscription, TerminateSubscription
from domain.trial.messages import Service
from tests import wholesale
from tests.hub_files import imported
from tests.hub_lives import HOUR, bought, onboarded, record, renewed, shipped, site_built, subscribed, tried
from tests.makers import (
    MONDAY,
    a_consented_trial,
    a_customer,
    a_paid_customer_s_trial,
    a_partner,
    a_renewal,
    an_order,
    days,
    ended,
    extended,
    graduated,
    items,
    some,
)
from tests.postgres import at_once, emptied
from tests.support.kept_store import KeptStore

A_MOMENT = datetime.resolution
LATER = MONDAY + days(400)
SUNDAY = date(2026, 6, 28)
MIDNIGHT = datetime.combine(SUNDAY, time(), UTC)
ASAHI = a_partner("asahi", "アサヒ")


@pytest.fixture(scope="module")
def kept_subscription(one_store: SqlStore) -> KeptStore:
    bought(emptied(one_store))
    return KeptStore(one_store)


@pytest.fixture
def a_subscription(store: SqlStore, kept_subscription: KeptStore) -> None:
    """Akasaka's, in the store."""
    kept_subscription.put_back()


@pytest.fixture(scope="module")
def kept_every_sort(one_store: SqlStore) -> KeptStore:
    everything_at_once(emptied(one_store))
    return KeptStore(one_store)


@pytest.fixture
def every_sort(store: SqlStore, kept_every_sort: KeptStore) -> None:
    """Lives of every sort, in the store."""
    kept_every_sort.put_back()


def customers(store: SqlStore, at: datetime, partner: str | None = "hikari") -> dict[str, HubCustomer]:
    """By id, of what is up to date."""
    store.catch_up({}, at)
    found = store.hub_customers(partner, at)
    assert found == sorted(found, key=lambda each: (each.partner_id, each.customer_id))
    return {each.customer_id: each for each in found}


def line(store: SqlStore, at: datetime, product: str = "meetings") -> Line:
    store.catch_up({}, at)
    (found,) = (each for each in store.lines("hikari", at) if each.product == product)
    return found


def derived(store: SqlStore) -> dict[str, list[dict[str, Any]]]:
    """All that comes from lives; not when it was derived."""
    with store.engine.connect() as connection:
        tables = {
            each.__tablename__: each.__table__ for each in (HubEntitlementRecord, HubCustomerRecord, DerivedRecord)
        }
        rows = {name: connection.execute(select(table)).mappings().all() for name, table in tables.items()}
    plain = {name: [dict(row) | {"derived_at": None} for row in found] for name, found in rows.items()}
    return {name: sorted(found, key=str) for name, found in plain.items()}


def write(store: SqlStore, record_: Any, *rows: dict[str, Any]) -> None:
    with store.engine.begin() as connection:
        connection.execute(insert(record_), [{"recorded_at": MONDAY} | row for row in rows])


def use(
    store: SqlStore,
    day: date,
    assigned: int,
    used: int,
    purchased: int | None = None,
    product: str = "meetings",
    subject: str = "sub-SO-100001",
    lifecycle: str = "subscription",
    used_assigned: int | None = None,
) -> None:
    """A day of usage as an import keeps it."""
    row = {
        "lifecycle": lifecycle,
        "subject": subject,
        "product": product,
        "day": day,
        "assigned": assigned,
        "used": used,
        "used_assigned": min(assigned, used) if used_assigned is None else used_assigned,
        "purchased": purchased,
    }
    imported(store, Imported.USAGE, [row], MONDAY)


def suspend(store: SqlStore, state: Any, at: datetime, why: Any = "unpaid") -> None:
    state.suspend(SuspendSubscription(by="ops-7", why=why, reason="as agreed"), at)
    record(store, state, at)


# Who is in the list.


class TestCustomers:
    def test_hub_15_a_new_order_brings_the_customer_when_it_ships(self, store: SqlStore) -> None:
        order = shipped(store)
        ships = MONDAY + HOUR
        assert customers(store, ships - A_MOMENT) == {}
        found = customers(store, ships)["akasaka"]
        assert [life.state for life in found.entitlements] == [EntitlementState.PENDING_ACTIVE]
        assert (found.name, found.country, found.zone) == ("赤坂商事", "JP", "Asia/Tokyo")
        assert (found.known_since, found.managed) == (ships, Managed.EXTERNAL)
        site_built(store, order, MONDAY + days(3))
        assert [life.state for life in customers(store, LATER)["akasaka"].entitlements] == [
            EntitlementState.PENDING_ACTIVE
        ]

    def test_what_the_subscription_goes_on_with_the_order_is_no_longer(self, store: SqlStore) -> None:
        """However often, and in which order, it is caught up. ORD-21."""
        order = site_built(store, shipped(store), MONDAY + days(3))
        customers(store, LATER)
        began = MONDAY + days(3) + HOUR
        subscription = subscribed(store, order, began)
        for _ in range(2):
            found = customers(store, LATER)["akasaka"]
            assert [(life.lifecycle, life.state) for life in found.entitlements] == [
                ("subscription", EntitlementState.ACTIVE)
            ]
        assert [life.lifecycle for life in customers(store, began - A_MOMENT)["akasaka"].entitlements] == ["order"]
        order.graduate(graduated(), MONDAY + days(9))
        record(store, order, MONDAY + days(9))
        suspend(store, subscription, MONDAY + days(9))
        assert [life.lifecycle for life in customers(store, LATER)["akasaka"].entitlements] == ["subscription"]

    def test_any_instant_is_answered_as_it_was(self, store: SqlStore) -> None:
        """AMB-42."""
        state = bought(store)
        suspend(store, state, MONDAY + days(1))
        suspend(store, state, MONDAY + days(2), "compliance")
        for why, day in (("unpaid", 3), ("compliance", 4)):
            state.lift_suspension(LiftSuspension(by="ops-7", why=why, reason="as agreed"), MONDAY + days(day))
            record(store, state, MONDAY + days(day))
        changes = [(), ("unpaid",), ("compliance", "unpaid"), ("compliance",), ()]
        instants = [
            (at, reasons)
            for day, reasons in enumerate(changes)
            for at in (MONDAY + days(day), MONDAY + days(day + 1) - A_MOMENT)
        ]
        for at, reasons in some(instants):
            (life,) = customers(store, at)["akasaka"].entitlements
            assert life.suspended_for == reasons
            assert life.state is (EntitlementState.SUSPENDED if reasons else EntitlementState.ACTIVE)

    def test_amb_59_with_a_renewal_through_another_partner_the_customer_goes_to_that_one(self, store: SqlStore) -> None:
        state = bought(store)
        when = MONDAY + days(350)
        renewed(
            store, state, a_renewal(ordering_partner=ASAHI, customer=a_customer(company="赤坂ホールディングス")), when
        )
        assert set(customers(store, when - A_MOMENT)) == {"akasaka"}
        assert customers(store, when - A_MOMENT, "asahi") == {}
        assert customers(store, when) == {}
        (found,) = customers(store, when, "asahi").values()
        assert (found.known_since, found.name) == (when, "赤坂ホールディングス")
        assert [each.partner_id for each in store.hub_customers(None, when)] == ["asahi"]
        with pytest.raises(NotKnown):
            store.hub_customer("hikari", "akasaka", when)

    @pytest.mark.usefixtures("a_subscription")
    def test_a_customer_of_two_partners_is_in_both_lists_with_the_lives_of_each(self, store: SqlStore) -> None:
        bought(store, an_order("SO-100002", ordering_partner=ASAHI))
        store.catch_up({}, LATER)
        found = [
            (each.partner_id, [life.subject for life in each.entitlements]) for each in store.hub_customers(None, LATER)
        ]
        assert found == [("asahi", ["sub-SO-100002"]), ("hikari", ["sub-SO-100001"])]

    def test_hub_17_a_terminated_subscription_keeps_the_customer_in_the_list(self, store: SqlStore) -> None:
        state = bought(store)
        state.terminate(TerminateSubscription(by="ops-7", reason="closed"), MONDAY + days(5))
        record(store, state, MONDAY + days(5))
        assert [life.state for life in customers(store, LATER)["akasaka"].entitlements] == [EntitlementState.OVER]

    def test_amb_12_a_cancelled_trial_does_not(self, store: SqlStore) -> None:
        state = tried(store, a_paid_customer_s_trial()) if bought(store) else None
        assert state is not None
        state.cancel(ended(), MONDAY + days(5))
        record(store, state, MONDAY + days(5))
        before, after = (customers(store, MONDAY + days(5) - less)["akasaka"] for less in (A_MOMENT, days(0)))
        assert [life.lifecycle for life in before.entitlements] == ["subscription", "trial"]
        assert [life.lifecycle for life in after.entitlements] == ["subscription"]

    def test_trl_31_a_request_that_nobody_answered_takes_the_customer_off_the_list(self, store: SqlStore) -> None:
        bought(store, an_order(ordering_partner=ASAHI))
        state = tried(store, a_consented_trial("T-1001", Service.CALLING))
        assert set(customers(store, MONDAY)) == {"akasaka"}
        state.consent_lapsed(MONDAY + days(11))
        record(store, state, MONDAY + days(11))
        assert customers(store, MONDAY + days(11)) == {}

    def test_hub_30_what_is_part_of_the_partner_s_own_organization(self, store: SqlStore) -> None:
        """WHS-07."""
        onboarded(store, own_organization=True)
        onboarded(store, external_id="W-2")
        bought(store, an_order(customer=a_customer(id="hikari")))
        found = customers(store, LATER)
        assert {name: each.managed for name, each in found.items()} == {
            "W-1": Managed.OWN,
            "W-2": Managed.EXTERNAL,
            "hikari": Managed.OWN,
        }

    def test_whs_31_a_wholesale_customer_is_where_it_is_billed(self, store: SqlStore) -> None:
        state = onboarded(store)
        assert customers(store, LATER)["W-1"].country == "JP"
        state.update_billing_address(wholesale.new_address(), MONDAY + days(2), state.dial_in)
        record(store, state, MONDAY + days(2), run="run-2")
        found = customers(store, LATER)["W-1"]
        assert (found.country, found.name, found.zone) == ("DE", "Akasaka Shoji", "Asia/Tokyo")

    @pytest.mark.usefixtures("a_subscription")
    def test_hub_14_the_last_sign_in_until_that_day(self, store: SqlStore) -> None:
        for day in (1, 5, 9):
            row = {"customer_id": "akasaka", "day": MONDAY.date() + timedelta(day), "administrator": f"a-{day}"}
            write(store, SignInRecord, row)
        assert customers(store, MONDAY)["akasaka"].last_sign_in is None
        of_the_fifth = datetime(2026, 6, 6, tzinfo=UTC)
        assert customers(store, of_the_fifth)["akasaka"].last_sign_in == date(2026, 6, 2)
        assert customers(store, of_the_fifth + A_MOMENT)["akasaka"].last_sign_in == date(2026, 6, 6)
        assert customers(store, LATER)["akasaka"].last_sign_in == date(2026, 6, 10)

    @pytest.mark.usefixtures("a_subscription")
    def test_hub_14_whether_any_sign_in_was_imported_is_known_of_everybody(self, store: SqlStore) -> None:
        """Another customer's is enough; one of a later day is none yet."""
        assert not customers(store, LATER)["akasaka"].sign_ins_known
        row = {"customer_id": "elsewhere", "day": MONDAY.date() + days(9), "administrator": "a-1"}
        write(store, SignInRecord, row)
        assert not customers(store, MONDAY + days(8))["akasaka"].sign_ins_known
        assert customers(store, LATER)["akasaka"].sign_ins_known

    def test_trl_20_nothing_of_its_sign_ins_before_another_organization_consents(self, store: SqlStore) -> None:
        trial = tried(store, a_consented_trial())
        write(store, SignInRecord, {"customer_id": trial.customer_id, "day": MONDAY.date(), "administrator": "a-1"})
        found = customers(store, LATER)[trial.customer_id]
        assert (found.last_sign_in, found.sign_ins_known) == (None, False)
        bought(store)
        assert customers(store, LATER)[trial.customer_id].last_sign_in == MONDAY.date()

    @pytest.mark.usefixtures("a_subscription")
    def test_hub_20_tags_of_this_partner_and_of_no_other(self, store: SqlStore) -> None:
        given = (("hikari", "customer", "akasaka"), ("hikari", "subscription", "sub-SO-100001"))
        with store.engine.begin() as connection:
            for partner, about, subject in (*given, ("asahi", "customer", "akasaka")):
                for tag in (f"{partner} b", f"{partner} A"):
                    row = {"partner_id": partner, "about": about, "subject": subject, "tag": tag}
                    connection.execute(insert(TagRecord), [row | {"tagged_by": "ken", "tagged_at": MONDAY}])
        found = customers(store, LATER)["akasaka"]
        assert found.tags == ("hikari A", "hikari b")
        assert found.subscription_tags == (("sub-SO-100001", "hikari A"), ("sub-SO-100001", "hikari b"))

    @pytest.mark.usefixtures("every_sort")
    def test_one_customer_alone_is_the_same_as_in_the_list(self, store: SqlStore) -> None:
        store.catch_up({}, LATER)
        for each in some(store.hub_customers(None, LATER)):
            assert store.hub_customer(each.partner_id, each.customer_id, LATER) == each
            alone = store.lines(each.partner_id, LATER, each.customer_id)
            assert alone == [
                line for line in store.lines(each.partner_id, LATER) if line.customer_id == each.customer_id
            ]


# Keeping up.


def everything_at_once(store: SqlStore, step: Callable[[], object] = lambda: None) -> None:
    """Lives of every sort, and after each thing that happens `step`."""
    for happens in everything(store):
        happens()
        step()


def everything(store: SqlStore) -> Iterator[Callable[[], object]]:
    """One thing after the other."""
    known: dict[str, Any] = {}

    def keep(name: str, make: Callable[[], Any]) -> Callable[[], None]:
        return lambda: known.update({name: make()})

    second = an_order("SO-100002", customer=a_customer(id="b", company="B 商事"), ordering_partner=ASAHI)
    yield keep("first", lambda: bought(store))
    yield keep("trial", lambda: tried(store, a_paid_customer_s_trial(days=20)))
    yield keep("order", lambda: shipped(store, second))
    yield lambda: suspend(store, known["first"], MONDAY + days(1))
    known["trial"].extend(extended(30), MONDAY + days(2))
    yield lambda: record(store, known["trial"], MONDAY + days(2))
    yield lambda: site_built(store, known["order"], MONDAY + days(3))
    yield lambda: subscribed(store, known["order"], MONDAY + days(3))
    yield keep("wholesale", lambda: onboarded(store, own_organization=True))
    known["wholesale"].change_quantities(wholesale.quantities(packages={"webex_suite": 3}), MONDAY + days(4))
    yield lambda: record(store, known["wholesale"], MONDAY + days(4), run="run-2")
    known["trial"].expire(MONDAY + days(32))
    yield lambda: record(store, known["trial"], MONDAY + days(32))
    yield lambda: renewed(store, known["first"], a_renewal(ordering_partner=ASAHI), MONDAY + days(340))
    yield lambda: shipped(store, an_order("SO-100003", customer=a_customer(id="c")), MONDAY + days(341))


class TestKeepingUp:
    def test_kept_up_to_date_rebuilt_and_derived_in_one_go_are_the_same(self, store: SqlStore) -> None:
        everything_at_once(store, lambda: store.catch_up({}, LATER))
        kept = derived(store)
        assert all(kept.values())
        assert store.rebuild({}, LATER) == len(kept["hub_derived"])
        assert derived(store) == kept
        emptied(store)
        everything_at_once(store)
        store.catch_up({}, LATER)
        assert derived(store) == kept

    def test_only_what_changed_is_derived_anew(self, store: SqlStore) -> None:
        state = bought(store)
        bought(store, an_order("SO-100002", customer=a_customer(id="b")))
        assert store.catch_up({}, LATER) == 4
        assert store.catch_up({}, LATER) == 0
        suspend(store, state, MONDAY + days(1))
        assert store.catch_up({}, LATER) == 1

    @pytest.mark.usefixtures("a_subscription")
    def test_another_catalogue_derives_all_anew(self, store: SqlStore) -> None:
        """HUB-31."""
        assert line(store, LATER).total == 25
        calling = {"A-NAMED-HOST": "calling"}
        assert store.catch_up(calling, LATER) == 2
        assert [each.product for each in store.lines("hikari", LATER)] == ["calling"]
        assert store.catch_up(calling, LATER) == 0

    @pytest.mark.usefixtures("a_subscription")
    def test_a_rebuild_mends_what_is_wrong_and_drops_what_comes_from_nothing(self, store: SqlStore) -> None:
        store.catch_up({}, LATER)
        good = derived(store)
        with store.engine.begin() as connection:
            connection.execute(update(HubEntitlementRecord).values(state="over"))
            connection.execute(update(HubCustomerRecord).values(name="wrong"))
            life = connection.execute(select(HubEntitlementRecord.__table__)).mappings().first()
            connection.execute(
                insert(HubEntitlementRecord), [dict(life or {}) | {"subject": "gone", "customer_id": "gone"}]
            )
            known = connection.execute(select(HubCustomerRecord.__table__)).mappings().first()
            connection.execute(insert(HubCustomerRecord), [dict(known or {}) | {"customer_id": "gone"}])
        assert store.catch_up({}, LATER) == 0, "nobody sees it"
        assert store.rebuild({}, LATER) == 2
        assert derived(store) == good

    @pytest.mark.usefixtures("a_subscription")
    def test_what_came_by_file_stays_when_it_is_rebuilt(self, store: SqlStore) -> None:
        use(store, MONDAY.date(), 20, 10)
        store.rebuild({}, LATER)
        assert line(store, LATER).assigned == 20

    @pytest.mark.usefixtures("every_sort")
    def test_in_batches_and_told_after_each(self, store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
        store.catch_up({}, LATER)
        whole, told = derived(store), list[int]()
        monkeypatch.setattr(hub_projection, "BATCH", 3)
        assert store.rebuild({}, LATER, told.append) == 8
        assert told == [3, 6, 8]
        assert derived(store) == whole

    @pytest.mark.usefixtures("every_sort")
    def test_several_at_once_come_to_the_same(self, store: SqlStore) -> None:
        stores = [open_store(store.engine.url.render_as_string(hide_password=False)) for _ in range(3)]
        answers = at_once(*(lambda each=each: each.catch_up({}, LATER) for each in stores))
        for each in stores:
            each.close()
        assert all(isinstance(answer, int) for answer in answers), answers
        together = derived(store)
        store.rebuild({}, LATER)
        assert derived(store) == together

    def test_who_is_slow_does_not_undo_what_somebody_derived_meanwhile(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = bought(store)
        store.catch_up({}, LATER)
        suspend(store, state, MONDAY + days(1))

        def slowly(*given: Any) -> Any:
            """Between reading and writing the subscription is suspended once more, and another process sees it."""
            monkeypatch.setattr(hub_projection, "fold", folded)
            suspend(store, state, MONDAY + days(2), "compliance")
            assert store.catch_up({}, LATER) == 1
            return folded(*given)

        monkeypatch.setattr(hub_projection, "fold", slowly)
        store.catch_up({}, LATER)
        (life,) = store.hub_customer("hikari", "akasaka", LATER).entitlements
        assert life.suspended_for == ("compliance", "unpaid")

    def test_what_is_recorded_between_two_readings_comes_with_the_next(
        self, store: SqlStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        state = bought(store)

        def meanwhile(*given: Any) -> Any:
            monkeypatch.setattr(hub_projection, "fold", folded)
            suspend(store, state, MONDAY + days(1))
            return folded(*given)

        monkeypatch.setattr(hub_projection, "fold", meanwhile)
        store.catch_up({}, LATER)
        assert store.catch_up({}, LATER) == 1
        (life,) = store.hub_customer("hikari", "akasaka", LATER).entitlements
        assert life.state is EntitlementState.SUSPENDED


# Licences.


class TestLines:
    @pytest.mark.usefixtures("every_sort")
    def test_one_of_each_product_of_each_life_in_use(self, store: SqlStore) -> None:
        at = MONDAY + days(5)
        store.catch_up({}, at)
        found = [
            (each.partner_id, each.lifecycle, each.product, each.total, each.active) for each in store.lines(None, at)
        ]
        assert found == [
            ("asahi", "subscription", "meetings", 25, True),
            ("hikari", "wholesale", "calling", 13, True),
            ("hikari", "wholesale", "meetings", 8, True),
            ("hikari", "wholesale", "messaging", 18, True),
            ("hikari", "subscription", "meetings", 25, False),
            ("hikari", "trial", "calling", 25, True),
        ]

    def test_of_what_is_pending_or_over_there_is_none(self, store: SqlStore) -> None:
        state = bought(store)
        assert [each.subject for each in (line(store, MONDAY),)] == ["sub-SO-100001"]
        state.terminate(TerminateSubscription(by="ops-7", reason="closed"), MONDAY + days(5))
        record(store, state, MONDAY + days(5))
        store.catch_up({}, LATER)
        assert len(store.lines("hikari", MONDAY + days(5) - A_MOMENT)) == 1
        assert store.lines("hikari", MONDAY + days(5)) == store.lines("hikari", MONDAY - A_MOMENT) == []

    @pytest.mark.usefixtures("a_subscription")
    def test_it_says_whose_it_is_and_since_when(self, store: SqlStore) -> None:
        found = line(store, MONDAY)
        assert (found.customer_id, found.customer_name, found.zone) == ("akasaka", "赤坂商事", "Asia/Tokyo")
        assert (found.added_on, found.ends_at) == (date(2026, 6, 1), datetime(2027, 6, 1, 15, tzinfo=UTC))
        assert (found.trial, found.active, found.auto_renew) == (False, True, False)

    @pytest.mark.usefixtures("a_subscription")
    def test_without_usage_nothing_is_known_of_any_week(self, store: SqlStore) -> None:
        found = line(store, MIDNIGHT)
        assert (found.assigned, found.used, found.used_assigned) == (0, 0, 0)
        assert found.assigned_by_week == found.used_by_week == (None,) * WEEKS

    @pytest.mark.usefixtures("a_subscription")
    def test_hub_60_the_last_day_of_a_week_is_its_saturday(self, store: SqlStore) -> None:
        for day, count in ((SUNDAY - timedelta(1), 6), (SUNDAY, 7)):
            use(store, day, assigned=count, used=count)
        at_its_end = line(store, MIDNIGHT)
        assert (at_its_end.assigned, at_its_end.used) == (6, 6)
        assert line(store, MIDNIGHT + A_MOMENT).assigned == 7
        assert line(store, MIDNIGHT - days(1) + A_MOMENT).assigned == 6
        assert line(store, MIDNIGHT - days(1)).assigned == 0

    @pytest.mark.usefixtures("a_subscription")
    def test_used_is_the_highest_of_seven_days_and_assigned_the_newest(self, store: SqlStore) -> None:
        """AMB-25."""
        for back, used in ((8, 90), (7, 12), (3, 15), (1, 11)):
            use(store, SUNDAY - timedelta(back), assigned=20 + back, used=used, used_assigned=used - back)
        found = line(store, MIDNIGHT)
        assert (found.assigned, found.used, found.used_assigned) == (21, 15, 12)
        assert found.used_by_week[-2:] == (90, 15)
        assert found.assigned_by_week[-2:] == (28, 21)

    @pytest.mark.usefixtures("a_subscription")
    def test_assigned_stays_until_a_day_says_else_and_used_does_not(self, store: SqlStore) -> None:
        for week, assigned in ((20, 5), (10, 8), (2, 9)):
            use(store, SUNDAY - timedelta(weeks=week, days=1), assigned, used=1)
        found = line(store, MIDNIGHT)
        assert found.assigned_by_week == (5, 5, 8, 8, 8, 8, 8, 8, 8, 8, 9, 9, 9)
        assert found.used_by_week == (None, None, 1, None, None, None, None, None, None, None, 1, None, None)
        assert (found.assigned, found.used) == (9, 0)

    @pytest.mark.usefixtures("a_subscription")
    def test_a_line_that_remembers_fewer_weeks_says_the_same_of_them(self, store: SqlStore) -> None:
        """What was assigned long before is assigned still."""
        for back, assigned, used in ((90, 5, 4), (30, 9, 7), (3, 12, 6)):
            use(store, LATER.date() - timedelta(back), assigned=assigned, used=used)
        use(store, LATER.date() - timedelta(80), assigned=3, used=1, product="calling")
        store.catch_up({}, LATER)
        every = store.lines("hikari", LATER)
        assert [one.assigned for one in every] == [3, 12]
        for weeks in (1, 2, WEEKS):
            assert store.lines("hikari", LATER, weeks=weeks) == [
                replace(one, assigned_by_week=one.assigned_by_week[-weeks:], used_by_week=one.used_by_week[-weeks:])
                for one in every
            ]
        assert store.lines("hikari", LATER, subjects=["sub-SO-100001"]) == every
        assert store.lines("hikari", LATER, subjects=["sub-SO-100002"]) == []

    @pytest.mark.usefixtures("a_subscription")
    def test_thirteen_weeks_back_and_not_a_day_more(self, store: SqlStore) -> None:
        use(store, SUNDAY - timedelta(weeks=WEEKS), 3, used=30)
        use(store, SUNDAY - timedelta(weeks=WEEKS, days=1), 2, used=40)
        assert line(store, MIDNIGHT).used_by_week[0] == 30

    @pytest.mark.usefixtures("a_subscription")
    def test_an_instant_in_the_past_knows_no_later_day(self, store: SqlStore) -> None:
        for back in (15, 8, 1):
            use(store, SUNDAY - timedelta(back), assigned=back, used=back, purchased=back * 10)
        found = [line(store, MIDNIGHT - timedelta(weeks=week)) for week in (2, 1, 0)]
        assert [(each.assigned, each.used, each.total) for each in found] == [(15, 15, 150), (8, 8, 80), (1, 1, 10)]

    @pytest.mark.usefixtures("a_subscription")
    def test_amb_19_the_vendor_s_word_on_what_was_purchased_counts_from_its_day_on(self, store: SqlStore) -> None:
        use(store, SUNDAY - timedelta(9), 1, 1)
        use(store, SUNDAY - timedelta(5), 1, 1, purchased=60)
        use(store, SUNDAY - timedelta(2), 1, 1)
        assert line(store, MIDNIGHT - days(5)).total == 25
        assert line(store, MIDNIGHT - days(5) + A_MOMENT).total == 60
        assert line(store, MIDNIGHT).total == 60

    def test_amb_19_a_renewal_is_newer_than_what_the_vendor_said_of_the_term_before(self, store: SqlStore) -> None:
        """Its licences count from the first day of its term, however early it is completed. AMB-54."""
        state = bought(store)
        use(store, SUNDAY, 1, 1, purchased=60)
        begins = datetime(2027, 5, 31, 15, tzinfo=UTC)
        placed = a_renewal(items=items(Offering.NAMED_HOST, quantity=40))
        renewed(store, state, placed, begins - days(10))
        assert [line(store, at).total for at in (begins - A_MOMENT, begins)] == [60, 40]
        use(store, date(2027, 6, 3), 1, 1, purchased=45)
        assert line(store, LATER).total == 45

    @pytest.mark.usefixtures("a_subscription")
    def test_a_product_that_nobody_ordered_and_somebody_uses_has_a_line(self, store: SqlStore) -> None:
        use(store, SUNDAY - timedelta(1), 4, 3, product="calling")
        found = line(store, MIDNIGHT, "calling")
        assert (found.total, found.assigned, found.over) == (0, 4, 4)

    @pytest.mark.usefixtures("a_subscription")
    def test_usage_of_another_lifecycle_with_the_same_id_is_another_s(self, store: SqlStore) -> None:
        use(store, SUNDAY - timedelta(1), 4, 3, lifecycle="trial")
        assert line(store, MIDNIGHT).assigned == 0

    @pytest.mark.usefixtures("a_subscription")
    def test_hub_13_overused_is_what_uses_more_than_was_purchased(self, store: SqlStore) -> None:
        """AMB-19: used, and not assigned; never a trial."""
        tried(store, a_paid_customer_s_trial())
        use(store, SUNDAY - timedelta(1), 90, 25)
        use(store, SUNDAY - timedelta(1), 90, 90, product="calling", subject="T-1001", lifecycle="trial")
        assert customers(store, MIDNIGHT)["akasaka"].overused == ()
        use(store, SUNDAY - timedelta(2), 1, 26)
        assert customers(store, MIDNIGHT)["akasaka"].overused == ("sub-SO-100001",)
        assert customers(store, MIDNIGHT + days(6))["akasaka"].overused == ()

    @pytest.mark.usefixtures("a_subscription")
    def test_amb_23_it_renews_by_itself_if_the_newest_invoice_by_then_says_so(self, store: SqlStore) -> None:
        said = {1: True, 5: None, 9: False, 12: None}
        rows = [
            {
                "subscription_id": "sub-SO-100001",
                "invoice": f"I-{day:02}",
                "issued_on": MONDAY.date() + timedelta(day),
                "due_on": MONDAY.date() + timedelta(day + 30),
                "amount": "10.00",
                "currency": "JPY",
                "state": "open",
                "paid_on": None,
                "auto_renew": yes,
            }
            for day, yes in said.items()
        ]
        write(store, InvoiceRecord, *rows)
        for day, renews in ((0, False), (1, True), (6, True), (9, False), (13, False)):
            at = MONDAY + days(day)
            assert line(store, at).auto_renew is renews, day
            assert customers(store, at)["akasaka"].auto_renewing == (("sub-SO-100001",) if renews else ())
        assert [each.invoice for each in store.invoices("sub-SO-100001")] == ["I-12", "I-09", "I-05", "I-01"]
        assert store.invoices("sub-SO-999999") == []

    @pytest.mark.usefixtures("a_subscription")
    def test_the_days_behind_a_line(self, store: SqlStore) -> None:
        for back in (8, 7, 1, 0):
            use(store, SUNDAY - timedelta(back), back, back, purchased=back or None)
        of = (Lifecycle.SUBSCRIPTION, "sub-SO-100001", "meetings", SUNDAY - timedelta(7), SUNDAY)
        found = store.usage_rows(*of)
        assert [(each.day, each.assigned, each.purchased) for each in found] == [
            (SUNDAY - timedelta(7), 7, 7),
            (SUNDAY - timedelta(1), 1, 1),
        ]


# Calls, and what happened.


class TestCalls:
    def test_hub_60_of_the_customers_that_the_partner_had_at_the_end_of_each_week(self, store: SqlStore) -> None:
        state = bought(store)
        bought(store, an_order("SO-100002", customer=a_customer(id="b"), ordering_partner=ASAHI))
        week = date(2027, 5, 16)
        moved = datetime.combine(week, time(), UTC) + days(1)
        renewed(store, state, a_renewal(ordering_partner=ASAHI), moved)
        content = {
            "users": 9,
            "callers": 5,
            "calls": 70,
            "minutes": 200,
            "low_quality": 3,
            "endpoints": {},
            "features": {},
        }
        weeks = (week, week + timedelta(7))
        rows = [{"customer_id": each, "week": day, "content": content} for each in ("akasaka", "b") for day in weeks]
        write(store, CallsRecord, *rows)
        store.catch_up({}, LATER)

        def found(partner: str | None) -> list[tuple[date, str]]:
            return [(each.week, each.customer_id) for each in store.calls(partner, weeks)]

        assert found("hikari") == [(week, "akasaka")]
        assert found("asahi") == [(week, "b"), (weeks[1], "akasaka"), (weeks[1], "b")]
        assert found(None) == [(day, each) for day in weeks for each in ("akasaka", "b")]
        assert store.calls("asahi", [week])[0].calls == 70


class TestEvents:
    @pytest.mark.usefixtures("every_sort")
    def test_of_all_lives_of_the_customer_with_this_partner_the_oldest_first(self, store: SqlStore) -> None:
        found = store.hub_events("hikari", "akasaka")
        assert [each.event.occurred_at for each in found] == sorted(each.event.occurred_at for each in found)
        assert {(each.lifecycle, each.subject) for each in found} == {("order", "SO-100001"), ("trial", "T-1001")}
        moved = store.hub_events("asahi", "akasaka")
        assert {each.subject for each in moved} == {"SO-200001", "sub-SO-100001"}, "it went with its history"
        assert store.hub_events("hikari", "b") == []
